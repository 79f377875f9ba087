"""Small projects of several modules: what the report says of each file, against results that are kept.

    GILLINT_GOLDEN=write python -m pytest tests/stages    writes them again; look at the difference before it is kept

Only the fields that do not hang on calibrated costs are kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import ROOT, Region, inside_json

PROJECTS = ROOT / "fixtures" / "projects"
GOLDEN = Path(__file__).parent / "projects"
NAMES = sorted(p.name for p in PROJECTS.iterdir() if p.is_dir())


def line(region: Region, is_verdict: bool) -> str:
    """One region: where it is, how it runs, what it is bound by, and the calls that take most of its time."""
    start = region["range"]["start"]
    calls = [c["name"] for c in region["calls"] if c["share"] >= 0.1]
    workers = f" x {region['workers']}" if region["workers"] is not None else ""
    return (
        f"  {'*' if is_verdict else '-'} {start['line']}:{start['column']} {region['kind']} in {region['function']}: "
        f"{region['concurrency']}{workers}, {region['iterations']}, {region['bound']}, help {region['threads_help']}, "
        f"confidence {region['confidence']}; {', '.join(calls) or 'Python'}"
    )


def summary(folder: Path) -> str:
    """The main fields of the report of a whole project, file by file."""
    document = inside_json("report", folder.name, cwd=folder.parent)
    lines = []
    for file in sorted(document["files"], key=lambda f: str(f["path"])):
        lines.append(Path(file["path"]).as_posix())
        lines.extend(line(r, i == file["verdict"]) for i, r in enumerate(file["regions"]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_project_is_read_as_it_was(name: str) -> None:
    made = summary(PROJECTS / name)
    kept = GOLDEN / f"{name}.txt"
    if os.environ.get("GILLINT_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        kept.write_text(made, encoding="utf-8")
    assert kept.is_file(), "no result is kept: run with GILLINT_GOLDEN=write"
    assert made == kept.read_text(encoding="utf-8")


def test_no_result_is_kept_for_nothing() -> None:
    assert {p.stem for p in GOLDEN.glob("*")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_alone_is_read_as_among_the_others(name: str) -> None:
    """What is shared between the files of a run changes nothing of what is said of one."""
    folder = PROJECTS / name
    together = {f["path"]: f for f in inside_json("report", name, cwd=folder.parent)["files"]}
    for path, file in together.items():
        (alone,) = inside_json("report", path, cwd=folder.parent)["files"]
        assert alone == file
