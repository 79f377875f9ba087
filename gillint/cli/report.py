"""`gillint PATH...`: the report."""

from __future__ import annotations

from gillint.advice.outcome import FileReport
from gillint.cli import options as o
from gillint.cli.command import make_command
from gillint.cli.output import emit


def _present(reports: tuple[FileReport, ...], chosen: o.Chosen) -> int:
    emit(reports, chosen, regions=True)
    return o.exit_code(reports, chosen.fail_on) if chosen.fail_on_given else 0


command = make_command(
    _present,
    thorough=True,
    help_text="""Report the regions of files: will threads make them faster, by how much at most, and why.

    Exits with 0, whatever is found, unless --fail-on asks for more; with 2 on wrong use.
    """,
)
