"""Programs that keep things: files and databases that are left, unpacked, read back, filled and emptied."""

from __future__ import annotations

from textwrap import indent

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.resolve.calling.bound import size_of
from gillint.resolve.trace import Kind
from tests.unit.resolve.test_talking import calls_of, count

TURNS = [
    # a cursor gives the rows of the last statement, whoever asks for them
    (
        """
        import sqlite3
        def work():
            cur = sqlite3.connect("a.db").cursor()
            cur.execute("create table t (a integer)")
            for i in range(200):
                cur.execute("insert into t values (?)", (i,))
            cur.execute("select a from t")
            for row in cur.fetchall():
                abs(row[0])
        """,
        "abs",
        200,
    ),
    # what is unpacked is there to be read
    (
        """
        import zipfile
        from pathlib import Path
        for n in range(3):
            with zipfile.ZipFile(f"in{n}.zip", "w") as z:
                for k in range(5):
                    z.writestr(f"part{k}.csv", "a\\n" * 40)
        def work(archive: str = "in1.zip"):
            with zipfile.ZipFile(archive) as z:
                z.extractall("out")
            for path in Path("out").glob("*.csv"):
                with path.open() as f:
                    for line in f:
                        abs(1)
        """,
        "abs",
        200,
    ),
    # a cache is read by the name that it is written by later
    (
        """
        import hashlib, os, pickle
        def table(year):
            path = os.path.join("cache", hashlib.sha1(str(year).encode()).hexdigest())
            if os.path.exists(path):
                with open(path, "rb") as f:
                    return pickle.load(f)
            value = [{"day": d} for d in range(28)]
            with open(path, "wb") as f:
                pickle.dump(value, f)
            return value
        def work():
            for row in table(2024):
                abs(row["day"])
        """,
        "abs",
        28,
    ),
    # a count that is added up is full every so often
    (
        """
        class Sender:
            def __init__(self):
                self.lines, self.size = [], 0
            def flush(self):
                self.lines.clear()
                self.size = 0
                abs(1)
            def send(self, line):
                if self.size + len(line) + 1 > 500:
                    self.flush()
                self.lines.append(line)
                self.size += len(line) + 1
        def work():
            sender = Sender()
            for n in range(1000):
                sender.send("123456789")
        """,
        "abs",
        20,
    ),
    # leaving runs the class's own __exit__, and removes a temporary folder
    (
        """
        import tempfile
        class Timer:
            def __enter__(self):
                return self
            def __exit__(self, *problem):
                abs(1)
        def work():
            for n in range(7):
                with tempfile.TemporaryDirectory() as folder, Timer() as timer:
                    pass
        """,
        "abs",
        7,
    ),
    # one of several folders of such a name holds its share of the files
    (
        """
        from pathlib import Path
        folders = []
        for name in ("shop", "blog", "wiki"):
            folder = Path("projects") / name
            (folder / "src").mkdir(parents=True)
            for n in range(8):
                (folder / "src" / f"module{n}.py").write_text("text")
            folders.append(folder)
        def work():
            for path in folders[1].rglob("*.py"):
                abs(1)
        """,
        "abs",
        8,
    ),
    # statements in a table give rows of their own
    (
        """
        import sqlite3
        QUERIES = {"all": "SELECT a FROM t", "some": "SELECT a FROM t LIMIT 10"}
        def rows(db, query):
            cursor = db.execute(query)
            yield [column[0] for column in cursor.description]
            yield from cursor
        def work():
            db = sqlite3.connect(":memory:")
            db.execute("create table t (a integer)")
            db.executemany("insert into t values (?)", ((n,) for n in range(100)))
            for name, query in QUERIES.items():
                for row in rows(db, query):
                    abs(1)
        """,
        "abs",
        112,
    ),
    # the names of the columns of a cursor
    (
        """
        import sqlite3
        def work():
            db = sqlite3.connect(":memory:")
            db.execute("create table t (a integer, b integer)")
            db.executemany("insert into t values (?, ?)", ((n, n) for n in range(100)))
            for column in db.execute("SELECT a, b FROM t").description:
                abs(1)
        """,
        "abs",
        2,
    ),
    # what is unpickled is the like of what there is without the file
    (
        """
        import os, pickle
        def load(path):
            if os.path.exists(path):
                with open(path, "rb") as f:
                    info = pickle.load(f)
            else:
                info = {"size": 0, "head": [0, 0], "tail": [0, 0]}
            return info
        def work(path):
            for key in load(path):
                abs(1)
        """,
        "abs",
        3,
    ),
    # also where it is an attribute that the same file gets again
    (
        """
        import os, pickle
        class State:
            def __init__(self, path):
                self.path = path
                self.info = self.load()
            def load(self) -> dict:
                if os.path.exists(self.path):
                    with open(self.path, "rb") as f:
                        info = pickle.load(f)
                else:
                    info = {"size": 0, "head": [0, 0], "tail": [0, 0]}
                return info
            def step(self, n):
                self.info["size"] += n
                with open(self.path, "wb") as f:
                    pickle.dump(self.info, f)
                for key in self.info:
                    abs(1)
        def work():
            state = State("state.pickle")
            state.step(1)
        """,
        "abs",
        3,
    ),
]


@pytest.mark.parametrize(("source", "name", "turns"), TURNS)
def test_what_was_kept_tells_how_often(source: str, name: str, turns: float) -> None:
    assert count(source, name) == pytest.approx(turns, rel=0.05)


def test_a_temporary_folder_is_removed_with_all_that_is_in_it() -> None:
    source = """
        import tempfile
        def work():
            with tempfile.TemporaryDirectory() as folder:
                for n in range(100):
                    with open(f"{folder}/{n}.txt", "w") as f:
                        f.write("x")
    """
    removal = calls_of(source)["tempfile.TemporaryDirectory.cleanup"].effect
    assert 1e6 <= removal.native.likely < 2e6  # 10 us a file, and the folder


@pytest.mark.parametrize(
    ("taken", "is_short"),
    [
        ('line, _, self.data = self.data.partition(b"\\n")', True),
        ('*lines, self.data = self.data.split(b"\\n")', True),
        ("self.data = self.data[8:]", True),
        ("del self.data[:8]", True),
        ("head = self.data[:8]", False),
        ("self.data = self.data[:-1]", False),
    ],
)
def test_a_buffer_that_messages_are_taken_from_stays_short(taken: str, is_short: bool) -> None:
    source = f"""
        import socket
        class Reader:
            def __init__(self, sock: socket.socket):
                self.sock, self.data = sock, b""
            def read(self):
                self.data += self.sock.recv(4096)
                {taken}
                return self.data.upper()
        def work(sock: socket.socket):
            reader = Reader(sock)
            for n in range(1000):
                reader.read()
    """
    assert (calls_of(source)["bytes.upper"].effect.gil.likely < 20_000) is is_short


PRAGMAS = [
    ('connection.execute("pragma journal_mode=wal")', "app.db", "waits a little"),
    ('connection.execute("pragma journal_mode=wal"); connection.execute("pragma synchronous=normal")', "app.db", "no wait"),
    ('connection.execute("pragma synchronous=normal")', "app.db", "waits"),
    ("abs(1)", ":memory:", "no wait"),
]  # fmt: skip


@pytest.mark.parametrize(("pragma", "path", "expected"), PRAGMAS)
def test_a_commit_waits_for_the_disk_as_the_journal_says(pragma: str, path: str, expected: str) -> None:
    source = f"""
        import sqlite3
        def work():
            connection = sqlite3.connect("{path}")
            {pragma}
            cursor = connection.cursor()
            cursor.execute("insert into t values (1)")
            connection.commit()
    """
    wait = calls_of(source)["sqlite3.Connection.commit"].effect.wait.likely
    assert {"no wait": wait == 0, "waits a little": 0 < wait < 100_000, "waits": wait > 300_000}[expected]


def test_each_arm_of_a_conditional_expression_is_narrowed_by_what_was_known_before() -> None:
    body = indent("raw = value if isinstance(value, bytes) else str(value)\nraw.strip()", " " * 8)
    source = f"def work():\n    for value in ('a', 'b'):\n{body}\n"
    bound = calls_of(source)["str"].call.bound
    assert (bound.positional or (bound.parameters[0][1],))[0].type == "str"


def test_fields_of_attrs_have_their_defaults() -> None:
    source = """
        import json
        import attr
        @attr.s(auto_attribs=True)
        class Writer:
            dumps: object = attr.ib(default=json.dumps)
        def work():
            for n in range(10):
                Writer().dumps({"a": n})
    """
    assert count(source, "json.dumps") == 10


def test_files_that_are_opened_when_they_are_first_asked_for() -> None:
    source = """
        from collections import OrderedDict
        class Files:
            def __init__(self):
                self.open_files = OrderedDict()
            def __getitem__(self, name):
                if name in self.open_files:
                    return self.open_files[name]
                handle = self.open_files[name] = open(name, "a")
                return handle
        def work(names: list[str]):
            files = Files()
            for name in names:
                files[name].write("x")
    """
    assert "io.TextIOWrapper.write" in calls_of(source)


@pytest.mark.parametrize(
    ("index", "size"),
    [
        ("d[()]", 1000 * 40),
        ("d[:, 1]", 1000),
        ("d[10, :]", 40),
        ("d[10:50, 20:30]", 400),
        ("d[mask]", 500 * 40),
        ("d[:]", 1000 * 40),
        ("d[10:110]", 100 * 40),
        ("d[5]", 40),
        ("unknown[:, 1]", 200),  # as many dimensions as are indexed
    ],
)
def test_what_is_read_from_an_array_in_a_file(index: str, size: float) -> None:
    source = f"""
        import h5py, numpy as np
        def work():
            f = h5py.File("a.h5", "a")
            unknown = f["x"]
            d = f.create_dataset("d", data=np.random.rand(1000, 40))
            mask = np.arange(1000) % 2 == 0
            {index}
    """
    read = calls_of(source)["h5py.Dataset.__getitem__"].call
    assert size_of(read.bound.get("result")).likely == pytest.approx(size, rel=0.5)


@pytest.mark.parametrize(
    ("written", "read", "size"),
    [
        ("f['d'] = np.zeros((200, 40))", "for k, d in f.items():\n        d[:]", 8000),
        ("f['d'] = np.zeros((200, 40))", "for d in f.values():\n        d[:]", 8000),
        ("f['d'] = np.zeros((200, 40))", "for k in f:\n        f[k][:]", 8000),
        ("for n in ('a', 'b'):\n        f.create_dataset(n, data=np.zeros((200, 40)))", "f[key][:]", 8000),
        ("f['d'] = np.zeros(10)\n    f.create_dataset('e', data=np.zeros(900))", "f[key][:]", 900),
        ("f.create_group('g').create_dataset('d', data=np.zeros(900))", "f[key][:]", None),
        ("f['g/d'] = np.zeros(900)", "f[key][:]", None),
    ],
)
def test_members_of_an_hdf5_file_are_what_was_written_to_it(written: str, read: str, size: float | None) -> None:
    source = f"""
import h5py, numpy as np
def work(key):
    f = h5py.File("a.h5", "w")
    {written}
    f = h5py.File("a.h5", "r")
    {read}
"""
    calls = calls_of(source)
    got = next((calls[n].call.bound.get("result") for n in calls if n.endswith("Dataset.__getitem__")), None)
    found = got.size.likely if got is not None and got.size is not None else None
    assert found == (pytest.approx(size) if size is not None else None)


def test_a_file_that_is_only_read_has_its_datasets_read_faster() -> None:
    source = """
        import h5py
        def work():
            with h5py.File("a.h5", MODE) as f:
                d = f["d"]
                return [d[i] for i in range(100)]
    """
    assert "h5py.ReadDataset.__getitem__" in calls_of(source.replace("MODE", '"r"'))
    assert "h5py.Dataset.__getitem__" in calls_of(source.replace("MODE", '"r+"'))


def test_each_turn_over_an_asynchronous_file_is_a_step_of_it() -> None:
    source = """
        import aiofiles
        async def work():
            async with aiofiles.open("a.txt") as f:
                async for line in f:
                    abs(1)
    """
    calls = calls_of(source)
    assert calls["aiofiles.threadpool.AsyncFile.__anext__"].count.likely == calls["abs"].count.likely


def test_what_a_tensor_costs_that_is_made_by_its_dimensions() -> None:
    made = calls_of("import torch\ndef work():\n    torch.ones(1000, 2000)\n")["torch.ones"].call
    assert size_of(made.bound.get("result")).likely == 2e6


@pytest.mark.parametrize(
    ("going", "left"),
    [
        ("f.seek(-1000, 2)", 1000),
        ("f.seek(-1000, os.SEEK_END)", 1000),
        ("f.seek(0, os.SEEK_END)\n        end = f.tell()\n        f.seek(end - 4096)", 4096),
        ("end = f.seek(0, 2)\n        f.seek(max(0, end - 500))", 500),
        ("f.seek(7_000_000)", 1_000_000),
        ("f.seek(-1000, 2)\n        f.seek(0)", 8_000_000),
        ("f.seek(offset)", 8_000_000),
    ],
)
def test_a_read_takes_what_is_left_behind_the_place_in_the_file(going: str, left: float) -> None:
    source = f"""
import os
def work(offset=None):
    with open("a.log", "wb") as f:
        f.write(bytes(8_000_000))
    with open("a.log", "rb") as f:
        {going}
        f.read()
    with open("a.log", "rb") as f:
        return f.read(8_000_000)
"""
    read = calls_of(source.replace("return f.read(8_000_000)", "pass"))["io.BufferedReader.read"].call
    assert size_of(read.result).likely == left


def test_a_file_that_is_opened_again_is_read_from_its_beginning() -> None:
    source = """
        def work():
            with open("a.log", "wb") as f:
                f.write(bytes(8_000_000))
            with open("a.log", "rb") as f:
                f.seek(-10, 2)
            with open("a.log", "rb") as f:
                return f.read()
    """
    read = calls_of(source)["io.BufferedReader.read"].call
    assert size_of(read.result).likely == 8_000_000


@pytest.mark.parametrize(
    ("call", "through"),
    [
        ('pd.read_csv("a.csv.gz")', "gzip.GzipFile.read"),
        ('pd.read_csv("a.csv.bz2", chunksize=100)', "bz2.BZ2File.read"),
        ('pd.read_json("a.jsonl.xz", lines=True)', "lzma.LZMAFile.read"),
        ('pd.read_pickle("a.pkl", compression="gzip")', "gzip.GzipFile.read"),
        ('pd.read_csv("a.csv.zip")', "gzip.GzipFile.read"),
        ('pd.DataFrame({"a": range(100)}).to_csv("a.csv.gz")', "gzip.GzipFile.write"),
        ('pd.DataFrame({"a": range(100)}).to_csv("a", compression={"method": "bz2"})', "bz2.BZ2File.write"),
        ('pd.DataFrame({"a": range(100)}).to_csv("a.csv.gz", compression=None)', None),
        ('pd.read_csv("a.csv")', None),
        ('np.loadtxt("a.txt.gz")', "gzip.GzipFile.read"),
    ],
)
def test_tables_are_packed_and_unpacked_as_the_name_of_the_file_tells(call: str, through: str | None) -> None:
    made = calls_of(f"import numpy as np, pandas as pd\ndef work():\n    {call}\n")
    assert {n for n in made if n.startswith(("gzip", "bz2", "lzma"))} == ({through} if through else set())


def test_what_was_packed_is_parsed_whole() -> None:
    source = """
        import gzip, pandas as pd
        def work():
            with gzip.open("a.csv.gz", "wt") as f:
                f.write("1,2\\n" * 1_000_000)
            return pd.read_csv("a.csv.gz")
    """
    plain = source.replace("gzip.open", "open").replace(".gz", "")
    packed, bare = (calls_of(s)["pandas.read_csv"].effect.native.likely for s in (source, plain))
    assert packed == pytest.approx(bare, rel=0.01)


@pytest.mark.parametrize("call", ['pd.read_csv(f"a{i}.csv.gz")', 'df.to_csv(f"a{i}.csv.gz")'])
def test_each_call_packs_and_unpacks_through_a_file_of_its_own(call: str) -> None:
    source = f"import pandas as pd\ndf = pd.DataFrame({{'a': range(10_000)}})\nfor i in range(20):\n    {call}\n"
    region = next(r for r in analyse(source, "a.py", Options(cores=2, threads=2)).regions if r.region.kind is Kind.LOOP)
    assert region.demand.native.likely > 0
    assert region.demand.serial.likely == 0
