"""A fix as replacements: making them gives what the fix gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from gillint import analyze
from gillint.diagnostics.fixes import Applicability, Edit, Fix, Replacement
from gillint.diagnostics.span import Span
from gillint.syntax.edit import apply_edits
from gillint.syntax.names import spliced
from gillint.syntax.replacements import _differences, replacements
from tests.support import ROOT


def made(source: str, changes: tuple[Replacement, ...]) -> str:
    """As an editor makes them: all places are those of the text before."""
    assert [c.span for c in changes] == sorted(c.span for c in changes)
    for change in reversed(changes):
        source = spliced(source + "\0", change.span, change.text).removesuffix("\0")
    return source


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nb\n"),
        ("if x:\n", "if not x:\n"),
        ("if not x:\n", "if x:\n"),
        ("a\nb\n", "a\nnew\nb\n"),
        ("a\nb\n", "new\na\nb\n"),
        ("a\nb\n", "a\nb\nnew\n"),
        ("a\nb", "a\nb\nnew"),
        ("a\nb", "a\nb\nnew\n"),
        ("a\nold\nb\n", "a\nb\n"),
        ("a\nold", "a"),
        ("f(\n  a,\n  b,\n)\n", "f(\n  a,\n  b,\n  c,\n)\n"),
        ("ä = 1; ö\nü", "ä = 12; ö\nüü"),
        ("a(1)\nb(1)\nc\nd(1)\n", "a(2)\nb(2)\nc\nd(2)\n"),
        ("aa", "aaa"),
    ],
)
def test_differences_turn_one_text_into_the_other(before: str, after: str) -> None:
    assert made(before, tuple(_differences(before, after))) == after


def test_what_stays_is_left_out() -> None:
    fix = Fix("", Applicability.SAFE, (Edit("negate", Span(2, 4, 2, 8)),))
    assert replacements("x = 1\nif done:\n    pass\n", fix) == (Replacement(Span(2, 4, 2, 4), "not "),)


def test_a_fix_that_does_not_fit_has_none() -> None:
    assert replacements("x = 1\n", Fix("", Applicability.SAFE, (Edit("negate", Span(9, 1, 9, 2)),))) == ()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "fixtures" / "rules").glob("*/flagged.py")), ids=lambda p: p.parent.name
)
def test_every_fix_of_a_rule_comes_out_the_same(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for d in analyze(source, select=["ALL"]).diagnostics:
        if d.fix is not None:
            changes = replacements(source, d.fix)
            assert changes
            assert made(source, changes) == apply_edits(source, d.fix.edits)
