"""Running a benchmark in child processes under a time limit, and reading what they say."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from gillint.estimate import Interval
from gillint.measure import sampler
from gillint.measure.children import child, kill_group
from gillint.measure.counter import build_counter
from gillint.measure.harness import NothingToDo
from gillint.measure.plan import Benchmark, Demands, Failed, Measurement
from gillint.measure.statistics import interval, speedup

# How the time is spent: rounds, then the heartbeat, then counting; each ends at this share of the whole.
_SHARES = {"rounds": 0.68, "heartbeat": 0.8, "count": 0.95}
_LEAST_ROUNDS = 3

Advance = Callable[[str, float], None]


@dataclass(slots=True)
class _Events:
    """What a child has said so far."""

    items: list[dict[str, Any]] = field(default_factory=list)
    killed: bool = False
    error_text: str = ""

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.items if event["event"] == name]


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """One measurement at a time on this machine; waits for the others."""
    path = Path(tempfile.gettempdir()) / "gillint-probe.lock"
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except (ImportError, OSError):  # no fcntl on this system, or somebody else's lock: nobody is waited for
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let a request to end clean up first, as an interrupt does."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def measure(
    benchmark: Benchmark,
    *,
    interpreter: str,
    threads: int,
    seconds: float,
    advance: Advance = lambda _phase, _share: None,
) -> Measurement:
    """Run a benchmark.

    Args:
        benchmark: the script.
        interpreter: the Python that runs it.
        threads: T.
        seconds: when all of it must be over.
        advance: is told the phase and the share of the time that is gone.

    Raises:
        Failed: the code raised, crashed, or did not finish a run in time.
    """
    with _written(benchmark) as script:
        folder, start = str(script.parent), time.time()

        def run(phase: str, preload: Path | None = None) -> _Events:
            deadline = start + _SHARES[phase] * seconds
            advance(phase, (time.time() - start) / seconds)
            command = [interpreter, str(script), "--events", f"--threads={threads}", f"--phase={phase}"]
            # A run in progress at the deadline may end; what takes longer than all the time there is, is ended.
            return _run([*command, f"--deadline={deadline}"], folder, start + seconds - time.time(), preload)

        rounds = run("rounds")
        _raise_errors(rounds, benchmark, seconds)
        beats = run("heartbeat")
        counter = build_counter()
        counted = run("count", counter) if counter is not None else _Events()
        held, method, demands = _held(counted, counter is not None)
        if held is None and not counted.named("demand"):
            advance("sampling", (time.time() - start) / seconds)
            left = max(2.0, start + seconds - time.time())
            held, method = sampler.held_fraction([interpreter, str(script)], folder, left, method)
        advance("done", 1.0)
        return _measurement(threads, rounds, beats, held, method, demands)


def count_demands(
    benchmark: Benchmark, *, interpreter: str, seconds: float
) -> tuple[Interval | None, str, Demands | None]:
    """Only count: the held fraction, how it was found or why not, and the demands. Other programs hardly disturb that.

    Args:
        benchmark: the script.
        interpreter: the Python that runs it.
        seconds: for how long.
    """
    counter = build_counter()
    if counter is None:
        return _held(_Events(), tried=False)
    with _written(benchmark) as script:
        command = [interpreter, str(script), "--events", "--phase=count", f"--seconds={seconds}"]
        return _held(_run(command, str(script.parent), 10 * seconds, counter), tried=True)


@contextlib.contextmanager
def _written(benchmark: Benchmark) -> Iterator[Path]:
    """The script in a temporary folder of its own, while no other measurement runs here."""
    temporary = tempfile.TemporaryDirectory(prefix="gillint-measure-", ignore_cleanup_errors=True)
    with _terminable(), exclusive(), temporary as folder:
        script = Path(folder) / "benchmark.py"
        script.write_text(benchmark.script, encoding="utf-8")
        yield script


def _run(command: list[str], folder: str, limit: float, preload: Path | None) -> _Events:
    """Run a child in a group of its own, which is killed in the end whatever happens."""
    events = _Events()
    environment = {**os.environ, "TMPDIR": folder, "TEMP": folder, "TMP": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    if preload is not None:
        environment["LD_PRELOAD"] = str(preload)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace", dir=folder) as complaints:
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": complaints}
        with child(command, cwd=folder, env=environment, **streams) as process:
            watchdog = threading.Timer(max(0.5, limit), _expire, (process, events))
            watchdog.daemon = True
            watchdog.start()
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    with contextlib.suppress(ValueError):
                        events.items.append(json.loads(line))
            finally:
                watchdog.cancel()
        complaints.seek(0)
        events.error_text = complaints.read()[-2000:]
    if process.returncode not in (0, 1, -signal.SIGKILL) and not events.killed:
        events.items.append({"event": "crashed", "code": process.returncode})
    return events


def _expire(process: subprocess.Popen[str], events: _Events) -> None:
    events.killed = True
    kill_group(process)


def _raise_errors(events: _Events, benchmark: Benchmark, seconds: float) -> None:
    """Say what went wrong, in terms of the user's file."""
    for error in events.named("error"):
        line = None
        for filename, number in error["frames"]:
            if filename.endswith("benchmark.py"):
                line = benchmark.original_line(number) or line
            elif Path(filename).resolve() == Path(benchmark.origin).resolve():
                line = number
        if error["type"] == NothingToDo.__name__:
            raise Failed(f"{error['message']}, so there is nothing to measure: --setup can make it", line)
        message = f": {error['message']}" if error["message"] else ""
        raise Failed(f"the code raised {error['type']}{message}", line)
    for crash in events.named("crashed"):
        code = crash["code"]
        raise Failed(f"the process {f'was ended by signal {-code}' if code < 0 else f'ended with status {code}'}")
    if len(events.named("round")) >= _LEAST_ROUNDS:
        return
    if events.killed:
        what = "one run of the work" if not events.named("calibrated") else f"{_LEAST_ROUNDS} rounds"
        if not events.named("prepared"):
            what = "importing and making the inputs"
        raise Failed(f"{what} did not end within {seconds:g} s", was_late=True)
    if not events.named("started"):
        last = events.error_text.strip().splitlines()[-1:] or ["it said nothing"]
        line = _syntax_line(events.error_text, benchmark)
        raise Failed(f"the benchmark did not start: {last[0]}", line)


def _syntax_line(text: str, benchmark: Benchmark) -> int | None:
    import re

    found = re.findall(r'benchmark\.py", line (\d+)', text)
    return benchmark.original_line(int(found[-1])) if found else None


def _held(counted: _Events, tried: bool) -> tuple[Interval | None, str, Demands | None]:
    """The held fraction from counting, or why there is none."""
    if not tried:
        return None, "no C compiler for the counting object", None
    unseen = counted.named("uncounted")
    if unseen:
        return None, f"this interpreter hides releases from counting ({', '.join(unseen[0]['unseen'])})", None
    samples = counted.named("demand")
    if not samples:
        return None, "the work did not end while it was counted", None

    def middle(key: str) -> float:
        return float(median(s[key] for s in samples))

    # Waits: the least, as a busy machine only ever adds to them, but for runs that lost their core: what was to be waited for
    # may have come meanwhile. Time off the core with the GIL held is blocking only where
    # no other program took the core meanwhile.
    undisturbed = [s for s in samples if not s["lost"]]
    blocked, waited = (
        min((s["blocked"] for s in undisturbed), default=0.0),
        min(s["wait"] for s in undisturbed or samples),
    )
    computing = middle("gil") + middle("native")
    blocked = blocked if blocked > 0.1 * computing else 0.0
    waited = waited if waited > 0.02 * computing else 0.0
    other = middle("other")
    other = other if other > 0.05 * computing else 0.0
    gil, native = middle("gil") + blocked, middle("native")
    demands = Demands(gil, native, waited, middle("releases"), middle("faults"), other, middle("reference"))
    # Of a wait during which other threads of the process computed, nobody can say here what it was.
    if other > 0.2 * (computing + waited):
        return None, "other threads of the process did much of the work", demands
    shares = []
    for s in samples:
        whole = s["gil"] + blocked + s["native"] + waited
        shares.append((s["gil"] + blocked) / whole if whole else 1.0)
    return interval(shares), "counted", demands


def _measurement(
    threads: int, rounds: _Events, beats: _Events, held: Interval | None, method: str, demands: Demands | None
) -> Measurement:
    seconds = [event["seconds"] for event in rounds.named("round")]
    about = rounds.named("calibrated")[0]
    shared = bool(about["shared"])

    def column(name: str) -> list[float]:
        return [s[name] for s in seconds]

    def ratio(many: str, one: str, copies: int) -> Interval:
        return speedup(column(one), column(many), 1 if shared and one == "one" else copies)

    points = [int(name.split(":")[1]) for name in seconds[0] if name.startswith("threads:")]
    curve = tuple((t, ratio(f"threads:{t}", "one", t)) for t in points)
    started, ended = rounds.named("started")[0], rounds.named("ended")
    runs = about["calls"] * (threads if shared else 1)
    return Measurement(
        threads=threads,
        speedup=curve[-1][1] if curve else Interval(1.0, 1.0, 1.0),
        curve=((1, Interval(1.0, 1.0, 1.0)), *curve),
        processes=ratio("processes", "one", threads),
        positive=ratio("positive", "positive:1", threads),
        negative=ratio("negative", "negative:1", threads),
        seconds=median(column("one")) / runs,
        rounds=len(seconds),
        held=held,
        held_method=method,
        demands=demands,
        stall_ns=_stall(beats),
        has_gil=(started["gil"], ended[0]["gil"] if ended else started["gil"]),
        cores=started["cores"],
        python=started["python"],
    )


def _stall(beats: _Events) -> Interval | None:
    """The longest gap of each run, less what the heartbeat itself shows while nothing runs."""
    found = beats.named("heartbeat")
    if not found or not found[0]["busy"]:
        return None
    own = median(found[0]["idle"])
    gaps = [max(0.0, gap - own) * 1e9 for gap in found[0]["busy"]]
    return Interval(min(gaps), median(gaps), max(gaps))
