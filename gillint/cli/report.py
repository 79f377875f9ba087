"""`gillint PATH...`: the report, and with `--measure` what a run of its hottest region shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from gillint.advice.outcome import FileReport
from gillint.cli import measure as m
from gillint.cli import options as o
from gillint.cli.command import make_command
from gillint.cli.output import emit

_HELP = """Report the regions of files: will threads make them faster, by how much at most, and why.

Exits with 0, whatever is found, unless --fail-on asks for more; with 1 where a measurement refutes the prediction; with 2 on
wrong use.
"""


def _present(request: m.Request, reports: tuple[FileReport, ...], chosen: o.Chosen) -> int:
    if request.wanted:
        reports = m.carry_out(reports, chosen, request)
        if request.emit is not None and not request.measure:
            return 0
    emit(reports, chosen, regions=True)
    refuted = any(a.measured is not None and a.measured.verdict.value == "refuted" for r in reports for a in r.regions)
    return o.exit_code(reports, chosen.fail_on) if chosen.fail_on_given else int(refuted)


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
    paths = tuple(shared["paths"] or ())
    request = m.make_request(
        paths,
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
    return make_command(partial(_present, request), thorough=True, help_text=_HELP)(**shared)


def _predict_for_this_machine(shared: dict[str, Any], request: m.Request) -> None:
    """What is compared with a measurement speaks of the same cores, threads and Python."""
    from gillint.config.settings import available_cores

    assert request.interpreter is not None
    shared["cores"] = "auto"
    shared["threads"] = shared["threads"] or max(2, available_cores())
    shared["python"] = request.interpreter.version
    shared["free_threaded"] = request.interpreter.free_threaded


def _joined(own: Callable[..., int], shared: Callable[..., int]) -> Callable[..., int]:
    """A command with the parameters of both."""

    def command(**arguments: Any) -> int:
        return own(**arguments)

    ours = [p for p in inspect.signature(own, eval_str=True).parameters.values() if p.kind is not p.VAR_KEYWORD]
    theirs = [
        p.replace(kind=p.KEYWORD_ONLY) if p.name != "paths" else p
        for p in inspect.signature(shared, eval_str=True).parameters.values()
    ]
    command.__signature__ = inspect.Signature([*theirs, *ours])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in (*theirs, *ours)}
    command.__doc__ = _HELP
    return command


command = _joined(_report, make_command(partial(_present, m.Request()), thorough=True, help_text=_HELP))
