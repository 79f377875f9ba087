"""Texts as editors change them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gillint.diagnostics.span import Span
from gillint.lsp.texts import Moves, Text
from gillint.report.lsp import Encoding

SMILE = "s = '\U0001f600é'  # end\n"


@pytest.mark.parametrize(
    ("encoding", "character", "index"),
    [
        ("utf-32", 7, 7),
        ("utf-16", 7, 6),
        ("utf-16", 8, 7),
        ("utf-16", 6, 5),  # in the middle of a character: before it
        ("utf-8", 9, 6),
        ("utf-8", 11, 7),
        ("utf-8", 10, 6),
        ("utf-16", 1_000, len(SMILE) - 1),
    ],
)
def test_positions_are_code_units(encoding: Encoding, character: int, index: int) -> None:
    assert Text(SMILE, encoding).offset(0, character) == index


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_where_the_protocol_says(end: str) -> None:
    text = Text(f"a\x0cb{end}c\x1cd\u2028e{end}f")
    assert [text.text[text.offset(line, 0)] for line in range(3)] == ["a", "c", "f"]
    assert text.plain == "a\x0cb\nc\x1cd\u2028e\nf"
    assert text.offset(0, 99) == 3
    assert text.column(1, 2) == 3


@pytest.mark.parametrize(
    ("start", "end", "new", "after"),
    [
        ((0, 1), (0, 1), "x", "axb\ncd\n"),
        ((0, 2), (1, 0), "", "abcd\n"),
        ((1, 0), (0, 2), "", "abcd\n"),  # the wrong way round
        ((2, 0), (2, 0), "e", "ab\ncd\ne"),
        ((9, 9), (99, 9), "e", "ab\ncd\ne"),  # behind the end
        ((0, 0), (99, 0), "", ""),
        ((-1, -5), (0, 1), "", "b\ncd\n"),
    ],
)
def test_changes(start: tuple[int, int], end: tuple[int, int], new: str, after: str) -> None:
    assert Text("ab\ncd\n").replaced(start, end, new).text == after


@given(st.text("a\n\U0001f600é"), st.text("b\n"), st.data())
def test_a_change_is_what_slicing_does(before: str, new: str, data: st.DataObject) -> None:
    text = Text(before, "utf-32")
    first = data.draw(st.integers(0, len(before)))
    last = data.draw(st.integers(first, len(before)))

    def position(index: int) -> tuple[int, int]:
        line = before.count("\n", 0, index)
        return line, index - (before.rfind("\n", 0, index) + 1)

    assert text.replaced(position(first), position(last), new).text == before[:first] + new + before[last:]


@pytest.mark.parametrize(
    ("old", "new", "line", "moved"),
    [
        ("a\nb\nc", "a\nb\nc", 2, 2),
        ("a\nb\nc", "a\nx\nb\nc", 2, 3),
        ("a\nb\nc", "x\na\nb\nc", 3, 4),
        ("a\nb\nc", "a\nc", 3, 2),
        ("a\nb\nc", "a\nc", 2, None),  # it is gone
        ("a\nb\nc", "a\nbb\nc", 2, 2),  # it has changed
        ("a\na\na", "a\na", 1, 1),
    ],
)
def test_lines_move(old: str, new: str, line: int, moved: int | None) -> None:
    moves = Moves.between(old, new)
    assert moves.line(line) == moved
    if moved is not None:
        assert moves.back.line(moved) == line


def test_a_span_whose_end_is_gone_is_gone() -> None:
    moves = Moves.between("a\nb\nc\nd", "a\nd")
    assert moves.span(Span(1, 1, 3, 2)) is None
    assert moves.span(Span(4, 1, 4, 2)) == Span(2, 1, 2, 2)
