"""Running the pipeline over what the user named: the one place where files are read and progress is shown."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from gillint.advice.outcome import FileReport, Options
from gillint.api import analyse_bytes
from gillint.cli.assuming import warn_of_names
from gillint.cli.jobs import in_groups
from gillint.cli.options import Chosen
from gillint.errors import UsageError
from gillint.pipeline import analyse, unreadable
from gillint.resolve.program import Project
from gillint.source.files import discover, read_bytes
from gillint.source.modules import ProjectModules
from gillint.syntax.loading import Loader

# What is found out is kept, so that there is little to collect: with Python's own 700 the collector takes a sixth of the time,
# with these a twentieth, for a sixth to a third more memory (requests, rich).
_COLLECT_AFTER = (20_000, 20, 20)


def analyse_paths(
    paths: tuple[str, ...], chosen: Chosen, stdin_filename: str | None, *, thorough: bool
) -> tuple[FileReport, ...]:
    """Analyse files, folders, or standard input; many files in several processes.

    Raises:
        UsageError: no path, a path that is missing or forbidden.
    """
    if not paths:
        raise UsageError("name a file or a folder, or - for standard input (see `gillint --help`)")
    if stdin_filename is not None and "-" not in paths:
        raise UsageError("--stdin-filename: goes with the path -")
    reports: list[FileReport] = []
    typed = [sys.stdin.buffer.read()] if "-" in paths else []
    for data in typed:
        name = stdin_filename or "<stdin>"
        reports.append(_standard_input(data, name, chosen.options_for(name), thorough=thorough))
    named = tuple(p for p in paths if p != "-")
    files = list(discover(named, chosen.exclude))
    if chosen.assumed:
        warn_of_names(chosen.assumed, (*typed, *map(read_bytes, files)))
    for text in named:
        if Path(text).is_dir() and not any(_inside(f, Path(text)) for f in files):
            print(f"gillint: warning: {text}: no Python files in this folder", file=sys.stderr)
    analyse = partial(_analysed, chosen=chosen, thorough=thorough)
    reports += in_groups(files, analyse, chosen.jobs)
    return tuple(reports)


def analyse_again(path: str, chosen: Chosen) -> Callable[[str], FileReport]:
    """A check of another text of a file."""
    project = Project(Loader(ProjectModules()))
    return lambda text: analyse(text, path, chosen.options_for(path), project, thorough=False)


def _inside(file: Path, folder: Path) -> bool:
    return folder == Path() or folder in file.parents or folder.absolute() in file.absolute().parents


def _analysed(files: list[Path], *, chosen: Chosen, thorough: bool) -> Iterator[FileReport]:
    """Files that share what is found out of their project."""
    gc.set_threshold(*_COLLECT_AFTER)
    project = Project(Loader(ProjectModules()))
    for path in files:
        options = chosen.options_for(str(path))
        data = read_bytes(path)
        try:
            yield analyse_bytes(data, str(path), options, project, thorough=thorough)
        except Exception as error:
            if len(files) == 1 or os.environ.get("GILLINT_DEBUG"):
                raise
            message = f"not analysed, for a defect of gillint itself: {type(error).__name__}: {error}"
            yield unreadable(str(path), message, options)  # the other files go on


def _standard_input(data: bytes, name: str, options: Options, *, thorough: bool) -> FileReport:
    project = Project(Loader(ProjectModules())) if name != "<stdin>" else None
    return analyse_bytes(data, name, options, project, thorough=thorough)
