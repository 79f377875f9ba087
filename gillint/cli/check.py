"""`gillint check PATH...`: diagnostics only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from gillint.advice.outcome import FileReport
from gillint.cli import options as o
from gillint.cli.command import unknown_findings
from gillint.cli.fix import Fixed, fix, wanted, write
from gillint.cli.run import analyse_again, analyse_paths
from gillint.errors import UsageError


def command(
    paths: o.Paths = None,
    cores: o.Cores = None,
    threads: o.Threads = None,
    assume: o.Assume = None,
    python: o.Python = None,
    free_threaded: o.FreeThreaded = None,
    output_format: o.Format = None,
    select: o.Select = None,
    extend_select: o.ExtendSelect = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOn = None,
    exit_zero: o.ExitZero = False,
    make_fixes: o.MakeFixes = False,
    unsafe_fixes: o.UnsafeFixes = False,
    diff: o.Diff = False,
    baseline: o.Baseline = None,
    update_baseline: o.UpdateBaseline = False,
    report_unused: o.ReportUnused = False,
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
        extend_select=[*(extend_select or ()), *(["GIL002"] if report_unused else [])],
        ignore=ignore,
        fail_on=fail_on,
        config=config,
        exclude=exclude,
        baseline=baseline,
    )
    if (make_fixes or diff) and "-" in named:
        raise UsageError("--fix, --diff: standard input cannot be changed; name a file")
    if update_baseline and chosen.baseline is None:
        raise UsageError("--update-baseline: goes with --baseline FILE")
    reports = analyse_paths(named, chosen, stdin_filename, thorough=False)
    if update_baseline:
        _update(reports, chosen)
        return 0
    reports = unknown_findings(reports, chosen)
    if make_fixes or diff:
        fixed = [fix(r, _again(r.path, chosen), unsafe=unsafe_fixes) for r in reports]
        if diff:
            print("".join(f.difference for f in fixed), end="")
            _tell(fixed, "would be made")
            return 0 if exit_zero else int(any(f.count for f in fixed))
        for one in fixed:
            write(one)
        _tell(fixed, "made")
        reports = tuple(f.report for f in fixed)
    _present(reports, chosen, unsafe=unsafe_fixes, fixes_made=make_fixes)
    return 0 if exit_zero else o.exit_code(reports, chosen.fail_on)


def _again(path: str, chosen: o.Chosen) -> Callable[[str], FileReport]:
    """A check of another text of a file; what the baseline knows is left alone."""
    analyse = analyse_again(path, chosen)
    return lambda text: unknown_findings((analyse(text),), chosen)[0]


def _update(reports: tuple[FileReport, ...], chosen: o.Chosen) -> None:
    from gillint.report.baseline import of_reports, write_baseline

    assert chosen.baseline is not None
    made = of_reports(reports, chosen.baseline.absolute().parent)
    write_baseline(chosen.baseline, made)
    known = sum(count for _, count in made.counts)
    print(f"{chosen.baseline}: {_count(known, 'finding')} known", file=sys.stderr)


def _tell(fixed: list[Fixed], what: str) -> None:
    made = sum(f.count for f in fixed)
    files = sum(bool(f.count) for f in fixed)
    print(f"{_count(made, 'fix', 'es')} {what} in {_count(files, 'file')}", file=sys.stderr)


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number} {noun}{plural if number != 1 else ''}"


def _present(reports: tuple[FileReport, ...], chosen: o.Chosen, *, unsafe: bool, fixes_made: bool) -> None:
    reports = tuple(replace(r, regions=(), verdict=None) for r in reports)
    found = sum(len(r.diagnostics) for r in reports)
    if chosen.output_format != "text":
        o.print_plain(reports, chosen)
    elif found:
        from rich.console import Console

        from gillint.report.text import print_diagnostics

        print_diagnostics(Console(highlight=False), reports)
        files = sum(bool(r.diagnostics) for r in reports)
        print(f"{_count(found, 'diagnostic')} in {_count(files, 'file')}", file=sys.stderr)
        safe, all_fixes = (sum(len(wanted(r, unsafe=u)) for r in reports) for u in (False, True))
        if safe and not fixes_made:
            print(f"{_count(safe, 'fix', 'es')} with --fix", file=sys.stderr)
        if all_fixes > safe and not unsafe:
            print(f"{_count(all_fixes - safe, 'more fix', 'es')} with --fix --unsafe-fixes", file=sys.stderr)
