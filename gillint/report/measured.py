"""Predicted beside measured, for people."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gillint.advice.assess import Assessment
from gillint.diagnostics.measured import Measured, Verdict
from gillint.report.chart import chart
from gillint.report.comparison import compared, controls, how

_STYLE = {Verdict.CONFIRMED: "bold green", Verdict.REFUTED: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}


def print_measured(console: Console, a: Assessment, measured: Measured) -> None:
    """One region's measurement."""
    parts: list[RenderableType] = [
        Text.assemble("prediction ", (measured.verdict.value, _STYLE[measured.verdict]), f": {measured.reason}")
    ]
    if measured.speedup is not None:
        parts.append(_table(a, measured))
        parts.extend(chart(measured.curve))
    parts.extend(Text(text, "dim") for text in how(measured))
    console.print(Padding(Group(*parts), (1, 0, 0, 2)))


def _table(a: Assessment, m: Measured) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("", "predicted", "measured"):
        table.add_column(name)
    for row in compared(a, m):
        table.add_row(*row)
    for row in controls(m):
        table.add_row(*(Text(text, "dim") for text in row))
    return table
