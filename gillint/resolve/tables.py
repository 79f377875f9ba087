"""What is remembered of the files of a project: of one file while it is looked at, and of all others for the whole run.

A file that is looked at has tables of its own, which are thrown away with it. What others say about themselves (their
variables, their classes' attributes, what their functions do for given arguments) does not depend on who asks: it is
found out apart from the asking file, kept in shared tables, and never changed by what one file does with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Protocol

from gillint.frozen import dataclass, replace
from gillint.resolve.activation import Grown, Lazy
from gillint.resolve.scope import ClassScope, ModuleScope
from gillint.resolve.trace import Block
from gillint.resolve.values import ChoiceRef, FunctionRef, ImportRef, LazyRef, MethodRef, PartialRef, Value
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline
from gillint.syntax.parse import Syntax


class Loader(Protocol):
    """Finds the modules of the same project."""

    def has(self, module: str, level: int, importer: str) -> bool:
        """Whether there is a file for a module, as `importer` imports it."""
        ...

    def __call__(self, module: str, level: int, importer: str) -> Syntax | None:
        """The syntax of that file, or None where there is none or it cannot be parsed."""
        ...


@dataclass(slots=True)
class Function:
    """A function of the project in whichever form it was found.

    `registered` are the functions that are called in its place, by the type of the first argument (`singledispatch`).
    """

    key: str
    name: str
    scope: ModuleScope
    outline: FunctionOutline | None = None
    tree: t.Function | t.Lambda | None = None
    owner: ClassScope | None = None
    enclosing: tuple[dict[str, Value], ...] = ()
    version: int = 0
    is_method: bool = False
    registered: tuple[tuple[str, str], ...] = ()

    @property
    def is_decorated(self) -> bool:
        """Whether it has decorators; the lines tell, without a tree."""
        if self.tree is not None or self.outline is None:
            return isinstance(self.tree, t.Function) and bool(self.tree.decorators)
        return self.scope.syntax.lines[self.outline.lines.first - 1].lstrip().startswith("@")

    def parsed(self) -> t.Function | t.Lambda | None:
        """The function's own tree."""
        if self.tree is None and self.outline is not None:
            self.tree = self.scope.syntax.function(self.outline)
        return self.tree


@dataclass(slots=True)
class CallSites:
    """The arguments that a function is called with, joined over its call sites.

    `is_idle`: only code that the program has no use for calls it.
    """

    arguments: dict[str, Value] = field(default_factory=dict)
    seen: bool = False
    is_idle: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What a function does for certain arguments.

    Attributes:
        lazy: the deferred work that the result stands for; each call makes one of its own.
        reads: the attributes of classes that were looked at on the way.
        cut_at: how many calls deeper it could look, where that was not deep enough.
        grown: what it put into containers that were passed to it.
        made: how many changes of attributes there had been when it was found out.
        sql_begun: whether it leaves a transaction under way.
        times: how often it was called in all where it was found out; None where that changes nothing.
    """

    block: Block
    result: Value
    lazy: Lazy | None
    reads: frozenset[str]
    cut_at: int | None = None
    grown: tuple[Grown, ...] = ()
    made: int = 0
    sql_begun: bool = False
    times: float | None = None


# Stands among what a summary hangs on for how often the function is called.
TIMES = "<times>"
SummaryKey = tuple[object, ...]


@dataclass(slots=True)
class Tables:
    """What is known of some files.

    Attributes:
        attributes: by class key, what one file assigns to the attributes of other files' classes; `written`: which.
        variables: by path, what one file assigns to other files' variables.
        instances: by function, the arguments that it was run for.
        decorators: by function, the public names of what decorates it.
    """

    modules: dict[str, ModuleScope] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ClassScope] = field(default_factory=dict)
    summaries: dict[SummaryKey, Summary] = field(default_factory=dict)
    imports: dict[tuple[str, ImportRef], Value] = field(default_factory=dict)
    attributes: dict[str, dict[str, Value]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    variables: dict[str, dict[str, Value]] = field(default_factory=dict)
    instances: dict[str, set[SummaryKey]] = field(default_factory=dict)
    decorated: dict[str, Value] = field(default_factory=dict)
    decorators: dict[str, frozenset[str]] = field(default_factory=dict)
    sites: dict[str, CallSites] = field(default_factory=dict)

    def add_module(self, syntax: Syntax) -> ModuleScope:
        """The scope of a file: its functions and classes are known at once, its variables when it is run."""
        scope = ModuleScope(syntax.path, syntax)
        self.modules[syntax.path] = scope
        for outline in syntax.outline.classes:
            key = f"{syntax.path}::{outline.qualname}"
            scope.classes[outline.qualname] = ClassScope(key, outline.qualname, scope, outline)
            self.classes[key] = scope.classes[outline.qualname]
        for function in syntax.outline.functions:
            key = f"{syntax.path}::{function.qualname}"
            owner = scope.classes.get(function.owner) if function.owner is not None else None
            earlier = self.functions.get(key)
            if earlier is not None and earlier.outline is not None:  # who took the other one for this name keeps it
                other = f"{key}@{earlier.outline.lines.first}"
                self.functions[other] = replace(earlier, key=other)
            self.functions[key] = Function(
                key, function.qualname, scope, function, owner=owner, is_method=owner is not None
            )
            if owner is not None:
                owner.methods[function.qualname.removeprefix(f"{owner.name}.")] = function
            elif function.owner is None:
                scope.functions[function.name] = function
        return scope


def references(value: Value | None, depth: int = 5) -> Iterator[object]:
    """The references in a value, at any depth that matters."""
    if value is None or depth == 0:
        return
    ref = value.reference
    if ref is not None:
        yield ref
        if isinstance(ref, FunctionRef):
            yield from references(ref.bound, depth - 1)
        elif isinstance(ref, MethodRef):
            yield from references(ref.receiver, depth - 1)
        elif isinstance(ref, PartialRef):
            yield from references(ref.function, depth - 1)
            for inner in (*ref.positional, *(v for _, v in ref.keywords)):
                yield from references(inner, depth - 1)
        elif isinstance(ref, ChoiceRef):
            for option in ref.options:
                yield from references(option, depth - 1)
    yield from references(value.element, depth - 1)
    for inner in value.items or ():
        yield from references(inner, depth - 1)
    for _, inner in value.columns or ():
        yield from references(inner, depth - 1)


def is_portable(value: Value, own: Tables, *, lazy: bool = False) -> bool:
    """Whether a value means the same to every file: no function made on the way, no work in progress.

    Args:
        value: the value.
        own: what the file at hand made.
        lazy: the value itself may stand for deferred work.
    """
    for number, ref in enumerate(references(value)):
        if isinstance(ref, LazyRef) and not (lazy and number == 0 and ref is value.reference):
            return False
        if isinstance(ref, FunctionRef) and ref.key in own.functions:
            return False
    return True
