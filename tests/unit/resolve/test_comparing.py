"""How often a test holds, as far as names, words and numbers drawn by lot tell; and how long printed values are."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Costs
from gillint.resolve.program import resolve
from gillint.resolve.text.specs import text_by
from gillint.resolve.text.texts import Text, overlap
from gillint.resolve.values import Value, of_constant
from gillint.syntax.parse import parse
from gillint.syntax.tree import HOLE

HEAD = """
import os, random, tempfile, zlib
from pathlib import Path
rng = random.Random(1)
LEVELS = ["debug", "info", "warning", "error"]
D = Path(tempfile.mkdtemp())
for i in range(10):
    (D / f"part-{i}.log").write_text("x" * 100)
"""


def calls_of_crc(body: str, more: str = "") -> float:
    """How often `zlib.crc32` is called in one run of `work`."""
    options = Options(python="3.11")
    source = (
        f"{HEAD}{dedent(more)}\ndef work():\n" + "\n".join(f"    {line}" for line in dedent(body).splitlines()) + "\n"
    )
    resolved = resolve(parse(source, "program.py"), options.target, options.assumptions)
    costs = Costs(options.target)
    trace = next(t for t in resolved.functions if t.name == "work")
    found = [c.count.likely for c in costs.calls(trace.block) if c.call.name == "zlib.crc32"]
    return round(sum(found), 3)


@pytest.mark.parametrize(
    ("test", "share"),
    [
        ("rng.randint(1, 100) > 75", 0.25),
        ("rng.uniform(0, 10) < 2", 0.2),
        ("i < 10", 0.1),
        ("rng.choice(LEVELS) == 'error'", 0.25),
        ("rng.choice(LEVELS) != 'error'", 0.75),
        ("rng.choice(LEVELS) in ('error', 'warning')", 0.5),
        ("f'job-{i}'.startswith('job-')", 1.0),
        ("f'job-{i}'.startswith('task')", 0.0),
        ("f'{i}.log'.endswith(('.txt', '.log'))", 1.0),
    ],
)
def test_how_often_a_test_holds(test: str, share: float) -> None:
    body = f"for i in range(100):\n    if {test}:\n        zlib.crc32(b'')"
    assert calls_of_crc(body) == pytest.approx(100 * share, abs=0.6)


@pytest.mark.parametrize(
    ("loop", "test", "calls"),
    [
        ("os.listdir(D)", "x.endswith('.log')", 10),
        ("os.listdir(D)", "x.endswith('.csv')", 0),
        ("D.iterdir()", "x.suffix == '.log'", 10),
        ("D.iterdir()", "x.suffix == '.csv'", 0),
        ("D.glob('part-3.log')", "True", 1),
        ("D.rglob('*.log')", "x.name.startswith('part')", 10),
    ],
)
def test_names_in_a_listing(loop: str, test: str, calls: float) -> None:
    assert calls_of_crc(f"for x in {loop}:\n    if {test}:\n        zlib.crc32(b'')") == calls


def test_a_file_that_is_written_anew_is_as_long_as_what_was_written_last() -> None:
    more = "(D / 'a').write_text('x\\n' * 10)\n(D / 'a').write_text('x\\n' * 40)"
    assert calls_of_crc("for line in (D / 'a').read_text().splitlines():\n    zlib.crc32(b'')", more) == pytest.approx(
        40, abs=1
    )


BATCHES = """
    class Page:
        def __init__(self):
            self.lines = []
        def seal(self):
            zlib.crc32(b'')
            self.lines = []
    class Book:
        LIMIT = 50
        def __init__(self):
            self.pages = [Page()]
            self.page = Page()
        def append(self, line):
            page = self.pages[-1]
            page.lines.append(line)
            if len(page.lines) >= self.LIMIT:
                page.seal()
                self.pages.append(Page())
        def write(self, line):
            self.page.lines.append(line)
            if len(self.page.lines) >= self.LIMIT:
                zlib.crc32(b'')
                self.page = Page()
"""


@pytest.mark.parametrize("method", ["append", "write"])
def test_batches_that_are_kept_elsewhere_are_full_now_and_then(method: str) -> None:
    assert calls_of_crc(f"book = Book()\nfor i in range(1000):\n    book.{method}('x')", BATCHES) == 20


def test_members_that_a_method_fills_are_as_many_as_all_calls_make() -> None:
    more = """
        from collections import defaultdict
        class Index:
            def __init__(self):
                self.found = defaultdict(list)
            def add(self, i):
                self.found[i % 30].append(i)
    """
    body = (
        "index = Index()\nfor i in range(600):\n    index.add(i)\nfor k, v in index.found.items():\n    zlib.crc32(b'')"
    )
    assert calls_of_crc(body, more) == 30


def test_the_values_of_a_dict_are_as_long_as_their_average() -> None:
    body = "d = {'a': [1] * 10, 'b': [1] * 30}\nfor k, v in d.items():\n    for x in v:\n        zlib.crc32(b'')"
    assert calls_of_crc(body) == 40


MOMENT = Value(type="datetime.datetime")


@pytest.mark.parametrize(
    ("value", "spec", "length"),
    [
        (of_constant(12.3456), ".2f", 5),
        (of_constant(7), "06d", 6),
        (of_constant(1_234_567), ",", 9),
        (of_constant(255), "x", 2),
        (of_constant("name"), "<20", 20),
        (of_constant("a long name"), ".4", 4),
        (of_constant(0.5), ".1%", 4),
        (of_constant(3.5), "8.1f", 8),
        (MOMENT, "%Y-%m-%d %H:%M", 16),
    ],
)
def test_how_long_a_value_is_by_a_specification(value: Value, spec: str, length: float) -> None:
    size, text = text_by(value, spec)
    assert size.likely == length
    assert text.unique is not None
    assert text.unique.likely <= length


@pytest.mark.parametrize(
    ("a", "b", "fits"),
    [
        (f"d/{HOLE}module_3.py", f"d/p_{HOLE}/module_{HOLE}.py", True),
        (f"d/{HOLE}.csv", f"d/{HOLE}.log", False),
        (f"d/{HOLE}", "d/a.log", True),
        (HOLE, "", True),
        ("d/a", "d/ab", False),
    ],
)
def test_patterns_that_some_text_fits(a: str, b: str, fits: bool) -> None:
    assert overlap(a, b) is fits
    assert overlap(b, a) is fits


def test_what_is_padded_is_not_new() -> None:
    name = Value(type="str", text=Text(HOLE, fresh=None))
    assert text_by(name, "<40")[0].likely == 40


KEPT = """
    from collections import defaultdict, deque
    from dataclasses import dataclass
    @dataclass
    class Order:
        data: bytes
        weight: int
        def is_light(self):
            return self.weight < 25
    class Series:
        def __init__(self):
            self.window = deque(maxlen=5)
        def add(self, x):
            self.window.append(x)
            for y in self.window:
                zlib.crc32(b'')
    ORDERS = [Order(rng.randbytes(rng.randint(100, 300)), rng.randint(0, 99)) for _ in range(40)]
"""


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("for o in ORDERS:\n    if o.is_light():\n        zlib.crc32(b'')", 10),
        ("for o in ORDERS:\n    if not o.is_light():\n        zlib.crc32(b'')", 30),
        ("for o in ORDERS:\n    for _ in range(len(o.data)):\n        zlib.crc32(b'')", 40 * 200.5),
        ("found = defaultdict(Series)\nfor i in range(60):\n    found['a'].add(i)", 300),
    ],
    ids=[
        "a test in a method",
        "its opposite",
        "a field of a size between two ends",
        "a factory that is a class, a bounded deque",
    ],
)
def test_what_instances_say(body: str, calls: float) -> None:
    assert calls_of_crc(body, KEPT) == pytest.approx(calls, rel=0.02)


@pytest.mark.parametrize(
    "step",
    [
        "x = [level[i] + level[i + 1] for i in range(0, len(level), 2) if not zlib.crc32(b'')]\n    level = x",
        "level = [a + b for a, b in zip(level[::2], level[1::2]) if not zlib.crc32(b'')]",
    ],
)
def test_joining_in_pairs_takes_as_many_steps_as_there_are_members(step: str) -> None:
    assert calls_of_crc(f"level = [1] * 800\nwhile len(level) > 1:\n    {step}") == pytest.approx(800, rel=0.5)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("len(words) < 5", 0.0),
        ("len(words) <= limit", 0.0),
        ("len(words) > 5", 1.0),
        ("len(words) == 5", 0.0),
        ("not len(words) < 5", 1.0),
        # Near misses: what is not beyond the limit may get there.
        ("len(words) > 5000", 0.4),
        ("len(words) > 600", 0.4),
    ],
)
def test_a_length_that_is_well_beyond_a_limit(test: str, expected: float) -> None:
    assert calls_of_crc(f'words = list("x" * 1000)\nlimit = 5\nif {test}:\n    zlib.crc32(b"")') == expected


CHOSEN = {
    "a flag of what was passed, set anew behind": (
        "def f(x=None):\n    own = x is None\n    if own:\n        x = open('a')\n    if own:\n        zlib.crc32(b'')",
        "f()",
        1.0,
    ),
    "the same where something was passed": (
        "def f(x=None):\n    own = x is None\n    if own:\n        x = open('a')\n    if own:\n        zlib.crc32(b'')",
        "f(open('b'))",
        0.0,
    ),
    "a text that was passed": (
        "def f(name=None):\n    if name:\n        zlib.crc32(b'')",
        "f(f'part-{rng.random()}')",
        1.0,
    ),
    "an option that is not there yet": (
        "def f(**options):\n    if 'kind' not in options:\n        options['kind'] = 'gzip'\n    g(**options)\n"
        "def g(kind=None):\n    if kind is not None:\n        zlib.crc32(b'')",
        "f()",
        1.0,
    ),
    "an option that is there": (
        "def f(**options):\n    if 'kind' not in options:\n        zlib.crc32(b'')",
        "f(kind='gzip')",
        0.0,
    ),
    "an option with its default": (
        "def f(**options):\n    options.setdefault('kind', 'gzip')\n    g(**options)\n"
        "def g(kind=None):\n    if kind is not None:\n        zlib.crc32(b'')",
        "f()",
        1.0,
    ),
    "an option that another name may set": (
        "def f(**options):\n    own = options\n    own['kind'] = 'gzip'\n    if 'kind' in options:\n        zlib.crc32(b'')\n"
        "    else:\n        zlib.crc32(b'')",
        "f(level=1)",
        1.0,
    ),
    "an option out of a file": (
        "def f(**options):\n    options.update(json.load(open('c')))\n    if 'kind' in options:\n        zlib.crc32(b'')\n"
        "    else:\n        zlib.crc32(b'')",
        "f(level=1)",
        1.0,
    ),
    "an option that was taken out": (
        "def f(**options):\n    del options['kind']\n    if 'kind' not in options:\n        zlib.crc32(b'')\n"
        "    else:\n        zlib.crc32(b'')",
        "f(kind=1)",
        1.0,
    ),
    "a key that others may set": (
        "TABLE = {}\ndef f():\n    if 'kind' in TABLE:\n        zlib.crc32(b'')\n    else:\n        zlib.crc32(b'')",
        "f()",
        1.0,
    ),
    "what a constant chooses": (
        "FAST = {'fast': True, 'n': 3}\ndef one():\n    zlib.crc32(b'')\n"
        "def many():\n    for _ in range(10):\n        zlib.crc32(b'')",
        "if FAST['fast']:\n    f = one\nelse:\n    f = many\nf()",
        1.0,
    ),
}


@pytest.mark.parametrize(("more", "body", "times"), CHOSEN.values(), ids=CHOSEN)
def test_what_is_known_to_be_passed_or_chosen(more: str, body: str, times: float) -> None:
    assert calls_of_crc(body, more) == times
