"""`gillint check PATH...`: diagnostics only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gillint.advice.outcome import FileReport
from gillint.cli import options as o
from gillint.cli.command import make_command, run_command
from gillint.cli.fix import Fixed, fix, wanted, write
from gillint.cli.output import emit
from gillint.cli.run import analyse_again, analyse_paths
from gillint.errors import UsageError

_HELP = """Lint files: diagnostics only, for pre-commit, editors and CI.

Exits with 0 where there is nothing to report, 1 where there is, 2 on wrong use.
"""


def _check(
    *,
    make_fixes: o.MakeFixes = False,
    unsafe_fixes: o.UnsafeFixes = False,
    diff: o.Diff = False,
    update_baseline: o.UpdateBaseline = False,
    report_unused: o.ReportUnused = False,
    **shared: Any,
) -> int:
    if report_unused:
        shared["extend_select"] = [*(shared["extend_select"] or ()), "GIL002"]

    def run(paths: tuple[str, ...], chosen: o.Chosen, stdin_filename: str | None) -> int:
        if (make_fixes or diff) and "-" in paths:
            raise UsageError("--fix, --diff: standard input cannot be changed; name a file")
        if update_baseline and chosen.baseline is None:
            raise UsageError("--update-baseline: goes with --baseline FILE")
        reports = analyse_paths(paths, chosen, stdin_filename, thorough=False)
        if update_baseline:
            _update(reports, chosen)
            return 0
        reports = chosen.new_findings(reports)
        if make_fixes or diff:
            fixed = [fix(r, _again(r.path, chosen), unsafe=unsafe_fixes) for r in reports]
            if diff:
                print("".join(f.difference for f in fixed), end="")
                _tell(fixed, "would be made")
                return int(any(f.count for f in fixed))
            for one in fixed:
                write(one)
            _tell(fixed, "made")
            reports = tuple(f.report for f in fixed)
        _present(reports, chosen, unsafe=unsafe_fixes, fixes_made=make_fixes)
        return o.exit_code(reports, chosen.fail_on)

    return run_command(run, **shared)


command = make_command(_check, _HELP)


def _again(path: str, chosen: o.Chosen) -> Callable[[str], FileReport]:
    """A check of another text of a file; what the baseline knows is left alone."""
    analyse = analyse_again(path, chosen)
    return lambda text: chosen.new_findings((analyse(text),))[0]


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
    emit(reports, chosen, regions=False)
    found = sum(len(r.diagnostics) for r in reports)
    if found and chosen.shows_text:
        files = sum(bool(r.diagnostics) for r in reports)
        print(f"{_count(found, 'diagnostic')} in {_count(files, 'file')}", file=sys.stderr)
        safe, all_fixes = (sum(len(wanted(r, unsafe=u)) for r in reports) for u in (False, True))
        if safe and not fixes_made:
            print(f"{_count(safe, 'fix', 'es')} with --fix", file=sys.stderr)
        if all_fixes > safe and not unsafe:
            print(f"{_count(all_fixes - safe, 'more fix', 'es')} with --fix --unsafe-fixes", file=sys.stderr)
