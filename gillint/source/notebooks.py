"""Notebooks: the code cells of an .ipynb file in order, as one program.

What IPython understands and Python does not (magics, shell commands, help) is replaced by Python that stands in the same
lines; what remains of a line keeps its columns.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gillint.source.files import SourceProblem


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number among all cells from 1, and where its lines are in the program.

    `file_lines` are where the lines are in the .ipynb file, for tools that know no cells.
    """

    number: int
    first_line: int
    lines: int
    file_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """What is analysed: a file's text, or what the code cells of a notebook make when they run from top to bottom.

    `text` is the same as it was written, line for line: with the magics.
    """

    source: str
    text: str
    cells: tuple[Cell, ...] = ()


def program_of(text: str, name: str) -> Program:
    """The program in a file, by its name.

    Raises:
        SourceProblem: it is named as a notebook, and is none.
    """
    return read_notebook(text) if name.lower().endswith(".ipynb") else Program(text, text)


def cell_at(cells: tuple[Cell, ...], line: int) -> tuple[Cell, int]:
    """The cell of a line of the program, and the line in it; what is past a cell's end is its last line."""
    cell = next((c for c in reversed(cells) if c.first_line <= line), cells[0])
    return cell, max(1, min(line - cell.first_line + 1, cell.lines))


def read_notebook(text: str) -> Program:
    """The program of a notebook; empty where its language is not Python.

    Raises:
        SourceProblem: this is not a notebook of version 4 of the format.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceProblem(f"not a notebook: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise SourceProblem("not a notebook: nested too deeply") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        old = isinstance(data, dict) and "worksheets" in data
        hint = "it is of an old format: `jupyter nbconvert --to notebook` converts it" if old else "it has no cells"
        raise SourceProblem(f"not a notebook of format 4: {hint}")
    if _language(data) not in ("python", "ipython"):
        return Program("", "")
    sources = [(number, _source(cell, number)) for number, cell in enumerate(data["cells"], 1)]
    return program_of_cells(((n, source) for n, source in sources if source is not None), _file_lines(text))


def program_of_cells(sources: Iterable[tuple[int, str]], places: Mapping[int, Sequence[int]] | None = None) -> Program:
    """The program that code cells make, in order.

    Args:
        sources: of each cell its number and its text.
        places: where the lines of each cell stand in a file, if they do.
    """
    cells: list[Cell] = []
    program: list[str] = []
    written: list[str] = []
    for number, source in sources:
        lines = as_python(source).split("\n")
        known = (places or {}).get(number, ())
        cells.append(Cell(number, len(program) + 1, len(lines), tuple(known[: len(lines)])))
        program.extend(lines)
        written.extend(source.split("\n"))
    return Program(_joined(program), _joined(written), tuple(cells))


def python_of(text: str, cells: tuple[Cell, ...]) -> str:
    """The Python of a text as it was written: without the magics, where it has cells."""
    lines = text.split("\n")
    parts = ["\n".join(lines[cell.first_line - 1 :][: cell.lines]) for cell in cells]
    return _joined([as_python(part) for part in parts]) if cells else text


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n" if lines else ""


def _language(data: dict[str, Any]) -> str:
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(table)
        if isinstance(found, dict) and isinstance(found.get(key), str):
            return str(found[key]).lower()
    return "python"


def _source(cell: object, number: int) -> str | None:
    """The text of a code cell; None for another kind of cell."""
    if not isinstance(cell, dict):
        raise SourceProblem(f"not a notebook of format 4: cell {number} is not an object")
    if cell.get("cell_type") != "code":
        return None
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise SourceProblem(f"not a notebook of format 4: the source of cell {number} is not text")
    if "\0" in source:
        raise SourceProblem(f"cell {number} contains null bytes")
    return source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


_JSON = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{},:]')


def _file_lines(text: str) -> dict[int, list[int]]:
    """For each cell by its number, the line of the JSON text at which each of its lines stands.

    Notebooks are written with a string for each line of code; where one string holds several, all are where it begins.
    """
    found: dict[int, list[int]] = {}
    inside: list[tuple[str, str | int]] = []  # the brackets around, each with the key or the index at which it is
    begins: dict[int, bool] = {}  # whether the next string of a cell begins a line
    line, at, is_key = 1, 0, False
    for match in _JSON.finditer(text):
        line, at = line + text.count("\n", at, match.start()), match.start()
        token = match[0]
        if token in "[{":
            inside.append((token, 0))
            is_key = token == "{"
        elif token in "]}":
            inside.pop()
        elif token == ",":
            bracket, key = inside[-1]
            is_key = bracket == "{"
            inside[-1] = (bracket, key + 1 if isinstance(key, int) else key)
        elif token == ":":
            is_key = False
        elif is_key:
            inside[-1] = ("{", json.loads(token))
        elif len(inside) in (3, 4) and inside[0][1] == "cells" and inside[2][1] == "source":
            number = int(inside[1][1]) + 1
            for part in json.loads(token).splitlines(keepends=True):
                if begins.get(number, True):
                    found.setdefault(number, []).append(line)
                begins[number] = part.endswith(("\n", "\r"))
    return found


# Cell magics that run the rest of the cell as Python in this process; below any other one is another language.
_PYTHON_CELLS = {"time", "timeit", "capture", "prun", "memit", "mprun", "gillint", "lprun", "snakeviz", "pyinstrument"}
_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_TIMED = re.compile(r"%time(?:it)?\b(?:\s+-(?:[nr]\s*\d+|p\s*\d+|[tcqo]+))*")
_MAGIC = re.compile(r"(?P<indent>\s*)(?:[%!?]|.*[^\s?]\?\??\s*$)")
_ASSIGNED = re.compile(r"(?P<target>\s*[\w.,:\s\[\]'\"]+?\s*=\s*)[%!](?!=)")
_UNKNOWN = "get_ipython()"  # what IPython puts there itself, and nobody knows the result of


def as_python(cell: str) -> str:
    """A cell with magics replaced; a cell that is Python stays as it is."""
    magic = _CELL_MAGIC.match(cell)
    if magic is not None:
        if magic[1] not in _PYTHON_CELLS:
            return "\n" * cell.count("\n")
        _, line_end, rest = cell.partition("\n")
        return line_end + as_python(rest)
    if _is_python(cell):
        return cell
    return "\n".join(_lines(cell.split("\n")))


def _is_python(cell: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(cell, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _lines(lines: list[str]) -> Iterator[str]:
    inside = _Inside()
    continued = False  # a magic that ends with a backslash goes on in the next line
    for line in lines:
        if continued:
            continued = line.endswith("\\")
            yield ""
            continue
        replaced = None if inside else _replaced(line)
        if replaced is None:
            inside = inside.after(line)
            yield line
        else:
            continued = line.endswith("\\")
            yield replaced


def _replaced(line: str) -> str | None:
    """What stands for a line that begins a statement; None where it is Python already."""
    stripped = line.lstrip()
    if not stripped or stripped.startswith("#"):
        return None
    timed = _TIMED.match(line)  # at the margin `if 1:` is exactly as long as `%time`
    if timed is not None and line[timed.end() :].strip() and not line.rstrip().endswith("\\"):
        return "if 1:".ljust(timed.end()) + line[timed.end() :]
    assigned = _ASSIGNED.match(line)
    if assigned is not None:
        return assigned["target"] + _UNKNOWN
    magic = _MAGIC.match(line) if "#" not in line or stripped[0] in "%!?" else None
    return magic["indent"] + "pass" if magic is not None and magic["indent"] is not None else None


_TOKEN = re.compile(r"'''|\"\"\"|#.*|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[][(){}]|\\.")


@dataclass(frozen=True, slots=True)
class _Inside:
    """What a line begins inside of: brackets, a string in triple quotes, a line that goes on."""

    depth: int = 0
    quote: str = ""
    backslash: bool = False

    def __bool__(self) -> bool:
        return self.depth > 0 or bool(self.quote) or self.backslash

    def after(self, line: str) -> _Inside:
        """The same for the next line."""
        depth, quote, at = self.depth, self.quote, 0
        while at <= len(line):
            if quote:
                end = re.compile(rf"(?:\\.|(?!{quote}).)*{quote}").match(line, at)
                if end is None:
                    return _Inside(depth, quote)
                at, quote = end.end(), ""
            found = _TOKEN.search(line, at)
            if found is None:
                break
            at, token = found.end(), found[0]
            if token in ("'''", '"""'):
                quote = token
            elif token in "([{":
                depth += 1
            elif token in ")]}":
                depth = max(0, depth - 1)
        return _Inside(depth, quote, line.endswith("\\"))
