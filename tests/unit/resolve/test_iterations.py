"""Could the iterations of a loop run apart? Each answer beside its near misses."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.pipeline import analyse
from gillint.resolve.control.iterations import iterations_of
from gillint.syntax import tree as t
from gillint.syntax.parse import parse
from tests.support import options, text, verdict

INDEPENDENT = {
    "each": "for x in xs:\n    f(x)",
    "own_variables": "for x in xs:\n    y = f(x)\n    z = g(y)\n    h(z)",
    "written_first": "for x in xs:\n    total = 0\n    total += x\n    f(total)",
    "appends": "out = []\nfor x in xs:\n    out.append(f(x))",
    "appended_pair": "out = []\nfor x in xs:\n    y = f(x)\n    out.append((x, y))",
    "own_slot": "for i in range(n):\n    out[i] = f(i)",
    "own_slot_reads_another": "for i in range(1, n):\n    out[i] = f(old[i - 1])",
    "keyed": "for key, value in items:\n    out[key] = f(value)",
    "both_branches_write": "for x in xs:\n    if x:\n        y = 1\n    else:\n        y = 2\n    f(y)",
    "filtered": "for x in xs:\n    if not x:\n        continue\n    f(x)",
    "with_block": "for path in paths:\n    with open(path) as lines:\n        f(lines.read())",
    "tried": "for x in xs:\n    try:\n        y = f(x)\n    except ValueError:\n        continue\n    g(y)",
    "nested": "for row in rows:\n    for x in row:\n        f(x)",
    "reads_outer": "scale = 3\nfor x in xs:\n    f(x * scale)",
    "unpacked": "for i, (a, b) in enumerate(pairs):\n    f(a, b, i)",
    "walrus": "for x in xs:\n    if (y := f(x)) is not None:\n        g(y)",
    "inner_function": "for x in xs:\n    def g(y):\n        return y + x\n    f(g(1))",
    "inner_comprehension": "for x in xs:\n    f([y * y for y in x])",
    "lambda_parameter": "for x in xs:\n    f(sorted(x, key=lambda acc: acc[0]))",
    "counter_while": "i = 0\nwhile i < len(xs):\n    f(xs[i])\n    i += 1",
    "counter_while_step": "i = 0\nwhile i < n:\n    f(data[i : i + step])\n    i += step",
    "stop_at_a_bad_one": "for x in xs:\n    if x is None:\n        raise ValueError(x)\n    f(x)",
    "deleted": "for x in xs:\n    y = f(x)\n    del y",
    "printed": "for x in xs:\n    print(f(x))",
    "async_each": "async for x in xs:\n    await f(x)",
    "row_of_its_own": "for c in range(1, w):\n    dp[i][c] = max(dp[i - 1][c], dp[i - 1][c - weight])",
    "another_table": "for y in range(1, h):\n    for x in range(1, w):\n        out[y][x] = old[y - 1][x] + old[y][x - 1]",
    "all_pairs_row": "for i in range(n):\n    for j in range(n):\n        d[i][j] = min(d[i][j], d[i][k] + d[k][j])",
    "made_in_the_turn": "for i in range(n):\n    row = [1]\n    for j in range(1, 9):\n        row.append(row[j - 1] * 2)",
    "product_of_matrices": "for i in range(n):\n    for j in range(m):\n        for k in range(p):\n            c[i][j] += a[i][k] * b[k][j]",
    "matched": "for x in xs:\n    match x:\n        case [a, b]:\n            f(a, b)\n        case _:\n            g(x)",
}
REDUCTION = {
    "sum": "for x in xs:\n    total += f(x)",
    "sum_written_out": "for x in xs:\n    total = total + f(x)",
    "sum_the_other_way": "for x in xs:\n    total = f(x) + total",
    "product": "for x in xs:\n    p *= x",
    "count": "n = 0\nfor x in xs:\n    n += 1",
    "count_some": "for x in xs:\n    if f(x):\n        n += 1",
    "two": "for x in xs:\n    total += x\n    squares += x * x",
    "maximum": "for x in xs:\n    best = max(best, f(x))",
    "best_so_far": "for x in xs:\n    y = f(x)\n    if y > best:\n        best = y",
    "best_and_where": "for x in xs:\n    y = f(x)\n    if y < least:\n        least = y\n        where = x",
    "best_pair": "for x in xs:\n    y = f(x)\n    if best is None or y > best[0]:\n        best = (y, x)",
    "best_of_several": "for x in xs:\n    y = f(x)\n    if y > most:\n        best, most = x, y",
    "best_of_those_that_fit": "for x in xs:\n    y = f(x)\n    if g(x) and y > most:\n        most = y",
    "attribute": "for x in xs:\n    self.total += x",
    "flags": "for x in xs:\n    flags |= f(x)",
    "counter_while": "i = 0\nwhile i < n:\n    total += xs[i]\n    i += 1",
    "dict_counts": "for x in xs:\n    counts[x] += 1",
    "dict_counts_get": "for x in xs:\n    counts[x] = counts.get(x, 0) + 1",
}
CARRIED = {
    "change_of_key": "for x in xs:\n    if x.key != last:\n        last = x.key\n        f(x)",
    "climbing": "for _ in range(n):\n    y = step(best)\n    if y > best:\n        best = y",
    "climbing_from_the_best": "for x in xs:\n    if f(x) > best:\n        best = g(best, x)",
    "merge": "while left and right:\n    out.append(left.pop(0) if left[0] <= right[0] else right.pop(0))",
    "table_row_above": "for i in range(1, n):\n    for c in range(1, w):\n        dp[i][c] = max(dp[i - 1][c], dp[i - 1][c - weights[i]])",
    "table_of_numpy": "for i in range(1, n):\n    for j in range(1, m):\n        d[i, j] = min(d[i - 1, j], d[i, j - 1]) + 1",
    "all_pairs_step": "for k in range(n):\n    for i in range(n):\n        for j in range(n):\n            d[i][j] = min(d[i][j], d[i][k] + d[k][j])",
    "longest_so_far": "for i in range(n):\n    for j in range(i):\n        if xs[j] < xs[i]:\n            best[i] = max(best[i], best[j] + 1)",
    "sieve": "for i in range(2, n):\n    if prime[i]:\n        for j in range(i * i, n, i):\n            prime[j] = False",
    "appended_to_the_last": "for x in xs:\n    out.append(out[-1] + x)",
    "appended_by_place": "for i in range(2, n):\n    f.append(f[i - 1] + f[i - 2])",
    "pagination": "while url:\n    r = get(url)\n    url = r.next",
    "pagination_for": "for _ in range(10):\n    page = get(cursor)\n    cursor = page['cursor']",
    "pagination_forever": "while True:\n    page = get(url)\n    if page.last:\n        break\n    url = page.next",
    "polling": "while not done():\n    time.sleep(1)",
    "polling_status": "while True:\n    if get(url).ready:\n        break\n    time.sleep(5)",
    "polling_bare": "while status(job) != 'done':\n    sleep(1)",
    "back_off": "for attempt in range(5):\n    try:\n        return get(url)\n    except OSError:\n        time.sleep(2 ** attempt)",
    "back_off_break": "for attempt in range(5):\n    try:\n        r = get(url)\n        break\n    except OSError:\n        pass",
    "retry_else": "for attempt in range(5):\n    try:\n        r = get(url)\n    except OSError:\n        continue\n    else:\n        break",
    "retry_while": "while True:\n    try:\n        r = get(url)\n    except OSError:\n        continue\n    break",
    "retry_of_a_status": "for attempt in range(3):\n    try:\n        r = get(url)\n        if r.ok:\n            return r\n        time.sleep(60 * attempt)\n    except OSError:\n        time.sleep(30)",
    "retry_by_its_word": "for attempt in range(3):\n    r = get(url)\n    if r.ok:\n        break\n    log(attempt)",
    "polling_so_often": "for _ in range(30):\n    if get(url).ready:\n        return True\n    time.sleep(2)",
    "delay_grows": "delay = 1\nwhile not ok():\n    time.sleep(delay)\n    delay *= 2",
    "step": "for _ in range(n):\n    x = step(x)",
    "step_of_two": "for _ in range(n):\n    a, b = b, a + b",
    "recurrence": "for i in range(1, n):\n    x[i] = x[i - 1] + f(i)",
    "recurrence_ahead": "for i in range(n):\n    x[i + 1] = x[i] * 2",
    "previous": "for x in xs:\n    f(previous, x)\n    previous = x",
    "state_in_attribute": "for x in xs:\n    self.state = step(self.state, x)",
    "cursor_readline": "while True:\n    line = file.readline()\n    if not line:\n        break\n    f(line)",
    "cursor_fetch": "while rows := cursor.fetchmany(100):\n    f(rows)",
    "cursor_recv": "while data := connection.recv(4096):\n    f(data)",
    "cursor_next": "while True:\n    f(next(it))",
    "queue_popped": "while todo:\n    x = todo.pop()\n    todo.extend(neighbours(x))",
    "running_average": "for x in xs:\n    mean = 0.9 * mean + 0.1 * x\n    f(mean)",
    "sum_that_is_used": "for x in xs:\n    total += x\n    f(total)",
    "seen_before_work": "for x in xs:\n    if x in seen:\n        continue\n    seen = seen | {x}\n    f(x)",
    "string_parser": "while text:\n    token, text = split(text)\n    f(token)",
    "bisection": "while high - low > 1:\n    middle = (low + high) // 2\n    if f(middle):\n        low = middle\n    else:\n        high = middle",
    "gradient": "for _ in range(epochs):\n    w -= rate * gradient(w)",
    "power_iteration": "for _ in range(100):\n    v = a @ v\n    v = v / norm(v)",
}
CASES = [
    pytest.param(source, answer, id=f"{answer}-{name}")
    for answer, table in (("independent", INDEPENDENT), ("reduction", REDUCTION), ("carried", CARRIED))
    for name, source in table.items()
]


def first_loop(source: str) -> t.For | t.While:
    indented = "".join(f"    {line}\n" for line in source.splitlines())
    syntax = parse(f"async def function():\n{indented}")
    (outline,) = syntax.outline.functions
    function = syntax.function(outline)
    assert function is not None
    return next(s for s in function.body if isinstance(s, (t.For, t.While)))


@pytest.mark.parametrize(("source", "answer"), CASES)
def test_iterations(source: str, answer: str) -> None:
    assert iterations_of(first_loop(source)).value == answer


@pytest.mark.parametrize(("source", "answer"), CASES)
def test_renaming_changes_nothing(source: str, answer: str) -> None:
    import keyword
    import re

    kept = {
        *keyword.kwlist,
        "match",
        "case",
        "_",
        "time",
        "sleep",
        "range",
        "len",
        "max",
        "min",
        "next",
        "readline",
        "recv",
    }
    kept |= {"fetchmany", "pop", "append", "get", "extend", "enumerate", "print", "sorted", "open", "read"}
    renamed = re.sub(r"(?<![.'\w])([A-Za-z_]\w*)", lambda m: m[1] if m[1] in kept else f"{m[1]}_{len(m[1])}", source)
    assert iterations_of(first_loop(renamed)).value == answer


# What only the calls can tell


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("import requests\nimport time\nfor u in urls:\n    requests.get(u)\n    time.sleep(1)\n", "carried"),
        ("import requests\nfor u in urls:\n    requests.get(u)\n", "independent"),
        ("import time\nfor _ in range(20):\n    time.sleep(0.1)\n", "independent"),
        (
            "import sqlite3\nc = sqlite3.connect('a.db').cursor()\nc.execute('select a from t')\nwhile True:\n    row = c.fetchone()\n"
            "    if row is None:\n        break\n    print(row)\n",
            "carried",
        ),
        ("for _ in range(9):\n    name = input('Name: ')\n    print(name)\n", "carried"),
        ("import queue\nq = queue.Queue()\nwhile True:\n    item = q.get()\n    print(item)\n", "carried"),
        (
            "import selectors\nready = selectors.DefaultSelector()\nwhile True:\n    for key, mask in ready.select():\n"
            "        key.data(key.fileobj)\n",
            "carried",
        ),
        (
            "import asyncio\nasync def talk(lines):\n    reader, writer = await asyncio.open_connection('localhost', 80)\n"
            "    for line in lines:\n        writer.write(line)\n        print(await reader.readline())\n"
            "asyncio.run(talk([b'a'] * 9))\n",
            "carried",
        ),
        (
            "import time\nimport requests\n\ndef polite(u):\n    time.sleep(1)\n    return requests.get(u)\n\n"
            "pages = []\nfor u in urls:\n    pages.append(polite(u))\n",
            "carried",
        ),
        (
            "import threading\nimport time\nimport requests\n\nclass Limiter:\n    def __init__(self):\n"
            "        self.next = 0.0\n        self.lock = threading.Lock()\n    def wait(self):\n        with self.lock:\n"
            "            if time.monotonic() < self.next:\n                time.sleep(0.2)\n"
            "            self.next = max(time.monotonic(), self.next) + 0.2\n\nlimiter = Limiter()\n\n"
            "def polite(u):\n    limiter.wait()\n    return requests.get(u)\n\nfor u in urls:\n    polite(u)\n",
            "carried",
        ),
    ],
    ids=[
        "rate_limit",
        "no_pause",
        "only_pauses",
        "cursor",
        "input",
        "queue",
        "event_loop",
        "one_stream",
        "rate_limit_in_a_helper",
        "rate_limit_of_an_object",
    ],
)
def test_iterations_by_the_calls(source: str, answer: str) -> None:
    assert verdict(text(source))["iterations"] == answer


@pytest.mark.parametrize(
    ("loop", "few"),
    [
        ("while len(self.data) > 100:\n            self.data.popitem()", True),
        ("while self.data and self.data[0] < x:\n            self.data.popleft()", True),
        ("while self.data and P[self.data[-1]] >= x:\n            print(self.data.pop())", True),
        ("while len(self.data) > k:\n            heapq.heappop(self.data)", True),
        ("while self.data:\n            self.data.pop()", False),
        ("while len(self.data) > 1:\n            self.data.append(self.data.pop() + self.data.pop())", False),
    ],
)
def test_what_is_too_much_or_too_old_is_shed_about_as_fast_as_it_comes(loop: str, few: bool) -> None:
    source = f"import heapq\nclass C:\n    def put(self, x, k, P):\n        self.data.append(x)\n        {loop}\n"
    text = dump_stage("resolve", source, "sample.py", Options())
    assert ("x 0..1..1000 " in text) is few


PAGES = """
import requests

def pages():
    url = "https://api.example.com/users?page=1"
    while url:
        body = requests.get(url).json()
        {gives}
        url = body["next"]

def main():
    for item in pages():
        requests.post("https://api.example.com/seen", json=item)

main()
"""


@pytest.mark.parametrize(
    ("gives", "iterations"), [("yield body", "carried"), ('yield from body["data"]', "independent")]
)
def test_items_may_be_collected_first_where_most_waiting_is_the_loops_own(gives: str, iterations: str) -> None:
    report = analyse(PAGES.format(gives=gives), "program.py", options())
    [loop] = [a for a in report.regions if a.region.span.line == 12]
    assert loop.region.iterations.value == iterations
