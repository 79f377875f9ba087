"""How often each rule reports."""

from __future__ import annotations

import json
from collections import Counter

from gillint.errors import UsageError
from gillint.report.formats import Run


def render_statistics(format_name: str, run: Run) -> str:
    """The counts, most frequent first: a line for each rule, or JSON.

    Raises:
        UsageError: the format has no form for it.
    """
    counts = Counter((d.code, d.name) for report in run.files for d in report.diagnostics)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if format_name == "json":
        return json.dumps([{"code": code, "name": name, "count": n} for (code, name), n in ranked], indent=2)
    if format_name not in ("text", "concise"):
        raise UsageError(f"--statistics: goes with the formats text, concise and json, not with {format_name}")
    width = max((len(str(n)) for _, n in ranked), default=1)
    return "\n".join(f"{n:>{width}}  {code}  {name}" for (code, name), n in ranked)
