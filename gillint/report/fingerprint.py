"""A name for a finding that survives moved lines: from the rule and the code, never from a line number."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from gillint.advice.outcome import FileReport
from gillint.diagnostics.types import Diagnostic
from gillint.report.places import relative, source_line


def fingerprints(files: tuple[FileReport, ...]) -> Iterator[tuple[FileReport, Diagnostic, str]]:
    """Each diagnostic with its fingerprint, 32 hexadecimal digits, unique in the run.

    It is made of what a baseline goes by: the rule, the file, the enclosing function and the code (the line, where that
    is not known), and a number where a file has the same several times.
    """
    for report in files:
        seen: Counter[tuple[str, str, str]] = Counter()
        for diagnostic in report.diagnostics:
            code = diagnostic.code_text or "".join(source_line(report, diagnostic.span.line).split())
            key = (diagnostic.code, diagnostic.function, code)
            seen[key] += 1
            parts = (*key, relative(report.path), str(seen[key]))
            yield report, diagnostic, hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
