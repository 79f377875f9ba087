"""What an expression evaluates to, and what evaluating it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact, find_method, find_type, knows_below, knows_module
from gillint.resolve.activation import Activation, Lazy, turns_of
from gillint.resolve.annotations import alias_of, union_of
from gillint.resolve.calling.bound import element_of, literal_text
from gillint.resolve.calling.calls import Keywords, apply
from gillint.resolve.calling.customary import CUSTOMARY_BARE, CUSTOMARY_MODULES
from gillint.resolve.calling.mappings import has_no_other
from gillint.resolve.calling.submissions import await_value, suspends
from gillint.resolve.control.branching import emit_part, sometimes
from gillint.resolve.control.comparing import is_passed, same_truth, share_of
from gillint.resolve.control.distance import distance, offsets, ranged
from gillint.resolve.control.interpreters import holds_here
from gillint.resolve.control.unrolling import each_of
from gillint.resolve.displays import f_string, mapping, sequence
from gillint.resolve.external.hdf5 import dataset_of
from gillint.resolve.external.stores import is_stored
from gillint.resolve.items import FILED, item_of
from gillint.resolve.iterating import awaited_from, awaited_unknown, iterable_of, iterate
from gillint.resolve.joining import join, looked_up
from gillint.resolve.numeric.ranks import learn_from_index, rank_decides
from gillint.resolve.numeric.shapes import ARRAY, few_rows
from gillint.resolve.objects.attributes import attribute_value, symbol_of
from gillint.resolve.objects.collected import keep
from gillint.resolve.objects.growing import grow, lengthen, made_by_need
from gillint.resolve.objects.lists import as_list
from gillint.resolve.objects.unspoken import compare_members, hashed, missing, truth
from gillint.resolve.opaque import part_of
from gillint.resolve.operators import ARRAY_TYPES, binary, operator_fact, project_operator
from gillint.resolve.stepping import step_through
from gillint.resolve.tabular.columns import named_in_turn
from gillint.resolve.targets import assume, bind
from gillint.resolve.text.planting import planted
from gillint.resolve.trace import Await, Block, Branch, Iterations, Kind, Loop
from gillint.resolve.values import (
    NONE,
    SPREAD,
    SPREAD_NAMED,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    SuperRef,
    SymbolRef,
    UndefinedRef,
    Value,
    is_known,
    of_constant,
    of_number,
    options_of,
)
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted


def evaluate(act: Activation, node: t.Expr) -> Value:
    """The value of an expression; what it does goes into the trace."""
    if not act.program.spend():
        return UNKNOWN
    return _EVALUATE[type(node)](act, node)


def _constant(act: Activation, node: t.Constant) -> Value:
    act.operation("constant")
    return of_constant(node.value) if node.value is not ... else Value(type="ellipsis")


def _name(act: Activation, node: t.Name) -> Value:
    act.operation("name")
    return lookup(act, node.id)


def lookup(act: Activation, name: str) -> Value:
    """What a variable stands for."""
    for environment in (act.environment, *act.enclosing):
        if name in environment:
            return act.program.settled(environment[name], act.scope)
    found = act.program.module_value(act.scope, name)
    if found is not None:
        return found
    if (find_fact(name) is not None or name == "__import__") and "." not in name:
        return symbol_of(name)
    if name in CUSTOMARY_BARE:
        act.scope.note(f"`{name}` is not imported here: taken as {CUSTOMARY_BARE[name]}")
        return symbol_of(CUSTOMARY_BARE[name])
    return assume(act, name, Value(reference=UndefinedRef(name), origin=name))


def _attribute(act: Activation, node: t.Attribute) -> Value:
    act.operation("attribute")
    base = node.value
    if isinstance(base, t.Name):
        value = lookup(act, base.id)
        if isinstance(value.reference, UndefinedRef) and not value.reference.is_result:
            module = CUSTOMARY_MODULES.get(base.id, base.id)
            if _is_member(module, node.name):
                act.scope.note(f"`{base.id}` is not imported here: taken as the module {module}")
                return attribute_value(act, symbol_of(module), node.name)
        return attribute_value(act, value, node.name, node.span)
    return attribute_value(act, evaluate(act, base), node.name, node.span)


def _is_member(module: str, name: str) -> bool:
    """Whether `module.name` is known: an undefined `html` whose `strip` is asked for is a variable, not the module."""
    full = f"{module}.{name}"
    return knows_module(module) and (find_fact(full) is not None or find_type(full) is not None or knows_below(full))


def _call(act: Activation, node: t.Call) -> Value:
    function = evaluate(act, node.function)
    if isinstance(node.function, t.Name) and node.function.id == "super":
        return _super(act)
    positional: list[Value] = []
    keywords: list[tuple[str, Value]] = []
    has_star = False
    for argument in node.arguments:
        value = evaluate(act, argument.value)
        if argument.star:
            act.operation("call_unpacked")
        if argument.star == "*":
            members = value.items if value.type in ("tuple", "list", "iterator") else few_rows(value)
            if members is not None:
                positional.extend(members)
            else:
                has_star = True
                positional.append(_spread(function, replace(value, type=value.type or "list")))
        elif argument.star == "**":
            keywords.extend(value.columns or ())
            if not has_no_other(value) and value.size != ZERO:
                has_star = True
                keywords.extend(_spread_named(function, value))
        elif argument.keyword is not None:
            keywords.append((argument.keyword, value))
        else:
            positional.append(value)
    text = dotted(node.function) or (f"….{node.function.name}" if isinstance(node.function, t.Attribute) else "…")
    result = apply(act, function, tuple(positional), tuple(keywords), node.span, text, has_star=has_star)
    grow(act, node, function, positional, result)
    result = planted(act, node, function, positional, result)
    if act.program.grown and isinstance(function.reference, FunctionRef):
        lengthen(act, node)
    return ranged(act, node, result, _peek) if result.type == "range" else result


def _spread_named(function: Value, whole: Value) -> Keywords:
    """`f(**options)`, where nobody knows which ones there are: a function of the project may be given any of its parameters."""
    kinds = {type(o.reference) for o in options_of(function)}
    return ((SPREAD_NAMED, whole),) if kinds <= {FunctionRef, ClassRef} else ()


def _spread(function: Value, whole: Value) -> Value:
    """`f(*values)`, where nobody knows how many there are."""
    kinds = {type(o.reference) for o in options_of(function)}
    is_open = whole.type == ARRAY and whole.shape is None  # the rows of an array are arrays, those of a list are not
    member = whole if is_open else element_of(whole)
    if kinds == {FunctionRef}:
        return Value(type=SPREAD, size=None if is_open else whole.size, element=member)
    return member if kinds == {ClassRef} else whole


def _super(act: Activation) -> Value:
    """`super()`: the instance seen from the bases of the class on."""
    if act.owner is None:
        return UNKNOWN
    instance = next((act.environment[n] for n in ("self", "cls") if n in act.environment), None)
    return Value(reference=SuperRef(act.owner.key, instance or Value(type=act.owner.key)))


def _binary(act: Activation, node: t.Binary) -> Value:
    left, right = evaluate(act, node.left), evaluate(act, node.right)
    alias = union_of(act, left, right, node) if node.operator == "or" else None
    if alias is not None:
        return alias
    return binary(act, left, node.operator, right, node.span)


def _unary(act: Activation, node: t.Unary) -> Value:
    operand = evaluate(act, node.operand)
    if node.operator == "not":
        act.operation("unary")
        truth(act, operand, node.span)
        if operand.literal is not None:
            return of_constant(not operand.literal.value)
        return Value(type="bool", number=ONE - operand.number if operand.type == "bool" and operand.number else None)
    found = operator_fact(act, operand, f"__{node.operator}__", (), node.span)
    if found is not None:
        return found
    act.operation("unary")
    if node.operator == "neg" and operand.number is not None:
        return of_number(operand.type or "int", operand.number.map(lambda v: -v))
    return operand if operand.type in ("int", "float") else UNKNOWN


def _boolean(act: Activation, node: t.Boolean) -> Value:
    from gillint.resolve.assumed import SECOND
    from gillint.resolve.control.likelihood import held

    result: Value | None = None
    reached = 1.0
    shares: list[Estimate | None] = []
    for part in node.values:
        act.operation("boolean")
        with sometimes(act, reached):
            value = evaluate(act, part)
        if part is not node.values[-1]:
            truth(act, value, part.span)
        if len(node.values) > 1:
            on = held(act, part, value, SECOND if node.operator == "and" else 1.0 - SECOND)
            reached *= on if node.operator == "and" else 1.0 - on
        # `client or Client()`: what stands in for a value is of its kind; for None it always does.
        is_open = result is not None and (not is_known(result) or result.literal == NONE.literal)
        stands_in = node.operator == "or" and is_open
        is_said = node.operator == "or" and result is not None and result.type == "str" and bool(literal_text(result))
        result = value if stands_in else result if is_said else join(result, value)
        shares.append(
            value.number if value.type == "bool" and value.number is not None and value.number.known else None
        )
    known = [s.likely for s in shares if s is not None]
    if result is None or result.type != "bool" or result.literal is not None or len(known) < len(shares):
        return result or UNKNOWN
    holds = prod(known) if node.operator == "and" else 1.0 - prod(1.0 - s for s in known)
    return replace(result, number=Estimate.point(holds))


def _compare(act: Activation, node: t.Compare) -> Value:
    first = left = evaluate(act, node.left)
    result = Value(type="bool")
    for operator, expression in zip(node.operators, node.rights, strict=True):
        is_search = operator in ("contains", "not_contains")
        if is_search and isinstance(expression, t.Sequence):
            right = sequence(act, expression, built=False)
        else:
            right = evaluate(act, expression)
        if len(node.operators) == 1 and not (isinstance(node.left, t.Name) and node.left.id in act.open):
            share = share_of(left, operator, right)
            result = replace(result, number=Estimate.point(share)) if share is not None else result
        if is_search:
            found = operator_fact(act, right, "__contains__", (left,), node.span)
        else:
            method = f"__{operator}__"
            found = project_operator(act, left, method, (right,), node.span)
            decides = _who_compares(left, right, method)
            if decides is not None:
                found = operator_fact(act, decides, method, (right if decides is left else left,), node.span)
        if found is None or is_search:
            compare_members(act, left, operator, right, node.span)
        if found is None:
            act.operation("compare")
        elif not is_search:
            result = found
        left = right
    held = holds_here(act.program.target.python, node)  # `PY2 = sys.version_info[0] == 2`
    held = held if held is not None else is_passed(act, node)
    held = held if held is not None else rank_decides(act, node, first, left)
    if held is None and len(node.operators) == 1:
        held = same_truth(first, node.operators[0], left)
    return of_constant(held) if held is not None else result


def _who_compares(left: Value, right: Value, method: str) -> Value | None:
    """The operand whose fact a comparison is: an array, or an object of a library; numbers and texts are bytecode's own."""
    arrays = [v for v in (left, right) if v.type in ARRAY_TYPES]
    objects = [v for v in (left, right) if v.reference is None and "." in (v.type or "")]
    return next((v for v in (*arrays, *objects) if find_method(v.type or "", method) is not None), None)


_MODULES = SymbolRef("sys.modules")


def _subscript(act: Activation, node: t.Subscript) -> Value:
    learn_from_index(act, node)
    value = evaluate(act, node.value)
    alias = alias_of(act, value, node)
    if alias is not None:
        return alias
    index = _asked_of(act, value, evaluate(act, node.index), node.index)
    if value.reference == _MODULES and isinstance(node.index, t.Name) and node.index.id == "__name__":
        return Value(type=f"{act.path}::")  # the module itself
    inner = dataset_of(act, value, index) or item_of(as_list(act, value), index, node.index)
    made = missing(act, value, index, node)
    inner = join(inner, made) if inner is not None and made is not None else inner or made
    if inner is not None and value.type == "collections.defaultdict":
        made_by_need(act, node, value, inner, index)
    extra = (("result", inner),) if inner is not None else ()
    fact_value = operator_fact(act, value, "__getitem__", (index,), node.span, extra)
    if fact_value is None:
        act.operation("subscript")
        return inner or replace(part_of(value) or UNKNOWN, origin=value.origin)
    if inner is not None and fact_value.type == ARRAY and inner.type == value.type and value.type in FILED:
        return looked_up(value, replace(fact_value, shape=inner.shape))
    return looked_up(value, fact_value if inner is None else inner)


def _asked_of(act: Activation, value: Value, index: Value, node: t.Expr) -> Value:
    """`df[lambda d: d.x > 0]`, `df.loc[f]`: pandas asks the function for the index, with the table."""
    owner = next((kind for kind in _TABLES if (value.type or "").startswith(kind)), None)
    if owner is None or not isinstance(index.reference, FunctionRef):
        return index
    return apply(act, index, (replace(value, type=owner),), (), node.span, "")


_TABLES = ("pandas.DataFrame", "pandas.Series")


def _slice(act: Activation, node: t.Slice) -> Value:
    act.operation("slice")
    parts = tuple(evaluate(act, p) if p is not None else NONE for p in (node.lower, node.upper, node.step))
    step = parts[2].number if node.step is not None else ONE
    starts = offsets(act, node.lower, node.upper, _peek)
    if starts is not None:
        return Value(type="slice", items=(UNKNOWN, UNKNOWN, parts[2]), element=starts, number=step)
    is_open = node.upper is not None and not (_is_known(parts[0]) and _is_known(parts[1]))
    size = distance(act, node.lower, node.upper, _peek) if is_open else None
    return Value(type="slice", items=parts, size=size, number=step)


def _is_known(value: Value) -> bool:
    return value.number is not None and value.number.known


def _peek(act: Activation, node: t.Expr) -> Value:
    """The value of an expression that has been evaluated before: nothing of it goes into the trace again."""
    with act.nested():
        return evaluate(act, node)


def _passing(act: Activation, condition: t.Expr) -> float:
    """How often a filter lets something through."""
    from gillint.resolve.assumed import FILLED, PASSES
    from gillint.resolve.control.likelihood import held

    tested = evaluate(act, condition)
    truth(act, tested, condition.span)
    return held(act, condition, tested, FILLED if tested.type in ("str", "bytes") else PASSES)


def _comprehension(act: Activation, node: t.Comprehension) -> Value:
    from gillint.resolve.control.narrowing import narrowed

    outer = act.environment
    act.environment = dict(outer)
    hangs_on: str | None = None
    depth, passing = 0, 1.0
    turns: list[Block] = []
    outermost = node.clauses[0]
    first = outermost.iterable  # once, outside
    source = iterable_of(act, evaluate(act, first), first.span, is_async=outermost.is_async)
    mark = source.mark if is_stored(source) and len(node.clauses) == 1 and not outermost.conditions else None
    act.begin(source)
    act.operation("generator_create" if node.kind == "generator" else "comprehension_create")
    with act.nested() as builder:
        for number, clause in enumerate(node.clauses):
            with act.nested() as turn:  # what a turn of this clause needs, a turn of the ones within needs a part of
                count, element, lazy, what = iterate(act, source, clause.iterable.span, is_async=clause.is_async)
                if clause.is_async:
                    awaited_from(act, 0, clause.iterable.span)
                if lazy is not None:
                    turn.include(lazy.block)
                hangs_on = hangs_on or what
                act.loops.append(count)
                depth += 1
                bind(act, clause.target, element)
                for condition in clause.conditions:
                    act.operation("branch")
                    passing *= _passing(act, condition)
                    act.environment.update(narrowed(act, condition, holds=True))
                if number + 1 < len(node.clauses):
                    after = node.clauses[number + 1].iterable
                    source = iterable_of(act, evaluate(act, after), after.span)
                    act.begin(source)
            turns.append(turn.finish())
        for number, block in enumerate(turns):
            within = _turns_within(act.loops[len(act.loops) - depth + number + 1 :], max(b.depth for b in turns))
            emit_part(act, block, 1.0 / max(1.0, within.likely))
        with sometimes(act, passing):
            act.operation("generator_step" if node.kind == "generator" else "comprehension_step")
            produced = evaluate(act, node.element)
            value = evaluate(act, node.value) if node.value is not None else None
            if node.kind in ("set", "dict"):
                hashed(act, produced, node.element.span)
            elif node.kind == "list":
                keep(act, produced, turns_of(act.loops[len(act.loops) - depth :]) * passing)
    block = builder.finish()
    of_list = node.kind in ("list", "generator")
    items = each_of(act, node, source, lambda: evaluate(act, node.element)) if of_list else None
    trips = _turns_within(act.loops[len(act.loops) - depth :], block.depth)
    del act.loops[len(act.loops) - depth :]
    act.environment = outer
    size = trips * passing
    if node.kind == "generator":
        if passing < 1.0 <= size.likely:  # several turns for each item that passes
            turns_each = (trips / size).max(1)
            inner = Loop(node.span, act.path, Kind.GENERATOR, turns_each, block, Iterations.INDEPENDENT, act.name)
            block, trips = Block((), (inner,)), size
        lazy_value = Lazy(node.span, Kind.GENERATOR, block, trips, produced, act.path, act.name, hangs_on)
        return replace(act.defer(lazy_value, "generator", produced), items=items)
    act.emit(Loop(node.span, act.path, Kind.COMPREHENSION, trips, block, Iterations.INDEPENDENT, act.name, hangs_on))
    known = size if hangs_on is None or not trips.known else None
    if node.kind == "list":
        return Value(type="list", size=known, element=produced, items=items, origin=hangs_on, mark=mark)
    made = Value(type=node.kind, size=known, element=produced, origin=hangs_on, mark=mark)
    return _without_doubles(node, made, produced, value)


def _turns_within(loops: Sequence[Estimate], depth: int) -> Estimate:
    """The turns of several clauses, one in the other, around so many open loops: those of which the source tells stay."""
    told = turns_of([turns for turns in loops if not turns.is_open])
    return told * turns_of([turns for turns in loops if turns.is_open]).around(depth)


def _without_doubles(node: t.Comprehension, made: Value, key: Value, member: Value | None) -> Value:
    """The set of the keys, or the dictionary of keys and members: each key is in it once."""
    size = made.size.min(key.distinct) if made.size is not None and key.distinct is not None else made.size
    if member is None:
        return replace(made, size=size)
    named = named_in_turn(node, member)
    return replace(made, size=size, items=(key, member), columns=named, origin=None)


def _lambda(act: Activation, node: t.Lambda) -> Value:
    act.operation("lambda")
    return act.program.define(node, act)


def _conditional(act: Activation, node: t.Conditional) -> Value:
    from gillint.resolve.assumed import TAKEN
    from gillint.resolve.control.likelihood import held
    from gillint.resolve.control.narrowing import asks_in_vain, decided, narrowed

    act.operation("branch")
    tested = evaluate(act, node.test)
    truth(act, tested, node.test.span)
    share = held(act, node.test, tested, TAKEN)
    holds = decided(act, node.test)
    if holds is None and asks_in_vain(act, node.body):
        holds = False
    elif holds is None and asks_in_vain(act, node.orelse):
        holds = True
    outer = act.environment
    known, otherwise = narrowed(act, node.test, holds=True), narrowed(act, node.test, holds=False)
    with act.nested() as yes:
        act.environment = {**outer, **known}
        a = evaluate(act, node.body)
    with act.nested() as no:
        act.environment = {**outer, **otherwise}
        b = evaluate(act, node.orelse)
    act.environment = outer
    if holds is not None:
        act.builder.include((yes if holds else no).finish())
        return a if holds else b
    act.emit(Branch((yes.finish(), no.finish()), (share, 1.0 - share)))
    if share in (0.0, 1.0):  # a constant, as far as can be seen
        return a if share else b
    return join(a, b, 1.0 - share)


def _await(act: Activation, node: t.Await) -> Value:
    value = evaluate(act, node.value)
    act.operation("await")
    if isinstance(node.value, t.Call):
        awaited_unknown(act, node.value.span)
    if suspends(act, value):
        act.emit(Await(node.span))
    return await_value(act, value, node.span)


def _yield(act: Activation, node: t.Yield) -> Value:
    value = evaluate(act, node.value) if node.value is not None else NONE
    act.operation("generator_step")
    items = act.trips_so_far()
    if node.is_from:
        items = (items * value.size).around(0) if value.size is not None else items
        act.consume(value)
        step_through(act, value, node.span)
        value = element_of(value)
    act.yields.append(value)
    act.yielded.append(items)
    if act.yield_loop is None and act.loop_spans:
        act.yield_loop = act.loop_spans[0]
    return UNKNOWN


def _starred(act: Activation, node: t.Starred) -> Value:
    return evaluate(act, node.value)


def _walrus(act: Activation, node: t.Walrus) -> Value:
    value = evaluate(act, node.value)
    bind(act, node.target, value)
    return value


_EVALUATE: dict[type, Callable[..., Value]] = {
    t.Constant: _constant,
    t.Name: _name,
    t.Attribute: _attribute,
    t.Call: _call,
    t.Binary: _binary,
    t.Unary: _unary,
    t.Boolean: _boolean,
    t.Compare: _compare,
    t.Subscript: _subscript,
    t.Slice: _slice,
    t.Sequence: sequence,
    t.Dict: mapping,
    t.Comprehension: _comprehension,
    t.Lambda: _lambda,
    t.Conditional: _conditional,
    t.Await: _await,
    t.Yield: _yield,
    t.Formatted: f_string,
    t.Starred: _starred,
    t.Walrus: _walrus,
}
