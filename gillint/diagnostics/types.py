"""What a rule reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gillint.diagnostics.fixes import Fix
from gillint.diagnostics.span import Span


class Severity(str, Enum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """For `--fail-on`: higher is worse."""
        return {"info": 0, "warning": 1, "error": 2}[self.value]


class Confidence(str, Enum):
    """How sure the analysis is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a diagnostic: a link of the chain down to the call that sets the limit."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `function` and `code_text`, the enclosing function and the normalised code, tell it from others whatever its line is.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    span: Span
    related: tuple[Related, ...] = ()
    facts: tuple[str, ...] = ()
    fix: Fix | None = None
    function: str = ""
    code_text: str = ""
