"""The locks of a program: who takes one and gives it back, so that the time under it can be told."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.resolve.activation import Activation
from gillint.resolve.trace import Lock
from gillint.resolve.values import Value

LOCKS = tuple(
    f"{module}.{name}"
    for module in ("threading", "multiprocessing")
    for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore")
)
_TAKES, _GIVES = ".acquire", ".release"


def note_lock(act: Activation, name: str, receiver: Value | None, span: Span) -> None:
    """Note a call of `acquire` or `release`."""
    if receiver is not None and receiver.type in LOCKS and name.endswith((_TAKES, _GIVES)):
        act.emit(Lock(span, act.path, receiver, name.endswith(_TAKES)))
