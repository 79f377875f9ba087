"""Settings for all tests: hypothesis gives every run the same examples, and no example has a deadline.

GILLINT_EXPLORE=1 python -m pytest tests/property    looks for new examples instead
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, derandomize=False, max_examples=1_000)
settings.load_profile("explore" if os.environ.get("GILLINT_EXPLORE") else "repeatable")


@pytest.fixture
def frozen() -> Iterator[None]:
    """For tests that collect garbage: what was there before (the knowledge base, other tests) is not walked each time."""
    gc.freeze()
    yield
    gc.unfreeze()
