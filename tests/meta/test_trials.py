"""The script that tries code not seen before: what it reads, and what it marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.advice.outcome import Options
from gillint.measure.probe import Counted
from scripts.trials import Trial, assessment, compare, functions, programs, statements

_OPTIONS = Options(cores=2, threads=2, python="3.11", free_threaded=False)
_LOOP = "total = 0\nfor i in range(100_000):\n    total += i * i"


def _counted(gil: float, native: float, releases: float = 0.0) -> Counted:
    held = gil / (gil + native)
    return Counted(held, held, held, gil, native, 0.0, releases, 0.0, 45.0)


def test_reads_programs_functions_and_lists(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("def work():\n    pass\n")
    (tmp_path / "two.py").write_text("# task: step(3)\ndef step(n):\n    pass\n")
    (tmp_path / "none.py").write_text("x = 1\n")
    (tmp_path / "parts.py").write_text("def work_a():\n    pass\n\n\ndef work_b():\n    pass\n")
    (tmp_path / "list.toml").write_text('[[statement]]\nsetup = "import json"\nstatement = "json.loads(\'1\')"\n')
    assert [(t.name, t.statement) for t in programs([tmp_path])] == [("one", "work()"), ("two", "step(3)")]
    assert [t.statement for t in functions([tmp_path / "parts.py"])] == ["work_a()", "work_b()"]
    assert [t.setup for t in statements([tmp_path / "list.toml"])] == ["import json"]


@pytest.mark.parametrize(
    ("counted", "marks"),
    [
        (_counted(4.5e6, 0.0), ""),
        (_counted(20e6, 0.0), "x"),
        (_counted(0.1e6, 4e6, releases=200), "BHfk"),
        (_counted(4e6, 0.1e6, releases=4000), "k"),
    ],
)
def test_marks_what_is_off(counted: Counted, marks: str) -> None:
    trial = Trial("loop", "", _LOOP)
    assert compare(trial, assessment(trial, _OPTIONS), counted).marks == marks


def test_a_program_is_judged_by_its_verdict() -> None:
    text = f"import time\n\n\ndef work():\n    {_LOOP.replace(chr(10), chr(10) + '    ')}\n    time.sleep(0.0001)\n"
    said = assessment(Trial("program", text, "work()", whole=True), _OPTIONS)
    assert said is not None
    assert said.prediction.bound.value == "gil"
