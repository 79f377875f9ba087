"""The report for people, with rich."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gillint.advice.assess import Advice, Assessment
from gillint.advice.explain import duration
from gillint.advice.outcome import FileReport, Options
from gillint.diagnostics.types import Diagnostic
from gillint.report.jsonv1 import listed_calls
from gillint.report.measured import print_measured
from gillint.scaling.predict import Range

_REGIONS = 6  # for one file; the others are one line
_STYLE = {"yes": "bold green", "partly": "yellow", "no": "bold red", "unknown": "magenta"}
_SEVERITY = {"error": "bold red", "warning": "yellow", "info": "cyan"}


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
            console.print(_finding(diagnostic))


def _finding(d: Diagnostic) -> RenderableType:
    head = Text.assemble(
        (f"{d.path}:{d.span.line}:{d.span.column}: ", "bold"),
        (d.code, _SEVERITY[d.severity.value]),
        f" {d.name}: {d.message}",
    )
    lines: list[RenderableType] = [head]
    lines.extend(
        Padding(Text(f"{r.path}:{r.span.line}:{r.span.column}: {r.message}", style="dim"), (0, 0, 0, 4))
        for r in d.related
    )
    return Group(*lines)


def _one_file(console: Console, report: FileReport, options: Options) -> None:
    if report.error is not None:
        for d in report.diagnostics or ():
            console.print(_finding(d))
        if not report.diagnostics:
            console.print(f"{report.path}: {report.error}")
        return
    build = "free-threaded " if options.free_threaded else ""
    console.print(
        Text.assemble(
            (report.path, "bold"),
            f"  {_count(options.threads, 'thread')} on {_count(options.cores, 'core')}, {build}Python {options.python}",
        )
    )
    if not report.regions:
        console.print("No loop, comprehension or hand-over of work was found, so there is nothing to predict.")
        return

    def rank(i: int) -> tuple[bool, bool, float]:
        a = report.regions[i]
        return (i != report.verdict, a.measured is None, -a.cost_share)

    ranked = sorted(range(len(report.regions)), key=rank)
    for i in ranked[:_REGIONS]:
        console.print()
        _region(console, report.regions[i], report.path, options, verdict=i == report.verdict)
    rest = ranked[_REGIONS:]
    if rest:
        console.print()
        console.print(Text(f"{_count(len(rest), 'more region')} with less of the time:", style="dim"))
        for i in rest:
            console.print(Padding(_headline(report.regions[i], report.path), (0, 0, 0, 2)))
    if report.diagnostics:
        console.print()
        for d in report.diagnostics:
            console.print(_finding(d))


def _worth_threads(a: Assessment) -> bool:
    """Whether this very loop could be given to threads."""
    apart = a.region.iterations.value in ("independent", "reduction")
    return a.prediction.help == "yes" and a.region.concurrency.value == "sequential" and apart


def _headline(a: Assessment, path: str) -> Text:
    p = a.prediction
    carried = a.region.iterations.value == "carried" and p.help in ("yes", "partly")
    workers = f" with {a.region.workers} workers" if a.region.workers else ""
    where = f"in {a.region.function}" if a.region.function != "<module>" else "at the top level"
    return Text.assemble(
        (f"{path}:{a.region.span.line}", "bold"),
        f" {a.region.kind.value} {where}, {p.concurrency.value}{workers}: ",
        (f"{p.bound.value}-bound", "bold"),
        ", threads help: ",
        (p.help, _STYLE[p.help]),
        " (independent copies; these iterations need one another)" if carried else "",
    )


def _region(console: Console, a: Assessment, path: str, options: Options, *, verdict: bool) -> None:
    p = a.prediction
    console.print(_headline(a, path))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("ceiling", f"{_times(p.ceiling)} on {options.threads} threads   {_curve(p.curve)}")
    facts.add_row("GIL held", f"{_fraction(p.held)} of each {_unit(a)}{_stall(a)}")
    facts.add_row("time", f"{100 * a.cost_share:.0f}% of the file, by estimate; confidence {a.confidence.value}")
    facts.add_row("why", a.explanation)
    console.print(Padding(facts, (0, 0, 0, 2)))
    if verdict:
        _calls(console, a)
    _advice(console, a, everything=verdict)
    if a.measured is not None:
        print_measured(console, a, a.measured)
    for text in a.assumptions if verdict else ():
        console.print(Padding(Text(f"assumed: {text}", style="dim"), (0, 0, 0, 2)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _unit(a: Assessment) -> str:
    return {"submission": "task", "recursion": "call", "function": "call", "coroutine": "call"}.get(
        a.region.kind.value, "iteration"
    )


def _times(r: Range) -> str:
    middle = f"{r.likely:.2f}x" if r.likely is not None else "unknown"
    return middle if r.high - r.low < 0.02 else f"{middle} (between {r.low:.2f}x and {r.high:.2f}x)"


def _curve(curve: tuple[float | None, ...]) -> str:
    shown = [(i, v) for i, v in enumerate(curve, 1) if v is not None]
    if len(shown) < 2 or max(v for _, v in shown) - min(v for _, v in shown) < 0.01:
        return ""
    if len(shown) > 8:
        shown = [s for s in shown if s[0] in (1, 2, 4, 8, 16, 32, 64, len(curve))]
    return "  ".join(f"{i}: {v:.2f}x" for i, v in shown)


def _fraction(r: Range) -> str:
    if r.likely is None:
        return "unknown"
    if r.high - r.low < 0.02:
        return f"{100 * r.likely:.0f}%"
    return f"{100 * r.likely:.0f}% ({100 * r.low:.0f}-{100 * r.high:.0f}%)"


def _stall(a: Assessment) -> str:
    text = ""
    if a.prediction.stall.likely > 0 and a.prediction.held.likely is not None:
        text = f"; other threads stand still for up to {duration(a.prediction.stall.likely)}"
    if a.loop_block is not None:
        text += f"; the event loop is blocked for up to {duration(a.loop_block.likely)}"
    return text


def _calls(console: Console, a: Assessment) -> None:
    calls = [c for c in listed_calls(a) if c.share >= 0.005 or c.detail.call.kind == "unknown"][:6]
    if not calls:
        return
    table = Table(box=None, padding=(0, 2), show_header=True, header_style="dim")
    for name in ("share", "call", "line", "effect", "evidence"):
        table.add_column(
            name, overflow="fold", no_wrap=name in ("share", "line"), justify="right" if name == "share" else "left"
        )
    for c in calls:
        effect = c.detail.effect
        cited = effect.fact.citations if effect.fact is not None else ()
        evidence = cited[0] if cited else "assumed, not known" if effect.assumed else ""
        label = f"{effect.effect.value}{' (assumed)' if effect.assumed else ''}"
        table.add_row(
            f"{100 * c.share:.0f}%",
            Text(c.detail.call.name),
            str(c.place(a.region.path).line),
            label,
            Text(evidence, style="dim"),
        )
    console.print(Padding(table, (0, 0, 0, 2)))


def _advice(console: Console, a: Assessment, *, everything: bool) -> None:
    shown = a.advice if everything else tuple(x for x in a.advice if x.veto is None)[:1]
    for advice in shown:
        console.print(Padding(_way(advice), (0, 0, 0, 2)))


def _way(advice: Advice) -> Text:
    if advice.veto is not None:
        return Text.assemble(("not ", "dim"), (advice.action, "dim"), (f": {advice.veto}", "dim"))
    amount = advice.speedup.likely
    faster = amount is not None and amount > 1.05 and advice.action != "none"
    times = f" {amount:.1f}x" if faster else ""
    kind = " (faster, does not scale)" if faster and not advice.scales else ""
    return Text.assemble(("advice ", "dim"), (f"{advice.action}{times}", "bold"), f"{kind}: {advice.why}")


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
        f"{_count(len(files), 'file')}, {_count(len(regions), 'region')}{f' ({kinds})' if regions else ''}, "
        f"{_count(found, 'diagnostic')}" + (f", {_count(errors, 'file')} that cannot be read" if errors else "")
    )
    best = [(report, a) for report, a in regions if _worth_threads(a)]
    for report, a in sorted(best, key=lambda pair: -pair[1].run_ns.likely)[:5]:
        console.print(Padding(_headline(a, report.path), (0, 0, 0, 2)))
