"""Notebooks: cells become one program, and what Python does not understand becomes Python in the same lines."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import Any

import pytest

from gillint.source.files import SourceProblem
from gillint.source.notebooks import Cell, cell_at, program_of, read_notebook


def notebook(*cells: str | dict[str, Any], **metadata: Any) -> str:
    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": c}
        if isinstance(c, str)
        else c
        for c in cells
    ]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


MARKDOWN = {"cell_type": "markdown", "metadata": {}, "source": ["# for x in y:\n", "text"]}


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1\nfor y in x:\n    print(y)", "x = 1\nfor y in x:\n    print(y)"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("for x in y:\n    !echo {x}\n    f(x)", "for x in y:\n    pass\n    f(x)"),
        ("%time x = f(y)", "if 1: x = f(y)"),
        ("%timeit -n 10 -r3 f(x)", "if 1:             f(x)"),
        ("%time", "pass"),
        ("    %time f()", "    pass"),
        ("%%time\nx = f()", "\nx = f()"),
        ("%%time\n%who\nx = f()", "\npass\nx = f()"),
        ("%%bash\nfor x in *; do\n  echo $x\ndone", "\n\n\n"),
        ("%%html\n<b>(</b>", "\n"),
        ("files = !ls *.py", "files = get_ipython()"),
        ("a, b = %magic x", "a, b = get_ipython()"),
        ("d['k'] = !ls", "d['k'] = get_ipython()"),
        ("x: list = !ls", "x: list = get_ipython()"),
        ("f?\n?f\nf.g??", "pass\npass\npass"),
        ("!pip install \\\n  json\nx = 1", "pass\n\nx = 1"),
        # near misses: this is Python
        ("x = (a\n  % b)", "x = (a\n  % b)"),
        ("x = (a\n  % b)\n%who", "x = (a\n  % b)\npass"),
        ("x = a \\\n % b\n%who", "x = a \\\n % b\npass"),
        ("s = '''\n%who\n!ls\nwhat?\n'''\n%who", "s = '''\n%who\n!ls\nwhat?\n'''\npass"),
        ('s = """a\n%b""" % c\n%who', 's = """a\n%b""" % c\npass'),
        ("x = 1  # what?\n%who", "x = 1  # what?\npass"),
        ("x != y\n%who", "x != y\npass"),
        ("x %= 2\n%who", "x %= 2\npass"),
        ("s = '('\n%who", "s = '('\npass"),
        ("s = '\\''  # (\n%who", "s = '\\''  # (\npass"),
        ("await f()", "await f()"),
    ],
)
def test_magics_are_replaced_in_their_lines(cell: str, python: str) -> None:
    program = read_notebook(notebook(cell))
    assert program.source == python + "\n"
    assert program.text == cell + "\n"
    assert program.source.count("\n") == program.text.count("\n")


def test_cells_are_counted_with_those_that_are_no_code() -> None:
    program = read_notebook(notebook(MARKDOWN, "a = 1\nb = 2\n", MARKDOWN, "", "c = 3"))
    assert program.source == "a = 1\nb = 2\n\nc = 3\n"
    assert [replace(c, file_lines=()) for c in program.cells] == [Cell(2, 1, 2), Cell(4, 3, 1), Cell(5, 4, 1)]
    places = [(c.number, line) for c, line in (cell_at(program.cells, n) for n in (1, 2, 3, 4, 5, 99))]
    assert places == [(2, 1), (2, 2), (4, 1), (5, 1), (5, 1), (5, 1)]


def test_what_is_replaced_keeps_its_columns() -> None:
    program = read_notebook(notebook("%time xs = [f(i) for i in ys]"))
    (call,) = [n for n in ast.walk(ast.parse(program.source)) if isinstance(n, ast.Call)]
    assert program.text.splitlines()[call.lineno - 1][call.col_offset :].startswith("f(i)")


TRICKY = ["a = {'cells': [1]}\n", 'b = \'"source": ["\'\n', "\n", "c = '\\\\'"]


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_lines_are_found_in_the_file(indent: int | None) -> None:
    cell = {"metadata": {"source": ["x\n"]}, "source": TRICKY, "outputs": [{"source": ["y\n"]}], "cell_type": "code"}
    text = json.dumps({"metadata": {"cells": [{"source": ["z"]}]}, "cells": [MARKDOWN, cell, cell]}, indent=indent)
    for found in read_notebook(text).cells:
        assert len(found.file_lines) == found.lines == 4
        for line, code in zip(found.file_lines, TRICKY, strict=True):
            assert json.dumps(code) in text.split("\n")[line - 1]
        assert indent is None or len(set(found.file_lines)) == 4


def test_a_source_in_one_string_is_where_it_begins() -> None:
    (cell,) = read_notebook(json.dumps(json.loads(notebook("a = 1\nb = 2")), indent=1)).cells
    assert len(set(cell.file_lines)) == 1


def test_the_source_of_a_cell_may_be_a_list() -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["x = 1\r\n", "y = 2"]}
    assert read_notebook(notebook(cell)).source == "x = 1\ny = 2\n"


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"language": "R"}}, {"language_info": {"name": "julia"}}, {"kernelspec": {"language": "sql"}}],
)
def test_another_language_is_no_program(metadata: dict[str, Any]) -> None:
    assert read_notebook(notebook("for x in y: f(x)", **metadata)).source == ""


@pytest.mark.parametrize("metadata", [{}, {"language_info": {"name": "Python"}}, {"kernelspec": 3}, {"kernelspec": {}}])
def test_python_is_the_ordinary_language(metadata: dict[str, Any]) -> None:
    assert read_notebook(notebook("x = 1", **metadata)).source == "x = 1\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 1, "Expecting value"),
        ("{\n  'cells': []}", 2, 3, "property name"),
        ("[]", 1, 1, "no cells"),
        ("{}", 1, 1, "no cells"),
        ('{"cells": {}}', 1, 1, "no cells"),
        ('{"worksheets": []}', 1, 1, "nbconvert"),
        ('{"cells": [3]}', 1, 1, "cell 1"),
        ('{"cells": [{"cell_type": "code", "source": 3}]}', 1, 1, "cell 1"),
        ('{"cells": [{"cell_type": "code", "source": [3]}]}', 1, 1, "cell 1"),
        ('{"cells": [{"cell_type": "code", "source": "\\u0000"}]}', 1, 1, "null"),
        ("[" * 200_000, 1, 1, "deep"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(SourceProblem) as caught:
        read_notebook(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert says in caught.value.message


def test_the_name_tells_what_a_file_is() -> None:
    assert program_of("x = 1\n", "a.py").cells == ()
    assert program_of(notebook("x = 1"), "A.IPYNB").source == "x = 1\n"
