"""What calls write to files, and put into archives."""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.knowledge.base import find_method
from gillint.resolve.assumed import WHOLE_FILE
from gillint.resolve.calling.bound import element_of, item_bytes, size_of
from gillint.resolve.calling.sites import Site
from gillint.resolve.contents import NOISE_OF_FLOATS, pickled, printed, written
from gillint.resolve.external.files import MEMBER, MEMORY, Content
from gillint.resolve.external.handles import (
    HANDLES,
    PACKED,
    TEXT_FILE,
    content_below,
    current,
    name_of,
    packs,
)
from gillint.resolve.external.rewriting import note_rewriting
from gillint.resolve.numeric.randomness import noise
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.text.texts import ANY, Text, of_literal, unknown
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import Source, Value, text_of
from gillint.syntax.tree import HOLE

_MEMBER_HEADER = Estimate.point(512)


def _write(site: Site, size: Estimate, text: Text | None, times: Estimate = ONE, source: Source | None = None) -> None:
    """Note what goes to the receiver's file."""
    handle = site.bound.receiver
    name = name_of(handle)
    if handle is not None and name is not None:
        size = size + text.wide if text is not None and handle.type == TEXT_FILE else size  # in UTF-8
        text = (text or unknown(size)).each(times)
        piece = Content(size * times, text, packed=packs(handle), source=source, pieces=times)
        write_to(site, name, piece)


def write_to(site: Site, name: str, piece: Content) -> None:
    """Note a piece of a file that was opened here or by a caller, as often as it is written while that is open."""
    act = site.act
    if act.program.is_idle:
        return
    turns, files = _while_open(site, name)
    turns = (turns / act.program.files.emptyings(name)).max(1)
    files = _as_many(name, files, act.program.files.kinds.get(name))
    text = piece.text.each(turns)
    source = piece.source
    if turns != ONE and source is not None and source.kind != "lines":
        source = Source("lines", Value(type="str", size=piece.size, source=source))
    pieces = (piece.pieces or ONE) * turns
    whole = replace(piece, size=piece.size * turns, text=text, files=files, source=source, pieces=pieces)
    act.program.files.write(name, site.span, replace(whole, guessed=act.program.is_aside))


def _while_open(site: Site, name: str) -> tuple[Estimate, Estimate]:
    """How often this place is reached while one file of a name is open, and how many of them are opened."""
    act = site.act
    owner, depth, openings = act.program.files.opened_as(name)
    if owner == id(act) and depth <= len(act.loops):
        return act.trips_so_far(depth), openings
    # It was opened by another function, or under a condition in the same loop.
    return (act.times * act.trips_so_far() / openings).max(1), openings


def made_empty(site: Site) -> Value:
    """`path.touch()`: a file of its own for each name."""
    name = name_of(site.bound.receiver)
    if name is not None:
        files = _as_many(name, _turns(site), distinct_of(site.bound.receiver))
        _make(site, name, Content(ZERO, of_literal(""), files=files))
    return site.result


def closed(site: Site) -> Value:
    """`open(path, "w").close()`: a file is there, whatever was written to it."""
    name = name_of(site.bound.receiver)
    if name is not None and not name.startswith(MEMORY) and name in site.act.program.files.opened:
        _, _, openings = site.act.program.files.opened_as(name)
        files = _as_many(name, openings, site.act.program.files.kinds.get(name))
        _make(site, name, Content(WHOLE_FILE, files=files))
    return site.result


def _make(site: Site, name: str, piece: Content) -> None:
    if not site.act.program.is_idle:
        site.act.program.files.create(name, piece)


def _turns(site: Site) -> Estimate:
    return site.act.times * site.act.trips_so_far()


def _as_many(name: str, turns: Estimate, kinds: Estimate | None) -> Estimate:
    """How many files one place makes in so many turns: one for each, but no more than there are names."""
    return (turns.min(kinds) if kinds is not None else turns).max(1) if HOLE in name else ONE


def whole_file(site: Site, name: str, piece: Content, named: Value | None = None) -> None:
    """Note a file that one call writes from beginning to end; those of a name that comes again take each other's place."""
    act = site.act
    if act.program.is_idle:
        return
    files = _as_many(name, _turns(site), distinct_of(named))
    act.program.files.write(name, site.span, replace(piece, files=files, anew=True, guessed=act.program.is_aside))


def written_text(site: Site) -> Value:
    """`f.write(data)`."""
    data = site.argument(0, "data", "s", "b")
    if data is not None:
        _write(site, size_of(data), text_of(data), source=data.source)
    return site.result


def written_to_descriptor(site: Site) -> Value:
    """`os.write(fd, data)`, where `mkstemp` or `os.open` told which file that is."""
    name, data = name_of(site.argument(0, "fd")), site.argument(1, "data", "str")
    if name is not None and data is not None:
        write_to(
            site, name, Content(size_of(data), text_of(data) or unknown(size_of(data)), source=data.source, pieces=ONE)
        )
    return site.result


def emptied(site: Site) -> Value:
    """`buffer.truncate(0)`, and `buffer.truncate()` behind `buffer.seek(0)`: what was written is gone."""
    act, name = site.act, name_of(site.bound.receiver)
    to = site.argument(0, "size", "pos")
    if name is not None and act.loops and (to is None or (to.literal is not None and to.literal.value == 0)):
        act.program.files.emptied[name] = (act.times * act.trips_so_far()).max(1)
    return site.result


def written_lines(site: Site) -> Value:
    """`f.writelines(lines)`."""
    lines = site.argument(0, "lines")
    if lines is not None:
        member = element_of(lines)
        size, source = size_of(member), Source("lines", member) if member.source is not None else None
        line = Text(HOLE, (("\n", ONE),), ONE, (size - 1).max(0))  # as who writes lines means them
        _write(site, size, text_of(member) or line, size_of(lines), source)
    return site.result


def _row_of(row: Value) -> tuple[Estimate, Text]:
    """A row of a CSV file: its characters, its commas and the end of the line."""
    fields = size_of(row)
    counts = ((",", (fields - 1).max(0)), ("\n", ONE))
    size = printed(row)
    fresh = (size - fields).max(0)
    return size, Text(HOLE, counts, fields, fresh.min(written(row).fresh or fresh))


def lines_of(frame: Value) -> Text:
    """A frame as it is written to a CSV file: a line for each row, and one for the names."""
    rows, fields = size_of(frame) + 1, Estimate.point(len(frame.columns)) if frame.columns is not None else ONE
    counts = ((",", rows * (fields - 1).max(0)), ("\n", rows))
    return Text(HOLE, counts, rows * fields, (printed(frame) - rows * fields).max(0))


def written_row(site: Site) -> Value:
    """`writer.writerow(row)`."""
    row = site.argument(0, "row", "rowdict")
    if row is not None:
        size, text = _row_of(row)
        _write(site, size, text)
        _through_the_file(site, size, text)
    return site.result


def written_rows(site: Site) -> Value:
    """`writer.writerows(rows)`."""
    rows = site.argument(0, "rows", "rowdicts")
    if rows is not None:
        size, text = _row_of(element_of(rows))
        _write(site, size, text, size_of(rows))
        _through_the_file(site, size * size_of(rows), text.each(size_of(rows)))
    return site.result


def _through_the_file(site: Site, size: Estimate, text: Text) -> None:
    """What a writer of rows does on top where its file compresses."""
    writer = site.bound.receiver
    if writer is not None and packs(writer):
        pass_through(site, replace(writer, type=TEXT_FILE), "write", Value(type="str", size=size, text=text))


def written_path(site: Site) -> Value:
    """`path.write_text(data)`, `path.write_bytes(data)`."""
    name, data = name_of(site.bound.receiver), site.argument(0, "data")
    if name is not None and data is not None:
        note_rewriting(site, name)
        text = text_of(data) or ANY
        size = size_of(data) + text.wide if data.type == "str" else size_of(data)
        whole_file(site, name, Content(size, text, source=data.source), site.bound.receiver)
    return site.result


def dumped(site: Site) -> Value:
    """`json.dump(obj, f)`, `pickle.dump(obj, f)`."""
    made, target = site.argument(0, "obj"), site.argument(1, "fp", "file")
    name = name_of(target)
    if made is not None and target is not None and name is not None:
        kind = "json" if site.name == "json.dump" else "pickle"
        text, size = (written(made), printed(made)) if kind == "json" else (None, pickled(made))
        piece = Content(size, text or ANY, packed=packs(target), source=Source(kind, replace(made, literal=None)))
        write_to(site, name, piece)
        # A pickle goes to the file in pieces of 64 KiB or more; what `json.dump` writes piece by piece is in its own cost.
        if packs(target) or (kind == "pickle" and target.type == "io.BufferedWriter"):
            data = Value(type="bytes" if text is None else "str", size=size, text=text, source=piece.source)
            pass_through(site, target, "write", data)
    return site.result


def pass_through(site: Site, handle: Value, method: str, data: Value) -> None:
    """What a file that compresses does where a library writes into it, or reads from it."""
    fact = find_method(handle.type or "", method)
    if fact is None:
        return
    given = (data,) if method == "write" else ()
    parameters = tuple(zip(fact.parameters, given, strict=False))
    bound = Bound(handle, given, parameters)
    site.act.emit(Call(site.span, site.act.path, fact.name, "library", bound, fact, result=data, implicit=True))


_NPY_HEADER = 128


def saved_array(site: Site) -> Value:
    """`np.save(file, array)`."""
    target, array = site.argument(0, "file"), site.argument(1, "arr")
    name = name_of(target)
    if target is None or array is None or name is None or array.type != ARRAY or array.shape is None:
        return site.result
    kept = Source("npy", replace(array, literal=None, reference=None))
    size = size_of(array) * item_bytes(array) + _NPY_HEADER
    text = noise(size, NOISE_OF_FLOATS) if (array.dtype or "float64").startswith("float") else ANY
    piece = Content(size, text, source=kept)
    if target.type in HANDLES:
        write_to(site, name, replace(piece, packed=packs(target)))
    else:
        whole_file(site, name, piece, target)
    return site.result


ARRAYS = "numpy.lib.npyio.NpzFile"


def saved_arrays(site: Site) -> Value:
    """`np.savez(file, a=a, b=b)`: an archive of arrays, which is opened as a whole and read one by one."""
    target = site.argument(0, "file")
    name = name_of(target)
    arrays = tuple((n, v) for n, v in site.bound.parameters if n != "file" and v.type == ARRAY)
    if target is None or name is None or not arrays:
        return site.result
    kept = tuple((n, replace(v, literal=None, reference=None, origin=None)) for n, v in arrays)
    packed = "gz" if site.name.endswith("_compressed") else None
    size = total(size_of(v) * item_bytes(v) + _NPY_HEADER for _, v in arrays)
    piece = Content(size / PACKED if packed else size, source=Source("npz", Value(ARRAYS, dtype=packed, columns=kept)))
    if target.type in HANDLES:
        write_to(site, name, piece)
    else:
        whole_file(site, name if name.endswith(".npz") else f"{name}.npz", piece, target)
    return site.result


def printed_line(site: Site) -> Value:
    """`print(..., file=f)`."""
    name = name_of(site.bound.get("file"))
    if name is not None:
        size, text = ONE, of_literal("\n")
        for value in site.bound.positional:
            size, text = size + printed(value) + 1, text.plus(text_of(value) or ANY)
        handle = site.bound.get("file")
        packed = handle is not None and packs(handle)
        write_to(site, name, Content(size, text, packed=packed))
        if handle is not None and packed:
            pass_through(site, handle, "write", Value(type="str", size=size, text=text))
    return site.result


def copied(site: Site) -> Value:
    """A file that becomes, or goes into, another one."""
    source, target = site.argument(0, "src", "fsrc"), site.argument(1, "dst", "fdst")
    name, other = name_of(target), name_of(source)
    content = site.act.program.files.find(other) if other is not None else None
    if name is not None and content is not None:
        if site.name == "shutil.copyfileobj":
            piece = replace(content, packed=target is not None and packs(target), files=ONE)
            write_to(site, name, piece)
        else:
            site.act.program.files.write(name, site.span, content)
    elif name is not None and HOLE in name and site.name in _RENAMES and (kinds := distinct_of(target)) is not None:
        files = (site.act.times * site.act.trips_so_far()).min(kinds).max(1)  # whatever is in them, they are there
        site.act.program.files.write(name, site.span, Content(WHOLE_FILE, unknown(WHOLE_FILE), files=files))
    return site.result


_RENAMES = ("os.rename", "os.replace", "shutil.move")


def copied_tree(site: Site) -> Value:
    """`shutil.copytree(folder, target)`: files of the same names below another folder."""
    source, target = name_of(site.argument(0, "src")), name_of(site.argument(1, "dst"))
    files = site.act.program.files
    if source is not None and target is not None and HOLE not in source:
        for inside, content in files.below(source).items():
            files.write(f"{target}/{inside}", site.span, content)
    return site.result


def removed(site: Site) -> Value:
    """`shutil.rmtree(folder)`, `os.remove(path)`, `path.unlink()`."""
    own = name_of(site.bound.receiver)
    name = own if own is not None else name_of(site.argument(0, "path"))
    if name is not None:
        site.act.program.files.remove(name)
    return site.result


def made_folder(site: Site) -> Value:
    """`os.makedirs(path)`, `path.mkdir()`."""
    own = name_of(site.bound.receiver)
    made = site.bound.receiver if own is not None else site.argument(0, "name", "path")
    name = name_of(made)
    if name is not None:
        whole_file(site, name, Content(ZERO, is_folder=True), made)
    return site.result


def added_member(site: Site) -> Value:
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
    turns, archives = _while_open(site, name)
    repeated = turns * archives if HOLE in name else turns
    site.act.program.files.write(
        f"{name}{MEMBER}{inside}", site.span, replace(content, files=(content.files * repeated).max(1))
    )
    packed = archive.dtype not in (None, "stored", "stored memory")
    raw = (content.size / PACKED if packed else content.size) + _MEMBER_HEADER
    write_to(site, name, Content(raw * content.files))
    return replace(site.result, shape=None, size=content.size) if site.result.type is not None else site.result


def extracted(site: Site) -> Value:
    """`archive.extractall(folder)`: its members are files now."""
    archive, folder = name_of(site.bound.receiver), name_of(site.argument(0, "path"))
    if archive is not None and folder is not None:
        for inside, content in site.act.program.files.members(archive).items():
            site.act.program.files.write(f"{folder}/{inside}", site.span, replace(content, anew=True))
    return site.result


def writer(site: Site) -> Value:
    """`csv.writer(f)` writes to `f`; `DictWriter` knows how many fields a row has."""
    target = site.argument(0, "csvfile", "f")
    kept = replace(site.result, dtype=target.dtype if target is not None else None)
    return replace(kept, text=Text(name)) if (name := name_of(target)) is not None else kept
