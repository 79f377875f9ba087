"""Tests of what a value is an instance of: what a library makes is no list or text, where its type says nothing of the kind."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_trip_counts import runs

HEAD = "import math, lxml.html, parsel, requests\npage = lxml.html.fromstring('<p>a</p>')\n"
TAKEN = [
    ("page", "list", 0),
    ("page.xpath('//p')", "list", 1),
    ("parsel.Selector('<p>').css('p')", "list", 1),
    ("page", "(str, bytes)", 0),
    ("requests.Session()", "(str, bytes)", 0),
    ("page.text_content()", "(str, bytes)", 1),
]


@pytest.mark.parametrize(("made", "kinds", "count"), TAKEN)
def test_the_arm_that_is_taken(made: str, kinds: str, count: float) -> None:
    body = f"    if isinstance(x, {kinds}):\n        math.sqrt(1)\n    else:\n        pass\n"
    source = f"{HEAD}\ndef helper(x):\n{body}\ndef work():\n    helper({made})\n"
    assert runs(source) == pytest.approx(count)
