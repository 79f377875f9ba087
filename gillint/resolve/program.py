"""A file and what it reaches, run over abstract values: the resolve stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import dedent

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.conditions import Target
from gillint.resolve.activation import Activation
from gillint.resolve.budget import BUDGET, BUDGET_ELSEWHERE, KEPT_FOR_REPORTS
from gillint.resolve.calling.compiled import is_compiled
from gillint.resolve.calling.decorators import decorated
from gillint.resolve.calling.parameters import bind_parameters
from gillint.resolve.entries import (
    answers_a_program,
    answers_requests,
    called_as,
    handed_on,
    is_program,
    is_test,
    main_runs_others,
    makes_instances,
    may_be_called_by_base,
    may_be_registered,
    names_given_on,
    never_made,
    not_called,
    programs,
    runs_event_loop,
    runs_others,
)
from gillint.resolve.external.files import Files
from gillint.resolve.external.peers import around
from gillint.resolve.external.web import MAY_REGISTER, may_route
from gillint.resolve.functions import EMPTY_BLOCK, Functions
from gillint.resolve.scope import ClassScope, ModuleScope
from gillint.resolve.tables import CallSites, Function, Loader, Tables
from gillint.resolve.trace import Block, FunctionTrace, Kind, Loop, Node, Resolved, children
from gillint.resolve.values import FunctionRef, LazyRef, Value
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline
from gillint.syntax.parse import Syntax, SyntaxProblem, parse

_MAX_SUMMARIES = 20_000  # what is kept for the next files; beyond that it is forgotten and begun again


class Resolver(Functions):
    """Everything that is known while one file is resolved, and of the files before it."""

    _is_beside = False  # it looks at a program that another one brings along

    def resolve(self, syntax: Syntax, *, thorough: bool) -> Resolved:
        """Trace the top level of a file and its functions.

        Args:
            syntax: the file.
            thorough: look at every function, not only those with a loop, a hand-over or a coroutine.
        """
        self._queued.clear()
        self._filled.clear()
        self._foreseen.clear()
        self._written_before = None
        resolved = self._resolve(syntax, thorough=thorough)
        again = (
            self._learnt_more()
            or self.files.is_written_later
            or (self._left > 0 and self._foresees_more(has_program=resolved.has_program))
        )
        self._written_before = self.files
        return self._resolve(syntax, thorough=thorough) if again else resolved

    def beside(self, source: str) -> Resolved | None:
        """What another program does that the file brings along as a text; None where that cannot be read."""
        if self._is_beside:
            return None
        other = Resolver(self.target, self.assumptions, None, self._check)
        other._is_beside = True
        try:
            return other.resolve(parse(dedent(source), f"{self._path}/server"), thorough=True)
        except SyntaxProblem:
            return None

    def _resolve(self, syntax: Syntax, *, thorough: bool) -> Resolved:
        self._own, self._path, self._left = Tables(), syntax.path, BUDGET - KEPT_FOR_REPORTS
        self._left_elsewhere, self._elsewhere = BUDGET_ELSEWHERE, False
        self._is_reporting = False
        self._recurred.clear()
        self._provisional.clear()
        self._taken.clear()
        self._emptied.clear()
        self._first_read.clear()
        self.decisive.clear()
        self._reads, self._active, self._renewed = [set()], [], {}
        self.lazies.clear()
        self.started.clear()
        self.files = Files(before=self._written_before)
        self.options = {}
        self.tables, self.sql_functions, self.sql_begun = {}, {}, False
        self.lists_asked_for = {}
        self._configured = {}
        self.births = {}
        self.grown = ()
        scope = self._own.add_module(syntax)
        act = self.run_module(scope)
        if self.web_handlers:
            self._serve(act)
        whole = act.builder.finish()
        traces = [FunctionTrace("<module>", scope.path, Span(1, 1, max(1, len(syntax.lines)), 1), whole, False, True)]
        wanted = [f for f in syntax.outline.functions if thorough or f.is_candidate or self._may_serve(syntax, f)]
        if not thorough:
            wanted = _with_callers(wanted, syntax.outline.functions)
        called = syntax.outline.calls.union(*(f.calls - {f.name} for f in syntax.outline.functions))
        self._given_on = names_given_on(syntax.lines)
        handed = handed_on(syntax.outline, self._given_on)
        self._programs = programs(syntax.outline, handed)
        run = [s for s in syntax.statements() if is_program(s)]
        self._has_loop = runs_event_loop(run)
        candidates = {f.qualname for f in wanted if self._may_be_spare(scope, f)}
        self._by_bases = {
            f.qualname for f in wanted if f.qualname in candidates and self._may_be_called_by_base(scope, f)
        }
        self._spare, self._unused = not_called(syntax.outline, candidates, self._by_bases, self._given_on)
        unmade = never_made(syntax.outline, self._given_on, self._unused)
        further = {f.qualname for f in wanted if f.owner in unmade} - candidates
        if further:  # only what is of no use makes instances of them
            self._spare, self._unused = not_called(syntax.outline, candidates | further, self._by_bases, self._given_on)
        mains = tuple(s.span for s in run)
        has_program = main_runs_others(whole, mains)
        # Functions that nothing in the file calls first, of these the ones that need nothing: they tell the others' arguments.
        # What others hand over (`Thread(target=loop)`) comes after them, and then what a program has no use for.
        order = sorted(
            wanted,
            key=lambda f: (
                called_as(f) in called,
                f.qualname in self._unused,
                f.qualname in handed,
                not self._is_program(f),
                f.lines.first,
            ),
        )
        entries: set[str] = set()
        for outline in order:
            key = f"{scope.path}::{outline.qualname}"
            if key in self._own.functions and not self._own.sites.get(key, CallSites()).seen:
                entries.add(key)
                with self.idly(idle=has_program and outline.qualname in self._unused):
                    block, result, _ = self.call(FunctionRef(key), (), (), record=False)
                has_program |= self._is_program(outline) and runs_others(self._body(block or EMPTY_BLOCK, result))
        if self.is_scarce:  # what the budget may not reach any more is what the program has no use for
            wanted.sort(key=lambda f: (f.qualname in self._unused, not self._is_program(f)))
        traces.extend(
            sorted(self._reports(scope, wanted, entries, has_program=has_program), key=lambda trace: trace.span)
        )
        return Resolved(scope.path, tuple(traces), tuple(scope.notes), mains, has_program)

    def _reports(
        self, scope: ModuleScope, wanted: Sequence[FunctionOutline], entries: set[str], *, has_program: bool
    ) -> list[FunctionTrace]:
        """What is said of each function, once all that calls anything has run; something of the budget was kept for it."""
        is_cut = self._left <= 0
        self._left = max(self._left, 0) + KEPT_FOR_REPORTS
        self._is_reporting = True
        reported: list[FunctionTrace] = []
        for outline in wanted:
            with self.idly(idle=has_program and outline.qualname in self._unused):
                trace = self._report(f"{scope.path}::{outline.qualname}", outline, entries)
            if trace is not None:
                reported.append(trace)
        if is_cut or self._left <= 0:
            scope.note("this file is so large that part of it was not looked at")
        return reported

    def _may_serve(self, syntax: Syntax, outline: FunctionOutline) -> bool:
        """Whether a function may register handlers of requests."""
        lines = syntax.lines[outline.lines.first - 1 : outline.lines.last]
        return self.web_handlers and MAY_REGISTER.search("".join(lines)) is not None

    def _serve(self, act: Activation) -> None:
        """Hand over what the file's functions are registered for as they are decorated."""
        for outline in act.scope.syntax.outline.functions:
            function = self._own.functions[f"{act.path}::{outline.qualname}"]
            tree = function.parsed() if function.is_decorated and outline.owner is None else None
            if isinstance(tree, t.Function) and any(may_route(d) for d in tree.decorators):
                made = Value(type="function", reference=FunctionRef(function.key))
                decorated(act, made, tree.decorators, tree.span)

    def _report(self, key: str, outline: FunctionOutline, entries: set[str]) -> FunctionTrace | None:
        """The function's trace for arguments that cover its call sites."""
        function = self._own.functions[key]
        tree = function.parsed()
        if not isinstance(tree, t.Function):
            return None
        if tree.decorators and outline.owner is None and is_compiled(self.module_value(function.scope, outline.name)):
            return None  # no bytecode: its callers speak of it
        sites = self._own.sites.get(key)
        arguments = sites.arguments if sites is not None and sites.seen else None
        act = Activation(self, function.scope, function.name, {}, (), function.owner)
        if arguments is None:
            receiver = self._receiver(FunctionRef(key), tree, function)
            arguments = bind_parameters(act, tree, receiver, (), (), is_method=function.is_method)
            act.open = frozenset(arguments)
        block, result = self._run(act, key, tree, arguments)
        lazy = self.lazies.get(result.reference.key) if isinstance(result.reference, LazyRef) else None
        if block is EMPTY_BLOCK and lazy is not None:
            block = lazy.block
            if lazy.kind is Kind.GENERATOR:
                generator = Loop(
                    _yield_span(act, tree), act.path, Kind.GENERATOR, lazy.trips, block, lazy.iterations, act.name,
                    lazy.trips_hang_on,
                )  # fmt: skip
                block = Block((), (generator,))
        if key in self._recurred:
            block = replace(block, recursive=True)
            self._recurred.discard(key)
        is_entry, is_unused = key in entries, outline.qualname in self._unused
        is_spare = is_entry and (outline.qualname in self._spare or self._is_called_by_base(function, outline))
        path, name = function.scope.path, outline.qualname
        return FunctionTrace(name, path, tree.span, block, tree.is_async, is_entry, is_spare, is_unused)

    def _body(self, block: Block, result: Value) -> Block:
        """What a call does, or sets going: of a coroutine what it does when it is awaited."""
        lazy = self.lazies.get(result.reference.key) if isinstance(result.reference, LazyRef) else None
        return lazy.block if block is EMPTY_BLOCK and lazy is not None else block

    def _may_be_spare(self, scope: ModuleScope, outline: FunctionOutline) -> bool:
        """Whether a function needs something, and nothing of another file is known to call it."""
        function = self._own.functions.get(f"{scope.path}::{outline.qualname}")
        tree = function.parsed() if function is not None else None
        if function is None or not isinstance(tree, t.Function):
            return False
        if self._is_test(scope, outline, function.owner):
            return True
        if self._is_program(outline) and not answers_a_program(outline, tree, scope.syntax.outline, self._programs):
            return False
        may_be_handler = function.owner is None and not self._has_loop
        return not may_be_registered(tree, scope, may_be_handler=may_be_handler)

    def _may_be_called_by_base(self, scope: ModuleScope, outline: FunctionOutline) -> bool:
        """Whether it is a method, of an instance, that the methods of a library's class may call."""
        function = self._own.functions[f"{scope.path}::{outline.qualname}"]
        tree = function.parsed()
        is_test = self._is_test(scope, outline, function.owner)
        of_instance = isinstance(tree, t.Function) and not makes_instances(tree)
        return of_instance and not is_test and may_be_called_by_base(function.owner, outline.name)

    def _is_called_by_base(self, function: Function, outline: FunctionOutline) -> bool:
        """Whether a library's class calls it, as often as the program has a use for that.

        That of a server answers whoever asks, unless the client stands beside it.
        """
        serves_others = answers_requests(function.owner) and not around(function.scope).serves
        return outline.qualname in self._by_bases and not serves_others

    def _is_test(self, scope: ModuleScope, outline: FunctionOutline, owner: ClassScope | None) -> bool:
        return is_test(outline, owner, scope, self._programs)

    def _is_program(self, outline: FunctionOutline) -> bool:
        """Whether it could be what the file is run for, if it runs others: where some take nothing at all, one of these."""
        if outline.owner is not None or outline.needs_arguments:
            return False
        return not self._programs or not outline.takes_arguments or outline.name == "main"


def _with_callers(wanted: list[FunctionOutline], functions: tuple[FunctionOutline, ...]) -> list[FunctionOutline]:
    """The functions that matter and, by name, those that call them: they tell the sizes of the arguments."""
    found = {f.qualname for f in wanted}
    names = {f.name for f in wanted} | {f.owner for f in wanted if f.owner is not None}
    grown = True
    while grown:
        more = [f for f in functions if f.qualname not in found and not names.isdisjoint(f.calls)]
        grown = bool(more)
        found.update(f.qualname for f in more)
        names.update(f.name for f in more)
    return [f for f in functions if f.qualname in found]


def _yield_span(act: Activation, tree: t.Function) -> Span:
    return act.yield_loop if act.yield_loop is not None else tree.span


def walk(*blocks: Block, into: Callable[[Node], Iterable[Block]] = children) -> list[Node]:
    """All nodes below some blocks, callees included, each once; `into` gives the blocks of a node that are looked into."""
    found: list[Node] = []
    stack = list(blocks)
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for node in current.nodes:
            found.append(node)
            stack.extend(into(node))
    return found


class Project:
    """The files of one run: what is found out of one on the way to another is kept for the rest."""

    def __init__(self, load: Loader | None = None, check: Callable[[], None] = lambda: None) -> None:
        """`check` is called on the way, every few thousand steps, and may raise `Interrupted`; what is kept stays whole."""
        self._load = load
        self.check = check
        self._resolver: Resolver | None = None

    def resolver(self, target: Target, assumptions: Mapping[str, Estimate], *, web_handlers: bool = False) -> Resolver:
        """The one that knows what was found out so far, unless that has grown beyond bounds or is of another target."""
        old = self._resolver
        asked = (target, assumptions, web_handlers)
        if old is None or (old.target, old.assumptions, old.web_handlers) != asked or old.summaries > _MAX_SUMMARIES:
            self._resolver = old = Resolver(target, assumptions, self._load, self.check)
            old.web_handlers = web_handlers
        return old


def resolve(
    syntax: Syntax,
    target: Target,
    assumptions: Mapping[str, Estimate],
    project: Project | None = None,
    *,
    thorough: bool = True,
    web_handlers: bool = False,
) -> Resolved:
    """The resolve stage: from a file's syntax to what its functions do."""
    resolver = (project or Project()).resolver(target, assumptions, web_handlers=web_handlers)
    return resolver.resolve(syntax, thorough=thorough)
