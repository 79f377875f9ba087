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
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from gillint.frozen import replace
from gillint.knowledge import schema
from gillint.knowledge.read import read_library
from gillint.knowledge.schema import Entries, General, Library

_CODE = ("schema.py", "read.py", "table.py", "expressions.py", "versions.py", "cache.py")
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
    schema.General,
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
    """A library as bytes: a checksum, an index, and records, so that each fact and type can be made alone."""
    records = _Records()
    facts, types = _packed(library.facts, records), _packed(library.types, records)
    general = records.start_of(library.general.at(0))
    index = marshal.dumps((library.name, library.file, library.distribution, library.version, facts, types, general))
    data = len(index).to_bytes(_LENGTH, "big") + index + b"".join(records.starts)
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
    name, file, distribution, version, facts, types, general = marshal.loads(data[_LENGTH:start])
    records = data[start:]

    def said(_: int) -> General:
        found: General = _made(records, general)
        return found

    entries = (_entries(records, *facts), _entries(records, *types), Entries({"": 0}, said))
    return Library(name, file, distribution, version, *entries)


_LENGTH = 4  # bytes of a number
_SHORT = 24  # characters of a text that is no shorter where it is told by its place


class _Records:
    """The records in order, each with where it begins. What is the same is kept once.

    The members of a family of hundreds differ by their names alone; half of all text measures or shows many facts.
    """

    def __init__(self) -> None:
        self.starts: dict[bytes, int] = {}
        self._end = 0

    def start_of(self, value: Any) -> int:
        """Where the record of a value begins."""
        record = marshal.dumps(self._encode(value))
        if record not in self.starts:
            self.starts[record] = self._end
            self._end += len(record)
        return self.starts[record]

    def _encode(self, value: Any) -> Any:
        """Lists stand for objects: the number of the class, then what its fields hold."""
        if isinstance(value, tuple):
            items = tuple(map(self._encode, value))
            return [_TUPLE, *items] if any(type(item) is list for item in items) else items
        if isinstance(value, Enum):
            return [_NUMBERS[type(value)], value.value]
        if type(value) in _NUMBERS:
            return [_NUMBERS[type(value)], *map(self._field, _given(value))]
        return value

    def _field(self, value: Any) -> Any:
        is_long = isinstance(value, str) and len(value) > _SHORT
        return [_RECORD, self.start_of(value)] if is_long else self._encode(value)


def _given(value: Any) -> list[Any]:
    """The fields of an object up to the last that differs from its default: most have few."""
    known = fields(value)
    given = [getattr(value, f.name) for f in known]
    while given and repr(given[-1]) == repr(known[len(given) - 1].default):
        given.pop()
    return given


_TUPLE = -1  # of objects; any other tuple stands for itself
_RECORD = -2  # where a record begins

# All names, one a line; for each its place; for each place its first name, and where its record begins.
_Packed = tuple[str, bytes, bytes, bytes]


def _packed(entries: Entries[Any], records: _Records) -> _Packed:
    def array_of(numbers: Iterable[int]) -> bytes:
        return array("I", numbers).tobytes()

    first: dict[int, int] = {}
    for number, place in enumerate(entries.places.values()):
        first.setdefault(place, number)
    starts = [records.start_of(replace(entries.at(place), name="")) for place in range(len(first))]
    firsts = [first[place] for place in range(len(first))]
    return "\n".join(entries.places), array_of(entries.places.values()), array_of(firsts), array_of(starts)


def _entries(records: memoryview, text: str, *numbers: bytes) -> Entries[Any]:
    """One text and arrays load a hundred times faster than lists."""
    names = text.split("\n") if text else []
    places, firsts, starts = (memoryview(n).cast("I") for n in numbers)

    def make(place: int) -> Any:
        return replace(_made(records, starts[place]), name=names[firsts[place]])

    return Entries(dict(zip(names, places.tolist(), strict=True)), make)


def _made(records: memoryview, start: int) -> Any:
    def decode(value: list[Any]) -> Any:
        kind, *items = value
        if kind == _RECORD:
            return marshal.loads(records[items[0] :])
        parts = [decode(item) if type(item) is list else item for item in items]
        return tuple(parts) if kind == _TUPLE else _KINDS[kind](*parts)

    return decode(marshal.loads(records[start:]))


@lru_cache(maxsize=1)
def _reader() -> bytes | None:
    """A digest of the code that reads, None where it cannot be seen."""
    digest = hashlib.sha256(f"{sys.implementation.cache_tag} {marshal.version} {sys.byteorder}".encode())
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
    stem = file.rpartition("/")[2].removesuffix(".toml")
    return folder / f"{stem}-{digest.hexdigest()[:40]}.bin"


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
