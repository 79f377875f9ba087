"""How large things are that a program makes, beside what they are when it is run."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from gillint.advice.outcome import Options
from gillint.estimate import Estimate
from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.contents import inside
from gillint.resolve.joining import join
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.resolve.values import Value, rounded
from gillint.syntax.parse import parse

IMPORTS = """
import heapq, io, json, os, random, string, struct, tempfile, zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
import numpy as np
"""


def asked(body: str, before: str = "") -> Value:
    """The value that is given to `id` in the body of a function."""
    source = IMPORTS + dedent(before) + "def work():\n" + indent(dedent(body), "    ")
    resolved = resolve(parse(source, "program.py"), Target(python="3.11"), Options().assumptions)
    nodes = (n for trace in resolved.functions for n in walk(trace.block))
    call = next(n for n in nodes if isinstance(n, Call) and n.name == "id")
    return call.bound.positional[0]


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("id({random.randint(1, 300) for _ in range(10_000)})", 300),
        ("id({i % 7: i for i in range(10_000)})", 7),
        ("for line in open('some.bin', 'rb'):\n    id(line.rstrip())", 80),
        ("for row in np.ma.masked_array(np.ones((20, 3)), np.zeros((20, 3))):\n    id(row)", 3),
        ("for x in np.ma.masked_array(np.ones(20), np.zeros(20)):\n    id([x] * 4)", 4),
        ("d = {}\nfor i in range(10):\n    d.update({f'{i}-{j}': j for j in range(30)})\nid(d)", 300),
        ("d = {}\nd.update({'a': 1, 'b': 2})\nid(d)", 2),
        ("h = []\nfor i in range(500):\n    heapq.heappush(h, i)\nid(h)", 500),
        ("id(list(filter(lambda v: v % 3 == 0, range(6000))))", 3000),
        ("text = 'the quick brown fox jumps over the lazy dog ' * 400\nid(Counter(text.split()))", 9),
        ("id(np.unique(np.random.randint(0, 100, size=40_000)))", 100),
        ("raw = np.arange(20_000, dtype=np.float32).tobytes()\nid(np.frombuffer(raw, dtype=np.float32))", 20_000),
        ("words = ['ab', 'cd', 'efgh', 'ijkl']\nid(''.join(random.choice(words) for _ in range(1000)))", 3000),
        (
            "lines = [json.dumps({'ts': i, 'level': 'INFO'}) for i in range(1000)]\n"
            "groups = {}\nfor e in map(json.loads, lines):\n    groups.setdefault(e['level'], []).append(e)\nid(groups['x'])",
            1000,
        ),
    ],
)
def test_how_many_members_a_container_has(body: str, size: float) -> None:
    assert size_of(asked(body)).likely == pytest.approx(size, rel=0.15)


def test_containers_of_an_instance_are_its_own() -> None:
    """Each of twenty accounts has its share of what is booked on them."""
    before = """
        @dataclass
        class Account:
            name: str
            history: list = field(default_factory=list)

            def deposit(self, x):
                self.history.append(x)
    """
    body = """
        accounts = [Account(f"a{i}") for i in range(20)]
        for t in range(4000):
            accounts[t % 20].deposit(t)
        for a in accounts:
            id(a.history)
    """
    assert size_of(asked(body, before)).likely == pytest.approx(200, abs=1)


COLLECT = """
    def collect(n, found):
        for i in range(n):
            found.append(i)

    def tally(counts, word):
        counts[word] = counts.get(word, 0) + 1

    def walk(tree, found):
        found.append(tree[0])
        for child in tree[1]:
            walk(child, found)
"""


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("found = []\ncollect(500, found)\nid(found)", 500),
        ("found = []\nfor i in range(30):\n    collect(5, found)\nid(found)", 150),
        ("for i in range(30):\n    found = []\n    collect(5, found)\n    id(found)", 5),
        ("counts = {}\nfor i in range(1000):\n    tally(counts, f'w{i % 40}')\nid(counts)", 40),
    ],
)
def test_a_function_fills_what_is_passed_to_it(body: str, size: float) -> None:
    assert size_of(asked(body, COLLECT)).likely == size


BUFFER = """
    class Buffer:
        def __init__(self, limit=50):
            self.limit, self.rows = limit, []

        def flushed(self, row):
            self.rows.append(row)
            if len(self.rows) >= self.limit:
                self.flush()

        def cleared(self, row):
            self.rows.append(row)
            if len(self.rows) == 50:
                id(self.rows)
                self.rows.clear()

        def flush(self):
            rows, self.rows = self.rows, []
            id(rows)
"""


@pytest.mark.parametrize("method", ["flushed", "cleared"])
def test_a_buffer_that_is_emptied_when_it_is_full(method: str) -> None:
    body = f"buffer = Buffer()\nfor i in range(1000):\n    buffer.{method}(i)\nid(buffer.rows)"
    assert size_of(asked(body, BUFFER)).likely == 50


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("id('<li>{name}: {value}</li>'.format(name='x' * 20, value=100))", 34),
        ("id('{}-{}'.format('x' * 20, 'y' * 5))", 26),
        ("id('%s-%d' % ('x' * 20, 100))", 24),
        ("id('<%s>' % ('x' * 20))", 22),
    ],
)
def test_a_format_string_grows_by_what_is_put_into_it(body: str, size: float) -> None:
    assert size_of(asked(body)).likely == size


def test_how_much_a_function_that_calls_itself_collects_is_not_known() -> None:
    assert asked("found = []\nwalk((1, [(2, [])]), found)\nid(found)", COLLECT).size is None


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("groups = [[] for _ in range(6)]\nfor i in range(600):\n    groups[i % 6].append(i)\nid(groups[0])", 100),
        (
            "for r in range(5):\n    g = [[] for _ in range(6)]\n    for i in range(600):\n        g[i % 6].append(i)\nid(g[0])",
            100,
        ),
        ("d = defaultdict(lambda: [0, 0])\nid(d['a'])", 2),
        ("id([i for i in range(1000) if random.random() < 0.05])", 50),
        ("id([i for i in range(1000) if random.random() > 0.05])", 950),
        ("id([i for i in range(1000) if i % 4 == 0])", 250),
        ("id([i for i in range(1000) if i % 4])", 750),
        ("id([i for i in range(1000) if not i % 4])", 250),
        ("f = io.BytesIO()\nnp.save(f, np.zeros((10, 100), dtype=np.float32))\nid(f.getvalue())", 4128),
        ("f = io.BytesIO()\nnp.save(f, np.zeros((10, 100)))\nid(np.load(io.BytesIO(f.getvalue())))", 1000),
        ("p = Path(tempfile.mkdtemp()) / 'a.npy'\nnp.save(p, np.zeros((10, 100)))\nid(np.load(p))", 1000),
        ("a, b = {i: i for i in range(40)}, {-i: i for i in range(60)}\nid({**a, **b, 'c': 1})", 101),
        ("a, b = list(range(40)), list(range(60))\nid([*a, 1, *b])", 101),
    ],
)
def test_members_and_displays(body: str, size: float) -> None:
    assert size_of(asked(body)).likely == size


@pytest.mark.parametrize(
    ("body", "unique", "noise"),
    [
        ("id(os.urandom(4000))", 1.0, 1.0),
        ("id(os.urandom(1000) * 4)", 0.25, 0.25),
        ("id(bytes(random.randrange(256) for _ in range(4000)))", 1.0, 1.0),
        ("id(bytes([random.getrandbits(8) for _ in range(4000)]))", 1.0, 1.0),
        ("id(bytes(random.choice(b'ACGT') for _ in range(4000)))", 1.0, 0.0),
        ("id(bytes(i % 250 for i in range(4000)))", 0.0625, 0.0),
        ("id(bytes(4000))", 0.0, 0.0),
        ("id(b'x' * 4000)", 0.0, 0.0),
        ("id(''.join(random.choices(string.ascii_lowercase, k=4000)))", 1.0, 0.59),
        ("words = ['alpha', 'gamma', 'delta']\nid(''.join(random.choice(words) for _ in range(800)))", 0.6, 0.0),
        ("words = ['alpha', 'gamma', 'delta']\nid(''.join(words[i % 3] for i in range(800)))", 0.0, 0.0),
        ("id(b''.join(struct.pack('<d', random.random()) for _ in range(500)))", 1.0, 0.8),
        ("id(np.random.rand(500).tobytes())", 1.0, 0.8),
        ("id(zlib.compress(b'x' * 4000))", 1.0, 1.0),
        ("id(os.urandom(4000)[:1000])", 1.0, 1.0),
        ("d = os.urandom(4000)\nfor i in range(0, 4000, 100):\n    id(d[i : i + 100])", 1.0, 1.0),
        ("b = bytearray()\nfor _ in range(10):\n    b.extend(os.urandom(400))\nid(b)", 1.0, 1.0),
        ("p = Path(tempfile.mkdtemp()) / 'x'\np.write_bytes(os.urandom(4000))\nid(p.read_bytes())", 1.0, 1.0),
        ("id(json.dumps([{'id': i, 'group': i % 7} for i in range(5000)]))", 0.12, 0.0),
        ("import msgpack\nid(b''.join(msgpack.packb({'id': i, 'body': 'x' * 200}) for i in range(1000)))", 0.02, 0.0),
        (
            "xs = [f'line {i} of the document' for i in range(5000)]\nxs[3] = f'changed in {len(xs)}'\nid(''.join(xs))",
            0.16,
            0.0,
        ),
        ("id('\\n'.join(f'{i} request handled by worker' for i in range(5000)))", 0.06, 0.0),
    ],
)
def test_what_a_compressor_is_left_with(body: str, unique: float, noise: float) -> None:
    value = asked(body)
    size = size_of(value).likely
    assert inside(value, "unique").likely / size == pytest.approx(unique, abs=0.02)
    assert inside(value, "noise").likely / size == pytest.approx(noise, abs=0.02)


@pytest.mark.parametrize(
    ("body", "size", "wide"),
    [
        ("id('plain' * 100)", 500, 0),
        ("id('Привет, мир! ' * 100)", 1300, 900),
        ("id('Привет, мир! ' * 100 + 'plain')", 1305, 900),
        ("id('Привет, мир! '.upper())", 13, 9),
        ("id(('é' * 400)[:100])", 100, 100),
        ("id(f'имя {random.random()}'[:2])", 2, 0),
        ("id(''.join(['café'] * 10))", 40, 10),
        ("id(('é' * 400).encode())", 800, 400),
        ("id(('é' * 400).encode('latin-1'))", 400, 400),
        ("id(('é' * 400).encode('utf-16'))", 800, 400),
        ("id(('aé' * 400).encode('ascii', 'ignore'))", 400, 0),
        ("id(bytes('é' * 400, 'utf-8'))", 800, 400),
        ("id(('é' * 400).encode().decode())", 400, 400),
        ("id(str(('é' * 400).encode(), encoding='utf-8'))", 400, 400),
        ("id(('é' * 400).encode('cp1252').decode('cp1252'))", 400, 400),
        ("id(b'\\xc3\\xa9'.decode())", 1, 1),
        ("id(json.dumps(['é' * 40]))", 244, 0),
        ("id(json.dumps(['é' * 40], ensure_ascii=False))", 44, 40),
        ("id({'text': ['é' * 40] * 3, 'n': 5})", 2, 120),
        ("p = Path(tempfile.mkdtemp()) / 'x'\np.write_text('é' * 40)\nid(p.read_text())", 40, 40),
        ("p = Path(tempfile.mkdtemp()) / 'x'\np.write_text('é' * 40)\nid(p.read_bytes())", 80, 40),
        (
            "p = Path(tempfile.mkdtemp()) / 'x'\nwith open(p, 'w') as f:\n    f.write('é' * 40)\nid(open(p).read())",
            40,
            40,
        ),
        ("f = io.StringIO()\nf.write('é' * 40)\nid(f.getvalue())", 40, 40),
    ],
)
def test_characters_that_are_not_ascii(body: str, size: float, wide: float) -> None:
    value = asked(body)
    assert (size_of(value).likely, inside(value, "wide").likely) == (size, wide)


@pytest.mark.parametrize(
    ("expression", "digits"),
    [
        ("3 ** 40", 1),
        ("7 ** 500", 46.8),
        ("1 << 4096", 136.5),
        ("3 ** 2000 * 5 ** 3000", 337.9),
        ("3 ** 2000 + 1", 105.7),
        ("3 ** 2000 % 1000", 1),
        ("3 ** 2000 // 3 ** 1990", 1),
        ("int('7' * 500)", 55.4),
        ("int('7')", 1),
        ("random.getrandbits(3000)", 100),
        ("int.from_bytes(os.urandom(375), 'big')", 100),
        ("pow(3, 2 ** 100, 7 ** 300)", 28.1),
    ],
)
def test_how_long_integers_are(expression: str, digits: float) -> None:
    assert size_of(asked(f"id({expression})")).likely == pytest.approx(digits, abs=0.6)


@pytest.mark.parametrize(
    ("document", "objects"),
    [
        ("[1, 'a', None, 2.5]", 0),
        ("{'at': [datetime.datetime(2024, 1, 1)] * 30, 'n': 5}", 30),
        ("[{'price': decimal.Decimal(1), 'tags': {'a', 'b'}} for _ in range(10)]", 20),
        ("[[Counter('aab')]]", 0),
        ("b'abc'", 1),
    ],
)
def test_objects_that_a_document_has_no_form_for(document: str, objects: float) -> None:
    assert inside(asked(f"import datetime, decimal\nid({document})"), "foreign").likely == objects


@pytest.mark.parametrize(
    ("written", "step"), [("slice(0, 9)", 1), ("slice(0, 9, 3)", 3), ("slice(None, None, -1)", -1)]
)
def test_the_number_of_a_slice_is_its_step(written: str, step: float) -> None:
    number = asked(f"id({written})").number
    assert number is not None and number.likely == step


def test_a_text_of_which_nothing_is_known_is_ascii_most_likely() -> None:
    wide = inside(asked("id(input())"), "wide")
    assert (wide.low, wide.likely) == (0, 0) and wide.high > 1000


@pytest.mark.parametrize(
    ("columns", "floats"),
    [
        ("{'a': range(100)}", 0),
        ("{'a': range(100), 'b': np.zeros(100)}", 100),
        ("{'a': np.zeros(9), 'b': np.ones(9)}", 18),
    ],
)
def test_how_many_cells_of_a_frame_are_floats(columns: str, floats: float) -> None:
    frame = asked(f"import numpy as np, pandas as pd\nid(pd.DataFrame({columns}))")
    assert inside(frame, "floats").likely == floats


@pytest.mark.parametrize(
    ("value", "arrays", "size"),
    [
        ("np.zeros(100)", 1, 800),
        ("{'w': np.zeros(100), 'b': np.zeros(10), 'n': 3}", 2, 880),
        ("[np.zeros(10) for _ in range(7)]", 7, 560),
        ("{'rows': [(1, np.zeros(10))]}", 1, 80),
        ("pd.DataFrame({'a': np.zeros(9), 'b': np.zeros(9)})", 1, 144),
        ("[1.0] * 100", 0, 0),
    ],
)
def test_arrays_in_containers_and_their_memory(value: str, arrays: float, size: float) -> None:
    found = asked(f"import numpy as np, pandas as pd\nid({value})")
    assert (inside(found, "arrays").likely, inside(found, "buffers").likely) == (arrays, size)


def test_of_a_line_after_others_like_it_only_what_changes_is_new() -> None:
    line = asked("for i in range(1000):\n    id(f'{i} request handled by worker')")
    assert inside(line, "fresh").likely == 2
    assert inside(line, "unique").likely > 20


def test_the_keys_of_a_mapping_of_which_nothing_is_known_are_short() -> None:
    source = "def work(options):\n    for key, value in options.items():\n        id(key)\n"
    resolved = resolve(parse(source, "program.py"), Target(python="3.11"), Options().assumptions)
    nodes = (n for trace in resolved.functions for n in walk(trace.block))
    call = next(n for n in nodes if isinstance(n, Call) and n.name == "id")
    assert size_of(call.bound.positional[0]).likely < 100


def test_how_large_something_may_be_is_kept_where_calls_are_made_alike() -> None:
    side = Estimate(2.5, 4.7, 5e5)
    shape = rounded(Value(type="numpy.ndarray", shape=(side, side))).shape
    assert shape is not None
    assert [d.likely for d in shape] == [4, 4]


def test_a_few_columns_are_kept_where_calls_are_made_alike() -> None:
    shape = rounded(Value(type="numpy.ndarray", shape=(Estimate.point(90), Estimate.point(5)))).shape
    assert shape is not None
    assert [d.likely for d in shape] == [64, 5]
    shape = rounded(Value(type="numpy.ndarray", shape=(Estimate.point(90), Estimate.point(5))), base=16.0).shape
    assert shape is not None
    assert [d.likely for d in shape] == [256, 5]


def test_a_list_of_numbers_and_a_column_of_others_are_a_column() -> None:
    numbers = Value(type="numpy.ndarray", shape=(Estimate.point(150),))
    column = Value(type="numpy.ndarray", shape=(Estimate.point(90), Estimate.point(1)))
    for joined in (join(numbers, column), join(column, numbers)):
        assert joined.shape is not None
        assert [d.high for d in joined.shape] == [150, 1]


MERGED = """
    rest = {"title": "abc", "text": "old"}
    page = {"text": "x" * 7800}
"""


@pytest.mark.parametrize(
    "both",
    [
        "{**rest, **page}",
        "{**rest, 'text': page['text']}",
        "{'a': 1, **rest, **page, 'b': 2}",
        "dict(rest, **page)",
        "dict(rest, text='x' * 7800)",
        "rest | page",
    ],
)
def test_of_dicts_in_one_the_last_ones_member_counts(both: str) -> None:
    assert size_of(asked(f"{MERGED}\n    id(({both})['text'])")) == Estimate.point(7800)
    assert size_of(asked(f"{MERGED}\n    id(({both})['title'])")) == Estimate.point(3)


def test_of_a_dict_that_another_updates_the_others_member_counts() -> None:
    assert size_of(asked(f"{MERGED}\n    rest.update(page)\n    id(rest['text'])")) == Estimate.point(7800)
    assert size_of(asked(f"{MERGED}\n    rest |= page\n    id(rest['text'])")) == Estimate.point(7800)


@pytest.mark.parametrize(("both", "size"), [("{**rest, **page}", 2), ("{**rest, 'c': 1}", 3)])
def test_how_many_members_dicts_have_in_one(both: str, size: float) -> None:
    assert size_of(asked(f"{MERGED}\n    id({both})")).likely == size


@pytest.mark.parametrize(
    ("body", "least", "most"),
    [
        ("x = np.zeros((20, 30, 4))\nid(x.reshape([n for p in [(4, 5), (6, 5, 4)] for n in p]))", 2400, 2400),
        ("x = np.zeros((90, 80, 70))\nfor i in range(3):\n    id(x)\n    x = x.sum(-1)", 100_000, 504_000),
    ],
    ids=["reshaped by a list", "reduced turn by turn"],
)
def test_an_array_keeps_its_elements_where_its_shape_is_lost(body: str, least: float, most: float) -> None:
    assert least <= size_of(asked(body)).likely <= most


def test_pieces_are_weighed_by_their_number() -> None:
    """`text.split(sep)` gives one long piece where there is no such separator, and many short ones where there is one."""
    one, many = (
        Value(type="list", size=Estimate.point(n), element=Value(type="str", size=Estimate.point(size)))
        for n, size in ((1, 1000), (100, 10))
    )
    joined = join(one, many, 0.5)
    assert joined.size is not None and joined.element is not None and joined.element.size is not None
    assert joined.size.likely * joined.element.size.likely == pytest.approx(1000, rel=0.1)


@pytest.mark.parametrize(
    ("piece", "size"),
    [("rows[:-1]", None), ("rows[1:]", None), ("rows[-3:]", 3), ("rows[-5:-2]", 3), ("rows[:4]", 4)],
)
def test_a_slice_of_nobody_knows_how_many(piece: str, size: float | None) -> None:
    """What is left without the last one is not nothing."""
    value = asked(f"rows = list(open('points.csv').newlines_of_somebody())\nid({piece})")
    assert value.size is None or size is not None
    assert size is None or size_of(value).likely == size
