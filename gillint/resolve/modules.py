"""The modules of a project: what their top levels define, and how one is looked at apart from another."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.conditions import Target
from gillint.resolve.activation import Activation, Grown, Lazy, Program
from gillint.resolve.budget import BUDGET, BUDGET_ELSEWHERE, CHECK_EVERY, MODULE_BUDGET, SCARCE, SCARCE_AT_LAST
from gillint.resolve.calling.decorators import decorated
from gillint.resolve.calling.options import Option
from gillint.resolve.external.files import Files
from gillint.resolve.external.sql_tables import Tables as SqlTables
from gillint.resolve.importing import bind_imports
from gillint.resolve.joining import join
from gillint.resolve.objects.attributes import symbol_of
from gillint.resolve.objects.registering import (
    decorators_of,
    generic_of,
    is_generic,
    is_own_decorator,
    kept_by_others,
    made_class,
    registers,
    types_of,
)
from gillint.resolve.scope import ClassScope, Configured, ModuleScope
from gillint.resolve.statements import run
from gillint.resolve.tables import TIMES, Function, Loader, SummaryKey, Tables
from gillint.resolve.trace import Kind
from gillint.resolve.values import (
    UNKNOWN,
    ChoiceRef,
    ClassRef,
    FunctionRef,
    ImportRef,
    LazyRef,
    MadeRef,
    Value,
    is_sentinel,
    options_of,
    trimmed,
)
from gillint.syntax import tree as t
from gillint.syntax.parse import Syntax
from gillint.syntax.walk import statements

_MAX_DEPTH = 24  # calls inside calls; what lies deeper is unknown
IMPORT_DEPTH = 6
_MAX_APART = 12  # modules and classes that are found out on the way to another one


class Modules(Program):
    """What is known of modules and their variables."""

    def __init__(
        self,
        target: Target,
        assumptions: Mapping[str, Estimate],
        load: Loader | None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`load(module, level, from_path)` gives a module of the same project, or None; `check` may end the work."""
        self.target = target
        self.assumptions = assumptions
        self.web_handlers = False
        self.lazies: dict[int, Lazy] = {}
        self.started: set[int] = set()  # the deferred work that somebody runs, wherever
        self._load = load
        self._check = check
        self._shared = Tables()
        self._own = Tables()
        self._path = ""
        self._apart = 0  # how many other modules and classes are being found out, one on the way to the other
        self._aside = 0  # methods that are run to find out an attribute, one on the way to the other
        self._idle, self._made = False, 0  # idle: what runs is code that the program has no use for
        self._local_effects = 0  # what only the file at hand knows or sees; counted, to tell which runs are free of it
        self._cuts = 0  # calls that lay too deep
        self._changes = 0  # of attributes, what fills containers aside; by attribute, the last one
        self._changed: dict[str, int] = {}
        self._renewed: dict[SummaryKey, int] = {}
        self._provisional: list[tuple[Tables, SummaryKey]] = []
        self._reads: list[set[str]] = [set()]
        self._active: list[str] = []
        self._running: list[Activation] = []
        self.files = Files()
        self._written_before: Files | None = None
        self.options: dict[str, Option] = {}
        self.tables: SqlTables = {}
        self.sql_functions: dict[str, Value] = {}
        self.lists_asked_for: dict[tuple[str | None, ...], Span] = {}  # of mapped instances, by who first reads them
        self.sql_begun, self.transactions = False, 0  # under way
        self.threading_backends = 0  # of joblib, in force
        self.grown: tuple[Grown, ...] = ()  # what the last call has put into containers that were passed to it
        self._configured: dict[Span, Configured] = {}
        self.births: dict[str, Estimate] = {}  # by attribute: how often it is given a container of its own
        self._depth_limit = _MAX_DEPTH
        self._recurred: set[str] = set()  # functions that were called while they run, and still do
        self._self_calls: dict[int, tuple[t.Function | t.Lambda, bool]] = {}  # by the identity of the tree
        self._recurring: dict[str, list[Mapping[str, Value]]] = {}  # the arguments with which they were
        self._left = BUDGET
        self._left_elsewhere = BUDGET_ELSEWHERE
        self._is_reporting = False
        self._elsewhere = False  # what runs is a function of another file
        self._queued: dict[tuple[MadeRef, str], Value] = {}
        self._taken: list[tuple[tuple[MadeRef, str], Value | None]] = []
        self._filled: dict[MadeRef, dict[Span, Estimate]] = {}  # how often something is put into a queue, by where
        self._emptied: list[tuple[MadeRef, Estimate | None]] = []
        self._first_read: dict[tuple[str, str], Value] = {}  # attributes of the file's own classes
        self._foreseen: dict[tuple[str, str], Value] = {}
        self.decisive: set[str] = set()

    def configured(self) -> dict[Span, Configured]:
        """What the file says of logging, by the place where it says so."""
        self._local_effects += 1
        return self._configured

    @property
    def is_alone(self) -> bool:
        """Whether there are no other files."""
        return self._load is None

    @property
    def summaries(self) -> int:
        """How much is kept for the files to come."""
        return len(self._shared.summaries)

    def new_lazy(self, lazy: Lazy) -> int:
        """Remember deferred work; its number."""
        self._made += 1
        self.lazies[self._made] = lazy
        return self._made

    # Queues: a worker that is started first takes what is put in later, so a file may have to be run once more

    def put(self, place: MadeRef, name: str, value: Value) -> None:
        """Note what is put into a queue or a namespace; a sentinel says nothing of the others."""
        if not is_sentinel(value) and not isinstance(value.reference, LazyRef):
            for one in place.places:
                self._queued[one, name] = join(self._queued.get((one, name)), trimmed(value))

    def taken(self, place: MadeRef, name: str) -> Value | None:
        """What anybody puts there."""
        self._local_effects += 1
        found: Value | None = None
        for one in place.places:
            there = self._queued.get((one, name))
            self._taken.append(((one, name), there))
            found = join(found, there) if there is not None else found
        return found

    def fill(self, place: MadeRef, span: Span, times: Estimate) -> None:
        """Note that something is put into a queue so many times at one place of the code."""
        for one in place.places:
            known = self._filled.setdefault(one, {})
            known[span] = times.max(known[span].likely) if span in known else times

    def filled(self, place: MadeRef) -> Estimate | None:
        """How much anybody puts into a queue."""
        self._local_effects += 1
        found = self._filling(place)
        self._emptied.append((place, found))
        return found

    def _filling(self, place: MadeRef) -> Estimate | None:
        times = [t for one in place.places for t in self._filled.get(one, {}).values()]
        return reduce(operator.add, times) if times else None

    def _learnt_more(self) -> bool:
        """Whether a queue holds something else, or more, than was taken from it."""
        others = any(self._queued.get(queue) != value for queue, value in self._taken)
        return others or any(self._filling(queue) != count for queue, count in self._emptied)

    def _foresees_more(self, *, has_program: bool) -> bool:
        """Whether an attribute was read before it was known what all it is: `self.state = Idle()`, whose methods change that,
        or a test was decided on a number that is another one later.
        """
        for (key, name), first in self._first_read.items():
            owner = self._own.classes.get(key)
            last = owner.attributes.get(name) if owner is not None else None
            if last is None:
                continue
            is_one_of_more = (
                has_program and len(options_of(first)) < len(options_of(last)) and any(map(_is_own, options_of(last)))
            )
            if is_one_of_more or (name in self.decisive and _is_only_first(first, last)):
                self._foreseen[key, name] = last
        return bool(self._foreseen)

    @property
    def is_idle(self) -> bool:
        """Whether what runs is code that the program has no use for."""
        return self._idle

    @property
    def is_aside(self) -> bool:
        """Whether what runs is a method that is read for what it leaves in the attributes, without its arguments."""
        return self._aside > 0

    @contextmanager
    def idly(self, *, idle: bool = True) -> Iterator[None]:
        """Run code that the program has no use for: it says nothing of attributes and arguments that others tell of."""
        kept, self._idle = self._idle, self._idle or idle
        try:
            yield
        finally:
            self._idle = kept

    # Which tables

    def _tables(self, scope: ModuleScope) -> Tables:
        return self._own if not self._apart and self._own.modules.get(scope.path) is scope else self._shared

    def _function(self, key: str) -> Function | None:
        if not self._apart:
            found = self._own.functions.get(key)
            if found is not None:
                if found.scope.path == self._path:
                    self._local_effects += 1
                return found
        return self._shared.functions.get(key)

    def _class(self, key: str) -> ClassScope | None:
        if not self._apart:
            found = self._own.classes.get(key)
            if found is not None:
                self._local_effects += 1
                return found
        return self._shared.classes.get(key)

    @contextmanager
    def _finding_out(self, scope: ModuleScope) -> Iterator[bool]:
        """Look at another file apart from the one at hand; False where that goes too far."""
        if self._tables(scope) is self._own:
            yield True
            return
        if self._apart >= _MAX_APART:
            self._local_effects += 1
            yield False
            return
        kept = (self._active, self._depth_limit, self._left, self._reads, self._local_effects, self._cuts)
        self._active, self._depth_limit, self._left, self._reads = [], IMPORT_DEPTH, MODULE_BUDGET, [set()]
        self._apart += 1
        try:
            yield True
        finally:
            self._apart -= 1
            self._active, self._depth_limit, self._left, self._reads, self._local_effects, self._cuts = kept

    def note_times(self) -> None:
        """Note that what is being run does something else where it is run more often: it remembers, or makes something once."""
        self._reads[-1].add(TIMES)

    def spend(self) -> bool:
        """Count a step."""
        self._left -= 1
        if self._elsewhere and not self._apart:
            self._left_elsewhere -= 1
        # What is found out apart goes into the shared tables, which have to stay whole.
        if self._left % CHECK_EVERY == 0 and not self._apart:
            self._check()
        return self._left > 0

    @property
    def is_scarce(self) -> bool:
        """Whether so much of the budget of this file is used up that what is left has to be spared."""
        return not self._apart and self._left < BUDGET * (SCARCE_AT_LAST if self._is_reporting else SCARCE)

    # Modules

    def module(self, syntax: Syntax) -> ModuleScope:
        """The scope of a file."""
        if not self._apart and syntax.path == self._path:
            return self._own.modules[syntax.path]
        return self._shared.modules.get(syntax.path) or self._shared.add_module(syntax)

    def run_module(self, scope: ModuleScope) -> Activation:
        """Run the top level of a file."""
        act = Activation(self, scope, None, scope.environment, body=scope.syntax.statements())
        if scope.state == "new":
            with self._finding_out(scope) as near:
                if near:
                    scope.state = "running"
                    self._running.append(act)
                    bind_imports(act, scope.syntax.statements())
                    self._register(act, scope.syntax.statements())
                    self._running.pop()
                    self._drain(act)
                    scope.state = "done"
        return act

    def import_module(self, name: str, level: int, scope: ModuleScope) -> ModuleScope | None:
        """A module of the same project; its top level is run when one of its variables is asked for."""
        syntax = self._load(name, level, scope.path) if self._load is not None else None
        return self.module(syntax) if syntax is not None else None

    def neighbours(self, scope: ModuleScope) -> tuple[ModuleScope, ...]:
        """The files of the project from which a file imports something at its top level."""
        if scope.neighbours is None:
            scope.neighbours = ()  # modules import one another in circles
            imports = (s for s in statements(scope.syntax.statements()) if isinstance(s, t.Import))
            named = dict.fromkeys((s.module, s.level) for s in imports)
            found = (self.import_module(module, level, scope) for module, level in named)
            scope.neighbours = tuple(module for module in found if module is not None)
        return scope.neighbours

    def module_value(self, scope: ModuleScope, name: str) -> Value | None:
        """A name at the top level."""
        written = self._own.variables.get(scope.path) if not self._apart else None
        if written is not None and name in written:
            self._local_effects += 1
            return written[name]
        if name in scope.functions and name not in scope.environment:
            return self._function_value(f"{scope.path}::{name}")
        if name in scope.classes:
            return class_value(scope.classes[name])
        if scope.state == "new":
            self.run_module(scope)
        if not self._apart and scope.path == self._path:
            self._local_effects += 1
        value = scope.environment.get(name)
        return self.settled(value, scope) if value is not None else None

    def set_variable(self, scope: ModuleScope, name: str, value: Value) -> None:
        """`global name; name = value`."""
        self._local_effects += 1
        if self._apart or self._tables(scope) is self._own:
            scope.environment[name] = join(scope.environment.get(name), value)
        else:
            written = self._own.variables.setdefault(scope.path, {})
            written[name] = join(written.get(name, scope.environment.get(name)), value)

    def change_variable(self, scope: ModuleScope, name: str, value: Value) -> None:
        """Note what happened to the object that a variable of a module names: `TABLE[key] = value`."""
        self._local_effects += 1
        if self._apart or self._tables(scope) is self._own:
            scope.environment[name] = value
        else:
            self._own.variables.setdefault(scope.path, {})[name] = value

    def in_project(self, name: str, level: int, scope: ModuleScope) -> bool:
        """Whether a module is a file of the same project."""
        return self._load is not None and self._load.has(name, level, scope.path)

    def imported(self, ref: ImportRef, scope: ModuleScope) -> Value:
        """Look into the other file now, or remember what was there."""
        imports = self._tables(scope).imports
        key = (scope.path, ref)
        if key not in imports:
            imports[key] = UNKNOWN  # modules import one another in circles
            with self._finding_out(scope) as near:
                found = self._find_import(ref, scope) if near else UNKNOWN
            if near and found.type not in ("dict", "list", "set"):  # these may be filled later
                imports[key] = found
            else:
                del imports[key]
            return found
        return imports[key]

    def settled(self, value: Value, scope: ModuleScope) -> Value:
        """A variable's value with what it was imported as looked up."""
        if isinstance(value.reference, ImportRef):
            return self.imported(value.reference, scope)
        if isinstance(value.reference, ChoiceRef) and any(
            isinstance(o.reference, ImportRef) for o in options_of(value)
        ):
            return reduce(join, (self.settled(option, scope) for option in options_of(value)))
        return value

    def function_tree(self, key: str) -> tuple[t.Function | t.Lambda | None, ClassScope | None]:
        """The tree of a function of the project, and the class where it is a method."""
        function = self._function(key)
        if function is None:
            return None, None
        return function.parsed(), function.owner if function.is_method else None

    def touch(self, node: t.Import, scope: ModuleScope) -> None:
        """Run an imported module of the project now, where it registers functions or classes while it is imported."""
        names = [node.module]
        if node.name not in (None, "*"):
            names.append(f"{node.module}.{node.name}" if node.module else str(node.name))
        for name in names:
            module = self.import_module(name, node.level, scope)
            if module is not None and module.state == "new" and registers(module.syntax):
                self.run_module(module)

    def _find_import(self, ref: ImportRef, scope: ModuleScope) -> Value:
        module = self.import_module(ref.module, ref.level, scope)
        if ref.name is None:
            return Value(type=f"{module.path}::") if module is not None else symbol_of(ref.module)
        found = self.module_value(module, ref.name) if module is not None else None
        if found is not None and found != UNKNOWN:
            return found
        submodule = self.import_module(f"{ref.module}.{ref.name}" if ref.module else ref.name, ref.level, scope)
        if submodule is not None:
            return Value(type=f"{submodule.path}::")
        return UNKNOWN if module is not None or ref.level else symbol_of(f"{ref.module}.{ref.name}")

    def _function_value(self, key: str) -> Value:
        """A function or a method as its name stands for it: decorated."""
        function = self._function(key)
        raw = Value(type="function", reference=FunctionRef(key))
        tree = function.parsed() if function is not None and function.is_decorated else None
        if function is None or not isinstance(tree, t.Function):
            return raw
        cache = self._tables(function.scope).decorated
        if key not in cache:
            cache[key] = raw  # a decorator may use the function that it decorates
            with self._finding_out(function.scope) as near:
                if near:
                    act = Activation(self, function.scope, None, {}, function.enclosing, function.owner)
                    cache[key] = decorated(act, raw, tree.decorators, tree.span)
        return cache[key]

    def _register(self, act: Activation, body: t.Body) -> None:
        """Run the top level in order, with the decorators of the project on the way: they may keep what they are given."""
        outline = act.scope.syntax.outline
        waiting = [(f.lines.first, f.qualname) for f in outline.functions if decorators_of(act.scope.syntax, f)]
        waiting.extend((c.lines.first, c.qualname) for c in kept_by_others(outline))
        waiting.sort()
        for statement in body:
            while waiting and waiting[0][0] < statement.span.line:
                self._define_top(act, *waiting.pop(0))
            run(act, (statement,))
        for line, name in waiting:
            self._define_top(act, line, name)

    def _define_top(self, act: Activation, line: int, name: str) -> None:
        key = f"{act.scope.path}::{name}"
        function = self._function(f"{key}@{line}") or self._function(key)
        if function is not None and function.outline is not None:
            texts = decorators_of(act.scope.syntax, function.outline)
            if any(is_own_decorator(act, text) for text in texts):
                self._function_value(function.key)
            elif any(text.endswith(".register") for text in texts):
                self._register_for(act, function)
            return
        owner = act.scope.classes.get(name)
        if owner is not None:
            made_class(act, owner)

    def _register_for(self, act: Activation, function: Function) -> None:
        """Note for which types a function takes the place of a generic one."""
        key = generic_of(act, function)
        generic = self._function(key) if key is not None else None
        if generic is not None and is_generic(generic):
            generic.registered += tuple((name, function.key) for name in types_of(act, function))

    def registered(self, key: str) -> tuple[tuple[str, str], ...]:
        """The functions that are called in place of a generic one: for which type, and which."""
        function = self._function(key)
        return function.registered if function is not None else ()

    def _drain(self, act: Activation, result: Value | None = None) -> None:
        """Lazy iterables that nobody took, and that are not given back: someone will run them."""
        kept = result.reference.key if result is not None and isinstance(result.reference, LazyRef) else None
        for number in list(act.pending):
            lazy = self.lazies.get(number)
            if number in self.started:
                continue  # somebody to whom it was passed has run it
            if lazy is not None and number != kept and lazy.kind in (Kind.MAP, Kind.GENERATOR):
                act.consume(Value(type="generator", reference=LazyRef(number)))


def _is_only_first(first: Value, last: Value) -> bool:
    """Whether a number that was known is one of those that it comes to be: `self.at = 0`, then `self.at = (self.at + 1) % n`."""
    return first.type == last.type == "int" and first.literal is not None and last.literal is None


def _is_own(value: Value) -> bool:
    """Whether it is a function or a class of the project, or an instance of one."""
    return isinstance(value.reference, (FunctionRef, ClassRef)) or (
        value.reference is None and "::" in (value.type or "")
    )


_ENUMS = ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")


def class_value(owner: ClassScope) -> Value:
    """A class by its name; an enumeration has members."""
    made = Value(type="type", reference=ClassRef(owner.key))
    outline = owner.outline
    if outline is None or not any(base.rsplit(".", 1)[-1] in _ENUMS for base in outline.bases):
        return made
    lines = sum(s.last - s.first + 1 for s in outline.statements)
    return replace(made, size=Estimate.point(lines), element=Value(type=owner.key))
