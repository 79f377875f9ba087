"""What one instance of a class has that another has not: the arrays, pictures, columns and functions that it was made with.

The attributes of a class are joined over its instances; these are kept beside each, where no code gives them another value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gillint.frozen import replace
from gillint.resolve.numeric.shapes import ARRAY, PICTURE
from gillint.resolve.scope import ClassScope
from gillint.resolve.tabular.columns import SERIES
from gillint.resolve.values import ClassRef, FunctionRef, PartialRef, SymbolRef, Value, is_measured
from gillint.syntax.outline import FunctionOutline

# Texts and numbers are others in every instance, and few functions take longer with one of them than with another.
# A frame is left out: `self.frame["x"] = ...` gives it a column, and what it was made with says nothing of that.
_DATA = (ARRAY, PICTURE, SERIES)
_SET = re.compile(r"\b(\w+)\.(\w+)[ \t]*(?::[^=\n]*|,[^=\n]*|[-+*/%&|^@<>]{1,2})?=(?!=)")
_MAKES = "__init__"


def with_own(owner: ClassScope, instance: Value, given: Iterable[tuple[str, Value]]) -> Value:
    """An instance with what it was given that is of some size and keeps it, or that it calls: it stands in `columns`."""
    kept = dict(instance.columns or ())
    for name, value in given:
        kept.pop(name, None)
        if _is_own(value) and name not in _reassigned(owner):
            kept[name] = value
    return replace(instance, columns=tuple(sorted(kept.items(), key=lambda pair: pair[0])) or None)


def _is_own(value: Value) -> bool:
    if value.reference is None:
        return (value.type in _DATA and is_measured(value)) or _is_of_code(value)
    return isinstance(value.reference, FunctionRef)


def _is_of_code(value: Value) -> bool:
    """Whether it is a tuple of functions, as the steps of a pipeline are."""
    return (
        value.type == "tuple" and bool(value.items) and all(isinstance(i.reference, _CODE) for i in value.items or ())
    )


_CODE = (FunctionRef, ClassRef, PartialRef, SymbolRef)


def own_field(instance: Value | None, name: str) -> Value | None:
    """An attribute that an instance was made with, where that is known of it."""
    return instance.column(name) if instance is not None and instance.columns is not None else None


def _reassigned(owner: ClassScope) -> frozenset[str]:
    """The attributes that get another value once an instance is made."""
    if owner.reassigned is None:
        lines = owner.module.syntax.lines
        whole = range(1, len(lines) + 1)
        methods = {
            m.name: range(m.lines.first, m.lines.last + 1)
            for m in owner.methods.values()
            if isinstance(m, FunctionOutline)
        }
        inside = {n for name, method in methods.items() if name != _MAKES for n in method}
        by_itself = _set_in(lines, inside, of_self=True)
        by_others = _set_in(lines, whole, of_self=False)
        owner.reassigned = by_itself | by_others
    return owner.reassigned


def _set_in(lines: list[str], numbers: Iterable[int], *, of_self: bool) -> frozenset[str]:
    found = (match for n in numbers for match in _SET.finditer(lines[n - 1]))
    return frozenset(match[2] for match in found if (match[1] == "self") == of_self)
