"""The triage: what is where in a file, from the standard library's fast parser, without looking inside functions.

libcst builds its trees at some 15,000 lines a second, `ast` at fifteen times that. So `ast` finds the functions, the
classes and the statements of the module, a regular expression finds which of them can matter, and libcst parses those.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from gillint.frozen import dataclass
from gillint.syntax.code import Literals

# What makes a function worth a look: a loop, a hand-over of work, or a coroutine.
_CANDIDATE = re.compile(
    r"\b(?:for|while|await|sum|list|tuple|sorted|max|min|set|tolist|iterrows|itertuples|apply|vectorize|map|starmap|imap|imap_unordered|filter|reduce|submit|Thread|Timer|Process|Pool|ThreadPool|Parallel"
    r"|ThreadPoolExecutor|ProcessPoolExecutor|InterpreterPoolExecutor|gather|create_task|to_thread|run_sync|start_soon"
    r"|run_in_executor|TaskGroup|apply_async|map_async|_is_gil_enabled)\b"
)
_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
# A name that is passed on may be a function that somebody else calls: `submit(parse, line)`, `Thread(target=self.run)`.
_PASSED = re.compile(r"\b([A-Za-z_]\w*)\s*[,)\]]")
# Examples in documentation call nothing.
_DOCUMENTATION = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)
_LITERAL_LIMIT = 20_000  # characters of a literal table that is not worth a syntax tree
_DEPTH_LIMIT = 150  # levels of nesting; libcst recurses in Python and in Rust, and crashes the process at some 3,000


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines `first` to `last`, both included, from 1."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FunctionOutline:
    """A function or method of the module, not one nested in another function.

    Attributes:
        name: as it is written.
        qualname: the same behind its class; the setter of a property is told from the property: `Circle.radius.setter`.
        calls: the names that it calls or passes on.
        needs_arguments: a call without any fails; `takes_arguments`: it has parameters at all.
    """

    name: str
    qualname: str
    lines: Lines
    owner: str | None
    is_candidate: bool
    calls: frozenset[str]
    needs_arguments: bool = False
    takes_arguments: bool = False


@dataclass(frozen=True, slots=True)
class ClassOutline:
    """A class of the module; `whole` where its body must be parsed with its header (both on one line)."""

    qualname: str
    lines: Lines
    bases: tuple[str, ...]
    statements: tuple[Lines, ...]
    decorators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file contains, by line numbers."""

    functions: tuple[FunctionOutline, ...]
    classes: tuple[ClassOutline, ...]
    statements: tuple[Lines, ...]
    calls: frozenset[str]
    is_candidate: bool

    @property
    def has_candidates(self) -> bool:
        """Whether anything in the file could be a region: where nothing is, libcst need not even be imported."""
        return self.is_candidate or any(f.is_candidate for f in self.functions)


def without_documentation(text: str) -> str:
    """A text without what stands between triple quotes; its lines stay where they are."""
    return _DOCUMENTATION.sub(lambda m: "\n" * m[0].count("\n"), text)


class TooDeep(Exception):
    """Nesting that the parser cannot be trusted with; carries the line."""

    def __init__(self, line: int) -> None:
        super().__init__(f"nested more than {_DEPTH_LIMIT} levels deep")
        self.line = line


def make_outline(module: ast.Module, lines: list[str]) -> Outline:
    """Find the functions, classes and statements of a parsed module. `lines` keep their line ends."""
    functions: list[FunctionOutline] = []
    classes: list[ClassOutline] = []
    modules = frozenset(_imported(module.body))
    statements = list(_collect(module.body, lines, "", None, functions, classes, modules))
    text = "".join("".join(lines[s.first - 1 : s.last]) for s in statements)
    called, passed, candidate = _words(text, modules)
    return Outline(tuple(functions), tuple(classes), tuple(_merge(statements)), called | passed, candidate)


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    """The names at the top level that stand for modules: `np` of `import numpy as np`."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (a.asname or a.name.split(".", 1)[0] for a in node.names)
        elif isinstance(node, (ast.Try, ast.If)):
            yield from _imported(node.body)
            yield from _imported(node.orelse)


def _collect(
    body: list[ast.stmt],
    lines: list[str],
    prefix: str,
    owner: str | None,
    functions: list[FunctionOutline],
    classes: list[ClassOutline],
    modules: frozenset[str],
) -> Iterator[Lines]:
    """Sort a body into functions, classes, and the rest, which is yielded."""
    for node in body:
        last = node.end_lineno or node.lineno
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min((d.lineno for d in node.decorator_list), default=node.lineno)
            text = "".join(lines[first - 1 : last])
            # Past `def name`, so that a recursive call can be told from the definition.
            inside = without_documentation(text.split("(", 1)[-1])
            called, passed, candidate = _words(inside, modules)
            is_async = isinstance(node, ast.AsyncFunctionDef)
            candidate = is_async or candidate or node.name in called
            decorators = (d.attr for d in node.decorator_list if isinstance(d, ast.Attribute))
            functions.append(
                FunctionOutline(
                    node.name,
                    prefix + node.name + accessor(decorators),
                    Lines(first, last),
                    owner,
                    candidate,
                    called | passed,
                    _needs_arguments(node.args),
                    any(isinstance(part, ast.arg) for part in ast.walk(node.args)),
                )
            )
        elif isinstance(node, ast.ClassDef) and node.body[0].lineno > node.lineno:
            qualname = prefix + node.name
            inner = list(_collect(node.body, lines, qualname + ".", qualname, functions, classes, modules))
            classes.append(
                ClassOutline(
                    qualname,
                    Lines(node.lineno, last),
                    tuple(ast.unparse(b) for b in node.bases),
                    tuple(_merge(inner)),
                    tuple(ast.unparse(d) for d in node.decorator_list),
                )
            )
        elif not _is_data(node, lines):
            yield Lines(node.lineno, last)


def accessor(decorators: Iterable[str]) -> str:
    """What tells the setter of a property from the property, by the last names of its decorators."""
    return next((f".{name}" for name in decorators if name in ("setter", "deleter")), "")


@lru_cache(maxsize=4096)  # an editor asks again after each keystroke, which changes one function
def _words(text: str, modules: frozenset[str]) -> tuple[frozenset[str], frozenset[str], bool]:
    """What a text calls, what it passes on, and whether it holds anything that makes a function worth a look.

    What is called of one of some `modules` is not the file's own: `np.dot(a, b)`.
    """
    own = _of_a_module(modules).sub("(", text) if modules else text
    return frozenset(_CALLED.findall(own)), frozenset(_PASSED.findall(text)), bool(_CANDIDATE.search(text))


@lru_cache(maxsize=256)
def _of_a_module(modules: frozenset[str]) -> re.Pattern[str]:
    """How a call of something in one of these modules begins."""
    return re.compile(rf"(?<![\w.])(?:{'|'.join(sorted(modules))})(?:\.\w+)+\s*\(")


def _needs_arguments(arguments: ast.arguments) -> bool:
    """Whether a call without arguments fails; a method needs its instance."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional > len(arguments.defaults) or None in arguments.kw_defaults


def _is_data(node: ast.stmt, lines: list[str]) -> bool:
    """A large literal table: its cost is nothing, and a tree of it would be gigantic."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or not isinstance(
        node.value, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant)
    ):
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    last = node.end_lineno or node.lineno
    return sum(len(line) for line in lines[node.lineno - 1 : last]) > _LITERAL_LIMIT


def _merge(ranges: list[Lines]) -> Iterator[Lines]:
    """Join ranges that touch or share a line, so that each line is parsed once."""
    current: Lines | None = None
    for item in sorted(ranges, key=lambda r: r.first):
        if current is not None and item.first <= current.last + 1:
            current = Lines(current.first, max(current.last, item.last))
        else:
            if current is not None:
                yield current
            current = item
    if current is not None:
        yield current


# f-strings, and the t-strings of Python 3.14.
_WITH_HOLES: tuple[type[ast.expr], ...] = (ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))


def check_depth(module: ast.Module) -> Literals:
    """Refuse what would overflow a recursive parser. The literals, which are met on the way.

    Raises:
        TooDeep: with the line of the first place that is too deep.
    """
    stack: list[tuple[ast.AST, int]] = [(node, 1) for node in module.body]
    found = Literals()
    while stack:
        node, depth = stack.pop()
        if isinstance(node, ast.BoolOp):
            depth += len(node.values)
        if depth > _DEPTH_LIMIT:
            raise TooDeep(getattr(node, "lineno", 1))
        if isinstance(node, ast.Constant):
            if isinstance(node.value, (str, bytes)):
                found.strings.append(node)
            continue
        if isinstance(node, _WITH_HOLES):
            found.strings.append(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.alone.append(node.value)
        # `ast.iter_child_nodes` takes twice as long. Nodes without fields are the same object in all trees, to which others may
        # have given attributes (IPython's tracebacks do: `parent`).
        for value in vars(node).values():
            if value.__class__ is list:
                stack.extend((child, depth + 1) for child in value if isinstance(child, ast.AST) and child._fields)
            elif isinstance(value, ast.AST) and value._fields:
                stack.append((value, depth + 1))
    return found


_BRACKET = re.compile(r"[][(){}]")


def check_brackets(source: str) -> None:
    """The same for text that `ast` cannot parse: count brackets, and `elif` in a row.

    Raises:
        TooDeep: with the line of the first place that is too deep.
    """
    depth = chain = 0
    for number, line in enumerate(source.split("\n"), 1):
        deepest = depth
        for bracket in _BRACKET.findall(line):
            depth = depth + 1 if bracket in "([{" else max(0, depth - 1)
            deepest = max(deepest, depth)
        stripped = line.lstrip()
        chain = chain + 1 if stripped.startswith("elif ") else 0 if stripped.startswith(("if ", "def ")) else chain
        dots = max(line.count("."), line.count(")("), line.count(" or "), line.count(" and "), line.count("not "))
        signs = max(line.count("+"), line.count("-"), line.count("~"), line.count("*"))
        indent = len(line) - len(stripped)
        if max(deepest, chain, dots // 4, signs // 4, indent // 4) > _DEPTH_LIMIT:
            raise TooDeep(number)
