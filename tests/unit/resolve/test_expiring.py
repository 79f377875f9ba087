"""Answers that are kept for a while are mostly still good when they are asked for again."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_trip_counts import runs

CACHE = """
import math, time

class Prices:
    def __init__(self):
        self.known = {{}}

    def of(self, product):
{body}
        value = math.sqrt(product)
        self.known[product] = (value, time.time())
        return value

def work():
    prices = Prices()
    for n in range(100):
        for product in range(20):
            prices.of(product)
"""
# How a function asks whether an answer is there and still good: one is found out for each of twenty products.
KEPT = {
    "two tests": """
        if product in self.known:
            value, when = self.known[product]
            if time.time() - when < 60:
                return value
""",
    "one test": """
        hit = self.known.get(product)
        if hit is not None and time.time() - hit[1] < 60:
            return hit[0]
""",
    "a test for nothing": """
        hit = self.known.get(product)
        if hit and time.time() < hit[1] + 60:
            return hit[0]
""",
}
# Another key, or no part beside the one that is given back.
OTHERS = {
    "nothing is stored under that key": """
        hit = self.known.get(product - 1)
        if hit is not None and time.time() - hit[1] < 60:
            return hit[0]
""",
    "the answer itself is asked for": """
        hit = self.known.get(product)
        if hit is not None and hit > 60:
            return hit
""",
}


@pytest.mark.parametrize("body", KEPT.values(), ids=list(KEPT))
def test_an_answer_is_found_out_again_where_it_is_new_or_no_longer_good(body: str) -> None:
    assert 20 <= runs(CACHE.format(body=body)) <= 100


@pytest.mark.parametrize("body", OTHERS.values(), ids=list(OTHERS))
def test_what_is_no_answer_that_is_kept_for_a_while(body: str) -> None:
    assert runs(CACHE.format(body=body)) > 500
