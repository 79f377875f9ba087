"""What a function is called with in its own file, and the statements that make it: inputs as real as can be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from gillint.benchmark.scopes import BUILTINS, bound_names, dotted, needed_globals, read_names
from gillint.benchmark.slicing import is_evaluable, slice_for
from gillint.benchmark.user_file import Function, UserFile

# Callers of callers that are looked at.
_DEEPEST = 3
# Calls that are looked at: of a method `get` there are hundreds in a long file.
_MOST_CALLS = 20
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What cannot be taken out of its function.
_NOT_ALONE = (ast.Await, ast.Yield, ast.YieldFrom, ast.Return)


@dataclass(frozen=True, slots=True)
class Passed:
    """What one call in the file passes.

    Attributes:
        values: an expression for each parameter that is known.
        before: the statements that make the names in them, where these are local to the caller.
    """

    values: tuple[tuple[str, ast.expr], ...] = ()
    before: tuple[ast.stmt, ...] = ()

    def get(self, name: str) -> ast.expr | None:
        """The expression for a parameter."""
        return next((value for parameter, value in self.values if parameter == name), None)

    def assignments(self) -> Iterator[ast.stmt]:
        """Each parameter set to its expression."""
        return (_assignment(ast.Name(name, ast.Store()), value) for name, value in self.values)


def passed_to(
    file: UserFile,
    function: Function,
    called: str,
    names: list[str],
    owner: ast.ClassDef | None = None,
    depth: int = _DEEPEST,
) -> Passed:
    """The arguments of the call or hand-over in the file that tells most; at the top rather than in a function.

    Args:
        file: the user's.
        function: what is called.
        called: the name that it is called by, a class's for its `__init__`.
        names: its parameters by position, without the object.
        owner: the class of a method, whose object is asked for, too, as `self`: one that a call in the file is made on.
        depth: how many callers of callers are looked at.
    """
    best, all_of_it = Passed(), (owner is not None, len(names) + (owner is not None))
    calls = tuple(islice(_calls_of(file, function, called), _MOST_CALLS))
    for call in calls:
        values = bound_arguments(file, call, called, names)
        usable = Passed(tuple((k, v) for k, v in values if is_evaluable(v, file.statements)))
        best = max(best, usable, key=_tells)
    for call in calls if depth > 0 else ():
        if _tells(best) >= all_of_it:
            break
        best = max(best, _from_caller(file, call, called, names, owner, depth), key=_tells)
    return best


def _calls_of(file: UserFile, function: Function, called: str) -> Iterator[ast.Call]:
    """The calls and hand-overs of a function, as far as the name tells, but not its own."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call):
            named = (node.func, *node.args, *(k.value for k in node.keywords))
            is_named = any(
                (dotted(n) or "").rpartition(".")[2] == called or getattr(n, "attr", "") == called for n in named
            )
            if is_named and not _inside(file, node, function):
                yield node


def _tells(passed: Passed) -> tuple[bool, int]:
    """How much is known: the object first, then how many arguments."""
    return passed.get("self") is not None, len(passed.values)


def _inside(file: UserFile, node: ast.AST | None, function: ast.AST) -> bool:
    while node is not None and node is not function:
        node = file.reader.parent(node)
    return node is function


def _from_caller(
    file: UserFile, call: ast.Call, called: str, names: list[str], owner: ast.ClassDef | None, depth: int
) -> Passed:
    """What a call in another function passes: its local names are made as the other function makes them.

    At the file's top the same is done for the object of a method, so that each copy of the work has its own.
    """
    receiver = _receiver(call, called) if owner is not None else None
    values = tuple(bound_arguments(file, call, called, names))
    values = (("self", receiver), *values) if receiver is not None else values
    caller = _caller(file, call)
    if not values or caller is None or (caller.function is None and receiver is None):
        return Passed()
    given = _given(file, caller, depth)
    path = (*given.assignments(), *_leading_to(file, call, caller.function or file.tree))
    local = bound_names(path) | {a.arg for a in caller.parameters}
    top = bound_names(s for s in file.statements if s not in path)
    cut = slice_for({n for _, v in values for n in _free(v)}, path, (top - local) | BUILTINS)
    before = (*given.before, *cut.statements)
    is_whole = not any(isinstance(n, _NOT_ALONE) for s in cut.statements for n in ast.walk(s))
    if not is_whole or any(read_names([s]) & cut.undefined for s in cut.statements):
        return Passed()
    is_own = owner is not None and receiver is not None and _is_instance(file, receiver, before, owner, caller.owner)
    known = tuple((k, v) for k, v in values if not _free(v) & cut.undefined and (k != "self" or is_own))
    return Passed(known, before) if caller.function is not None or is_own else Passed()


def _free(value: ast.expr) -> frozenset[str]:
    """The names that an expression needs from outside: not those that its own loops bind."""
    return needed_globals(ast.unparse(value))


@dataclass(frozen=True, slots=True)
class _Caller:
    """Where a call stands: in a function, in a method of a class, or at the top of the file."""

    function: Function | None = None
    owner: ast.ClassDef | None = None

    @property
    def parameters(self) -> tuple[ast.arg, ...]:
        if self.function is None:
            return ()
        return (*self.function.args.posonlyargs, *self.function.args.args, *self.function.args.kwonlyargs)


def _caller(file: UserFile, call: ast.Call) -> _Caller | None:
    """Where a call stands; None in a function of a function and in the body of a class."""
    around = [n for n in _parents(file, call) if isinstance(n, (*_SCOPES, ast.ClassDef))]
    function, owner = (*around[:2], None, None)[:2]
    if len(around) > 2 or not (function is None or isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))):
        return None
    return _Caller(function, owner) if owner is None or isinstance(owner, ast.ClassDef) else None


def _given(file: UserFile, caller: _Caller, depth: int) -> Passed:
    """What the caller is given itself: the defaults of its parameters, or what its own callers pass."""
    if caller.function is None:
        return Passed()
    parameters = [a.arg for a in caller.parameters]
    own = parameters[int(caller.owner is not None) :]
    given = passed_to(file, caller.function, caller.function.name, own, caller.owner, depth - 1)
    named = tuple((parameters[0] if k == "self" and caller.owner is not None else k, v) for k, v in given.values)
    return Passed((*_defaults(caller.function), *named), given.before)


def _receiver(call: ast.Call, called: str) -> ast.expr | None:
    """The object of a method that is called, or handed over."""
    handed = (*call.args, *(k.value for k in call.keywords if k.arg in ("target", "func")))
    methods = (n for n in (call.func, *handed) if isinstance(n, ast.Attribute) and n.attr == called)
    return next((n.value for n in methods), None)


def _is_instance(
    file: UserFile, value: ast.expr, before: tuple[ast.stmt, ...], owner: ast.ClassDef, inside: ast.ClassDef | None
) -> bool:
    """Whether an expression is an object of a class or of one below it, as far as its making can be seen."""
    if isinstance(value, ast.Call):
        return _is_below(file, (dotted(value.func) or "").removesuffix(".__enter__"), owner)
    text = ast.unparse(value)
    if text == "self" and inside is not None:
        return _is_below(file, inside.name, owner)
    scope = [n for s in before for n in ast.walk(s)] + (list(ast.walk(inside)) if inside is not None else [])
    assigned = [n.value for n in scope if isinstance(n, ast.Assign) and text in map(ast.unparse, n.targets)]
    return any(isinstance(v, ast.Call) and _is_instance(file, v, (), owner, None) for v in assigned)


def _is_below(file: UserFile, name: str, owner: ast.ClassDef) -> bool:
    """Whether a class of this name is a class, or inherits from it."""
    classes = {n.name: n for n in ast.walk(file.tree) if isinstance(n, ast.ClassDef)}
    below, seen = classes.get(name), set[str]()
    while below is not None and below is not owner and below.name not in seen:
        seen.add(below.name)
        below = next((classes[b] for b in map(dotted, below.bases) if b in classes), None)
    return below is owner


def _defaults(function: Function) -> Iterator[tuple[str, ast.expr]]:
    positional = [*function.args.posonlyargs, *function.args.args]
    for parameter, default in zip(reversed(positional), reversed(function.args.defaults), strict=False):
        yield parameter.arg, default
    for parameter, only in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if only is not None:
            yield parameter.arg, only


def _parents(file: UserFile, node: ast.AST) -> Iterator[ast.AST]:
    parent = file.reader.parent(node)
    while parent is not None:
        yield parent
        parent = file.reader.parent(parent)


def _leading_to(file: UserFile, call: ast.Call, caller: Function | ast.Module) -> Iterator[ast.stmt]:
    """The statements of a function, or of the file, that come before a call, each loop in its first turn."""
    way = [call, *_parents(file, call)]
    way = way[: way.index(caller) + 1][::-1]
    for outer, inner in pairwise(way):
        if isinstance(outer, (ast.For, ast.AsyncFor)) and inner is not outer.iter:
            yield _assignment(outer.target, _first_of(outer.iter))
        if isinstance(outer, (ast.With, ast.AsyncWith)) and inner in outer.body:
            for item in outer.items:
                if item.optional_vars is not None:
                    entered = ast.parse(f"({ast.unparse(item.context_expr)}).__enter__()", mode="eval").body
                    yield _assignment(item.optional_vars, entered)
        for generator in getattr(outer, "generators", []):
            if inner is not generator:
                yield _assignment(generator.target, _first_of(generator.iter))
        for block in (getattr(outer, name, []) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list) and inner in block:
                definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
                is_module = isinstance(caller, ast.Module)
                yield from (s for s in block[: block.index(inner)] if not (is_module and isinstance(s, definitions)))


def _assignment(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.parse(f"{ast.unparse(target)} = {ast.unparse(value)}").body[0]


def bound_arguments(file: UserFile, call: ast.Call, name: str, names: list[str]) -> Iterator[tuple[str, ast.expr]]:
    """The parameters of a function of this name that a call, or a hand-over of the function, passes."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    handed = [i for i, a in enumerate(call.args) if (dotted(a) or "").rsplit(".", 1)[-1] == name]
    target = next((k.value for k in call.keywords if k.arg in ("target", "func")), None)
    if called == name:
        values = call.args
        for keyword in call.keywords:
            if keyword.arg in names and keyword.arg is not None:
                yield keyword.arg, _seen_from_top(file, call, keyword.value)
    elif target is not None and (dotted(target) or "").rsplit(".", 1)[-1] == name:
        given = next((k.value for k in call.keywords if k.arg == "args"), None)
        values = given.elts if isinstance(given, (ast.Tuple, ast.List)) else []
    elif handed and called in ("map", "imap", "imap_unordered", "starmap"):
        values = [_first_of(v) for v in call.args[handed[0] + 1 :]] if called != "starmap" else []
    elif handed:
        values = call.args[handed[0] + 1 :]
    else:
        return
    for parameter, value in zip(names, values, strict=False):
        if isinstance(value, ast.Starred):
            return
        yield parameter, _seen_from_top(file, call, value)


def _first_of(iterable: ast.expr) -> ast.expr:
    taken = "gillint_one({})" if isinstance(iterable, ast.Name) else "next(iter({}))"
    return ast.parse(taken.format(ast.unparse(iterable)), mode="eval").body


def _seen_from_top(file: UserFile, call: ast.AST, value: ast.expr) -> ast.expr:
    """The value with a loop's variable replaced by the first thing that the loop goes through."""
    if not isinstance(value, ast.Name):
        return value
    node: ast.AST | None = call
    while node is not None:
        loops = [node] if isinstance(node, ast.For) else getattr(node, "generators", [])
        for loop in loops:
            if isinstance(loop.target, ast.Name) and loop.target.id == value.id:
                return _first_of(loop.iter)
        node = file.reader.parent(node)
    return value
