"""The hooks, run by the real pre-commit on a throw-away repository; gillint is installed from this checkout and an index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_command_line import CLEAN, HELD
from tests.e2e.test_fixing import INVERTED, MENDED
from tests.support import ROOT
from tests.unit.source.test_notebooks import notebook

pytestmark = pytest.mark.integration
pytest.importorskip("pre_commit")

# What an installation of gillint is built from.
_PARTS = ("gillint", "knowledge", "docs", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")


def run(*command: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PYTEST", "PYTHONPATH", "GILLINT"))}
    kept |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "NO_COLOR": "1",
        "PRE_COMMIT_COLOR": "never",
    }
    for who in ("AUTHOR", "COMMITTER"):
        kept |= {f"GIT_{who}_NAME": "Nobody", f"GIT_{who}_EMAIL": "nobody@example.org"}
    kept["PRE_COMMIT_HOME"] = str(_home)
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, timeout=600, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


_home = Path()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A repository that offers the hooks as this checkout has them, and its commit."""
    global _home  # noqa: PLW0603  # one environment for all tests of the module
    _home = tmp_path_factory.mktemp("pre-commit-home")
    folder = tmp_path_factory.mktemp("hooks")
    for part in _PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    run("git", "init", "-q", cwd=folder)
    run("git", "add", "-A", cwd=folder)
    run("git", "commit", "-q", "-m", "hooks", cwd=folder)
    yield folder, run("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


def make_repository(hooks: tuple[Path, str], folder: Path, hook: str) -> Path:
    """A repository that uses a hook, with one clean file committed."""
    source, commit = hooks
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {source}\n    rev: {commit}\n    hooks:\n      - id: {hook}\n"
    )
    (folder / "clean.py").write_text(CLEAN)
    run("git", "init", "-q", cwd=folder)
    run(sys.executable, "-m", "pre_commit", "install", cwd=folder)
    done = commit_all(folder)
    assert done.returncode == 0, output(done)
    return folder


@pytest.fixture(params=["gillint", "gillint-fix"])
def repository(hooks: tuple[Path, str], tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """What holds for both hooks, where there is nothing to fix."""
    return make_repository(hooks, tmp_path, request.param)


@pytest.fixture
def mending(hooks: tuple[Path, str], tmp_path: Path) -> Path:
    """A repository with the hook that changes files."""
    return make_repository(hooks, tmp_path, "gillint-fix")


def commit_all(folder: Path) -> subprocess.CompletedProcess[str]:
    run("git", "add", "-A", cwd=folder)
    return run("git", "commit", "-m", "change", cwd=folder, check=False)


def output(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def test_clean_files_pass_and_flagged_ones_fail(repository: Path) -> None:
    (repository / "held.py").write_text(HELD)
    done = commit_all(repository)
    assert done.returncode != 0
    assert "held.py:9:12: GIL101" in output(done)
    (repository / "held.py").write_text(CLEAN)
    assert commit_all(repository).returncode == 0


def test_notebooks_stubs_and_scripts_are_looked_at_and_other_files_are_not(repository: Path) -> None:
    (repository / "nb.ipynb").write_text(notebook(HELD))
    (repository / "stub.pyi").write_text("x = = 1\n")
    (repository / "script").write_text(f"#!/usr/bin/env python3\n{HELD}")
    (repository / "script").chmod(0o755)
    (repository / "notes.md").write_text(HELD)
    done = commit_all(repository)
    assert done.returncode != 0
    shown = output(done)
    assert "nb.ipynb:cell 1:9:12: GIL101" in shown
    assert "stub.pyi:1:5: GIL001" in shown
    assert "script:10:12: GIL101" in shown
    assert "notes.md" not in shown


def test_deleted_and_renamed_files(repository: Path) -> None:
    (repository / "old.py").write_text(HELD)
    run("git", "add", "-A", cwd=repository)
    run("git", "commit", "-q", "--no-verify", "-m", "flagged", cwd=repository)
    run("git", "mv", "old.py", "new.py", cwd=repository)
    done = commit_all(repository)
    assert done.returncode != 0
    assert "new.py:9:12: GIL101" in output(done) and "old.py" not in output(done)
    run("git", "reset", "-q", "--hard", cwd=repository)
    run("git", "rm", "-q", "old.py", cwd=repository)
    assert commit_all(repository).returncode == 0
    run("git", "mv", "clean.py", "ä b.py", cwd=repository)
    assert commit_all(repository).returncode == 0


def test_hundreds_of_files(repository: Path) -> None:
    for number in range(400):
        path = repository / f"package_{number % 20}" / f"a_module_with_a_rather_long_name_{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HELD if number == 250 else CLEAN)
    done = commit_all(repository)
    assert done.returncode != 0
    assert output(done).count("GIL101") == 1
    assert "name_250.py:9:12" in output(done)


def test_only_staged_content_counts(repository: Path) -> None:
    path = repository / "work.py"
    path.write_text(HELD)
    run("git", "add", "-A", cwd=repository)
    path.write_text(CLEAN)
    done = run("git", "commit", "-m", "flagged content is staged", cwd=repository, check=False)
    assert done.returncode != 0
    assert "GIL101" in output(done)
    assert path.read_text() == CLEAN
    run("git", "add", "-A", cwd=repository)
    path.write_text(HELD)
    assert run("git", "commit", "-m", "clean content is staged", cwd=repository, check=False).returncode == 0
    assert path.read_text() == HELD


def test_arguments_of_the_user_hold(repository: Path) -> None:
    config = repository / ".pre-commit-config.yaml"
    config.write_text(config.read_text() + '        args: ["--ignore", "GIL101"]\n')
    (repository / "held.py").write_text(HELD)
    assert commit_all(repository).returncode == 0


# The hook that mends


def test_a_fix_is_made_and_the_commit_waits_for_it_to_be_staged(mending: Path) -> None:
    path = mending / "gil.py"
    path.write_text(INVERTED)
    done = commit_all(mending)
    assert done.returncode != 0
    assert "files were modified by this hook" in output(done)
    assert "1 fix made in 1 file" in output(done)
    assert path.read_text() == MENDED
    assert commit_all(mending).returncode == 0
    assert run("git", "show", "HEAD:gil.py", cwd=mending).stdout == MENDED


def test_what_has_no_safe_fix_is_left_and_reported(mending: Path) -> None:
    (mending / "gil.py").write_text(INVERTED)
    (mending / "held.py").write_text(HELD)
    assert commit_all(mending).returncode != 0
    assert (mending / "gil.py").read_text() == MENDED
    done = commit_all(mending)
    assert done.returncode != 0
    assert "held.py:9:12: GIL101" in output(done)
    assert (mending / "held.py").read_text() == HELD


def test_only_what_is_staged_is_mended(mending: Path) -> None:
    path, other = mending / "gil.py", mending / "other.py"
    far = "".join(f"\nVALUE_{number} = {number}\n" for number in range(10))
    path.write_text(INVERTED + far)
    run("git", "add", "-A", cwd=mending)
    path.write_text(INVERTED + far + "\nnot_staged = 1\n")
    other.write_text(INVERTED)
    done = run("git", "commit", "-m", "part", cwd=mending, check=False)
    assert done.returncode != 0
    assert other.read_text() == INVERTED
    assert path.read_text() == MENDED + far + "\nnot_staged = 1\n"


def test_a_change_of_the_same_line_that_is_not_staged_is_never_lost(mending: Path) -> None:
    path = mending / "gil.py"
    path.write_text(INVERTED)
    run("git", "add", "-A", cwd=mending)
    mine = INVERTED.replace("pool = ", "chosen = ")
    path.write_text(mine)
    assert run("git", "commit", "-m", "conflict", cwd=mending, check=False).returncode != 0
    assert path.read_text() == mine


def test_both_hooks_in_one_configuration(mending: Path) -> None:
    config = mending / ".pre-commit-config.yaml"
    config.write_text(config.read_text() + "      - id: gillint\n        args: [--exit-zero]\n")
    (mending / "gil.py").write_text(INVERTED)
    assert commit_all(mending).returncode != 0
    assert commit_all(mending).returncode == 0
