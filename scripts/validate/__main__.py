"""Measure the programs of fixtures/workloads, and say how often gillint is right.

    scripts/gillint-validate measure [NAME...]     measure what has no result yet on this machine
    scripts/gillint-validate recount [NAME...]     only count the demands of what has a result anew
    scripts/gillint-validate report                print the tables; with --write, docs/accuracy.md and its picture
    scripts/gillint-validate                       both

Results are kept in scripts/data/, one file for each Python, number of cores and number of threads.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.validate import measuring, page, picture, predicting
from scripts.validate.scoring import Case
from scripts.validate.workloads import ROOT, read_toml, workloads

_DATA = ROOT / "scripts" / "data"
_PAGE, _PICTURE = ROOT / "docs" / "accuracy.md", ROOT / "docs" / "accuracy.svg"
_EXPLANATIONS = ROOT / "scripts" / "validate" / "explanations.toml"


def main() -> int:
    """0 done, 1 a program failed or the page is stale, 2 wrong use."""
    options = _parse()
    data = options.data or _DATA / f"workloads-{measuring.machine(options.threads)}.jsonl"
    status = 0
    chosen = tuple(w for w in workloads() if not options.names or w.name in options.names)
    unknown = set(options.names) - {w.name for w in chosen}
    if unknown:
        print(f"gillint-validate: no such program: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if options.command in ("measure", "all"):
        failed = measuring.measure_all(
            chosen, data, threads=options.threads, seconds=options.seconds, again=options.again
        )
        status = int(failed > 0)
    if options.command == "recount":
        status = int(measuring.recount(chosen, data, seconds=options.seconds) > 0)
    if options.command in ("report", "all"):
        if not data.exists():
            print(f"gillint-validate: {data}: no results; measure first", file=sys.stderr)
            return 2
        cases = _cases(data)
        text = _text(cases, data)
        if options.write or options.check:
            return _write(text, picture.picture(cases), check=options.check)
        print(text)
    return status


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="gillint-validate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", choices=("measure", "recount", "report", "all"), default="all")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these programs")
    parser.add_argument("--threads", type=int, default=2, help="threads to measure and predict for (%(default)s)")
    parser.add_argument("--seconds", type=float, default=8.0, help="time for each program (%(default)s)")
    parser.add_argument(
        "--again", action="store_true", help="measure those once more whose controls were not as they should be"
    )
    parser.add_argument("--data", type=Path, help="the file of results")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md and docs/accuracy.svg")
    parser.add_argument("--check", action="store_true", help="fail where these two are not what would be written")
    return parser.parse_args()


def _cases(data: Path) -> list[Case]:
    known = {w.name: w for w in workloads()}
    cases = []
    for row in measuring.read(data):
        workload = known.get(row["name"])
        if workload is None or "error" in row:
            continue
        version = ".".join(row["python"].split(".")[:2])
        reader = predicting.from_source(workload, python=version, cores=row["cores"], threads=row["threads"])
        cases.append(Case(workload, row, reader, predicting.from_measurement(row)))
    return cases


def _text(cases: list[Case], data: Path) -> str:
    explanations = read_toml(_EXPLANATIONS) if _EXPLANATIONS.exists() else {}
    first = cases[0].row
    dates = sorted({c.row["date"] for c in cases})
    about = f"Measured with Python {first['python']} on {first['cores']} cores, {dates[0]} to {dates[-1]}."
    where = str(data.relative_to(ROOT)) if data.is_relative_to(ROOT) else data.name
    return page.page(cases, where, about, explanations)


def _write(text: str, drawing: str, *, check: bool) -> int:
    stale = [p for p, t in ((_PAGE, text), (_PICTURE, drawing)) if not p.exists() or p.read_text(encoding="utf-8") != t]
    if check:
        for path in stale:
            print(f"{path.relative_to(ROOT)}: stale; run `python -m scripts.validate report --write`", file=sys.stderr)
        return int(bool(stale))
    _PAGE.write_text(text, encoding="utf-8")
    _PICTURE.write_text(drawing, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
