"""Versions of Python and of libraries, and the ranges of them that facts speak of."""

from __future__ import annotations

import re
from functools import lru_cache

_COMPARE = re.compile(r"\s*(>=|<=|==|!=|<|>)\s*([0-9][0-9A-Za-z.]*)\s*")


def version_key(version: str) -> tuple[int, ...]:
    """The release numbers of a version, for comparison: `3.10.1rc1` gives (3, 10, 1)."""
    return tuple(int(n) for n in re.findall(r"(?:^|\.)(\d+)", version))


@lru_cache(maxsize=1024)
def version_matches(version: str, specifier: str) -> bool:
    """Whether a version lies in a range such as `>=3.11,<3.13`; shorter versions are padded with zeros.

    Raises:
        ValueError: that is no range.
    """
    have = version_key(version)
    for part in specifier.split(","):
        match = _COMPARE.fullmatch(part)
        if match is None:
            raise ValueError(f"`{specifier}` is no version range")
        want = version_key(match[2])
        width = max(len(have), len(want))
        a, b = (v + (0,) * (width - len(v)) for v in (have, want))
        verdicts = {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, "<": a < b, ">": a > b}
        if not verdicts[match[1]]:
            return False
    return True
