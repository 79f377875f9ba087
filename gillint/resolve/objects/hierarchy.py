"""The classes of one file by their names: which derives from which, and what they have, as their lines alone tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gillint.resolve.scope import ClassScope, ModuleScope

_MOST_CLASSES = 8  # of more than that a name tells nothing, unless all derive from one that has it, too
_LOOKED_AT = 4  # of them, for each call: they stand for all


def lineage(scope: ModuleScope, owner: ClassScope) -> dict[str, ClassScope]:
    """A class and its bases in the same file by their names, the nearest first."""
    found = {owner.name: owner}
    waiting = [owner]
    while waiting:
        for base in _bases(scope, waiting.pop(0)):
            if base.name not in found:
                found[base.name] = base
                waiting.append(base)
    return found


def leaves_below(scope: ModuleScope, owner: ClassScope) -> tuple[ClassScope, ...]:
    """The classes of the file that derive from a class and from which no other derives; itself where none does."""
    return _leaves(scope, [c for c in scope.classes.values() if owner.name in lineage(scope, c)])


def classes_having(scope: ModuleScope, asked: frozenset[str]) -> tuple[ClassScope, ...]:
    """The classes one of which an object must be that is asked for all of these, methods among them; () where many could be.

    A few of them stand for all.
    """
    having = [c for c in scope.classes.values() if _has(scope, c, asked) and _answers(scope, c, asked)]
    leaves = _leaves(scope, having)
    if len(leaves) > _MOST_CLASSES and not any(all(c.name in lineage(scope, leaf) for leaf in leaves) for c in having):
        return ()
    return some_of(leaves)


def _leaves(scope: ModuleScope, classes: list[ClassScope]) -> tuple[ClassScope, ...]:
    """Those of them from which no other one derives."""
    above = {name for c in classes for name in lineage(scope, c) if name != c.name}
    return tuple(c for c in classes if c.name not in above)


def some_of(classes: tuple[ClassScope, ...]) -> tuple[ClassScope, ...]:
    """As many of them as are looked at, from all over."""
    return classes[:: -(-len(classes) // _LOOKED_AT)] if classes else ()


def attributes_of(scope: ModuleScope, owner: ClassScope) -> frozenset[str]:
    """The methods and other attributes of a class and its bases in the same file."""
    if owner.name not in scope.attributes:
        scope.attributes[owner.name] = frozenset().union(*map(_own_attributes, lineage(scope, owner).values()))
    return scope.attributes[owner.name]


def lines_of(owner: ClassScope) -> str:
    """The source of a class; empty for one that is defined in a function."""
    if owner.outline is None:
        return ""
    return "".join(owner.module.syntax.lines[owner.outline.lines.first - 1 : owner.outline.lines.last])


def _bases(scope: ModuleScope, owner: ClassScope) -> Iterator[ClassScope]:
    for base in owner.outline.bases if owner.outline is not None else ():
        found = scope.classes.get(base.partition("[")[0])
        if found is not None:
            yield found


def _answers(scope: ModuleScope, owner: ClassScope, asked: frozenset[str]) -> bool:
    """Whether a method of the class is among them; data alone may be anything's."""
    return any(not asked.isdisjoint(each.methods) for each in lineage(scope, owner).values())


_SETS_BY_NAME = re.compile(r"\bsetattr\(self\b|\bself\.__dict__\b|\bdef __getattr")


def _has(scope: ModuleScope, owner: ClassScope, asked: frozenset[str]) -> bool:
    """Whether instances have all of these; where some attributes are set by their names, as no line tells, most of them."""
    found = asked & attributes_of(scope, owner)
    if len(found) == len(asked):
        return True
    return len(found) >= len(asked) / 2 and any(_is_open(scope, each) for each in lineage(scope, owner).values())


def _is_open(scope: ModuleScope, owner: ClassScope) -> bool:
    """Whether it sets attributes by their names."""
    if owner.name not in scope.opened:
        scope.opened[owner.name] = _SETS_BY_NAME.search(lines_of(owner)) is not None
    return scope.opened[owner.name]


_ASSIGNED = re.compile(r"\bself\.(\w+)(?:\s*:[^=\n]+)?\s*=(?!=)|^\s+(\w+)\s*(?::[^=\n]+)?(?:=(?!=)|$)", re.MULTILINE)


def _own_attributes(owner: ClassScope) -> frozenset[str]:
    return frozenset(owner.methods) | {a or b for a, b in _ASSIGNED.findall(lines_of(owner))}


_FILLED = re.compile(r"\b(?:self|cls)\.(\w+)(?=\b[^=\n]*=(?!=)|\.(?:append|add|extend|update)\()")


@lru_cache(maxsize=4096)
def assigned(method: str) -> frozenset[str]:
    """The attributes that the text of a method assigns or fills."""
    return frozenset(_FILLED.findall(method))


_GROWN = re.compile(r"\bself\.(\w+)\.(?:append|extend|insert|pop|clear)\(")


def is_list_that_grows(owner: ClassScope, name: str) -> bool:
    """Whether a class asks an attribute of its instances for what only lists do."""
    return name in _grown(lines_of(owner))


@lru_cache(maxsize=512)
def _grown(text: str) -> frozenset[str]:
    return frozenset(_GROWN.findall(text))
