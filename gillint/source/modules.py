"""Where a module of the same project is: beside the importing file, or in a folder above it that is not a package."""

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


class ProjectModules:
    """Finds modules of the project that a file belongs to; never what is merely installed. Remembers what it found."""

    def __init__(self) -> None:
        self._file = lru_cache(maxsize=4096)(_module_file)
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
        candidates = [root] if root != folder else [folder]
        for candidate in (*candidates, root / "src"):
            found = self._file(candidate, parts)
            # A script `json.py` that imports json does not mean itself; a package that imports itself does.
            if found is not None and (found.name == "__init__.py" or found.absolute() != here.absolute()):
                return found
        return None
