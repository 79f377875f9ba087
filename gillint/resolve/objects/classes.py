"""The classes of a project: bases, attributes, methods, and what making an instance does."""

from __future__ import annotations

from collections.abc import Mapping

from gillint.estimate import ZERO
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import QUEUES
from gillint.resolve.calling.bound import MAPPINGS, element_of
from gillint.resolve.calling.decorators import is_property
from gillint.resolve.calling.handovers import SYNONYMS
from gillint.resolve.entries import has_no_use_for
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.databases import ROW_GIVERS
from gillint.resolve.external.stores import still_stored
from gillint.resolve.joining import is_empty, join
from gillint.resolve.modules import IMPORT_DEPTH, class_value
from gillint.resolve.objects.abstract import MIXED_IN, source
from gillint.resolve.objects.accessors import Accessors, read_by
from gillint.resolve.objects.assigning import (
    as_arrays,
    as_declared,
    holds_no_more_than,
    is_open,
    lists_first,
    no_longer_than,
    with_size_of,
)
from gillint.resolve.objects.hierarchy import assigned, is_list_that_grows
from gillint.resolve.objects.own_fields import own_field, with_own
from gillint.resolve.objects.registering import dotted_value
from gillint.resolve.scope import ClassScope, ModuleScope
from gillint.resolve.statements import run
from gillint.resolve.tables import Function
from gillint.resolve.trace import Block
from gillint.resolve.values import (
    HOLDERS,
    NONE,
    PROPERTY,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    MethodRef,
    PartialRef,
    SymbolRef,
    Value,
    is_known,
    is_measured,
    is_plain_function,
    options_of,
    tells_more,
    trimmed,
)
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline, accessor
from gillint.syntax.parse import dotted

_MAX_ASIDE = 3  # methods that are run to find out an attribute, one on the way to the other


class Classes(Accessors):
    """What is known of classes and their instances."""

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
        methods: dict[str, Value] = {}
        act = Activation(self, owner.module, owner.name, {}, (methods,), owner=owner)
        if owner.outline is not None:
            bases = []
            for text in owner.outline.bases:
                bases.append(self._mixed_in(dotted_value(act, text)))
            owner.bases = tuple(bases)
            body = owner.module.syntax.class_statements(owner.outline)
        elif owner.tree is not None:
            owner.bases = tuple(self._mixed_in(evaluate(act, b)) for b in owner.tree.bases)
            body = tuple(s for s in owner.tree.body if not isinstance(s, t.Function))
        else:
            body = ()
        for statement in body:
            methods |= self._methods_before(owner, statement, methods)
            run(act, (statement,))
        for name, value in act.environment.items():
            owner.attributes.setdefault(name, value)
            if is_plain_function(value) and name not in owner.declared:
                owner.functions.add(name)
        self._note_descriptors(owner)

    def _mixed_in(self, base: Value) -> Value:
        """An abstract class of `collections.abc` as a class of a file, which it is."""
        key = MIXED_IN.get(base.reference.name) if isinstance(base.reference, SymbolRef) else None
        return Value(type="type", reference=ClassRef(f"{self.module(source()).path}::{key}")) if key else base

    def _methods_before(self, owner: ClassScope, statement: t.Stmt, known: Mapping[str, Value]) -> dict[str, Value]:
        """The methods of a class that a statement of its body may name, `__repr__ = __str__`, as plain functions."""
        found: dict[str, Value] = {}
        for name, method in owner.methods.items():
            line = method.lines.first if isinstance(method, FunctionOutline) else method.span.line
            if name not in known and name not in owner.attributes and line < statement.span.line:
                key, names = self._decorated(owner, name)
                found[name] = (
                    Value(PROPERTY, reference=FunctionRef(key)) if is_property(names) else self._function_value(key)
                )
        return found

    def library_bases(self, owner: ClassScope) -> tuple[str, ...]:
        """The library classes that a class derives from, however far up; `object`, from which all do, is none of them."""
        found: list[str] = []
        for base in owner.bases:
            if isinstance(base.reference, SymbolRef) and base.reference.name != "object":
                found.append(SYNONYMS.get(base.reference.name, base.reference.name))
            elif isinstance(base.reference, ClassRef):
                parent = self.class_of(base.reference.key)
                if parent is not None and parent is not owner:
                    found.extend(self.library_bases(parent))
        return tuple(found)

    def resolution_order(self, owner: ClassScope) -> tuple[ClassScope, ...]:
        """A class and those of the project above it, in the order in which attributes are looked for."""
        found = [owner]
        for base in owner.bases:
            parent = self.class_of(base.reference.key) if isinstance(base.reference, ClassRef) else None
            found.extend(self.resolution_order(parent) if parent is not None and parent is not owner else ())
        # What several of the bases share comes after all of them.
        return tuple({c.key: c for c in reversed(found)}.values())[::-1]

    def attribute(self, owner: ClassScope, name: str, instance: Value | None = None) -> Value | None:
        """An attribute or a method along the bases, bound to the instance; a property is read by running it."""
        if owner.key.endswith("::"):
            found = self.module_value(owner.module, name)
            return found if found is not None else self._submodule(owner.module, name)
        return self._attribute(owner, name, instance, set(), owner)

    def _submodule(self, package: ModuleScope, name: str) -> Value | None:
        """`package.module`, which somebody imported: the attribute is there then, whatever `__init__` says."""
        if not package.path.endswith("__init__.py"):
            return None
        module = self.import_module(name, 1, package)
        return Value(type=f"{module.path}::") if module is not None else None

    def _attribute(
        self, owner: ClassScope, name: str, instance: Value | None, visited: set[str], asked: ClassScope
    ) -> Value | None:
        """The same, in a class that is the one that was asked, or above it."""
        if owner.key in visited:
            return None
        visited.add(owner.key)
        own = own_field(instance, name)
        if own is not None:
            return own
        if name not in owner.methods:  # `Matrix.identity(3)` makes the first instance itself
            self._ensure_constructed(owner)
        self._reads[-1].add(f"{owner.key}.{name}")
        written = self._own.attributes.get(owner.key) if not self._apart else None
        if written is not None and name in written:
            self._local_effects += 1
            return written[name]
        if name not in owner.methods and is_open(owner.attributes.get(name, NONE)):
            self._find_assignment(owner, name)
        if name in owner.attributes and not self._only_replaces(owner, name):
            found = owner.attributes[name]
            if instance is not None and (read := read_by(found, instance)) is not None:
                return self.call(read, (), ())[1]
            if name in owner.functions and instance is not None and isinstance(found.reference, FunctionRef):
                return replace(found, reference=FunctionRef(found.reference.key, instance))
            self._first_read.setdefault((owner.key, name), found)
            found = holds_no_more_than(owner.fullest.get(name), found)
            return no_longer_than(owner.longest.get(name), found)
        if name in owner.descriptors:
            return self._given(owner, owner.descriptors[name], instance)
        if name in owner.methods:
            return self._of_method(owner, name, instance, asked)
        nested = owner.module.classes.get(f"{owner.name}.{name}")
        if nested is not None:
            return class_value(nested)
        for base in owner.bases:
            if isinstance(base.reference, ClassRef):
                parent = self.class_of(base.reference.key)
                inherited = self._attribute(parent, name, instance, visited, asked) if parent is not None else None
                if inherited is not None:
                    return inherited
        return None

    def _only_replaces(self, owner: ClassScope, name: str) -> bool:
        """Whether all that is known of an attribute is that it may stand for a method: `if key: self.key = key`."""
        found = owner.attributes[name]
        says_nothing = not is_known(found) or found.type == "NoneType"
        return says_nothing and any(name in scope.methods for scope in self.resolution_order(owner))

    def _ensure_constructed(self, owner: ClassScope) -> None:
        """Where nobody makes an instance in sight, `__init__` with unknown arguments tells the attributes' types."""
        if not owner.constructed:
            with self._finding_out(owner.module) as near:
                if near:
                    owner.constructed = True
                    init = f"{owner.module.path}::{owner.name}.__init__"
                    if "__init__" in owner.methods and self._function(init) is not None:
                        self.call(FunctionRef(init, Value(type=owner.key)), (), (), record=False)

    def _find_assignment(self, owner: ClassScope, name: str) -> None:
        """Run the methods of its file that assign or fill an attribute which `__init__` leaves open; each is looked for once."""
        if name in owner.sought or self._aside >= _MAX_ASIDE:
            return
        owner.sought.add(name)
        seen: set[str] = set()
        here = (scope for scope in self.resolution_order(owner) if scope.module is owner.module)
        for scope in here:
            lines = scope.module.syntax.lines
            for method in tuple(scope.methods.values()):
                is_hidden = method.name in seen
                seen.add(method.name)
                if not isinstance(method, FunctionOutline) or method.name == "__init__" or is_hidden:
                    continue
                key = f"{scope.module.path}::{method.qualname}"
                text = "".join(lines[method.lines.first - 1 : method.lines.last])
                if self._is_idle(scope, method) or key in self._active or name not in assigned(text):
                    continue
                if self._function(key) is None:
                    continue
                with self._finding_out(scope.module) as near:
                    if near:
                        self._call_aside(FunctionRef(key, Value(type=owner.key)))

    def _is_idle(self, owner: ClassScope, method: FunctionOutline) -> bool:
        return owner.module.path == self._path and has_no_use_for(owner, method.name)

    def _call_aside(self, method: FunctionRef) -> None:
        """Run a method for what it leaves in the attributes, apart from the calls that are under way."""
        kept, births = (self._active, self._depth_limit, self._cuts), self.births
        self._active, self._depth_limit = [], IMPORT_DEPTH
        self._aside += 1
        self.births = dict(births)
        try:
            self.call(method, (), (), record=False)
        finally:
            self._aside -= 1
            self._active, self._depth_limit, self._cuts = kept
            self.births |= births  # how often an instance has one of its own, those say that make instances

    def set_attribute(self, owner: ClassScope, name: str, value: Value) -> None:
        """Join what is assigned to an attribute anywhere."""
        if name in owner.declared and not is_known(value):
            return
        value = trimmed(value)
        known = owner.attributes
        if name in owner.declared and name in known:
            value = as_declared(known[name], value)
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
        value = still_stored(old, value)
        if old is None and (owner.key, name) in self._foreseen:
            value = join(value, self._foreseen[owner.key, name])
        if self._idle and old is not None and is_known(old):
            return
        # What a method leaves that was run with unknown arguments gives way to what the program assigns.
        is_said = not self._idle and not self._aside and value.type != "NoneType" and value != old
        if is_said and name in owner.guessed:
            old = None
        if is_said:
            owner.guessed.discard(name)
        elif value.type != "NoneType" and (old is None or not is_known(old) or old.type == "NoneType"):
            owner.guessed.add(name)
        if (
            old is None
            or self._refines(old, value)
            or self._says_first(owner, name, old, value)
            or (name in owner.declared and (lists_first(old, value) or self._is_narrower(old, value)))
        ):
            new = value
        else:
            one, other = as_arrays(old, value, grows=is_list_that_grows(owner, name))
            new = with_size_of(join(one, other), one, other)
        if new != old:
            self._local_effects += 1
            is_code = isinstance(value.reference, (FunctionRef, MethodRef, PartialRef))
            grows = value.type in HOLDERS and (is_empty(value) or not self._is_being_made(owner))
            if is_code or (is_measured(value) and not grows):
                self._changes += 1
                self._changed[f"{owner.key}.{name}"] = self._changes
            known[name] = new

    def _is_being_made(self, owner: ClassScope) -> bool:
        """Whether the constructor of a class is what runs: another instance, and no container that grows."""
        return bool(self._active) and self._active[-1].split(" ")[0] == f"{owner.key}.__init__"

    @staticmethod
    def _says_first(owner: ClassScope, name: str, old: Value, new: Value) -> bool:
        """Whether an attribute of which only an annotation spoke gets an amount, or the text of a path, for the first time."""
        if name not in owner.declared or name in owner.settled or old.type != new.type or old.type in HOLDERS:
            return False
        if is_measured(old) or old.text is not None or not (is_measured(new) or new.text is not None):
            return False
        owner.settled.add(name)
        return True

    def _is_narrower(self, said: Value, given: Value) -> bool:
        """Whether what is assigned derives from the class that an annotation names, or stands for a protocol: nobody makes
        an instance of that itself.
        """
        if said.type in HOLDERS and said.type == given.type:
            said, given = _member(said), _member(given)
        base = self.class_of(said.type)
        if base is None or not is_known(given):
            return False
        is_protocol = any(name.endswith(".Protocol") for name in self.library_bases(base))
        kinds = [self.class_of(option.type) for option in options_of(given)]
        return all(
            kind is not None and kind is not base and (is_protocol or base in self.resolution_order(kind))
            for kind in kinds
        )

    def _called_from_here(self) -> bool:
        """Whether the function that runs was called by the file at hand itself."""
        return len(self._active) < 2 or self._active[-2].startswith(f"{self._path}::")

    @staticmethod
    def _refines(old: Value, new: Value) -> bool:
        """A container that only grew, or an unknown that became known, replaces what it was."""
        if not is_known(old):
            return True
        if old.type in QUEUES and old.size is None:
            return old.type == new.type
        if new.type == old.type and new.type in ROW_GIVERS:  # it gives the rows of the last statement
            return True
        if new.type == "sqlite3.Connection" and new.dtype is not None:  # the same one, of which more is known
            return old == replace(new, dtype=old.dtype)
        if old.columns and new.columns and old.type == new.type == "dict" and len(new.columns) > len(old.columns):
            return {k for k, _ in old.columns} <= {k for k, _ in new.columns}
        is_empty = old.element is None or not is_known(old.element) or old.size == ZERO
        return old.type == new.type and old.type in HOLDERS and old.type != "tuple" and is_empty

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
            fields = self._dataclass_fields(owner, positional, keywords)
            return None, with_own(owner, instance, fields), owner.name
        if first:
            owner.attributes = {k: v for k, v in owner.attributes.items() if v.reference is not None or v.type}
        block, made, _ = self.call(FunctionRef(init, instance), positional, keywords)
        return block, made if made.type == owner.key and is_own else instance, owner.name

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
    ) -> list[tuple[str, Value]]:
        """Note what the fields are given, those of the bases first; of what they inherit, the classes have it apart."""
        fields = self._fields(owner, set())
        given: list[tuple[str, Value]] = []
        for name, value in (*zip(fields, positional, strict=False), *keywords):
            declaring = fields.get(name)
            if declaring is None or (value.type is None and value.reference is None):
                continue
            if declaring is not owner and name not in owner.attributes:
                owner.attributes[name] = declaring.attributes[name]
                owner.declared.add(name)
            given.append((name, value))
            for scope in {id(s): s for s in (declaring, owner)}.values():
                self.set_attribute(scope, name, value)
        return given

    def _fields(self, owner: ClassScope, visited: set[str]) -> dict[str, ClassScope]:
        """The fields of a class in the order of its constructor's parameters, and where each is declared."""
        if owner.key in visited:
            return {}
        visited.add(owner.key)
        found: dict[str, ClassScope] = {}
        for base in owner.bases:
            parent = self.class_of(base.reference.key) if isinstance(base.reference, ClassRef) else None
            found |= self._fields(parent, visited) if parent is not None else {}
        named = (
            n for n in owner.attributes if n.isidentifier() and n not in owner.methods
        )  # the members of a dict are none
        return found | {n: found.get(n, owner) for n in named}

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
                    name = method.name + accessor(dotted(d).rpartition(".")[2] for d in method.decorators)
                    owner.methods[name] = method
                    inner = f"{key}.{name}"
                    tables.functions[inner] = Function(
                        inner, f"{node.name}.{method.name}", activation.scope, None, method, owner,
                        (activation.environment, *activation.enclosing), is_method=True,
                    )  # fmt: skip
        return Value(type="type", reference=ClassRef(key))


def _member(container: Value) -> Value:
    """What is in a container; of a dict its values."""
    pair = container.items if container.type in MAPPINGS and container.items is not None else None
    return pair[1] if pair is not None and len(pair) == 2 else element_of(container)
