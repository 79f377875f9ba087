"""What a call of which nothing is known can reach at all: what the program defines, and what it imports.

A program that needs nothing from outside is closed: where nothing that it names releases the GIL or waits, no call of it does.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gillint.knowledge.base import find_fact, library, library_files
from gillint.knowledge.schema import Behaviour, Effect, Fact
from gillint.resolve.trace import Resolved
from gillint.syntax.parse import Syntax

_HOLDING = (Effect.HOLDS, Effect.RUNS_PYTHON)
# Builtins that wait, modules of the same package, other names of a module. Operators release for arrays alone.
_WAITING = re.compile(
    r"(?<![\w.])(?:open|input|__import__|breakpoint)\s*\(|^\s*from\s+\.|\bimport\s+\w[\w.]*\s+as\b", re.MULTILINE
)
_HARMLESS = frozenset({"builtins", "operator", "six", "typing_extensions", "__future__"})
# What is printed and logged waits hardly ever.
_PRINTS = (
    "sys.stdout",
    "sys.stderr",
    "logging.Logger",
    "logging.info",
    "logging.warning",
    "logging.error",
    "logging.log",
)
_DOTTED = re.compile(r"\b(\w+)\.(\w+)")
_FROM = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]*\(?([\w\s,]+)", re.MULTILINE)


def holds_throughout(resolved: Resolved, syntax: Syntax) -> bool:
    """Whether nothing that a program names can release the GIL or wait, so that unknown calls hold it, too."""
    text = "".join(syntax.lines)
    if not resolved.has_program or _WAITING.search(text):
        return False
    named = {f"{owner}.{name}" for owner, name in _DOTTED.findall(text)}
    for module, names in _FROM.findall(text):
        named |= {f"{module.rpartition('.')[2]}.{name}" for name in re.findall(r"\w+", names)}
    files = library_files()
    for module in syntax.imports():
        if module in _HARMLESS:
            continue
        below = [name for name in files if name == module or name.startswith(f"{module}.")]
        if not below or any(found is None or not named.isdisjoint(found) for found in map(_releasing, below)):
            return False
    return True


@lru_cache(maxsize=256)
def _releasing(name: str) -> frozenset[str] | None:
    """What of a library may release or wait, as it is named: `path.exists`, `csv.writer`; None where anything may."""
    found = library(name)
    if found is None or (found.default is not None and not _holds(found.default)):
        return None
    if found.default is None and found.distribution != "python":
        return None
    facts = ((full, find_fact(full)) for full in found.facts.places)
    return frozenset(_as_named(full) for full, fact in facts if fact is not None and not _holds(fact)) - set(_PRINTS)


def _holds(fact: Fact) -> bool:
    behaviours = (fact.behaviour, *(clause.behaviour for clause in fact.clauses))
    return all(map(_is_held, behaviours))


def _is_held(behaviour: Behaviour) -> bool:
    return behaviour.effect in _HOLDING and behaviour.native is None and behaviour.wait is None


def _as_named(full: str) -> str:
    """The module's own name and what is asked of it: a function, or the class that has the method."""
    parts = full.split(".")
    last = next((i for i in range(len(parts) - 1, 0, -1) if ".".join(parts[:i]) in _MODULES or i == 1), 1)
    return f"{parts[last - 1]}.{parts[last]}"


# Modules inside others, whose facts stand in the same file.
_MODULES = frozenset(
    {"os.path", "xml.etree", "xml.etree.ElementTree", "xml.dom", "xml.sax", "xml.dom.minidom", "xml.dom.pulldom"}
    | {
        "importlib.metadata",
        "importlib.resources",
        "email.utils",
        "urllib.request",
        "multiprocessing.pool",
        "http.client",
    }
)
