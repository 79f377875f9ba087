"""Facts in words: every condition that a knowledge file may give is told."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from gillint.knowledge.schema import Behaviour, Clause, Condition, Cost, Effect, Fact, Measured
from gillint.report.facts import behaviour, callable_page, part_page, told

GIVEN: dict[str, dict[str, Any]] = {
    "size": {"size": "size(a)", "below": 10},
    "below": {"size": "size(a)", "below": 10},
    "from_": {"size": "size(a)", "from_": 10},
    "dtype": {"dtype": ("object",)},
    "type": {"type": ("list",)},
    "not_type": {"not_type": ("list",)},
    "of": {"dtype": ("object",), "of": "a"},
    "given": {"given": "key"},
    "absent": {"absent": "key"},
    "default": {"given": "key", "default": -1},
    "argument": {"argument": "indent", "is_": 2},
    "is_": {"argument": "indent", "is_": 2},
    "matches": {"argument": "_path", "matches": "^count"},
    "program": {"program": ("grep",)},
    "python": {"python": ">=3.12"},
    "version": {"version": "<2"},
    "build": {"build": "free-threaded"},
    "installed": {"installed": "pyarrow"},
    "missing": {"missing": "pyarrow"},
}


@pytest.mark.parametrize("key", [f.name for f in fields(Condition)])
def test_every_condition_is_told(key: str) -> None:
    text = told(Condition(**GIVEN[key]))
    value = GIVEN[key][key]
    assert str(value[0] if isinstance(value, tuple) else value) in text


def test_what_is_there_and_what_is_missing_are_told_apart() -> None:
    assert told(Condition(installed="pyarrow")) != told(Condition(missing="pyarrow"))


def test_the_evidence_of_a_condition_is_told_with_it() -> None:
    one, other = (Measured("1", "3.11", "2026-11-28", held=value) for value in (0.05, 1.0))
    clause = Clause(Condition(dtype=("object",), of="a"), Behaviour(Effect.HOLDS), evidence=(other,))
    page = callable_page(Fact("lib.f", "lib.toml", ("a",), Behaviour(Effect.RELEASES), (clause,), evidence=(one,)))
    assert f"\n- {one}\n" in page
    assert f"\n- dtype of `a` object: {other}\n" in page


@pytest.mark.parametrize(
    ("releases", "words"),
    [
        (Cost(fixed=1), "giving it up once a call"),
        (Cost(fixed=4), "giving it up 4 times a call"),
        (Cost(fixed=20, per=2, of="rows(a)"), "giving it up 20 + 2 x rows(a) times a call"),
    ],
)
def test_what_holds_and_gives_up_in_between_is_not_said_to_hold_throughout(releases: Cost, words: str) -> None:
    text = behaviour(Behaviour(Effect.HOLDS, releases=releases))
    assert words in text and "throughout" not in text
    assert "throughout" in behaviour(Behaviour(Effect.HOLDS))


@pytest.mark.parametrize(
    ("of", "words"), [("size(a)", "2 ns x size(a)"), ("size(a) + 3 * rows(a)", "2 ns x (size(a) + 3 * rows(a))")]
)
def test_a_sum_that_a_rate_is_multiplied_by_is_in_brackets(of: str, words: str) -> None:
    assert f"holding 5 ns + {words})" in behaviour(Behaviour(Effect.HOLDS, gil=Cost(fixed=5, per=2, of=of)))


def test_a_name_without_a_fact_tells_which_one_is_spelt_like_it() -> None:
    assert "json.dumps" in (part_page("json.dmps") or "")
    assert "Perhaps" not in (part_page("json.something_else_entirely") or "Perhaps")
