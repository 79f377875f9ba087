"""Functions that nothing in the file calls: which of them are the program, and which a part that it has no use for."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set

from gillint.diagnostics.span import Span
from gillint.resolve.control.likelihood import is_main_guard
from gillint.resolve.scope import ClassScope, ModuleScope
from gillint.resolve.trace import Block, Branch, Call, Node, children
from gillint.syntax import tree as t
from gillint.syntax.outline import FunctionOutline, Outline, without_documentation
from gillint.syntax.parse import dotted
from gillint.syntax.walk import expressions, statements

# A name that is given on rather than called: an argument, a member of a table, the right side of `=`.
_NAMED = r"""\s*["']?(?:\w+\.)*(\w+)["']?\s*(?=[,)\]}\n])"""
_GIVEN_ON = re.compile(rf"[=(,\[{{:]{_NAMED}")
# Where the file itself calls what it takes out of a table (`TABLE[key](x)`), one sees which of its members are called; it may
# have a name in between (`solve = TABLE.get(key)`).
_CALLED_FROM_TABLE = re.compile(r"\w\[[^\[\]\n]+\]\(|\.get\([^()\n]*\)\(")
_TAKEN_FROM_TABLE = re.compile(r"^\s*(\w+)\s*=\s*[\w.]+(?:\[[^\[\]:\n]+\]|\.get\([^()\n]*\))\s*$", re.MULTILINE)
_GIVEN_ON_ELSEWHERE = re.compile(rf"[=(,\[{{]{_NAMED}")
# Comments; the class that a method names to speak of its bases: `super(Model, self)`; what something else is called: `name="x"`.
_COMMENT = re.compile(r"^\s*#.*$|\bsuper\([^()]*\)|\bname\s*=\s*[\"'][\w ]*[\"']", re.MULTILINE)
# The bases of a class: what derives from a class makes no instances of it.
_BASES = re.compile(r"^\s*class\s+\w+\([^()]*\)", re.MULTILINE)
# What a module offers to others is no part of what a program in it does.
_OFFERED = re.compile(r"^__all__\s*\+?=\s*[\[(](?:[^\n]*[\])]\s*$|.*?^[\])]|.*?[\])])", re.MULTILINE | re.DOTALL)


# A key that something is looked up by, and a table at the top level.
_KEY = re.compile(r"""(?<=[\w\])])\[\s*["']\w+["']\s*\]""")
_TABLE = re.compile(r"""^(\w+)\s*=\s*[\[({][^\[\](){}"']*[\])}]\s*$""", re.MULTILINE)


def names_given_on(lines: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """The names that stand as values in a text, and in which lines: what they name may be called from elsewhere.

    With a dot: those that are attributes of something, or quoted.
    """
    text = without_documentation("".join(lines))
    for left_out in (_COMMENT, _BASES, _OFFERED, _KEY):
        text = left_out.sub(_blank, text)
    text = _TABLE.sub(
        lambda m: m[0] if len(re.findall(rf"\b{m[1]}\b", text)) > 1 else _blank(m), text
    )  # what nobody reads
    ends = [m.start() for m in re.finditer("\n", text)]
    found: dict[str, list[int]] = {}
    for match in (_GIVEN_ON_ELSEWHERE if _calls_members(text) else _GIVEN_ON).finditer(text):
        line = bisect_left(ends, match.start(1)) + 1
        found.setdefault(match[1], []).append(line)
        if text[match.start(1) - 1] in "'\".":
            found.setdefault(f".{match[1]}", []).append(line)
    return found


def _calls_members(text: str) -> bool:
    """Whether a text calls what it takes out of a table."""
    if _CALLED_FROM_TABLE.search(text):
        return True
    taken = {m[1] for m in _TAKEN_FROM_TABLE.finditer(text)}
    return bool(taken) and not taken.isdisjoint(_CALLED.findall(text))


_CALLED = re.compile(r"(?<![\w.])(\w+)\(")


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def never_made(outline: Outline, given_on: Iterable[str], unused: Set[str] = frozenset()) -> frozenset[str]:
    """The classes that nothing in the file makes instances of, nor of one that derives from them.

    That a class is named in its own methods does not count: `super(Model, self)`, `Model(x + y)`; nor does what functions do
    that are themselves `unused`.
    """
    users = (f for f in outline.functions if f.qualname not in unused)
    by_others = (f.calls - {(f.owner or "").rsplit(".", 1)[-1]} for f in users)
    named = outline.calls.union(given_on, *by_others)
    made = {c.qualname for c in outline.classes if c.qualname.rsplit(".", 1)[-1] in named}
    grown = True
    while grown:
        bases = {b.rsplit(".", 1)[-1] for c in outline.classes if c.qualname in made for b in c.bases}
        more = {c.qualname for c in outline.classes if c.qualname.rsplit(".", 1)[-1] in bases} - made
        grown = bool(more)
        made |= more
    return frozenset(c.qualname for c in outline.classes if c.qualname not in made)


def handed_on(outline: Outline, given_on: Mapping[str, Sequence[int]]) -> frozenset[str]:
    """The functions that another one gives on by their name, to be run by whom it gives them to: `Thread(target=loop)`."""
    inside = frozenset(n for f in outline.functions for n in range(f.lines.first, f.lines.last + 1))
    return frozenset(
        f.qualname
        for f in outline.functions
        if f.owner is None
        and any(n in inside and not f.lines.first <= n <= f.lines.last for n in given_on.get(f.name, ()))
    )


def programs(outline: Outline, handed: Set[str] = frozenset()) -> frozenset[str]:
    """The functions that take nothing, that nothing in the file calls, that no other hands on, and that run others of it.

    One that only raises the errors of the file is none.
    """
    called = outline.calls.union(*(f.calls - {f.name} for f in outline.functions))
    classes = {c.qualname for c in outline.classes if not any(b.endswith(("Error", "Exception")) for b in c.bases)}
    own = {f.name for f in outline.functions} | classes
    found = frozenset(
        f.qualname
        for f in outline.functions
        if f.owner is None
        and not f.takes_arguments
        and f.name not in called
        and f.qualname not in handed
        and not own.isdisjoint(f.calls)
    )
    return frozenset(name for name in found if not name.startswith(_TEST)) or found


def answers_a_program(outline: FunctionOutline, tree: t.Function, file: Outline, programs: Set[str]) -> bool:
    """Whether a function that takes nothing is no program of its own beside one that stands below it and runs others of the
    file: it runs none, and is there for what it gives back.
    """
    if outline.qualname in programs or outline.name == "main":
        return False
    below = any(f.qualname in programs and f.lines.first > outline.lines.first for f in file.functions)
    return below and any(isinstance(s, t.Return) and s.value is not None for s in statements(tree.body))


_TEST = "test_"  # how pytest knows the functions that it calls
# What runs the tests that stand beside what they test.
_RUNS_TESTS = re.compile(r"\b(?:unittest\.main|TextTestRunner|defaultTestLoader|pytest\.main|doctest\.testmod)\b")


def is_test(outline: FunctionOutline, owner: ClassScope | None, scope: ModuleScope, programs: Set[str]) -> bool:
    """Whether a function tests what stands beside it, and the program of the file runs no tests."""
    bases = owner.outline.bases if owner is not None and owner.outline is not None else ()
    tests = "unittest.TestCase" in bases or "TestCase" in bases or (owner is None and outline.name.startswith(_TEST))
    runs_others = bool(programs) and not any(name.startswith(_TEST) for name in programs)
    return tests and runs_others and _RUNS_TESTS.search("".join(scope.syntax.lines)) is None


def has_no_use_for(owner: ClassScope, method: str) -> bool:
    """Whether a program never asks for a method of its classes, so that what it would leave in them is not there.

    `observe` of an object that nobody observes: `for callback in self.observers` has nothing to go through.
    """
    scope = owner.module
    if scope.asked_for is None:
        text = "".join(scope.syntax.lines)
        is_program = "__main__" in text or bool(programs(scope.syntax.outline))
        named = frozenset(_BEHIND_A_DOT.findall(text)) if is_program and not _BY_NAME.search(text) else _ALL
        scope.asked_for = named
    if scope.asked_for is _ALL or method in scope.asked_for or method.startswith("__"):
        return False
    return not may_be_called_by_base(owner, method)


_BEHIND_A_DOT = re.compile(r"\.(\w+)")
_BY_NAME = re.compile(r"\b(getattr|attrgetter|methodcaller)\b")
_ALL: frozenset[str] = frozenset({"*"})


def called_as(outline: FunctionOutline) -> str:
    """The name by which a function is called: `__init__` by that of its class."""
    if outline.name == "__init__" and outline.owner is not None:
        return outline.owner.rsplit(".", 1)[-1]
    return outline.name


def not_called(
    outline: Outline, candidates: Set[str], by_bases: Set[str], given_on: Mapping[str, Sequence[int]]
) -> tuple[frozenset[str], frozenset[str]]:
    """The spare ones of some functions, and which of these are parts that nobody has a use for.

    Spare is what is not given on as a value, by something that is of use; parts are not even called by name, or only by one
    another. What the base of its class may call (`by_bases`) is used where instances of the class are made.
    """
    unused: set[str] = set()
    spare: set[str] = set()
    idle: set[int] = set()  # lines
    inside = frozenset(n for f in outline.functions for n in range(f.lines.first, f.lines.last + 1))
    grown = True
    while grown:
        calls = (f.calls - {f.name} for f in outline.functions if f.qualname not in unused)
        called = outline.calls.union(*calls)
        unmade = never_made(outline, given_on, unused)
        # What the body of such a class names is used by nobody: the parameters of benchmarks that are not run.
        idle.update(n for c in outline.classes if c.qualname in unmade for n in range(c.lines.first, c.lines.last + 1))
        left = [f for f in outline.functions if f.qualname in candidates and f.qualname not in unused]
        left = [f for f in left if f.qualname not in by_bases or f.owner in unmade]
        spare.update(f.qualname for f in left if not _is_given_on(f, given_on, idle, inside))
        more = [f for f in left if f.qualname in spare and (called_as(f) not in called or f.owner in unmade)]
        grown = bool(more)
        unused.update(f.qualname for f in more)
        idle.update(line for f in more for line in range(f.lines.first, f.lines.last + 1))
    return frozenset(spare), frozenset(unused)


# How an instance is shown and pickled: `__repr__ = __str__` makes nobody do so.
_SHOWN = frozenset(
    {"__str__", "__repr__", "__unicode__", "__format__", "__dir__", "__getstate__", "__setstate__", "__reduce__"}
)


def _is_given_on(
    outline: FunctionOutline, given_on: Mapping[str, Sequence[int]], idle: Set[int], inside: Set[int]
) -> bool:
    """Whether a function is a value somewhere; what names itself is not given on: `name = "scale"`.

    In a function, a name alone is never a method.
    """
    if outline.name in _SHOWN:
        return False
    own, lines = outline.lines, list(given_on.get(outline.name, ()))
    if outline.owner is not None:
        lines = [n for n in lines if n not in inside] + list(given_on.get(f".{outline.name}", ()))
    return any(not own.first <= line <= own.last and line not in idle for line in lines)


def is_program(s: t.Stmt) -> bool:
    """What the file is run for: what is under the guard, or without one `main()` or `asyncio.run(serve())` at the top level."""
    if isinstance(s, t.If):
        return is_main_guard(s.test)
    if not isinstance(s, t.Evaluate) or not isinstance(s.value, t.Call):
        return False
    name = dotted(s.value.function)
    if name in _EXITS and s.value.arguments:
        inner = s.value.arguments[0].value
        name = dotted(inner.function) if isinstance(inner, t.Call) else ""
    return name == "main" or _runs_a_loop(s.value)


_EXITS = ("sys.exit", "exit")
_LOOPS = ("asyncio.run", "anyio.run", "trio.run", "uvloop.run", "curio.run")


def runs_event_loop(mains: Iterable[t.Stmt]) -> bool:
    """Whether the program starts the event loop itself, so that no server calls coroutine functions that it does not name."""
    return any(isinstance(e, t.Call) and _runs_a_loop(e) for e in expressions(tuple(mains)))


def _runs_a_loop(call: t.Call) -> bool:
    name = dotted(call.function)
    return name in _LOOPS or name.endswith(".run_until_complete")


def runs_others(block: Block) -> bool:
    """Whether functions of the project are called in it, its loops and branches included."""
    return any(
        (isinstance(node, Call) and node.kind == "project") or any(runs_others(inner) for inner in children(node))
        for node in block.nodes
    )


def main_runs_others(top: Block, mains: tuple[Span, ...]) -> bool:
    """Whether what stands under `if __name__ == "__main__"` runs functions of the project."""
    return bool(mains) and any(is_within(node, mains) and runs_others(Block((), (node,))) for node in top.nodes)


def is_within(node: Node, mains: tuple[Span, ...]) -> bool:
    """Whether a node of the top level stands under `if __name__ == "__main__"`."""
    if isinstance(node, Branch):
        return any(is_within(inner, mains) for arm in node.arms for inner in arm.nodes)
    return any(m.line <= node.span.line <= m.end_line for m in mains)


# Decorators that register a function nowhere, and classes that call no method of those which derive from them.
_INERT_DECORATORS = frozenset(
    {"property", "cached_property", "setter", "deleter", "staticmethod", "classmethod", "abstractmethod"}
    | {"lru_cache", "cache", "wraps", "contextmanager", "override", "final", "overload", "njit", "jit", "vectorize"}
)
# The function that a decorator of the file wraps, or gives back as it is; and how one is kept, in a list or a table.
_WRAPS = re.compile(r"\bwraps\((\w+)\)\s*(?:async )?def (\w+)")
_GIVES_BACK = re.compile(r"\bdef \w+\((\w+)(?:: [^()]*)?\)[^:]*:.*?\n\s+return \1\n", re.DOTALL)
_KEPT = r"\.\w+\([^()]*\b(?:{names})\b(?!\()|\]\s*=\s*(?:{names})\b"
_INERT_BASES = frozenset({"object", "ABC", "abc.ABC", "Generic", "typing.Generic", "Protocol", "typing.Protocol"})


def may_be_registered(tree: t.Function, scope: ModuleScope, *, may_be_handler: bool) -> bool:
    """Whether whoever decorates a function may be the one that calls it, or a server a coroutine function that is a handler."""
    return (tree.is_async and may_be_handler) or not all(_is_inert(d, scope) for d in tree.decorators)


def _is_inert(decorator: t.Expr, scope: ModuleScope) -> bool:
    name = dotted(decorator.function if isinstance(decorator, t.Call) else decorator)
    if name.rsplit(".", 1)[-1] in _INERT_DECORATORS:
        return True
    own = scope.functions.get(name)
    if own is None:
        return False
    text = "".join(scope.syntax.lines[own.lines.first - 1 : own.lines.last])
    text = text.replace("functools.wraps(", "wraps(")
    taken = _WRAPS.search(text) or _GIVES_BACK.search(text)
    return taken is not None and re.search(_KEPT.format(names="|".join(taken.groups())), text) is None


def may_be_called_by_base(owner: ClassScope | None, name: str) -> bool:
    """Whether a class derives from one of a library, whose methods may call its own of that name."""
    bases = owner.outline.bases if owner is not None and owner.outline is not None else ()
    return owner is not None and not _is_of_the_file(bases, owner.module, 8, name)


# The classes of libraries whose methods answer the requests that a server gets.
_ANSWERING = ("RequestHandler", "asyncio.Protocol", "asyncio.DatagramProtocol", "asyncio.BufferedProtocol")


def answers_requests(owner: ClassScope | None) -> bool:
    """Whether a class is one by which a server answers."""
    bases = owner.outline.bases if owner is not None and owner.outline is not None else ()
    return any(base.endswith(_ANSWERING) for base in bases)


def makes_instances(tree: t.Function) -> bool:
    """Whether a method is one of the class rather than of its instances, `from_file`: its users call it, not its bases."""
    return any(dotted(d) in ("classmethod", "staticmethod") for d in tree.decorators)


def _is_of_the_file(bases: tuple[str, ...], scope: ModuleScope, depth: int, name: str) -> bool:
    for base in (b.split("[", 1)[0] for b in bases):
        if base in _INERT_BASES or _never_calls(base.rpartition(".")[2], name):
            continue
        found = scope.classes.get(base) if depth else None
        if found is None or found.outline is None or not _is_of_the_file(found.outline.bases, scope, depth - 1, name):
            return False
    return True


# The methods that the abstract containers of `collections.abc` have their others call: `clear` calls `popitem`.
_CALLED_BY_MIXINS = {"insert", "append", "extend", "pop", "popitem", "add", "discard", "index", "items"}


def _never_calls(base: str, name: str) -> bool:
    """Whether a class is one of Python's own containers and exceptions, and none of its methods calls one of that name.

    Those written in C call what they have themselves; the abstract ones call few of their own methods by name.
    """
    own, abstract = getattr(builtins, base, None), getattr(collections.abc, base, None)
    if name.startswith("__"):
        kind = own or abstract or getattr(collections, base, None)
        return isinstance(kind, type) and getattr(kind, name, None) is None
    if isinstance(own, type):
        return True
    if isinstance(abstract, type):
        return name not in _CALLED_BY_MIXINS or not hasattr(abstract, name)
    kind = getattr(collections, base, None)
    return isinstance(kind, type) and getattr(kind, name, None) is None
