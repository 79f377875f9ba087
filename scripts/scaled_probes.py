"""Does what a fact says still hold at ten times the size? Facts that were measured at one size alone may not.

    python -m scripts.scaled_probes [LIBRARY...] [--times 10] [--seconds 8]

Takes the probe of every fact that holds the GIL (and of its conditions), makes the largest number in it ten times as large,
counts it, and compares with what gillint predicts for the probe so changed, as `gillint knowledge verify` does. Prints what
disagrees, with both figures, and how many could not be tried and why. Exit code 1 where something disagrees.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gillint.advice.outcome import Options
from gillint.benchmark.verify import Verdict, Verified, judge, predict
from gillint.knowledge.base import all_libraries
from gillint.knowledge.schema import Effect, Fact, Probe
from gillint.measure.probe import Prober, Statement
from gillint.measure.worker import ProbeError

_LEAST_SIZE = 40  # a number below this is a seed, an axis, a length of words
_HOLDING = (Effect.HOLDS, Effect.RUNS_PYTHON)


def scaled(probe: Probe, times: int) -> Probe | None:
    """The probe with its largest number so many times as large; None where no number in it looks like a size."""
    found: list[tuple[int, str, ast.Constant]] = []
    for part in ("setup", "statement"):
        for node in ast.walk(ast.parse(getattr(probe, part))):
            if isinstance(node, ast.Constant) and type(node.value) is int and node.value >= _LEAST_SIZE:
                found.append((node.value, part, node))
    if not found:
        return None
    largest = max(value for value, _, _ in found)
    texts = {"setup": probe.setup, "statement": probe.statement}
    # From the end, so that what is in front keeps its place; columns count bytes.
    for value, part, node in sorted(found, key=lambda f: (f[2].lineno, f[2].col_offset), reverse=True):
        if value == largest:
            lines = texts[part].encode().split(b"\n")
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line[: node.col_offset] + str(value * times).encode() + line[node.end_col_offset :]
            texts[part] = b"\n".join(lines).decode()
    return Probe(texts["setup"], texts["statement"])


def cases(libraries: list[str]) -> Iterator[Fact]:
    """The facts that hold, and those under a condition that do, each of a family once."""
    for library in all_libraries():
        if libraries and library.name not in libraries:
            continue
        seen: set[tuple[str, str]] = set()
        for _, fact in library.facts:
            for one in (fact, *(fact.under(clause) for clause in fact.clauses)):
                key = (one.probe.setup, one.probe.statement) if one.probe is not None else ("", fact.name)
                if key in seen or one.behaviour.effect not in _HOLDING:
                    continue
                seen.add(key)
                yield replace(fact, probe=one.probe, evidence=())


def tried(fact: Fact, prober: Prober, times: int, options: Options) -> Verified | str:
    """The verdict at the larger size, or why there is none."""
    if fact.probe is None:
        return "no probe"
    larger = scaled(fact.probe, times)
    if larger is None:
        return "no size in the probe"
    case = replace(fact, probe=larger)
    predicted = predict(case, options)
    if predicted is None:
        return "not predicted"
    try:
        counted = prober.count(Statement(larger.setup, larger.statement))
    except ProbeError as error:
        return "took too long" if "did not end" in str(error) else "raised"
    return judge(case, counted, predicted.held, predicted.computing)


def main() -> int:
    """Try what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=8.0, help="for one probe, at most")
    given = parser.parse_args()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    options = Options(python=version, free_threaded=False)
    counts: Counter[str] = Counter()
    with Prober(timeout=given.seconds, one_library_thread=True) as prober:
        for fact in cases(given.libraries):
            done = tried(fact, prober, given.times, options)
            if isinstance(done, str):
                counts[done] += 1
                continue
            counts[done.verdict.value] += 1
            if done.verdict is Verdict.DISAGREE and done.counted is not None and done.predicted is not None:
                c = done.counted
                figures = f"held {c.held:.2f}, predicted {done.predicted.likely:.2f}"
                times = f"G {c.gil * c.scale:,.0f} N {c.native * c.scale:,.0f} k {c.releases:.3g}"
                print(f"{fact.name}: {figures}; {times}", flush=True)
    print(", ".join(f"{count} {what}" for what, count in counts.most_common()))
    return 1 if counts[Verdict.DISAGREE.value] else 0


if __name__ == "__main__":
    raise SystemExit(main())
