"""One line for each finding, as editors and grep like it."""

from __future__ import annotations

from gillint.report.formats import Run
from gillint.report.places import place_of


def render(run: Run) -> str:
    """`path:line:column: CODE message` for each diagnostic."""
    return "\n".join(f"{place_of(report, d)}: {d.code} {d.message}" for report in run.files for d in report.diagnostics)
