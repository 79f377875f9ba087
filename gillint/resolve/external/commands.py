"""Commands that a program gives to the system: which other program each of them starts."""

from __future__ import annotations

from gillint.resolve.values import Source, Value, text_of
from gillint.syntax.tree import HOLE

STARTED = "started"  # what a process remembers of the command that it was started with, and a list of how it begins


def begun_as(words: Value) -> Source | None:
    """What a list begins with, to be remembered where its members are no longer known one by one: `cmd += options`."""
    first = words.items[0] if words.items and words.type in ("list", "tuple") else None
    if first is not None:
        return Source(STARTED, first) if isinstance(_constant(first), str) else None
    return words.source if words.source is not None and words.source.kind == STARTED else None


def _constant(value: Value) -> object:
    return value.literal.value if value.literal is not None else None


def program_in(command: Value | None) -> str | None:
    """The program that a text, a list of words, or a process that runs stands for, its folder aside."""
    if command is not None and command.source is not None and command.source.kind == STARTED:
        command = command.source.value
    if command is not None and command.items:  # a list of the program and its arguments
        command = command.items[0]
    text = text_of(command)
    words = text.pattern.split() if text is not None else []
    return words[0].rpartition("/")[2] if words and HOLE not in words[0] else None
