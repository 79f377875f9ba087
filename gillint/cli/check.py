"""`gillint check PATH...`: diagnostics only."""

from __future__ import annotations

import sys
from dataclasses import replace

from gillint.advice.outcome import FileReport
from gillint.cli import options as o
from gillint.cli.command import make_command
from gillint.cli.output import emit


def _present(reports: tuple[FileReport, ...], chosen: o.Chosen) -> int:
    reports = tuple(replace(r, regions=(), verdict=None) for r in reports)
    emit(reports, chosen, regions=False)
    found = sum(len(r.diagnostics) for r in reports)
    if found and chosen.shows_text:
        files = sum(bool(r.diagnostics) for r in reports)
        print(f"{found} diagnostic{'s'[: found != 1]} in {files} file{'s'[: files != 1]}", file=sys.stderr)
    return o.exit_code(reports, chosen.fail_on)


command = make_command(
    _present,
    thorough=False,
    help_text="""Lint files: diagnostics only, for pre-commit, editors and CI.

    Exits with 0 where there is nothing to report, 1 where there is, 2 on wrong use.
    """,
)
