"""The functions of a project: what one does for the arguments of a call, found out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import replace
from gillint.resolve.activation import Activation, Grown, Lazy
from gillint.resolve.annotations import annotated
from gillint.resolve.budget import BUDGET
from gillint.resolve.calling.decorators import decorated
from gillint.resolve.calling.parameters import bind_parameters
from gillint.resolve.control.dataflow import written
from gillint.resolve.control.descending import passed_down
from gillint.resolve.control.ends import ends_of
from gillint.resolve.control.kept_answers import lookup_in, remembers
from gillint.resolve.control.recursion import (
    NODES_PER_LEAF,
    balanced,
    calls_itself,
    ended_with,
    nothing_tells,
    of_another_kind,
    smaller,
)
from gillint.resolve.control.remembered import counts_up, found_out, in_the_middle, states
from gillint.resolve.control.rounds_told import rounds_told, runs_of
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.folders import folders_walked
from gillint.resolve.joining import join
from gillint.resolve.objects.changing import has_changed_members
from gillint.resolve.objects.classes import Classes
from gillint.resolve.objects.declared import is_only_declared
from gillint.resolve.statements import run
from gillint.resolve.tables import TIMES, CallSites, Function, Summary, SummaryKey, Tables, is_portable
from gillint.resolve.targets import assume
from gillint.resolve.trace import Block, Branch, Call, Iterations, Kind, Loop, inline, without
from gillint.resolve.values import (
    ELEMENTS,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    LazyRef,
    UndefinedRef,
    Value,
    generalised,
    is_known,
    rounded,
    trimmed,
)
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted

_MAX_LEVELS = 16  # calls inside calls up to which those of a function by itself are run level by level
_MAX_INSTANCES = 8  # runs of one function for different arguments; after that these are rounded,
_MAX_ROUNDED = 16  # to a power of two, after so many in all to one of 16,
_MAX_COARSE = 24  # and at last only their types are told apart
_MAX_RENEWALS = 2  # how often a summary is found out anew because attributes have changed
EMPTY_BLOCK = Block()


class Functions(Classes):
    """What is known of functions, their closures and their calls."""

    def define(self, node: t.Function | t.Lambda, activation: Activation) -> Value:
        """A nested function or a lambda, with the variables it sees."""
        name = node.name if isinstance(node, t.Function) else "<lambda>"
        tables = self._shared if self._apart else self._own
        enclosing = (activation.environment, *activation.enclosing)
        if activation.is_class_body:
            enclosing = ({},)  # the names in the body of a class are none of those around its functions
        key = base = f"{activation.path}::<{name} {node.span}>"
        old = tables.functions.get(key)
        if old is not None and old.enclosing[0] is not activation.environment:
            # The same code with other variables around it: a closure of its own.
            self._made += 1
            key, old = f"{base}#{self._made}", None
        version = old.version + 1 if old is not None else 0
        qualname = f"{activation.name}.{name}" if activation.name else name
        tables.functions[key] = Function(
            key, qualname, activation.scope, None, node, activation.owner, enclosing, version
        )
        made = Value(type="function", reference=FunctionRef(key))
        if isinstance(node, t.Function) and node.decorators:
            return decorated(activation, made, node.decorators, node.span)
        return made

    def call(
        self,
        ref: FunctionRef,
        positional: tuple[Value, ...],
        keywords: tuple[tuple[str, Value], ...],
        *,
        record: bool = True,
    ) -> tuple[Block | None, Value, str]:
        """Run a function for these arguments, or remember that it was."""
        function = self._function(ref.key)
        tree = function.parsed() if function is not None else None
        self.grown = ()
        if function is None or tree is None:
            return None, UNKNOWN, function.name if function is not None else ref.key
        active = _on_its_class(ref, function)
        recurs = active in self._active
        if not recurs and len(set(self._active)) >= self._depth_limit:
            self._cuts += 1
            return _unseen(function, tree), self._declared(function, tree), function.name
        if self.is_left_open(ref):
            return None, self._declared(function, tree), function.name
        if function.owner is not None and function.name.endswith(".__init__"):
            function.owner.constructed = True
        receiver = self._receiver(ref, tree, function)
        act = Activation(self, function.scope, function.name, {}, function.enclosing, function.owner)
        arguments = bind_parameters(
            act, tree, receiver, positional, keywords, is_method=function.is_method, called=record
        )
        if recurs:
            outers = [a.given for a in reversed(self._running) if a.name == function.name and a.given]
            outer = outers[0] if outers else {}
            turns = self._running[-1].trips_so_far() if self._running else ONE
            has_room = (
                self._left > BUDGET / 2
                and len(self._active) < _MAX_LEVELS
                and not self._idle
                and active not in self._recurred
                and not remembers(tree)
            )
            less = smaller(outer, arguments, turns) if has_room else None
            if less is None and has_room and of_another_kind(outers, arguments):
                less = arguments
            if less is None:
                if not self._idle or not outer:
                    self._recurred.add(active)
                    self._recurring.setdefault(active, []).append(arguments)
                given = self._declared(function, tree)
                running = next((a for a in reversed(self._running) if a.name == function.name), None)
                if not is_known(given) and running is not None:
                    returned = (*running.never_returned, *(value for value, _ in running.returns))
                    given = ended_with(tree, returned, arguments)
                if not is_known(given):
                    given = Value(reference=UndefinedRef(function.name, is_result=True))
                if isinstance(tree, t.Function) and tree.is_async:
                    given = Value(type="coroutine", element=given)
                return None, given, function.name
            arguments = less
        packed = sum(p.kind in ("*", "**") for p in tree.parameters)
        if packed:
            act.operation("packed_parameter", packed)
        if not record:
            act.open = frozenset(arguments)
        elif isinstance(tree, t.Function):
            act.fixed = frozenset(arguments) - written(tree.body)
        if record and not self._apart and function.scope.path == self._path:
            self._note_site(ref.key, arguments)
        summary = self._summary(function, act, tree, arguments, active, is_level=recurs)
        result = summary.result
        self.grown = summary.grown
        if summary.lazy is not None:  # each call makes work of its own: what one caller starts, another has not
            result = replace(result, reference=self._reference_to(summary.lazy))
        return summary.block, result, function.name

    def is_left_open(self, ref: FunctionRef) -> bool:
        """Whether a method is only declared by the class of what it is called on: what runs is in one that nobody sees."""
        tree, owner = self.function_tree(ref.key) if ref.bound is not None else (None, None)
        if ref.bound is None or owner is None or not isinstance(tree, t.Function) or not is_only_declared(tree):
            return False
        kind = self.class_of(ref.bound.type)
        having = (c for c in self.resolution_order(kind) if tree.name in c.methods) if kind is not None else iter(())
        return next(having, None) is owner

    def _reference_to(self, lazy: Lazy) -> LazyRef:
        """Remember deferred work of a function of the project."""
        code = (lazy.path, lazy.span) if lazy.kind is Kind.COROUTINE else None
        return LazyRef(self.new_lazy(lazy), code)

    @property
    def is_called_from_elsewhere(self) -> bool:
        """Whether what runs may be called by somebody whom nobody sees."""
        return any(act.open for act in self._running)

    def _note_site(self, key: str, arguments: dict[str, Value]) -> None:
        """Join the arguments of a call to those of the others.

        What nobody uses, and what a method is read for without its arguments, say nothing of what the program does.
        """
        is_idle = self._idle or self.is_aside
        sites = self._own.sites.setdefault(key, CallSites(is_idle=is_idle))
        if is_idle and not sites.is_idle:
            return
        if sites.is_idle and not is_idle:
            sites.seen = sites.is_idle = False
        for name, value in arguments.items():
            sites.arguments[name] = join(sites.arguments[name], value) if sites.seen else value
        sites.seen = True

    def _declared(self, function: Function, tree: t.Function | t.Lambda) -> Value:
        """What a call inside the function itself gives back: nothing is known but what is written there."""
        if not isinstance(tree, t.Function) or tree.is_async or tree.returns is None:
            return UNKNOWN
        return annotated(
            Activation(self, function.scope, function.name, {}, function.enclosing, function.owner), tree.returns
        )

    def _summary(
        self,
        function: Function,
        act: Activation,
        tree: t.Function | t.Lambda,
        arguments: dict[str, Value],
        active: str,
        *,
        is_level: bool = False,
    ) -> Summary:
        """What the function does for these arguments: from the tables, or by running it.

        `active`: what it goes by while it runs; `is_level`: it is called by itself, with something smaller; there are only
        so many levels.
        """
        own = self._shared if self._apart else self._own
        key = self._summary_key(function, act, arguments)
        seen = own.instances.setdefault(function.key, set())
        if key not in seen and not is_level:
            if len(seen) >= _MAX_INSTANCES:
                base = 2.0 if len(seen) < _MAX_ROUNDED else 16.0
                arguments = {name: rounded(value, base=base) for name, value in arguments.items()}
                key = self._summary_key(function, act, arguments)
            if key not in seen and len(seen) >= _MAX_COARSE:
                arguments = {name: generalised(value) for name, value in arguments.items()}
                key = self._summary_key(function, act, arguments)
            else:
                seen.add(key)
        room = self._depth_limit - len(self._active)
        found = _with_room(self._as_often(own, key), room)
        if found is not None and own is not self._shared and self._is_stale(key, found):
            found = None
        if found is None and own is not self._shared and function.scope.path != self._path:
            found = _with_room(self._as_often(self._shared, key), room)
            if found is not None and not found.reads.isdisjoint(self._own.written):
                found = None
        if found is None and self._is_too_much(function):
            self._cuts += 1
            return Summary(
                _unseen(function, tree), self._declared(function, tree), None, frozenset(), room, (), self._changes
            )
        if found is None:
            effects, cuts = self._local_effects, self._cuts
            self._reads.append(set())
            block, result = self._run(act, active, tree, arguments)
            lazy = self.lazies.get(result.reference.key) if isinstance(result.reference, LazyRef) else None
            cut_at = room if cuts != self._cuts or self._left <= 0 else None
            grown = _grown(act, tree, arguments, is_method=function.is_method, again=active in self._recurred)
            reads = frozenset(self._reads.pop())
            times = act.times.likely if TIMES in reads else None
            found = Summary(block, result, lazy, reads, cut_at, grown, self._changes, self.sql_begun, times)
            self._recurred.discard(active)
            clean = effects == self._local_effects and not self._recurred and self._left > 0
            is_portable = clean and not grown and self._is_portable(found, function, arguments)
            kept_in = self._shared if is_portable else own
            kept_in.summaries[key] = found
            if times is not None and not self._recurred:
                kept_in.summaries[(_magnitude(times), *key)] = found
            self._keep_for_now(own, key)
        elif found.cut_at is not None:
            self._cuts += 1
        self._reads[-1] |= found.reads
        self.sql_begun = found.sql_begun
        return found

    def _is_too_much(self, function: Function) -> bool:
        """Whether a function of another file is not looked at, as those of other files have used up their share."""
        return not self._apart and self._left_elsewhere <= 0 and function.scope.path != self._path

    def _times_of_a_call(self) -> Estimate:
        """How often what is called at the current statement runs in all."""
        caller = self._running[-1]
        return caller.times * caller.for_each_run()

    def _as_often(self, tables: Tables, key: SummaryKey) -> Summary | None:
        """The summary of a function; where it hangs on how often it is called, that for calls that are about as frequent."""
        found = tables.summaries.get(key)
        if found is None or found.times is None or not self._running:
            return found
        asked = _magnitude(self._times_of_a_call().likely)
        return found if asked == _magnitude(found.times) else tables.summaries.get((asked, *key))

    def _is_stale(self, key: SummaryKey, summary: Summary) -> bool:
        """Whether attributes that a summary hangs on have become others since: another instance was made, a fit has run."""
        changed = any(self._changed.get(name, 0) > summary.made for name in summary.reads)
        if not changed or key[0] in self._active or self._renewed.get(key, 0) >= _MAX_RENEWALS:
            return False
        self._renewed[key] = self._renewed.get(key, 0) + 1
        return True

    def _summary_key(self, function: Function, act: Activation, arguments: dict[str, Value]) -> SummaryKey:
        return (function.key, function.version, bool(act.open), self._idle, self.sql_begun, *arguments.values())

    def _keep_for_now(self, tables: Tables, key: SummaryKey) -> None:
        """What was found out inside a function that calls itself hangs on that one's result: forget it when that is known."""
        if self._recurred:
            self._provisional.append((tables, key))
            return
        for kept, provisional in self._provisional:
            if provisional != key:
                kept.summaries.pop(provisional, None)
        self._provisional.clear()

    def _is_portable(self, summary: Summary, function: Function, arguments: dict[str, Value]) -> bool:
        """Whether other files may use a summary: nothing in it was made by the file at hand."""
        if self._apart or function.enclosing or function.key in self._own.functions:
            return bool(self._apart)
        return is_portable(summary.result, self._own, lazy=True) and all(
            is_portable(value, self._own) for value in arguments.values()
        )

    def _receiver(self, ref: FunctionRef, tree: t.Function | t.Lambda, function: Function) -> Value | None:
        """What a method is called on: None where that is passed like any other argument."""
        if not isinstance(tree, t.Function) or not function.is_method:
            return ref.bound  # a wrapper around a method
        names = {dotted(d).rsplit(".", 1)[-1] for d in tree.decorators}
        owner = function.owner
        if "staticmethod" in names or owner is None:
            return None
        if "classmethod" in names or tree.name in ("__new__", "__init_subclass__", "__class_getitem__"):
            bound = ref.bound
            if bound is not None and not isinstance(bound.reference, ClassRef):
                bound = Value(type="type", reference=ClassRef(bound.type)) if bound.type is not None else None
            return bound or Value(type="type", reference=ClassRef(owner.key))
        return ref.bound

    def _run(
        self, act: Activation, key: str, tree: t.Function | t.Lambda, arguments: dict[str, Value]
    ) -> tuple[Block, Value]:
        act.hits = 0.0 if self._calls_itself(tree) and remembers(tree) else None
        result = self._read(act, key, tree, arguments)
        block = replace(act.builder.finish(), function=act.name, span=tree.span)
        nodes: Estimate | None = None
        folders: Estimate | None = None
        if key in self._recurred:  # in this run: for other arguments it may not call itself
            # Functions that call each other count their calls once: where the first of them is entered.
            inner = self._recurring.pop(key, [])
            kept = self._answers_kept(act, key, tree, arguments, inner, block)
            if kept is not None:
                block = replace(kept, recursive=self._recurred <= {key})
            else:
                folders = folders_walked(act, block)
                known, nodes = folders, None
                if folders is None:
                    known, nodes = rounds_told(act, tree, arguments, inner, block)
                    block = self._halfway(act, key, tree, arguments, inner) or block
                thinned = balanced(block, (lambda _: True) if nodes is not None else nothing_tells)
                block = replace(thinned, recursive=self._recurred <= {key}, rounds=known)
        if isinstance(tree, t.Function):
            if act.yields:
                return EMPTY_BLOCK, self._generator(act, block, tree, nodes, folders)
            if tree.is_async:
                lazy = Lazy(tree.span, Kind.COROUTINE, block, ONE, result, act.path, act.name, name=act.name)
                return EMPTY_BLOCK, Value(type="coroutine", element=result, reference=self._reference_to(lazy))
        return block, trimmed(result)

    def _read(self, act: Activation, key: str, tree: t.Function | t.Lambda, arguments: dict[str, Value]) -> Value:
        """Read the body of a function for these arguments: what it gives back."""
        act.body = tree
        act.environment.update({k: assume(act, k, v) for k, v in arguments.items()})
        if self._calls_itself(tree):
            act.given = arguments
            act.environment.update(passed_down(tree, arguments))
        is_aside = self._aside > 0 and not self._active  # it is read for what it leaves: nobody calls it here
        self._active.append(key)
        if self._running and not is_aside:
            caller = self._running[-1]
            act.times, act.in_a_task = self._times_of_a_call(), caller.in_a_task * caller.for_each_run()
        self._running.append(act)
        elsewhere, self._elsewhere = self._elsewhere, act.path != self._path
        try:
            if isinstance(tree, t.Lambda):
                result = evaluate(act, tree.body)
            else:
                run(act, tree.body)
                result = UNKNOWN if act.returns else self._left_by(act, tree, arguments)
                whole = 0.0
                reached = [given for given in act.returns if given[1] > 0.0] or act.returns
                for number, (value, chance) in enumerate(reached):
                    whole += chance
                    result = value if number == 0 else join(result, value, chance / (whole or 1.0))
                if not is_known(result):
                    declared = annotated(act, tree.returns)
                    result = declared if is_known(declared) else result
        finally:
            self._active.pop()
            self._running.pop()
            self._elsewhere = elsewhere
        self._drain(act, result)
        return result

    def _answers_kept(
        self,
        act: Activation,
        key: str,
        tree: t.Function | t.Lambda,
        arguments: dict[str, Value],
        inner: Sequence[Mapping[str, Value]],
        block: Block,
    ) -> Block | None:
        """What one of all calls does where a function keeps its answers: as it does for arguments in the middle."""
        if not isinstance(tree, t.Function) or not remembers(tree):
            return None
        ends = ends_of(act, tree)
        known = states(tree, arguments, inner, ends)
        if known is None:
            return None
        asked = self._running[-1].trips_so_far() if self._running else ONE
        known = found_out(known, arguments, inner, asked)
        usual = in_the_middle(tree, arguments, inner, ends)
        hits = 0.0
        for _ in range(2 if lookup_in(tree) is not None else 1):
            block = self._run_for(act, key, tree, usual, hits)
            if hits == 0.0:  # each answer that is found out asks for so many others
                calls = (known * block.again + 1).max(known) if lookup_in(tree) is not None else known
                hits = 1.0 - known.likely / calls.likely
        return replace(block, rounds=calls)

    def _halfway(
        self,
        act: Activation,
        key: str,
        tree: t.Function | t.Lambda,
        arguments: dict[str, Value],
        inner: Sequence[Mapping[str, Value]],
    ) -> Block | None:
        """What a run does that is halfway to the end that a number is counted up to: `if row == n: return`, `place(row + 1)`.

        The first one has the least to do: `for r in range(row)` does not turn.
        """
        if not isinstance(tree, t.Function):
            return None
        ends = {
            name: end for name, end in ends_of(act, tree).items() if end.known and counts_up(name, arguments, inner)
        }
        if not ends:
            return None
        return self._run_for(act, key, tree, in_the_middle(tree, arguments, inner, ends))

    def _run_for(
        self, act: Activation, key: str, tree: t.Function, arguments: dict[str, Value], hits: float | None = None
    ) -> Block:
        """What another run of a function that calls itself does; `hits`: how often it finds its answer, where it keeps them."""
        once = Activation(self, act.scope, act.name, {}, act.enclosing, act.owner, hits=hits)
        self._read(once, key, tree, arguments)
        self._recurring.pop(key, None)
        return replace(once.builder.finish(), function=act.name, span=tree.span)

    @staticmethod
    def _left_by(act: Activation, tree: t.Function, arguments: dict[str, Value]) -> Value:
        """What a function gives back that has no `return`: `__init__` the instance, with what it has given it."""
        instance = next(iter(arguments), "") if act.owner is not None and tree.name == "__init__" else ""
        return act.environment.get(instance, Value(type="NoneType"))

    def _calls_itself(self, tree: t.Function | t.Lambda) -> bool:
        """Looked for once, however often the function is run."""
        known = self._self_calls.get(id(tree))
        if known is None or known[0] is not tree:
            known = self._self_calls[id(tree)] = (tree, calls_itself(tree))
        return known[1]

    def _generator(
        self, act: Activation, block: Block, tree: t.Function, nodes: Estimate | None, folders: Estimate | None
    ) -> Value:
        """A generator function: one item costs what the loop around its `yield` does in one turn.

        One that walks through a document with so many `nodes` gives its leaves; one that goes down into so many `folders`
        gives what it yields of each.
        """
        produced: Value | None = None
        so_far = ZERO
        for value, times in zip(act.yields, act.yielded, strict=True):
            so_far = so_far + times
            produced = join(produced, value, min(1.0, times.likely / so_far.likely) if so_far.likely > 0 else None)
        body, trips, hangs_on = block, Estimate.point(len(act.yields)), None
        iterations, once = Iterations.INDEPENDENT, EMPTY_BLOCK
        loop: Loop | None = None
        for node in inline(block):
            if isinstance(node, Loop) and node.span == act.yield_loop:
                loop, body, trips, hangs_on = node, node.body, node.trips, node.trips_hang_on
                iterations = node.iterations
                once = Block(block.operations, without(block, node).nodes, act.name)
        items = so_far
        own = total(times for value, times in zip(act.yields, act.yielded, strict=True) if is_known(value))
        if folders is not None and own.likely > 0:  # all of its runs give their part
            body, trips, once = runs_of(act, tree, block, (ONE / own).sorted()), own * folders, EMPTY_BLOCK
        elif nodes is not None and nodes.likely > NODES_PER_LEAF * items.likely:
            each = Estimate.point(NODES_PER_LEAF)
            body, trips, once = runs_of(act, tree, block, each), nodes / NODES_PER_LEAF, EMPTY_BLOCK
        elif items.likely > 1.5 * trips.likely:
            # More than one item a turn, or all of them from `yield from`: an item costs its part of the turn.
            part = trips.likely / items.likely
            body, trips = Block((), (Branch((body, EMPTY_BLOCK), (part, 1.0 - part)),), act.name), items
        elif loop is not None and trips.likely > 1.5 * items.likely > 0:
            # An item in so many turns: what is collected into batches, what passes a filter.
            turns = Estimate.point(trips.likely / items.likely)
            body, trips = Block((), (replace(loop, trips=turns),), act.name), items
        lazy = Lazy(
            tree.span,
            Kind.GENERATOR,
            body,
            trips,
            produced or UNKNOWN,
            act.path,
            act.name,
            hangs_on,
            iterations=iterations,
            once=once,
            in_turns=True,
        )
        return Value(type="generator", size=trips, element=produced, reference=self._reference_to(lazy))


def _magnitude(times: float) -> int:
    """How often something is called, as a power of ten."""
    return round(log10(max(1.0, times)))


def _on_its_class(ref: FunctionRef, function: Function) -> str:
    """A function by its key and, of a method that a class inherits, that class: where one calls it on another, nothing recurs."""
    kind = ref.bound.type if ref.bound is not None and function.owner is not None else None
    return ref.key if kind is None or function.owner is None or kind == function.owner.key else f"{ref.key} {kind}"


def _grown(
    act: Activation, tree: t.Function | t.Lambda, arguments: dict[str, Value], *, is_method: bool, again: bool
) -> tuple[Grown, ...]:
    """The lists, sets and dicts that a call has put something into: how much, nobody knows where it calls itself."""
    found = []
    for place, parameter in enumerate(tree.parameters):
        before, after = arguments.get(parameter.name, UNKNOWN), act.environment.get(parameter.name, UNKNOWN)
        is_same = before.type == after.type and before.type in _FILLED and parameter.name not in act.born
        if is_same and before.columns is not None and before.columns != after.columns:
            found.append(Grown(parameter.name, place - is_method, before, after))
            continue
        if not is_same or before.size is None or after.size is None:
            continue
        if after.size.likely > before.size.likely or has_changed_members(before, after):
            after = replace(after, size=None) if again else after
            found.append(Grown(parameter.name, place - is_method, before, after))
    return tuple(found)


_FILLED = ("list", "set", "dict", "collections.defaultdict", "collections.deque", "collections.Counter", *ELEMENTS)


def _with_room(summary: Summary | None, room: int) -> Summary | None:
    """A summary, unless calls in it lay too deep when it was made, and there is more room now."""
    cut_at = summary.cut_at if summary is not None else None
    return None if cut_at is not None and room > cut_at else summary


def _unseen(function: Function, tree: t.Function | t.Lambda) -> Block:
    """What a function does that lies too deep to be looked at: nobody knows."""
    call = Call(tree.span, function.scope.path, function.name, "unknown", implicit=True, assumed=True)
    return Block((), (call,), function.name, span=tree.span)
