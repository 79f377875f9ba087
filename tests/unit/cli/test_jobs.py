"""Files shared out over processes: the order of what comes back, and what happens where a process does not come back."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gillint.advice.outcome import FileReport
from gillint.cli.jobs import in_groups, jobs_of
from gillint.errors import UsageError
from gillint.pipeline import unreadable
from tests.support import options

FILES = [Path(f"{number:03}.py") for number in range(100)]
OPTIONS = options(cores=2, threads=2)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a fork beside the threads of the test runner


def named(group: list[Path]) -> Iterator[FileReport]:
    return (unreadable(str(path), str(os.getpid()), OPTIONS, 1, 1) for path in group)


def refused(group: list[Path]) -> Iterator[FileReport]:
    """The first group fails, the others take long."""
    if group[0] == FILES[0]:
        raise UsageError("000.py: cannot be read")
    time.sleep(600)
    return named(group)


def gone(group: list[Path]) -> Iterator[FileReport]:
    os._exit(1)


@pytest.mark.parametrize("jobs", [1, 2, 3, 64])
def test_reports_come_in_the_order_of_the_files(jobs: int) -> None:
    found = in_groups(FILES, named, jobs)
    assert [r.path for r in found] == [str(path) for path in FILES]
    assert (str(os.getpid()) in str(found[0].error)) == (jobs == 1)


def test_few_files_stay_in_this_process() -> None:
    assert str(os.getpid()) in str(in_groups(FILES[:32], named, 8)[0].error)


def test_what_cannot_be_ends_the_rest() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        in_groups(FILES, refused, 2)
    assert not multiprocessing.active_children()


def test_a_process_that_is_gone_is_said() -> None:
    with pytest.raises(UsageError, match="--jobs 1"):
        in_groups(FILES, gone, 2)


def test_as_many_as_there_are_cores() -> None:
    assert jobs_of(None) == jobs_of("auto") >= 1
    assert jobs_of("7") == 7
    if sys.platform == "linux":
        assert jobs_of("auto") <= (os.cpu_count() or 1)
