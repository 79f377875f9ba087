"""Open files, and paths, as the files that they stand for: their names, and what is in them."""

from __future__ import annotations

from functools import lru_cache

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import BUFFERS
from gillint.resolve.calling.bound import CONTENT
from gillint.resolve.external.files import Content
from gillint.resolve.external.packed_names import packing
from gillint.resolve.external.packing import ways
from gillint.resolve.numeric.randomness import noise
from gillint.resolve.text.texts import ANY
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE

PACKED = 3.0  # what compression is taken to gain, here and in the facts of the compressing libraries

UNPACKING = {
    "gzip.": "gz", "bz2.": "bz2", "lzma.": "xz", "compression.zstd.": "zst", "zstandard.": "zst", "lz4.frame.": "lz4",
}  # fmt: skip

PACKED_KINDS = (*UNPACKING.values(), "xz-preset", "gz-1", "gz-6")

ARCHIVES = ("zipfile.ZipFile", "tarfile.TarFile")
_MEMBERS = ("zipfile.ZipExtFile", "tarfile.ExFileObject")  # what is known to be in them is what was put in, unpacked

TEXT_FILE = "io.TextIOWrapper"
TEXT_FILES = (TEXT_FILE, "io.StringIO")


HANDLES = (
    *TEXT_FILES, "io.BytesIO", "io.BufferedReader", "io.BufferedWriter", "io.BufferedRandom", "io.FileIO", "gzip.GzipFile",
    "bz2.BZ2File", "lzma.LZMAFile", "compression.zstd.ZstdFile",
    "zstandard.ZstdDecompressionReader", "lz4.frame.LZ4FrameFile",
    "zipfile.ZipExtFile", "tarfile.ExFileObject", "tempfile.SpooledTemporaryFile", "asyncio.FedReader",
    "aiofiles.threadpool.AsyncFile", *ARCHIVES,
)  # fmt: skip

WRITERS = ("csv.writer", "csv.DictWriter", "wave.Wave_write", "wave.Wave_read", "zstandard.ZstdCompressionWriter")

_PATHS = ("str", "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath", "os.DirEntry", "tempfile.TemporaryDirectory")

LISTS = ("os.scandir", "os.listdir", "pathlib.Path.iterdir")  # what is in one folder

_PUTTING_IN = (".add", ".write")  # of an archive: what goes in is asked for, not what is in it

_SOME_MEMBERS = Value(type="io.BufferedReader", number=Estimate(3, 50, 5_000))


def name_of(value: Value | None) -> str | None:
    """The name of the file or folder that a path or an open file stands for, with holes."""
    if value is not None and value.type == "int":
        return value.text.pattern if value.text is not None else None  # a file descriptor
    text = text_of(value) if value is not None and value.type in (*_PATHS, *HANDLES, *WRITERS) else None
    return text.pattern if text is not None else None


def current(act: Activation, value: Value) -> Value:
    """An open file with what was written to it by now, or with what is left of that behind the place where it is."""
    if value.type not in HANDLES or value.text is None:
        return value
    name = value.text.pattern
    content, left = act.program.files.find(name), act.program.files.left.get(name)
    if value.type in ARCHIVES or (content is None and left is None):
        return value
    inside = (unpacked(content) if packs(value) else content) if content is not None else None
    return filled(value, _rest(inside, left) if left is not None else inside or Content(ZERO))


def _rest(content: Content | None, left: Estimate) -> Content:
    if content is None:
        return Content(left)
    return replace(content, size=content.size.min(left), text=content.text.part((content.size / left.max(1)).max(1)))


def packs(handle: Value) -> bool:
    """Whether what goes into an open file is compressed on the way, and what comes out of it is unpacked; or may be."""
    if handle.type in _MEMBERS:
        return False
    return any(way in PACKED_KINDS for way in ways(handle.dtype)) or (handle.type or "").startswith(tuple(UNPACKING))


def content_of(act: Activation, fact: str, bound: Bound) -> Value | None:
    """What is in the file, or in each file of the folder, that the receiver or the first argument names; their number.

    A stream in memory is its own content.

    None where the fact does not ask, or nothing is known.
    """
    if not _asks_for_content(fact):
        return None
    root = bound.get("root_dir")  # of an archive that is made
    named = (root,) if root is not None else bound.positional[:1]
    if not fact.endswith(_PUTTING_IN):
        # What is taken out of an archive is in the archive, whatever is in the folder that it goes to.
        named = (*((bound.receiver,) if bound.receiver is not None else ()), *named)
    for value in named:
        name = name_of(value)
        if value.type in ARCHIVES:
            content = act.program.files.member(name, HOLE) if name is not None else None
            if content is None:
                return _SOME_MEMBERS
            return replace(filled(Value(type="io.BufferedReader"), content), number=content.files)
        if value.type in BUFFERS and value.element is not None:
            return replace(value, number=ONE)
        content = content_below(act, name)
        if content is not None:
            unpacks = packs(value) or packing(fact, bound, name) is not None
            inside = unpacked(content) if unpacks else raw(content)
            return replace(filled(Value(type="io.BufferedReader"), inside), number=content.files)
    return None


@lru_cache(maxsize=8192)
def _asks_for_content(name: str) -> bool:
    fact = find_fact(name)
    if fact is None:
        return False
    behaviours = (fact.behaviour, *(c.behaviour for c in fact.clauses))
    asked = [c.of for b in behaviours for c in (b.gil, b.native, b.releases) if c is not None]
    asked += [b.returns.size for b in behaviours if b.returns is not None]
    return any(of is not None and f"({CONTENT})" in of for of in asked)


def content_below(act: Activation, name: str | None) -> Content | None:
    """A file, which is one of those whose name is not known in full, or the files in a folder of this name."""
    if name is None:
        return None
    if HOLE in name and act.program.files.below(name):
        return act.program.files.inside(name)
    one = act.program.files.find(name)
    return replace(one, files=ONE) if one is not None else act.program.files.find(f"{name}/{HOLE}")


def filled(value: Value, content: Content, *, is_text: bool = False) -> Value:
    """An open file, or what stands for one, with its lines."""
    lines = content.lines
    kind = "str" if is_text or value.type in TEXT_FILES else "bytes"
    size = content.size
    if kind == "str" and value.type != "io.StringIO":  # the bytes of a file are more than its characters
        size = (size - content.text.wide).max(0)
    line = Value(type=kind, size=size / lines, text=content.text.part(lines))
    if content.source is not None and content.source.kind == "lines":
        line = replace(line, source=content.source.value.source)
    return replace(value, shape=None, size=lines, element=line)


def raw(content: Content) -> Content:
    """The bytes of the file itself."""
    size = content.size / PACKED
    return replace(content, size=size, text=noise(size), packed=False) if content.packed else content


def unpacked(content: Content) -> Content:
    """What is in the file once it is decompressed: what was compressed, where that is known."""
    if content.packed:
        return content
    made = content.source
    if made is not None and made.kind == "packed" and made.value.size is not None:
        return Content(made.value.size, text_of(made.value) or ANY, source=made.value.source)
    return replace(content, size=content.size * PACKED)
