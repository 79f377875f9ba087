"""Shell completion: what can stand for a value, and `gillint FILE --thr` completed as `gillint report FILE --thr`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import NoReturn

from gillint.config.settings import FORMATS, SEVERITIES

_SECOND = re.compile(r"(\s*\S+\s+)(\S+)(.*)", re.DOTALL)

Complete = Callable[[str], list[str]]


def answer(commands: Iterable[str]) -> NoReturn:
    """Answer the shell that asks by the environment, and leave as it wants it."""
    from gillint.cli.app import app

    with_the_command(os.environ, commands)
    app(args=[], prog_name="gillint")
    sys.exit(0)


def with_the_command(environment: MutableMapping[str, str], commands: Iterable[str]) -> None:
    """Write the command into the words that a shell hands over, where somebody has left it out."""
    for name in ("COMP_WORDS", "_TYPER_COMPLETE_ARGS"):  # of bash, and of zsh and fish
        match = _SECOND.fullmatch(environment.get(name, ""))
        if match is None:
            continue
        program, word, rest = match.groups()
        if word not in commands and (word.startswith("-") or rest[:1].isspace()):
            environment[name] = f"{program}report {word}{rest}"
            if name == "COMP_WORDS":
                environment["COMP_CWORD"] = str(int(environment.get("COMP_CWORD", "0")) + 1)


def one_of(*values: str) -> Complete:
    """Completes one of a few words."""
    return lambda incomplete: [value for value in values if value.startswith(incomplete)]


formats = one_of(*FORMATS)
severities = one_of(*SEVERITIES)


def rules(incomplete: str) -> list[str]:
    """Codes and names of rules; the last one of a list with commas."""
    from gillint.rules import RULES

    before, comma, last = incomplete.rpartition(",")
    known = [word for rule in RULES for word in (rule.code, rule.name)] + ["ALL"]
    return [before + comma + word for word in known if word.startswith(last)]


def libraries(incomplete: str) -> list[str]:
    """Names of libraries."""
    from gillint.knowledge.base import library_files

    return sorted(name for name in library_files() if name.startswith(incomplete))


def callables(incomplete: str) -> list[str]:
    """Names of libraries, and of the callables of the one whose name is complete."""
    from gillint.knowledge.base import library

    parts = incomplete.split(".")
    found = [library(".".join(parts[:n])) for n in range(1, len(parts))]
    names = {name for lib in found if lib is not None for name, _ in lib.facts}
    return libraries(incomplete) + sorted(name for name in names if name.startswith(incomplete))


def explained(incomplete: str) -> list[str]:
    """What `explain` knows: rules, concepts, libraries and callables."""
    from gillint.cli.concepts import CONCEPTS

    concepts = [concept for concept in sorted(CONCEPTS) if concept.startswith(incomplete)]
    return list(dict.fromkeys((*rules(incomplete), *concepts, *callables(incomplete))))
