"""`--measure`: a region of the report is run, and what comes out stands beside what was predicted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gillint.advice.assess import Assessment
from gillint.advice.outcome import FileReport
from gillint.cli.options import Chosen
from gillint.errors import UsageError
from gillint.report.places import in_cells
from gillint.source.notebooks import python_of

if TYPE_CHECKING:
    from gillint.benchmark.interpreter import Interpreter
    from gillint.diagnostics.measured import Measured
    from gillint.measure.engine import Advance
    from gillint.measure.plan import Benchmark

_LEAST_SECONDS = 2.0

Measure = Annotated[
    bool,
    typer.Option(
        "--measure", help="Run the hottest region, with threads and processes, and compare. Executes your code."
    ),
]
RegionLine = Annotated[
    int | None, typer.Option("--region", metavar="LINE", help="Measure the region on this line instead of the hottest.")
]
MeasureTime = Annotated[
    float, typer.Option("--measure-time", metavar="SECONDS", help="When all measuring must be over.")
]
EmitBenchmark = Annotated[
    Path | None,
    typer.Option("--emit-benchmark", metavar="FILE", help="Write the benchmark as a script of its own; - prints it."),
]
Setup = Annotated[
    str | None,
    typer.Option("--setup", metavar="FILE", help="Python that defines inputs of the region; - reads standard input."),
]
Plot = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Draw predicted and measured speed-up (svg, png or pdf).")
]
InterpreterPath = Annotated[
    Path | None,
    typer.Option(
        "--interpreter", metavar="PYTHON", help="The Python to measure with.  [default: the active environment's]"
    ),
]


@dataclass(frozen=True, slots=True)
class Request:
    """What the user wants of measuring."""

    measure: bool = False
    line: int | None = None
    seconds: float = 10.0
    emit: Path | None = None
    setup: str | None = None
    plot: Path | None = None
    interpreter: Interpreter | None = None

    @property
    def wanted(self) -> bool:
        """Whether there is anything to do."""
        return self.measure or self.emit is not None


def make_request(
    paths: tuple[str, ...],
    *,
    measure: bool,
    line: int | None,
    seconds: float,
    emit: Path | None,
    setup: str | None,
    plot: Path | None,
    interpreter: Path | None,
) -> Request:
    """Check what the user asks for, before anything is analysed or run.

    Raises:
        UsageError: options that do not go together, or files that cannot be read or written.
    """
    if not measure and emit is None:
        given = {"--region": line, "--setup": setup, "--plot": plot, "--interpreter": interpreter}
        for name, value in given.items():
            if value is not None:
                raise UsageError(f"{name}: goes with --measure" + (" or --emit-benchmark" if name != "--plot" else ""))
        return Request()
    if len(paths) != 1 or Path(paths[0]).is_dir():
        raise UsageError("--measure: measures one file; name it")
    if not _LEAST_SECONDS <= seconds <= 3600:
        raise UsageError(f"--measure-time: must be from {_LEAST_SECONDS:g} to 3600 seconds, is {seconds:g}")
    if setup == "-" and paths[0] == "-":
        raise UsageError("--setup: standard input cannot be both the file and its set-up")
    if emit is not None and str(emit) != "-" and emit.exists():
        raise UsageError(f"--emit-benchmark: {emit} exists already; name another file, or remove it")
    if plot is not None:
        if not measure:
            raise UsageError("--plot: goes with --measure")
        from gillint.benchmark.plot import check_plot

        check_plot(plot)
    from gillint.benchmark.interpreter import find_interpreter

    found = find_interpreter(interpreter, Path(paths[0]))
    return Request(measure, line, seconds, emit, _setup_text(setup), plot, found)


def _setup_text(setup: str | None) -> str | None:
    if setup is None:
        return None
    try:
        return sys.stdin.read() if setup == "-" else Path(setup).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--setup: {setup}: {error.strerror if isinstance(error, OSError) else 'is no UTF-8 text'}"
        ) from error


def carry_out(reports: tuple[FileReport, ...], chosen: Chosen, request: Request) -> tuple[FileReport, ...]:
    """Measure what is asked for; the report with the measurement in its region.

    Args:
        reports: one.
        chosen: the options of the prediction.
        request: what is wanted.
    """
    from gillint.benchmark.build import build
    from gillint.benchmark.plot import draw
    from gillint.benchmark.user_file import NotMeasurable

    report = reports[0]
    if report.error is not None:
        return reports
    number = _region(report, request.line)
    if number is None:
        return reports
    a = report.regions[number]
    try:
        benchmark = build(python_of(report.source, report.cells), report.path, a.region, request.setup or "")
    except NotMeasurable as problem:
        return (_with(report, number, _failed(str(problem), chosen)),)
    if request.emit is not None:
        _emit(benchmark, request.emit)
    if not request.measure:
        return reports
    measured = _measure(a, benchmark, chosen, request)
    if request.plot is not None and measured.speedup is not None:
        draw(measured, f"{Path(report.path).name}, line {a.region.span.line}", request.plot)
        print(f"gillint: wrote {request.plot}", file=sys.stderr)
    return (_with(report, number, measured),)


def _with(report: FileReport, number: int, measured: Measured) -> FileReport:
    measured = replace(measured, work=in_cells(report, measured.work), reason=in_cells(report, measured.reason))
    regions = tuple(replace(a, measured=measured) if i == number else a for i, a in enumerate(report.regions))
    return replace(report, regions=regions)


def _failed(reason: str, chosen: Chosen, line: int | None = None, benchmark: Benchmark | None = None) -> Measured:
    from gillint.diagnostics.measured import Measured, Verdict

    stand_ins = tuple((s.name, s.what) for s in benchmark.stand_ins) if benchmark is not None else ()
    work = benchmark.work if benchmark is not None else ""
    return Measured(Verdict.INCONCLUSIVE, reason, chosen.options.threads, stand_ins=stand_ins, work=work, line=line)


def _region(report: FileReport, line: int | None) -> int | None:
    """The verdict's region, or the innermost one on a line."""
    if line is None:
        return report.verdict
    regions = report.regions
    exact = [i for i, a in enumerate(regions) if a.region.span.line == line]
    around = [i for i, a in enumerate(regions) if a.region.span.line <= line <= a.region.span.end_line]
    found = exact or around
    if not found:
        lines = ", ".join(str(a.region.span.line) for a in regions) or "none"
        raise UsageError(f"--region: no region on line {line}; there are regions on lines {lines}")
    return min(found, key=lambda i: regions[i].region.span.end_line - regions[i].region.span.line)


def _emit(benchmark: Benchmark, path: Path) -> None:
    if str(path) == "-":
        print(benchmark.script)
        return
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(benchmark.script)
    except OSError as error:
        raise UsageError(f"--emit-benchmark: {path}: {error.strerror}") from error
    print(f"gillint: wrote {path}", file=sys.stderr)


def _measure(a: Assessment, benchmark: Benchmark, chosen: Chosen, request: Request) -> Measured:
    from gillint.benchmark.judge import judge, unended
    from gillint.measure.engine import measure
    from gillint.measure.plan import Failed

    assert request.interpreter is not None
    try:
        with _progress(request.seconds) as advance:
            found = measure(
                benchmark,
                interpreter=request.interpreter.path,
                threads=chosen.options.threads,
                seconds=request.seconds,
                advance=advance,
            )
    except Failed as problem:
        where = f" (line {problem.line} of {benchmark.origin})" if problem.line is not None else ""
        advice = f"; {unended(a)}" if problem.was_late else ""
        return _failed(f"{problem}{where}{advice}", chosen, problem.line, benchmark)
    return judge(a, benchmark, found, chosen.options.setting)


@contextmanager
def _progress(seconds: float) -> Iterator[Advance]:
    """What goes on, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _phase, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    names = {
        "rounds": "Measuring threads and processes",
        "heartbeat": "Measuring stalls",
        "count": "Counting releases of the GIL",
        "sampling": "Sampling the holder of the GIL",
        "done": "Done",
    }
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn(f"of {seconds:g} s"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Measuring", total=1.0)
        yield lambda phase, share: bar.update(task, description=names[phase], completed=share)
