"""What a finding points to: the call, or the iteration, that takes most of what the rule is about."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from tests.support import text

HANDED_OUT = """
    import csv, json, time, zlib
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    def work(folder):
        {}

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ["a", "b", "c"]))
    """
TABLES = """for path in Path(folder).glob("*.csv"):
            for row in csv.DictReader(open(path)):
                float(row["price"])"""
BYTECODE = """total = 0
        for i in range(100000):
            total += i * i"""
BOTH = """data = json.loads("[" + "1.5, " * 100000 + "1]")
        zlib.compress(bytes(200000))"""


@pytest.mark.parametrize(
    ("body", "related"),
    [
        pytest.param(TABLES, ["the iteration over `csv.DictReader` holds the GIL for"], id="an iteration"),
        pytest.param(BYTECODE, [], id="an iteration in which bytecode takes more"),
        pytest.param(BOTH, ["`json.loads` holds the GIL for"], id="a call beside one that releases"),
    ],
)
def test_threads_over_held_work(body: str, related: list[str]) -> None:
    (found,) = analyse(text(HANDED_OUT.replace("{}", body)), "x.py", Options(codes=frozenset({"GIL101"}))).diagnostics
    assert [r.message.rsplit(" ", 4)[0] for r in found.related] == related


def test_what_waits_is_named_though_a_call_that_computes_stands_first() -> None:
    source = text("""
        import requests, numpy as np
        for url in [f"https://example.org/{i}" for i in range(1000)]:
            np.sort(np.zeros(100000))
            requests.get(url)
        """)
    (found,) = analyse(source, "x.py", Options(codes=frozenset({"GIL201"}))).diagnostics
    assert [r.message.split(" for ")[0] for r in found.related] == ["`requests.get` waits without the GIL"]


CONNECTS = """
    import socket
    class Fetcher:
        def fetch(self):
            self.sock = socket.socket()
            {}
            try:
                self.sock.connect(("example.org", 80))
            except BlockingIOError:
                pass
    for _ in range(100):
        Fetcher().fetch()
    """


@pytest.mark.parametrize(
    ("before", "codes"), [("self.sock.setblocking(False)", []), ("self.sock.getsockname()", ["GIL201"])]
)
def test_a_socket_that_does_not_block_is_no_wait(before: str, codes: list[str]) -> None:
    found = analyse(text(CONNECTS.replace("{}", before)), "x.py", Options()).diagnostics
    assert [d.code for d in found] == codes


def test_a_helper_that_blocks_the_loop_is_reported_once_with_its_longest_wait() -> None:
    source = text("""
        import requests, subprocess

        def refresh(url):
            subprocess.run(["convert", url])
            return requests.get(url, timeout=30)

        async def handler(url):
            return refresh(url)
        """)
    (found,) = analyse(source, "x.py", Options(codes=frozenset({"GIL302"}))).diagnostics
    assert found.message.startswith("`requests.get` waits on the way")


@pytest.mark.parametrize(
    ("body", "because"),
    [
        pytest.param(BYTECODE, "100% of each task holds the GIL", id="the GIL"),
        pytest.param(
            "import sqlite3\n        db = sqlite3.connect('a.db')\n"
            "        db.execute('insert into t values (1)')\n        db.commit()",
            "one writer at a time commits into `a.db`",
            id="a file that one writes at a time",
        ),
    ],
)
def test_what_has_threads_take_turns(body: str, because: str) -> None:
    (found,) = analyse(text(HANDED_OUT.replace("{}", body)), "x.py", Options(codes=frozenset({"GIL101"}))).diagnostics
    assert f"because {because}" in found.message
