"""Which value each parameter has in a call: what is passed, else its default, else what its annotation says."""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.annotations import annotated
from gillint.resolve.calling.mappings import merged, or_another, pair_of
from gillint.resolve.expressions import evaluate
from gillint.resolve.objects.members import one_of
from gillint.resolve.values import SPREAD, SPREAD_NAMED, UNKNOWN, Value, is_known, trimmed
from gillint.syntax import tree as t
from gillint.syntax.walk import mentioned

_EMPTY = {"*": Value(type="tuple", size=ZERO, items=()), "**": Value(type="dict", size=ZERO, columns=())}

# The kinds of parameters that may be passed by name.
_NAMED = ("", "keyword")


def bind_parameters(
    act: Activation,
    tree: t.Function | t.Lambda,
    receiver: Value | None,
    positional: tuple[Value, ...],
    keywords: tuple[tuple[str, Value], ...],
    *,
    is_method: bool,
    called: bool = False,
) -> dict[str, Value]:
    """Bind arguments to parameters; a method that nobody is seen to call on an instance has one of its class.

    `called`: these are the arguments of a call in the source, so that what is not passed is the default and nothing else.
    """
    given = list((receiver, *positional) if receiver is not None else positional)
    named = dict(keywords)
    spread = named.pop(SPREAD_NAMED, None)
    bound: dict[str, Value] = {}
    for parameter in tree.parameters:
        value = _passed(parameter, given, named)
        if spread is not None and parameter.kind == "**":
            value = merged((value, spread) if value is not None else (spread,))
        if value is None and parameter.kind in ("*", "**"):
            value = _EMPTY[parameter.kind] if called else _collected(act, parameter)
        if value is None and parameter.default is not None:
            value = _default(act, parameter.default)
            # `db: Session = Depends(get_db)`: what is given instead is declared.
            if isinstance(parameter.default, t.Call):
                declared = annotated(act, parameter.annotation)
                value = declared if declared.type not in (None, value.type) else value
            value = or_another(value, pair_of(spread)[1]) if spread is not None else value
        if value is None and spread is not None and parameter.kind in _NAMED:
            value = pair_of(spread)[1]
        if value is None and is_method and act.owner is not None and parameter is tree.parameters[0]:
            value = Value(type=act.owner.key)
        if value is None or not is_known(value) or (value.type == "NoneType" and not called):
            declared = annotated(act, parameter.annotation)
            value = declared if is_known(declared) else value or UNKNOWN
        if value.size is None and value.number is None and value.origin is None and value.reference is None:
            value = replace(value, origin=parameter.name)
        bound[parameter.name] = trimmed(value)
    return bound


def _default(act: Activation, default: t.Expr) -> Value:
    """What a default is; that of a method stands in the body of the class and sees what is there: `size=LIMIT`."""
    outer = act.environment
    if act.owner is not None:
        own = {name: act.program.attribute(act.owner, name) for name in mentioned(default) - outer.keys()}
        act.environment = {**outer, **{name: value for name, value in own.items() if value is not None}}
    with act.nested():
        value = evaluate(act, default)
    act.environment = outer
    return value


def _passed(parameter: t.Parameter, given: list[Value], named: dict[str, Value]) -> Value | None:
    """Take the argument for a parameter out of those that are left."""
    if parameter.kind == "*":
        members = tuple(given)
        given.clear()
        return _together(members) if members else None
    if parameter.kind == "**":
        return Value(type="dict", size=Estimate.point(len(named)), columns=tuple(named.items())) if named else None
    if parameter.kind == "" and given and given[0].type != SPREAD:
        return given.pop(0)
    if parameter.name in named or not given or parameter.default is not None:
        return named.pop(parameter.name, None)
    return given[0].element if parameter.kind == "" else None


def _together(members: tuple[Value, ...]) -> Value:
    """What `*values` holds: the arguments that are left, or so many like those that were spread."""
    if all(m.type != SPREAD for m in members):
        return Value(type="tuple", items=members)
    sizes = [m.size if m.type == SPREAD else ONE for m in members]
    size = total(s for s in sizes if s is not None) if None not in sizes else None
    return Value(
        type="tuple", size=size, element=one_of([m.element or UNKNOWN if m.type == SPREAD else m for m in members])
    )


def _collected(act: Activation, parameter: t.Parameter) -> Value:
    """`*paths: Path`, `**options: int` where nothing is passed in sight."""
    each = annotated(act, parameter.annotation)
    known = each if is_known(each) else None
    if parameter.kind == "*":
        return Value(type="tuple", element=known)
    text = Value(type="str")
    return Value(type="dict", size=_OPTIONS, element=text, items=(text, known) if known is not None else None)


_OPTIONS = Estimate(0, 2, 30)  # of a `**options` that nobody is seen to pass anything for
