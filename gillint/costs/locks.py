"""The time under locks of the program: what threads that share a lock have to do in turn, and a semaphore so many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field

from gillint.costs.bytecode import operations_ns
from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass
from gillint.knowledge.conditions import Target
from gillint.resolve.locks import LOCKS
from gillint.resolve.trace import Block, Branch, Call, Lock, Loop, Node, children
from gillint.resolve.values import Reference, Value

LOCK_TAKEN = tuple(f"{lock}.{method}" for lock in LOCKS for method in ("__enter__", "acquire"))
_MOST_DEEP = 60
_LETS_GO = ("threading.Condition.wait", "threading.Condition.wait_for")  # of the lock, until it is told
_Which = tuple[str | None, Reference | None]
_Named = tuple[frozenset[_Which], frozenset[_Which]]
_NONE: _Named = (frozenset(), frozenset())
_Held = dict[_Which, Estimate]  # the locks that are held, and how many each lets through


def which(value: Value) -> _Which:
    """What tells a lock from others: its type, and where it was made."""
    return value.type, value.reference


def lets_through(value: Value) -> Estimate:
    """How many have it at once; a semaphore whose number is not known may let any number through."""
    if value.type is None or not value.type.endswith("Semaphore"):
        return ONE
    return value.number if value.number is not None and value.number.known else Estimate(1, 1e6, 1e6)


@dataclass(slots=True)
class Locks:
    """The time under locks, for one target.

    `elapsed`: the time of one run of a block.
    """

    elapsed: Callable[[Block], Estimate]
    target: Target
    _named: dict[int, _Named] = field(default_factory=dict)
    _kept: list[Block] = field(default_factory=list)

    def time_under(self, block: Block, made: frozenset[str]) -> Estimate:
        """The time of one run of a block between taking and giving back a lock that was not made in it; under a semaphore,
        the part of it that is left for each of those that it lets through.
        """
        taken, given = self.named(block)
        shared = frozenset(lock for lock in taken & given if lock[0] not in made)
        return self._under(block, shared, {}, 0) if shared else ZERO

    def is_own(self, call: Call, block: Block) -> bool:
        """Whether a call takes a lock that the block gives back: not one that others give back, as a signal."""
        value = call.bound.receiver
        if value is None or call.name not in LOCK_TAKEN:
            return False
        return call.implicit or which(value) in self.named(block)[1]

    def named(self, block: Block) -> _Named:
        """The locks that are taken somewhere below, and those that are given back: seldom one, so it is asked first."""
        found = self._named.get(id(block))
        if found is None:
            self._named[id(block)] = _NONE  # recursion
            taken: set[_Which] = set()
            given: set[_Which] = set()
            for node in block.nodes:
                if isinstance(node, Lock):
                    (taken if node.is_taken else given).add(which(node.value))
                    continue
                for inner in children(node):
                    below = self.named(inner)
                    taken |= below[0]
                    given |= below[1]
            found = (frozenset(taken), frozenset(given)) if taken or given else _NONE
            self._named[id(block)] = found
            self._kept.append(block)
        return found

    def _under(self, block: Block, shared: frozenset[_Which], held: _Held, depth: int) -> Estimate:
        """The time under locks in a block that begins with some of them held, which are changed to those that it ends with."""
        under = around = found = ZERO
        for node in block.nodes:
            if isinstance(node, Lock):
                _take_turn(node, shared, held)
                continue
            named = (self.named(inner) for inner in children(node)) if depth < _MOST_DEEP else ()
            inside = any(not shared.isdisjoint(locks) for pair in named for locks in pair)
            spent = self.elapsed(Block((), (node,)))
            if inside:
                around = around + spent
                found = found + self._inside(node, shared, held, depth + 1)
            elif held and not (isinstance(node, Call) and node.name in _LETS_GO):
                under = under + spent / _least(held)
            else:
                around = around + spent
        # The bytecode of a block is known as a whole: it is shared out like the rest of the time.
        own = Estimate.point(operations_ns(block.operations, self.target))
        if under.likely > 0:
            under = under + own * (under / (under + around))
        elif held and not block.nodes:
            under = own / _least(held)
        return found + under

    def _inside(self, node: Node, shared: frozenset[_Which], held: _Held, depth: int) -> Estimate:
        if isinstance(node, Loop):
            return self._under(node.body, shared, held, depth) * node.trips
        if isinstance(node, Branch):
            ends: list[_Held] = []
            found = []
            for arm, share in node.shares:
                end = dict(held)
                found.append(self._under(arm, shared, end, depth) * share)
                ends.append(end)
            for lock in [lock for lock in held if not all(lock in end for end in ends)]:
                del held[lock]
            return total(found)
        if isinstance(node, Call) and node.inner is not None and not node.inner.recursive:
            return self._under(node.inner, shared, held, depth)
        return ZERO


def _take_turn(node: Lock, shared: frozenset[_Which], held: _Held) -> None:
    lock = which(node.value)
    if node.is_taken and lock in shared:
        held[lock] = lets_through(node.value)
    elif not node.is_taken:
        held.pop(lock, None)


def _least(held: _Held) -> Estimate:
    return min(held.values(), key=lambda number: number.likely)


def semaphore_of(block: Block) -> Lock | None:
    """The semaphore that a run of a block takes and that lets the fewest through, where it is known how many those are."""
    found = [n for n in _taken(block, 0, set()) if lets_through(n.value).known and lets_through(n.value).likely > 1]
    return min(found, key=lambda n: lets_through(n.value).likely, default=None)


def keeper_of(block: Block) -> str | None:
    """The property of functools whose lock a run of a block takes, where it takes none that the program made."""
    keepers = dict.fromkeys(lock.keeper for lock in _taken(block, 0, set()))
    return next(iter(keepers)) if None not in keepers and keepers else None


def _taken(block: Block, depth: int, seen: set[Span]) -> Iterator[Lock]:
    for node in block.nodes if depth < _MOST_DEEP else ():
        if isinstance(node, Lock):
            if node.is_taken:
                yield node
        elif isinstance(node, (Call, Loop, Branch)) and (isinstance(node, Branch) or node.span not in seen):
            if not isinstance(node, Branch):
                seen.add(node.span)
            for inner in children(node):
                yield from _taken(inner, depth + 1, seen)
