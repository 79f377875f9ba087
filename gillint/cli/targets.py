"""Where reports go: standard output, or files that are replaced in one step and are never anybody's source."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gillint.config.settings import FORMATS
from gillint.errors import UsageError

_SOURCES = (".py", ".pyi", ".pyw", ".ipynb", ".toml", ".cfg")


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file that it is written to; None for standard output."""

    format: str
    file: Path | None = None


def outputs_of(formats: list[str] | None, output_file: Path | None, default: str) -> tuple[Output, ...]:
    """The outputs that the command line asks for: `FORMAT` or `FORMAT=FILE`, several times.

    `output_file` is for the one format that names no file.

    Raises:
        UsageError: an unknown format, two outputs in one place, a file that must not be written.
    """
    found = [_parsed(text) for text in formats or [default]]
    if output_file is not None:
        rest = [output for output in found if output.file is None]
        if len(rest) != 1:
            raise UsageError(
                "--output-file: takes the one format without a file of its own; here "
                + ("each has one" if not rest else f"{len(rest)} have none: write --output-format FORMAT=FILE")
            )
        target = _target(str(output_file), "--output-file")
        found = [Output(o.format, target) if o.file is None else o for o in found]
    places = [str(o.file.resolve()) if o.file is not None else "standard output" for o in found]
    for place in places:
        if places.count(place) > 1:
            raise UsageError(f"--output-format: two formats for {place}; write FORMAT=FILE to give each its own")
    return tuple(found)


def _parsed(text: str) -> Output:
    name, has_file, file = text.partition("=")
    if name not in FORMATS:
        raise UsageError(f"--output-format: must be one of {', '.join(FORMATS)}, is {name!r}")
    return Output(name, _target(file, f"--output-format {name}") if has_file else None)


def _target(text: str, option: str) -> Path | None:
    if text == "-":
        return None
    path = Path(text)
    if not text or path.is_dir():
        raise UsageError(f"{option}: {f'{text} is a folder' if text else 'no file is named'}")
    if path.suffix.lower() in _SOURCES:
        raise UsageError(f"{option}: {text} is not overwritten: it is named as a source file")
    return path


def refuse_sources(outputs: Iterable[Output], read: Iterable[str]) -> None:
    """Refuse to overwrite what has been analysed, whatever it is named.

    Raises:
        UsageError: an output file is one of the files that were read.
    """
    targets = [o.file for o in outputs if o.file is not None and o.file.exists()]
    for name in read if targets else ():
        for target in targets:
            with contextlib.suppress(OSError):
                if target.samefile(name):
                    raise UsageError(f"{target} is not overwritten: it was analysed")


def write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all; folders on the way are made.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path = path.resolve()  # a link stays, what it points to is replaced
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a pipe or a device
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        _replace(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
