"""Every block of code in the documentation is run as a reader would run it; tests/documents.py says which are not, and why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import RUN, Block, blocks, is_plain, pages
from tests.support import ROOT, environment, inside

PAGES = {path.relative_to(ROOT).as_posix(): list(blocks(path)) for path in pages()}
SLOW = [name for name, found in PAGES.items() if any(b.slow for b in found)]

# The files that a reader is taken to have.
FILES = {
    "sketch.py": "import json\nfor line in open('big.jsonl'):\n    data = json.loads(line)\n",
    "worker.py": "import zlib\ndef pack(chunks):\n    return [zlib.compress(chunk) for chunk in chunks[:n]]\n",
    "src/app.py": "import time\n\ndef wait(n):\n    for _ in range(n):\n        time.sleep(1)\n",
}


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """The folder of a page: files of a reader, and of the repository what pages speak of."""
    folder = tmp_path / "session"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    program = tmp_path / "bin" / "gillint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gillint "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_marks_are_known_and_give_a_reason(page: str) -> None:
    for block in PAGES[page]:
        place = f"{page}:{block.line}"
        assert block.kind in ("", "not run", "slow", "file", "source", "output", "sketch", "ipython", "tried"), place
        if block.kind in ("not run", "slow", "file", "source", "output", "tried"):
            assert block.about, place
        if block.kind == "output":
            assert block.language == "console", place


def test_no_block_is_missed() -> None:
    for path in pages():
        opened = sum(
            line.strip() in {f"```{language}" for language in RUN}
            for line in path.read_text(encoding="utf-8").splitlines()
        )
        assert opened == sum(b.language in RUN for b in blocks(path)), path


@pytest.mark.parametrize("page", [name for name, found in PAGES.items() if found])
def test_the_blocks_of_a_page_run(page: str, session: Path) -> None:
    cells = []
    for block in PAGES[page]:
        if block.slow or block.kind in ("not run", "output", "tried"):
            continue
        if block.kind == "ipython":
            cells.append(block.body)
        else:
            run(block, session)
    in_ipython(cells, session)


@pytest.mark.integration
@pytest.mark.parametrize("page", SLOW)
def test_the_slow_blocks_of_a_page_run(page: str, session: Path) -> None:
    for block in PAGES[page]:
        if block.kind in ("file", "source") or block.kind == "slow":
            run(block, session)
    if any(b.slow for b in PAGES[page] if b.kind == "ipython"):
        in_ipython([b.body for b in PAGES[page] if b.kind == "ipython"], session)


def run(block: Block, folder: Path) -> None:
    if block.kind in ("file", "source"):
        (folder / Path(block.about).name).write_text(block.body, encoding="utf-8")
    elif block.kind == "sketch":
        done = inside("-", stdin=block.body, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert "threads help" in done.stdout
    elif block.language == "python":
        checked(block, block.body, [sys.executable, "-W", "error", "-c", block.body], folder)
    else:
        assert block.commands, f"{block.page}:{block.line}"
        for command in block.commands:
            words = is_plain(command)
            if words is not None:
                done = inside(*words, cwd=folder)
                assert done.returncode in (0, 1), (block.page, command, done.stderr)
            elif shutil.which("bash") is not None:
                checked(block, command, ["bash", "-euo", "pipefail", "-c", command], folder)


def checked(block: Block, what: str, command: list[str], folder: Path) -> None:
    here = environment()
    here["PATH"] = f"{folder.parent / 'bin'}{os.pathsep}{here['PATH']}"
    done = subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{block.page}:{block.line}: {what}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr


_SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=True).raise_error()
"""


def in_ipython(cells: list[str], folder: Path) -> None:
    if not cells:
        return
    pytest.importorskip("IPython", reason="IPython is not installed: pip install 'gillint[ipython]'")
    here = environment() | {"IPYTHONDIR": str(folder.parent / "ipython")}
    done = subprocess.run(
        [sys.executable, "-c", _SHELL], input=json.dumps(cells), cwd=folder, env=here, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "threads help" in done.stdout
