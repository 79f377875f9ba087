"""Benchmarks of regions: what is run, what stands in, and that each script compiles and its work runs once."""

from __future__ import annotations

import ast
import gc
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from gillint.benchmark.build import build
from gillint.benchmark.user_file import NotMeasurable, to_local_server
from gillint.errors import UsageError
from gillint.measure.plan import Benchmark
from gillint.pipeline import analyse
from tests.support import SKETCHES, options, text

# Sketches close no files.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def _nothing_left(frozen: None) -> Iterator[None]:
    """What a script leaves open (its names are a cycle) is collected here, where the warning is ignored, not in a later test."""
    yield
    gc.collect()


def made(source: str, path: str = "sketch.py", setup: str = "", line: int | None = None) -> Benchmark:
    """The benchmark of the verdict's region, or of the one on a line."""
    report = analyse(source, path, options(cores=2, threads=2, python=f"3.{sys.version_info.minor}"))
    found = [i for i, a in enumerate(report.regions) if a.region.span.line == line] if line else [report.verdict or 0]
    return build(source, path, report.regions[found[0]].region, setup)


def run_once(benchmark: Benchmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Run the script's work in this process, without the harness; its names."""
    monkeypatch.chdir(tmp_path)
    script = benchmark.script
    module = types.ModuleType("benchmark")
    monkeypatch.setitem(sys.modules, "benchmark", module)
    space = module.__dict__
    space["gillint_first"] = lambda iterable, is_all=False: iterable
    exec(compile(script, "benchmark.py", "exec"), space)
    arguments = space["gillint_inputs"]()
    if "async def gillint_work" in script:
        import asyncio

        asyncio.run(space["gillint_work"](*arguments))
    else:
        space["gillint_work"](*arguments)
    return space


def test_each_copy_of_the_work_gets_what_an_iterator_gave_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def clean(rows):\n    return [r * 2 for r in rows]\n"
        "chunks = (list(range(n)) for n in (50, 60))\n"
        "with ThreadPoolExecutor(4) as pool:\n    done = list(pool.map(clean, chunks))\n"
    )
    space = run_once(made(source, line=6), tmp_path, monkeypatch)
    inputs = space["gillint_inputs"]
    assert callable(inputs)
    assert [len(inputs()[0]) for _ in range(3)] == [50, 50, 50]


PROGRAMS = {
    "a server of its own that ends after the run": "import threading, urllib.request\n"
    "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
    "class Handler(BaseHTTPRequestHandler):\n    def do_GET(self):\n        self.send_response(200)\n"
    "        self.end_headers()\n        self.wfile.write(b'ok')\n    def log_message(self, *args):\n        pass\n"
    "server = HTTPServer(('127.0.0.1', 0), Handler)\n"
    "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
    "def work():\n    for i in range(3):\n"
    "        with urllib.request.urlopen(f'http://127.0.0.1:{server.server_port}/{i}') as page:\n"
    "            assert page.read() == b'ok'\n"
    "if __name__ == '__main__':\n    print(work())\n    server.shutdown()\n    server.server_close()\n",
    "loop at the top": "total = 0\nfor i in range(50):\n    total += i\n",
    "sum that nothing starts": "for i in range(50):\n    total += i\n",
    "a tuple without parentheses": "found = []\nfor i in 1, 2, 3:\n    found.append(i * i)\n",
    "list that is filled": "found = []\nfor i in range(50):\n    found.append(i * i)\n",
    "missing imports and functions": "for line in open('big.jsonl'):\n    process(json.loads(line))\n",
    "chunks": "for chunk in chunks:\n    data = json.loads(chunk)\n",
    "with": "with open('a.txt') as f:\n    for line in f:\n        line.split()\n",
    "csv": "import csv\nwith open('table.csv') as f:\n    for row in csv.DictReader(f):\n        float(row['value'])\n",
    "function with arguments": text("""
        def total(n):
            s = 0
            for i in range(n):
                s += i
            return s

        total(500)
        """),
    "function never called": text("""
        import hashlib

        def digests(blobs):
            return [hashlib.sha256(b).hexdigest() for b in blobs]
        """),
    "keyword only": text("""
        def total(*, n, step=2):
            s = 0
            for i in range(0, n, step):
                s += i
            return s
        """),
    "generator": "def squares(n):\n    for i in range(n):\n        yield i * i\n",
    "method": text("""
        class Counter:
            def __init__(self, words: list[str]):
                self.words = words

            def count(self):
                found = {}
                for word in self.words:
                    found[word] = found.get(word, 0) + 1
                return found
        """),
    "dataclass": text("""
        from dataclasses import dataclass

        @dataclass
        class Job:
            data: bytes

            def run(self):
                total = 0
                for byte in self.data:
                    total += byte
                return total
        """),
    "pool": text("""
        from concurrent.futures import ThreadPoolExecutor

        def work(n):
            total = 0
            for i in range(n):
                total += i
            return total

        with ThreadPoolExecutor(4) as pool:
            print(list(pool.map(work, [10_000] * 8)))
        """),
    "threads": text("""
        import threading

        def work(name, n=20_000):
            total = 0
            for i in range(n):
                total += i

        for name in ("a", "b"):
            threading.Thread(target=work, args=(name,)).start()
        """),
    "lambda": "from concurrent.futures import ThreadPoolExecutor\nimport zlib\nwith ThreadPoolExecutor() as pool:\n"
    "    sizes = list(pool.map(lambda b: len(zlib.compress(b)), blobs))\n",
    "coroutine": text("""
        import asyncio

        async def wait(n):
            for _ in range(n):
                await asyncio.sleep(0)

        asyncio.run(wait(5))
        """),
    "await at the top": "import asyncio\nfor _ in range(3):\n    await asyncio.sleep(0)\n",
    "constants": "N = 100\nSTEP = N // 50\n\ndef run():\n    return [i for i in range(0, N, STEP)]\n",
    "main": text("""
        def work(n):
            return [i * i for i in range(n)]

        if __name__ == '__main__':
            N = 300
            work(N)
        """),
    "sqlite": text("""
        import sqlite3

        def rows(conn):
            return [r for r in conn.execute('select id, name from users where age > 3')]
        """),
    "data made before": text("""
        import random
        random.seed(1)
        values = [random.random() for _ in range(100)]
        for v in values:
            round(v, 2)
        """),
    "filled before": "table = {}\nfor i in range(9):\n    table[i] = i\nfor k in range(200000):\n    table.get(k)\n",
    "decorator": text("""
        import functools

        @functools.lru_cache
        def fib(n):
            return n if n < 2 else fib(n - 1) + fib(n - 2)

        fib(20)
        """),
    "future import": text("""
        from __future__ import annotations

        def f(x: Missing):
            for i in range(100):
                x += i
        """),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_become_benchmarks_that_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_once(made(PROGRAMS[name]), tmp_path, monkeypatch)


@pytest.mark.parametrize("path", sorted(SKETCHES.glob("*.py")), ids=lambda p: p.stem)
def test_sketches_become_benchmarks(path: Path) -> None:
    benchmark = made(path.read_text(), str(path))
    compile(benchmark.script, "benchmark.py", "exec")
    assert benchmark.work


def test_lines_are_those_of_the_users_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import math\n\nvalues = [1.0, 0.0]\nfor v in values * 100:\n    math.log(v)\n"
    benchmark = made(source)
    with pytest.raises(ValueError) as caught:
        run_once(benchmark, tmp_path, monkeypatch)
    traceback = caught.tb
    assert traceback is not None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert benchmark.original_line(traceback.tb_lineno) == 5


def test_the_users_own_inputs_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark = made(
        "seen = []\nfor chunk in chunks:\n    seen.append(json.loads(chunk))\n", setup="chunks = ['[1]', '[2]']\n"
    )
    assert "chunks" not in {s.name for s in benchmark.stand_ins}
    assert run_once(benchmark, tmp_path, monkeypatch)["chunks"] == ["[1]", "[2]"]
    benchmark = made("def f(n):\n    for i in range(n):\n        i * i\n", setup="n = 7\n")
    assert run_once(benchmark, tmp_path, monkeypatch)["gillint_inputs"]() == (7,)  # type: ignore[operator]


def test_a_broken_set_up_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="--setup: line 1"):
        made("for x in xs:\n    print(x)\n", setup="xs = [1,\n")


def test_the_worker_is_that_of_its_own_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = "    def __init__(self, n):\n        super().__init__()\n        self.n = n\n    def run(self):\n"
    source = (
        f"import threading\nclass First(threading.Thread):\n{run}        sum(i * i for i in range(self.n))\n"
        f"class Second(threading.Thread):\n{run}        pass\n"
        "first = First(9)\nfirst.start()\nfirst.join()\n"
    )
    space = run_once(made(source, line=source.splitlines().index("first = First(9)") + 1), tmp_path, monkeypatch)
    (worker,) = space["gillint_inputs"]()  # type: ignore[operator]
    assert (type(worker).__name__, worker.n) == ("First", 9)


def test_what_cannot_be_constructed_is_said() -> None:
    source = "class Job(Base, metaclass=Meta):\n    def run(self):\n        for i in range(1000):\n            self.step(i)\n"
    with pytest.raises(NotMeasurable, match="defines `job`"):
        made(source)
    class_setup = "class Job_:\n    def run(self): pass\njob = Job_()\n"
    assert "job" in made(source, setup=class_setup).script


def test_real_files_are_used_and_never_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.txt").write_text("one two\n" * 3)
    source = tmp_path / "count.py"
    source.write_text("found = []\nfor line in open('data.txt'):\n    found.append(line.split())\n")
    benchmark = made(source.read_text(), str(source))
    assert benchmark.stand_ins == ()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run_once(benchmark, elsewhere, monkeypatch)
    assert (tmp_path / "data.txt").read_text() == "one two\n" * 3


CALLERS = {
    "local names of the caller": (
        "def main(count=5):\n    rows = [str(i) for i in range(count)]\n    rows.append('last')\n    total(rows)\nmain()\n",
        ["0", "1", "2", "3", "4", "last"],
    ),
    "a caller's parameter, from its own call": (
        "def main(count):\n    rows = list(range(count))\n    return total(rows)\nprint(main(3))\n", [0, 1, 2]
    ),
    "the first turn of a loop, in a block": (
        "def main():\n    with open(__file__) as file:\n        for n, word in enumerate(['ab', 'cd']):\n"
        "            letters = list(word)\n            total(letters)\nmain()\n", ["a", "b"]
    ),
    "a comprehension as the argument": ("def main():\n    n = 3\n    total([i * n for i in range(2)])\nmain()\n", [0, 3]),
    "a comprehension": ("def main():\n    groups = [[7, 8], [9]]\n    return [total(g) for g in groups]\nmain()\n", [7, 8]),
    "what the caller's object has": (
        "class A:\n    def __init__(self, n):\n        self.rows = [n] * 2\n    def main(self):\n"
        "        self.rows.append(0)\n        return total(self.rows)\nA(7).main()\n", [7, 7, 0]
    ),
    "what awaits is left to stand-ins": (
        "async def main():\n    rows = await fetch()\n    return total(rows)\nasyncio.run(main())\n", None
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLERS)
def test_arguments_are_made_as_a_caller_makes_them(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, rows = CALLERS[name]
    head = "def total(rows):\n    n = 0\n    for row in rows:\n        n += len(str(row)) ** 2\n    return n\n"
    path = tmp_path / "user.py"
    path.write_text(head + source)
    benchmark = made(head + source, str(path), line=3)
    space = run_once(benchmark, tmp_path, monkeypatch)
    if rows is not None:
        assert space["gillint_inputs"]() == (rows,)  # type: ignore[operator]
    assert bool(benchmark.stand_ins) == (rows is None)


METHODS = {
    "filled at the top": "words = Words('en')\nfor word in ('a', 'b'):\n    words.add(word)\nwords.count()\n",
    "filled in a function": "def main():\n    w = Words('en')\n    w.add('a')\n    w.add('b')\n    return w.count()\nmain()\n",
    "an object's object": "class App:\n    def __init__(self):\n        self.words = Words('en')\n        self.words.add('a')\n"
    "        self.words.add('b')\n    def run(self):\n        return self.words.count()\nApp().run()\n",
    "called by another method": "class More(Words):\n    def run(self):\n        self.add('b')\n        return self.count()\n"
    "m = More('en')\nm.add('a')\nm.run()\n",
    "handed over": "from threading import Thread\nw = Words('en')\nw.add('a')\nw.add('b')\nThread(target=w.count).start()\n",
}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_runs_on_the_object_that_the_file_makes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "class Words:\n    def __init__(self, language):\n        self.language, self.kept = language, []\n"
        "    def add(self, word):\n        self.kept.append(word)\n"
        "    def count(self):\n        n = 0\n        for word in self.kept:\n            n += len(word) ** 2\n        return n\n"
    )
    benchmark = made(source + METHODS[name], line=8)
    space = run_once(benchmark, tmp_path, monkeypatch)
    (words,) = space["gillint_inputs"]()  # type: ignore[operator]
    assert (words.language, words.kept) == ("en", ["a", "b"])
    assert not benchmark.stand_ins


def test_temporary_files_are_filled_as_the_code_fills_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "import os, tempfile\nFOLDER = tempfile.mkdtemp()\nPATH = os.path.join(FOLDER, 'a.txt')\n"
        "def fill(n):\n    with open(PATH, 'w') as f:\n        f.write('a b\\n' * n)\n"
        "fill(50)\n"
        "def work():\n    with open(PATH) as f:\n        return [line.split() for line in f]\n"
        "assert len(work()) == 50\nos.remove(PATH)\n"
    )
    line = next(i for i, text in enumerate(source.splitlines(), 1) if "line.split()" in text)
    space = run_once(made(source, line=line), tmp_path, monkeypatch)
    assert len(space["work"]()) == 50  # type: ignore[operator]


APART = {
    "what is done in a temporary folder": (
        "import os, tempfile\nHERE = '.'\nos.chdir(tempfile.mkdtemp()); os.mkdir('rows')\nfor i in range(3):\n"
        "    with open(f'rows/{i}', 'w') as f:\n        f.write('a b')\n",
        True,
    ),
    "what is beside a temporary folder": (
        "import os, tempfile\nHERE = os.path.abspath('.')\nos.mkdir(os.path.join(HERE, 'rows'))\n",
        False,
    ),
    "what acts on the user's files": ("import os\nHERE = '.'\nos.mkdir('rows')\nopen('rows/0', 'w').close()\n", False),
}


@pytest.mark.parametrize("name", APART)
def test_actions_at_the_top_run_in_a_temporary_folder_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, runs = APART[name]
    source += "def work():\n    return [name for name in os.listdir(HERE) for _ in range(9)]\nwork()\n"
    source = f"from __future__ import annotations\n{source}"
    line = next(i for i, text in enumerate(source.splitlines(), 1) if "return [name" in text)
    space = run_once(made(source, line=line), tmp_path, monkeypatch)
    assert (space["work"]() == ["rows"] * 9) is runs  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == []
    assert "annotations" in space


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("get('https://a.b/c')", "get(GILLINT_SERVER + '/c')"),
        ("get(f'http://a.b/{i}')", "get(f'{GILLINT_SERVER}/{i}')"),
        ("get('http://a.b/c' 'd')", "get(GILLINT_SERVER + '/c' 'd')"),
        ("see = ('more: '\n 'http://a.b/c' % i)", None),
        ('"""http://a.b/c"""', None),
        ("b'http://a.b/c'", None),
        ("f'http://127.0.0.1:{port}/c'", None),
        ("'http://localhost:%d/' % port", None),
        ("match x:\n    case 'http://a.b': pass", None),
        ("'é'; x = 'http://a.b'", "'é'; x = GILLINT_SERVER + ''"),
    ],
)
def test_literal_addresses(text: str, local: str | None) -> None:
    assert to_local_server(text) == (text if local is None else local)


def test_urls_lead_to_the_local_server() -> None:
    script = made(
        "import requests\nfor i in range(9):\n    requests.get(f'https://api.example.com/items/{i}')\n"
    ).script
    assert "https://api.example.com" not in script
    assert "{GILLINT_SERVER}/items/{i}" in script


def test_neighbours_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "prices.py").write_text("def price(i):\n    return i * 2\n")
    main = package / "totals.py"
    main.write_text("from .prices import price\n\ndef total(n: int):\n    return sum(price(i) for i in range(n))\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    run_once(made(main.read_text(), str(main)), tmp_path, monkeypatch)
    assert "shop.prices" in sys.modules
    for name in [m for m in sys.modules if m.split(".")[0] == "shop"]:
        del sys.modules[name]


def test_nothing_in_the_harness_clashes_with_the_users_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def main(n):\n    return [rounds(i) for i in range(n)]\n\ndef rounds(i):\n    return i\n\nmain(300)\n"
    space = run_once(made(source), tmp_path, monkeypatch)
    assert space["main"](2) == [0, 1]  # type: ignore[operator]
    tree = ast.parse(made(source).script)
    names = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    assert sorted(names) == ["gillint_harness", "gillint_inputs", "gillint_work", "main", "rounds"]
