"""What the source of a server says of how it answers: the pauses before, and whether it serves one client at a time.

Programs that bring a server of their own hold it as a class beside the rest, or as a text that another interpreter runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from textwrap import dedent

from gillint.frozen import dataclass

_HANDLER = re.compile(r"(do_[A-Z]+|_?handle\w*|dispatch|serve\w*|respond\w*|on_\w+|data_received|process_message)$")
_ROUTES = {"route", "get", "post", "put", "patch", "delete", "websocket"}
# What accepts and answers in one and the same thread, and what does not.
_IN_TURN = {"HTTPServer", "TCPServer", "UnixStreamServer", "SMTPServer", "make_server", "SimpleXMLRPCServer", "accept"}
_AT_ONCE = {
    "ThreadingHTTPServer", "ThreadingTCPServer", "ThreadingUnixStreamServer", "ThreadingUDPServer", "ThreadingMixIn",
    "ForkingMixIn", "ForkingTCPServer", "Thread", "ThreadPoolExecutor", "Process", "fork", "start_new_thread",
    "asyncio", "trio", "anyio", "aiohttp", "uvicorn", "tornado", "gevent", "aiosmtpd", "twisted", "selectors", "select",
}  # fmt: skip
_SHORT_NS = 10e6  # of a pause whose length is not known


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause before an answer, in nanoseconds; `words`: what the request asks for then, where a test says it."""

    length: float
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Server:
    """How a server answers.

    Attributes:
        pauses: what it does not do at once: at most one without words, which holds for all other requests.
        in_turn: it serves one client after the other.
        keeps: a connection is kept open for more than one request.
        splits: it sends head and body of an answer apart, and leaves Nagle's algorithm on.
    """

    pauses: tuple[Pause, ...] = ()
    in_turn: bool = False
    keeps: bool = False
    splits: bool = False


@lru_cache(maxsize=16)
def parsed(source: str) -> ast.Module | None:
    """A module as the fast parser sees it, once for all who ask; None where it is none of Python."""
    try:
        return ast.parse(dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=64)
def read_server(source: str, *, whole: bool) -> Server | None:
    """Read the source of a server; None where it is none that can be parsed.

    Args:
        source: a module.
        whole: nothing but the server is in it, so that all its pauses are the server's.
    """
    module = parsed(source)
    if module is None:
        return None
    names = {
        n.id if isinstance(n, ast.Name) else n.attr
        for n in ast.walk(module)
        if isinstance(n, (ast.Name, ast.Attribute))
    }
    names |= {a.name for n in ast.walk(module) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
    keeps = "accept" in names or _is_set(module, "protocol_version", "HTTP/1.1")
    return Server(
        tuple(_pauses(module, whole=whole)),
        in_turn=bool(_IN_TURN & names)
        and not (_AT_ONCE & names if whole else (_AT_ONCE - {"Process", "fork"}) & names),
        keeps=keeps,
        splits=_is_set(module, "protocol_version", "HTTP/1.1") and not {"disable_nagle_algorithm", "wbufsize"} & names,
    )


@lru_cache(maxsize=64)
def asked_for(source: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """The arms of tests that compare what is asked for with texts: first and last line, and the texts."""
    module = parsed(source)
    if module is None:
        return ()
    tests = (n for n in ast.walk(module) if isinstance(n, ast.If))
    return tuple((n.body[0].lineno, n.body[-1].end_lineno or 0, words) for n in tests if (words := _words(n.test)))


@lru_cache(maxsize=64)
def routes_of(source: str) -> dict[str, str]:
    """The functions that answer requests for a path, by name: what every such path begins with."""
    module = parsed(source)
    if module is None:
        return {}
    found: dict[str, str] = {}
    for n in ast.walk(module):
        if isinstance(n, ast.Call):
            names = [a.id for a in n.args if isinstance(a, ast.Name)]
            found.update(dict.fromkeys(names, path) if (path := _path(n)) else {})
        elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)):
            paths = (_path(d) for d in n.decorator_list if isinstance(d, ast.Call))
            found.update([(n.name, path) for path in paths if path])
    return found


def _path(call: ast.Call) -> str | None:
    """The fixed beginning of the path that a route is for; None where all paths begin like that."""
    texts = (a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    fixed = next((re.split(r"[{<]", text)[0] for text in texts if text.startswith("/")), "")
    return fixed if len(fixed) > 1 else None


def _is_set(module: ast.Module, name: str, value: str) -> bool:
    return any(
        isinstance(n, ast.Assign)
        and isinstance(n.value, ast.Constant)
        and n.value.value == value
        and any((x.id if isinstance(x, ast.Name) else getattr(x, "attr", "")) == name for x in n.targets)
        for n in ast.walk(module)
    )


def _pauses(module: ast.Module, *, whole: bool) -> Iterator[Pause]:
    """Of what answers requests the longest usual pause, and those that a path asks for."""
    known = _constants(module)
    bodies: list[list[ast.stmt]] = []
    for n in ast.walk(module):
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and (whole or _answers(n)):
            bodies.append(n.body)
    if whole:
        bodies.append(
            [s for s in module.body if not isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
        )
    usual = 0.0
    for body in bodies:
        found = list(_sleeps(body, known, frozenset(), 1.0))
        usual = max(usual, sum(p.length for p in found if not p.words))
        yield from (p for p in found if p.words)
    if usual:
        yield Pause(usual)


def _answers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function answers requests, by its name or what registers it."""
    routes = (d.func for d in function.decorator_list if isinstance(d, ast.Call))
    return bool(_HANDLER.fullmatch(function.name)) or any(
        isinstance(f, ast.Attribute) and f.attr in _ROUTES for f in routes
    )


def _constants(module: ast.Module) -> dict[str, ast.expr]:
    """What names and attributes are set to, the defaults of parameters included."""
    known: dict[str, ast.expr] = {}
    for n in ast.walk(module):
        if isinstance(n, (ast.Assign, ast.AnnAssign)) and n.value is not None:
            for x in n.targets if isinstance(n, ast.Assign) else [n.target]:
                if isinstance(x, (ast.Name, ast.Attribute)):
                    known[x.id if isinstance(x, ast.Name) else x.attr] = n.value
        elif isinstance(n, ast.arguments):
            given = [*n.posonlyargs, *n.args]
            known.update({a.arg: d for a, d in zip(reversed(given), reversed(n.defaults), strict=False)})
            known.update({a.arg: d for a, d in zip(n.kwonlyargs, n.kw_defaults, strict=True) if d is not None})
    return known


def _sleeps(body: list[ast.stmt], known: dict[str, ast.expr], words: frozenset[str], share: float) -> Iterator[Pause]:
    """The pauses in some statements, each weighed by how often it is made."""
    for s in body:
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(s, ast.If):
            asked = _words(s.test)
            chance = 1.0 if asked else _chance(s.test)
            yield from _sleeps(s.body, known, words | asked, share * chance)
            yield from _sleeps(s.orelse, known, words, share * (1.0 if asked else 1.0 - chance))
            continue
        times = _turns(s) if isinstance(s, ast.For) else 1.0
        for field in ("body", "orelse", "finalbody"):
            yield from _sleeps(getattr(s, field, []), known, words, share * times)
        for e in _expressions(s):
            if isinstance(e, ast.Call) and _name(e.func) == "sleep" and e.args:
                length = _number(e.args[0], known, 4)
                yield Pause(share * (_SHORT_NS if length is None else max(0.0, length) * 1e9), words)


def _expressions(s: ast.stmt) -> Iterator[ast.AST]:
    """What stands in a statement itself, not in the statements below."""
    for child in ast.iter_child_nodes(s):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler)):
            yield from ast.walk(child)


def _words(test: ast.expr) -> frozenset[str]:
    """The texts that a test compares a request with: `self.path == "/slow"`, `"export" in path`."""
    if isinstance(test, ast.UnaryOp):
        return frozenset()
    found = (n.value for n in ast.walk(test) if isinstance(n, ast.Constant) and isinstance(n.value, (str, bytes)))
    texts = (w if isinstance(w, str) else w.decode("latin-1") for w in found)
    return frozenset(w for w in texts if len(w) > 1)


def _chance(test: ast.expr) -> float:
    """`n % 10 == 0`, `random.random() < 0.1`; otherwise half of the time."""
    if isinstance(test, ast.Compare) and len(test.comparators) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mod) and isinstance(left.right, ast.Constant):
            turns = _float(left.right)
            once = 1.0 / turns if turns is not None and turns >= 1 else 0.5
            return 1.0 - once if isinstance(test.ops[0], ast.NotEq) else once
        if isinstance(left, ast.Call) and _name(left.func) == "random" and isinstance(right, ast.Constant):
            below = _float(right)
            if below is not None:
                return min(1.0, max(0.0, below if isinstance(test.ops[0], (ast.Lt, ast.LtE)) else 1.0 - below))
    return 0.5


def _turns(loop: ast.For) -> float:
    """How often a loop over `range(10)` or a literal list turns; once where that is not known."""
    over = loop.iter
    if isinstance(over, (ast.List, ast.Tuple)):
        return float(len(over.elts))
    if isinstance(over, ast.Call) and _name(over.func) == "range" and len(over.args) == 1:
        stop = _float(over.args[0])
        return max(0.0, stop) if stop is not None else 1.0
    return 1.0


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


_MOST = 1e9  # of a number that is meant: seconds, turns


def _float(e: ast.expr) -> float | None:
    """A number that is written out, unless no program waits or turns so often."""
    value = e.value if isinstance(e, ast.Constant) else None
    return float(value) if isinstance(value, (int, float)) and abs(value) <= _MOST else None


def _number(e: ast.expr, known: dict[str, ast.expr], depth: int) -> float | None:
    """A number as far as the source tells: drawn ones are their mean."""
    if depth == 0:
        return None
    if isinstance(e, ast.Constant):
        return _float(e)
    if isinstance(e, (ast.Name, ast.Attribute)):
        set_to = known.get(e.id if isinstance(e, ast.Name) else e.attr)
        return _number(set_to, known, depth - 1) if set_to is not None else None
    if isinstance(e, ast.BinOp):
        left, right = _number(e.left, known, depth - 1), _number(e.right, known, depth - 1)
        return _computed(e.op, left, right)
    if isinstance(e, ast.IfExp):
        return _number(e.body, known, depth) or _number(e.orelse, known, depth)
    if not isinstance(e, ast.Call):
        return None
    numbers = [n for a in e.args if (n := _number(a, known, depth - 1)) is not None]
    name = _name(e.func)
    if name in ("uniform", "triangular", "randint") and len(numbers) >= 2:
        return (numbers[0] + numbers[1]) / 2
    if name == "expovariate" and numbers and numbers[0]:
        return 1.0 / numbers[0]
    if name == "random":
        return 0.5
    if name == "get" and len(e.args) == 2:  # of a query, an environment: the default
        return _number(e.args[1], known, depth - 1)
    return numbers[0] if name in ("float", "int", "abs", "gauss", "min", "max") and numbers else None


def _computed(operator: ast.operator, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        # A part that varies beside one that is known: `0.02 + n * 0.0001`.
        return (left if right is None else right) if isinstance(operator, ast.Add) else None
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Div) and right:
        return left / right
    return left % right / 2 if isinstance(operator, ast.Mod) and right else None
