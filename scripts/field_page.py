"""docs/field-report.md from what was seen of real projects and how each diagnostic was judged.

    python -m scripts.field_report --record scripts/data/field-figures.json FOLDER...     the figures of projects
    python -m scripts.field_page --benchmarks FOLDER                                       what is said of pyperformance's
    python -m scripts.field_page                                                           write the page anew

The judgements, made by hand with the code around each place, are in scripts/data/field-judgements.toml.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.resolve.program import Project
from gillint.source.modules import ProjectModules
from gillint.syntax.loading import Loader

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_ROOT = Path(__file__).resolve().parent.parent
_DATA = _ROOT / "scripts" / "data"
FIGURES, JUDGEMENTS, BENCHMARKS = (
    _DATA / "field-figures.json",
    _DATA / "field-judgements.toml",
    _DATA / "field-benchmarks.json",
)
PAGE = _ROOT / "docs" / "field-report.md"


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic and its judgement; `right` is None where nobody has judged it."""

    project: str
    file: str
    line: int
    code: str
    right: bool | None
    why: str


def findings(figures: dict[str, Any], judged: dict[str, Any]) -> list[Finding]:
    """All diagnostics with what was said of them."""
    known = {(j["project"], j["file"], j["line"], j["code"]): j for j in judged.get("judgement", ())}
    made = []
    for project, one in figures.items():
        for d in one["diagnostics"]:
            found = known.get((project, d["file"], d["line"], d["code"]), {})
            made.append(Finding(project, d["file"], d["line"], d["code"], found.get("right"), found.get("why", "")))
    return made


def page(figures: dict[str, Any], judged: dict[str, Any], benchmarks: dict[str, Any]) -> str:
    """The whole page."""
    found = findings(figures, judged)
    right = sum(f.right is True for f in found)
    share = f"{right} of {len(found)} ({right / max(1, len(found)):.0%})"
    return _TEXT.format(
        date=judged["date"],
        projects=len(figures),
        lines=f"{sum(one['lines'] for one in figures.values()):,}",
        share=share,
        header=f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}",
        table="\n".join(_row(name, one, found) for name, one in figures.items()),
        findings="\n".join(_finding(f) for f in found),
        left="\n".join(f"- {text}" for text in judged["left"]),
        benchmarks="\n".join(_benchmark(name, one) for name, one in benchmarks.items()),
        notes="\n".join(f"- {text}" for text in judged["benchmarks"]),
    )


def _row(name: str, one: dict[str, Any], found: list[Finding]) -> str:
    mine = [f for f in found if f.project == name]
    judged = f"{sum(f.right is True for f in mine)} / {sum(f.right is False for f in mine)}" if mine else ""
    package, _, version = name.rpartition("-")
    return (
        f"| {package} | {version} | {one['files']} | {one['lines']:,} | {one['regions']} | {one['unknown regions']} | "
        f"{one['hand-overs']} | {one['resolved time']:.0%} | {one['resolved time by region']:.0%} | "
        f"{one['resolved sites']:.0%} of {one['hot sites']:,} | {one['by name'] / max(1, one['hot sites']):.0%} | "
        f"{len(mine)} | {judged} | {one['seconds']:.0f} |"
    )


def _finding(f: Finding) -> str:
    verdict = {True: "right", False: "wrong", None: "not judged"}[f.right]
    return f"| {f.project} | `{f.file}:{f.line}` | {f.code} | {verdict} | {f.why} |"


def _benchmark(name: str, one: dict[str, Any]) -> str:
    return (
        f"| {name} | {one['region']} | {one['concurrency']} | {one['bound']} | {one['help']} | {one['confidence']} | "
        f"{', '.join(f'`{c}`' for c in one['calls'])} |"
    )


def see_benchmarks(folder: Path) -> dict[str, Any]:
    """What the report says of each benchmark: its verdict."""
    made: dict[str, Any] = {}
    for path in sorted(folder.glob("bm_*/run_benchmark.py")):
        text = path.read_text(encoding="utf-8")
        report = analyse(text, str(path), Options(), Project(Loader(ProjectModules())))
        if report.verdict is None:
            continue
        best = report.regions[report.verdict]
        made[path.parent.name.removeprefix("bm_")] = {
            "region": f"{best.region.kind.value} in {best.region.function}",
            "concurrency": best.prediction.concurrency.value,
            "bound": best.prediction.bound.value,
            "help": best.prediction.help,
            "confidence": best.confidence.value,
            "calls": [c.detail.call.name for c in best.calls if c.share >= 0.2][:2],
        }
    return made


def read() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The data that the page is made from."""
    return (
        json.loads(FIGURES.read_text(encoding="utf-8")),
        tomllib.loads(JUDGEMENTS.read_text(encoding="utf-8")),
        json.loads(BENCHMARKS.read_text(encoding="utf-8")),
    )


_COLUMNS = (
    "project", "version", "files", "lines", "regions", "unknown", "hand-overs", "time", "each region", "call sites", "by name",
    "diagnostics", "right / wrong", "seconds",
)  # fmt: skip
_TEXT = """# Field report: real projects

What gillint sees of the source distributions of {projects} projects from PyPI ({lines} lines, tests left out), looked at on
{date}. None of their code is part of this repository. `python -m scripts.field_page` makes this page from `scripts/data/`;
`python -m scripts.field_report FOLDER...` counts, and with `--unresolved 40` lists what is least resolved.

Every diagnostic of the default selection of `gillint check` was read with the code around it: **{share} are right**.

## Projects

- *Regions* are those that `gillint check` assesses; *unknown* are the ones of which it says nothing, since unknown calls decide.
- *Time*: the share of the estimated time of the functions that nothing in their file calls, one run of each, that is in
  bytecode, in calls that the knowledge base has a fact for, and in functions of the project; the rest is in calls that are
  unknown, or merely assumed to be Python. The largest loops decide that figure, so *each region* has the mean of the hot
  regions' shares, each with the same weight: one unknown call beside a few lines of Python takes nearly all the time of a
  small region.
- *Call sites*: the share of the call expressions in hot regions, and in the functions that they reach, that are resolved in
  the same sense. A region is hot from a tenth of its file's estimated time. *By name*: calls whose receiver is unknown and
  whose method's name only a few common types have, such as `startswith`; they count as resolved.
- *Seconds*: CPU time of the whole project on the machine of the measurement, one process.

{header}
{table}

## Diagnostics

| project | place | rule | judgement | why |
|---|---|---|---|---|
{findings}

## What is not resolved

{left}

## pyperformance

The verdict of `gillint bm_NAME/run_benchmark.py` for each benchmark of pyperformance 1.14.0 (its own file alone: what it
imports from other packages is not read).

{notes}

| benchmark | region | runs | bound | threads help | confidence | most of the time in |
|---|---|---|---|---|---|---|
{benchmarks}
"""


def main() -> None:
    """Write the page, or the data of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmarks", type=Path, metavar="FOLDER", help="pyperformance's data-files/benchmarks")
    chosen = parser.parse_args()
    if chosen.benchmarks is not None:
        text = json.dumps(see_benchmarks(chosen.benchmarks), indent=1)
        BENCHMARKS.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(*read()), encoding="utf-8")


if __name__ == "__main__":
    main()
