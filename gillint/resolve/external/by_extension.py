"""Files of smart_open and fsspec: opened by one function whatever they are, unpacked as their names or an argument say."""

from __future__ import annotations

from pathlib import PurePosixPath

from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.calling.sites import Site
from gillint.resolve.values import Value

_FSSPEC = ("fsspec.open", "fsspec.implementations.local.LocalFileSystem.open")
OPENERS_BY_EXTENSION = {"smart_open.open", *_FSSPEC}

_ENDINGS = {".gz": "gz", ".bz2": "bz2", ".xz": "xz"}
_NAMED = {"gzip": "gz", "bz2": "bz2", "lzma": "xz", "xz": "xz"}
_FILES = {"gz": "gzip.GzipFile", "bz2": "bz2.BZ2File", "xz": "lzma.LZMAFile"}
ON_ENTERING = "fsspec.core.PackedFile"


def mode_of(site: Site) -> str:
    """How the file is opened; fsspec takes bytes unless it is told otherwise."""
    return literal_text(site.argument(1, "mode")) or ("rb" if site.name in _FSSPEC else "r")


def unpacking(site: Site, file: str | None, mode: str) -> Value:
    """What is opened: a file of gzip, bz2 or lzma where it is one of these; one of fsspec.open gives it once it is entered."""
    kind = _kind(site, file)
    if kind is None:
        plain = "io.BufferedReader" if "b" in mode else "io.TextIOWrapper"
        return replace(site.result, type=plain, dtype=None) if site.result.dtype is not None else site.result
    made = Value(type=_FILES[kind]) if "b" in mode else Value(type="io.TextIOWrapper", dtype=kind)
    if site.name == "fsspec.open":
        return replace(site.result, type=ON_ENTERING, element=made)
    return replace(site.result, type=made.type, dtype=made.dtype, element=None)


def _kind(site: Site, file: str | None) -> str | None:
    asked = literal_text(
        site.argument(2, "compression") if site.name == "fsspec.open" else site.bound.get("compression")
    )
    if asked is None and site.name in _FSSPEC:
        return None
    if asked is None or asked.startswith("infer"):
        return _ENDINGS.get(PurePosixPath(file or "").suffix)
    return _NAMED.get(asked) or _ENDINGS.get(asked)
