"""Parameters of `textDocument/publishDiagnostics`: positions from 0, columns in UTF-16 code units."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from gillint.advice.outcome import FileReport
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Diagnostic
from gillint.errors import UsageError
from gillint.report.formats import Run
from gillint.report.places import Place, place_of
from gillint.source.files import SourceProblem, read_source

_SEVERITY = {"error": 1, "warning": 2, "info": 3}


def render(run: Run) -> str:
    """A list: one object for each file, and for each code cell of a notebook; without diagnostics the list in it is empty."""
    return json.dumps([p for report in run.files for p in publications(report)], indent=2, ensure_ascii=False)


def publications(report: FileReport) -> list[dict[str, Any]]:
    """What an editor is told of a file."""
    by_uri: dict[str, list[dict[str, Any]]] = {_uri(report.path): []}
    by_uri |= {f"{_uri(report.path)}#cell-{cell.number}": [] for cell in report.cells}
    for d in report.diagnostics:
        by_uri[_document(place_of(report, d))].append(_diagnostic(report, d))
    return [{"uri": uri, "diagnostics": found} for uri, found in by_uri.items()]


def _uri(path: str) -> str:
    return Path(path).absolute().as_uri()


def _document(where: Place) -> str:
    """Editors open each cell as a document of its own."""
    return _uri(where.path) + (f"#cell-{where.cell}" if where.cell is not None else "")


def _diagnostic(report: FileReport, d: Diagnostic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "range": _range(d.span, place_of(report, d), report.source),
        "severity": _SEVERITY[d.severity.value],
        "code": d.code,
        "source": "gillint",
        "message": d.message,
        "data": {"name": d.name, "confidence": d.confidence.value},
    }
    if d.related:
        found["relatedInformation"] = [
            {
                "location": {
                    "uri": _document(place_of(report, r)),
                    "range": _range(r.span, place_of(report, r), _text(report, r.path)),
                },
                "message": r.message,
            }
            for r in d.related
        ]
    return found


def _text(report: FileReport, path: str) -> str:
    return report.source if path == report.path else _text_of(path)


@lru_cache(maxsize=64)
def _text_of(path: str) -> str:
    try:
        return read_source(Path(path))
    except (SourceProblem, UsageError):
        return ""


def _range(span: Span, where: Place, text: str) -> dict[str, Any]:
    """The range; `span` is in the lines of the text, `where` in those of the document."""
    lines = text.split("\n")
    shown = where.span
    ends_there = shown.end_line - shown.line == span.end_line - span.line
    end_column = _utf16(lines, span.end_line, span.end_column) if ends_there else shown.end_column - 1
    return {
        "start": {"line": shown.line - 1, "character": _utf16(lines, span.line, span.column)},
        "end": {"line": shown.end_line - 1, "character": end_column},
    }


def _utf16(lines: list[str], line: int, column: int) -> int:
    """A column in code points from 1 as UTF-16 code units from 0."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    before = text[: column - 1]
    return column - 1 + sum(character > "\uffff" for character in before)
