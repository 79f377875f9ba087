"""The ways out: their order, and what forbids them."""

from __future__ import annotations

import pytest

from gillint.advice.assess import Advice
from gillint.advice.outcome import Options
from gillint.advice.ways_out import _fewest
from gillint.knowledge.base import Extension
from gillint.pipeline import analyse
from gillint.resolve.trace import Kind


def advice(source: str, **options: object) -> list[tuple[str, bool, str | None]]:
    report = analyse(source, "sketch.py", Options(**options))  # type: ignore[arg-type]
    assert report.verdict is not None
    return [(a.action, a.scales, a.veto) for a in report.regions[report.verdict].advice]


HELD = "import json\nfor line in open('big.jsonl'):\n    json.loads(line)\n"
CARRIED = "import requests\nwhile url:\n    url = requests.get(url).json()['next']\n"


def test_what_scales_comes_first_and_what_is_vetoed_last() -> None:
    found = advice(HELD)
    order = [(veto is not None, not scales) for _, scales, veto in found]
    assert order == sorted(order)
    assert found[0][0] == "processes"
    assert ("library", False, None) in found


def test_sub_interpreters_need_their_python_and_free_threading_its_own() -> None:
    by_version = {v: {a: veto for a, _, veto in advice(HELD, python=v)} for v in ("3.12", "3.13", "3.14")}
    assert by_version["3.13"]["interpreters"] is not None and by_version["3.14"]["interpreters"] is None
    assert by_version["3.12"]["free-threaded"] is not None and by_version["3.13"]["free-threaded"] is None


def test_an_import_vetoes_the_free_threaded_build() -> None:
    found = {a: veto for a, _, veto in advice("import orjson\nfor x in xs:\n    orjson.loads(x)\n")}
    assert found["free-threaded"] is not None and "orjson" in found["free-threaded"]


def test_carried_iterations_are_never_advised_to_be_spread() -> None:
    assert all(veto is not None for action, _, veto in advice(CARRIED) if action in ("threads", "processes"))


def test_what_goes_into_one_open_archive_is_not_spread() -> None:
    one = """
import zipfile
with zipfile.ZipFile("all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for name in names:
        archive.writestr(name, "text of one member " * 5)
"""
    many = """
import zipfile
for name in names:
    with zipfile.ZipFile(name + ".zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content", "text of one member " * 5)
"""
    for source, is_one in ((one, True), (many, False)):
        vetoes = {action: veto or "" for action, _, veto in advice(source)}
        assert all(("one open archive" in vetoes[way]) is is_one for way in ("processes", "free-threaded"))


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("import requests\nfor u in urls:\n    requests.get(u)\n", "threads"),
        ("import hashlib\nfor _ in range(99):\n    hashlib.sha256(b'x' * 1_000_000)\n", "threads"),
        ("import numpy as np\na = np.ones((2000, 2000))\nfor _ in range(9):\n    a @ a\n", "none"),
        ("s = 0\nfor i in range(10_000_000):\n    s += i * i\n", "processes"),
    ],
)
def test_the_first_way_out(source: str, first: str) -> None:
    assert advice(source)[0][0] == first


def test_a_lambda_cannot_be_sent_to_a_process() -> None:
    source = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor() as pool:\n    list(pool.map(lambda n: sum(range(n)), [10**6] * 8))\n"
    )
    found = {a: veto for a, _, veto in advice(source)}
    assert found["processes"] is not None and "pickled" in found["processes"]


def ways(source: str, **options: object) -> dict[str, Advice]:
    """The first way out of each kind, of the verdict."""
    report = analyse(source, "sketch.py", Options(**options))  # type: ignore[arg-type]
    assert report.verdict is not None
    return {a.action: a for a in reversed(report.regions[report.verdict].advice)}


POOL = "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    r = list(pool.map({}))\n"


def test_processes_are_not_advised_where_starting_them_takes_longer() -> None:
    short = ways("s = 0\nfor i in range(100_000):\n    s += i * i\n")["processes"]
    assert short.veto is not None and "starting" in short.veto
    middling = ways("s = 0\nfor i in range(3_000_000):\n    s += i * i\n")["processes"]
    longer = ways("s = 0\nfor i in range(300_000_000):\n    s += i * i\n")["processes"]
    assert middling.veto is None and (middling.speedup.likely or 0) < (longer.speedup.likely or 0)


def test_a_length_that_nobody_knows_is_a_condition_and_no_veto() -> None:
    source = "import urllib.parse\n" + POOL.format("urllib.parse.quote, words")
    found = ways(source)["processes"]
    assert found.veto is None and "chunksize" in found.why
    found = ways("import csv\nfor row in csv.DictReader(open(path)):\n    row\n")["processes"]
    assert found.veto is None and "by estimate" in found.why


def test_how_often_a_recursion_calls_itself_is_not_known() -> None:
    source = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n" + POOL.format("fib, [32] * 8")
    assert ways(source)["processes"].veto is None


def test_arrays_and_lists_that_take_longer_to_send_than_to_make_veto_processes() -> None:
    source = "import numpy as np\narrays = [np.ones(4_000_000) for _ in range(32)]\n" + POOL
    large = ways(source.format("list, arrays"))["processes"]
    assert large.veto is not None and "sending 72 MB" in large.veto
    assert "MB" not in (ways(source.format("sum, arrays"))["processes"].veto or "")


def test_a_pool_of_processes_cannot_take_a_lambda() -> None:
    source = POOL.replace("Thread", "Process").format("lambda n: sum(range(n)), [10**6] * 8")
    veto = ways(source)["processes"].veto
    assert veto is not None and "pickled" in veto


def test_a_pool_of_processes_over_tiny_tasks_is_vetoed_as_the_rule_says() -> None:
    source = "def f(x):\n    return x * x\n" + POOL.replace("Thread", "Process").format("f, range(1_000_000)")
    veto = ways(source)["processes"].veto
    assert veto is not None and "sending" in veto


def test_a_library_that_uses_the_cores_needs_no_processes_on_top() -> None:
    source = "import numpy as np\nms = [np.ones((1500, 1500))] * 8\n" + POOL.format("np.linalg.inv, ms")
    assert set(ways(source)) == {"none"}


def test_what_serves_one_thread_at_a_time_is_wanted_once_for_each() -> None:
    source = (
        "import psycopg2\ncur = psycopg2.connect('').cursor()\nfor i in range(9999):\n    cur.execute('insert', (i,))\n"
    )
    found = ways(source)["threads"]
    assert found.scales and "one connection for each thread" in found.why


@pytest.mark.parametrize(
    ("source", "scales"),
    [
        ("from numba import njit\n@njit\ndef f(n):\n    s = 0.0\n    for i in range(n):\n        s += i * i\n    return s\n"
         + POOL.format("f, [10**9] * 8"), True),
        ("import pandas as pd\ndef f(d):\n    return d.apply(lambda r: r.a + 1, axis=1)\n"
         "d = pd.DataFrame({'a': range(100_000)})\n" + POOL.format("f, [d] * 8"), False),
    ],
)  # fmt: skip
def test_a_counterpart_scales_where_its_fact_says_so_and_has_no_number_where_none_is_known(
    source: str, scales: bool
) -> None:
    found = ways(source)["library"]
    assert found.scales is scales
    assert ((found.speedup.likely or 0) > 1.25) is scales


def test_what_guards_shared_state_is_said() -> None:
    source = (
        "import threading\nlock = threading.Lock()\nn = 0\ndef up(k):\n    global n\n    for _ in range(10**6):\n"
        "        with lock:\n            n += 1\n" + POOL.format("up, range(8)")
    )
    found = ways(source)
    assert "lock" in found["free-threaded"].why and "share" in found["processes"].why


def test_a_build_without_a_gil_is_no_way_out_where_the_gil_is_not_the_limit() -> None:
    source = "import numpy as np\nfor _ in range(32):\n    np.random.rand(4_000_000)\n"
    assert "gain nothing" in (ways(source)["free-threaded"].veto or "")
    assert "free-threaded" not in ways("s = 0\nfor i in range(10**7):\n    s += i\n", python="3.14", free_threaded=True)


def test_a_lock_around_waiting_is_to_be_taken_for_less() -> None:
    source = (
        "import threading, requests\nlock = threading.Lock()\ndef f(url):\n    with lock:\n        return requests.get(url)\n"
        + POOL.format("f, urls")
    )
    found = ways(source)
    assert found["threads"].scales and "lock only around" in found["threads"].why


def test_a_semaphore_is_a_limit_that_is_there_on_purpose() -> None:
    source = (
        "import threading, requests\ntwo = threading.BoundedSemaphore(2)\ndef f(url):\n    two.acquire()\n    try:\n"
        "        return requests.get(url)\n    finally:\n        two.release()\n" + POOL.format("f, urls")
    )
    found = ways(source)
    assert set(found) == {"threads"} and found["threads"].why.startswith("2 threads")


@pytest.mark.parametrize(("tasks", "more"), [(4, ""), (9, "up to 9 threads pay, one for each task"), (10**6, "1000")])
def test_no_more_threads_pay_than_there_are_tasks(tasks: int, more: str) -> None:
    source = "import time\ndef f(n):\n    time.sleep(1)\n" + POOL.format(f"f, range({tasks})")
    why = ways(source)["threads"].why
    assert more in why and ("," in why) is bool(more)


def test_no_more_threads_are_advised_than_there_are_tasks() -> None:
    found = ways("import time\ndef f(n):\n    time.sleep(1)\n" + POOL.format("f, range(3)"))["threads"]
    assert found.why.startswith("3 threads") and found.speedup.likely == pytest.approx(3, abs=0.1)


def test_of_a_single_task_nobody_knows_how_many_there_are() -> None:
    source = (
        "import time\nfrom concurrent.futures import ThreadPoolExecutor\ndef f(n):\n    time.sleep(1)\n"
        "with ThreadPoolExecutor(2) as pool:\n    pool.submit(f, 1)\n    pool.submit(f, 2)\n"
    )
    why = ways(source)["threads"].why
    assert "where there are as many such tasks" in why and "1000" not in why


def test_the_fewest_threads_that_are_as_fast() -> None:
    assert [_fewest(curve, 4) for curve in ((1.0, 1.5, 1.4, 1.4), (1.0, 1.9, 2.7, 2.71), (1.0, 2.0, 3.0, 4.0))] == [
        2,
        3,
        4,
    ]
    assert _fewest((1.0, 2.0, 3.0, 4.0), 2) == 2


def test_what_waits_more_than_it_computes_overlaps() -> None:
    source = "import smtplib\nfor m in messages:\n    with smtplib.SMTP('localhost') as s:\n        s.send_message(m)\n"
    assert "the waiting overlaps" in ways(source)["threads"].why


def test_tasks_that_compute_longer_together_than_one_waits_want_processes() -> None:
    source = (
        "import asyncio, aiohttp\nfrom bs4 import BeautifulSoup\nasync def fetch(session, url):\n"
        "    async with session.get(url) as answer:\n        html = await answer.text()\n"
        "    return BeautifulSoup(html, 'html.parser').title\n"
        "async def main():\n    async with aiohttp.ClientSession() as session:\n"
        "        await asyncio.gather(*(fetch(session, f'https://example.com/{n}') for n in range(500)))\n"
        "asyncio.run(main())\n"
    )
    assert "ProcessPoolExecutor" in ways(source)["processes"].why


def test_a_pause_that_blocks_the_loop_is_to_be_awaited() -> None:
    source = (
        "import asyncio, time\nasync def poll(n):\n    while True:\n        print(n)\n        time.sleep(5)\n"
        "async def main():\n    await asyncio.gather(poll(1), poll(2))\nasyncio.run(main())\n"
    )
    assert "`await asyncio.sleep(...)` instead" in ways(source)["library"].why


def test_tasks_that_pause_are_told_of_no_server() -> None:
    source = (
        "import asyncio\nasync def tick(n):\n    await asyncio.sleep(2)\n    print(n)\n"
        "async def main():\n    await asyncio.gather(*(tick(n) for n in range(9)))\nasyncio.run(main())\n"
    )
    assert "shorter pauses, or more tasks" in ways(source)["none"].why


@pytest.mark.parametrize(
    "turn",
    [
        "async for row in Rows():\n        print(row)",
        "async with aiofiles.open('a', 'w') as out:\n        for row in rows:\n            await out.write(row)",
    ],
)
def test_what_comes_one_after_the_other_is_not_to_be_gathered(turn: str) -> None:
    source = (
        "import asyncio, aiofiles\nclass Rows:\n    def __aiter__(self):\n        return self\n"
        "    async def __anext__(self):\n        await asyncio.sleep(1)\n        return 1\n"
        f"async def main(rows):\n    {turn}\nasyncio.run(main(['a'] * 9))\n"
    )
    assert set(ways(source)) == {"none"}


@pytest.mark.parametrize(("number", "says"), [(3, "lets no more through"), (30, "up to about 30 threads pay")])
def test_a_semaphore_says_how_many_threads_pay(number: int, says: str) -> None:
    source = (
        f"import threading, time\nslots = threading.Semaphore({number})\ndef f(n):\n    with slots:\n"
        "        time.sleep(1)\n" + POOL.format("f, range(10**6)")
    )
    assert says in ways(source)["threads"].why


@pytest.mark.parametrize(("tasks", "most"), [(2, 2.0), (3, 3.0), (100, 4.0)])
def test_no_more_processes_help_than_there_are_tasks(tasks: int, most: float) -> None:
    source = "def f(n):\n    return sum(i * i for i in range(10**7))\n" + POOL.format(f"f, range({tasks})")
    assert ways(source)["processes"].speedup.high == most


def test_programs_that_are_run_use_the_cores() -> None:
    source = "import subprocess\ndef f(p):\n    subprocess.run(['mypy', p])\n" + POOL.format("f, paths")
    why = ways(source)["threads"].why
    assert "no more than 4 at a time" in why and "threads pay" not in why


def test_what_has_a_thread_of_its_own_needs_no_more() -> None:
    source = "import threading, requests\ndef f():\n    requests.get(url)\nthreading.Thread(target=f).start()\n"
    assert set(ways(source)) == {"none"}


def test_what_processes_run_is_not_to_be_given_to_processes_again() -> None:
    source = (
        "import multiprocessing\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n{call}"
        "if __name__ == '__main__':\n    with multiprocessing.Pool() as pool:\n        pool.map(fib, range(30))\n"
    )

    def advised(call: str) -> set[str]:
        report = analyse(source.format(call=call), "a.py", Options())
        region = next(a for a in report.regions if a.region.kind is Kind.RECURSION)
        return {a.action for a in region.advice if a.veto is None}

    assert advised("") == {"none"}
    assert "processes" in advised("fib(32)\n")


def test_a_thread_for_each_line_is_as_much_work_as_there_are_lines() -> None:
    source = (
        "import json, threading\nfor line in open('a.jsonl'):\n"
        "    threading.Thread(target=json.loads, args=(line,)).start()\n"
    )
    assert "starting" not in (ways(source)["processes"].veto or "")


def test_tasks_that_compute_without_waiting_have_no_waiting_that_a_loop_could_overlap() -> None:
    source = (
        "import asyncio\nasync def f(n):\n    for i in range(100_000):\n        n += i * i\n    return n\n"
        "async def main():\n    await asyncio.gather(*(f(n) for n in range(8)))\n"
    )
    text = " ".join(a.why for a in ways(source).values())
    assert "overlaps" not in text and "ProcessPool" in text


def test_a_library_of_which_nothing_is_known_does_not_switch_the_gil_on() -> None:
    evidence = 'evidence = [{ kind = "measured", version = "1.0", python = "3.11", date = "2026-11-22", held = 0.1 }]'
    text = f'library = "quiet"\ndistribution = "quiet"\nversion = "1.0"\n[default]\neffect = "holds"\n{evidence}\n'
    source = "import quiet\nimport json\n" + HELD.removeprefix("import json\n")
    found = ways(source, extensions=(Extension("quiet.toml", text),))["free-threaded"]
    assert found.veto is None and "not known" in found.why
    against = ways("import orjson\nimport json\n" + HELD.removeprefix("import json\n"))["free-threaded"]
    assert against.veto is not None and "orjson" in against.veto


@pytest.mark.parametrize(
    ("source", "batched"),
    [
        ("import numpy as np\nfor _ in range(999):\n    np.sin(np.zeros(2000))\n", True),
        ("import zlib\nfor line in lines:\n    zlib.compress(b'x' * 500)\n", True),
        ("import os\nfor name in names:\n    os.stat(name)\n", False),
        (
            "import sqlite3\ndef rows(cursor: sqlite3.Cursor):\n    for _ in range(99):\n        cursor.fetchall()\n",
            False,
        ),
        ("import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 9))\nfor _ in range(9):\n    s.accept()\n", False),
    ],
)
def test_larger_calls_are_advised_where_one_could_do_more(source: str, batched: bool) -> None:
    assert ("batch" in {action for action, _, _ in advice(source)}) is batched


def test_what_is_in_a_file_is_handed_to_the_faster_library() -> None:
    report = analyse("import json\nfor n in names:\n    json.load(open(n))\n", "sketch.py", Options())
    assert report.verdict is not None
    [faster] = [a for a in report.regions[report.verdict].advice if a.action == "library"]
    assert faster.speedup.likely is not None and faster.speedup.likely < 5


def test_processes_gain_no_more_than_the_cores_that_a_library_leaves() -> None:
    source = """
import numpy as np

def learn(x, w, y):
    for _ in range(1000):
        out = np.tanh(x @ w)
        w = np.sort(w - x.T @ (out - y))

learn(np.zeros((64, 784)), np.zeros((784, 128)), np.zeros((64, 128)))
"""
    found = ways(source, cores=4, threads=4)
    assert found["processes"].speedup.high < 3.5
    sentence = analyse(source, "sketch.py", Options(cores=4, threads=4)).regions[0].explanation
    assert "the library itself spreads" in sentence


def test_messages_come_one_after_the_other() -> None:
    source = """
import websockets

async def follow(uri):
    async with websockets.connect(uri) as feed:
        async for message in feed:
            print(message)
"""
    assert "batch" not in ways(source)


@pytest.mark.parametrize(("made", "scales"), [("    con = psycopg2.connect(DSN)\n", True), ("", False)])
def test_a_connection_that_each_task_makes_and_passes_on_is_its_own(made: str, *, scales: bool) -> None:
    before = "" if made else "con = psycopg2.connect(DSN)\n"
    source = (
        f"import psycopg2, psycopg2.extras\nDSN = 'dbname=shop'\n{before}"
        f"def save(rows):\n{made}    with con.cursor() as cur:\n"
        "        psycopg2.extras.execute_values(cur, 'insert into item values %s', rows)\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n    list(pool.map(save, batches))\n"
    )
    report = analyse(source, "sketch.py", Options(cores=4, threads=4))
    assert (report.regions[report.verdict or 0].prediction.help == "yes") is scales


def test_what_is_not_thread_safe_is_for_one_thread() -> None:
    source = (
        "import pypdfium2\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "def draw(path):\n    return [page.render(scale=2) for page in pypdfium2.PdfDocument(path)]\n"
        "with ThreadPoolExecutor() as pool:\n    list(pool.map(draw, paths))\n"
    )
    report = analyse(source, "sketch.py", Options(cores=4, threads=4))
    found = report.regions[report.verdict or 0]
    assert found.prediction.help == "no"
    assert "not thread-safe" in found.explanation


def test_processes_wait_for_each_other_at_a_file_whoever_locks_it() -> None:
    source = (
        "import sqlite3, threading\nfrom concurrent.futures import ThreadPoolExecutor\nlock = threading.Lock()\n"
        "def insert(rows):\n    db = sqlite3.connect('a.db')\n    with lock:\n"
        "        db.executemany('insert into t values (?, ?)', rows)\n        db.commit()\n    db.close()\n"
        "rows = [(1, 2)] * 100\nwith ThreadPoolExecutor(4) as pool:\n    pool.map(insert, [rows] * 50)\n"
    )
    against = {a: veto for a, _, veto in advice(source)}
    assert "one writer at a time" in (against["processes"] or "")


def test_what_hands_its_work_over_computes_nothing_on_the_event_loop() -> None:
    source = (
        "import asyncio, zlib\ndata = bytes(10_000_000)\n"
        "async def one(n):\n    return await asyncio.to_thread(zlib.compress, data)\n"
        "async def main():\n    await asyncio.gather(*(one(n) for n in range(9)))\nasyncio.run(main())\n"
    )
    report = analyse(source, "sketch.py", Options())
    tasks = next(
        a for a in report.regions if a.region.kind is Kind.SUBMISSION and a.prediction.concurrency.value == "asyncio"
    )
    assert [a.action for a in tasks.advice] == ["none"] and "handed over" in tasks.advice[0].why


def test_a_list_is_the_obstacle_only_where_there_is_one() -> None:
    source = "import numpy as np\ndef f(rows):\n    return np.asarray({}).sum()\n"
    obstacle = "the obstacle is the list"
    assert any(obstacle in a.why for a in ways(source.format("[float(r) for r in rows]")).values())
    assert not any(obstacle in a.why for a in ways(source.format("rows")).values())


def test_threads_speed_a_function_up_that_is_called_often() -> None:
    source = "import hashlib\ndef f():\n    return hashlib.sha256(bytes(1 << 24)).hexdigest()\n"
    assert "where there are as many calls to make" in ways(source)["threads"].why


def test_a_lock_around_what_the_library_lets_in_one_by_one_is_not_the_obstacle() -> None:
    source = (
        "import sqlite3, threading\nlock = threading.Lock()\ndb = sqlite3.connect('a.db', check_same_thread=False)\n"
        "def record(user):\n    for i in range(1000):\n        with lock:\n"
        "            db.execute('insert into hits values (?)', (i,))\n            db.commit()\n"
        "for u in range(8):\n    threading.Thread(target=record, args=(u,)).start()\n"
    )
    found = {a: why for a, _, why in advice(source)}
    assert "threads" not in found
    assert found["batch"] is None  # one transaction for many rows


def test_what_is_over_before_a_process_has_got_it_is_not_worth_one() -> None:
    source = (
        "def area(n):\n    total = 0.0\n    for x, y in [(1, 2), (3, 4), (5, 6)]:\n        total += x * y\n    return total\n\n"
        "for n in range(1_000_000):\n    area(n)\n"
    )
    report = analyse(source, "sketch.py", Options())
    vetoes = {a.region.function: {w.action: w.veto for w in a.advice} for a in report.regions}
    assert "from further out" in (vetoes["area"]["processes"] or "")
    outer = next(v for function, v in vetoes.items() if function != "area")
    assert outer["processes"] is None


def test_what_serves_one_thread_at_a_time_is_named_where_threads_are_advised() -> None:
    source = "import zipfile\nfor path in paths:\n    zipfile.ZipFile('a.zip').write(path)\n"
    assert ways(source)["threads"].why.endswith(", each with an archive of its own")


def test_browsers_use_the_cores_themselves() -> None:
    source = (
        "from selenium import webdriver\n\n"
        "def visit(driver, url):\n    driver.get(url)\n\n"
        "def main(urls):\n    driver = webdriver.Chrome()\n    for url in urls:\n        visit(driver, url)\n\nmain(URLS)\n"
    )
    why = ways(source)["threads"].why
    assert "each with a driver of its own" in why and "no more than" in why and "up to about" not in why


@pytest.mark.parametrize(("turns", "action"), [(5, "none"), (10_000_000, "processes")])
def test_a_moment_on_the_event_loop_is_not_worth_a_process(turns: int, action: str) -> None:
    source = (
        "import asyncio\n\nasync def main():\n    total = 0\n"
        f"    for x in range({turns}):\n        total += sum(range(x))\n        await asyncio.sleep(0)\n    print(total)\n\n"
        "asyncio.run(main())\n"
    )
    report = analyse(source, "sketch.py", Options())
    loop = next(a for a in report.regions if a.region.kind is Kind.LOOP)
    assert [w.action for w in loop.advice] == [action]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("await client.get(url)", "processes with an event loop each"),
        ("await asyncio.sleep(0.001)\n    return json.loads(TEXT)", "run_in_executor"),
    ],
    ids=["in the client", "beside what it awaits"],
)
def test_tasks_that_compute_longer_than_they_wait(step: str, says: str) -> None:
    """The call that computes most is named, though it is awaited; a coroutine goes to no pool of processes."""
    source = (
        "import asyncio, json\nimport httpx\nTEXT = '[' + '1.5,' * 5_000 + '0]'\n"
        f"async def get(client, url):\n    {step}\n"
        "async def main():\n    async with httpx.AsyncClient() as client:\n"
        "        await asyncio.gather(*[get(client, f'http://localhost/{i}') for i in range(400)])\n"
        "asyncio.run(main())\n"
    )
    report = analyse(source, "sketch.py", Options(cores=4, threads=4))
    found = report.regions[report.verdict or 0]
    assert any(says in a.why for a in found.advice)
    assert ("`httpx.AsyncClient.get`" in found.explanation) == ("client.get" in step)
