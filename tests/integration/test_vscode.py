"""The extension for VS Code: built from npm, run with the real language client and the real server, and packaged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm here"),
]
pytest.importorskip("pygls")


def run(*command: str, cwd: Path, **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "GILLINT"))}
    done = subprocess.run(
        command, cwd=cwd, env=env | environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the extension with what npm installs for it."""
    folder = tmp_path_factory.mktemp("vscode")
    shutil.copytree(
        ROOT / "editors" / "vscode",
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("node_modules", "out", "*.vsix"),
    )
    try:
        run("npm", "install", "--no-progress", cwd=folder)
    except AssertionError as error:
        if any(sign in str(error) for sign in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT")):
            pytest.skip("npm reaches no registry")
        raise
    assert not (folder / "package-lock.json").exists()
    yield folder


def test_activation_and_a_round_trip(extension: Path, tmp_path: Path) -> None:
    program = tmp_path / "gillint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gillint "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    shown = run("npm", "test", cwd=extension, GILLINT=str(program), PYTHONPATH=str(ROOT))
    assert "# fail 0" in shown and "# pass 3" in shown


def test_the_package_carries_what_runs_and_no_more(extension: Path) -> None:
    run("npm", "run", "package", cwd=extension)
    (package,) = extension.glob("*.vsix")
    names = zipfile.ZipFile(package).namelist()
    for name in (
        "package.json",
        "readme.md",
        "LICENSE.txt",
        "out/extension.js",
        "node_modules/vscode-languageclient/node.js",
    ):
        assert f"extension/{name}" in names
    own = [n for n in names if n.startswith("extension/") and not n.startswith("extension/node_modules/")]
    assert not any(part in n for n in own for part in ("/src/", "/test/", "tsconfig", ".npmrc"))
    assert not any(n.startswith("extension/node_modules/typescript") for n in names)
