"""What is called where an attribute of an instance is read or assigned to: properties, and objects that answer for it."""

from __future__ import annotations

import re

from gillint.frozen import replace
from gillint.resolve.activation import Activation, Getter
from gillint.resolve.calling.decorators import has_one_lock, is_keeper, is_property, names_of
from gillint.resolve.modules import Modules
from gillint.resolve.scope import ClassScope
from gillint.resolve.values import PROPERTY, ClassRef, FunctionRef, PartialRef, Value, of_constant
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline

# How a `__get__` leaves what it gives in the instance.
_PUT_INTO_INSTANCE = re.compile(r"\b__dict__\b|\bsetattr\(")


class Accessors(Modules):
    """The methods of classes as their instances have them, decorated, and the descriptors."""

    def _of_method(self, owner: ClassScope, name: str, instance: Value | None, asked: ClassScope) -> Value:
        """A method of a class, bound to the instance; a property is read by running it. `asked`: the class that is asked."""
        key, names = self._decorated(owner, name)
        if is_property(names):
            return self.call(FunctionRef(key, instance or Value(type=owner.key)), (), ())[1]
        method = self._function_value(key)
        read = read_by(method, instance) if instance is not None else None
        if read is not None:
            return self.call(read, (), ())[1]
        if self._is_descriptor(method):
            return self._given(owner, method, instance)
        if instance is None and "classmethod" in names:
            instance = Value(type="type", reference=ClassRef(asked.key))
        if instance is not None and isinstance(method.reference, FunctionRef):
            return replace(method, reference=FunctionRef(method.reference.key, instance))
        return method

    def _decorated(self, owner: ClassScope, name: str) -> tuple[str, frozenset[str]]:
        """The key of a method, and the public names of its decorators."""
        key = f"{owner.key}.{name}" if owner.outline is None else f"{owner.module.path}::{owner.name}.{name}"
        function = self._function(key)
        tree = function.parsed() if function is not None and function.is_decorated else None
        if function is None or not isinstance(tree, t.Function) or not tree.decorators:
            return key, frozenset()
        known = self._tables(function.scope).decorators
        if key not in known:
            known[key] = frozenset()  # what decorates it may be a method of the class
            act = Activation(self, function.scope, None, {}, function.enclosing, function.owner)
            known[key] = names_of(act, tree.decorators)
        return key, known[key]

    def getter(self, owner: ClassScope, name: str, instance: Value) -> Getter | None:
        """What is called where an attribute of the instance is read; None where it is only looked up."""
        found = self._found(owner, name)
        if found is None:
            return None
        if name in found.descriptors:
            return self._asked(found, found.descriptors[name], instance)
        if name in found.attributes:
            read = read_by(found.attributes[name], instance)
            return Getter(Value(type="function", reference=read)) if read is not None else None
        key, names = self._decorated(found, name)
        if is_property(names):
            function = Value(type="function", reference=FunctionRef(key, instance))
            return Getter(function, is_keeper(names), has_one_lock(names, self.target))
        made = self._function_value(key)
        read = read_by(made, instance)
        return (
            Getter(Value(type="function", reference=read)) if read is not None else self._asked(found, made, instance)
        )

    def _asked(self, owner: ClassScope, descriptor: Value, instance: Value) -> Getter | None:
        """The `__get__` of an object that stands in the body of a class."""
        kind = self.class_of(descriptor.type) if descriptor.reference is None else None
        get = self.attribute(kind, "__get__", descriptor) if kind is not None else None
        if kind is None or get is None:
            return None
        asked = (instance, Value(type="type", reference=ClassRef(owner.key)))
        keeps = not self._has(kind, "__set__") and self._keeps_what_it_gives(kind)
        return Getter(Value(type="function", reference=PartialRef(get, asked, ())), keeps)

    def _keeps_what_it_gives(self, kind: ClassScope) -> bool:
        """Whether the `__get__` of a class puts what it gives into the instance, where it is found first from then on."""
        found = self._found(kind, "__get__")
        method = found.methods.get("__get__") if found is not None else None
        if found is None or not isinstance(method, FunctionOutline):
            return False
        lines = found.module.syntax.lines[method.lines.first - 1 : method.lines.last]
        return _PUT_INTO_INSTANCE.search("".join(lines)) is not None

    def _has(self, owner: ClassScope, method: str) -> bool:
        return any(method in c.methods for c in self.resolution_order(owner))

    def _given(self, owner: ClassScope, descriptor: Value, instance: Value | None) -> Value:
        """What an object in the body of a class gives where it is asked for an instance's attribute; of the class, itself."""
        asked = self._asked(owner, descriptor, instance) if instance is not None else None
        ref = asked.function.reference if asked is not None else None
        if not isinstance(ref, PartialRef) or not isinstance(ref.function.reference, FunctionRef):
            return descriptor
        return self.call(ref.function.reference, ref.positional, ())[1]

    def _is_descriptor(self, value: Value) -> bool:
        kind = self.class_of(value.type) if value.reference is None else None
        return kind is not None and (self._has(kind, "__get__") or self._has(kind, "__set__"))

    def _note_descriptors(self, owner: ClassScope) -> None:
        """Tell the objects in the body of a class that answer for an attribute by which name they do."""
        for name, value in tuple(owner.attributes.items()):
            if not self._is_descriptor(value):
                continue
            owner.descriptors[name] = owner.attributes.pop(name)
            kind = self.class_of(value.type)
            told = self.attribute(kind, "__set_name__", value) if kind is not None else None
            if told is not None and isinstance(told.reference, FunctionRef):
                given = (Value(type="type", reference=ClassRef(owner.key)), of_constant(name))
                self.call(told.reference, given, (), record=False)

    def setter(self, owner: ClassScope, name: str, instance: Value) -> Value | None:
        """What is called where an attribute of the instance is assigned to; None where it is only stored."""
        method = f"{name}.setter"
        found = self._found(owner, method)
        if found is not None and method in found.methods:
            return Value(type="function", reference=FunctionRef(self._decorated(found, method)[0], instance))
        found = self._found(owner, name)
        descriptor = found.descriptors.get(name) if found is not None else None
        kind = self.class_of(descriptor.type) if descriptor is not None else None
        sets = self.attribute(kind, "__set__", descriptor) if kind is not None else None
        return Value(type="function", reference=PartialRef(sets, (instance,), ())) if sets is not None else None

    def _found(self, owner: ClassScope, name: str) -> ClassScope | None:
        """The class that has an attribute or a method, along the bases."""
        if owner.key.endswith("::"):
            return None
        for scope in self.resolution_order(owner):
            if name in scope.methods or name in scope.descriptors or name in scope.attributes:
                return scope
        return None


def read_by(value: Value, instance: Value) -> FunctionRef | None:
    """The function that gives an attribute which is `property(function)`."""
    if value.type != PROPERTY or not isinstance(value.reference, FunctionRef):
        return None
    return FunctionRef(value.reference.key, instance)
