"""Findings that are known already: kept in a file by what the code says, not by its line.

A finding is the same as a known one if the rule, the file, the enclosing function and the code itself are, whatever
stands above it, and however it is laid out. Where the same code stands in a function several times, as many are known
as there were.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from gillint.advice.outcome import FileReport
from gillint.diagnostics.types import Diagnostic
from gillint.errors import UsageError

_VERSION = 1
_FIELDS = ("path", "function", "code", "text")


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """One kind of finding: file, enclosing function, rule, normalised code."""

    path: str
    function: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each is known."""

    counts: tuple[tuple[Known, int], ...] = ()

    def without_known(self, reports: tuple[FileReport, ...], folder: Path) -> tuple[FileReport, ...]:
        """The reports with the findings that are not known; `folder` is where the paths of the baseline begin."""
        left = Counter(dict(self.counts))
        found: list[FileReport] = []
        for report in reports:
            new: list[Diagnostic] = []
            for d in report.diagnostics:
                key = _key(d, folder)
                if left[key] > 0:
                    left[key] -= 1
                else:
                    new.append(d)
            found.append(replace(report, diagnostics=tuple(new)))
        return tuple(found)


def of_reports(reports: tuple[FileReport, ...], folder: Path) -> Baseline:
    """What these reports find."""
    counts = Counter(_key(d, folder) for report in reports for d in report.diagnostics)
    return Baseline(tuple(sorted(counts.items())))


def _key(d: Diagnostic, folder: Path) -> Known:
    path = d.path
    if path != "-" and not path.startswith("<"):
        try:
            path = Path(os.path.relpath(path, folder)).as_posix()
        except ValueError:  # another drive
            path = Path(path).as_posix()
    return Known(path, d.function, d.code, d.code_text)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write it: sorted, a finding for each line, so that a difference between two of them can be read.

    Raises:
        UsageError: it cannot be written.
    """
    lines = [
        json.dumps({**{f: getattr(known, f) for f in _FIELDS}, "count": count}, ensure_ascii=False)
        for known, count in baseline.counts
    ]
    body = ",\n    ".join(lines)
    text = f'{{\n  "version": {_VERSION},\n  "findings": [{f"{chr(10)}    {body}{chr(10)}  " if lines else ""}]\n}}\n'
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def read_baseline(path: Path) -> Baseline:
    """Read it.

    Raises:
        UsageError: it is missing, or is not a baseline.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such baseline; --update-baseline writes it") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a baseline: {error}") from None
    if not isinstance(data, dict) or data.get("version") != _VERSION or not isinstance(data.get("findings"), list):
        raise UsageError(f"{path}: is no baseline of version {_VERSION}")
    counts: list[tuple[Known, int]] = []
    for i, entry in enumerate(data["findings"]):
        fits = isinstance(entry, dict) and all(isinstance(entry.get(f), str) for f in _FIELDS)
        count = entry.get("count") if fits else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise UsageError(f"{path}: findings[{i}]: needs {', '.join(_FIELDS)} and a count from 1")
        counts.append((Known(*(entry[f] for f in _FIELDS)), count))
    return Baseline(tuple(counts))
