"""The held fraction seen from outside, where counting cannot be trusted: py-spy looks at instants, so it is unbiased."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from math import sqrt
from pathlib import Path

from gillint.estimate import Interval
from gillint.measure.children import child

_RATE = 200  # looks per second
_LEAST_LOOKS = 100


def find_py_spy() -> str | None:
    """The profiler's executable: beside this interpreter, or on the path."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


def held_fraction(command: list[str], folder: str, seconds: float, why: str) -> tuple[Interval | None, str]:
    """The share of looks in which a thread of the child held the GIL.

    Args:
        command: starts the benchmark.
        folder: where temporary files go.
        seconds: how long it may take.
        why: the reason for not having counted.

    Returns:
        The fraction with its 95% interval (normal approximation of a binomial share), or None; and the method or the reason.
    """
    profiler = find_py_spy()
    if profiler is None:
        return None, f"{why}; gillint[measure] would sample it from outside"
    deadline = time.time() + 0.8 * seconds
    spinning = [*command, "--events", "--phase=spin", f"--deadline={deadline}"]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with child(spinning, cwd=folder, env={**os.environ, "TMPDIR": folder}, **streams) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "spinning" in line:
                break
        else:
            return None, f"{why}; the work did not run for sampling"
        looking = deadline - time.time() - 0.3
        if looking < _LEAST_LOOKS / _RATE:
            return None, f"{why}; no time was left to sample it"
        return _sampled(profiler, process.pid, looking, Path(folder) / "samples.txt", why)


def _sampled(profiler: str, pid: int, seconds: float, out: Path, why: str) -> tuple[Interval | None, str]:
    whole = max(1, round(seconds))
    command = [profiler, "record", "--gil", "--nonblocking", "--format", "raw", "--rate", str(_RATE)]
    command += ["--duration", str(whole), "--pid", str(pid), "--output", str(out)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 20, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"{why}; py-spy failed: {type(error).__name__}"
    text = ""
    with contextlib.suppress(OSError):
        text = out.read_text(encoding="utf-8")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return None, f"{why}; py-spy could not look: {last}"
    held = sum(int(n) for n in re.findall(r" (\d+)$", text, re.MULTILINE))
    looks = whole * _RATE
    share = min(1.0, held / looks)
    spread = 1.96 * sqrt(max(share * (1 - share), 1 / looks) / looks)
    # On a busy machine it misses up to one look in fourteen: the share may be that much higher.
    return Interval(max(0.0, share - spread), share, min(1.0, share * 1.07 + spread)), "sampled by py-spy"
