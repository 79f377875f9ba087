"""Results of builtins that a returns table cannot express: they depend on what is inside their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.assumed import FEW
from gillint.resolve.calling.bound import MAPPINGS, element_of, literal_text, number_of, size_of
from gillint.resolve.calling.mappings import from_keys, made_dict, of_dict, pair_of
from gillint.resolve.control.repeated import called_again
from gillint.resolve.external.mapped import asked
from gillint.resolve.iterators import (
    COMBINATIONS,
    combinations,
    every_choice,
    first_of,
    grouped,
    in_turn,
    length_of,
    spread,
)
from gillint.resolve.joining import join
from gillint.resolve.numeric.bigints import digits_of_bits, digits_written
from gillint.resolve.numeric.estimators import COLUMNS, PIPELINE, columns_of, pipeline_of
from gillint.resolve.numeric.randomness import drawn
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.objects.named_tuples import class_of_fields
from gillint.resolve.objects.unspoken import truth
from gillint.resolve.tabular.kinds import kinds_of
from gillint.resolve.text.records import PACKED, packed
from gillint.resolve.trace import Block, Bound, Kind, Loop
from gillint.resolve.values import (
    NONE,
    QUARTILES,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    Literal,
    PartialRef,
    SymbolRef,
    Value,
    between,
    text_of,
)


def intrinsic(act: Activation, name: str, bound: Bound, span: Span) -> Value | None:
    """The result of a builtin, or None where the fact's returns table decides."""
    args = bound.positional
    if name in ("map", "filter", "itertools.starmap", "iter") and len(args) > 1:
        return _mapped(act, name, args, span) if name != "iter" else called_again(act, args[0], span)
    if name in _CONTAINERS:
        return _container("list" if name == "sorted" else name, args)
    if name.startswith(_RANDOM):
        return _drawn(name, args) if args else _drawn_from_one(name)
    if name == "dict":
        return made_dict(args, bound.parameters)
    if bound.receiver is not None and (name.startswith(_MAPPING) or name == "list.pop"):
        taken = name == "list.pop"
        return element_of(bound.receiver) if taken else of_dict(name.rpartition(".")[2], bound.receiver, args)
    if name in PACKED:
        return packed(act, name, bound)
    if name in _WRITING:
        _written(act, name, bound, span)
    if name in ("collections.deque", "collections.defaultdict", "collections.Counter"):
        return _collection(act, name, bound, span)
    if len(args) == 1 and ((bound.has_star and name in _OF_SEVERAL) or name == "itertools.chain.from_iterable"):
        return in_turn(act, args[0], span) or (spread(name, args[0]) if bound.has_star else None)
    if name.startswith("sqlalchemy.") and (found := asked(act, name, bound, span)) is not None:
        return found
    if name == "itertools.product" and bound.has_star and len(args) == 1:
        return every_choice(args[0])
    if name in COMBINATIONS and args:
        return combinations(name, args, dict(bound.parameters))
    if name in ("collections.namedtuple", "typing.NamedTuple") and len(args) > 1:
        return class_of_fields(args[1:2])
    handler = _BY_NAME.get(name)
    if name in (PIPELINE, COLUMNS) and not args:  # `Pipeline(steps=[...])`
        args = tuple(v for key, v in bound.parameters if key in ("steps", "transformers"))
    if handler is None or not args:
        return _looked_up(act, name, args, span) if name.startswith("operator.") else None
    made = handler(name, args)
    return _stepping(act, args, made, span) if made is not None and name in WRAPPERS else made


def _looked_up(act: Activation, name: str, args: tuple[Value, ...], span: Span) -> Value | None:
    from gillint.resolve.objects.getters import looked_up

    return looked_up(act, name, args, span) if name.endswith(".__call__") else None


WRAPPERS = ("zip", "enumerate", "reversed", "iter")


def _stepping(act: Activation, sources: tuple[Value, ...], made: Value, span: Span) -> Value:
    """An iterator around others does what each of their steps does: `zip(frame.index, array)` makes the values of both."""
    from gillint.resolve.operators import operator_fact

    if made.reference is not None:
        return made  # a generator: its work is known as it is
    with act.nested() as builder:
        for source in sources:
            if source.type is not None and "." in source.type and "::" not in source.type:
                operator_fact(act, source, "__iter__", (), span)
    block = builder.finish()
    if not block.nodes:
        return made
    trips = made.size if made.size is not None else length_of(sources[0])
    return act.defer(Lazy(span, Kind.MAP, block, trips, made, act.path, act.name), "iterator", made.element or UNKNOWN)


def _len(name: str, args: tuple[Value, ...]) -> Value:
    given = args[0]
    known = given.size is not None or given.items is not None
    number = length_of(given) if known or given.shape else None
    return Value(type="int", number=number, origin=given.origin)


def _enumerate(name: str, args: tuple[Value, ...]) -> Value:
    whole = args[0]
    known = whole.size is not None or whole.items is not None or whole.shape is not None
    size = length_of(whole) if known else None
    index = Value(type="int", number=size * QUARTILES if size is not None else None, distinct=size)
    return _wrapped(whole, Value(type="tuple", items=(index, element_of(whole))), name)


def _zip(name: str, args: tuple[Value, ...]) -> Value:
    size = length_of(args[0])
    for other in args[1:]:
        size = size.min(length_of(other)) if name == "zip" else size.max(length_of(other))
    made = _wrapped(args[0], Value(type="tuple", items=tuple(element_of(a) for a in args)), name)
    return replace(made, size=size)


def _iterator(name: str, args: tuple[Value, ...]) -> Value:
    return _wrapped(args[0], element_of(args[0]), "reversed" if name == "reversed" else "iterator")


def _amount(name: str, args: tuple[Value, ...]) -> Value:
    amount = args[0] if name == "abs" else element_of(args[0])
    if amount.type == "numpy.ndarray":
        return replace(amount, literal=None)
    if name == "sum" and amount.type in ("list", "tuple"):  # `sum(rows, [])`
        size = size_of(args[0]) * amount.size if amount.size is not None else None
        return Value(type=amount.type, size=size, element=element_of(amount))
    if name == "abs" and amount.type == "complex":
        return Value(type="float")
    if amount.type is not None and amount.type not in ("bool", "complex"):
        number = amount.number.map(abs) if name == "abs" and amount.number is not None else None
        return Value(
            type=amount.type, number=number
        )  # a number of some kind: decimals and fractions stay what they are
    return Value(type="int" if amount.type == "bool" else None)


def _divided(name: str, args: tuple[Value, ...]) -> Value | None:
    """`divmod(seconds, 60)`; long integers are the fact's."""
    from gillint.resolve.operators import of_numbers

    if len(args) != 2 or any(v.type not in ("int", "float") or v.size is not None for v in args):
        return None
    return Value(type="tuple", items=tuple(of_numbers(args[0], o, args[1], None) for o in ("floordiv", "mod")))


def _next(name: str, args: tuple[Value, ...]) -> Value:
    return element_of(args[0])


def _converted(name: str, args: tuple[Value, ...]) -> Value:
    given = args[0]
    literal = given.literal if given.type == name else None
    digits = digits_written(given) if name == "int" else None
    return Value(type=name, number=given.number, literal=literal, distinct=given.distinct, size=digits)


_RANDOM = ("random.", "secrets.")


def _drawn(name: str, args: tuple[Value, ...]) -> Value | None:
    """A number between what is passed, one of so many: `random.randrange(800)`, `rng.choice(REGIONS)`."""
    last = name.rsplit(".", 1)[-1]
    if last == "choice":
        kinds = size_of(args[0])
        member = element_of(args[0])
        number = member.number if args[0].items else None
        return drawn(replace(member, literal=None, number=number, distinct=kinds), kinds)
    if last in ("getrandbits", "randbits") and args[0].number is not None:
        kinds = args[0].number.map(lambda bits: 2.0 ** min(bits, 40))
        made = Value(type="int", number=kinds * QUARTILES, distinct=kinds, size=digits_of_bits(args[0].number))
        return drawn(made, kinds)
    if last in _AROUND:
        return drawn(Value(type="float", number=_AROUND[last](args)), None)
    if last not in ("randint", "randrange", "randbelow", "uniform", "triangular"):
        return None
    low, high = (args[0], args[1]) if len(args) > 1 else (Value(number=ZERO), args[0])
    if low.number is None or high.number is None:
        return None
    first, count = low.number, high.number - low.number + (1 if last == "randint" else 0)
    middle = Estimate.of(x + n / 2 for x, n in zip(first.scenarios, count.scenarios, strict=True))
    amount = Estimate(first.low, middle.likely, (first + count).high)
    if last in ("uniform", "triangular"):
        return drawn(Value(type="float", number=amount), None)
    return drawn(Value(type="int", number=amount, distinct=count), count)


def _drawn_from_one(name: str) -> Value | None:
    """`random.random()`: a number from 0 to 1."""
    is_drawn = name.endswith(".random")
    return drawn(Value(type="float", number=Estimate(0, 0.5, 1)), None) if is_drawn else None


def _by_rate(args: tuple[Value, ...]) -> Estimate | None:
    """`random.expovariate(1 / mean)`."""
    rate = args[0].number
    if rate is None or rate.low <= 0:
        return None
    return Estimate(0, 1 / rate.likely, _TAIL / rate.low)


def _by_spread(args: tuple[Value, ...]) -> Estimate | None:
    """`random.gauss(mean, deviation)`."""
    mean, spread = args[0].number, args[1].number if len(args) > 1 else None
    if mean is None or spread is None:
        return None
    reach = 3 * spread.high
    return Estimate(mean.low - reach, mean.likely, mean.high + reach)


_TAIL = 5.0  # one of a hundred and fifty is further off than so many times the mean
_AROUND = {"expovariate": _by_rate, "gauss": _by_spread, "normalvariate": _by_spread}


_EMPTY = {"list": ZERO, "set": ZERO, "dict": ZERO, "int": None, "float": None, "str": ZERO}


def _defaultdict(act: Activation, args: tuple[Value, ...], span: Span) -> Value:
    """A dict whose members begin as what the factory makes."""
    from gillint.resolve.calling.calls import apply

    ref = args[0].reference if args else None
    value = UNKNOWN
    if isinstance(ref, SymbolRef) and ref.name in _EMPTY:
        value = Value(type=ref.name, size=_EMPTY[ref.name])
    elif isinstance(ref, (FunctionRef, ClassRef, PartialRef, SymbolRef)):
        with act.nested():  # what it costs is in the noise
            value = apply(act, args[0], (), (), span, "the factory")
    first = next((a for a in args[1:2] if a.type in MAPPINGS and a.size is not None), None)
    key, old = pair_of(first) if first is not None else (UNKNOWN, UNKNOWN)
    size = first.size if first is not None else ZERO
    member = value if old == UNKNOWN else old
    return Value(type="collections.defaultdict", size=size, items=(key, member), element=key)


def _collection(act: Activation, name: str, bound: Bound, span: Span) -> Value:
    if name.endswith("deque"):
        return _deque(bound.positional, bound)
    return _counted(bound.positional) if name.endswith("Counter") else _defaultdict(act, bound.positional, span)


def _deque(args: tuple[Value, ...], bound: Bound) -> Value:
    """Its `number` is how long it becomes at most, where that is said."""
    made = _container("collections.deque", args[:1])
    most = bound.get("maxlen")
    if most is None or most.number is None:
        return made
    return replace(made, number=most.number, size=made.size.min(most.number) if made.size is not None else None)


def _counted(args: tuple[Value, ...]) -> Value:
    """A counter has a member for each thing that is different."""
    from gillint.resolve.objects.filling import different

    if not args:
        return Value(type="collections.Counter", size=ZERO)
    source, key = args[0], element_of(args[0])
    known = source.size is not None or source.items is not None
    size = different(length_of(source), key) if known else None
    pair = (key, Value(type="int"))
    return Value(type="collections.Counter", size=size, element=key, items=pair, origin=source.origin)


_WRITING = ("str.format", "str.format_map", "format")


def _written(act: Activation, name: str, bound: Bound, span: Span) -> None:
    """Each value formats itself, which dates do at length."""
    from gillint.resolve.text.printing import write_each, write_into

    if name != "format":
        write_each(act, bound, span)
    elif bound.positional and "::" not in (bound.positional[0].type or ""):  # an instance is asked as by any builtin
        spec = bound.positional[1] if len(bound.positional) > 1 else UNKNOWN
        write_into(act, bound.positional[0], span, literal_text(spec) or "")


_OF_SEVERAL = ("zip", "itertools.zip_longest", "itertools.chain", "heapq.merge")


def _engine(name: str, args: tuple[Value, ...]) -> Value:
    """An engine knows its dialect: the first part of the URL, which is known where only the rest is made up; of SQLite also
    whether the database is a file.
    """
    url = text_of(args[0])
    found = re.match(r"(\w+)(?:\+\w+)?:(?:///*(.*))?", url.pattern) if url is not None else None
    dialect = found[1] if found is not None else None
    if found is not None and dialect == "sqlite" and found[2] and "memory" not in found[2]:
        dialect = "sqlite file"
    return Value(type="sqlalchemy.engine.Engine", dtype=dialect)


_CONTAINERS = ("list", "tuple", "set", "frozenset", "sorted")


_FEW = 32


def _container(kind: str, args: tuple[Value, ...]) -> Value:
    if not args:
        return Value(type=kind, size=ZERO)
    letters = literal_text(args[0])
    if kind in ("list", "tuple") and letters is not None and len(letters) <= _FEW:  # names: `list("abc")`
        return Value(type=kind, items=tuple(Value(type="str", size=ONE, literal=Literal(c)) for c in letters))
    size = length_of(args[0]) if args[0].size is not None or args[0].items is not None else None
    if args[0].type == "json" and size is None:
        size = FEW  # as a loop over it
    distinct = kinds_of(args[0]) if args[0].type == ARRAY else element_of(args[0]).distinct
    if kind in ("set", "frozenset") and size is not None and distinct is not None:
        size = size.min(distinct)
    member = element_of(args[0]) if size != ZERO else None  # what nothing is in says nothing of what will be
    items = args[0].items if kind in ("list", "tuple") and args[0].type in _ONE_BY_ONE else None
    return Value(type=kind, size=size, element=member, items=items, origin=args[0].origin)


_ONE_BY_ONE = ("list", "tuple", "iterator", "generator")  # iterating gives the very members, and in their order


_PASSED = 0.5  # of what is filtered, as of a comprehension with a condition


def _range(name: str, args: tuple[Value, ...]) -> Value:
    numbers = [a.number for a in args]
    size: Estimate | None = None
    hangs_on = next((a.origin for a in args if a.number is None and a.origin), None)
    if len(args) == 1 and numbers[0] is not None:
        size = numbers[0].max(0)
    elif len(args) >= 2 and numbers[0] is not None and numbers[1] is not None:
        step = numbers[2] if len(args) > 2 else ONE
        if step is not None and step.likely != 0:
            span = (numbers[1] - numbers[0]) / step
            size = span.map(lambda v: float(max(0, -(-v // 1))))
    first = numbers[0] if len(args) > 1 and numbers[0] is not None else ZERO
    last = numbers[0] if len(args) == 1 else numbers[1] if len(args) > 1 else None
    number = between(first, last) if last is not None else None
    likely = Value(type="int", number=number, distinct=size)
    return Value(type="range", size=size, element=likely, origin=hangs_on)


def _wrapped(source: Value, element: Value, kind: str = "iterator") -> Value:
    """An iterator over another iterable: the same work, item by item."""
    known = source.size is not None or source.items is not None or source.shape is not None
    size = length_of(source) if known else None
    kind = kind if source.reference is None else "iterator"
    return Value(type=kind, size=size, element=element, reference=source.reference, origin=source.origin)


def _mapped(act: Activation, name: str, args: tuple[Value, ...], span: Span) -> Value:
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.control.unrolling import mapped_each

    function, sources = args[0], args[1:]
    element = tuple(element_of(s) for s in sources)
    if name == "itertools.starmap":
        element = element[0].items or element
    hangs_on = None if sources[0].size is not None else sources[0].origin
    trips = length_of(sources[0])
    for source in sources:
        act.begin(source)
    with act.nested() as builder:
        act.loops.append(trips)
        for source in sources:
            inner = act.start(source)
            if inner is not None and source.type not in ("coroutine", "awaitable"):
                builder.include(inner.block)
        builder.operations["generator_step"] = 1.0
        callable_ = function.reference is not None or act.program.class_of(function.type) is not None
        result = apply(act, function, element, (), span, function.origin or "function") if callable_ else UNKNOWN
        if name == "filter" and function.type == NONE.type:
            truth(act, element[0], span)
        items = None
        if callable_ and name == "map" and len(sources) == 1:
            items = mapped_each(
                act, sources[0], lambda m: apply(act, function, (m,), (), span, function.origin or "function")
            )
        act.loops.pop()
    if name == "filter":  # an item that passes comes with those that do not
        passed = trips * _PASSED
        each = Loop(span, act.path, Kind.MAP, Estimate.point(1 / _PASSED), builder.finish(), function=act.name)
        lazy = Lazy(span, Kind.MAP, Block((), (each,)), passed, element[0], act.path, act.name, hangs_on)
        return act.defer(lazy, "iterator", element[0])
    lazy = Lazy(span, Kind.MAP, builder.finish(), trips, result, act.path, act.name, hangs_on)
    return replace(act.defer(lazy, "iterator", result), items=items)


def _slice(name: str, args: tuple[Value, ...]) -> Value:
    """`slice(i, i + 4)`: the same as is written `i : i + 4` in a subscript."""
    bounds = (NONE, args[0]) if len(args) == 1 else args[:2]
    return Value(
        type="slice",
        items=(*bounds, args[2] if len(args) > 2 else NONE),
        number=args[2].number if len(args) > 2 else ONE,
    )


def _extreme(name: str, args: tuple[Value, ...]) -> Value:
    if len(args) == 1:
        return element_of(args[0])
    numbers = [number_of(a) for a in args if a.number is not None]
    joined = args[0]
    for other in args[1:]:
        joined = join(joined, other)
    if len(numbers) == len(args):
        amount = numbers[0]
        for n in numbers[1:]:
            amount = amount.min(n) if name == "min" else amount.max(n)
        return replace(joined, number=amount, literal=None)
    if numbers and name == "min":  # `min(CHUNK, left)`: what is known is the limit, and mostly reached
        limit = reduce(Estimate.min, numbers)
        kind = joined.type or next(a.type for a in args if a.number is not None)
        return Value(type=kind, number=Estimate(min(limit.low, 1.0), limit.likely, limit.high))
    return replace(joined, number=None, literal=None)


_MAPPING = ("dict.", "shelve.Shelf.")


def _again(_: str, args: tuple[Value, ...]) -> Value | None:
    """`itertools.repeat(f)`, `repeat(x, 3)`: the thing itself, a function too."""
    if not args:
        return None
    times = number_of(args[1]) if len(args) > 1 else None
    return Value(type="itertools.repeat", size=times, element=args[0])


def _itself(_: str, args: tuple[Value, ...]) -> Value | None:
    """`with closing(archive) as a`: `a` is the archive."""
    return args[0]


_BY_NAME: dict[str, Callable[[str, tuple[Value, ...]], Value | None]] = {
    "range": _range,
    "slice": _slice,
    "len": _len,
    "enumerate": _enumerate,
    "zip": _zip,
    "itertools.zip_longest": _zip,
    "iter": _iterator,
    "reversed": _iterator,
    "min": _extreme,
    "max": _extreme,
    "sum": _amount,
    "abs": _amount,
    "divmod": _divided,
    "next": _next,
    "itertools.islice": first_of,
    "itertools.repeat": _again,
    "contextlib.closing": _itself,
    "contextlib.nullcontext": _itself,
    "dict.fromkeys": from_keys,
    "itertools.groupby": grouped,
    "int": _converted,
    "float": _converted,
    "sqlalchemy.create_engine": _engine,
    "sklearn.pipeline.make_pipeline": pipeline_of,
    PIPELINE: pipeline_of,
    "sklearn.compose.make_column_transformer": columns_of,
    COLUMNS: columns_of,
}
