"""What one call does to the GIL: G, N, W and the releases of a statement, counted; many statements in one process."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from gillint.measure.counter import build_counter
from gillint.measure.plan import Benchmark
from gillint.measure.script import Piece, assemble
from gillint.measure.worker import ProbeError, Worker

REFERENCE_NS = 45.0  # one iteration of `s += i * i` on the reference machine: CPython 3.11, in a function
BATCH_SECONDS = 0.005
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Statement:
    """What is measured: plain Python that runs with its library alone."""

    setup: str
    statement: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The service demands of one run of a statement, in ns as they were on this machine.

    CPU times are medians of the rounds, and right on a busy machine, too. Waits are the least that was seen.

    Attributes:
        held: the held fraction, the median of the rounds; `low` and `high` are its extremes.
        other_threads: CPU time of the library's own threads.
        reference: what an iteration of the reference loop took meanwhile.
        correction: CPU time of the counting itself, which was taken off.
    """

    held: float
    low: float
    high: float
    gil: float
    native: float
    wait: float
    releases: float
    other_threads: float
    reference: float
    correction: float = 0.0

    @property
    def scale(self) -> float:
        """What turns G and N as measured into those of the reference machine."""
        return REFERENCE_NS / self.reference if self.reference > 0 else 1.0


def counted(samples: list[dict[str, Any]]) -> Counted:
    """The demands from the rounds of counting."""

    def middle(key: str) -> float:
        return float(median(s[key] for s in samples))

    # Time off the core with the GIL held is blocking only where no other program took the core meanwhile.
    blocked = min((s["blocked"] for s in samples if not s["lost"]), default=0.0)
    waited = min(s["wait"] for s in samples)
    computing = middle("gil") + middle("native")
    blocked = blocked if blocked > 0.1 * computing else 0.0
    waited = waited if waited > 0.02 * computing else 0.0
    shares = []
    for s in samples:
        whole = s["gil"] + blocked + s["native"] + waited
        shares.append((s["gil"] + blocked) / whole if whole else 1.0)
    return Counted(
        held=median(shares),
        low=min(shares),
        high=max(shares),
        gil=middle("gil") + blocked,
        native=middle("native"),
        wait=waited,
        releases=middle("releases"),
        other_threads=middle("other") if middle("other") > 0.05 * computing else 0.0,
        reference=middle("reference"),
        correction=float(median(s.get("correction", 0.0) for s in samples)),
    )


class Prober:
    """Counts statements in a child of the chosen interpreter, which goes on until one of them breaks it.

    Raises:
        ProbeError: releases cannot be counted with this interpreter.
    """

    def __init__(
        self, interpreter: str = sys.executable, *, timeout: float = 20.0, one_library_thread: bool = False
    ) -> None:
        self._interpreter, self._timeout, self._one_thread = interpreter, timeout, one_library_thread
        self._worker: Worker | None = None
        self._counter = build_counter()
        if self._counter is None:
            raise ProbeError("counting releases needs Linux and a C compiler")
        unseen = self._child().ask("check")["unseen"]
        if unseen:
            self.close()
            raise ProbeError(f"this interpreter hides releases from counting ({', '.join(unseen)})")

    def __enter__(self) -> Prober:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next statement gets a fresh one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _child(self) -> Worker:
        if self._worker is not None and not self._worker.alive:
            self.close()
        if self._worker is None:
            self._worker = Worker(self._interpreter, self._counter, self._one_thread, self._timeout)
        return self._worker

    def versions(self, distribution: str) -> tuple[str | None, str]:
        """The version of a distribution (None where it is not installed) and of Python."""
        reply = self._child().ask("version", distribution=distribution)
        return reply["version"], reply["python"]

    def count(self, what: Statement, *, seconds: float = BATCH_SECONDS, rounds: int = ROUNDS) -> Counted:
        """Count one statement.

        Args:
            what: the statement.
            seconds: of a round, at least, or one run.
            rounds: how many, at most; a statement that takes longer is run less often.

        Raises:
            ProbeError: it raised, did not end in time, or what it imports is missing.
        """
        child = self._child()
        try:
            child.ask("prepare", setup=what.setup, statement=what.statement)
            took = child.seconds("statement", 1)
            if took >= seconds:  # the first run may have loaded a module or a font
                took = min(took, child.seconds("statement", 1))
            calls = 1 if took >= seconds else child.ask("calibrate", what="statement", seconds=seconds)["calls"]
            samples = child.ask("demand", calls=calls, rounds=max(2, min(rounds, int(3 / max(took, 1e-9)))))["samples"]
        except ProbeError:
            if not child.alive:
                self.close()
            raise
        return counted(samples)


def count_all(prober: Prober, statements: Iterable[Statement]) -> Iterator[Counted | ProbeError]:
    """Count one statement after the other; what goes wrong takes the place of the figures."""
    for statement in statements:
        try:
            yield prober.count(statement)
        except ProbeError as problem:
            yield problem


def benchmark_of(what: Statement) -> Benchmark:
    """A benchmark of a statement: each thread has a set-up of its own, and the loop stands around the statement itself."""
    compiler = textwrap.dedent(
        '''\
        def gillint_inputs():
            import ast, itertools, sys, types, uuid
            space = types.ModuleType("probe_" + uuid.uuid4().hex)
            sys.modules[space.__name__] = space
            exec(compile(GILLINT_SETUP, "<setup>", "exec"), space.__dict__)
            body = ast.parse(GILLINT_STATEMENT).body
            names = {n.id for part in body for n in ast.walk(part)
                     if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Store, ast.Del))}
            shared = sorted(names & space.__dict__.keys())
            head = "def _gillint_batch(_gillint_n):"
            tree = ast.parse(head + "\\n    for _gillint_i in _gillint_repeat(None, _gillint_n):\\n        pass")
            tree.body[0].body[0].body = body
            if shared:
                tree.body[0].body.insert(0, ast.Global(names=shared))
            space._gillint_repeat = itertools.repeat
            exec(compile(ast.fix_missing_locations(tree), "<statement>", "exec"), space.__dict__)
            return (space._gillint_batch,)


        def gillint_work(batch):
            """The loop of one thread: the statement, as often as it is told."""
            return batch


        gillint_work.makes_batches = True'''
    )
    texts = f"GILLINT_SETUP = {what.setup!r}\nGILLINT_STATEMENT = {what.statement!r}"
    return assemble((Piece(texts), Piece(compiler)), origin="a probe", work="one run of the statement")
