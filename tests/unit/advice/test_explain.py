"""The sentence that says why: it names what sets the limit, and says nothing that the ceiling denies."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.resolve.trace import Kind

POOL = "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    r = list(pool.map({}))\n"


def why(source: str, **options: object) -> str:
    report = analyse(source, "sketch.py", Options(**options))  # type: ignore[arg-type]
    assert report.verdict is not None
    return report.regions[report.verdict].explanation


@pytest.mark.parametrize(
    ("source", "says", "never"),
    [
        # A step of iteration is named like any other call.
        ("import csv\nfor row in csv.DictReader(open('a.csv')):\n    row['a']\n", "iteration over `csv.DictReader`", "bytecode"),
        # An operator that holds for most of the time, and hardly any bytecode.
        ("parts = [b'x' * 50_000_000 for _ in range(9)]\n", "`bytes.__mul__`", "bytecode"),
        ("s = 0\nfor i in range(10**7):\n    s += i * i % 7\n", "bytecode", "`range"),
        # The GIL is free, and threads do not help all the same.
        ("import psycopg2\ncur = psycopg2.connect('').cursor()\nfor i in range(9999):\n    cur.execute('insert', (i,))\n",
         "one connection serves one thread at a time", "at the same time, whatever"),
        ("from playwright.sync_api import sync_playwright\nwith sync_playwright() as p:\n"
         "    page = p.chromium.launch().new_page()\n    for url in urls:\n        page.goto(url)\n",
         "works in that thread alone", "others queue"),
        ("import sqlite3\nfor v in vs:\n    db = sqlite3.connect('a.db')\n    db.execute('delete from t')\n    db.commit()\n",
         "one writer at a time commits into `a.db`", "connection serves"),
        ("import numpy as np\nfor _ in range(32):\n    np.random.rand(4_000_000)\n", "one lock for all threads", "several cores"),
        ("import numpy as np\nms = [np.ones((1500, 1500))] * 8\n" + POOL.format("np.linalg.inv, ms"),
         "already spreads its work over the cores", "run it on several cores"),
        ("import threading, time\nlock = threading.Lock()\ndef f(n):\n    with lock:\n        time.sleep(1)\n"
         + POOL.format("f, range(8)"), "a lock of the program is held", "at the same time, whatever"),
        ("import threading, time\ntwo = threading.Semaphore(2)\ndef f(n):\n    with two:\n        time.sleep(1)\n"
         + POOL.format("f, range(8)"), "a semaphore lets 2 of them through", "at the same time, whatever"),
        ("import threading, time\nmost = threading.Semaphore(3)\ndef f(n):\n    with most:\n        time.sleep(1)\n"
         + POOL.format("f, range(8)"), "a semaphore lets 3 of them through", "at the same time, whatever"),
        ("import threading, time\nmost = threading.Semaphore(30)\ndef f(n):\n    with most:\n        time.sleep(1)\n"
         + POOL.format("f, range(8)"), "at the same time, whatever", "semaphore"),
        # A queue that need not wait gives the GIL up for no time at all.
        ("import queue, threading\njobs = queue.Queue()\ndef worker():\n    while True:\n        n = jobs.get()\n"
         "        if n is None:\n            break\n        sum(range(n))\n"
         "threads = [threading.Thread(target=worker) for _ in range(4)]\n"
         "for t in threads:\n    t.start()\nfor n in range(8000):\n    jobs.put(n % 20)\n",
         "need not wait", "0 ns"),
        # What is written again under the same name is no call of the source.
        ("import json\ntable = {str(i): i for i in range(100)}\nfor i in range(500):\n    with open('state.json', 'w') as f:\n"
         "        json.dump(table, f, indent=4)\n",
         "written a moment ago", "__rewritten__"),
        # From which size on a release pays is told in the unit of the data.
        ("import zlib\nfor b in [bytes(600) for _ in range(1000)]:\n    zlib.compress(b)\n", "bytes on", "elements"),
        ("import numpy as np\nfor b in [np.ones(3000) for _ in range(1000)]:\n    np.sqrt(b)\n", "elements on", "bytes"),
        # Python code that reads a little on the way is Python code.
        ("import openpyxl\n" + POOL.format("openpyxl.load_workbook, paths"), "runs Python code", "handoff"),
        ("import time, requests\nwhile requests.get(url).json()['state']:\n    time.sleep(2)\n", "on purpose", "one before"),
        # The pause before another attempt is long, and hardly ever made.
        ("import time, requests\ndef get(url):\n    for attempt in range(5):\n        try:\n"
         "            return requests.get(url)\n        except OSError:\n            time.sleep(60)\n"
         "for url in urls:\n    print(get(url))\n", "`requests.get`", "time.sleep"),
        ("async def f(users):\n    for u in users:\n        await client.get(u)\n", "awaits follow one another", "turns"),
    ],
)  # fmt: skip
def test_the_sentence(source: str, says: str, never: str) -> None:
    text = why(source)
    assert says in text and never not in text, text


def test_without_a_gil_waiting_is_still_waiting() -> None:
    source = "import requests\n" + POOL.format("requests.get, urls")
    assert "It waits" in why(source, python="3.14", free_threaded=True)


def test_a_loop_that_takes_what_tasks_have_done_computes_nothing() -> None:
    source = (
        "import asyncio\nasync def f(n):\n    await asyncio.sleep(1)\nasync def main():\n"
        "    for done in asyncio.as_completed([f(n) for n in range(9)]):\n        print(await done)\nasyncio.run(main())\n"
    )
    loop = next(a for a in analyse(source, "sketch.py", Options()).regions if a.region.kind is Kind.LOOP)
    assert "what other tasks have done" in loop.explanation and [a.action for a in loop.advice] == ["none"]


def test_one_call_that_holds_and_releases_is_named_once() -> None:
    source = "import smtplib\nfor m in messages:\n    with smtplib.SMTP('localhost') as s:\n        s.send_message(m)\n"
    assert why(source).count("send_message") == 1


def test_bytecode_is_not_spoken_of_where_there_is_little() -> None:
    source = "import bs4\nfor c in bs4.BeautifulSoup(page).find_all('li'):\n" + "    c.find('a')\n" * 5
    assert "many short calls" in why(source) and "bytecode" not in why(source)


def test_a_release_pays_from_a_size_of_what_is_passed_not_of_the_model() -> None:
    said = why(
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "forest = RandomForestClassifier(n_estimators=40).fit(np.ones((600, 10)), np.ones(600))\n"
        "for part in [np.ones((1000, 10)) for _ in range(200)]:\n    forest.predict_proba(part)\n"
    )
    assert "from about 30,000 elements on" in said
