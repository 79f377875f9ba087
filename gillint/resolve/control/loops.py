"""Loops: how often they turn, and what their bodies leave behind."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation, Builder
from gillint.resolve.control.adding_up import Variables, added_up, when_it_has_added, while_it_adds
from gillint.resolve.control.branching import choose, rejoin, run_turn
from gillint.resolve.control.chances import chance
from gillint.resolve.control.consuming import turns_through
from gillint.resolve.control.converging import draws, turns_of_a_budget
from gillint.resolve.control.counting import turns_by_counter, turns_past_the_end, turns_to_make_room, turns_until_long
from gillint.resolve.control.cutting import turns_until_cut_up
from gillint.resolve.control.draining import leave_empty, turns_until_drained, turns_until_filled
from gillint.resolve.control.exhaustion import (
    ends_with_an_iterator,
    since_last_time,
    turns_by_others,
    turns_until_empty,
    turns_until_it_is_empty,
    turns_while_talking,
)
from gillint.resolve.control.factors import turns_by_factor
from gillint.resolve.control.failures import failing
from gillint.resolve.control.falling import share_of_else
from gillint.resolve.control.feeding import unless_outweighed
from gillint.resolve.control.iterations import iterations_of
from gillint.resolve.control.multiplying import at_the_end, multiplied, over_all_turns
from gillint.resolve.control.pointers import place_of, places_in_the_end, turns_by_places, turns_by_strides
from gillint.resolve.control.receiving import turns_to_fill
from gillint.resolve.control.rehearsed import turns_rehearsed
from gillint.resolve.control.residues import left_over, turns_to_remainder
from gillint.resolve.control.sending import turns_until_sent
from gillint.resolve.control.shared_iterators import its_share
from gillint.resolve.control.stopping import turns_until_stopped
from gillint.resolve.control.turns import (
    AT_A_MONITOR,
    HEADER,
    POLLS,
    counts_attempts,
    ends_at_a_blank_line,
    ends_in_one_turn,
    ends_with_a_failure,
    is_endless,
    is_monitor,
    is_retry,
    leaves_early,
    polls,
)
from gillint.resolve.control.unrolling import unrolled
from gillint.resolve.control.usual_turns import (
    GUARD,
    INNER_WHILE_TRIPS,
    WHILE_TRIPS,
    is_guard,
    turns_until_found,
    turns_until_one_is_good,
    usual_turns,
    works_off,
)
from gillint.resolve.control.widening import grown_at_the_end, made_anew, made_of_themselves, widen
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.folders import folders_walked
from gillint.resolve.iterating import awaited_from, iterable_of, iterate
from gillint.resolve.objects.changing import keep_changes, member_variable
from gillint.resolve.objects.state import behind_calls
from gillint.resolve.objects.unspoken import truth
from gillint.resolve.targets import bind
from gillint.resolve.trace import Iterations, Kind, Loop
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, statements

WHILE_TURNS = "how often the `while` loop runs"


# How often a loop turns, what that hangs on, and whether what feeds it carries state from one item to the next.
_Entry = tuple[Estimate, str | None, Iterations]


def _run(act: Activation, body: t.Body) -> float:
    from gillint.resolve.statements import run

    return run(act, body)


def _loop(
    act: Activation, node: t.For | t.While, enter: Callable[[], _Entry], learn: Callable[[Builder], bool] | None = None
) -> None:
    """Run a body until what it leaves in the variables is stable, then once more for the trace.

    `learn` looks at what the first turn did, and says whether that tells more about how often the loop turns.
    """
    before = entered = dict(act.environment)
    first: dict[str, Value] = {}
    pending = list(act.pending)
    given = len(act.returns), len(act.yields)
    of_themselves = made_of_themselves(node.body)
    turn = -1
    for attempt in range(4):
        turn += 1
        begun = act.program.sql_begun
        with act.nested() as builder:
            act.pending[:] = pending
            del act.returns[given[0] :], act.yields[given[1] :], act.yielded[given[1] :]
            trips, hangs_on, fed = enter()
            made = len(builder.nodes)  # what makes an item comes first
            if ends_in_one_turn(node.body) or counts_attempts(node):  # tried again only where it failed
                trips = trips.min(Estimate(1, 1, trips.high))
            elif is_monitor(node):
                trips = AT_A_MONITOR
            elif polls(node):
                trips = trips.min(Estimate(1, POLLS, trips.high))
            elif ends_at_a_blank_line(node):
                trips = trips.min(Estimate(1, HEADER, trips.high))
            act.loop_spans.append(node.span)
            act.loop_places.append(len(act.loops))
            act.loops.append(trips)
            ways = run_turn(act, _attempt if counts_attempts(node) else _run, node.body)
            act.loops.pop()
            act.loop_places.pop()
            act.loop_spans.pop()
        after = act.environment
        if attempt == 0 and learn is not None and learn(builder):  # once more, with containers that grow so far only
            act.environment.clear()
            act.environment.update(before)
            turn = -1
            continue
        stable = {k: widen(before[k], v) if k in before else v for k, v in after.items()}
        if turn == 0:
            first = dict(after)
        elif turn == 1:
            stable = {
                k: made_anew(
                    v, entered.get(k), first.get(k), (before.get(k), after[k]), trips, of_itself=k in of_themselves
                )
                for k, v in stable.items()
            }
            stable |= over_all_turns(multiplied(node.body), entered, first, trips)
        stable |= while_it_adds(added_up(node.body), entered, first, trips)
        is_stable = act.program.sql_begun == begun and all(stable.get(k) == v for k, v in before.items())
        if turn == 2 or is_stable:
            break
        # Grown containers keep the size that the trip count gives them.
        before = {k: stable.get(k, v) for k, v in before.items()}
        act.environment.clear()
        act.environment.update(before)
    act.environment.update(_numbers_behind(node.body, entered, first, trips))
    act.environment.update(grown_at_the_end(act.environment, before, entered, first, trips, of_themselves))
    body = builder.finish()
    fed = unless_outweighed(fed, body.nodes[:made], body.nodes[made:])
    act.emit(
        Loop(
            node.span,
            act.path,
            Kind.LOOP,
            trips.around(body.depth),
            body,
            Iterations.CARRIED if fed is Iterations.CARRIED else behind_calls(act, node, iterations_of(node)),
            act.name,
            hangs_on,
            endless=is_endless(node),
        )
    )
    share = share_of_else(act, node) if node.orelse else 0.0
    if share >= 1.0:
        _run(act, node.orelse)
    elif share > 0.0:
        choose(act, _run, ((), node.orelse), (1.0 - share, share))
    rejoin(act, "break", ways, before)


def _numbers_behind(body: t.Body, entered: Variables, first: Variables, trips: Estimate) -> dict[str, Value]:
    """What the numbers that each turn multiplies, or adds to, are behind the loop."""
    is_left = any(map(leaves_early, body))
    scaled = at_the_end(multiplied(body), entered, first, trips)
    return scaled | when_it_has_added(added_up(body), entered, first, trips, is_left=is_left)


def _attempt(act: Activation, body: t.Body) -> float:
    """Run the body of a retry: what stands behind the place where a success leaves is for failures."""
    for number, statement in enumerate(body):
        _run(act, (statement,))
        if leaves_early(statement):
            failed = failing(body[number + 1 :])
            return choose(act, _run, ((), body[number + 1 :]), (1.0 - failed, failed))
    return 1.0


def run_for(act: Activation, node: t.For) -> None:
    """`for`, also where it is async."""
    source = iterable_of(act, evaluate(act, node.iterable), node.iterable.span, is_async=node.is_async)
    if unrolled(act, node, source, _run):
        return
    act.begin(source)
    most = turns_until_stopped(act, node)
    converging = turns_of_a_budget(node)
    variable = member_variable(node)
    member: Value | None = None

    def enter() -> _Entry:
        nonlocal member
        before = len(act.builder.nodes)
        count, element, lazy, hangs_on = iterate(act, source, node.iterable.span, is_async=node.is_async)
        if node.is_async:
            awaited_from(act, before, node.iterable.span)
        if lazy is not None:
            act.builder.include(lazy.block)
        bind(act, node.target, element)
        if variable is not None:
            member = act.environment.get(variable.id)
            act.born[variable.id] = (len(act.loops) + 1, act.born[variable.id][1])  # another one in each turn
        count = its_share(act, node, source, count)
        if is_retry(node.body):
            count = Estimate(1, 1, max(1.0, count.high))
        if most is not None:
            count = count.min(most)
        elif count.likely > GUARD and ends_with_a_failure(node):
            count = WHILE_TRIPS.min(count)
        if converging is not None:
            count = Estimate(min(count.low, converging.low), min(count.likely, converging.likely), count.high)
        if node.is_async and not _awaits(node.body):
            return count, hangs_on, Iterations.CARRIED  # it only waits for one item after the other
        return count, hangs_on, lazy.iterations if lazy is not None else Iterations.INDEPENDENT

    _loop(act, node, enter)
    keep_changes(act, node, member)


def _awaits(body: t.Body) -> bool:
    """Whether there is an await, or what awaits by itself, anywhere in some statements."""
    waits = any(isinstance(s, (t.For, t.With)) and s.is_async for s in statements(body))
    return waits or any(isinstance(e, t.Await) or getattr(e, "is_async", False) for e in expressions(body))


def _limited(act: Activation, node: t.While) -> Estimate | None:
    """`while True: ...; if tried == 10: break`: nothing else ends it."""
    return turns_until_stopped(act, node) if isinstance(node.test, t.Constant) else None


def turns_by_chance(act: Activation, node: t.While) -> Estimate | None:
    """`while rng.random() < 0.9`: so many turns until it does not hold for the first time."""
    holds = chance(act, node.test) if draws(node) else None
    if holds is None or holds >= 1.0:
        return None
    return Estimate(0.0, holds / (1.0 - holds), _UNLUCKY / (1.0 - holds))


_UNLUCKY = 10.0


# What tells how often a `while` loop turns before it does, the surest first.
_COUNTED = (
    turns_rehearsed,
    turns_to_remainder,
    turns_by_places,
    turns_by_factor,
    turns_to_make_room,
    turns_by_chance,
    turns_by_counter,
    turns_past_the_end,
    turns_until_drained,
    turns_until_cut_up,
    turns_to_fill,
    turns_until_found,
    turns_until_filled,
)


def run_while(act: Activation, node: t.While) -> None:
    """`while`, whose turns its first turn may tell."""
    said = turns_until_sent(node) or _limited(act, node) or turns_until_one_is_good(act, node)
    known = said or next((turns for ask in _COUNTED if (turns := ask(act, node)) is not None), None)
    usual = usual_turns(act, node)
    through = turns_through(act, node) if said is None and (known is None or not known.known) else None
    place = place_of(node)
    start = act.environment[place].number if place in act.environment else None
    files = act.program.files
    written = files.written()
    runs_dry = False  # until a file or a container is at its end: that is no guard, however far it is

    def learn(done: Builder) -> bool:
        nonlocal known, usual, runs_dry
        body = done.finish()
        if known is None or not known.known:
            strides = turns_by_strides(act, node, start)
            # So many records were put there: that says more than a stride that is read from each of them.
            counted = through if through is not None and through.known else None
            known = (
                (strides if strides is not None and strides.known else None) or counted or strides or through or known
            )
        endless = isinstance(node.test, t.Constant)
        asks_for_next = ends_with_an_iterator(node)
        emptied = turns_until_empty(act, body, endless=endless, asks_for_next=asks_for_next) if known is None else None
        emptied = emptied or (turns_until_it_is_empty(act, node, body) if known is None else None)
        runs_dry = runs_dry or emptied is not None
        known = known or (since_last_time(act, node, emptied) if emptied is not None else turns_by_others(act, body))
        known = (
            known or turns_until_long(act, node.test, usual) or (folders_walked(act, body) if works_off(node) else None)
        )
        talking = turns_while_talking(body) if known is None and usual in (WHILE_TRIPS, INNER_WHILE_TRIPS) else None
        usual = talking or usual
        if known is not None or talking is not None:
            files.pieces = written  # as often as was thought first
            return True
        return False

    def enter() -> _Entry:
        act.operation("while_step")
        truth(act, evaluate(act, node.test), node.test.span)
        turns = known or usual
        if known is not None and not runs_dry and is_guard(known, node):
            turns = Estimate(1, min(usual.likely, known.likely), known.high)
        hangs_on = None if turns.known else WHILE_TURNS
        return turns, hangs_on, Iterations.INDEPENDENT

    _loop(act, node, enter, learn)
    act.environment.update(places_in_the_end(act, node))
    act.environment.update(left_over(act, node))
    leave_empty(act, node)
