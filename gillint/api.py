"""The Python API: what the command does for one file, as a function. `import gillint` gives it without importing this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gillint.advice.outcome import FileReport, Options
from gillint.errors import UsageError
from gillint.estimate import Estimate
from gillint.pipeline import analyse, unreadable
from gillint.resolve.program import Project
from gillint.rules import RULES
from gillint.source.files import SourceProblem, decode
from gillint.source.notebooks import Program, cell_at, program_of


def analyze(
    source: str | bytes,
    *,
    filename: str = "<string>",
    cores: int = 4,
    threads: int | None = None,
    python: str = "3.13",
    free_threaded: bool = False,
    assume: Mapping[str, float] | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
) -> FileReport:
    """Predict how the code of one file scales, and what the rules say of it.

    Nothing is run, and no file is read: what the source imports from its own project stays unknown.

    Args:
        source: the text of a Python file; its bytes, decoded as they declare; or the text of a notebook.
        filename: its name in the report; one that ends with `.ipynb` is a notebook.
        cores: cores to predict for.
        threads: threads to predict for; as many as cores by default.
        python: the target version, as "3.13".
        free_threaded: predict for a free-threaded build.
        assume: sizes and numbers that the source does not tell, as `{"len(chunk)": 65536, "n": 1000}`.
        select: codes, prefixes of codes or names of the rules that run; all by default.
        ignore: those that do not.

    Returns:
        The regions with their predictions, and the diagnostics. A source that cannot be decoded or parsed has an `error`,
        and the diagnostic GIL001.

    Raises:
        GillintError: an argument that cannot be; the message says which.
    """
    from gillint.config.settings import assumption, cores_of, python_of

    if threads is not None and (isinstance(threads, bool) or not 1 <= threads <= 1024):
        raise UsageError(f"threads: must be a number from 1 to 1024, is {threads!r}")
    count = cores_of(cores, "cores")
    version = python_of(python, "python")
    if free_threaded and int(version.partition(".")[2]) < 13:
        raise UsageError(f"free_threaded: Python {version} has no free-threaded build; it begins with 3.13")
    facts: dict[str, Estimate] = dict(assumption(f"{name}={value!r}") for name, value in (assume or {}).items())
    options = Options(count, threads or count, version, free_threaded, facts, _codes(select, ignore))
    if isinstance(source, bytes):
        return analyse_bytes(source, filename, options)
    return _analyse_text(source, filename, options, None, thorough=True)


def _codes(select: Iterable[str] | None, ignore: Iterable[str]) -> frozenset[str] | None:
    if select is None and not ignore:
        return None
    chosen = _matching(select) if select is not None else frozenset(r.code for r in RULES if r.by_default)
    return chosen - _matching(ignore)


def _matching(names: Iterable[str]) -> frozenset[str]:
    if isinstance(names, str):
        raise UsageError(f"select and ignore: must be several names, is the text {names!r}")
    found: set[str] = set()
    for name in names:
        codes = {r.code for r in RULES if name and (name in (r.name, "ALL") or r.code.startswith(name))}
        if not codes:
            raise UsageError(f"unknown rule {name!r}; known: {', '.join(rule.code for rule in RULES)}")
        found |= codes
    return frozenset(found)


def analyse_bytes(
    data: bytes, name: str, options: Options, project: Project | None = None, *, thorough: bool = True
) -> FileReport:
    """Analyse the content of a file or a notebook; see `gillint.pipeline.analyse`."""
    try:
        text = decode(data)
    except SourceProblem as problem:
        return unreadable(name, problem.message, options, problem.line, problem.column)
    return _analyse_text(text, name, options, project, thorough=thorough)


def _analyse_text(text: str, name: str, options: Options, project: Project | None, *, thorough: bool) -> FileReport:
    try:
        program = program_of(text, name)
    except SourceProblem as problem:
        return unreadable(name, problem.message, options, problem.line, problem.column)
    return analyse_program(program, name, options, project, thorough=thorough)


def analyse_program(
    program: Program, name: str, options: Options, project: Project | None = None, *, thorough: bool = True
) -> FileReport:
    """Analyse a program that may have cells; see `gillint.pipeline.analyse`."""
    report = analyse(program.source, name, options, project, thorough=thorough)
    shown = bool(report.diagnostics or report.regions)
    return replace(
        report, error=_error(report.error, program), source=program.text if shown else "", cells=program.cells
    )


def _error(error: str | None, program: Program) -> str | None:
    """`line:column: message`, in a notebook with the cell before it."""
    if error is None or not program.cells:
        return error
    line, _, rest = error.partition(":")
    cell, inside = cell_at(program.cells, int(line))
    return f"cell {cell.number}:{inside}:{rest}"
