"""Objects of libraries of which little is known, mappings that are filled by `setdefault`, and which function is the program."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.pipeline import analyse
from gillint.resolve.program import resolve
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import regions


def effects(source: str) -> str:
    return dump_stage("effects", source, "sample.py", Options())


def hottest(source: str) -> str | None:
    report = analyse(source, "sample.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    return report.regions[report.verdict].region.function


def test_what_a_python_library_gives_is_of_that_library() -> None:
    text = effects(
        "import docx\ndef work(rows):\n    d = docx.Document()\n    for row in rows:\n"
        "        cell = d.tables[0].add_row().cells[1]\n        cell.add_paragraph(row)\n"
    )
    body = text.split("work ", 1)[1]
    assert "add_row" in body and "add_paragraph" in body
    assert "unknown" not in body


@pytest.mark.parametrize(
    "span", ["random.random() * (b - a)", "(b - a) * 0.5", "(b - a) / 2", "3 * datetime.timedelta(days=1)"]
)
def test_a_number_of_spans_of_time_is_one(span: str) -> None:
    text = effects(
        "import datetime, random\ndef work():\n    a = datetime.datetime(2020, 1, 1)\n    b = datetime.datetime.now()\n"
        f"    when = {span} + a\n    return when.replace(microsecond=0)\n"
    )
    assert "datetime.datetime.replace" in text and "unknown" not in text


def test_a_text_from_a_python_library_is_still_a_text() -> None:
    text = effects("import reportlab\ndef work():\n    return reportlab.describe().splitlines()\n")
    assert "str.splitlines" in text


def test_a_subclass_of_a_python_librarys_class_has_its_methods() -> None:
    text = effects(
        "import pyparsing\nclass P(pyparsing.Token):\n    pass\ndef work(t):\n    return P().parse_string(t)\n"
    )
    assert "pyparsing.Token.parse_string" in text


@pytest.mark.parametrize("made", ["dict((k, 'abc') for k in range(9))", "dict(zip(range(9), ['abc'] * 9))"])
def test_a_dict_of_pairs_holds_what_is_in_them(made: str) -> None:
    text = effects(f"def work():\n    d = {made}\n    return [v.upper() for v in d.values()]\n")
    assert "str.upper" in text and "x 9 " in text


def test_options_that_are_not_passed_are_their_defaults() -> None:
    text = effects(
        "import zlib\nclass Packer:\n    def pack(self, data):\n        return zlib.compress(data)\n"
        "class Store:\n    kind = Packer\n    def __init__(self, **options):\n"
        "        self.packer = options.pop('packer', self.kind)()\n        self.data = options.get('data', b'')\n"
        "def work():\n    s = Store(data=bytes(700))\n    return s.packer.pack(s.data)\n"
    ).split("work ", 1)[1]
    assert "zlib.compress" in text and "data: bytes[700]" in text


def test_setdefault_fills_a_dict() -> None:
    text = effects(
        "def work():\n    groups = {}\n    for i in range(400):\n        groups.setdefault(i % 20, []).append(i)\n"
        "    for key, members in groups.items():\n        print(sum(members))\n"
    )
    assert "loop 5:5 x 20 " in text  # as many as there are remainders
    assert "loop 5:5 x 0" not in text


def test_mapped_attributes_have_the_type_in_brackets() -> None:
    text = effects(
        "import datetime as dt\nfrom sqlalchemy.orm import DeclarativeBase, Mapped\n"
        "class Order(DeclarativeBase):\n    day: Mapped[dt.date]\n"
        "def work(o: Order):\n    return o.day.isoformat()\n"
    )
    assert "datetime.date.isoformat" in text


HELPERS = (
    "def table(frame, rows):\n    out = []\n    for r in rows:\n        out.append(sorted(frame[r]))\n    return out\n"
    "def total(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("def work():\n    return total(10_000)\n", {"total", "work"}),
        ("if __name__ == '__main__':\n    print(total(10_000))\n", {"total"}),
        ("def work(n):\n    return total(n)\n", {"table"}),
        ("app.add(table)\ndef work():\n    return total(10_000)\n", {"table"}),
        ("TABLE = ['table']\ndef work():\n    return total(10_000)\n", {"table"}),
        ("__all__ = ['table']\ndef work():\n    return total(10_000)\n", {"total", "work"}),
    ],
)
def test_where_a_file_has_its_program_a_function_that_nobody_calls_is_spare(rest: str, expected: set[str]) -> None:
    assert hottest(HELPERS + rest) in expected


WRAPPED = (
    "from functools import wraps\n"
    "def checked(f):\n    @wraps(f)\n    def inner(*a):\n        return f(*a)\n    {keep}return inner\n@checked\n"
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (WRAPPED.format(keep="") + HELPERS, {"total", "work"}),
        (WRAPPED.format(keep="KNOWN.append(inner)\n    ") + HELPERS, {"table"}),
        (WRAPPED.format(keep="KNOWN[0] = f\n    ") + HELPERS, {"table"}),
        (HELPERS + "def both(frame, rows):\n    return table(frame, rows), 1\n", {"total", "work"}),
        (HELPERS + "series(name='table')\n", {"total", "work"}),
        (HELPERS + "series('table')\n", {"table"}),
    ],
)
def test_wrappers_labels_and_what_only_spare_functions_call_make_nothing_used(code: str, expected: set[str]) -> None:
    assert hottest(code + "def work():\n    return total(10_000)\n") in expected


UNUSED = (
    "class Store({base}):\n"
    "    def total(self, n):\n        s = 0\n        for i in range(n):\n            s += i\n        return s\n"
    "    def report(self, table):\n        '''{doc}'''\n        out = []\n        for row in table:\n"
    "            for cell in row:\n                out.append(sorted(cell))\n        return self.total(len(out))\n"
    "def work():\n    return Store().total(100)\n"
)


@pytest.mark.parametrize(
    ("base", "doc", "expected"),
    [
        ("object", "", "Store.total"),
        ("object", "Use `s.report(rows)`.", "Store.total"),
        ("framework.Base", "", "Store.report"),
    ],
)
def test_what_a_program_never_names_takes_no_time_however_large(base: str, doc: str, expected: str) -> None:
    assert hottest("import framework\n" + UNUSED.format(base=base, doc=doc)) == expected


def test_what_a_program_never_names_says_nothing_of_its_arguments_and_attributes() -> None:
    source = (
        "import numpy as np\n"
        "class Filter(object):\n    def __init__(self, n):\n        self.x = np.zeros(n)\n"
        "    def step(self, k):\n        return np.sort(self.x * k)\n"
        "    def restart(self, rows):\n        self.x = np.zeros(50_000_000)\n        return self.step(rows)\n"
        "def work():\n    return Filter(1000).step(3)\n"
    )
    resolved = resolve(parse(source, "sample.py"), Options().target, {})
    (step,) = [f for f in resolved.functions if f.name == "Filter.step"]
    (call,) = [n for n in step.block.nodes if isinstance(n, Call) and n.name == "numpy.sort"]
    array = call.bound.get("a")
    assert array is not None and array.shape is not None and array.shape[0].likely == 1000


def test_what_a_framework_may_call_is_not_spare() -> None:
    for head in ("@app.get('/')\n", "async "):
        assert hottest(head + HELPERS + "def work():\n    return total(10_000)\n") == "table"


ORM = (
    "from sqlalchemy import create_engine, select\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, Session\n"
    "class Order(DeclarativeBase):\n    name: Mapped[str]\n"
    "def work():\n    with Session(create_engine('{url}')) as s:\n"
    "        return [o.name.upper() for o in s.scalars(select(Order).limit(50))]\n"
)


def test_an_embedded_database_is_not_waited_for() -> None:
    source = ORM.replace(
        "o.name.upper() for o in s.scalars(select(Order).limit(50))", "s.scalar(select(Order)) for i in range(50)"
    )
    held = {}
    for url in ("sqlite:///:memory:", "postgresql+psycopg://db/shop"):
        report = analyse(source.format(url=url), "sample.py", Options(cores=2, threads=2))
        assert report.verdict is not None
        held[url.split(":")[0]] = report.regions[report.verdict].prediction.held.likely
    assert held["sqlite"] is not None and held["sqlite"] > 0.7
    assert held["postgresql+psycopg"] is not None and held["postgresql+psycopg"] < 0.3


@pytest.mark.parametrize(("url", "bound"), [("sqlite:///shop.db", "native"), ("sqlite://", "gil")])
def test_a_commit_to_a_file_is_work_of_the_kernel_and_a_wait_for_the_disk(url: str, bound: str) -> None:
    source = ORM.replace(
        "        return [o.name",
        "        for i in range(50):\n            s.add(Order(name='a'))\n            s.commit()\n#",
    )
    report = analyse(source.format(url=url), "sample.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    assert report.regions[report.verdict].prediction.bound.value == bound


def test_a_statement_gives_instances_of_the_class_that_it_asks_for() -> None:
    assert "str.upper" in effects(ORM.format(url="sqlite://"))


CHOOSES = (
    "import numpy as np\n"
    "def transform(n, kind, kernel=None, verbose=False):\n"
    "    if kernel is None:\n        kernel = np.ones((3, 3))\n"
    "    if kind == 'erosion':\n        out = np.zeros(n)\n    else:\n        out = [0]\n"
    "    if verbose and n:\n        out = None\n"
    "    for i in range(len(out)):\n        out[i] = len(kernel)\n    return out\n"
)


def test_a_test_that_the_arguments_decide_takes_one_arm() -> None:
    text = effects(CHOOSES + "def work():\n    return transform(500, 'erosion')\n").split("work ", 1)[1]
    assert "x 500 " in text
    assert "arm" in text  # the other one is read, too


@pytest.mark.parametrize("call", ["transform(500, mode())", "[transform(500, k) for k in ('erosion', 'dilation')]"])
def test_a_test_that_nothing_decides_takes_both_arms(call: str) -> None:
    text = effects(CHOOSES + f"def work():\n    return {call}\n").split("work ", 1)[1]
    assert "x 500 " not in text


@pytest.mark.parametrize(
    ("test", "argument", "first"),
    [
        ("x.ndim == 1", "np.ones(8)", True),
        ("x.ndim == 1", "np.ones((8, 2))", False),
        ("len(x.shape) > 2", "np.ones((8, 2, 2))", True),
        ("len(x) == 2", "(1, 'b')", True),
        ("isinstance(x, str)", "'text'", True),
        ("isinstance(x, (list, tuple))", "np.ones(8)", False),
        ("not isinstance(x, np.ndarray)", "[1, 2]", True),
    ],
)
def test_dimensions_and_types_decide_tests(test: str, argument: str, first: bool) -> None:
    text = effects(
        "import numpy as np\nclass Work:\n    def __init__(self, x):\n"
        f"        if {test}:\n            self.rows = range(37)\n        else:\n            self.rows = range(53)\n"
        f"    def run(self):\n        for i in self.rows:\n            print(i)\n"
        f"def work():\n    Work({argument}).run()\n"
    ).split("work ", 1)[1]
    assert ("x 37 " in text, "x 53 " in text) == (first, not first)


@pytest.mark.parametrize(
    ("test", "arguments"),
    [
        ("x.ndim == 1", "np.ones(n) if n else np.ones((n, 2))"),
        ("isinstance(x, Own)", "np.ones(n)"),
    ],
)
def test_what_is_not_known_to_differ_is_not_decided(test: str, arguments: str) -> None:
    text = effects(
        "import numpy as np\nfrom other import Own\ndef rows(x):\n"
        f"    if {test}:\n        found = range(37)\n    else:\n        found = range(53)\n    return found\n"
        f"def work(n):\n    for i in rows({arguments}):\n        print(i)\n"
    ).split("work ", 1)[1]
    assert "x 37 " not in text and "x 53 " not in text


def test_callers_that_nobody_sees_may_pass_anything() -> None:
    text = effects(
        "def f(n, fast=True):\n    if fast:\n        r = 7\n    else:\n        r = n\n    for i in range(r):\n        print(i)\n"
    )
    assert "x 7 " not in text


def test_what_a_loop_changes_is_not_decided() -> None:
    text = effects(
        "def work(rows):\n    first = True\n    n = 3\n    for row in rows:\n"
        "        if first:\n            first = False\n        else:\n            n = 70\n"
        "    for i in range(n):\n        print(i)\n"
    )
    assert "x 3 " not in text


@pytest.mark.parametrize("kind", ["dict()", "OrderedDict()", "defaultdict(bytes)"])
def test_what_one_method_puts_into_a_mapping_another_takes_out(kind: str) -> None:
    text = effects(
        "from collections import OrderedDict, defaultdict\nclass Cache:\n"
        f"    def __init__(self):\n        self.data = {kind}\n"
        "    def put(self, k):\n        self.data[k] = b'x' * 700\n"
        "    def get(self, k):\n        return self.data[k].hex()\n"
        "def work():\n    c = Cache()\n    c.put(3)\n    return c.get(3)\n"
    )
    assert "bytes(700)" in text


@pytest.mark.parametrize(
    ("source", "native"),
    [
        ("import bcrypt\ndef work(p):\n    return bcrypt.hashpw(p, bcrypt.gensalt(rounds=5))\n", "2.24e+06"),
        ("import bcrypt\ndef work(p):\n    return bcrypt.hashpw(p, bcrypt.gensalt())\n", "2.8672e+08"),
        (
            "import bcrypt\ndef work(p):\n    h = bcrypt.hashpw(p, bcrypt.gensalt(4))\n    return bcrypt.checkpw(p, h)\n",
            "1.12e+06",
        ),
        ("from argon2 import PasswordHasher\ndef work(p):\n    return PasswordHasher(2, 10000).hash(p)\n", "1.8e+07"),
    ],
)
def test_a_password_costs_what_its_rounds_say(source: str, native: str) -> None:
    text = effects(source)
    last = [line for line in text.splitlines() if "hashpw" in line or "checkpw" in line or ".hash " in line][-1]
    assert f"native {native} " in last


def test_an_opened_picture_is_decoded_once() -> None:
    text = effects(
        "from PIL import Image\ndef work(p):\n    im = Image.open(p)\n    a = im.resize((9, 9))\n    b = im.rotate(90)\n"
        "    return a, b\n"
    )
    assert text.count("PIL.ImageFile.ImageFile.load (") == 1
    assert "PIL.Image.Image.resize (" in text and "PIL.Image.Image.rotate (" in text


@pytest.mark.parametrize(
    ("imported", "call", "name"),
    [
        (
            "collections import OrderedDict as O",
            "O.fromkeys('abc').move_to_end('a')",
            "collections.OrderedDict.move_to_end",
        ),
        ("collections import Counter as C", "C.fromkeys('abc').most_common()", "collections.Counter.most_common"),
        ("json import JSONDecoder", "JSONDecoder().decode('[]')", "json.JSONDecoder.decode"),
        ("pickle import Unpickler as U", "U(open('a', 'rb')).load()", "pickle.Unpickler.load"),
        ("shapely import points", "points([[1, 2], [3, 4]])[0].buffer(1)", "shapely.Point.buffer"),
    ],
)
def test_methods_of_classes_that_have_another_name_or_inherit(imported: str, call: str, name: str) -> None:
    (loop,) = [r for r in regions(f"from {imported}\nfor x in range(9):\n    {call}\n") if r["kind"] == "loop"]
    assert name in {c["name"] for c in loop["calls"]}


def test_what_a_class_has_from_one_of_a_library_can_be_an_object() -> None:
    text = (
        "from django.db import models\nclass Book(models.Model):\n    pages = models.IntegerField()\n"
        "def work(keys):\n    for k in keys:\n        Book.objects.filter(pages=k).get()\n"
    )
    (loop,) = [r for r in regions(text) if r["kind"] == "loop"]
    assert {"django.db.models.Manager.filter", "django.db.models.Manager.get"} <= {c["name"] for c in loop["calls"]}


def test_an_attribute_that_a_tag_does_not_have_is_a_tag_below_it() -> None:
    text = effects(
        "from bs4 import BeautifulSoup\ndef work(page):\n    soup = BeautifulSoup(page, 'lxml')\n"
        "    title = soup.title.string.upper()\n    return [row.td.a['href'].split('/') for row in soup.find_all('tr')]\n"
    )
    assert text.count("bs4.Tag.__getattr__ (library, implicit)") == 2
    assert "str.upper" in text and "str.split" in text and "unknown" not in text


COMMANDS = {
    "names behind": "cmd = ['wc', '-l', *names]",
    "a list added": "cmd = ['wc', '-l'] + names",
    "made longer": "cmd = ['wc']\n    cmd += names",
    "extended": "cmd = ['wc']\n    cmd.extend(names)",
    "one by one": "cmd = ['wc']\n    for name in names:\n        cmd.append(name)",
    "with an option": "cmd = ['wc']\n    if names:\n        cmd.append('-l')",
}


@pytest.mark.parametrize("made", COMMANDS.values(), ids=COMMANDS.keys())
def test_the_program_of_a_command_that_is_put_together(made: str) -> None:
    source = (
        "import subprocess\ndef work(names: list[str]):\n    {}\n    return subprocess.run(cmd, capture_output=True)\n"
    )
    known, other = (
        effects(source.format(text)).split("subprocess.run")[1] for text in (made, made.replace("wc", "unheard"))
    )
    assert known != other
    assert known == effects(source.format("cmd = ['wc', 'a']")).split("subprocess.run")[1].replace(
        "list[2]", _args(known)
    )


def _args(text: str) -> str:
    return text.split("args: ", 1)[1].split(",", 1)[0]
