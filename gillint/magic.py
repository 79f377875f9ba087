"""`%load_ext gillint`: the cell magic `%%gillint`, which reports on a cell, and with `-m` measures it.

The cells that were run before are read with it, so that what they define is known; of the session itself only the sizes
of plain values are taken. Nothing is run: not the cell, unless `--run` is given, and no benchmark, unless `-m` is.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import io
import shlex
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console

from gillint.advice.assess import Assessment
from gillint.advice.outcome import FileReport, Options
from gillint.api import analyse_program
from gillint.cli import measure as m
from gillint.cli import options as o
from gillint.diagnostics.span import Span
from gillint.errors import GillintError, UsageError
from gillint.pipeline import hottest
from gillint.report.text import print_report
from gillint.source.notebooks import Program, as_python, program_of_cells

_NAME = "session"  # the file of the cells, in reports: `session:cell 3:2:1` is in In[3]
_WIDTH = 110  # columns in a notebook
_SIZED = (str, bytes, bytearray, list, tuple, dict, set, frozenset, range)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%%gillint: {message}")


def _parser() -> _Parser:
    parser = _Parser(
        prog="%%gillint",
        description="Report on this cell: will threads make it faster, by how much at most, and why.",
        epilog="Example: %%gillint -m --threads 2",
        exit_on_error=False,
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="store_true", help="show this, and leave")
    parser.add_argument("-m", "--measure", action="store_true", help="run the hottest region, and compare")
    parser.add_argument("-r", "--run", action="store_true", help="run the cell afterwards, as without the magic")
    parser.add_argument("--region", type=int, metavar="LINE", help="measure the region on this line of the cell")
    parser.add_argument("--measure-time", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--cores", metavar="N", help="cores to predict for, or `auto`; default: 4")
    parser.add_argument("--threads", type=int, metavar="N", help="threads to predict for; default: cores")
    parser.add_argument("--assume", action="append", metavar="FACT", help="'len(chunk)=65536' or 'n=1000'; repeatable")
    parser.add_argument("--python", metavar="VERSION", help="target Python; default: that of the session")
    return parser


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext gillint` calls."""

    def gillint(line: str, cell: str) -> None:
        try:
            _magic(shell, line, cell)
        except GillintError as error:
            print(f"gillint: {error}", file=sys.stderr)

    gillint.__doc__ = _parser().format_help()
    shell.register_magic_function(gillint, "cell", "gillint")


def _magic(shell: Any, line: str, cell: str) -> None:
    try:
        asked = _parser().parse_args(shlex.split(line))
    except (argparse.ArgumentError, ValueError) as error:
        raise UsageError(f"%%gillint: {error}") from None
    if asked.help:
        print(_parser().format_help(), end="")
        return
    _report(_cells(shell, cell), shell.user_ns, asked)
    if asked.run:
        _run(shell, cell)


def _run(shell: Any, cell: str) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:  # in a kernel: what awaits would need the loop that waits for this magic
        if shell.should_run_async(cell, transformed_cell=shell.transform_cell(cell)):
            raise UsageError("--run: this cell awaits, which a magic cannot do here; run it without the magic")
    shell.run_cell(cell)


def _cells(shell: Any, cell: str) -> list[tuple[int, str]]:
    """What has run in this session and is Python, then the cell, each with the number of its prompt."""
    raw: list[str] = list(shell.history_manager.input_hist_raw)
    if raw and cell.strip() and raw[-1].rstrip().endswith(cell.rstrip()):
        raw.pop()  # this cell, where the session keeps what is typed
    before = [(i, text) for i, text in enumerate(raw) if text.strip() and _has_run(text) and _parsed(text) is not None]
    return [*before, (len(raw), cell.rstrip("\n"))]


def _has_run(cell: str) -> bool:
    """Not so what was only reported on."""
    first, _, _ = cell.lstrip().partition("\n")
    if not first.startswith("%%gillint"):
        return True
    try:
        return bool(_parser().parse_args(shlex.split(first.removeprefix("%%gillint"))).run)
    except (argparse.ArgumentError, GillintError, ValueError):
        return False


def _parsed(cell: str) -> ast.Module | None:
    try:
        return ast.parse(as_python(cell))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _report(cells: list[tuple[int, str]], names: Mapping[str, Any], asked: argparse.Namespace) -> None:
    program = program_of_cells(cells)
    first = program.cells[-1].first_line
    request = _request(asked, first)
    chosen = o.choose(
        (),
        cores="auto" if request.measure else asked.cores,
        threads=max(2, _cores()) if request.measure and asked.threads is None else asked.threads,
        assume=[*_sizes(program, cells[-1][1], names), *(asked.assume or ())],
        python=asked.python or "{}.{}".format(*sys.version_info),
        free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        output_format=["text"],
    )
    reports: tuple[FileReport, ...] = (_of_cell(analyse_program(program, _NAME, chosen.options), first, program),)
    if request.measure:
        reports = m.carry_out(reports, chosen, request)
    _show(reports, chosen.options)


def _show(reports: tuple[FileReport, ...], options: Options) -> None:
    screen = Console(highlight=False)
    if not screen.is_jupyter:
        print_report(screen, reports, options)
        return
    text = io.StringIO()  # rich would make an output of its own of each paragraph
    print_report(
        Console(file=text, highlight=False, force_jupyter=False, force_terminal=True, width=_WIDTH), reports, options
    )
    print(text.getvalue(), end="")


def _cores() -> int:
    from gillint.config.settings import available_cores

    return available_cores()


def _request(asked: argparse.Namespace, first: int) -> m.Request:
    return m.make_request(
        (_NAME,),
        measure=asked.measure,
        line=asked.region + first - 1 if asked.region is not None else None,
        seconds=asked.measure_time,
        emit=None,
        setup=None,
        plot=None,
        interpreter=Path(sys.executable) if asked.measure else None,
    )


def _of_cell(report: FileReport, first: int, program: Program) -> FileReport:
    """What the report says of the last cell: its own regions, and those of the session's functions that it uses."""
    used = _used(program, first)
    regions = tuple(
        a for a in report.regions if a.region.span.line >= first or a.region.function.partition(".")[0] in used
    )
    regions = _shares_among_themselves(regions)
    diagnostics = tuple(d for d in report.diagnostics if d.span.line >= first)
    return replace(report, regions=regions, verdict=hottest(regions), diagnostics=diagnostics)


def _shares_among_themselves(regions: tuple[Assessment, ...]) -> tuple[Assessment, ...]:
    """The cell is the whole, not the session: shares of what its outermost regions take, or those that it calls."""
    outermost = [a for a in regions if not any(_encloses(other.region.span, a.region.span) for other in regions)]
    whole = sum(a.cost_share for a in outermost if a.region.function == "<module>")
    whole = whole or max((a.cost_share for a in outermost), default=0.0)
    return tuple(replace(a, cost_share=min(1.0, a.cost_share / whole)) for a in regions) if whole > 0 else regions


def _encloses(outer: Span, inner: Span) -> bool:
    return (
        outer != inner and (outer.line, outer.column) <= (inner.line, inner.column) and inner.end_line <= outer.end_line
    )


_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _used(program: Program, first: int) -> set[str]:
    """The functions and classes of earlier cells that the last one uses, itself or through others of them."""
    tree = _parsed(program.source)
    body = tree.body if tree is not None else []
    definitions = {n.name: _loaded([n]) for n in body if isinstance(n, _Definition) and n.lineno < first}
    reached: set[str] = set()
    new = _loaded([n for n in body if n.lineno >= first]) & definitions.keys()
    while new:
        reached |= new
        new = set().union(*(definitions[name] for name in new)) & definitions.keys() - reached
    return reached


def _loaded(nodes: Sequence[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _sizes(program: Program, cell: str, names: Mapping[str, Any]) -> Iterator[str]:
    """What the session knows of names that the cell uses, as `--assume` takes it; not of names that parameters have, too."""
    tree, whole = _parsed(cell), _parsed(program.source)
    if tree is None or whole is None:
        return
    parameters = {n.arg for n in ast.walk(whole) if isinstance(n, ast.arg)}
    for name in sorted(_loaded([tree]) - parameters):
        value = names.get(name)
        if isinstance(value, _SIZED):
            yield f"len({name})={len(value)}"
        elif type(value) is int and value >= 0:
            yield f"{name}={value}"
