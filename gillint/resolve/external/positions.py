"""Where in a file a program is: what `seek` leaves to be read."""

from __future__ import annotations

from gillint.estimate import ZERO
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.handles import name_of
from gillint.resolve.values import Value, of_number


def sought(site: Site) -> Value:
    """`f.seek(-1000, os.SEEK_END)`, `f.seek(size - 4096)`: what is read next begins there."""
    name, to, whence = name_of(site.bound.receiver), site.argument(0, "offset", "target"), site.argument(1, "whence")
    if name is None:
        return site.result
    files = site.act.program.files
    content = files.find(name)
    files.left.pop(name, None)
    if to is None or to.number is None:
        return site.result
    if whence is None and content is not None and to.number != ZERO:
        files.left[name] = (content.size - to.number).max(0)
    elif whence is not None and _is_the_end(whence):
        files.left[name] = (ZERO - to.number).max(0)
    return told(site)


def _is_the_end(whence: Value) -> bool:
    """`2`, `os.SEEK_END`, `io.SEEK_END`."""
    named = getattr(whence.reference, "name", "")
    return named.endswith(".SEEK_END") or (whence.literal is not None and whence.literal.value == 2)


def told(site: Site) -> Value:
    """`f.tell()`, and what `f.seek(0, os.SEEK_END)` gives: the place in the file."""
    name = name_of(site.bound.receiver)
    content = site.act.program.files.find(name) if name is not None else None
    left = site.act.program.files.left.get(name) if name is not None else None
    return of_number("int", (content.size - left).max(0)) if content is not None and left is not None else site.result
