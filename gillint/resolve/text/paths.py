"""The texts of paths and addresses: what they are joined from, and their parts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from gillint.frozen import replace
from gillint.resolve.tabular.kinds import different_paths
from gillint.resolve.text.texts import ANY, TEMPORARY, Text
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE


def _path(*parts: Value) -> Text:
    """The parts joined, from the last one that is a whole path by itself."""
    pieces = [(text_of(p) or ANY).pattern for p in parts]
    start = max((i for i, piece in enumerate(pieces) if piece.startswith(_WHOLE)), default=0)
    return Text(re.sub(r"(?<=.)/+", "/", "/".join(pieces[start:])))


_WHOLE = ("/", TEMPORARY)


def _joined_path(bound: Bound, result: Value) -> Value:
    parts = (*((bound.receiver,) if bound.receiver is not None else ()), *bound.positional)
    known = any(text_of(p) is not None for p in parts)
    return replace(result, text=_path(*parts), literal=None, distinct=different_paths(parts)) if known else result


def _joined_url(bound: Bound, result: Value) -> Value:
    """`urljoin(base, path)`: the path says what is asked for, also where nobody knows whom."""
    base, path = (text_of(v) for v in (*bound.positional[:2], *(None,) * (2 - len(bound.positional[:2]))))
    if path is None or "://" in path.pattern:
        return replace(result, text=path) if path is not None else result
    host = re.match(r"[a-z]+://[^/]*", base.pattern) if base is not None else None
    return replace(
        result, text=Text(f"{host[0] if host is not None else HOLE}/{path.pattern.lstrip('/')}"), literal=None
    )


def _part_of_path(part: Callable[[str], str]) -> Callable[[Bound, Value], Value]:
    def made(bound: Bound, result: Value) -> Value:
        source = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
        text = text_of(source)
        return replace(result, text=Text(part(text.pattern))) if text is not None else result

    return made


def _suffix(path: str) -> str:
    """The suffix; of a name that ends in something unknown nobody knows it."""
    found = posixpath.splitext(path)[1]
    return found if found or not path.endswith(HOLE) else HOLE


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _with_suffix(bound: Bound, result: Value) -> Value:
    text, suffix = text_of(bound.receiver), text_of(bound.positional[0]) if bound.positional else None
    if text is None:
        return result
    return replace(result, text=Text(posixpath.splitext(text.pattern)[0] + (suffix or ANY).pattern))


def _with_name(bound: Bound, result: Value) -> Value:
    text, name = text_of(bound.receiver), text_of(bound.positional[0]) if bound.positional else None
    if text is None:
        return result
    return replace(result, text=Text(f"{posixpath.dirname(text.pattern)}/{(name or ANY).pattern}"))


def _extension(bound: Bound, result: Value) -> Value:
    text = text_of(bound.positional[0]) if bound.positional else None
    if text is None or result.items is None:
        return result
    root, extension = posixpath.splitext(text.pattern)
    parts = (Value(type="str", text=Text(root)), Value(type="str", text=Text(extension)))
    return replace(result, items=parts)


_PARTS: dict[str, Callable[[str], str]] = {
    "name": posixpath.basename,
    "parent": posixpath.dirname,
    "stem": _stem,
    "suffix": _suffix,
    "path": lambda path: path,
}


def attribute_of_path(value: Value, name: str, made: Value) -> Value:
    """`path.name`, `entry.path`, `folder.name`."""
    if value.text is None or name not in _PARTS or value.type is None:
        return made
    whole = not value.type.startswith("pathlib.") and value.type != "os.DirEntry"
    return replace(made, text=value.text if whole else Text(_PARTS[name](value.text.pattern)))


_PURE = ("pathlib.PurePath", "pathlib.Path")
# By function: what is known of the text that it gives.
PATHS: dict[str, Callable[[Bound, Value], Value]] = {
    **dict.fromkeys(("os.path.join", "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath"), _joined_path),
    **{f"{kind}.{method}": _joined_path for kind in _PURE for method in ("joinpath", "__truediv__")},
    **{f"{kind}.with_suffix": _with_suffix for kind in _PURE},
    **{f"{kind}.with_name": _with_name for kind in _PURE},
    "urllib.parse.urljoin": _joined_url,
    "os.path.basename": _part_of_path(posixpath.basename),
    "os.path.dirname": _part_of_path(posixpath.dirname),
    "os.path.splitext": _extension,
}
