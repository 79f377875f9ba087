"""A file and what it reaches, run over abstract values: the resolve stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate
from gillint.knowledge.conditions import Target
from gillint.resolve.activation import Activation, Lazy
from gillint.resolve.annotations import annotated, evaluate_text
from gillint.resolve.attributes import attribute_value, symbol_of
from gillint.resolve.decorators import apply_to, decorated
from gillint.resolve.expressions import evaluate, lookup
from gillint.resolve.handovers import SYNONYMS
from gillint.resolve.parameters import bind_parameters
from gillint.resolve.scope import ClassScope, ModuleScope
from gillint.resolve.statements import run
from gillint.resolve.tables import CallSites, Function, Loader, Summary, SummaryKey, Tables, is_portable
from gillint.resolve.trace import Block, FunctionTrace, Iterations, Kind, Loop, Node, Resolved, children
from gillint.resolve.values import (
    UNKNOWN,
    ClassRef,
    FunctionRef,
    ImportRef,
    LazyRef,
    PartialRef,
    SymbolRef,
    Value,
    generalised,
    join,
    tells_more,
    trimmed,
)
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline
from gillint.syntax.parse import Syntax, dotted

_BUDGET = 150_000  # expressions per file: what is left beyond that is unknown
_MODULE_BUDGET = 40_000  # the same for finding out what another file's module or class is
_MAX_DEPTH = 16  # calls inside calls; what lies deeper is unknown
_IMPORT_DEPTH = 4
_MAX_APART = 12  # modules and classes that are found out on the way to another one
_MAX_SUMMARIES = 20_000  # what is kept for the next files; beyond that it is forgotten and begun again
_MAX_INSTANCES = 8  # runs of one function for different arguments; after that only their types are told apart


class Resolver:
    """Everything that is known while one file is resolved; implements `activation.Program`."""

    def __init__(self, target: Target, assumptions: Mapping[str, Estimate], load: Loader | None) -> None:
        """`load(module, level, from_path)` gives a module of the same project, or None."""
        self.target = target
        self.assumptions = assumptions
        self.lazies: dict[int, Lazy] = {}
        self._load = load
        self._shared = Tables()
        self._own = Tables()
        self._path = ""
        self._apart = 0  # how many other modules and classes are being found out, one on the way to the other
        self._made = 0
        self._local_effects = 0  # what only the file at hand knows or sees; counted, to tell which runs are free of it
        self._reads: list[set[str]] = [set()]
        self._active: list[str] = []
        self._depth_limit = _MAX_DEPTH
        self._recursive: set[str] = set()
        self._recurred: set[str] = set()  # functions that were called while they run, and still do
        self._left = _BUDGET

    @property
    def summaries(self) -> int:
        """How much is kept for the files to come."""
        return len(self._shared.summaries)

    def new_lazy(self, lazy: Lazy) -> int:
        """Remember deferred work; its number."""
        self._made += 1
        self.lazies[self._made] = lazy
        return self._made

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
        kept = (self._active, self._depth_limit, self._left, self._reads, self._local_effects)
        self._active, self._depth_limit, self._left, self._reads = [], _IMPORT_DEPTH, _MODULE_BUDGET, [set()]
        self._apart += 1
        try:
            yield True
        finally:
            self._apart -= 1
            self._active, self._depth_limit, self._left, self._reads, self._local_effects = kept

    def spend(self) -> bool:
        """Count a step."""
        self._left -= 1
        return self._left > 0

    # Modules

    def module(self, syntax: Syntax) -> ModuleScope:
        """The scope of a file."""
        if not self._apart and syntax.path == self._path:
            return self._own.modules[syntax.path]
        return self._shared.modules.get(syntax.path) or self._shared.add_module(syntax)

    def run_module(self, scope: ModuleScope) -> Activation:
        """Run the top level of a file."""
        act = Activation(self, scope, None, scope.environment)
        if scope.state == "new":
            with self._finding_out(scope) as near:
                if near:
                    scope.state = "running"
                    self._register(act, scope.syntax.statements())
                    self._drain(act)
                    scope.state = "done"
        return act

    def import_module(self, name: str, level: int, scope: ModuleScope) -> ModuleScope | None:
        """A module of the same project; its top level is run when one of its variables is asked for."""
        syntax = self._load(name, level, scope.path) if self._load is not None else None
        return self.module(syntax) if syntax is not None else None

    def module_value(self, scope: ModuleScope, name: str) -> Value | None:
        """A name at the top level."""
        written = self._own.variables.get(scope.path) if not self._apart else None
        if written is not None and name in written:
            self._local_effects += 1
            return written[name]
        if name in scope.functions and name not in scope.environment:
            return self._function_value(f"{scope.path}::{name}")
        if name in scope.classes:
            return Value(type="type", reference=ClassRef(scope.classes[name].key))
        if scope.state == "new":
            self.run_module(scope)
        if not self._apart and scope.path == self._path:
            self._local_effects += 1
        value = scope.environment.get(name)
        if value is not None and isinstance(value.reference, ImportRef):
            return self.imported(value.reference, scope)
        return value

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
            if module is not None and module.state == "new" and _registers(module.syntax):
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
        tree = function.parsed() if function is not None else None
        if function is None or not isinstance(tree, t.Function) or not tree.decorators:
            return raw
        cache = self._tables(function.scope).decorated
        if key not in cache:
            cache[key] = raw  # a decorator may use the function that it decorates
            with self._finding_out(function.scope) as near:
                if near:
                    act = Activation(self, function.scope, None, {}, function.enclosing, function.owner)
                    cache[key] = decorated(act, raw, tree.decorators, tree.span)
        return cache[key]

    def _register(self, act: Activation, statements: t.Body) -> None:
        """Run the top level in order, with the decorators of the project on the way: they may keep what they are given."""
        lines = act.scope.syntax.lines
        outline = act.scope.syntax.outline
        waiting = [
            (f.lines.first, f.qualname)
            for f in outline.functions
            if f.owner is None and lines[f.lines.first - 1].lstrip().startswith("@")
        ]
        waiting.extend((c.lines.first, c.qualname) for c in outline.classes if c.decorators and "." not in c.qualname)
        waiting.sort()
        for statement in statements:
            while waiting and waiting[0][0] < statement.span.line:
                self._define_top(act, waiting.pop(0)[1])
            run(act, (statement,))
        for _, name in waiting:
            self._define_top(act, name)

    def _define_top(self, act: Activation, name: str) -> None:
        if name in act.scope.functions:
            first = act.scope.functions[name].lines.first
            text = act.scope.syntax.lines[first - 1].strip().lstrip("@").split("(", 1)[0]
            if self._is_own_decorator(act, text):
                self._function_value(f"{act.scope.path}::{name}")
            return
        owner = act.scope.classes.get(name)
        for text in owner.outline.decorators if owner is not None and owner.outline is not None else ():
            if owner is not None and self._is_own_decorator(act, text.split("(", 1)[0]):
                with act.nested():
                    wrap = evaluate_text(act, text)
                    apply_to(act, wrap, Value(type="type", reference=ClassRef(owner.key)), Span(1, 1, 1, 1))

    def _is_own_decorator(self, act: Activation, text: str) -> bool:
        if not text.replace(".", "").replace("_", "").isalnum():
            return False
        return isinstance(self._dotted_value(act, text).reference, (FunctionRef, ClassRef, PartialRef))

    # Classes

    def class_of(self, type_name: str | None) -> ClassScope | None:
        """The class of the project that a type names, ready for use."""
        if type_name is None or "::" not in type_name:
            return None
        owner = self._class(type_name)
        if owner is None and type_name.endswith("::"):
            return self._module_as_class(type_name)
        if owner is not None and not owner.prepared:
            with self._finding_out(owner.module) as near:
                if near:
                    owner.prepared = True
                    self._prepare(owner)
        return owner

    def _module_as_class(self, type_name: str) -> ClassScope | None:
        path = type_name[:-2]
        own = self._own.modules.get(path) if not self._apart else None
        scope = own or self._shared.modules.get(path)
        return ClassScope(type_name, "", scope, prepared=True, constructed=True) if scope is not None else None

    def _prepare(self, owner: ClassScope) -> None:
        """Evaluate the bases and the statements of a class body."""
        act = Activation(self, owner.module, owner.name, {}, owner=owner)
        if owner.outline is not None:
            bases = []
            for text in owner.outline.bases:
                value = self._dotted_value(act, text)
                bases.append(value)
            owner.bases = tuple(bases)
            body = owner.module.syntax.class_statements(owner.outline)
        elif owner.tree is not None:
            owner.bases = tuple(evaluate(act, b) for b in owner.tree.bases)
            body = tuple(s for s in owner.tree.body if not isinstance(s, t.Function))
        else:
            body = ()
        run(act, body)
        for name, value in act.environment.items():
            owner.attributes.setdefault(name, value)

    def _dotted_value(self, act: Activation, text: str) -> Value:

        first, *rest = text.split("[", 1)[0].split(".")
        value = lookup(act, first)
        for name in rest:
            value = attribute_value(act, value, name)
        return value

    def library_bases(self, owner: ClassScope) -> tuple[str, ...]:
        """The library classes that a class derives from, however far up."""
        found: list[str] = []
        for base in owner.bases:
            if isinstance(base.reference, SymbolRef):
                found.append(SYNONYMS.get(base.reference.name, base.reference.name))
            elif isinstance(base.reference, ClassRef):
                parent = self.class_of(base.reference.key)
                if parent is not None and parent is not owner:
                    found.extend(self.library_bases(parent))
        return tuple(found)

    def attribute(self, owner: ClassScope, name: str, instance: Value | None = None) -> Value | None:
        """An attribute or a method along the bases, bound to the instance; a property is read by running it."""
        if owner.key.endswith("::"):
            return self.module_value(owner.module, name)
        return self._attribute(owner, name, instance, set())

    def _attribute(self, owner: ClassScope, name: str, instance: Value | None, visited: set[str]) -> Value | None:
        if owner.key in visited:
            return None
        visited.add(owner.key)
        self._ensure_constructed(owner)
        self._reads[-1].add(f"{owner.key}.{name}")
        written = self._own.attributes.get(owner.key) if not self._apart else None
        if written is not None and name in written:
            self._local_effects += 1
            return written[name]
        if name in owner.attributes:
            return owner.attributes[name]
        if name in owner.methods:
            key = f"{owner.key}.{name}" if owner.outline is None else f"{owner.module.path}::{owner.name}.{name}"
            function = self._function(key)
            tree = function.parsed() if function is not None else None
            names = {dotted(d).rsplit(".", 1)[-1] for d in tree.decorators} if isinstance(tree, t.Function) else set()
            if names & {"property", "cached_property"}:
                return self.call(FunctionRef(key, instance or Value(type=owner.key)), (), ())[1]
            method = self._function_value(key)
            if instance is None and "classmethod" in names:
                instance = Value(type="type", reference=ClassRef(owner.key))
            if instance is not None and isinstance(method.reference, FunctionRef):
                return replace(method, reference=FunctionRef(method.reference.key, instance))
            return method
        for base in owner.bases:
            if isinstance(base.reference, ClassRef):
                parent = self.class_of(base.reference.key)
                found = self._attribute(parent, name, instance, visited) if parent is not None else None
                if found is not None:
                    return found
        return None

    def _ensure_constructed(self, owner: ClassScope) -> None:
        """Where nobody makes an instance in sight, `__init__` with unknown arguments tells the attributes' types."""
        if not owner.constructed:
            with self._finding_out(owner.module) as near:
                if near:
                    owner.constructed = True
                    init = f"{owner.module.path}::{owner.name}.__init__"
                    if "__init__" in owner.methods and self._function(init) is not None:
                        self.call(FunctionRef(init, Value(type=owner.key)), (), (), record=False)

    def set_attribute(self, owner: ClassScope, name: str, value: Value) -> None:
        """Join what is assigned to an attribute anywhere."""
        value = trimmed(value)
        known = owner.attributes
        if not self._apart and owner.key not in self._own.classes:
            # What this file makes of another one's class comes before what that says itself, where it says more.
            known = self._own.attributes.get(owner.key, {})
            near = self._called_from_here()
            if name not in known:
                if tells_more(owner.attributes.get(name), value, measured=near):
                    self._local_effects += 1
                    self._own.attributes.setdefault(owner.key, known)[name] = value
                    self._own.written.add(f"{owner.key}.{name}")
                return
            if not near and not tells_more(known[name], value, measured=False):
                return
        old = known.get(name)
        new = value if old is None or self._refines(old, value) else join(old, value)
        if new != old:
            self._local_effects += 1
            known[name] = new

    def _called_from_here(self) -> bool:
        """Whether the function that runs was called by the file at hand itself."""
        return len(self._active) < 2 or self._active[-2].startswith(f"{self._path}::")

    @staticmethod
    def _refines(old: Value, new: Value) -> bool:
        """A container that only grew, or an unknown that became known, replaces what it was."""
        if old.type is None and old.reference is None:
            return True
        return old.type == new.type and old.type in ("list", "set", "dict") and old.element is None

    def construct(
        self, ref: ClassRef, positional: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]
    ) -> tuple[Block | None, Value, str]:
        """Run `__init__`."""
        owner = self.class_of(ref.key)
        if owner is None:
            return None, UNKNOWN, ref.key
        instance = Value(type=owner.key)
        is_own = self._tables(owner.module) is self._own
        if not is_own:
            self._ensure_constructed(owner)
        first = not owner.constructed
        owner.constructed = True
        init = self._init_of(owner, set())
        if init is None:
            self._dataclass_fields(owner, positional, keywords)
            return None, instance, owner.name
        if first:
            owner.attributes = {k: v for k, v in owner.attributes.items() if v.reference is not None or v.type}
        block, _, _ = self.call(FunctionRef(init, instance), positional, keywords)
        return block, instance, owner.name

    def _init_of(self, owner: ClassScope, visited: set[str]) -> str | None:
        if owner.key in visited:
            return None
        visited.add(owner.key)
        key = f"{owner.module.path}::{owner.name}.__init__"
        if "__init__" in owner.methods and self._function(key) is not None:
            return key
        for base in owner.bases:
            parent = self.class_of(base.reference.key) if isinstance(base.reference, ClassRef) else None
            found = self._init_of(parent, visited) if parent is not None else None
            if found is not None:
                return found
        return None

    def _dataclass_fields(
        self, owner: ClassScope, positional: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]
    ) -> None:
        names = [n for n in owner.attributes if n not in owner.methods]
        for name, value in (*zip(names, positional, strict=False), *keywords):
            if name in owner.attributes and value.type is not None:
                self.set_attribute(owner, name, value)

    def local_class(self, node: t.Class, activation: Activation) -> Value:
        """A class defined inside a function."""
        key = f"{activation.path}::<local {node.span}>.{node.name}"
        tables = self._shared if self._apart else self._own
        self._local_effects += 1
        if key not in tables.classes:
            owner = ClassScope(key, f"<local {node.span}>.{node.name}", activation.scope, tree=node)
            tables.classes[key] = owner
            for method in node.body:
                if isinstance(method, t.Function):
                    owner.methods[method.name] = method
                    inner = f"{key}.{method.name}"
                    tables.functions[inner] = Function(
                        inner, f"{node.name}.{method.name}", activation.scope, None, method, owner,
                        (activation.environment, *activation.enclosing), is_method=True,
                    )  # fmt: skip
        return Value(type="type", reference=ClassRef(key))

    # Functions

    def define(self, node: t.Function | t.Lambda, activation: Activation) -> Value:
        """A nested function or a lambda, with the variables it sees."""
        name = node.name if isinstance(node, t.Function) else "<lambda>"
        tables = self._shared if self._apart else self._own
        enclosing = (activation.environment, *activation.enclosing)
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
        if function is None or tree is None:
            return None, UNKNOWN, function.name if function is not None else ref.key
        if ref.key in self._active:
            self._recursive.add(ref.key)
            self._recurred.add(ref.key)
            return None, UNKNOWN, function.name
        if len(self._active) >= self._depth_limit:
            self._local_effects += 1
            return None, UNKNOWN, function.name
        if function.owner is not None and function.name.endswith(".__init__"):
            function.owner.constructed = True
        receiver = self._receiver(ref, tree, function)
        act = Activation(self, function.scope, function.name, {}, function.enclosing, function.owner)
        arguments = bind_parameters(act, tree, receiver, positional, keywords, is_method=function.is_method)
        if record and not self._apart and function.scope.path == self._path:
            sites = self._own.sites.setdefault(ref.key, CallSites())
            for name, value in arguments.items():
                sites.arguments[name] = join(sites.arguments[name], value) if sites.seen else value
            sites.seen = True
        summary = self._summary(function, act, tree, arguments)
        result = summary.result
        if summary.lazy is not None:  # each call makes work of its own: what one caller starts, another has not
            result = replace(result, reference=LazyRef(self.new_lazy(summary.lazy)))
        return summary.block, result, function.name

    def _summary(
        self, function: Function, act: Activation, tree: t.Function | t.Lambda, arguments: dict[str, Value]
    ) -> Summary:
        """What the function does for these arguments: from the tables, or by running it."""
        own = self._shared if self._apart else self._own
        key = _summary_key(function, arguments)
        seen = own.instances.setdefault(function.key, set())
        if key not in seen:
            if len(seen) >= _MAX_INSTANCES:
                arguments = {name: generalised(value) for name, value in arguments.items()}
                key = _summary_key(function, arguments)
            else:
                seen.add(key)
        found = own.summaries.get(key)
        if found is None and own is not self._shared and function.scope.path != self._path:
            found = self._shared.summaries.get(key)
            if found is not None and not found.reads.isdisjoint(self._own.written):
                found = None
        if found is None:
            effects = self._local_effects
            self._reads.append(set())
            block, result = self._run(act, function.key, tree, arguments)
            lazy = self.lazies.get(result.reference.key) if isinstance(result.reference, LazyRef) else None
            found = Summary(block, result, lazy, frozenset(self._reads.pop()))
            self._recurred.discard(function.key)
            clean = effects == self._local_effects and not self._recurred and self._left > 0
            if clean and self._is_portable(found, function, arguments):
                self._shared.summaries[key] = found
            else:
                own.summaries[key] = found
        self._reads[-1] |= found.reads
        return found

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
        from gillint.resolve.expressions import assume

        act.environment.update({k: assume(act, k, v) for k, v in arguments.items()})
        self._active.append(key)
        try:
            if isinstance(tree, t.Lambda):
                result = evaluate(act, tree.body)
            else:
                run(act, tree.body)
                result = UNKNOWN if act.returns else Value(type="NoneType")
                for number, value in enumerate(act.returns):
                    result = value if number == 0 else join(result, value)
                if result.type is None and result.reference is None:
                    declared = annotated(act, tree.returns)
                    result = declared if declared.type is not None else result
        finally:
            self._active.pop()
        self._drain(act, result)
        block = replace(act.builder.finish(), function=act.name, recursive=key in self._recursive, span=tree.span)
        if isinstance(tree, t.Function):
            if act.yields:
                return EMPTY_BLOCK, self._generator(act, block, tree)
            if tree.is_async:
                lazy = Lazy(tree.span, Kind.COROUTINE, block, ONE, result, act.path, act.name, name=act.name)
                return EMPTY_BLOCK, Value(type="coroutine", element=result, reference=LazyRef(self.new_lazy(lazy)))
        return block, trimmed(result)

    def _generator(self, act: Activation, block: Block, tree: t.Function) -> Value:
        """A generator function: one item costs what the loop around its `yield` does in one turn."""
        produced: Value | None = None
        for value in act.yields:
            produced = join(produced, value)
        body, trips, hangs_on = block, Estimate.point(len(act.yields)), None
        iterations = Iterations.INDEPENDENT
        for node in block.nodes:
            if isinstance(node, Loop) and node.span == act.yield_loop:
                body, trips, hangs_on, iterations = node.body, node.trips, node.trips_hang_on, node.iterations
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
        )
        return Value(type="generator", size=trips, element=produced, reference=LazyRef(self.new_lazy(lazy)))

    def _drain(self, act: Activation, result: Value | None = None) -> None:
        """Lazy iterables that nobody took, and that are not given back: someone will run them."""
        kept = result.reference.key if result is not None and isinstance(result.reference, LazyRef) else None
        for number in list(act.pending):
            lazy = self.lazies.get(number)
            if lazy is not None and number != kept and lazy.kind in (Kind.MAP, Kind.GENERATOR):
                act.consume(Value(type="generator", reference=LazyRef(number)))

    # The whole

    def resolve(self, syntax: Syntax, *, thorough: bool) -> Resolved:
        """Trace the top level of a file and its functions.

        Args:
            syntax: the file.
            thorough: look at every function, not only those with a loop, a hand-over or a coroutine.
        """
        self._own, self._path, self._left = Tables(), syntax.path, _BUDGET
        self._recurred.clear()
        self.lazies.clear()
        scope = self._own.add_module(syntax)
        act = self.run_module(scope)
        whole = act.builder.finish()
        traces = [FunctionTrace("<module>", scope.path, Span(1, 1, max(1, len(syntax.lines)), 1), whole, False, True)]
        wanted = [f for f in syntax.outline.functions if thorough or f.is_candidate]
        if not thorough:
            wanted = _with_callers(wanted, syntax.outline.functions)
        called = frozenset().union(syntax.outline.calls, *(f.calls for f in syntax.outline.functions))
        # Functions that nothing in the file calls first: they tell the others' arguments.
        order = sorted(wanted, key=lambda f: (f.name in called, f.lines.first))
        entries: set[str] = set()
        for outline in order:
            key = f"{scope.path}::{outline.qualname}"
            if key in self._own.functions and not self._own.sites.get(key, CallSites()).seen:
                entries.add(key)
                self.call(FunctionRef(key), (), (), record=False)
        for outline in wanted:
            trace = self._report(f"{scope.path}::{outline.qualname}", outline, entries)
            if trace is not None:
                traces.append(trace)
        if self._left <= 0:
            scope.note("this file is so large that part of it was not looked at")
        return Resolved(scope.path, tuple(traces), tuple(scope.notes))

    def _report(self, key: str, outline: FunctionOutline, entries: set[str]) -> FunctionTrace | None:
        """The function's trace for arguments that cover its call sites."""
        function = self._own.functions[key]
        tree = function.parsed()
        if not isinstance(tree, t.Function):
            return None
        sites = self._own.sites.get(key)
        arguments = sites.arguments if sites is not None and sites.seen else None
        act = Activation(self, function.scope, function.name, {}, (), function.owner)
        if arguments is None:
            receiver = self._receiver(FunctionRef(key), tree, function)
            arguments = bind_parameters(act, tree, receiver, (), (), is_method=function.is_method)
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
        if key in self._recursive:
            block = replace(block, recursive=True)
        span = tree.span
        return FunctionTrace(outline.qualname, function.scope.path, span, block, tree.is_async, key in entries)


EMPTY_BLOCK = Block()


def _registers(syntax: Syntax) -> bool:
    """Whether something at the top level of a file is decorated by something that may keep it."""
    outline = syntax.outline
    decorators = [d for c in outline.classes if "." not in c.qualname for d in c.decorators]
    decorators.extend(
        syntax.lines[f.lines.first - 1].strip()[1:]
        for f in outline.functions
        if f.owner is None and syntax.lines[f.lines.first - 1].lstrip().startswith("@")
    )
    return any(d.split("(", 1)[0].rsplit(".", 1)[-1] not in _KEEPS_NOTHING for d in decorators)


_KEEPS_NOTHING = {
    "dataclass", "total_ordering", "lru_cache", "cache", "contextmanager", "asynccontextmanager", "wraps", "overload",
    "singledispatch", "unique", "final", "runtime_checkable", "njit", "jit", "fixture", "deprecated", "coroutine",
}  # fmt: skip


def _summary_key(function: Function, arguments: dict[str, Value]) -> SummaryKey:
    return (function.key, function.version, *arguments.values())


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


def walk(block: Block) -> list[Node]:
    """All nodes below a block, callees included."""
    found: list[Node] = []
    stack = [block]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for node in current.nodes:
            found.append(node)
            stack.extend(children(node))
    return found


class Project:
    """The files of one run: what is found out of one on the way to another is kept for the rest."""

    def __init__(self, load: Loader | None = None) -> None:
        self._load = load
        self._resolver: Resolver | None = None

    def resolver(self, target: Target, assumptions: Mapping[str, Estimate]) -> Resolver:
        """The one that knows what was found out so far, unless that has grown beyond bounds or is of another target."""
        old = self._resolver
        if old is None or old.target != target or old.assumptions != assumptions or old.summaries > _MAX_SUMMARIES:
            self._resolver = old = Resolver(target, assumptions, self._load)
        return old


def resolve(
    syntax: Syntax,
    target: Target,
    assumptions: Mapping[str, Estimate],
    project: Project | None = None,
    *,
    thorough: bool = True,
) -> Resolved:
    """The resolve stage: from a file's syntax to what its functions do."""
    return (project or Project()).resolver(target, assumptions).resolve(syntax, thorough=thorough)
