"""A benchmark for a region: the code that one run executes, what it needs of its file, and stand-ins for the rest."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gillint.benchmark import shapes
from gillint.benchmark.scopes import bound_names, dotted, needed_globals
from gillint.benchmark.shapes import ANY, HELPERS, Made, Shape, make
from gillint.benchmark.slicing import Slice, is_evaluable, own_for_each_run, slice_for, top_level
from gillint.benchmark.uses import Reader, wanted_by
from gillint.diagnostics.span import Span
from gillint.errors import UsageError
from gillint.knowledge.base import library_files
from gillint.measure.plan import Benchmark, StandIn
from gillint.measure.script import Piece, assemble, server_text
from gillint.regions.find import Region
from gillint.resolve.expressions import CUSTOMARY_MODULES
from gillint.resolve.program import walk
from gillint.resolve.trace import Kind, Loop

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_URL = re.compile(r"""(?P<prefix>\b[rRfF]{1,2})?(?P<quote>["'])https?://[^/"'{}\s]+(?=[/"'{?])""")
_RELATIVE = re.compile(r"^[\w./-]+\.\w{1,8}$")


class NotMeasurable(Exception):
    """Why there is no benchmark for a region, and what the user can do."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What one run executes.

    Attributes:
        body: the statements of the work, as text with the line in the user's file where it was copied.
        needs: names that it reads from the module.
        before: assignments that each run makes anew.
        arguments: for each input of the work, its name and how it is made.
        is_async: it awaits.
        words: what it is, for people.
    """

    body: tuple[Piece, ...]
    needs: frozenset[str]
    before: tuple[ast.stmt, ...] = ()
    arguments: tuple[tuple[str, Made], ...] = ()
    is_async: bool = False
    words: str = ""
    upto: int | None = None


class _File:
    """The user's file, taken apart once; the loop under test goes through as many items as the harness lets it."""

    def __init__(self, source: str, path: str, region: Region) -> None:
        self.path = path
        self.tree = _parsed(source)
        self.lines = _shortened(source, self.tree, region).splitlines()
        self.reader = Reader(self.tree)
        self.statements = top_level(self.tree)

    def text(self, node: ast.stmt) -> Piece:
        """A statement's own lines, dedented."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        lines = self.lines[first - 1 : node.end_lineno]
        return Piece(_to_local_server(textwrap.dedent("\n".join(lines))), first)


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise NotMeasurable(
            f"the Python that runs gillint cannot compile this file (line {error.lineno}: {error.msg})"
        ) from error


def _shortened(source: str, tree: ast.Module, region: Region) -> str:
    """The source with `gillint_first(...)` around what the region's loop goes through; no line moves."""
    span = _loop_span(region)
    if span is None:
        return source
    for node in ast.walk(tree):
        at = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1)
        iterable: ast.expr | None = None
        if at == (span.line, span.column):
            if isinstance(node, ast.For):
                iterable = node.iter
            elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                iterable = node.generators[0].iter
        if iterable is not None and iterable.end_lineno is not None and iterable.end_col_offset is not None:
            lines = source.encode().splitlines(keepends=True)
            for number, column, text in (
                (iterable.end_lineno, iterable.end_col_offset, b")"),
                (iterable.lineno, iterable.col_offset, b"gillint_first("),
            ):
                line = lines[number - 1]
                lines[number - 1] = line[:column] + text + line[column:]
            return b"".join(lines).decode()
    return source


def _loop_span(region: Region) -> Span | None:
    """The region's own loop; the first one of a task or of a function."""
    if region.kind in (Kind.LOOP, Kind.COMPREHENSION):
        return region.span
    loops = (n for n in walk(region.body) if isinstance(n, Loop) and n.path == region.path)
    return next((n.span for n in loops if n.kind in (Kind.LOOP, Kind.COMPREHENSION)), None)


def _to_local_server(text: str) -> str:
    """Literal URLs lead to the local server."""

    def replaced(match: re.Match[str]) -> str:
        prefix, quote = match["prefix"] or "", match["quote"]
        if "f" in prefix.lower():
            return f"{prefix}{quote}{{GILLINT_SERVER}}"
        return f"GILLINT_SERVER + {prefix}{quote}"

    return _URL.sub(replaced, text)


def build(source: str, path: str, region: Region, setup: str = "") -> Benchmark:
    """Make the benchmark of a region.

    Args:
        source: the text of the file.
        path: its path; imports of its neighbours work.
        region: what is measured.
        setup: the user's own inputs: Python that defines some of the names that the region needs.

    Raises:
        NotMeasurable: the region cannot be called.
        UsageError: the set-up does not compile.
    """
    file = _File(source, path, region)
    given = _names_of(setup)
    unit = _unit(file, region, given)
    before = file.statements if unit.upto is None else file.statements[: unit.upto]
    later = [
        s
        for s in file.statements[len(before) :]
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    ]
    usable = tuple(s for s in (*before, *later) if s not in unit.before)
    setup_needs = needed_globals(setup) if setup else frozenset()
    cut = slice_for((*unit.needs, *setup_needs), usable, given)
    imports, stand_ins, made = _stand_ins(file, cut, unit, region)
    return assemble(
        _pieces(file, cut, unit, imports, made, setup),
        origin=path,
        work=unit.words,
        stand_ins=stand_ins,
    )


def _names_of(setup: str) -> frozenset[str]:
    if not setup:
        return frozenset()
    try:
        return bound_names(ast.parse(setup).body)
    except SyntaxError as error:
        raise UsageError(f"--setup: line {error.lineno}: {error.msg}") from error


# What one run executes


def _unit(file: _File, region: Region, given: frozenset[str]) -> _Unit:
    if region.kind is Kind.SUBMISSION:
        found = _worker(file, region, given)
        if found is not None:
            return found
    around = _around(file.tree, region.span.line)
    functions = [n for n in around if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if functions:
        owner = next((n for n in around if isinstance(n, ast.ClassDef)), None)
        if owner is not None and around.index(owner) < around.index(functions[0]):
            return _method(file, owner, functions[0], given)
        return _function(file, functions[0], given)
    for i, statement in enumerate(file.statements):
        if _holds(statement, region.span.line):
            return _statement(file, statement, i)
    raise NotMeasurable(f"line {region.span.line} is in no statement that could be run on its own")


def _holds(node: ast.AST, line: int) -> bool:
    first = getattr(node, "lineno", None)
    last = getattr(node, "end_lineno", None)
    return first is not None and last is not None and first <= line <= last


def _around(tree: ast.AST, line: int) -> list[ast.stmt]:
    """The functions and classes around a line, outermost first."""
    found: list[ast.stmt] = []
    stack: list[ast.AST] = [tree]
    while stack:
        for child in ast.iter_child_nodes(stack.pop()):
            if _holds(child, line) or (not hasattr(child, "lineno")):
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    found.append(child)
                stack.append(child)
    return sorted(found, key=lambda n: n.lineno)


def _statement(file: _File, statement: ast.stmt, position: int) -> _Unit:
    """A statement at the top of the module, together with what it starts from."""
    before: list[ast.stmt] = []
    for earlier in file.statements[:position]:
        if own_for_each_run(earlier, statement):
            before = [b for b in before if bound_names([b]) != bound_names([earlier])]
            before.append(earlier)
    pieces = (*(file.text(b) for b in before), file.text(statement))
    is_async = any(isinstance(n, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for n in _own_nodes(statement))
    code = "\n".join(p.text for p in pieces)
    whole = f"{'async ' if is_async else ''}def gillint_work():\n{textwrap.indent(code, '    ')}"
    needs = _needed(whole)
    started = {name for b in before for name in bound_names([b])}
    unset = _read_before_set(statement) - started
    arguments = [Piece(f"{name} = 0") for name in sorted(unset)]
    return _Unit(
        (*arguments, *pieces),
        needs,
        tuple(before),
        (),
        is_async,
        f"line {statement.lineno} of {Path(file.path).name}",
        position,
    )


def _read_before_set(statement: ast.stmt) -> set[str]:
    """Names that are added to (`total += x`) and nowhere set in the statement."""
    added = {
        n.target.id for n in ast.walk(statement) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    plain = {
        n.id
        for parent in ast.walk(statement)
        if not isinstance(parent, ast.AugAssign)
        for n in ast.iter_child_nodes(parent)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return added - plain


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement that are in no function inside it."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(node))


def _needed(code: str) -> frozenset[str]:
    try:
        return needed_globals(code)
    except SyntaxError as error:
        raise NotMeasurable(f"this Python cannot compile the code on its own: {error.msg}") from error


def _function(file: _File, function: _Function, given: frozenset[str]) -> _Unit:
    """A call of a function, with the arguments of a call in the file, or inferred ones."""
    if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in _own_nodes_of(function)):
        return _call(file, function, f"for _ in {function.name}({{}}): pass", function.name, given)
    return _call(file, function, f"{function.name}({{}})", function.name, given)


def _own_nodes_of(function: _Function) -> Iterator[ast.AST]:
    for statement in function.body:
        yield from _own_nodes(statement)


def _call(
    file: _File, function: _Function, template: str, needs: str, given: frozenset[str], *, bound: bool = False
) -> _Unit:
    arguments = list(_arguments(file, function, given, skip_first=bound))
    text = template.format(", ".join(_passed(function, name) for name, _ in arguments))
    is_async = isinstance(function, ast.AsyncFunctionDef)
    if is_async:
        is_generator = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in _own_nodes_of(function))
        text = text.replace("for _ in", "async for _ in") if is_generator else f"await {text}"
    wanted = {needs, *(n for _, made in arguments for n in _names_in(made.expression))}
    words = f"a call of {function.name}() of {Path(file.path).name}"
    return _Unit((Piece(text),), frozenset(wanted), (), tuple(arguments), is_async, words)


def _passed(function: _Function, name: str) -> str:
    return f"{name}={name}" if name in {a.arg for a in function.args.kwonlyargs} else name


def _names_in(expression: str) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(ast.parse(expression, mode="eval")) if isinstance(n, ast.Name))


def _method(file: _File, owner: ast.ClassDef, function: _Function, given: frozenset[str]) -> _Unit:
    """A call of a method on an object that is constructed."""
    names = {dotted(d) for d in function.decorator_list}
    if "staticmethod" in names or "classmethod" in names:
        return _call(
            file, function, f"{owner.name}.{function.name}({{}})", owner.name, given, bound="classmethod" in names
        )
    init = next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    if function.name == "__init__":
        return _call(file, function, f"{owner.name}({{}})", owner.name, given, bound=True)
    hidden = init is None and (owner.bases or owner.decorator_list) and not _is_simple(owner)
    if hidden and _object_name(owner) not in given:
        raise NotMeasurable(
            f"how to make a {owner.name} cannot be seen here: give --setup a file that defines "
            f"`{_object_name(owner)}`, an object of that class"
        )
    unit = _call(file, function, f"{_object_name(owner)}.{function.name}({{}})", owner.name, given, bound=True)
    if _object_name(owner) in given:
        return unit
    made = list(_arguments(file, init, given, skip_first=True)) if init is not None else list(_fields(file, owner))
    inner = ", ".join(f"{name}={m.expression}" for name, m in made)
    words = f"{owner.name}({', '.join(f'{n}: {m.words}' for n, m in made)})"
    built = Made(f"{owner.name}({inner})", frozenset().union(*(m.modules for _, m in made)), words)
    needs = unit.needs | _names_in(built.expression)
    is_property = "property" in names or "cached_property" in {(n or "").rsplit(".", 1)[-1] for n in names}
    body = (Piece(f"{_object_name(owner)}.{function.name}"),) if is_property else unit.body
    return _Unit(
        body, needs, (), ((_object_name(owner), built), *unit.arguments), unit.is_async,
        f"a call of {owner.name}.{function.name}() of {Path(file.path).name}",
    )  # fmt: skip


def _object_name(owner: ast.ClassDef) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", owner.name).lower().strip("_")


def _is_simple(owner: ast.ClassDef) -> bool:
    decorators = {
        (dotted(d.func if isinstance(d, ast.Call) else d) or "").rsplit(".", 1)[-1] for d in owner.decorator_list
    }
    bases = {(dotted(b) or "").rsplit(".", 1)[-1] for b in owner.bases}
    return decorators <= {"dataclass"} and bases <= {"object", "NamedTuple", "Protocol", "ABC", "Generic", "Thread"}


def _fields(file: _File, owner: ast.ClassDef) -> Iterator[tuple[str, Made]]:
    """The fields of a dataclass or a NamedTuple that have no default."""
    if not owner.decorator_list and not owner.bases:
        return
    for statement in owner.body:
        if isinstance(statement, ast.AnnAssign) and statement.value is None and isinstance(statement.target, ast.Name):
            argument = ast.arg(arg=statement.target.id, annotation=statement.annotation)
            fake = ast.FunctionDef(
                name="_", args=ast.arguments([], [], None, [], [], None, []), body=[], decorator_list=[]
            )
            yield statement.target.id, make(file.reader.of_parameter(argument, fake))


# Arguments


def _arguments(
    file: _File, function: _Function, given: frozenset[str], *, skip_first: bool
) -> Iterator[tuple[str, Made]]:
    positional = [*function.args.posonlyargs, *function.args.args][int(skip_first) :]
    without_default = (
        positional[: len(positional) - len(function.args.defaults)] if function.args.defaults else positional
    )
    keyword_only = [a for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d is None]
    passed = _passed_somewhere(file, function, [p.arg for p in positional])
    for parameter in (*positional, *function.args.kwonlyargs):
        name = parameter.arg
        if name in given:
            yield name, Made(name, frozenset(), "as given")
        elif name in passed:
            text = ast.unparse(passed[name])
            yield name, Made(_to_local_server(text), frozenset(), f"`{text}`")
        elif parameter in without_default or parameter in keyword_only:
            yield name, make(file.reader.of_parameter(parameter, function))


def _passed_somewhere(file: _File, function: _Function, names: list[str]) -> dict[str, ast.expr]:
    """The arguments of a call or a hand-over in the file that can be evaluated at its top."""
    best: dict[str, ast.expr] = {}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and not _inside(node, function):
            found = dict(_bound_arguments(file, node, function.name, names))
            usable = {k: v for k, v in found.items() if is_evaluable(v, file.statements)}
            if len(usable) > len(best):
                best = usable
    return best


def _inside(node: ast.AST, function: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(function))


def _bound_arguments(file: _File, call: ast.Call, name: str, names: list[str]) -> Iterator[tuple[str, ast.expr]]:
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
    return ast.parse(f"next(iter({ast.unparse(iterable)}))", mode="eval").body


def _seen_from_top(file: _File, call: ast.AST, value: ast.expr) -> ast.expr:
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


# Hand-overs


def _worker(file: _File, region: Region, given: frozenset[str]) -> _Unit | None:
    """One task of a hand-over."""
    name = (region.handover.worker_name or "") if region.handover is not None else ""
    function = file.reader.functions.get(name.rsplit(".", 1)[-1])
    if function is not None:
        owner = next((n for n in _around(file.tree, function.lineno) if isinstance(n, ast.ClassDef)), None)
        return _method(file, owner, function, given) if owner is not None else _function(file, function, given)
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and _at(node, region):
            for argument in (*node.args, *(k.value for k in node.keywords if k.arg in ("target", "func"))):
                if isinstance(argument, ast.Lambda):
                    return _lambda(file, argument)
                qualified = file.reader.qualified(argument)
                wanted = wanted_by(qualified, 0)
                if qualified is not None and wanted is not None and isinstance(argument, (ast.Name, ast.Attribute)):
                    made = make(wanted)
                    text = ast.unparse(argument)
                    needs = frozenset({text.split(".")[0], *_names_in(made.expression)})
                    words = f"a call of {qualified}()"
                    return _Unit((Piece(f"{text}(value)"),), needs, (), (("value", made),), False, words)
    return None


def _at(node: ast.expr, region: Region) -> bool:
    return node.lineno == region.span.line and region.span.line <= (node.end_lineno or 0)


def _lambda(file: _File, node: ast.Lambda) -> _Unit:
    names = [a.arg for a in node.args.args[: len(node.args.args) - len(node.args.defaults)]]
    arguments = tuple((n, make(file.reader.of_name(n, node))) for n in names)
    text = f"({_to_local_server(ast.unparse(node))})({', '.join(names)})"
    needs = _needed(f"def gillint_work({', '.join(names)}):\n    {text}") | {
        n for _, made in arguments for n in _names_in(made.expression)
    }
    return _Unit(
        (Piece(text),), needs, (), arguments, False, f"the lambda on line {node.lineno} of {Path(file.path).name}"
    )


# Stand-ins


def _stand_ins(
    file: _File, cut: Slice, unit: _Unit, region: Region
) -> tuple[list[str], tuple[StandIn, ...], list[tuple[str, Made]]]:
    """Imports that are missing, and inputs for the names that nothing defines."""
    imports: list[str] = []
    listed: list[StandIn] = []
    made: list[tuple[str, Made]] = []
    own = {"gillint_first", "GILLINT_SERVER", "GILLINT_FOLDER", *HELPERS, "gillint_database"}
    modules = {m.split(".")[0] for _, argument in unit.arguments for m in argument.modules}
    for name in sorted(cut.undefined - own):
        if name in modules:
            continue
        module = CUSTOMARY_MODULES.get(name) or (name if _is_module(file, name) else None)
        if module is not None:
            imports.append(f"import {module} as {name}" if module != name else f"import {module}")
            continue
        shape = file.reader.of_name(name, file.tree)
        if shape.kind == "callable" or (shape.kind == "any" and _is_called(file, name)):
            made.append((name, make(_called_shape(file, name))))
        else:
            made.append((name, make(shape if shape.kind != "any" else ANY)))
        listed.append(StandIn(name, made[-1][1].words))
    for name, argument in unit.arguments:
        if not argument.words.startswith("`") and argument.words != "as given":
            listed.append(StandIn(name, argument.words))
    for name, words in _files_wanted(file, cut, unit, region):
        listed.append(StandIn(name, words))
    return imports, tuple(listed), made


def _is_module(file: _File, name: str) -> bool:
    """Whether a name that nothing defines is a module that was not imported: `json.loads` without `import json`."""
    if name not in sys.stdlib_module_names and name not in library_files():
        return False
    return any(
        isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == name
        for n in ast.walk(file.tree)
    )


def _is_called(file: _File, name: str) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name for n in ast.walk(file.tree)
    )


def _called_shape(file: _File, name: str) -> Shape:
    return shapes.CALLABLE


def _literal_files(file: _File, cut: Slice, unit: _Unit) -> Iterator[tuple[ast.Call, str, Shape]]:
    """Calls that open a file whose relative name is written in the code."""
    kept = {id(n) for s in (*cut.statements, *unit.before) for n in ast.walk(s)}
    first, last = unit.body[-1].source_line, None
    if first is not None:
        last = first + unit.body[-1].text.count("\n")
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        inside = first is not None and last is not None and first <= node.lineno <= last
        if id(node) not in kept and not inside:
            continue
        value = node.args[0]
        wanted = wanted_by(file.reader.qualified(node.func), 0)
        if (
            wanted is not None
            and wanted.kind == "path"
            and isinstance(value, ast.Constant)
            and isinstance(value.value, str)
        ):
            mode = next((a.value for a in node.args[1:2] if isinstance(a, ast.Constant)), "r")
            if _RELATIVE.match(value.value) and not (isinstance(mode, str) and mode[:1] in "wax"):
                content = wanted.part("content") or shapes.TEXT
                if content.kind == "text":
                    content = file.reader.of_file(node, file.tree)
                yield node, value.value, content


def _files_wanted(file: _File, cut: Slice, unit: _Unit, region: Region) -> Iterator[tuple[str, str]]:
    for _, name, content in _literal_files(file, cut, unit):
        if not _real_file(file, name):
            yield name, make(shapes.file_of(content, name)).words


def _real_file(file: _File, name: str) -> Path | None:
    for base in (Path.cwd(), Path(file.path).resolve().parent):
        if (base / name).exists():
            return (base / name).resolve()
    return None


# The script


def _pieces(
    file: _File, cut: Slice, unit: _Unit, imports: list[str], made: list[tuple[str, Made]], setup: str
) -> list[Piece]:
    files = [
        (name, _real_file(file, name), make(shapes.file_of(content, name)))
        for _, name, content in _literal_files(file, cut, unit)
    ]
    everything = [m for _, m in (*made, *unit.arguments)] + [m for _, real, m in files if real is None]
    code = [file.text(s) for s in cut.statements]
    body = "\n".join(p.text for p in (*code, *unit.body)) + setup
    uses_server = "GILLINT_SERVER" in body or any("GILLINT_SERVER" in m.expression for m in everything)
    pieces: list[Piece] = []
    standard = (
        {"os", "sys"} if files or uses_server or any("gillint_file" in m.expression for m in everything) else set()
    )
    modules = standard | {module for m in everything for module in m.modules}
    roots = _roots(file.path)
    lines = [f"import {m}" for m in sorted(modules | {"sys"})]
    lines += [f"sys.path[:0] = {roots!r}"] if roots else []
    package = _package(file.path)
    if package and any(isinstance(s, ast.ImportFrom) and s.level for s in ast.walk(file.tree)):
        lines.append(f"__package__ = {package!r}")
    pieces.append(Piece("\n".join(lines)))
    if any("gillint_file" in m.expression for m in everything) or files:
        pieces.append(Piece("GILLINT_FOLDER = os.getcwd()  # gillint runs this in a temporary folder"))
    if uses_server:
        pieces.append(Piece(server_text()))
    for name in dict.fromkeys(h for m in everything for h in m.helpers):
        pieces.append(Piece(HELPERS[name]))
    if any("gillint_database" in m.expression for m in everything):
        pieces.append(Piece(_database(file)))
    for name, real, content in files:
        if real is not None:
            link = f"if not os.path.lexists({name!r}):\n"
            link += f"    os.makedirs(os.path.dirname({name!r}) or '.', exist_ok=True)\n"
            pieces.append(Piece(link + f"    os.symlink({str(real)!r}, {name!r})"))
        else:
            pieces.append(Piece(content.expression))
    if imports:
        pieces.append(Piece("\n".join(imports)))
    for name, m in made:
        pieces.append(Piece(f"{name} = {m.expression}"))
    if setup:
        pieces.append(Piece(f"# Given by the user\n{setup.rstrip()}"))
    pieces.extend(code)
    values = "".join(f"{m.expression}, " for _, m in unit.arguments)
    pieces.append(Piece(f"def gillint_inputs():\n    return ({values})"))
    head = f"{'async ' if unit.is_async else ''}def gillint_work({', '.join(n for n, _ in unit.arguments)}):"
    pieces.extend(_work(head, unit.body))
    return pieces


def _work(head: str, body: tuple[Piece, ...]) -> Iterator[Piece]:
    """The work's function; pieces stay apart so that their lines can be traced back."""
    yield Piece(head)
    for piece in body:
        yield Piece(textwrap.indent(piece.text, "    "), piece.source_line)


def _roots(path: str) -> list[str]:
    """Where imports of the file's neighbours are found."""
    here = Path(path).resolve().parent
    if not here.is_dir() or path.startswith("<"):
        return []
    roots = [str(here)]
    while (here / "__init__.py").exists():
        here = here.parent
    return list(dict.fromkeys([str(here), *roots]))


def _package(path: str) -> str:
    here, names = Path(path).resolve().parent, []
    while (here / "__init__.py").exists():
        names.append(here.name)
        here = here.parent
    return ".".join(reversed(names))


def _database(file: _File) -> str:
    """A SQLite database with the table and the columns that the code's statements name."""
    text = "\n".join(file.lines)
    found = re.search(r"\b(?:from|into|update)\s+([A-Za-z_]\w*)", text, re.IGNORECASE)
    table = found[1] if found else "items"
    selected = re.search(r"select\s+([\w\s,]+?)\s+from", text, re.IGNORECASE)
    inserted = re.search(rf"into\s+{table}\s*\(([\w\s,]+)\)", text, re.IGNORECASE)
    listed = inserted or selected
    columns = [c.strip().split()[-1] for c in listed[1].split(",") if c.strip()] if listed else []
    named = re.findall(
        r"\b(?:where|and|or|by|set)\s+([A-Za-z_]\w*)\s*(?:[=<>]|,|\bdesc\b|\basc\b|$)", text, re.IGNORECASE
    )
    columns = list(dict.fromkeys(c for c in (*columns, *named) if re.fullmatch(r"[A-Za-z_]\w*", c))) or [
        "id",
        "name",
        "value",
    ]
    row = ", ".join("i" for _ in columns)
    marks = ", ".join("?" for _ in columns)
    return textwrap.dedent(f'''
        def gillint_database():
            """A SQLite database in memory."""
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            connection.execute("create table {table} ({", ".join(columns)})")
            rows = [({row},) for i in range(1000)]
            connection.executemany("insert into {table} values ({marks})", rows)
            return connection
    ''').strip()
