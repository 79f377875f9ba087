"""Which regions matter: their share of the file's estimated time."""

from __future__ import annotations

from dataclasses import field
from math import inf

from gillint.costs.demand import Costs, calls_of
from gillint.costs.serving import is_server
from gillint.diagnostics.span import Span
from gillint.frozen import dataclass, replace
from gillint.resolve.entries import is_within
from gillint.resolve.trace import Block, Branch, Call, FunctionTrace, Handover, Loop, Resolved

# A function that nothing in the file calls is called from elsewhere: more often than the file is imported.
FUNCTION_RUNS = 100.0
# What stands under `if __name__ == "__main__"` is the program's purpose; beside it, set-up at the top of the file is what every
# import pays once. A convention, as above.
MAIN_RUNS = 100.0
# Where the file has its program, a function that needs arguments and that nothing calls is a part that is not used here.
SPARE_RUNS = 0.01
# What it might do with arguments of which nothing is known counts for less than what the program is seen to do.
SPARE_SHARE = 0.3
_PROGRAM_NS = MAIN_RUNS * 1e6
# All that is not even called by name has this share of the program's time at most, however long it might take.
UNUSED_SHARE = 0.01


@dataclass(slots=True)
class Hotness:
    """Inclusive time (ns, likely) of each loop and hand-over in one run of the file's entry points."""

    costs: Costs
    _memo: dict[int, dict[Span, float]] = field(default_factory=dict)
    _active: set[int] = field(default_factory=set)

    def of_file(self, resolved: Resolved) -> tuple[dict[Span, float], float]:
        """Time by span, functions included, and the total that it is a share of."""
        times: dict[Span, float] = {}
        unused: dict[Span, float] = {}
        spares: list[FunctionTrace] = []
        total, left_over = 0.0, 0.0
        for trace in resolved.functions:
            once = self.costs.block(trace.block).inclusive.likely
            if trace.is_entry and trace.name == "<module>":
                for block, runs in _parts(trace.block, resolved.mains):
                    total += self.costs.block(block).inclusive.likely * runs
                    _add(times, self._block(block), runs)
                times[trace.span] = max(times.get(trace.span, 0.0), once)
            elif resolved.has_program and trace.is_entry and trace.is_unused:
                left_over += once
                _add(unused, {trace.span: once} | self._block(trace.block), 1.0)
            elif trace.is_entry and resolved.has_program and trace.is_spare:
                spares.append(trace)
            elif trace.is_entry:
                total += once * FUNCTION_RUNS
                _add(times, self._block(trace.block), FUNCTION_RUNS)
                times[trace.span] = max(times.get(trace.span, 0.0), once * FUNCTION_RUNS)
        most = SPARE_SHARE * total if total > _PROGRAM_NS else inf
        for trace in spares:
            once = self.costs.block(trace.block).inclusive.likely
            runs = min(SPARE_RUNS, most / once) if once else SPARE_RUNS
            total += once * runs
            _add(times, self._block(trace.block), runs)
            times[trace.span] = max(times.get(trace.span, 0.0), once * runs)
        if left_over:
            _add(times, unused, min(SPARE_RUNS, UNUSED_SHARE * total / left_over))
        for trace in resolved.functions:
            if not trace.is_entry:  # run in a way that no call shows
                times.setdefault(trace.span, self.costs.block(trace.block).inclusive.likely)
        return times, total

    def _block(self, block: Block) -> dict[Span, float]:
        key = id(block)
        if key in self._active:
            return {}
        if key not in self._memo:
            self._active.add(key)
            self._memo[key] = self._compute(block)
            self._active.discard(key)
        return self._memo[key]

    def _compute(self, block: Block) -> dict[Span, float]:
        found: dict[Span, float] = {}
        for node in block.nodes:
            if isinstance(node, Call):
                if node.inner is not None:
                    times = calls_of(node.inner).likely
                    spent = self.costs.block(node.inner).inclusive.likely
                    _add(found, _with(self._block(node.inner), node.inner.span, spent), times)
                if node.callback is not None:
                    _add(found, self._block(node.callback), self.costs.effect(node).calls.likely)
            elif isinstance(node, Loop):
                spent = self.costs.block(node.body).inclusive.likely
                _add(found, _with(self._block(node.body), node.span, spent), node.trips.likely)
            elif isinstance(node, Handover) and not is_server(node):
                tasks = node.tasks.likely
                spent = self.costs.block(node.worker).inclusive.likely * tasks
                found[node.span] = found.get(node.span, 0.0) + spent
                _add(found, self._block(node.worker), tasks)
            elif isinstance(node, Branch):
                for arm, share in node.shares:
                    _add(found, self._block(arm), share)
        return found


def _parts(block: Block, mains: tuple[Span, ...]) -> tuple[tuple[Block, float], ...]:
    """The top level in two: what an import does, and what running the file as a program does."""
    if not mains:
        return ((block, 1.0),)
    inside = tuple(n for n in block.nodes if is_within(n, mains))
    chosen = set(map(id, inside))
    rest = replace(block, nodes=tuple(n for n in block.nodes if id(n) not in chosen))
    return (rest, 1.0), (Block((), inside), MAIN_RUNS)


def _with(inside: dict[Span, float], span: Span | None, spent: float) -> dict[Span, float]:
    """The times inside something, and its own: what is in itself again, one call in the other, counts once."""
    return inside if span is None else {**inside, span: spent}


def _add(into: dict[Span, float], more: dict[Span, float], times: float) -> None:
    for span, value in more.items():
        into[span] = into.get(span, 0.0) + value * times
