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
    if not name.startswith(("six.", "builtins.")):
        return name
    return _NAMES.get(name) or name.removeprefix("builtins.").removeprefix("six.moves.")


def constant_of(name: str) -> Value | None:
    """The constant that a name stands for on every Python that is supported."""
    return of_constant(_CONSTANTS[name]) if name in _CONSTANTS else None
