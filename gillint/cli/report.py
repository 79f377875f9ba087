"""`gillint PATH...`: the report."""

from __future__ import annotations

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
    """Report the regions of files: will threads make them faster, by how much at most, and why.

    Exits with 0, whatever is found, unless --fail-on asks for more; with 2 on wrong use.
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
    reports = analyse_paths(named, chosen, stdin_filename, thorough=True)
    if chosen.output_format == "json":
        from gillint.report import jsonv1

        print(jsonv1.render(reports, chosen.options))
    elif chosen.output_format == "concise":
        from gillint.report import concise

        text = concise.render(reports)
        if text:
            print(text)
    else:
        from rich.console import Console

        from gillint.report.text import print_report

        print_report(Console(highlight=False, soft_wrap=False), reports, chosen.options)
    return o.exit_code(reports, fail_on) if fail_on is not None and not exit_zero else 0
