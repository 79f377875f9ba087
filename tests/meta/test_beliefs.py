"""The table of beliefs rests on facts with evidence and a probe."""

from __future__ import annotations

import sys

import pytest

from gillint.knowledge.base import find_fact
from tests.support import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROWS = tomllib.loads((ROOT / "docs" / "beliefs.toml").read_text(encoding="utf-8"))["belief"]


def test_there_are_enough() -> None:
    assert len(ROWS) >= 25
    assert len({row["belief"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_each_names_a_fact_that_can_be_verified(row: dict[str, str]) -> None:
    assert set(row) == {"belief", "so", "name"}
    fact = find_fact(row["name"])
    assert fact is not None and fact.probe is not None and fact.evidence
