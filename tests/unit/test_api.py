"""The Python API: the same answers as the command, as values."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from typing import Any

import pytest

import gillint
from tests.support import ROOT, environment, inside_json, text
from tests.unit.source.test_notebooks import notebook

HELD = text("""
    import threading

    def total(n):
        result = 0
        for i in range(n):
            result += i * i
        return result

    threads = [threading.Thread(target=total, args=(5_000_000,)) for _ in range(2)]
    """)


def test_it_gives_regions_and_diagnostics() -> None:
    report = gillint.analyze(HELD, filename="held.py", threads=8)
    (found,) = report.diagnostics
    assert isinstance(found, gillint.Diagnostic)
    assert (found.code, found.path, found.severity) == ("GIL101", "held.py", gillint.Severity.WARNING)
    assert found.span == gillint.Span(9, 12, 9, 61)
    region = report.regions[report.verdict or 0]
    assert region.prediction.bound.value == "gil"
    assert len(region.prediction.curve) == 8
    assert report.error is None


def test_it_says_what_the_command_says() -> None:
    report = gillint.analyze(HELD, filename="-")
    (file,) = inside_json("-", stdin=HELD, cwd=None)["files"]
    assert [d.message for d in report.diagnostics] == [d["message"] for d in file["diagnostics"]]
    assert [a.explanation for a in report.regions] == [r["explanation"] for r in file["regions"]]


def test_results_are_frozen_values() -> None:
    report = gillint.analyze(HELD)
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.path = "other"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(report)).diagnostics == report.diagnostics


def test_bytes_are_decoded_as_they_declare() -> None:
    assert gillint.analyze("# coding: latin-1\nx = 'é'\n".encode("latin-1")).error is None
    assert [d.code for d in gillint.analyze(b"x = '\xe9'\n").diagnostics] == ["GIL001"]


def test_a_source_that_is_broken_is_a_report() -> None:
    report = gillint.analyze("x = = 1\n")
    assert report.error == "1:5: invalid syntax"
    assert [d.code for d in report.diagnostics] == ["GIL001"]
    assert gillint.analyze("x = = 1\n", ignore=["GIL001"]).diagnostics == ()
    assert gillint.analyze(notebook("x = 1", "x = = 1"), filename="a.ipynb").error == "cell 2:1:5: invalid syntax"


def test_assumptions_versions_and_rules() -> None:
    source = "import hashlib\nfor chunk in chunks:\n    hashlib.sha256(chunk)\n"

    def bound(**settings: Any) -> str:
        return gillint.analyze(source, **settings).regions[0].prediction.bound.value

    assert bound(assume={"len(chunk)": 1_048_576}) == "native"
    assert bound(assume={"len(chunk)": 100}) == "gil"
    assert bound(assume={"len(chunk)": 1e6}) == "native"
    assert gillint.analyze(HELD, select=["GIL2"]).diagnostics == ()
    assert len(gillint.analyze(HELD, select=["threads-over-held-work"]).diagnostics) == 1
    assert gillint.analyze(HELD, ignore=["GIL101"]).diagnostics == ()
    held = gillint.analyze(HELD, python="3.14", free_threaded=True).regions[0].prediction.held
    assert held.likely == 0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"threads": 0}, "threads"),
        ({"threads": True}, "threads"),
        ({"cores": 0}, "cores"),
        ({"python": "2.7"}, "python"),
        ({"python": "3.12", "free_threaded": True}, "free_threaded"),
        ({"assume": {"len(": 3}}, "len("),
        ({"assume": {"n": "many"}}, "n="),
        ({"select": ["GIL999"]}, "GIL999"),
        ({"select": "GIL101"}, "GIL101"),
        ({"ignore": [""]}, "unknown rule"),
    ],
)
def test_wrong_arguments_are_named(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(gillint.GillintError) as caught:
        gillint.analyze("x = 1\n", **settings)
    assert says in str(caught.value)


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import sys, gillint; print(*sorted(m for m in sys.modules if m.startswith('gillint.')), 'typing' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.split() == ["False"]


def test_the_example_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    exec(compile(page.split("```python")[1].split("```")[0], "docs/api.md", "exec"), {})
    assert "json.loads" in capsys.readouterr().out


def test_the_public_names_are_there() -> None:
    assert all(getattr(gillint, name) is not None for name in gillint.__all__)
    assert set(gillint.__all__) <= set(dir(gillint))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gillint.nothing  # type: ignore[attr-defined]
