"""Numbers in words, as the reports for people print them."""

from __future__ import annotations

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.scaling.predict import Range


def count(number: int, noun: str) -> str:
    """`3 files`, `1 file`."""
    return f"{number} {noun}{'s' if number != 1 else ''}"


def unit(a: Assessment) -> str:
    """What the demands of a region are of."""
    return {"submission": "task", "recursion": "call", "function": "call", "coroutine": "call"}.get(
        a.region.kind.value, "iteration"
    )


def times(r: Range) -> str:
    """A speed-up, with its interval where it is one."""
    middle = f"{r.likely:.2f}x" if r.likely is not None else "unknown"
    return middle if r.high - r.low < 0.02 else f"{middle} (between {r.low:.2f}x and {r.high:.2f}x)"


def curve(curve: tuple[float | None, ...]) -> str:
    """A speed-up curve at the thread counts that matter; empty where it is flat or not known."""
    shown = [(i, v) for i, v in enumerate(curve, 1) if v is not None]
    if len(shown) < 2 or max(v for _, v in shown) - min(v for _, v in shown) < 0.01:
        return ""
    if len(shown) > 8:
        shown = [s for s in shown if s[0] in (1, 2, 4, 8, 16, 32, 64, len(curve))]
    return "  ".join(f"{i}: {v:.2f}x" for i, v in shown)


def fraction(r: Range) -> str:
    """A share as per cent, with its interval where it is one."""
    if r.likely is None:
        return "unknown"
    if r.high - r.low < 0.02:
        return f"{100 * r.likely:.0f}%"
    return f"{100 * r.likely:.0f}% ({100 * r.low:.0f}-{100 * r.high:.0f}%)"


def stall(a: Assessment) -> str:
    """How long others stand still, as the end of a sentence; empty where they do not."""
    text = ""
    if a.prediction.stall.likely > 0 and a.prediction.held.likely is not None:
        text = f"; other threads stand still for up to {duration(a.prediction.stall.likely)}"
    if a.loop_block is not None:
        text += f"; the event loop is blocked for up to {duration(a.loop_block.likely)}"
    return text


def as_written(a: Assessment) -> str | None:
    """What keeps a region from running beside itself as it is written, though copies of it would; None where nothing does."""
    if a.region.iterations.value == "carried":
        return "independent copies; these iterations need one another"
    if a.region.in_turn:
        return "independent copies; these tasks are waited for one by one"
    return "independent copies; this pool has one worker" if a.region.workers == 1 else None


def worth_threads(a: Assessment) -> bool:
    """Whether this very loop could be given to threads."""
    apart = a.region.iterations.value in ("independent", "reduction")
    return a.prediction.help == "yes" and a.region.concurrency.value == "sequential" and apart


_BOUND = {"gil": "GIL-bound", "native": "native", "io": "I/O-bound", "mixed": "mixed", "unknown": "of unknown bound"}


def headline(a: Assessment) -> str:
    """A region in a few words, for the line above it: `threads 1.0x, GIL-bound, freezes 12 ms`."""
    p = a.prediction
    likely = p.ceiling.likely
    parts = [f"threads {likely:.1f}x" if likely is not None else "threads: unknown", _BOUND[p.bound.value]]
    if a.loop_block is not None and a.loop_block.likely >= _WORTH_SAYING_NS:
        parts.append(f"blocks the event loop {duration(a.loop_block.likely)}")
    elif p.stall.likely >= _WORTH_SAYING_NS and p.held.likely is not None:
        parts.append(f"freezes {duration(p.stall.likely)}")
    return ", ".join(parts)


_WORTH_SAYING_NS = 100_000.0
