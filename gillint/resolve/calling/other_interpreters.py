"""What other interpreters of the same process are given to do: it runs under a GIL of theirs, while the caller waits."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.trace import Block
from gillint.resolve.values import FunctionRef, Value

Keywords = tuple[tuple[str, Value], ...]
_MODULE = "<module>"
_CALLS = "concurrent.interpreters.Interpreter.call"
_RUNS = ("concurrent.interpreters.Interpreter.exec", "_interpreters.exec")


def given_to_another(
    act: Activation, name: str, positional: tuple[Value, ...], keywords: Keywords
) -> tuple[Block, Value | None] | None:
    """What another interpreter does for a call, and what it gives back; None where that is not in sight.

    `interpreter.call(work, 5)`, `interpreter.exec("import json; ...")`.
    """
    if name == _CALLS and positional and isinstance(positional[0].reference, FunctionRef):
        with act.nested():
            block, result, _ = act.program.call(positional[0].reference, positional[1:], keywords)
        return (block, result) if block is not None else None
    text = literal_text(positional[-1]) if name in _RUNS and positional else None
    resolved = act.program.beside(text) if text is not None else None
    found = next((f.block for f in resolved.functions if f.name == _MODULE), None) if resolved is not None else None
    return (found, None) if found is not None else None
