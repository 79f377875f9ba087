"""Files that a library packs or unpacks by itself, as their names tell or as it is asked to: `pd.read_csv("sales.csv.gz")`."""

from __future__ import annotations

from pathlib import PurePosixPath

from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.trace import Bound
from gillint.resolve.values import OF_THE_CALL, Value

_ENDINGS = {
    ".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip", ".zst": "zstd",
}  # fmt: skip
_ASKED = (*_ENDINGS.values(), "lzma")

_PANDAS = {
    *(f"pandas.read_{kind}" for kind in ("csv", "table", "fwf", "json", "pickle", "xml")),
    *(f"pandas.{kind}.to_{form}" for kind in ("DataFrame", "Series") for form in ("csv", "json", "pickle")),
}
_NUMPY = {"numpy.loadtxt", "numpy.genfromtxt", "numpy.savetxt"}
# They unpack in code of their own: what that costs is in their facts, if anywhere.
_OF_THEIR_OWN = {"polars.read_csv", "polars.scan_csv", "pyarrow.csv.read_csv"}

# What does the work in pandas and numpy: the modules of the standard library, of which these are the types. An archive is
# written at the level of zlib's own choice, a file of gzip at the highest.
_READ_WITH = {
    "gzip": Value(type="gzip.GzipFile"), "zip": Value(type="gzip.GzipFile"), "bz2": Value(type="bz2.BZ2File"),
    "xz": Value(type="lzma.LZMAFile"), "lzma": Value(type="lzma.LZMAFile"),
    "zstd": Value(type="zstandard.ZstdDecompressionReader"),
}  # fmt: skip
_WRITTEN_WITH = {
    **_READ_WITH,
    "zip": Value(type="gzip.GzipFile", dtype="gz-6"),
    "zstd": Value(type="zstandard.ZstdCompressionWriter"),
}
_QUICK = Value(type="gzip.GzipFile", dtype="gz-1")


def packing(function: str, bound: Bound, file: str | None) -> str | None:
    """How the file that a function reads or writes is compressed; None where it is not, or the function asks nobody."""
    if function not in _PANDAS | _NUMPY | _OF_THEIR_OWN:
        return None
    asked = bound.get("compression") if function in _PANDAS else None
    if asked is not None and asked.type == "dict":
        asked = asked.column("method")
    named = literal_text(asked)
    if asked is not None and named != "infer":
        return named if named in _ASKED else None
    return _ENDINGS.get(PurePosixPath(file or "").suffix)


def unpacked_with(function: str, kind: str) -> Value | None:
    """What a function reads a compressed file through; None where it has code of its own."""
    return replace(_READ_WITH[kind], mark=OF_THE_CALL) if function not in _OF_THEIR_OWN else None


def packed_with(bound: Bound, kind: str) -> Value:
    """What a function writes a compressed file through, at the level that is asked for."""
    options = bound.get("compression")
    level = options.column("compresslevel") if options is not None and options.type == "dict" else None
    number = level.number.likely if level is not None and level.number is not None else None
    is_quick = kind == "gzip" and number is not None and number < 4
    return replace(_QUICK if is_quick else _WRITTEN_WITH[kind], mark=OF_THE_CALL)
