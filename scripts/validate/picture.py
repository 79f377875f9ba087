"""Predicted against measured, as an SVG of a few lines that a diff can show."""

from __future__ import annotations

from scripts.validate.scoring import Case

_SIZE, _EDGE = 420, 46
_COLOURS = {"gil": "#c0392b", "mixed": "#d68910", "native": "#1e8449", "io": "#2471a3", None: "#7f8c8d"}


def picture(cases: list[Case], most: float = 2.2) -> str:
    """A point for each program: across what was predicted, with its interval; up what was measured."""

    def at(value: float) -> float:
        return round(_EDGE + min(value, most) / most * (_SIZE - 2 * _EDGE), 1)

    def across(value: float) -> float:
        return at(value)

    def up(value: float) -> float:
        return round(_SIZE - at(value), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif" font-size="11">',
        "<title>Predicted against measured speed-up on two threads</title>",
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="white"/>',
        f'<line x1="{at(0)}" y1="{up(0)}" x2="{at(most)}" y2="{up(most)}" stroke="#bbb"/>',
    ]
    for tick in (0.5, 1.0, 1.5, 2.0):
        parts.append(f'<text x="{across(tick)}" y="{_SIZE - _EDGE + 16}" text-anchor="middle">{tick}x</text>')
        parts.append(f'<text x="{_EDGE - 8}" y="{up(tick) + 4}" text-anchor="end">{tick}x</text>')
        parts.append(f'<line x1="{_EDGE}" y1="{up(tick)}" x2="{_SIZE - _EDGE}" y2="{up(tick)}" stroke="#eee"/>')
    parts.append(f'<text x="{_SIZE / 2}" y="{_SIZE - 10}" text-anchor="middle">predicted</text>')
    middle = _SIZE / 2
    parts.append(f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">measured</text>')
    for case in sorted(cases, key=lambda c: c.workload.name):
        if case.reader is None or case.reader.ceiling.likely is None:
            continue
        c, colour, y = case.reader.ceiling, _COLOURS[case.bound], up(case.speedup)
        x = across(case.reader.ceiling.likely)
        parts.append(
            f'<line x1="{across(c.low)}" y1="{y}" x2="{across(c.high)}" y2="{y}" stroke="{colour}" opacity="0.25"/>'
        )
        name = f"<title>{case.workload.name}</title>"
        if case.workload.set_aside:
            parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}">{name}</circle>')
        else:
            parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="none" stroke="{colour}">{name}</circle>')
    for i, (bound, colour) in enumerate((k, v) for k, v in _COLOURS.items() if k):
        parts.append(f'<text x="{_EDGE + 8 + 60 * i}" y="{_EDGE - 14}" fill="{colour}">{bound}</text>')
    parts.append("</svg>\n")
    return "\n".join(parts)
