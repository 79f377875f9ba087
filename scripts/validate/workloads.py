"""The programs of `fixtures/workloads`, and how one of them is run."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gillint.measure.plan import Benchmark
from gillint.measure.script import Piece, assemble

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "fixtures" / "workloads"


@dataclass(frozen=True)
class Workload:
    """One program.

    Attributes:
        name: of its file, without the suffix.
        family: python, stdlib, numeric, libraries, network, mixture or handover.
        requires: distributions.
        server: whether it asks the local server.
        set_aside: never looked at while the model is calibrated and the analysis worked on.
        fresh: of those set aside, the ones that were written after the analysis: by the how manieth time that was done, else 0.
        event_loop: its copies run on one event loop as they are, so that more threads change nothing by definition.
        task: what is measured instead of `work()`, where that hands work over itself.
    """

    name: str
    family: str
    requires: tuple[str, ...]
    server: bool
    set_aside: bool
    fresh: int
    event_loop: bool
    task: str

    @property
    def path(self) -> Path:
        """Its file."""
        return FOLDER / f"{self.name}.py"

    @property
    def source(self) -> str:
        """Its text."""
        return self.path.read_text(encoding="utf-8")

    @property
    def missing(self) -> tuple[str, ...]:
        """The distributions that are not installed."""
        return tuple(name for name in self.requires if not _installed(name))

    def benchmark(self) -> Benchmark:
        """Its `work()`, as the engine of `--measure` runs it."""
        load = (
            "import importlib.util, sys\n"
            f"spec = importlib.util.spec_from_file_location({self.name!r}, {str(self.path)!r})\n"
            f"module = sys.modules[{self.name!r}] = importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(module)"
        )
        run = (
            f"eval(task, vars(module))\n\n\ntask = compile({self.task!r}, 'task', 'eval')"
            if self.task
            else "module.work()"
        )
        work = f"def gillint_inputs():\n    return ()\n\n\ndef gillint_work():\n    {run}"
        return assemble([Piece(load), Piece(work)], origin=str(self.path), work=f"a run of {self.path.name}")


def _installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def workloads() -> tuple[Workload, ...]:
    """All programs of the manifest, in its order."""
    entries = read_toml(FOLDER / "manifest.toml")["workload"]
    return tuple(
        Workload(
            name=Path(e["file"]).stem,
            family=e["family"],
            requires=tuple(e.get("requires", ())),
            server=bool(e.get("server")),
            set_aside=bool(e.get("set_aside")),
            fresh=int(e.get("fresh", 0)),
            event_loop=bool(e.get("event_loop")),
            task=e.get("task", ""),
        )
        for e in entries
    )


@contextmanager
def local_server() -> Iterator[None]:
    """The server that the programs ask answers while the block runs; they find its address in `WORKLOAD_URL`."""
    command = [sys.executable, str(ROOT / "scripts" / "workload_server.py"), "0"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    try:
        os.environ["WORKLOAD_URL"] = f"http://127.0.0.1:{int(process.stdout.readline().split()[-1])}"
        yield
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()
