"""Libraries that a program tells to use one thread: `os.environ["OMP_NUM_THREADS"] = "1"`, `cv2.setNumThreads(1)`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gillint.effects.classify import CallEffect
from gillint.frozen import replace
from gillint.resolve.trace import Call

# BLAS and LAPACK, and what is parallel with OpenMP.
_NUMERIC = ("numpy", "scipy", "sklearn")
_OPENMP = (*_NUMERIC, "torch", "faiss", "lightgbm", "xgboost", "numexpr")
_VARIABLES = {
    "OMP_NUM_THREADS": _OPENMP,
    "OPENBLAS_NUM_THREADS": _NUMERIC,
    "MKL_NUM_THREADS": (*_NUMERIC, "torch"),
    "NUMBA_NUM_THREADS": ("numba",),
    "NUMEXPR_NUM_THREADS": ("numexpr",),
    "POLARS_MAX_THREADS": ("polars",),
    "RAYON_NUM_THREADS": ("tokenizers", "tiktoken"),
}
_SETTING = re.compile(rf"[\"']?\b({'|'.join(_VARIABLES)})[\"']?\s*\]?\s*[,=:]\s*[\"']?1[\"']?(?![\d.])")
_NAMED = re.compile(rf"[\"']({'|'.join(_VARIABLES)})[\"']")
_EACH = re.compile(r"os\.environ(?:\.setdefault\(\s*\w+\s*,|\[\w+\]\s*=)\s*[\"']1[\"']")  # in a loop over the names
_CALLS = (
    (re.compile(r"\bthreadpool_limits\(\s*(?:limits\s*=\s*)?1\s*[,)]"), _NUMERIC),
    (re.compile(r"\btorch\.set_num_threads\(\s*1\s*\)"), ("torch",)),
    (re.compile(r"\bcv2\.setNumThreads\(\s*[01]\s*\)"), ("cv2",)),
    (re.compile(r"\bnumba\.set_num_threads\(\s*1\s*\)"), ("numba",)),
    (re.compile(r"\b(?:ne|numexpr)\.set_num_threads\(\s*1\s*\)"), ("numexpr",)),
    (re.compile(r"\b(?:pa|pyarrow)\.set_cpu_count\(\s*1\s*\)"), ("pyarrow",)),
    (re.compile(r"\bReadOptions\([^()]*\buse_threads\s*=\s*False\b"), ("pyarrow",)),
    (re.compile(r"\bduckdb\.connect\([^()]*[\"']threads[\"']\s*:\s*[\"']?1\b"), ("duckdb",)),
    (re.compile(r"\bSET\s+threads\s*(?:=|TO)\s*1\b|\bPRAGMA\s+threads\s*=\s*1\b", re.IGNORECASE), ("duckdb",)),
)


def told_to_use_one_thread(lines: Iterable[str]) -> frozenset[str]:
    """The libraries that the code of a file tells to work on one thread, wherever it says so."""
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    found = {library for name in _SETTING.findall(text) for library in _VARIABLES[name]}
    if _EACH.search(text):
        found.update(library for name in _NAMED.findall(text) for library in _VARIABLES[name])
    found.update(library for call, libraries in _CALLS if call.search(text) for library in libraries)
    return frozenset(found)


def confined(call: Call, effect: CallEffect, one_thread: frozenset[str]) -> CallEffect:
    """What a call does where it, or its library, is told to work on one thread: what it spreads over the cores otherwise
    stands on one.
    """
    if not effect.parallel or effect.fact is None:
        return effect
    option = call.bound.get("use_threads")  # of Arrow's functions
    is_alone = option is not None and option.literal is not None and option.literal.value is False
    if is_alone or effect.fact.name.partition(".")[0] in one_thread:
        return replace(effect, parallel=False)
    return effect
