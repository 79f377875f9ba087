"""Knowledge files as they were read, kept for the next run: reading TOML takes a hundred times longer.

What is kept is named by a digest of the file's content and of the code that reads it, so it cannot be stale: where either
changes, nothing is found, and the file is read. Without a place to write, every run reads what it needs.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import fields
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from gillint.frozen import replace
from gillint.knowledge import schema
from gillint.knowledge.read import read_library
from gillint.knowledge.schema import Entries, Library

_CODE = ("schema.py", "read.py", "table.py", "expressions.py", "cache.py")
_KINDS: tuple[Any, ...] = (
    schema.Effect,
    schema.Cost,
    schema.Source,
    schema.Measured,
    schema.Returns,
    schema.Condition,
    schema.Behaviour,
    schema.Clause,
    schema.Probe,
    schema.Fact,
    schema.TypeInfo,
    schema.Support,
    schema.Library,
)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_KEPT = 3  # versions of one file: of an installed gillint and of checkouts


def cached_library(content: bytes, file: str) -> Library:
    """The same as `read_library`, from the cache where it is there."""
    path = _place(content, file)
    if path is not None:
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            return unpack(path.read_bytes())
    library = read_library(content.decode("utf-8"), file)
    if path is not None:
        with contextlib.suppress(OSError):
            _write(path, pack(library))
    return library


def pack(library: Library) -> bytes:
    """A library as bytes: a checksum, an index, and one record for each fact and type, so that each can be made alone."""
    head = replace(library, facts=Entries.of({}), types=Entries.of({}))
    records: list[bytes] = []
    index = marshal.dumps((_encode(head), _packed(library.facts, records), _packed(library.types, records)))
    data = len(index).to_bytes(_LENGTH, "big") + index + b"".join(records)
    return zlib.crc32(data).to_bytes(_LENGTH, "big") + data


def unpack(stored: bytes) -> Library:
    """The library that was packed. The records stay where they are until one is asked for.

    Raises:
        ValueError: the bytes are not what was packed.
    """
    data = memoryview(stored)[_LENGTH:]
    if zlib.crc32(data) != int.from_bytes(stored[:_LENGTH], "big"):
        raise ValueError("damaged")
    start = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    head, facts, types = marshal.loads(data[_LENGTH:start])
    found: Library = _decode(head)
    return replace(found, facts=_entries(data[start:], *facts), types=_entries(data[start:], *types))


_LENGTH = 4  # bytes of a number
# The places of the names; for each place its entry's name and where its record begins.
_Packed = tuple[dict[str, int], list[str], list[int]]


def _packed(entries: Entries[Any], records: list[bytes]) -> _Packed:
    """A family of hundreds has one record: its members differ by their names alone."""
    names: list[str] = []
    starts: list[int] = []
    known: dict[bytes, int] = {}
    end = sum(map(len, records))
    for place in range(len(set(entries.places.values()))):
        kind, name, *rest = _encode(entries.at(place))
        record = marshal.dumps([kind, *rest])
        if record not in known:
            known[record] = end
            records.append(record)
            end += len(record)
        names.append(name)
        starts.append(known[record])
    return entries.places, names, starts


def _entries(records: memoryview, places: dict[str, int], names: list[str], starts: list[int]) -> Entries[Any]:
    def make(place: int) -> Any:
        kind, *rest = marshal.loads(records[starts[place] :])
        return _decode([kind, names[place], *rest])

    return Entries(places, make)


_TUPLE = -1  # of objects; any other tuple stands for itself


def _encode(value: Any) -> Any:
    """Lists stand for objects: the number of the class, then its fields."""
    if isinstance(value, Entries):
        return None
    if isinstance(value, tuple):
        items = tuple(map(_encode, value))
        return [_TUPLE, *items] if any(type(item) is list for item in items) else items
    if isinstance(value, Enum):
        return [_NUMBERS[type(value)], value.value]
    if type(value) in _NUMBERS:
        return [_NUMBERS[type(value)], *(_encode(getattr(value, f.name)) for f in fields(value))]
    return value


def _decode(value: list[Any]) -> Any:
    kind, *items = value
    parts = [_decode(item) if type(item) is list else item for item in items]
    return tuple(parts) if kind == _TUPLE else _KINDS[kind](*parts)


@lru_cache(maxsize=1)
def _reader() -> bytes | None:
    """A digest of the code that reads, None where it cannot be seen."""
    digest = hashlib.sha256(f"{sys.implementation.cache_tag} {marshal.version}".encode())
    folder = Path(__file__).parent
    try:
        for name in _CODE:
            digest.update((folder / name).read_bytes())
    except OSError:
        return None
    return digest.digest()


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    """Where users expect caches."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "gillint" / "knowledge"
    except RuntimeError:
        return None


def _place(content: bytes, file: str) -> Path | None:
    reader, folder = _reader(), _folder()
    if reader is None or folder is None:
        return None
    digest = hashlib.sha256(reader + file.encode() + b"\0")
    digest.update(content)
    return folder / f"{Path(file).stem}-{digest.hexdigest()[:40]}.bin"


def _write(path: Path, data: bytes) -> None:
    """At once, so that nobody ever reads half of it; what is older than the last few goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    for old in sorted(_siblings(path), key=lambda p: -p.stat().st_mtime)[_KEPT:]:
        with contextlib.suppress(OSError):
            old.unlink()


def _siblings(path: Path) -> Iterator[Path]:
    return path.parent.glob(f"{path.name.rsplit('-', 1)[0]}-{'?' * 40}.bin")
