"""Predicted beside measured as rows of text, for the terminal and for the page."""

from __future__ import annotations

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.diagnostics.measured import Measured
from gillint.estimate import Interval
from gillint.scaling.predict import Range

Row = tuple[str, str, str]
_CONTROLS = {"releases": "control: SHA-256", "holds": "control: a loop"}


def compared(a: Assessment, m: Measured) -> tuple[Row, ...]:
    """What was predicted and measured of a region: name, predicted, measured."""
    method = f"  ({m.held_method})" if m.held_fraction is not None else ""
    stall = m.stall_ns
    return (
        (f"{m.threads} threads", _predicted(a.prediction.ceiling, "x"), _measured(m.speedup, "x")),
        (f"{m.threads} processes", "", _measured(m.processes, "x")),
        ("GIL held", _predicted(a.prediction.held, ""), _measured(m.held_fraction, "") + method),
        (
            "longest stall",
            duration(a.prediction.stall.likely),
            f"{duration(stall.likely)} ({duration(stall.low)}-{duration(stall.high)})" if stall else "not measured",
        ),
    )


def controls(m: Measured) -> tuple[Row, ...]:
    """What the controls of the same rounds did."""
    return tuple((_CONTROLS[name], "", _measured(control, "x")) for name, control in m.controls)


def how(m: Measured) -> tuple[str, ...]:
    """What was run, what stood in for what is missing, and what else a reader should know."""
    work: tuple[str, ...] = ()
    if m.work and m.seconds is not None:
        work = (f"measured: {m.work}, {duration(m.seconds * 1e9)} a run, {m.rounds} rounds",)
    return (
        *work,
        *(f"stand-in: {name}: {what}" for name, what in m.stand_ins),
        *(f"note: {note}" for note in m.notes),
    )


def _predicted(r: Range, unit: str) -> str:
    likely = f"{r.likely:.2f}{unit}" if r.likely is not None else "unknown"
    return f"{likely} ({r.low:.2f}-{r.high:.2f})"


def _measured(i: Interval | None, unit: str) -> str:
    return f"{i.likely:.2f}{unit} ({i.low:.2f}-{i.high:.2f})" if i is not None else "not measured"
