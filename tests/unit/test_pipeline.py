"""The road as a whole: which region the verdict speaks of."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.pipeline import analyse, hottest
from tests.support import options


def test_of_two_that_take_as_long_the_one_of_which_something_is_known_is_named() -> None:
    source = "def known(n):\n    for i in range(n):\n        str(i)\n\ndef other(f, n):\n    for i in range(n):\n        f.g(i)\n"
    regions = analyse(source, "program.py", options()).regions
    same = tuple(replace(region, cost_share=0.5) for region in regions)
    for order in (same, same[::-1]):
        found = hottest(order)
        assert found is not None and order[found].prediction.bound.value == "gil"
