"""Which method of the file is meant, where the type of the object does not tell: by its name, or by what overrides it."""

from __future__ import annotations

import io
import re

from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.objects.declared import is_abstract
from gillint.resolve.objects.hierarchy import classes_having, leaves_below, some_of
from gillint.resolve.objects.use import AMBIGUOUS, asked_of, is_of_a_builtin
from gillint.resolve.scope import ClassScope
from gillint.resolve.values import FunctionRef, Value
from gillint.syntax import tree as t

# Types a method of which is told by its name alone. Names that other libraries use for something that waits or releases (get,
# join, read, sort, sum ...) are told by their arguments, if at all.
_DUCK_TYPES = (
    "str", "bytes", "list", "dict", "set", "typing.NamedTuple", "logging.Logger", "datetime.timedelta", "datetime.datetime",
    "int", "float",
)  # fmt: skip
_LISTED = {"list", "tuple", "generator", "map", "set", "dict", "filter"}
_KEYS = {"str", "int", "tuple", "bytes"}
# Libraries whose objects have the same methods with the same arguments.
_ALIKE = {"numpy", "pandas", "polars", "torch", "tensorflow", "pyspark", "dask", "xarray"}
# What sets can do and shapes, tables, intervals and windows of pictures as well, and the libraries that have these.
_OF_SETS = {"union", "intersection", "difference", "symmetric_difference"}
_SHAPES = {"affine", "cadquery", "geopandas", "intervaltree", "pandas", "portion", "pyspark", "rasterio", "rtree", "shapely",
           "sympy", "trimesh"}  # fmt: skip
# What objects of libraries have as well: connections, pools, processes, locks, sessions, files. The name alone says nothing then.
_ELSEWHERE = {
    "execute", "executemany", "commit", "rollback", "cursor", "fetchone", "fetchall", "connect", "disconnect", "send",
    "sendall", "recv", "listen", "accept", "bind", "submit", "map", "shutdown", "result", "wait", "acquire", "start",
    "terminate", "kill", "communicate", "poll", "put", "get", "post", "patch", "delete", "request", "head", "options",
    "query", "save", "load", "dump", "dumps", "loads", "fit", "predict", "transform", "score", "forward", "read",
    "write", "close", "open",
}.union(dir(io.TextIOWrapper), dir(io.BufferedReader))  # fmt: skip


def builtin_with(
    act: Activation,
    receiver: Value,
    name: str,
    positional: tuple[Value, ...],
    keywords: tuple[tuple[str, Value], ...],
) -> str | None:
    """The builtin type whose method is called on something unknown, where its name or its arguments tell."""
    if name == "get" and not keywords and _is_of_a_record(act, receiver, positional):
        return "dict"
    if name.startswith("__"):
        return None  # an operator is of everybody
    if name in AMBIGUOUS:
        return _by_arguments(act, name, [v.type for v in positional], {n for n, _ in keywords})
    if name in _OF_SETS and not _SHAPES.isdisjoint(act.scope.syntax.imports()):
        return None
    for duck in _DUCK_TYPES:
        if duck == "bytes" and not all(v.type == "str" for v in (*positional, *(v for _, v in keywords))):
            continue  # `x.decode()`, `x.decode("utf-8")`: what a tokenizer decodes is no text
        if find_fact(f"{duck}.{name}") is not None:
            return duck
    return "pydantic.BaseModel" if name.startswith("model_") and find_fact(f"pydantic.BaseModel.{name}") else None


# Clients of stores have a `get(key)` that waits.
_STORES = {"redis", "aioredis", "valkey", "memcache", "pymemcache", "pylibmc", "etcd3", "consul", "diskcache", "django",
           "flask_caching", "cachelib", "boto3", "plyvel", "lmdb"}  # fmt: skip
_CLIENT = re.compile(r"cache|redis|client|session|store|conn|api|http|queue|pool|^db$|_db$", re.IGNORECASE)
_FIELD = re.compile(r"[A-Za-z_@$][\w -]{0,40}")


def _is_of_a_record(act: Activation, receiver: Value, positional: tuple[Value, ...]) -> bool:
    """`product.get("price")`, `row.get("name", "")`: a field of a record by its name, and no client of a store."""
    field = literal_text(positional[0]) if 1 <= len(positional) <= 2 else None
    if field is None or _FIELD.fullmatch(field) is None:
        return False
    if len(positional) == 2:
        return True
    named = receiver.origin or ""
    return _CLIENT.search(named) is None and _STORES.isdisjoint(act.scope.syntax.imports())


_TEXT: dict[frozenset[str | None], str] = {frozenset({kind}): kind for kind in ("str", "bytes")}


def _by_arguments(act: Activation, name: str, given: list[str | None], keywords: set[str]) -> str | None:
    """`x.replace("a", "")`, `x.join(parts)`, `x.get(key, 0)`, `x.sort(key=f)`, `x.copy()`."""
    first, count = given[0] if given else None, len(given)
    told = {
        "replace": _TEXT.get(frozenset(g for g in given[:2] if g is not None)) if count >= 2 else None,
        "join": "str" if count == 1 and first in _LISTED else None,
        "get": "dict" if count == 2 and first in _KEYS else None,
        "sort": "list" if keywords and keywords <= {"key", "reverse"} and not given else None,
        "update": first if count == 1 and first in ("dict", "set") else None,
        "add": "set" if count == 1 and first in _KEYS and not keywords else None,
        "insert": "list" if count == 2 and first == "int" and not keywords else None,
        "copy": "dict" if not count and not keywords else None,
        "pop": "dict" if count == 2 else "list" if not count and not keywords else None,
        "format": "str" if count or keywords else None,
        "count": "str" if first == "str" and count > 1 else None,
    }.get(name)
    return told if told is not None and _ALIKE.isdisjoint(act.scope.syntax.imports()) else None


def classes_with(act: Activation, value: Value, name: str) -> tuple[ClassScope, ...]:
    """The classes of the file one of which an object must be that is asked for this method; () where it could be another."""
    if act.program.is_scarce or name in _ELSEWHERE or name.startswith("__") or is_of_a_builtin(name):
        return ()
    if act.owner is not None and (act.name or "").rpartition(".")[2] == name:
        return ()  # `def execute(self): self.inner.execute()`: it passes on to something else
    if not any(name in c.methods for c in act.scope.classes.values()):
        return ()
    return classes_having(act.scope, asked_of(act, value.origin) | {name})


def overriding(act: Activation, owner: ClassScope, method: Value) -> tuple[ClassScope, ...]:
    """Where a method is there to be overridden, the classes of its file that do so: an instance is one of these."""
    if not isinstance(method.reference, FunctionRef):
        return ()
    tree, _ = act.program.function_tree(method.reference.key)
    if not isinstance(tree, t.Function) or not is_abstract(tree):
        return ()
    return some_of(tuple(c for c in leaves_below(owner.module, owner) if c is not owner))


def deriving_with(act: Activation, owner: ClassScope, name: str) -> tuple[ClassScope, ...]:
    """The classes of the file below a class that alone have an attribute: of the class itself nobody makes an instance."""
    below = (c for c in leaves_below(owner.module, owner) if c is not owner and act.program.class_of(c.key) is not None)
    return some_of(tuple(c for c in below if act.program.attribute(c, name) is not None))
