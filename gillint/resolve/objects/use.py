"""What an object must be of which nothing tells but its use: what has all the attributes that are asked of it.

A parameter that nobody passes in sight, what an unknown function gives back, a member of such a thing. The classes of the
file, the types of the libraries that it imports and the classes of the files from which it imports are looked through. Only
where one of them stands out is it taken; its calls are marked as assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from gillint.frozen import replace
from gillint.knowledge.base import bases_of, find_fact, find_type, library_files
from gillint.knowledge.base import library as library_of
from gillint.resolve.activation import Activation, Program
from gillint.resolve.joining import join
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.objects.hierarchy import classes_having, lines_of
from gillint.resolve.scope import ClassScope, ModuleScope
from gillint.resolve.values import UndefinedRef, Value
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, key_of, statements

_BUILTINS = (str, bytes, bytearray, list, dict, set, tuple, int, float)
_LATER = frozenset({"resize", "from_number"})  # of bytearray and float from 3.14 on: pictures and arrays are resized
# Attributes that many types have, builtin or not, so that a name alone says nothing: methods that wait or release in some ...
AMBIGUOUS = frozenset(
    ("get", "join", "copy", "sort", "count", "clear", "update", "add", "read", "write", "close", "pop", "remove", "insert",
     "replace", "find", "format")
)  # fmt: skip
# ... and those of files, containers, connections and dates alike.
_COMMON = AMBIGUOUS | frozenset(
    ("name", "value", "values", "size", "data", "index", "start", "stop", "run", "send", "open", "put", "info", "text",
     "content", "type", "key", "id", "result", "call", "set", "append", "apply", "filter", "map", "items", "seek", "tell",
     "readline", "readlines", "readinto", "truncate", "flush", "fileno", "closed")
) | frozenset(  # ... and those of whatever can be trained.
    ("fit", "fit_transform", "fit_predict", "predict", "predict_proba", "transform", "inverse_transform", "score", "train",
     "evaluate", "forward", "backward", "step", "reset")
)  # fmt: skip
_TELLING = 2  # attributes of a class that another file of the project defines
_FRAMES = ("df", "dataframe")  # what everybody calls a table of pandas
_DIMENSIONS = "[:, :]"  # what only arrays can be asked for
_TESTS = ("isinstance", "issubclass", "hasattr", "getattr", "type", "callable")
_NOTHING: frozenset[str] = frozenset()


def as_used(act: Activation, name: str, value: Value) -> Value:
    """A variable's value: where nothing is known of it, whatever its uses in the function ask for."""
    if not act.body or not _is_open(value) or act.program.is_scarce:
        return value
    awaited = _awaited(act.body).get(name, _NOTHING)
    return _of_command_line(act, name) or _made_for(act.program, act.scope, asked_of(act, name), name, value, awaited)


def _of_command_line(act: Activation, name: str) -> Value | None:
    """`def main(args)` of a command whose arguments the file declares: what nobody gives has its default."""
    options, asked = act.program.options, asked_of(act, name)
    if not asked or not asked <= options.keys() or not _is_parameter(act, name):
        return None
    from gillint.resolve.calling.commandline import without_words

    return replace(without_words(options), guessed=True, origin=name)


def _is_parameter(act: Activation, name: str) -> bool:
    return isinstance(act.body, t.Function) and any(p.name == name for p in act.body.parameters)


def asked_of(act: Activation, name: str | None) -> frozenset[str]:
    """The attributes that the body asks of a variable."""
    return _asked(act.body).get(name, _NOTHING) if name is not None and act.body else _NOTHING


def as_kept(program: Program, owner: ClassScope, name: str, value: Value) -> Value:
    """An attribute of an instance: where nothing is known of it, whatever the methods of the class ask of it."""
    if not _is_open(value):
        return value
    if owner.asked is None:
        owner.asked = _asked_of_attributes(lines_of(owner))
    return _made_for(program, owner.module, owner.asked.get(name, _NOTHING), name, value)


@lru_cache(maxsize=2048)
def is_of_a_builtin(name: str) -> bool:
    """Whether one of Python's own types has an attribute of this name: in 3.10, whichever Python runs the analysis."""
    return name not in _LATER and any(hasattr(kind, name) for kind in _BUILTINS)


def _is_open(value: Value) -> bool:
    if value.type is not None:
        return False
    return value.reference is None or (isinstance(value.reference, UndefinedRef) and not value.reference.is_result)


def _made_for(
    program: Program,
    scope: ModuleScope,
    asked: frozenset[str],
    name: str,
    value: Value,
    awaited: frozenset[str] = _NOTHING,
) -> Value:
    """What has all that is asked for, if anything stands out; `awaited` is what only coroutines give."""
    if name in _FRAMES and "pandas" in _imported(scope):
        return replace(value, type="pandas.DataFrame", guessed=True, origin=value.origin or name)
    telling = asked - _COMMON
    role = _role_of(name)
    by_role = _of_role(role, asked, _imported(scope)) if role is not None and asked else None
    if by_role is not None:
        return replace(value, type=by_role, guessed=True, origin=value.origin or name)
    if not telling or any(map(is_of_a_builtin, telling)):
        return value
    found = _of_classes(scope, asked) or _of_libraries(scope, asked, telling, awaited)
    if found is None and len(telling) >= _TELLING:
        having = [each for module in program.neighbours(scope) if (each := _of_classes(module, asked)) is not None]
        found = having[0] if len(having) == 1 else None
    if found is None or _has_another_role(role, found.type):
        return value
    return replace(found, origin=value.origin or name)


# What a name says of a thing: a type of another role is not what it stands for, whatever it has.
_ROLES = {
    **{name: name for name in ("request", "response", "session", "client", "cursor", "connection", "server", "websocket")},
    "req": "request", "resp": "response", "res": "response", "conn": "connection", "cur": "cursor", "ws": "websocket",
}  # fmt: skip
# Of these what stands for both sides is alike: they have the same methods, and do other things.
_SIDES = ("request", "response")


def _role_of(name: str) -> str | None:
    return _ROLES.get(name.lower().rpartition("_")[2])


def _has_another_role(role: str | None, type_name: str | None) -> bool:
    """Whether a type is for another role than a name says: a `request` is no `ClientResponse`."""
    last = (type_name or "").rpartition(".")[2].lower()
    return role in _SIDES and role not in last and any(other in last for other in set(_ROLES.values()))


@lru_cache(maxsize=1024)
def _of_role(role: str, asked: frozenset[str], libraries: tuple[str, ...]) -> str | None:
    """The one type of a role among those of some libraries that has most of what is asked for: the request of a server."""
    if role not in _SIDES:
        return None
    found = [
        name
        for library in libraries
        for name, members in _types(library).items()
        if name.rpartition(".")[2].lower().endswith(role) and len(asked & members) >= max(1.0, len(asked) / 2)
    ]
    plain = [name for name in found if name.rpartition(".")[2].lower() == role]
    return found[0] if len(found) == 1 else plain[0] if len(plain) == 1 else None


@lru_cache(maxsize=1024)
def _asked(body: t.Function | t.Lambda | t.Body) -> Mapping[str, frozenset[str]]:
    """By variable: the attributes that a body asks of it; none of those whose type it tests itself."""
    found: dict[str, set[str]] = {}
    tested: set[str | None] = set()
    if isinstance(body, t.Lambda):
        body = (t.Return(body.span, body.body),)
    for e in expressions(body.body if isinstance(body, t.Function) else body):
        if isinstance(e, t.Subscript) and isinstance(e.value, t.Name) and _is_of_dimensions(e.index):
            found.setdefault(e.value.id, set()).add(_DIMENSIONS)
        elif isinstance(e, t.Attribute) and isinstance(e.value, t.Name):
            if not e.name.startswith("__"):
                found.setdefault(e.value.id, set()).add(e.name)
        elif isinstance(e, t.Call) and isinstance(e.function, t.Name) and e.function.id in _TESTS and e.arguments:
            tested.add(key_of(e.arguments[0].value))
    return MappingProxyType({n: frozenset(a) for n, a in found.items() if n not in tested})


@lru_cache(maxsize=1024)
def _awaited(body: t.Function | t.Lambda | t.Body) -> Mapping[str, frozenset[str]]:
    """By variable: the methods whose answers a body awaits."""
    if isinstance(body, t.Lambda):
        return MappingProxyType({})
    found: dict[str, set[str]] = {}
    for e in expressions(body.body if isinstance(body, t.Function) else body):
        called = e.value.function if isinstance(e, t.Await) and isinstance(e.value, t.Call) else None
        if isinstance(called, t.Attribute) and isinstance(called.value, t.Name):
            found.setdefault(called.value.id, set()).add(called.name)
    return MappingProxyType({n: frozenset(a) for n, a in found.items()})


def _is_of_dimensions(index: t.Expr) -> bool:
    """`a[:, 1:]`: a slice of more than one dimension."""
    return isinstance(index, t.Sequence) and any(isinstance(part, t.Slice) for part in index.elements)


_OF_ATTRIBUTE = re.compile(r"\bself\.(\w+)\.(?!__)(\w+)")


def _asked_of_attributes(text: str) -> dict[str, frozenset[str]]:
    """By attribute: what the lines of a class ask of it."""
    found: dict[str, set[str]] = {}
    for attribute, asked in _OF_ATTRIBUTE.findall(text):
        found.setdefault(attribute, set()).add(asked)
    return {n: frozenset(a) for n, a in found.items()}


def _of_classes(scope: ModuleScope, asked: frozenset[str]) -> Value | None:
    """An instance of the class of the file that has all of these, or of one of a few such classes."""
    found: Value | None = None
    for owner in classes_having(scope, asked):
        found = join(found, Value(type=owner.key, guessed=True))
    return found


# Libraries whose objects are called like functions, and run native code then: `model(batch)`.
_CALLED_OBJECTS = frozenset({"flax", "jax", "keras", "numba", "onnxruntime", "tensorflow", "torch", "transformers"})


def is_of_the_program(act: Activation, name: str) -> bool:
    """Whether a name that is called, and of which nothing is known, is a parameter or a variable: a function, as a rule.

    `handler = self.handlers[kind]`, `for check in checks`; not what a call gives of which nothing is known.
    """
    if not _CALLED_OBJECTS.isdisjoint(act.scope.syntax.imports()):
        return False
    if isinstance(act.body, (t.Function, t.Lambda)) and any(p.name == name for p in act.body.parameters):
        return True
    if name not in act.environment:
        return any(name in outer for outer in act.enclosing)
    body = act.body.body if isinstance(act.body, t.Function) else ()
    made = [s.value for s in statements(body) if isinstance(s, t.Assign) and name in map(key_of, s.targets)]
    return bool(body) and not any(isinstance(value, t.Call) and not _looks_up(value.function) for value in made)


def _looks_up(function: t.Expr) -> bool:
    """`handlers.get(kind)`, `getattr(self, name)`."""
    if isinstance(function, t.Attribute):
        return function.name in ("get", "setdefault", "pop")
    return isinstance(function, t.Name) and function.id == "getattr"


def _of_libraries(
    scope: ModuleScope, asked: frozenset[str], telling: frozenset[str], awaited: frozenset[str]
) -> Value | None:
    """An instance of the type that has most of these, among those of the libraries that a file imports."""
    found = _best(asked, telling, _imported(scope), awaited)
    return Value(type=found, guessed=True) if found is not None else None


def _imported(scope: ModuleScope) -> tuple[str, ...]:
    """The libraries with facts whose top-level names a file imports."""
    if scope.libraries is None:
        names = set(scope.syntax.imports())
        scope.libraries = tuple(name for name in library_files() if name.partition(".")[0] in names)
    return scope.libraries


@lru_cache(maxsize=1024)
def _best(
    asked: frozenset[str], telling: frozenset[str], libraries: tuple[str, ...], awaited: frozenset[str] = _NOTHING
) -> str | None:
    """The type that has most of what is asked for; None where types of several libraries have as much."""
    if _DIMENSIONS in asked:
        return ARRAY if "numpy" in libraries else None
    best: list[tuple[str, str]] = []
    most = 0
    for library in libraries:
        for name, members in _types(library).items():
            found = len(asked & members)
            if _blocks(name, awaited):
                continue
            if found >= max(most, len(asked) / 2) and not telling.isdisjoint(members):
                best, most = [*(best if found == most else ()), (library.partition(".")[0], name)], found
    if len({library for library, _ in best}) != 1:
        return None
    types = [name for _, name in best]
    return next(
        (name for name in types if all(name in bases_of(other) for other in types)), types[0]
    )  # what they have in common


def _blocks(name: str, awaited: frozenset[str]) -> bool:
    """Whether a method of a type does at once what the program awaits: `await page.goto(url)` is not of `sync_api`."""
    methods = (find_fact(f"{base}.{method}") for base in bases_of(name) for method in awaited)
    return any(fact is not None and not fact.awaitable for fact in methods)


@lru_cache(maxsize=64)
def _types(library: str) -> Mapping[str, frozenset[str]]:
    """The types of a library by name, with the methods and attributes that facts speak of: the best known of them first."""
    found = library_of(library)
    if found is None:
        return {}
    methods: dict[str, set[str]] = {}
    for fact in found.facts.places:
        owner, _, method = fact.rpartition(".")
        if owner in found.types.places or owner in found.facts.places or owner.rpartition(".")[2][:1].isupper():
            methods.setdefault(owner, set()).add(method)
    by_size = sorted(methods, key=lambda name: -len(methods[name]))
    whole = {name: frozenset(_all_members(name, methods)) for name in (*found.types.places, *by_size)}
    modules = library_files()
    return {n: members for n, members in whole.items() if n not in modules and n.rpartition(".")[0] not in whole}


def _all_members(name: str, methods: Mapping[str, set[str]]) -> Iterator[str]:
    for base in bases_of(name):
        yield from methods.get(base, ())
        info = find_type(base)
        yield from (attribute for attribute, _ in info.attributes) if info is not None else ()
