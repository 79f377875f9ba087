"""Names under which libraries that bridge versions of Python give its own things: `six.moves.range`, `builtins.open`."""

from __future__ import annotations

from gillint.resolve.values import Value, of_constant

_NAMES = {
    "six.StringIO": "io.StringIO",
    "six.BytesIO": "io.BytesIO",
    "six.text_type": "str",
    "six.string_types": "str",
    "six.binary_type": "bytes",
    "six.integer_types": "int",
    "six.unichr": "chr",
    "six.wraps": "functools.wraps",
    "six.moves.xrange": "range",
    "six.moves.reduce": "functools.reduce",
    "six.moves.zip_longest": "itertools.zip_longest",
    "six.moves.cStringIO": "io.StringIO",
    "six.moves.StringIO": "io.StringIO",
    "six.moves.cPickle": "pickle",
}
# The halves in C of modules of the standard library, by the names of which functions of them are known.
_IN_C = {
    f"_{name}": name
    for name in (
        "bisect", "bz2", "collections", "csv", "datetime", "decimal", "functools", "heapq", "io", "json", "lzma", "operator",
        "pickle", "queue", "random", "statistics", "struct",
    )
}  # fmt: skip
# Modules that the standard library has under a second name, and the ones that bring a later Python's to an earlier one.
_SAME_MODULES = {
    **{f"compression.{name}": name for name in ("bz2", "gzip", "lzma", "zlib")},
    "backports.zstd": "compression.zstd",
    "backports.zoneinfo": "zoneinfo",
    "tomli": "tomllib",
}
_BRIDGES = frozenset(name.partition(".")[0] for name in _SAME_MODULES)
_CONSTANTS = {"six.PY2": False, "six.PY3": True}
# Names of Python 2: types, which tests ask for beside their successors, and what else a `try` asks for that catches NameError.
GONE_TYPES = {"unicode": "str", "basestring": "str", "long": "int"}
GONE = frozenset(
    {*GONE_TYPES, "xrange", "unichr", "raw_input", "reduce", "file", "buffer", "cmp", "execfile", "reload"}
)
# The methods of a mapping that functions of six call.
VIEWS = {"six.iteritems": "items", "six.itervalues": "values", "six.iterkeys": "keys", "six.viewitems": "items"}


def own_name(name: str) -> str:
    """The name that Python itself has for a thing."""
    if name.startswith("Cryptodome"):  # pycryptodomex is pycryptodome under a name of its own
        return "Crypto" + name.removeprefix("Cryptodome")
    first, _, rest = name.partition(".")
    bridge = next((m for m in _SAME_MODULES if f"{name}.".startswith(f"{m}.")), None) if first in _BRIDGES else None
    if bridge is not None:
        return _SAME_MODULES[bridge] + name.removeprefix(bridge)
    if first in _IN_C:
        return f"{_IN_C[first]}.{rest}" if rest else _IN_C[first]
    if first not in ("six", "builtins"):
        return name
    owner, _, last = name.rpartition(".")
    if owner in _NAMES:  # a method: `six.text_type.encode`
        return f"{_NAMES[owner]}.{last}"
    return _NAMES.get(name) or name.removeprefix("builtins.").removeprefix("six.moves.")


def constant_of(name: str) -> Value | None:
    """The constant that a name stands for on every Python that is supported."""
    return of_constant(_CONSTANTS[name]) if name in _CONSTANTS else None
