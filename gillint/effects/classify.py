"""What one call does to the GIL, how long it takes, and how we know."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import field

from gillint.estimate import ONE, ZERO, Estimate, total
from gillint.frozen import dataclass
from gillint.knowledge.conditions import Decision, Target, cost_of, decide
from gillint.knowledge.expressions import evaluate
from gillint.knowledge.schema import Behaviour, Cost, Effect, Evidence, Fact, Source
from gillint.resolve.calling.bound import Answers, item_bytes
from gillint.resolve.numeric.memory import going_through, is_copied, setting_out
from gillint.resolve.trace import Call, Peer
from gillint.resolve.values import LazyRef
from gillint.source.environment import LibraryVersion

# What is taken for a call of which only the name is known. An undefined function is assumed to be ordinary Python of
# modest size; of an unknown one nothing is assumed but that it is neither trivial nor endless.
UNDEFINED_NS = Estimate(1_000, 10_000, 1_000_000)
UNKNOWN_NS = Estimate(200, 5_000, 1_000_000)
# An awaited call of which nothing else is known: a client in Python, and a server that is near, as a rule.
AWAITED_NS, ANSWER_NS = Estimate(5_000, 50_000, 1_000_000), Estimate(10_000, 2_000_000, 1e9)
_DEFAULT_GIL = Cost(fixed=150)


@dataclass(frozen=True, slots=True)
class CallEffect:
    """The effect and the service demands of one call, itself alone (without a callback or the callee's body).

    Times are nanoseconds; `elapsed` is all of it, as on an idle machine; `releases` counts how often it gives the GIL up;
    `hold` is its longest stretch without a release; `unknown` is the time of a call of which nothing is known; `pages`
    are bytes of fresh memory; `away` is the wait where the other side is on another machine, whatever the source says of it.
    `evidence` is that of the condition which applies.
    """

    effect: Effect
    gil: Estimate = ZERO
    native: Estimate = ZERO
    wait: Estimate = ZERO
    away: Estimate = ZERO
    releases: Estimate = ZERO
    hold: Estimate = ZERO
    pages: Estimate = ZERO
    unknown: Estimate = ZERO
    calls: Estimate = ZERO
    parallel: bool = False
    serialised_by: str | None = None
    fact: Fact | None = None
    assumed: bool = False
    hangs_on: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    note: str | None = None
    instead: str | None = None
    evidence: tuple[Evidence, ...] = ()
    library: LibraryVersion | None = None
    elapsed: Estimate = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "elapsed", total((self.gil, self.native, self.wait, self.unknown)))

    @property
    def citations(self) -> tuple[str, ...]:
        """The evidence in words, places in the source first; where it is not gillint's own, with the file that it stands in."""
        prefix = f"{self.fact.file}: " if self.fact is not None and self.fact.is_extension else ""
        return tuple(f"{prefix}{entry}" for entry in sorted(self.evidence, key=lambda e: not isinstance(e, Source)))


def classify(call: Call, target: Target, can_only_hold: Callable[[], bool] = bool) -> CallEffect:
    """Classify a call for the interpreter that the prediction is for.

    `can_only_hold`: whether nothing in the program's reach does anything else; a call of which nothing is known does not, then.
    """
    if call.kind == "undefined":
        return CallEffect(Effect.RUNS_PYTHON, gil=UNDEFINED_NS, assumed=True)
    if call.kind == "unknown" or call.fact is None or _is_a_coroutine_by_default(call):
        if call.kind in ("project", "join"):
            return CallEffect(Effect.RUNS_PYTHON)
        if call.awaited and not call.implicit:  # an asynchronous iterator may have what comes next
            return CallEffect(Effect.WAITS, gil=AWAITED_NS, wait=ANSWER_NS, releases=ONE, assumed=True)
        if can_only_hold():
            return CallEffect(Effect.RUNS_PYTHON, gil=UNKNOWN_NS, assumed=True)
        return CallEffect(Effect.UNKNOWN, unknown=UNKNOWN_NS, assumed=True)
    fact = call.fact
    library = target.library_version(fact)
    answers = Answers(fact, call.bound, call.result, library, target.python)
    decision = decide(fact, answers, target)
    gil = _each(decision, "gil", answers, _DEFAULT_GIL)
    native = _each(decision, "native", answers, None)
    gil = gil + setting_out(call)
    more = going_through(call)
    if decision.likely.effect is Effect.RELEASES or is_copied(call):
        native = native + more
    else:
        gil = gil + more
    away = wait = _each(decision, "wait", answers, None)
    if call.peer is not None:
        wait = _asked(wait, decision, call.peer)
        if call.peer.place == "process" and not _asks_nobody(decision):
            gil, wait = gil if _runs_elsewhere(call, fact) else gil + wait, ZERO
        is_near = call.peer.place in ("local", "process")
        if call.peer.place == "itself":  # what was sent is there already
            wait, gil = ZERO, Estimate.point(gil.low)
        wait = wait + call.peer.delay if is_near else wait.max(call.peer.delay)
    # A callable that a library's default speaks of, and an effect that is only assumed, keep their doubt.
    unknown = ZERO
    if decision.likely.effect is Effect.UNKNOWN:  # a fact may say how long it takes, if not what it does meanwhile
        unknown, native = (native, ZERO) if decision.likely.native is not None else (UNKNOWN_NS, native)
    releases = _releases(decision, answers)
    if call.peer is not None and call.peer.place == "itself":
        releases = Estimate.point(releases.low)
    kept = _kept(decision, native, releases)
    gil, native = gil + kept, (native - kept).max(ZERO)
    return CallEffect(
        effect=decision.likely.effect,
        gil=gil + _in_a_program(call, decision, native, releases),
        native=native,
        wait=wait,
        away=away,
        releases=releases,
        hold=ZERO if _is_fed_by_python(call) else _hold(decision, answers, gil, releases),
        pages=_each(decision, "pages", answers, None)
        if decision.likely.pages is not None
        else _fresh_pages(call, decision.likely.effect),
        unknown=unknown,
        calls=evaluate(decision.likely.calls, answers) if fact.callback is not None else ZERO,
        parallel=decision.likely.parallel,
        serialised_by=decision.likely.serialised_by,
        fact=fact,
        assumed=call.assumed or (call.bound.receiver is not None and call.bound.receiver.guessed),
        hangs_on=tuple(answers.hangs_on),
        undecided=decision.undecided,
        note=decision.likely.note,
        instead=fact.instead,
        evidence=decision.evidence,
        library=library,
    )


def _is_a_coroutine_by_default(call: Call) -> bool:
    """Whether it is awaited, and known only as one of a library's callables: what those do says nothing of its coroutines."""
    fact = call.fact
    return call.awaited and not call.implicit and fact is not None and fact.is_default and not fact.awaitable


_CONNECTS = (".connect", ".connect_ex", ".create_connection")


def _runs_elsewhere(call: Call, fact: Fact) -> bool:
    """Whether the other side, though in this process, costs this call nothing; usually it runs in turn with it.

    Who connects has the kernel's answer; what another task of the event loop does is counted where that is.
    """
    return fact.awaitable or call.name.endswith(_CONNECTS)


def _asks_nobody(decision: Decision) -> bool:
    """Whether a call that may talk to a server waits for something else here: for the disk, where the database is a file."""
    cost = decision.likely.wait
    return cost is not None and cost.fixed > 0 and cost.local is None


# How much longer or shorter than usual somebody on this machine may take to answer.
_LOCAL_SPREAD = (0.25, 20.0)
# What somebody on this machine takes is work of the same processor, so it counts as G and N do; the facts' `local` are ns as
# they were on a machine on which the reference loop takes 32 ns instead of 45.
_LOCAL_SCALE = 1.4


def _asked(wait: Estimate, decision: Decision, peer: Peer) -> Estimate:
    """The wait for an answer, by where the other side is."""
    cost = decision.likely.wait
    if peer.place in ("local", "process") and cost is not None and cost.local is not None:
        low, high = (side * _LOCAL_SCALE for side in _LOCAL_SPREAD)
        wait = wait.min(Estimate(cost.local * low, cost.local * _LOCAL_SCALE, cost.local * high))
    return wait


# Facts are measured in a tight loop, where the caches hold what one call needs. In a program calls alternate, and a native
# stretch over an array leaves the interpreter to be fetched anew: the time with the GIL held, counted in fourteen programs
# and compared with the sum of its calls, was 1.7 us more a release after 20 us of native work, 3 us after 75, 4 us after 400.
_COLD_NS = 850.0
_COLD_AFTER_NS = 2_000.0
# The Python of pandas, some hundred functions a call: 1.3 to 3.5 times in ten programs what it takes in a tight loop.
_COLD_GLUE = 0.8
_GLUE_FROM = 5_000.0


def _in_a_program(call: Call, decision: Decision, native: Estimate, releases: Estimate) -> Estimate:
    """The time with the GIL held that a call on arrays or frames takes in a program beyond that in a tight loop."""
    values = (call.result, call.bound.receiver, *call.bound.positional)
    types = {v.type for v in values if v is not None and v.type is not None}
    extra = ZERO
    if any(t.startswith("pandas.") for t in types):
        cost = decision.likely.gil
        extra = Estimate.point(_COLD_GLUE * cost.fixed) if cost is not None and cost.fixed > _GLUE_FROM else ZERO
    elif _ARRAY not in types:
        return ZERO
    return extra + after_native(native, releases)


def after_native(native: Estimate, releases: Estimate) -> Estimate:
    """The time with the GIL held that it takes to fetch the interpreter anew after native work over arrays."""
    stretch = native / releases.max(1.0)
    return releases * stretch.map(lambda ns: _COLD_NS * math.log1p(max(0.0, ns) / _COLD_AFTER_NS))


_ARRAY = "numpy.ndarray"
# Results this large are mapped anew by worker threads and faulted in page by page (np.fft.fft and k-means on 8-10 MB
# temporaries: 1.0-1.3x on two threads where the computation alone would give 1.9x).
_MAPPED_FROM = 4e6
_WRITTEN_INTO = ("out", "dst")


def _fresh_pages(call: Call, effect: Effect) -> Estimate:
    """Bytes of fresh memory that a large array result touches; a view, which releases nothing, touches none.

    Nor does what is written into an array that was there before.
    """
    made = call.result
    if made is None or made.type != _ARRAY or effect is not Effect.RELEASES or made.size is None:
        return ZERO
    if any(name in _WRITTEN_INTO and value.type == _ARRAY for name, value in call.bound.parameters):
        return ZERO
    return (made.size * item_bytes(made)).map(lambda n: n if n >= _MAPPED_FROM else 0.0)


def _is_fed_by_python(call: Call) -> bool:
    """Whether the call draws on a generator: between two items bytecode runs, which gives the GIL up when asked."""
    return any(isinstance(v.reference, LazyRef) for v in call.bound.positional)


def _each(decision: Decision, key: str, answers: Answers, default: Cost | None) -> Estimate:
    """A cost, scenario by scenario: another behaviour may apply in each."""
    first: Cost | None = getattr(decision.scenarios[0], key)
    if decision.scenarios[0] is decision.scenarios[1] is decision.scenarios[2]:
        same = first if first is not None else default
        return cost_of(same, answers).max(ZERO) if same is not None else ZERO
    values = []
    for index, behaviour in enumerate(decision.scenarios):
        cost: Cost | None = getattr(behaviour, key)
        values.append(cost_of(cost if cost is not None else default, answers).scenarios[index])
    return Estimate.of(max(0.0, v) for v in values)


def _default_releases(behaviour: Behaviour) -> float:
    return 1.0 if behaviour.effect in (Effect.RELEASES, Effect.WAITS) else 0.0


def _releases(decision: Decision, answers: Answers) -> Estimate:
    values = []
    for index, behaviour in enumerate(decision.scenarios):
        if behaviour.releases is not None:
            values.append(cost_of(behaviour.releases, answers).scenarios[index])
        else:
            values.append(_default_releases(behaviour))
    return Estimate.of(values)


def _kept(decision: Decision, native: Estimate, releases: Estimate) -> Estimate:
    """The native time for which a call that gives the GIL up elsewhere does not: an array is too short."""
    return Estimate.of(
        within if count <= 0 and behaviour.effect is Effect.RELEASES and not behaviour.parallel else 0.0
        for behaviour, within, count in zip(decision.scenarios, native.scenarios, releases.scenarios, strict=True)
    )


_UNEVEN = 4.0  # the longest of the stretches between a call's many releases, to their mean


def _hold(decision: Decision, answers: Answers, gil: Estimate, releases: Estimate) -> Estimate:
    """The longest stretch without a release: the held part where it is one C call, nothing for Python code."""
    values = []
    for index, behaviour in enumerate(decision.scenarios):
        if behaviour.stall is not None:
            values.append(cost_of(behaviour.stall, answers).scenarios[index])
        elif behaviour.effect is Effect.RUNS_PYTHON:
            values.append(0.0)
        else:
            values.append(gil.scenarios[index] * min(1.0, _UNEVEN / max(1.0, releases.scenarios[index])))
    return Estimate.of(values)
