"""The JSON report, version 1: a contract that other tools read."""

from __future__ import annotations

import json
from typing import Any

from gillint import __version__
from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.outcome import FileReport, Options
from gillint.diagnostics.measured import Measured
from gillint.diagnostics.types import Diagnostic
from gillint.estimate import LIMIT, Estimate, Interval
from gillint.report.formats import Run
from gillint.report.places import Place, in_cells, place, place_of
from gillint.scaling.predict import Range
from gillint.source.environment import LibraryVersion

_CALLS = 20  # the calls that matter; what is below 0.1% of the time is left out
_LEAST_SHARE = 0.001
_LEAST_IMPLICIT = 0.05


def document(files: tuple[FileReport, ...], options: Options) -> dict[str, Any]:
    """The whole report as plain data."""
    return {
        "version": 1,
        "gillint": __version__,
        "cores": options.cores,
        "threads": options.threads,
        "python": options.python,
        "free_threaded": options.free_threaded,
        "files": [_file(f) for f in files],
    }


def render(run: Run) -> str:
    """The whole report as text."""
    return json.dumps(document(run.files, run.options), indent=2, ensure_ascii=False, allow_nan=False)


def _file(report: FileReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "error": report.error,
        "verdict": report.verdict,
        "regions": [_region(a, report) for a in report.regions],
        "diagnostics": [_diagnostic(d, report) for d in report.diagnostics],
    }


def _cell(where: Place) -> dict[str, Any]:
    return {"cell": where.cell} if where.cell is not None else {}


def _span(where: Place) -> dict[str, Any]:
    span = where.span
    return {
        **_cell(where),
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def _number(value: float | None) -> float | None:
    if value is None:
        return None
    return float(f"{max(0.0, min(value, LIMIT)):.6g}")


def _range(r: Range) -> dict[str, Any]:
    return {"low": _number(r.low), "likely": _number(r.likely), "high": _number(r.high)}


def _time(e: Estimate) -> dict[str, Any]:
    values = e.scenarios
    return {"low": _number(min(values)), "likely": _number(e.likely), "high": _number(max(values))}


def _region(a: Assessment, report: FileReport) -> dict[str, Any]:
    p = a.prediction
    return {
        "kind": a.region.kind.value,
        "range": _span(place(report, a.region.span)),
        "function": a.region.function,
        "cost_share": _number(min(1.0, a.cost_share)),
        "bound": p.bound.value,
        "concurrency": p.concurrency.value,
        "workers": a.region.workers,
        "parallel_library": p.parallel_library,
        "iterations": a.region.iterations.value,
        "threads_help": p.help,
        "confidence": a.confidence.value,
        "held_fraction": _range(p.held),
        "stall_ns": _time(p.stall),
        "loop_block_ns": _time(a.loop_block) if a.loop_block is not None else None,
        "demand_ns": {
            "gil": _time(a.demand.gil),
            "native": _time(a.demand.native),
            "wait": _time(a.demand.wait),
        },
        "ceiling": _range(p.ceiling),
        "curve": [{"threads": i, "speedup": _number(v)} for i, v in enumerate(p.curve, 1)],
        "saturation": {"threads": p.saturation[0], "speedup": _number(p.saturation[1])},
        "calls": [_call(c, a.region.path, report) for c in listed_calls(a)],
        "explanation": in_cells(report, a.explanation),
        "assumptions": list(a.assumptions),
        "advice": [_advice(advice, report) for advice in a.advice],
        "measured": _measured(a.measured) if a.measured is not None else None,
    }


def listed_calls(a: Assessment) -> list[RankedCall]:
    """The calls worth showing: those that take time, and every unknown one."""
    return [
        c
        for c in a.calls
        if (c.share >= _LEAST_SHARE or c.detail.call.kind == "unknown")
        and (not c.detail.call.implicit or c.share >= _LEAST_IMPLICIT)
    ][:_CALLS]


def _call(c: RankedCall, path: str, report: FileReport) -> dict[str, Any]:
    effect = c.detail.effect
    where = place(report, c.place(path))
    return {
        "name": c.detail.call.name,
        **_cell(where),
        "line": where.span.line,
        "column": where.span.column,
        "effect": effect.effect.value,
        "share": _number(c.share),
        "fact": effect.fact.id if effect.fact is not None else None,
        "evidence": list(effect.citations),
        "assumed": effect.assumed,
        "library": _library(effect.library) if effect.library is not None else None,
    }


def _library(library: LibraryVersion) -> dict[str, Any]:
    return {"name": library.name, "version": library.version, "source": library.origin}


def _measured(m: Measured) -> dict[str, Any]:
    return {
        "verdict": m.verdict.value,
        "reason": m.reason,
        "threads": m.threads,
        "speedup": _interval(m.speedup),
        "processes": _interval(m.processes),
        "held_fraction": _interval(m.held_fraction),
        "held_method": m.held_method,
        "stall_ns": _interval(m.stall_ns),
        "controls": {name: _interval(control) for name, control in m.controls},
        "stand_ins": [{"name": name, "what": what} for name, what in m.stand_ins],
        "curve": [{"threads": p.threads, "speedup": _interval(p.measured)} for p in m.curve if p.measured is not None],
        "work": m.work,
        "seconds": m.seconds,
        "rounds": m.rounds,
        "notes": list(m.notes),
        "line": m.line,
    }


def _interval(i: Interval | None) -> dict[str, float | None] | None:
    return {"low": _number(i.low), "likely": _number(i.likely), "high": _number(i.high)} if i is not None else None


def _advice(advice: Advice, report: FileReport) -> dict[str, Any]:
    return {
        "action": advice.action,
        "scales": advice.scales,
        "speedup": _range(advice.speedup),
        "why": in_cells(report, advice.why),
        "veto": advice.veto,
    }


def _diagnostic(d: Diagnostic, report: FileReport) -> dict[str, Any]:
    return {
        "code": d.code,
        "name": d.name,
        "severity": d.severity.value,
        "confidence": d.confidence.value,
        "message": d.message,
        "range": _span(place_of(report, d)),
        "related": [{"path": r.path, "range": _span(place_of(report, r)), "message": r.message} for r in d.related],
        "fix": {"title": d.fix.title, "applicability": d.fix.applicability.value} if d.fix is not None else None,
    }
