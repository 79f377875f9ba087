"""The text of a benchmark: a head that says what it is, the code under test, and the harness that runs it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gillint.measure.plan import Benchmark, StandIn


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the script.

    Attributes:
        text: its lines, without the last line's end.
        source_line: the line of the user's file where it was copied from, None where it was made.
    """

    text: str
    source_line: int | None = None


_OPTIONS = Piece(
    "import sys\n\nGILLINT_OPTIONS, sys.argv[1:] = sys.argv[1:], []  # the code under test has no command line"
)


def harness_text() -> str:
    """The harness, as the body of a function: nothing in it can clash with a name of the user's."""
    text = Path(__file__).with_name("harness.py").read_text(encoding="utf-8")
    body = textwrap.indent(f"{text.rstrip()}\n\n\ngillint_first = Limit.first\nmain(inputs, work, options)", "    ")
    return f"def gillint_harness(inputs, work, options):\n    global gillint_first\n{body}"


def server_text() -> str:
    """The local server's definition, and its address as `GILLINT_SERVER`."""
    text = Path(__file__).with_name("server.py").read_text(encoding="utf-8")
    return text.split('"""', 2)[2].strip() + "\n\n\nGILLINT_SERVER = gillint_server()"


def assemble(pieces: Iterable[Piece], *, origin: str, work: str, stand_ins: tuple[StandIn, ...] = ()) -> Benchmark:
    """Put a benchmark together.

    Args:
        pieces: define `gillint_inputs()` and `gillint_work(*inputs)`, see `harness.py`.
        origin: the user's file.
        work: one run of the work in words.
        stand_ins: what was made up.
    """
    listed = [f"    {s.name}: {s.what}" for s in stand_ins]
    made_up = ["", "Stand-ins, for what the source does not define:", *listed] if listed else []
    head = [
        f'r"""{work}, on one thread, several threads and several processes. Written by gillint from {Path(origin).name}.',
        "",
        "Run it with the Python and the libraries that the code needs; --help shows the options.",
        *made_up,
        '"""',
    ]
    lines: list[str] = []
    copied: list[tuple[int, int, int]] = []
    pieces = tuple(pieces)
    future = [p for p in pieces if p.text.startswith("from __future__")]
    rest = [p for p in pieces if p not in future]
    for piece in (Piece("\n".join(head)), *future, _OPTIONS, *rest):
        text = piece.text.split("\n")
        if piece.source_line is not None:
            copied.append((len(lines) + 1, piece.source_line, len(text)))
        lines.extend([*text, ""])
    lines.extend(["# How it is measured: nothing below belongs to the code under test.", "", harness_text(), "", ""])
    lines.append('if __name__ == "__main__":\n    gillint_harness(gillint_inputs, gillint_work, GILLINT_OPTIONS)\n')
    return Benchmark("\n".join(lines), origin, tuple(copied), stand_ins, work)
