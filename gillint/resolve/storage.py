"""What calls do to files: opening, writing and reading them, and what is then in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.bound import CONTENT, element_of, literal_text, printed, size_of
from gillint.resolve.commandline import add_argument, parse_args, parse_known_args
from gillint.resolve.databases import fetched
from gillint.resolve.files import MEMBER, MEMORY, Content
from gillint.resolve.sites import Site
from gillint.resolve.texts import ANY, HOLE, Text, of_literal, unknown
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Source, Value, of_number, text_of

_PACKED = 3.0  # what compression is taken to gain, here and in the facts of the compressing libraries
_MEMBER_HEADER = Estimate.point(512)

_OPENERS = {
    "open", "io.open", "os.fdopen", "codecs.open", "pathlib.Path.open", "gzip.open", "gzip.GzipFile", "bz2.open", "bz2.BZ2File", "lzma.open",
    "lzma.LZMAFile", "zipfile.ZipFile", "tarfile.open", "tarfile.TarFile.open", "tempfile.NamedTemporaryFile",
    "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile", "io.BytesIO", "io.StringIO",
}  # fmt: skip
_UNPACKING = ("gzip.", "bz2.", "lzma.")
_ARCHIVES = ("zipfile.ZipFile", "tarfile.TarFile")
_TEXT_FILES = ("io.TextIOWrapper", "io.StringIO")
HANDLES = (
    *_TEXT_FILES, "io.BytesIO", "io.BufferedReader", "io.BufferedWriter", "io.BufferedRandom", "io.FileIO", "gzip.GzipFile",
    "bz2.BZ2File", "lzma.LZMAFile", "zipfile.ZipExtFile", "tarfile.ExFileObject", "tempfile.SpooledTemporaryFile", *_ARCHIVES,
)  # fmt: skip
_PATHS = ("str", "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath", "os.DirEntry")


def name_of(value: Value | None) -> str | None:
    """The name of the file or folder that a path or an open file stands for, with holes."""
    if value is not None and value.type == "int":
        return value.text.pattern if value.text is not None else None  # a file descriptor
    text = text_of(value) if value is not None and value.type in (*_PATHS, *HANDLES, *_WRITERS) else None
    return text.pattern if text is not None else None


def current(act: Activation, value: Value) -> Value:
    """An open file with what was written to it by now."""
    if value.type not in HANDLES or value.text is None:
        return value
    content = act.program.files.find(value.text.pattern)
    if content is None or value.type in _ARCHIVES:
        return value
    return _filled(value, content)


def content_of(act: Activation, fact: str, bound: Bound) -> Value | None:
    """What is in the file, or in each file of the folder, that the receiver or the first argument names; their number.

    None where the fact does not ask, or nothing is known.
    """
    if not _asks_for_content(fact):
        return None
    for value in (*bound.positional[:1], bound.receiver):
        name = name_of(value)
        content = content_below(act, name)
        if content is not None:
            return replace(_filled(Value(type="io.BufferedReader"), _raw(content)), number=content.files)
    return None


@lru_cache(maxsize=8192)
def _asks_for_content(name: str) -> bool:
    fact = find_fact(name)
    if fact is None:
        return False
    costs = [c for b in (fact.behaviour, *(c.behaviour for c in fact.clauses)) for c in (b.gil, b.native, b.releases)]
    return any(c is not None and c.of is not None and f"({CONTENT})" in c.of for c in costs)


def describe(act: Activation, name: str, bound: Bound, span: Span, result: Value) -> Value:
    """Note what a call writes; say of its result which file it stands for and what is in it."""
    site = Site(act, name, bound, span, result)
    if name in _OPENERS:
        return _opened(site)
    found = _CALLS.get(name)
    if found is not None:
        return found(site)
    receiver = bound.receiver
    if receiver is not None and receiver.text is not None and receiver.type in (*HANDLES, *_WRITERS):
        method = _METHODS.get(name.rsplit(".", 1)[-1])
        return method(site) if method is not None else result
    return result


# Opening


def _opened(site: Site) -> Value:
    act, result = site.act, site.result
    is_method = site.name == "pathlib.Path.open"
    source = site.bound.receiver if is_method else site.argument(0, "file", "filename", "name", "path")
    if site.name in ("io.BytesIO", "io.StringIO"):
        return _buffer(site)
    if site.name.startswith("tempfile."):
        source = Value(type="str", text=_temporary(site))
    inner = (
        site.bound.get("fileobj") or site.argument(2, "fileobj") if "open" in site.name or "File" in site.name else None
    )
    if name_of(source) is None and inner is not None and inner.type in HANDLES:
        source = inner
    name = name_of(source)
    mode = literal_text(site.argument(0 if is_method else 1, "mode")) or "r"
    if site.name.startswith("tempfile."):
        mode = "w"
    if mode[0] in "wax":
        result = replace(result, dtype=result.dtype or mode.partition(":")[2] or _compression(site))
    if name is None:
        return result
    if mode[0] in "wax":
        act.program.files.opened[name] = (id(act), 0 if mode[0] == "a" else len(act.loops))
        return replace(result, text=Text(name))
    opened = replace(result, text=Text(name))
    content = act.program.files.find(name)
    if content is None or result.type in _ARCHIVES:
        return opened
    unpacks = site.name.startswith(_UNPACKING)
    return _filled(opened, _unpacked(content) if unpacks else _raw(content), is_text="t" in mode)


def _compression(site: Site) -> str | None:
    if site.name.startswith(_UNPACKING):
        return "gz"
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
        site.act.program.files.opened[name] = (id(site.act), len(site.act.loops))
    made = replace(site.result, text=Text(name))
    if initial is None or initial == NONE or initial.size is None:
        return made
    content = Content(initial.size, known)
    if name != known.pattern:
        site.act.program.files.write(name, site.span, content)
    return _filled(made, content)


def _temporary(site: Site) -> Text:
    return Text(f"<temporary {site.span.line}:{site.span.column}>")


def _temporary_folder(site: Site) -> Value:
    return replace(site.result, text=_temporary(site))


def _temporary_file(site: Site) -> Value:
    """`mkstemp()`: a file descriptor and a path."""
    text = _temporary(site)
    return replace(site.result, items=tuple(replace(i, text=text) for i in site.result.items or ()))


def _filled(value: Value, content: Content, *, is_text: bool = False) -> Value:
    """An open file, or what stands for one, with its lines."""
    lines = content.lines
    kind = "str" if is_text or value.type in _TEXT_FILES else "bytes"
    line = Value(type=kind, size=content.size / lines, text=content.text.part(lines))
    if content.source is not None and content.source.kind == "lines":
        line = replace(line, source=content.source.value.source)
    return replace(value, shape=None, size=lines, element=line)


def _raw(content: Content) -> Content:
    return replace(content, size=content.size / _PACKED, text=ANY, packed=False) if content.packed else content


def _unpacked(content: Content) -> Content:
    return content if content.packed else replace(content, size=content.size * _PACKED)


# Writing


def _write(site: Site, size: Estimate, text: Text | None, times: Estimate = ONE, source: Source | None = None) -> None:
    """Note what goes to the receiver's file."""
    handle = site.bound.receiver
    name = name_of(handle)
    if handle is not None and name is not None:
        packed = handle.dtype == "gz"
        write_to(site, name, Content(size * times, (text or unknown(size)).each(times), packed=packed, source=source))


def write_to(site: Site, name: str, piece: Content) -> None:
    """Note a piece of a file that was opened here or by a caller, as often as it is written while that is open."""
    act = site.act
    owner, depth = act.program.files.opened.get(name, (0, 0))
    inner = act.loops[depth:] if owner == id(act) else act.loops
    turns = ONE
    for trips in inner:
        turns = turns * trips
    outer = act.times
    for trips in act.loops[: len(act.loops) - len(inner)]:
        outer = outer * trips
    text = piece.text.each(turns)
    source = piece.source
    if turns != ONE and source is not None and source.kind != "lines":
        source = Source("lines", Value(type="str", size=piece.size, source=source))
    files = outer.max(1) if HOLE in name else ONE
    act.program.files.write(
        name, site.span, replace(piece, size=piece.size * turns, text=text, files=files, source=source)
    )


def whole_file(site: Site, name: str, piece: Content) -> None:
    """Note a file that one call writes from beginning to end."""
    act = site.act
    turns = act.times * act.trips_so_far()
    files = turns.max(1) if HOLE in name else ONE
    act.program.files.write(name, site.span, replace(piece, files=files))


def _written_text(site: Site) -> Value:
    data = site.argument(0, "data", "s", "b")
    if data is not None:
        _write(site, size_of(data), text_of(data), source=data.source)
    return site.result


def _written_lines(site: Site) -> Value:
    lines = site.argument(0, "lines")
    if lines is not None:
        member = element_of(lines)
        source = Source("lines", member) if member.source is not None else None
        _write(site, size_of(member), text_of(member), size_of(lines), source)
    return site.result


def _row_of(row: Value) -> tuple[Estimate, Text]:
    """A row of a CSV file: its characters, its commas and the end of the line."""
    fields = size_of(row)
    counts = ((",", (fields - 1).max(0)), ("\n", ONE))
    size = printed(row)
    return size, Text(HOLE, counts, fields, (size - fields).max(0))


def _written_row(site: Site) -> Value:
    row = site.argument(0, "row", "rowdict")
    if row is not None:
        _write(site, *_row_of(row))
    return site.result


def _written_rows(site: Site) -> Value:
    rows = site.argument(0, "rows", "rowdicts")
    if rows is not None:
        _write(site, *_row_of(element_of(rows)), size_of(rows))
    return site.result


def _written_path(site: Site) -> Value:
    name, data = name_of(site.bound.receiver), site.argument(0, "data")
    if name is not None and data is not None:
        whole_file(site, name, Content(size_of(data), text_of(data) or ANY, source=data.source))
    return site.result


def _dumped(site: Site) -> Value:
    """`json.dump(obj, f)`, `pickle.dump(obj, f)`."""
    made, target = site.argument(0, "obj"), site.argument(1, "fp", "file")
    name = name_of(target)
    if made is not None and name is not None:
        kind = "json" if site.name == "json.dump" else "pickle"
        write_to(site, name, Content(printed(made), source=Source(kind, replace(made, literal=None))))
    return site.result


def _loaded(site: Site) -> Value:
    """`json.load(f)`, `pickle.load(f)`."""
    name = name_of(site.argument(0, "fp", "file"))
    content = site.act.program.files.find(name) if name is not None else None
    kind = "json" if site.name == "json.load" else "pickle"
    known = content.source if content is not None else None
    return known.value if known is not None and known.kind == kind else site.result


def _printed_line(site: Site) -> Value:
    name = name_of(site.bound.get("file"))
    if name is not None:
        size, text = ONE, of_literal("\n")
        for value in site.bound.positional:
            size, text = size + printed(value) + 1, text.plus(text_of(value) or ANY)
        write_to(site, name, Content(size, text))
    return site.result


def _copied(site: Site) -> Value:
    """A file that becomes, or goes into, another one."""
    source, target = site.argument(0, "src", "fsrc"), site.argument(1, "dst", "fdst")
    name, other = name_of(target), name_of(source)
    content = site.act.program.files.find(other) if other is not None else None
    if name is not None and content is not None:
        if site.name == "shutil.copyfileobj":
            piece = replace(content, packed=target is not None and target.dtype == "gz", files=ONE)
            write_to(site, name, piece)
        else:
            site.act.program.files.write(name, site.span, content)
    return site.result


def _made_folder(site: Site) -> Value:
    name = name_of(site.bound.receiver) or name_of(site.argument(0, "name", "path"))
    if name is not None:
        whole_file(site, name, Content(ZERO, is_folder=True))
    return site.result


# Archives


def _added_member(site: Site) -> Value:
    """`archive.writestr(name, data)`, `archive.write(path)`, `archive.add(folder)`, `archive.addfile(info, file)`."""
    archive = site.bound.receiver
    name = name_of(archive)
    if archive is None or name is None:
        return site.result
    method = site.name.rsplit(".", 1)[-1]
    first, second = (
        site.argument(0, "zinfo_or_arcname", "filename", "name"),
        site.argument(1, "data", "arcname", "fileobj"),
    )
    content: Content | None = None
    if method == "writestr" and second is not None:
        content = Content(size_of(second), text_of(second) or ANY, source=second.source)
    elif method == "addfile" and second is not None:
        lines = current(site.act, second)
        content = Content(size_of(lines) * size_of(element_of(lines))) if lines.size is not None else None
    else:
        content = content_below(site.act, name_of(first))
    if content is None:
        return site.result
    called = second if method in ("write", "add") and second is not None else first
    inside = name_of(called) or HOLE
    if content.files != ONE:
        inside = f"{inside}/{HOLE}"
    repeated = site.act.trips_so_far() * site.act.times
    site.act.program.files.write(
        f"{name}{MEMBER}{inside}", site.span, replace(content, files=(content.files * repeated).max(1))
    )
    packed = archive.dtype not in (None, "stored")
    raw = (content.size / _PACKED if packed else content.size) + _MEMBER_HEADER
    write_to(site, name, Content(raw * content.files))
    return replace(site.result, shape=None, size=content.size) if site.result.type is not None else site.result


def content_below(act: Activation, name: str | None) -> Content | None:
    """A file, or the files in a folder of this name."""
    if name is None:
        return None
    return act.program.files.find(name) or act.program.files.find(f"{name}/{HOLE}")


def _members(site: Site) -> Value:
    """The list of what is in an archive."""
    content = _member(site, HOLE)
    return replace(site.result, shape=None, size=content.files) if content is not None else site.result


def _member(site: Site, inside: str) -> Content | None:
    name = name_of(site.bound.receiver)
    return site.act.program.files.find(f"{name}{MEMBER}{inside}") if name is not None else None


def _read_member(site: Site) -> Value:
    """`archive.read(name)`, `archive.open(name)`, `archive.extractfile(member)`."""
    asked = site.argument(0, "name", "member")
    mode = literal_text(site.argument(1, "mode")) if site.name.endswith(".open") else None
    inside = name_of(asked) or HOLE
    name = name_of(site.bound.receiver)
    if mode == "w" and name is not None:
        member = f"{name}{MEMBER}{inside}"
        site.act.program.files.opened[member] = (id(site.act), len(site.act.loops))
        return replace(site.result, text=Text(member))
    content = _member(site, inside) or _member(site, HOLE)
    if content is None:
        return site.result
    if site.result.type == "bytes":
        return replace(site.result, shape=None, size=content.size, text=content.text, source=content.source)
    return _filled(replace(site.result, text=Text(f"{name}{MEMBER}{inside}")), content)


# Reading


def _read(site: Site) -> Value:
    """All of an open file, or its lines."""
    handle, result = site.bound.receiver, site.result
    if handle is None or handle.size is None:
        return result
    if site.bound.positional:
        whole = handle.size * size_of(element_of(handle))
        return replace(result, shape=None, size=result.size.min(whole)) if result.size is not None else result
    line = element_of(handle)
    if result.type == "list":
        return replace(result, shape=None, size=handle.size, element=line)
    name = name_of(handle)
    buffer = name if name is not None and name.startswith(MEMORY) else HOLE
    content = site.act.program.files.find(name) if name is not None else None
    counts = text_of(line) or ANY
    pattern = content.text.pattern if content is not None and buffer == HOLE else buffer
    text = replace(counts.each(handle.size), pattern=pattern)
    source = content.source if content is not None else None
    return replace(result, shape=None, size=handle.size * size_of(line), text=text, source=source)


def _read_line(site: Site) -> Value:
    handle = site.bound.receiver
    return element_of(handle) if handle is not None and handle.element is not None else site.result


def _read_path(site: Site) -> Value:
    name = name_of(site.bound.receiver)
    content = site.act.program.files.find(name) if name is not None else None
    if content is None:
        return site.result
    content = _raw(content)
    return replace(site.result, shape=None, size=content.size, text=content.text, source=content.source)


def _size_of_file(site: Site) -> Value:
    name = name_of(site.argument(0, "path", "filename"))
    content = site.act.program.files.find(name) if name is not None else None
    return of_number("int", _raw(content).size) if content is not None else site.result


def _copy_of_text(site: Site) -> Value:
    """The name of an open file."""
    return replace(site.result, text=site.bound.receiver.text) if site.bound.receiver is not None else site.result


# Folders


def _listed(site: Site) -> Value:
    """What a folder or a pattern has in it."""
    folder = site.bound.receiver or site.argument(0, "path", "pathname", "top")
    name = name_of(folder)
    if name is None:
        return site.result
    method = site.name.rsplit(".", 1)[-1]
    wanted = name if site.name.startswith("glob.") else f"{name}/{HOLE}"
    if method in ("glob", "rglob") and site.bound.receiver is not None:
        pattern = literal_text(site.argument(0, "pattern"))
        wanted = f"{name}/{HOLE if method == 'rglob' else ''}{pattern or HOLE}"
    wanted = wanted.replace(HOLE * 2, HOLE)
    content = site.act.program.files.find(wanted)
    each = Text(HOLE if method == "listdir" else wanted)
    member = replace(element_of(site.result), text=each)
    if content is None:
        return replace(site.result, element=member)
    if method == "walk":
        folders = site.act.program.files.folders_below(name) + 1
        names = Value(type="list", size=content.files / folders, element=Value(type="str", text=Text(HOLE)))
        inside = Value(type="list", size=(folders - 1) / folders, element=Value(type="str"))
        items = (Value(type="str", text=Text(f"{name}{HOLE}")), inside, names)
        return replace(site.result, shape=None, size=folders, element=Value(type="tuple", items=items))
    return replace(site.result, shape=None, size=content.files, element=member)


_WRITERS = ("csv.writer", "csv.DictWriter")


def _writer(site: Site) -> Value:
    """`csv.writer(f)` writes to `f`; `DictWriter` knows how many fields a row has."""
    target = site.argument(0, "csvfile", "f")
    return replace(site.result, text=Text(name)) if (name := name_of(target)) is not None else site.result


def _as_dict(site: Site) -> Value:
    """The fields of an instance."""
    value = site.argument(0, "obj", "object")
    fields = value.columns if value is not None else None
    return replace(site.result, columns=fields, shape=None, size=Estimate.point(len(fields))) if fields else site.result


_METHODS: dict[str, Callable[[Site], Value]] = {
    "write": _written_text,
    "writelines": _written_lines,
    "writerow": _written_row,
    "writeheader": _written_row,
    "writerows": _written_rows,
    "read": _read,
    "readall": _read,
    "readlines": _read,
    "getvalue": _read,
    "getbuffer": _read,
    "readline": _read_line,
}
_CALLS: dict[str, Callable[[Site], Value]] = {
    "pathlib.Path.write_text": _written_path,
    "pathlib.Path.write_bytes": _written_path,
    "pathlib.Path.read_text": _read_path,
    "pathlib.Path.read_bytes": _read_path,
    "os.path.getsize": _size_of_file,
    "json.dump": _dumped,
    "pickle.dump": _dumped,
    "marshal.dump": _dumped,
    **dict.fromkeys(("json.load", "pickle.load", "marshal.load"), _loaded),
    **dict.fromkeys(tuple(f"sqlite3.Cursor.{m}" for m in ("fetchall", "fetchone", "fetchmany")), fetched),
    "print": _printed_line,
    "dataclasses.asdict": _as_dict,
    "vars": _as_dict,
    "argparse.ArgumentParser.add_argument": add_argument,
    "argparse.ArgumentParser.parse_args": parse_args,
    "argparse.ArgumentParser.parse_known_args": parse_known_args,
    "tempfile.mkstemp": _temporary_file,
    **dict.fromkeys(("tempfile.mkdtemp", "tempfile.TemporaryDirectory"), _temporary_folder),
    "csv.writer": _writer,
    "csv.DictWriter": _writer,
    **dict.fromkeys(("shutil.copyfileobj", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.move"), _copied),
    **dict.fromkeys(("os.rename", "os.replace"), _copied),
    **dict.fromkeys(("os.mkdir", "os.makedirs", "pathlib.Path.mkdir"), _made_folder),
    **dict.fromkeys(("os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"), _listed),
    **dict.fromkeys(("pathlib.Path.iterdir", "pathlib.Path.glob", "pathlib.Path.rglob"), _listed),
    **dict.fromkeys(("zipfile.ZipFile.writestr", "zipfile.ZipFile.write"), _added_member),
    **dict.fromkeys(("tarfile.TarFile.add", "tarfile.TarFile.addfile"), _added_member),
    **dict.fromkeys(("zipfile.ZipFile.namelist", "zipfile.ZipFile.infolist"), _members),
    **dict.fromkeys(("tarfile.TarFile.getmembers", "tarfile.TarFile.getnames"), _members),
    **dict.fromkeys(("zipfile.ZipFile.read", "zipfile.ZipFile.open", "tarfile.TarFile.extractfile"), _read_member),
}
