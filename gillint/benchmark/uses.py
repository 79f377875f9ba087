"""What an undefined name, or a parameter, must be: read from what the code does with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gillint.benchmark.scopes import dotted, imports_of
from gillint.benchmark.shapes import ANY, CALLABLE, FLOAT, INT, TEXT, URL, Shape, list_of
from gillint.benchmark.wants import BY_ANNOTATION, BY_NAME, ITERATES, METHODS, WANTS, WANTS_BELOW
from gillint.resolve.calling.customary import CUSTOMARY_MODULES

_DEPTH = 4  # calls of the file's own functions that are followed
_REQUESTS = {"get", "post", "put", "delete", "head", "request", "patch"}
_MAPPING_METHODS = {"items", "keys", "values", "get", "setdefault"}


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that the code does with a value; the higher the rank, the more it tells."""

    rank: int
    shape: Shape


class Reader:
    """Reads a module for what its names are used for."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._imports = imports_of(tree)
        self._parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.functions = {
            node.name: node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around this one."""
        return self._parents.get(node)

    def qualified(self, node: ast.AST) -> str | None:
        """The public name that an expression stands for, as far as imports and custom tell."""
        text = dotted(node)
        if text is None:
            return None
        first, dot, rest = text.partition(".")
        if first in self._imports:
            first = self._imports[first]
        elif dot and first in CUSTOMARY_MODULES:
            first = CUSTOMARY_MODULES[first]
        return f"{first}.{rest}" if dot else first

    def of_name(self, name: str, scope: ast.AST, depth: int = _DEPTH) -> Shape:
        """What a name must be, from all its uses in a scope and from the name itself."""
        clues = [
            clue
            for node in ast.walk(scope)
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            for clue in self._clues(node, scope, depth)
        ]
        found = _merged(clues)
        if found.kind == "any" or (found.kind == "list" and (found.part("item") or ANY).kind == "any"):
            named = by_name(name)
            if named is not None and (found.kind == "any" or named.kind == "list"):
                return named
        return found

    def of_parameter(
        self, parameter: ast.arg, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int = _DEPTH
    ) -> Shape:
        """What a parameter must be; its annotation goes first."""
        if parameter.annotation is not None:
            declared = by_annotation(parameter.annotation)
            if declared is not None and declared.kind not in ("any", "list", "dict"):
                used = self.of_name(parameter.arg, function, depth)
                special = used.kind in (
                    "json",
                    "path",
                    "url",
                    "xml",
                    "html",
                    "yaml",
                    "date",
                    "base64",
                    "gzip",
                    "zlib",
                    "array",
                )
                if declared.kind == "path object" and used.kind in ("path", "path file"):
                    return replace(used, kind="path file")
                return used if special and declared.kind in ("text", "bytes", "array") else declared
            if declared is not None and declared.kind == "list" and (declared.part("item") or ANY).kind != "any":
                used = self.of_name(parameter.arg, function, depth)
                item = used.part("item")
                return used if item is not None and item.kind in ("json", "path", "url") else declared
        return self.of_name(parameter.arg, function, depth)

    def _clues(self, node: ast.expr, scope: ast.AST, depth: int) -> Iterator[Clue]:
        """What the surroundings of one occurrence say of its value."""
        parent = self.parent(node)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is node:
            yield Clue(6, list_of(self._of_target(parent.target, scope, depth)))
        elif isinstance(parent, ast.Call):
            yield from self._in_call(node, parent, scope, depth)
        elif isinstance(parent, ast.Attribute):
            yield from self._attribute(parent, scope, depth)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            yield from self._subscript(parent, scope, depth)
        elif isinstance(parent, ast.Subscript):
            yield Clue(2, INT)
        elif isinstance(parent, ast.BinOp):
            yield from _operand(node, parent)
        elif isinstance(parent, ast.Compare):
            yield from _compared(parent)
        elif isinstance(parent, (ast.Assign, ast.NamedExpr, ast.AnnAssign)) and parent.value is node:
            target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
            shape = self._of_target(target, scope, depth - 1)
            yield Clue(5 if shape.kind != "any" else 0, shape)
        elif isinstance(parent, ast.withitem) and parent.optional_vars is not None:
            yield Clue(4, self._of_target(parent.optional_vars, scope, depth - 1))
        elif isinstance(parent, ast.AugAssign):
            yield Clue(2, FLOAT)
        elif isinstance(parent, ast.keyword):
            call = self.parent(parent)
            if isinstance(call, ast.Call) and parent.arg is not None:
                yield from self._keyword(parent.arg, call, depth)
        elif isinstance(parent, (ast.Starred, ast.Await, ast.IfExp)):
            yield from self._clues(parent, scope, depth)

    def _of_target(self, target: ast.AST, scope: ast.AST, depth: int) -> Shape:
        if depth <= 0:
            return ANY
        if isinstance(target, ast.Name):
            return self.of_name(target.id, scope, depth - 1)
        if isinstance(target, (ast.Tuple, ast.List)):
            members = tuple((str(i), self._of_target(t, scope, depth - 1)) for i, t in enumerate(target.elts))
            return Shape("tuple", members)
        return ANY

    def _in_call(self, node: ast.expr, call: ast.Call, scope: ast.AST, depth: int) -> Iterator[Clue]:
        if call.func is node:
            yield Clue(3, CALLABLE)
            return
        position = call.args.index(node) if node in call.args else None
        if position is None:
            return
        name = self.qualified(call.func)
        if name in ITERATES:
            yield from self._iterated(call, position, scope, depth)
            return
        wanted = wanted_by(name, position)
        if wanted is not None:
            wanted = self._refined(wanted, call, scope, depth)
            yield Clue(9, wanted)
            return
        if name in self.functions and depth > 0:
            function = self.functions[name]
            parameters = function.args.posonlyargs + function.args.args
            if position < len(parameters):
                shape = self.of_parameter(parameters[position], function, depth - 1)
                yield Clue(7 if shape.kind != "any" else 0, shape)
            return
        if isinstance(call.func, ast.Attribute):
            method = call.func.attr
            if method in _REQUESTS and position == 0 and _looks_like_client(call.func.value):
                yield Clue(8, URL)
            elif method == "append":
                yield Clue(0, ANY)
            elif method == "map" and position == 1 and call.args and isinstance(call.args[0], ast.Name):
                function_name = call.args[0].id
                if function_name in self.functions and self.functions[function_name].args.args:
                    function = self.functions[function_name]
                    yield Clue(7, list_of(self.of_parameter(function.args.args[0], function, depth - 1)))

    def _iterated(self, call: ast.Call, position: int, scope: ast.AST, depth: int) -> Iterator[Clue]:
        """`enumerate(xs)`, `zip(xs, ys)`, `list(xs)` in a loop: the item is what the target says."""
        loop = self.parent(call)
        name = self.qualified(call.func)
        if isinstance(loop, (ast.For, ast.comprehension)) and loop.iter is call:
            target: ast.AST = loop.target
            if name == "enumerate" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
                target = target.elts[1]
            elif name == "zip" and isinstance(target, ast.Tuple) and position < len(target.elts):
                target = target.elts[position]
            yield Clue(6, list_of(self._of_target(target, scope, depth)))
        elif name != "len":
            yield Clue(3, list_of(FLOAT))
        else:
            yield Clue(1, list_of(FLOAT))

    def _refined(self, wanted: Shape, call: ast.Call, scope: ast.AST, depth: int) -> Shape:
        """JSON holds what is read from it; a file what is read from it."""
        if wanted.kind == "json":
            document = self._of_result(call, scope, depth)
            return replace(wanted, parts=(("document", document),)) if _in_json(document) else wanted
        if wanted.kind == "path" and (wanted.part("content") or TEXT).kind == "text":
            return replace(wanted, parts=(("content", self.of_file(call, scope, depth)),))
        return wanted

    def _of_result(self, call: ast.expr, scope: ast.AST, depth: int) -> Shape:
        return _merged(list(self._clues(call, scope, depth - 1))) if depth > 0 else ANY

    def of_file(self, call: ast.expr, scope: ast.AST, depth: int = _DEPTH) -> Shape:
        """What a file holds, from what is done with the file object that `open(...)` gives."""
        parent = self.parent(call)
        target: ast.AST | None = None
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return _as_lines(self._of_target(parent.target, scope, depth))
        if isinstance(parent, ast.withitem):
            target = parent.optional_vars
        elif isinstance(parent, ast.Assign):
            target = parent.targets[0]
        elif isinstance(parent, ast.Call) and self.qualified(parent.func) in ("json.load", "pickle.load"):
            return Shape(str(self.qualified(parent.func)).split(".", maxsplit=1)[0])
        if isinstance(target, ast.Name):
            for node in ast.walk(scope):
                if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load):
                    found = self._of_open_file(node, scope, depth)
                    if found is not None:
                        return found
        arguments = [a.value for a in getattr(call, "args", []) if isinstance(a, ast.Constant)]
        return Shape("bytes") if any(isinstance(a, str) and "b" in a and len(a) < 4 for a in arguments) else TEXT

    def _of_open_file(self, node: ast.Name, scope: ast.AST, depth: int) -> Shape | None:
        parent = self.parent(node)
        if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
            return _as_lines(self._of_target(parent.target, scope, depth))
        if isinstance(parent, ast.Call):
            name = self.qualified(parent.func) or ""
            known = {"json.load": "json", "pickle.load": "pickle", "csv.reader": "csv", "csv.DictReader": "csv",
                     "yaml.safe_load": "yaml", "numpy.load": "npy", "PIL.Image.open": "image"}  # fmt: skip
            if name in known:
                return Shape(known[name])
            if name == "enumerate":
                loop = self.parent(parent)
                if isinstance(loop, ast.For) and isinstance(loop.target, ast.Tuple):
                    return _as_lines(self._of_target(loop.target.elts[-1], scope, depth))
        if isinstance(parent, ast.Attribute) and parent.attr == "read":
            call = self.parent(parent)
            if isinstance(call, ast.Call):
                result = self._of_result(call, scope, depth)
                return result if result.kind in ("json", "xml", "yaml", "bytes", "html") else None
        return None

    def _attribute(self, node: ast.Attribute, scope: ast.AST, depth: int) -> Iterator[Clue]:
        call = self.parent(node)
        if not (isinstance(call, ast.Call) and call.func is node):
            inner = self._of_result(node, scope, depth)
            yield Clue(4, Shape("record", ((node.attr, inner),)))
            return
        if node.attr in METHODS:
            shape = METHODS[node.attr]
            columns = tuple((name, FLOAT) for name in _column_names(call)) if shape.kind == "frame" else ()
            yield Clue(5, replace(shape, parts=columns) if columns else shape)
        elif node.attr in _MAPPING_METHODS and not call.args:
            yield Clue(4, Shape("dict", (("a", ANY), ("b", ANY))))
        elif node.attr == "get" and call.args and isinstance(call.args[0], ast.Constant):
            yield Clue(4, Shape("dict", ((str(call.args[0].value), self._of_result(call, scope, depth)),)))
        elif node.attr in _REQUESTS and _looks_like_client(node.value):
            yield Clue(6, Shape("session"))
        elif node.attr not in ("append", "add", "extend", "update"):
            yield Clue(3, Shape("record", ((node.attr, CALLABLE),)))

    def _subscript(self, node: ast.Subscript, scope: ast.AST, depth: int) -> Iterator[Clue]:
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield Clue(4, Shape("dict", ((key.value, self._of_result(node, scope, depth)),)))
        elif isinstance(key, ast.Tuple):
            yield Clue(5, Shape("array", text="2"))
        elif isinstance(key, ast.Slice):
            yield Clue(1, TEXT)
        elif not isinstance(key, (ast.Compare, ast.BoolOp)):
            yield Clue(3, list_of(self._of_result(node, scope, depth)))

    def _keyword(self, name: str, call: ast.Call, depth: int) -> Iterator[Clue]:
        function = self.functions.get(self.qualified(call.func) or "")
        if function is not None and depth > 0:
            for parameter in (*function.args.args, *function.args.kwonlyargs):
                if parameter.arg == name:
                    yield Clue(7, self.of_parameter(parameter, function, depth - 1))


def _in_json(shape: Shape) -> bool:
    """Whether JSON can hold it."""
    plain = shape.kind in ("text", "int", "float", "bool", "number text", "date", "list", "dict")
    return plain and all(_in_json(part) or part.kind == "any" for _, part in shape.parts)


def wanted_by(name: str | None, position: int) -> Shape | None:
    """What a well-known callable wants at a position."""
    if name is None:
        return None
    wants = WANTS.get(name)
    if wants is None:
        wants = next((w for prefix, w in WANTS_BELOW.items() if name.startswith(prefix)), None)
    return wants[position] if wants is not None and position < len(wants) else None


def _as_lines(item: Shape) -> Shape:
    """A file whose lines are used so."""
    return Shape("json line") if item.kind == "json" else Shape("text")


def _operand(node: ast.expr, parent: ast.BinOp) -> Iterator[Clue]:
    if isinstance(parent.op, ast.MatMult):
        yield Clue(7, Shape("array", text="2"))
    elif isinstance(parent.op, (ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)):
        yield Clue(3, INT)
    elif isinstance(parent.op, ast.Mod) and parent.left is node and isinstance(parent.right, (ast.Tuple, ast.Dict)):
        yield Clue(3, TEXT)
    else:
        other = parent.right if parent.left is node else parent.left
        text = isinstance(other, (ast.JoinedStr, ast.Constant)) and isinstance(getattr(other, "value", ""), str)
        yield Clue(3, TEXT) if text else Clue(2, INT if isinstance(parent.op, ast.Mod) else FLOAT)


def _compared(parent: ast.Compare) -> Iterator[Clue]:
    others = [c for c in (parent.left, *parent.comparators) if isinstance(c, ast.Constant)]
    if isinstance(parent.ops[0], (ast.In, ast.NotIn, ast.Is, ast.IsNot)):
        return
    if others and isinstance(others[0].value, str):
        yield Clue(2, TEXT)
    elif others or isinstance(parent.ops[0], (ast.Lt, ast.Gt, ast.LtE, ast.GtE)):
        yield Clue(2, FLOAT)


def _looks_like_client(node: ast.AST) -> bool:
    """`session.get(x)` asks a server, `d.get(x)` a dict: the receiver's name tells."""
    name = (dotted(node) or "").lower()
    return any(word in name for word in ("session", "client", "http", "requests", "api"))


def _column_names(call: ast.Call) -> list[str]:
    texts: list[str] = []
    for argument in (*call.args, *(k.value for k in call.keywords if k.arg in ("by", "on", "subset"))):
        members = argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument]
        texts.extend(m.value for m in members if isinstance(m, ast.Constant) and isinstance(m.value, str))
    return texts


def _merged(clues: list[Clue]) -> Shape:
    """The strongest clue; what several say of a dict's keys, a record's attributes, a frame's columns is put together."""
    told = [c for c in clues if c.shape.kind != "any"]
    if not told:
        return ANY
    best = max(told, key=lambda c: c.rank)
    kind = best.shape.kind
    if kind == "dict" and any(c.shape.kind == "frame" for c in told):
        kind = "frame"
    if kind in ("dict", "record", "frame"):
        parts: dict[str, Shape] = {}
        for clue in told:
            if clue.shape.kind in (kind, "dict" if kind == "frame" else kind):
                for name, shape in clue.shape.parts:
                    if name not in parts or parts[name].kind == "any":
                        parts[name] = shape
        if kind == "frame":
            parts = {name: s if s.kind in ("text", "int") else FLOAT for name, s in parts.items()}
        return Shape(kind, tuple(parts.items()), best.shape.text)
    if kind == "list":
        items = [c.shape.part("item") or ANY for c in told if c.shape.kind == "list"]
        item = next((i for i in items if i.kind != "any"), ANY)
        return Shape("list", (("item", item),))
    return best.shape


def by_name(name: str) -> Shape | None:
    """What a name alone suggests; a plural is a list of it."""
    lowered = name.lower().strip("_")
    for words, shape in BY_NAME:
        if lowered in words or any(len(w) > 2 and lowered.endswith(f"_{w}") for w in words):
            return shape
    if lowered.endswith("s") and len(lowered) > 3:
        one = by_name(lowered[:-3] + "y" if lowered.endswith("ies") else lowered[:-1])
        return list_of(one) if one is not None else None
    return None


def by_annotation(node: ast.expr) -> Shape | None:
    """What an annotation says."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return by_annotation(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return by_annotation(node.left) or by_annotation(node.right)
    text = dotted(node)
    if text is not None:
        return BY_ANNOTATION.get(text) or BY_ANNOTATION.get(text.rsplit(".", 1)[-1])
    if isinstance(node, ast.Subscript):
        base = (dotted(node.value) or "").rsplit(".", 1)[-1]
        members = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if base in ("list", "List", "Iterable", "Sequence", "set", "Set", "Iterator", "Collection"):
            return list_of(by_annotation(members[0]) or ANY)
        if base == "tuple":
            kinds = [by_annotation(m) or ANY for m in members if not isinstance(m, ast.Constant)]
            if len(kinds) < len(members):
                return list_of(kinds[0] if kinds else ANY)
            return Shape("tuple", tuple((str(i), k) for i, k in enumerate(kinds)))
        if base in ("Optional", "Union", "Annotated"):
            return by_annotation(members[0])
        if base in ("NDArray", "ndarray"):
            return BY_ANNOTATION["NDArray"]
        if base in ("Callable",):
            return CALLABLE
        if base in ("dict", "Dict", "Mapping"):
            return Shape("dict", (("a", by_annotation(members[-1]) or ANY), ("b", by_annotation(members[-1]) or ANY)))
    return None
