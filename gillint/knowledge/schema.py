"""The frozen types of the knowledge base; `knowledge/README.md` beside the data says what each key means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import Enum
from typing import Generic, Literal, TypeVar

from gillint.frozen import dataclass, replace

Constant = str | int | float | bool | None


class Effect(str, Enum):
    """What a call does to the GIL."""

    HOLDS = "holds"
    RELEASES = "releases"
    WAITS = "waits"
    RUNS_PYTHON = "runs-python"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cost:
    """`fixed + per * of`, in nanoseconds (or bytes, or counts); `low` and `high` replace `fixed` in their scenario.

    `per` is so many times less or more as `spread` says, by what instructions a processor has.

    `local` replaces `fixed` of a wait for somebody else where he is on this machine; it marks a call that talks to a peer.
    """

    fixed: float = 0.0
    per: float = 0.0
    of: str | None = None
    low: float | None = None
    high: float | None = None
    local: float | None = None
    spread: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the library's own code the effect was read."""

    repository: str
    path: str
    symbol: str
    version: str
    says: str

    def __str__(self) -> str:
        return f"source: {self.repository} {self.version} {self.path} ({self.symbol}): {self.says}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a probe gave: held fraction, and throughput of two threads against one.

    `local` is how long the call waited, in ns, where the server ran on the same machine.
    """

    version: str
    python: str
    date: str
    size: float | str | None = None
    held: float | None = None
    two_threads: float | None = None
    local: float | None = None
    says: str | None = None

    def __str__(self) -> str:
        parts = [f"measured: version {self.version}, Python {self.python}"]
        if self.size is not None:
            parts.append(f"size {self.size:,}" if isinstance(self.size, int) else f"size {self.size}")
        if self.held is not None:
            parts.append(f"held {self.held:.2f}")
        if self.two_threads is not None:
            parts.append(f"two threads {self.two_threads:.2f}x")
        if self.local is not None:
            parts.append(f"waits {self.local / 1000:,.3g} us for a server on the same machine")
        parts.append(self.date)
        return ", ".join(parts) + (f": {self.says}" if self.says else "")


Evidence = Source | Measured


@dataclass(frozen=True, slots=True)
class Returns:
    """How the type, size and contents of a result follow from the arguments."""

    type: str | None = None
    like: str | None = None
    element_of_like: bool = False
    dtype: str | None = None
    size: str | None = None
    shape: str | None = None
    dims: tuple[str, ...] | None = None
    element: Returns | None = None
    columns: str | None = None
    items: tuple[Returns, ...] | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """When a clause applies: every part that is given must hold."""

    size: str | None = None
    below: float | None = None
    from_: float | None = None
    dtype: tuple[str, ...] | None = None
    type: tuple[str, ...] | None = None
    not_type: tuple[str, ...] | None = None
    of: str | None = None
    given: str | None = None
    absent: str | None = None
    default: Constant = None
    argument: str | None = None
    is_: Constant = None
    matches: str | None = None
    program: tuple[str, ...] | None = None
    python: str | None = None
    version: str | None = None
    build: Literal["free-threaded", "gil"] | None = None
    installed: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one call does and costs: the part of a fact that a condition may override."""

    effect: Effect
    gil: Cost | None = None
    native: Cost | None = None
    wait: Cost | None = None
    releases: Cost | None = None
    stall: Cost | None = None
    pages: Cost | None = None
    parallel: bool = False
    serialised_by: str | None = None
    returns: Returns | None = None
    calls: str = "1"  # how often the callback is called
    arguments: tuple[Returns, ...] = ()  # what it is given
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """Plain Python that measures the fact again."""

    setup: str
    statement: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition and the whole behaviour under it (the overrides are merged when the file is read).

    Without evidence of its own it stands on the fact's.
    """

    condition: Condition
    behaviour: Behaviour
    evidence: tuple[Evidence, ...] = ()
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the knowledge base."""

    name: str
    file: str
    parameters: tuple[str, ...]
    behaviour: Behaviour
    clauses: tuple[Clause, ...] = ()
    callback: str | None = None
    consumes: str | None = None
    mutates: Returns | None = None
    awaitable: bool = False
    reusable: bool = False
    instead: str | None = None
    evidence: tuple[Evidence, ...] = ()
    probe: Probe | None = None
    is_default: bool = False
    version: str = ""
    distribution: str = "python"
    is_extension: bool = False
    overrides: str | None = None

    @property
    def serialised_by(self) -> str | None:
        """What lets one thread through at a time, where no condition says otherwise."""
        return self.behaviour.serialised_by

    @property
    def id(self) -> str:
        """Names the fact in reports: `stdlib/json.toml#json.loads`."""
        return f"{self.file}#{self.name}"

    @property
    def depends_on_version(self) -> bool:
        """Whether the library's version changes what it says."""
        return any(clause.condition.version is not None for clause in self.clauses)

    @property
    def talks(self) -> bool:
        """Whether a call talks to somebody, whose place decides how long it waits."""
        behaviours = (self.behaviour, *(clause.behaviour for clause in self.clauses))
        return any(b.wait is not None and b.wait.local is not None for b in behaviours)

    @property
    def all_evidence(self) -> tuple[Evidence, ...]:
        """The evidence of the fact and of its clauses."""
        return (*self.evidence, *(entry for clause in self.clauses for entry in clause.evidence))

    def evidence_of(self, clause: Clause | None) -> tuple[Evidence, ...]:
        """What a clause stands on; None is the case in which no condition holds."""
        return (clause.evidence if clause is not None else ()) or self.evidence

    def under(self, clause: Clause) -> Fact:
        """The fact where the clause's condition holds: its behaviour, evidence and probe, and no conditions."""
        found = self.evidence_of(clause)
        return replace(self, behaviour=clause.behaviour, evidence=found, probe=clause.probe, clauses=())


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """What the analyser knows about the instances of a library's type."""

    name: str
    bases: tuple[str, ...] = ()
    element: Returns | None = None
    attributes: tuple[tuple[str, Returns], ...] = ()
    context: Returns | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """Whether the library's extension modules declare support for a build or for sub-interpreters."""

    state: Literal["declared", "denied", "undeclared"]
    since: str | None = None


T = TypeVar("T")


class Entries(Collection[tuple[str, T]], Generic[T]):
    """Names with what they stand for, which is made when it is asked for: most of a library is never looked at.

    Args:
        places: the place of each name; names that share a place share what stands there.
        make: gives what stands at a place.
    """

    __slots__ = ("_made", "_make", "_places")

    def __init__(self, places: dict[str, int], make: Callable[[int], T]) -> None:
        self._places, self._make = places, make
        self._made: dict[int, T] = {}

    @classmethod
    def of(cls, entries: dict[str, T]) -> Entries[T]:
        """Of what is made already."""
        values: dict[int, T] = {}
        places: dict[str, int] = {}
        seen: dict[int, int] = {}
        for name, value in entries.items():
            places[name] = seen.setdefault(id(value), len(seen))
            values[places[name]] = value
        return cls(places, values.__getitem__)

    @property
    def places(self) -> dict[str, int]:
        """The place of each name."""
        return self._places

    def find(self, name: str) -> T | None:
        """What a name stands for, or None."""
        place = self._places.get(name)
        return None if place is None else self.at(place)

    def at(self, place: int) -> T:
        """What stands at a place, always the same object."""
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._make(place)
        return found

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, entry: object) -> bool:
        return any(entry == own for own in self)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return ((name, self.at(place)) for name, place in self._places.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entries) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self._places))


@dataclass(frozen=True, slots=True)
class General:
    """What a knowledge file says of the whole library."""

    default: Fact | None = None
    free_threading: Support | None = None
    subinterpreters: Support | None = None
    support_evidence: tuple[Evidence, ...] = ()
    exists_in: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """One knowledge file. `general` is made when it is asked for, too: it is the one entry, under no name."""

    name: str
    file: str
    distribution: str
    version: str
    facts: Entries[Fact]
    types: Entries[TypeInfo]
    general: Entries[General]

    @property
    def default(self) -> Fact | None:
        """What callables of this library do that have no fact."""
        return self.general.at(0).default

    @property
    def free_threading(self) -> Support | None:
        """Whether it declares that it needs no GIL."""
        return self.general.at(0).free_threading

    @property
    def subinterpreters(self) -> Support | None:
        """Whether it declares that it runs in sub-interpreters."""
        return self.general.at(0).subinterpreters

    @property
    def support_evidence(self) -> tuple[Evidence, ...]:
        """What the two stand on."""
        return self.general.at(0).support_evidence

    def exists_in(self, name: str) -> str | None:
        """Which versions have a name, as a specifier; None for all of them. What is inside a class or a module came with it."""
        given = {known: versions for versions, names in self.general.at(0).exists_in for known in names}
        owners = ("." + name).split(".")
        return next((given[n] for end in range(len(owners), 1, -1) if (n := ".".join(owners[1:end])) in given), None)


TERMINAL = "terminal"
FOR_ALL = ("library", "caller", TERMINAL)  # what serialises whatever object a thread calls


def one_by_one(serialised_by: str) -> str:
    """Why only one thread at a time gets through, by what a fact says of it."""
    if serialised_by == "library":
        return "the library has one lock for all threads"
    if serialised_by == "caller":
        return "the library is not thread-safe, and it is for its callers to let in one thread at a time"
    if serialised_by == TERMINAL:
        return "there is one terminal, and who sits at it answers one question at a time"
    if serialised_by == "thread":
        return "what one thread has made works in that thread alone"
    return f"one {serialised_by} serves one thread at a time"
