"""How large a container is that grows in loops: it counts the turns since it was made."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.conditions import Target
from gillint.resolve.assumed import TAKEN
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse

KEPT = """
from collections import defaultdict
from dataclasses import dataclass, field
@dataclass
class Log:
    every: int = 25
    entries: list[bytes] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    by_size: dict[int, bytes] = field(default_factory=dict)
    def add(self, raw):
        self.entries.append(raw)
        self.by_size[len(raw)] = raw
        if len(self.entries) % self.every == 0:
            self.marks.append(len(self.entries))
        if raw > LIMIT:
            self.long.append(1)
class Kept:
    def __init__(self):
        self.items = []
    def add(self, item):
        self.items.append(item)
"""


def size_of_argument(body: str) -> float:
    """The size of what is given to `sorted`, in a function."""
    return size_in(f"{KEPT}def work(lines: list[str]):\n{body}")


def size_in(source: str) -> float:
    """The size of what is given to `sorted`."""
    resolved = resolve(parse(source, "program.py"), Target(python="3.11"), Options().assumptions)
    call = next(
        n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call) and n.name == "sorted"
    )
    size = call.bound.positional[0].size
    assert size is not None
    return size.likely


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("found = []\nfor i in range(100):\n    found.append(i)\nsorted(found)", 100),
        ("found = []\nfor i in range(100):\n    for j in range(8):\n        found.append(j)\nsorted(found)", 800),
        ("for i in range(100):\n    found = []\n    for j in range(8):\n        found.append(j)\n    sorted(found)", 8),
        ("for i in range(100):\n    found = set()\n    for j in range(8):\n        found.add(j)\n    sorted(found)", 8),
        ("for i in range(100):\n    found = {}\n    for j in range(8):\n        found[j] = i\n    sorted(found)", 8),
        (
            "made = defaultdict(Kept)\nfor i in range(1000):\n    made[i % 20].add(i)\n"
            "for k in made.values():\n    sorted(k.items)",
            50,
        ),
        ("made = defaultdict(Kept)\nfor i in range(100):\n    made[i % 20].add(i)\nsorted(made)", 20),
        (
            "made = []\nfor i in range(100):\n    if made and i % 5:\n        made[-1].items.append(i)\n"
            "    else:\n        made.append(Kept())\nfor k in made:\n    sorted(k.items)",
            1,  # of 60 that are made by 100
        ),
        (
            "log = Log()\nfor i in range(1500):\n    log.add(b'x' * 150)\nsorted(log.marks)",
            61,  # every 25th, and the one that a method begins with
        ),
        ("log = Log()\nfor i in range(1500):\n    log.add(b'x' * 150)\nfor e in log.entries:\n    sorted(e)", 150),
        ("log = Log()\nfor i in range(1500):\n    log.add(b'x' * 150)\nsorted(log.entries)", 1501),
        (
            "log = Log()\nfor i in range(9):\n    log.add(b'x' * 150)\nfor e in log.by_size.values():\n    sorted(e)",
            150,
        ),
        ("log = Log()\nfor i in range(90):\n    log.add(b'x' * 150)\nsorted(log.long)", 90 * TAKEN + 1),
        (
            "found: list[bytes] = []\nfor i in range(99):\n    found.append(b'x' * 70)\nfor e in found:\n    sorted(e)",
            70,
        ),
        (
            "found: dict[int, bytes] = {}\nfor i in range(99):\n    found[i] = bytes(70)\nfor e in found.values(): sorted(e)",
            70,
        ),
        ("for i in range(100):\n    found = {}\n    found['a'] = i\n    found['b'] = i\n    sorted(found)", 2),
        ("for i in range(100):\n    text = ''\n    for j in range(8):\n        text += 'ab'\n    sorted(text)", 16),
        (
            "batch = []\nfor i in range(1000):\n    batch.append(i)\n    if len(batch) == 50:\n"
            "        sorted(batch)\n        batch = []",
            50,
        ),
        (
            "even, odd = [], []\nfor i in range(100):\n    (odd if i % 2 else even).append(i)\nsorted(odd)",
            50,
        ),
        (
            "even, odd = [], []\nfor i in range(100):\n    kept = odd if i % 2 else even\n    kept.append(i)\nsorted(even)",
            50,
        ),
        (
            "batch, notes = [], []\nfor i in range(1000):\n    batch.append(i)\n    notes.extend((i, i))\n"
            "    if len(batch) >= 50:\n        sorted(notes)\n        batch.clear()\n        notes.clear()",
            100,
        ),
        (
            "batch = []\nfor i in range(1000):\n    batch.append(i)\n    if len(batch) >= 50:\n"
            "        sorted(batch)\n        batch.clear()",
            50,
        ),
        ("window = collections.deque(maxlen=20)\nfor i in range(3000):\n    window.append(i)\n    sorted(window)", 20),
        (
            "edges = defaultdict(dict)\nfor i in range(900):\n    edges[random.randrange(300)][i] = 1\n"
            "for k in edges:\n    sorted(edges[k])",
            3,
        ),
        (
            "batch, sent = [], []\nfor i in range(1000):\n    batch.append(i)\n    if len(batch) == 50:\n"
            "        sent.append(i)\n        batch.clear()\nsorted(sent)",
            20,
        ),
        ("found = []\nfor i in range(90):\n    if i % 3 == 0:\n        found.append(i)\nsorted(found)", 30),
        (
            "groups = {}\nfor i in range(100):\n    if i % 5 not in groups:\n        groups[i % 5] = []\n"
            "    groups[i % 5].append(i)\nsorted(groups)",
            5,
        ),
        (
            "parts, part = [], []\nfor i in range(1000):\n    part.append(i)\n    if len(part) == 10:\n"
            "        parts.append(part)\n        part = []\nsorted(parts)",
            100,
        ),
        (
            "near = {}\nfor i in range(100):\n    for j in range(20):\n        near[i % 5, j] = i\nsorted(near)",
            100,
        ),
        (
            "tables = {}\nfor i in range(100):\n    tables.setdefault(i % 5, {}).setdefault(i % 2, []).append(i)\n"
            "for table in tables.values():\n    for rows in table.values():\n        sorted(rows)",
            10,
        ),
        (
            "heap = []\nfor i in range(1000):\n    heap.append(i)\n    if len(heap) > 50:\n        heap.pop()\nsorted(heap)",
            50,
        ),
        (
            "seen = set()\nfirst = []\nfor i in range(1000):\n    key = i % 7\n    if key in seen:\n        continue\n"
            "    seen.add(key)\n    first.append(i)\nsorted(first)",
            7,
        ),
        (
            "import xml.etree.ElementTree as ET\nroot = ET.Element('a')\nbody = ET.SubElement(root, 'b')\n"
            "for i in range(50):\n    row = ET.SubElement(body, 'c')\n    for j in range(4):\n"
            "        ET.SubElement(row, 'd').text = 'x'\nsorted(root)",
            252,
        ),
        (
            "from xml.dom.minidom import Document\ndoc = Document()\nroot = doc.createElement('a')\n"
            "for i in range(50):\n    row = doc.createElement('b')\n    row.appendChild(doc.createTextNode('x'))\n"
            "    root.appendChild(row)\nsorted(root)",
            51,
        ),
        (
            "def halves(rows):\n    batch = []\n    for row in rows:\n        batch.append(row)\n"
            "        if len(batch) == 50:\n            yield batch\n            batch = []\n    if batch:\n        yield batch\n"
            "sorted(list(halves(range(1000))))",
            20,
        ),
        ("text = ''\nfor i in range(100):\n    if i % 4 == 0:\n        text += 'xyz'\nsorted(text)", 75),
        ("near = list(range(50))\nfor i in range(900):\n    bisect.insort(near, i)\n    near.pop(7)\nsorted(near)", 51),
        ("near = list(range(50))\nfor i in range(900):\n    near.append(i)\n    del near[0]\nsorted(near)", 50),
        ("kinds = {}\nfor ch in open('a').read():\n    kinds[ch] = kinds.get(ch, 0) + 1\nsorted(kinds)", 40),
        ("kinds = {}\nfor i in range(900):\n    kinds['abc'[i % 3]] = i\nsorted(kinds)", 3),
        # as many as there are different words in so many
        ("kinds = {}\nfor w in lines[:1000]:\n    kinds[w] = kinds.get(w, 0) + 1\nsorted(kinds)", 1000**0.7),
        ("kinds = {}\nfor w in lines[:1000]:\n    kinds[w] = kinds.get(w + 'x', 0) + 1\nsorted(kinds)", 1000),
        (
            "seen, found = set(), []\nfor i in range(900):\n    if i % 30 in seen:\n        continue\n"
            "    seen.add(i % 30)\n    found.append(i)\nsorted(found)",
            30,
        ),
        (
            "data = bytearray()\nfor i in range(100):\n    if i % 4 == 0:\n        data.extend(b'xyz')\n    else:\n"
            "        data += b'a'\nsorted(data)",
            150,
        ),
    ],
)
def test_what_grows_in_a_loop(body: str, size: float) -> None:
    assert size_of_argument("\n".join(f"    {line}" for line in dedent(body).splitlines())) == pytest.approx(
        size, rel=0.05
    )


LEFT = {
    "continue": ("for i in range(900):\n    if i % 3:\n        found.append(i)\n        continue\n    other = i", 600),
    "continue in both": (
        "for i in range(900):\n    if i % 3:\n        found.append(i)\n        continue\n    found.append(0)",
        900,
    ),
    "continue after a failure": (
        "for i in lines:\n    try:\n        n = int(i)\n    except ValueError:\n        found = [i] * 50\n"
        "        continue\n    n += 1",
        50,
    ),
    "break": ("for i in range(900):\n    if i == 7:\n        found = [i] * 50\n        break", 50),
    "break out of an inner one": (
        "for i in range(900):\n    for j in range(2):\n        if i + j > 8:\n            found.append(i)\n            break",
        270,  # in some of the turns
    ),
    "break out of an endless one": ("while True:\n    if random():\n        found = [1] * 50\n        break", 50),
    "continue over a table": (
        "for name, n in (('a', 10), ('b', 5000)):\n    if n:\n        found = [n] * 50\n        continue\n    n = 1",
        50,
    ),
}


@pytest.mark.parametrize(("loop", "size"), LEFT.values(), ids=list(LEFT))
def test_what_an_arm_leaves_that_ends_the_turn(loop: str, size: float) -> None:
    body = f"from random import random\nfound = []\n{loop}\nsorted(found)"
    assert size_of_argument("\n".join(f"    {line}" for line in body.splitlines())) == pytest.approx(size, rel=0.25)


STORE = """
class Store:
    def __init__(self):
        self.pending = []
        self.segments = []
    def put(self, item):
        self.pending.append(item)
        if len(self.pending) >= 400:
            self.flush()
    def flush(self):
        self.segments.append(b''.join(self.pending))
        self.pending = []
def work():
    store = Store()
    for i in range(2000):
        store.put(b'abc')
    return sorted(store.segments)
work()
"""


def test_what_a_method_keeps_that_was_read_for_its_attributes() -> None:
    resolved = resolve(parse(STORE, "program.py"), Target(python="3.11"), Options().assumptions)
    calls = (n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call) and n.name == "sorted")
    size = next(calls).bound.positional[0].size
    assert size is not None and size.likely <= 10


def test_a_text_has_some_letters_however_long_it_is() -> None:
    assert size_of_argument("    sorted(set('the quick brown fox ' * 500))\n") <= 120


LEDGER = """
class Account:
    def __init__(self):
        self.rows = []
    def book(self, row):
        self.rows.append(row)
def work():
    groups = {}
    for i in range(1000):
        key = i % 20
"""


@pytest.mark.parametrize(
    ("turn", "members"),
    [
        ("group = groups.setdefault(key, [])\ngroup.append(i)", "k for k in groups.values()"),
        (
            "group = groups.get(key)\nif group is None:\n    group = groups[key] = []\ngroup.append(i)",
            "k for k in groups.values()",
        ),
        (
            "if key not in groups:\n    groups[key] = {'rows': []}\nentry = groups[key]\nentry['rows'].append(i)",
            "k['rows'] for k in groups.values()",
        ),
        (
            "entry = groups.setdefault(key, {'rows': []})\nentry['rows'].append(i)",
            "k['rows'] for k in groups.values()",
        ),
        ("account = groups.setdefault(key, Account())\naccount.rows.append(i)", "k.rows for k in groups.values()"),
        ("add = groups.setdefault(key, []).append\nadd(i)", "k for k in groups.values()"),
        (
            "if key not in groups:\n    groups[key] = Account()\ngroups[key].rows.append(i)",
            "k.rows for k in groups.values()",
        ),
    ],
)
def test_a_variable_may_be_a_member_of_a_container(turn: str, members: str) -> None:
    """What is put into it is in the container, shared among all members."""
    member, rest = members.split(" ", 1)
    source = f"{LEDGER}{indent(turn, ' ' * 8)}\n    return [sorted({member}) {rest}]\n"
    assert size_in(source) == pytest.approx(50)


SHEET = """
import csv, io
class Report:
    def __init__(self):
        self.names = []
    def sheet(self, rows):
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerows(rows)
        self.size = len(rows)
        return sorted(out.getvalue())
    def add(self, name):
        self.names.append(name)
        return self.size
def work():
    report = Report()
    report.add("a")
    return report.sheet([(100, 100)] * 10)
"""


def test_what_a_method_writes_is_what_its_caller_gives_it() -> None:
    """It may have been read before without its arguments, for the attributes that it leaves."""
    assert size_in(SHEET) == pytest.approx(100, rel=0.3)


FLUSHED = """
def flush(rows, notes):
    sorted(notes)
    rows.clear()
    notes.clear()
def work():
    rows, notes = [], []
    for i in range(1000):
        rows.append(i)
        notes.extend((i, i, i))
        if len(rows) >= 50:
            flush(rows, notes)
"""


def test_a_batch_is_emptied_by_the_function_that_it_is_passed_to() -> None:
    assert size_in(FLUSHED) == pytest.approx(150)


@pytest.mark.parametrize(
    "method",
    [
        "rows = self.rows\nfor i in range(300):\n    rows.append(i)",
        "add = self.rows.append\nfor i in range(300):\n    add(i)",
        "self.rows = rows = []\nfor i in range(300):\n    rows.append(i)",
        "by = self.by\nfor i in range(300):\n    by[i] = 0\nself.rows = list(self.by)",
    ],
)
def test_a_variable_may_be_an_attribute_or_a_method_of_one(method: str) -> None:
    source = (
        "class Box:\n    def __init__(self):\n        self.rows, self.by = [], {}\n"
        f"    def fill(self):\n{indent(method, ' ' * 8)}\n"
        "def work():\n    box = Box()\n    box.fill()\n    return sorted(box.rows)\n"
    )
    assert size_in(source) == pytest.approx(300, rel=0.01)


PER_KEY = """
class Times:
    def __init__(self):
        self.values = []
    def add(self, value):
        self.values.append(value)
    def summary(self):
        return sorted(self.values)
def work():
    stats = {}
    for i in range(6000):
        stats.setdefault(i % 4, Times()).add(i)
    return {name: each.summary() for name, each in stats.items()}
for _ in range(100):
    work()
"""


def test_the_members_of_a_dict_that_each_call_makes_anew_begin_anew() -> None:
    resolved = resolve(parse(PER_KEY, "a.py"), Target(), {})
    work = next(trace for trace in resolved.functions if trace.name == "work")
    ordered = [n for n in walk(work.block) if isinstance(n, Call) and n.name == "sorted"]
    size = ordered[-1].bound.positional[0].size
    assert size is not None
    assert size.likely == pytest.approx(1500, rel=0.1)


COLLECTED = {
    "lines until one begins a record": (
        "for i in range(2000):\n    found.append(i)\n    if i in lines:\n        sorted(found)\n        found.clear()",
        5,
    ),
    "begun anew before": (
        "for i in range(2000):\n    if not i:\n        sorted(found)\n        del found[:]\n    found.append(i)",
        5,
    ),
    "after each inner loop": (
        "for i in range(20):\n    for j in range(30):\n        found.append(j)\n    sorted(found)\n    found.clear()",
        30,
    ),
    "after an inner loop, in some of its turns": (
        "for i in range(20):\n    found = []\n    for j in range(30):\n        if i in lines:\n            found.append(j)\n"
        "        else:\n            found.append(i)\n    sorted(found)",
        30,
    ),
    "a count of turns says when": (
        "for i in range(2000):\n    found.append(i)\n    if i % 100 == 0:\n        sorted(found)\n        found.clear()",
        2000,
    ),
}


@pytest.mark.parametrize(("loop", "size"), COLLECTED.values(), ids=COLLECTED)
def test_what_is_collected_until_something_ends_it(loop: str, size: float) -> None:
    assert size_of_argument(indent(f"found = []\n{loop}", "    ")) == pytest.approx(size, rel=0.1)


SHRINKING = [
    ("a = np.zeros((1024, 1024))", "a = a[::2, ::2]", 4, 1024**2 * (1 + 1 / 4 + 1 / 16 + 1 / 64) / 4),
    ("a = np.zeros(1000)", "a = a[1:]", 100, 950),
    ("a = np.zeros(8000)", "a = a[a > limit]", 40, 8000 * 0.43),
]


GROWING = [
    ("a = pd.DataFrame({'x': range(50)})", "a = pd.concat([a, pd.DataFrame({'x': range(50)})])", 20, 550),
    ("a = pd.DataFrame()", "a = pd.concat([a, pd.DataFrame({'x': range(50)})])", 20, 500),
]


@pytest.mark.parametrize(("made", "cut", "turns", "size"), [*SHRINKING, *GROWING])
def test_what_a_loop_makes_of_itself_has_its_average_size(made: str, cut: str, turns: int, size: float) -> None:
    loop = f"    {made}\n    for _ in range({turns}):\n        id(a)\n        {cut}\n"
    source = f"import numpy as np\nimport pandas as pd\ndef work(limit):\n{loop}"
    resolved = resolve(parse(source, "program.py"), Target(python="3.11"), Options().assumptions)
    call = next(n for n in walk(*(f.block for f in resolved.functions)) if isinstance(n, Call) and n.name == "id")
    found = call.bound.positional[0].size
    assert found is not None
    assert found.likely == pytest.approx(size, rel=0.05)


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        (r"\W+", 1000),
        (r"[\s,]+", 1000),
        (r"[,\s]+", 1000),
        (r"[ ,;]+", 1000),
        (r"[^a-z]+", 1000),
        (r"[^\w']+", 1000),
        (r",", 6500**0.5),  # pieces as many as each is long
        (r"[^,]+", 6500**0.5),
    ],
)
def test_words_of_a_text_that_is_split(pattern: str, size: float) -> None:
    text = 'text = "".join(random.choice("ab ") for _ in range(6500))'
    source = f'import random, re\n{text}\nsorted(re.split(r"{pattern}", text))\n'
    assert size_in(source) == pytest.approx(size, rel=0.01)


def test_most_things_fit_into_a_group_that_is_there() -> None:
    source = """
def work():
    groups = []
    for thing in range(400):
        for group in groups:
            if fits(group, thing):
                break
        else:
            groups.append([thing])
    sorted(groups)
"""
    assert size_in(source) == pytest.approx(20)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("if n == k:\n                break", 50),
        ("with lock:\n                if n == k:\n                    break", 50),
        ("print(k)", 100),
        ("for q in range(3):\n                break", 100),
    ],
)
def test_the_else_of_a_loop_is_for_what_was_not_found(body: str, size: float) -> None:
    source = f"""
def work():
    found = []
    for n in range(100):
        for k in range(5):
            {body}
        else:
            found.append(n)
    sorted(found)
"""
    assert size_in(source) == pytest.approx(size)


COPIED = {
    "an attribute": ("class K: pass\nk = K()\nk.text = ''", "k.text += 'x' * 20", "str.__add__", 50_000),
    "a global": ("global TEXT\nTEXT = ''", "TEXT += 'x' * 20", "str.__add__", 50_000),
    "before it": ("text = ''", "text = 'x' * 20 + text", "str.__add__", 50_000),
    "two parts": ("text = ''", "text = text + 'x' * 10 + 'y' * 10", "str.__add__", 50_000),
    "an f-string": ("text = ''", "text = f'{text}{\"x\" * 20}'", "str.__add__", 50_000),
    "members of a dict": ("texts = {k: '' for k in range(20)}", "texts[i % 20] += 'x' * 20", "str.__add__", 2_500),
    "bytes": ("text = b''", "text += b'x' * 20", "bytes.__add__", 50_000),
    "a variable of its own": ("text = ''", "text += 'x' * 20", "str.__iadd__", None),
}


@pytest.mark.parametrize(("begun", "turn", "name", "copied"), COPIED.values(), ids=COPIED)
def test_a_text_that_becomes_longer_is_copied_half_grown(begun: str, turn: str, name: str, copied: int | None) -> None:
    body = f"{begun}\nfor i in range(5000):\n{indent(turn, '    ')}"
    resolved = resolve(parse(f"def work():\n{indent(body, '    ')}\nwork()"), Target(), {})
    calls = [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call) and n.name == name]
    assert calls
    sizes = [
        c.bound.receiver.size.likely
        for c in calls
        if c.bound.receiver is not None and c.bound.receiver.size is not None
    ]
    assert copied is None or copied in sizes


MULTIPLIED = {
    "doubled": ("n = 1\nfor i in range(5):\n    sorted(bytes(n))\n    n *= 2", 6.2),
    "written out": ("n = 100\nfor i in range(3):\n    sorted(bytes(n))\n    n = n * 10", 3700),
    "shifted": ("n = 1\nfor i in range(4):\n    sorted(bytes(n))\n    n <<= 1", 3.75),
    "divided": ("n = 1600\nfor i in range(3):\n    sorted(bytes(n))\n    n //= 4", 700),
    "behind the loop": ("n = 1\nfor i in range(5):\n    n *= 2\nsorted(bytes(n))", 32),
}


@pytest.mark.parametrize(("body", "size"), MULTIPLIED.values(), ids=MULTIPLIED)
def test_a_number_that_each_turn_multiplies(body: str, size: float) -> None:
    assert size_of_argument(indent(body, "    ")) == pytest.approx(size)


@pytest.mark.parametrize(
    "body",
    [
        "n = 1\nfor i in range(5):\n    sorted(bytes(n))\n    if i % 2:\n        n *= 2",
        "n = 1\nfor i in range(5):\n    sorted(bytes(n))\n    n *= 2\n    n += 1",
        "n = 1\nfor i in range(unknown):\n    sorted(bytes(n))\n    n *= 2",
    ],
)
def test_a_number_that_is_changed_otherwise_is_not_known(body: str) -> None:
    assert size_of_argument(indent(body, "    ")) not in (1.0, 6.2)


EITHER = {
    "an iterator, or its only member": ("return [tuple(words)]", 700.3),
    "an iterator, or nothing": ("return []", 1000),
}


@pytest.mark.parametrize(("instead", "size"), EITHER.values(), ids=EITHER)
def test_what_can_be_run_through_either_way(instead: str, size: float) -> None:
    source = f"def parts(words, n):\n    if ask():\n        {instead}\n    return iter(words)\nsorted(parts(list('x' * 1000), 5))"
    assert size_in(source) == pytest.approx(size, rel=0.3)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("rows = []\nfor i in range(100):\n    rows = rows + [i]\nsorted(rows)", 100),
        ("rows = [0]\nfor i in range(100):\n    rows = [*rows, i, i]\nsorted(rows)", 201),
        ("rows = []\nfor i in range(100):\n    sorted(rows)\n    rows = rows + [i]", 50),
        ("seen = set()\nfor i in range(100):\n    seen = seen | {i}\nsorted(seen)", 100),
        ("table = {}\nfor i in range(100):\n    table = {**table, i: i}\nsorted(table)", 100),
        ("rows = list(range(100))\nwhile rows:\n    sorted(rows)\n    rows = rows[1:]", 50),
        ("rows = list(range(100))\nfor i in range(40):\n    rows = rows[1:]\nsorted(rows)", 60),
        # What grows by a method has its size by then: it is not counted twice.
        ("a, b = set(range(30)), set(range(40))\nmore = a - b\nfor x in a & b:\n    more.add(x)\nsorted(more)", 60),
    ],
)
def test_a_container_that_each_turn_makes_anew_grows_as_well(body: str, size: float) -> None:
    assert size_in(f"def work():\n{indent(body, '    ')}\n") == pytest.approx(size, rel=0.35)


@pytest.mark.parametrize(
    ("inner", "size"),
    [
        ("for w in (1, 50, 900):\n            out.append(w)", 12),
        ("for w in (1, 50, 900):\n            out.append(w)\n            out.append(c)", 24),
        ("row = []\n        for w in (1, 50, 900):\n            row.append(w)\n        out.append(row)", 4),
    ],
)
def test_what_each_turn_over_a_table_adds_in_a_loop(inner: str, size: float) -> None:
    source = f"def work():\n    out = []\n    for c in 'abcd':\n        {inner}\n    return sorted(out)\n"
    resolved = resolve(parse(source, "a.py"), Target(), {})
    calls = [n for f in resolved.functions if f.name == "work" for n in walk(f.block) if isinstance(n, Call)]
    given = next(c for c in calls if c.name == "sorted").bound.positional[0]
    assert given.size is not None and given.size.likely == size
