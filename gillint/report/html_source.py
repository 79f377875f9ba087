"""The source of one file on the page: what limits each line in the margin, findings and regions below their lines."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.advice.assess import Assessment
from gillint.advice.outcome import FileReport
from gillint.report.html_regions import shown_calls
from gillint.report.markup import escaped, highlighted, sentence
from gillint.report.places import place_of
from gillint.source.notebooks import Cell, cell_at

_WHOLE = 400  # lines; of a longer file the lines around what is said are shown
_AROUND = 4
_OPEN = 1_500


def source_view(report: FileReport, number: int, regions: list[tuple[int, Assessment]]) -> str:
    """The file, with its regions by rank; they begin on the lines that they are noted at."""
    lines = report.source.removesuffix("\n").split("\n")
    wanted = _wanted(report, regions, len(lines))
    marked = highlighted(report.source)
    is_open = " open" if len(wanted) <= _OPEN else ""
    label = escaped(report.path)
    rows = [f'<details class="file" id="f{number}"{is_open}><summary><code>{label}</code></summary>']
    if report.error is not None:
        rows.append(f'<p class="note s-error">{escaped(report.error)}</p>')
    if not report.source:
        return "\n".join([*rows, "</details>"])
    rows.append(f'<div class="source" role="region" aria-label="Source of {label}" tabindex="0">')
    before: Cell | None = None
    previous = 0
    for line in wanted:
        if report.cells:
            cell, _ = cell_at(report.cells, line)
            if cell is not before:
                rows.append(f'<div class="cell">cell {cell.number}</div>')
                before = cell
        if line > previous + 1:
            rows.append('<div class="gap" aria-label="lines left out">⋮</div>')
        previous = line
        rows.append(_row(report, number, line, marked[line - 1] if line <= len(marked) else "", regions))
        rows.extend(_notes(report, line, regions))
    if previous < len(lines):
        rows.append('<div class="gap" aria-label="lines left out">⋮</div>')
    rows.append("</div></details>")
    return "\n".join(rows)


def _wanted(report: FileReport, regions: list[tuple[int, Assessment]], count: int) -> list[int]:
    """The lines that are shown."""
    if count <= _WHOLE:
        return list(range(1, count + 1))
    spans = [d.span for d in report.diagnostics] + [a.region.span for _, a in regions if a.region.path == report.path]
    found: set[int] = set()
    for span in spans:
        last = min(span.end_line, span.line + _WHOLE)
        found.update(range(max(1, span.line - _AROUND), min(count, last + _AROUND) + 1))
    for _, a in regions:  # their cards link to these
        found.update(line for call in shown_calls(a) if (line := call.place(report.path).line) <= count)
    return sorted(found)


def _row(report: FileReport, number: int, line: int, marked: str, regions: list[tuple[int, Assessment]]) -> str:
    inner = _innermost(line, regions)
    bound = f" b-{inner.prediction.bound.value}" if inner is not None else ""
    title = f' title="{inner.prediction.bound.value}-bound"' if inner is not None else ""
    shown = cell_at(report.cells, line)[1] if report.cells else line
    return (
        f'<div class="line" id="f{number}-{line}"><span class="edge{bound}"{title}></span>'
        f'<a class="ln" href="#f{number}-{line}" tabindex="-1" aria-label="line {shown}">{shown}</a><code>{marked}</code></div>'
    )


def _innermost(line: int, regions: list[tuple[int, Assessment]]) -> Assessment | None:
    covering = [a for _, a in regions if a.region.span.line <= line <= _last_line(a)]
    return min(covering, key=lambda a: _last_line(a) - a.region.span.line, default=None)


def _last_line(a: Assessment) -> int:
    """A block may end with its line, at the first column of the next one."""
    span = a.region.span
    return max(span.line, span.end_line - (span.end_column == 1))


def _notes(report: FileReport, line: int, regions: list[tuple[int, Assessment]]) -> Iterator[str]:
    for rank, a in regions:
        if a.region.span.line == line:
            p = a.prediction
            likely = f"{p.ceiling.likely:.2f}x" if p.ceiling.likely is not None else "unknown"
            yield (
                f'<div class="note at b-{p.bound.value}"><a href="#r{rank}">region {rank}</a>: {a.region.kind.value}, '
                f"{p.bound.value}-bound, threads help: {p.help} ({likely}), {100 * a.cost_share:.0f}% of the file</div>"
            )
    for d in report.diagnostics:
        if d.span.line == line:
            links = "".join(f"<br>{escaped(str(place_of(report, r)))}: {sentence(r.message)}" for r in d.related)
            yield f'<div class="note s-{d.severity.value}"><b>{d.code}</b> {d.name}: {sentence(d.message)}{links}</div>'
