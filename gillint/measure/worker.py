"""A child process that measures what it is told to, one command after the other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, final

from gillint.measure.children import child, kill_group

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "RAYON")}


class ProbeError(Exception):
    """A probe that could not be measured, and why; `missing` where what it imports is not installed."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


def child_text() -> str:
    """The script of the child: the harness, and what obeys commands."""
    folder = Path(__file__).parent
    harness, child = ((folder / name).read_text(encoding="utf-8") for name in ("harness.py", "probe_child.py"))
    child = re.sub(r"^from gillint\.measure\.harness import .*\n", "", child, flags=re.MULTILINE)
    return f'{harness}\n\n{child}\n\nif __name__ == "__main__":\n    child_main()\n'


@final
class Worker:
    """The child, driven by commands. It is ended when the context is left, or when a command takes too long.

    Args:
        interpreter: the Python that runs it.
        preload: the object that counts releases, where they are to be counted.
        one_library_thread: hold BLAS, OpenMP, polars and what counts the cores (DuckDB, Arrow) to one thread.
        timeout: seconds for one command.
    """

    def __init__(
        self,
        interpreter: str = sys.executable,
        preload: Path | None = None,
        one_library_thread: bool = False,
        timeout: float = 60.0,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gillint-probe-", ignore_cleanup_errors=True)
        Path(self._folder.name).chmod(0o711)  # a probe that runs as root starts its servers as somebody else
        script = Path(self._folder.name) / "child.py"
        script.write_text(child_text(), encoding="utf-8")
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": self._folder.name}
        if preload is not None:
            environment["LD_PRELOAD"] = str(preload)
        if one_library_thread:
            environment.update(ONE_THREAD, POLARS_MAX_THREADS="1", TOKENIZERS_PARALLELISM="false", GILLINT_ONE_CORE="1")
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._life = child([interpreter, str(script)], cwd=self._folder.name, env=environment, **streams)
        self._process = self._life.__enter__()
        self._timeout = timeout
        self._timed_out = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, and all that it has started."""
        self._life.__exit__(None, None, None)
        self._folder.cleanup()

    @property
    def alive(self) -> bool:
        """Whether it can take another command."""
        return self._process.poll() is None

    def _expire(self) -> None:
        self._timed_out = True
        kill_group(self._process)

    def _ended(self) -> ProbeError:
        self._process.wait()
        return ProbeError(f"did not end within {self._timeout:g} s" if self._timed_out else "the process ended early")

    def start(self, do: str, **arguments: Any) -> None:
        """Send a command, whose answer is to be received later."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None

    def receive(self) -> dict[str, Any]:
        """The answer to the last command.

        Raises:
            ProbeError: the probe raised, or the process has ended or been ended.
        """
        assert self._process.stdout is not None
        watchdog = threading.Timer(self._timeout, self._expire)
        watchdog.daemon = True
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise self._ended()
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            missing = reply["error"] in ("ModuleNotFoundError", "ImportError")
            raise ProbeError(f"{reply['error']}: {reply['message']}", missing=missing)
        return reply

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Send a command, and its answer."""
        self.start(do, **arguments)
        return self.receive()

    def seconds(self, what: str, calls: int, threads: int = 1) -> float:
        """How long that many calls take on each of the threads, side by side."""
        reply = self.ask("run", what=what, calls=calls, threads=threads)
        return float(reply["end"] - reply["start"])


def seconds_on_processes(workers: list[Worker], calls: int) -> float:
    """How long that many calls take in each of the processes, side by side."""
    start_at = time.perf_counter() + 0.004
    for worker in workers:
        worker.start("run", what="statement", calls=calls, start_at=start_at)
    replies = [worker.receive() for worker in workers]
    return float(max(reply["end"] for reply in replies) - min(reply["start"] for reply in replies))
