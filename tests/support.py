"""What several tests need: running the analysis on a text, and the contract that every report keeps."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import gillint as package
from gillint.__main__ import run
from gillint.advice.outcome import Options
from gillint.config.settings import assumption
from gillint.knowledge.base import find_fact
from gillint.knowledge.schema import TERMINAL
from gillint.pipeline import analyse
from gillint.report import jsonv1
from gillint.source.modules import ProjectModules

ROOT = Path(__file__).resolve().parent.parent
SKETCHES = ROOT / "fixtures" / "sketches"

Region = dict[str, Any]
File = dict[str, Any]
Document = dict[str, Any]


def text(source: str) -> str:
    """A program written indented inside a test."""
    return textwrap.dedent(source).lstrip("\n")


def options(assume: Mapping[str, float] | None = None, **settings: Any) -> Options:
    """Options as the command line would make them, with the defaults of the issue: 4 cores, 4 threads."""
    facts = dict(assumption(f"{name}={value}") for name, value in (assume or {}).items())
    return Options(assumptions=facts, **settings)


def document(
    source: str, path: str = "sketch.py", *, assume: Mapping[str, float] | None = None, **settings: Any
) -> Document:
    """The JSON report for a text, as plain data; the contract is checked on the way."""
    chosen = options(assume, **settings)
    made = jsonv1.document((analyse(source, path, chosen),), chosen)
    plain: Document = json.loads(json.dumps(made, allow_nan=False))
    check_contract(plain, {path: source})
    return plain


def report(source: str, path: str = "sketch.py", **settings: Any) -> File:
    """The report of one file."""
    found: File = document(source, path, **settings)["files"][0]
    return found


def verdict(source: str, **settings: Any) -> Region:
    """The region that the verdict speaks of."""
    file = report(source, **settings)
    assert file["error"] is None, file["error"]
    assert file["verdict"] is not None, f"no region was found in\n{source}"
    found: Region = file["regions"][file["verdict"]]
    return found


def regions(source: str, **settings: Any) -> list[Region]:
    """All regions."""
    file = report(source, **settings)
    assert file["error"] is None, file["error"]
    found: list[Region] = file["regions"]
    return found


def region_of(source: str, call: str, **settings: Any) -> Region:
    """The innermost hottest region whose time is mostly in one call."""
    best = [
        (c["share"], r["range"]["start"]["line"], r)
        for r in regions(source, **settings)
        for c in r["calls"]
        if c["name"] == call
    ]
    assert best, f"no region calls {call} in\n{source}"
    return max(best, key=lambda item: (item[0], item[1]))[2]


def codes(source: str, **settings: Any) -> list[tuple[str, int]]:
    """The diagnostics as (code, line)."""
    return [(d["code"], d["range"]["start"]["line"]) for d in report(source, **settings)["diagnostics"]]


def call_of(region: Region, name: str) -> dict[str, Any]:
    """The call of this name in a region."""
    found: list[dict[str, Any]] = [c for c in region["calls"] if c["name"] == name]
    assert found, f"{name} is not among {[c['name'] for c in region['calls']]}"
    return found[0]


def open_advice(region: Region) -> list[dict[str, Any]]:
    """Advice that nothing forbids."""
    return [a for a in region["advice"] if a["veto"] is None]


@lru_cache(maxsize=1)
def schema() -> jsonschema.Draft202012Validator:
    """The schema that ships with the package."""
    path = ROOT / "gillint" / "report" / "report-v1.schema.json"
    return jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _waiting_for_a_person(region: Region) -> float:
    """The share of a region's time in calls that wait for who sits at the terminal, which no verdict speaks of."""
    facts = ((find_fact(call["name"]), float(call["share"])) for call in region["calls"])
    return min(1.0, sum(share for fact, share in facts if fact is not None and fact.serialised_by == TERMINAL))


def check_contract(report: Document, sources: Mapping[str, str] | None = None) -> None:
    """Everything that version 1 of the JSON promises, beyond what the schema can say."""
    schema().validate(report)
    for value in _numbers(report):
        assert math.isfinite(value)
    threads, cores = report["threads"], report["cores"]
    for file in report["files"]:
        source = (sources or {}).get(file["path"])
        found = file["regions"]
        assert (file["verdict"] is None) == (not found)
        if file["verdict"] is not None:
            assert 0 <= file["verdict"] < len(found)
            hot = [r["cost_share"] * (1.0 - _waiting_for_a_person(r)) for r in found]
            assert hot[file["verdict"]] >= 0.95 * max(hot) - 1e-6
        for region in found:
            check_region(region, threads, cores, None if source is None else source)


def check_region(region: Region, threads: int, cores: int, source: str | None) -> None:
    """What the contract says of one region."""
    unknown = region["bound"] == "unknown"
    _ordered(region["ceiling"], unknown)
    _ordered(region["held_fraction"], unknown)
    _ordered(region["stall_ns"], unknown)
    for part in region["demand_ns"].values():
        _ordered(part, unknown)
    if region["loop_block_ns"] is not None:
        _ordered(region["loop_block_ns"], unknown)
    ceiling = region["ceiling"]
    assert 0 < ceiling["low"] <= ceiling["high"] <= threads
    curve = region["curve"]
    assert [p["threads"] for p in curve] == list(range(1, threads + 1))
    if not unknown:
        assert curve[0]["speedup"] == 1.0
        assert curve[-1]["speedup"] == ceiling["likely"]
        assert region["threads_help"] == expected_help(region, threads, cores)
        assert region["bound"] in consistent_bounds(region)
    elif ceiling["likely"] is None:
        assert region["threads_help"] == "unknown" or region["concurrency"] in ("asyncio", "internal")
        assert ceiling["high"] == threads
    ranked = [(a["veto"] is not None, not a["scales"]) for a in region["advice"]]
    assert ranked == sorted(ranked), region["advice"]
    for kept in ((False, False), (False, True)):
        amounts = [a["speedup"]["likely"] or 0.0 for a, r in zip(region["advice"], ranked, strict=True) if r == kept]
        assert amounts == sorted(amounts, reverse=True), region["advice"]
    shares = [c["share"] for c in region["calls"]]
    assert shares == sorted(shares, reverse=True)
    start, end = region["range"]["start"], region["range"]["end"]
    assert (start["line"], start["column"]) <= (end["line"], end["column"])
    if source is not None:
        lines = source.split("\n")
        assert end["line"] <= len(lines)
        # A block may end with its line: the end is exclusive, so it may stand at the first column of the next one.
        assert end["column"] <= len(lines[end["line"] - 1]) + 1


def expected_help(region: Region, threads: int, cores: int) -> str:
    """`threads_help` by the vocabulary: from the likely ceiling, the bound, and how it already runs."""
    likely = region["ceiling"]["likely"]
    if region["concurrency"] in ("asyncio", "internal") or likely < 1.25:
        return "no"
    most = threads if region["bound"] == "io" else min(threads, cores)
    return "yes" if likely >= 0.7 * most else "partly"


def consistent_bounds(region: Region) -> set[str]:
    """The bounds that the likely held fraction allows; both where it is on a boundary."""
    held = region["held_fraction"]["likely"]
    slack = 1e-3
    allowed = set()
    if held >= 0.8 - slack:
        allowed.add("gil")
    if 0.3 - slack < held < 0.8 + slack:
        allowed.add("mixed")
    if held <= 0.3 + slack:
        demand = region["demand_ns"]
        wait, native = demand["wait"]["likely"], demand["native"]["likely"]
        if held == 0.0:  # without a GIL, what would hold it is work for the cores like any other
            native += demand["gil"]["likely"]
        # A library on p cores of its own has core time N but elapsed N/p, so N may look larger than it lasts.
        allowed |= {"io", "native"} if region["parallel_library"] else {"io" if wait > native else "native"}
    return allowed


def _ordered(interval: Mapping[str, float | None], unknown: bool) -> None:
    low, likely, high = interval["low"], interval["likely"], interval["high"]
    assert low is not None and high is not None and low <= high, interval
    if likely is None:
        assert unknown, interval
    else:
        assert low <= likely <= high, interval


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


# The command line, as a user runs it


@dataclass(frozen=True)
class Done:
    """What a run of the command gave."""

    returncode: int
    stdout: str
    stderr: str


def gillint(*arguments: str | Path, stdin: bytes | str = b"", cwd: Path | None = None) -> Done:
    """Run the command in a process of its own; a traceback is never right."""
    done = subprocess.run(
        [sys.executable, "-m", "gillint", *map(str, arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd or ROOT,
        env=environment(),
        timeout=120,
        check=False,
    )
    return _checked(Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")))


def inside(*arguments: str | Path, stdin: bytes | str = b"", cwd: Path | None = None) -> Done:
    """Run the command by its entry point in this process, which spares half a second of imports."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    raw = (io.BytesIO(), io.BytesIO())
    out, err = (io.TextIOWrapper(stream, encoding="utf-8", newline="\n") for stream in raw)
    before = Path.cwd()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["gillint", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        for name, value in {"NO_COLOR": "1", "COLUMNS": "120", "TERM": "dumb"}.items():
            patch.setenv(name, value)
        os.chdir(cwd or ROOT)
        try:
            run()
        except SystemExit as leave:
            code = leave.code
        finally:
            os.chdir(before)
    texts = []
    for stream, written in zip((out, err), raw, strict=True):
        stream.flush()
        texts.append(written.getvalue().decode("utf-8"))
    return _checked(Done(code if isinstance(code, int) else 1, *texts))


def _checked(done: Done) -> Done:
    assert "Traceback" not in done.stderr, done.stderr
    assert "a defect of gillint" not in done.stderr, done.stderr
    return done


def heed_interrupts() -> None:
    """For `preexec_fn`: what runs in the background of a shell is started with interrupts ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment() -> dict[str, str]:
    """The environment of a run: the package that the tests import, and none of the user's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GILLINT", "COV_", "PYTEST"))}
    before = kept.get("PYTHONPATH")
    home = str(Path(package.__file__).resolve().parent.parent)  # the package that the other tests import
    kept["PYTHONPATH"] = f"{home}{os.pathsep}{before}" if before else home
    kept.update(PYTHONIOENCODING="utf-8", NO_COLOR="1", COLUMNS="120", TERM="dumb")
    return kept


def inside_json(*arguments: str | Path, **settings: Any) -> Document:
    """Run the command with JSON output, check the contract, and give it back."""
    return read_json(inside(*arguments, "--output-format", "json", **settings))


def read_json(done: Done) -> Document:
    """The document that a run printed; the contract is checked."""
    assert done.returncode in (0, 1), done.stderr
    plain: Document = json.loads(done.stdout)
    check_contract(plain)
    return plain


class Project:
    """A folder with files of a project."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        for name, source in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(source), encoding="utf-8")

    def report(self, name: str, **settings: Any) -> File:
        """The report of one file, which may import the others."""
        from gillint.resolve.program import Project as Run
        from gillint.syntax.loading import Loader

        path = self.folder / name
        chosen = options(**settings)
        made = analyse(path.read_text(encoding="utf-8"), str(path), chosen, Run(Loader(ProjectModules())))
        plain: Document = json.loads(json.dumps(jsonv1.document((made,), chosen), allow_nan=False))
        check_contract(plain)
        found: File = plain["files"][0]
        return found

    def verdict(self, name: str, **settings: Any) -> Region:
        """The region that the verdict speaks of."""
        file = self.report(name, **settings)
        assert file["verdict"] is not None
        found: Region = file["regions"][file["verdict"]]
        return found
