"""Which tasks are waited for before more is handed over, and what is handed over that is no work at all."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.resolve.trace import Kind

HEAD = """\
import asyncio, hashlib, threading, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

block = bytes(8_000_000)

def work(n):
    return hashlib.sha256(block).hexdigest()

def other():
    return work(1)

names = range(20)
"""

# The turn of a loop, and whether each task is waited for before the next one.
TURNS: dict[str, tuple[str, bool]] = {
    "joined": ("t = threading.Thread(target=work, args=(n,))\nt.start()\nt.join()", True),
    "result": ("print(pool.submit(work, n).result())", True),
    "kept": ("done = pool.submit(work, n)\nout.append(done.result())", True),
    "applied": ("crew.apply(work, (n,))", True),
    "got": ("crew.apply_async(work, (n,)).get()", True),
    "tried": ("try:\n    pool.submit(work, n).result()\nexcept ValueError:\n    pass", True),
    "processes": ("ProcessPoolExecutor().submit(work, n).result()", True),
    "run": ("t = threading.Thread(target=work, args=(n,))\nt.run()", True),
    "collected": ("out.append(pool.submit(work, n))", False),
    "limited": ("print(pool.submit(work, n).result(timeout=3))", False),
    "beside": ("f = pool.submit(work, n)\nother()\nf.result()", False),
    "asleep": ("f = pool.submit(work, n)\ntime.sleep(1)\nf.result()", False),
    "told": ("f = pool.submit(work, n)\nprint('started')\nf.result()", True),
    "two": ("a, b = pool.submit(work, n), pool.submit(work, -n)\na.result()\nb.result()", False),
    "another": ("f = pool.submit(work, n)\nfirst.result()", False),
    "batch": ("fs = [pool.submit(work, k) for k in range(4)]\nfor f in fs:\n    f.result()", False),
    "pooled": ("crew.map(work, [n, n + 1])", False),
    "several": ("crew.map_async(work, [n, n + 1]).get()", False),
    "its own pool": ("with ThreadPoolExecutor(4) as own:\n    own.submit(work, n)", True),
    "its own pool of several": ("with ThreadPoolExecutor(4) as own:\n    own.map(work, [n, n + 1])", False),
    "its own pool of two": (
        "with ThreadPoolExecutor(4) as own:\n    own.submit(work, n)\n    own.submit(work, -n)",
        False,
    ),
}


def program(turn: str) -> str:
    body = "".join(f"        {line}\n" for line in turn.splitlines())
    head = "    out = []\n    pool, crew = ThreadPoolExecutor(4), ThreadPool(4)\n    first = pool.submit(other)\n"
    return f"{HEAD}\ndef main():\n{head}    for n in names:\n{body}\nmain()\n"


@pytest.mark.parametrize(("turn", "waits"), TURNS.values(), ids=TURNS)
def test_tasks_that_are_waited_for_one_by_one(turn: str, waits: bool) -> None:
    report = analyse(program(turn), "sketch.py", Options(cores=2, threads=2))
    tasks = [a for a in report.regions if a.region.kind is Kind.SUBMISSION and a.region.depth > 0]
    assert tasks and all(a.region.in_turn == waits for a in tasks)
    assert all(("nothing runs beside it" in a.explanation) == waits for a in tasks)


def test_what_is_awaited_in_turn_is_told_but_no_finding() -> None:
    loop = "for n in names:\n        print(await asyncio.to_thread(work, n))"
    source = f"{HEAD}\nasync def main():\n    {loop}\nasyncio.run(main())\n"
    report = analyse(source, "sketch.py", Options())
    task = next(a for a in report.regions if a.region.kind is Kind.SUBMISSION)
    assert task.region.in_turn and "awaits each task" in task.explanation
    assert "GIL108" not in {d.code for d in report.diagnostics}


def test_a_thread_that_is_waited_for_at_once_adds_nothing() -> None:
    source = f"{HEAD}\ndef run(n):\n    t = threading.Thread(target=work, args=(n,))\n    t.start()\n    t.join()\n\nrun(1)\n"
    report = analyse(source, "sketch.py", Options())
    task = next(a for a in report.regions if a.region.kind is Kind.SUBMISSION)
    assert "nothing runs beside it" in task.explanation and "a plain call" in task.advice[0].why
    assert "GIL108" not in {d.code for d in report.diagnostics}


def test_a_pool_of_one_worker_runs_one_task_at_a_time() -> None:
    source = f"{HEAD}\nwith ThreadPoolExecutor(1) as pool:\n    list(pool.map(work, names))\n"
    task = next(a for a in analyse(source, "sketch.py", Options()).regions if a.region.kind is Kind.SUBMISSION)
    assert "one worker" in task.explanation and "more workers" in task.advice[0].why


@pytest.mark.parametrize("given", ["work(n)", "len(names)", "print(n)"])
def test_the_result_of_a_call_is_no_work(given: str) -> None:
    source = f"{HEAD}\nfor n in names:\n    threading.Thread(target={given}).start()\n"
    report = analyse(source, "sketch.py", Options())
    assert not [a for a in report.regions if a.region.kind is Kind.SUBMISSION]
    assert [d.code for d in report.diagnostics if d.code == "GIL107"] == ["GIL107"]
