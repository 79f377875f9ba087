"""`gillint check --fix`: what the fixes of the findings make of the files."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gillint.advice.outcome import FileReport
from gillint.diagnostics.fixes import Applicability
from gillint.diagnostics.types import Diagnostic
from gillint.source.files import ExactText, read_exact, write_exact

Analyse = Callable[[str], FileReport]
_ROUNDS = 10  # a fix may make another one possible; more than this many is a defect


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of one file: its report after the fixes, its text before and after, and how many were made."""

    report: FileReport
    before: str = ""
    after: str = ""
    count: int = 0
    encoding: str = "utf-8"

    @property
    def difference(self) -> str:
        """The change as a unified diff."""
        name = self.report.path
        made = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
        )
        lines = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in made)
        return "".join(lines)


def fix(report: FileReport, analyse: Analyse, *, unsafe: bool) -> Fixed:
    """Make the fixes of a report's findings, and of those that are left, until there is nothing to do."""
    exact = read_exact(Path(report.path)) if wanted(report, unsafe=unsafe) else None
    if exact is None:
        return Fixed(report)
    text, count = exact.text, 0
    for _ in range(_ROUNDS):
        made = _round(text, wanted(report, unsafe=unsafe))
        if made is None:
            break
        text, now = made
        count += now
        report = analyse(text.replace("\r\n", "\n").replace("\r", "\n"))
    return Fixed(report, exact.text, text, count, exact.encoding)


def wanted(report: FileReport, *, unsafe: bool) -> list[Diagnostic]:
    """The findings whose fixes may be made; none in notebooks, whose cells are not the lines of a file."""
    if report.cells:
        return []
    return [
        d for d in report.diagnostics if d.fix is not None and (unsafe or d.fix.applicability is Applicability.SAFE)
    ]


def _round(text: str, findings: list[Diagnostic]) -> tuple[str, int] | None:
    """All fixes at once, or one at a time where they do not go together."""
    from gillint.syntax.edit import apply_edits

    fixes = [d.fix for d in findings if d.fix is not None]
    if not fixes:
        return None
    together = apply_edits(text, [e for f in fixes for e in f.edits])
    if together is not None and together != text:
        return together, len(fixes)
    for one in fixes:
        alone = apply_edits(text, one.edits)
        if alone is not None and alone != text:
            return alone, 1
    return None


def write(fixed: Fixed) -> None:
    """Write the file, if anything changed."""
    if fixed.count:
        write_exact(Path(fixed.report.path), ExactText(fixed.after, fixed.encoding))
