"""What an object must be of which nothing tells but its use."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.support import codes, regions, verdict

ROWS = """
class Codec:
    def encode_row(self, row):
        return zlib.compress(row)
"""
SHAPES = """
class Shape:
    def area_of(self, n):
        raise NotImplementedError

class Square(Shape):
    def area_of(self, n):
        return json.loads(n)

class Circle(Shape):
    def area_of(self, n):
        return json.dumps(n)
"""

# What is called in a loop, by the name that the report must show; None where nothing stands out.
USES: dict[str, tuple[str | None, str]] = {
    "parameter": ("zlib.compress", f"import zlib\n{ROWS}\ndef f(codec, rows):\n    for r in rows:\n        codec.encode_row(r)"),
    "member": ("zlib.compress", f"import zlib\n{ROWS}\ndef f(codecs, r):\n    for c in codecs:\n        c.encode_row(r)"),
    "at_the_top": ("zlib.compress", f"import zlib\n{ROWS}\nfor c in codecs:\n    c.encode_row(b'')"),
    "result": ("zlib.compress", f"import zlib\n{ROWS}\ndef f(rows):\n    c = make()\n    for r in rows:\n        c.encode_row(r)"),
    "attribute": (
        "zlib.compress",
        f"import zlib\n{ROWS}\nclass Store:\n    def __init__(self, codec):\n        self.codec = codec\n"
        "    def save(self, rows):\n        for r in rows:\n            self.codec.encode_row(r)",
    ),
    "subclasses": ("json.dumps", f"import json\n{SHAPES}\ndef f(shapes, n):\n    for s in shapes:\n        s.area_of(n)"),
    "library": ("PIL.Image.Image.resize", "from PIL import Image\ndef f(pictures):\n    for p in pictures:\n        p.resize((9, 9))"),
    "frame": ("pandas.DataFrame.groupby", "import pandas\ndef f(tables):\n    for t in tables:\n        t.groupby('k')"),
    "connection": (
        "sqlite3.Connection.execute",
        "import sqlite3\ndef f(db, ids):\n    for i in ids:\n        db.execute('select 1')\n    db.commit()",
    ),
    "two_texts": ("str.replace", "def f(xs):\n    for x in xs:\n        x.replace(',', '.')"),
    "default": ("dict.get", "def f(xs):\n    for x in xs:\n        x.get('a', 0)"),
    "model": ("pydantic.BaseModel.model_dump", "def f(xs):\n    for x in xs:\n        x.model_dump()"),
    "members": ("str.join", "def f(xs):\n    for x in xs:\n        x.join([y for y in 'ab'])"),
    "not_imported": (None, "def f(pictures):\n    for p in pictures:\n        p.resize((9, 9))"),
    "lacking": (None, f"import zlib\n{ROWS}\ndef f(c, rows):\n    c.other()\n    for r in rows:\n        c.encode_row(r)"),
    "common": (None, "import gzip\ndef f(files):\n    for h in files:\n        h.read()"),
    "request_of_a_server": (
        "aiohttp.web.Request.read",
        "from aiohttp import web\nasync def f(request, xs):\n    for x in xs:\n        await request.read()\n    return web.Response()",
    ),
    "request_is_no_client": (
        "aiohttp.web.BaseRequest.post",
        "from aiohttp import web\nasync def f(request, xs):\n    for x in xs:\n        await request.post()\n    return web.Response()",
    ),
    "what_is_given_instead_is_declared": (
        "sqlalchemy.orm.Session.execute",
        "from fastapi import Depends\nfrom sqlalchemy.orm import Session\n"
        "def f(xs, db: Session = Depends(make)):\n    for x in xs:\n        db.execute('select 1')",
    ),
    "shadowed": (None, "import json\ndef f(json, xs):\n    for x in xs:\n        json.loads(x)"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "source"), USES.values(), ids=USES)
def test_type_follows_from_use(name: str | None, source: str) -> None:
    calls = {c["name"]: c for r in regions(source + "\n") if r["kind"] == "loop" for c in r["calls"]}
    known = {n for n, c in calls.items() if c["fact"] is not None}
    assert (name in known) if name is not None else not known


def test_calls_of_a_guessed_library_type_are_assumed() -> None:
    (region,) = regions("from PIL import Image\ndef f(pictures):\n    for p in pictures:\n        p.resize((9, 9))\n")
    assert [c["assumed"] for c in region["calls"] if c["name"].endswith("resize")] == [True]


STREAM = """
import socket
class Stream:
    def __init__(self, raw{annotation}):
        self.raw = raw
    async def receive(self):
        return self.raw.recv(65536)
    async def send(self, data):
        await self.raw.sendall(data)
"""


@pytest.mark.parametrize(("annotation", "expected"), [("", set()), (": socket.socket", {"GIL302"})])
def test_what_only_looks_like_a_socket_raises_no_alarm(annotation: str, expected: set[str]) -> None:
    assert {code for code, _ in codes(STREAM.format(annotation=annotation))} == expected


# What a function does with a callable of which nothing is known, and what is taken for granted of it.
CALLED: dict[str, tuple[str, str]] = {
    "parameter": ("gil", "def f(g, rows):\n    for r in rows:\n        g(r)"),
    "of the function around": (
        "gil",
        "def f(g, rows):\n    def h():\n        for r in rows:\n            g(r)\n    h()",
    ),
    "a model": ("unknown", "import torch\ndef f(g, rows):\n    for r in rows:\n        g(r)"),
    "a result": ("unknown", "import odd\ndef f(rows):\n    g = odd.make()\n    for r in rows:\n        g(r)"),
    "looked up": (
        "gil",
        "def f(table, rows):\n    for r in rows:\n        g = table[r]\n        if g:\n            g(r)",
    ),
    "one of several": (
        "gil",
        "def f(checks, rows):\n    for r in rows:\n        for check in checks[r]:\n            check(r)",
    ),
    "a method": ("unknown", "def f(g, rows):\n    for r in rows:\n        g.odd(r)"),
}


@pytest.mark.parametrize("name", CALLED)
def test_callables_that_are_passed_in_are_functions(name: str) -> None:
    bound, source = CALLED[name]
    assert {r["bound"] for r in regions(source)} == {bound}


def test_no_rule_hangs_on_a_function_that_is_passed_in() -> None:
    pool = "from concurrent.futures import ThreadPoolExecutor\n\ndef f(g, rows):\n    with ThreadPoolExecutor(8) as pool:\n"
    work = "        def one(r):\n            for _ in range(1000):\n                {0}(r)\n        return list(pool.map(one, rows))\n"
    assert not codes(pool + work.format("g"))
    assert codes(pool + work.format("sorted")) == [("GIL101", 8)]


HANDED_OVER = {
    "a parameter": "def f(g, rows):\n    with ThreadPoolExecutor(8) as pool:\n        return list(pool.map(g, rows))",
    "submitted": "def f(g, rows, pool: ThreadPoolExecutor):\n    return [pool.submit(g, row) for row in rows]",
    "of a sketch": "def f(rows):\n    with ThreadPoolExecutor(8) as pool:\n        return list(pool.map(fetch, rows))",
    "of a thread": "def f(g):\n    threading.Thread(target=g).start()",
}


@pytest.mark.parametrize("name", HANDED_OVER)
def test_what_is_handed_over_and_defined_elsewhere_may_do_anything(name: str) -> None:
    source = f"import threading\nfrom concurrent.futures import ThreadPoolExecutor\n\n{HANDED_OVER[name]}\n"
    assert {r["bound"] for r in regions(source) if r["kind"] == "submission"} == {"unknown"}


def test_a_function_that_others_hand_over_is_run_by_them() -> None:
    source = """
import queue, subprocess, threading

jobs = queue.Queue()


def measure(path):
    return subprocess.run(["ffprobe", path], capture_output=True).stdout


def loop():
    while (path := jobs.get()) is not None:
        measure(path)


def run(paths):
    for _ in range(4):
        threading.Thread(target=loop).start()
    for path in paths:
        jobs.put(path)
"""
    hottest = verdict(source)
    assert (hottest["kind"], hottest["function"]) == ("submission", "run")


@pytest.mark.parametrize("start", ["asyncio.run(main())", "if __name__ == '__main__':\n    asyncio.run(main())"])
def test_a_coroutine_that_a_program_with_its_own_loop_never_names_is_a_part_that_it_has_no_use_for(start: str) -> None:
    source = f"""
import asyncio
import numpy as np

async def spare(rows):
    return await asyncio.to_thread(np.linalg.svd, np.array(rows))

async def main():
    await asyncio.gather(*(asyncio.sleep(0.1) for _ in range(10)))

{start}
"""
    assert verdict(source)["function"] == "main"


def test_what_several_kinds_of_layers_have_is_a_network_of_which_nothing_is_known() -> None:
    source = (
        "import torch, zoo\nnet = zoo.make()\nopt = torch.optim.SGD(net.parameters())\nfor x in range(9):\n    net(x)\n"
    )
    hottest = verdict(source)
    assert hottest["threads_help"] == "unknown"
    assert "torch.nn.Module.forward" in [call["name"] for call in hottest["calls"]]


SHOTS = "from playwright.{api} import {start}\n\n{define} shot(page, url):\n    {call}page.goto(url)\n    {call}page.screenshot()\n"


@pytest.mark.parametrize(
    ("api", "start", "define", "call"),
    [("async_api", "async_playwright", "async def", "await "), ("sync_api", "sync_playwright", "def", "")],
)
def test_what_is_awaited_is_of_a_type_that_can_be(api: str, start: str, define: str, call: str) -> None:
    found = verdict(SHOTS.format(api=api, start=start, define=define, call=call))
    assert {c["name"].split(".")[1] for c in found["calls"]} == {api}


def test_what_is_awaited_is_not_the_method_of_a_library_that_does_it_at_once() -> None:
    source = (
        "import requests\n\nasync def purge(messages):\n    for message in messages:\n        await message.delete()\n"
    )
    assert "message.delete" in {c["name"] for c in verdict(source)["calls"]}


def test_a_coroutine_calls_the_variant_that_is_one() -> None:
    source = """
import asyncio, time

class Plain:
    def fetch_all(self):
        time.sleep(1)

class Awaited:
    async def fetch_all(self):
        await asyncio.sleep(1)

class Controller:
    def __init__(self, is_async):
        if is_async:
            self.fetcher = Awaited()
        else:
            self.fetcher = Plain()

    async def run_async(self):
        await asyncio.create_task(self.fetcher.fetch_all())

    def run(self):
        self.fetcher.fetch_all()
"""
    assert not codes(source)
    names = {r["function"]: {c["name"] for c in r["calls"]} for r in regions(source)}
    assert names["Controller.run_async"] == {"asyncio.sleep"}
    assert "time.sleep" in names["Controller.run"]
