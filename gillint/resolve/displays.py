"""Lists, tuples, sets, dicts and f-strings as they are written out."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, literal_text
from gillint.resolve.calling.mappings import merged
from gillint.resolve.external.commands import STARTED
from gillint.resolve.objects.members import one_of
from gillint.resolve.objects.unspoken import hashed
from gillint.resolve.text.printing import write_into
from gillint.resolve.text.specs import text_by
from gillint.resolve.text.texts import ANY, Text, filled
from gillint.resolve.trace import Call
from gillint.resolve.values import Source, Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE


def sequence(act: Activation, node: t.Sequence, *, built: bool = True) -> Value:
    """The value of a display; a tuple of constants, and one that is unpacked at once, is not made anew."""
    from gillint.resolve.expressions import evaluate

    values: list[Value] = []
    spread: Estimate | None = ZERO  # how many come from what is unpacked
    unpacked = 0
    if all(isinstance(e, t.Constant) for e in node.elements) and node.elements and (node.kind == "tuple" or not built):
        return _constants(act, node)
    for element in node.elements:
        if built:
            act.operation(f"build_{node.kind}_item")
        if isinstance(element, t.Starred):
            inner = evaluate(act, element.value)
            act.consume(inner)
            _filled(act, node.kind, inner, element.span)
            if inner.items is not None and inner.type in ("list", "tuple"):
                values.extend(inner.items)
            else:
                values.append(element_of(inner))
                unpacked += 1
                spread = spread + inner.size if spread is not None and inner.size is not None else None
        else:
            values.append(evaluate(act, element))
            if node.kind == "set":
                hashed(act, values[-1], element.span)
    size = spread + (len(values) - unpacked) if spread is not None else None
    items = tuple(values) if not unpacked and node.kind != "set" and len(values) <= 64 else None
    source = Source(STARTED, values[0]) if unpacked and _begins_with_a_word(node, values) else None
    return Value(type=node.kind, size=size, element=one_of(values) if values else None, items=items, source=source)


def _constants(act: Activation, node: t.Sequence) -> Value:
    """A tuple of constants, or a list or a set of such in which something is looked for: made by the compiler."""
    from gillint.resolve.expressions import evaluate

    act.operation("constant")
    with act.nested():
        values = tuple(evaluate(act, element) for element in node.elements)
    items = values if node.kind != "set" and len(values) <= 64 else None
    return Value(type=node.kind, size=Estimate.point(len(values)), element=one_of(list(values)), items=items)


def _begins_with_a_word(node: t.Sequence, values: list[Value]) -> bool:
    """Whether a list may be a command: `["wc", "-l", *names]`."""
    return (
        node.kind in ("list", "tuple")
        and literal_text(values[0]) is not None
        and isinstance(node.elements[0], t.Constant)
    )


def _filled(act: Activation, kind: str, source: Value, span: Span) -> None:
    """What putting all members of something into a new container takes, where these are many: `[*rows]`, `{**options}`."""
    from gillint.resolve.calling.library_calls import library

    if source.size is None or source.size.likely < _MANY:
        return  # as the bytecode has it
    with act.nested() as builder:
        library(act, _FILLS[kind], Value(type=kind), (source,), (), span)
    for node in builder.finish().nodes:
        act.emit(replace(node, implicit=True) if isinstance(node, Call) else node)


_MANY = 16.0
# By operators, as nobody has written a call.
_FILLS = {"list": "list.__iadd__", "tuple": "list.__iadd__", "set": "set.__ior__", "dict": "dict.__ior__"}


def mapping(act: Activation, node: t.Dict) -> Value:
    """`{"a": 1, **rest}`."""
    from gillint.resolve.expressions import evaluate

    parts: list[Value] = []
    for key, value in node.items:
        act.operation("build_dict_item")
        made = evaluate(act, value)
        if key is None:
            _filled(act, "dict", made, value.span)
            parts.append(made)
            continue
        name = evaluate(act, key)
        hashed(act, name, key.span)
        text = literal_text(name)
        columns = ((text, made),) if text is not None else None
        parts.append(Value(type="dict", size=ONE, columns=columns, items=(name, made), element=name))
    return merged(parts) if parts else Value(type="dict", size=ZERO)


def f_string(act: Activation, node: t.Formatted) -> Value:
    """`f"{name}: {size:,}"`: its length, and how many different ones there are."""
    from gillint.resolve.expressions import evaluate

    size = Estimate.point(len(node.template.replace(HOLE, "")))
    distinct: Estimate | None = ONE
    texts: list[Text] = []
    for part, spec in zip(node.parts, node.specs, strict=True):
        value = evaluate(act, part)
        act.operation("fstring_part")
        write_into(act, value, part.span, spec or "")
        if spec is not None:
            length, text = text_by(value, spec)
            size = size + length
            texts.append(text)
            is_one = value.distinct is None and HOLE not in (text_of(value) or ANY).pattern  # `f"{root}/{i}.txt"`
            if value.literal is None and not is_one:
                distinct = distinct * value.distinct if distinct is not None and value.distinct is not None else None
    return Value(type="str", size=size, distinct=distinct, text=filled(node.template, texts))
