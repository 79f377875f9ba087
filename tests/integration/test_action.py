"""The steps of the GitHub action, run by bash as a runner would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_command_line import CLEAN, HELD
from tests.support import ROOT, environment

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here"),
]
yaml = pytest.importorskip("yaml")  # pre-commit brings it


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A runner: gillint where the action installs it, and a checkout."""
    program = tmp_path / "temp" / "gillint" / "bin" / "gillint"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gillint "$@"\n')
    program.chmod(0o755)
    checkout = tmp_path / "checkout"
    (checkout / "src").mkdir(parents=True)
    (checkout / "src" / "held.py").write_text(HELD)
    (checkout / "clean.py").write_text(CLEAN)
    return checkout


def check(folder: Path, **inputs: str) -> tuple[int, str, str]:
    """Exit code, standard output, and what the step sets as outputs."""
    (step,) = [s for s in action()["runs"]["steps"] if s.get("id") == "check"]
    given = {name: str(spec.get("default", "")) for name, spec in action()["inputs"].items()} | inputs
    env = environment() | {"RUNNER_TEMP": str(folder.parent / "temp"), "GITHUB_OUTPUT": str(folder.parent / "output")}
    for name, value in step["env"].items():
        key = value.removeprefix("${{ inputs.").removesuffix(" }}")
        env[name] = given[key]
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(bash, cwd=folder, env=env, capture_output=True, text=True, check=False)
    output = folder.parent / "output"
    return done.returncode, done.stdout, output.read_text() if output.exists() else done.stderr


def test_it_annotates_and_fails_where_something_is_found(folder: Path) -> None:
    code, shown, output = check(folder)
    assert (code, output) == (1, "found=true\n")
    assert shown.startswith("::warning file=src/held.py,line=9,")


def test_it_passes_where_nothing_is_found_or_it_is_told_to(folder: Path) -> None:
    assert check(folder, paths="clean.py")[::2] == (0, "found=false\n")
    (folder.parent / "output").unlink()
    assert check(folder, fail="false")[::2] == (0, "found=true\n")


def test_it_writes_sarif_and_html(folder: Path) -> None:
    check(folder, paths="src clean.py", sarif="a b.sarif", html="report.html")
    (run,) = json.loads((folder / "a b.sarif").read_text())["runs"]
    assert [r["ruleId"] for r in run["results"]] == ["GIL101"]
    assert "Regions by cost" in (folder / "report.html").read_text()


def test_arguments_are_words_and_never_commands(folder: Path) -> None:
    code, _, _ = check(folder, args="--ignore GIL101")
    assert code == 0
    (folder.parent / "output").unlink()
    assert check(folder, args="--select nothing")[0] == 2
    for evil in ("; touch evil", "$(touch evil)", "`touch evil`", "*"):
        check(folder, paths=evil, args=evil)
        assert not (folder / "evil").exists()


def test_each_input_that_is_used_exists() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name in action()["inputs"]:
        assert f"inputs.{name} " in text
    assert all("${{" not in step.get("run", "") for step in action()["runs"]["steps"])
