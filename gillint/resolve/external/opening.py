"""Opening files: by name, by descriptor, in memory, for the time being."""

from __future__ import annotations

from pathlib import PurePosixPath

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import BUFFERS
from gillint.resolve.calling.bound import element_of, literal_text
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.by_extension import ON_ENTERING, OPENERS_BY_EXTENSION, mode_of, unpacking
from gillint.resolve.external.files import MEMORY, Content
from gillint.resolve.external.handles import (
    ARCHIVES,
    HANDLES,
    TEXT_FILE,
    UNPACKING,
    filled,
    name_of,
    packs,
    raw,
    unpacked,
)
from gillint.resolve.external.peers import around
from gillint.resolve.external.rewriting import note_rewriting
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.text.texts import ANY, TEMPORARY, Text
from gillint.resolve.values import NONE, Value, text_of
from gillint.syntax.tree import HOLE

OPENERS = {
    "open", "io.open", "os.fdopen", "codecs.open", "pathlib.Path.open", "gzip.open", "gzip.GzipFile", "bz2.open", "bz2.BZ2File",
    "lzma.open", "lzma.LZMAFile", "compression.zstd.open", "compression.zstd.ZstdFile",
    "zstandard.open", "lz4.frame.open", "lz4.frame.LZ4FrameFile",
    "zipfile.ZipFile", "tarfile.open", "tarfile.TarFile.open", "tempfile.NamedTemporaryFile",
    "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile", "io.BytesIO", "io.StringIO", "io.TextIOWrapper",
    "asyncio.StreamReader", "aiofiles.open", *OPENERS_BY_EXTENSION,
}  # fmt: skip


def opened(site: Site) -> Value:
    """An open file: which it is, and what is in it where it is read."""
    act, result = site.act, site.result
    is_method = site.name == "pathlib.Path.open"
    source = (
        site.bound.receiver if is_method else site.argument(0, "file", "filename", "name", "path", "uri", "urlpath")
    )
    if site.name in BUFFERS:
        return _buffer(site)
    if site.name == _READER:
        return _fed(site)
    if site.name == "io.TextIOWrapper":
        return _decoded(site)
    if site.name.startswith("tempfile."):
        source = Value(type="str", text=_temporary(site))
    inner = (
        site.bound.get("fileobj") or site.argument(2, "fileobj") if "open" in site.name or "File" in site.name else None
    )
    if name_of(source) is None and inner is not None and inner.type in HANDLES:
        source = inner
    name = name_of(source)
    mode = literal_text(site.argument(0 if is_method else 1, "mode")) or "r"
    if site.name in OPENERS_BY_EXTENSION:
        mode = mode_of(site)
        result = unpacking(site, name, mode)
    if site.name.startswith("tempfile."):
        mode = "w"
    buffering = _buffering(site)
    if buffering == ZERO:  # each read and write of the file is a system call
        result = replace(result, type="io.FileIO")
    elif buffering == ONE and result.type == TEXT_FILE and mode[0] in "wax":
        result = replace(result, dtype="line")
    if mode[0] in "wax":
        kind = result.dtype or mode.partition(":")[2] or _compression(site)
        if result.type == "zipfile.ZipFile" and (name or "").startswith(MEMORY):
            kind = "stored memory" if kind == "stored" else "memory"
        elif result.type == "tarfile.TarFile" and not kind and (name or "").startswith(MEMORY):
            kind = "memory"
        result = replace(result, dtype=_at_level(site, kind) if kind == "gz" else kind)
    elif site.name.startswith("tarfile."):
        kind = _unpacked_by(mode, name)
        in_memory = inner is not None and inner.type == "io.BytesIO"
        result = replace(result, dtype=kind if kind or not in_memory else "memory")
    if name is None:
        return result
    act.program.files.left.pop(name, None)
    if mode[0] in "wax":
        note_opened(act, name, 0 if mode[0] == "a" else len(act.loops), distinct_of(source))
        if mode[0] == "w":
            note_rewriting(site, name)
        elif mode[0] == "a":
            act.program.files.begun[name] = ()  # what was in it stays
        return replace(result, text=Text(name))
    return _read(
        site,
        name,
        replace(result, text=Text(name)),
        is_text="t" in mode or (site.name == "aiofiles.open" and "b" not in mode),
    )


def _read(site: Site, name: str, opened: Value, *, is_text: bool) -> Value:
    """A file that is opened to be read, with what the program has written to it."""
    files = site.act.program.files
    content = files.find(name)
    if opened.type in ARCHIVES:
        member = files.member(name, HOLE)  # a tar file is gone through by its members
        return replace(opened, size=member.files) if member is not None and opened.type == "tarfile.TarFile" else opened
    if content is None or opened.type == ON_ENTERING:
        return opened
    if site.name.startswith(tuple(UNPACKING)) or packs(opened):
        return filled(opened, unpacked(content), is_text=is_text)
    if opened.type == TEXT_FILE and content.packed:  # of files of several kinds, this is one that is not compressed
        return filled(opened, replace(content, packed=False))
    return filled(opened, raw(content), is_text=is_text)


_TARS = {".gz": "gz", ".tgz": "gz", ".bz2": "bz2", ".tbz2": "bz2", ".xz": "xz", ".txz": "xz"}


def _unpacked_by(mode: str, name: str | None) -> str | None:
    """How an archive that is read is compressed, by the mode or by its name: `"r:gz"`, `backup.tgz`."""
    asked = mode.replace("|", ":").partition(":")[2]
    return asked if asked in UNPACKING.values() else _TARS.get(PurePosixPath(name or "").suffix)


def _buffering(site: Site) -> Estimate | None:
    """What is asked of the buffer: none, `open(path, "rb", buffering=0)`, or that each line is written at once, by 1."""
    place = {"open": 2, "io.open": 2, "pathlib.Path.open": 1, "os.fdopen": 2}.get(site.name)
    asked = site.argument(place, "buffering") if place is not None else None
    return asked.number if asked is not None else None


def streamed(site: Site) -> Value:
    """`decompressor.stream_reader(source)`: what is in a file, or in bytes, unpacked."""
    source = site.argument(0, "source")
    name = name_of(source)
    if source is None:
        return site.result
    if name is not None:
        content = site.act.program.files.find(name)
        made = replace(site.result, text=Text(name))
        return filled(made, unpacked(content)) if content is not None else made
    if source.size is None:
        return site.result
    return filled(site.result, unpacked(Content(source.size, text_of(source) or ANY, source=source.source)))


def streaming(site: Site) -> Value:
    """`compressor.stream_writer(f)`: what is written goes into the file."""
    name = name_of(site.argument(0, "writer"))
    return replace(site.result, text=Text(name)) if name is not None else site.result


def note_opened(act: Activation, name: str, depth: int, kinds: Estimate | None = None) -> None:
    """Remember where a file was opened, how often, and of how many names it may be."""
    outer = act.times
    for trips in act.loops[:depth]:
        outer = outer * trips
    act.program.files.opened[name] = (id(act), depth, outer)
    act.program.files.begun[name] = act.program.files.turn
    if kinds is not None:
        act.program.files.kinds[name] = kinds
    else:
        act.program.files.kinds.pop(name, None)


def _at_level(site: Site, kind: str) -> str:
    """The kind of compression with the level that was asked for; gzip's default is the highest."""
    level = site.bound.get("compresslevel")
    if level is None or level.number is None or level.number.likely >= 9:
        return kind
    return f"{kind}-{1 if level.number.likely < 4 else 6}"


def _compression(site: Site) -> str | None:
    for module, kind in UNPACKING.items():
        if site.name.startswith(module):
            return kind
    if site.name != "zipfile.ZipFile":
        return None
    chosen = site.argument(2, "compression")
    named = getattr(chosen.reference, "name", "") if chosen is not None else "ZIP_STORED"
    return "stored" if named.endswith("ZIP_STORED") else "gz"


def _buffer(site: Site) -> Value:
    """A file in memory: what it begins with, if anything, and a name of its own."""
    initial = site.argument(0, "initial_bytes", "initial_value")
    known = text_of(initial) or ANY
    if known.pattern.startswith(MEMORY):
        name = known.pattern  # the contents of another buffer
    else:
        name = f"{MEMORY}{site.act.path}:{site.span.line}:{site.span.column}>"
        note_opened(site.act, name, len(site.act.loops))
    made = replace(site.result, text=Text(name))
    if initial is None or initial == NONE or initial.size is None:
        return made
    content = Content(initial.size, known, source=initial.source)
    if name != known.pattern:
        site.act.program.files.write(name, site.span, content)
    return filled(made, content)


_READER = "asyncio.StreamReader"


def _fed(site: Site) -> Value:
    """`asyncio.StreamReader()`: one that the program feeds by hand is a buffer, one with a protocol is fed by a connection."""
    methods = around(site.act.scope).methods
    is_fed = "feed_data" in methods and "StreamReaderProtocol" not in methods
    return replace(_buffer(site), type="asyncio.FedReader") if is_fed else site.result


def _decoded(site: Site) -> Value:
    """`TextIOWrapper(f)`: the same file as text."""
    inner = site.argument(0, "buffer")
    if inner is None:
        return site.result
    made = replace(site.result, text=inner.text, dtype=inner.dtype or _compression_of(inner))
    if inner.size is None:
        return made
    return replace(made, size=inner.size, element=replace(element_of(inner), type="str"))


def _compression_of(handle: Value) -> str | None:
    """What is unpacked where a file is read, by its type."""
    return next((kind for made, kind in _UNPACKED.items() if (handle.type or "").startswith(made)), None)


_UNPACKED = {**UNPACKING, "zipfile.ZipExtFile": "gz"}  # as most members are


def _temporary(site: Site) -> Text:
    return Text(f"{TEMPORARY}{site.span.line}:{site.span.column}>")


def temporary_folder(site: Site) -> Value:
    """A folder with a name of its own; so has what `mktemp` names."""
    return replace(site.result, text=_temporary(site))


def temporary_file(site: Site) -> Value:
    """`mkstemp()`: a file descriptor and a path."""
    text = _temporary(site)
    return replace(site.result, items=tuple(replace(i, text=text) for i in site.result.items or ()))


def opened_descriptor(site: Site) -> Value:
    """`os.open(path, flags)`: what is written to the descriptor goes into that file."""
    return replace(site.result, text=text_of(site.argument(0, "path")))


def descriptor(site: Site) -> Value:
    """`f.fileno()`."""
    handle = site.bound.receiver
    return replace(site.result, text=handle.text) if handle is not None else site.result


def mapped(site: Site) -> Value:
    """`mmap.mmap(f.fileno(), 0)`: the file as bytes."""
    name = name_of(site.argument(0, "fileno"))
    content = site.act.program.files.find(name) if name is not None else None
    return replace(site.result, shape=None, size=raw(content).size) if content is not None else site.result


def note_member(act: Activation, member: Value, key: Value) -> None:
    """A buffer that a `defaultdict` makes for each key: what is written is spread over all of them."""
    from gillint.resolve.objects.filling import keys_of

    name = name_of(member)
    if name is not None and member.type in BUFFERS and act.loops:
        act.program.files.opened[name] = (0, 0, keys_of(act.times * act.trips_so_far(), key))
