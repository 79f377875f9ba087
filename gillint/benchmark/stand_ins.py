"""Stand-ins: inputs and files for what the measured code needs and nothing defines."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from gillint.benchmark import shapes
from gillint.benchmark.shapes import ANY, HELPERS, Made, Shape, make
from gillint.benchmark.slicing import Slice
from gillint.benchmark.unit import Unit
from gillint.benchmark.user_file import UserFile
from gillint.benchmark.uses import wanted_by
from gillint.knowledge.base import library_files
from gillint.measure.plan import StandIn
from gillint.regions.find import Region
from gillint.resolve.calling.customary import CUSTOMARY_MODULES

_RELATIVE = re.compile(r"^[\w./-]+\.\w{1,8}$")


def stand_ins_for(
    file: UserFile, cut: Slice, unit: Unit, region: Region
) -> tuple[list[str], tuple[StandIn, ...], list[tuple[str, Made]]]:
    """Imports that are missing, and inputs for the names that nothing defines."""
    imports: list[str] = []
    listed: list[StandIn] = []
    made: list[tuple[str, Made]] = []
    own = {"gillint_first", "GILLINT_SERVER", "GILLINT_FOLDER", *HELPERS, "gillint_database"}
    modules = {m.split(".")[0] for _, argument in unit.arguments for m in argument.modules}
    for name in sorted(cut.undefined - own):
        if name in modules:
            continue
        module = CUSTOMARY_MODULES.get(name) or (name if _is_module(file, name) else None)
        if module is not None:
            imports.append(f"import {module} as {name}" if module != name else f"import {module}")
            continue
        shape = file.reader.of_name(name, file.tree)
        if shape.kind == "callable" or (shape.kind == "any" and _is_called(file, name)):
            made.append((name, make(shapes.CALLABLE)))
        else:
            made.append((name, make(shape if shape.kind != "any" else ANY)))
        listed.append(StandIn(name, made[-1][1].words))
    for name, argument in unit.arguments:
        if not argument.words.startswith("`") and argument.words != "as given":
            listed.append(StandIn(name, argument.words))
    for name, words in _files_wanted(file, cut, unit, region):
        listed.append(StandIn(name, words))
    return imports, tuple(listed), made


def _is_module(file: UserFile, name: str) -> bool:
    """Whether a name that nothing defines is a module that was not imported: `json.loads` without `import json`."""
    if name not in sys.stdlib_module_names and name not in library_files():
        return False
    return any(
        isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == name
        for n in ast.walk(file.tree)
    )


def _is_called(file: UserFile, name: str) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name for n in ast.walk(file.tree)
    )


def literal_files(file: UserFile, cut: Slice, unit: Unit) -> Iterator[tuple[ast.Call, str, Shape]]:
    """Calls that open a file whose relative name is written in the code."""
    kept = {id(n) for s in (*cut.statements, *unit.before, *unit.making) for n in ast.walk(s)}
    first, last = unit.body[-1].source_line, None
    if first is not None:
        last = first + unit.body[-1].text.count("\n")
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        inside = first is not None and last is not None and first <= node.lineno <= last
        if id(node) not in kept and not inside:
            continue
        value = node.args[0]
        wanted = wanted_by(file.reader.qualified(node.func), 0)
        if (
            wanted is not None
            and wanted.kind == "path"
            and isinstance(value, ast.Constant)
            and isinstance(value.value, str)
        ):
            mode = next((a.value for a in node.args[1:2] if isinstance(a, ast.Constant)), "r")
            if _RELATIVE.match(value.value) and not (isinstance(mode, str) and mode[:1] in "wax"):
                content = wanted.part("content") or shapes.TEXT
                if content.kind == "text":
                    content = file.reader.of_file(node, file.tree)
                yield node, value.value, content


def _files_wanted(file: UserFile, cut: Slice, unit: Unit, region: Region) -> Iterator[tuple[str, str]]:
    for _, name, content in literal_files(file, cut, unit):
        if not real_file(file, name):
            yield name, make(shapes.file_of(content, name)).words


def real_file(file: UserFile, name: str) -> Path | None:
    """The file of that name beside the user's file or in the current folder."""
    for base in (Path.cwd(), Path(file.path).resolve().parent):
        if (base / name).exists():
            return (base / name).resolve()
    return None
