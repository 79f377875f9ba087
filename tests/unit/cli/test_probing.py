"""Verifying: which conditions are asked of the Python and the library at hand."""

from __future__ import annotations

import pytest

from gillint.cli.probing import for_others
from gillint.knowledge.schema import Condition


@pytest.mark.parametrize(
    ("condition", "skipped"),
    [
        (Condition(), False),
        (Condition(python=">=3.13"), True),
        (Condition(python="<3.13"), False),
        (Condition(version=">=2"), True),
        (Condition(version=">=1,<2", python=">=3.10"), False),
    ],
)
def test_a_condition_for_other_versions_is_skipped(condition: Condition, skipped: bool) -> None:
    assert (for_others(condition, "1.26.4", "3.11.7") is not None) is skipped
    assert for_others(Condition(version=">=2"), None, "3.11.7") is None  # a library that does not say its version
