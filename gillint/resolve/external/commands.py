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
    parts = command.items if command is not None and command.items else (command,)  # the program and its arguments
    texts = [text_of(part) for part in parts]
    words = [word for text in texts for word in (text.pattern.split() if text is not None else (HOLE,))]
    names = [word.rpartition("/")[2] if HOLE not in word else None for word in words]
    while len(names) > 1 and names[0] in _RUN_ANOTHER:
        behind = [n for n, word in enumerate(words) if n and not _is_for_itself(word)]
        if not behind:
            break
        words, names = words[behind[0] :], names[behind[0] :]
    return names[0] if names else None


# Programs that run the one behind them: `env LANG=C sort`, `nice -n 10 gzip`.
_RUN_ANOTHER = ("env", "nice", "nohup", "exec", "time")


def _is_for_itself(word: str) -> bool:
    """Whether a word is an option, its number, or a variable that is set for the program behind it."""
    return word.startswith("-") or word.isdigit() or "=" in word
