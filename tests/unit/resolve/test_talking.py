"""Programs that ask others: how often their loops turn, what is in the answers, what is asked once and what each time."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import CallShare
from gillint.pipeline import analyse, analyse_in_full
from gillint.resolve.trace import Iterations
from tests.unit.resolve.test_peers import prediction_of


def calls_of(source: str, function: str = "work") -> dict[str, CallShare]:
    """The calls below a function, by name; of several with one name the most expensive."""
    context = analyse_in_full(dedent(source), "program.py", Options(cores=2, threads=2, python="3.11")).context
    assert context is not None
    block = next(trace.block for trace in context.resolved.functions if trace.name == function)
    found: dict[str, CallShare] = {}
    for share in context.costs.calls(block):
        found.setdefault(share.call.name, share)
    return found


def count(source: str, name: str) -> float:
    return calls_of(source)[name].count.likely


PAGES = """
    import requests
    def pages(path):
        while path:
            document = requests.get("http://localhost:80" + path).json()
            yield document["rows"]
            path = document["next"]
"""


TAGS = "for row in rows:\n                for t in row['tags']:\n                    ord(t)"


@pytest.mark.parametrize(
    ("body", "name", "turns"),
    [
        ("len(rows)", "requests.get", 20),
        ("len(rows)", "len", 20),  # an item for each turn, not one for each reading of it
        ("for row in rows:\n                abs(row['v'])", "abs", 20 * 30),
        (TAGS, "ord", 20 * 30 * 5),
    ],
)
def test_a_listing_has_some_pages_of_some_records(body: str, name: str, turns: float) -> None:
    loop = f"for rows in pages('/a'):\n            {body}"
    assert count(f"{PAGES}\n    def work():\n        {loop}\n", name) == turns


@pytest.mark.parametrize(
    ("loop", "turns"),
    [
        ("while data := sock.recv(4096):\n        total += len(data)", 5),
        ("while True:\n        data = sock.recv(4096)\n        if not data:\n            break", 5),
        ("for data in iter(lambda: sock.recv(4096), b''):\n        total += len(data)", 5),
    ],
)
def test_an_answer_comes_in_a_few_pieces(loop: str, turns: float) -> None:
    source = f"import socket\ndef work():\n    sock = socket.create_connection(('localhost', 80))\n    total = 0\n    {loop}\n"
    assert count(source, "socket.socket.recv") == turns


def test_a_function_that_is_called_until_a_sentinel_reads_a_file_to_its_end() -> None:
    source = """
        import hashlib
        def work():
            with open("a.bin", "wb") as f:
                f.write(bytes(80_000))
            digest = hashlib.sha256()
            with open("a.bin", "rb") as f:
                for block in iter(lambda: f.read(8_000), b""):
                    digest.update(block)
    """
    assert count(source, "hashlib.HASH.update") == 10  # the eleventh read finds the end


@pytest.mark.parametrize(
    ("loop", "turns"),
    [
        ("while '}, ' in text:\n        part, text = text.split('}, ', 1)\n        seen.append(part)", 10),
        ("while len(text) >= 8:\n        part, text = text[:8], text[8:]\n        seen.append(part)", 10),
        ("while '}, ' in text:\n        seen.append(text)", 1000),  # nothing is cut off
    ],
)
def test_messages_are_cut_off_one_by_one(loop: str, turns: float) -> None:
    assert count(f"def work(text: str):\n    seen = []\n    {loop}\n", "list.append") == turns


RETRY = """
    import time, requests
    def fetch(url):
        {counter} = 0
        while True:
            response = requests.get("http://localhost/a")
            if response.status_code == 200:
                return response
            {counter} += 1
            time.sleep(2 ** {counter})
    def work():
        return fetch("/a")
"""


def test_a_loop_that_counts_its_attempts_nearly_always_succeeds_at_once() -> None:
    calls = calls_of(RETRY.format(counter="attempt"))
    assert calls["requests.get"].count.likely == 1
    assert calls["time.sleep"].count.likely < 0.01
    assert calls_of(RETRY.format(counter="page"))["requests.get"].count.likely > 1


def test_a_pause_after_a_failure_is_rare() -> None:
    source = """
        import time, requests
        def work():
            for url in range(100):
                try:
                    requests.get("http://localhost/a")
                except OSError:
                    time.sleep(1)
    """
    assert count(source, "time.sleep") == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("decorator", "argument", "calls"),
    [
        ("functools.lru_cache(maxsize=None)", "i % 8", 8),
        ("functools.cache", "i % 8", 8),
        ("functools.cache", "lines[i]", 20),  # nothing tells: as many as there are calls with each
        ("staticmethod", "i % 8", 400),
    ],
)
def test_a_function_that_remembers_runs_once_for_each_argument(decorator: str, argument: str, calls: float) -> None:
    source = f"""
        import functools, requests
        @{decorator}
        def customer(number):
            return requests.get("http://localhost/a").json()
        def work(lines: list[str]):
            for i in range(400):
                customer({argument})
    """
    assert count(source, "requests.get") == pytest.approx(calls)


def test_what_is_left_of_an_interval_is_no_longer_than_it() -> None:
    source = """
        import time
        def work():
            for _ in range(10):
                started = time.monotonic()
                sum(range(100))
                time.sleep(max(0.0, 0.02 - (time.monotonic() - started)))
    """
    pause = calls_of(source)["time.sleep"].effect.wait
    assert pause.low < pause.likely <= pause.high == pytest.approx(20e6, rel=0.01)


def test_an_answer_that_is_read_has_been_waited_for() -> None:
    source = """
        import urllib.request
        def work():
            with urllib.request.urlopen("http://localhost/a?delay=10") as response:
                return response.read()
    """
    calls = calls_of(source)
    assert 10e6 < calls["urllib.request.urlopen"].effect.wait.likely < 11e6  # the pause, and the way there and back
    assert calls["http.client.HTTPResponse.read"].effect.wait.likely < 1e6


@pytest.mark.parametrize(
    ("asked", "waits"), [("f'http://localhost/page/{n}'", False), ("'http://localhost' + n", True)]
)
def test_only_a_request_that_may_be_for_a_pause_is_taken_for_one(asked: str, waits: bool) -> None:
    source = f"""
        import requests
        def warm_up():
            requests.get("http://localhost/delay/300")
        def work(n: str):
            return requests.get({asked}).text
    """
    assert (calls_of(source)["requests.get"].effect.wait.likely >= 300e6) is waits


KEPT_OPEN = """
    import http.client
    {above}
    def work():
        {inside}
        total = 0
        for i in range(10):
            connection.request("GET", "/delay/10")
            total += len(connection.getresponse().read())
        return total
"""
MAKE = "connection = http.client.HTTPConnection('localhost', 80)"


def test_a_connection_of_its_own_is_shared_by_nobody() -> None:
    own = prediction_of(KEPT_OPEN.format(above="", inside=MAKE)).ceiling.likely
    shared = prediction_of(KEPT_OPEN.format(above=MAKE, inside="")).ceiling.likely
    assert own is not None and shared is not None
    assert own > 1.9
    assert shared < 1.1


@pytest.mark.parametrize("queue", ["queue.Queue", "queue.PriorityQueue", "queue.LifoQueue"])
def test_waiting_for_the_programs_own_workers_is_no_wait_for_others(queue: str) -> None:
    source = f"""
        import queue, threading
        def loop(jobs):
            while True:
                n = jobs.get()
                sum(i * i for i in range(20_000))
                jobs.task_done()
        def work():
            jobs = {queue}()
            for _ in range(2):
                threading.Thread(target=loop, args=(jobs,), daemon=True).start()
            for n in range(20):
                jobs.put(n)
            jobs.join()
    """
    assert prediction_of(source).bound.value == "gil"


def test_fields_of_a_document_are_numbers_beside_an_operator() -> None:
    source = """
        import requests
        def work():
            return sum(r["price"] * r["quantity"] for r in requests.get("http://localhost/a").json())
    """
    assert not [name for name in calls_of(source) if name.startswith("list.")]


def test_a_thumbnail_is_as_small_as_it_is_asked_to_be() -> None:
    source = """
        import io
        from PIL import Image
        def work():
            image = Image.new("RGB", (4000, 3000))
            image.thumbnail((160, 120))
            image.save(io.BytesIO(), "PNG")
    """
    saved = calls_of(source)["PIL.Image.Image.save"].effect
    assert saved.native.likely < 160 * 120 * 1000


def test_what_is_written_beside_pictures_is_not_what_was_read_before() -> None:
    source = """
        from pathlib import Path
        from PIL import Image
        def shrink(path):
            image = Image.open(path)
            image.thumbnail((128, 128))
            image.save(path.with_name(path.stem + "_small" + path.suffix))
        def main():
            for path in Path("pictures").iterdir():
                shrink(path)
        main()
    """
    assert calls_of(source, "main")["PIL.ImageFile.ImageFile.thumbnail"].effect.native.likely > 1e6


@pytest.mark.parametrize(("key", "is_found_at_once"), [(", primary key (a, b)", True), ("", False)])
def test_a_key_of_several_columns_finds_a_row_at_once(key: str, is_found_at_once: bool) -> None:
    source = f"""
        import sqlite3
        def work():
            db = sqlite3.connect(":memory:")
            db.execute("create table t (a text, b integer, c real{key})")
            db.executemany("insert into t values (?, ?, ?)", [("x", i, 1.0) for i in range(4096)])
            for _ in range(10_000):
                db.execute("select c from t where a = ? and b = ?", ("x", 1))
    """
    assert (calls_of(source)["sqlite3.Connection.execute"].effect.native.likely < 5_000) is is_found_at_once


def test_rows_of_a_statement_are_those_that_it_asks_for() -> None:
    source = """
        import sqlalchemy as sa
        def work():
            engine = sa.create_engine(f"sqlite:///{__file__}.db")
            t = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))
            with engine.connect() as connection:
                for row in connection.execute(sa.select(t).where(t.c.a > 3).limit(7)):
                    abs(row)
    """
    calls = calls_of(source)
    assert calls["abs"].count.likely == 7
    assert (
        calls["sqlalchemy.engine.Connection.execute"].effect.wait.likely == 0
    )  # SQLite: the text begins with its name


def test_different_tasks_wait_side_by_side() -> None:
    source = """
        import asyncio, aiohttp
        async def produce(queue, session):
            for n in range(16):
                async with session.get(f"http://localhost/a?delay=20&n={n}") as response:
                    await queue.put(await response.json())
            await queue.put(None)
        async def consume(queue, found):
            while (rows := await queue.get()) is not None:
                found.extend(rows)
        async def main():
            queue, found = asyncio.Queue(), []
            async with aiohttp.ClientSession() as session:
                await asyncio.gather(produce(queue, session), consume(queue, found))
        def work():
            asyncio.run(main())
    """
    prediction = prediction_of(source)
    assert prediction.concurrency.value == "asyncio"
    assert prediction.held.likely is not None and prediction.held.likely < 0.03


@pytest.mark.parametrize(
    ("statement", "commits"),
    [
        ('connection.execute("insert into t values (?)", (1,))', 1),
        ("store(connection, 1)", 1),
        ('connection.execute("SELECT a FROM t").fetchall()', 0),
        ("abs(1)", 0),
        ('connection.execute("pragma synchronous = off"); store(connection, 1)', 0),  # without a wait for the disk
    ],
)
def test_leaving_a_connection_of_sqlite_commits_what_was_changed(statement: str, commits: int) -> None:
    source = f"""
        import sqlite3
        def store(connection, value):
            connection.executemany("insert into t values (?)", [(value,)] * 9)
        def work():
            for n in range(10):
                with sqlite3.connect("shop.db") as connection:
                    {statement}
    """
    made = calls_of(source).get("sqlite3.Connection.commit")
    assert (made is not None and made.effect.wait.likely > 0) == commits


@pytest.mark.parametrize(
    ("command", "ms"),
    [
        ('["sort", path]', 0.85),
        ('("/usr/bin/wc", "-l", path)', 0.85),
        ('"true"', 0.6),
        ('f"grep x {path}", shell=True', 0.85),
        ('[sys.executable, "-c", "pass"]', 20.0),
        ("command", 20.0),
        ('f"{command} x", shell=True', 20.0),
    ],
)
@pytest.mark.parametrize("waits", ["wait", "communicate"])
def test_a_child_is_waited_for_as_long_as_its_program_takes(command: str, ms: float, waits: str) -> None:
    source = f"import subprocess, sys\ndef work(command, path):\n    subprocess.Popen({command}).{waits}()\n"
    assert calls_of(source)[f"subprocess.Popen.{waits}"].effect.wait.likely == pytest.approx(ms * 1e6)


OWN_CONNECTIONS = """
    from http.client import HTTPConnection
    class Bound(HTTPConnection):
        def __init__(self, *args, **kwargs):
            source = kwargs.pop("source", None)
            {begins}
            self.source_address = source
    def work(hosts: list[str]):
        for host in hosts:
            connection = Bound(host, 80, source=None)
            connection.request("GET", "/")
            connection.getresponse().read()
"""
BASES = ("super().__init__(*args, **kwargs)", "HTTPConnection.__init__(self, *args, **kwargs)")


@pytest.mark.parametrize("begins", BASES)
def test_a_connection_of_the_programs_own_class_is_made_in_each_iteration(begins: str) -> None:
    report = analyse(dedent(OWN_CONNECTIONS.format(begins=begins)), "program.py", Options(cores=2, threads=2))
    loop = next(r for r in report.regions if r.region.span.line == 9)
    assert loop.prediction.ceiling.likely is not None
    assert loop.prediction.ceiling.likely > 1.9
    assert loop.region.iterations is Iterations.INDEPENDENT


def test_the_instance_is_no_argument_of_a_constructor_that_is_called_on_the_class() -> None:
    made = calls_of(OWN_CONNECTIONS.format(begins=BASES[1]))["http.client.HTTPConnection"].call.bound
    host = made.get("host")
    assert host is not None and host.type == "str"


ASKED_FIRST = """
    import requests
    def rows(path):
        lines = requests.get("http://localhost:80" + path).text.splitlines()
        yield "name,size"
        for line in lines:
            yield line.upper()
    def work():
        found = rows("/table")
        {header}
        return [row for row in found]
"""


@pytest.mark.parametrize("header", ["pass", "next(found)", "next(found); next(found)"])
def test_a_generator_asks_once_however_its_items_are_taken(header: str) -> None:
    assert count(ASKED_FIRST.format(header=header), "requests.get") == 1


@pytest.mark.parametrize(("name", "least", "most"), [("'store'", 0.5, 1.1), ("f'store{n}'", 1.8, 2.0)])
def test_a_shelf_has_one_writer_at_a_time(name: str, least: float, most: float) -> None:
    source = f"""
        import shelve
        from concurrent.futures import ThreadPoolExecutor
        def save(n):
            with shelve.open({name}) as db:
                for i in range(50):
                    db[f"{{n}}-{{i}}"] = i
        def main():
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(save, range(10)))
    """
    ceiling = prediction_of(source, python="3.13").ceiling.likely
    assert ceiling is not None
    assert least <= ceiling <= most
