"""What gillint says of the programs, what its model says when it is fed with the measured demands, and rules of thumb."""

from __future__ import annotations

from dataclasses import dataclass

from gillint.advice.assess import Assessment
from gillint.advice.outcome import Options
from gillint.costs.demand import Demand
from gillint.estimate import ONE, Estimate
from gillint.pipeline import analyse, imported_libraries
from gillint.resolve.trace import Concurrency
from gillint.scaling.predict import HELD_IS_GIL, HELD_IS_MIXED, Range, Setting, predict
from gillint.syntax.parse import parse
from scripts.validate.measuring import Row
from scripts.validate.workloads import Workload


@dataclass(frozen=True)
class Predicted:
    """The verdict on one program; None where there is none."""

    bound: str
    ceiling: Range
    held: Range
    stall_ns: float
    concurrency: str
    place: str
    why: str

    @property
    def helps(self) -> bool | None:
        """Whether threads would help, by the likely ceiling."""
        if self.concurrency in ("asyncio", "internal"):
            return False
        return self.ceiling.likely >= 1.25 if self.ceiling.likely is not None else None


def from_source(workload: Workload, *, python: str, cores: int, threads: int) -> Predicted | None:
    """The whole prediction, from the text alone."""
    options = Options(cores=cores, threads=threads, python=python)
    report = analyse(workload.source, str(workload.path), options)
    return of_assessment(report.regions[report.verdict]) if report.verdict is not None else None


def of_assessment(a: Assessment) -> Predicted:
    """What counts of a verdict."""
    p = a.prediction
    return Predicted(
        p.bound.value,
        p.ceiling,
        p.held,
        p.stall.likely,
        p.concurrency.value,
        f"{a.region.kind.value} in {a.region.function}, line {a.region.span.line}",
        a.explanation,
    )


def from_measurement(row: Row) -> Predicted | None:
    """What the model says of the measured demands: what a perfect reader of the code would get.

    Locks of libraries are not among what is measured, so the model is not told of them.
    """
    d = row["demands"]
    if d is None:
        return None

    def point(value: float) -> Estimate:
        return Estimate.point(value)

    demand = Demand(
        gil=point(d["gil"]),
        native=point(d["native"] + d["other_threads"]),
        wait=point(max(0.0, d["wait"] - d["other_threads"])),
        releases=point(d["releases"]),
        parallel=point(d["other_threads"]),
        python=point(d["gil"]),
        pages=point(d.get("faults", 0.0) * 4096),
    )
    p = predict(demand, ONE, Concurrency.SEQUENTIAL, Setting(row["cores"], row["threads"], False))
    return Predicted(p.bound.value, p.ceiling, p.held, p.stall.likely, p.concurrency.value, "", "")


def imports_numpy(workload: Workload) -> bool:
    """A rule of thumb: a program that imports numpy (or what is built on it) is helped by threads."""
    libraries = set(imported_libraries(parse(workload.source, workload.name)))
    return bool(libraries & {"numpy", "pandas", "scipy", "sklearn", "cv2", "numba"})


# Modules of the standard library whose work is done in C, for the rule of thumb that C gives the GIL up.
_IN_C = frozenset(
    {"array", "bisect", "bz2", "collections", "csv", "decimal", "functools", "gzip", "hashlib", "heapq", "itertools", "json",
     "lzma", "math", "operator", "pickle", "random", "re", "socket", "sqlite3", "struct", "time", "urllib", "xml", "zlib",
     "zipfile", "base64", "binascii", "subprocess", "requests", "httpx"}
)  # fmt: skip


def calls_into_c(workload: Workload) -> bool:
    """A rule of thumb: a program that calls anything written in C is helped by threads."""
    syntax = parse(workload.source, workload.name)
    return imports_numpy(workload) or bool(set(imported_libraries(syntax)) & _IN_C) or bool(set(workload.requires))


def measured_bound(row: Row) -> str | None:
    """The bound by the measured demands; None where the held fraction is not known."""
    d, held = row["demands"], row["held"]
    return bound_by(held["likely"], waits=d["wait"] > d["native"]) if d is not None and held is not None else None


def bound_by(held: float, *, waits: bool) -> str:
    """The bound by a held fraction; `waits`: whether what is not held is waiting for the most part."""
    if held >= HELD_IS_GIL:
        return "gil"
    if held > HELD_IS_MIXED:
        return "mixed"
    return "io" if waits else "native"
