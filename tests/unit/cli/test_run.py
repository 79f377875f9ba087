"""The files of a run: where the analysis fails on one of them, this is told, and the others go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gillint.advice.outcome import FileReport
from gillint.api import analyse_bytes
from gillint.cli import run
from gillint.cli.options import choose

CODE = "import json\n\nfor line in open('a.jsonl'):\n    json.loads(line)\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three files, of which the second one meets a defect."""
    paths = [tmp_path / f"{name}.py" for name in "abc"]
    for path in paths:
        path.write_text(CODE, encoding="utf-8")
    sound = analyse_bytes

    def fail(data: bytes, name: str, *given: Any, **named: Any) -> FileReport:
        if name.endswith("b.py"):
            raise ValueError("math domain error")
        return sound(data, name, *given, **named)

    monkeypatch.setattr(run, "analyse_bytes", fail)
    return [str(path) for path in paths]


def test_a_defect_is_told_of_its_file_and_the_others_go_on(files: list[str]) -> None:
    before, failed, after = run.analyse_paths(tuple(files), choose(tuple(files)), None, thorough=True)
    assert before.regions
    assert after.regions
    assert failed.error == "1:1: not analysed, for a defect of gillint itself: ValueError: math domain error"
    assert [d.code for d in failed.diagnostics] == ["GIL001"]


def test_who_asks_for_the_traceback_gets_it(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GILLINT_DEBUG", "1")
    with pytest.raises(ValueError, match="math domain error"):
        run.analyse_paths(tuple(files), choose(tuple(files)), None, thorough=True)
