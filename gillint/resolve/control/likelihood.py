"""How often the arms of a branch are taken, as far as its test tells."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TypeGuard

from gillint.resolve.activation import Activation
from gillint.resolve.control.comparing import share_of
from gillint.resolve.control.lookups import found_share
from gillint.resolve.control.memoised import missed
from gillint.resolve.control.narrowing import passed_along
from gillint.resolve.control.refusals import is_refusal
from gillint.resolve.control.turns import POLLS, ends_the_program, leaves, pauses
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.folders import kind_of_entry, made_if_missing, once_for_each_path
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, set_in, statements

# How often arms are taken, where their tests do not tell: means over the places of some two hundred programs and of the Python
# libraries that they run (`python -m scripts.arm_shares`; `scripts/data/arm-shares.txt`). A place counts once, however often
# it runs. Half of the guards are never taken, so that the second and the third one behind each other hardly matter; a handler
# or a `raise` nearly never is.
RARE = 0.02  # an exception
TAKEN = 0.4  # an arm after which it goes on: 0.35 to 0.48; the one of an `elif` shares with the others
LEAVES = 0.15  # `if not line: continue`: 0.13 to 0.17; `if x is None: return`: 0.20 to 0.25
CASE = 0.3  # `if kind == "a": return ...`: 0.22 to 0.26, `if isinstance(x, list): return ...`: 0.35
SECOND = 0.6  # what is behind `and` is looked at in 0.51 to 0.52, behind `or` in 0.59 to 0.68
PASSES = 0.6  # the filter of a comprehension: 0.62
# The same as RARE, where a pause follows it: where that is long, things fail seldom, or nothing would ever be done.
_RARE_WITH_PAUSE = 0.001
NEVER = 0.0  # the share of what a constant rules out, as far as can be seen


def is_main_guard(test: t.Expr) -> bool:
    """Whether a test is `__name__ == "__main__"`."""
    return isinstance(test, t.Compare) and any(
        isinstance(e, t.Name) and e.id == "__name__" for e in (test.left, *test.rights)
    )


def shares(act: Activation, node: t.If, tested: Value, period: float | None) -> tuple[float, float]:
    """How often the arm of a test is taken, and how often the other one; `period`: every how manyth time, where that is known."""
    taken = held(act, node.test, tested, 1.0 / period if period is not None else _usual(act, node))
    if fails(node.body):
        taken = min(taken, RARE)
    elif fails(node.orelse):
        taken = max(taken, 1.0 - RARE)
    return taken, 1.0 - taken


def _usual(act: Activation, node: t.If) -> float:
    if fails(node.body):
        return RARE
    if fails(node.orelse):
        return 1.0 - RARE
    refused = is_refusal(node.test)
    if refused is not None:
        return failing(node.body) if refused else 1.0 - failing(node.orelse)
    if makes_once(act, node):
        return min(TAKEN, 1.0 / max(1.0, (act.times * act.trips_so_far()).likely))
    if is_made_already(act, node):
        return max(1.0 - TAKEN, 1.0 - 1.0 / max(1.0, (act.times * act.trips_so_far()).likely))
    folder = made_if_missing(node)
    if folder is not None:
        return once_for_each_path(act, _value(act, folder))
    entry = kind_of_entry(act, node.test)
    if entry is not None:
        return entry
    key = _sought(node)
    sought = _value(act, key) if key is not None else _noted(act, node)
    if sought is not None:
        missing = missed(act, (sought,))
        return missing if _asks_for_a_gap(node.test) else 1.0 - missing
    found = found_share(act, node.test)
    if found is not None:
        return found
    fits = _fits(act, node.test)
    if fits is not None:
        return fits
    idle = _idle(act, node)
    if idle is not None:
        return idle
    if leaves(node.body) and not leaves(node.orelse):
        return _leaving(act, node)
    if act.loops and _ends_loop(node.orelse) and not leaves(node.body):
        return 1.0 - min(LEAVES, once_in_all(act))
    arms = chain_length(node.orelse)
    return 1.0 / (1.0 + arms) if arms > 1 else TAKEN


# Most lines have the form that a program looks for in them: `m = LINE.match(line)`, `if m: ...`.
_FITTING = 0.85


def _fits(act: Activation, test: t.Expr) -> float | None:
    """How often a line has the form of an expression, where the test asks for its match."""
    if _is_not(test):
        fits = _fits(act, test.operand)
        return None if fits is None else 1.0 - fits
    if isinstance(test, t.Compare) and test.operators in (("is",), ("is_not",)) and is_none(test.rights[0]):
        fits = _fits(act, test.left)
        return fits if fits is None or test.operators == ("is_not",) else 1.0 - fits
    found = _value(act, test) if isinstance(test, t.Name) and act.loops else None
    return _FITTING if found is not None and found.type == "re.Match" and found.size is not None else None


def _idle(act: Activation, node: t.If) -> float | None:
    """How often there is nothing to do, where a loop looks for all that has come in since and pauses where that is nothing:
    `if not paths: time.sleep(delay); continue`. What gives one line or one item at a time mostly has the next one.
    """
    arms = [body is not node.orelse for body in (node.body, node.orelse) if pauses(body)]
    asked = node.test.operand if _is_not(node.test) else node.test
    if len(arms) != 1 or not act.loops or _value(act, asked).type not in _ALL_AT_ONCE:
        return None
    is_found = asked is node.test
    return _FOUND if is_found and not arms[0] else 1.0 - _FOUND if not is_found and arms[0] else None


_FOUND = 1.0 / POLLS
_ALL_AT_ONCE = ("list", "dict", "set", "tuple", "iterator")
# What is remembered from turn to turn changes seldom: rows that are sorted, hours of a log.
CHANGES = 10.0


def until_changed(act: Activation, node: t.If) -> float | None:
    """Every how manyth time something else is there than its arm remembers: `if hour != self.hour: self.hour = hour`."""
    tests = node.test.values if isinstance(node.test, t.Boolean) and node.test.operator == "or" else (node.test,)
    for test in tests:
        if not isinstance(test, t.Compare) or test.operators not in (("ne",), ("is_not",)):
            continue
        sides = {_spelt(test.left), _spelt(test.rights[0])}
        kept = ((*s.targets, s.value) for s in node.body if isinstance(s, t.Assign) and s.value is not None)
        if None not in sides and len(sides) == 2 and any(sides <= set(map(_spelt, names)) for names in kept):
            compared = (_value(act, test.left), _value(act, test.rights[0]))
            kinds = [v.distinct for v in compared if v.distinct is not None]
            turns = (act.times * act.trips_so_far()).likely
            return max(CHANGES, turns / max(1.0, kinds[0].likely)) if kinds else CHANGES
    return None


def _spelt(node: t.Expr) -> str | None:
    """A variable, an attribute or a member of one as it is written."""
    if isinstance(node, t.Subscript) and isinstance(node.index, t.Constant):
        owner = key_of(node.value)
        return f"{owner}[{node.index.value!r}]" if owner is not None else None
    return key_of(node)


def held(act: Activation, test: t.Expr, tested: Value, otherwise: float) -> float:
    """How often a test of an expression holds: `x if test else y`, a filter; `otherwise` where nothing tells."""
    constant = is_true(tested)
    found = float(constant) if constant is not None else chance(act, test)
    if found is None and tested.type == "bool" and tested.number is not None and tested.number.known:
        found = tested.number.likely  # of a test that was made elsewhere: `order.is_valid()`
    return otherwise if found is None else found


def chain_length(orelse: t.Body) -> int:
    """The arms of an `elif` chain, the one for all else included; errors do not count."""
    count = 1
    while len(orelse) == 1 and isinstance(orelse[0], t.If):
        count += not fails(orelse[0].body)
        orelse = orelse[0].orelse
    return count - fails(orelse)


def _leaving(act: Activation, node: t.If) -> float:
    """A guard, or one of several cases; a loop is left once at most, however often it turns."""
    last = node.body[-1]
    usual = CASE if isinstance(last, t.Return) and _is_case(node.test) else LEAVES
    if isinstance(last, t.Jump) and last.kind == "continue":
        return usual
    return min(usual, once_in_all(act))


def once_in_all(act: Activation) -> float:
    """How often something happens that ends the loop."""
    return 1.0 / next((n.likely for n in reversed(act.loops) if n.likely > 1.0), 1.0)


def _ends_loop(body: t.Body) -> bool:
    last = body[-1] if body else None
    return isinstance(last, t.Return) or (isinstance(last, t.Jump) and last.kind == "break")


def _is_case(test: t.Expr) -> bool:
    """Whether a test tells one case from others: `kind == "a"`, `key in table`, `isinstance(x, list)`, `line.startswith("#")`."""
    if isinstance(test, t.Compare):
        return test.operators[0] in ("eq", "contains") and len(test.operators) == 1
    return isinstance(test, (t.Call, t.Name, t.Attribute))


def _sought(node: t.If) -> t.Expr | None:
    """The key, where a test asks whether something is remembered: `if key in table: return table[key]`,
    `if key not in table: table[key] = ...`, `if cached is not None: return cached`, `if found is None: table[key] = ...`.
    """
    test = node.test.operand if _is_not(node.test) else node.test
    if not isinstance(test, t.Compare) or len(test.operators) != 1:
        return None
    filling = node.body if _asks_for_a_gap(node.test) else node.orelse
    last = node.body[-1] if node.body else None
    given = last.value if isinstance(last, t.Return) and last.value is not None else None
    stores = [x for s in filling if isinstance(s, t.Assign) for x in s.targets if isinstance(x, t.Subscript)]
    if test.operators[0] in ("contains", "not_contains"):
        table = key_of(test.rights[0])
        is_filled = any(key_of(x.value) == table for x in stores)
        is_given = isinstance(given, t.Subscript) and key_of(given.value) == table
        return test.left if table is not None and (is_filled or (is_given and not _asks_for_a_gap(node.test))) else None
    if test.operators[0] not in ("is", "is_not") or not is_none(test.rights[0]) or key_of(test.left) is None:
        return None
    if given is not None and key_of(given) == key_of(test.left) and not _asks_for_a_gap(node.test):
        return test.left
    return stores[0].index if stores else None


def _noted(act: Activation, node: t.If) -> Value | None:
    """What is looked for among what was there before: `if row.id in seen: continue`, and later `seen.add(row.id)`.

    None where nothing tells how many there are: most of what a search meets may be new.
    """
    test = node.test.operand if _is_not(node.test) else node.test
    if not isinstance(test, t.Compare) or test.operators not in (("contains",), ("not_contains",)) or not act.loops:
        return None
    seen, asked = key_of(test.rights[0]), key_of(test.left)
    if seen is None or "." in seen or not isinstance(test.left, (t.Name, t.Sequence, t.Subscript, t.Attribute)):
        return None
    sought = _value(act, test.left)
    if distinct_of(sought) is None:
        return None
    body = act.body.body if isinstance(act.body, t.Function) else act.body if isinstance(act.body, tuple) else ()
    notes = (s.value for s in statements(body) if isinstance(s, t.Evaluate) and isinstance(s.value, t.Call))
    for call in notes:
        function = call.function
        if isinstance(function, t.Attribute) and function.name in ("add", "append") and len(call.arguments) == 1:
            noted = call.arguments[0].value
            is_same = key_of(noted) == asked if asked is not None else type(noted) is type(test.left)
            if is_same and key_of(function.value) == seen:
                return sought
    return None


def makes_once(act: Activation, node: t.If) -> bool:
    """Whether the first call makes what the others use: `if self.session is None: self.session = ...`, `if not hasattr(...)`."""
    asked = missing(node.test)
    key = key_of(asked) if asked is not None else None
    if isinstance(asked, t.Attribute) or (isinstance(asked, t.Name) and asked.id in act.globals):
        return key is not None and key in set_in(node.body)
    # `found = getattr(local, "found", None)`, `if found is None: found = local.found = ...`
    return isinstance(asked, t.Name) and any(
        isinstance(s, t.Assign) and key in map(key_of, s.targets) and any(isinstance(x, t.Attribute) for x in s.targets)
        for s in node.body
    )


def missing(test: t.Expr) -> t.Expr | None:
    """What is not there yet where a test holds: None, or an attribute that an object does not have."""
    if isinstance(test, t.Boolean) and test.operator == "or":  # `not hasattr(x, "name") or x.name is None`
        parts = [missing(part) for part in test.values]
        keys = {key_of(part) if part is not None else None for part in parts}
        return parts[0] if len(keys) == 1 and None not in keys else None
    negated = _is_not(test)
    test = test.operand if _is_not(test) else test
    if isinstance(test, t.Compare):
        is_none_there = test.operators == ("is",) and is_none(test.rights[0]) and not negated
        return (_named_attribute(test.left, "getattr") or test.left) if is_none_there else None
    asked = _named_attribute(test, "hasattr") or _named_attribute(test, "getattr")
    if asked is not None:
        return asked if negated else None
    return test if negated else None


def _named_attribute(node: t.Expr, function: str) -> t.Attribute | None:
    """`x.name`, where it is asked for as `hasattr(x, "name")` or `getattr(x, "name", None)`."""
    if not isinstance(node, t.Call) or not isinstance(node.function, t.Name) or node.function.id != function:
        return None
    given = [a.value for a in node.arguments]
    name = given[1] if len(given) in (2, 3) else None
    if not isinstance(name, t.Constant) or not isinstance(name.value, str):
        return None
    return t.Attribute(node.span, given[0], name.value)


def is_made_already(act: Activation, node: t.If) -> bool:
    """Whether what an earlier call has made is given back, `if self.total is not None: return self.total`, and set behind."""
    only = node.body[0] if len(node.body) == 1 else None
    key = key_of(only.value) if isinstance(only, t.Return) and isinstance(only.value, t.Attribute) else None
    test = node.test.left if isinstance(node.test, t.Compare) and node.test.operators == ("is_not",) else node.test
    return key is not None and key == key_of(test) and isinstance(act.body, t.Function) and key in set_in(act.body.body)


def _asks_for_a_gap(test: t.Expr) -> bool:
    """`key not in table`, `x is None`: it holds where something is missing."""
    if _is_not(test):
        return not _asks_for_a_gap(test.operand)
    return isinstance(test, t.Compare) and test.operators[0] in ("not_contains", "is")


def _is_not(test: t.Expr) -> TypeGuard[t.Unary]:
    return isinstance(test, t.Unary) and test.operator == "not"


def is_none(node: t.Expr) -> bool:
    """Whether `None` is written there."""
    return isinstance(node, t.Constant) and node.value is None


def _value(act: Activation, node: t.Expr) -> Value:
    with act.nested():
        return evaluate(act, node)


def chance(act: Activation, test: t.Expr) -> float | None:
    """How often a test holds, where the numbers in it tell: `i % 3 == 0`, `random.random() < 0.2`; None elsewhere."""
    if _is_not(test):
        held_otherwise = chance(act, test.operand)
        return None if held_otherwise is None else 1.0 - held_otherwise
    if isinstance(test, t.Boolean):
        return _chance_of_all(act, test)
    if isinstance(test, t.Binary):  # `if i % 3`
        return _remainders(act, test, "ne", 0.0)
    if isinstance(test, t.Compare) and _is_inside(test):
        return _INSIDE
    if not isinstance(test, t.Compare) or len(test.rights) != 1:
        return None
    left, sign = test.left, test.operators[0]
    if not isinstance(left, t.Binary) and not _is_drawn(left):
        is_open = isinstance(left, t.Name) and left.id in act.open  # others may pass anything
        return (
            share_of(_value(act, left), sign, _value(act, test.rights[0])) if _is_plain(left) and not is_open else None
        )
    right = exactly(act, test.rights[0])
    if right is None:
        return None
    if isinstance(left, t.Binary):
        return _remainders(act, left, sign, right)
    below = min(1.0, max(0.0, right))
    return below if sign in ("lt", "le") else 1.0 - below if sign in ("gt", "ge") else None


# Most neighbours of a cell are in the grid: of 30 x 30 cells 0.98 in each direction, of 5 x 5 0.9.
_INSIDE = 0.95


def _is_inside(test: t.Compare) -> bool:
    """`0 <= x < width`, where nothing more is known of the place."""
    is_chain = len(test.operators) == 2 and all(o in ("lt", "le") for o in test.operators)
    first = test.left.value if isinstance(test.left, t.Constant) else None
    return is_chain and first in (0, 1) and not isinstance(test.rights[1], t.Constant)


def _chance_of_all(act: Activation, test: t.Boolean) -> float | None:
    """Of several tests that have nothing to do with each other; beside one of which it is known, a limit is met when so many
    turns have gone by: `size >= most or (size >= least and not hash & MASK)`.
    """
    both = test.operator == "and"
    product, limits = 1.0, 0.0
    for part in test.values:
        found = chance(act, part)
        if found is None and (passed := passed_along(act, part)) is not None:
            found = float(passed)
        found = found if found is not None else _at_first(act, part)
        if found is None and (limit := _limit(act, part)) is not None:
            limits += limit if both else 1.0 / limit
        elif found is None:
            return None
        else:
            product *= found if both else 1.0 - found
    if product == 1.0:  # none of them is known
        return None if limits else 1.0 if both else 0.0
    if both:
        return 1.0 / (limits + 1.0 / product) if product else 0.0
    return min(1.0, 1.0 - product + limits)


def _limit(act: Activation, test: t.Expr) -> float | None:
    """The number that a variable has to reach: `size >= 4096`."""
    is_limit = isinstance(test, t.Compare) and test.operators in (("ge",), ("gt",)) and isinstance(test.left, t.Name)
    limit = exactly(act, test.rights[0]) if is_limit and isinstance(test, t.Compare) and act.loops else None
    return limit if limit is not None and limit >= _FAR else None


_FAR = 16.0  # what is less is a size or an amount of its own


def _at_first(act: Activation, part: t.Expr) -> float | None:
    """How often an attribute is not there yet that is set sooner or later: `self.out is None or self.rows % 1000 == 0`."""
    asked = missing(part)
    if not isinstance(asked, t.Attribute) or _value(act, asked).type in (None, "NoneType", "bool"):
        return None
    return min(TAKEN, 1.0 / max(1.0, (act.times * act.trips_so_far()).likely))


def _remainders(act: Activation, node: t.Binary, sign: str, right: float) -> float | None:
    """How many of the remainders compare like that; of the bits of a mask, all or none are set by lot."""
    if node.operator == "and" and right == 0.0 and sign in ("eq", "ne"):
        mask = exactly(act, node.right)
        none_set = 0.5 ** int(mask).bit_count() if mask is not None and mask >= 1.0 else None
        return none_set if none_set is None or sign == "eq" else 1.0 - none_set
    period = exactly(act, node.right) if node.operator == "mod" else None
    holds = _ORDER.get(sign)
    if period is None or holds is None or not 1.0 <= period <= _LONGEST_PERIOD:
        return None
    return sum(holds(i, right) for i in range(int(period))) / int(period)


_LONGEST_PERIOD = 10_000.0
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge
}  # fmt: skip


def _is_plain(node: t.Expr) -> bool:
    """Whether an expression names something: `level`, `record["level"]`, `path.suffix`, `rng.choice(LEVELS)`."""
    if isinstance(node, t.Call):
        return isinstance(node.function, t.Attribute)
    return isinstance(node, (t.Name, t.Attribute, t.Subscript))


def _is_drawn(node: t.Expr) -> bool:
    """`random.random()`, `rng.random()`: any number from 0 to 1."""
    return (
        isinstance(node, t.Call)
        and not node.arguments
        and isinstance(node.function, t.Attribute)
        and node.function.name == "random"
    )


def exactly(act: Activation, node: t.Expr) -> float | None:
    """The number that an expression is, where it is known."""
    number = _value(act, node).number
    return number.likely if number is not None and number.known else None


def fails(body: t.Body) -> bool:
    """Whether a body ends in an error: `raise ...`, `sys.exit("no such file")`, and gives nothing back before that."""
    if not body:
        return False
    end = ends_the_program(body[-1])
    failed = isinstance(body[-1], t.Raise) or (end is not None and any(not _is_success(a.value) for a in end.arguments))
    return failed and not any(isinstance(s, t.Return) for s in statements(body))


def _is_success(status: t.Expr) -> bool:
    return isinstance(status, t.Constant) and not status.value


def failing(body: t.Body) -> float:
    """How likely the arm is that deals with a failure."""
    return _RARE_WITH_PAUSE if pauses(body) else RARE


def failing_of(act: Activation, node: t.Try, arm: t.Body) -> float:
    """How likely an arm of a `try` is taken: also one that makes what was not there yet, and keeps it.

    `try: return table[key]`, `except KeyError: table[key] = ...`: once for each key.
    """
    usual = failing(arm)
    stored = (
        {key_of(x.value): x.index for x in _stores(arm)} if act.times.likely * act.trips_so_far().likely > 1.0 else {}
    )
    asked = (s.value for s in node.body if isinstance(s, (t.Assign, t.Return)) and isinstance(s.value, t.Subscript))
    for found in asked:
        table = key_of(found.value)
        if table is not None and table in stored and key_of(stored[table]) == key_of(found.index):
            key = _value(act, found.index)
            new = missed(act, (key,))
            return min(new, 1.0 - LEAVES) if distinct_of(key) is not None else min(usual, new)
    return usual


def _stores(body: t.Body) -> Iterator[t.Subscript]:
    """The places of containers that statements set."""
    for s in statements(body):
        if isinstance(s, t.Assign):
            yield from (x for x in s.targets if isinstance(x, t.Subscript))


def is_true(tested: Value) -> bool | None:
    """Whether a test holds that is a constant as far as can be seen: an option that nobody sets, a client that is None."""
    if tested.literal is None:
        return False if tested.type == "NoneType" else None
    return bool(tested.literal.value)
