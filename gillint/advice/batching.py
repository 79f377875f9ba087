"""Calls that give the GIL up for too short a time: whether larger ones can take their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.advice.assess import Advice, Assessment, RankedCall
from gillint.advice.explain import tiny_releaser, too_short
from gillint.knowledge.schema import Effect
from gillint.scaling.predict import Range


def larger_calls(a: Assessment) -> Iterator[Advice]:
    """Fewer calls that do more, where those as they are give the GIL up for less than a handoff takes."""
    tiny = tiny_releaser(a) if too_short(a) else None
    if tiny is not None and tiny.detail.effect.effect is not Effect.RUNS_PYTHON and _can_do_more(tiny):
        yield Advice(
            "batch",
            False,
            Range(1.0, 2.0, 10.0),
            _larger(tiny),
        )


def fewer_commits(a: Assessment) -> Iterator[Advice]:
    """One transaction for many rows, where each of them is committed by itself."""
    commit = next((c for c in a.calls if c.detail.call.name.endswith(".commit") and c.share >= _DEAR), None)
    if (
        commit is not None
        and a.region.trips.likely * commit.detail.count.likely > 1
        and commit.detail.count.likely >= 1
    ):
        gain = 1.0 / (1.0 - commit.share * (1.0 - 1.0 / _ROWS))
        why = (
            f"one transaction for many rows: `{commit.detail.call.name}` once for {_ROWS} of them instead of each time"
        )
        yield Advice("batch", False, Range(1.0, gain, _ROWS), why)


_DEAR = 0.3  # of the time: commits that are seldomer than the rows take less
_ROWS = 100  # of one transaction


def _can_do_more(call: RankedCall) -> bool:
    """Whether one call could do the work of several: what it does without the GIL grows with something that is passed to it.

    A look at a file, a connection that is accepted, a picture that is saved: these are as many as there are.
    """
    fact = call.detail.effect.fact
    if fact is None or call.detail.call.name.endswith(_AS_ONE):
        return False
    if call.detail.effect.effect is Effect.WAITS:
        return fact.talks and fact.distribution != "python"  # a pipeline, many keys at once
    costs = [b.native for b in (fact.behaviour, *(clause.behaviour for clause in fact.clauses))]
    words = {w for c in costs if c is not None and c.per and c.of for w in re.findall(r"\w+", c.of)}
    receiver = call.detail.call.bound.receiver
    is_data = receiver is None or (receiver.type or "").startswith(_ARRAYS)
    return not words.isdisjoint((*fact.parameters, "query")) or (is_data and not words.isdisjoint(("self", "result")))


_AS_ONE = (".fit", ".executemany")  # a model for each set of data; as many rows as there are
_ARRAYS = ("numpy.", "pandas.", "torch.", "polars.")


def _larger(tiny: RankedCall) -> str:
    bound_values = tiny.detail.call.bound
    values = (bound_values.receiver, *bound_values.positional)
    if any(v is not None and v.type == "numpy.ndarray" for v in values) or tiny.detail.call.name.startswith("numpy."):
        return f"one call of `{tiny.detail.call.name}` on a large array instead of many on small ones"
    return f"fewer calls of `{tiny.detail.call.name}` that do more each"
