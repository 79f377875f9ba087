"""Which regions a program has, of what kind, and how each already runs."""

# ruff: noqa: E501, RUF001

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.resolve.calling.handovers import HANDOVERS
from tests.support import Region, regions, text, verdict

WORK = "def work(*args, **kwargs):\n    for i in range(1_000_000):\n        i * i\n\n"
AWORK = "async def work(*args):\n    await asyncio.sleep(1)\n\n"

# Every way to hand work over: its public name, how it then runs, how many workers, and a program.
WAYS: dict[str, tuple[str, int | None, str]] = {
    "concurrent.futures.ThreadPoolExecutor.submit": (
        "threads", 3,
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(3) as pool:\n    pool.submit(work, 1)",
    ),
    "concurrent.futures.ThreadPoolExecutor.map": (
        "threads", 3,
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(max_workers=3) as pool:\n    list(pool.map(work, xs))",
    ),
    "concurrent.futures.ProcessPoolExecutor.submit": (
        "processes", 3,
        "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(3) as pool:\n    pool.submit(work, 1)",
    ),
    "concurrent.futures.ProcessPoolExecutor.map": (
        "processes", None,
        "import concurrent.futures as cf\nwith cf.ProcessPoolExecutor() as pool:\n    list(pool.map(work, xs))",
    ),
    "concurrent.futures.InterpreterPoolExecutor.submit": (
        "interpreters", 2,
        "import concurrent.futures as cf\nwith cf.InterpreterPoolExecutor(2) as pool:\n    pool.submit(work, 1)",
    ),
    "concurrent.futures.InterpreterPoolExecutor.map": (
        "interpreters", 2,
        "from concurrent.futures import InterpreterPoolExecutor as P\nwith P(2) as pool:\n    list(pool.map(work, xs))",
    ),
    "threading.Thread": ("threads", None, "import threading\nthreading.Thread(target=work, args=(1,)).start()"),
    "threading.Timer": ("threads", None, "import threading\nthreading.Timer(5, work, [1]).start()"),
    "multiprocessing.Process": ("processes", None, "import multiprocessing\nmultiprocessing.Process(target=work, args=(1,)).start()"),
    "multiprocessing.Pool.map": ("processes", 3, "import multiprocessing as mp\nwith mp.Pool(3) as pool:\n    pool.map(work, xs)"),
    "multiprocessing.Pool.imap": ("processes", 3, "from multiprocessing import Pool\npool = Pool(processes=3)\nfor x in pool.imap(work, xs):\n    print(x)"),
    "multiprocessing.Pool.imap_unordered": ("processes", None, "from multiprocessing import Pool\npool = Pool()\nfor x in pool.imap_unordered(work, xs):\n    print(x)"),
    "multiprocessing.Pool.starmap": ("processes", 3, "from multiprocessing import Pool\nwith Pool(3) as p:\n    p.starmap(work, pairs)"),
    "multiprocessing.Pool.starmap_async": ("processes", 3, "from multiprocessing import Pool\nwith Pool(3) as p:\n    p.starmap_async(work, pairs).get()"),
    "multiprocessing.Pool.map_async": ("processes", 3, "from multiprocessing import Pool\nwith Pool(3) as p:\n    p.map_async(work, xs).get()"),
    "multiprocessing.Pool.apply": ("processes", 3, "from multiprocessing import Pool\nwith Pool(3) as p:\n    p.apply(work, (1,))"),
    "multiprocessing.Pool.apply_async": ("processes", 3, "from multiprocessing import Pool\nwith Pool(3) as p:\n    p.apply_async(work, (1,)).get()"),
    "multiprocessing.pool.ThreadPool.map": ("threads", 3, "from multiprocessing.pool import ThreadPool\nwith ThreadPool(3) as p:\n    p.map(work, xs)"),
    "multiprocessing.pool.ThreadPool.imap": ("threads", 3, "from multiprocessing.pool import ThreadPool\np = ThreadPool(3)\nlist(p.imap(work, xs))"),
    "multiprocessing.pool.ThreadPool.imap_unordered": ("threads", 3, "from multiprocessing.dummy import Pool\np = Pool(3)\nlist(p.imap_unordered(work, xs))"),
    "multiprocessing.pool.ThreadPool.starmap": ("threads", 3, "from multiprocessing.pool import ThreadPool\np = ThreadPool(3)\np.starmap(work, pairs)"),
    "multiprocessing.pool.ThreadPool.starmap_async": ("threads", 3, "from multiprocessing.pool import ThreadPool\np = ThreadPool(3)\np.starmap_async(work, pairs).get()"),
    "multiprocessing.pool.ThreadPool.map_async": ("threads", 3, "from multiprocessing.pool import ThreadPool\np = ThreadPool(3)\np.map_async(work, xs).get()"),
    "multiprocessing.pool.ThreadPool.apply": ("threads", 3, "from multiprocessing.pool import ThreadPool\np = ThreadPool(3)\np.apply(work, (1,))"),
    "multiprocessing.pool.ThreadPool.apply_async": ("threads", 3, "from multiprocessing.pool import ThreadPool\np = ThreadPool(3)\np.apply_async(work, (1,)).get()"),
    "asyncio.to_thread": ("threads", None, "import asyncio\nasync def main():\n    await asyncio.to_thread(work, 1)"),
    "asyncio.AbstractEventLoop.run_in_executor": (
        "threads", None,
        "import asyncio\nasync def main():\n    loop = asyncio.get_running_loop()\n    await loop.run_in_executor(None, work, 1)",
    ),
    "anyio.to_thread.run_sync": ("threads", None, "import anyio.to_thread\nasync def main():\n    await anyio.to_thread.run_sync(work, 1)"),
    "anyio.to_process.run_sync": ("processes", None, "import anyio.to_process\nasync def main():\n    await anyio.to_process.run_sync(work, 1)"),
    "anyio.to_interpreter.run_sync": ("interpreters", None, "from anyio import to_interpreter\nasync def main():\n    await to_interpreter.run_sync(work, 1)"),
    "trio.to_thread.run_sync": ("threads", None, "import trio\nasync def main():\n    await trio.to_thread.run_sync(work, 1)"),
    "starlette.concurrency.run_in_threadpool": ("threads", None, "from starlette.concurrency import run_in_threadpool\nasync def main():\n    await run_in_threadpool(work, 1)"),
    "fastapi.concurrency.run_in_threadpool": ("threads", None, "from fastapi.concurrency import run_in_threadpool\nasync def main():\n    await run_in_threadpool(work, 1)"),
    "asgiref.sync.SyncToAsync.__call__": ("threads", None, "from asgiref.sync import sync_to_async\nasync def main():\n    await sync_to_async(work)(1)"),
    "joblib.Parallel.__call__": ("processes", 3, "from joblib import Parallel, delayed\nParallel(n_jobs=3)(delayed(work)(x) for x in xs)"),
    "dask.delayed.Delayed.__call__": ("threads", None, "import dask\ndask.compute(*[dask.delayed(work)(x) for x in xs])"),
    "tqdm.contrib.concurrent.thread_map": ("threads", 3, "from tqdm.contrib.concurrent import thread_map\nthread_map(work, xs, max_workers=3)"),
    "tqdm.contrib.concurrent.process_map": ("processes", None, "from tqdm.contrib import concurrent\nconcurrent.process_map(work, xs, chunksize=4)"),
    "_thread.start_new_thread": ("threads", None, "import _thread\n_thread.start_new_thread(work, (1,))"),
    "twisted.internet.threads.deferToThread": ("threads", None, "from twisted.internet import threads\nthreads.deferToThread(work, 1)"),
    "tornado.ioloop.IOLoop.run_in_executor": (
        "threads", None,
        "from tornado.ioloop import IOLoop\nasync def main():\n    await IOLoop.current().run_in_executor(None, work, 1)",
    ),
    "joblib.Parallel.threads.__call__": ("threads", 3, "import joblib\njoblib.Parallel(3, require='sharedmem')(joblib.delayed(work)(x) for x in xs)"),
}  # fmt: skip
ASYNC_WAYS: dict[str, str] = {
    "asyncio.gather": "async def main():\n    await asyncio.gather(*[work(x) for x in xs])",
    "asyncio.wait": "async def main():\n    await asyncio.wait([work(x) for x in xs])",
    "asyncio.as_completed": "async def main():\n    for task in asyncio.as_completed([work(x) for x in xs]):\n        await task",
    "asyncio.create_task": "async def main():\n    task = asyncio.create_task(work(1))\n    await task",
    "asyncio.Task": "async def main():\n    await asyncio.Task(work(1))",
    "asyncio.ensure_future": "async def main():\n    await asyncio.ensure_future(work(1))",
    "asyncio.TaskGroup.create_task": "async def main():\n    async with asyncio.TaskGroup() as g:\n        g.create_task(work(1))",
    "anyio.abc.TaskGroup.start_soon": "import anyio\nasync def main():\n    async with anyio.create_task_group() as g:\n        g.start_soon(work, 1)",
    "anyio.abc.TaskGroup.start": "import anyio\nasync def main():\n    async with anyio.create_task_group() as g:\n        await g.start(work, 1)",
    "trio.Nursery.start_soon": "import trio\nasync def main():\n    async with trio.open_nursery() as g:\n        g.start_soon(work, 1)",
    "trio.Nursery.start": "import trio\nasync def main():\n    async with trio.open_nursery() as g:\n        await g.start(work, 1)",
    "asyncio.start_server": "async def main():\n    await asyncio.start_server(lambda reader, writer: work(1), 'localhost', 0)",
    "asyncio.start_unix_server": "async def main():\n    await asyncio.start_unix_server(lambda reader, writer: work(1), 'socket')",
    "asyncio.AbstractEventLoop.create_task": "async def main():\n    asyncio.get_running_loop().create_task(work(1))",
}


# Other ways of writing them.
ALIKE: dict[str, tuple[str, str]] = {
    "dummy": ("threads", "from multiprocessing.dummy import Process\nProcess(target=work, args=(1,)).start()"),
    "decorated": ("threads", "import dask\n@dask.delayed\ndef one(x):\n    return work(x)\nprint(one(1).compute())"),
    "wrapped": ("threads", "from dask import delayed, compute\nlazy = delayed(work)\ncompute(lazy(1), lazy(2), scheduler='threads')"),
}  # fmt: skip


def submission(source: str) -> Region:
    found = [r for r in regions(source) if r["kind"] == "submission"]
    assert found, "no hand-over was found"
    return found[0]


def test_every_way_to_hand_work_over_is_tried() -> None:
    assert {*WAYS, *ASYNC_WAYS} >= set(HANDOVERS)


@pytest.mark.parametrize(("how", "workers", "source"), WAYS.values(), ids=WAYS)
def test_work_that_is_handed_over(how: str, workers: int | None, source: str) -> None:
    region = submission(WORK + source + "\n")
    assert (region["concurrency"], region["workers"]) == (how, workers)
    assert (region["bound"], region["threads_help"]) == ("gil", "no")
    assert region["demand_ns"]["gil"]["likely"] > 1e7  # the demands of the worker, a task


@pytest.mark.parametrize(("how", "source"), ALIKE.values(), ids=ALIKE)
def test_other_ways_of_writing_it(how: str, source: str) -> None:
    region = submission(WORK + source + "\n")
    assert (region["concurrency"], region["bound"]) == (how, "gil")


def test_tasks_of_dask_get_what_those_before_them_gave() -> None:
    source = (
        "import dask\n@dask.delayed\ndef load(n):\n    return 'x' * 1000\n@dask.delayed\ndef join(texts):\n"
        "    return sum(t.count('x') for t in texts)\nprint(join([load(n) for n in range(50)]).compute())\n"
    )
    assert "generator 7:16 x 50 " in dump_stage("effects", source, "sketch.py", Options())


@pytest.mark.parametrize("source", ASYNC_WAYS.values(), ids=ASYNC_WAYS)
def test_work_that_is_handed_to_the_event_loop(source: str) -> None:
    region = submission("import asyncio\n" + AWORK + source + "\n")
    assert (region["concurrency"], region["bound"], region["threads_help"]) == ("asyncio", "io", "no")
    assert region["demand_ns"]["wait"]["likely"] == pytest.approx(1e9)


@pytest.mark.parametrize(
    ("pool", "how"),
    [
        ("ProcessPoolExecutor", "processes"),
        ("ThreadPoolExecutor", "threads"),
        ("InterpreterPoolExecutor", "interpreters"),
    ],
)
def test_an_executor_decides_how_run_in_executor_runs(pool: str, how: str) -> None:
    source = WORK + text(f"""
        import asyncio
        from concurrent.futures import {pool}

        async def main():
            loop = asyncio.get_running_loop()
            with {pool}(5) as pool:
                await loop.run_in_executor(pool, work, 1)
        """)
    region = submission(source)
    assert (region["concurrency"], region["workers"]) == (how, 5)


@pytest.mark.parametrize("workers", ["None", "n", "os.cpu_count()", "min(32, n)"])
def test_a_number_of_workers_that_is_not_known_is_null(workers: str) -> None:
    source = f"from concurrent.futures import ThreadPoolExecutor\nimport os\n{WORK}ThreadPoolExecutor({workers}).submit(work)\n"
    assert submission(source)["workers"] is None


def test_the_number_of_workers_does_not_change_the_ceiling() -> None:
    made = [
        submission(f"from concurrent.futures import ThreadPoolExecutor\n{WORK}ThreadPoolExecutor({n}).submit(work)\n")
        for n in (1, 2, 64)
    ]
    assert [r["workers"] for r in made] == [1, 2, 64]
    assert made[0]["ceiling"] == made[1]["ceiling"] == made[2]["ceiling"]
    assert made[0]["curve"] == made[2]["curve"]


def test_a_submission_covers_the_expression_that_hands_the_work_over() -> None:
    source = (
        WORK
        + "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\nf = pool.submit(\n    work,\n)\n"
    )
    region = submission(source)
    line = source[: source.index("f = pool")].count("\n") + 1
    assert region["range"] == {"start": {"line": line, "column": 5}, "end": {"line": line + 2, "column": 2}}


KINDS: dict[str, tuple[str, str]] = {
    "for": ("loop", "for x in xs:\n    print(x)"),
    "while": ("loop", "while a():\n    b()"),
    "async_for": ("loop", "async def f():\n    async for x in xs:\n        print(x)"),
    "list": ("comprehension", "[f(x) for x in xs]"),
    "set": ("comprehension", "{f(x) for x in xs}"),
    "dict": ("comprehension", "{x: f(x) for x in xs}"),
    "generator": ("generator", "sum(f(x) for x in xs)"),
    "generator_function": ("generator", "def g(xs):\n    for x in xs:\n        yield f(x)"),
    "map": ("map", "list(map(f, xs))"),
    "filter": ("map", "list(filter(f, xs))"),
    "recursion": ("recursion", "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)"),
    "mutual_recursion": (
        "recursion",
        "def even(n):\n    return True if n == 0 else odd(n - 1)\ndef odd(n):\n    return False if n == 0 else even(n - 1)",
    ),
    "method_recursion": (
        "recursion",
        "class T:\n    def walk(self, n):\n        for c in n.children:\n            self.walk(c)",
    ),
    "function": ("function", "import time\ndef f():\n    time.sleep(1)\n    time.sleep(2)"),
    "coroutine": ("coroutine", "import asyncio\nasync def f():\n    await asyncio.sleep(1)"),
}


@pytest.mark.parametrize(("kind", "source"), KINDS.values(), ids=KINDS)
def test_kinds(kind: str, source: str) -> None:
    assert kind in {r["kind"] for r in regions(source + "\n")}


def test_ranges_start_at_the_statement_or_expression() -> None:
    source = text("""
        def main(xs):
            total = [
                len(x)
                for x in xs
            ]
            for x in xs:
                if x:
                    print(x)
            return total
        """)
    found = {r["kind"]: r["range"] for r in regions(source)}
    assert found["comprehension"] == {"start": {"line": 2, "column": 13}, "end": {"line": 5, "column": 6}}
    assert found["loop"] == {"start": {"line": 6, "column": 5}, "end": {"line": 8, "column": 21}}
    assert {r["function"] for r in regions(source)} == {"main"}


def test_functions_are_named_by_their_qualified_name() -> None:
    source = text("""
        class Store:
            def load(self, xs):
                for x in xs:
                    print(x)

        for x in range(10):
            print(x)
        """)
    assert [r["function"] for r in regions(source)] == ["Store.load", "<module>"]


def test_columns_count_code_points() -> None:
    source = "größe = [len(x) for x in 'äöü']; 𝑛 = [ord(c) for c in '𝄞𝄞']\n"
    starts = [r["range"]["start"]["column"] for r in regions(source)]
    assert starts == [source.index("[len") + 1, source.index("[ord") + 1]


# The verdict


def test_the_hottest_region_is_the_verdict() -> None:
    source = "for i in range(10):\n    print(i)\nfor i in range(10_000_000):\n    i * i\n"
    assert verdict(source)["range"]["start"]["line"] == 3


def test_a_hand_over_wins_over_the_loop_in_its_worker() -> None:
    source = WORK + "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(4).map(work, range(8))\n"
    assert verdict(source)["kind"] == "submission"


def test_the_outer_loop_wins_over_the_inner_one() -> None:
    source = "for row in range(1000):\n    for x in range(1000):\n        row * x\n"
    assert verdict(source)["range"]["start"]["line"] == 1


def test_a_loop_in_which_a_function_calls_itself_does_what_the_function_does() -> None:
    source = """
import hashlib, os
def digest(folder, depth):
    data = bytes(10_000_000)
    hashlib.sha256(data)
    for name in ("a", "b"):
        if depth:
            digest(os.path.join(folder, name), depth - 1)
digest("/data", 100)
"""
    assert [r["bound"] for r in regions(source)] == ["native", "native"]


def test_shares_are_inclusive() -> None:
    outer, inner = regions("for row in range(1000):\n    for x in range(1000):\n        row * x\n")
    assert outer["cost_share"] == pytest.approx(1.0, abs=0.01)
    assert inner["cost_share"] == pytest.approx(1.0, abs=0.05)


def test_hotness_is_cost_and_not_depth() -> None:
    source = text("""
        import time

        for _ in range(3):
            time.sleep(5)
        for a in range(3):
            for b in range(3):
                for c in range(3):
                    a * b * c
        """)
    assert verdict(source)["range"]["start"]["line"] == 3


@pytest.mark.parametrize(
    ("helper", "turn", "iterations"),
    [
        # A pause between requests is there on purpose, however deep the request is ...
        ("    for attempt in range(3):\n        r = requests.get(u)\n        if r.ok:\n            return r\n",
         "fetch(u)\n    time.sleep(1)", "carried"),
        ("    time.sleep(0.5)\n    return requests.get(u)\n", "fetch(u)", "carried"),
        ("    return requests.get(u)\n", "for attempt in range(3):\n        try:\n            fetch(u)\n            break\n"
         "        except OSError:\n            time.sleep(9)\n    time.sleep(1)", "carried"),
        ("    return requests.get(u)\n", "for page in range(9):\n        fetch(u + str(page))\n        time.sleep(1)", "carried"),
        # ... but what is asked again and again, until it is ready, may be waited for beside others ...
        ("    return requests.get(u)\n", "while fetch(u).status_code == 202:\n        time.sleep(1)", "independent"),
        # ... and one after a failure is no reason to leave the others waiting.
        ("    try:\n        return requests.get(u)\n    except requests.RequestException:\n        time.sleep(5)\n",
         "fetch(u)", "independent"),
        ("    r = requests.get(u)\n    if r.status_code == 429:\n        time.sleep(30)\n        r = requests.get(u)\n"
         "    return r\n", "fetch(u)", "independent"),
    ],
)  # fmt: skip
def test_a_pause_that_is_made_as_a_rule_is_kept(helper: str, turn: str, iterations: str) -> None:
    source = f"import requests, time\ndef fetch(u):\n{helper}\nfor u in urls:\n    {turn}\n"
    found = next(r for r in regions(source) if r["kind"] == "loop" and r["function"] == "<module>")
    assert found["iterations"] == iterations


def test_a_pause_between_calls_of_an_unknown_library_is_kept() -> None:
    head = "import time\nfrom trends import Client\nclient = Client()\nfor word in words:\n    "
    (paced,) = regions(head + "client.load(word)\n    time.sleep(2)\n")
    (simulated,) = regions("import time\nfor word in words:\n    print(word.upper())\n    time.sleep(2)\n")
    assert (paced["iterations"], simulated["iterations"]) == ("carried", "independent")


def test_what_an_unknown_asynchronous_iterator_waits_for_is_unknown() -> None:
    source = "async def read(cursor):\n    rows = []\n    async for row in cursor:\n        rows.append(row)\n    return rows\n"
    loop = next(r for r in regions(source) if r["kind"] == "loop")
    assert loop["bound"] == "unknown"


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        # A loop that waits for an event between its turns pauses until it is told to stop ...
        ("    while not stop.wait(2):\n        work()\n", 2),
        ("    while not stop.is_set():\n        work()\n        stop.wait(timeout=2)\n", 2),
        ("    while True:\n        work()\n        if stop.wait(2):\n            break\n", 2),
        # ... and one that waits for others in the program is told soon.
        ("    for _ in range(9):\n        work()\n        stop.wait(2)\n", 0),
        ("    while not stop.is_set():\n        work()\n        ready.wait(2)\n", 0),
    ],
)
def test_a_wait_that_paces_a_loop_takes_its_time(body: str, seconds: float) -> None:
    source = (
        "import threading\nstop, ready = threading.Event(), threading.Event()\ndef work():\n    ready.set()\n"
        f"def poll():\n{body}threading.Thread(target=poll).start()\nstop.set()\n"
    )
    loop = next(r for r in regions(source) if r["kind"] == "loop")
    assert loop["demand_ns"]["wait"]["likely"] / 1e9 == pytest.approx(seconds, abs=0.01)


# The event loop


def test_a_blocking_call_in_a_coroutine_blocks_the_loop() -> None:
    source = "import asyncio, time\nasync def f():\n    for _ in range(3):\n        time.sleep(2)\n        await asyncio.sleep(1)\n"
    region = verdict(source)
    assert region["concurrency"] == "asyncio"
    assert region["loop_block_ns"]["likely"] == pytest.approx(2e9, rel=0.05)
    assert region["stall_ns"]["likely"] < 1e7


def test_sorting_a_large_array_blocks_the_loop_and_stalls_no_thread() -> None:
    source = text("""
        import numpy as np

        async def f():
            for _ in range(10):
                np.sort(np.zeros(10_000_000))
                await g()
        """)
    region = verdict(source)
    assert region["loop_block_ns"]["likely"] > 5e7
    assert region["stall_ns"]["likely"] < 1e6


def test_the_steps_of_an_asynchronous_loop_are_awaited() -> None:
    source = text("""
        import websockets

        async def main(url):
            async with websockets.connect(url) as connection:
                async for message in connection:
                    print(message)
        """)
    assert verdict(source)["loop_block_ns"]["likely"] < 1e6


def test_outside_coroutines_no_loop_is_blocked() -> None:
    assert verdict("import time\nfor _ in range(3):\n    time.sleep(1)\n")["loop_block_ns"] is None


def test_python_code_stalls_others_for_a_switch_interval_and_one_long_call_for_all_of_it() -> None:
    python = verdict("for i in range(100_000_000):\n    i * i\n")
    one_call = verdict("import json\ntext = '[' + '1,' * 50_000_000 + '1]'\nfor _ in range(3):\n    json.loads(text)\n")
    assert python["stall_ns"]["likely"] == pytest.approx(5e6, rel=0.1)
    assert one_call["stall_ns"]["likely"] > 1e8


SQL = """import sqlite3
db = {}
db.execute("create table t (k integer, v real)")
db.executemany("insert into t values (?, ?)", [(i % 50, i * 0.5) for i in range(200_000)])
def sums(key):
    return db.execute("select sum(v) from t where k > ?", (key,)).fetchall()
for key in range(1000):
    sums(key)
"""


@pytest.mark.parametrize(
    ("connect", "threads"),
    [
        ("sqlite3.connect('a.db')", True),  # which other threads cannot use: each makes its own
        ("sqlite3.connect('a.db', check_same_thread=False)", False),
        ("sqlite3.connect(':memory:')", False),
    ],
)
def test_one_connection_of_sqlite_serialises_where_threads_share_it(connect: str, threads: bool) -> None:
    found = next(r for r in regions(SQL.replace("{}", connect, 1)) if r["range"]["start"]["line"] == 7)
    assert (found["threads_help"] == "yes") is threads


STEP = "    loss = ((x @ w) ** 2).sum()\n    loss.backward()\n    opt.step()\n"


@pytest.mark.parametrize(
    ("body", "iterations"),
    [
        ("w = torch.rand(9, 9)\nopt = torch.optim.Adam([w])\nfor x in batches:\n" + STEP, "carried"),
        ("def train(w, opt, batches):\n    for x in batches:\n" + STEP.replace("    ", " " * 8), "carried"),
        ("for x in batches:\n    w = torch.rand(9, 9)\n    opt = torch.optim.Adam([w])\n" + STEP, "independent"),
    ],
)
def test_a_step_of_training_starts_from_the_weights_that_the_one_before_left(body: str, iterations: str) -> None:
    found = next(r for r in regions("import torch\n" + body) if r["kind"] == "loop")
    assert found["iterations"] == iterations


@pytest.mark.parametrize(
    ("path", "iterations"),
    [
        ("'state.json'", "carried"),
        ("f'state{n}.json'", "independent"),
        ("tempfile.mkdtemp() + '/state.json'", "independent"),
    ],
)
def test_turns_that_write_the_same_file_anew_are_not_apart(path: str, iterations: str) -> None:
    source = (
        "import json, tempfile\n\ndef save(n):\n    path = " + path + "\n    with open(path, 'w') as out:\n"
        "        json.dump([n], out)\n\nfor n in range(500):\n    save(n)\n"
    )
    found = next(r for r in regions(source) if r["kind"] == "loop")
    assert found["iterations"] == iterations
