"""Assignments that make a text or a tuple longer by an expression that copies it: `text = text + piece`."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE

NEVER_CHANGED = ("str", "bytes", "tuple")


def made_longer(act: Activation, node: t.Assign) -> t.Augment | None:
    """`text = text + piece`, which is `text += piece` of what is never changed; `text + a + b`, `piece + text` and
    `f"{text}{piece}"` as well.
    """
    target, value = node.targets[0], node.value
    if len(node.targets) != 1 or not isinstance(target, t.Name):
        return None
    if isinstance(value, t.Binary):
        piece = _added(value, target.id)
    else:
        piece = _without(value, target.id) if isinstance(value, t.Formatted) else None
    old = act.environment.get(target.id) if piece is not None else None
    is_longer = old is not None and old.reference is None and old.type in NEVER_CHANGED
    return t.Augment(node.span, target, "add", piece) if is_longer and piece is not None else None


def _added(value: t.Binary, name: str) -> t.Expr | None:
    """What a sum adds to a variable that is its first or its last part."""
    if value.operator != "add":
        return None
    if isinstance(value.left, t.Name) and value.left.id == name:
        return value.right
    if isinstance(value.right, t.Name) and value.right.id == name:
        return value.left
    rest = _added(value.left, name) if isinstance(value.left, t.Binary) else None
    return t.Binary(value.span, rest, "add", value.right) if rest is not None else None


def _without(value: t.Formatted, name: str) -> t.Expr | None:
    """The rest of an f-string that begins or ends with a variable: `f"{text}, {word}"`."""
    places = [n for n, part in enumerate(value.parts) if isinstance(part, t.Name) and part.id == name]
    if len(places) != 1 or value.specs[places[0]] or None in value.specs:
        return None
    place, pieces = places[0], value.template.split(HOLE)
    at_an_end = (place == 0 and not pieces[0]) or (place == len(value.parts) - 1 and not pieces[-1])
    if not at_an_end:
        return None
    template = HOLE.join((*pieces[:place], pieces[place] + pieces[place + 1], *pieces[place + 2 :]))
    parts, specs = value.parts[:place] + value.parts[place + 1 :], value.specs[:place] + value.specs[place + 1 :]
    return t.Formatted(value.span, parts, template, specs)
