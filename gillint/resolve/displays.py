"""Lists, tuples, sets and dicts as they are written out."""

from __future__ import annotations

from gillint.estimate import ZERO, Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.bound import MAPPINGS, element_of, literal_text
from gillint.resolve.intrinsics import pair_of
from gillint.resolve.values import UNKNOWN, Value, join
from gillint.syntax import tree as t


def sequence(act: Activation, node: t.Sequence) -> Value:
    """`[a, *rest]`, `(a, b)`, `{a, b}`."""
    from gillint.resolve.expressions import evaluate

    values: list[Value] = []
    plain = True
    spread: Estimate | None = ZERO
    for element in node.elements:
        act.operation(f"build_{node.kind}_item")
        if isinstance(element, t.Starred):
            inner = evaluate(act, element.value)
            act.consume(inner)
            if inner.items is not None and inner.type in ("list", "tuple"):
                values.extend(inner.items)
            else:
                values.append(element_of(inner))
                plain = False
                spread = spread + inner.size if spread is not None and inner.size is not None else None
        else:
            values.append(evaluate(act, element))
    joined: Value | None = None
    for value in values:
        joined = join(joined, value)
    starred = 0 if plain else sum(isinstance(e, t.Starred) for e in node.elements)
    size = spread + (len(values) - starred) if spread is not None else None
    items = tuple(values) if plain and node.kind != "set" and len(values) <= 64 else None
    return Value(type=node.kind, size=size, element=joined, items=items)


def mapping(act: Activation, node: t.Dict) -> Value:
    """`{"a": 1, **rest}`."""
    from gillint.resolve.expressions import evaluate

    named: list[tuple[str, Value]] = []
    key_join: Value | None = None
    value_join: Value | None = None
    literal = True
    spread: Estimate | None = ZERO
    for key, value in node.items:
        act.operation("build_dict_item")
        made = evaluate(act, value)
        if key is None:
            literal = False
            if made.columns is not None:
                named.extend(made.columns)
            if made.type in MAPPINGS:
                inner = pair_of(made)
                key_join, value_join = join(key_join, inner[0]), join(value_join, inner[1])
            spread = spread + made.size if spread is not None and made.size is not None else None
            continue
        name = evaluate(act, key)
        text = literal_text(name)
        if text is None:
            literal = False
        else:
            named.append((text, made))
        key_join, value_join = join(key_join, name), join(value_join, made)
    size = spread + sum(k is not None for k, _ in node.items) if spread is not None else None
    columns = tuple(named) if literal and named else None
    pair = (key_join or UNKNOWN, value_join or UNKNOWN) if node.items else None
    return Value(type="dict", size=size, columns=columns, items=pair, element=key_join)
