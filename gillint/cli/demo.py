"""`gillint demo`: predicted beside measured, on the user's machine."""

from __future__ import annotations

from typing import Annotated

import typer

from gillint.errors import UsageError


def command(
    rounds: Annotated[int, typer.Option(help="Rounds for each loop; one and two threads take turns.")] = 5,
) -> int:
    """Run a CPU-bound, an I/O-bound and a native loop with one and two threads; print predicted beside measured.

    Takes less than a minute. The predictions come from running the analysis on the loops' own source.
    """
    if not 1 <= rounds <= 50:
        raise UsageError(f"--rounds: must be a number from 1 to 50, is {rounds}")
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from gillint.advice.outcome import Options
    from gillint.config.settings import available_cores
    from gillint.measure import demo
    from gillint.pipeline import analyse

    console = Console(highlight=False)
    cores = available_cores()
    options = Options(cores=cores, threads=2, python=demo.running_python(), free_threaded=demo.runs_without_gil())
    table = Table(box=None, padding=(0, 2))
    for name in ("loop", "bound", "predicted, 2 threads", "measured, 2 threads", "rounds"):
        table.add_column(name)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Measuring", total=len(demo.LOOPS) * rounds)
        for loop in demo.LOOPS:
            report = analyse(loop.source(), demo.__file__, options)
            a = report.regions[report.verdict if report.verdict is not None else 0]
            c = a.prediction.ceiling
            measured = demo.measure(loop, rounds, lambda: progress.advance(task))
            table.add_row(
                loop.title,
                a.prediction.bound.value,
                f"{c.likely:.2f}x ({c.low:.2f}-{c.high:.2f})" if c.likely is not None else "unknown",
                f"{measured.median:.2f}x ({measured.low:.2f}-{measured.high:.2f})",
                str(rounds),
            )
    console.print(table)
    console.print(
        f"Python {demo.running_python()} on {cores} core{'s'[: cores != 1]}; the speed-up is of two threads against one."
    )
    if cores < 2:
        console.print("With one core nothing that computes can go faster on two threads; only the waiting can.")
    return 0
