"""Measure what calls do to the GIL, for those who write facts: one line for each probe of a knowledge file, or for a statement.

    python -m scripts.probe knowledge/stdlib/zlib.toml zlib.compress
    python -m scripts.probe --setup "import zlib; d = bytes(1 << 20)" --statement "zlib.compress(d)"

G (GIL held), N (native CPU work without it), W (blocked without it) and the releases of one call are counted; G and N are
scaled to the reference machine. `--threads` also compares two threads with one, in rounds with controls. `gillint knowledge
probe` prints a whole fact to paste, `gillint knowledge verify` says whether the facts still hold.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gillint.advice.explain import duration
from gillint.errors import KnowledgeError
from gillint.knowledge.read import read_library
from gillint.measure.engine import exclusive, measure
from gillint.measure.plan import Failed
from gillint.measure.probe import Counted, Prober, Statement, benchmark_of
from gillint.measure.worker import ProbeError


def probes(path: Path, names: list[str]) -> tuple[str, dict[str, Statement]]:
    """The distribution of a file of facts, and its probes, or those of the facts so named."""
    library = read_library(path.read_text(encoding="utf-8"), path.name)
    found = {
        name: Statement(fact.probe.setup, fact.probe.statement)
        for name, fact in library.facts
        if fact.probe is not None and (name in names if names else name == fact.name)
    }
    missing = [name for name in names if name not in found]
    if missing or not found:
        raise KnowledgeError(f"{path}: no fact {', '.join(missing)} with a probe")
    return library.distribution, found


def line(name: str, c: Counted) -> str:
    """What was counted, for people."""
    parts = [
        f"{name}: held {c.held:.3f} ({c.low:.2f}-{c.high:.2f})  k={c.releases:.3g}",
        f"G {duration(c.gil * c.scale)}  N {duration(c.native * c.scale)}  W {duration(c.wait)} (not scaled)",
        f"reference {c.reference:.1f} ns, scaled x{c.scale:.2f}",
    ]
    if c.other_threads:
        parts.append(f"other threads of the process: {duration(c.other_threads)} CPU a call")
    return "  |  ".join(parts)


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a TOML file of facts")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only the facts of these names")
    parser.add_argument("--setup", default="", help="what runs once before (in each thread's own namespace)")
    parser.add_argument("--statement", help="what is measured")
    parser.add_argument("--interpreter", default=sys.executable, metavar="PYTHON", help="the Python to measure with")
    parser.add_argument("--threads", action="store_true", help="compare two threads with one, too")
    parser.add_argument("--evidence", action="store_true", help="also print the entry for the fact's evidence")
    parser.add_argument("--one-library-thread", action="store_true", help="hold BLAS, OpenMP, polars to one thread")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="for one probe (%(default)s)")
    options = parser.parse_args()
    if (options.file is None) == (options.statement is None):
        parser.error("give either a file or --statement")
    try:
        distribution, wanted = (
            probes(options.file, options.names)
            if options.file is not None
            else ("python", {options.statement: Statement(options.setup, options.statement)})
        )
    except (OSError, KnowledgeError) as error:
        parser.error(str(error))
    failed = False
    with Prober(options.interpreter, timeout=options.timeout, one_library_thread=options.one_library_thread) as prober:
        version, python = prober.versions(distribution)
        for name, statement in wanted.items():
            try:
                with exclusive():
                    found = prober.count(statement, seconds=0.03)
                text, ratio = line(name, found), ""
                if options.threads:
                    compared = measure(benchmark_of(statement), interpreter=options.interpreter, threads=2, seconds=8.0)
                    two, processes = compared.speedup.likely, compared.processes.likely
                    controls = f"controls +{compared.positive.likely:.2f} -{compared.negative.likely:.2f}"
                    text += f"  |  2 threads {two:.2f}  2 processes {processes:.2f}  {controls}"
                    ratio = f" two_threads = {two:.2f},"
            except (ProbeError, Failed) as problem:
                failed = True
                print(f"{name}: FAILED: {problem}", flush=True)
                continue
            print(text, flush=True)
            if options.evidence:
                today = datetime.date.today().isoformat()
                print(
                    f'  {{ kind = "measured", version = "{version}", python = "{python}", held = {found.held:.2f},'
                    f'{ratio} date = "{today}" }},'
                )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
