"""One of several bodies runs, and what comes behind runs as often as none of them leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation, Way
from gillint.resolve.calling.bound import MAPPINGS
from gillint.resolve.control.turns import leaves
from gillint.resolve.joining import is_empty, join
from gillint.resolve.trace import Block, Branch
from gillint.resolve.values import ELEMENTS, Value
from gillint.syntax import tree as t

# Runs some statements, and says how often their end is reached.
Run = Callable[[Activation, t.Body], float]
# Where the rest of a body is reached more often than that, it counts in full.
CERTAIN = 0.95
_NOTHING = Block()


def choose(
    act: Activation,
    run: Run,
    arms: tuple[t.Body, ...],
    shares: tuple[float, ...],
    known: tuple[Mapping[str, Value], ...] = (),
    taken: int | None = None,
    *,
    seldom: bool = False,
) -> float:
    """Run each arm from the same state, and what its test tells beyond that, and join what they leave.

    `taken`: the one that runs, where that is known; the others are read, but they count for nothing. `seldom`: in
    some of the calls, where it is in no loop. Gives how often the
    end of one of them is reached.
    """
    if taken is not None:
        shares = tuple(float(number == taken) for number in range(len(arms)))
    before = act.environment
    blocks = [_NOTHING] * len(arms)
    ends: list[tuple[dict[str, Value], float]] = []
    reached = 0.0
    for number, arm in sorted(enumerate(arms), key=lambda each: taken not in (None, each[0])):
        act.environment = {**before, **known[number]} if known else dict(before)
        begun = dict(act.environment)
        given = len(act.returns), len(act.yields)
        share = shares[number]
        idle = taken not in (None, number)
        pending = list(act.pending)
        less_often = _less_often(act, share if taken is None else 1.0, seldom=seldom)
        with less_often, act.nested() as builder, act.program.idly(idle=idle):
            reach = run(act, arm)
        blocks[number] = builder.finish()
        if idle:  # nor does it start, or run through, a generator
            act.pending[:] = pending
            act.never_returned += (value for value, _ in act.returns[given[0] :])
            del act.returns[given[0] :], act.yields[given[1] :], act.yielded[given[1] :]
        elif not leaves(arm):
            ends.append((act.environment, share))
        else:
            _note_way(act, arm[-1], begun, share)
        reached += share * reach
    in_turns = bool(act.loops) or seldom
    # The same dictionary object is kept: nested functions see the variables through it.
    merged: dict[str, Value] = {}
    whole = 0.0
    for end, share in sorted(
        ends or [(before, 1.0)], key=lambda each: each[1] == 0.0
    ):  # what never runs leaves nothing
        whole += share
        for name, value in end.items():
            other = merged.get(name)
            if share == 0.0 and whole and other is not None and not act.open:
                continue  # callers that nobody sees may pass anything
            if other is None or other is value:
                merged[name] = value
            else:
                merged[name] = meet(before.get(name) if in_turns else None, other, value, share / (whole or 1.0))
    act.environment = before
    before.clear()
    before.update(merged)
    if any(b.nodes or b.operations for b in blocks):
        act.emit(Branch(tuple(blocks), shares))
    return min(1.0, reached)


def _note_way(act: Activation, last: t.Stmt, begun: Mapping[str, Value], share: float) -> None:
    """Keep what an arm has changed that ends with `continue` or `break`."""
    if isinstance(last, t.Jump) and act.ways:
        changed = {name: value for name, value in act.environment.items() if begun.get(name) is not value}
        act.ways[-1].append(Way(last.kind, changed, share))


def rejoin(act: Activation, jump: str, ways: Sequence[Way], entered: Mapping[str, Value]) -> None:
    """Where the turns of a loop that were left (`continue`), or the loop (`break`), meet those that were not.

    Args:
        act: where the loop stands.
        jump: the ways that meet here.
        ways: all of them.
        entered: the variables at the top of the loop.
    """
    for way in ways:
        if way.jump == jump:
            for name, value in way.changed.items():
                other = act.environment.get(name, value)
                # How often a loop is left that way nobody knows.
                share = way.share if jump == "continue" else None
                act.environment[name] = value if other is value else meet(entered.get(name), other, value, share)


def run_turn(act: Activation, run: Run, body: t.Body) -> list[Way]:
    """Run the body of a loop once: the ways in which it is left before its end."""
    entered = dict(act.environment)
    act.ways.append([])
    run(act, body)
    ways = act.ways.pop()
    rejoin(act, "continue", ways, entered)
    return ways


def meet(before: Value | None, one: Value, other: Value, share: float | None) -> Value:
    """What a variable is where two paths meet that began with the same one; `share`: how often it is the second."""
    counted = _has_grown(before, one, other)
    joined = _with_both(one, other, share) if counted else join(one, other, share)
    return _as_lengthened(before, one, other, joined)


# What is put into these in a part of the turns of a loop is counted where it is put in.
_GROWING = ("list", "set", "collections.deque", "str", "bytes", "bytearray", "array.array", *ELEMENTS, *MAPPINGS)


def _has_grown(before: Value | None, one: Value, other: Value) -> bool:
    """Whether arms of a branch have added to a container, or left it alone."""
    if before is None or before.type not in _GROWING or not before.type == one.type == other.type:
        return False
    if before.size is None or one.size is None or other.size is None:
        return False
    return min(one.size.likely, other.size.likely) >= before.size.likely


def _with_both(one: Value, other: Value, share: float | None) -> Value:
    """A container with what both arms have put into it."""
    joined = join(one, other)
    if joined.type in MAPPINGS or one.element is None or other.element is None:
        return joined
    if is_empty(one) or is_empty(other):  # of which an annotation may say what is to come
        return joined
    return replace(joined, element=join(one.element, other.element, share))


_TEXTS = ("str", "bytes", "bytearray")


def _as_lengthened(before: Value | None, one: Value, other: Value, joined: Value) -> Value:
    """A text to which one arm adds, and another does not: at the top of a loop nobody knows yet how long it gets."""
    if before is None or before.type not in _TEXTS or joined.type != before.type:
        return joined
    if before.size is not None or joined.size is not None:
        return joined
    longer = next((v for v in (one, other) if v.size is not None and v.size.likely > 0), None)
    if longer is None or longer.size is None:
        return joined
    size = Estimate(min(1.0, longer.size.low), longer.size.likely, longer.size.high)
    return replace(joined, size=size, text=longer.text)


def rest(act: Activation, run: Run, body: t.Body, reach: float) -> float:
    """Run what comes behind a statement that may leave: how often the end of it is reached."""
    if reach >= CERTAIN:
        return reach * run(act, body)
    given = len(act.returns)
    with _less_often(act, reach), act.nested() as builder, act.program.idly(idle=reach <= 0.0):
        inner = run(act, body)
    if reach <= 0.0:
        del act.returns[given:]
    else:
        emit_part(act, builder.finish(), reach)
    return reach * inner


@contextmanager
def sometimes(act: Activation, share: float) -> Iterator[None]:
    """What is evaluated here is so in a share of the runs; where nothing is called, that hardly matters."""
    if share >= 1.0:
        yield
        return
    with act.nested() as builder:
        yield
    block = builder.finish()
    if block.nodes:
        emit_part(act, block, share)
    else:
        act.builder.include(block)


def emit_part(act: Activation, block: Block, share: float) -> None:
    """Note what happens in a share of the runs."""
    if share >= 1.0:
        act.builder.include(block)
    elif block.nodes or block.operations:
        act.emit(Branch((block, _NOTHING), (share, 1.0 - share)))


@contextmanager
def _less_often(act: Activation, share: float, *, seldom: bool = False) -> Iterator[None]:
    """What stands here is done in a share of the runs; what is appended in a loop is appended in some of the turns."""
    outer, outside = act.chance, act.outside
    act.chance = outer * share
    in_loop = (bool(act.loops) or seldom) and share < 1.0
    part = Estimate(max(min(0.01, share), 2.0 * share - 1.0), share, 1.0) if share < 1.0 else ONE
    if in_loop:
        act.loops.append(part)
    else:
        act.outside = outside * part
    yield
    if in_loop:
        act.loops.pop()
    act.chance, act.outside = outer, outside
