"""Predicted beside measured, for people."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.diagnostics.measured import Measured, Verdict
from gillint.estimate import Interval
from gillint.report.chart import chart
from gillint.scaling.predict import Range

_STYLE = {Verdict.CONFIRMED: "bold green", Verdict.REFUTED: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}


def print_measured(console: Console, a: Assessment, measured: Measured) -> None:
    """One region's measurement."""
    parts: list[RenderableType] = [
        Text.assemble("prediction ", (measured.verdict.value, _STYLE[measured.verdict]), f": {measured.reason}")
    ]
    if measured.speedup is not None:
        parts.append(_table(a, measured))
        parts.extend(chart(measured.curve))
    if measured.work and measured.seconds is not None:
        parts.append(
            Text(
                f"measured: {measured.work}, {duration(measured.seconds * 1e9)} a run, {measured.rounds} rounds", "dim"
            )
        )
    parts.extend(Text(f"stand-in: {name}: {what}", "dim") for name, what in measured.stand_ins)
    parts.extend(Text(f"note: {note}", "dim") for note in measured.notes)
    console.print(Padding(Group(*parts), (1, 0, 0, 2)))


def _table(a: Assessment, m: Measured) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("", "predicted", "measured"):
        table.add_column(name)
    table.add_row(f"{m.threads} threads", _predicted(a.prediction.ceiling, "x"), _measured(m.speedup, "x"))
    table.add_row(f"{m.threads} processes", "", _measured(m.processes, "x"))
    method = f"  ({m.held_method})" if m.held_fraction is not None else ""
    table.add_row("GIL held", _predicted(a.prediction.held, ""), _measured(m.held_fraction, "") + method)
    stall = a.prediction.stall
    table.add_row(
        "longest stall",
        f"{duration(stall.likely)}",
        f"{duration(m.stall_ns.likely)} ({duration(m.stall_ns.low)}-{duration(m.stall_ns.high)})"
        if m.stall_ns
        else "not measured",
    )
    for name, control in m.controls:
        what = {"releases": "control: SHA-256", "holds": "control: a loop"}[name]
        table.add_row(Text(what, "dim"), "", Text(_measured(control, "x"), "dim"))
    return table


def _predicted(r: Range, unit: str) -> str:
    likely = f"{r.likely:.2f}{unit}" if r.likely is not None else "unknown"
    return f"{likely} ({r.low:.2f}-{r.high:.2f})"


def _measured(i: Interval | None, unit: str) -> str:
    return f"{i.likely:.2f}{unit} ({i.low:.2f}-{i.high:.2f})" if i is not None else "not measured"
