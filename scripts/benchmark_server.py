"""How long an editor waits after a keystroke: the real server over standard input and output, on one core.

    python -m scripts.benchmark_server                       a made-up program of 1,000 lines, and modules of this Python
    python -m scripts.benchmark_server FILE... --keys 50

Each file is opened, then keys are struck in it, one when the answer to the one before has come: letters in code, in comments and
in strings, blanks, new lines, all over the file. The clock runs from the change that is sent to the diagnostics that
come back, with the server's delay before it starts. `letters` is the median of the keys that are neither blanks nor new lines.
`busy` is the server's own processor time, which other load on the machine does not change.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("smtplib.py", "tempfile.py", "plistlib.py", "nntplib.py", "functools.py")
PARTS = (
    "threads-over-held-work",
    "serial-waiting-loop",
    "long-computation-in-coroutine",
    "native-result-unpacked",
    "transfer-cost-exceeds-gain",
    "threads-over-tiny-releases",
    "serial-native-loop",
    "blocking-wait-in-coroutine",
)


def made_up(lines: int = 1_000) -> str:
    """A program of some thousand lines: the fixtures of the rules, one after the other, with their names made different."""
    found: list[str] = []
    number = 0
    while len(found) < lines:
        part = PARTS[number % len(PARTS)]
        text = (ROOT / "fixtures" / "rules" / part / "flagged.py").read_text(encoding="utf-8")
        found.extend(re.sub(r"^((?:async )?def |class )", rf"\1v{number}_", text, flags=re.MULTILINE).splitlines())
        number += 1
    return "\n".join(found[:lines]) + "\n"


def strokes(text: str, count: int) -> Iterator[tuple[int, int, str]]:
    """Line, column and what is typed there: at the ends of words, so that most of the versions parse."""
    chance = random.Random(7)
    lines = text.split("\n")
    for _ in range(count):
        line = chance.randrange(len(lines))
        content = lines[line]
        kind = chance.random()
        if kind < 0.1:
            yield line, 0, "\n"
        elif kind < 0.4 or not content.strip():
            yield line, len(content), " "
        else:
            ends = [i for i in range(1, len(content)) if content[i - 1].isalnum() and not content[i].isalnum()]
            yield line, chance.choice(ends or [len(content)]), chance.choice("abcdexyz_")


async def measure(name: str, text: str, keys: int) -> list[tuple[str, float, float]]:
    """Each key, the seconds to its answer, and the processor time that the server spent on it."""
    client = LanguageClient("benchmark", "1")
    published: asyncio.Queue[int] = asyncio.Queue()

    def on_publish(params: types.PublishDiagnosticsParams) -> None:
        published.put_nowait(params.version or 0)

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(on_publish)
    await client.start_io(sys.executable, "-m", "gillint", "server")
    await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
    client.initialized(types.InitializedParams())
    pid = client._server.pid  # type: ignore[union-attr]
    uri = f"untitled:{name}"
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 0, text)))
    while await published.get() != 0:
        pass
    found: list[tuple[str, float, float]] = []
    identifier = types.VersionedTextDocumentIdentifier
    version = 0
    for line, column, typed in strokes(text, keys):
        position = types.Position(line, column)
        after = types.Position(line + 1, 0) if typed == "\n" else types.Position(line, column + 1)
        for start, end, new in ((position, position, typed), (position, after, "")):
            version += 1
            change = types.TextDocumentContentChangePartial(range=types.Range(start, end), text=new)
            spent, began = cpu_seconds(pid), time.perf_counter()
            client.text_document_did_change(types.DidChangeTextDocumentParams(identifier(version, uri), [change]))
            while await published.get() != version:
                pass
            if new:  # what takes the letter back leads to a text that the server has seen already
                waited = time.perf_counter() - began
                found.append((new, waited, cpu_seconds(pid) - spent))
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]
    return found


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()
        others = [Path(p).read_text(encoding="ascii").split() for p in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:
        return 0.0
    return max(int(fields[0]), sum(int(o[0]) for o in others)) / 1e9


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description="How long an editor waits after a keystroke.")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--keys", type=int, default=30)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # one core for all of it: the server, and this program
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = arguments.files or [folder / name for name in MODULES if (folder / name).is_file()]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    if not arguments.files:
        texts = {"made_up.py": made_up(), **texts}
    print(f"{'file':<24}{'lines':>7}{'median':>10}{'letters':>10}{'p90':>10}{'busy':>10}")
    for name, text in texts.items():
        struck = asyncio.run(measure(name, text, arguments.keys))
        waited = [seconds for _, seconds, _ in struck]
        letters = [seconds for key, seconds, _ in struck if not key.isspace()]
        busy = [seconds for _, _, seconds in struck]
        tenth = sorted(waited)[int(0.9 * len(waited))]
        figures = (statistics.median(waited), statistics.median(letters), tenth, statistics.median(busy))
        print(f"{name:<24}{text.count(chr(10)):>7}" + "".join(f"{1e3 * f:>7.0f} ms" for f in figures), flush=True)


if __name__ == "__main__":
    main()
