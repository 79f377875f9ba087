"""What everyday programs of the standard library leave open: which function is called, how long a text is, who waits."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse


def bound_of(source: str) -> str:
    """The class of the region that the verdict is about."""
    result = analyse(dedent(source), "program.py", Options(cores=2, threads=2, python="3.11"))
    assert result.verdict is not None
    prediction = result.regions[result.verdict].prediction
    assert prediction is not None
    return prediction.bound.value


def test_one_of_several_library_functions_is_called() -> None:
    source = """
        import bz2, lzma
        DATA = bytes(2_000_000)
        def work():
            sizes = {}
            for name, pack in (("bz2", bz2.compress), ("xz", lzma.compress)):
                sizes[name] = len(pack(DATA))
            return sizes
    """
    assert bound_of(source) == "native"


def test_one_of_several_functions_of_the_project_is_called() -> None:
    source = """
        def double(n):
            return sum(i * 2 for i in range(n))
        def square(n):
            return sum(i * i for i in range(n))
        def work():
            return [step(10_000) for step in (double, square)]
    """
    assert bound_of(source) == "gil"


FILLED = """
    import hashlib, queue
    JOBS = [bytes(200_000) for _ in range(20)]
    def work():
        inbox, found = queue.{kind}(), []
        {fill}
        for _ in range(20):
            found.append(hashlib.sha256(inbox.get()).digest())
        return found
"""


@pytest.mark.parametrize("kind", ["Queue", "LifoQueue", "SimpleQueue"])
def test_a_queue_that_was_filled_is_not_waited_for(kind: str) -> None:
    assert bound_of(FILLED.format(kind=kind, fill="for job in JOBS: inbox.put(job)")) == "native"


def test_a_queue_that_nobody_in_sight_fills_is_waited_for() -> None:
    assert bound_of(FILLED.format(kind="Queue", fill="pass")) == "io"


@pytest.mark.parametrize(("mode", "bound"), [("w", "mixed"), ("w:gz", "native"), ("w:xz", "native")])
def test_a_compressed_archive_is_compressed_while_it_is_written(mode: str, bound: str) -> None:
    source = f"""
        import tarfile
        def work(paths: list[str]):
            with tarfile.open("out.tar", "{mode}") as archive:
                for path in paths:
                    archive.add(path)
    """
    assert bound_of(source) == bound


@pytest.mark.parametrize(
    "body",
    [
        # code is about as long as its source
        "zlib.compress(marshal.dumps(CODE))",
        # a hash tells how much it takes at a time
        "h = hashlib.sha256()\nfor chunk in iter(lambda: f.read(h.block_size * 1024), b''):\n    h.update(chunk)",
        # a setting chooses what a file is opened with
        "with Cache(SETTINGS).open('a', 'wb') as g:\n    pickle.dump(ROWS, g)",
    ],
)
def test_sizes_that_come_from_elsewhere(body: str) -> None:
    lines = "\n".join(f"            {line}" for line in body.splitlines())
    source = f"""
        import gzip, hashlib, io, marshal, pickle, zlib
        SETTINGS = {{"gzip": True, "level": 3}}
        ROWS = [str(n) * 50 for n in range(2_000)]
        CODE = compile("x = [i * 2 for i in range(10)]\\n" * 500, "a.py", "exec")
        class Cache:
            def __init__(self, settings):
                self.settings = settings
                if self.settings["gzip"]:
                    self.open = gzip.open
                else:
                    self.open = open
        def work():
            f = io.BytesIO(bytes(2_000_000))
{lines}
    """
    assert bound_of(source) == "native"
