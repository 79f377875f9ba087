"""What `--assume` speaks of: a warning where nothing in the files is called so."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from difflib import SequenceMatcher

_LISTED = 10


def warn_of_names(assumptions: Iterable[str], sources: Iterable[bytes]) -> None:
    """Say which assumptions, `n` or `len(rows)`, name nothing that is written in some files, and which names these have."""
    names = dict.fromkeys(assumption.removeprefix("len(").rstrip(")") for assumption in assumptions)
    if not names:
        return
    texts = [source.decode("utf-8", "replace") for source in sources]
    for name in names:
        if texts and not any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts):
            print(f"gillint: warning: --assume: {_unknown(name, texts)}", file=sys.stderr)


def _unknown(name: str, texts: Iterable[str]) -> str:
    found = {variable for text in texts for variable in _variables(text)}
    alike = sorted(found, key=lambda other: (-SequenceMatcher(None, name, other).ratio(), other))
    more = f" and {len(alike) - _LISTED} more" if len(alike) > _LISTED else ""
    known = f"; known: {', '.join(alike[:_LISTED])}{more}" if alike else ""
    return f"nothing here is called {name!r}{known}"


def _variables(text: str) -> set[str]:
    """The variables and parameters of a text; none where it is no Python of today."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    named = {n.id for n in nodes if isinstance(n, ast.Name)}
    return (named - called) | {n.arg for n in nodes if isinstance(n, ast.arg)}
