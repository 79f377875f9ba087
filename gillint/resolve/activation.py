"""One run of one body over abstract values: the variables in sight, and the trace that is being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from typing import Protocol

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate
from gillint.frozen import dataclass
from gillint.knowledge.conditions import Target
from gillint.resolve.calling.options import Option
from gillint.resolve.external.files import Files
from gillint.resolve.external.packing import one_by_one
from gillint.resolve.external.sql_tables import Tables
from gillint.resolve.scope import ClassScope, Configured, ModuleScope
from gillint.resolve.trace import Block, Call, Iterations, Kind, Loop, Node, Resolved
from gillint.resolve.values import ClassRef, FunctionRef, ImportRef, LazyRef, MadeRef, Value
from gillint.syntax import tree as t
from gillint.syntax.parse import Syntax
from gillint.syntax.walk import loops_in


@dataclass(slots=True)
class Builder:
    """A block in the making."""

    operations: dict[str, float] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)

    def finish(self) -> Block:
        """The frozen block."""
        return Block(tuple(sorted(self.operations.items())), tuple(self.nodes))

    def include(self, block: Block) -> None:
        """Add what another block does."""
        for kind, count in block.operations:
            self.operations[kind] = self.operations.get(kind, 0.0) + count
        self.nodes.extend(block.nodes)


NOTHING_ONCE = Block()


@dataclass(frozen=True, slots=True)
class Lazy:
    """Work that has been described but not started.

    For a generator `block` is what one item costs, `trips` the number of items and `once` what comes before and after
    them; for a coroutine `block` is the body. `in_turns`: a generator function, which does one turn of its loop for an item.
    """

    span: Span
    kind: Kind
    block: Block
    trips: Estimate
    result: Value
    path: str
    function: str | None = None
    trips_hang_on: str | None = None
    name: str | None = None
    iterations: Iterations = Iterations.INDEPENDENT
    once: Block = NOTHING_ONCE
    in_turns: bool = False


@dataclass(frozen=True, slots=True)
class Grown:
    """A container that was passed for a parameter, before and after the call; `place` counts without `self`."""

    parameter: str
    place: int
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Getter:
    """What is called where an attribute is read, of a property or of an object with a `__get__`.

    `keeps`: the instance has what it gave from then on; `has_one_lock`: it computes under a lock that all instances share.
    """

    function: Value
    keeps: bool = False
    has_one_lock: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """What one arm of a branch has made of the variables before it left the turn of a loop, or the loop."""

    jump: str  # "continue" or "break"
    changed: Mapping[str, Value]
    share: float


class Program(Protocol):
    """What an activation asks of the whole: other functions, classes and files."""

    target: Target
    assumptions: Mapping[str, Estimate]
    web_handlers: bool
    lazies: dict[int, Lazy]
    started: set[int]
    files: Files
    options: dict[str, Option]
    tables: Tables
    sql_functions: dict[str, Value]
    lists_asked_for: dict[tuple[str | None, ...], Span]
    sql_begun: bool
    transactions: int
    threading_backends: int
    births: dict[str, Estimate]
    grown: tuple[Grown, ...]
    decisive: set[str]  # attributes on whose number a test was decided

    def call(
        self,
        ref: FunctionRef,
        positional: tuple[Value, ...],
        keywords: tuple[tuple[str, Value], ...],
        *,
        record: bool = True,
    ) -> tuple[Block | None, Value, str]:
        """Run a function of the project: what it does (None where it is already running), its result, its name.

        `record`: the arguments are those of a call in the source.
        """
        ...

    @property
    def is_called_from_elsewhere(self) -> bool:
        """Whether what runs may be called by somebody whom nobody sees."""
        ...

    def configured(self) -> dict[Span, Configured]:
        """What the file says of logging, by the place where it says so."""
        ...

    def neighbours(self, scope: ModuleScope) -> tuple[ModuleScope, ...]:
        """The files of the project from which a file imports something."""
        ...

    def beside(self, source: str) -> Resolved | None:
        """What another program does that the file brings along as a text; None where that cannot be read."""
        ...

    @property
    def is_scarce(self) -> bool:
        """Whether so much of the budget of this file is used up that what is left has to be spared."""
        ...

    @property
    def is_alone(self) -> bool:
        """Whether there are no other files."""
        ...

    @property
    def is_aside(self) -> bool:
        """Whether what runs is a method that is read for what it leaves in the attributes, without its arguments."""
        ...

    @property
    def is_idle(self) -> bool:
        """Whether what runs is code that the program has no use for."""
        ...

    def idly(self, *, idle: bool = True) -> AbstractContextManager[None]:
        """Run code that the program has no use for."""
        ...

    def module(self, syntax: Syntax) -> ModuleScope:
        """The scope of a file."""
        ...

    def define(self, node: t.Function | t.Lambda, activation: Activation) -> Value:
        """A function value for a nested function or a lambda."""
        ...

    def construct(
        self, ref: ClassRef, positional: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]
    ) -> tuple[Block | None, Value, str]:
        """Make an instance of a class of the project."""
        ...

    def class_of(self, type_name: str | None) -> ClassScope | None:
        """The class of the project that a type names."""
        ...

    def getter(self, owner: ClassScope, name: str, instance: Value) -> Getter | None:
        """What is called where an attribute of the instance is read; None where it is only looked up."""
        ...

    def setter(self, owner: ClassScope, name: str, instance: Value) -> Value | None:
        """What is called where an attribute of the instance is assigned to; None where it is only stored."""
        ...

    def attribute(self, owner: ClassScope, name: str, instance: Value | None = None) -> Value | None:
        """An attribute or a method of the instances of a class, along its bases; methods are bound to `instance`."""
        ...

    def set_attribute(self, owner: ClassScope, name: str, value: Value) -> None:
        """Note what `self.name = value` says."""
        ...

    def resolution_order(self, owner: ClassScope) -> tuple[ClassScope, ...]:
        """A class and those of the project above it, in the order in which attributes are looked for."""
        ...

    def new_lazy(self, lazy: Lazy) -> int:
        """Remember deferred work; its number."""
        ...

    def set_variable(self, scope: ModuleScope, name: str, value: Value) -> None:
        """Note what `global name; name = value` says."""
        ...

    def change_variable(self, scope: ModuleScope, name: str, value: Value) -> None:
        """Note what happened to the object that a variable of a module names."""
        ...

    def library_bases(self, owner: ClassScope) -> tuple[str, ...]:
        """The public names of the library classes that a class derives from."""
        ...

    def in_project(self, name: str, level: int, scope: ModuleScope) -> bool:
        """Whether a module is a file of the same project."""
        ...

    def imported(self, ref: ImportRef, scope: ModuleScope) -> Value:
        """What a name imported from the same project stands for."""
        ...

    def settled(self, value: Value, scope: ModuleScope) -> Value:
        """A variable's value with what it was imported as looked up."""
        ...

    def function_tree(self, key: str) -> tuple[t.Function | t.Lambda | None, ClassScope | None]:
        """The tree of a function of the project, and the class where it is a method."""
        ...

    def registered(self, key: str) -> tuple[tuple[str, str], ...]:
        """The functions that are called in place of a generic one: for which type, and which."""
        ...

    def touch(self, node: t.Import, scope: ModuleScope) -> None:
        """Run an imported module of the project now, where importing it does something that matters."""
        ...

    def import_module(self, name: str, level: int, scope: ModuleScope) -> ModuleScope | None:
        """A module of the same project."""
        ...

    def module_value(self, scope: ModuleScope, name: str) -> Value | None:
        """A name at the top level of a module of the project."""
        ...

    def local_class(self, node: t.Class, activation: Activation) -> Value:
        """A class defined inside a function."""
        ...

    def put(self, place: MadeRef, name: str, value: Value) -> None:
        """Note what is put into a queue (its name is empty) or given to an attribute of a namespace."""
        ...

    def taken(self, place: MadeRef, name: str) -> Value | None:
        """What anybody puts there, as far as that is known."""
        ...

    def fill(self, place: MadeRef, span: Span, times: Estimate) -> None:
        """Note that something is put into a queue so many times at one place of the code."""
        ...

    def filled(self, place: MadeRef) -> Estimate | None:
        """How much anybody puts into a queue, as far as that is known."""
        ...

    def is_left_open(self, ref: FunctionRef) -> bool:
        """Whether a method is only declared by the class of what it is called on."""
        ...

    def note_times(self) -> None:
        """Note that what is being run does something else where it is run more often."""
        ...

    def spend(self) -> bool:
        """Count a step; False when the budget of this file is used up."""
        ...


@dataclass(slots=True)
class Activation:
    """The state while one body is read."""

    program: Program
    scope: ModuleScope
    name: str | None
    environment: dict[str, Value]
    enclosing: tuple[dict[str, Value], ...] = ()
    owner: ClassScope | None = None
    is_async: bool = False
    body: t.Function | t.Lambda | t.Body = ()  # what is read
    # What it gives back, and how often it is this.
    returns: list[tuple[Value, float]] = field(default_factory=list)
    never_returned: list[Value] = field(default_factory=list)  # what it would where it is not: for other arguments
    yields: list[Value] = field(default_factory=list)
    loops: list[Estimate] = field(default_factory=list)
    builder: Builder = field(default_factory=Builder)
    yield_loop: Span | None = None
    yielded: list[Estimate] = field(default_factory=list)
    loop_spans: list[Span] = field(default_factory=list)
    # Where each of these stands in `loops`, which has shares of arms between them.
    loop_places: list[int] = field(default_factory=list)
    ways: list[list[Way]] = field(default_factory=list)  # by loop: how its turns end before their end
    sharing: set[Span] = field(default_factory=set)  # loops that take what they go through from one around them
    pending: list[int] = field(default_factory=list)
    begun: set[int] = field(default_factory=set)  # generators of which `next` has taken items
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    # By variable: the loops around its last assignment, and the size that it began with.
    born: dict[str, tuple[int, Estimate]] = field(default_factory=dict)
    aliases: dict[str, t.Expr] = field(default_factory=dict)  # by variable: the member of a container that it names
    # By variable: what each call that makes it longer has added since; by member where a loop is read for each of a table.
    grown: dict[str, dict[tuple[Span, tuple[int, ...]], Estimate]] = field(default_factory=dict)
    promised: dict[str, Value] = field(default_factory=dict)  # the elements of a container, by its annotation
    open: frozenset[str] = frozenset()  # the parameters for which callers that nobody sees may pass anything
    given: Mapping[str, Value] = field(default_factory=dict)  # its arguments, where it may call itself
    hits: float | None = None  # how often it looks its answer up, where it calls itself and keeps its answers
    fixed: frozenset[str] = frozenset()  # the parameters of a call in sight to which the body assigns nothing
    chance: float = 1.0  # how often a run of the body gets to the current statement, loops aside
    outside: Estimate = ONE  # the same for the arms that are in no loop
    unrolled: int = 1  # how many turns of loops over tables are read one by one
    times: Estimate = ONE  # how often the body runs for one run of the program, as far as can be seen
    in_a_task: Estimate = (
        ONE  # the same for one task of those that are handed over: each is a piece of work, not a small one
    )

    @property
    def path(self) -> str:
        """The file that the body is in."""
        return self.scope.path

    @property
    def statements(self) -> t.Body:
        """What is read, statement by statement; of a lambda there is none."""
        return (
            self.body if isinstance(self.body, tuple) else self.body.body if isinstance(self.body, t.Function) else ()
        )

    @property
    def loop(self) -> t.For | t.While | None:
        """The innermost loop whose body is being run."""
        return loops_in(self.statements).get(self.loop_spans[-1]) if self.loop_spans else None

    @property
    def is_class_body(self) -> bool:
        """Whether what is read is the body of a class."""
        return self.owner is not None and self.name == self.owner.name

    def operation(self, kind: str, count: float = 1.0) -> None:
        """Note bytecode of a kind."""
        operations = self.builder.operations
        operations[kind] = operations.get(kind, 0.0) + count

    def emit(self, node: Node) -> None:
        """Note a node."""
        self.builder.nodes.append(one_by_one(node) if isinstance(node, Call) else node)

    def nested(self) -> _Nested:
        """Write into a new block for a while."""
        return _Nested(self)

    def defer(self, lazy: Lazy, type_name: str, element: Value) -> Value:
        """A value that stands for deferred work."""
        key = self.program.new_lazy(lazy)
        self.pending.append(key)
        size = lazy.trips if type_name not in ("coroutine", "awaitable") else None
        return Value(type=type_name, size=size, element=element, reference=LazyRef(key))

    def lazy_of(self, value: Value) -> Lazy | None:
        """The deferred work that a value stands for."""
        return self.program.lazies.get(value.reference.key) if isinstance(value.reference, LazyRef) else None

    def lazies_of(self, value: Value) -> tuple[Lazy, ...]:
        """The deferred work of a value that stands for one of several coroutines."""
        refs = (value.reference, *value.reference.also) if isinstance(value.reference, LazyRef) else ()
        known = (self.program.lazies.get(ref.key) for ref in refs)
        return tuple(lazy for lazy in known if lazy is not None)

    def start(self, value: Value) -> Lazy | None:
        """Take the deferred work out of a value: from here on it is done, or someone else's."""
        lazy = self.lazy_of(value)
        if lazy is not None and isinstance(value.reference, LazyRef):
            for ref in (value.reference, *value.reference.also):
                self.program.started.add(ref.key)
                if ref.key in self.pending:
                    self.pending.remove(ref.key)
        return lazy

    def keep_for_later(self, value: Value) -> None:
        """A generator that is put into an attribute is run by whoever takes it out again, and not here."""
        if isinstance(value.reference, LazyRef) and value.type == "generator" and value.reference.key in self.pending:
            self.pending.remove(value.reference.key)

    def begin(self, value: Value) -> None:
        """Do what a generator does once, however many items are taken from it: not again where `next` has begun it."""
        lazy = self.lazy_of(value)
        if lazy is None or lazy.kind is not Kind.GENERATOR or not isinstance(value.reference, LazyRef):
            return
        if value.reference.key in self.begun:
            self.begun.remove(
                value.reference.key
            )  # another call of the function may give a generator of the same number
        else:
            self.builder.include(lazy.once)

    def consume(self, value: Value) -> None:
        """Run a lazy iterable through to the end."""
        self.begin(value)
        lazy = self.start(value)
        if lazy is not None and value.type not in ("coroutine", "awaitable"):
            trips = value.size if value.size is not None and lazy.kind is not Kind.COROUTINE else lazy.trips
            self.emit(
                Loop(
                    lazy.span,
                    lazy.path,
                    lazy.kind,
                    trips.around(lazy.block.depth),
                    lazy.block,
                    lazy.iterations,
                    lazy.function,
                    trips_hang_on=lazy.trips_hang_on,
                )
            )

    def take_one(self, value: Value) -> None:
        """Run a lazy iterable as far as its next item; one that is written as an expression looks for it to the end."""
        lazy = self.lazy_of(value)
        if lazy is None or not lazy.in_turns:
            self.consume(value)
            return
        if not self.loops and isinstance(value.reference, LazyRef):
            self.begin(value)
            self.begun.add(value.reference.key)
        self.start(value)
        self.builder.include(lazy.block)

    def trips_so_far(self, since: int = 0) -> Estimate:
        """How often the current statement runs for one run of the body, or of that many loops around it."""
        return turns_of(self.loops[since:])

    def for_each_run(self) -> Estimate:
        """How often the current statement runs for one run of the body: in so many turns, where its arm is taken."""
        return self.outside * self.trips_so_far()

    def runs_often(self) -> bool:
        """Whether the current statement is run again and again, by a loop here or by the callers."""
        return (self.in_a_task * self.trips_so_far()).likely > _OFTEN


_OFTEN = 1.5


def turns_of(loops: Sequence[Estimate]) -> Estimate:
    """How often the innermost of some loops turns in all; the outermost comes first."""
    product, depth = ONE, 0
    for trips in reversed(loops):
        product = product * trips.around(depth)
        depth += trips.is_open
    return product.around(0)


class _Nested:
    """The context in which an activation writes into a block of its own; a class, since it is entered all the time."""

    __slots__ = ("_act", "_outer")

    def __init__(self, act: Activation) -> None:
        self._act, self._outer = act, act.builder

    def __enter__(self) -> Builder:
        inner = self._act.builder = Builder()
        return inner

    def __exit__(self, *error: object) -> None:
        self._act.builder = self._outer
