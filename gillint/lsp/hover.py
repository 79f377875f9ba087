"""What an editor shows of a call: what it does to the GIL, how long it takes here, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass

from gillint.advice.explain import duration
from gillint.costs.demand import Demand
from gillint.diagnostics.span import Span
from gillint.effects.classify import CallEffect
from gillint.estimate import Estimate
from gillint.knowledge.schema import Effect, one_by_one
from gillint.report.facts import conditions
from gillint.resolve.program import walk
from gillint.resolve.trace import Call
from gillint.rules.base import FileContext

_EFFECTS = {
    Effect.HOLDS: "**holds the GIL**: no other thread runs Python code meanwhile",
    Effect.RELEASES: "**releases the GIL** while it computes: other threads run meanwhile",
    Effect.WAITS: "**waits with the GIL released**: other threads run meanwhile",
    Effect.RUNS_PYTHON: "**runs Python code**, which needs the GIL and gives it up when asked, every 5 ms",
    Effect.UNKNOWN: "**unknown**: nothing is known of what it does to the GIL",
}
_RELEVANT = 50.0  # ns: less is not worth a word


@dataclass(frozen=True, slots=True)
class Hover:
    """A text in markdown, and the place that it is about."""

    span: Span
    text: str


def hover_at(context: FileContext, line: int, column: int) -> Hover | None:
    """What there is to say at a place: of the innermost call around it."""
    found = [call for call in calls_of(context) if _contains(call.span, line, column)]
    if not found:
        return None
    # Of several at one place (operators count, too) the one that is written as a call, then the one that is known best.
    best = min(found, key=lambda c: (_size(c.span), c.implicit, c.kind == "join", c.kind == "unknown"))
    return Hover(best.span, _text(best, context))


def calls_of(context: FileContext) -> list[Call]:
    """The calls and operators of the file itself, wherever they are reached from."""
    nodes = walk(*(trace.block for trace in reversed(context.resolved.functions)))
    return [n for n in nodes if isinstance(n, Call) and n.path == context.path]


def _contains(span: Span, line: int, column: int) -> bool:
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)


def _size(span: Span) -> tuple[int, int]:
    return (span.end_line - span.line, span.end_column - span.column)


def _text(call: Call, context: FileContext) -> str:
    effect = context.costs.effect(call)
    if call.kind == "join":
        return f"`{call.name}`: waits for work that was handed over; its time is counted there"
    if call.kind == "project":
        demand = context.costs.block(call.inner) if call.inner is not None else None
        return f"`{call.name}` is a function of this project\n\n{_of_demand(demand)}" if demand else f"`{call.name}`"
    if call.kind == "undefined":
        return f"`{call.name}` is not defined here: taken for an ordinary Python function, which {_EFFECTS[Effect.RUNS_PYTHON]}"
    lines = [f"`{call.name}` {_EFFECTS[effect.effect]}", "", *_here(effect)]
    fact = effect.fact
    if fact is None:
        return "\n".join(lines).rstrip()
    if effect.note:
        lines += ["", effect.note]
    if effect.serialised_by:
        lines += ["", f"One at a time: {one_by_one(effect.serialised_by)}."]
    if call.callback is not None:
        lines += ["", "The function that it is given runs as Python code, with the GIL held."]
    if effect.undecided:
        lines += ["", f"Not known here: {', '.join(effect.undecided)}; the ordinary case is assumed."]
    if effect.hangs_on:
        names = ", ".join(f"`{name}`" for name in effect.hangs_on[:4])
        lines += ["", f"The times depend on sizes that the source does not tell: {names}."]
    if fact.clauses:
        lines += ["", "Conditions:", *(f"- {c}" for c in conditions(fact))]
    lines += ["", "Evidence:", *(f"- {cited}" for cited in effect.citations)]
    if call.assumed or effect.assumed:
        lines.append("- for this very name: assumed, not known")
    if effect.library is not None:
        lines += ["", f"Version here: {effect.library}"]
    if effect.instead:
        lines += ["", effect.instead]
    return "\n".join(lines)


def _here(effect: CallEffect) -> list[str]:
    """How long the call takes with these arguments."""
    parts = _parts(effect.gil, effect.native, effect.wait, effect.unknown)
    return (
        [f"Here about {parts}{'; the library spreads it over the cores' if effect.parallel else ''}."] if parts else []
    )


def _of_demand(demand: Demand) -> str:
    parts = _parts(demand.gil, demand.native, demand.wait, demand.unknown)
    if not parts:
        return "It takes next to no time."
    elapsed = demand.elapsed.likely
    held = f"; {100 * demand.gil.likely / elapsed:.0f}% of its time holds the GIL" if elapsed > 0 else ""
    return f"One call takes about {parts}{held}."


def _parts(held: Estimate, native: Estimate, wait: Estimate, unknown: Estimate) -> str:
    named = (
        (held, "holding the GIL"),
        (native, "computing without it"),
        (wait, "waiting without it"),
        (unknown, "in which nothing is known of the GIL"),
    )
    return ", ".join(f"{_interval(e)} {what}" for e, what in named if e.likely >= _RELEVANT)


def _interval(e: Estimate) -> str:
    low, high = min(e.scenarios), max(e.scenarios)
    if high <= 1.5 * low:
        return duration(e.likely)
    return f"{duration(e.likely)} ({duration(low)} to {duration(high)})"
