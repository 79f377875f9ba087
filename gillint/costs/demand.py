"""Service demands of a piece of code: what one run of it asks of the GIL, of the cores, and of the world outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, fields
from operator import attrgetter

from gillint.costs.bytecode import operations_ns
from gillint.costs.compiled import CALL as COMPILED_CALL
from gillint.costs.compiled import compiled_ns
from gillint.costs.counting import Counted, Found, note
from gillint.costs.locks import Locks
from gillint.costs.serving import time_in_turn
from gillint.diagnostics.span import Span
from gillint.effects.classify import CallEffect, after_native, classify
from gillint.effects.confined import confined
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass, replace
from gillint.knowledge.conditions import Target
from gillint.knowledge.schema import Effect
from gillint.regions.sharing import NOTHING_MADE, Objects, is_shared, may_share_file, shared_file
from gillint.resolve.trace import Block, Branch, Call, Handover, Loop, Node

# What it takes to hand work to another interpreter of this process, and its result back.
_TO_ANOTHER = Estimate.point(8_000.0)
# A recursive function calls itself a number of times that the source does not tell.
RECURSIVE_CALLS = Estimate(10, 1_000, 1e6)


def calls_of(inner: Block) -> Estimate:
    """How often the body of a function runs for one call of it from outside."""
    if not inner.recursive:
        return ONE
    return inner.rounds if inner.rounds is not None else RECURSIVE_CALLS.around(inner.depth)


@dataclass(frozen=True, slots=True)
class Demand:
    """Demands of one run, in nanoseconds.

    Attributes:
        gil: with the GIL held.
        native: core time without it; `parallel` is the part that a library itself spreads over the cores.
        wait: blocked without it.
        unknown: in calls of which nothing is known.
        assumed: the part of `gil` in undefined functions that are taken to be Python.
        releases: how often the GIL is given up and taken again.
        hold: the longest stretch in one C call that holds.
        python: the part of `gil` that is bytecode.
        pages: bytes of fresh memory touched.
        handed: time of work that is handed over on the way (it is not in the others).
        serial: the part under a lock, the program's or the library's own: one thread at a time.
        locked: the part of `serial` under a lock of the program that all threads share.
        guarded: the part of `gil` that is bytecode under a lock of a library's that all threads share.
    """

    gil: Estimate = ZERO
    native: Estimate = ZERO
    wait: Estimate = ZERO
    unknown: Estimate = ZERO
    assumed: Estimate = ZERO
    releases: Estimate = ZERO
    hold: Estimate = ZERO
    python: Estimate = ZERO
    pages: Estimate = ZERO
    parallel: Estimate = ZERO
    handed: Estimate = ZERO
    serial: Estimate = ZERO
    locked: Estimate = ZERO
    guarded: Estimate = ZERO

    @property
    def elapsed(self) -> Estimate:
        """Time of one run alone, with one core for everything; unknown calls included, handed-over work not."""
        return self.gil + self.native + self.wait + self.unknown

    @property
    def inclusive(self) -> Estimate:
        """The same with the work that is handed over."""
        return self.elapsed + self.handed

    def times(self, count: Estimate | float) -> Demand:
        """Several runs."""
        return Demand(
            self.gil * count,
            self.native * count,
            self.wait * count,
            self.unknown * count,
            self.assumed * count,
            self.releases * count,
            self.hold,
            self.python * count,
            self.pages * count,
            self.parallel * count,
            self.handed * count,
            self.serial * count,
            self.locked * count,
            self.guarded * count,
        )


_QUANTITIES = tuple(f.name for f in fields(Demand))
_LONGEST = _QUANTITIES.index("hold")
_each_of = attrgetter(*_QUANTITIES)


def in_turn(parts: Sequence[Demand]) -> Demand:
    """One after the other: sums, but of the longest hold the longest."""
    if len(parts) == 1:
        return parts[0]
    columns = list(zip(*map(_each_of, parts), strict=True))
    longest = columns[_LONGEST]
    columns[_LONGEST] = ()
    whole = [total(column) for column in columns]
    for hold in longest:
        whole[_LONGEST] = whole[_LONGEST].max(hold)
    return Demand(*whole)


def overlapped(demand: Demand, tasks: Estimate, limit: Estimate | None) -> Demand:
    """The demand of one of many tasks on one event loop: it waits only where no other task has something to do.

    Args:
        demand: of one task that runs alone.
        tasks: how many run at once.
        limit: how many a semaphore lets through, where there is one.
    """

    def left(busy: float, wait: float, count: float, most: float) -> float:
        """Tasks that start together keep the loop busy for half of their work before the first comes back; a semaphore
        lets as many start together each time (measured: 12 requests of 5 ms, 4 at a time, waited for 15.6 ms).
        """
        at_once = max(1.0, min(count, most))
        return max(0.0, (wait - (at_once - 1) * busy / 2) / at_once)

    most = limit if limit is not None else tasks
    parts = ((demand.gil + demand.native).scenarios, demand.wait.scenarios, tasks.scenarios, most.scenarios)
    return replace(demand, wait=Estimate.of(left(*(p[i] for p in parts)) for i in range(3)))


def side_by_side(average: Demand, tasks: Sequence[Demand]) -> Demand:
    """The average of some different tasks on one event loop: all wait while the slowest does, unless another computes."""
    slowest = max(tasks, key=lambda d: d.wait.likely)
    others = total(d.gil + d.native for d in tasks if d is not slowest)
    return replace(average, wait=((slowest.wait - others * 0.5) / len(tasks)).max(0).min(average.wait))


@dataclass(frozen=True, slots=True)
class CallShare:
    """One call site with the time it takes in one run of a region, callees included one by one.

    `chance` is how likely a run gets there at all: loops do not raise it, branches lower it. `queued`: threads wait for
    each other here, for `file` where that is what all of them write to.
    """

    call: Call
    effect: CallEffect
    count: Estimate
    chain: tuple[Span, ...] = ()
    chance: float = 1.0
    queued: bool = False
    file: str | None = None

    @property
    def elapsed(self) -> Estimate:
        """Its time in one run of the region."""
        return self.effect.elapsed * self.count

    @property
    def python(self) -> Estimate:
        """How much of it is bytecode."""
        return _bytecode(self.call, self.effect) * self.count


def _bytecode(call: Call, effect: CallEffect) -> Estimate:
    """What of the time with the GIL is not within one stretch in C: a library's own Python code, its glue."""
    return effect.gil - effect.hold if call.kind == "library" else effect.gil


def _queued(share: CallShare, made: frozenset[str]) -> CallShare:
    if share.effect.serialised_by is None or not is_shared(share.call, made):
        return share
    return replace(share, queued=True, file=shared_file(share.call, made))


def _in_turn(share: CallShare) -> Estimate:
    """The time of a call that nobody else can spend on the same thing meanwhile; who has a file has it with the GIL, too."""
    effect = share.effect
    return (effect.native + effect.wait + (effect.gil if share.file is not None else ZERO)) * share.count


_MOST_CALLS = 400  # below one block


@dataclass(slots=True)
class Costs:
    """Demands for one target, computed once for each block and call.

    `can_only_hold`: whether nothing in the program's reach does anything but hold the GIL; `one_thread`: the libraries that
    are told to use no more.
    """

    target: Target
    can_only_hold: Callable[[], bool] = bool
    one_thread: frozenset[str] = frozenset()
    _blocks: dict[int, Demand] = field(default_factory=dict)
    _effects: dict[int, CallEffect] = field(default_factory=dict)
    _found: dict[int, Found] = field(default_factory=dict)
    _kept: list[object] = field(default_factory=list)
    _locks: Locks = field(init=False)

    def __post_init__(self) -> None:
        self._locks = Locks(lambda block: self.block(block).elapsed, self.target)

    def effect(self, call: Call) -> CallEffect:
        """What a call does."""
        found = self._effects.get(id(call))
        if found is None:
            found = confined(call, classify(call, self.target, self.can_only_hold), self.one_thread)
            if call.compiled is not None:
                found = self._machine_code(found, call.compiled)
            if call.elsewhere is not None:
                done = self.block(call.elsewhere)
                found = replace(found, native=_TO_ANOTHER + done.gil + done.native, wait=found.wait + done.wait)
            if call.peer is not None and call.peer.answering is not None:
                asked = self.block(call.peer.answering)
                found = replace(found, wait=found.wait + asked.gil + asked.native)
            self._effects[id(call)] = found
            self._kept.append(call)
        return found

    def _machine_code(self, effect: CallEffect, body: Block) -> CallEffect:
        """What a compiled function takes is what its body takes; the fact says whether the GIL is held meanwhile."""
        spent = compiled_ns(self.effect, self.target, body)
        if effect.effect is Effect.RELEASES:
            warm = (effect.gil - after_native(effect.native, effect.releases)).max(effect.hold)
            return replace(effect, gil=warm + after_native(spent, effect.releases), native=spent)
        gil = COMPILED_CALL + spent
        return replace(effect, gil=gil, hold=gil)

    def block(self, block: Block) -> Demand:
        """The demand of one run of a block."""
        found = self._blocks.get(id(block))
        if found is None:
            found = self._blocks[id(block)] = self._block(block)
            self._kept.append(block)
        return found

    def _block(self, block: Block) -> Demand:
        own = Estimate.point(operations_ns(block.operations, self.target))
        parts = [Demand(gil=own, python=own)]
        for node in block.nodes:
            if isinstance(node, Call):
                parts.extend(self._call(node))
            elif isinstance(node, Loop):
                parts.append(self.block(node.body).times(node.trips))
            elif isinstance(node, Branch):
                parts.extend(self.block(arm).times(share) for arm, share in node.shares)
            elif isinstance(node, Handover):
                parts.append(Demand(handed=self.block(node.worker).inclusive * node.tasks))
        return in_turn(parts)

    def _call(self, call: Call) -> Iterator[Demand]:
        """Of the call itself, and of what it calls."""
        effect = self.effect(call)
        if call.kind not in ("project", "join"):
            yield self._alone(call, effect)
        if call.inner is not None:
            inner = self.block(call.inner)
            yield inner.times(calls_of(call.inner)) if call.inner.recursive else inner
        if call.callback is not None:
            yield self.block(call.callback).times(effect.calls)

    @staticmethod
    def _alone(call: Call, effect: CallEffect) -> Demand:
        """The call itself, without what it calls."""
        return Demand(
            gil=effect.gil,
            native=effect.native,
            wait=effect.wait,
            unknown=effect.unknown,
            assumed=effect.gil if call.kind == "undefined" else ZERO,
            releases=effect.releases,
            hold=effect.hold if call.kind == "library" else ZERO,
            python=_bytecode(call, effect),
            pages=effect.pages,
            parallel=effect.native if effect.parallel else ZERO,
        )

    def calls(self, block: Block) -> tuple[CallShare, ...]:
        """All library, undefined and unknown calls below a block, joined by place, the most expensive first."""
        below = self._below(block).values()
        shares = [CallShare(c.call, c.effect, c.count, c.chain, c.chance) for c in below]
        return tuple(sorted(shares, key=lambda share: -share.elapsed.likely))

    def _below(self, block: Block) -> Found:
        """The calls below a block by place, for one run of it. Blocks that several calls share are looked through once."""
        found = self._found.get(id(block))
        if found is None:
            found = self._found[id(block)] = {}
            self._kept.append(block)
            for node in block.nodes:
                self._collect(node, found)
            if len(found) > _MOST_CALLS:
                self._keep_dearest(found)
        return found

    @staticmethod
    def _keep_dearest(found: Found) -> None:
        """Of very many calls those that take the most time: merged block by block, they would take time with their square."""
        dear = sorted(found, key=lambda k: -found[k].likely)
        for key in dear[_MOST_CALLS // 2 :]:
            del found[key]

    def _collect(self, node: Node, found: Found) -> None:
        if isinstance(node, Call):
            if node.kind not in ("project", "join"):
                alone = Counted(node, self.effect(node), ONE)
                note(found, {(node.path, node.span, node.name): alone}, 1.0, 1.0)
            if node.inner is not None:
                note(found, self._below(node.inner), calls_of(node.inner), 1.0, node.span)
            if node.callback is not None:
                note(found, self._below(node.callback), self.effect(node).calls, 1.0)
        elif isinstance(node, Loop):
            note(found, self._below(node.body), node.trips, 1.0)
        elif isinstance(node, Branch):
            for arm, share in node.shares:
                note(found, self._below(arm), share, share)

    def region(self, block: Block, objects: Objects = NOTHING_MADE) -> tuple[Demand, tuple[CallShare, ...]]:
        """The demand of a region's body with its serialised part, and its calls.

        `objects`: what each copy of the region has for itself, though the region does not make it, and what all have in common.
        """
        calls = self.calls(block)
        made = objects.made_with(c.call for c in calls)
        calls = tuple(_queued(c, made) for c in calls)
        shared = [c for c in calls if c.queued]
        doubtful = (c for c in calls if not c.queued and c.effect.serialised_by is not None and may_share_file(c.call))
        serial, perhaps = total(map(_in_turn, shared)), total(map(_in_turn, doubtful))
        serial = Estimate(serial.low, serial.likely, serial.high + perhaps.high)
        locked = self._locks.time_under(block, made)
        guarded = total(c.effect.gil * c.count for c in shared if c.effect.effect is Effect.RUNS_PYTHON)
        # Alone nobody else has the lock; what threads of this work cost each other there is `serial`.
        own = total(c.effect.wait * c.count for c in calls if self._locks.is_own(c.call, block))
        demand = self.block(block)
        asked = ((c.call.peer, c.effect.wait * c.count) for c in calls)
        serial = serial.max(locked).max(time_in_turn(asked, demand.elapsed))
        wait = (demand.wait - own).max(0)
        return replace(demand, wait=wait, serial=serial, locked=locked, guarded=guarded), calls
