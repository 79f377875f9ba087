"""`gillint PATH...`: the report, and with `--measure` what a run of its hottest region shows."""

from __future__ import annotations

from typing import Any

from gillint.advice.outcome import FileReport
from gillint.cli import measure as m
from gillint.cli import options as o
from gillint.cli.command import make_command, run_command
from gillint.cli.output import emit
from gillint.cli.run import analyse_paths
from gillint.diagnostics.measured import Verdict

_HELP = """Report the regions of files: will threads make them faster, by how much at most, and why.

Exits with 0, whatever is found, unless --fail-on asks for more; with 1 where a measurement refutes the prediction; with 2 on
wrong use.
"""


def _report(
    *,
    measure: m.Measure = False,
    region: m.RegionLine = None,
    measure_time: m.MeasureTime = 10.0,
    emit_benchmark: m.EmitBenchmark = None,
    setup: m.Setup = None,
    plot: m.Plot = None,
    interpreter: m.InterpreterPath = None,
    **shared: Any,
) -> int:
    request = m.make_request(
        tuple(shared["paths"] or ()),
        measure=measure,
        line=region,
        seconds=measure_time,
        emit=emit_benchmark,
        setup=setup,
        plot=plot,
        interpreter=interpreter,
    )
    if request.wanted:
        _predict_for_this_machine(shared, request)

    def run(paths: tuple[str, ...], chosen: o.Chosen, stdin_filename: str | None) -> int:
        reports = chosen.new_findings(analyse_paths(paths, chosen, stdin_filename, thorough=True))
        if request.wanted:
            reports = m.carry_out(reports, chosen, request)
            if not request.measure:
                return 0
        emit(reports, chosen, regions=True)
        return o.exit_code(reports, chosen.fail_on) if chosen.fail_on_given else int(_refuted(reports))

    return run_command(run, **shared)


def _refuted(reports: tuple[FileReport, ...]) -> bool:
    return any(a.measured is not None and a.measured.verdict is Verdict.REFUTED for r in reports for a in r.regions)


def _predict_for_this_machine(shared: dict[str, Any], request: m.Request) -> None:
    """What is compared with a measurement speaks of the same cores, threads and Python."""
    from gillint.config.settings import available_cores

    assert request.interpreter is not None
    shared["cores"] = "auto"
    shared["threads"] = shared["threads"] or max(2, available_cores())
    shared["python"] = request.interpreter.version
    shared["free_threaded"] = request.interpreter.free_threaded


command = make_command(_report, _HELP)
