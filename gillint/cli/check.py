"""`gillint check PATH...`: diagnostics only."""

from __future__ import annotations

import sys
from dataclasses import replace

from gillint.cli import options as o
from gillint.cli.run import analyse_paths


def command(
    paths: o.Paths = None,
    cores: o.Cores = None,
    threads: o.Threads = None,
    assume: o.Assume = None,
    python: o.Python = None,
    free_threaded: o.FreeThreaded = None,
    output_format: o.Format = None,
    select: o.Select = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOn = None,
    exit_zero: o.ExitZero = False,
    config: o.Config = None,
    exclude: o.Exclude = None,
    stdin_filename: o.StdinName = None,
) -> int:
    """Lint files: diagnostics only, for pre-commit, editors and CI.

    Exits with 0 where there is nothing to report, 1 where there is, 2 on wrong use.
    """
    named = tuple(paths or ())
    chosen = o.choose(
        named,
        cores=cores,
        threads=threads,
        assume=assume,
        python=python,
        free_threaded=free_threaded,
        output_format=output_format,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        config=config,
        exclude=exclude,
    )
    reports = analyse_paths(named, chosen, stdin_filename, thorough=False)
    reports = tuple(replace(r, regions=(), verdict=None) for r in reports)
    found = sum(len(r.diagnostics) for r in reports)
    if chosen.output_format == "json":
        from gillint.report import jsonv1

        print(jsonv1.render(reports, chosen.options))
    elif chosen.output_format == "concise" or not found:
        from gillint.report import concise

        if found:
            print(concise.render(reports))
    else:
        from rich.console import Console

        from gillint.report.text import print_diagnostics

        print_diagnostics(Console(highlight=False), reports)
    if chosen.output_format == "text" and reports and found:
        files = sum(bool(r.diagnostics) for r in reports)
        print(f"{found} diagnostic{'s'[: found != 1]} in {files} file{'s'[: files != 1]}", file=sys.stderr)
    return 0 if exit_zero else o.exit_code(reports, chosen.fail_on)
