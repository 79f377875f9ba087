"""Whole numbers of many digits, and texts that are numbers."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage


@pytest.mark.parametrize(
    ("text", "is_long"),
    [("open('count.txt').read()", False), ("input()", False), ("'7' * 90_000", True), ("'7' * 9", False)],
)
def test_a_text_of_any_length_that_is_a_number_is_short(text: str, is_long: bool) -> None:
    dumped = dump_stage("resolve", f"n = int({text})\nprint(n + 1)\n", "program.py", Options(python="3.11"))
    assert ("int[" in dumped.split(" print ")[1]) is is_long
