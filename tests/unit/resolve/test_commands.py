"""Which program a command starts."""

from __future__ import annotations

import pytest

from gillint.resolve.external.commands import program_in
from gillint.resolve.text.texts import Text
from gillint.resolve.values import Value
from gillint.syntax.tree import HOLE


def _text(words: str) -> Value:
    return Value(type="str", text=Text(words))


COMMANDS: dict[str, tuple[Value, str | None]] = {
    "a text": (_text("grep -c error app.log"), "grep"),
    "in a folder": (_text("/usr/bin/sort names"), "sort"),
    "words": (Value(type="list", items=(_text("wc"), _text("-l"), _text(HOLE))), "wc"),
    "an argument that is not known": (_text(f"cat {HOLE}"), "cat"),
    "a program that is not known": (_text(f"{HOLE} --version"), None),
    "words of which the first is not known": (Value(type="list", items=(_text(HOLE), _text("cat"))), None),
    "another environment": (_text("env LANG=C -i python build.py"), "python"),
    "the environment itself": (_text("env"), "env"),
    "less urgent": (
        Value(type="list", items=tuple(map(_text, ("nice", "-n", "10", "env", "A=1", "gzip", "a")))),
        "gzip",
    ),
    "another environment for what is not known": (Value(type="list", items=(_text("env"), _text(HOLE))), None),
    "no command": (Value(type="int"), None),
}


@pytest.mark.parametrize(("command", "program"), COMMANDS.values(), ids=list(COMMANDS))
def test_a_command_starts_a_program(command: Value, program: str | None) -> None:
    assert program_in(command) == program
