"""What an unknown call of a program can reach."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse

_PROGRAM = """
import {imported}
class Rule:
    def __init__(self, check):
        self.check = check
def work(rules, rows):
    kept = []
    for row in rows:
        kept.append({used})
        for rule in rules:
            rule.check(row, kept)
    return kept
if __name__ == "__main__":
    work(list(map(Rule, RULES)), list(range(1000)))
"""


@pytest.mark.parametrize(
    ("imported", "used", "bound"),
    [
        # What `copy` does to arrays it does in programs that import some.
        ("copy", "copy.copy(row)", "gil"),
        ("copy", "copy.deepcopy(row)", "gil"),
        ("copy, numpy as np", "copy.copy(np.array(row))", "unknown"),
        ("math", "math.sqrt(row)", "gil"),
        ("zlib", "zlib.crc32(row)", "unknown"),
    ],
)
def test_unknown_calls_of_a_program_that_only_holds_hold_too(imported: str, used: str, bound: str) -> None:
    source = _PROGRAM.format(imported=imported, used=used).replace("RULES", "[lambda *_: None]")
    source = source.replace("rule.check(row, kept)", "rule.other(row, kept)")
    report = analyse(source, "a.py", Options(cores=2, threads=2))
    assert {r.prediction.bound.value for r in report.regions if r.region.kind.value == "loop"} == {bound}
