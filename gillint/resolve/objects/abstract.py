"""What the abstract classes of `collections.abc` do with the few methods that a class has itself, as Python has it.

A store, a configuration or a cache of a program's own is often a mapping: it says what `[key]` does, and `get`, `items`,
`update` and `setdefault` come from these and run it.
"""

from __future__ import annotations

from functools import cache

from gillint.syntax.parse import Syntax, parse

# Which methods call which is told by the documentation of collections.abc; views are written as what going through them does.
_SOURCE = """
class Mapping:
    def get(self, key, default=None):
        try:
            found = self[key]
        except KeyError:
            found = default
        return found

    def __contains__(self, key):
        try:
            self[key]
        except KeyError:
            return False
        return True

    def keys(self):
        return iter(self)

    def items(self):
        for key in self:
            yield (key, self[key])

    def values(self):
        for key in self:
            yield self[key]


class MutableMapping(Mapping):
    def pop(self, key, default=None):
        try:
            found = self[key]
        except KeyError:
            return default
        del self[key]
        return found

    def setdefault(self, key, default=None):
        try:
            found = self[key]
        except KeyError:
            self[key] = found = default
        return found

    def update(self, other=()):
        if isinstance(other, dict):
            for key in other:
                self[key] = other[key]
        else:
            for key, value in other:
                self[key] = value

    def clear(self):
        for key in list(self):
            del self[key]


class Sequence:
    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    def __contains__(self, value):
        for member in self:
            if member == value:
                return True
        return False


class MutableSequence(Sequence):
    def append(self, value):
        self.insert(len(self), value)

    def extend(self, values):
        for value in values:
            self.append(value)
"""
PATH = "<collections.abc>"
_CLASSES = ("Mapping", "MutableMapping", "Sequence", "MutableSequence")
MIXED_IN = {f"{m}.{c}": c for m in ("collections.abc", "typing") for c in _CLASSES}


@cache
def source() -> Syntax:
    """The classes."""
    return parse(_SOURCE, PATH)
