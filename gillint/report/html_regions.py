"""The card of one region on the page: what limits it, how it scales, which calls matter, what else would help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.explain import named
from gillint.advice.outcome import FileReport, Options
from gillint.diagnostics.measured import Measured
from gillint.diagnostics.span import Span
from gillint.report import words
from gillint.report.comparison import compared, controls, how
from gillint.report.curve import curve_svg
from gillint.report.jsonv1 import listed_calls
from gillint.report.markup import escaped, sentence, where
from gillint.report.places import in_cells, place

BOUNDS = {
    "gil": "the GIL is held nearly all the time",
    "mixed": "the GIL is held for a good part of the time",
    "native": "native work without the GIL",
    "io": "waiting without the GIL",
    "unknown": "calls that nobody knows could decide",
}
_CALLS = 8
_WHOLE_NAME = 24
_OPEN = 3  # cards that are open when the page is


@dataclass(frozen=True, slots=True)
class Ranked:
    """A region with its file, and the number of the file on the page."""

    report: FileReport
    number: int
    assessment: Assessment
    is_verdict: bool


def region_card(ranked: Ranked, rank: int, options: Options, *, named: bool) -> Iterator[str]:
    """The list item of a region; `named` where the page has several files."""
    a, report = ranked.assessment, ranked.report
    p = a.prediction
    bound = p.bound.value
    shown = escaped(str(place(report, a.region.span)).rpartition(":")[0]).replace("/", "/<wbr>")
    file = f'<span class="at">{shown}</span>' if named else ""
    is_open = " open" if rank <= _OPEN else ""
    yield f'<li id="r{rank}"><details class="region"{is_open}><summary>'
    yield f'<span class="rank">{rank}</span><span class="what">{escaped(_title(a))}{file}</span>'
    yield f'<span class="tag b-{bound}">{bound}</span>'
    likely = f"{p.ceiling.likely:.2f}x" if p.ceiling.likely is not None else "unknown"
    yield f'<span class="ceiling">{likely} <span class="quiet">on {options.threads}</span></span>'
    yield f'<span class="share"><span class="quiet">{100 * a.cost_share:.0f}% of file</span></span>'
    yield '</summary><div class="card">'
    yield f'<p class="why">{sentence(in_cells(report, a.explanation))}</p>'
    yield '<div class="columns">'
    yield from _facts(ranked, options)
    points = a.measured.curve if a.measured is not None else ()
    drawn = curve_svg(p, options.cores, f"r{rank}", points)
    if drawn:
        caption = "speed-up; dashed: perfect, bar: interval" + (
            "; ring: the knee" if 1 < p.saturation[0] <= len(p.curve) else ""
        )
        caption += "; squares: measured" if any(point.measured is not None for point in points) else ""
        yield f'<figure>{drawn}<figcaption class="quiet">{caption}</figcaption></figure>'
    yield "</div>"
    if a.measured is not None:
        yield from _comparison(a, a.measured, ranked.report)
    yield from _calls(ranked, rank)
    yield from _advice(ranked)
    if a.assumptions:
        yield "<h3>Assumed</h3><ul>" + "".join(f"<li>{sentence(text)}</li>" for text in a.assumptions) + "</ul>"
    yield "</div></details></li>"


def _title(a: Assessment) -> str:
    within = f"in {a.region.function}" if a.region.function != "<module>" else "at the top level"
    workers = f", {a.region.workers} workers" if a.region.workers else ""
    return f"{a.region.kind.value} {within} ({a.prediction.concurrency.value}{workers})"


def _facts(ranked: Ranked, options: Options) -> Iterator[str]:
    a = ranked.assessment
    p = a.prediction
    carried = a.region.iterations.value == "carried"
    rows = [
        ("Place", where(ranked.report, ranked.number, a.region.span.line)),
        ("Threads help", f"<b>{p.help}</b>" + (", but these iterations need one another" if carried else "")),
        ("Ceiling", f"{escaped(words.times(p.ceiling))} on {words.count(options.threads, 'thread')}"),
        ("GIL held", f"{escaped(words.fraction(p.held))} of each {words.unit(a)}{_held_bar(p.held.likely)}"),
        ("Others wait", escaped(words.stall(a).removeprefix("; ")) or "no"),
        ("Iterations", a.region.iterations.value),
        ("Confidence", a.confidence.value),
    ]
    yield "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows) + "</dl>"


def _comparison(a: Assessment, m: Measured, report: FileReport) -> Iterator[str]:
    """The measurement, beside what was predicted."""
    yield f'<h3>Measured: <span class="tag m-{m.verdict.value}">{m.verdict.value}</span></h3>'
    yield f"<p>{sentence(in_cells(report, m.reason))}</p>"
    if m.speedup is not None:
        yield '<table class="compared"><thead><tr><td></td><th scope="col">Predicted</th>'
        yield '<th scope="col">Measured</th></tr></thead><tbody>'
        for name, predicted, measured in (*compared(a, m), *controls(m)):
            yield f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(predicted)}</td><td>{escaped(measured)}</td></tr>'
        yield "</tbody></table>"
    yield "".join(f'<p class="quiet how">{sentence(text)}</p>' for text in how(m))


def _held_bar(share: float | None) -> str:
    if share is None:
        return ""
    return f'<span class="meter" aria-hidden="true"><span style="width:{100 * share:.1f}%"></span></span>'


def shown_calls(a: Assessment) -> list[RankedCall]:
    """The calls that a card lists."""
    return [c for c in listed_calls(a) if c.share >= 0.005 or c.detail.call.kind == "unknown"][:_CALLS]


def _calls(ranked: Ranked, rank: int) -> Iterator[str]:
    calls = shown_calls(ranked.assessment)
    if not calls:
        return
    yield f'<h3>Calls</h3><div class="wide" role="region" aria-label="Calls of region {rank}" tabindex="0">'
    yield '<table class="calls"><thead><tr>'
    yield "".join(f'<th scope="col">{name}</th>' for name in ("Share", "Call", "Place", "Effect", "Evidence"))
    yield "</tr></thead><tbody>"
    for c in calls:
        effect = c.detail.effect
        evidence = effect.citations[0] if effect.evidence else "assumed, not known" if effect.assumed else ""
        line = c.place(ranked.report.path).line
        yield (
            f'<tr><td class="number">{100 * c.share:.0f}%</td><td><code>{_name(named(c.detail.call))}</code></td>'
            f'<td class="line-number"><a href="#f{ranked.number}-{line}">{_line(ranked.report, line)}</a></td>'
            f"<td>{effect.effect.value}{' (assumed)' if effect.assumed else ''}</td>"
            f'<td class="quiet">{sentence(evidence)}</td></tr>'
        )
    yield "</tbody></table></div>"


def _name(name: str) -> str:
    """A long dotted name may be broken before a dot, a short one stays whole."""
    return escaped(name).replace(".", "<wbr>.") if len(name) > _WHOLE_NAME else escaped(name)


def _line(report: FileReport, line: int) -> str:
    found = place(report, Span(line, 1, line, 1))
    return f"line {found.span.line}" if found.cell is None else f"cell {found.cell}, line {found.span.line}"


def _advice(ranked: Ranked) -> Iterator[str]:
    advice = ranked.assessment.advice
    if not advice:
        return
    yield '<h3>Ways out</h3><ul class="advice">'
    for way in advice:
        yield f"<li>{_way(way, ranked.report)}</li>"
    yield "</ul>"


def _way(way: Advice, report: FileReport) -> str:
    if way.veto is not None:
        return f'<span class="quiet">not <b>{way.action}</b>: {sentence(in_cells(report, way.veto))}</span>'
    amount = way.speedup.likely
    faster = amount is not None and amount > 1.05 and way.action != "none"
    times = f" {amount:.1f}x" if faster else ""
    note = " (faster, does not scale)" if faster and not way.scales else ""
    return f"<b>{way.action}{times}</b>{note}: {sentence(in_cells(report, way.why))}"
