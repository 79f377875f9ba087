"""The part of a module that a piece of its code needs: imports, definitions and assignments, never its actions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gillint.benchmark.scopes import BUILTINS, bound_names, dotted, needed_globals, read_names

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)

# What these give cannot be used twice, or not by several threads: each run makes its own.
_ONCE_ONLY = frozenset(
    {"open", "io.open", "gzip.open", "bz2.open", "lzma.open", "sqlite3.connect", "csv.reader", "csv.DictReader", "iter", "map",
     "filter", "zip", "enumerate", "reversed", "os.scandir", "socket.socket", "list", "dict", "set", "collections.Counter",
     "collections.defaultdict", "Counter", "defaultdict", "deque", "collections.deque", "bytearray"}
)  # fmt: skip


def top_level(tree: ast.Module) -> tuple[ast.stmt, ...]:
    """The statements of a module in order; those under `if __name__ == "__main__"` as if they stood at the top."""
    found: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.If) and _asks_for_main(statement.test):
            found.extend(statement.body)
        else:
            found.append(statement)
    return tuple(found)


def _asks_for_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


@dataclass(frozen=True, slots=True)
class Slice:
    """What a piece of code needs of its module: statements in order, and the names that nothing in it binds."""

    statements: tuple[ast.stmt, ...]
    undefined: frozenset[str]


def slice_for(names: Iterable[str], statements: tuple[ast.stmt, ...], given: frozenset[str] = frozenset()) -> Slice:
    """The statements that some names depend on, transitively; what fills temporary files and starts a server belongs to them.

    So does all that is done in a temporary folder that the code has gone to, `os.chdir(tempfile.mkdtemp())`.

    Args:
        names: that are needed.
        statements: the module's, up to the code that needs them; definitions may come from anywhere.
        given: names that are defined elsewhere.
    """
    binders: dict[str, list[int]] = {}
    for i, statement in enumerate(statements):
        if not isinstance(statement, ast.Expr):
            for name in bound_names([statement]):
                binders.setdefault(name, []).append(i)
    temporary = _temporary(statements)
    prepared = temporary | _known_to_processes(statements)
    chosen = set(_done_apart(statements, temporary))
    undefined: set[str] = set()
    todo = [n for n in names if n not in given]
    todo.extend(n for i in sorted(chosen) for n in _needs(statements[i]))
    chosen |= {i for i, s in enumerate(statements) if isinstance(s, ast.ImportFrom) and s.module == "__future__"}
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen or name in given:
            continue
        seen.add(name)
        if name not in binders:
            if name not in BUILTINS:
                undefined.add(name)
            continue
        acting = _acting_on(name, statements) if name in prepared else []
        for i in (*binders[name], *_touched_by(name, statements), *acting):
            if i not in chosen:
                chosen.add(i)
                todo.extend(_needs(statements[i]))
    return Slice(tuple(statements[i] for i in sorted(chosen)), frozenset(undefined - given))


def before_a_run(statements: tuple[ast.stmt, ...], name: str) -> tuple[ast.stmt, ...]:
    """The statements without the actions that follow the first run of a function or a class: they end what it works with.

    Args:
        statements: the module's, in order.
        name: of the function or the class.
    """
    reaching = _reaching(name, statements)
    plain = (*_DEFINITIONS, *_IMPORTS)
    first = next(
        (i for i, s in enumerate(statements) if not isinstance(s, plain) and _runs(s, reaching)), len(statements)
    )
    return (*statements[:first], *(s for s in statements[first:] if isinstance(s, (*plain, *_ASSIGNMENTS))))


def _reaching(name: str, statements: tuple[ast.stmt, ...]) -> frozenset[str]:
    """The definitions that lead to one of them, and itself."""
    reads = {s.name: read_names([s]) for s in statements if isinstance(s, _DEFINITIONS)}
    found, grown = frozenset[str](), frozenset({name})
    while grown != found:
        found, grown = grown, grown | {n for n, read in reads.items() if read & grown}
    return found


def _runs(statement: ast.stmt, names: frozenset[str]) -> bool:
    """Whether a statement calls one of some names, or hands one to a call."""
    return any(isinstance(n, ast.Name) and n.id in names for call in _calls(statement) for n in ast.walk(call))


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls in a statement, those in definitions left out."""
    if not isinstance(statement, _DEFINITIONS):
        yield from (n for n in ast.walk(statement) if isinstance(n, ast.Call))


def _is_start(call: ast.Call) -> bool:
    return (dotted(call.func) or "").rpartition(".")[2] == "Popen"


def _needs(statement: ast.stmt) -> frozenset[str]:
    """The names that a statement reads from outside itself."""
    try:
        return needed_globals(ast.unparse(statement))
    except (SyntaxError, ValueError):  # `await` at the top
        return read_names([statement])


def _touched_by(name: str, statements: tuple[ast.stmt, ...]) -> list[int]:
    """Statements at the top that change what a name holds (`rows.append(...)`, loops that do so), or start it."""
    return [
        i
        for i, statement in enumerate(statements)
        if not isinstance(statement, (*_DEFINITIONS, *_IMPORTS))
        and (any(_changes(node, name) for node in ast.walk(statement)) or _starts(statement, name, statements))
    ]


def _temporary(statements: tuple[ast.stmt, ...]) -> frozenset[str]:
    """The names of temporary files and folders, and of what is made from them: nothing of the user's is behind them."""
    found = {
        alias.asname or alias.name
        for s in statements
        if isinstance(s, _IMPORTS)
        for alias in s.names
        if alias.name == "tempfile" or (isinstance(s, ast.ImportFrom) and s.module == "tempfile")
    }
    imported = frozenset(found)
    for statement in statements:
        if isinstance(statement, _ASSIGNMENTS) and read_names([statement]) & found:
            found |= bound_names([statement])
    return frozenset(found) - imported


def _done_apart(statements: tuple[ast.stmt, ...], temporary: frozenset[str]) -> list[int]:
    """The actions from the one on that makes a temporary folder the current one."""
    actions = [i for i, s in enumerate(statements) if not isinstance(s, (*_DEFINITIONS, *_IMPORTS, *_ASSIGNMENTS))]
    for position, i in enumerate(actions):
        moves = (c for c in _calls(statements[i]) if dotted(c.func) in ("os.chdir", "chdir"))
        if any("tempfile." in ast.unparse(c) or read_names([c]) & temporary for c in moves):
            return actions[position:]
    return []


def _known_to_processes(statements: tuple[ast.stmt, ...]) -> frozenset[str]:
    """The ports that processes are told which the code starts: their servers listen there."""
    started = (c for s in statements for c in _calls(s) if _is_start(c))
    return frozenset(n for c in started for n in read_names([c]) if "port" in n.lower().split("_"))


def _acting_on(name: str, statements: tuple[ast.stmt, ...]) -> list[int]:
    """Statements at the top that do something with what a name stands for, themselves or through functions: `fill(path)`.

    A process that is told of it is started.
    """
    users = _reaching(name, statements)
    return [
        i
        for i, s in enumerate(statements)
        if not isinstance(s, (*_DEFINITIONS, *_IMPORTS))
        and read_names([s]) & users
        and (not isinstance(s, _ASSIGNMENTS) or any(map(_is_start, _calls(s))))
    ]


# Modules whose functions act on files and processes: a call of them changes nothing that the module holds.
_ACTING = frozenset({"os", "shutil", "subprocess"})


def _changes(node: ast.AST, name: str) -> bool:
    target = None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        target = node.value.func.value
    elif isinstance(node, (ast.Assign, ast.AugAssign)):
        aim = node.targets[0] if isinstance(node, ast.Assign) else node.target
        target = aim.value if isinstance(aim, (ast.Subscript, ast.Attribute)) else None
    if name in _ACTING and not (isinstance(target, ast.Attribute) and target.attr == "environ"):
        return False
    while isinstance(target, (ast.Attribute, ast.Subscript)):  # `shop.rows.append(row)`
        target = target.value
    return isinstance(target, ast.Name) and target.id == name


def _starts(statement: ast.stmt, name: str, statements: tuple[ast.stmt, ...]) -> bool:
    """`Thread(target=server.serve_forever).start()`, for the server; `thread.start()`, where the thread was made of it."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "start"):
        return False
    read = read_names([statement])
    made = (s for s in statements if isinstance(s, _ASSIGNMENTS) and bound_names([s]) & read)
    return name in read or any(name in read_names([s]) for s in made)


def own_for_each_run(statement: ast.stmt, unit: ast.stmt) -> bool:
    """Whether an assignment before the code under test belongs into each run of it: its value is used up or changed there."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    names = bound_names([statement])
    if not names & read_names([unit]):
        return False
    if names & bound_names([unit]):
        return True
    value = statement.value
    if isinstance(value, (ast.GeneratorExp, ast.List, ast.Dict, ast.Set)):
        return isinstance(value, ast.GeneratorExp) or not ast.unparse(value)[1:-1]  # used up, or empty and filled
    return isinstance(value, ast.Call) and dotted(value.func) in _ONCE_ONLY and (not value.args or _opens(value))


def _opens(call: ast.Call) -> bool:
    return dotted(call.func) not in (
        "list",
        "dict",
        "set",
        "bytearray",
        "deque",
        "collections.deque",
        "Counter",
        "collections.Counter",
    )


def is_evaluable(node: ast.expr, statements: tuple[ast.stmt, ...]) -> bool:
    """Whether an expression can be evaluated at the top of the module, from plain assignments and definitions alone."""
    plain = [s for s in statements if isinstance(s, (*_DEFINITIONS, *_IMPORTS, *_ASSIGNMENTS))]
    free = read_names([node]) - {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if any(isinstance(n, (ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda)) for n in ast.walk(node)):
        return False
    return free <= bound_names(plain) | BUILTINS
