"""How often the marked call runs in one run of `work()`: lengths, batches, groups, recursion, generators that are passed on."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.resolve.assumed import INNER_TRIPS
from gillint.resolve.program import resolve
from gillint.syntax.parse import parse

TARGET = Target("3.11")


def runs(source: str, name: str = "math.sqrt") -> float:
    """How often a function of a library is called, by estimate."""
    resolved = resolve(parse(dedent(source), "program.py"), TARGET, {})
    block = next(f.block for f in resolved.functions if f.name == "work")
    return sum(c.count.likely for c in Costs(TARGET).calls(block) if c.call.name == name)


HEAD = """
import math, io, random, itertools, collections, heapq, tempfile, pathlib, re, enum, csv
"""

BATCHES = """
def batches(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) {test} size:
            yield batch
            {empty}
    if batch:
        yield batch

def work():
    for batch in batches(range(3000), 250):
        math.sqrt(len(batch))
"""


@pytest.mark.parametrize("test", ["==", ">="])
@pytest.mark.parametrize("empty", ["batch = []", "batch = list()"])
def test_a_batch_comes_when_it_is_full(test: str, empty: str) -> None:
    assert runs(HEAD + BATCHES.format(test=test, empty=empty)) == pytest.approx(12, rel=0.1)


ROWS = """
import math
import numpy as np
from scipy import sparse

rng = np.random.default_rng(0)
M = sparse.csr_matrix((rng.random(6000), (rng.integers(0, 300, 6000), rng.integers(0, 80, 6000))), shape=(300, 80))
starts = np.arange(0, 6001, 20)
P = M.indptr

def rows(indptr):
    for i in range(300):
        for k in range(indptr[i], indptr[i + 1]):
            math.sqrt(k)

def work():
    {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "rows(M.indptr)",
        "for i in range(300):\n        for k in M.indices[M.indptr[i]:M.indptr[i + 1]]:\n            math.sqrt(k)",
        "for i in range(300):\n        a, b = P[i], P[i + 1]\n        for k in M.data[a:b]:\n            math.sqrt(k)",
        "v = rng.random(6000)\n    for i in range(300):\n        for k in v[starts[i]:starts[i + 1]]:\n            math.sqrt(k)",
    ],
)
def test_offsets_share_a_whole_out(body: str) -> None:
    assert runs(ROWS.format(body=body)) == pytest.approx(6000, rel=0.1)


TABLE = {
    "so many from somewhere on": ("a = int(input())\n    for i in range(a, a + 20):\n        math.sqrt(i)", 20),
    "from somewhere on in steps": ("a = int(input())\n    for i in range(a, a + 20, 4):\n        math.sqrt(i)", 5),
    "letters": ("for c in range(ord('a'), ord('z') + 1):\n        math.sqrt(c)", 26),
    "what constants give": ("for i in range(int('ff', 16) + pow(2, 5) + round(2.6)):\n        math.sqrt(i)", 290),
    "every hundredth": ("for i in range(5000):\n        if i % 100 == 0:\n            math.sqrt(i)", 50),
    "all but every hundredth": ("for i in range(5000):\n        if i % 100 != 0:\n            math.sqrt(i)", 4950),
    "not i % n": ("for i in range(5000):\n        if not i % 50:\n            math.sqrt(i)", 100),
    "lines up to a blank one": (
        "for line in open('a.bin', 'rb'):\n        line = line.rstrip()\n        if line == b'':\n            break\n"
        "        math.sqrt(1)",
        9,
    ),
    "all lines but blank ones": (
        "for line in open('a.bin', 'rb'):\n        line = line.rstrip()\n        if line == b'':\n            continue\n"
        "        math.sqrt(1)",
        850,
    ),
    "up to the end of a header": (
        "f = open('a.bin', 'rb')\n    while True:\n        line = f.readline()\n"
        "        if line in (b'\\r\\n', b'\\n', b''):\n            break\n        math.sqrt(1)",
        9,
    ),
    "the first of a generator that goes on": (
        "g = (math.sqrt(i) for i in range(9000))\n    return list(itertools.islice(g, 12))",
        12,
    ),
    "chunks with islice": (
        "it = iter(range(4000))\n    while chunk := list(itertools.islice(it, 500)):\n        math.sqrt(len(chunk))",
        8,
    ),
    "a file in memory in chunks": (
        "f = io.BytesIO(bytes(100_000))\n    while block := f.read(1000):\n        math.sqrt(len(block))",
        101,
    ),
    "groups by a key of few values": (
        "d = collections.defaultdict(list)\n    for _ in range(4000):\n        d[random.choice('abcd')].append(1)\n"
        "    for rows in d.values():\n        for r in rows:\n            math.sqrt(r)",
        4000,
    ),
    "keys that are counted": (
        "d = collections.defaultdict(int)\n    for _ in range(4000):\n        d[random.randrange(50)] += 1\n"
        "    for k in d:\n        math.sqrt(k)",
        50,
    ),
    "a counter": (
        "c = collections.Counter(random.randrange(50) for _ in range(4000))\n    for k in c:\n        math.sqrt(k)",
        50,
    ),
    "the members of all groups": (
        "for k, group in itertools.groupby(sorted(range(900))):\n        for r in group:\n            math.sqrt(r)",
        900,
    ),
    "what several calls append": (
        "out = []\n    for i in range(100):\n        out.append(i)\n        out.append(i)\n        for j in range(3):\n"
        "            out.append(j)\n    for x in out:\n        math.sqrt(x)",
        500,
    ),
    "columns of rows": (
        "t = [[1.0] * 7 for _ in range(90)]\n    for column in zip(*t):\n        for x in column:\n            math.sqrt(x)",
        630,
    ),
    "members of an enumeration": ("for c in Colour:\n        math.sqrt(c.value)", 3),
    "the alphabet": ("import string\n    for c in string.ascii_lowercase:\n        math.sqrt(ord(c))", 26),
    "words of a text": (
        r"for w in re.findall(r'\w+', ''.join(random.choice('ab ') for _ in range(650))):"
        + "\n        math.sqrt(len(w))",
        100,
    ),
    "a worklist that has one to begin with": (
        "for _ in range(5):\n        todo = [1]\n        while todo:\n            n = todo.pop()\n            math.sqrt(n)\n"
        "            for k in (1, 2):\n                if random.random() < 0.4:\n                    todo.append(k)",
        5000,
    ),
    "a parent after the other, again and again": (
        "for _ in range(100):\n        node = find()\n        while node is not None:\n            math.sqrt(1)\n"
        "            node = node.parent",
        1000,
    ),
}


@pytest.mark.parametrize(("body", "count"), TABLE.values(), ids=list(TABLE))
def test_a_loop_turns(body: str, count: float) -> None:
    source = f"{HEAD}\nclass Colour(enum.Enum):\n    RED = 1\n    GREEN = 2\n    BLUE = 3\n\ndef work():\n    {body}\n"
    assert runs(source) == pytest.approx(count, rel=0.02)


PASSED_ON = {
    "to a function": "def total(rows):\n    return sum(len(str(r)) for r in rows)\n\ndef work():\n    return total(made(50))",
    "to a generator": (
        "def wrap(rows):\n    for r in rows:\n        yield r\n\ndef work():\n    return sum(len(str(r)) for r in wrap(made(50)))"
    ),
    "to chain": "def work():\n    return list(itertools.chain.from_iterable(made(10) for _ in range(5)))",
    "to merge": "def work():\n    return list(heapq.merge(*[made(10) for _ in range(5)]))",
    "to nobody": "def work():\n    rows = made(50)\n    return rows",
}


@pytest.mark.parametrize("rest", PASSED_ON.values(), ids=list(PASSED_ON))
def test_a_generator_runs_once(rest: str) -> None:
    made = "def made(n):\n    for i in range(n):\n        yield math.sqrt(i)\n\n"
    assert runs(HEAD + made + rest) == pytest.approx(0 if "return rows" in rest else 50)


def test_what_walks_over_children_calls_itself_once_for_each() -> None:
    """A call makes one more on the average: a thousand nodes are not a million."""
    source = """
        import math
        def walk(node):
            math.sqrt(1)
            for child in node.children:
                walk(child)
        def work(root):
            walk(root)
    """
    assert runs(source) == pytest.approx(1000)


def test_functions_that_call_each_other_are_counted_once() -> None:
    source = """
        import math
        def item(x):
            math.sqrt(1)
            for y in x.members:
                group(y)
        def group(x):
            for y in x.members:
                item(y)
                group(y)
        def work(x):
            group(x)
    """
    assert runs(source) < 10_000


def test_a_table_of_methods_keeps_them_however_often_it_is_made() -> None:
    source = """
        import math
        class Decoder:
            def __init__(self):
                self.by = {}
                self.by[b"i"] = self.number
                self.by[b"l"] = self.several
            def number(self, x):
                return math.sqrt(len(x))
            def several(self, x):
                return [self.by[x[:1]](x)]
            def decode(self, x):
                return self.by[x[:1]](x)
        def work():
            return Decoder().decode(b"i12")
    """
    resolved = resolve(parse(dedent(source), "program.py"), TARGET, {})
    costs = Costs(TARGET)
    assert not [c for f in resolved.functions for c in costs.calls(f.block) if c.call.kind == "unknown"]


def test_what_isinstance_says_of_a_known_type_is_decided() -> None:
    source = """
        import math
        def to_bytes(s):
            return s if isinstance(s, bytes) else s.encode(str(math.sqrt(2)))
        def work():
            return to_bytes(b"abc")
    """
    assert runs(source) == 0
    assert runs(source.replace('b"abc"', '"abc"')) == 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("datetime.date(2024, 1, 2)", "datetime.date.__format__"),
        ("decimal.Decimal('1.5')", "decimal.Decimal.__format__"),
        ("1.5", "float.__format__"),
    ],
)
@pytest.mark.parametrize("text", ["f'{x:>12}'", "'{}'.format(x)", "'{x}'.format(x=x)"])
def test_what_formats_itself_is_counted(value: str, name: str, text: str) -> None:
    assert runs(f"import datetime, decimal\ndef work():\n    x = {value}\n    return {text}\n", name) == 1


# Places that are moved through sequences: the loop, and how often it turns.
PLACES = {
    "a merge": (
        "i = j = 0\n    while i < len(a) and j < len(b):\n        math.sqrt(1)\n        if a[i] < b[j]:\n            i += 1\n"
        "        else:\n            j += 1",
        500,
    ),
    "two ends that meet": (
        "i, j = 0, len(a) - 1\n    while i < j:\n        math.sqrt(1)\n        if a[i] + a[j] > 9:\n            j -= 1\n"
        "        else:\n            i += 1",
        299,
    ),
    "two ends that are swapped": (
        "i, j = 0, len(a) - 1\n    while i < j:\n        math.sqrt(1)\n        a[i], a[j] = a[j], a[i]\n        i += 1\n"
        "        j -= 1",
        149.5,
    ),
    "as long as the shorter one": (
        "i = j = 0\n    while i < len(a) and j < len(b):\n        math.sqrt(1)\n        i += 1\n        j += 1",
        200,
    ),
    "steps in the arms": (
        "i = 0\n    while i < len(a):\n        math.sqrt(1)\n        if a[i]:\n            i += 1\n        else:\n"
        "            i += 1",
        300,
    ),
    "down to nothing, step by step": (
        "i = len(a) - 1\n    while i >= 0:\n        math.sqrt(1)\n        i = i - 1",
        299,
    ),
    "a sum written the other way round": ("i = 0\n    while i < len(a):\n        math.sqrt(1)\n        i = 1 + i", 300),
    "one sequence behind the other": (
        "j = 0\n    for x in b:\n        while j < len(a) and a[j] < x:\n            math.sqrt(1)\n            j += 1",
        300,
    ),
    "a window": (
        "start = 0\n    for end in range(len(a)):\n        while a[end] - a[start] > 9:\n            math.sqrt(1)\n"
        "            start = start + 1",
        300,
    ),
    "what is set back each time": (
        "for x in b:\n        j = 0\n        while a[j] < x:\n            math.sqrt(1)\n            j += 1",
        2000,
    ),
    "from the smallest to the largest": ("for i in range(max(a) - min(a)):\n        math.sqrt(1)", 299),
    "as far as numbers from a range": (
        "import numpy as np\n    for x in np.arange(0, 100, 2):\n        for i in range(int(x)):\n            math.sqrt(1)",
        2450,
    ),
}


@pytest.mark.parametrize(("loop", "count"), PLACES.values(), ids=list(PLACES))
def test_a_loop_moves_places(loop: str, count: float) -> None:
    body = f"def work():\n    a, b = list(range(300)), list(range(200))\n    {loop}\n"
    assert runs(HEAD + body) == pytest.approx(count, rel=0.03)


@pytest.mark.parametrize(("passed", "count"), [("", 0), (", key=str", 100)])
def test_a_default_of_none_ends_a_function_early(passed: str, count: float) -> None:
    source = f"""
def pick(items, key=None):
    if key is None:
        return items[0]
    return [math.sqrt(i) for i in items]

def work():
    items = list(range(100))
    pick(items{passed})
"""
    assert runs(HEAD + source) == pytest.approx(count)


@pytest.mark.parametrize("test", ["row['ms'] >= 600", "row['ms'] % 3 == 0"])
def test_a_generator_gives_only_what_passes(test: str) -> None:
    source = f"""
import math
def rows():
    for i in range(4_000):
        yield {{"ms": i * 7 % 900}}
def work():
    for row in (row for row in rows() if {test}):
        math.sqrt(2.0)
"""
    assert runs(source) == pytest.approx(4_000 / 3, rel=0.01)


MONITOR = (
    HEAD
    + """
import threading
class Store:
    def __init__(self):
        self.changed, self.items = threading.Condition(), []
    def put(self, item):
        with self.changed:
            while len(self.items) > 9:
                {waits}
                math.sqrt(2)
            self.items.append(item)
            self.changed.notify()
def work():
    store = Store()
    for i in range(100):
        store.put(i)
"""
)


def test_a_thread_seldom_sleeps_at_a_monitor() -> None:
    source = MONITOR.replace("                math.sqrt(2)\n", "").replace("{waits}", "self.changed.wait()")
    assert runs(source, "threading.Condition.wait") == 50


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("kept.append(i)\n        while kept[0] < i - 50: math.sqrt(kept.popleft())", 3000),
        ("while kept and kept[0] < i - 50: math.sqrt(kept.popleft())\n        kept.append(i)", 3000),
        ("while kept and kept[-1] < i: math.sqrt(kept.pop())\n        kept.append(i)", 3000),
        ("kept.append(i)\n        while kept: math.sqrt(kept.popleft())", 3000),
        ("kept.append(i)\n    while kept: math.sqrt(kept.popleft())", 3000),
        ("kept = collections.deque(range(20))\n        while kept: math.sqrt(kept.popleft())", 60_000),
    ],
)
def test_no_more_is_taken_than_was_put_in(loop: str, expected: float) -> None:
    source = f"{HEAD}\ndef work():\n    kept = collections.deque()\n    for i in range(3000):\n        {loop}\n"
    assert runs(source) == pytest.approx(expected, rel=0.1)


SIMULATED = """
class Bank:
    def __init__(self):
        self.free, self.events, self.waiting = 2, [(0.0, self.arrive)], collections.deque()
    def run(self, until):
        while self.events and self.events[0][0] <= until:
            {taken}
    def arrive(self):
        self.waiting.append(1)
        heapq.heappush(self.events, (random.random(), self.arrive))
        self.serve()
    def serve(self):
        while self.free and self.waiting:
            math.sqrt(self.waiting.popleft())
def work():
    for i in range(2):
        Bank().run(float(input()))
"""


@pytest.mark.parametrize(
    ("taken", "least"),
    [("at, action = heapq.heappop(self.events)\n            action()", 500), ("heapq.heappop(self.events)", 0)],
)
def test_a_schedule_is_worked_off(taken: str, least: float) -> None:
    count = runs(HEAD + SIMULATED.format(taken=taken))
    assert least <= count <= 4 * least


CLIMBED = (
    "def work():\n    node = search(input())\n    path = []\n    while {test}:\n        math.sqrt(1)\n        {step}\n"
)


@pytest.mark.parametrize(
    ("test", "step", "count"),
    [
        ("node is not None", "node = node.parent", 40),
        ("node != start", "node = came_from[node]", 40),
        ("node", "path.append(node)\n        node = previous[node]", 40),
        ("node is not None", "node = node.next", 1000),
    ],
)
def test_the_way_back_is_no_long_one(test: str, step: str, count: float) -> None:
    assert runs(HEAD + CLIMBED.format(test=test, step=step)) == count


@pytest.mark.parametrize(
    ("test", "evict", "count"),
    [
        ("self.held + 1 > self.most", "self.popitem()", 1000),
        ("self.held > self.most", "self._evict_one()", 1000),
        ("self.held > self.most", "self.step()", 10_000),
        ("other.held > other.most", "self._evict_one()", 10_000),
    ],
)
def test_what_is_too_much_is_let_go_as_it_comes(test: str, evict: str, count: float) -> None:
    source = (
        f"class Cache:\n    def put(self, other):\n        while {test}:\n            math.sqrt(1)\n            {evict}\n"
        "def work():\n    cache = Cache()\n    for i in range(1000):\n        cache.put(input())\n"
    )
    assert runs(HEAD + source) == count


SERVED = (
    HEAD
    + """
class Desk:
    def __init__(self):
        self.waiting, self.free = collections.deque(), 2
    def run(self, jobs):
        for job in range(jobs):
            {arrive}
            while self.free and self.waiting:
                math.sqrt(self.waiting.popleft())
                self.free -= 1
def work():
    Desk().run(500)
"""
)


@pytest.mark.parametrize(
    ("arrive", "most"), [("self.waiting.append(job)", 500), ("self.waiting.extend(range(100))", 500_000)]
)
def test_what_comes_in_one_at_a_time_goes_out_so(arrive: str, most: float) -> None:
    assert runs(SERVED.replace("{arrive}", arrive)) == most


CONSUMED = """
import json

def work():
    for row in json.loads(input())["rows"]:
        {body}
"""


@pytest.mark.parametrize(
    "body", ["for each in row.moves:\n            math.sqrt(each)", "sorted(row.moves, key=math.sqrt)"]
)
def test_what_is_sorted_in_a_loop_is_as_long_as_what_is_looped_over_there(body: str) -> None:
    once = HEAD + CONSUMED.format(body="math.sqrt(1)")
    assert runs(HEAD + CONSUMED.format(body=body)) / runs(once) == pytest.approx(INNER_TRIPS.likely)


CHANGED = {
    "a list": (
        "rows = [[0] for _ in range(30)]",
        "for row in rows:\n        for i in range(7):\n            row.append(i)",
        "rows",
        "row",
        8,
    ),
    "a list of a dict": (
        "rows = [{'id': i, 'tags': []} for i in range(30)]",
        "for number, row in enumerate(rows):\n        row['tags'].append(1)\n        row['tags'].append(number)",
        "rows",
        "row['tags']",
        2,
    ),
    "what is new in a dict": (
        "rows = [{'id': i} for i in range(30)]",
        "for row in rows:\n        row['tags'] = [1] * 12",
        "rows",
        "row['tags']",
        12,
    ),
    "in another function": (
        "rows = [{'id': i} for i in range(30)]",
        "tagged(rows)",
        "rows",
        "row['tags']",
        5,
    ),
    "members of a mapping": (
        "table = {k: [] for k in range(30)}",
        "for key, row in table.items():\n        for i in range(9):\n            row.append(i)",
        "table.values()",
        "row",
        9,
    ),
    "another list": (
        "rows = [[0] for _ in range(30)]",
        "for row in rows:\n        row = [1, 2]\n        row.append(3)",
        "rows",
        "row",
        1,
    ),
}


@pytest.mark.parametrize(("made", "changed", "members", "each", "count"), CHANGED.values(), ids=CHANGED.keys())
def test_members_that_a_loop_over_them_changes(made: str, changed: str, members: str, each: str, count: float) -> None:
    tagged = "def tagged(rows):\n    for row in rows:\n        row['tags'] = [1] * 5\n"
    body = f"def work():\n    {made}\n    {changed}\n"
    read = f"    for row in {members}:\n        for x in {each}:\n            math.sqrt(x)\n"
    assert runs(HEAD + tagged + body + read) == pytest.approx(30 * count)


RECORDS = """
import math, struct, tempfile, zlib

PATH = tempfile.mkdtemp() + "/records.bin"
HEADER = struct.Struct(">IQ")

with open(PATH, "wb") as out:
    for number in range(40):
        data = bytes(5000)
        {write}

def work():
    with open(PATH, "rb") as source:
        while True:
            header = source.read(HEADER.size)
            if not header:
                break
            length, number = HEADER.unpack(header)
            record = source.read(length)
            for byte in record:
                math.sqrt(byte)
"""


@pytest.mark.parametrize(
    "write",
    [
        "out.write(HEADER.pack(len(data), number)); out.write(data)",
        "out.write(HEADER.pack(len(data), number) + data)",
    ],
)
def test_as_many_records_are_read_as_were_written_and_as_long_ones(write: str) -> None:
    assert runs(RECORDS.format(write=write)) == pytest.approx(40 * 5000, rel=0.02)


ELEMENTS = """
import math, struct

def element(tag, value):
    return struct.pack("<HI", tag, len(value)) + value

BLOB = b"".join([element(n, b"value %d" % n) for n in range(40)]) + element(99, bytes(100_000))

def work():
    at = 0
    while at < len(BLOB):
        tag, length = struct.unpack_from("<HI", BLOB, at)
        at += 6 + length
        math.sqrt(tag)
"""


def test_records_that_were_counted_say_more_than_the_stride_that_is_read_from_each() -> None:
    assert runs(ELEMENTS) == pytest.approx(41, rel=0.1)


@pytest.mark.parametrize(
    ("head", "turns"),
    [
        ("day, end = date(2024, 1, 1), date(2024, 3, 1)\n    while day < end:", 60),
        ("day, end = datetime(2024, 1, 1), datetime(2024, 1, 31)\n    while day <= end:", 30),
        ("day, end = date(2024, 1, 1), date(2024, 3, 1)\n    for _ in range((end - day).days):", 60),
        ("day, end = date(2024, 1, 1), date(2024, 1, 1) + timedelta(weeks=2)\n    while day < end:", 14),
    ],
)
def test_a_loop_from_day_to_day(head: str, turns: float) -> None:
    source = f"def work():\n    {head}\n        math.sqrt(2)\n        day += timedelta(days=1)\n"
    assert runs(f"{HEAD}from datetime import date, datetime, timedelta\n{source}") == pytest.approx(turns)


def test_a_loop_from_a_day_that_nobody_knows() -> None:
    source = (
        "def work(day):\n    while day < date(2024, 3, 1):\n        math.sqrt(2)\n        day += timedelta(days=1)\n"
    )
    assert runs(f"{HEAD}from datetime import date, timedelta\n{source}") > 100


@pytest.mark.parametrize("word", ["if", "while"])
def test_a_heap_that_is_kept_short_is_short(word: str) -> None:
    source = f"""
def work():
    heap = []
    for n in range(6000):
        heapq.heappush(heap, n)
        {word} len(heap) > 5:
            heapq.heappop(heap)
    for n in heap:
        math.sqrt(n)
"""
    assert runs(HEAD + source) <= 6
