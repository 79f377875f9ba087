"""Files shared out over processes. Pure Python holds the GIL, which is why these are not threads."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from pathlib import Path

from gillint.advice.outcome import FileReport
from gillint.config.settings import available_cores
from gillint.errors import UsageError

_GROUP = 32  # files that share what is found out of a project: fewer repeat it often, more leave cores idle
_PROGRESS_FROM = 20  # files

Analyse = Callable[[list[Path]], Iterable[FileReport]]


def jobs_of(value: str | None) -> int:
    """How many processes an option asks for; without it, as many as there are cores.

    Raises:
        UsageError: not `auto` or a number from 1.
    """
    if value is None or value == "auto":
        return available_cores()
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 1024:
        raise UsageError(f"--jobs: must be `auto` or a number from 1 to 1024, is {value!r}")
    return int(value)


def in_groups(files: list[Path], analyse: Analyse, jobs: int) -> list[FileReport]:
    """Analyse files in groups, in so many processes at most; the groups, and so the reports, are the same for any number.

    Raises:
        UsageError: a process has ended on its own.
    """
    groups = [files[i : i + _GROUP] for i in range(0, len(files), _GROUP)]
    workers = min(jobs, len(groups))
    if workers < 2:
        return list(_shown(chain.from_iterable(map(analyse, groups)), len(files)))
    return _in_processes(groups, analyse, workers)


def _in_processes(groups: list[list[Path]], analyse: Analyse, workers: int) -> list[FileReport]:
    from concurrent.futures import ProcessPoolExecutor  # 25 ms, for those who need it
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children

    try:
        with ProcessPoolExecutor(workers, initializer=_end_without_a_word) as pool:
            try:
                reports = chain.from_iterable(pool.map(partial(_listed, analyse), groups))
                return list(_shown(reports, sum(map(len, groups))))
            except BaseException:  # nobody waits for the rest
                for worker in active_children():
                    worker.terminate()
                raise
    except BrokenProcessPool:
        raise UsageError(
            "a process of the analysis ended on its own, perhaps for want of memory: try --jobs 1"
        ) from None


def _end_without_a_word() -> None:
    """What Ctrl-C does to a worker."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _listed(analyse: Analyse, group: list[Path]) -> list[FileReport]:
    return list(analyse(group))


def _shown(reports: Iterable[FileReport], count: int) -> Iterable[FileReport]:
    """Show a bar on a terminal where it takes long."""
    if count < _PROGRESS_FROM or not sys.stderr.isatty():
        return reports
    from rich.console import Console
    from rich.progress import track

    return track(reports, description="Analysing", total=count, console=Console(stderr=True), transient=True)
