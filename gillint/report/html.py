"""One page for a browser: summary, findings, regions ranked by cost, annotated source. It loads nothing and runs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files as resources

from gillint import __version__
from gillint.advice.assess import Assessment
from gillint.advice.outcome import FileReport
from gillint.report import words
from gillint.report.formats import Run
from gillint.report.html_regions import BOUNDS, Ranked, region_card
from gillint.report.html_source import source_view
from gillint.report.markup import escaped, sentence, where

_REGIONS = 60  # on the page; what is beyond takes next to no time
_SEVERITIES = ("error", "warning", "info")


def render(run: Run) -> str:
    """The whole page."""
    ranked = _ranked(run.files)
    shown = ranked[:_REGIONS]
    style = resources("gillint.report").joinpath("page.css").read_text(encoding="utf-8")
    sections = [
        *_summary(run, [r.assessment for r in ranked]),
        *_findings(run),
        *_regions(run, shown, len(ranked)),
        *_sources(run, shown),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>gillint: {escaped(_subject(run.files))}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#main">Skip to the report</a>',
            *_header(run, bool(ranked)),
            '<main id="main">',
            *sections,
            "</main>",
            f"<footer><p>Written by gillint {escaped(__version__)}. Speed-ups are predicted, where it does not say measured: of "
            "independent copies of a region, against one thread of the same build.</p></footer>",
            "</body>",
            "</html>",
        ]
    )


def _subject(files: tuple[FileReport, ...]) -> str:
    return files[0].path if len(files) == 1 else words.count(len(files), "file")


def _ranked(files: tuple[FileReport, ...]) -> list[Ranked]:
    """All regions, most expensive first; in a file the one that its verdict speaks of comes before its equals."""
    found = [
        Ranked(report, number, a, i == report.verdict)
        for number, report in enumerate(files, 1)
        for i, a in enumerate(report.regions)
    ]
    return sorted(found, key=lambda r: (-round(r.assessment.spent_ns, -1), not r.is_verdict))


def _header(run: Run, has_regions: bool) -> Iterator[str]:
    options = run.options
    build = "free-threaded " if options.free_threaded else ""
    links = [("findings", "Findings")] + ([("regions", "Regions")] if has_regions else []) + [("source", "Source")]
    yield "<header><h1>Does it scale?</h1>"
    yield (
        f'<p class="subject">{escaped(_subject(run.files))}: {words.count(options.threads, "thread")} on '
        f"{words.count(options.cores, 'core')}, {build}Python {escaped(options.python)}</p>"
    )
    yield (
        '<nav aria-label="Sections"><ul>'
        + "".join(f'<li><a href="#{i}">{t}</a></li>' for i, t in links)
        + "</ul></nav>"
    )
    yield "</header>"


def _summary(run: Run, regions: list[Assessment]) -> Iterator[str]:
    severities = Counter(d.severity.value for report in run.files for d in report.diagnostics)
    found = sum(severities.values())
    parts = ", ".join(words.count(severities[s], s) for s in _SEVERITIES if severities[s]).replace("infos", "info")
    broken = sum(report.error is not None for report in run.files)
    helped = sum(words.worth_threads(a) for a in regions)
    tiles = [
        (str(len(run.files)), "file" if len(run.files) == 1 else "files", f"{broken} unreadable" if broken else "")
    ]
    if run.regions:
        tiles.append((str(len(regions)), "region" if len(regions) == 1 else "regions", f"{helped} worth threads"))
    tiles.append((str(found), "finding" if found == 1 else "findings", parts))
    yield '<section aria-label="Summary"><ul class="tiles">'
    for number, noun, detail in tiles:
        yield f'<li><b>{number}</b> {noun}<span class="detail">{escaped(detail)}</span></li>'
    yield "</ul>"
    if regions:
        yield from _bounds(regions)
    yield "</section>"


def _bounds(regions: list[Assessment]) -> Iterator[str]:
    """What limits the regions, as a bar: by number, since times of different files do not add up."""
    counts = Counter(a.prediction.bound.value for a in regions)
    kinds = [kind for kind in BOUNDS if counts[kind]]
    said = ", ".join(f"{counts[kind]} {kind}-bound" for kind in kinds)
    yield f'<div class="bar" role="img" aria-label="What limits the regions: {said}">'
    yield "".join(f'<span class="b-{kind}" style="flex:{counts[kind]}"></span>' for kind in kinds)
    yield '</div><ul class="legend">'
    for kind in kinds:
        yield f'<li><span class="dot b-{kind}"></span>{counts[kind]} <b>{kind}</b>: {BOUNDS[kind]}</li>'
    yield "</ul>"


def _findings(run: Run) -> Iterator[str]:
    yield '<section aria-labelledby="findings"><h2 id="findings">Findings</h2>'
    rows = [
        (_SEVERITIES.index(d.severity.value), number, report, d)
        for number, report in enumerate(run.files, 1)
        for d in report.diagnostics
    ]
    if not rows:
        yield '<p class="nothing">The rules have nothing to report.</p></section>'
        return
    details = {rule.code: rule.detects for rule in run.rules}
    yield '<div class="wide" role="region" aria-label="Table of findings" tabindex="0"><table class="findings">'
    yield (
        '<thead><tr><th scope="col">Severity</th><th scope="col">Rule</th><th scope="col">Place</th>'
        '<th scope="col">What</th></tr></thead><tbody>'
    )
    for _, number, report, d in sorted(rows, key=lambda row: row[:2]):
        title = escaped(details.get(d.code, ""))
        yield (
            f'<tr><td><span class="tag s-{d.severity.value}">{d.severity.value}</span></td>'
            f'<td><abbr title="{title}">{d.code}</abbr><br><span class="quiet name">{d.name}</span></td>'
            f"<td>{where(report, number, d.span.line, d.span.column)}</td><td>{sentence(d.message)}</td></tr>"
        )
    yield "</tbody></table></div></section>"


def _regions(run: Run, shown: list[Ranked], total: int) -> Iterator[str]:
    if not shown:
        return
    yield '<section aria-labelledby="regions"><h2 id="regions">Regions by cost</h2>'
    if total > len(shown):
        yield f'<p class="quiet">The {len(shown)} most expensive of {total}.</p>'
    yield '<ol class="regions">'
    for place, ranked in enumerate(shown, 1):
        yield from region_card(ranked, place, run.options, named=len(run.files) > 1)
    yield "</ol></section>"


def _sources(run: Run, shown: list[Ranked]) -> Iterator[str]:
    by_file: dict[int, list[tuple[int, Assessment]]] = {}
    for place, ranked in enumerate(shown, 1):
        by_file.setdefault(ranked.number, []).append((place, ranked.assessment))
    yield '<section aria-labelledby="source"><h2 id="source">Source</h2>'
    views = [
        source_view(report, number, by_file.get(number, []))
        for number, report in enumerate(run.files, 1)
        if report.diagnostics or number in by_file
    ]
    yield "\n".join(views) if views else '<p class="nothing">Nothing to show.</p>'
    yield "</section>"
