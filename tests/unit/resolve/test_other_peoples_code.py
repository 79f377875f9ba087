"""What libraries that are older than the Python that runs them, or made for more than one program, are read as."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

TARGET = Target("3.11")
HEAD = """
import csv, hashlib, io, itertools, math, os, socket, zlib
import numbers
from collections import abc
import numpy as np
try:
    text = unicode
except NameError:
    text = str
try:
    TEXTS = (str, unicode)
except NameError:
    TEXTS = (str,)
PIECES = (list, tuple)
"""


def asked(source: str, name: str = "zlib.compress") -> tuple[float, float]:
    """How often `work()` calls a function, and how large the first argument is."""
    resolved = resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    call = next(n for n in walk(block) if isinstance(n, Call) and n.name == name)
    times = sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == name)
    return times, size_of(call.bound.positional[0]).likely


ENCODES = """
def encoded(value, isinstance=isinstance):
    {before}
    if {test}:
        value = value.encode()
    return value

def work():
    zlib.compress(encoded("a" * 70_000))
"""


@pytest.mark.parametrize(
    ("before", "test"),
    [
        ("", "isinstance(value, text)"),
        ("", "isinstance(value, TEXTS)"),
        ("", "isinstance(value, (unicode, str))"),
        ("", "isinstance(value, basestring)"),
        ("", "type(value) is str"),
        ("", "type(value) in (str, bytearray)"),
        ("kind = type(b''.decode())", "isinstance(value, kind)"),
        ("", "isinstance(value, abc.Sequence)"),
        ("", "not isinstance(value, (abc.Mapping, numbers.Number))"),
    ],
)
def test_a_test_for_a_type(before: str, test: str) -> None:
    assert asked(ENCODES.format(before=before, test=test)) == (1.0, 70_000)


def test_a_type_that_it_is_not() -> None:
    source = (
        'def work():\n    x = b"a" * 500\n    if isinstance(x, PIECES):\n        x = b"".join(x)\n    zlib.compress(x)'
    )
    assert asked(source) == (1.0, 500)


STREAM = """
ROWS = [[1, "abc", 2.5] for _ in range(5000)]

def stream():
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in ROWS:
        writer.writerow(row)
        {flush}

def work():
    for chunk in stream():
        zlib.compress(chunk.encode())
"""
FLUSH = "yield buffer.getvalue()\n{0}buffer.seek(0)\n{0}buffer.truncate({1})"


@pytest.mark.parametrize(
    ("flush", "times", "size"),
    [
        (FLUSH.format(" " * 8, "0"), 5000, 15),
        ("if buffer.tell() > 6000:\n            " + FLUSH.format(" " * 12, ""), 12.5, 6000),
    ],
)
def test_a_buffer_that_is_emptied(flush: str, times: float, size: float) -> None:
    found = asked(STREAM.format(flush=flush))
    assert found[0] == pytest.approx(times, rel=0.15)
    assert found[1] == pytest.approx(size, rel=0.1)


TURNS = {
    "written": "n = 0\n    while n < len(data):\n        n += open('x', 'wb').write(data[n:])\n        math.sqrt(n)",
    "sent": "s = socket.socket()\n    while data:\n        n = s.send(data)\n        data = data[n:]\n        math.sqrt(n)",
    "both": "n = 0\n    while n < len(data):\n        k = os.write(1, data[n:])\n        n += k\n        math.sqrt(n)",
}
STOPS = {
    "a counter": "n = 0\n    for x in data:\n        if n >= 40:\n            break\n        n += 1\n        math.sqrt(x)",
    "or else": "n = 0\n    for x in data:\n        if n < 40:\n            n += 1\n            math.sqrt(x)\n"
    "        else:\n            break",
    "a position": "for i, x in enumerate(data):\n        if i == 40:\n            return\n        math.sqrt(x)",
    "a length": "out = []\n    for x in data:\n        out.append(math.sqrt(x))\n        if len(out) >= 40:\n            break",
    "what is left": "n = 40\n    for x in data:\n        n -= 1\n        math.sqrt(x)\n        if n == 0:\n            break",
    "endless": "n = 0\n    while True:\n        n += 1\n        math.sqrt(n)\n        if n > 39:\n            break",
}


@pytest.mark.parametrize(
    ("body", "times"),
    [
        *(pytest.param(body, 1, id=name) for name, body in TURNS.items()),
        *(pytest.param(body, 40, id=name) for name, body in STOPS.items()),
    ],
)
def test_turns(body: str, times: float) -> None:
    source = f"def work():\n    data = b'x' * 100_000\n    {body}\n"
    resolved = resolve(parse(HEAD + source, "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    found = sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == "math.sqrt")
    assert found == pytest.approx(times, rel=0.1)


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ("[50] * 2", 2500),
        ("(50,) * 3", 125_000),
        ("x.shape + (3,)", 30_000),
        ("(4,) + x.shape[1:]", 400),
        ("list(x.shape) + [2]", 20_000),
    ],
)
def test_a_shape_that_is_put_together(shape: str, size: float) -> None:
    assert asked(f"def work():\n    x = np.zeros((100, 100))\n    np.sort(np.ones({shape}))", "numpy.sort") == (
        1.0,
        size,
    )


PART = """
import hashlib, requests, unittest
from collections.abc import MutableMapping

class NotFound(Exception):
    pass

def helper(data):
    return hashlib.sha256(data).hexdigest()

{beside}

def work():
    return [helper(b"x" * 1_000_000) for _ in range(50)]
"""
BESIDE = {
    "what gives something back": "def listed():\n    try:\n        return requests.get('https://a.org').text\n"
    "    except OSError:\n        raise NotFound('x')",
    "a class that nobody makes": "class Pages(MutableMapping):\n    def __getitem__(self, key):\n"
    "        return requests.get('https://a.org/' + key).text",
    "a method that its base does not call": "class Kept(MutableMapping):\n    def update(self, other):\n"
    "        for key in other:\n            self[key] = requests.get('https://a.org/' + key).text\n\nKEPT = Kept()",
    "a test": "def test_all():\n    for n in range(9):\n        helper(requests.get('https://a.org').content)",
    "a case": "class HelperTest(unittest.TestCase):\n    def setUp(self):\n        self.x = requests.get('https://a.org')\n"
    "    def test_it(self):\n        for n in range(90):\n            helper(requests.get('https://a.org').content)",
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_what_stands_beside_a_program_is_no_part_of_it(beside: str) -> None:
    report = analyse(PART.format(beside=beside), "program.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    assert report.regions[report.verdict].region.function == "work"


PLOT = """
class Plot:
    def __init__(self, values, loud=False):
        self.model = None
        if loud:
            print(self.model)
        self.values = values
        self.left, self.right = parts(np.vstack((values, values)).T, 0.5).T
        np.sort(np.vstack((self.left, self.right)))

    def change(self, model):
        self.model = model
        self.left, self.right = parts(np.vstack((self.values, self.values)).T, 0.5).T

def parts(values, centre):
    return np.dot(np.eye(2), values.T - centre).T

def work():
    Plot(np.zeros(300))
"""


def test_a_method_that_is_run_aside_says_less_than_the_program() -> None:
    assert asked(PLOT, "numpy.sort") == (1.0, 600)


def test_formats_in_capitals_or_not() -> None:
    source = "from PIL import Image\ndef work(out):\n    Image.new('RGB', (800, 600)).save(out, format={!r})"
    bounds = []
    for name in ("PNG", "png"):
        report = analyse(source.format(name), "program.py", Options(cores=2, threads=2))
        assert report.verdict is not None
        bounds.append(report.regions[report.verdict].prediction.held)
    assert bounds[0] == bounds[1]


READ_ON = {
    # What a library's class is, a text is not, and a picture from a file is one.
    ("PIL.Image.open", 1.0): """
        from PIL import Image
        def opened(image):
            return image if isinstance(image, Image.Image) else Image.open(image)
        def work():
            first = opened("photo.png")
            opened(first)
        """,
    # One item of a generator function is one turn of its loop.
    ("math.sqrt", 50.0): """
        def counted():
            for i in range(2, 10_000):
                math.sqrt(i)
                yield i
        def others():
            while True:
                yield math.log(2)
        def work(source=None):
            taken(counted())
        def taken(source=None):
            if not source:
                source = others()
            for _ in range(50):
                next(source)
        """,
    # A batch that a loop of its own fills is full after so many of these loops.
    ("math.fsum", 12.0): """
        def work():
            batch = []
            for file in range(40):
                for line in range(30):
                    batch.append(line)
                if len(batch) >= 100:
                    math.fsum(batch)
                    batch = []
        """,
    # Two loops through one iterator go through its items once.
    ("math.sqrt", 3_000.0): """
        def work():
            items = iter([1.5] * 3_300)
            for item in items:
                for inner in items:
                    if inner < 0:
                        break
                    math.sqrt(inner)
        """,
    # What comes from below in a tree is short.
    ("math.sqrt", 2_600.0): """
        def flat(tree):
            out = []
            for part in tree:
                if isinstance(part, list):
                    out.extend(flat(part))
                else:
                    out.append(part)
            return out
        def work(tree):
            for leaf in flat(tree):
                math.sqrt(leaf)
        """,
}


@pytest.mark.parametrize(("name", "times", "source"), [(*k, v) for k, v in READ_ON.items()])
def test_what_other_people_write(name: str, times: float, source: str) -> None:
    assert asked(source, name)[0] == pytest.approx(times, rel=0.1)


@pytest.mark.parametrize(
    ("statements", "name", "size"),
    [
        (("import random", "n = random.randint(50, 150) - 200", "zlib.compress(bytes(abs(n)))"), "zlib.compress", 100),
        (
            ("text = ''", "for _ in range(500): text = text + 'ab'", "zlib.compress(text.encode())"),
            "zlib.compress",
            1_000,
        ),
        (("import six", "zlib.compress(six.text_type.encode('a' * 50))"), "zlib.compress", 50),
        (
            ("import gzip, json", "f = gzip.open('x', 'wt')", "json.dump(['abcd'] * 100, f)"),
            "io.TextIOWrapper.write",
            800,
        ),
        (
            ("import gzip, pickle", "f = gzip.open('x', 'wb')", "pickle.dump(['abcd'] * 100, f)"),
            "gzip.GzipFile.write",
            480,
        ),
        (
            (
                "np.savez_compressed('x.npz', data=np.zeros((100, 50)))",
                "zlib.compress(np.load('x.npz')['data'].tobytes())",
            ),
            "zlib.compress",
            40_000,
        ),
        (
            (
                "from PIL import Image",
                "f = io.BytesIO()",
                "Image.open('x').resize((100, 100)).save(f, 'JPEG')",
                "zlib.compress(f.getvalue())",
            ),
            "zlib.compress",
            1_500,
        ),
    ],
)
def test_what_is_handed_on(statements: tuple[str, ...], name: str, size: float) -> None:
    source = "".join(f"\n    {s}" for s in statements)
    assert asked(f"def work():{source}\n", name)[1] == pytest.approx(size, rel=0.3)


OWN_ROWS = """
class Rows:
    def __init__(self, stream):
        self.reader = csv.reader(stream)
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.reader)

class Chosen:
    def __init__(self, rows):
        self.rows = rows
    def __iter__(self):
        return self
    def __next__(self):
        while True:
            row = next(self.rows)
            if row[1] == "x":
                return row

def work():
    text = io.StringIO("a,x\\n" * 4_000)
    for row in {made}:
        zlib.compress(row[0].encode() * 70_000)
"""


@pytest.mark.parametrize(("made", "times"), [("Rows(text)", 4_000), ("Chosen(Rows(text))", 2_000)])
def test_an_iterator_of_the_program_gives_what_it_steps_through(made: str, times: float) -> None:
    assert asked(OWN_ROWS.format(made=made))[0] == pytest.approx(times, rel=0.01)


GONE_THROUGH = """
class Packed:
    def __init__(self, blocks):
        self.blocks = blocks
    def __iter__(self):
        for block in self.blocks:
            yield zlib.compress(block)

def work():
    packed = Packed([bytes(70_000) for _ in range(50)])
    {use}
"""


@pytest.mark.parametrize(
    "use",
    [
        "sum(map(len, packed))",
        "list(filter(None, packed))",
        "list(itertools.chain(packed, []))",
        "list(itertools.takewhile(len, packed))",
        "list(enumerate(packed))",
    ],
)
def test_an_instance_of_the_program_that_a_call_goes_through(use: str) -> None:
    assert asked(f"import itertools\n{GONE_THROUGH.format(use=use)}")[0] == pytest.approx(50, rel=0.01)


def test_an_endless_loop_over_an_iterator_ends_with_it() -> None:
    source = """
        def work():
            rows = iter(range(300))
            while True:
                try:
                    row = next(rows)
                except StopIteration:
                    break
                zlib.compress(bytes(70_000))
    """
    assert asked(source)[0] == 300


def test_what_is_left_of_a_message_may_be_in_a_list() -> None:
    source = """
        class Channel:
            def __init__(self, sock):
                self.sock, self.parts = sock, []
            def send(self, data):
                parts = self.parts
                parts.append(data)
                while parts[0]:
                    sent = self.sock.send(parts[0])
                    parts[0] = parts[0][sent:]
                    zlib.compress(bytes(70_000))
        def work():
            Channel(socket.socket()).send(bytes(1000))
    """
    assert asked(source)[0] == 1


def test_bytes_from_anywhere_that_are_unpickled_are_like_what_is_pickled() -> None:
    source = """
        import pickle
        def stored(db, key, value):
            db.put(key, pickle.dumps(value))
        def loaded(db, key):
            return pickle.loads(bytes(db.find(key)))
        def work(db):
            stored(db, 1, {"name": "a", "tags": ["b", "c"]})
            loaded(db, 1)
    """
    assert asked(source, "pickle.loads")[1] < 100


def test_an_instance_that_cannot_be_called_is_not_what_is_called() -> None:
    source = """
        import re
        def as_test(wanted):
            if callable(wanted):
                return wanted
            if hasattr(wanted, "search"):
                return lambda text: zlib.compress(bytes(70_000))
            return lambda text: wanted in text
        def work():
            tests = {0: as_test(re.compile("x")), 1: as_test("y")}
            for place, test in tests.items():
                test("abc")
    """
    resolved = resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    assert "unknown" not in {n.kind for n in walk(block) if isinstance(n, Call)}


BESIDES = """
class Spooled(io.IOBase):
    def writelines(self, lines):
        for line in lines:
            for c in line:
                zlib.crc32(c)
    def read(self, n=-1):
        return b""

class Table(csv.DictWriter):
    def writerows(self, rows):
        for row in rows:
            self.writerow(row)

def total(n):
    return sum(i * i for i in range(n))

def work():
    spooled = Spooled()
    spooled.read()
    return [total(3_000) for _ in range(40)]
"""


def test_what_a_library_may_call_is_a_part_of_the_program() -> None:
    report = analyse(BESIDES.replace("class", HEAD + "\nclass", 1), "program.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    assert report.regions[report.verdict].region.function == "work"


def test_a_class_of_the_same_name_in_a_library_makes_no_instances() -> None:
    source = HEAD + BESIDES.replace("class Table(csv.DictWriter)", "class DictWriter(csv.DictWriter)")
    resolved = resolve(parse(source, "program.py"), TARGET, {})
    assert next(f for f in resolved.functions if f.name == "DictWriter.writerows").is_unused


def test_keys_of_several_parts_divide_what_comes() -> None:
    source = """
        def work(rows):
            by_one, by_two = {}, {}
            for i in range(1_000):
                row = rows.next_one()
                by_one.setdefault(row.day, []).append(row)
                by_two.setdefault((row.day, row.article), []).append(row)
            zlib.compress(list(by_one))
            zlib.adler32(list(by_two))
    """
    assert asked(source)[1] == pytest.approx(32, abs=1)
    assert asked(source, "zlib.adler32")[1] == pytest.approx(100, abs=1)


def test_setting_an_attribute_of_a_library_costs_what_a_fact_says() -> None:
    source = """
        import docx
        def work():
            table = docx.Document().add_table(rows=1, cols=2)
            for n in range(50):
                table.add_row().cells[0].text = str(n)
    """
    assert asked(source, "docx.table._Cell.text.__set__")[0] == 50


AS_ARRAY = """
import pandas as pd

def as_array(x):
    {body}

ARRAY = np.zeros((200, 30))

def work():
    np.sort(as_array({given}), axis=None)
"""
TO_ARRAYS = [
    'return x.values if "pandas" in str(x.__class__) else x',
    'return x if "pandas" not in str(type(x)) else x.to_numpy()',
    'return x.values if hasattr(x, "values") else x',
    'if type(x).__name__ == "DataFrame": x = x.values\n    return x',
    'if x.__class__.__name__ in ("DataFrame", "Series"): x = x.to_numpy()\n    return x',
    'if type(x).__module__.startswith("pandas"): x = x.values\n    return x',
    "try: x = x.values\n    except AttributeError: pass\n    return x",
]


ONLY_OF_ARRAYS = 'if type(x).__module__.startswith("pandas"): x = x.values\n    return x'


@pytest.mark.parametrize(
    ("body", "given"),
    [(body, given) for body in TO_ARRAYS for given in ("ARRAY", "pd.DataFrame(ARRAY)")] + [(ONLY_OF_ARRAYS, "ARRAY")],
)
def test_an_array_is_not_asked_for_what_only_tables_have(body: str, given: str) -> None:
    assert asked(AS_ARRAY.format(body=body, given=given), "numpy.sort")[1] == 6000


@pytest.mark.parametrize(
    ("test", "is_taken"),
    [
        ('hasattr(x, "tolist")', True),
        ('hasattr(x, "toarray")', False),
        ('hasattr(x, "flags")', True),  # nobody knows: both arms are read
        ('type(x).__name__ != "ndarray"', False),
        ('"numpy" in repr(type(x))', True),
    ],
)
def test_what_an_array_has_is_known(test: str, is_taken: bool) -> None:
    source = f"def f(x):\n    if {test}:\n        zlib.compress(x)\ndef work():\n    f(np.zeros(9))\n"
    assert (asked(source)[0] > 0) == is_taken
