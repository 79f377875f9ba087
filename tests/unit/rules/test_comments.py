"""Findings that comments suppress, and comments that suppress nothing."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.rules import RULES
from tests.support import text

FLAGGED = text("""
    import requests
    def fetch_all(urls):
        for url in urls:{}
            requests.get(url)
    """)
EVERYTHING = frozenset(r.code for r in RULES)


def found(comment: str, codes: frozenset[str] | None = None) -> list[str]:
    source = FLAGGED.replace("{}", comment)
    return [d.code for d in analyse(source, "x.py", Options(codes=codes), thorough=False).diagnostics]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("", ["GIL201"]),
        ("  # noqa", []),
        ("  # noqa: GIL201", []),
        ("  # gillint: ignore", []),
        ("  # gillint: ignore[serial-waiting-loop]", []),
        ("  # noqa: GIL101", ["GIL002", "GIL201"]),
        ("  # noqa: GIL201, GIL101", ["GIL002"]),
        ("  # noqa: E501", ["GIL201"]),
        ("  # gillint: ignore[GIL999]", ["GIL002", "GIL201"]),
        ("  # gillint: ignore[GIL201]  # gillint: ignore[GIL201]", []),
    ],
)
def test_suppressed_and_unused(comment: str, codes: list[str]) -> None:
    assert sorted(found(comment, EVERYTHING)) == codes
    assert found(comment) == [c for c in codes if c != "GIL002"]


def test_a_code_whose_rule_does_not_run_is_not_unused() -> None:
    assert found("  # noqa: GIL101", frozenset({"GIL002", "GIL201"})) == ["GIL201"]


def test_a_file_that_no_rule_looks_at_has_unused_suppressions_too() -> None:
    made = analyse("x = 1  # noqa: GIL101\n", "x.py", Options(codes=EVERYTHING), thorough=False)
    assert [(d.code, d.span.line, d.span.column) for d in made.diagnostics] == [("GIL002", 1, 8)]
