"""What a call of which nothing is known can reach at all: what the program defines, and what it imports.

A program that needs nothing from outside is closed: where nothing that it names releases the GIL or waits, no call of it does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Set
from functools import lru_cache

from gillint.estimate import ONE, ZERO, Estimate
from gillint.knowledge.base import find_fact, library, library_files
from gillint.knowledge.expressions import evaluate
from gillint.knowledge.schema import Behaviour, Condition, Cost, Effect, Fact
from gillint.resolve.trace import Resolved
from gillint.syntax.outline import without_documentation
from gillint.syntax.parse import Syntax

_HOLDING = (Effect.HOLDS, Effect.RUNS_PYTHON)
# Builtins that wait. Operators release for arrays alone, which are imported.
_WAITING = re.compile(r"(?<![\w.])(?:open|input|__import__|breakpoint)\s*\(")
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
_DOTTED = re.compile(r"\b(\w+)\.(?=(\w+))")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]*(\([^)]*\)|[^\n#;]*(?:\\\n[^\n#;]*)*)", re.MULTILINE
)
_NAMES = re.compile(r"([\w.]+|\*)(?:\s+as\s+(\w+))?")


def holds_throughout(resolved: Resolved, syntax: Syntax) -> bool:
    """Whether nothing that a program names can release the GIL or wait, so that unknown calls hold it, too."""
    if not resolved.has_program:
        return False
    text = without_documentation("".join(_lines_in_use(resolved, syntax)))
    imports = _IMPORT.findall(text)
    text = _IMPORT.sub("", text)
    if _WAITING.search(text) or any(module.startswith(".") for module, _ in imports):
        return False
    words, dotted = set(re.findall(r"\w+", text)), set(_DOTTED.findall(text))
    return all(
        _is_held_or_idle(module, name, alias or name.partition(".")[0], words, dotted)
        for module, names in imports
        for name, alias in _NAMES.findall(names)
    )


def _lines_in_use(resolved: Resolved, syntax: Syntax) -> Iterator[str]:
    """The lines of a file without those of functions that its program does not use."""
    unused = [trace.span for trace in resolved.functions if trace.is_unused]
    left_out = {line for span in unused for line in range(span.line, span.end_line + 1)}
    return (line for number, line in enumerate(syntax.lines, 1) if number not in left_out)


def _is_held_or_idle(module: str, name: str, known_as: str, words: Set[str], dotted: Set[tuple[str, str]]) -> bool:
    """Whether what one import brings holds the GIL, as far as it is used: `from module import name`, `import name`."""
    root = (module or name).partition(".")[0]
    if (known_as not in words and name != "*") or root in _HARMLESS:
        return True
    releasing = _all_releasing(root)
    if releasing is None or name == "*":
        return releasing == frozenset()
    if not module:  # `import os.path as p`: whatever is asked of it
        tail = name.rpartition(".")[2]
        inner = {f"{owner}.{asked}" for owner, asked in dotted}
        return releasing.isdisjoint(inner | {f"{tail}.{asked}" for owner, asked in dotted if owner == known_as})
    inner = {f"{name}.{asked}" for owner, asked in dotted if owner == known_as}
    return releasing.isdisjoint(inner | {f"{module.rpartition('.')[2]}.{name}"})


@lru_cache(maxsize=256)
def _all_releasing(root: str) -> frozenset[str] | None:
    """What of a module and those inside it may release or wait; None where anything may."""
    found = [_releasing(name) for name in library_files() if name == root or name.startswith(f"{root}.")]
    return frozenset().union(*(f for f in found if f is not None)) if found and None not in found else None


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
    behaviours = (
        fact.behaviour,
        *(clause.behaviour for clause in fact.clauses if not _asks_for_imported(clause.condition)),
    )
    return all(map(_is_held, behaviours))


def _asks_for_imported(condition: Condition) -> bool:
    """Whether only values of other libraries fulfil a condition, arrays in `copy.copy` say: a program that has some imports
    them, and is judged by that.
    """
    roots = {kind.rpartition(".")[0].partition(".")[0] for kind in condition.type or ()}
    return condition.type is not None and "" not in roots and roots.isdisjoint(sys.stdlib_module_names)


def _is_held(behaviour: Behaviour) -> bool:
    return behaviour.effect in _HOLDING and _is_of_arrays(behaviour.native) and behaviour.wait is None


def _is_of_arrays(cost: Cost | None) -> bool:
    """Whether a cost is nothing for values without arrays in them, which are imported."""
    if cost is None:
        return True
    return cost.fixed == 0 and cost.of is not None and evaluate(cost.of, _WithoutArrays()).high == 0


class _WithoutArrays:
    """The arguments of a call that have something of everything but arrays."""

    def measure(self, what: str, parameter: str, index: int | None) -> Estimate:
        return ZERO if what in ("arrays", "buffers") else ONE

    def io_buffer(self) -> Estimate:
        return ONE


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
