"""What modules that are published for others are read as: stores, protocols, wrappers, tables of rows, operations by name."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

TARGET = Target("3.11")
HEAD = """
import inspect, os, sqlite3, tarfile, tempfile, zipfile, zlib
from functools import wraps
from pathlib import Path
from typing import Protocol
import numpy as np
FOLDER = tempfile.mkdtemp()
"""


def calls(source: str) -> dict[str, float]:
    """How often one run of `work()` makes each call of a library."""
    resolved = resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    found: dict[str, float] = {}
    for share in Costs(TARGET).calls(block):
        found[share.call.name] = found.get(share.call.name, 0.0) + share.count.likely
    return found


def passed(source: str, name: str = "zlib.compress") -> float:
    """How large the first argument of a call is."""
    resolved = resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    call = next(n for n in walk(block) if isinstance(n, Call) and n.name == name)
    return size_of(call.bound.positional[0]).likely


@pytest.mark.parametrize(
    "asked",
    [
        "os.stat(path).st_size",
        "os.lstat(path).st_size",
        "Path(path).stat().st_size",
        "os.fstat(open(path, 'rb').fileno()).st_size",
        "os.path.getsize(path)",
    ],
)
def test_a_file_is_as_large_as_what_was_written(asked: str) -> None:
    source = f"""
    def work():
        path = os.path.join(FOLDER, "a.bin")
        with open(path, "wb") as f:
            f.write(bytes(70_000))
        zlib.compress(bytes({asked}))
    """
    assert passed(source) == 70_000


def test_at_most_so_much_is_mostly_so_much() -> None:
    source = """
    def work(left):
        zlib.compress(bytes(min(4096, left)))
    """
    assert passed(source) == 4096


@pytest.mark.parametrize(("mode", "name"), [("rb, buffering=0", "FileIO"), ("rb", "BufferedReader")])
def test_without_a_buffer_each_read_is_a_system_call(mode: str, name: str) -> None:
    mode, _, option = mode.partition(", ")
    source = f"""
    def work():
        f = open("x", "{mode}"{", " + option if option else ""})
        f.read(100)
    """
    assert calls(source)[f"io.{name}.read"] == 1.0


TABLES = """
class Table:
    name: str
    def __init__(self, folder):
        self.f = open(folder + self.name, "rb")
    def get(self, place):
        self.f.seek(place)
        return self.f.read(8)
class Authors(Table):
    name = "a"
class Books(Table):
    name = "b"
"""


def test_attributes_that_only_derived_classes_set() -> None:
    source = (
        TABLES + "def find(table: Table):\n    return table.get(3)\ndef work():\n    Books('x')\n    find(load())\n"
    )
    assert calls(source)["io.BufferedReader.seek"] == pytest.approx(1.0, rel=0.2)


@pytest.mark.parametrize(("annotation", "given"), [("table: Table", "Books('x')"), ("table: Source", "Books('x')")])
def test_an_annotation_gives_way_to_what_derives_from_it(annotation: str, given: str) -> None:
    source = f"""{TABLES}
class Source(Protocol):
    def get(self, place): ...
class Shop:
    {annotation}
    def __init__(self, table):
        self.table = table
    def find(self):
        return self.table.get(3)
def work():
    Shop({given}).find()
"""
    assert calls(source)["io.BufferedReader.seek"] == 1.0


def test_a_dict_of_classes_by_name() -> None:
    source = f"""{TABLES}
class Shop:
    tables: dict[str, Table]
    def __init__(self, kinds):
        self.tables = {{k.name: k("x") for k in kinds}}
def work():
    shop = Shop([Authors, Books])
    shop.tables["a"].get(3)
"""
    assert calls(source)["io.BufferedReader.seek"] == pytest.approx(1.0)


def test_arguments_that_a_signature_binds() -> None:
    source = """
    def checked(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            bound = inspect.signature(function).bind(*args, **kwargs)
            bound.apply_defaults()
            return function(*bound.args, **bound.kwargs)
        return wrapper
    @checked
    def pack(data, level=3):
        return zlib.compress(data, level)
    def work():
        pack(bytes(5_000))
        pack(bytes(5_000), level=9)
    """
    assert passed(source) == 5_000


def test_members_of_one_of_several_archives() -> None:
    source = """
    def work():
        for n in range(6):
            with zipfile.ZipFile("a.zip", "a") as z:
                z.writestr("doc%d.txt" % n, bytes(1000))
            with zipfile.ZipFile("b.zip", "a") as z:
                z.writestr("doc%d.txt" % n, bytes(1000))
        for name in ("a.zip", "b.zip"):
            for member in zipfile.ZipFile(name).namelist():
                zlib.crc32(bytes(8))
    """
    assert calls(source)["zlib.crc32"] == pytest.approx(12.0, rel=0.2)


def test_what_is_extracted_is_in_the_archive() -> None:
    source = """
    def work():
        with zipfile.ZipFile("a.zip", "w") as z:
            for n in range(6):
                z.writestr("doc%d.txt" % n, bytes(50_000))
        open(os.path.join(FOLDER, "old.txt"), "wb").write(bytes(10))
        zipfile.ZipFile("a.zip").extractall(FOLDER)
    """
    resolved = resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    share = next(c for c in Costs(TARGET).calls(block) if c.call.name.endswith("extractall"))
    assert share.effect.native.likely > 6 * 50_000


@pytest.mark.parametrize("rows", ["cursor.fetchall()", "[row for row in cursor]"])
def test_a_function_of_the_program_makes_rows(rows: str) -> None:
    source = f"""
    def as_dict(cursor, row):
        zlib.crc32(bytes(8))
        return {{name[0]: value for name, value in zip(cursor.description, row)}}
    def work():
        db = sqlite3.connect(":memory:")
        db.row_factory = as_dict
        db.execute("create table t (id integer, name text)")
        for n in range(50):
            db.execute("insert into t values (?, ?)", (n, "x"))
        cursor = db.execute("select id, name from t")
        return {rows}
    """
    assert calls(source)["zlib.crc32"] == pytest.approx(50.0, rel=0.1)


def test_the_rows_that_it_makes() -> None:
    source = """
    def as_dict(cursor, row):
        return {"data": bytes(700)}
    def work():
        db = sqlite3.connect(":memory:")
        db.row_factory = as_dict
        db.execute("create table t (id integer)")
        db.execute("insert into t values (1)")
        zlib.compress(db.execute("select id from t").fetchone()["data"])
    """
    assert passed(source) == 700


NODES = """
class Node:
    def __init__(self, value=None, operation=None, inputs=None):
        self.value, self.operation, self.inputs = value, operation, inputs
    def run(self):
        if self.operation == "add":
            self.value = self.inputs[0].value + self.inputs[1].value
        elif self.operation == "dot":
            self.value = np.dot(self.inputs[0].value, self.inputs[1].value)
def add(a, b):
    return Node(operation="add", inputs=[a, b])
def mul(a, b):
    return Node(operation="mul", inputs=[a, b])
def dot(a, b):
    return Node(operation="dot", inputs=[a, b])
"""


def test_operations_that_the_program_never_makes() -> None:
    source = NODES + "def work():\n    c = add(Node(2.0), Node(3.0))\n    c.run()\n    mul(c, c).run()\n"
    assert calls(source).get("numpy.dot", 0.0) == 0.0


@pytest.mark.parametrize(
    ("test", "times"),
    [
        ('path.startswith("http") == True', 0.0),
        ('path.startswith("http") is False', 1.0),
        ('path.startswith("/tmp") != False', 1.0),
        ('path.endswith(".zip") != True', 1.0),
    ],
)
def test_true_beside_a_known_test(test: str, times: float) -> None:
    source = f"""
    def load(path):
        return zlib.crc32(path.encode()) if {test} else path
    def work():
        load("/tmp/" + str(len(FOLDER)) + ".txt")
    """
    assert calls(source).get("zlib.crc32", 0.0) == times


def test_unknown_data_that_is_looked_at_often_is_small() -> None:
    source = """
    def work(points, centre):
        for _ in range(300):
            for point in points:
                np.arctan2(point.y, centre)
    """
    resolved = resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    share = next(c for c in Costs(TARGET).calls(block) if c.call.name == "numpy.arctan2")
    assert share.effect.native.likely < 20_000


LOCAL = """
import threading
class Store:
    def __init__(self, path):
        self.path = path
        self._local = threading.local()
    @property
    def connection(self):
        if {test}:
            self._local.connection = sqlite3.connect(self.path)
        return self._local.connection
    def get(self, key):
        return self.connection.execute("select v from t where k = ?", (key,)).fetchone()
def work():
    store = Store("x.db")
    for i in range(50):
        store.get(i)
"""


@pytest.mark.parametrize(
    "test",
    [
        'not hasattr(self._local, "connection")',
        'not hasattr(self._local, "connection") or self._local.connection is None',
        'getattr(self._local, "connection", None) is None',
        'not getattr(self._local, "connection", None)',
    ],
)
def test_a_connection_that_each_thread_makes_once(test: str) -> None:
    found = calls(LOCAL.format(test=test))
    assert found["sqlite3.Connection.execute"] == 50.0
    assert found["sqlite3.connect"] < 3.0
