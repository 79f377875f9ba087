"""The files that a program writes, as far as can be seen: what is in them is what it reads later.

Files, folders, buffers in memory and the members of archives are told apart by what is known of their names. Nothing is
known of a file that nothing in sight writes.
"""

from __future__ import annotations

from dataclasses import field

from gillint.diagnostics.span import NOWHERE, Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass, replace
from gillint.resolve.text.texts import ANY, SEPARATORS, Text, common, may_be_same, overlap, together
from gillint.resolve.values import Source, Value
from gillint.syntax.tree import HOLE

MEMBER = "!"  # between the name of an archive and that of something in it
MEMORY = "<memory "  # how the names of buffers begin

Turn = tuple[int, ...]  # of loops that are read once for each member of a table, the outermost first


@dataclass(frozen=True, slots=True)
class Content:
    """What is in one of some files that are alike.

    Attributes:
        size: bytes or characters.
        text: the separators in it; the pattern is the name of the buffer whose contents these are, if they are.
        files: how many such files there are.
        is_folder: a folder.
        packed: the file is compressed, and what is said of it is what was compressed.
        source: what the whole of it was made from; `lines` where that is said of each line.
        anew: it was written from beginning to end, and what was in it before is gone.
        guessed: so a method writes it of which nobody has seen a call yet.
        pieces: by how many writes most of it got there: records, one after the other.
    """

    size: Estimate
    text: Text = ANY
    files: Estimate = ONE
    is_folder: bool = False
    packed: bool = False
    source: Source | None = None
    anew: bool = False
    guessed: bool = False
    pieces: Estimate | None = None

    @property
    def lines(self) -> Estimate:
        """How many lines it has."""
        return self.text.count("\n").max(1)


_MADE: tuple[Span, Turn] = (NOWHERE, ())  # the place of what is made without being written


@dataclass(slots=True)
class Files:
    """What was written, by the name of the file and the place in the source that writes.

    kinds: how many different names those may be that are opened to be written under a name that is not known in full.
    turn: the one that is being read; `begun`: the one that was when a file was opened. What one place writes to a file in
      several turns that are read apart comes one behind the other.
    """

    pieces: dict[str, dict[tuple[Span, Turn], Content]] = field(default_factory=dict)
    turn: Turn = ()
    begun: dict[str, Turn] = field(default_factory=dict)
    opened: dict[str, tuple[int, int, Estimate]] = field(default_factory=dict)
    kinds: dict[str, Estimate] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)  # some of a folder that were read before anything was written there
    _unlisted: set[str] = field(default_factory=set)  # what was listed before
    _folders: dict[str, Content] = field(default_factory=dict)
    current: str = ""  # the folder that `os.chdir` went to
    emptied: dict[str, Estimate] = field(
        default_factory=dict
    )  # how often a buffer was cut to nothing, to be filled anew
    limits: dict[str, float] = field(default_factory=dict)  # what such a buffer grows to, where that is asked
    before: Files | None = None  # what was written when the program was looked at for the first time
    left: dict[str, Estimate] = field(default_factory=dict)  # bytes behind the place that `seek` went to last
    stores: dict[str, Value] = field(default_factory=dict)  # what is put into what comes from a file
    _missed: set[str] = field(default_factory=set)

    @property
    def is_written_later(self) -> bool:
        """Whether something was read of which it was seen only later that it is written: `flush` comes before `write`."""
        return bool(self.emptied) or any(self._find(name) is not None for name in self._missed)

    def emptyings(self, name: str) -> Estimate:
        """How often a buffer is emptied in all, as far as it was seen when the program was looked at for the first time."""
        if self.before is None or name not in self.before.emptied:
            return ONE
        whole, most = self.before.find(name), self.before.limits.get(name)
        return self.before.emptied[name] if most is None or whole is None else (whole.size / most).max(1)

    def _named(self, name: str) -> str:
        """A name as it is seen from the folder that the program began in."""
        if self.current and not name.startswith(("/", MEMORY, HOLE, self.current)):
            return f"{self.current}/{name.removeprefix('./')}".removesuffix("/.")
        return name

    def write(self, name: str, span: Span, piece: Content) -> None:
        """Note what one place in the source writes to a file: at most, where it is looked at more than once."""
        name = self._named(name)
        at = self._folders if piece.is_folder else None
        if at is not None:
            at[name] = piece
            return
        pieces = self.pieces.setdefault(name, {})
        pieces.pop(_MADE, None)
        place = (span, self.turn[len(self.begun.get(name, self.turn)) :])
        old = pieces.get(place)
        if old is not None and old.guessed != piece.guessed:
            pieces[place] = old if piece.guessed else piece
        elif old is None or (piece.size * piece.files).likely >= (old.size * old.files).likely:
            pieces[place] = piece

    def create(self, name: str, piece: Content) -> None:
        """Note that a file is made, whatever may be in it, unless it is seen that something is written to it."""
        self.pieces.setdefault(self._named(name), {_MADE: piece})

    def opened_as(self, name: str) -> tuple[int, int, Estimate]:
        """Who opened a file in which loops, and how often in all; of one of several buffers how often all of them are made."""
        known = self.opened.get(name)
        if known is None and name.startswith(MEMORY) and HOLE in name:
            alike = [times for other, (_, _, times) in self.opened.items() if may_be_same(name, other)]
            return (0, 0, total(alike)) if alike else (0, 0, ONE)
        return known or (0, 0, ONE)

    def written(self) -> dict[str, dict[tuple[Span, Turn], Content]]:
        """What has been written so far, to go back to."""
        return {name: dict(pieces) for name, pieces in self.pieces.items()}

    def find(self, name: str) -> Content | None:
        """What is in the file of this name, or in one of those that may be meant; None where nothing is known."""
        name = self._named(name)
        found = self._find(name)
        if found is None:
            self._missed.add(name)
            if self.before is not None:
                one = HOLE not in name or name.startswith(MEMORY)
                found = self.before.find(name) if one else self.before.same(name)
                found = self.before.as_store(name, found)
        return found

    def as_store(self, name: str, content: Content | None) -> Content | None:
        """What is in a file that is written from what was read from it: as much as is put into that."""
        held = self.stores.get(name)
        whole = content.source.value.size if content is not None and content.source is not None else None
        if content is None or held is None or held.size is None or whole is None or whole.likely <= held.size.likely:
            return content
        part = Estimate.point(held.size.likely / whole.likely)
        return replace(content, size=content.size * part, text=content.text.each(part))

    def same(self, name: str) -> Content | None:
        """What is in the files of just this name: a cache is read by the name that it will be written by."""
        exact = self.pieces.get(name)
        return _whole(exact) if exact else None

    def _find(self, name: str) -> Content | None:
        exact = self.pieces.get(name)
        if exact:
            return _whole(exact)
        if name in self._absent:
            return None
        found = _all_of([_whole(pieces) for other, pieces in self.pieces.items() if _comparable(name, other)])
        if found is None and HOLE in name and name.strip(HOLE) and not name.startswith(MEMORY):
            self._absent.add(name)  # what is written beside them later, a thumbnail of each, is made from these
        return found

    def remove(self, name: str) -> None:
        """Note that a file or a folder is removed, and what was in it before anything was written there with it."""
        name = self._named(name)
        for seen in (self._absent, self._unlisted):
            seen -= {other for other in seen if other == name or other.startswith(f"{name}/")}

    def member(self, archive: str, inside: str) -> Content | None:
        """What is in a member of an archive, or in one of those that may be meant; how many of them are in one archive."""
        found = self.find(f"{archive}{MEMBER}{inside}")
        return replace(found, files=(found.files / self._alike(archive)).max(1)) if found is not None else None

    def _alike(self, archive: str) -> Estimate:
        """How many archives of this name there are."""
        whole = self._find(self._named(archive))
        return whole.files if whole is not None else ONE

    def members(self, archive: str) -> dict[str, Content]:
        """What is in one archive of this name, by the names of its members."""
        archive, alike = self._named(archive), self._alike(archive)
        alike_inside: dict[str, list[Content]] = {}
        for name, pieces in self.pieces.items():
            owner, is_member, inside = name.partition(MEMBER)
            if is_member and may_be_same(archive, owner):
                alike_inside.setdefault(inside, []).append(_whole(pieces))
        found = {inside: _all_of(contents) for inside, contents in alike_inside.items()}
        return {n: replace(c, files=(c.files / alike).max(1)) for n, c in found.items() if c is not None}

    def below(self, folder: str) -> dict[str, Content]:
        """What is in the files of a folder, and in those below it, by their names in there."""
        start = f"{self._named(folder)}/"
        return {n.removeprefix(start): _whole(p) for n, p in self.pieces.items() if n.startswith(start)}

    def listed(self, glob: str, *, deep: bool) -> tuple[Content | None, Text]:
        """What is in the files whose names fit a pattern, and what those names have in common.

        `deep`: those in the folders below count too; without, the folders themselves do.
        """
        glob = self._named(glob).removeprefix("./")
        fitting = {n: _whole(p) for n, p in self.pieces.items() if not _is_own(n) and overlap(glob, n)}
        if not deep:
            near = {n: c for n, c in (fitting | self._folders).items() if n.count("/") == glob.count("/")}
            fitting = {n: c for n, c in near.items() if n in fitting or overlap(glob, n)} or fitting
        if not fitting or glob in self._unlisted:
            self._unlisted.add(glob)
            return None, Text(glob)
        name: Text | None = None
        for other in fitting:
            name = common(name, Text(other)) if name is not None else Text(other)
        return _all_of(list(fitting.values())), name if name is not None else Text(glob)

    def is_walked(self, name: str) -> bool:
        """Whether a name stands for a folder of the program and for those below it: a walk comes from one to the other."""
        top = self._named(name).removesuffix(HOLE)
        return name.endswith(HOLE) and not top.endswith("/") and any(n.startswith(f"{top}/") for n in self.pieces)

    def inside(self, folder: str) -> Content | None:
        """What is in one of the files of a folder and of those below it; of one of several that are alike, in that one."""
        content = _all_of(list(self.below(folder).values()))
        return (
            replace(content, files=(content.files / self.folders_like(folder)).max(1)) if content is not None else None
        )

    def folders_like(self, name: str) -> Estimate:
        """How many folders have such a name, `<root>/projects/⟨any⟩`: as were made of it, or of one in each of them; where it
        is the name of one of them (`<root>/projects/7`), how many were made like that one.
        """
        name = self._named(name)
        if HOLE not in name:
            level = (n for n in self._folders if HOLE in n and n.count("/") == name.count("/"))
            alike = [self._folders[n].files for n in level if overlap(n, name)]
            return total(alike).max(1) if alike and name not in self._folders else ONE
        made = [c.files for n, c in self._folders.items() if n.count("/") == name.count("/") and overlap(n, name)]
        within = (n.removeprefix(f"{name}/") for n in self._folders if n.startswith(f"{name}/"))
        one_each = [self._folders[f"{name}/{n}"].files for n in within if HOLE not in n]
        return total(made).max(1) if made else one_each[0] if one_each else ONE

    def folders_below(self, name: str) -> Estimate:
        """How many folders there are in one."""
        return total(c.files for other, c in self._folders.items() if overlap(f"{name}/{HOLE}", other))


def _all_of(alike: list[Content]) -> Content | None:
    """What is in one of several files, on average; None where there are none."""
    if len(alike) <= 1:
        return alike[0] if alike else None
    files = total(c.files for c in alike)
    size = total(c.size * c.files for c in alike) / files
    counts = tuple((s, total(c.text.count(s) * c.files for c in alike) / files) for s in SEPARATORS)
    main = max(alike, key=lambda c: c.size.likely * c.files.likely).text
    text = Text(ANY.pattern, tuple((s, n) for s, n in counts if n != ZERO), main.fixed, main.fresh, wide=main.wide)
    pieces = total(c.pieces * c.files for c in alike if c.pieces is not None) / files
    known = all(c.pieces is not None for c in alike)
    source = _source_of(alike)
    return Content(size, text, files, packed=alike[0].packed, source=source, pieces=pieces if known else None)


def _is_own(name: str) -> bool:
    """Whether it names a buffer, or something in an archive: in no folder."""
    return name.startswith(MEMORY) or MEMBER in name


def _comparable(wanted: str, name: str) -> bool:
    """Whether a file may be the one that is looked for; buffers and archives are found by their own names only."""
    if wanted.startswith(MEMORY) or name.startswith(MEMORY):
        a, b = (n.split(MEMBER, maxsplit=1)[0] for n in (wanted, name))
        one_of = HOLE in a + b and a.startswith(MEMORY) and b.startswith(MEMORY)  # an attribute that gets a new one
        if a != b and not (one_of and may_be_same(a, b)):
            return False
    return (MEMBER in wanted) == (MEMBER in name) and may_be_same(wanted, name)


def _whole(pieces: dict[tuple[Span, Turn], Content]) -> Content:
    """What several places write to one file, one after the other."""
    parts = list(pieces.values())
    parts = parts[max((i for i, p in enumerate(parts) if p.anew), default=0) :]
    if len(parts) == 1:
        return parts[0]
    files = parts[0].files
    for part in parts[1:]:
        files = files.max(part.files)
    return Content(
        total(p.size for p in parts),
        together([p.text for p in parts]),
        files,
        packed=parts[0].packed,
        source=_source_of(parts),
        pieces=_main_of(parts).pieces,
    )


def _main_of(parts: list[Content]) -> Content:
    """The largest of several pieces, or files: what is written most often says what they are."""
    return max(parts, key=lambda p: p.size.likely)


def _source_of(parts: list[Content]) -> Source | None:
    """What most of several pieces, or files, were made from."""
    return _main_of(parts).source
