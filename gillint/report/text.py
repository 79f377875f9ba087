"""The report for people, with rich."""

from __future__ import annotations

import io

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.explain import named
from gillint.advice.outcome import FileReport, Options
from gillint.diagnostics.types import Diagnostic
from gillint.report import words
from gillint.report.formats import Run
from gillint.report.jsonv1 import listed_calls
from gillint.report.measured import print_measured
from gillint.report.places import in_cells, place, place_of

_WIDTH = 120  # columns in a file; a terminal has its own
_REGIONS = 6  # for one file; the others are one line,
_LEAST = 0.005  # of the time, and so are those that take less
_STYLE = {"yes": "bold green", "partly": "yellow", "no": "bold red", "unknown": "magenta"}
_SEVERITY = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def render(run: Run) -> str:
    """The report as plain text, for a file."""
    text = io.StringIO()
    console = Console(file=text, highlight=False, width=_WIDTH, no_color=True)
    if run.regions:
        print_report(console, run.files, run.options)
    else:
        print_diagnostics(console, run.files)
    return text.getvalue().removesuffix("\n")


def print_report(console: Console, files: tuple[FileReport, ...], options: Options) -> None:
    """One file: its regions, hottest first. Several: diagnostics and a summary."""
    if len(files) == 1:
        _one_file(console, files[0], options)
    else:
        print_diagnostics(console, files)
        _summary(console, files, options)


def print_diagnostics(console: Console, files: tuple[FileReport, ...]) -> None:
    """The diagnostics of all files."""
    for report in files:
        for diagnostic in report.diagnostics:
            console.print(_finding(report, diagnostic))


def _finding(report: FileReport, d: Diagnostic) -> RenderableType:
    head = Text.assemble(
        (f"{place_of(report, d)}: ", "bold"),
        (d.code, _SEVERITY[d.severity.value]),
        f" {d.name}: {d.message}",
    )
    lines: list[RenderableType] = [head]
    lines.extend(Padding(Text(f"{place_of(report, r)}: {r.message}", style="dim"), (0, 0, 0, 4)) for r in d.related)
    if d.fix is not None:
        text = f"fix ({d.fix.applicability.value}): {d.fix.title}"
        lines.append(Padding(Text(text, style="dim"), (0, 0, 0, 4)))
    return Group(*lines)


def _one_file(console: Console, report: FileReport, options: Options) -> None:
    if report.error is not None:
        for d in report.diagnostics or ():
            console.print(_finding(report, d))
        if not report.diagnostics:
            console.print(f"{report.path}: {report.error}")
        return
    build = "free-threaded " if options.free_threaded else ""
    console.print(
        Text.assemble(
            (report.path, "bold"),
            f"  {words.count(options.threads, 'thread')} on {words.count(options.cores, 'core')}, {build}Python {options.python}",
        )
    )
    if not report.regions:
        console.print("No loop, comprehension or hand-over of work was found, so there is nothing to predict.")
        return

    def rank(i: int) -> tuple[bool, bool, float]:
        a = report.regions[i]
        return (i != report.verdict, a.measured is None, -a.cost_share)

    ranked = sorted(range(len(report.regions)), key=rank)
    shown = [i for i in ranked[:_REGIONS] if _matters(report.regions[i]) or i == report.verdict]
    for i in shown:
        console.print()
        _region(console, report.regions[i], report, options, verdict=i == report.verdict)
    rest = [i for i in ranked if i not in shown]
    if rest:
        console.print()
        console.print(Text(f"{words.count(len(rest), 'more region')} with less of the time:", style="dim"))
        for i in rest:
            console.print(Padding(_headline(report.regions[i], report), (0, 0, 0, 2)))
    if report.diagnostics:
        console.print()
        for d in report.diagnostics:
            console.print(_finding(report, d))


def _matters(a: Assessment) -> bool:
    return a.measured is not None or a.cost_share >= _LEAST


def _headline(a: Assessment, report: FileReport) -> Text:
    p = a.prediction
    note = words.as_written(a) if p.help in ("yes", "partly") else None
    workers = f" with {words.count(a.region.workers, 'worker')}" if a.region.workers else ""
    where = f"in {a.region.function}" if a.region.function != "<module>" else "at the top level"
    return Text.assemble(
        (str(place(report, a.region.span)).rpartition(":")[0], "bold"),
        f" {a.region.kind.value} {where}, {p.concurrency.value}{workers}: ",
        (f"{p.bound.value}-bound", "bold"),
        ", threads help: ",
        (p.help, _STYLE[p.help]),
        f" ({note})" if note is not None else "",
    )


def _region(console: Console, a: Assessment, report: FileReport, options: Options, *, verdict: bool) -> None:
    p = a.prediction
    console.print(_headline(a, report))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("ceiling", f"{words.times(p.ceiling)} on {options.threads} threads   {words.curve(p.curve)}")
    facts.add_row("GIL held", f"{words.fraction(p.held)} of each {words.unit(a)}{words.stall(a)}")
    facts.add_row("time", f"{100 * a.cost_share:.0f}% of the file, by estimate; confidence {a.confidence.value}")
    facts.add_row("why", in_cells(report, a.explanation))
    console.print(Padding(facts, (0, 0, 0, 2)))
    if verdict:
        _calls(console, a, report)
    _advice(console, a, report, everything=verdict)
    if a.measured is not None:
        print_measured(console, a, a.measured)
    for text in a.assumptions if verdict else ():
        console.print(Padding(Text(f"assumed: {text}", style="dim"), (0, 0, 0, 2)))


def _calls(console: Console, a: Assessment, report: FileReport) -> None:
    calls = [c for c in listed_calls(a) if c.share >= 0.005 or c.detail.call.kind == "unknown"][:6]
    if not calls:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    width = max(len(named(c.detail.call)) for c in calls)
    table.add_row(Text("share", style="dim"), Text(f"{'call':{width}}  line  effect", style="dim"))
    for c in calls:
        effect = c.detail.effect
        evidence = effect.citations[0] if effect.evidence else ""
        label = f"{effect.effect.value}{' (assumed)' if effect.assumed else ''}"
        table.add_row(
            f"{100 * c.share:.0f}%",
            Group(
                Text(f"{named(c.detail.call):{width}}  {_line(report, c):>4}  {label}"),
                # Below the call, not beside it: sentences want the whole width.
                *([Padding(Text(evidence, style="dim"), (0, 0, 0, 2))] if evidence else []),
            ),
        )
    console.print(Padding(table, (0, 0, 0, 2)))


def _line(report: FileReport, call: RankedCall) -> str:
    """Where a call is in this file: its line, in a notebook with its cell."""
    where = place(report, call.place(report.path))
    return str(where.span.line) if where.cell is None else f"{where.cell}:{where.span.line}"


def _advice(console: Console, a: Assessment, report: FileReport, *, everything: bool) -> None:
    shown = a.advice if everything else tuple(x for x in a.advice if x.veto is None)[:1]
    for advice in shown:
        console.print(Padding(_way(advice, report), (0, 0, 0, 2)))


def _way(advice: Advice, report: FileReport) -> Text:
    if advice.veto is not None:
        return Text.assemble(("not ", "dim"), (advice.action, "dim"), (f": {advice.veto}", "dim"))
    amount = advice.speedup.likely
    faster = amount is not None and amount > 1.05 and advice.action != "none"
    times = f" {amount:.1f}x" if faster else ""
    kind = " (faster, does not scale)" if faster and not advice.scales else ""
    return Text.assemble(
        ("advice ", "dim"), (f"{advice.action}{times}", "bold"), f"{kind}: {in_cells(report, advice.why)}"
    )


def _summary(console: Console, files: tuple[FileReport, ...], options: Options) -> None:
    regions = [(report, a) for report in files for a in report.regions]
    errors = sum(report.error is not None for report in files)
    counts: dict[str, int] = {}
    for _, a in regions:
        counts[a.prediction.bound.value] = counts.get(a.prediction.bound.value, 0) + 1
    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda kv: -kv[1]))
    found = sum(len(report.diagnostics) for report in files)
    console.print()
    console.print(
        f"{words.count(len(files), 'file')}, {words.count(len(regions), 'region')}{f' ({kinds})' if regions else ''}, "
        f"{words.count(found, 'diagnostic')}"
        + (f", {words.count(errors, 'file')} that cannot be read" if errors else "")
    )
    best = [(report, a) for report, a in regions if words.worth_threads(a)]
    for report, a in sorted(best, key=lambda pair: -pair[1].run_ns.likely)[:5]:
        console.print(Padding(_headline(a, report), (0, 0, 0, 2)))
