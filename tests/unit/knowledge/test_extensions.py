"""What a user adds overrides what gillint brings, visibly, and only where it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.errors import KnowledgeError
from gillint.knowledge.base import (
    Extension,
    default_fact,
    extended_by,
    find_fact,
    find_method,
    knows_below,
    knows_module,
    library,
    read_extension,
)
from gillint.source.environment import Environment, LibraryVersion
from tests import support

EVIDENCE = 'evidence = [{ kind = "measured", version = "1.0", python = "3.11", date = "2026-11-22", held = 0.1 }]'


def extension(body: str, name: str = "json", file: str = "our.toml") -> Extension:
    return Extension(file, f'library = "{name}"\ndistribution = "python"\nversion = "3.13"\n{body}')


RELEASES = extension(
    f'[[fact]]\nname = "json.loads"\nparameters = ["s"]\neffect = "releases"\nnative = {{ per = 10, of = "size(s)" }}\n{EVIDENCE}'
)
OURS = extension(
    f'[default]\neffect = "holds"\n{EVIDENCE}\n[[fact]]\nname = "ours.Thing.run"\neffect = "holds"\n{EVIDENCE}\n'
    '[[type]]\nname = "ours.Thing"\n',
    "ours",
    "ours.toml",
)
SKETCH = "import json\n\nfor line in lines:\n    json.loads(line)\n"


def effect(name: str) -> str | None:
    fact = find_fact(name)
    return fact.behaviour.effect.value if fact is not None else None


def test_a_fact_is_overridden_within_the_context_alone() -> None:
    with extended_by((RELEASES,)):
        fact = find_fact("json.loads")
        assert fact is not None
        assert (fact.id, fact.overrides) == ("our.toml#json.loads", "stdlib/json.toml#json.loads")
        assert effect("json.loads") == "releases"
        assert effect("json.dumps") == "holds"
        found = library("json")
        assert found is not None and found.facts.find("json.loads") is fact and found.facts.find("json.dumps")
    assert effect("json.loads") == "holds"


def test_the_last_wins() -> None:
    again = extension(
        f'[[fact]]\nname = "json.loads"\neffect = "waits"\nwait = {{ fixed = 1 }}\n{EVIDENCE}', file="other.toml"
    )
    with extended_by((RELEASES, again)):
        fact = find_fact("json.loads")
        assert fact is not None and fact.id == "other.toml#json.loads" and fact.overrides == "our.toml#json.loads"


def test_a_library_of_ones_own() -> None:
    assert not knows_module("ours")
    with extended_by((OURS,)):
        assert knows_module("ours") and knows_below("ours") and knows_below("ours.Thing")
        assert find_method("ours.Thing", "run") is not None
        default = default_fact("ours.anything")
        assert default is not None and default.is_extension
    assert not knows_module("ours")


def test_a_file_that_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="No such file"):
        read_extension(tmp_path / "missing.toml")
    (tmp_path / "wrong.toml").write_text("library = 3\n")
    with pytest.raises(KnowledgeError, match=r"wrong\.toml: library"):
        read_extension(tmp_path / "wrong.toml")


def test_the_report_says_which_file() -> None:
    call = support.call_of(support.verdict(SKETCH, extensions=(RELEASES,)), "json.loads")
    assert call["effect"] == "releases"
    assert call["fact"] == "our.toml#json.loads"
    assert call["evidence"][0].startswith("our.toml: measured")
    assert support.call_of(support.verdict(SKETCH), "json.loads")["effect"] == "holds"


SIGN = """
from cryptography.hazmat.primitives.hashes import Hash, SHA256

for data in blocks:
    h = Hash(SHA256())
    h.update(data)
"""
UPDATE = "cryptography.hazmat.primitives.hashes.Hash.update"


@pytest.mark.parametrize(("version", "expected"), [("46.0.1", "holds"), ("51.0", "releases")])
def test_the_users_version_of_a_library_decides(version: str, expected: str) -> None:
    found = Environment((LibraryVersion("cryptography", version, "uv.lock"),))
    region = support.verdict(SIGN, environment=found, assume={"len(data)": 1 << 20})
    call = support.call_of(region, UPDATE)
    assert call["effect"] == expected
    assert call["library"] == {"name": "cryptography", "version": version, "source": "uv.lock"}
    assert f"cryptography {version} (uv.lock)" in region["assumptions"]


def test_without_an_environment_the_facts_version_counts() -> None:
    call = support.call_of(support.verdict(SIGN), UPDATE)
    assert call["library"]["source"] == "the version that the facts speak of"
