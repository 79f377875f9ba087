"""Programs that keep things, as libraries of one file do: their own mappings, mailboxes, transactions, pools, framed messages."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import CallShare
from gillint.pipeline import analyse, analyse_in_full


def calls(source: str, name: str) -> list[CallShare]:
    """The calls of a name below `work`."""
    context = analyse_in_full(dedent(source), "program.py", Options(cores=2, threads=2, python="3.11")).context
    assert context is not None
    block = next(trace.block for trace in context.resolved.functions if trace.name == "work")
    return [share for share in context.costs.calls(block) if share.call.name == name]


def count(source: str, name: str) -> float:
    """How often they are made, all together."""
    return sum(share.count.likely for share in calls(source, name))


HEADER = "import socket, struct\nHEAD = struct.Struct('!IB')\nsock = socket.create_connection(('example.com', 80))\n"

TURNS = [
    # what is missing is asked for at once
    (
        f"{HEADER}def read(size):\n    data = []\n    while size > 0:\n        chunk = sock.recv(min(size, 65536))\n"
        "        data.append(chunk)\n        size -= len(chunk)\n    return b''.join(data)\n"
        "def work():\n    for n in range(100):\n        read(HEAD.size)\n",
        "socket.socket.recv",
        100,
    ),
    (
        f"{HEADER}def read(size):\n    data = b''\n    while len(data) < size:\n        data += sock.recv(size - len(data))\n"
        "    return data\n"
        "def work():\n    for n in range(100):\n"
        "        size, = struct.unpack('!I', read(4))\n        read(size)\n",
        "socket.socket.recv",
        200,
    ),
    (
        f"{HEADER}def work():\n    missing = 1_000_000\n    while missing:\n        chunk = sock.recv(min(missing, 10_000))\n"
        "        missing -= len(chunk)\n",
        "socket.socket.recv",
        100,
    ),
    # a pool gives back what it takes
    (
        """
        import asyncio
        class Pool:
            def __init__(self):
                self.free = asyncio.Queue()
            def fill(self):
                for n in range(4):
                    self.free.put_nowait(object())
            async def use(self):
                one = await self.free.get()
                self.free.put_nowait(one)
            def close(self):
                while not self.free.empty():
                    abs(self.free.get_nowait())
        async def work():
            pool = Pool()
            pool.fill()
            for n in range(100):
                await pool.use()
            pool.close()
        """,
        "abs",
        4,
    ),
    # what nobody registers is not called
    (
        """
        class Store:
            def __init__(self):
                self.observers = []
                self.data = {}
            def observe(self, function):
                self.observers.append(function)
            def put(self, key, value):
                for function in self.observers:
                    abs(value)
                self.data[key] = value
        def work():
            store = Store()
            for n in range(100):
                store.put(n, n)
        """,
        "abs",
        0,
    ),
    # `get`, `in`, `items`, `update`, `pop` of a mapping of the program's own
    (
        """
        from collections.abc import MutableMapping
        class Store(MutableMapping):
            def __init__(self):
                self.data = {}
            def __getitem__(self, key):
                return abs(self.data[key])
            def __setitem__(self, key, value):
                self.data[key] = round(value)
            def __delitem__(self, key):
                del self.data[key]
            def __iter__(self):
                return iter(self.data)
            def __len__(self):
                return len(self.data)
        def work():
            store = Store()
            store.update({f"k{n}": n for n in range(50)})
            for n in range(20):
                store.get(f"k{n}")
                f"k{n}" in store
        """,
        "abs",
        40,
    ),
    # a box has the messages that were put into it
    (
        """
        import mailbox, os, tempfile
        from email.message import EmailMessage
        PATH = os.path.join(tempfile.mkdtemp(), "in.mbox")
        def build():
            box = mailbox.mbox(PATH)
            for n in range(30):
                m = EmailMessage()
                m.set_content("text " * 100)
                box.add(m)
            box.close()
        build()
        def work():
            for message in mailbox.mbox(PATH):
                abs(1)
        """,
        "abs",
        30,
    ),
]


@pytest.mark.parametrize(("source", "name", "times"), TURNS)
def test_as_often_as_the_program_says(source: str, name: str, times: int) -> None:
    assert count(source, name) == pytest.approx(times, rel=0.05)


COMMITS = [
    ("isolation_level=None", "c.execute('insert into t values (1)')", 100),
    ("isolation_level=None", "c.execute('select * from t')", 0),
    ("isolation_level=None", "c.execute('insert into t values (1)')\nc.commit()", 100),
    ("isolation_level=None", "c.execute('BEGIN')\nc.execute('insert into t values (1)')\nc.execute('COMMIT')", 100),
    ("isolation_level=None", "c.executemany('insert into t values (?)', [(k,) for k in range(5)])", 500),
    ("isolation_level=None", "c.execute('BEGIN')\nc.executemany('insert into t values (?)', [(1,), (2,)])", 0),
    ("timeout=5", "c.executemany('insert into t values (?)', [(1,), (2,)])", 0),
    ("timeout=5", "c.execute('insert into t values (1)')", 0),
    ("timeout=5", "c.execute('insert into t values (1)')\nc.commit()", 100),
]


@pytest.mark.parametrize(("option", "body", "times"), COMMITS)
def test_a_commit_for_each_transaction(option: str, body: str, times: int) -> None:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    source = (
        f"import sqlite3\ndef work():\n    c = sqlite3.connect('a.db', {option})\n    for n in range(100):\n{lines}"
    )
    assert count(source, "sqlite3.Connection.commit") == times


@pytest.mark.parametrize(("level", "times"), [("None", 100), ("'IMMEDIATE'", 0)])
def test_an_isolation_level_that_is_set_later(level: str, times: int) -> None:
    source = f"""
        import sqlite3
        class Log:
            def __init__(self):
                con = sqlite3.connect("a.db")
                con.isolation_level = {level}
                self.cursor = con.cursor()
            def add(self, n):
                self.cursor.execute("insert into t values (?)", (n,))
        def work():
            log = Log()
            for n in range(100):
                log.add(n)
    """
    assert count(source, "sqlite3.Connection.commit") == times


@pytest.mark.parametrize(("changed", "is_short"), [("c.execute('insert into t values (1)')", True), ("abs(n)", False)])
def test_a_query_in_a_transaction_does_not_lock_the_file_again(changed: str, *, is_short: bool) -> None:
    source = f"""
        import sqlite3
        def work():
            c = sqlite3.connect("a.db")
            c.execute("create table t (a integer primary key)")
            for n in range(100):
                for row in c.execute("select a from t where a = ?", (n,)):
                    ord(row)
                {changed}
    """
    asked = [c for c in calls(source, "sqlite3.Connection.execute") if len(c.call.bound.positional) == 2]
    assert (asked[0].effect.native.likely < 5_000) is is_short


@pytest.mark.parametrize(("given_back", "is_limited"), [("self.free.put_nowait(conn)", True), ("abs(number)", False)])
def test_a_pool_in_a_queue_lets_so_many_tasks_through(given_back: str, *, is_limited: bool) -> None:
    source = f"""
        import asyncio
        class Pool:
            def __init__(self):
                self.free = asyncio.Queue()
            def fill(self):
                for n in range(4):
                    self.free.put_nowait(object())
            async def ask(self, number):
                conn = await self.free.get()
                try:
                    await asyncio.sleep(0.004)
                    return sum(range(2_000))
                finally:
                    {given_back}
        async def main():
            pool = Pool()
            pool.fill()
            return await asyncio.gather(*(pool.ask(n) for n in range(200)))
        asyncio.run(main())
    """
    context = analyse_in_full(dedent(source), "program.py", Options(cores=2, threads=2, python="3.11")).context
    assert context is not None
    held = next(a.prediction.held for a in context.assessments if a.region.at_once.likely == 200)
    assert held is not None
    assert held.likely is not None
    assert (held.likely < 0.3) is is_limited


@pytest.mark.parametrize(
    ("name", "is_again"), [("'state.json'", True), ("f'state{n}.json'", False), ("'state.json.tmp'", False)]
)
def test_a_file_that_is_written_again_at_once_waits_for_the_disk(name: str, *, is_again: bool) -> None:
    source = f"""
        import json
        def work():
            for n in range(100):
                with open({name}, "w") as f:
                    json.dump({{"n": n}}, f)
    """
    assert bool(calls(source, "open.__rewritten__")) is is_again


def test_a_store_that_is_read_from_a_file_is_as_large_as_what_is_put_into_it() -> None:
    source = """
        import json
        class Store:
            def __init__(self, path):
                self.data = {}
                self.data = json.loads(open(path).read())
            def put(self, key, value):
                self.data[key] = value
            def dump(self):
                return json.dumps(self.data)
        def work():
            store = Store("x.json")
            for n in range(300):
                store.put(f"key {n}", n)
            store.dump()
    """
    (dumped,) = calls(source, "json.dumps")
    size = dumped.call.bound.parameters[0][1].size
    assert size is not None
    assert size.likely == pytest.approx(300)


def test_a_shelf_gives_back_what_was_put_into_it() -> None:
    source = """
        import shelve
        def work():
            with shelve.open("x") as db:
                for n in range(30):
                    db[f"key {n}"] = {"parts": [1, 2, 3]}
                for key, value in db.items():
                    for part in value["parts"]:
                        abs(part)
    """
    assert count(source, "abs") == pytest.approx(90)


SHOP = """
import json, os, queue, shutil, sys, csv
from html.parser import HTMLParser
"""
WORKED_OFF = [
    # what is loaded has in it already what is put into it: 20 keys, and some fewer at first
    (
        """
        def load():
            try:
                with open("state.json") as f:
                    return {name: dict(row) for name, row in json.load(f).items()}
            except FileNotFoundError:
                return {}
        def update(name):
            rows = load()
            rows.setdefault(name, {})["at"] = 1
            with open("state.json", "w") as f:
                json.dump(rows, f)
            for row in rows.values():
                abs(row)
        def work():
            for n in range(100):
                update(f"job{n % 20}")
        """,
        100 * 18,
    ),
    # a list: half of what comes in, on average
    (
        """
        def work():
            for n in range(100):
                with open("log.json") as f:
                    log = json.load(f)
                log.append(n)
                for n in log:
                    abs(n)
                with open("log.json", "w") as f:
                    json.dump(log, f)
        """,
        100 * 50,
    ),
    # made the first time, and again when it has been given up
    (
        """
        def work():
            writer, size = None, 0
            for row in [["a", "b"]] * 10_000:
                if writer is None:
                    writer = csv.writer(open("x", "w"))
                    abs(writer)
                writer.writerow(row)
                size += sys.getsizeof(row)
                if size >= 72_000:
                    writer, size = None, 0
        """,
        11,
    ),
    # a queue that a function fills which is called back: a crawl
    (
        """
        class Links(HTMLParser):
            def __init__(self, found):
                super().__init__()
                self.found = found
            def handle_starttag(self, tag, attrs):
                self.found.put(tag)
        def look(found):
            Links(found).feed("<a href=x>t</a>" * 100)
        def work():
            found = queue.Queue()
            found.put("a")
            while not found.empty():
                abs(found.get())
                look(found)
        """,
        20,
    ),
    # a folder is copied with all that is in it
    (
        """
        def work():
            for n in range(30):
                with open(f"a/{n}.txt", "w") as f:
                    f.write("x")
            shutil.copytree("a", "b")
            for name in os.listdir("b"):
                abs(name)
        """,
        30,
    ),
    # most of what is in a folder is a file; members of both sets
    (
        """
        def work():
            for n in range(40):
                open(f"a/{n}.txt", "w").write("x")
            found = set()
            for name in os.listdir("a"):
                if os.path.isfile(name):
                    abs(name)
                found |= {name, name + "~"}
            for name in found:
                abs(name)
        """,
        34 + 80,
    ),
    # whatever is written under another name first is there
    (
        """
        def work():
            for n in range(60):
                os.replace("tmp", f"b/{n % 15}")
            for name in os.listdir("b"):
                abs(name)
        """,
        15,
    ),
    # until there is no more: the range is a guard
    (
        """
        def work():
            for n in range(10_000_000):
                try:
                    abs(n)
                except KeyError:
                    break
        """,
        1000,
    ),
]


@pytest.mark.parametrize(("source", "expected"), WORKED_OFF)
def test_what_is_put_in_comes_out(source: str, expected: float) -> None:
    assert count(SHOP + dedent(source), "abs") == pytest.approx(expected, rel=0.1)


def test_a_document_that_was_read_is_no_receiver() -> None:
    source = """
    import json
    def work():
        document = json.load(open("a.json"))
        json.dump(document, open("b.json", "w"))
    """
    [call] = calls(source, "json.dump")
    assert call.call.bound.receiver is None
    assert call.effect.gil.likely > 100_000


def test_a_message_has_parts() -> None:
    source = """
    import mailbox
    def work():
        for mail in mailbox.mbox("in"):
            for part in mail.get_payload():
                part.get_filename()
            mail.get_payload()[0].get_payload(decode=True)
    """
    assert calls(source, "email.message.Message.get_filename")
    [decoded] = [c for c in calls(source, "email.message.Message.get_payload") if c.call.bound.get("decode")]
    assert decoded.effect.gil.likely > 4000


def stored(source: str) -> tuple[float, float, str, list[str]]:
    """Ceiling, its low end, the reason and what is advised for a program that stores rows."""
    report = analyse(source, "program.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    a = report.regions[report.verdict]
    assert a.prediction.ceiling.likely is not None
    advised = [advice.action for advice in a.advice if advice.veto is None]
    return a.prediction.ceiling.likely, a.prediction.ceiling.low, a.explanation, advised


STORE = """
import os, sqlite3, tempfile
{above}
def store(rows, folder):
    {inside}
    db = sqlite3.connect({path})
    {made}
    for k, h in rows:
        {by}.execute("insert into t values (?, ?)", (k, h))
        db.commit()
"""


@pytest.mark.parametrize("by", ["db", "cursor"])
@pytest.mark.parametrize(
    ("path", "folder", "helps", "settled"),
    [
        ("'tiles.db'", "", False, True),
        ("f'{folder}/tiles.db'", "", True, False),  # who knows whose folder it is
        ("f'tiles-{os.urandom(4).hex()}.db'", "", True, True),
        ("d + '/tiles.db'", "above", False, True),
        ("d + '/tiles.db'", "inside", True, True),
    ],
)
def test_one_writer_at_a_time_commits_into_a_file(
    path: str, folder: str, by: str, *, helps: bool, settled: bool
) -> None:
    places = dict.fromkeys(("above", "inside"), "") | ({folder: "d = tempfile.mkdtemp()"} if folder else {})
    made = "cursor = db.cursor(); cursor.execute('create table t (k, h)')" if by == "cursor" else ""
    likely, low, why, advised = stored(STORE.format(path=path, by=by, made=made, **places))
    assert (likely >= 1.25) is helps
    assert ((low >= 1.25) is helps) is settled
    assert ("commits into `tiles.db`" in why) is not helps
    assert ("a connection and a file of its own" in why) is helps
    assert ("processes" in advised) is False
    assert "batch" in advised


def test_a_class_that_is_a_list_has_members() -> None:
    source = """
    from collections import UserList
    class Part:
        def close(self):
            abs(1)
    class Parts(list):
        def __init__(self, n):
            super().__init__([Part() for _ in range(n)])
        def close(self):
            for part in self:
                part.close()
    class Log(UserList):
        def fill(self):
            for n in range(30):
                self.append(Part())
    def work():
        parts, log = Parts(5), Log()
        parts.close()
        parts[2].close()
        log.fill()
        for part in log:
            part.close()
    """
    assert count(source, "abs") == 5 + 1 + 30


def test_a_base_class_keeps_what_derives_from_it() -> None:
    source = """
    class Reader:
        known = {}
        def __init_subclass__(cls):
            Reader.known[cls.suffix] = cls
        def rows(self):
            for row in self.raw():
                yield abs(row)
    class A(Reader):
        suffix = ".a"
        def raw(self):
            yield from range(10)
    class B(Reader):
        suffix = ".b"
        def raw(self):
            yield from range(20)
    def work():
        for suffix in (".a", ".b"):
            for row in Reader.known.get(suffix)().rows():
                print(row)
    """
    assert count(source, "abs") == pytest.approx(30)


def test_a_file_is_held_while_rows_are_bound_too() -> None:
    source = """
import sqlite3
from concurrent.futures import ThreadPoolExecutor
def store(part):
    db = sqlite3.connect("stock.db")
    with db:
        db.executemany("insert into stock values (?, ?)", [(i, part) for i in range(5000)])
with ThreadPoolExecutor(4) as pool:
    list(pool.map(store, range(100)))
"""
    likely, _, _, advised = stored(source)
    assert likely < 1.25
    assert "processes" not in advised
