"""A speed-up curve as inline SVG: it takes its colours from the page, and says in words what it shows."""

from __future__ import annotations

from gillint.diagnostics.measured import Point
from gillint.scaling.predict import BoundType, Prediction

_WIDTH, _HEIGHT = 320, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 12, 10, 34


def curve_svg(p: Prediction, cores: int, name: str, measured: tuple[Point, ...] = ()) -> str:
    """The likely speed-up over the number of threads, the interval at the last one, and perfect scaling beside it.

    `name` is unique on the page; `measured` is drawn where it was measured. Empty where there is nothing to draw: one
    thread, or an unknown bound.
    """
    seen = [(m.threads, m.measured) for m in measured if m.measured is not None]
    points = [(i, v) for i, v in enumerate(p.curve, 1) if v is not None]
    if len(points) < 2:
        return ""
    last = len(p.curve)
    best = last if p.bound is BoundType.IO else min(last, cores)  # waiting overlaps whatever the cores are
    most = _rounded(max(p.ceiling.high, *(v for _, v in points), *(i.high for _, i in seen), best, 1.0))

    def x(threads: float) -> float:
        return round(_LEFT + (threads - 1) / (last - 1) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(speedup: float) -> float:
        return round(_HEIGHT - _BOTTOM - speedup / most * (_HEIGHT - _TOP - _BOTTOM), 1)

    knee = p.saturation[0]
    line = " ".join(f"{x(i)},{y(v)}" for i, v in points)
    perfect = f"{x(1)},{y(1)} {x(best)},{y(best)} {x(last)},{y(best)}"
    low, high = y(p.ceiling.low), y(min(p.ceiling.high, most))
    parts = [
        *(_rule(x(1), x(last), y(v), f"{v:g}x") for v in _ticks(most)),
        *(_tick(x(i), i) for i in _threads(last)),
        f'<text class="axis" x="{x((1 + last) / 2)}" y="{_HEIGHT - 3}" text-anchor="middle">threads</text>',
        f'<polyline class="perfect" points="{perfect}"/>',
        f'<line class="interval" x1="{x(last)}" x2="{x(last)}" y1="{low}" y2="{high}"/>',
        f'<polyline class="curve" points="{line}"/>',
        *(f'<circle class="point" cx="{x(i)}" cy="{y(v)}" r="2.5"/>' for i, v in points if last <= 16),
    ]
    if 1 < knee <= last and p.curve[knee - 1] is not None:
        parts.append(f'<circle class="knee" cx="{x(knee)}" cy="{y(p.curve[knee - 1] or 0)}" r="5"/>')
    for threads, i in seen:
        parts.append(f'<line class="range" x1="{x(threads)}" x2="{x(threads)}" y1="{y(i.low)}" y2="{y(i.high)}"/>')
        parts.append(f'<rect class="seen" x="{x(threads) - 3.5}" y="{y(i.likely) - 3.5}" width="7" height="7"/>')
    values = ", ".join(f"{v:.2f} on {i}" for i, v in points if i in _threads(last))
    text = f"Likely speed-up by number of threads: {values}. On {last} between {p.ceiling.low:.2f} and {p.ceiling.high:.2f}."
    if seen:
        text += " Measured: " + ", ".join(f"{i.likely:.2f} on {threads}" for threads, i in seen) + "."
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">Speed-up curve</title><desc id="{name}-d">{text}</desc>{"".join(parts)}</svg>'
    )


def _rule(left: float, right: float, at: float, label: str) -> str:
    return (
        f'<line class="rule" x1="{left}" x2="{right}" y1="{at}" y2="{at}"/>'
        f'<text class="axis" x="{left - 6}" y="{at + 3.5}" text-anchor="end">{label}</text>'
    )


def _tick(at: float, threads: int) -> str:
    return f'<text class="axis" x="{at}" y="{_HEIGHT - _BOTTOM + 14}" text-anchor="middle">{threads}</text>'


def _rounded(value: float) -> float:
    """The least number of a friendly row that is not below."""
    for most in (1.5, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64):
        if value <= most * 1.001:
            return float(most)
    return float(-(-value // 32) * 32)


def _ticks(most: float) -> list[float]:
    step = 0.5 if most <= 2 else 1 if most <= 5 else 2 if most <= 12 else 8 if most <= 40 else most / 4
    return [i * step for i in range(int(most / step) + 1)]


def _threads(last: int) -> list[int]:
    """The thread counts that get a label."""
    if last <= 8:
        return list(range(1, last + 1))
    wanted = {1, last} | {round(last * part / 4) for part in (1, 2, 3)}
    return sorted(wanted)
