"""The other files of a project, found and parsed each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gillint.errors import UsageError
from gillint.source.files import SourceProblem, read_source
from gillint.source.modules import ProjectModules
from gillint.syntax.parse import Syntax, SyntaxProblem, parse


class Loader:
    """Finds and parses modules of the same project."""

    def __init__(self, modules: ProjectModules, read: Callable[[Path], str] = read_source) -> None:
        """`read` gives the text of a file: an editor's, where it has it open."""
        self._modules = modules
        self._read = read
        self._parsed: dict[str, Syntax | None] = {}

    @property
    def files(self) -> frozenset[str]:
        """The files that were read."""
        return frozenset(self._parsed)

    def has(self, module: str, level: int, importer: str) -> bool:
        """Whether the project has such a file."""
        return self._modules.find(module, level, importer) is not None

    def __call__(self, module: str, level: int, importer: str) -> Syntax | None:
        """The syntax of a module's file, or None where there is none or it cannot be parsed."""
        path = self._modules.find(module, level, importer)
        if path is None:
            return None
        key = str(path)
        if key not in self._parsed:
            try:
                self._parsed[key] = parse(self._read(path), key)
            except (SourceProblem, SyntaxProblem, UsageError):
                self._parsed[key] = None
        return self._parsed[key]
