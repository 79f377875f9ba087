"""What would mend a finding: a description of edits, which `gillint.syntax.edit` performs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from gillint.diagnostics.span import Span


class Applicability(str, Enum):
    """Whether a fix keeps what the program does: `unsafe` ones have to be looked at."""

    SAFE = "safe"
    UNSAFE = "unsafe"


Action = Literal["rename", "keyword", "negate", "replace", "call"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change at one expression.

    Attributes:
        action: `rename` puts another public name (`text`, dotted) in the place of the called one and imports it;
            `keyword` gives a call, or a bare decorator, the keyword `name` with the value `text`; `negate` adds or takes
            away a `not`; `replace` puts the expression `text` in its place; `call` adds the forgotten parentheses.
        span: of the expression.
    """

    action: Action
    span: Span
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, with a title for people."""

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a fix comes to in a text: `text` in the place of what the span holds, which may be nothing."""

    span: Span
    text: str
