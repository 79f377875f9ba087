"""What a dict of somebody else's gives, or a default where it has nothing."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse

SOURCE = """\
from urllib.parse import parse_qsl
def page(query, settings):
    rows = list(range(100_000))
    size = {size}
    return rows[:size]
for text in open("requests.txt"):
    page(dict(parse_qsl(text)), unknown_settings())
"""


@pytest.mark.parametrize(
    ("size", "likely"),
    [
        ('int(query.get("size", 500))', 500),
        ('settings.get("size", 500)', 500),
        ('settings.get("size", 0)', None),  # where a count begins, it says nothing of its end
    ],
)
def test_a_number_is_about_as_large_as_what_stands_for_it(size: str, likely: float | None) -> None:
    report = analyse(SOURCE.format(size=size), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 6)
    cut = next(c.detail.call for c in region.calls if c.detail.call.name == "list.__getitem__")
    piece = cut.bound.positional[0].items
    assert piece is not None
    number = piece[1].number
    assert (number.likely if number is not None else None) == likely
