"""The code blocks of the documentation, and what is to be done with each.

A page is a session: its blocks run in their order, in one folder. A comment on the line before a block says what differs:

    <!-- not run: WHY -->            installs, needs a desktop, takes hours, or is about files of the reader
    <!-- slow: WHY -->               is run by `make integration`
    <!-- file: NAME -->              the text of a file, which is written
    <!-- source: PATH -->            the same, copied from a file of the repository by scripts/docs.py
    <!-- output: COMMAND -->         what a command prints, which scripts/docs.py runs and checks
    <!-- sketch -->                  Python for gillint to read and nobody to run
    <!-- tried: WHAT -->             is read by a test of its own
    <!-- ipython -->                 a cell; `ipython slow` is run by `make integration`

The pages of the rules are generated: tests/rules analyses their Python, scripts/docs.py runs their commands.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

RUN = ("python", "console", "sh", "bash", "shell")
_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<mark>[^\n]+?) -->\n(?P=indent))?```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A block of a page; `mark` is what the comment before it says."""

    page: str
    line: int
    language: str
    body: str
    mark: str = ""

    @property
    def kind(self) -> str:
        """The first word of the mark."""
        return re.split(r"[: ]", self.mark, maxsplit=1)[0] if not self.mark.startswith("not run") else "not run"

    @property
    def about(self) -> str:
        """What the mark says after its first words."""
        return self.mark.partition(":")[2].strip()

    @property
    def slow(self) -> bool:
        """Whether it is left to `make integration`."""
        return self.kind == "slow" or self.mark == "ipython slow"

    @property
    def commands(self) -> list[str]:
        """The commands of a console block: what follows `$`, with lines that go on."""
        joined = self.body.replace("\\\n", "")
        if self.language != "console":
            return [joined]
        return [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]


def pages() -> list[Path]:
    """All pages but the generated ones of the rules."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "knowledge" / "README.md"]
    found += sorted((ROOT / "docs").rglob("*.md"))
    return [path for path in found if path.parent.name != "rules"]


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of a page in a language that is run, or that are marked."""
    text = path.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        indent, mark = match["indent"], match["mark"] or ""
        body = "".join(line.removeprefix(indent) for line in match["body"].splitlines(keepends=True))
        if match["language"] in RUN or mark:
            line = text.count("\n", 0, match.start()) + 1
            yield Block(path.relative_to(ROOT).as_posix(), line, match["language"], body, mark)


def is_plain(command: str) -> list[str] | None:
    """The words of a command of gillint that needs no shell, else None."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return None
    return words[1:] if words[:1] == ["gillint"] and not {"<", ">", "|", "&&", ";"} & set(words) else None
