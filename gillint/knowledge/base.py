"""Look-up in the knowledge base: files are read when a name first needs them, and once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from gillint.knowledge.read import read_library
from gillint.knowledge.schema import Fact, Library, TypeInfo

_PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """Where the data is: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "knowledge"


@lru_cache(maxsize=1)
def library_files() -> dict[str, Path]:
    """Library name to file, for all libraries that have one."""
    root = data_folder()
    return {path.stem: path for folder in ("stdlib", "packages") for path in sorted((root / folder).glob("*.toml"))}


@cache
def library(name: str) -> Library | None:
    """The library of exactly this name, or None."""
    path = library_files().get(name)
    if path is None:
        return None
    return read_library(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")


@cache
def _facts(name: str) -> dict[str, Fact]:
    found = library(name)
    return dict(found.facts) if found is not None else {}


@cache
def _types(name: str) -> dict[str, TypeInfo]:
    found = library(name)
    return dict(found.types) if found is not None else {}


def libraries_of(name: str) -> Iterator[str]:
    """The libraries that may speak of a qualified name, the most specific first; builtins for a bare name."""
    files = library_files()
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        prefix = ".".join(parts[:end])
        if prefix in files:
            yield prefix
    yield "builtins"


@cache
def find_fact(name: str) -> Fact | None:
    """The fact of exactly this public name, or None."""
    for candidate in libraries_of(name):
        fact = _facts(candidate).get(name)
        if fact is not None:
            return fact
    return None


@cache
def default_fact(name: str) -> Fact | None:
    """What is known of a library's callables in general, for a name without a fact of its own."""
    for candidate in libraries_of(name):
        if candidate == "builtins":
            return None
        found = library(candidate)
        if found is not None and found.default is not None:
            return found.default
    return None


@cache
def find_type(name: str) -> TypeInfo | None:
    """What is known of a type, or None."""
    for candidate in libraries_of(name):
        info = _types(candidate).get(name)
        if info is not None:
            return info
    return None


@cache
def bases_of(name: str) -> tuple[str, ...]:
    """The type itself and the types where its methods are looked up next, in order."""
    order: list[str] = []
    queue = [name]
    while queue:
        current = queue.pop(0)
        if current in order:
            continue
        order.append(current)
        info = find_type(current)
        if info is not None:
            queue.extend(info.bases)
    return tuple(order)


@cache
def find_method(type_name: str, method: str) -> Fact | None:
    """The fact of a method, looked up along the bases."""
    for base in bases_of(type_name):
        fact = find_fact(f"{base}.{method}")
        if fact is not None:
            return fact
    return None


@cache
def knows_module(name: str) -> bool:
    """Whether a module of this name, or one above it, has a knowledge file."""
    return any(candidate != "builtins" for candidate in libraries_of(name))


def knows_below(name: str) -> bool:
    """Whether there are facts about members of this name: whether it is a module."""
    if name in library_files():
        return True
    prefix = name + "."
    return any(fact.startswith(prefix) for lib in libraries_of(name) for fact in _facts(lib) if lib != "builtins")


def all_libraries() -> Iterator[Library]:
    """Every library, read in order of its file name."""
    for name in library_files():
        found = library(name)
        assert found is not None
        yield found


def suggestions(name: str) -> tuple[str, ...]:
    """Known names that end like the one asked for, for a helpful error."""
    tail = name.rsplit(".", 1)[-1]
    found = {known for lib in all_libraries() for known, _ in lib.facts if known.rsplit(".", 1)[-1] == tail}
    return tuple(sorted(found))[:5]
