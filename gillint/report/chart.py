"""Speed-up against threads in the terminal: the predicted curve with its band, and the measured points."""

from __future__ import annotations

from rich.text import Text

from gillint.diagnostics.measured import Point

_HEIGHT = 9
_WIDTH = 7  # characters for each number of threads
_MOST_COLUMNS = 12


def chart(points: tuple[Point, ...]) -> list[Text]:
    """The lines of the picture; empty where there is but one point."""
    shown = _thinned(points)
    if len(shown) < 2:
        return []
    top = max(1.2, *(_highest(p) for p in shown))
    step = top / (_HEIGHT - 1)
    lines = []
    for row in range(_HEIGHT - 1, -1, -1):
        level = row * step
        line = Text(f"{level:4.1f}x ", style="dim")
        line.append("│")
        for p in shown:
            line.append(*_cell(p, level, step))
        lines.append(line)
    lines.append(Text("      └" + "─" * (_WIDTH * len(shown)), style="dim"))
    lines.append(Text("       " + "".join(f"{p.threads:^{_WIDTH}}" for p in shown) + " threads", style="dim"))
    legend = Text("       ")
    legend.append("●", style="bold")
    legend.append(" measured   ")
    legend.append("─", style="cyan")
    legend.append(" predicted   ")
    legend.append("░", style="cyan")
    legend.append(" its interval")
    return [*lines, legend]


def _thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    if len(points) <= _MOST_COLUMNS:
        return points
    return tuple(p for p in points if p.measured is not None or p.threads in (1, 2, 4, 8, 16, 32, 64, len(points)))


def _highest(p: Point) -> float:
    return max(p.predicted[2], p.measured.high if p.measured is not None else 0.0)


def _cell(p: Point, level: float, step: float) -> tuple[str, str]:
    """One number of threads at one level: what is nearest to it."""

    def here(value: float | None) -> bool:
        return value is not None and abs(value - level) <= step / 2

    low, likely, high = p.predicted
    if p.measured is not None and here(p.measured.likely):
        return f"{'●':^{_WIDTH}}", "bold"
    if here(likely):
        return f"{'─' * 3:^{_WIDTH}}", "cyan"
    if low - step / 2 <= level <= high + step / 2 and high > low:
        return f"{'░' * 3:^{_WIDTH}}", "cyan"
    return " " * _WIDTH, ""
