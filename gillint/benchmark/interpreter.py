"""The Python that runs a benchmark: the one in which the user's code runs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gillint.errors import UsageError


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An executable, its version as `--python` takes it, and whether its build can do without a GIL."""

    path: str
    version: str
    free_threaded: bool
    found: str


_ASK = "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))"


def find_interpreter(given: Path | None, start: Path) -> Interpreter:
    """The named one, else the active environment's, else a `.venv` near the file, else the one that runs gillint.

    Args:
        given: what the user named.
        start: the file under test.

    Raises:
        UsageError: the named one does not run, or is too old.
    """
    path, found = _find(given, start)
    try:
        done = subprocess.run([path, "-I", "-c", _ASK], capture_output=True, text=True, timeout=60, check=False)
        version, flag = done.stdout.split()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UsageError(f"--interpreter: {path} is no Python that runs ({found})") from error
    if tuple(map(int, version.split("."))) < (3, 10):
        raise UsageError(f"--interpreter: {path} is Python {version}; benchmarks need 3.10 or later")
    return Interpreter(path, version, flag == "1", found)


def _find(given: Path | None, start: Path) -> tuple[str, str]:
    if given is not None:
        return str(given), "--interpreter"
    active = os.environ.get("VIRTUAL_ENV")
    folders = [(Path(active), "VIRTUAL_ENV")] if active else []
    folders += [(parent / ".venv", str(parent / ".venv")) for parent in start.resolve().parents]
    for folder, found in folders:
        for name in ("bin/python", "Scripts/python.exe"):
            if (folder / name).exists():
                return str(folder / name), found
    return sys.executable, "the Python that runs gillint"
