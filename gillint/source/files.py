"""Which files to look at, and their text."""

from __future__ import annotations

import codecs
import fnmatch
import io
import os
import shutil
import subprocess
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gillint.errors import UsageError

_SUFFIXES = (".py", ".pyi", ".pyw", ".ipynb")
# Folders that hold other people's code or no code at all.
_SKIPPED = {
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__", "site-packages", "build",
    "dist", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".eggs", "__pypackages__", ".ipynb_checkpoints",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceProblem(Exception):
    """Why a file's text cannot be had: not a condition of the run, but a diagnostic of that file."""

    message: str
    line: int = 1
    column: int = 1


def discover(paths: tuple[str, ...], exclude: tuple[str, ...] = ()) -> Iterator[Path]:
    """The Python files and notebooks that the paths name, each once: files as given, folders searched.

    Files that git ignores are left out where the folder is in a git checkout; so is what `exclude` matches.

    Raises:
        UsageError: a path is missing, or may not be read.
    """
    seen: set[Path] = set()
    for text in paths:
        path = Path(text)
        try:
            if path.is_dir():
                found = _search(path, exclude)
            elif path.exists():
                found = [path]
            else:
                raise UsageError(f"{text}: no such file or folder")
        except PermissionError:
            raise UsageError(f"{text}: permission denied") from None
        for file in found:
            key = file.absolute()
            if key not in seen:
                seen.add(key)
                yield file


def _search(folder: Path, exclude: tuple[str, ...]) -> list[Path]:
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UsageError(f"{folder}: permission denied")
    found: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=_forbidden):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED and not _excluded(Path(root, f), folder, exclude))
        found.extend(
            Path(root, name)
            for name in sorted(files)
            if name.endswith(_SUFFIXES) and not _excluded(Path(root, name), folder, exclude)
        )
    ignored = _ignored_by_git(folder, found)
    kept = [path for path in found if path not in ignored]
    return kept or found  # a folder that git ignores as a whole, and that the user named all the same


def _forbidden(error: OSError) -> None:
    raise UsageError(f"{error.filename}: {error.strerror or 'cannot be read'}")


def _excluded(path: Path, base: Path, patterns: tuple[str, ...]) -> bool:
    relative = path.relative_to(base).as_posix()
    return any(
        fnmatch.fnmatch(relative, p) or fnmatch.fnmatch(path.name, p) or fnmatch.fnmatch(path.as_posix(), p)
        for p in patterns
    )


def is_excluded(path: Path, root: Path | None, patterns: tuple[str, ...]) -> bool:
    """Whether patterns leave a file out, seen from a folder above it, or from its own."""
    base = root if root is not None and path.is_relative_to(root) else path.parent
    return any(
        _excluded(part, base, patterns) for part in (path, *path.parents) if part != base and part.is_relative_to(base)
    )


def _ignored_by_git(folder: Path, files: list[Path]) -> set[Path]:
    """Ask git itself, which knows all its ignore files; without git, or outside a checkout, nothing is ignored."""
    if not files:
        return set()
    names = "\0".join(str(f.absolute()) for f in files)
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "check-ignore", "-z", "--stdin"],
            input=names, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return set()
    if done.returncode != 0:
        return set()
    ignored = set(done.stdout.split("\0"))
    return {f for f in files if str(f.absolute()) in ignored}


def read_source(path: Path) -> str:
    """The text of a file, decoded as its first lines say (UTF-8 where they say nothing).

    Raises:
        SourceProblem: it cannot be decoded.
        UsageError: it may not be read.
    """
    return decode(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        UsageError: it may not be read.
    """
    try:
        return path.read_bytes()
    except PermissionError:
        raise UsageError(f"{path}: permission denied") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def decode(data: bytes) -> str:
    """Decode the bytes of a Python file.

    Raises:
        SourceProblem: the declared encoding is unknown, or does not fit the bytes.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceProblem("cannot be decoded: it is UTF-16, which Python does not read; save it as UTF-8")
    if b"\0" in data:  # asked first: `tokenize` has a message of its own for it from Python 3.14 on
        raise SourceProblem("cannot be decoded: it is a binary file, with null bytes")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except (SyntaxError, LookupError) as error:  # the second by Python 3.14, of a codec that is none for texts
        text = str(error.msg if isinstance(error, SyntaxError) else error)
        raise SourceProblem(f"cannot be decoded: {text}") from None
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceProblem(f"cannot be decoded as {encoding}: {_where(error)}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@dataclass(frozen=True, slots=True)
class ExactText:
    """A file's text as it is, line ends included, with the encoding that it is written back in."""

    text: str
    encoding: str


def read_exact(path: Path) -> ExactText | None:
    """The text of a file for changing it; None where it would not come back byte for byte."""
    try:
        data = path.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        return ExactText(text, encoding) if text.encode(encoding) == data else None
    except (OSError, SyntaxError, UnicodeError, LookupError):
        return None


def write_exact(path: Path, changed: ExactText) -> None:
    """Put a changed text in the place of a file at once: a reader sees the old one or the new one.

    Raises:
        UsageError: it cannot be written, or the encoding cannot say it.
    """
    target = path.resolve()
    try:
        data = changed.text.encode(changed.encoding)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            shutil.copymode(target, name)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    except UnicodeError as error:
        raise UsageError(f"{path}: cannot be written as {changed.encoding}: {error}") from None


def _where(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02x} at position {error.start}"
    return str(error)
