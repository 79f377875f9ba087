"""The files that a program writes, as far as can be seen: what is in them is what it reads later.

Files, folders, buffers in memory and the members of archives are told apart by what is known of their names. Nothing is
known of a file that nothing in sight writes.
"""

from __future__ import annotations

from dataclasses import field

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass
from gillint.resolve.texts import ANY, SEPARATORS, Text, may_be_same, together
from gillint.resolve.values import Source

MEMBER = "!"  # between the name of an archive and that of something in it
MEMORY = "<memory "  # how the names of buffers begin


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
    """

    size: Estimate
    text: Text = ANY
    files: Estimate = ONE
    is_folder: bool = False
    packed: bool = False
    source: Source | None = None

    @property
    def lines(self) -> Estimate:
        """How many lines it has."""
        return self.text.count("\n").max(1)


@dataclass(slots=True)
class Files:
    """What was written, by the name of the file and the place in the source that writes."""

    pieces: dict[str, dict[Span, Content]] = field(default_factory=dict)
    opened: dict[str, tuple[int, int, Estimate]] = field(default_factory=dict)
    _folders: dict[str, Content] = field(default_factory=dict)

    def write(self, name: str, span: Span, piece: Content) -> None:
        """Note what one place in the source writes to a file: at most, where it is looked at more than once."""
        at = self._folders if piece.is_folder else None
        if at is not None:
            at[name] = piece
            return
        pieces = self.pieces.setdefault(name, {})
        old = pieces.get(span)
        if old is None or (piece.size * piece.files).likely >= (old.size * old.files).likely:
            pieces[span] = piece

    def find(self, name: str) -> Content | None:
        """What is in the file of this name, or in one of those that may be meant; None where nothing is known."""
        exact = self.pieces.get(name)
        if exact:
            return _whole(exact)
        alike = [_whole(pieces) for other, pieces in self.pieces.items() if _comparable(name, other)]
        if not alike:
            return None
        files = total(c.files for c in alike)
        size = total(c.size * c.files for c in alike) / files
        counts = tuple((s, total(c.text.count(s) * c.files for c in alike) / files) for s in SEPARATORS)
        if len(alike) == 1:
            return alike[0]
        main = max(alike, key=lambda c: c.size.likely * c.files.likely).text
        text = Text(ANY.pattern, tuple((s, n) for s, n in counts if n != ZERO), main.fixed, main.fresh)
        return Content(size, text, files, packed=alike[0].packed, source=_source_of(alike))

    def folders_below(self, name: str) -> Estimate:
        """How many folders there are in one."""
        return total(c.files for other, c in self._folders.items() if may_be_same(f"{name}/*", other))


def _comparable(wanted: str, name: str) -> bool:
    """Whether a file may be the one that is looked for; buffers and archives are found by their own names only."""
    own = wanted.startswith(MEMORY) or name.startswith(MEMORY)
    if own and wanted.split(MEMBER, maxsplit=1)[0] != name.split(MEMBER, maxsplit=1)[0]:
        return False
    return (MEMBER in wanted) == (MEMBER in name) and may_be_same(wanted, name)


def _whole(pieces: dict[Span, Content]) -> Content:
    """What several places write to one file, one after the other."""
    parts = list(pieces.values())
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
    )


def _source_of(parts: list[Content]) -> Source | None:
    """What most of several pieces, or files, were made from: what is written most often says it."""
    return max(parts, key=lambda p: p.size.likely).source
