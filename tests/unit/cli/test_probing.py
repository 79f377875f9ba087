"""Verifying: which conditions are asked of the Python and the library at hand."""

from __future__ import annotations

import pytest

from gillint.cli.probing import for_others, not_there
from gillint.knowledge.base import find_fact
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


@pytest.mark.parametrize(
    ("name", "version", "running", "skipped"),
    [
        ("float.from_number", "3.13.5", "3.13.5", True),
        ("float.from_number", "3.14.0", "3.14.0", False),
        ("concurrent.interpreters.Queue.get", "3.13.5", "3.13.5", True),  # the whole module is new
        ("crypt.crypt", "3.13.5", "3.13.5", True),
        ("json.dumps", "3.10.13", "3.10.13", False),
        ("numpy.sort", "2.4.6", "3.10.13", False),
        ("numpy.row_stack", "2.5.0", "3.13.5", True),
        ("numpy.row_stack", "2.4.6", "3.13.5", False),
        ("numpy.row_stack", None, "3.13.5", False),  # a library that does not say its version
    ],
)
def test_a_name_of_other_versions_is_skipped(name: str, version: str | None, running: str, skipped: bool) -> None:
    fact = find_fact(name)
    assert fact is not None
    assert (not_there(fact, version, running) is not None) is skipped
