"""`gillint explain NAME`: a callable, a rule, or a concept."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from typing import Annotated

import typer

from gillint.cli import completion
from gillint.cli.concepts import CONCEPTS, concept_page
from gillint.errors import UsageError
from gillint.knowledge.base import library, spoken_fact, suggestions
from gillint.report.facts import callable_page, library_page, part_page
from gillint.resolve.calling.compat import own_name
from gillint.resolve.calling.customary import CUSTOMARY_MODULES
from gillint.rules import RULES, rule_for

_CODE = re.compile(
    r"GIL\d+", re.IGNORECASE
)  # of a rule that is not there: the list of them says more than names that look alike


def command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A callable (orjson.loads), a library, a rule or a concept.",
            autocompletion=completion.explained,
        ),
    ],
) -> int:
    """Explain a callable (effect, conditions, evidence, what to use), a library, a rule, or a concept."""
    page = _page(name)
    if page is None:
        raise UsageError(_unknown(name))
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        print(page)
    return 0


def _page(name: str) -> str | None:
    wanted = name.strip().removesuffix("()")
    first, dot, rest = wanted.partition(".")
    wanted = CUSTOMARY_MODULES.get(first, first) + dot + rest if dot else wanted
    rule = rule_for(wanted.upper()) or rule_for(wanted)
    if rule is not None:
        return rule.page
    parts = []
    concept = concept_page(wanted)
    if concept is not None:
        parts.append(concept)
    fact = spoken_fact(own_name(wanted))
    if fact is not None:
        parts.append(callable_page(fact))
    elif concept is None and (page := part_page(own_name(wanted))) is not None:
        parts.append(page)
    found = library(wanted)
    if found is not None and fact is None:
        parts.append(library_page(found))
    return "\n\n".join(parts) if parts else None


def _unknown(name: str) -> str:
    text = f"{name}: no such callable, rule or concept is known"
    close = (
        ()
        if _CODE.fullmatch(name)
        else suggestions(name) or get_close_matches(name.lower(), [*CONCEPTS, *(rule.name for rule in RULES)], 3)
    )
    if close:
        return f"{text}; did you mean {', '.join(close)}?"
    rules = ", ".join(rule.code for rule in RULES)
    return f"{text}. Rules: {rules}. Concepts: {', '.join(sorted(CONCEPTS))}"
