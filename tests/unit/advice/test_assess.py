"""What is said of a region as a whole: shares of its time."""

from __future__ import annotations

from tests.support import regions


def test_the_parts_of_a_time_that_is_cut_off_are_no_more_than_the_whole() -> None:
    names = [f"x{n}" for n in range(9)]
    loops = "".join(f"{'    ' * (n + 1)}for a{n} in {name}:\n" for n, name in enumerate(names))
    inner = "    " * 10
    code = f"def work({', '.join(names)}):\n{loops}{inner}repr(a8).lower()\n{inner}str(a7).split(',')\n"
    for region in regions(code):
        assert sum(call["share"] for call in region["calls"]) <= 1.001
