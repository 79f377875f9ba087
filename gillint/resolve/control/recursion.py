"""How often a function that calls itself runs, and how often the loops turn in which it does.

Where each call is seen to be of something smaller (`sort(xs[:half])`, `build(depth - 1)`), a call from inside is run like any
other, level by level, until the end that the function tests for. Where numbers count down from further up than that, how
often follows from them. Elsewhere every call but the first is made by another one. So on the average a call makes one more,
however many there are: where a loop over the children of a node would make a thousand, most nodes have none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import permutations

from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import size_of
from gillint.resolve.contents import inside
from gillint.resolve.control.converging import HALVED
from gillint.resolve.joining import join
from gillint.resolve.nested import NESTED, members_of
from gillint.resolve.trace import Block, Branch, Call, Loop, Node, calls_again, inline
from gillint.resolve.values import UNKNOWN, Value, is_known
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, name_called, statements

_HALVES = 0.75  # of what there was: the levels are few, however much it is
_STEPS = 12  # a number that is counted down from so far up, one call for each
_MOST = 1e6
_DIVIDED = ("list", "tuple", "str", "bytes", "numpy.ndarray", "pandas.DataFrame")


@lru_cache(maxsize=4096)  # asked at each run of a function
def calls_itself(tree: t.Function | t.Lambda) -> bool:
    """Whether a function calls something by its own name."""
    if not isinstance(tree, t.Function):
        return False
    return _own_calls(tree, expressions(tree.body)) > 0


@lru_cache(maxsize=4096)
def _tries_again(tree: t.Function | t.Lambda) -> bool:
    """Whether a function calls itself only where something failed: `except OSError: make_folder(path); save(path, data)`."""
    if not isinstance(tree, t.Function) or not calls_itself(tree):
        return False
    failed = [e for s in statements(tree.body) if isinstance(s, t.Try) for h in s.handlers for e in expressions(h.body)]
    return _own_calls(tree, expressions(tree.body)) == _own_calls(tree, failed)


def _own_calls(tree: t.Function, found: Sequence[t.Expr]) -> int:
    return sum(isinstance(e, t.Call) and name_called(e.function) == tree.name for e in found)


def ended_with(tree: t.Function | t.Lambda, returned: Sequence[Value], arguments: Mapping[str, Value]) -> Value:
    """What a call inside the function itself gives back: something like what was returned before it calls itself.

    Of a parameter it is what the call passes for it: `if len(xs) < 2: return xs`.
    """
    body = tree.body if isinstance(tree, t.Function) else ()
    ends = [s.body[-1] for s in body if isinstance(s, t.If) and s.body]
    named = [e.value.id for e in ends if isinstance(e, t.Return) and isinstance(e.value, t.Name)]
    result: Value | None = None
    for value in returned:
        passed = next((arguments[n] for n in named if n in arguments and arguments[n].type == value.type), None)
        like = passed if value.type in _DIVIDED else None
        like = like if like is not None else Value(type=value.type, element=value.element, dtype=value.dtype)
        if is_known(like) and value.type != "NoneType":
            result = join(result, like) if result is not None else like
    return result if result is not None else UNKNOWN


def smaller(before: Mapping[str, Value], after: Mapping[str, Value], turns: Estimate) -> dict[str, Value] | None:
    """The arguments of a call from inside, where it is seen to be of something smaller; None elsewhere.

    Args:
        before: the arguments of the run that makes the call.
        after: those of the call. Sizes are rounded, so that the halves of a list are alike, and numbers forgotten that are
            places in it.
        turns: of the loops around the call.
    """
    sizes, numbers = list(_sizes(before, after)), list(_numbers(before, after))
    pairs = sizes + (numbers if len(numbers) == 1 else [])  # two numbers may be the ends of something
    if not any(new < old and (new <= _HALVES * old or old <= _STEPS) for old, new in pairs if new >= 0):
        return None
    if (
        any(new > old for old, new in sizes)
        or not turns.known
        or turns.likely ** (_levels(before, after) or 1.0) > _MOST
    ):
        return None
    return {name: _rounded(before.get(name), value) for name, value in after.items()}


# Of another kind than all before: a text that is parsed first, a number that stands for a pair of them.
_MOST_KINDS = 3


def of_another_kind(running: Sequence[Mapping[str, Value]], arguments: Mapping[str, Value]) -> bool:
    """Whether a call from inside has other types than the runs that it is made in: `pad(x, "same")` calls `pad(x, (1, 1))`."""
    return 0 < len(running) <= _MOST_KINDS and all(
        any(
            value.type is not None and before[name].type is not None and value.type != before[name].type
            for name, value in arguments.items()
            if name in before
        )
        for before in running
    )


def _sizes(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[tuple[float, float]]:
    """How much there was, and how much there is in the call from inside, where that is known."""
    for name, value in after.items():
        old = before.get(name)
        if old is not None and old.type == value.type and value.type in _DIVIDED:
            was, now = size_of(old), size_of(value)
            if was.known and now.known:
                yield was.likely, now.likely


def _numbers(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[tuple[float, float]]:
    """The same of numbers."""
    for name, value in after.items():
        old = before.get(name)
        was, now = old.number if old is not None else None, value.number
        if was is not None and now is not None and was.known and now.known:
            yield was.likely, now.likely


def _rounded(old: Value | None, value: Value) -> Value:
    changes: dict[str, object] = {}
    if value.size is not None and value.size.known:
        changes["size"] = value.size.map(_two_digits)
    if value.shape is not None and all(d.known for d in value.shape):
        changes["shape"] = tuple(d.map(_two_digits) for d in value.shape)
    if value.number is not None and old is not None:
        step = value.number - (old.number if old.number is not None else 0.0)
        if step.high > _STEPS:
            changes |= {"number": None, "literal": None}
    return replace(value, **changes) if changes else value  # type: ignore[arg-type]


def _two_digits(number: float) -> float:
    return float(f"{number:.2g}")


# Of a function that calls itself and is called for each of many things: a message, a line, a record.
INNER_CALLS = Estimate(2, 40, 1e5)
# Of one that calls itself where it failed: mostly it does not.
_TRIES = Estimate(1, 1, 3)
# Of one that reads what another side says: mostly a status, a number, a text, and seldom a list of them.
ANSWERS = Estimate(1, 2, 1e3)


def rounds(
    tree: t.Function | t.Lambda, before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], block: Block
) -> Estimate | None:
    """How often a function runs for one call from outside, where a number is counted down.

    `inner`: the arguments of each call from inside; `block`: what a run does. Where it goes through the places between two
    ends, and what is left of them is shared among the calls from inside, a level of these calls costs as much as the first.
    """
    if _tries_again(tree):
        return _TRIES
    calls = block.again.likely
    places = _places_shared(before, inner) if calls > _ONE else None
    if places is not None:
        return Estimate.point(max(1.0, _UNEVEN * math.log2(places + 1) if _goes_through(block) else 2 * places))
    if calls <= _ONE and _descends(tree):
        return HALVED
    return _counted_down(before, inner, calls)


def nodes_walked(before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]]) -> Estimate | None:
    """How often a function runs for one call from outside, where it walks through a document: once for each node."""
    for after in inner:
        for name, value in after.items():
            was = before.get(name)
            if was is not None and was.type in ("json", "dict", "list") and was.size is not None and value != was:
                return (inside(was, "leaves") * NODES_PER_LEAF).max(1)
    return None


def goes_into_parts(before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]]) -> bool:
    """Whether a call from inside gets a container that is a member of the one that its caller got: `write(value, level + 1)`."""
    return any(
        was.type in NESTED and value.type in NESTED and any(value == member for member, _ in members_of(was))
        for after in inner
        for name, value in after.items()
        if (was := before.get(name)) is not None
    )


def _counted_down(before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], calls: float) -> Estimate | None:
    """How many calls are made where something is counted down; of one of several numbers (`fib(n) for n in range(25, 35)`),
    for the least, the likely one and the largest.
    """
    cases = [_case(values, which) for which in ("low", "likely", "high") for values in (before, *inner)]
    each = len(cases) // 3
    counts = [_calls_in_all(cases[n], cases[n + 1 : n + each], calls) for n in range(0, len(cases), each)]
    return Estimate.of(c if c is not None else counts[1] for c in counts).sorted() if counts[1] is not None else None


def _case(values: Mapping[str, Value], which: str) -> dict[str, Value]:
    return {
        name: replace(v, number=Estimate.point(getattr(v.number, which))) if v.number is not None else v
        for name, v in values.items()
    }


def _calls_in_all(before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]], calls: float) -> float | None:
    found = [levels for after in inner if (levels := _levels(before, after)) is not None]
    if not found and calls <= _ONE:
        found = [levels for after in inner if (levels := _steps(before, after)) is not None]
    if not found:
        return None
    levels = sum(found) / len(found)
    return max(1.0, levels if calls <= _ONE else _power(calls, levels))


def _descends(tree: t.Function | t.Lambda) -> bool:
    """Whether a function goes on with one of several parts of what it got: `node.left` here, `node.right` there."""
    if not isinstance(tree, t.Function):
        return False
    parts: dict[str, set[str]] = {}
    for e in expressions(tree.body):
        if isinstance(e, t.Call) and name_called(e.function) == tree.name:
            for a in e.arguments:
                if isinstance(a.value, t.Attribute) and isinstance(a.value.value, t.Name):
                    parts.setdefault(a.value.value.id, set()).add(a.value.name)
    return any(len(names) > 1 for names in parts.values())


def _steps(before: Mapping[str, Value], after: Mapping[str, Value]) -> float | None:
    """How many calls are one in the other where a place is moved through a sequence, or up to a number, that stays."""
    sizes = [
        size_of(v).likely for n, v in after.items() if v.type in _DIVIDED and v.size is not None and before.get(n) == v
    ]
    return next(((max(sizes) - old) / (new - old) for old, new in _numbers(before, after) if sizes and new > old), None)


def _power(calls: float, levels: float) -> float:
    return _MOST if levels * math.log(calls) > math.log(_MOST) else calls**levels


def _goes_through(block: Block) -> bool:
    """Whether there is a loop in a block, or in what it calls."""
    for node in inline(block):
        called = node.inner if isinstance(node, Call) else None
        if isinstance(node, Loop) or (called is not None and not called.recursive and _goes_through(called)):
            return True
    return False


def _places_shared(before: Mapping[str, Value], inner: Sequence[Mapping[str, Value]]) -> float | None:
    """How many places lie between two numbers, where the calls from inside share them: `sort(xs, low, middle)` and
    `sort(xs, middle + 1, high)`, whether it is known where the middle is or not.
    """
    known = {n: v.number for n, v in before.items() if v.number is not None and v.number.known}
    for low, high in permutations(known, 2):
        ends = [(after[low].number, after[high].number) for after in inner]
        first = [b for a, b in ends if a == known[low] and b != known[high]]
        second = [a for a, b in ends if b == known[high] and a != known[low]]
        cuts = [b.likely - a.likely for a in second for b in first if a is not None and b is not None]
        is_cut = first and second and known[high].likely > known[low].likely
        if is_cut and all(abs(cut) <= _GAP for cut in cuts):
            return known[high].likely - known[low].likely
    return None


def _levels(before: Mapping[str, Value], after: Mapping[str, Value]) -> float | None:
    """How many calls are one in the other until nothing is left."""
    numbers = list(_numbers(before, after))
    between = [(abs(a[0] - b[0]), abs(a[1] - b[1])) for i, a in enumerate(numbers) for b in numbers[:i]]
    for old, new in (*_sizes(before, after), *numbers, *between):
        if 0 <= new < old and new <= _HALVES * old:
            return math.log(old + 1) / math.log(old / max(new, 1.0)) if old > 1 else 1.0
        if 0 <= new < old:
            return old / (old - new)
    return None


_UNEVEN = 1.4  # levels of a binary tree that is made by random cuts, to those of a balanced one
_GAP = 2  # what two neighbouring parts may have in common, or leave out between them
_ONE = 1.05  # a call, as far as shares of arms tell
NODES_PER_LEAF = 1.4  # the containers around them are nodes, too


# Which of the loops around the calls turn less often: the others make calls in fewer turns.
Fewer = Callable[[Loop], bool]


def nothing_tells(loop: Loop) -> bool:
    """Whether nobody knows how often a loop turns."""
    return loop.trips.is_open


def balanced(block: Block, fewer: Fewer = nothing_tells) -> Block:
    """A recursive function's body with such trip counts that one run makes one call more."""
    calls = block.again
    return (_thinned(block, calls.max(1), {}, fewer) or block) if calls.likely > 1 else block


_Done = dict[int, Block | None]


def _thinned(block: Block, calls: Estimate, done: _Done, fewer: Fewer) -> Block | None:
    """The same with less calls of what is running: their arms are taken less often, or the loops around them turn less often
    where nothing tells how often they do. None where a call stands in the block itself. `done`: what was thinned before.
    """
    if id(block) not in done:
        nodes = [_thinned_node(node, calls, done, fewer) for node in block.nodes]
        kept = tuple(node for node in nodes if node is not None)
        done[id(block)] = replace(block, nodes=kept) if len(kept) == len(nodes) else None
    return done[id(block)]


def _thinned_node(node: Node, calls: Estimate, done: _Done, fewer: Fewer) -> Node | None:
    if calls_again(node) is ZERO:
        return node
    if isinstance(node, Branch):
        return _taken_less(node, calls, done, fewer)
    if isinstance(node, Loop):
        body = _thinned(node.body, calls, done, fewer) if not fewer(node) else None
        return replace(node, trips=node.trips / calls) if body is None else replace(node, body=body)
    if isinstance(node, Call) and node.inner is not None:
        inner = _thinned(node.inner, calls, done, fewer)
        return None if inner is None else replace(node, inner=inner)
    return None


def _taken_less(branch: Branch, calls: Estimate, done: _Done, fewer: Fewer) -> Branch:
    arms: list[Block] = []
    weights: list[float] = []
    for arm, share in branch.shares:
        thinned = _thinned(arm, calls, done, fewer)
        arms.append(arm if thinned is None else thinned)
        weights.append(share / calls.likely if thinned is None else share)
    left = 1.0 - sum(weights)
    free = [n for n, arm in enumerate(arms) if arm.again is ZERO]
    if left > 0.0 and free:
        weights[free[-1]] += left
    elif left > 0.0:
        arms, weights = [*arms, Block()], [*weights, left]
    return Branch(tuple(arms), tuple(weights))
