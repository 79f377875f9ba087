"""What formatting makes: format strings, `%`, templates, dates by `strftime`, rounded numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gillint.estimate import ONE, Estimate, total
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.contents import printed
from gillint.resolve.text.specs import moment, placed, text_by
from gillint.resolve.text.texts import Text, filled
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE

_FIELD = re.compile(r"\{[^{}]*\}")
_CONVERSION = re.compile(r"%[-+ #0-9.*]*(?:\([^)]*\))?[-+ #0-9.*]*[a-zA-Z]")
_FIELDS = re.compile(f"{_FIELD.pattern}|{_CONVERSION.pattern}")


def formatted(template: Text) -> Text:
    """A format string (`%s`, `{}`) with holes for what is put in."""
    pattern = _FIELD.sub(HOLE, _CONVERSION.sub(HOLE, template.pattern))
    return filled(pattern, [])


def by_directives(position: int) -> Callable[[Bound, Value], Value]:
    """`when.strftime("%d.%m.%Y")`."""

    def made(bound: Bound, result: Value) -> Value:
        spec = literal_text(bound.positional[position]) if len(bound.positional) > position else None
        return _with(result, *moment(spec)) if spec is not None else result

    return made


def iso_moment(bound: Bound, result: Value) -> Value:
    """`when.isoformat()`."""
    is_date = bound.receiver is not None and bound.receiver.type == "datetime.date"
    return _with(result, *moment("%F" if is_date else "%FT%T"))


def by_specification(bound: Bound, result: Value) -> Value:
    """`format(value, ">10.2f")`."""
    spec = literal_text(bound.positional[1]) if len(bound.positional) > 1 else ""
    return _with(result, *text_by(bound.positional[0], spec)) if bound.positional and spec is not None else result


def _with(result: Value, size: Estimate, text: Text) -> Value:
    return replace(result, size=size, shape=None, text=text)


def rounded(bound: Bound, result: Value) -> Value:
    """`round(x, 2)`: a number with so many digits."""
    places = bound.positional[1].number if len(bound.positional) > 1 else None
    if places is None or result.type != "float":
        return result
    return replace(result, text=text_by(bound.positional[0], f".{max(0, int(places.likely))}f")[1])


def by_template(bound: Bound, result: Value) -> Value:
    """`template.format(...)`, `template % values`."""
    text = text_of(bound.receiver)
    if text is None:
        return result
    size = bound.receiver.size if bound.receiver is not None else None
    parts = [text_by(value, spec) for value, spec in _placed(text, bound)]
    fields = _FIELDS.findall(text.pattern)
    made = filled(_FIELDS.sub(HOLE, text.pattern), [part for _, part in parts])
    if text.pattern == HOLE:  # too long, or repeated: the separators are still there
        made = replace(text, fresh=None)
        parts = [text_by(v, "") for v in bound.positional]
    grown = (total(length for length, _ in parts) - sum(map(len, fields))).max(0)
    kinds = _combinations([*bound.positional, *_named(bound).values()])
    return replace(result, text=made, size=size + grown if size is not None else None, shape=None, distinct=kinds)


def _combinations(values: Sequence[Value]) -> Estimate | None:
    """How many different texts come of it, if of each part one knows how many there are."""
    found = ONE
    for value in values:
        for part in value.items if value.type == "tuple" and value.items is not None else (value,):
            if part.literal is None:
                if part.distinct is None:
                    return None
                found = found * part.distinct
    return found


def _named(bound: Bound) -> dict[str, Value]:
    return {k: v for k, v in bound.parameters if not any(v is g for g in bound.positional)}


def put_into(bound: Bound) -> list[tuple[Value, str]]:
    """The values that `template.format(...)` and `template % values` write, each with its specification; `%s` is none."""
    text = text_of(bound.receiver)
    if text is None or not _FIELDS.search(text.pattern):
        return [(value, "") for value in (*bound.positional, *_named(bound).values())]
    return [(value, "" if spec in _PLAIN else spec) for value, spec in _placed(text, bound)]


_PLAIN = ("%s", "%r")  # as the value writes itself


def _placed(template: Text, bound: Bound) -> list[tuple[Value, str]]:
    """What is put into the fields of a format string."""
    given = bound.positional
    named = _named(bound)
    if len(given) == 1 and given[0].type == "tuple" and given[0].items is not None:  # `"%s %s" % (a, b)`
        given = given[0].items
    elif len(given) == 1 and given[0].type == "dict" and given[0].columns is not None:  # `"%(name)s" % row`
        named |= given[0].columns
    return placed(_FIELDS.findall(template.pattern), given, named)


def substituted(bound: Bound, result: Value) -> Value:
    """`template.substitute(title=..., body=...)`: what is put in comes on top."""
    template = bound.receiver
    if template is None or template.size is None:
        return result
    return replace(result, size=total([template.size, *(printed(v) for _, v in bound.parameters)]))
