"""One line for each finding, as editors and grep like it."""

from __future__ import annotations

from gillint.advice.outcome import FileReport


def render(files: tuple[FileReport, ...]) -> str:
    """`path:line:column: CODE message` for each diagnostic."""
    return "\n".join(
        f"{d.path}:{d.span.line}:{d.span.column}: {d.code} {d.message}" for report in files for d in report.diagnostics
    )
