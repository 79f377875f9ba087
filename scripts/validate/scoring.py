"""How far predictions and measurements are apart."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import median

from gillint.scaling.predict import HELP_NO
from scripts.validate.measuring import Row, doubts
from scripts.validate.predicting import Predicted, measured_bound
from scripts.validate.workloads import Workload

_OFF = 0.03  # what an interval may be missed by: the spread of a good measurement


@dataclass(frozen=True)
class Case:
    """One program: what was measured, and what was said."""

    workload: Workload
    row: Row
    reader: Predicted | None
    model: Predicted | None

    @property
    def copies(self) -> float:
        """Measured: the speed-up of independent copies."""
        return float(self.row["speedup"]["likely"])

    @property
    def speedup(self) -> float:
        """What the ceiling speaks of: code on an event loop is compared with itself as written, which is 1."""
        return 1.0 if self.workload.event_loop else self.copies

    @property
    def helped(self) -> bool:
        """Whether threads helped."""
        return self.speedup >= HELP_NO

    @property
    def bound(self) -> str | None:
        """The measured bound."""
        return measured_bound(self.row)

    def error(self, predicted: Predicted | None) -> float | None:
        """Of the likely ceiling."""
        if predicted is None or predicted.ceiling.likely is None:
            return None
        return abs(predicted.ceiling.likely - self.truth(predicted))

    def truth(self, predicted: Predicted | None) -> float:
        """What a prediction is held against: the model knows nothing of event loops and is asked about copies."""
        return self.copies if predicted is not None and predicted is self.model else self.speedup


@dataclass(frozen=True)
class Score:
    """The figures for a set of programs; shares are of those for which the question could be asked."""

    programs: int
    bound: float
    help: float
    error_median: float
    error_p90: float
    coverage: float
    width_median: float
    held_error: float
    stall_ratio: float
    without: int


def usable(case: Case) -> bool:
    """Whether the measurement can be trusted."""
    return not doubts(case.row)


def score(cases: list[Case], *, of_model: bool = False) -> Score:
    """The figures; the whole prediction's, or the model's with measured demands."""

    def said(case: Case) -> Predicted | None:
        return case.model if of_model else case.reader

    bounds = [(p.bound if (p := said(c)) else "none") == c.bound for c in cases if c.bound is not None]
    helps = [(p.helps if (p := said(c)) else None) == (c.truth(said(c)) >= HELP_NO) for c in cases]
    errors = sorted(e for c in cases if (e := c.error(said(c))) is not None)
    known = [(c, p) for c in cases if (p := said(c)) is not None]
    covered = [p.ceiling.low - _OFF <= c.truth(p) <= p.ceiling.high + _OFF for c, p in known]
    widths = [p.ceiling.high - p.ceiling.low for _, p in known]
    held = [
        abs(p.held.likely - c.row["held"]["likely"]) for c, p in known if p.held.likely is not None and c.row["held"]
    ]
    stalls = [
        abs(math.log(max(p.stall_ns, 1e5) / max(c.row["stall_ns"]["likely"], 1e5)))
        for c, p in known
        if c.row["stall_ns"]
    ]
    return Score(
        programs=len(cases),
        bound=_share(bounds),
        help=_share(helps),
        error_median=median(errors) if errors else math.nan,
        error_p90=errors[min(len(errors) - 1, int(0.9 * len(errors)))] if errors else math.nan,
        coverage=_share(covered),
        width_median=median(widths) if widths else math.nan,
        held_error=median(held) if held else math.nan,
        stall_ratio=math.exp(median(stalls)) if stalls else math.nan,
        without=sum(1 for c in cases if c.error(said(c)) is None),
    )


def _share(answers: list[bool]) -> float:
    return sum(answers) / len(answers) if answers else math.nan


def confusion(cases: list[Case]) -> Counter[tuple[str, str]]:
    """How often each measured bound was predicted as which."""
    return Counter((c.bound, c.reader.bound if c.reader else "none") for c in cases if c.bound is not None)


def worst(cases: list[Case], count: int) -> list[Case]:
    """The programs whose ceiling is furthest off; those without a prediction first."""
    return sorted(cases, key=lambda c: -(e if (e := c.error(c.reader)) is not None else 9.0))[:count]
