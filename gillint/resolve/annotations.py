"""Types from annotations: `list[np.ndarray]`, `Optional[str]`, `"Store"`, `X | None`."""

from __future__ import annotations

import ast
from functools import lru_cache

from gillint.knowledge.base import find_fact, find_type
from gillint.resolve.activation import Activation
from gillint.resolve.joining import join
from gillint.resolve.values import (
    ITERATORS,
    NONE,
    UNKNOWN,
    AliasRef,
    ClassRef,
    SymbolRef,
    UndefinedRef,
    Value,
    is_known,
)
from gillint.syntax import tree as t

_CONTAINERS = {"list", "set", "frozenset", "tuple", "dict"}
_TYPING = {
    "List": "list",
    "Sequence": "list",
    "Iterable": "list",
    "Collection": "list",
    "MutableSequence": "list",
    "Iterator": "iterator",
    "Generator": "iterator",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Tuple": "tuple",
    "Dict": "dict",
    "Mapping": "dict",
    "MutableMapping": "dict",
    "DefaultDict": "dict",
    "Deque": "collections.deque",
    "Counter": "collections.Counter",
    "OrderedDict": "collections.OrderedDict",
    "ChainMap": "collections.ChainMap",
    "Buffer": "bytes",
    "ByteString": "bytes",
    "Text": "str",
    "IO": "io.TextIOWrapper",
    "TextIO": "io.TextIOWrapper",
    "BinaryIO": "io.BufferedReader",
    "Pattern": "re.Pattern",
    "Match": "re.Match",
    "NDArray": "numpy.ndarray",
}
_TYPING_MODULES = ("typing.", "typing_extensions.", "collections.abc.", "numpy.typing.")
_SELF = {"typing.Self", "typing_extensions.Self", "Self"}
_BUILTIN = {"int", "float", "str", "bytes", "bytearray", "memoryview", "bool", "complex", "range", *_CONTAINERS}
# What stands in brackets is what an attribute of an instance is; `Mapped` is sqlalchemy's.
_TRANSPARENT = {"Optional", "Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly", "Mapped"}


def annotated(act: Activation, node: t.Expr | None) -> Value:
    """The value that an annotation promises; unknown where it says nothing that matters."""
    if node is None:
        return UNKNOWN
    if isinstance(node, t.Constant):
        if node.value is None:
            return NONE
        return from_text(act, node.value) if isinstance(node.value, str) else UNKNOWN
    if isinstance(node, t.Binary) and node.operator == "or":
        return join(annotated(act, node.left), annotated(act, node.right))
    if isinstance(node, t.Subscript):
        return _subscripted(act, node)
    if isinstance(node, t.Name):
        alias = _alias(act, node.id)
        if alias is not None:
            return alias
    name = _public_name(act, node)
    return _named(act, name) if name is not None else UNKNOWN


def _alias(act: Activation, name: str) -> Value | None:
    from gillint.resolve.expressions import lookup

    ref = lookup(act, name).reference
    return ref.instance if isinstance(ref, AliasRef) else None


def alias_of(act: Activation, value: Value, node: t.Subscript) -> Value | None:
    """`list[Path]` as an expression: a type under another name."""
    ref = value.reference
    if not isinstance(ref, (SymbolRef, ClassRef)):
        return None
    is_type = isinstance(ref, ClassRef) or ref.name in _CONTAINERS or ref.name.startswith(_TYPING_MODULES)
    if not is_type:
        return None
    instance = annotated(act, node)
    return Value(type="type", reference=AliasRef(instance)) if is_known(instance) else None


def union_of(act: Activation, left: Value, right: Value, node: t.Binary) -> Value | None:
    """`str | Path` as an expression: a type under another name."""
    kinds = (ClassRef, AliasRef)
    plain = [v.reference.name for v in (left, right) if isinstance(v.reference, SymbolRef)]
    typed = [v for v in (left, right) if isinstance(v.reference, kinds) or v == NONE]
    if len(typed) + sum(n in _BUILTIN or find_type(n) is not None for n in plain) < 2:
        return None
    instance = annotated(act, node)
    return Value(type="type", reference=AliasRef(instance)) if is_known(instance) else None


def is_type_alias(act: Activation, node: t.Expr) -> bool:
    """Whether an annotation is `TypeAlias`."""
    return _public_name(act, node) in ("typing.TypeAlias", "typing_extensions.TypeAlias", "TypeAlias")


def evaluate_text(act: Activation, text: str) -> Value:
    """The value of an expression that is known as text; names, attributes, subscripts and calls of them."""
    from gillint.resolve.expressions import evaluate

    tree = _parsed(text)
    return evaluate(act, tree) if tree is not None else UNKNOWN


def from_text(act: Activation, text: str) -> Value:
    """A forward reference: only dotted names are worth a second parser."""
    tree = _parsed(text)
    return annotated(act, tree) if tree is not None else UNKNOWN


@lru_cache(maxsize=4096)
def _parsed(text: str) -> t.Expr | None:
    try:
        return _convert(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _convert(node: ast.expr) -> t.Expr:
    from gillint.diagnostics.span import NOWHERE

    if isinstance(node, ast.Name):
        return t.Name(NOWHERE, node.id)
    if isinstance(node, ast.Attribute):
        return t.Attribute(NOWHERE, _convert(node.value), node.attr)
    if isinstance(node, ast.Subscript):
        return t.Subscript(NOWHERE, _convert(node.value), _convert(node.slice))
    if isinstance(node, ast.Call) and not node.keywords:
        return t.Call(NOWHERE, _convert(node.func), tuple(t.Argument(_convert(a)) for a in node.args))
    if isinstance(node, ast.Tuple):
        return t.Sequence(NOWHERE, "tuple", tuple(_convert(e) for e in node.elts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return t.Binary(NOWHERE, _convert(node.left), "or", _convert(node.right))
    return t.Constant(NOWHERE, node.value if isinstance(node, ast.Constant) else ...)


def _public_name(act: Activation, node: t.Expr) -> str | None:
    """The public name an annotation refers to, through the file's imports."""
    from gillint.resolve.expressions import lookup

    if isinstance(node, t.Name):
        ref = lookup(act, node.id).reference
        if isinstance(ref, SymbolRef):
            return ref.name
        if isinstance(ref, ClassRef):
            return ref.key
        return node.id if isinstance(ref, UndefinedRef) else None
    if isinstance(node, t.Attribute):
        base = _public_name(act, node.value)
        customary = {"np": "numpy", "pd": "pandas"}
        return f"{customary.get(base, base)}.{node.name}" if base is not None else None
    return None


def _named(act: Activation, name: str) -> Value:
    last = name.rsplit(".", 1)[-1]
    if name in _BUILTIN or _is_exception(name):
        return Value(type=name)
    if name in _SELF and act.owner is not None:
        return Value(type=act.owner.key)
    if name.startswith(_TYPING_MODULES) or name in _TYPING:
        return Value(type=_TYPING[last]) if last in _TYPING else UNKNOWN
    if act.program.class_of(name) is not None or "." in name:
        return Value(type=_meant(name))
    return UNKNOWN


def _is_exception(name: str) -> bool:
    """Whether it is one of Python's own exceptions."""
    known = find_type(name) if "." not in name else None
    return known is not None and (name == "BaseException" or any(map(_is_exception, known.bases)))


def _meant(name: str) -> str:
    """The type; where a function is named (`x: np.array`), that of what it gives."""
    if find_type(name) is not None:
        return name
    fact = find_fact(name)
    returns = fact.behaviour.returns if fact is not None else None
    return returns.type if returns is not None and returns.type is not None else name


def _class(act: Activation, node: t.Expr) -> Value:
    """`type[Store]`: the class itself."""
    from gillint.resolve.expressions import lookup

    name = node.id if isinstance(node, t.Name) else node.value if isinstance(node, t.Constant) else None
    value = lookup(act, name) if isinstance(name, str) and name.isidentifier() else UNKNOWN
    return value if isinstance(value.reference, (ClassRef, SymbolRef)) else UNKNOWN


def _subscripted(act: Activation, node: t.Subscript) -> Value:
    alias = _alias(act, node.value.id) if isinstance(node.value, t.Name) else None
    if alias is not None:
        return alias
    name = _public_name(act, node.value)
    if name is None:
        return UNKNOWN
    last = name.rsplit(".", 1)[-1]
    arguments = node.index.elements if isinstance(node.index, t.Sequence) else (node.index,)
    if not arguments:  # `Tuple[()]`, and what nobody can run: `Optional[()]`
        return Value(type="tuple", items=()) if last in ("tuple", "Tuple") else UNKNOWN
    if last in _TRANSPARENT:
        return annotated(act, arguments[0])
    if name in ("type", "typing.Type") and len(arguments) == 1:
        return _class(act, arguments[0])
    if last == "IO" and isinstance(arguments[0], t.Name) and arguments[0].id == "bytes":
        return Value(type="io.BufferedReader")
    if last == "Union":
        result = annotated(act, arguments[0])
        for other in arguments[1:]:
            result = join(result, annotated(act, other))
        return result
    base = _named(act, name)
    if base.type == "numpy.ndarray":
        from gillint.resolve.expressions import evaluate
        from gillint.resolve.numeric.dtype_names import dtype_name

        with act.nested():
            dtype = dtype_name(evaluate(act, arguments[-1]))
        return Value(type="numpy.ndarray", dtype=dtype)
    inner = [annotated(act, a) for a in arguments]
    if base.type == "dict" and len(inner) == 2:
        return Value(type="dict", items=(inner[0], inner[1]), element=inner[0])
    if base.type == "tuple":
        if len(inner) == 2 and isinstance(arguments[1], t.Constant) and arguments[1].value is ...:
            return Value(type="tuple", element=inner[0])
        return Value(type="tuple", items=tuple(inner))
    if base.type in ("list", "set", "frozenset", *ITERATORS):
        return Value(type=base.type, element=inner[0])
    return base
