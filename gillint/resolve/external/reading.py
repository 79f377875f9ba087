"""What calls read: files, members of archives, folders."""

from __future__ import annotations

import posixpath
import re

from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.descents import is_walked
from gillint.resolve.external.files import MEMBER, MEMORY, Content
from gillint.resolve.external.handles import LISTS, filled, name_of, packs, raw
from gillint.resolve.external.opening import note_opened
from gillint.resolve.external.stores import from_file
from gillint.resolve.external.writing import pass_through
from gillint.resolve.text.texts import ANY, Text
from gillint.resolve.values import HOLDERS, Value, of_number, text_of
from gillint.syntax.tree import HOLE

_KINDS = {"json.load": ("json",), "numpy.load": ("npy", "npz")}


def loaded(site: Site) -> Value:
    """`json.load(f)`, `pickle.load(f)`, `np.load(path)`."""
    handle = site.argument(0, "fp", "file")
    name = name_of(handle)
    if handle is not None and packs(handle):
        kind = "str" if handle.type == "io.TextIOWrapper" else "bytes"
        pass_through(site, handle, "read", Value(type=kind, size=size_of(handle) * size_of(element_of(handle))))
    content = site.act.program.files.find(name) if name is not None else None
    kinds = _KINDS.get(site.name, ("pickle",))
    known = content.source if content is not None else None
    found = known.value if known is not None and known.kind in kinds and not _is_bare(known.value) else site.result
    return from_file(site.act.program.files, name, found) if "npy" not in kinds else found


def _is_bare(value: Value) -> bool:
    """Whether a container is known to be one, and nothing else: what was put into the file says nothing of what comes out."""
    inside = (value.size, value.items, value.columns, value.element)
    return value.type in HOLDERS and all(known is None for known in inside)


def members(site: Site) -> Value:
    """The list of what is in an archive."""
    content = _member(site, HOLE)
    return replace(site.result, shape=None, size=content.files) if content is not None else site.result


def _member(site: Site, inside: str) -> Content | None:
    name = name_of(site.bound.receiver)
    return site.act.program.files.member(name, inside) if name is not None else None


def read_member(site: Site) -> Value:
    """`archive.read(name)`, `archive.open(name)`, `archive.extractfile(member)`."""
    asked = site.argument(0, "name", "member")
    mode = literal_text(site.argument(1, "mode")) if site.name.endswith(".open") else None
    inside = name_of(asked) or HOLE
    name = name_of(site.bound.receiver)
    if mode == "w" and name is not None:
        member = f"{name}{MEMBER}{inside}"
        note_opened(site.act, member, len(site.act.loops))
        return replace(site.result, text=Text(member))
    content = _member(site, inside) or _member(site, HOLE)
    if content is None:
        return site.result
    if site.result.type == "bytes":
        return replace(site.result, shape=None, size=content.size, text=content.text, source=content.source)
    return filled(replace(site.result, text=Text(f"{name}{MEMBER}{inside}")), content)


def read(site: Site) -> Value:
    """All of an open file, or its lines."""
    handle, result = site.bound.receiver, site.result
    if handle is None or handle.size is None:
        return result
    line = element_of(handle)
    if result.type == "list":
        hint = site.argument(0, "hint")
        wanted = hint.number if hint is not None else None
        lines = handle.size.min((wanted / size_of(line).max(1)).max(1)) if wanted is not None else handle.size
        return replace(result, shape=None, size=lines, element=line)
    if site.bound.positional:
        whole = handle.size * size_of(element_of(handle))
        if result.size is None:
            return result
        size, known = result.size.min(whole), text_of(element_of(handle))
        text = known.each(handle.size).part((whole / size.max(1)).max(1)).changed() if known is not None else None
        return replace(result, shape=None, size=size, text=text)
    name = name_of(handle)
    buffer = name if name is not None and name.startswith(MEMORY) else HOLE
    content = site.act.program.files.find(name) if name is not None else None
    counts = text_of(line) or ANY
    pattern = content.text.pattern if content is not None and buffer == HOLE else buffer
    text = replace(counts.each(handle.size), pattern=pattern)
    source = content.source if content is not None else None
    return replace(result, shape=None, size=handle.size * size_of(line), text=text, source=source)


def read_into(site: Site) -> Value:
    """`count = f.readinto(buffer)`: how much of the buffer one read fills, where all of the file is read so."""
    handle, buffer = site.bound.receiver, site.argument(0, "buffer", "b")
    if buffer is None or buffer.size is None or not buffer.size.known:
        return site.result
    room = buffer.size.likely
    if handle is None or room <= 0:
        return site.result
    whole = size_of(handle) * size_of(element_of(handle))
    return of_number("int", whole.map(lambda n: n / max(1.0, -(-n // room))))


def read_line(site: Site) -> Value:
    """One line of an open file."""
    handle = site.bound.receiver
    return element_of(handle) if handle is not None and handle.element is not None else site.result


def read_path(site: Site) -> Value:
    """`path.read_text()`, `path.read_bytes()`."""
    name = name_of(site.bound.receiver)
    content = site.act.program.files.find(name) if name is not None else None
    if content is None:
        return site.result
    content = raw(content)
    size = (content.size - content.text.wide).max(0) if site.result.type == "str" else content.size
    return replace(site.result, shape=None, size=size, text=content.text, source=content.source)


def gone_to(site: Site) -> Value:
    """`os.chdir(folder)`."""
    name = name_of(site.argument(0, "path"))
    if name is not None and name != HOLE:
        site.act.program.files.current = name
    return site.result


def size_of_file(site: Site) -> Value:
    """`os.path.getsize(path)`."""
    name = name_of(site.argument(0, "path", "filename"))
    content = site.act.program.files.find(name) if name is not None else None
    return of_number("int", raw(content).size) if content is not None else site.result


def asked_of_file(site: Site) -> Value:
    """`os.stat(path)`, `path.stat()`, `os.fstat(f.fileno())`: how large the file is."""
    name = name_of(site.bound.receiver or site.argument(0, "path", "fd"))
    content = site.act.program.files.find(name) if name is not None else None
    if content is None:
        return site.result
    return replace(site.result, columns=(("st_size", of_number("int", raw(content).size)),))


# Of a pattern for names, what stands for others, with the holes beside it.
_WILD = re.compile(rf"{HOLE}?(?:[*?]|\[[^\]/]+\])[*?{HOLE}]*")


def listed(site: Site) -> Value:
    """What a folder or a pattern has in it."""
    name = name_of(site.bound.receiver) or name_of(site.argument(0, "path", "pathname", "top"))
    if name is None:
        return site.result
    method = site.name.rsplit(".", 1)[-1]
    wanted = name if site.name.startswith("glob.") else f"{name}/{HOLE}"
    asked = name if site.name.startswith("glob.") else HOLE
    if method in ("glob", "rglob") and site.bound.receiver is not None:
        asked = literal_text(site.argument(0, "pattern")) or HOLE
        wanted = f"{name}/{HOLE if method == 'rglob' else ''}{asked}"
    wanted = _WILD.sub(HOLE, wanted)
    walked = site.name in LISTS and is_walked(site.act, name)
    deep = walked or method in ("walk", "rglob", "find") or "**" in asked
    content, common_name = site.act.program.files.listed(wanted, deep=deep)
    each = _last_of(common_name) if method == "listdir" else common_name
    is_given = walked and not site.act.program.files.is_walked(name)
    if is_given and method == "listdir":  # in whatever folder below this one it is
        each = Text(f"{HOLE}{each.pattern.lstrip(HOLE)}")
    member = replace(element_of(site.result), text=each)
    if content is None:
        return replace(site.result, element=member)
    folders = site.act.program.files.folders_below(name)
    if not walked:
        alike = site.act.program.files.folders_like(name)
        content, folders = replace(content, files=(content.files / alike).max(1)), folders / alike
    if walked:  # one folder after the other, each of them about as full
        members = (content.files + folders) / (folders + 1)
        return replace(site.result, shape=None, size=members, element=member)
    if method == "walk":
        names = Value(
            type="list", size=content.files / (folders + 1), element=Value(type="str", text=_last_of(common_name))
        )
        inside = Value(type="list", size=folders / (folders + 1), element=Value(type="str"))
        items = (Value(type="str", text=Text(f"{name}{HOLE}")), inside, names)
        return replace(site.result, shape=None, size=folders + 1, element=Value(type="tuple", items=items))
    is_one = not _WILD.search(asked) and HOLE not in posixpath.basename(asked)  # in each folder
    files = content.files.min(folders.max(1)) if is_one else content.files
    return replace(site.result, shape=None, size=files, element=member)


def _last_of(path: Text) -> Text:
    return Text(posixpath.basename(path.pattern))
