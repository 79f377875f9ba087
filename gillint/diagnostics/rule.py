"""What is said of a rule outside of the rules: for reports that document what they name."""

from __future__ import annotations

from dataclasses import dataclass

from gillint.diagnostics.types import Severity


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's code, its one-sentence summary, and its page as markdown."""

    code: str
    name: str
    severity: Severity
    detects: str
    page: str
