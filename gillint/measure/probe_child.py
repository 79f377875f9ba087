"""What a child process does with probes: runs statements in a loop of their own, told by one JSON object a line.

The text of this module follows that of the harness in one script, so that any interpreter can run it without gillint.
There is no `from __future__` here, because this text stands in the middle of others.
"""

import ast
import gc
import importlib.metadata
import itertools
import json
import os
import sys
import threading
import time
import types
from collections.abc import Callable
from typing import Any

from gillint.measure.harness import Batch, Counters, _checks, _negative, _positive, _reference_ns, calibrated

EMPTY_TURNS = 20_000


def compile_batch(setup: str, statement: str, module: str) -> Batch:
    """A function of n that runs the statement n times; the set-up has run once, as a module's body (so it pickles).

    The statement stands in the loop itself: a call around it would cost more than many a call of a C function.
    """
    space = types.ModuleType(module)
    sys.modules[module] = space
    exec(compile(setup, f"<setup of {module}>", "exec"), space.__dict__)
    body = ast.parse(statement, "<statement>").body
    stored = {
        node.id
        for part in body
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del))
    }
    shared = sorted(stored & space.__dict__.keys())
    tree = ast.parse(
        "def _gillint_batch(_gillint_n):\n    for _gillint_i in _gillint_repeat(None, _gillint_n):\n        pass"
    )
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef) and isinstance(function.body[0], ast.For)
    function.body[0].body = body or function.body[0].body
    if shared:
        function.body.insert(0, ast.Global(names=shared))
    space.__dict__["_gillint_repeat"] = itertools.repeat
    exec(compile(ast.fix_missing_locations(tree), "<statement>", "exec"), space.__dict__)
    batch: Batch = space.__dict__["_gillint_batch"]
    return batch


def timed(batches: "list[Batch]", calls: int, start_at: float = 0.0) -> "tuple[float, float]":
    """Run each batch on a thread of its own; when the first started and the last ended.

    A single batch, too: glibc gives other threads another arena than the main one, which alone makes calls that
    allocate much faster or slower.
    """
    while time.perf_counter() < start_at - 0.002:
        time.sleep(0.001)
    while time.perf_counter() < start_at:
        pass
    barrier = threading.Barrier(len(batches))
    spans: list[tuple[float, float]] = []
    errors: list[BaseException] = []

    def work(batch: Batch) -> None:
        try:
            barrier.wait()
            started = time.perf_counter()
            batch(calls)
            spans.append((started, time.perf_counter()))
        except BaseException as error:
            errors.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return min(start for start, _ in spans), max(end for _, end in spans)


def times_off_the_core() -> "tuple[int, int]":
    """How often this thread lost its core to others, and how often it gave it up to wait."""
    try:
        import resource
    except ImportError:
        return 0, 1
    used = resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF))
    return used.ru_nivcsw, used.ru_nvcsw


class Child:
    """The commands; every public method is one."""

    def __init__(self) -> None:
        self.counters: Counters | None = None
        self.empty_ns = self.correction_ns = 0.0
        self.batches: dict[str, list[Batch]] = {}

    def check(self) -> "dict[str, Any]":
        """Which releases counting does not see: the preloaded object can be trusted where there are none."""
        try:
            counters = Counters()
        except AttributeError:
            return {"unseen": ["everything"]}
        unseen = []
        for name, call in _checks().items():
            before = counters.read()[0]
            call()
            if counters.read()[0] == before:
                unseen.append(name)
        return {"unseen": unseen}

    def version(self, distribution: str) -> "dict[str, Any]":
        """The version of a distribution in this interpreter, None where it is not there; and the interpreter's own."""
        python = sys.version.split()[0]
        if distribution == "python":
            return {"version": python, "python": python}
        try:
            return {"version": importlib.metadata.version(distribution), "python": python}
        except importlib.metadata.PackageNotFoundError:
            return {"version": None, "python": python}

    def prepare(self, setup: str, statement: str, copies: int = 1, shared: bool = False) -> "dict[str, Any]":
        """Run the set-up, once for each copy unless they share one."""
        self.batches = {}
        gc.unfreeze()
        batches = [compile_batch(setup, statement, f"probe_{i}") for i in range(1 if shared else copies)]
        self.batches = {
            "statement": batches * copies if shared else batches,
            "positive": [_positive] * copies,
            "negative": [_negative] * copies,
        }
        gc.collect()
        gc.freeze()  # the collector shall not walk the set-up's data over and over
        return {}

    def calibrate(self, what: str, seconds: float) -> "dict[str, Any]":
        """How many calls take the given time (at least one)."""

        def took(calls: int) -> float:
            start, end = timed(self.batches[what][:1], calls)
            return end - start

        return {"calls": calibrated(took, seconds)}

    def run(self, what: str, calls: int, threads: int = 1, start_at: float = 0.0) -> "dict[str, Any]":
        """Run that many calls on each of the threads."""
        start, end = timed(self.batches[what][:threads], calls, start_at)
        return {"start": start, "end": end}

    def demand(self, calls: int, rounds: int) -> "dict[str, Any]":
        """The service demands of one call, less the empty loop, as often as there are rounds."""
        samples: list[dict[str, Any]] = []

        def count(_: int) -> None:
            if self.counters is None:
                self.counters = Counters()
                self.empty_ns = _empty_ns()
                self.correction_ns = sum(map(abs, self.counters.overhead()[:2]))
            batch = self.batches["statement"][0]
            for _ in range(rounds):
                lost, waits = times_off_the_core()
                sample = self.counters.demand(batch, calls)
                lost, waits = times_off_the_core()[0] - lost, times_off_the_core()[1] - waits
                if lost and waits < 0.1 * calls:  # it hardly ever waited: what it was off the core for were others
                    sample["wait"] = sample["blocked"] = 0.0
                sample["lost"] = lost
                sample["correction"] = sample["releases"] * self.correction_ns
                sample["gil"] = max(0.0, sample["gil"] - self.empty_ns)
                samples.append({**sample, "reference": _reference_ns()})

        timed([count], 1)
        return {"samples": samples}


def _empty_ns() -> float:
    """One turn of the empty loop, in ns of CPU time: the least of several."""
    empty = compile_batch("", "pass", "probe_empty")
    times = []
    for _ in range(5):
        start = time.thread_time_ns()
        empty(EMPTY_TURNS)
        times.append(time.thread_time_ns() - start)
    return min(times) / EMPTY_TURNS


def child_main() -> None:
    """Obey the commands on standard input; each is answered by one line."""
    os.environ.pop("LD_PRELOAD", None)  # not for the processes that a probe starts
    if os.environ.pop("GILLINT_ONE_CORE", None) and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # libraries start as many threads as there are cores
    orders, replies = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)  # what a probe prints goes nowhere
    child = Child()
    for line in orders:
        command = json.loads(line)
        method: Callable[..., dict[str, Any]] = getattr(child, command.pop("do"))
        try:
            reply = method(**command)
        except BaseException as error:
            reply = {"error": type(error).__name__, "message": str(error)[:500]}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()
    os._exit(0)  # threads of a probe may never end
