"""Where a module of the same project is: beside the importing file, or in a folder above it that is not a package.

What is in `examples/` or `scripts/` imports the package of the project that it is part of.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


def _module_file(folder: Path, parts: tuple[str, ...]) -> Path | None:
    base = folder.joinpath(*parts)
    if parts and base.with_suffix(".py").is_file():
        return base.with_suffix(".py")
    if (base / "__init__.py").is_file():
        return base / "__init__.py"
    return None


# What lies in the folder of a project, and of no part of it.
_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", ".git")


def _up_to_project(folder: Path) -> tuple[Path, ...]:
    """The folders above one, up to that of its project; none where nothing tells where that is."""
    above = tuple(folder.absolute().parents)
    found = next((i for i, parent in enumerate(above) if any((parent / mark).exists() for mark in _MARKS)), None)
    return above[: found + 1] if found is not None else ()


class ProjectModules:
    """Finds modules of the project that a file belongs to; never what is merely installed. Remembers what it found."""

    def __init__(self) -> None:
        self._file = lru_cache(maxsize=4096)(_module_file)
        self._above = lru_cache(maxsize=256)(_up_to_project)
        self._found: dict[tuple[str, int, str], Path | None] = {}

    def find(self, module: str, level: int, importer: str) -> Path | None:
        """The file of a module as `importer` imports it, or None."""
        key = (module, level, importer)
        if key not in self._found:
            self._found[key] = self._find(module, level, importer)
        return self._found[key]

    def _find(self, module: str, level: int, importer: str) -> Path | None:
        here = Path(importer)
        folder = here.parent
        parts = tuple(module.split(".")) if module else ()
        if level:
            for _ in range(level - 1):
                folder = folder.parent
            return self._file(folder, parts)
        if not parts:
            return None
        root = folder
        while (root / "__init__.py").is_file() and root != root.parent:
            root = root.parent
        found = self._in(root, parts, here)
        if found is not None:
            return found
        outside = () if any((root / mark).exists() for mark in _MARKS) else self._above(root)
        return next((found for above in outside if (found := self._in(above, parts, here)) is not None), None)

    def _in(self, root: Path, parts: tuple[str, ...], here: Path) -> Path | None:
        """A module in a folder, or in its `src`."""
        for candidate in (root, root / "src"):
            found = self._file(candidate, parts)
            # A script `json.py` that imports json does not mean itself; a package that imports itself does.
            if found is not None and (found.name == "__init__.py" or found.absolute() != here.absolute()):
                return found
        return None
