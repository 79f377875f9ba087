"""Frozen dataclasses that are made fast.

An analysis of a thousand lines makes some fifty thousand values. `dataclasses` lets a frozen class set each field through
`object.__setattr__`, which makes an instance three to five times as expensive, and was a third of the whole analysis. To
mypy these two names are those of `dataclasses`, so it refuses to change a frozen value; at run time nothing looks.
What leaves the program through its public interface is frozen at run time too, and made by `dataclasses` itself.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(cls=None, /, *, frozen=False, eq=True, **options):
        """`dataclasses.dataclass` with an `__init__` that assigns, and an `__eq__` that knows a value from itself."""

        def made(cls):
            new = dataclasses.dataclass(cls, eq=eq, unsafe_hash=frozen and eq, **options)
            if eq:
                new.__eq__ = _quick(new.__eq__)
            return new

        return made if cls is None else made(cls)

    def _quick(compare):
        def equal(self, other):
            return self is other or compare(self, other)

        return equal

    def replace(value, /, **changes):
        """`dataclasses.replace`, for all dataclasses."""
        places, read = _reader(value.__class__)
        given = list(read(value))
        for name, new in changes.items():
            given[places[name]] = new
        return value.__class__(*given)

    @functools.cache
    def _reader(cls):
        """Where each field stands among the arguments of a class, and what reads them all."""
        names = [f.name for f in dataclasses.fields(cls) if f.init]
        get = attrgetter(*names)
        return {name: n for n, name in enumerate(names)}, get if len(names) > 1 else lambda value: (get(value),)


__all__ = ["dataclass", "replace"]
