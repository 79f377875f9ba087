"""The rules, in an explicit order."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.diagnostics.types import Diagnostic, Severity
from gillint.rules.base import FileContext, Rule
from gillint.rules.builds import IMPORT_REENABLES_GIL, INVERTED_GIL_TEST, JIT_WITHOUT_NOGIL
from gillint.rules.comments import UNUSED_SUPPRESSION
from gillint.rules.coroutines import BLOCKING_WAIT_IN_COROUTINE, LONG_COMPUTATION_IN_COROUTINE
from gillint.rules.handing import WAITED_FOR_ONE_BY_ONE, WORK_DONE_BEFORE_HANDOVER
from gillint.rules.limits import (
    LOCK_AROUND_WHOLE_BODY,
    THREADS_PAST_SATURATION,
    TIMEOUT_OVER_UNINTERRUPTIBLE_HOLD,
)
from gillint.rules.loops import NATIVE_RESULT_UNPACKED, SERIAL_NATIVE_LOOP, SERIAL_WAITING_LOOP
from gillint.rules.offloads import CONVOY, FUTILE_OFFLOAD, THREADS_OVER_ASYNCIO
from gillint.rules.pools import THREADS_OVER_HELD_WORK, THREADS_OVER_PARALLEL_LIBRARY, THREADS_OVER_TINY_RELEASES
from gillint.rules.processes import PROCESSES_OVER_RELEASED_WORK, TRANSFER_COST_EXCEEDS_GAIN


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
    UNUSED_SUPPRESSION,
    THREADS_OVER_HELD_WORK,
    THREADS_OVER_TINY_RELEASES,
    THREADS_OVER_PARALLEL_LIBRARY,
    THREADS_PAST_SATURATION,
    TIMEOUT_OVER_UNINTERRUPTIBLE_HOLD,
    LOCK_AROUND_WHOLE_BODY,
    WORK_DONE_BEFORE_HANDOVER,
    WAITED_FOR_ONE_BY_ONE,
    SERIAL_WAITING_LOOP,
    SERIAL_NATIVE_LOOP,
    NATIVE_RESULT_UNPACKED,
    LONG_COMPUTATION_IN_COROUTINE,
    BLOCKING_WAIT_IN_COROUTINE,
    FUTILE_OFFLOAD,
    CONVOY,
    THREADS_OVER_ASYNCIO,
    PROCESSES_OVER_RELEASED_WORK,
    TRANSFER_COST_EXCEEDS_GAIN,
    IMPORT_REENABLES_GIL,
    JIT_WITHOUT_NOGIL,
    INVERTED_GIL_TEST,
)


def rule_for(code: str) -> Rule | None:
    """The rule of a code or a name."""
    return next((rule for rule in RULES if code in (rule.code, rule.name)), None)
