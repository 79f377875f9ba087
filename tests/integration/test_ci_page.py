"""The snippets of docs/ci.md: the job for GitLab run as a runner would, the others read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_command_line import CLEAN, HELD
from tests.support import ROOT, environment

pytestmark = pytest.mark.integration
yaml = pytest.importorskip("yaml")  # pre-commit brings it


def snippets() -> list[Any]:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    return [yaml.safe_load(body) for body in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize(("source", "code"), [(HELD, 1), (CLEAN, 0)])
def test_the_job_for_gitlab(source: str, code: int, tmp_path: Path) -> None:
    (job,) = [s["gillint"] for s in snippets() if isinstance(s, dict) and "gillint" in s]
    install, check = job["script"]
    assert install.startswith("pip install ")
    program = tmp_path / "bin" / "gillint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gillint "$@"\n')
    program.chmod(0o755)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "work.py").write_text(source)
    here = environment()
    here["PATH"] = f"{program.parent}{os.pathsep}{here['PATH']}"
    done = subprocess.run(["bash", "-ec", check], cwd=tmp_path, env=here, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    found = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [issue["location"]["path"] for issue in found] == ["src/work.py"] * code
    assert all((tmp_path / name).is_file() for name in job["artifacts"]["paths"])


def test_the_workflow_for_github_names_inputs_that_there_are() -> None:
    (workflow,) = [s for s in snippets() if isinstance(s, dict) and "jobs" in s]
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = [s for s in workflow["jobs"]["gillint"]["steps"] if s.get("uses", "").startswith("OWNER/gillint@")]
    assert set(step["with"]) <= set(action["inputs"])


def test_the_hooks_are_those_that_there_are() -> None:
    offered = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert set(re.findall(r"- id: (\S+)", text)) == offered == {"gillint", "gillint-fix"}
