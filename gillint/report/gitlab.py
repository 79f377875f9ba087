"""GitLab code quality: the JSON that `artifacts:reports:codequality` takes."""

from __future__ import annotations

import json
from typing import Any

from gillint.advice.outcome import FileReport
from gillint.diagnostics.types import Diagnostic
from gillint.report.fingerprint import fingerprints
from gillint.report.formats import Run
from gillint.report.places import place_of, relative

_SEVERITY = {"error": "critical", "warning": "major", "info": "info"}


def render(run: Run) -> str:
    """A list of violations."""
    issues = [_issue(*found) for found in fingerprints(run.files)]
    return json.dumps(issues, indent=2, ensure_ascii=False)


def _issue(report: FileReport, d: Diagnostic, fingerprint: str) -> dict[str, Any]:
    where = place_of(report, d)
    span = where.span
    description = d.message if where.cell is None else f"cell {where.cell}:{span}: {d.message}"
    begin, end = (
        ({"line": span.line, "column": span.column}, {"line": span.end_line, "column": span.end_column})
        if where.cell is None
        else ({"line": where.file_line, "column": 1}, {"line": where.file_line, "column": 1})  # in the JSON
    )
    return {
        "type": "issue",
        "check_name": f"{d.code} {d.name}",
        "description": f"{d.code} {d.name}: {description}",
        "categories": ["Performance"],
        "severity": _SEVERITY[d.severity.value],
        "fingerprint": fingerprint,
        "location": {"path": relative(d.path), "positions": {"begin": begin, "end": end}},
    }
