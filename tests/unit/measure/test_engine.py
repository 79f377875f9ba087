"""Real runs of small benchmarks: what comes back, and that nothing stays behind. No timing is asserted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from gillint.measure import engine, sampler
from gillint.measure.children import child
from gillint.measure.counter import build_counter
from gillint.measure.engine import count_demands, measure
from gillint.measure.plan import Benchmark, Demands, Failed
from gillint.measure.script import Piece, assemble
from tests.support import heed_interrupts


def benchmark(work: str, setup: str = "", *, coroutine: bool = False) -> Benchmark:
    head = f"{'async ' if coroutine else ''}def gillint_work():"
    pieces = [
        Piece(setup or "pass", 1),
        Piece("def gillint_inputs():\n    return ()"),
        Piece(head),
        Piece(f"    {work}", 7),
    ]
    return assemble(pieces, origin="user.py", work="a run")


def run(work: str, setup: str = "", *, seconds: float = 4.0, coroutine: bool = False):  # type: ignore[no-untyped-def]
    return measure(benchmark(work, setup, coroutine=coroutine), interpreter=sys.executable, threads=2, seconds=seconds)


@pytest.fixture
def no_leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Whatever happens, temporary files and processes are gone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert [p.name for p in tmp_path.iterdir() if p.name != "gillint-probe.lock"] == []
    _wait_until_gone(str(tmp_path))


def _wait_until_gone(text: str) -> None:
    """A killed process is there until its parent has noticed."""
    deadline = time.time() + 10
    while _processes(text) and time.time() < deadline:
        time.sleep(0.05)
    assert _processes(text) == []


def _processes(text: str) -> list[str]:
    """Command lines that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if text in command:
            found.append(command)
    return found


@pytest.mark.usefixtures("no_leftovers")
@pytest.mark.parametrize(
    ("work", "setup", "coroutine"),
    [
        ("sum(i * i for i in range(5000))", "", False),
        ("hashlib.sha256(data)", "import hashlib\ndata = bytes(1 << 20)", False),
        ("await asyncio.sleep(0.002)", "import asyncio", True),
        ("print('noise'); input_is = __import__('sys').stdin.read()", "", False),
    ],
    ids=["python", "native", "coroutine", "noisy"],
)
def test_a_measurement_is_complete(work: str, setup: str, coroutine: bool) -> None:
    found = run(work, setup, coroutine=coroutine)
    assert found.threads == 2
    assert [threads for threads, _ in found.curve] == [1, 2]
    assert found.speedup == found.curve[-1][1]
    assert found.rounds >= 1
    assert found.seconds > 0
    for each in (found.speedup, found.processes, found.positive, found.negative):
        assert 0 < each.low <= each.likely <= each.high
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert found.held is not None or found.held_method
    assert found.stall_ns is not None
    assert found.stall_ns.low >= 0


def counted(work: str, setup: str) -> Demands:
    """The demands of a work, where this interpreter's releases can be counted: not where libpython is linked in."""
    if build_counter() is None:
        pytest.skip("there is no compiler")
    found = count_demands(benchmark(work, setup), interpreter=sys.executable, seconds=0.5)
    if found[1].startswith("this interpreter hides releases"):
        pytest.skip(found[1])
    assert found[1:] == ("counted", found[2])
    assert found[2] is not None
    return found[2]


@pytest.mark.usefixtures("no_leftovers")
def test_counts_are_exact_where_they_can_be_had() -> None:
    setup = "import hashlib\ndata = bytes(1 << 20)\nsmall = b'x' * 100"
    assert counted("[hashlib.sha256(data) for _ in range(7)]; hashlib.sha256(small)", setup).releases == 7
    assert counted("sum(i * i for i in range(5000))", setup).releases == 0


def test_counting_runs_the_work_in_a_thread_as_the_rounds_do() -> None:
    work = "[time.sleep(0.001) for _ in range(1 if threading.current_thread() is threading.main_thread() else 3)]"
    assert counted(work, "import threading, time").releases == 3


@pytest.mark.usefixtures("no_leftovers")
@pytest.mark.parametrize(
    ("work", "seconds", "message", "line"),
    [
        ("1 / 0", 60.0, "ZeroDivisionError", 7),
        # Only in another process, which has a folder of its own below the script's.
        ("import os; 1 / os.path.exists('benchmark.py')", 60.0, "ZeroDivisionError", 7),
        ("import sys; 1 / len(sys.argv[1:])", 60.0, "ZeroDivisionError", 7),  # the code sees no command line of ours
        ("raise SystemExit(3)", 60.0, "SystemExit", 7),
        ("import os; os.abort()", 60.0, "signal 6", None),
        ("while True: pass", 2.0, "did not end within 2 s", None),
        ("import time; time.sleep(60)", 2.0, "did not end within 2 s", None),
    ],
)
def test_failures_say_what_and_where(work: str, seconds: float, message: str, line: int | None) -> None:
    with pytest.raises(Failed, match=message) as caught:
        run(work, seconds=seconds)
    assert caught.value.line == line


@pytest.mark.usefixtures("no_leftovers")
def test_processes_that_the_work_leaves_behind_are_ended() -> None:
    with pytest.raises(Failed, match="did not end"):
        run(
            "subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])",
            "import subprocess, sys",
            seconds=2.0,
        )


@pytest.mark.skipif(not hasattr(os, "fork") or not Path("/proc/self/cmdline").exists(), reason="looks at /proc")
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from tests.unit.measure.test_engine import run\n"
        "run('while True: pass', seconds=60.0)\n"
    )  # fmt: skip
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,  # noqa: PLW1509  (no thread of this process holds a lock here)
    )
    try:
        deadline = time.time() + 30
        while not [c for c in _processes(str(tmp_path)) if "--phase" in c] and time.time() < deadline:
            time.sleep(0.05)
        process.send_signal(2)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    _wait_until_gone(str(tmp_path))
    assert list(tmp_path.glob("gillint-measure-*")) == []


def test_sampling_says_why_it_cannot() -> None:
    if sampler.find_py_spy() is not None:
        pytest.skip("py-spy is installed")
    held, why = sampler.held_fraction(["python"], ".", 1.0, "no compiler")
    assert held is None
    assert "gillint[measure]" in why


def test_one_measurement_at_a_time() -> None:
    order: list[str] = []

    def second() -> None:
        with engine.exclusive():
            order.append("second")

    with engine.exclusive():
        thread = threading.Thread(target=second)
        thread.start()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_an_interrupt_while_a_child_is_started_leaves_nothing(no_leftovers: None, tmp_path: Path) -> None:
    script = tmp_path / "endless.py"
    script.write_text("while True: pass", encoding="utf-8")
    started = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[str]:
        process = started(*arguments, **options)
        signal.raise_signal(signal.SIGINT)
        return process

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(subprocess, "Popen", interrupted)
            with child([sys.executable, str(script)]):
                pytest.fail("the block is not entered")
    finally:
        signal.signal(signal.SIGINT, before)
        script.unlink()
