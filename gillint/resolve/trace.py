"""What a piece of code does, in order: the tree that the later stages read. No parser, no environment: frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from enum import Enum
from typing import Literal

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass, replace
from gillint.knowledge.schema import Fact
from gillint.resolve.values import NONE, Value


class Concurrency(str, Enum):
    """How a region already runs."""

    SEQUENTIAL = "sequential"
    THREADS = "threads"
    PROCESSES = "processes"
    INTERPRETERS = "interpreters"
    ASYNCIO = "asyncio"
    INTERNAL = "internal"


class Iterations(str, Enum):
    """Whether a region's iterations could run apart."""

    INDEPENDENT = "independent"
    REDUCTION = "reduction"
    CARRIED = "carried"
    UNKNOWN = "unknown"


class Kind(str, Enum):
    """What kind of code a region is; the names of the report."""

    LOOP = "loop"
    COMPREHENSION = "comprehension"
    GENERATOR = "generator"
    MAP = "map"
    RECURSION = "recursion"
    FUNCTION = "function"
    COROUTINE = "coroutine"
    SUBMISSION = "submission"


Place = Literal["remote", "local", "process", "itself"]


@dataclass(frozen=True, slots=True)
class Peer:
    """The other side of a connection: on another machine, on this one, in this process, the same thread, or nobody knows.

    `delay` is what the request asks the server to wait, or it waits by itself, in nanoseconds; `in_turn`: it serves one request
    after the other, or one connection; `answering`: what a server of the program's own does meanwhile.
    """

    place: Place | None
    delay: float = 0.0
    in_turn: Literal["request", "connection"] | None = None
    answering: Block | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The arguments of a call: the receiver, and each parameter that is known to be passed.

    `often` is how often the call is made at least; `inner`, whether it is made again and again, in a loop or by the callers.
    """

    receiver: Value | None = None
    positional: tuple[Value, ...] = ()
    parameters: tuple[tuple[str, Value], ...] = ()
    has_star: bool = False
    often: float = 1.0
    inner: bool = False

    def get(self, name: str) -> Value | None:
        """The value of a parameter, or None where it is not passed."""
        if name == "self":
            return self.receiver
        for parameter, value in self.parameters:  # asked all the time: a loop is half the price of a generator
            if parameter == name:
                return value
        return None

    @property
    def given(self) -> tuple[Value, ...]:
        """The receiver, if there is one, and what is passed by its place."""
        return (self.receiver, *self.positional) if self.receiver is not None else self.positional

    def with_value(self, old: Value, new: Value) -> Bound:
        """The same arguments with another value wherever this one stands."""
        return replace(
            self,
            receiver=new if self.receiver is old else self.receiver,
            positional=tuple(new if v is old else v for v in self.positional),
            parameters=tuple((name, new if v is old else v) for name, v in self.parameters),
        )


def bind_arguments(
    fact: Fact | None,
    receiver: Value | None,
    positional: tuple[Value, ...],
    keywords: tuple[tuple[str, Value], ...],
    has_star: bool,
) -> Bound:
    """Give the arguments their parameters' names; None is the same wherever it comes from: `x.sum(axis=axis)`."""
    positional = tuple(map(_plain_none, positional))
    keywords = tuple((name, _plain_none(value)) for name, value in keywords)
    names = fact.parameters if fact is not None else ()
    parameters = list(zip(names, positional, strict=False))
    parameters.extend(keywords)
    return Bound(receiver, positional, tuple(parameters), has_star)


def _plain_none(value: Value) -> Value:
    return NONE if value.type == "NoneType" and value.literal == NONE.literal else value


CallKind = Literal["library", "project", "undefined", "unknown", "join"]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call site, operator or step of iteration.

    Attributes:
        name: the public qualified name where it is resolved, else the text in the source.
        kind: `library` (a fact or a library's default decides), `project` (the body is `inner`), `undefined` (nothing
            defines the name), `unknown`, `join` (waits for work that was handed over: its time is counted there).
        implicit: an operator, a subscript or an iteration, not a call expression.
        compiled: what the function does that was compiled to machine code: no bytecode runs.
        elsewhere: what another interpreter does for it, under a GIL of its own.
        result: what is known of the value that it gives back.
        peer: the other side, where the call talks to one.
    """

    span: Span
    path: str
    name: str
    kind: CallKind
    bound: Bound = Bound()
    fact: Fact | None = None
    inner: Block | None = None
    callback: Block | None = None
    compiled: Block | None = None
    elsewhere: Block | None = None
    result: Value | None = None
    implicit: bool = False
    awaited: bool = False
    assumed: bool = False
    peer: Peer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A body that runs `trips` times; `endless`: until the program is stopped, as nothing in it ends it."""

    span: Span
    path: str
    kind: Kind
    trips: Estimate
    body: Block
    iterations: Iterations = Iterations.INDEPENDENT
    function: str | None = None
    trips_hang_on: str | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One of several bodies runs; weights say how often, against the others (all alike where there are none)."""

    arms: tuple[Block, ...]
    weights: tuple[float, ...] = ()

    @property
    def shares(self) -> Iterator[tuple[Block, float]]:
        """Each arm, and how often it is the one."""
        weights = self.weights or (1.0,) * len(self.arms)
        whole = sum(weights) or 1.0
        return ((arm, weight / whole) for arm, weight in zip(self.arms, weights, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Handover:
    """Work that is given to a thread, a process, an interpreter or the event loop.

    `arguments` are those of the work, `options` the keyword arguments of the call that hands it over; `no_work` is the type
    of what is given in place of a function: the result of a call.
    """

    span: Span
    path: str
    via: str
    concurrency: Concurrency
    worker: Block
    tasks: Estimate
    workers: int | None = None
    function: str | None = None
    worker_name: str | None = None
    worker_key: str | None = None
    arguments: tuple[Value, ...] = ()
    options: tuple[tuple[str, Value], ...] = ()
    no_work: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Await:
    """The coroutine may be suspended here: other tasks run."""

    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Lock:
    """A lock or a semaphore of the program is taken or given back here, by `with` or by its methods.

    `value` remembers where it was made, and how many a semaphore lets through. `keeper`: the property of functools that has
    it, where it is not one that the program made.
    """

    span: Span
    path: str
    value: Value
    is_taken: bool
    keeper: str | None = None


Node = Call | Loop | Branch | Handover | Await | Lock


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What runs once: bytecode by kind of operation, and the nodes in order.

    `rounds`: of a function that calls itself, how often it runs for one call from outside, where something tells.
    `depth`: how many loops of unknown length there are in it, one in the other, recursion and other functions included.
    `again`: how many calls one run makes of functions that are running already.
    """

    operations: tuple[tuple[str, float], ...] = ()
    nodes: tuple[Node, ...] = ()
    function: str | None = None
    recursive: bool = False
    span: Span | None = None
    rounds: Estimate | None = None
    depth: int = field(init=False)
    again: Estimate = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "again", total(calls_again(node) for node in self.nodes))
        object.__setattr__(self, "depth", max(map(_depth, self.nodes), default=0))


@dataclass(frozen=True, slots=True)
class FunctionTrace:
    """A function as it is reported: its body, for arguments that cover those of its call sites.

    An entry is called by nothing in the file. `is_spare`: it needs arguments, and nothing in the file shows that anybody
    calls it. `is_unused`: nothing in the file is even called by its name.
    """

    name: str
    path: str
    span: Span
    block: Block
    is_async: bool
    is_entry: bool
    is_spare: bool = False
    is_unused: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """The stage's result for one file: the module's own body first, then its functions.

    `notes` are what was assumed on the way: imports that are missing, names that nothing defines. `mains` are the
    statements under `if __name__ == "__main__"`: what the program is for, beside what happens when it is imported.
    `has_program`: there is something that runs others of the file's functions and needs nothing.
    """

    path: str
    functions: tuple[FunctionTrace, ...]
    notes: tuple[str, ...] = ()
    mains: tuple[Span, ...] = ()
    has_program: bool = False


def _depth(node: Node) -> int:
    if isinstance(node, Call):
        inner, callback = node.inner, node.callback
        called = 0 if inner is None else inner.depth + (inner.recursive and inner.rounds is None)
        return called if callback is None else max(called, callback.depth)
    if isinstance(node, Loop):
        return node.body.depth + node.trips.is_open
    if isinstance(node, Branch):
        return max((arm.depth for arm in node.arms), default=0)
    return node.worker.depth + node.tasks.is_open if isinstance(node, Handover) else 0


def calls_again(node: Node) -> Estimate:
    """How many calls a node makes of functions that are running already."""
    if isinstance(node, Call):
        if node.kind != "project":
            return ZERO
        if node.inner is None:
            return ONE
        return ZERO if node.inner.recursive else node.inner.again  # those of a function that calls itself are its own
    if isinstance(node, Loop):
        return node.body.again * node.trips
    if isinstance(node, Branch):
        return total(arm.again * share for arm, share in node.shares)
    return ZERO


def children(node: Node) -> Iterator[Block]:
    """The blocks inside a node."""
    if isinstance(node, Call):
        if node.inner is not None:
            yield node.inner
        if node.callback is not None:
            yield node.callback
    elif isinstance(node, Loop):
        yield node.body
    elif isinstance(node, Branch):
        yield from node.arms
    elif isinstance(node, Handover):
        yield node.worker


def inline(block: Block) -> Iterator[Node]:
    """The nodes of a block, those in the arms of its branches in their places."""
    for node in block.nodes:
        if isinstance(node, Branch):
            for arm in node.arms:
                yield from inline(arm)
        else:
            yield node


def has_await(block: Block) -> bool:
    """Whether other tasks get a turn while the block runs."""
    return any(
        isinstance(node, Await)
        or (isinstance(node, Branch) and any(has_await(arm) for arm in node.arms))
        or (isinstance(node, Loop) and has_await(node.body))
        for node in block.nodes
    )


def without(block: Block, unwanted: Node) -> Block:
    """A block without one of the nodes that `inline` gives."""
    nodes: list[Node] = []
    for node in block.nodes:
        if isinstance(node, Branch):
            nodes.append(replace(node, arms=tuple(without(arm, unwanted) for arm in node.arms)))
        elif node is not unwanted:
            nodes.append(node)
    return replace(block, nodes=tuple(nodes))
