"""Child processes that are gone in the end, whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def child(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own, which is killed at the end of the block, with all that it has started.

    Args:
        command: what is run.
        options: as for `subprocess.Popen`.
    """
    process: subprocess.Popen[str] | None = None
    try:
        with _signals_held_back():  # between the start of a process and the name for it nobody could end it
            process = subprocess.Popen(command, text=True, start_new_session=True, **options)
        yield process
    finally:
        if process is not None:
            _end(process)


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a child and everything that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _end(process: subprocess.Popen[str]) -> None:
    kill_group(process)
    process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """What asks this process to end within the block is delivered behind it."""
    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():  # signals are handled there, and nowhere else
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    came: list[int] = []
    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, lambda caught, _: came.append(caught))
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)
        for caught in came[:1]:
            signal.raise_signal(caught)
