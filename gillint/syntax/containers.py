"""What a call adds to a container or takes out of it, by its name: `rows.append(row)`, `heappop(heap)`, `jobs.get()`.

Types are not known here. So `get` with a key, which leaves a dict as it is, counts as nothing; `get` of a queue takes.
"""

from __future__ import annotations

from gillint.frozen import dataclass
from gillint.syntax import tree as t
from gillint.syntax.walk import key_of, name_called

# Methods that add one thing, and those that add each thing in what they are given: which of their arguments that is.
ADDS_ONE = {"append": 0, "appendleft": 0, "add": 0, "insert": 1, "put": 0, "put_nowait": 0}
ADDS_EACH = {"extend": 0, "extendleft": 0, "update": 0}
ADDS = ADDS_ONE | ADDS_EACH
TAKES = frozenset(("pop", "popleft", "popitem", "remove", "get", "get_nowait"))
_PUSHES, _POPS = ("heappush", "insort", "insort_left", "insort_right"), ("heappop",)
_EXCHANGES = ("heapreplace", "heappushpop")


@dataclass(frozen=True, slots=True)
class Change:
    """How a call changes the length of a container: `by` one more (1), one fewer (-1), or not at all (0).

    With `several` it is by each thing in what is added, `added`.
    """

    container: t.Expr
    by: int
    added: t.Expr | None = None
    several: bool = False


def change_of(e: t.Expr) -> Change | None:
    """What an expression does to a container; None where it is no call that adds or takes, as far as its name tells."""
    if not isinstance(e, t.Call):
        return None
    name, arguments = name_called(e.function), e.arguments
    if isinstance(e.function, t.Attribute):
        container = e.function.value
        if name in ADDS:
            added = arguments[ADDS[name]].value if len(arguments) > ADDS[name] else None
            return Change(container, 1, added, name in ADDS_EACH)
        if name in TAKES and not (name == "get" and _names_a_key(arguments)):
            return Change(container, -1)
    first = arguments[0].value if arguments else None
    if first is None:
        return None
    if name in _PUSHES:
        return Change(first, 1, arguments[1].value if len(arguments) > 1 else None)
    return Change(first, -1) if name in _POPS else Change(first, 0) if name in _EXCHANGES else None


def adds_to(e: t.Expr, name: str) -> bool:
    """Whether an expression adds one thing to the container of this name."""
    change = change_of(e)
    return change is not None and change.by > 0 and not change.several and key_of(change.container) == name


def takes_from(e: t.Expr, name: str) -> bool:
    """Whether an expression takes one thing out of the container of this name."""
    change = change_of(e)
    return change is not None and change.by < 0 and key_of(change.container) == name


def _names_a_key(arguments: tuple[t.Argument, ...]) -> bool:
    """`counts.get(word, 0)`, and not `jobs.get()`, `jobs.get(False)`, `jobs.get(timeout=1)`."""
    first = arguments[0] if arguments else None
    is_flag = first is not None and isinstance(first.value, t.Constant) and isinstance(first.value.value, bool)
    return first is not None and first.keyword is None and not is_flag
