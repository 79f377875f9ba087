"""The cost of bytecode by kind of operation, from `knowledge/bytecode.toml` (which names its source)."""

from __future__ import annotations

import sys
from functools import lru_cache

from gillint.errors import KnowledgeError
from gillint.knowledge.base import data_folder
from gillint.knowledge.conditions import Target
from gillint.knowledge.versions import version_key

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Sequential overhead of the free-threaded build on pure Python, as pyperformance gives it: about 40% on 3.13 (the
# specialising interpreter is off), 5-10% from 3.14 on (docs.python.org, "Python support for free threading").
_FREE_THREADED_OVERHEAD: dict[tuple[int, ...], float] = {(3, 13): 1.4}
_FREE_THREADED_LATER = 1.08
# 3.10 has no specialising interpreter: the 3.11 release notes give 1.25x on average.
_BEFORE_3_11 = 1.25


@lru_cache(maxsize=1)
def bytecode_costs() -> dict[str, float]:
    """Nanoseconds for each kind of operation on the reference machine."""
    path = data_folder() / "bytecode.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["costs"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise KnowledgeError(f"bytecode.toml: cannot be read: {error}") from None
    return {str(kind): float(cost) for kind, cost in table.items()}


def build_factor(target: Target) -> float:
    """How much slower pure Python is on the target than on the reference interpreter (3.11 with a GIL)."""
    release = version_key(target.python)[:2]
    if target.free_threaded:
        return _FREE_THREADED_OVERHEAD.get(release, _FREE_THREADED_LATER)
    return _BEFORE_3_11 if release < (3, 11) else 1.0


def operations_ns(operations: tuple[tuple[str, float], ...], target: Target) -> float:
    """What some operations cost, in nanoseconds with the GIL held."""
    costs = bytecode_costs()
    return build_factor(target) * sum(costs[kind] * count * _since(kind, target) for kind, count in operations)


# Releases with which a kind became cheaper: `case int(n)` raised an AttributeError inside until 3.13 looked the attribute up
# without one (`match_class` in Python/ceval.c: PyObject_GetOptionalAttr); since 3.12 a comprehension is no function of its own
# (PEP 709). Measured with 3.10 to 3.13.
_CHEAPER = {"self_pattern": ((3, 13), 0.1), "comprehension_create": ((3, 12), 0.45)}


def _since(kind: str, target: Target) -> float:
    found = _CHEAPER.get(kind)
    return found[1] if found is not None and version_key(target.python)[:2] >= found[0] else 1.0
