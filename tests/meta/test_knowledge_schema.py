"""The JSON Schema for editors says what the reader says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gillint.knowledge import read
from gillint.knowledge.base import data_folder

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA: dict[str, Any] = json.loads((data_folder() / "schema.json").read_text(encoding="utf-8"))
FILES = sorted(data_folder().glob("*/*.toml"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_file_is_valid(path: Path) -> None:
    data = json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str))
    errors = [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in VALIDATOR.iter_errors(data)]
    assert errors == []


def test_it_knows_the_keys_of_the_reader() -> None:
    definitions = SCHEMA["$defs"]
    assert set(definitions["fact"]["properties"]) == read._FACT
    assert set(definitions["clause"]["properties"]) == read._CLAUSE
    assert set(definitions["default"]["properties"]) == {*read._BEHAVIOUR, "evidence"}


HEAD = {"library": "lib", "distribution": "lib", "version": "1"}
EVIDENCE = [{"kind": "measured", "version": "1", "python": "3.11", "date": "2026-11-22", "held": 1.0}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": 1},
        {"fact": [{"name": "lib.f", "effect": "holds"}]},
        {"fact": [{"name": "lib.f", "effect": "sometimes", "evidence": EVIDENCE}]},
        {"fact": [{"effect": "holds", "evidence": EVIDENCE}]},
        {"fact": [{"name": "lib.f", "names": ["lib.g"], "effect": "holds", "evidence": EVIDENCE}]},
        {"fact": [{"name": "lib.f", "effect": "holds", "evidence": [{"kind": "folklore"}]}]},
        {"fact": [{"name": "lib.f", "effect": "holds", "gil": {"per": 1}, "evidence": EVIDENCE}]},
        {"fact": [{"name": "lib.f", "effect": "holds", "when": [{"version": "45"}], "evidence": EVIDENCE}]},
    ],
)
def test_it_refuses_what_the_reader_refuses(wrong: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(HEAD)
    assert not VALIDATOR.is_valid({**HEAD, **wrong})
