"""Which versions of libraries a project uses: from an environment, else from what its lock and requirements files pin."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from gillint.errors import UsageError

THIS_PYTHON = "the Python that runs gillint"
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
REQUIREMENTS = ("requirements*.txt", "requirements/*.txt")


@dataclass(frozen=True, slots=True)
class LibraryVersion:
    """The version of a distribution, and where that is known from, in words."""

    name: str
    version: str
    origin: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.origin})"


@dataclass(frozen=True, slots=True)
class Environment:
    """Versions of distributions; of several for one name the first counts."""

    versions: tuple[LibraryVersion, ...] = ()
    _index: Mapping[str, LibraryVersion] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {normalised(v.name): v for v in reversed(self.versions)}
        object.__setattr__(self, "_index", index)

    def find(self, distribution: str) -> LibraryVersion | None:
        """The version of a distribution, where it is known."""
        return self._index.get(normalised(distribution))


@lru_cache(maxsize=1024)
def normalised(name: str) -> str:
    """A distribution's name as it is compared: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_environment(start: Path, named: Path | None = None) -> Environment:
    """What is installed in the named environment, a `.venv` near a path, the active one, and beside gillint; then what is pinned.

    Args:
        start: the file or folder under analysis.
        named: an environment's folder, or its Python.

    Raises:
        UsageError: the named environment is none.
    """
    found: list[LibraryVersion] = []
    if named is not None:
        folder = named.parent.parent if named.is_file() else named
        packages = site_packages(folder)
        if not packages:
            raise UsageError(f"--environment: {named} is no Python environment: it has no site-packages")
        found.extend(installed(packages, str(named)))
    folders = tuple(project_folders(start))
    for folder in folders:
        packages = site_packages(folder / ".venv")
        if packages:
            found.extend(installed(packages, _shown(folder / ".venv")))
            break
    active = os.environ.get("VIRTUAL_ENV")
    if active and Path(active).resolve() != Path(sys.prefix).resolve():
        found.extend(installed(site_packages(Path(active)), "VIRTUAL_ENV"))
    found.extend(installed([Path(p) for p in sys.path if p.endswith(("site-packages", "dist-packages"))], THIS_PYTHON))
    found.extend(pinned(folders))
    return Environment(tuple(found))


def project_folders(start: Path) -> Iterator[Path]:
    """The folder of a path and those above it, up to the one that holds `.git`."""
    folder = start.absolute() if start.is_dir() else start.absolute().parent
    for parent in (folder, *folder.parents):
        yield parent
        if (parent / ".git").exists():
            return


def site_packages(environment: Path) -> list[Path]:
    """Where an environment keeps its libraries; a folder that holds them itself counts, too."""
    if any(environment.glob("*.dist-info")):
        return [environment]
    patterns = ("lib/python3*/site-packages", "lib64/python3*/site-packages", "Lib/site-packages")
    found = [path for pattern in patterns for path in sorted(environment.glob(pattern))]
    return list({path.resolve(): path for path in found}.values())


def installed(folders: Iterable[Path], origin: str) -> Iterator[LibraryVersion]:
    """The distributions that a folder's metadata names; its file names say all that is needed."""
    for folder in folders:
        try:
            names = sorted(entry.name for entry in os.scandir(folder))
        except OSError:
            continue
        for entry in names:
            match = re.fullmatch(r"([^-]+)-([^-]+)(?:\.dist-info|(?:-py3\.\d+)?\.egg-info)", entry)
            if match is not None:
                yield LibraryVersion(match[1], match[2], origin)


def pinned(folders: Iterable[Path]) -> Iterator[LibraryVersion]:
    """What the nearest folder with lock or requirements files pins, the locks first."""
    for folder in folders:
        locks = [folder / name for name in LOCKS if (folder / name).is_file()]
        requirements = [path for pattern in REQUIREMENTS for path in sorted(folder.glob(pattern))]
        if locks or requirements:
            for path in locks:
                yield from locked(_text(path), _shown(path))
            for path in requirements:
                yield from required(_text(path), _shown(path))
            return


_PACKAGE = re.compile(r"^\[\[packages?\]\][ \t]*\r?\n((?:(?!\[).*\r?\n?)*)", re.MULTILINE)


def locked(text: str, origin: str) -> Iterator[LibraryVersion]:
    """What a lock file pins; not where it has several versions of one name."""
    found: dict[str, set[str]] = {}
    for match in _PACKAGE.finditer(text):
        entry = dict(re.findall(r'^(name|version)\s*=\s*"([^"\n]+)"', match[1], re.MULTILINE))
        if len(entry) == 2:
            found.setdefault(entry["name"], set()).add(entry["version"])
    for name, versions in found.items():
        if len(versions) == 1:
            yield LibraryVersion(name, versions.pop(), origin)


def required(text: str, origin: str) -> Iterator[LibraryVersion]:
    """What a requirements file pins: with `==`, or to a series with `==2.1.*` or `~=2.1.0`, which counts as its first release."""
    number = r"[0-9][\w!+-]*(?:\.[\w!+-]+)*"
    series = r"==\s*(\d+\.[\d.]*\d)\.\*|~=\s*(\d+\.\d+\.[\w.]+)"
    pin = rf"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:===?\s*({number})|{series})\s*(?:[;#\\].*)?"
    for name, *versions in (m.groups() for line in text.splitlines() if (m := re.fullmatch(pin, line))):
        yield LibraryVersion(name, next(filter(None, versions)), origin)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _shown(path: Path) -> str:
    """As seen from here, where it lies below."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)
