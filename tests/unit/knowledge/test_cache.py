"""The cache gives what reading gives, and never anything else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gillint.errors import KnowledgeError
from gillint.knowledge import cache
from gillint.knowledge.base import data_folder
from gillint.knowledge.read import read_library

TEXT = """
library = "lib"
distribution = "lib"
version = "1.0"

[[fact]]
name = "lib.f"
aliases = ["lib.g"]
effect = "holds"
gil = { fixed = 100 }
when = [{ argument = "x", is = true, effect = "releases", native = { fixed = 1000 } }]
evidence = [{ kind = "measured", version = "1.0", python = "3.11", date = "2026-11-22", size = "2 x 2", held = 1.0 }]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache, "_folder", lambda: tmp_path / "knowledge")
    return tmp_path / "knowledge"


@pytest.mark.parametrize("name", ["stdlib/builtins.toml", "packages/numpy.toml", "packages/cryptography.toml"])
def test_what_is_packed_comes_back(name: str) -> None:
    library = read_library((data_folder() / name).read_text(encoding="utf-8"), name)
    assert cache.unpack(cache.pack(library)) == library


def test_a_family_is_kept_once() -> None:
    def packed(names: str) -> int:
        text = TEXT.replace('name = "lib.f"\naliases = ["lib.g"]', f"names = [{names}]")
        library = read_library(text, "packages/lib.toml")
        assert cache.unpack(cache.pack(library)) == library
        return len(cache.pack(library))

    one, two, many = (packed(", ".join(f'"lib.f{i}"' for i in range(n))) for n in (1, 2, 100))
    assert many - one < 110 * (two - one) < 110 * 60


def test_what_is_said_of_many_is_kept_once() -> None:
    def packed(first: str, second: str) -> int:
        head, fact = TEXT.split("[[fact]]")
        notes = {"lib.f": first, "lib.h": second}
        facts = (
            fact.replace('aliases = ["lib.g"]', f'note = "{note}"').replace("lib.f", name)
            for name, note in notes.items()
        )
        library = read_library(head + "".join("[[fact]]" + f for f in facts), "packages/lib.toml")
        assert cache.unpack(cache.pack(library)) == library
        return len(cache.pack(library))

    assert packed("x" * 500, "y" * 500) - packed("x" * 500, "x" * 500) > 450


def test_a_second_run_reads_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cache.cached_library(TEXT.encode(), "packages/lib.toml")
    monkeypatch.setattr(cache, "read_library", lambda *_: pytest.fail("was read again"))
    second = cache.cached_library(TEXT.encode(), "packages/lib.toml")
    assert first == second
    assert second.facts.find("lib.f") is second.facts.find("lib.g")


def test_another_content_or_name_is_another_entry() -> None:
    cache.cached_library(TEXT.encode(), "packages/lib.toml")
    changed = cache.cached_library(TEXT.replace("fixed = 100 ", "fixed = 200 ").encode(), "packages/lib.toml")
    fact = changed.facts.find("lib.f")
    assert fact is not None and fact.behaviour.gil is not None and fact.behaviour.gil.fixed == 200
    assert cache.cached_library(TEXT.encode(), "packages/other.toml").file == "packages/other.toml"


def test_other_code_reads_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.cached_library(TEXT.encode(), "packages/lib.toml")
    monkeypatch.setattr(cache, "_reader", lambda: b"another")
    monkeypatch.setattr(cache, "read_library", lambda text, file: read_library(text, "read/again.toml"))
    assert cache.cached_library(TEXT.encode(), "packages/lib.toml").file == "read/again.toml"


def test_damage_is_noticed_and_mended(folder: Path) -> None:
    wanted = cache.cached_library(TEXT.encode(), "packages/lib.toml")
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    for broken in (b"", whole[:-1], whole[:40] + b"?" + whole[41:], b"nonsense"):
        entry.write_bytes(broken)
        assert cache.cached_library(TEXT.encode(), "packages/lib.toml") == wanted
        assert entry.read_bytes() == whole


def test_old_versions_do_not_pile_up(folder: Path) -> None:
    for number in range(10):
        cache.cached_library(TEXT.replace("fixed = 100 ", f"fixed = {number} ").encode(), "packages/lib.toml")
    assert len(list(folder.iterdir())) <= 3


def test_it_works_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(cache, "_folder", lambda: tmp_path / "file" / "knowledge")
    assert cache.cached_library(TEXT.encode(), "packages/lib.toml").name == "lib"
    monkeypatch.setattr(cache, "_folder", lambda: None)
    assert cache.cached_library(TEXT.encode(), "packages/lib.toml").name == "lib"


def test_a_wrong_file_is_not_kept(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="colour"):
            cache.cached_library((TEXT + "colour = 1\n").encode(), "packages/lib.toml")
    assert not folder.exists()


def test_many_at_once_get_the_same(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: cache.cached_library(TEXT.encode(), "packages/lib.toml"), range(32)))
    assert all(library == found[0] for library in found)
    assert len(list(folder.iterdir())) == 1
