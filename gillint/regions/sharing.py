"""What threads that run copies of a region share, and what each of them has for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gillint.diagnostics.span import Span
from gillint.frozen import dataclass
from gillint.knowledge.schema import FOR_ALL
from gillint.resolve.program import walk
from gillint.resolve.text.texts import TEMPORARY
from gillint.resolve.trace import Block, Branch, Call, Node, Resolved
from gillint.resolve.values import OF_THE_CALL, Value, text_of
from gillint.syntax.tree import HOLE

IN_MEMORY = ":memory:"


def is_shared(call: Call, made: frozenset[str]) -> bool:
    """Whether what serialises is the same for all threads: not where each copy makes its own, and calls it or passes it on.

    One writer at a time has a file of SQLite, from the first change to the commit, through whatever connection.
    """
    if shared_file(call, made) is not None or (call.fact is not None and call.fact.serialised_by in FOR_ALL):
        return True
    used: tuple[Value | None, ...] = (
        (call.bound.receiver,) if call.bound.receiver is not None else call.bound.positional
    )
    return not any(value is not None and (value.type in made or value.mark == OF_THE_CALL) for value in used)


def shared_file(call: Call, made: frozenset[str]) -> str | None:
    """The file that all copies of the region write to, each through a connection of its own or not."""
    name = _written_to(call)
    if not name or HOLE in name or name == IN_MEMORY:
        return None
    folder, end, file = name.partition(">") if name.startswith(TEMPORARY) else ("", "", name)
    return None if folder + end in made else file.strip("/") or name


def may_share_file(call: Call) -> bool:
    """Whether nothing tells that copies write to different files: the name is not known, or the folder is not."""
    name = _written_to(call)
    return name is not None and (not name or HOLE in name) and HOLE not in name.rpartition("/")[2]


def _written_to(call: Call) -> str | None:
    """The file of SQLite that a call writes to, commits included, a shelf among them; empty where it is not known."""
    receiver = call.bound.receiver
    if receiver is not None and call.name in _SETS_IN_A_SHELF:
        return receiver.text.pattern if receiver.text is not None else ""
    if receiver is None or receiver.dtype == "memory" or not call.name.startswith(_SQLITE_CALLS):
        return None
    sql = text_of(call.bound.get("sql"))
    writes = sql is not None and _WRITES.match(sql.pattern) is not None
    if not writes and not call.name.endswith(".commit"):
        return None
    return receiver.text.pattern if receiver.text is not None else ""


_SETS_IN_A_SHELF = ("shelve.Shelf.__setitem__", "dbm.Database.__setitem__", "dbm.Database.setdefault")
_SQLITE_CALLS = ("sqlite3.Connection.", "sqlite3.Cursor.")
_WRITES = re.compile(r"\s*(?:insert|update|delete|replace)\b", re.IGNORECASE)


def made_in(nodes: Iterable[Node]) -> frozenset[str]:
    """The types of the objects that these calls make, and the temporary files and folders.

    An instance of the program's own class is made where its `__init__` calls the constructor of a library's class above it.
    """
    calls = [n for n in nodes if isinstance(n, Call)]
    results = [n.result for n in calls if n.result is not None]
    results += [n.bound.receiver for n in calls if n.bound.receiver and n.result and n.result.type == n.name]
    places = (v.text.pattern for v in results if v.text is not None and v.text.pattern.startswith(TEMPORARY))
    return frozenset(v.type for v in results if v.type is not None).union(places)


@dataclass(frozen=True, slots=True)
class Objects:
    """The types of the objects that each copy of a region has for itself, and of those that all copies have in common.

    Attributes:
        own: though the region does not make them itself.
        common: made at the top level.
    """

    own: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    def of_a_task(self) -> Objects:
        """The same for one of the tasks that a function hands over: they share what each run of the function makes."""
        return Objects(frozenset(), self.own | self.common)

    def made_with(self, calls: Iterable[Node]) -> frozenset[str]:
        """What a copy has for itself where it makes these calls; not cursors of a connection that all have in common."""
        made = made_in(calls) | self.own
        connected = {t.partition(".")[0] for t in self.common - made if t.lower().endswith("connection")}
        return frozenset(t for t in made if not (t.lower().endswith("cursor") and t.partition(".")[0] in connected))


NOTHING_MADE = Objects()


def objects_of(resolved: Resolved) -> Objects:
    """What copies of functions that run beside each other have for themselves: what these make, and nothing at the top level."""
    top = (trace.block for trace in resolved.functions if trace.name == "<module>")
    set_up = [n for block in top for n in block.nodes if not _in_program(n, resolved.mains)]
    at_first = walk(Block((), tuple(set_up)))
    everywhere = walk(*(trace.block for trace in resolved.functions if trace.name != "<module>"))
    own = (made_in(everywhere) - made_in(at_first)) | _of_one_thread([*everywhere, *at_first])
    return Objects(own, made_in(at_first) - own)


def _of_one_thread(nodes: list[Node]) -> frozenset[str]:
    """SQLite's objects, where every connection is one that only the thread that made it may use: others must make their own.

    `check_same_thread` is true unless it is given; a database in memory has no second connection.
    """
    opened = [n for n in nodes if isinstance(n, Call) and n.name == "sqlite3.connect"]
    shared = any(
        n.bound.get("check_same_thread") is not None or (n.result is not None and n.result.dtype == "memory")
        for n in opened
    )
    return _SQLITE if opened and not shared else frozenset()


_SQLITE = frozenset(["sqlite3.Connection", "sqlite3.Cursor"])


def _in_program(node: Node, mains: tuple[Span, ...]) -> bool:
    """Whether a node is below `if __name__ == "__main__"`."""
    if isinstance(node, Branch):
        return any(_in_program(inner, mains) for arm in node.arms for inner in arm.nodes)
    return any(m.line <= node.span.line <= m.end_line for m in mains)
