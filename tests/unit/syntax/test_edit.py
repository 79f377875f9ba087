"""Edits: what they make of a text, and that they leave everything else as it was."""

from __future__ import annotations

import ast

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gillint.diagnostics.fixes import Edit
from gillint.diagnostics.span import Span
from gillint.syntax.edit import apply_edits

PROCESSES = "concurrent.futures.ProcessPoolExecutor"
BOTH = "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
IMPORT = "from concurrent.futures import ThreadPoolExecutor\n"


def at(source: str, piece: str) -> Span:
    """The span of a piece that is on one line."""
    for number, line in enumerate(source.split("\n"), 1):
        column = line.find(piece)
        if column >= 0:
            return Span(number, column + 1, number, column + 1 + len(piece))
    raise AssertionError(piece)


def edited(source: str, action: str, piece: str, text: str = "", name: str = "") -> str | None:
    return apply_edits(source, [Edit(action, at(source, piece), text, name)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if asked():\n    pass\n", "if not asked():\n    pass\n"),
        ("if not asked():  # why\n    pass\n", "if asked():  # why\n    pass\n"),
        ("x = (not asked())\n", "x = (asked())\n"),
        ("x = 1 if asked() else 2\n", "x = 1 if not asked() else 2\n"),
    ],
)
def test_negate(before: str, after: str) -> None:
    piece = "not asked()" if "not asked()" in before else "asked()"
    assert edited(before, "negate", piece) == after
    assert edited(after, "negate", "asked()" if piece == "not asked()" else "not asked()") == before


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("@njit\ndef f(): pass\n", "njit", "@njit(nogil=True)\ndef f(): pass\n"),
        ("@numba.njit\ndef f(): pass\n", "numba.njit", "@numba.njit(nogil=True)\ndef f(): pass\n"),
        ("@njit()\ndef f(): pass\n", "njit()", "@njit(nogil=True)\ndef f(): pass\n"),
        ("@njit(cache=True)\ndef f(): pass\n", "njit(cache=True)", "@njit(cache=True, nogil=True)\ndef f(): pass\n"),
        ("@njit(nogil = False)\ndef f(): pass\n", "njit(nogil = False)", "@njit(nogil = True)\ndef f(): pass\n"),
        ("@njit(a,)\ndef f(): pass\n", "njit(a,)", "@njit(a, nogil=True,)\ndef f(): pass\n"),
    ],
)
def test_a_keyword_is_added_or_set(before: str, piece: str, after: str) -> None:
    made = edited(before, "keyword", piece, "True", "nogil")
    assert made == after
    assert made is not None
    ast.parse(made)


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        (
            IMPORT + "p = ThreadPoolExecutor(8)\n",
            "ThreadPoolExecutor(8)",
            "from concurrent.futures import ProcessPoolExecutor\np = ProcessPoolExecutor(8)\n",
        ),
        (
            IMPORT + "p = ThreadPoolExecutor(8)\nq = ThreadPoolExecutor\n",
            "ThreadPoolExecutor(8)",
            BOTH + "p = ProcessPoolExecutor(8)\nq = ThreadPoolExecutor\n",
        ),
        (
            "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\np = ThreadPoolExecutor()\n",
            "ThreadPoolExecutor()",
            "from concurrent.futures import ProcessPoolExecutor\np = ProcessPoolExecutor()\n",
        ),
        (
            "from concurrent.futures import (\n    ThreadPoolExecutor,  # here\n    wait,\n)\np = ThreadPoolExecutor()\n",
            "ThreadPoolExecutor()",
            "from concurrent.futures import (\n    ProcessPoolExecutor,  # here\n    wait,\n)\np = ProcessPoolExecutor()\n",
        ),
        (
            "import concurrent.futures as cf\np = cf.ThreadPoolExecutor()\n",
            "cf.ThreadPoolExecutor()",
            "import concurrent.futures as cf\np = cf.ProcessPoolExecutor()\n",
        ),
        (
            IMPORT + '__all__ = ["ThreadPoolExecutor"]\np = ThreadPoolExecutor(8)\n',
            "ThreadPoolExecutor(8)",
            BOTH + '__all__ = ["ThreadPoolExecutor"]\np = ProcessPoolExecutor(8)\n',
        ),
    ],
)  # fmt: skip
def test_a_name_is_put_in_the_place_of_another_and_imported(before: str, piece: str, after: str) -> None:
    assert edited(before, "rename", piece, PROCESSES) == after


@pytest.mark.parametrize(
    "source",
    [
        "from concurrent.futures import ThreadPoolExecutor as T\np = T()\n",
        "from elsewhere import ThreadPoolExecutor\np = ThreadPoolExecutor()\n",
        IMPORT + "ProcessPoolExecutor = None\np = ThreadPoolExecutor()\n",
        "class ThreadPoolExecutor: pass\np = ThreadPoolExecutor()\n",
        "p = ThreadPoolExecutor()\n",
    ],
)
def test_a_name_that_means_something_else_is_left_alone(source: str) -> None:
    piece = "T()" if "as T" in source else "ThreadPoolExecutor()"
    assert edited(source, "rename", piece, PROCESSES) is None


def test_edits_that_do_not_fit_are_not_made() -> None:
    assert apply_edits("x = 1\n", [Edit("negate", Span(7, 1, 7, 2))]) is None
    assert apply_edits("x = 1\n", [Edit("call", Span(1, 5, 1, 6))]) is None
    assert apply_edits("x = (\n", [Edit("negate", Span(1, 5, 1, 6))]) is None
    # All or none.
    assert apply_edits("x = 1\n", [Edit("negate", Span(1, 5, 1, 6)), Edit("negate", Span(7, 1, 7, 2))]) is None


def test_the_same_edit_twice_is_made_once() -> None:
    edit = Edit("negate", Span(1, 5, 1, 6))
    assert apply_edits("x = y\n", [edit, edit]) == "x = not y\n"


LINES = st.sampled_from(
    ["x = 1", "# a comment", "", "    ", "def f(a,b = 2) :", "s = '''\u00e4 \\n'''",
     "y = [1,\n  2 ,]", "if x :\n\tpass", "\u00fc = 'x'; z=3"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=6), st.lists(LINES, max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_an_edit_does_not_touch_comes_back_as_it_was(
    above: list[str], below: list[str], newline: str, ends: bool
) -> None:
    def closed(line: str) -> str:
        return f"{line}\n    pass" if line.endswith(":") else line

    def whole(middle: str) -> str:
        text = "\n".join([*map(closed, above), middle, *map(closed, below)])
        return (text + ("\n" if ends else "")).replace("\n", newline)

    before, after = whole("answer = asked()  # kept"), whole("answer = not asked()  # kept")
    try:
        ast.parse(before.replace("\r\n", "\n"))
    except SyntaxError:
        return
    line = before.replace("\r\n", "\n").split("\n").index("answer = asked()  # kept") + 1
    made = apply_edits(before, [Edit("negate", Span(line, 10, line, 17))])
    if made is None:  # what libcst itself does not give back as it was is not touched at all
        assert cst.parse_module(before).code != before
    else:
        assert made == after
