"""What an editor offers to do about a finding, made to the text and looked at again."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.lsp.actions import Action, LineEdit, applied, fix_all, fix_of, line_edits, suppressions
from gillint.pipeline import analyse
from tests.support import ROOT, text

HELD = text("""
    import re
    from concurrent.futures import ThreadPoolExecutor

    def errors(_):
        return re.findall("code", "ERROR code=17" * 100_000)

    def search():
        with ThreadPoolExecutor(4) as pool:
            return {}
    """)
PLAIN = "list(pool.map(errors, range(16)))"


def made(source: str, action: Action | tuple[LineEdit, ...]) -> str:
    edits = action.edits if isinstance(action, Action) else action
    lines = source.split("\n")
    for edit in sorted(edits, key=lambda e: -e.first):
        lines = applied(lines, edit)
    return "\n".join(lines)


def found(source: str) -> list[str]:
    return [d.code for d in analyse(source, "a.py", Options()).diagnostics]


@pytest.mark.parametrize(
    "call",
    [
        PLAIN,
        f"{PLAIN}  # why",
        f"{PLAIN}  # noqa: E501",
        f"{PLAIN}  # noqa: E501 , B008 because",
        "list(\n            pool.map(\n                errors, range(16)))",
        "list(pool.map(errors, \\\n            range(16)))",
        "list(pool.map(errors, [1, 2, '''\n''']))",
    ],
)
def test_each_suppression_that_is_offered_suppresses(call: str) -> None:
    source = HELD.replace("{}", call)
    (finding,) = analyse(source, "a.py", Options()).diagnostics
    offers = list(suppressions(source, finding))
    assert offers[-1].title == "Suppress GIL101 in this file"
    if "\\" not in call and "'''" not in call:
        assert [o.title for o in offers][:1] == ["Suppress GIL101 here: # noqa"]
    for offer in offers:
        assert found(made(source, offer)) == [], offer.title


def test_a_comment_that_is_there_gets_one_more_code() -> None:
    source = HELD.replace("{}", f"{PLAIN}  # noqa: E501 because")
    (finding,) = analyse(source, "a.py", Options()).diagnostics
    first = next(suppressions(source, finding))
    assert f"{PLAIN}  # noqa: E501, GIL101 because\n" in made(source, first)


def test_suppressing_for_the_file_leaves_the_head_alone() -> None:
    source = "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n" + HELD.replace("{}", PLAIN)
    (finding,) = analyse(source, "a.py", Options()).diagnostics
    *_, last = suppressions(source, finding)
    assert made(source, last).split("\n")[2] == "# gillint: ignore-file[GIL101]"


def test_fixes() -> None:
    source = (ROOT / "fixtures/rules/inverted-gil-test/flagged.py").read_text(encoding="utf-8")
    findings = analyse(source, "a.py", Options()).diagnostics
    fixes = [f for d in findings if (f := fix_of(source, d)) is not None]
    assert fixes
    for fix in fixes:
        after = found(made(source, fix))
        assert len(after) < len(findings)
        assert fix.preferred == ("look at" not in fix.title)
    everything = made(source, fix_all(source, findings))
    safe = sum(f.preferred for f in fixes)
    assert safe and len(found(everything)) <= len(findings) - safe
    assert fix_all(source, ()) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [("a\nb\n", "a\nc\n"), ("a", "a\nb"), ("", "x"), ("a\nb", "b"), ("a\nb\nc\n", "x\nb\ny\n"), ("a", "a")],
)
def test_line_edits_make_one_text_of_another(before: str, after: str) -> None:
    assert made(before, line_edits(before, after)) == after
