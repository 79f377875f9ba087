"""Any sequence of edits: an editor's answer for the last version is that of somebody who never saw the ones before."""

from __future__ import annotations

import random
import re
import sysconfig
import threading
from collections.abc import Iterator

import pytest

from gillint.lsp.analysis import Analyst, Answer, Question
from gillint.report.jsonv1 import document
from tests.support import ROOT

FILES = (
    "fixtures/rules/threads-over-held-work/flagged.py",
    "fixtures/rules/long-computation-in-coroutine/flagged.py",
    "fixtures/rules/lock-around-whole-body/flagged.py",
    "fixtures/sketches/json_lines.py",
    "gillint/scaling/model.py",
    f"{sysconfig.get_path('stdlib')}/queue.py",
)
TYPED = (" ", "  # for i in x:", "#", "'", "\n", "x", "(", ")", ":", "\\", "'''", "# gillint: ignore\n", "\t", "é")


def edited(source: str, chance: random.Random) -> str:
    """One edit: something typed, taken away, renamed, other numbers, a line moved or doubled."""
    at = chance.randrange(len(source) + 1)
    lines = source.splitlines(keepends=True)
    row = chance.randrange(len(lines)) if lines else 0
    kind = chance.random()
    if kind < 0.35 or not lines:
        return source[:at] + chance.choice(TYPED) + source[at:]
    if kind < 0.5:  # at the end of a line, where comments begin
        lines[row] = lines[row].rstrip("\n") + chance.choice(TYPED[:3]) + "\n"
    elif kind < 0.6:
        return source[:at] + source[at + chance.randrange(1, 4) :]
    elif kind < 0.7:
        names = [*sorted(set(re.findall(r"\b[a-z_]{3,}\b", source))), "renamed"]
        return re.sub(rf"\b{chance.choice(names)}\b", chance.choice(names), source)
    elif kind < 0.8:
        return re.sub(r"\d+", lambda m: str(int(m[0]) * chance.choice((1, 1, 1, 0, 1000))), source)
    elif kind < 0.9:
        lines.insert(chance.randrange(len(lines)), lines.pop(row))
    else:
        lines.insert(row, lines[row])
    return "".join(lines)


def versions(source: str, chance: random.Random, count: int) -> Iterator[str]:
    """Edits in a row; every other one is taken back, as what breaks the syntax mostly is."""
    for _ in range(count):
        changed = edited(source, chance)
        yield changed
        if chance.random() < 0.5:
            yield source
        else:
            source = changed


def said(answer: Answer) -> object:
    """All that is shown of an answer anywhere."""
    return document((answer.report,), answer.options), answer.text, answer.report.source, answer.problem


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("seed", range(2))
def test_edits_leave_nothing_behind(file: str, seed: int) -> None:
    chance = random.Random(f"{file} {seed}")
    source = (ROOT / file).read_text(encoding="utf-8")
    editor, never = Analyst(), threading.Event()
    editor.answer(Question("edited.py", source), never)
    for version in versions(source, chance, 8):
        question = Question("edited.py", version)
        assert said(editor.answer(question, never)) == said(Analyst().answer(question, never))


RECURSIVE = "def walk(node):\n    for child in node:\n        {0}(child)\n\nwalk([[1], [2]])\n"


def test_a_function_that_calls_itself_no_more_is_not_recursive() -> None:
    editor, never = Analyst(), threading.Event()
    editor.answer(Question("edited.py", RECURSIVE.format("walk")), never)
    question = Question("edited.py", RECURSIVE.format("print"))
    assert said(editor.answer(question, never)) == said(Analyst().answer(question, never))


def test_a_comment_costs_no_analysis() -> None:
    source = (ROOT / FILES[0]).read_text(encoding="utf-8")
    editor, never = Analyst(), threading.Event()
    first = editor.answer(Question("edited.py", source), never)
    commented = source.rstrip("\n") + "  # for x in y: f(x)\n"
    again = editor.answer(Question("edited.py", commented), never)
    assert first.context is not None and again.context is first.context
    assert again.text == again.report.source == commented
    assert not editor.answer(Question("edited.py", source + "("), never).parses
    assert editor.answer(Question("edited.py", source), never).context is first.context
    assert editor.answer(Question("edited.py", source + "x = 1\n"), never).context is not first.context


def test_a_remark_is_no_mere_comment() -> None:
    source = (ROOT / FILES[0]).read_text(encoding="utf-8")
    editor, never = Analyst(), threading.Event()
    found = editor.answer(Question("edited.py", source), never).report.diagnostics
    ignored = editor.answer(Question("edited.py", "# gillint: ignore-file\n" + source), never)
    assert found and not ignored.report.diagnostics
