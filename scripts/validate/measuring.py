"""Measuring the programs: results are kept as data, one JSON object a line."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from gillint.estimate import Interval
from gillint.measure.engine import count_demands, measure
from gillint.measure.plan import Failed, Measurement
from scripts.validate.workloads import Workload, local_server

Row = dict[str, Any]


def machine(threads: int) -> str:
    """The name of a result file: Python, cores, threads."""
    return f"{platform.python_version()}-{os.cpu_count()}cores-{threads}threads"


def measure_all(chosen: tuple[Workload, ...], out: Path, *, threads: int, seconds: float, again: bool) -> int:
    """Measure what has no result yet, or only a doubtful one; how many failed.

    Args:
        chosen: the programs.
        out: where results are kept.
        threads: T.
        seconds: for each.
        again: measure doubtful ones once more.
    """
    kept = {row["name"]: row for row in read(out)}
    failed = 0
    with local_server():
        for workload in chosen:
            old = kept.get(workload.name)
            if old is not None and not (again and (doubts(old) or "error" in old)):
                continue
            if workload.missing:
                print(f"{workload.name:28} skipped: {', '.join(workload.missing)} not installed", flush=True)
                continue
            row = _row(workload, threads, seconds)
            failed += "error" in row
            # A doubtful result gives way to another one only if that is better.
            if old is not None and "error" not in old and ("error" in row or _control(row) < _control(old)):
                row = old
            kept[workload.name] = row
            print(_line(row), flush=True)
            _write(out, kept)
    return failed


def recount(chosen: tuple[Workload, ...], out: Path, *, seconds: float) -> int:
    """Count the demands of what has a result anew, and keep its speed-ups; how many could not be counted.

    Args:
        chosen: the programs.
        out: where results are kept.
        seconds: for each.
    """
    kept = {row["name"]: row for row in read(out)}
    failed = 0
    with local_server():
        for workload in chosen:
            row = kept.get(workload.name)
            if row is None or "error" in row or workload.missing:
                continue
            held, method, demands = count_demands(workload.benchmark(), interpreter=sys.executable, seconds=seconds)
            if demands is None:
                failed += 1
                print(f"{workload.name:28} FAILED: {method}", flush=True)
                continue
            row = {**row, "held": held and dataclasses.asdict(held), "held_method": method}
            kept[workload.name] = {
                key: _short(value) for key, value in {**row, "demands": dataclasses.asdict(demands)}.items()
            }
            print(_line(kept[workload.name]), flush=True)
            _write(out, kept)
    return failed


def read(path: Path) -> list[Row]:
    """The rows of a result file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, rows: dict[str, Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(rows[name]) + "\n" for name in sorted(rows))
    temporary = path.with_suffix(".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _row(workload: Workload, threads: int, seconds: float) -> Row:
    versions = {name: importlib.metadata.version(name) for name in workload.requires}
    about = {"name": workload.name, "date": datetime.date.today().isoformat(), "versions": versions}
    try:
        found = measure(workload.benchmark(), interpreter=sys.executable, threads=threads, seconds=seconds)
    except Failed as problem:
        return {**about, "error": str(problem)}
    return {**about, **_as_json(found)}


def _as_json(m: Measurement) -> Row:
    row = dataclasses.asdict(m)
    return {key: _short(value) for key, value in row.items()}


def _short(value: Any) -> Any:
    """Four significant digits: no measurement here is better."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {k: _short(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(v) for v in value]
    return value


def interval(value: dict[str, float] | None) -> Interval | None:
    """An interval as it was kept."""
    return Interval(**value) if value is not None else None


def _control(row: Row) -> float:
    return float(row["positive"]["likely"]) if "positive" in row else 0.0


def doubts(row: Row) -> list[str]:
    """Why a row's speed-up should not be trusted; empty where it can be."""
    if "error" in row:
        return [row["error"]]
    found = []
    if row["positive"]["likely"] < 0.85 * min(row["threads"], row["cores"]):
        found.append(f"positive control {row['positive']['likely']:.2f}")
    if row["negative"]["likely"] > 1.25:
        found.append(f"negative control {row['negative']['likely']:.2f}")
    if row["speedup"]["high"] - row["speedup"]["low"] > 0.5:
        found.append("interval wider than 0.5")
    return found


def _line(row: Row) -> str:
    if "error" in row:
        return f"{row['name']:28} FAILED: {row['error']}"
    held = f"{row['held']['likely']:.2f}" if row["held"] else "?"
    s = row["speedup"]
    return (
        f"{row['name']:28} {1e3 * row['seconds']:8.2f} ms  held {held}  {s['likely']:.2f}x ({s['low']:.2f}-{s['high']:.2f})  "
        f"processes {row['processes']['likely']:.2f}  {'DOUBT: ' + ', '.join(doubts(row)) if doubts(row) else ''}"
    )
