"""Writing what was found, in each format that was asked for."""

from __future__ import annotations

from gillint.advice.outcome import FileReport
from gillint.cli.options import Chosen
from gillint.cli.targets import refuse_sources, write
from gillint.diagnostics.rule import RuleText
from gillint.report.formats import Run, render
from gillint.rules import RULES


def emit(reports: tuple[FileReport, ...], chosen: Chosen, *, regions: bool) -> None:
    """Write the reports where they belong.

    Raises:
        UsageError: a file cannot be written, or is a source file.
    """
    refuse_sources(chosen.outputs, (report.path for report in reports))
    texts = tuple(RuleText(r.code, r.name, r.severity, r.detects, r.page) for r in RULES)
    run = Run(reports, chosen.options, texts, regions)
    for output in chosen.outputs:
        if output.file is None and output.format == "text" and not chosen.statistics:
            _to_the_terminal(run)
            continue
        if chosen.statistics:
            from gillint.report.statistics import render_statistics

            text = render_statistics(output.format, run)
        else:
            text = render(output.format, run)
        if output.file is not None:
            write(output.file, f"{text}\n" if text else "")
        elif text:
            print(text)


def _to_the_terminal(run: Run) -> None:
    if not run.regions and not any(report.diagnostics for report in run.files):
        return  # a clean check has nothing to say, and needs no terminal for it
    from rich.console import Console

    from gillint.report.text import print_diagnostics, print_report

    console = Console(highlight=False)
    if run.regions:
        print_report(console, run.files, run.options)
    else:
        print_diagnostics(console, run.files)
