"""How a benchmark is run: threads, processes, controls, a heartbeat. The text of this module ends every benchmark.

It needs the standard library alone. The benchmark hands two functions to `main`:

    inputs()      makes the inputs of one copy of the work, a tuple; called in the thread that will use them
    work(*...)    one run of the work; a coroutine function where the work is a coroutine

Run as a script a benchmark prints a table; with `--events` it prints one JSON object a line as it goes on, for gillint.
There is no `from __future__` here, because this text stands in the middle of others.
"""

import argparse
import asyncio
import contextlib
import ctypes
import gc
import hashlib
import inspect
import itertools
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BATCH_SECONDS = 0.06  # a timed batch lasts at least this long, or one run of the work
CONTROL_SECONDS = 0.05
SETTLE_SECONDS = 0.004  # from telling processes when to start to that moment
HEARTBEAT_SECONDS = 0.0005
MOST_ROUNDS = 60

Batch = Callable[[int], None]


def held_loop(n: int = 1000) -> int:
    """Bytecode: the negative control, and the loop whose time per iteration says how fast the machine is."""
    total = 0
    for i in range(n):
        total += i * i
    return total


def _negative(n: int) -> None:
    for _ in range(n):
        held_loop()


def _positive(n: int, data: bytes = bytes(1 << 20)) -> None:
    for _ in range(n):
        hashlib.sha256(data)


def batch_of(work: Callable[..., Any], inputs: Callable[[], tuple[Any, ...]]) -> Batch:
    """A function of n that runs the work n times: one after the other, or all at once where it is a coroutine."""
    arguments = inputs()
    if getattr(work, "makes_batches", False):  # it has a loop of its own
        batch: Batch = work(*arguments)
        return batch
    if not inspect.iscoroutinefunction(work):

        def run(n: int) -> None:
            for _ in range(n):
                work(*arguments)

        return run

    async def gather(n: int) -> None:
        await asyncio.gather(*(work(*arguments) for _ in range(n)))

    return lambda n: asyncio.run(gather(n))


class NothingToDo(Exception):
    """What the measured loop goes through is empty: a folder without files, a table without rows."""


class Limit:
    """How many iterations of the measured loop one run executes, at most: all of them where it is None."""

    value: "int | None" = None
    reached = False
    _begun = False
    _rest: "Iterator[Any] | None" = None

    @classmethod
    def first(cls, iterable: Any, is_all: bool = False) -> Any:
        """The first so many items of an iterable: what the loop under test goes through; `is_all`: it is all that is tested."""
        if is_all and not cls._begun:
            iterable, cls._begun = cls._with_items(iterable), True
        if cls.value is None:
            return iterable
        if isinstance(iterable, (range, list, tuple)):
            cls.reached, cls._rest = len(iterable) > cls.value, None
            return iterable[: cls.value]
        cls._rest = iter(iterable)
        return itertools.islice(cls._rest, cls.value)

    @staticmethod
    def _with_items(iterable: Any) -> Any:
        if not hasattr(iterable, "__iter__"):
            return iterable  # an asynchronous one
        items = iter(iterable)
        for item in items:
            return itertools.chain((item,), items) if items is iterable else iterable
        raise NothingToDo("what the loop goes through is empty here")

    @classmethod
    def was_reached(cls) -> bool:
        """Whether the loop of the last run was cut short."""
        if cls._rest is not None:
            cls.reached, cls._rest = next(cls._rest, cls) is not cls, None
        return cls.reached


class Team:
    """Threads that live as long as the benchmark: each makes its own batch, and runs it when told."""

    def __init__(self, size: int, make: Callable[[], Batch]) -> None:
        self._orders: list[queue.SimpleQueue[tuple[int, Any] | None]] = []
        self._answers: queue.SimpleQueue[tuple[float, float] | BaseException] = queue.SimpleQueue()
        for _ in range(size):
            orders: queue.SimpleQueue[tuple[int, Any] | None] = queue.SimpleQueue()
            threading.Thread(target=self._serve, args=(make, orders), daemon=True).start()
            self._orders.append(orders)
            self._collect(1)  # one after the other: two imports at once may wait for each other

    def _serve(self, make: Callable[[], Batch], orders: queue.SimpleQueue[tuple[int, Any] | None]) -> None:
        try:
            batch = make()
            self._answers.put((0.0, 0.0))
        except BaseException as error:
            self._answers.put(error)
            return
        while (order := orders.get()) is not None:
            n, barrier = order
            barrier.wait()
            try:
                start = time.perf_counter()
                batch(n)
                self._answers.put((start, time.perf_counter()))
            except BaseException as error:
                self._answers.put(error)

    def _collect(self, count: int) -> list[tuple[float, float]]:
        answers = []
        for _ in range(count):
            answer = self._answers.get()
            if isinstance(answer, BaseException):
                raise answer
            answers.append(answer)
        return answers

    def seconds(self, n: int, threads: int = 1) -> float:
        """From the first start to the last end of n runs on each of the threads."""
        barrier = threading.Barrier(threads)
        for orders in self._orders[:threads]:
            orders.put((n, barrier))
        spans = self._collect(threads)
        return max(end for _, end in spans) - min(start for start, _ in spans)

    def close(self) -> None:
        """Let the threads end."""
        for orders in self._orders:
            orders.put(None)


def calibrated(seconds: Callable[[int], float], least: float) -> int:
    """How many runs take at least that many seconds."""
    n = 1
    while True:
        took = max(seconds(n), 1e-7)
        if took >= least / 2:
            return max(1, round(n * least / took))
        n = max(n + 1, min(n * 10, int(n * least / took)))


def limited(seconds: Callable[[], float], least: float) -> float:
    """Shorten the loop under test so that a run takes that long and the loop is most of it; the seconds of a run.

    What comes before the loop counts in every run, so the loop must last several times as long: two lengths of the loop tell
    what that is.
    """
    Limit.value = 1
    try:
        seconds()  # what only the first run pays for
        one = took = seconds()
        before, loop = one, 0.0
        while Limit.was_reached() and loop < max(least, 4 * before):
            grown = Limit.value * min(10.0, 1.2 * max(least, 4 * before) / loop) if loop else 0
            Limit.value = max(Limit.value * 2, round(grown))
            took = seconds()
            each = (took - one) / (Limit.value - 1)
            before = min(max(0.0, one - each), took)
            loop = took - before
            if each >= max(least, 4 * before):
                Limit.value = 1
                return one
        if Limit.was_reached():
            return took
    except Exception:
        pass  # code that cannot do with part of its data: all of it, then
    Limit.value = None
    return seconds()


class Process:
    """Another process with a copy of the work: what the hardware allows where no GIL is shared."""

    def __init__(self, folder: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(sys.argv[0]).resolve()), "--worker"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ready(self) -> None:
        """Wait until it has made its inputs."""
        self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line or line.startswith("{"):
            early: Event = {"type": "RuntimeError", "message": "a process that runs the work ended early"}
            raise InProcess(json.loads(line) if line else early)
        return line

    def start(self, n: int, at: float) -> None:
        """Let it run the work n times, from that time of `perf_counter` on."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{n} {at} {Limit.value or 0}\n")
        self._process.stdin.flush()

    def span(self) -> tuple[float, float]:
        """When it started and ended."""
        start, end = self._line().split()
        return float(start), float(end)

    def close(self) -> None:
        """End it: without orders it ends what it has started, and itself."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait(timeout=0.5)
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()


Event = dict[str, Any]


class InProcess(Exception):
    """An exception in another process: its type, message and frames."""

    def __init__(self, about: Event) -> None:
        super().__init__(f"{about['type']}: {about['message']}")
        self.about = about


def _about(error: BaseException) -> Event:
    """An exception as an event tells it."""
    if isinstance(error, InProcess):
        return error.about
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    return {"type": type(error).__name__, "message": str(error), "frames": frames}


def serve_as_worker(make: Callable[[], Batch]) -> None:
    """What `Process` talks to."""
    orders, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    quieten()
    try:
        team = Team(1, make)
        print("ready", file=answers, flush=True)
        for line in orders:
            n, at, limit = line.split()
            Limit.value = int(limit) or None
            while (left := float(at) - time.perf_counter()) > 0:
                if left > 0.002:
                    time.sleep(0.001)
            start = time.perf_counter()
            team.seconds(int(n))
            print(start, time.perf_counter(), file=answers, flush=True)
    except Exception as error:
        print(json.dumps(_about(error)), file=answers, flush=True)
    leave()  # threads of the work may never end


def leave(status: int = 0) -> None:
    """End this process, and those that the code under test has started and would end after its run."""
    for value in list(globals().values()):
        if isinstance(value, subprocess.Popen):
            value.kill()
    os._exit(status)


def seconds_on_processes(processes: list[Process], n: int) -> float:
    """From the first start to the last end of n runs in each of the processes."""
    at = time.perf_counter() + SETTLE_SECONDS
    for process in processes:
        process.start(n, at)
    spans = [process.span() for process in processes]
    return max(end for _, end in spans) - min(start for start, _ in spans)


def quieten() -> None:
    """What the work prints goes nowhere, and it has no input."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null, descriptor)


def rounds(
    make: Callable[[], Batch], threads: int, curve: tuple[int, ...], until: float, coroutine: bool, apart: bool
) -> Iterator[Event]:
    """Rounds in which one thread, several, and processes take turns with the controls, as many as time allows.

    `apart`: each process has a folder of its own in the current one, so that no two write the same files.
    """
    processes = [Process(tempfile.mkdtemp(dir=".") if apart else ".") for _ in range(threads)]
    try:
        team = Team(threads, make)
        # Threads of their own: those that only ever take turns end up on one core, and would take the next control there.
        releasing, holding = Team(threads, lambda: _positive), Team(threads, lambda: _negative)
        yield {"event": "prepared"}
        first = limited(lambda: team.seconds(1), BATCH_SECONDS)
        n = 1 if first >= BATCH_SECONDS else calibrated(team.seconds, BATCH_SECONDS)
        positive = calibrated(releasing.seconds, CONTROL_SECONDS)
        negative = calibrated(holding.seconds, CONTROL_SECONDS)
        for process in processes:
            process.ready()
        seconds_on_processes(processes, 1)
        gc.collect()
        gc.freeze()  # the collector shall not walk the inputs over and over
        # A coroutine's baseline is the code as written: all copies on one loop.
        whole = n * threads if coroutine else n
        todo: list[tuple[str, Callable[[], float]]] = [
            ("one", lambda: team.seconds(whole)),
            *((f"threads:{t}", lambda t=t: team.seconds(n, t)) for t in curve),
            ("processes", lambda: seconds_on_processes(processes, n)),
            ("positive:1", lambda: releasing.seconds(positive)),
            ("positive", lambda: releasing.seconds(positive, threads)),
            ("negative:1", lambda: holding.seconds(negative)),
            ("negative", lambda: holding.seconds(negative, threads)),
        ]
        yield {"event": "calibrated", "calls": n, "shared": coroutine, "control": negative, "limit": Limit.value}
        longest = 0.0
        for number in range(MOST_ROUNDS):
            start = time.perf_counter()
            if number and start + longest > until:
                break
            order = todo if number % 2 == 0 else todo[::-1]
            yield {"event": "round", "seconds": {name: seconds() for name, seconds in order}}
            longest = max(longest, time.perf_counter() - start)
        for each in (team, releasing, holding):
            each.close()
    finally:
        for process in processes:
            process.close()


def elapsed(batch: Batch) -> float:
    """The seconds of one run."""
    start = time.perf_counter()
    batch(1)
    return time.perf_counter() - start


def gaps(batch: Batch | None, until: float) -> Iterator[float]:
    """The longest time for which a thread that wakes every half millisecond stood still, in each run of the batch."""
    longest, running = 0.0, True

    def beat() -> None:
        nonlocal longest
        last = time.perf_counter()
        while running:
            time.sleep(HEARTBEAT_SECONDS)
            now = time.perf_counter()
            longest = max(longest, now - last - HEARTBEAT_SECONDS)
            last = now

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    time.sleep(0.01)
    while True:
        longest = 0.0
        if batch is None:
            time.sleep(0.05)
        else:
            batch(1)
            time.sleep(HEARTBEAT_SECONDS)  # so that the heart beats once after a batch that held throughout
        yield longest
        if time.perf_counter() > until:
            break
    running = False
    thread.join()


def heartbeat(make: Callable[[], Batch], until: float) -> Iterator[Event]:
    """How long another thread stands still while the work runs, and while nothing runs."""
    idle = list(gaps(None, time.perf_counter() + 0.15))
    batch = make()
    limited(lambda: elapsed(batch), BATCH_SECONDS)
    n = 1
    while n < 1000:  # windows of at least 20 ms, so that a switch interval fits
        start = time.perf_counter()
        batch(n)
        if time.perf_counter() - start > 0.02:
            break
        n *= 2
    busy = list(gaps(lambda _: batch(n), until))
    yield {"event": "heartbeat", "idle": idle, "busy": busy}


def usage() -> "tuple[int, int, int]":
    """How often this thread touched memory for the first time, lost its core to others, and gave it up to wait."""
    try:
        import resource
    except ImportError:
        return 0, 0, 1
    used = resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF))
    return used.ru_minflt, used.ru_nivcsw, used.ru_nvcsw


def queued() -> int:
    """How long this thread was ready to run and had no core, in ns; 0 where the system does not tell."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0


class Counters:
    """G, N and W of this thread, counted exactly by the preloaded object of gillint (see `counter.c`)."""

    def __init__(self) -> None:
        library = ctypes.PyDLL(None)
        self._read, self._empty = library.gil_read, library.gil_empty_pairs
        self._buffer = (ctypes.c_longlong * 3)()

    def read(self) -> tuple[int, int, int]:
        """Releases so far, CPU time without the GIL, wall time without it (ns)."""
        self._read(self._buffer)
        releases, cpu, wall = self._buffer
        return releases, cpu, wall

    def overhead(self) -> tuple[float, float, float]:
        """What counting adds to one release, in ns: to the held CPU time, to the released one, to the waiting."""
        pairs, samples = 4_000, []
        for _ in range(5):
            before, start = self.read(), time.thread_time_ns()
            self._empty(pairs, 1)
            after, middle = self.read(), time.thread_time_ns()
            self._empty(pairs, 0)
            plain = time.thread_time_ns() - middle
            cpu, wall = after[1] - before[1], after[2] - before[2]
            samples.append(((middle - start - cpu - plain) / pairs, cpu / pairs, (wall - cpu) / pairs))
        held, released, waited = (statistics.median(column) for column in zip(*samples))  # noqa: B905
        return held, released, waited

    def demand(self, batch: Batch, n: int) -> Event:
        """The service demands of one run, in ns, over n runs; `blocked` is wall time with the GIL and without CPU."""
        # Anew each time: where others share the core, it is twice as fast in one moment as in the next.
        extra_held, extra_cpu, extra_wait = self.overhead()
        delay, (faults, lost, gave), before = queued(), usage(), self.read()  # reading a file gives the GIL up, too
        process, cpu, wall = time.process_time_ns(), time.thread_time_ns(), time.perf_counter_ns()
        batch(n)
        wall, cpu, process = (
            time.perf_counter_ns() - wall,
            time.thread_time_ns() - cpu,
            time.process_time_ns() - process,
        )
        releases, released_cpu, released_wall = (b - a for a, b in zip(before, self.read()))  # noqa: B905
        # Ready, with the core in other hands, is no waiting. It comes after each wait, with the GIL or without.
        without, within = max(0, released_wall - released_cpu), max(0, wall - cpu - released_wall + released_cpu)
        ready = max(0.0, 1 - (queued() - delay) / (without + within or 1))
        k = releases / n
        faults, lost, gave = (b - a for a, b in zip((faults, lost, gave), usage()))  # noqa: B905
        return {
            "gil": max(0.0, (cpu - released_cpu) / n - k * extra_held),
            "native": max(0.0, released_cpu / n - k * extra_cpu),
            # A thread that never gave its core up did not wait, whatever the clock says: others had the core.
            "wait": max(0.0, without * ready / n - k * extra_wait) if gave else 0.0,
            "blocked": max(0.0, within * ready / n),
            "releases": k,
            "faults": faults / n,
            "lost": lost,
            "other": max(0.0, (process - cpu) / n),
        }


# Releases that counting must see before it is trusted. A statically linked interpreter, or one built with
# -fno-semantic-interposition, hides those inside libpython.
def _checks() -> dict[str, Callable[[], object]]:
    lock, data, (reader, writer) = threading.Lock(), bytes(1 << 20), os.pipe()
    lock.acquire()
    return {
        "sleep": lambda: time.sleep(0.0005),
        "os.read": lambda: (os.write(writer, b"x"), os.read(reader, 1)),
        "lock": lambda: lock.acquire(timeout=0.0005),
        "sha256": lambda: hashlib.sha256(data),
    }


def count(make: Callable[[], Batch], until: float) -> Iterator[Event]:
    """The service demands of one run of the work, run by run."""
    try:
        counters = Counters()
    except AttributeError:
        yield {"event": "uncounted", "unseen": ["everything"]}
        return
    unseen = []
    for name, call in _checks().items():
        before = counters.read()[0]
        call()
        if counters.read()[0] == before:
            unseen.append(name)
    if unseen:
        yield {"event": "uncounted", "unseen": unseen}
        return
    samples: list[Event] = []

    def counted() -> Batch:
        batch = make()
        return lambda n: samples.append(counters.demand(batch, n))

    # In a thread of its own, as the rounds are: the allocator treats the main thread's memory differently, so that the
    # same arrays touch fresh pages there and not here.
    team = Team(1, counted)
    limited(lambda: team.seconds(1), BATCH_SECONDS / 2)
    n = 1
    while True:
        took = team.seconds(n)
        yield {"event": "demand", **samples[-1], "reference": _reference_ns()}
        if time.perf_counter() > until:
            break
        if took < 0.01:
            n *= 2


def spin(make: Callable[[], Batch], until: float) -> Iterator[Event]:
    """The work over and over, for a profiler that looks on from outside."""
    batch = make()
    limited(lambda: elapsed(batch), BATCH_SECONDS)
    yield {"event": "spinning"}
    while time.perf_counter() < until:
        batch(1)


def _reference_ns() -> float:
    start = time.thread_time_ns()
    _negative(20)
    return (time.thread_time_ns() - start) / 20_000


def running_without_gil() -> bool:
    """Whether this interpreter has no GIL, or has it switched off."""
    enabled = getattr(sys, "_is_gil_enabled", None)
    return enabled is not None and not enabled()


def main(inputs: Callable[[], tuple[Any, ...]], work: Callable[..., Any], options: list[str]) -> None:
    """The command line of a benchmark."""
    parser = argparse.ArgumentParser(description="Speed-up of the work on threads and on processes.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to measure (default: 10)")
    parser.add_argument("--deadline", type=float, help=argparse.SUPPRESS)  # as of time.time()
    parser.add_argument(
        "--phase", choices=("rounds", "heartbeat", "count", "spin"), default="rounds", help=argparse.SUPPRESS
    )
    parser.add_argument("--events", action="store_true", help="print JSON lines with every round")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(options)
    make = lambda: batch_of(work, inputs)  # noqa: E731
    if arguments.worker:
        serve_as_worker(make)
        return
    out = os.fdopen(os.dup(1), "w")
    quieten()
    os.environ.pop("LD_PRELOAD", None)  # not for the processes that the work starts
    seconds = arguments.seconds if arguments.deadline is None else arguments.deadline - time.time()
    threads, until = max(1, arguments.threads), time.perf_counter() + seconds
    coroutine = inspect.iscoroutinefunction(work)
    between = () if coroutine else tuple(t for t in (2, 4, 8, 16, 32, 64) if t < threads)
    curve = between + (threads,) * (threads > 1)
    phases: dict[str, Callable[[], Iterator[Event]]] = {
        "rounds": lambda: rounds(make, threads, curve, until, coroutine, arguments.events),
        "heartbeat": lambda: heartbeat(make, until),
        "count": lambda: count(make, until),
        "spin": lambda: spin(make, until),
    }
    events = []
    try:
        if arguments.events:
            about = {"python": sys.version.split()[0], "gil": not running_without_gil(), "cores": os.cpu_count()}
            print(json.dumps({"event": "started", **about}), file=out, flush=True)
        for event in phases[arguments.phase]():
            events.append(event)
            if arguments.events:
                print(json.dumps(event), file=out, flush=True)
        if arguments.events:
            print(json.dumps({"event": "ended", "gil": not running_without_gil()}), file=out, flush=True)
    except BaseException as error:
        if not arguments.events:
            raise
        print(json.dumps({"event": "error", "frames": [], **_about(error)}), file=out, flush=True)
        out.flush()
        leave(1)  # threads of the work may never end
    if not arguments.events:
        print_table(events, threads, curve, out)
    out.flush()
    leave()


def print_table(events: list[Event], threads: int, curve: tuple[int, ...], out: Any) -> None:
    """Medians over the rounds, and their extremes."""
    seconds = [event["seconds"] for event in events if event["event"] == "round"]
    about = next(event for event in events if event["event"] == "calibrated")
    runs = about["calls"] * (threads if about["shared"] else 1)
    print(f"Python {sys.version.split()[0]}, {len(seconds)} rounds", file=out)
    print(f"one run of the work: {1e3 * statistics.median(s['one'] for s in seconds) / runs:.3f} ms", file=out)
    rows = [(f"{t} threads", f"threads:{t}", "one", t) for t in curve]
    rows += [(f"{threads} processes", "processes", "one", threads)]
    rows += [(f"control: {threads} threads hash", "positive", "positive:1", threads)]
    rows += [(f"control: {threads} threads loop", "negative", "negative:1", threads)]
    for label, many, one, t in rows:
        scale = 1 if about["shared"] and one == "one" else t
        ratios = sorted(scale * s[one] / s[many] for s in seconds)
        print(f"{label:28} {statistics.median(ratios):.2f}x   ({ratios[0]:.2f} to {ratios[-1]:.2f})", file=out)
