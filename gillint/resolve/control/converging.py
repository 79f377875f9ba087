"""How often a `while` loop turns that comes closer to its end by a known law, whatever the numbers are."""

from __future__ import annotations

import re

from gillint.estimate import Estimate
from gillint.syntax import tree as t
from gillint.syntax.walk import as_augment, assigned, expressions, key_of, names_in, statements

# Halving a number, or what is between two: the logarithm of a size from ten to a million millions.
HALVED = Estimate(3, 12, 40)
# Euclid's algorithm, digits of a number.
_DIVIDED = Estimate(1, 8, 40)
# As often as a number that is tried is a factor of another one, which is seldom.
_FACTORED = Estimate(0, 0.2, 40)
# Following parents to the root, where each walk makes the next one shorter.
_FOLLOWED = Estimate(0, 2, 50)
# An iteration that stops where the change is small: Newton's takes five, a relaxation hundreds.
_CONVERGED = Estimate(5, 40, 10_000)
# Until nothing changes any more: `if new == old: break`.
_SETTLED = Estimate(1, 5, 1_000)
# Until one is left of a list whose members are joined in pairs, as in a tree of hashes: all turns together do as much as two
# turns like the first.
PAIRED = Estimate(1.5, 2, 3)
# Another one is drawn in the place of one that does not fit, which the next one mostly does.
_REDRAWN = Estimate(0, 1, 10)
# Back to a shorter match: no more often than forward, all in all.
_FALLEN = Estimate(0, 0.5, 50)
# As long as two sequences are alike.
_ALIKE = Estimate(0, 2, 1_000)
# As often as one number fits into what is left of another.
_TAKEN_AWAY = Estimate(0, 1, 1_000)
# Back along the way that a search came, to where it began: 22 to 79 steps in eight planners of routes (geometric mean 40).
CLIMBED = Estimate(1, 40, 1e5)
_BACK = re.compile(r"parent|pred|prev|came|from|back|origin", re.IGNORECASE)
_DRAWS = re.compile(r"rand|choice|sample|shuffle|integers|uuid|token")
_TOLERANCE = re.compile(r"(?:^|_)(?:tol|atol|rtol|eps|epsilon|tolerance|precision|accuracy)(?:$|_)", re.IGNORECASE)
_SMALL = 0.05


def turns_until_converged(loop: t.While) -> Estimate | None:
    """How often a loop turns that halves, divides, follows parents, draws again or converges; None for any other."""
    tests = _comparisons(loop.test)
    if any(map(_follows, tests)):
        return _FOLLOWED
    if _redraws(loop):
        return _REDRAWN
    if _falls_back(loop):
        return _FALLEN
    if _compares_members(loop):
        return _ALIKE
    if _takes_away(loop):
        return _TAKEN_AWAY
    names = {e.id for e in _inside(loop.test) if isinstance(e, t.Name)}
    if _bisects(loop.body, names):
        return HALVED
    if _divides(loop.body, names):
        return _FACTORED if any(map(_asks_for_a_factor, tests)) else _DIVIDED
    stops = tests if tests else _breaks(loop.body)
    made = {name for name, _ in _assigned(loop.body)}
    if not tests and any(_are_alike(test, made) for test in stops):
        return _SETTLED
    return _CONVERGED if any(_is_tolerance(side) for test in stops for side in (test.left, *test.rights)) else None


def climbs(loop: t.While) -> bool:
    """Whether a loop goes from each thing to the one it came from: `while node: path.append(node); node = node.parent`."""
    tested = names_in(loop.test)
    for name, value in _assigned(loop.body):
        if name not in tested:
            continue
        if isinstance(value, t.Attribute) and key_of(value.value) == name and _BACK.search(value.name):
            return True
        table = key_of(value.value) if isinstance(value, t.Subscript) and name in names_in(value.index) else None
        if table is not None and _BACK.search(table):
            return True
    return False


def turns_of_a_budget(loop: t.For) -> Estimate | None:
    """How often a loop turns that is given so many turns at most and left where the change is small; None for any other."""
    call = loop.iterable
    is_range = isinstance(call, t.Call) and isinstance(call.function, t.Name) and call.function.id == "range"
    stops = _breaks(loop.body) if is_range else ()
    small = any(s.operators[0] in ("lt", "le") and _is_tolerance(s.rights[0]) for s in stops)
    return _CONVERGED if small else None


def _falls_back(loop: t.While) -> bool:
    """`while k and pattern[k] != c: k = fail[k - 1]`: to a shorter match, as far back as was come forward before, all in all."""
    only = loop.body[0] if len(loop.body) == 1 else None
    if not isinstance(only, t.Assign) or not isinstance(only.value, t.Subscript) or len(only.targets) != 1:
        return False
    name = key_of(only.targets[0])
    return name is not None and name in names_in(only.value.index) and name in names_in(loop.test)


def _compares_members(loop: t.While) -> bool:
    """`while i + k < n and a[i + k] == b[k]: k += 1`: as long as two sequences are alike, which is not long, mostly."""
    moved = {key_of(step.target) for s in loop.body if (step := as_augment(s)) is not None}
    return isinstance(loop.test, t.Boolean) and any(
        test.operators == ("eq",)
        and isinstance(test.left, t.Subscript)
        and isinstance(test.rights[0], t.Subscript)
        and not moved.isdisjoint(names_in(test.left.index) | names_in(test.rights[0].index))
        for test in _comparisons(loop.test)
    )


def _takes_away(loop: t.While) -> bool:
    """`while amount >= coin: amount -= coin`, `while minutes >= 60: minutes -= 60`: as often as it fits, which is not often."""
    test = loop.test
    if not isinstance(test, t.Compare) or test.operators not in (("ge",), ("gt",)):
        return False
    name, by = key_of(test.left), test.rights[0]
    steps = (step for s in loop.body if (step := as_augment(s)) is not None)
    return any(s.operator == "sub" and key_of(s.target) == name and is_same(s.value, by) for s in steps)


def is_same(one: t.Expr, other: t.Expr) -> bool:
    """Whether two expressions are the same variable, attribute or constant."""
    if isinstance(one, t.Constant) and isinstance(other, t.Constant):
        return one.value == other.value
    return key_of(one) is not None and key_of(one) == key_of(other)


def joins_pairs(loop: t.While) -> bool:
    """Whether a loop joins the members of a list in pairs until one is left."""
    tests = _comparisons(loop.test)
    return any(map(_counts_down_to_one, tests)) and any(map(_by_pairs, expressions(loop.body)))


def _counts_down_to_one(test: t.Compare) -> bool:
    """`len(level) > 1`, `len(levels[-1]) >= 2`."""
    call, limit = test.left, test.rights[0]
    return (
        isinstance(call, t.Call)
        and isinstance(call.function, t.Name)
        and call.function.id == "len"
        and isinstance(limit, t.Constant)
        and (test.operators[0], limit.value) in (("gt", 1), ("ge", 2), ("ne", 1))
    )


def _by_pairs(e: t.Expr) -> bool:
    """`range(0, n, 2)`, `level[::2]`: every second one."""
    if isinstance(e, t.Slice):
        step: t.Expr | None = e.step
    else:
        is_range = isinstance(e, t.Call) and isinstance(e.function, t.Name) and e.function.id == "range"
        step = e.arguments[2].value if is_range and isinstance(e, t.Call) and len(e.arguments) == 3 else None
    return isinstance(step, t.Constant) and step.value == 2


def _comparisons(test: t.Expr) -> tuple[t.Compare, ...]:
    parts = test.values if isinstance(test, t.Boolean) else (test,)
    return tuple(p for p in parts if isinstance(p, t.Compare))


def _inside(node: t.Expr) -> list[t.Expr]:
    return list(expressions((t.Evaluate(node.span, node),)))


def _breaks(body: t.Body) -> tuple[t.Compare, ...]:
    """The comparisons after which the loop is left at once."""
    found: list[t.Compare] = []
    for s in body:
        if isinstance(s, t.If):
            if s.body and (isinstance(s.body[-1], t.Return) or _is_break(s.body[-1])):
                found.extend(_comparisons(s.test))
            if len(s.orelse) == 1:
                found.extend(_breaks(s.orelse))
    return tuple(found)


def _are_alike(test: t.Compare, made: set[str]) -> bool:
    """Whether two things that each turn makes anew are asked to be equal."""
    return test.operators == ("eq",) and all(
        {e.id for e in _inside(side) if isinstance(e, t.Name)} & made for side in (test.left, test.rights[0])
    )


def _is_break(s: t.Stmt) -> bool:
    return isinstance(s, t.Jump) and s.kind == "break"


def _follows(test: t.Compare) -> bool:
    """`while parent[a] != a: a = parent[a]`."""
    if len(test.rights) != 1:
        return False
    for one, other in ((test.left, test.rights[0]), (test.rights[0], test.left)):
        if isinstance(one, t.Subscript) and isinstance(one.index, t.Name) and isinstance(other, t.Name):
            return one.index.id == other.id
    return False


def _redraws(loop: t.While) -> bool:
    """`while other == index: other = random.randrange(n)`, `while key in used: key = new_token()`."""
    tests = _comparisons(loop.test)
    drawn = {name for name, value in _assigned(loop.body) if any(map(_is_draw, _inside(value)))}
    refused = any(test.operators in (("eq",), ("is",), ("contains",)) and names_in(test.left) & drawn for test in tests)
    return refused and all(isinstance(s, t.Assign) for s in loop.body)


def _is_draw(e: t.Expr) -> bool:
    name = (key_of(e.function) or "") if isinstance(e, t.Call) else ""
    return _DRAWS.search(name.rpartition(".")[2]) is not None or "random" in name


def _assigned(body: t.Body) -> list[tuple[str, t.Expr]]:
    """The variables that a body assigns, with what they get; those of a tuple one by one."""
    found: list[tuple[str, t.Expr]] = []
    for s in body:
        if not isinstance(s, t.Assign) or s.value is None:
            continue
        for target in s.targets:
            values = s.value.elements if isinstance(s.value, t.Sequence) else ()
            if isinstance(target, t.Name):
                found.append((target.id, s.value))
            elif isinstance(target, t.Sequence) and len(values) == len(target.elements):
                pairs = zip(target.elements, values, strict=True)
                found.extend((e.id, v) for e, v in pairs if isinstance(e, t.Name))
    return found


def bisects(loop: t.While) -> bool:
    """Whether a loop looks at the middle of a stretch, and goes on with one half of it."""
    return _bisects(loop.body, {e.id for e in _inside(loop.test) if isinstance(e, t.Name)})


def _bisects(body: t.Body, tested: set[str]) -> bool:
    """`mid = (low + high) // 2`, where the test looks at `low` and `high`."""
    for name, value in _assigned(body):
        if name in tested:
            continue  # a step of an iteration: `y = (y + x / y) / 2`
        parts = {e.id for e in _inside(value) if isinstance(e, t.Name)}
        if len(parts & tested) == 2 and any(_halves(e) for e in _inside(value)):
            return True
    return False


def _halves(e: t.Expr) -> bool:
    if not isinstance(e, t.Binary) or not isinstance(e.right, t.Constant):
        return False
    return (e.operator in ("floordiv", "truediv") and e.right.value == 2) or (
        e.operator == "rshift" and e.right.value == 1
    )


def _divides(body: t.Body, tested: set[str]) -> bool:
    """`n //= 10`, `n >>= 1`, `a, b = b, a % b`, where the test looks at the number."""
    for s in body:
        if not isinstance(s, t.Augment) or s.operator not in ("floordiv", "rshift", "truediv"):
            continue
        if isinstance(s.target, t.Name) and s.target.id in tested and isinstance(s.value, (t.Constant, t.Name)):
            return True
    for name, value in _assigned(body):
        if name in tested and isinstance(value, t.Binary) and value.operator in ("mod", "floordiv", "rshift"):
            return True
    return False


def _asks_for_a_factor(test: t.Compare) -> bool:
    """`n % p == 0`."""
    is_nothing = isinstance(test.rights[0], t.Constant) and test.rights[0].value == 0
    return test.operators == ("eq",) and is_nothing and isinstance(test.left, t.Binary) and test.left.operator == "mod"


def draws(loop: t.While) -> bool:
    """Whether each test of a loop draws a number: `while rng.random() < 0.5`, `while dice() != 6`."""
    return any(map(_is_draw, _inside(loop.test)))


def _is_tolerance(side: t.Expr) -> bool:
    if isinstance(side, t.Constant) and isinstance(side.value, float):
        return 0 < side.value < _SMALL
    name = side.id if isinstance(side, t.Name) else side.name if isinstance(side, t.Attribute) else ""
    return _TOLERANCE.search(name) is not None


# Swaps that make a tour shorter, cuts, rules that are applied again: some few turns; of a sort as many as there are items.
SETTLED = Estimate(1, 8, 1e4)


def settles(loop: t.While) -> bool:
    """`while improved: improved = False; ...; if gain > 0: improved = True`: until a turn changes nothing any more."""
    negated = isinstance(loop.test, t.Unary) and loop.test.operator == "not"
    flag = loop.test.operand if isinstance(loop.test, t.Unary) and negated else loop.test
    if not isinstance(flag, t.Name):
        return False
    return negated in _constants(loop.body[:2], flag.id) and (not negated) in _constants(loop.body[1:], flag.id)


def _constants(body: t.Body, name: str) -> list[object]:
    """What constants some statements assign to a variable."""
    pairs = (pair for s in statements(body) if isinstance(s, t.Assign) for pair in assigned(s))
    return [value.value for key, value in pairs if key == name and isinstance(value, t.Constant)]
