"""What an editor can do about a finding: make its fix, or suppress it by a comment."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gillint.diagnostics.fixes import Applicability, Edit
from gillint.diagnostics.types import Diagnostic
from gillint.syntax.edit import apply_edits
from gillint.syntax.suppressions import read_remarks


@dataclass(frozen=True, slots=True)
class LineEdit:
    """Lines `first` (from 0) to `last`, which is not included, become `text`."""

    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something to offer: what the text becomes, for one finding."""

    title: str
    edits: tuple[LineEdit, ...]
    finding: Diagnostic
    preferred: bool = False


def fix_of(text: str, finding: Diagnostic) -> Action | None:
    """The fix of a finding, where it has one that fits the text."""
    if finding.fix is None:
        return None
    made = apply_edits(text, finding.fix.edits)
    if made is None or made == text:
        return None
    safe = finding.fix.applicability is Applicability.SAFE
    title = finding.fix.title if safe else f"{finding.fix.title} (look at what it changes)"
    return Action(f"{title} ({finding.code})", line_edits(text, made), finding, preferred=safe)


def fix_all(text: str, findings: tuple[Diagnostic, ...]) -> tuple[LineEdit, ...]:
    """All safe fixes, or as many as go together."""
    edits: tuple[Edit, ...] = ()
    made = text
    for finding in findings:
        if finding.fix is not None and finding.fix.applicability is Applicability.SAFE:
            more = apply_edits(text, (*edits, *finding.fix.edits))
            if more is not None:
                edits, made = (*edits, *finding.fix.edits), more
    return line_edits(text, made)


def suppressions(text: str, finding: Diagnostic) -> Iterator[Action]:
    """Comments that make a finding go away; only such as do, by the reader of these comments itself."""
    lines = text.split("\n")
    row = finding.span.line - 1
    if not 0 <= row < len(lines):
        return
    line = lines[row]
    indent = line[: len(line) - len(line.lstrip())]
    code = finding.code
    offers = (
        (f"Suppress {code} here: # noqa", row, _with_noqa(line, code)),
        (f"Suppress {code} here: # gillint: ignore", row, f"{line.rstrip()}  # gillint: ignore[{code}]"),
        (f"Suppress {code} here: # gillint: ignore", row, f"{indent}# gillint: ignore[{code}]\n{line}"),
        (f"Suppress {code} in this file", None, f"# gillint: ignore-file[{code}]\n"),
    )
    offered: set[str] = set()
    for title, place, new in offers:
        if title in offered or (place is not None and new.startswith(line.rstrip()) and line.rstrip().endswith("\\")):
            continue  # nothing may stand behind a backslash
        edit = LineEdit(place, place + 1, f"{new}\n") if place is not None else _at_top(lines, new)
        changed = applied(lines, edit)
        moved = finding.span.line + len(changed) - len(lines)
        if any(s.covers(moved, code, finding.name) for s in read_remarks([f"{x}\n" for x in changed]).suppressions):
            offered.add(title)
            yield Action(title, (edit,), finding)


_NOQA = re.compile(r"#\s*noqa\s*:\s*[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*", re.IGNORECASE)


def _with_noqa(line: str, code: str) -> str:
    """The line with a `# noqa` comment, or with one more code in the one that it has."""
    found = _NOQA.search(line)
    if found is not None:
        return f"{line[: found.end()]}, {code}{line[found.end() :]}"
    return f"{line.rstrip()}  # noqa: {code}"


def _at_top(lines: list[str], comment: str) -> LineEdit:
    """Behind what has to be at the top: an interpreter line, the encoding."""
    row = 0
    while row < min(2, len(lines)) and (lines[row].startswith("#!") or re.match(r"#.*coding[:=]", lines[row])):
        row += 1
    return LineEdit(row, row, comment)


def applied(lines: list[str], edit: LineEdit) -> list[str]:
    """The lines after an edit."""
    new = edit.text.removesuffix("\n").split("\n") if edit.text else []
    return [*lines[: edit.first], *new, *lines[edit.last :]]


def line_edits(before: str, after: str) -> tuple[LineEdit, ...]:
    """What makes one text of another, line by line."""
    a, b = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return tuple(
        LineEdit(i, j, "".join(f"{line}\n" for line in b[k:m]))
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    )
