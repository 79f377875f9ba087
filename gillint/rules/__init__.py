"""The rules, in an explicit order."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.diagnostics.types import Diagnostic, Severity
from gillint.rules.base import FileContext, Rule
from gillint.rules.loops import NATIVE_RESULT_UNPACKED, SERIAL_NATIVE_LOOP, SERIAL_WAITING_LOOP
from gillint.rules.pools import THREADS_OVER_HELD_WORK, THREADS_OVER_PARALLEL_LIBRARY, THREADS_OVER_TINY_RELEASES


def _reported_by_the_pipeline(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    """A file that does not parse has no regions: the pipeline reports it."""
    return iter(())


SYNTAX_ERROR = Rule(
    code="GIL001",
    name="syntax-error",
    severity=Severity.ERROR,
    detects="The file cannot be decoded or parsed, so nothing in it was looked at.",
    why="A file that is not analysed can hide anything.",
    example="for line in open('big.jsonl'  # GIL001: '(' was never closed\n    print(line)\n",
    instead="Mend the syntax, declare the encoding in the first two lines, or leave the file out with --exclude.",
    limits="Python 2 is not understood. Files nested more than 150 levels deep are refused, since parsers crash on them.",
    evidence="The parser's own message is in the diagnostic.",
    check=_reported_by_the_pipeline,
)

RULES: tuple[Rule, ...] = (
    SYNTAX_ERROR,
    THREADS_OVER_HELD_WORK,
    THREADS_OVER_TINY_RELEASES,
    THREADS_OVER_PARALLEL_LIBRARY,
    SERIAL_WAITING_LOOP,
    SERIAL_NATIVE_LOOP,
    NATIVE_RESULT_UNPACKED,
)


def rule_for(code: str) -> Rule | None:
    """The rule of a code or a name."""
    return next((rule for rule in RULES if code in (rule.code, rule.name)), None)
