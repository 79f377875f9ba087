"""Diagnostics as editors take them: positions from 0, columns in the code units that were agreed on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from gillint.advice.outcome import FileReport
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Diagnostic
from gillint.errors import UsageError
from gillint.report.formats import Run
from gillint.report.places import Place, place_of
from gillint.source.files import SourceProblem, read_source

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_SEVERITY = {"error": 1, "warning": 2, "info": 3}
_UNNECESSARY = 1  # editors show this tag faded
_TAGS = {"GIL002": [_UNNECESSARY]}
_PACKAGE = Path(__file__).resolve().parent.parent


def _read(path: str) -> str:
    try:
        return read_source(Path(path))
    except (SourceProblem, UsageError):
        return ""


@dataclass(frozen=True, slots=True)
class Client:
    """What the reader of diagnostics understands.

    Attributes:
        encoding: of columns.
        related: places beside that of the diagnostic.
        links: a page for each code.
        tags: such as "unnecessary".
        uri_of: the URI of a path.
        text_of: the text of another file.
    """

    encoding: Encoding = "utf-16"
    related: bool = True
    links: bool = True
    tags: bool = True
    uri_of: Callable[[str], str] = lambda path: Path(path).absolute().as_uri()
    text_of: Callable[[str], str] = _read


def render(run: Run) -> str:
    """A list: one object for each file, and for each code cell of a notebook; without diagnostics the list in it is empty.

    They are parameters of `textDocument/publishDiagnostics`, columns in UTF-16 code units.
    """
    client = Client(text_of=lru_cache(maxsize=64)(_read))
    found = [p for report in run.files for p in publications(report, client)]
    return json.dumps(found, indent=2, ensure_ascii=False)


def publications(report: FileReport, client: Client) -> list[dict[str, Any]]:
    """What an editor is told of a file."""
    own = client.uri_of(report.path)
    by_uri: dict[str, list[dict[str, Any]]] = {own: []}
    by_uri |= {f"{own}#cell-{cell.number}": [] for cell in report.cells}
    for d in report.diagnostics:
        by_uri[_document(place_of(report, d), client)].append(published(report, d, client))
    return [{"uri": uri, "diagnostics": found} for uri, found in by_uri.items()]


def published(report: FileReport, d: Diagnostic, client: Client) -> dict[str, Any]:
    """One diagnostic."""
    found: dict[str, Any] = {
        "range": _range(d.span, place_of(report, d), report.source, client.encoding),
        "severity": _SEVERITY[d.severity.value],
        "code": d.code,
        "source": "gillint",
        "message": d.message,
        "data": {"name": d.name, "confidence": d.confidence.value},
    }
    page = _page_of(d.code, d.name) if client.links else None
    if page is not None:
        found["codeDescription"] = {"href": page}
    if client.tags and d.code in _TAGS:
        found["tags"] = _TAGS[d.code]
    if d.related and client.related:
        found["relatedInformation"] = [
            {
                "location": {
                    "uri": _document(place_of(report, r), client),
                    "range": _range(
                        r.span,
                        place_of(report, r),
                        report.source if r.path == report.path else client.text_of(r.path),
                        client.encoding,
                    ),
                },
                "message": r.message,
            }
            for r in d.related
        ]
    return found


@lru_cache(maxsize=64)
def _page_of(code: str, name: str) -> str | None:
    """The page of a rule: shipped with the package, beside it in a checkout."""
    for folder in (_PACKAGE, _PACKAGE.parent):
        page = folder / "docs" / "rules" / f"{code}-{name}.md"
        if page.is_file():
            return page.as_uri()
    return None


def _document(where: Place, client: Client) -> str:
    """Editors open each cell as a document of its own."""
    return client.uri_of(where.path) + (f"#cell-{where.cell}" if where.cell is not None else "")


def range_of(span: Span, text: str, encoding: Encoding) -> dict[str, Any]:
    """The range of a span of a text."""
    return _range(span, Place("", span), text, encoding)


def _range(span: Span, where: Place, text: str, encoding: Encoding) -> dict[str, Any]:
    """The range; `span` is in the lines of the text, `where` in those of the document."""
    lines = text.split("\n")
    shown = where.span
    ends_there = shown.end_line - shown.line == span.end_line - span.line
    end_column = (
        _column(lines, span.end_line, span.end_column, encoding) if ends_there else max(0, shown.end_column - 1)
    )
    return {
        "start": {"line": shown.line - 1, "character": _column(lines, span.line, span.column, encoding)},
        "end": {"line": shown.end_line - 1, "character": end_column},
    }


def _column(lines: list[str], line: int, column: int, encoding: Encoding) -> int:
    """A column in code points from 1 as code units from 0."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    before = text[: column - 1]
    return column - 1 + units(before, encoding) - len(before)


def units(text: str, encoding: Encoding) -> int:
    """The length of a text in code units."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(character > "\uffff" for character in text)
    return len(text.encode("utf-8", "surrogatepass"))
