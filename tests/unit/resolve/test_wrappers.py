"""What is known of a value survives what is put around it: other files, tests, look-ups by name, iterators."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_talking import calls_of, count

LAZY = """
    class Reader:
        def __init__(self):
            self.handle = None
        def read(self):
            if self.handle is None:
                self.handle = open("x")
            return self.handle.readline()
    def work():
        reader = Reader()
        for _ in range(200):
            reader.read()
    work()
"""
ROWS = """
    import sqlite3
    def work():
        db = sqlite3.connect("{place}")
        db.execute("CREATE TABLE {unless}t (a INTEGER)")
        db.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(100)])
        return db.execute("SELECT a FROM t").fetchall()
    for _ in range(50):
        work()
"""


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        pytest.param(
            "data = requests.get('http://h/x').json() if flag else []\nfor i in range(7):\n    data[0].get('a')",
            "json.get",
            7,
            id="a document or an empty list",
        ),
        pytest.param("for i in range(int(round(0.5 * 90))):\n    chr(i)", "chr", 45, id="a rounded number"),
    ],
)
def test_counts(body: str, name: str, expected: float) -> None:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    source = f"    import requests\n    def work(flag):\n{lines}"
    assert count(source, name) == expected


@pytest.mark.parametrize(
    ("source", "name"),
    [
        pytest.param(
            """
            class Meta(type): pass
            class Shape(metaclass=Meta):
                def __init__(self, data): self.view = memoryview(data)
            def made(kind):
                return kind(b"abc") if isinstance(kind, Meta) else None
            def work():
                made(Shape)
            """,
            "memoryview",
            id="a class that is an instance of its metaclass",
        ),
        pytest.param(
            """
            import sqlite3
            class Db:
                def __init__(self): self.inner = sqlite3.connect("x.db")
                def __getattr__(self, name): return getattr(self.inner, name)
            def work():
                Db().commit()
            """,
            "sqlite3.Connection.commit",
            id="__getattr__",
        ),
        pytest.param(
            """
            class Numbers:
                def __init__(self): self.lines = open("x")
                def __aiter__(self): return self
                async def __anext__(self): return self.lines.readline()
            async def work():
                async for line in Numbers():
                    pass
            """,
            "io.TextIOWrapper.readline",
            id="__anext__",
        ),
        pytest.param(
            """
            try:
                from cPickle import dumps
            except ImportError:
                from pickle import dumps
            def work():
                dumps([1])
            """,
            "pickle.dumps",
            id="a module of Python 2",
        ),
        pytest.param(
            """
            from celery import Celery
            app = Celery("x", broker="redis://localhost")
            @app.task(bind=True)
            def add(self, a): return a
            def work():
                add.delay(1)
            """,
            "celery.Task.delay",
            id="a task of an application",
        ),
        pytest.param(
            """
            from celery import shared_task, group
            @shared_task
            def add(a): return a
            def work():
                group(add.s(i) for i in range(3)).apply_async()
            """,
            "celery.canvas.group.apply_async",
            id="a group of shared tasks",
        ),
        pytest.param(
            """
            from celery import shared_task
            @shared_task
            def read(path): return open(path)
            def work():
                read("x")
            """,
            "open",
            id="a task that is called here",
        ),
    ],
)
def test_calls_are_found(source: str, name: str) -> None:
    assert name in calls_of(source)


def test_text_around_a_packed_file_is_unpacked() -> None:
    source = """
        import gzip, io
        def work():
            with gzip.open("x.gz") as packed:
                for line in io.TextIOWrapper(packed, encoding="ascii"):
                    pass
    """
    assert calls_of(source)["io.TextIOWrapper.__iter__"].effect.native.likely > 40


def test_the_first_call_makes_what_the_others_use() -> None:
    assert count(LAZY, "open") == pytest.approx(1)


@pytest.mark.parametrize(
    ("place", "unless", "rows"),
    [(":memory:", "IF NOT EXISTS ", 100), ("x.db", "", 100), ("x.db", "IF NOT EXISTS ", 5000)],
)
def test_rows_of_a_table_that_is_made_anew(place: str, unless: str, rows: float) -> None:
    calls = calls_of(ROWS.replace("{place}", place).replace("{unless}", unless))
    result = calls["sqlite3.Cursor.fetchall"].call.result
    assert result is not None and result.size is not None and result.size.likely == rows


@pytest.mark.parametrize(
    ("expression", "size"),
    [("b'%04d' % 7", 4), ("'%012d;' % 7", 13), ("int.to_bytes(5, 2, 'little')", 2), ("str.upper('abcd')", 4)],
)
def test_lengths(expression: str, size: float) -> None:
    share = calls_of(f"\n    def work():\n        return len({expression})\n")["len"]
    given = share.call.bound.positional[0].size
    assert given is not None and given.likely == size


def test_where_a_name_that_is_looked_up_leads() -> None:
    source = """
        import socket
        def work():
            address = socket.gethostbyname("localhost")
            for port in range(100):
                socket.socket().connect_ex((address, port))
    """
    assert calls_of(source)["socket.socket.connect_ex"].effect.wait.likely < 10_000


def test_a_child_whose_output_was_read_is_about_to_leave() -> None:
    source = """
        import subprocess
        def work():
            piped = subprocess.Popen(["make"], stdout={})
            piped.wait()
    """
    waits = [
        calls_of(source.replace("{}", to))["subprocess.Popen.wait"].effect.wait.likely
        for to in ("subprocess.PIPE", "None")
    ]
    assert waits[0] < 1e6 < waits[1]


def test_a_few_bytes_come_from_the_buffer() -> None:
    source = """
        def work():
            with open("x", "rb") as file:
                file.read({})
    """
    few, many = (
        calls_of(source.replace("{}", n))["io.BufferedReader.read"].effect.releases.likely for n in ("32", "100000")
    )
    assert few < 0.1 < 1 <= many


def test_a_list_made_of_a_part_of_a_document_is_as_long_as_a_loop_over_it_turns() -> None:
    source = """
        import json
        def work(text):
            for row in json.loads(text):
                len(sorted(row["tags"]))
    """
    given = calls_of(source)["len"].call.bound.positional[0].size
    assert given is not None and given.likely < 20
