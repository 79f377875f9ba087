"""Which public name a call has, however it is written."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import Project, call_of, regions, text

# Each program calls one thing of a library in a loop; the name that the report must show for it.
PROGRAMS: dict[str, tuple[str, str]] = {
    "plain": ("json.loads", "import json\nfor x in xs:\n    json.loads(x)"),
    "second_name": ("zlib.compress", "import compression.zlib\nfor x in xs:\n    compression.zlib.compress(x)"),
    "second_name_from": ("lzma.compress", "from compression import lzma\nfor x in xs:\n    lzma.compress(x)"),
    "backport": ("compression.zstd.compress", "from backports import zstd\nfor x in xs:\n    zstd.compress(x)"),
    "inner_module": (
        "scipy.ndimage.gaussian_filter",
        "from scipy.ndimage.filters import gaussian_filter\nfor x in xs:\n    gaussian_filter(x, 2)",
    ),
    "inner_modules": (
        "networkx.betweenness_centrality",
        "from networkx.algorithms.centrality import betweenness_centrality as b\nfor x in xs:\n    b(x)",
    ),
    "inner_class": (
        "pandas.DataFrame.merge",
        "from pandas.core.frame import DataFrame\ndef f(d: DataFrame, xs):\n    for x in xs:\n        d.merge(x)",
    ),
    "module_that_is_known": ("numpy.char.add", "import numpy as np\nfor x in xs:\n    np.char.add(x, x)"),
    "alias": ("json.loads", "import json as j\nfor x in xs:\n    j.loads(x)"),
    "from": ("json.loads", "from json import loads\nfor x in xs:\n    loads(x)"),
    "from_as": ("json.loads", "from json import loads as parse\nfor x in xs:\n    parse(x)"),
    "star": ("json.loads", "from json import *\nfor x in xs:\n    loads(x)"),
    "star_of_a_part": (
        "sklearn.metrics.accuracy_score",
        "from sklearn.metrics import *\nfor x in xs:\n    accuracy_score(x, x)",
    ),
    "what_a_default_says": (
        "sympy.Expr.subs",
        "import sympy as sp\nimport pandas\nq = sp.symbols('q')\ne = sp.sin(q) ** 2 + 1\nfor x in xs:\n    e.subs(q, x)",
    ),
    "last_star": ("numpy.sqrt", "from math import *\nfrom numpy import *\nfor x in xs:\n    sqrt(x)"),
    "not_imported": ("json.loads", "for x in xs:\n    json.loads(x)"),
    "np_not_imported": ("numpy.sort", "for x in xs:\n    np.sort(x)"),
    "submodule": ("numpy.fft.fft", "import numpy.fft\nfor x in xs:\n    numpy.fft.fft(x)"),
    "submodule_alias": ("numpy.fft.fft", "import numpy.fft as f\nfor x in xs:\n    f.fft(x)"),
    "submodule_from": ("numpy.fft.fft", "from numpy import fft\nfor x in xs:\n    fft.fft(x)"),
    "variable": ("json.loads", "import json\nparse = json.loads\nfor x in xs:\n    parse(x)"),
    "two_variables": ("json.loads", "import json\na = json\nb = a.loads\nfor x in xs:\n    b(x)"),
    "unpacked": ("json.loads", "import json\na, b = json.loads, json.dumps\nfor x in xs:\n    a(x)"),
    "walrus": ("json.loads", "import json\nif (f := json.loads):\n    for x in xs:\n        f(x)"),
    "conditional_expression": (
        "json.loads",
        "import json\nf = json.loads if debug else json.loads\nfor x in xs:\n    f(x)",
    ),
    "in_function": ("json.loads", "def f(xs):\n    import json\n    for x in xs:\n        json.loads(x)"),
    "in_function_from": ("json.loads", "def f(xs):\n    from json import loads as l\n    for x in xs:\n        l(x)"),
    "try_import": (
        "orjson.loads",
        "try:\n    import orjson\nexcept ImportError:\n    orjson = None\nfor x in xs:\n    orjson.loads(x)",
    ),
    "try_import_fallback": (
        "orjson.loads",
        "try:\n    import orjson as json\nexcept ImportError:\n    import json\nfor x in xs:\n    json.loads(x)",
    ),
    "type_checking": (
        "json.loads",
        "from typing import TYPE_CHECKING\nimport json\nif TYPE_CHECKING:\n    import x\nfor x in xs:\n    json.loads(x)",
    ),
    "version_check": (
        "json.loads",
        "import sys\nif sys.version_info >= (3, 11):\n    import json\nelse:\n    import json\nfor x in xs:\n    json.loads(x)",
    ),
    "partial": (
        "json.loads",
        "import functools, json\nf = functools.partial(json.loads, cls=None)\nfor x in xs:\n    f(x)",
    ),
    "partial_from": (
        "json.loads",
        "from functools import partial\nimport json\nf = partial(json.loads)\nfor x in xs:\n    f(x)",
    ),
    "lambda_in_class": (
        "json.loads",
        "from json import loads\nclass Codec:\n    loads = lambda self, x: loads(x)\nc = Codec()\nfor x in xs:\n    c.loads(x)",
    ),
    "lambda": ("json.loads", "import json\nf = lambda x: json.loads(x)\nfor x in xs:\n    f(x)"),
    "spelt_out": ("next", "for x in xs:\n    x.__next__()"),
    "exit": ("exit", "for x in xs:\n    exit()"),
    "closure": (
        "json.loads",
        "import json\ndef make(parse):\n    def f(x):\n        return parse(x)\n    return f\nf = make(json.loads)\n"
        "for x in xs:\n    f(x)",
    ),
    "passed": ("json.loads", "import json\ndef each(f, xs):\n    for x in xs:\n        f(x)\neach(json.loads, xs)"),
    "passed_by_name": (
        "json.loads",
        "import json\ndef each(xs, f):\n    for x in xs:\n        f(x)\neach(xs, f=json.loads)",
    ),
    "default": ("json.loads", "import json\ndef each(xs, f=json.loads):\n    for x in xs:\n        f(x)"),
    "in_dict": ("json.loads", "import json\ntable = {'json': json.loads}\nfor x in xs:\n    table['json'](x)"),
    "in_list": ("json.loads", "import json\nfor f in [json.loads]:\n    f(x)"),
    "in_tuple": ("json.loads", "import json\npair = (1, json.loads)\nfor x in xs:\n    pair[1](x)"),
    "class_attribute": (
        "json.loads",
        "import json\nclass A:\n    parse = json.loads\n    def run(self, xs):\n        for x in xs:\n            A.parse(x)",
    ),
    "instance_attribute": (
        "json.loads",
        "import json\nclass A:\n    def __init__(self):\n        self.parse = json.loads\n"
        "    def run(self, xs):\n        for x in xs:\n            self.parse(x)",
    ),
    "method": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\n"
        "    def run(self, xs):\n        for x in xs:\n            self.parse(x)",
    ),
    "inherited": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\nclass B(A):\n"
        "    def run(self, xs):\n        for x in xs:\n            self.parse(x)",
    ),
    "super": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\nclass B(A):\n"
        "    def parse(self, x):\n        return super().parse(x)\n"
        "    def run(self, xs):\n        for x in xs:\n            self.parse(x)",
    ),
    "static": (
        "json.loads",
        "import json\nclass A:\n    @staticmethod\n    def parse(x):\n        return json.loads(x)\nfor x in xs:\n    A.parse(x)",
    ),
    "class_method": (
        "json.loads",
        "import json\nclass A:\n    @classmethod\n    def parse(cls, x):\n        return json.loads(x)\nfor x in xs:\n    A.parse(x)",
    ),
    "property": (
        "json.loads",
        "import json\nclass A:\n    @property\n    def data(self):\n        return json.loads(self.x)\n"
        "a = A()\nfor x in xs:\n    a.data",
    ),
    "callable_instance": (
        "json.loads",
        "import json\nclass A:\n    def __call__(self, x):\n        return json.loads(x)\na = A()\nfor x in xs:\n    a(x)",
    ),
    "decorated": (
        "json.loads",
        "import functools, json\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        return f(*a, **k)\n"
        "    return inner\n@logged\ndef parse(x):\n    return json.loads(x)\nfor x in xs:\n    parse(x)",
    ),
    "generator": (
        "json.loads",
        "import json\ndef items(xs):\n    for x in xs:\n        yield json.loads(x)\nfor x in items(xs):\n    print(x)",
    ),
    "yield_from": (
        "json.loads",
        "import json\ndef inner(xs):\n    for x in xs:\n        yield json.loads(x)\n"
        "def outer(xs):\n    yield from inner(xs)\nfor x in outer(xs):\n    print(x)",
    ),
    "map": ("json.loads", "import json\nlist(map(json.loads, xs))"),
    "filter": ("json.loads", "import json\nlist(filter(json.loads, xs))"),
    "sorted_key": ("json.loads", "import json\nfor x in xs:\n    sorted(x, key=json.loads)"),
    "comprehension": ("json.loads", "import json\n[json.loads(x) for x in xs]"),
    "dict_comprehension": ("json.loads", "import json\n{x: json.loads(x) for x in xs}"),
    "set_comprehension": ("json.loads", "import json\n{json.loads(x) for x in xs}"),
    "nested_comprehension": ("json.loads", "import json\n[json.loads(x) for xs in xss for x in xs if x]"),
    "fstring": ("json.loads", "import json\nfor x in xs:\n    print(f'{json.loads(x)}')"),
    "match": (
        "json.loads",
        "import json\nfor x in xs:\n    match x:\n        case str():\n            json.loads(x)\n        case _:\n            pass",
    ),
    "finally": ("json.loads", "import json\nfor x in xs:\n    try:\n        pass\n    finally:\n        json.loads(x)"),
    "star_arguments": ("json.loads", "import json\nargs = (x,)\nfor x in xs:\n    json.loads(*args)"),
    "re_export": ("concurrent.futures.ThreadPoolExecutor", ""),
    "path_open": ("pathlib.Path.read_text", "from pathlib import Path\nfor x in xs:\n    Path(x).read_text()"),
    "path_annotation": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef f(ps: list[Path]):\n    for p in ps:\n        p.read_text()",
    ),
    "string_annotation": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef f(ps: 'list[Path]'):\n    for p in ps:\n        p.read_text()",
    ),
    "optional": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef f(p: Path | None, n):\n    for _ in range(n):\n        p.read_text()",
    ),
    "typing_optional": (
        "pathlib.Path.read_text",
        "from typing import Optional\nfrom pathlib import Path\ndef f(p: Optional[Path], n):\n    for _ in range(n):\n        p.read_text()",
    ),
    "nothing between brackets": (  # nobody can run that, and others are read all the same
        "pathlib.Path.read_text",
        "from typing import Optional, Union\nfrom pathlib import Path\n"
        "def f(p: Path, a: Optional[()], b: Union[()], c: list[()]):\n    p.read_text()",
    ),
    "attribute_annotation": (
        "pathlib.Path.read_text",
        "from dataclasses import dataclass\nfrom pathlib import Path\n@dataclass\nclass A:\n    path: Path\n"
        "    def run(self, n):\n        for _ in range(n):\n            self.path.read_text()",
    ),
    "returned_annotation": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfrom x import find\ndef where(n) -> Path:\n    return find(n)\nfor n in xs:\n    where(n).read_text()",
    ),
    "path_division": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nbase = Path('a')\nfor x in xs:\n    (base / x).read_text()",
    ),
    "str_method": ("str.split", "for x in ['a b', 'c d']:\n    x.split()"),
    "str_of_open": ("str.split", "for line in open('a'):\n    line.split()"),
    "str_of_with": ("str.split", "with open('a') as lines:\n    for line in lines:\n        line.split()"),
    "str_formatted": ("str.split", "for x in xs:\n    f'{x} b'.split()"),
    "list_method": ("list.sort", "for x in xs:\n    y = [1, 2, x]\n    y.sort()"),
    "open": ("open", "for x in xs:\n    open(x)"),
    "sorted": ("sorted", "for x in xs:\n    sorted(x)"),
    "ndarray_method": ("numpy.ndarray.sum", "import numpy as np\na = np.zeros(1000)\nfor _ in range(9):\n    a.sum()"),
    "ndarray_operator": (
        "numpy.ndarray.__matmul__",
        "import numpy as np\na = np.ones((9, 9))\nfor _ in range(9):\n    a @ a",
    ),
    "ndarray_annotation": (
        "numpy.ndarray.sum",
        "import numpy as np\ndef f(a: np.ndarray, n):\n    for _ in range(n):\n        a.sum()",
    ),
    "requests": ("requests.get", "import requests as r\nfor u in us:\n    r.get(u)"),
    "requests_session": ("requests.Session.get", "import requests\ns = requests.Session()\nfor u in us:\n    s.get(u)"),
    "requests_session_with": (
        "requests.Session.get",
        "import requests\nwith requests.Session() as s:\n    for u in us:\n        s.get(u)",
    ),
    "urlopen": ("urllib.request.urlopen", "from urllib.request import urlopen\nfor u in us:\n    urlopen(u)"),
    "hash_update": ("hashlib.HASH.update", "import hashlib\nh = hashlib.sha256()\nfor x in xs:\n    h.update(x)"),
    "sqlite": (
        "sqlite3.Connection.execute",
        "import sqlite3\nc = sqlite3.connect('a')\nfor x in xs:\n    c.execute(x)",
    ),
    "compiled_pattern": ("re.Pattern.findall", "import re\np = re.compile('a')\nfor x in xs:\n    p.findall(x)"),
    "tuple_of_constructors": (
        "hashlib.HASH.update",
        "import hashlib\na, b = hashlib.sha256(), hashlib.md5()\nfor x in xs:\n    b.update(x)",
    ),
    "dict_of_constructors": (
        "hashlib.HASH.update",
        "import hashlib\nd = {'a': hashlib.sha256()}\nfor x in xs:\n    d['a'].update(x)",
    ),
    "list_of_constructors": (
        "hashlib.HASH.update",
        "import hashlib\nhs = [hashlib.sha256() for _ in range(3)]\nfor h in hs:\n    h.update(x)",
    ),
    "enumerate": ("str.split", "for i, line in enumerate(open('a')):\n    line.split()"),
    "zip": ("str.split", "for a, b in zip(open('a'), open('b')):\n    b.split()"),
    "context_manager": (
        "requests.Session.get",
        "import contextlib, requests\n@contextlib.contextmanager\ndef session():\n    s = requests.Session()\n    yield s\n"
        "with session() as s:\n    for u in us:\n        s.get(u)",
    ),
    "global_set_in_function": (
        "requests.Session.get",
        "import requests\nsession = None\ndef start():\n    global session\n    session = requests.Session()\n"
        "def run(us):\n    for u in us:\n        session.get(u)\nstart()\nrun(us)",
    ),
    "popen": ("subprocess.run", "import subprocess as sp\nfor x in xs:\n    sp.run(['ls'])"),
}
del PROGRAMS["re_export"]


@pytest.mark.parametrize(("name", "source"), PROGRAMS.values(), ids=PROGRAMS)
def test_the_public_name_of_a_call(name: str, source: str) -> None:
    shown = {c["name"] for r in regions(source + "\n") for c in r["calls"]}
    # A call that takes next to nothing is not listed, so that each program has only the one call that matters.
    assert name in shown, shown


# Near misses: what looks like a library and is something else


@pytest.mark.parametrize(
    "source",
    [
        "def loads(x):\n    return x\nfor x in xs:\n    loads(x)",
        "from mine import loads\nfor x in xs:\n    loads(x)",
        "import json\njson = make()\nfor x in xs:\n    json.loads(x)",
        "import json\ndef f(json, xs):\n    for x in xs:\n        json.loads(x)",
        "class json:\n    @staticmethod\n    def loads(x):\n        return x\nfor x in xs:\n    json.loads(x)",
        "import json\nfor json in codecs:\n    json.loads(x)",
        "from mine import codec as json\nfor x in xs:\n    json.loads(x)",
        "import json\n[json.loads(x) for json in codecs]",
        "import json\nf = lambda json: json.loads('')\nfor x in xs:\n    f(x)",
        "import json\nwith codec() as json:\n    for x in xs:\n        json.loads(x)",
        "from json import loads\ndef loads(x):\n    return x\nfor x in xs:\n    loads(x)",
        "from json import *\ndef loads(x):\n    return x\ndef run():\n    for x in xs:\n        loads(x)",
    ],
    ids=[
        "own_function", "other_module", "reassigned", "parameter", "own_class", "loop_variable", "other_alias",
        "comprehension_variable", "lambda_parameter", "with_variable",
        "defined_after_import", "defined_after_star",
    ],
)  # fmt: skip
def test_a_name_that_is_shadowed_is_not_the_library(source: str) -> None:
    shown = {c["name"]: c for r in regions(source + "\n") for c in r["calls"]}
    assert not any(c["fact"] is not None and "json.loads" in c["fact"] for c in shown.values()), shown


def test_a_call_of_which_nothing_is_known_is_unknown_and_says_so() -> None:
    (region,) = regions("from mine import work\nfor x in xs:\n    work(x)\n")
    call = call_of(region, "mine.work")
    assert (call["effect"], call["assumed"], call["fact"]) == ("unknown", True, None)
    assert (region["bound"], region["threads_help"], region["confidence"]) == ("unknown", "unknown", "low")
    assert region["ceiling"]["likely"] is None
    assert any("mine.work" in a for a in region["assumptions"])


def test_an_import_that_is_missing_is_assumed_and_the_report_says_so() -> None:
    (region,) = regions("for x in xs:\n    json.loads(x)\n")
    assert any("json" in a and "import" in a for a in region["assumptions"])


# Several files


PROJECT = {
    "pkg/__init__.py": "from .store import Store as Shelf\nfrom . import tools\nLIMIT = 3\n",
    "pkg/store.py": """
        import requests

        from .tools import parse


        class Store:
            def __init__(self):
                self.session = requests.Session()

            def load(self, url):
                return parse(self.session.get(url).text)
        """,
    "pkg/tools.py": """
        import json


        def parse(text):
            return json.loads(text)


        def ready():
            return make()
        """,
    "pkg/deep/__init__.py": "",
    "pkg/deep/inner.py": """
        from ..tools import parse
        from .. import tools as t

        def run(texts):
            for text in texts:
                parse(text)
                t.parse(text)
        """,
    "cycle_a.py": "from cycle_b import g\n\ndef f(xs):\n    for x in xs:\n        g(x)\n",
    "cycle_b.py": "import json\nimport cycle_a\n\ndef g(x):\n    return json.loads(x)\n",
    "broken.py": "def f(:\n",
}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from pkg.tools import parse\nfor x in xs:\n    parse(x)\n", "json.loads"),
        ("from pkg import tools\nfor x in xs:\n    tools.parse(x)\n", "json.loads"),
        ("import pkg.tools\nfor x in xs:\n    pkg.tools.parse(x)\n", "json.loads"),
        ("import pkg.tools as helpers\nfor x in xs:\n    helpers.parse(x)\n", "json.loads"),
        ("from pkg.tools import *\nfor x in xs:\n    parse(x)\n", "json.loads"),
        ("from pkg.store import Store\ns = Store()\nfor u in us:\n    s.load(u)\n", "requests.Session.get"),
        ("from pkg import Shelf\ns = Shelf()\nfor u in us:\n    s.load(u)\n", "requests.Session.get"),
        (
            "from pkg.store import Store\nclass Mine(Store):\n    def run(self, us):\n        for u in us:\n"
            "            self.load(u)\n",
            "requests.Session.get",
        ),
        ("from cycle_a import f\nf(xs)\nfor x in xs:\n    f([x])\n", "json.loads"),
    ],
    ids=["from", "module", "dotted", "dotted_alias", "star", "class", "re_export", "base", "cycle"],
)
def test_other_files_of_the_project_are_followed(source: str, name: str, tmp_path: Path) -> None:
    project = Project(tmp_path, {**PROJECT, "main.py": source})
    shown = {c["name"] for r in project.report("main.py")["regions"] for c in r["calls"]}
    assert name in shown, shown


@pytest.mark.parametrize(
    ("listed", "expected"), [('__all__ = ["spare"]', False), ('__all__ = ["parse"]', True), ("", True)]
)
def test_a_star_imports_what_a_module_lists(listed: str, expected: bool, tmp_path: Path) -> None:
    tools = f"{listed}\nimport json\n\ndef parse(text):\n    return json.loads(text)\n\ndef spare():\n    pass\n"
    project = Project(tmp_path, {"tools.py": tools, "main.py": "from tools import *\nfor x in xs:\n    parse(x)\n"})
    shown = {c["name"] for r in project.report("main.py")["regions"] for c in r["calls"]}
    assert ("json.loads" in shown) is expected


def test_relative_imports_go_up(tmp_path: Path) -> None:
    project = Project(tmp_path, PROJECT)
    (region,) = project.report("pkg/deep/inner.py")["regions"]
    assert [c["name"] for c in region["calls"] if c["name"] == "json.loads"]


def test_a_broken_module_of_the_project_is_unknown(tmp_path: Path) -> None:
    project = Project(tmp_path, {**PROJECT, "main.py": "from broken import f\nfor x in xs:\n    f(x)\n"})
    assert project.verdict("main.py")["bound"] == "unknown"


def test_a_region_belongs_to_its_own_file(tmp_path: Path) -> None:
    source = text("""
        from pkg.deep.inner import run

        run(texts)
        """)
    project = Project(tmp_path, {**PROJECT, "main.py": source})
    lines = source.count("\n")
    assert all(r["range"]["end"]["line"] <= lines + 1 for r in project.report("main.py")["regions"])


@pytest.mark.parametrize(
    ("decorator", "spoken_of"),
    [
        (
            "def tagged(kind):\n    def mark(f):\n        setattr(f, 'kind', kind)\n        return f\n    return mark\n",
            "work",
        ),
        (
            "T = []\ndef tagged(kind):\n    def mark(f):\n        T.append(f)\n        return f\n    return mark\n",
            "spare",
        ),
    ],
)
def test_a_decorator_that_gives_back_what_it_got_keeps_it_nowhere(decorator: str, spoken_of: str) -> None:
    program = (
        f"import json\n{decorator}@tagged('a')\ndef spare(xs):\n    return [json.loads(x) for x in xs]\n"
        "def part(x):\n    return x + 1\ndef work():\n    return [part(i) for i in range(100_000)]\n"
    )
    report = analyse(program, "p.py", Options(python="3.11"))
    assert report.verdict is not None
    assert report.regions[report.verdict].region.function == spoken_of


@pytest.mark.parametrize(
    ("module", "name"),
    [("msvcrt", "sorted"), ("win32api", "sorted"), ("fcntl", "print"), ("orjson", "print")],
)
def test_a_module_of_another_system_is_not_there(module: str, name: str) -> None:
    source = (
        f"try:\n    import {module}\nexcept ModuleNotFoundError:\n    there = False\nelse:\n    there = True\n"
        "class Loop:\n    if there:\n        def run(self):\n            print(1)\n"
        "    else:\n        def run(self):\n            sorted([2, 1])\nLoop().run()\n"
    )
    resolved = resolve(parse(source, "a.py"), Target(), {})
    called = [n.name for n in walk(resolved.functions[0].block) if isinstance(n, Call) and n.kind == "library"]
    assert called == [name]
