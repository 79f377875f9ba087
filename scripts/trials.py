"""Is gillint right about code that it has not seen? Predicts programs and statements from their text, counts them, compares.

    python -m scripts.trials PROGRAM.py...          programs with a function `work()`, or folders of such programs; one
                                                    that hands work over says what one task is: `# task: thumbnail(PATHS[0])`
    python -m scripts.trials --functions FILE.py    a file of functions `work_NAME()`, each by itself
    python -m scripts.trials --statements FILE.toml a list of `[[statement]]` tables: name, setup, statement

A program is judged by the region that its verdict speaks of, as in docs/accuracy.md: bound, whether threads help, and the
ceiling, each beside what the model says of the counted demands. A function or a statement is judged by its own demands: G, N
(of the reference machine), W, the held fraction and the releases of one run. Nothing is written. What is off is marked:

    B  the bound is another, or unknown          H  threads help, or do not, against what was said
    f  the held fraction is off by more than .15  x  the time is off by more than a factor of two
    k  releases are off by more than a factor of three, and are so many that two threads would feel them
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.advice.outcome import Options
from gillint.costs.demand import Demand
from gillint.estimate import ONE, Estimate
from gillint.measure.probe import Counted, Prober, Statement
from gillint.measure.worker import ProbeError
from gillint.pipeline import analyse
from gillint.resolve.trace import Concurrency
from gillint.scaling.predict import HELP_NO, Prediction, Setting, predict
from scripts.validate.predicting import bound_by
from scripts.validate.workloads import local_server, read_toml

_SETTING = Setting(cores=2, threads=2, free_threaded=False)
_FAR_TIMES, _FAR_HELD, _FAR_RELEASES = 2.0, 0.15, 3.0
_HANDOFF_NS = 5_000.0  # the shortest hand-over: releases that cost less than a tenth of the time so are not felt
_FELT = 0.1
_LEAST_NS = 300.0  # what is shorter is bytecode, and the loop around it


@dataclass(frozen=True)
class Trial:
    """One thing to try: its text, and the statement that runs it; `whole` where the verdict on the whole text counts."""

    name: str
    setup: str
    statement: str
    whole: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was said of a trial, and what was counted; `marks` says what is off."""

    trial: Trial
    said: Assessment | None
    counted: Counted
    model: Prediction
    marks: str


def programs(paths: list[Path]) -> Iterator[Trial]:
    """Programs with `work()`."""
    for path in paths:
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            text = file.read_text(encoding="utf-8")
            task = re.search(r"^# task: (.+)$", text, re.M)
            if task or re.search(r"^def work\(\)", text, re.M):
                yield Trial(file.stem, text, task[1] if task else "work()", whole=True)


def functions(paths: list[Path]) -> Iterator[Trial]:
    """Functions `work_NAME()` of files."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^def (work_\w+)\(\)", text, re.M):
            yield Trial(name.removeprefix("work_"), text, f"{name}()")


def statements(paths: list[Path]) -> Iterator[Trial]:
    """Statements of lists."""
    for path in paths:
        for row in read_toml(path)["statement"]:
            yield Trial(row.get("name", row["statement"]), row.get("setup", ""), row["statement"])


def assessment(trial: Trial, options: Options) -> Assessment | None:
    """What gillint says of it: the verdict, or the loop around its statement."""
    if trial.whole:
        report = analyse(trial.setup, "program.py", options)
        return report.regions[report.verdict] if report.verdict is not None else None
    body = "\n".join(f"    {line}" for line in trial.statement.splitlines())
    head = f"{trial.setup.rstrip()}\n" if trial.setup.strip() else ""
    line = head.count("\n") + 1
    report = analyse(f"{head}for _ in range(1000):\n{body}\n", "statement.py", options)
    return next((a for a in report.regions if a.region.span.line == line), None)


def of_counted(c: Counted) -> Prediction:
    """What the model says of counted demands: what a perfect reader of the code would get."""
    demand = Demand(
        gil=Estimate.point(c.gil * c.scale),
        native=Estimate.point((c.native + c.other_threads) * c.scale),
        wait=Estimate.point(max(0.0, c.wait - c.other_threads)),
        releases=Estimate.point(c.releases),
        parallel=Estimate.point(c.other_threads),
        python=Estimate.point(c.gil * c.scale),
    )
    return predict(demand, ONE, Concurrency.SEQUENTIAL, _SETTING)


def bound_of(c: Counted) -> str:
    """The bound by the held fraction, as for the programs of fixtures/workloads."""
    return bound_by(c.held, waits=c.wait > c.native + c.other_threads)


def helps(p: Prediction) -> bool | None:
    """Whether threads help, by the likely ceiling."""
    return p.ceiling.likely >= HELP_NO if p.ceiling.likely is not None else None


def compare(trial: Trial, said: Assessment | None, counted: Counted) -> Outcome:
    """Mark what is off."""
    model = of_counted(counted)
    bound = bound_of(counted)
    if said is None:
        return Outcome(trial, None, counted, model, "B")
    p, d = said.prediction, said.demand
    marks = "" if p.bound.value == bound else "B"
    on_loop = p.concurrency.value in ("asyncio", "internal")
    if not on_loop and helps(p) != helps(model):
        marks += "H"
    if p.held.likely is not None and abs(p.held.likely - counted.held) > _FAR_HELD:
        marks += "f"
    if trial.whole:
        return Outcome(trial, said, counted, model, marks)
    computing = (counted.gil + counted.native + counted.other_threads) * counted.scale
    guessed = (d.gil + d.native).likely
    if max(computing, guessed) > _LEAST_NS and abs(math.log(max(guessed, 1.0) / max(computing, 1.0))) > math.log(
        _FAR_TIMES
    ):
        marks += "x"
    k, k_said = counted.releases, d.releases.likely
    felt = max(k, k_said) * _HANDOFF_NS > _FELT * computing
    if felt and not 1 / _FAR_RELEASES <= (k_said + 0.3) / (k + 0.3) <= _FAR_RELEASES:
        marks += "k"
    return Outcome(trial, said, counted, model, marks)


def line(o: Outcome) -> str:
    """An outcome in a line."""
    c, m = o.counted, o.model
    left = f"{o.marks:5} {o.trial.name[:40]:40}"
    native = (c.native + c.other_threads) * c.scale
    found = f"G {duration(c.gil * c.scale)} N {duration(native)} W {duration(c.wait)} k {c.releases:.3g}"
    found = f"counted {bound_of(c)} {m.ceiling.likely:.2f}x held {c.held:.2f} {found}"
    if o.said is None:
        return f"{left} said nothing | {found}"
    p, d = o.said.prediction, o.said.demand
    ceiling = f"{p.ceiling.likely:.2f}x" if p.ceiling.likely is not None else "?"
    held = f"{p.held.likely:.2f}" if p.held.likely is not None else "?"
    demand = f"G {duration(d.gil.likely)} N {duration(d.native.likely)} W {duration(d.wait.likely)} k {d.releases.likely:.3g}"
    where = f" line {o.said.region.span.line}" if o.trial.whole else ""
    return f"{left} said {p.bound.value} {ceiling} held {held} {demand}{where} | {found}"


def why(a: Assessment) -> Iterator[str]:
    """What takes the time of a region, by what was said."""
    for c in a.calls[:8]:
        yield f"        {c.share:5.0%} {c.detail.call.name}, line {c.detail.call.span.line}"


def main() -> int:
    """0 nothing was off, 1 something was, 2 nothing to try."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--functions", action="store_true", help="try each `work_NAME()` of the files")
    kind.add_argument("--statements", action="store_true", help="try each statement of TOML lists")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="of these names alone")
    parser.add_argument("--all", action="store_true", help="print what is right, too")
    parser.add_argument("--why", action="store_true", help="print what takes the time, by what was said")
    parser.add_argument("--seconds", type=float, default=20.0, help="for one, at most (%(default)s)")
    given = parser.parse_args()
    source = functions if given.functions else statements if given.statements else programs
    chosen = [t for t in source(given.paths) if not given.only or t.name in given.only]
    if not chosen:
        print("trials: nothing to try", file=sys.stderr)
        return 2
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    options = Options(cores=2, threads=2, python=version, free_threaded=False)
    marks: Counter[str] = Counter()
    errors: list[float] = []
    tried = unknown = 0
    # The threads of a BLAS wait in a loop that takes the processor from the others: of a program as it runs, not of a statement.
    alone = given.functions or given.statements
    with local_server(), Prober(timeout=given.seconds, one_library_thread=alone) as prober:
        for trial in chosen:
            try:
                counted = prober.count(Statement(trial.setup, trial.statement))
            except ProbeError as error:
                print(f"      {trial.name[:40]:40} not counted: {str(error).splitlines()[-1][:150]}", flush=True)
                continue
            outcome = compare(trial, assessment(trial, options), counted)
            tried += 1
            marks.update(outcome.marks)
            unknown += outcome.said is None or outcome.said.prediction.bound.value == "unknown"
            likely = outcome.said.prediction.ceiling.likely if outcome.said is not None else None
            if likely is not None and outcome.model.ceiling.likely is not None:
                errors.append(abs(likely - outcome.model.ceiling.likely))
            if outcome.marks or given.all:
                print(line(outcome), flush=True)
                if given.why and outcome.said is not None:
                    print(*why(outcome.said), sep="\n", flush=True)
    errors.sort()
    p90 = f", p90 of the ceiling {errors[min(len(errors) - 1, int(0.9 * len(errors)))]:.2f}" if errors else ""
    off = ", ".join(f"{mark} {marks[mark]}" for mark in "BHfxk" if marks[mark])
    print(f"{tried} tried; off: {off or 'none'}; unknown {unknown}{p90}")
    return 1 if marks else 0


if __name__ == "__main__":
    raise SystemExit(main())
