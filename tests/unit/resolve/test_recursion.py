"""Which functions call themselves: told for each call, since with other arguments the same function need not."""

from __future__ import annotations

import pytest

from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import options
from tests.unit.resolve.test_trip_counts import runs

# What a function ends with, and what is known of what its own call gives it.
ENDS = {
    "a list like the one that was passed": ("if not xs: return xs", "list"),
    "a text": ("if not xs: return ''", "str"),
    "one of two": ("if not xs: return 0\n    if xs == [1]: return 1.5", "float"),
    "nothing": ("if not xs: return None", None),
}


@pytest.mark.parametrize(("end", "kind"), ENDS.values(), ids=list(ENDS))
def test_a_call_of_itself_gives_what_it_ends_with(end: str, kind: str | None) -> None:
    source = f"def f(xs):\n    {end}\n    return show(f(xs.rest))\n\ndef work():\n    return f([1, 2])\n"
    resolved = resolve(parse(source, "program.py"), options().target, {})
    nodes = [n for f in resolved.functions for n in walk(f.block)]
    assert {n.bound.positional[0].type for n in nodes if isinstance(n, Call) and n.name == "show"} == {kind}


# `start` is recursive when it gets `later`, and not when it gets `len`.
PROGRAM = """
def start(action, items):
    for item in items:
        action(item)

def later(item):
    start(later, item.children)

def all_of_them(trees):
    for tree in trees:
        start(later, tree)

def sizes(texts):
    for text in texts:
        start(len, text)
"""


@pytest.mark.parametrize(("caller", "recursive"), [("all_of_them", True), ("sizes", False)])
def test_a_function_is_recursive_for_the_arguments_with_which_it_is_called_again(
    caller: str, *, recursive: bool
) -> None:
    resolved = resolve(parse(PROGRAM, "program.py"), options().target, {})
    [trace] = [f for f in resolved.functions if f.name == caller]
    inner = [n.inner for n in walk(trace.block) if isinstance(n, Call) and n.inner is not None]
    assert any(block.recursive for block in inner) is recursive


# A function, the call of it, and how often it calls `math.sqrt` then.
KNOWN = {
    "answers that are kept": (
        "@functools.lru_cache(maxsize=None)\ndef f(n):\n    math.sqrt(1)\n    if n < 2:\n        return n\n"
        "    return f(n - 1) + f(n - 2)",
        "f(60)",
        61,
        0.1,
    ),
    "answers in a table of its own": (
        "def f(n, memo):\n    math.sqrt(1)\n    if n in memo:\n        return memo[n]\n"
        "    memo[n] = f(n - 1, memo) + f(n - 2, memo)\n    return memo[n]",
        "f(60, {})",
        1 + 2 * 61,  # each answer that is found out asks for two
        0.01,
    ),
    "answers that are kept, from one number to the next": (
        "@functools.cache\ndef f(n):\n    math.sqrt(1)\n    if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)",
        "[f(n) for n in range(1, 401)]",
        401,
        0.1,
    ),
    "answers that are kept, up to the ends of two texts": (
        "A, B = 'x' * 60, 'y' * 50\n@functools.lru_cache(None)\ndef f(i, j):\n    math.sqrt(1)\n"
        "    if i == len(A) or j == len(B):\n        return 0\n    return max(f(i + 1, j), f(i, j + 1))",
        "f(0, 0)",
        61 * 51,
        0.01,
    ),
    "answers in a table of its own, up to an end and down to another": (
        "W = [3] * 40\nkept = {}\ndef f(i, room):\n    math.sqrt(1)\n    if i >= len(W):\n        return 0\n"
        "    if (i, room) in kept:\n        return kept[i, room]\n"
        "    kept[i, room] = max(f(i + 1, room), f(i + 1, room - W[i]))\n    return kept[i, room]",
        "f(0, 100)",
        1 + 2 * 41 * 101,
        0.02,  # but for the ends
    ),
    "what is found out where it is not kept yet": (
        "kept = {0: 1, 1: 1}\ndef f(n):\n    if n not in kept:\n        math.sqrt(1)\n"
        "        kept[n] = f(n - 1) + f(n - 2)\n    return kept[n]",
        "f(300)",
        301,
        0.01,
    ),
    "answers in a table of two dimensions, up to two ends": (
        "A, B = 'x' * 60, 'y' * 50\ntable = [[-1] * 51 for _ in range(61)]\ndef f(i, j):\n"
        "    if i == len(A) or j == len(B):\n        return 0\n    if table[i][j] != -1:\n        return table[i][j]\n"
        "    math.sqrt(1)\n    table[i][j] = max(f(i + 1, j), f(i, j + 1))\n    return table[i][j]",
        "f(0, 0)",
        61 * 51,
        0.1,
    ),
    "answers that are asked for by get": (
        "def f(i, j, memo):\n    if i == 0 or j == 0:\n        return 1\n    found = memo.get((i, j))\n"
        "    if found is not None:\n        return found\n    math.sqrt(1)\n"
        "    memo[i, j] = found = f(i - 1, j, memo) + f(i, j - 1, memo)\n    return found",
        "f(40, 30, {})",
        41 * 31,
        0.1,
    ),
    "answers that a failure tells are not there": (
        "kept = {}\ndef f(n):\n    try:\n        return kept[n]\n    except KeyError:\n        pass\n"
        "    kept[n] = sum(f(n - k) for k in (1, 2, 5))\n    math.sqrt(1)\n    return kept[n]",
        "f(100)",
        101,
        0.02,
    ),
    "the parts of something, from one end to the other": (
        "@functools.cache\ndef f(i, j):\n    if i == j:\n        return 0\n    math.sqrt(1)\n"
        "    return min(f(i, k) + f(k + 1, j) for k in range(i, j))",
        "f(0, 39)",
        40 * 41 / 2,
        0.1,
    ),
    "a loop of such a function, for arguments in the middle": (
        "@functools.cache\ndef f(n):\n    if n == 0:\n        return 0\n    best = 0\n    for k in range(1, n + 1):\n"
        "        math.sqrt(1)\n        best = max(best, f(n - k))\n    return best",
        "f(200)",
        201 * 100,
        0.1,
    ),
    "a path that is made shorter is no answer that is kept": (
        "parent = list(range(100))\ndef f(x):\n    math.sqrt(1)\n    if parent[x] != x:\n        parent[x] = f(parent[x])\n"
        "    return parent[x]",
        "f(70)",
        12,
        0.1,
    ),
    "up to the end of a text": (
        "def f(text, i):\n    math.sqrt(1)\n    if i == len(text):\n        return 0\n    return f(text, i + 1)",
        "f('x' * 70, 0)",
        70,
        0.1,
    ),
    "down a tree": (
        "def f(node, key):\n    math.sqrt(1)\n    if key < node.key:\n        return f(node.left, key)\n"
        "    return f(node.right, key)",
        "f(object(), 3)",
        12,
        0.1,
    ),
    "places that are shared, cut anywhere": (
        "def f(xs, low, high):\n    if low < high:\n        middle = cut(xs, low, high)\n        math.sqrt(1)\n"
        "        f(xs, low, middle - 1)\n        f(xs, middle + 1, high)",
        "f([0] * 1024, 0, 1023)",
        1023,  # one in two comes to the end
        0.1,
    ),
    "places that are gone through on each level": (
        "def f(xs, low, high):\n    if low < high:\n        for i in range(low, high):\n            math.sqrt(1)\n"
        "        middle = cut(xs, low, high)\n        f(xs, low, middle - 1)\n        f(xs, middle + 1, high)",
        "f([0] * 1024, 0, 1023)",
        7 * 1023,
        0.1,
    ),
    "an end that stays is no smaller one": (
        "def f(xs, low, high):\n    if low < high:\n        math.sqrt(1)\n        middle = (low + high) // 2\n"
        "        if xs[middle]:\n            return f(xs, low, middle - 1)\n        return f(xs, middle + 1, high)",
        "f([0] * 1024, 0, 1023)",
        10,
        0.5,
    ),
    "what is halved": (
        "def f(xs):\n    if len(xs) <= 1:\n        return\n    math.sqrt(1)\n    half = len(xs) // 2\n"
        "    f(xs[:half])\n    f(xs[half:])",
        "f([0] * 1024)",
        1023,
        0.1,
    ),
    "a loop over what is halved": (
        "def f(xs):\n    if len(xs) <= 1:\n        return\n    for x in xs:\n        math.sqrt(x)\n    half = len(xs) // 2\n"
        "    f(xs[:half])\n    f(xs[half:])",
        "f([0] * 1024)",
        10_240,
        0.1,
    ),
    "the quarters of an array": (
        "def f(a):\n    if a.shape[0] <= 4:\n        return\n    math.sqrt(1)\n    h = a.shape[0] // 2\n    f(a[:h, :h])\n"
        "    f(a[:h, h:])\n    f(a[h:, :h])\n    f(a[h:, h:])",
        "f(np.zeros((64, 64)))",
        1 + 4 + 16 + 64,
        0.01,
    ),
    "a tree of a known depth": (
        "def f(depth):\n    if depth == 0:\n        return math.sqrt(1)\n    return [f(depth - 1), f(depth - 1)]",
        "f(6)",
        64,
        0.01,
    ),
    "a loop with a known number of branches": (
        "def f(depth):\n    math.sqrt(1)\n    if depth == 0:\n        return\n    for _ in range(3):\n        f(depth - 1)",
        "f(4)",
        1 + 3 + 9 + 27 + 81,
        0.01,
    ),
    "a number that is counted down": (
        "def f(n):\n    math.sqrt(1)\n    if n > 0:\n        f(n - 1)",
        "f(500)",
        500,
        0.01,
    ),
    "the half of what lies between": (
        "def f(xs, lo, hi):\n    math.sqrt(1)\n    if lo >= hi:\n        return lo\n    mid = (lo + hi) // 2\n"
        "    if xs[mid] < 3:\n        return f(xs, mid + 1, hi)\n    return f(xs, lo, mid)",
        "f([0] * 1000, 0, 1000)",
        10,
        0.1,
    ),
    "where something failed, after that is mended": (
        "def f(path):\n    try:\n        math.sqrt(1)\n        path.write_text('x')\n    except FileNotFoundError:\n"
        "        path.parent.mkdir()\n        f(path)",
        "f(pathlib.Path('x'))",
        1,
        0.1,
    ),
    "where something failed, and elsewhere": (
        "def f(path):\n    math.sqrt(1)\n    try:\n        for child in path.iterdir():\n            f(child)\n"
        "    except OSError:\n        f(path.parent)",
        "f(pathlib.Path('x'))",
        1000,
        0.01,
    ),
    "a directory: nothing tells": (
        "def f(path):\n    math.sqrt(1)\n    for child in path.iterdir():\n        f(child)",
        "f(pathlib.Path('x'))",
        1000,
        0.01,
    ),
}


@pytest.mark.parametrize(("function", "call", "count", "tolerance"), KNOWN.values(), ids=list(KNOWN))
def test_recursion_runs_as_often_as_its_arguments_tell(
    function: str, call: str, count: float, tolerance: float
) -> None:
    source = f"import functools, math, pathlib\nimport numpy as np\n\n{function}\n\ndef work():\n    {call}\n"
    assert runs(source) == pytest.approx(count, rel=tolerance)


SEARCHES = {
    "a retry": ("for _ in range(5):\n        math.sqrt(1)\n        return 1", 1),
    "a search with guards": (
        "for line in lines:\n        math.sqrt(1)\n        if not line:\n            continue\n        return line",
        40,
    ),
}


@pytest.mark.parametrize(("body", "count"), SEARCHES.values(), ids=list(SEARCHES))
def test_a_search_goes_on_where_a_retry_does_not(body: str, count: float) -> None:
    assert runs(f"import math\n\ndef work():\n    lines = ['x'] * 40\n    {body}\n") == pytest.approx(count)


NUMBERS = """
import math

def fib(n):
    math.sqrt(n)
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

def work():
    return [fib(n) for n in range(20, 26)]
"""


def test_one_of_several_numbers_is_counted_down_as_often_as_each_of_them() -> None:
    assert 6 * 1_000 < runs(NUMBERS) < 6 * 1e6


FLAT = """
import json, math

def flatten(node, prefix=""):
    out = {}
    for key, value in node.items():
        if isinstance(value, dict):
            out.update(flatten(value, key))
        elif isinstance(value, list):
            for number, each in enumerate(value):
                math.sqrt(number)
                if isinstance(each, dict):
                    out.update(flatten(each, f"{key}[{number}]"))
        else:
            out[key] = value
    return out

def work():
    return flatten(json.loads(json.dumps({"id": 1, "items": [{"a": i, "b": {"c": i}} for i in range(500)]})))
"""


def test_of_a_document_that_is_walked_through_each_list_is_gone_through_once() -> None:
    assert 250 < runs(FLAT) < 5_000


DESCENDING = """
import math
class Node: pass
def codes(node, code, table):
    if node.left is None:
        table[node.char] = code
        return
    codes(node.left, {longer}, table=table)
    codes(node.right, code + "1", table)
def work():
    table = {{}}
    codes(input(), "", table)
    text = ""
    for char in "abcd" * 100:
        text += table[char]
    for bit in text:
        math.sqrt(1)
"""


@pytest.mark.parametrize(
    ("longer", "least"), [('code + "0"', 400), ('f"{code}0"', 400), ('code=code + "0"', 400), ("code", 400)]
)
def test_what_is_passed_down_becomes_longer(longer: str, least: float) -> None:
    assert runs(DESCENDING.format(longer=longer)) >= least


FOLDERS = """
import math, os, tempfile
ROOT = tempfile.mkdtemp()
for n in range(6):
    os.makedirs(os.path.join(ROOT, f"d{n}"))
    for k in range(30):
        with open(os.path.join(ROOT, f"d{n}", f"{k}.txt"), "w") as out:
            out.write("one line")
"""

# A function that goes down into folders, and what is done with what it finds: 6 folders and 180 files.
DESCENTS = {
    "a list that is filled": """
def find(folder, found):
    for name in os.listdir(folder):
        math.sqrt(2)
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            find(path, found)
        else:
            found.append(path)

def work():
    find(ROOT, [])
""",
    "a generator": """
def find(folder):
    for entry in os.scandir(folder):
        yield entry.path
        if entry.is_dir():
            yield from find(entry.path)

def work():
    for path in find(ROOT):
        math.sqrt(len(path))
""",
    "a generator that lists first": """
class Tree:
    def __init__(self, listing=os.scandir):
        self.listing = listing

    def find(self, folder):
        paths = [os.path.join(folder, entry.name) for entry in self.listing(folder)]
        for path in paths:
            yield path
        for path in paths:
            if os.path.isdir(path):
                yield from self.find(path)

def work():
    for path in Tree().find(ROOT):
        math.sqrt(len(path))
""",
}


@pytest.mark.parametrize("descent", DESCENTS.values(), ids=list(DESCENTS))
def test_what_goes_down_into_folders_comes_to_each_of_them_once(descent: str) -> None:
    assert runs(FOLDERS + descent) == pytest.approx(186, rel=0.1)


PLACING = """
import math

def place(board, row, n):
    if {end}:
        return 1
    found = 0
    for column in range(n):
        for r in range(row):
            math.sqrt(r)
        if board[row] != column:
            found += place(board, {onward}, n)
    return found

def work():
    return place([0] * 8, 0, 8)
"""


@pytest.mark.parametrize(("end", "onward"), [("row == n", "row + 1"), ("row >= len(board)", "row + 1")])
def test_what_a_run_does_is_what_it_does_halfway_to_the_end_that_is_counted_up_to(end: str, onward: str) -> None:
    source = PLACING.format(end=end, onward=onward)
    assert runs(source) > 2 * runs(source.replace("range(row)", "range(2)")) * 0.9


DOCUMENT = """
DATA = {"name": "x", "rows": [{"id": n, "tags": ["a", "b", "c"]} for n in range(100)]}

def write(node, indent=2, level=0):
    if isinstance(node, (str, int)) or node is None:
        return repr(node)
    if isinstance(node, list):
        return "[" + ",".join(write(x, indent, level + 1) for x in node) + "]"
    return "{" + ",".join(k + ":" + write(v, indent, level + 1) for k, v in node.items()) + "}"

write(DATA)
"""


def test_a_document_of_known_parts_is_walked_once_for_each_of_them() -> None:
    resolved = resolve(parse(DOCUMENT, "a.py"), options().target, {})
    top = next(trace for trace in resolved.functions if trace.name == "<module>")
    runs = next(n for n in walk(top.block) if isinstance(n, Call) and n.name == "write")
    assert runs.inner is not None and runs.inner.rounds is not None
    assert runs.inner.rounds.likely == pytest.approx(2 + 100 * 7, rel=0.5)
    loops = [n for n in walk(top.block) if isinstance(n, Call) and n.name == "str.join"]
    assert all(size.likely < 10 for n in loops for v in n.bound.positional if (size := v.size) is not None)
