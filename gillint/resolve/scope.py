"""The modules and classes of the project, as far as they have been looked at."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from gillint.frozen import dataclass
from gillint.resolve.trace import Block, Place
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.outline import ClassOutline, FunctionOutline
from gillint.syntax.parse import Syntax
from gillint.syntax.servers import Server

Journal = Literal["file", "wal", "unsynced"]
ENUMS = {"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a server sends: to requests of a method, where a handler is for one, and of paths that hold one of the words.

    `work` is what it does for that.
    """

    value: Value
    method: str | None
    words: frozenset[str]
    work: Block


@dataclass(frozen=True, slots=True)
class Peers:
    """What a file as a whole says of the other sides.

    Attributes:
        place: where they are.
        delay: what its requests ask them to wait, in nanoseconds.
        methods: the names that it has after a dot: what fills queues, sets events.
        server: the server that the program brings as a text for another interpreter.
        serves: it serves, too.
        program: the text of `server`.
        serves_files: it starts `python -m http.server`.
        splits: how many ends of its connections send a message in two pieces; `halves`: the client does.
        journal: how its databases of SQLite keep what they change: not at all for long (`unsynced`), in a write-ahead log
            (`wal`), or in a journal beside the file, which is what they do if not told.
        begins: it begins transactions of SQLite itself.
        alone: it starts nothing that runs beside it.
    """

    place: Place | None
    delay: float
    methods: frozenset[str]
    server: Server | None = None
    serves: bool = False
    program: str | None = None
    serves_files: bool = False
    splits: int = 0
    halves: bool = False
    journal: Journal = "file"
    begins: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Configured:
    """What one call says of logging: a level (None where it is not known), a handler that is added, or what the program has
    it call for each record."""

    level: int | None = None
    handler: Value | None = None
    plug: Value | None = None


@dataclass(slots=True)
class ClassScope:
    """A class: its methods, and what is known of the attributes of its instances.

    `declared` are the attributes whose type an annotation says, `settled` those of them to which an amount was assigned,
    `sought` those whose assignment was looked for in all methods, `functions` those to which instances pass themselves, like
    to a method: functions that are assigned in the body of the class, or to the class; of `guessed` only methods have spoken
    that were run with unknown arguments to find them out. Containers that are emptied when they have become long do not
    become longer than `longest`; with a count beside them, they hold no more than `fullest`. `descriptors` are the objects in
    the body of the class that answer for an attribute of its instances, by a `__get__` or a `__set__`.
    """

    key: str
    name: str
    module: ModuleScope
    outline: ClassOutline | None = None
    tree: t.Class | None = None
    methods: dict[str, FunctionOutline | t.Function] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)
    bases: tuple[Value, ...] = ()
    declared: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    sought: set[str] = field(default_factory=set)
    guessed: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    descriptors: dict[str, Value] = field(default_factory=dict)
    longest: dict[str, float] = field(default_factory=dict)
    fullest: dict[str, float] = field(default_factory=dict)
    asked: dict[str, frozenset[str]] | None = None
    reassigned: frozenset[str] | None = None
    prepared: bool = False
    constructed: bool = False


@dataclass(slots=True)
class ModuleScope:
    """A file: its functions and classes by name, and the variables of its top level.

    `peers`: what it says of the other sides of its connections, once somebody has asked; so are `sent`, what
    its server sends, `attributes`, what its classes have, by their names, `opened`, whether they set some by name,
    `libraries`, those with facts that it imports, `neighbours`, the files of the project from which it imports, and
    `asked_for`, the names that stand behind a dot (None before somebody has asked).
    """

    path: str
    syntax: Syntax
    environment: dict[str, Value] = field(default_factory=dict)
    functions: dict[str, FunctionOutline] = field(default_factory=dict)
    classes: dict[str, ClassScope] = field(default_factory=dict)
    state: str = "new"
    notes: list[str] = field(default_factory=list)
    peers: Peers | None = None
    sent: tuple[Sent, ...] | None = None
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    opened: dict[str, bool] = field(default_factory=dict)
    libraries: tuple[str, ...] | None = None
    neighbours: tuple[ModuleScope, ...] | None = None
    asked_for: frozenset[str] | None = None

    def note(self, text: str) -> None:
        """Remember an assumption, once."""
        if text not in self.notes:
            self.notes.append(text)
