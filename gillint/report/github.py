"""Annotations of GitHub Actions: workflow commands on standard output."""

from __future__ import annotations

from gillint.advice.outcome import FileReport
from gillint.diagnostics.types import Diagnostic
from gillint.report.formats import Run
from gillint.report.places import place_of, relative

_LEVEL = {"error": "error", "warning": "warning", "info": "notice"}


def render(run: Run) -> str:
    """One `::warning file=...::...` for each diagnostic."""
    return "\n".join(_annotation(report, d) for report in run.files for d in report.diagnostics)


def _annotation(report: FileReport, d: Diagnostic) -> str:
    where = place_of(report, d)
    span = where.span
    properties = {"file": relative(d.path)}
    if where.cell is not None:
        properties["line"] = str(where.file_line)  # columns are those of the code, not of the JSON around it
    else:
        properties |= {"line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:  # GitHub takes columns within one line only
            properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
    properties["title"] = f"{d.code} {d.name}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    lines = [f"{where}: {d.code} {d.message}", *(f"{place_of(report, r)}: {r.message}" for r in d.related)]
    return f"::{_LEVEL[d.severity.value]} {listed}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
