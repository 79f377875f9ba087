"""One small program for each way of writing things down that real projects use: the call that must be seen through it."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.regions.find import find_regions
from gillint.resolve.program import resolve
from gillint.resolve.trace import Kind
from gillint.syntax.parse import parse
from tests.support import Project, options, regions

_J = "import json\n"
_P = "from pathlib import Path\n"
_STORE = "import json\nclass Store:\n    def load(self, x):\n        return json.loads(x)\n"
_LOOP = "    for x in xs:\n        {}(x)"

# What must be among the calls of the loop (or the hand-over), and the program.
FOUND: dict[str, tuple[str, str]] = {
    # One of several types
    "union_pipe_none": ("json.loads", f"{_STORE}def run(s: Store | None, xs):\n    for x in xs:\n        s.load(x)"),
    "union_none_first": ("json.loads", f"{_STORE}def run(s: None | Store, xs):\n    for x in xs:\n        s.load(x)"),
    "union_of_two": ("json.loads", f"{_STORE}class Other:\n    def load(self, x):\n        return x\ndef run(s: Store | Other, xs):\n    for x in xs:\n        s.load(x)"),
    "union_text": ("json.loads", f"{_STORE}def run(s: 'Store | None', xs):\n    for x in xs:\n        s.load(x)"),
    "union_typing": ("json.loads", f"from typing import Union\n{_STORE}def run(s: Union[Store, str, None], xs):\n    for x in xs:\n        s.load(x)"),
    "union_str_or_path": ("pathlib.Path.read_text", f"{_P}def run(p: str | Path, xs):\n    for x in xs:\n        p.read_text()"),
    "union_in_list": ("pathlib.Path.read_text", f"{_P}def run(ps: list[str | Path]):\n    for p in ps:\n        p.read_text()"),
    "union_narrowed": ("pathlib.Path.read_text", f"{_P}def run(ps: list[str | Path]):\n    for p in ps:\n        if isinstance(p, str):\n            continue\n        p.read_text()"),
    "union_narrowed_else": ("pathlib.Path.read_text", f"{_P}def run(ps: list[str | Path]):\n    for p in ps:\n        if isinstance(p, str):\n            print(p)\n        else:\n            p.read_text()"),
    "union_alias": ("pathlib.Path.read_text", f"{_P}Where = str | Path\ndef run(ps: list[Where]):\n    for p in ps:\n        p.read_text()"),
    "union_returned": ("json.loads", f"{_STORE}def make(n) -> Store | None:\n    return unknown(n)\ns = make(1)\nfor x in xs:\n    s.load(x)"),
    "either_branch": ("json.loads", f"{_STORE}class Other:\n    def load(self, x):\n        return x\nif flag:\n    s = Store()\nelse:\n    s = Other()\nfor x in xs:\n    s.load(x)"),
    "either_returned": ("json.loads", f"{_STORE}class Other:\n    def load(self, x):\n        return x\ndef make(kind):\n    if kind == 'a':\n        return Store()\n    return Other()\ns = make(kind)\nfor x in xs:\n    s.load(x)"),
    "either_function": ("json.loads", f"{_J}import pickle\nparse = json.loads if text else pickle.loads\nfor x in xs:\n    parse(x)"),
    "mixed_list": ("json.loads", f"{_STORE}class Other:\n    def load(self, x):\n        return x\nfor s in [Store(), Other()]:\n    s.load('1')"),
    # Attributes
    "attribute_none_annotated": ("json.loads", f"{_STORE}class App:\n    def __init__(self):\n        self.s: Store | None = None\n    def run(self, xs):\n        for x in xs:\n            self.s.load(x)"),
    "attribute_of_class_none_annotated": ("json.loads", f"{_STORE}class App:\n    s: Store = None\n    def run(self, xs):\n        for x in xs:\n            self.s.load(x)"),
    "attribute_set_by_callback": ("json.loads", f"{_STORE}class App:\n    def __init__(self):\n        self.s = None\n    def made(self, s: Store):\n        self.s = s\n    def run(self, xs):\n        for x in xs:\n            self.s.load(x)"),
    "attribute_type_comment": ("json.loads", f"{_STORE}class App:\n    def __init__(self):\n        self.all = []  # type: list[Store]\n    def add(self, s):\n        self.all.append(s)\n    def run(self, x):\n        for s in self.all:\n            s.load(x)"),
    "attribute_dict_annotated": ("json.loads", f"{_STORE}class App:\n    def __init__(self):\n        self.all: dict[str, Store] = {{}}\n    def add(self, name, s):\n        self.all[name] = s\n    def run(self, x):\n        for s in self.all.values():\n            s.load(x)"),
    "attribute_annotated_and_sorted": ("json.loads", f"{_STORE}class App:\n    def __init__(self, all):\n        self.all: dict[str, Store] = dict(all)\n        self.all = dict(sorted(self.all.items()))\n    def run(self, x):\n        for s in self.all.values():\n            s.load(x)"),
    "attribute_filled_by_append": ("json.loads", f"{_STORE}class App:\n    def __init__(self):\n        self.all = []\n    def add(self, s: Store):\n        self.all.append(s)\n    def run(self, x):\n        for s in self.all:\n            s.load(x)"),
    "attribute_filled_by_key": ("json.loads", f"{_STORE}class App:\n    def __init__(self):\n        self.all = {{}}\n    def add(self, name, s: Store):\n        self.all[name] = s\n    def run(self, x):\n        for s in self.all.values():\n            s.load(x)"),
    "attribute_of_shared_instance": ("json.loads", f"{_STORE}class State:\n    def __init__(self):\n        self.s = None\nstate = State()\ndef start():\n    state.s = Store()\ndef run(xs):\n    for x in xs:\n        state.s.load(x)\nstart()\nrun(xs)"),
    "attribute_or_default": ("json.loads", f"{_STORE}class App:\n    def __init__(self, s=None):\n        self.s = s or Store()\n    def run(self, xs):\n        for x in xs:\n            self.s.load(x)"),
    "list_of_none_filled": ("json.loads", f"{_STORE}slots = [None] * 10\nfor i in range(10):\n    slots[i] = Store()\nfor s in slots:\n    s.load('1')"),
    "class_as_argument": ("json.loads", f"{_STORE}def run(kind: type[Store], xs):\n    s = kind()\n    for x in xs:\n        s.load(x)"),
    "class_in_a_dict": ("json.loads", f"{_STORE}KINDS = {{'store': Store}}\ns = KINDS['store']()\nfor x in xs:\n    s.load(x)"),
    "super_method": ("json.loads", f"{_STORE}class Mine(Store):\n    def load(self, x):\n        return super().load(x)\nm = Mine()\nfor x in xs:\n    m.load(x)"),
    "property_annotated": ("json.loads", f"{_STORE}class App:\n    @property\n    def s(self) -> Store:\n        return find(self)\n    def run(self, xs):\n        for x in xs:\n            self.s.load(x)"),
    "dataclass_field": ("json.loads", f"from dataclasses import dataclass\n{_STORE}@dataclass\nclass App:\n    s: Store\n    n: int = 1\ndef run(app: App, xs):\n    for x in xs:\n        app.s.load(x)"),
    "self_type": ("json.loads", "import json\nfrom typing_extensions import Self\nclass A:\n    def on(self) -> Self:\n        return other(self)\n    def load(self, x):\n        return json.loads(x)\nfor x in xs:\n    A().on().load(x)"),
    "recursive_annotated": ("json.loads", "import json\nfrom __future__ import annotations\nclass Node:\n    def root(self) -> Node:\n        return self.up.root()\n    def load(self, x):\n        return json.loads(x)\nn = Node()\nfor x in xs:\n    n.root().load(x)"),
    # Files and streams
    "text_io": ("io.TextIOWrapper.write", "from typing import TextIO\ndef run(f: TextIO, xs):\n    for x in xs:\n        f.write(x)"),
    "io_of_bytes": ("io.BufferedReader.read", "from typing import IO\ndef run(f: IO[bytes], xs):\n    for x in xs:\n        f.read(10)"),
    "stdin_seek": ("io.TextIOWrapper.seek", "import sys\nfor x in xs:\n    sys.stdin.seek(0)"),
    "environ": ("os.environ.copy", "import os\nfor x in xs:\n    os.environ.copy()"),
    "with_open": ("io.TextIOWrapper.write", "with open('a', 'w') as f:\n    for x in xs:\n        f.write(x)"),
    "posixpath": ("os.path.join", "import posixpath\nfor x in xs:\n    posixpath.join('a', x)"),
    "module_of_before": ("scipy.ndimage.gaussian_filter", "from scipy.ndimage.filters import gaussian_filter\nfor x in xs:\n    gaussian_filter(x, 2)"),
    "name_of_before": ("numpy.trapezoid", "import numpy as np\nfor x in xs:\n    np.trapz(x)"),
    "method_of_before": ("polars.DataFrame.group_by", "import polars as pl\nd = pl.DataFrame({'a': [1]})\nfor x in xs:\n    d.groupby('a')"),
    "bytes_decoded": ("bytes.decode", "for x in get():\n    x.body.decode('utf-8')"),
    # Errors
    "caught_one_of_two": ("BaseException.with_traceback", "def run(x, xs):\n    try:\n        get(x)\n    except (KeyError, ValueError) as e:\n        error = e\n    for x in xs:\n        error.with_traceback(None)"),
    "caught_by_another": ("json.loads", f"{_J}class Bad(Exception):\n    def load(self):\n        return json.loads(self.text)\nfor x in xs:\n    try:\n        get(x)\n    except OSError as e:\n        print(e)\n    except Bad as e:\n        e.load()"),
    "caught_and_kept": ("BaseException.with_traceback", "def run(x, xs):\n    try:\n        get(x)\n    except ValueError as e:\n        error = e\n    for x in xs:\n        error.with_traceback(None)"),
    "builtin_exception": ("ValueError", "for x in xs:\n    e = ValueError(x)"),
    "exception_of_project": ("Exception", "class Bad(Exception):\n    def __init__(self, m):\n        super().__init__(m)\nfor x in xs:\n    Bad(x)"),
    "exception_of_a_library": ("Exception", "import somewhere\nfor x in xs:\n    raise somewhere.Bad(x)"),
    "object_init": ("object.__init__", "class A:\n    def __init__(self):\n        super().__init__()\nfor x in xs:\n    A()"),
    # Functions
    "partial_of_method": ("json.loads", f"from functools import partial\n{_STORE}load = partial(Store().load)\nfor x in xs:\n    load(x)"),
    "closure_returned": ("json.loads", f"{_J}def make(strict):\n    def parse(x):\n        return json.loads(x, strict=strict)\n    return parse\nparse = make(True)\nfor x in xs:\n    parse(x)"),
    "decorator_with_arguments": ("json.loads", f"{_J}import functools\ndef tries(n):\n    def wrap(f):\n        @functools.wraps(f)\n        def inner(*a, **k):\n            return f(*a, **k)\n        return inner\n    return wrap\n@tries(3)\ndef parse(x):\n    return json.loads(x)\nfor x in xs:\n    parse(x)"),
    "default_argument": ("json.loads", f"{_J}def run(xs, parse=json.loads):\n    for x in xs:\n        parse(x)"),
    "star_arguments": ("json.loads", f"{_J}def call(f, *args):\n    return f(*args)\nfor x in xs:\n    call(json.loads, x)"),
    "walrus_call": ("json.loads", f"{_J}while (x := read()):\n    json.loads(x)"),
    "callable_instance": ("json.loads", f"{_J}class Parse:\n    def __call__(self, x):\n        return json.loads(x)\nparse = Parse()\nfor x in xs:\n    parse(x)"),
    # Imports
    "import_either": ("json.loads", "import sys\nif sys.platform == 'win32':\n    import json as codec\nelse:\n    import json as codec\nfor x in xs:\n    codec.loads(x)"),
    "import_literal": ("json.loads", "import importlib\ncodec = importlib.import_module('json')\nfor x in xs:\n    codec.loads(x)"),
    "import_in_function": ("json.loads", "def run(xs):\n    from json import loads\n    for x in xs:\n        loads(x)"),
    "getattr_literal": ("json.loads", f"{_J}f = getattr(json, 'loads')\nfor x in xs:\n    f(x)"),
    # Hand-overs
    "pool_attribute": ("json.loads", f"{_J}from concurrent.futures import ThreadPoolExecutor\nclass App:\n    def __init__(self):\n        self.pool = ThreadPoolExecutor(4)\n    def run(self, xs):\n        for x in xs:\n            self.pool.submit(json.loads, x)"),
    "pool_attribute_lazy": ("json.loads", f"{_J}from concurrent.futures import ThreadPoolExecutor\nclass App:\n    pool = None\n    def start(self):\n        self.pool = ThreadPoolExecutor(4)\n    def run(self, xs):\n        for x in xs:\n            self.pool.submit(json.loads, x)"),
    "either_pool": ("json.loads", f"{_J}from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\nkind = ThreadPoolExecutor if threads else ProcessPoolExecutor\nwith kind(4) as pool:\n    pool.map(json.loads, xs)"),
    "task_made": ("json.loads", f"{_J}import asyncio\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    for x in xs:\n        asyncio.Task(one(x))"),
    "loop_attribute": ("json.loads", f"{_J}import asyncio\nclass App:\n    def __init__(self, loop: asyncio.AbstractEventLoop):\n        self.loop = loop\n    async def run(self, xs):\n        for x in xs:\n            await self.loop.run_in_executor(None, json.loads, x)"),
    "transport": ("asyncio.WriteTransport.write", "import asyncio\nclass P(asyncio.Protocol):\n    def __init__(self):\n        self.transport: asyncio.Transport = None\n    def connection_made(self, transport):\n        self.transport = transport\n    def data_received(self, xs):\n        for x in xs:\n            self.transport.write(x)"),
    "executor_annotated": ("json.loads", f"{_J}from concurrent.futures import Executor\ndef run(pool: Executor | None, xs):\n    pool.map(json.loads, xs)"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "source"), FOUND.values(), ids=FOUND)
def test_the_call_is_seen(call: str, source: str) -> None:
    shown = {c["name"] for r in regions(source + "\n") for c in r["calls"]}
    assert call in shown, shown


# A retry turns once; what its pause takes is on the way of an error
TURNS: dict[str, tuple[float, str]] = {
    "returned": (1, "def f(u):\n    for n in range(5):\n        try:\n            return get(u)\n        except OSError:\n            wait()"),
    "broken_off": (1, "while True:\n    try:\n        get(u)\n        break\n    except OSError:\n        wait()"),
    "else": (1, "while True:\n    try:\n        get(u)\n    except OSError:\n        wait()\n    else:\n        break"),
    "every_one": (5, "for n in range(5):\n    try:\n        get(n)\n    except OSError:\n        wait()"),
    "first_that_is": (5, "def f():\n    for n in range(5):\n        if get(n):\n            return n"),
}  # fmt: skip


@pytest.mark.parametrize(("turns", "source"), TURNS.values(), ids=TURNS)
def test_a_retry_turns_once(turns: float, source: str) -> None:
    found = find_regions(resolve(parse(source + "\n"), options().target, {}))
    (loop,) = [r for r in found if r.kind is Kind.LOOP]
    assert loop.trips.likely == turns


_ACROSS = {
    "pkg/__init__.py": "import pkg.tools\nfrom .stores import Store as Store\n",
    "pkg/stores.py": _STORE,
    "pkg/tools.py": "import json\nimport pkg\n\ndef parse(x):\n    return json.loads(x)\n\ndef run(xs):\n    s = pkg.Store()\n    for x in xs:\n        s.load(x)\n",
    "pkg/fast.py": "import orjson\n\ndef parse(x):\n    return orjson.loads(x)\n",
    "submodule.py": "import pkg\nfor x in xs:\n    pkg.tools.parse(x)\n",
    "site/__init__.py": "",
    "site/jobs.py": "import requests\n\nclass Refused(Exception):\n    pass\n\nclass Job:\n    def __init__(self, **options):\n        for k, v in options.items():\n            setattr(self, k, v)\n    def location_of(self):\n        raise NotImplementedError()\n    def fetch_page(self):\n        raise NotImplementedError()\n\nclass UrlJob(Job):\n    def location_of(self):\n        return self.url\n    def fetch_page(self):\n        return requests.get(self.url).text\n",
    "site/state.py": "from .jobs import Refused\n\nclass State:\n    def __init__(self, job):\n        self.job = job\n    def process(self):\n        try:\n            return self.job.fetch_page(), self.job.tags\n        except Refused:\n            return self.job.location_of()\n",
    "site/worker.py": "from concurrent.futures import ThreadPoolExecutor\nfrom .state import State\n\ndef run(jobs):\n    with ThreadPoolExecutor(8) as pool:\n        return list(pool.map(lambda state: state.process(), [State(job) for job in jobs]))\n",
    "either.py": "import sys\nif sys.argv[1:]:\n    from pkg.tools import parse\nelse:\n    from pkg.fast import parse\nfor x in xs:\n    parse(x)\n",
}


@pytest.mark.parametrize(
    ("file", "calls"),
    [
        ("pkg/tools.py", {"json.loads"}),
        ("submodule.py", {"json.loads"}),
        ("either.py", {"json.loads", "orjson.loads"}),
        ("site/worker.py", {"requests.get"}),  # of a class that only its use tells, in a file from which one imports
    ],
)
def test_the_call_is_seen_across_files(file: str, calls: set[str], tmp_path: Path) -> None:
    project = Project(tmp_path, _ACROSS)
    shown = {c["name"] for r in project.report(file)["regions"] for c in r["calls"]}
    assert calls <= shown, shown
