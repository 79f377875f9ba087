"""GIL401, GIL402: processes where threads would do, and processes that cost more than they give."""

from __future__ import annotations

from collections.abc import Iterator

from gillint.advice.assess import Assessment
from gillint.advice.transfer import not_worth_sending
from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.knowledge.schema import Effect
from gillint.resolve.trace import Concurrency
from gillint.rules.base import FileContext, Rule, facts_of, finding, heaviest, is_shared_out, link
from gillint.scaling.predict import BoundType

_WORTH_NS = 1e6
_POOLS = ("multiprocessing.Pool.", "concurrent.futures.ProcessPoolExecutor.", "joblib.")


def _pools(context: FileContext) -> Iterator[Assessment]:
    """Work that is shared out to a pool of processes, and known well enough."""
    for a in context.assessments:
        if (
            a.region.concurrency is Concurrency.PROCESSES
            and (a.region.via or "").startswith(_POOLS)
            and is_shared_out(a)
            and a.prediction.bound is not BoundType.UNKNOWN
            and a.demand.unknown.likely < 0.05 * a.demand.elapsed.likely
            and a.demand.assumed.likely < 0.05 * a.demand.elapsed.likely
        ):
            yield a


def _released(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _pools(context):
        kinds = (BoundType.IO, BoundType.NATIVE)
        calls = tuple(c.detail for c in a.calls)
        top = heaviest(calls, Effect.WAITS, Effect.RELEASES)
        if (
            a.prediction.bound not in kinds
            or a.prediction.help != "yes"
            or a.confidence is Confidence.LOW
            or a.demand.elapsed.likely < _WORTH_NS
            or top is None
            or top.elapsed.likely < 0.5 * a.demand.elapsed.likely
            or top.call.name.startswith("time.sleep")
            or any(c.effect.serialised_by is not None for c in calls)
            or not_worth_sending(a) is not None
        ):
            continue
        does = "waits" if top.effect.effect is Effect.WAITS else "computes"
        message = (
            f"threads would do: `{top.call.name}` {does} with the GIL released, and only "
            f"{100 * (a.prediction.held.likely or 0):.0f}% of each task holds it; likely "
            f"{a.prediction.ceiling.likely or 1:.1f}x on {context.setting.threads} threads, without pickling or start-up"
        )
        related = (link(top, f"`{top.call.name}`: {top.effect.effect.value}"),)
        yield finding(rule, context, a.region.span, message, a.confidence, related, facts_of(top))


def _transfer(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for a in _pools(context):
        message = not_worth_sending(a)
        if message is not None:
            yield finding(rule, context, a.region.span, message, a.confidence)


PROCESSES_OVER_RELEASED_WORK = Rule(
    code="GIL401",
    name="processes-over-released-work",
    severity=Severity.INFO,
    detects="A pool of processes runs work that releases the GIL: downloads, subprocesses, long native calls.",
    why=(
        "Threads overlap such work just as well. Processes add 10-30 ms (fork) to 300 ms (spawn) for each worker, memory for "
        "each interpreter, and the pickling of everything that goes in and out."
    ),
    example=(
        "from concurrent.futures import ProcessPoolExecutor\n\nimport requests\n\n\n"
        "def fetch(url):\n"
        "    return requests.get(url).text\n\n\n"
        "def fetch_all(urls):\n"
        "    with ProcessPoolExecutor(8) as pool:\n"
        "        return list(pool.map(fetch, urls))  # GIL401\n"
    ),
    instead="`ThreadPoolExecutor` with the same code; it takes lambdas and methods, too, and shares what was loaded.",
    limits=(
        "Other reasons for processes are not seen: isolation from crashes and leaks, a library that is not safe for threads. "
        "Nothing is reported where unknown calls take part, or where a lock of a library serialises threads."
    ),
    evidence=(
        "Each call's own evidence: `gillint explain requests.get`. The costs of starting processes: "
        "docs/concepts/ways-out.md."
    ),
    check=_released,
)

TRANSFER_COST_EXCEEDS_GAIN = Rule(
    code="GIL402",
    name="transfer-cost-exceeds-gain",
    severity=Severity.WARNING,
    detects="A pool of processes gets tasks that take less time than sending them there and the results back.",
    why=(
        "Each task is pickled, written to a pipe, read and unpickled, and so is its result. For a task of a few microseconds, or "
        "one that adds up an array it is sent, that costs many times the work."
    ),
    example=(
        "from concurrent.futures import ProcessPoolExecutor\n\n\n"
        "def square(n):\n"
        "    return n * n\n\n\n"
        "with ProcessPoolExecutor() as pool:\n"
        "    squares = list(pool.map(square, range(1_000_000)))  # GIL402\n"
    ),
    instead=(
        "`chunksize=` for many small tasks; shared memory (`multiprocessing.shared_memory`) or file names for "
        "large arrays."
    ),
    limits=(
        "Only where the work is known to be that short in every case, and for arrays and bytes only where their "
        "size is known."
    ),
    evidence=(
        "Measured on CPython 3.11.7, two cores: 84 us for a task that does nothing (`ProcessPoolExecutor.map`, one worker), "
        "0.1 us of the sender's time for each number in chunks of `Pool.map`, 0.3 us in those of `ProcessPoolExecutor`, 4 us in "
        "joblib's; 20 "
        "to 22 ms for an array of 8 MB, one way or both. `Lib/concurrent/futures/process.py`: `map` has chunksize=1."
    ),
    check=_transfer,
)
