"""GIL002, and what suppressing findings by comments means."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.frozen import dataclass
from gillint.rules.base import FileContext, Rule
from gillint.syntax.suppressions import Suppression


def _reported_by_the_pipeline(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    """What a comment suppresses is known when the other rules are done: the pipeline reports it."""
    return iter(())


UNUSED_SUPPRESSION = Rule(
    code="GIL002",
    name="unused-suppression",
    severity=Severity.INFO,
    detects="A comment suppresses a finding that there is not: `# noqa: GIL101`, or `# gillint: ignore[GIL101]`.",
    why="What was suppressed has been mended or has moved, and the comment would hide the next finding on that line.",
    example="total = sum(range(10))  # noqa: GIL101  # GIL002\n",
    instead="Take the comment away, or the code that is no longer needed out of it.",
    limits=(
        "A plain `# noqa` is not reported, since other linters read it. Nor is a code whose rule does not run: not selected, or "
        "left out for this path."
    ),
    evidence="The rules named have run over the file and reported nothing on that line.",
    check=_reported_by_the_pipeline,
    by_default=False,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """The findings that are left, and the comments that suppressed nothing."""

    kept: tuple[Diagnostic, ...]
    unused: tuple[Diagnostic, ...]


def heed(
    found: tuple[Diagnostic, ...],
    suppressions: tuple[Suppression, ...],
    path: str,
    runs: Callable[[str], bool],
    known: Callable[[str], str | None],
) -> Heard:
    """Leave out what comments suppress.

    Args:
        found: the findings of one file.
        suppressions: its comments.
        path: its name in findings.
        runs: whether the rule of a code has run.
        known: the code of a rule by its code or name, or None.
    """
    kept: list[Diagnostic] = []
    used: set[tuple[int, str]] = set()
    for d in found:
        covering = [i for i, s in enumerate(suppressions) if s.covers(d.span.line, d.code, d.name)]
        used.update((i, d.code) for i in covering)
        if not covering:
            kept.append(d)
    unused: list[Diagnostic] = []
    for i, s in enumerate(suppressions):
        message = _unused(s, {code for j, code in used if j == i}, runs, known)
        if message is not None:
            rule = UNUSED_SUPPRESSION
            unused.append(Diagnostic(rule.code, rule.name, rule.severity, Confidence.HIGH, message, path, s.span))
    return Heard(tuple(kept), tuple(unused))


def _unused(
    s: Suppression, used: set[str], runs: Callable[[str], bool], known: Callable[[str], str | None]
) -> str | None:
    if s.codes is None:
        return None if s.blanket or used else "this comment suppresses nothing"
    strange = [c for c in s.codes if known(c) is None]
    if strange:
        return f"there is no rule {', '.join(f'`{c}`' for c in strange)}"
    idle = [c for c in s.codes if (code := known(c)) is not None and code not in used and runs(code)]
    return f"nothing is reported here that {', '.join(f'`{c}`' for c in idle)} would suppress" if idle else None
