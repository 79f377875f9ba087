"""A benchmark for a region: the code that one run executes, what it needs of its file, and stand-ins for the rest."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from gillint.benchmark import shapes
from gillint.benchmark.scopes import bound_names, needed_globals
from gillint.benchmark.shapes import HELPERS, Made, make
from gillint.benchmark.slicing import Slice, before_a_run, slice_for
from gillint.benchmark.stand_ins import literal_files, real_file, stand_ins_for
from gillint.benchmark.unit import Unit, unit_of
from gillint.benchmark.user_file import UserFile, to_local_server
from gillint.errors import UsageError
from gillint.measure.plan import Benchmark
from gillint.measure.script import Piece, assemble, server_text
from gillint.regions.find import Region


def build(source: str, path: str, region: Region, setup: str = "") -> Benchmark:
    """Make the benchmark of a region.

    Args:
        source: the text of the file.
        path: its path; imports of its neighbours work.
        region: what is measured.
        setup: the user's own inputs: Python that defines some of the names that the region needs.

    Raises:
        NotMeasurable: the region cannot be called.
        UsageError: the set-up does not compile.
    """
    file = UserFile(source, path, region)
    given = _names_of(setup)
    unit = unit_of(file, region, given)
    usable = _usable(file.statements, unit)
    setup_needs = needed_globals(setup) if setup else frozenset()
    cut = slice_for((*unit.needs, *setup_needs), usable, given)
    imports, stand_ins, made = stand_ins_for(file, cut, unit, region)
    return assemble(
        _pieces(file, cut, unit, imports, made, setup),
        origin=path,
        work=unit.words,
        stand_ins=stand_ins,
    )


def _usable(statements: tuple[ast.stmt, ...], unit: Unit) -> tuple[ast.stmt, ...]:
    """The statements that may come before a run of the unit; definitions may come from anywhere."""
    if unit.runs is not None:
        return before_a_run(statements, unit.runs)
    upto = len(statements) if unit.upto is None else unit.upto
    later = (s for s in statements[upto:] if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)))
    return tuple(s for s in (*statements[:upto], *later) if s not in unit.before)


def _names_of(setup: str) -> frozenset[str]:
    if not setup:
        return frozenset()
    try:
        return bound_names(ast.parse(setup).body)
    except SyntaxError as error:
        raise UsageError(f"--setup: line {error.lineno}: {error.msg}") from error


def _pieces(
    file: UserFile, cut: Slice, unit: Unit, imports: list[str], made: list[tuple[str, Made]], setup: str
) -> list[Piece]:
    files = [
        (name, real_file(file, name), make(shapes.file_of(content, name)))
        for _, name, content in literal_files(file, cut, unit)
    ]
    everything = [m for _, m in (*made, *unit.arguments)] + [m for _, real, m in files if real is None]
    code = [file.text(s) for s in cut.statements]
    body = "\n".join([*(p.text for p in (*code, *unit.body)), *map(ast.unparse, unit.making), setup])
    uses_server = "GILLINT_SERVER" in body or any("GILLINT_SERVER" in m.expression for m in everything)
    pieces: list[Piece] = []
    standard = (
        {"os", "sys"} if files or uses_server or any("gillint_file" in m.expression for m in everything) else set()
    )
    modules = standard | {module for m in everything for module in m.modules}
    roots = _roots(file.path)
    lines = [f"import {m}" for m in sorted(modules | {"sys"})]
    lines += [f"sys.path[:0] = {roots!r}"] if roots else []
    package = _package(file.path)
    if package and any(isinstance(s, ast.ImportFrom) and s.level for s in ast.walk(file.tree)):
        lines.append(f"__package__ = {package!r}")
    pieces.append(Piece("\n".join(lines)))
    if any("gillint_file" in m.expression for m in everything) or files:
        pieces.append(Piece("GILLINT_FOLDER = os.getcwd()  # gillint runs this in a temporary folder"))
    if uses_server:
        pieces.append(Piece(server_text()))
    making = "".join(f"{textwrap.indent(to_local_server(ast.unparse(s)), '    ')}\n" for s in unit.making)
    used = dict.fromkeys(h for m in everything for h in m.helpers)
    for name in used | dict.fromkeys(h for h in HELPERS if h in making):
        pieces.append(Piece(HELPERS[name]))
    if any("gillint_database" in m.expression for m in everything):
        pieces.append(Piece(_database(file)))
    for name, real, content in files:
        if real is not None:
            link = f"if not os.path.lexists({name!r}):\n"
            link += f"    os.makedirs(os.path.dirname({name!r}) or '.', exist_ok=True)\n"
            pieces.append(Piece(link + f"    os.symlink({str(real)!r}, {name!r})"))
        else:
            pieces.append(Piece(content.expression))
    if imports:
        pieces.append(Piece("\n".join(imports)))
    for name, m in made:
        pieces.append(Piece(f"{name} = {m.expression}"))
    if setup:
        pieces.append(Piece(f"# Given by the user\n{setup.rstrip()}"))
    pieces.extend(code)
    values = "".join(f"{m.expression}, " for _, m in unit.arguments)
    pieces.append(Piece(f"def gillint_inputs():\n{making}    return ({values})"))
    head = f"{'async ' if unit.is_async else ''}def gillint_work({', '.join(n for n, _ in unit.arguments)}):"
    pieces.extend(_work(head, unit.body))
    return pieces


def _work(head: str, body: tuple[Piece, ...]) -> Iterator[Piece]:
    """The work's function; pieces stay apart so that their lines can be traced back."""
    yield Piece(head)
    for piece in body:
        yield Piece(textwrap.indent(piece.text, "    "), piece.source_line)


def _roots(path: str) -> list[str]:
    """Where imports of the file's neighbours are found."""
    here = Path(path).resolve().parent
    if not here.is_dir() or path.startswith("<"):
        return []
    roots = [str(here)]
    while (here / "__init__.py").exists():
        here = here.parent
    return list(dict.fromkeys([str(here), *roots]))


def _package(path: str) -> str:
    here, names = Path(path).resolve().parent, []
    while (here / "__init__.py").exists():
        names.append(here.name)
        here = here.parent
    return ".".join(reversed(names))


def _database(file: UserFile) -> str:
    """A SQLite database with the table and the columns that the code's statements name."""
    text = "\n".join(file.lines)
    found = re.search(r"\b(?:from|into|update)\s+([A-Za-z_]\w*)", text, re.IGNORECASE)
    table = found[1] if found else "items"
    selected = re.search(r"select\s+([\w\s,]+?)\s+from", text, re.IGNORECASE)
    inserted = re.search(rf"into\s+{table}\s*\(([\w\s,]+)\)", text, re.IGNORECASE)
    listed = inserted or selected
    columns = [c.strip().split()[-1] for c in listed[1].split(",") if c.strip()] if listed else []
    named = re.findall(
        r"\b(?:where|and|or|by|set)\s+([A-Za-z_]\w*)\s*(?:[=<>]|,|\bdesc\b|\basc\b|$)", text, re.IGNORECASE
    )
    columns = list(dict.fromkeys(c for c in (*columns, *named) if re.fullmatch(r"[A-Za-z_]\w*", c))) or [
        "id",
        "name",
        "value",
    ]
    row = ", ".join("i" for _ in columns)
    marks = ", ".join("?" for _ in columns)
    return textwrap.dedent(f'''
        def gillint_database():
            """A SQLite database in memory."""
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            connection.execute("create table {table} ({", ".join(columns)})")
            rows = [({row},) for i in range(1000)]
            connection.executemany("insert into {table} values ({marks})", rows)
            return connection
    ''').strip()
