"""What each stage makes of a few small sketches, against dumps that are kept.

    GILLINT_GOLDEN=write python -m pytest tests/stages    writes them again; look at the difference before it is kept

The stages whose text holds calibrated costs (effects, costs, advice) are not kept: they change with every measurement.
Of the scaling, only what the vocabulary makes of the numbers is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import STAGES, dump_stage
from tests.support import SKETCHES, text

GOLDEN = Path(__file__).parent / "golden"
PROGRAMS = {
    "json_lines": (SKETCHES / "json_lines.py").read_text(encoding="utf-8"),
    "sum_squares": (SKETCHES / "sum_squares.py").read_text(encoding="utf-8"),
    "sleeping": (SKETCHES / "sleeping.py").read_text(encoding="utf-8"),
    "aiohttp_gather": (SKETCHES / "aiohttp_gather.py").read_text(encoding="utf-8"),
    "classes": text("""
        import hashlib
        from concurrent.futures import ThreadPoolExecutor as Pool


        class Checksums:
            def __init__(self, blocks):
                self.blocks = blocks

            def one(self, block):
                return hashlib.sha256(block).hexdigest()

            def run(self, workers=4):
                with Pool(workers) as pool:
                    return list(pool.map(self.one, self.blocks))


        if __name__ == "__main__":
            print(Checksums([bytes(1 << 20) for _ in range(16)]).run())
        """),
    "control": text("""
        def main(items, n):
            total = 0
            for i, item in enumerate(items):
                if not item:
                    continue
                try:
                    total += len(item) if i % 2 else -1
                except TypeError:
                    raise ValueError(f"{item!r} has no length") from None
            while n > 1:
                n = n // 2 if n % 2 == 0 else 3 * n + 1
            with open("out.txt", "w") as out:
                out.write(str(total))
            return {k: [v for v in vs if v] for k, vs in items}
        """),
}
KEPT = ("syntax", "resolve", "regions", "scaling")


def robust(stage: str, dumped: str) -> str:
    """Without the numbers that calibration changes."""
    if stage == "scaling":
        dumped = re.sub(r", held .*$", "", dumped, flags=re.MULTILINE)
    return "".join(f"{line.rstrip()}\n" for line in dumped.splitlines())


@pytest.mark.parametrize("stage", KEPT)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_stage_makes_of_a_sketch_what_it_did(name: str, stage: str) -> None:
    assert stage in STAGES
    made = robust(stage, dump_stage(stage, PROGRAMS[name], f"{name}.py", Options()))
    kept = GOLDEN / f"{name}.{stage}.txt"
    if os.environ.get("GILLINT_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        kept.write_text(made, encoding="utf-8")
    assert kept.is_file(), "no dump is kept: run with GILLINT_GOLDEN=write"
    assert made == kept.read_text(encoding="utf-8")


def test_no_dump_is_kept_for_nothing() -> None:
    assert {p.name for p in GOLDEN.glob("*")} == {f"{name}.{stage}.txt" for name in PROGRAMS for stage in KEPT}


@pytest.mark.parametrize("stage", STAGES)
def test_a_dump_does_not_depend_on_what_ran_before(stage: str) -> None:
    if stage in ("diagnostics", "report"):
        pytest.skip("these are made by the command itself")
    first = dump_stage(stage, PROGRAMS["classes"], "x.py", Options())
    dump_stage(stage, PROGRAMS["control"], "y.py", Options())
    assert dump_stage(stage, PROGRAMS["classes"], "x.py", Options()) == first
