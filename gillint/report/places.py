"""Where something is, as a report names it: in a notebook by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gillint.advice.outcome import FileReport
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Diagnostic, Related
from gillint.source.notebooks import cell_at


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a file; in a notebook it counts from the first line of the cell.

    `notebook_line` is where it begins in the .ipynb file.
    """

    path: str
    span: Span
    cell: int | None = None
    notebook_line: int = 1

    @property
    def file_line(self) -> int:
        """For what shows files and knows no cells."""
        return self.span.line if self.cell is None else self.notebook_line

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell is not None else ""
        return f"{self.path}:{cell}{self.span}"


def place(report: FileReport, span: Span, path: str | None = None) -> Place:
    """The place of a span of this file, or of another file that belongs to it."""
    if path is not None and path != report.path:
        return Place(path, span)
    if not report.cells:
        return Place(report.path, span)
    cell, line = cell_at(report.cells, span.line)
    last, end_line = cell_at(report.cells, span.end_line)
    in_file = cell.file_lines[line - 1] if line <= len(cell.file_lines) else 1
    if last is cell:
        return Place(report.path, Span(line, span.column, end_line, span.end_column), cell.number, in_file)
    return Place(report.path, Span(line, span.column, cell.lines, max(span.column, 1)), cell.number, in_file)


def place_of(report: FileReport, finding: Diagnostic | Related) -> Place:
    """The place of a diagnostic, or of what is related to one."""
    return place(report, finding.span, finding.path)


_LINE = re.compile(r"(?<=\()line (\d+)(?=\))|\bline (\d+)(?= of )")


def in_cells(report: FileReport, text: str) -> str:
    """A sentence that names lines of the program, naming cells instead where the file is a notebook."""
    if not report.cells:
        return text

    def by_cell(match: re.Match[str]) -> str:
        cell, line = cell_at(report.cells, int(match[1] or match[2]))
        return f"cell {cell.number}, line {line}"

    return _LINE.sub(by_cell, text)


def relative(path: str) -> str:
    """The path from the current folder with `/`, as CI systems want it; absolute where the file is elsewhere."""
    absolute = Path(path).absolute()
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


def relative_uri(path: str) -> str:
    """The same as a URI reference: relative to the current folder, or `file:///`."""
    name = relative(path)
    if name.startswith("/") or Path(name).is_absolute():
        return Path(path).absolute().as_uri()
    return quote(name)


def source_line(report: FileReport, line: int) -> str:
    """A line of the analysed text, without its end; empty where there is none."""
    lines = report.source.split("\n", line)
    return lines[line - 1] if 0 < line <= len(lines) else ""
