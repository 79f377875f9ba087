"""How often `while` loops turn that change a number by a factor, empty a container or fill one up to a limit."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Loop
from gillint.syntax.parse import parse

HEAD = """
import heapq, queue
from heapq import heappop, heappush, heapreplace
heap = [3, 1, 2] * 100
"""


def loops_of(code: str) -> list[float]:
    """The likely turns of each loop."""
    resolved = resolve(parse(HEAD + code, "a.py"), Target(), {})
    return [n.trips.likely for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Loop)]


FACTORS = [
    ("t = 1.0\nwhile t > 0.01:\n    t *= 0.985", 305),
    ("t, cooling = 100.0, 0.5\nwhile t > 1:\n    t = cooling * t", 7),
    ("n = 5000\nwhile n:\n    f(n)\n    n >>= 1", 13),
    ("gap = 64\nwhile gap > 0:\n    gap //= 2", 7),
    ("size = 1\nwhile size < 1000:\n    size *= 2", 10),
    ("size = 1\nwhile size < 1000:\n    size = 2 * size", 10),
    ("size = 10\nwhile size <= 1000:\n    size = int(size * 1.5)", 12),
    ("width = 1000\nwhile width > 30:\n    width = math.floor(width / 2)", 6),
    ("n = 5000\nwhile n:\n    heap[n % 9] = n\n    heap[n] += 1\n    n //= 2", 13),
    ("t, left = 1.0, True\nwhile left and t > 0.5:\n    left = step()\n    t *= 0.9", 7),
]
DRAINED = [
    ("while len(heap) > 1:\n    a, b = heapq.heappop(heap), heapq.heappop(heap)\n    heapq.heappush(heap, a + b)", 299),
    ("while heap:\n    print(heappop(heap))", 300),
    ("q = queue.Queue()\nfor i in range(70):\n    q.put(i)\nwhile not q.empty():\n    q.get_nowait()", 70),
    ("rows = []\nwhile balance > 0 and len(rows) < 360:\n    balance = step()\n    rows.append(balance)", 360),
]
CUT_UP: list[tuple[str, float]] = [
    ("data = bytes(1_000_000)\nwhile data:\n    chunk, data = data[:4000], data[4000:]", 250),
    ("data = bytes(1_000_000)\nwhile data != b'':\n    data = data[4000:]", 250),
    ("while len(heap) > 10:\n    del heap[0]", 290),
    ("while len(heap) >= 10:\n    del heap[:10]", 29.1),
    ("while heap:\n    first, *heap = heap", 300),
    ("while heap:\n    heap = heap[:-2]", 150),
    ("while heap and alive():\n    heap = heap[1:]", 300),
    ("while heap:\n    heap = heap[1:]\n    heap.append(next(more))", 1000),  # who knows
    ("while heap:\n    heap = heap[unknown:]", 1000),
]
GRAPHS: list[tuple[str, float]] = [
    (
        "graph = {i: [i + 1, i + 2] for i in range(400)}\nqueue, seen = [0], {0}\n"
        "def walk():\n    while queue:\n        node = queue.pop()\n        for other in graph[node]:\n"
        "            if other not in seen:\n                seen.add(other)\n                queue.append(other)\nwalk()",
        400,
    ),
    (
        "graph = [[i + 1] for i in range(70)]\nstack = [0]\nwhile stack:\n    node = stack.pop()\n"
        "    stack.extend(other for other in graph[node] if other)",
        70,
    ),
]
OFTEN: list[tuple[str, float]] = [
    (
        "for amount in range(200):\n    for coin in (50, 20, 10):\n        while amount >= coin:\n            amount -= coin",
        1,
    ),
    ("for c in text:\n    while k and pattern[k] != c:\n        k = fail[k - 1]", 0.5),
    ("for c in text:\n    while low >= 0 and high < n and a[low] == a[high]:\n        low -= 1\n        high += 1", 2),
    ("for c in text:\n    while scanner.peek().isdigit():\n        scanner.advance()", 4),
]
# Nothing tells, or another rule does.
OTHERS = [
    ("t = 1.0\nwhile t > 0.01:\n    t *= step()", 40),
    ("t, by = 1.0, 0.5\nwhile t > 0.01:\n    t *= by\n    by *= 0.9", 6),
    ("t = 1.0\nwhile t > 2:\n    if step():\n        t *= 0.5", 1000),
    ("while heap:\n    a = heappop(heap)\n    if a:\n        heappush(heap, a - 1)", 1000),
    ("while heap:\n    a = heappop(heap)\n    extend(heap)", 1000),
    ("seen = {0: 1}\nwhile heap:\n    seen.get(heappop(heap))\n    heappush(heap, step())", 1000),
    ("rows = []\nwhile step() and len(rows) < 360:\n    if step():\n        rows.append(1)", 1000),
]


@pytest.mark.parametrize(("code", "expected"), [*FACTORS, *DRAINED, *CUT_UP, *OTHERS])
def test_turns(code: str, expected: float) -> None:
    assert loops_of(code)[-1] == expected


@pytest.mark.parametrize(("code", "expected"), GRAPHS + OFTEN)
def test_one_of_the_loops_turns_so_often(code: str, expected: float) -> None:
    assert expected in loops_of(code)


FILLED = """
best = []
for n in range(4000):
    if len(best) < 10:
        {push}
    else:
        heapq.heapreplace(best, n)
for member in best:
    pass
"""


@pytest.mark.parametrize("push", ["heapq.heappush(best, n)", "best.append(n)"])
def test_what_is_filled_up_is_as_long_as_its_limit(push: str) -> None:
    assert loops_of(FILLED.format(push=push))[-1] == 10


ANEW = """
waiting = []
for k in range(50):
    for n in range(200):
        heappush(waiting, n)
    while waiting:
        heappop(waiting)
"""


def test_what_was_drained_is_filled_anew() -> None:
    assert loops_of(ANEW)[-1] == 200


LAZY = """
import heapq

class Tasks:
    def __init__(self):
        self.heap, self.gone = [], set()

    def put(self, task):
        heapq.heappush(self.heap, task)

    def get(self):
        while self.heap:
            task = heapq.heappop(self.heap)
            if task not in self.gone:
                {end}

tasks = Tasks()
for n in range(500):
    tasks.put(n)
for n in range(500):
    tasks.get()
"""


@pytest.mark.parametrize(("end", "expected"), [("return task", 2), ("self.gone.add(task)", 500)])
def test_a_method_that_gives_one_thing_back_drops_few(end: str, expected: float) -> None:
    resolved = resolve(parse(LAZY.replace("{end}", end), "a.py"), Target(), {})
    top = next(trace for trace in resolved.functions if trace.name == "<module>")
    loop = next(n for n in walk(top.block) if isinstance(n, Loop) and n.span.line == 12)
    assert loop.trips.likely == expected
