"""What is made anew in each iteration and could be made once."""

from __future__ import annotations

import pytest

from gillint.advice.assess import Advice
from gillint.advice.outcome import Options
from gillint.pipeline import analyse

POOL = "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    list(pool.map(get, urls))\n"
CLIENT = "import httpx\nurls = [f'https://example.com/{i}' for i in range(50)]\n"
GET = f"{CLIENT}def get(url):\n    with httpx.Client() as client:\n        return client.get(url).text\n"
GATHER = """import asyncio
async def get(url):
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text
async def main():
    await asyncio.gather(*(get(url) for url in urls))
asyncio.run(main())
"""


def once(source: str) -> Advice | None:
    report = analyse(source, "sketch.py", Options(cores=4, threads=4))
    assert report.verdict is not None
    found = (x for x in report.regions[report.verdict].advice if "what it makes serves many" in x.why)
    return next(found, None)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            f"{GET}for url in urls:\n    get(url)\n",
            "`httpx.Client` once before the loop: it takes 34% of each iteration",
        ),
        (GET + POOL, "`httpx.Client` once for each worker (`initializer`): it takes 34% of each task"),
        (CLIENT + GATHER, "`httpx.AsyncClient` once, for all tasks: it takes 34% of each task"),
    ],
)
def test_a_client_for_each_request(source: str, why: str) -> None:
    advice = once(source)
    assert advice is not None
    assert advice.action == "batch"
    assert advice.why.startswith(why)


def test_tasks_compute_in_turn_so_that_a_loop_gains_more() -> None:
    loop, tasks = once(f"{GET}for url in urls:\n    get(url)\n"), once(CLIENT + GATHER)
    assert loop is not None and loop.speedup.likely is not None
    assert tasks is not None and tasks.speedup.likely is not None
    assert tasks.speedup.likely > 2 * loop.speedup.likely > 2


@pytest.mark.parametrize(
    "source",
    [
        # One for all.
        f"{CLIENT}client = httpx.Client()\nfor url in urls:\n    client.get(url)\n",
        # Another one each time: it is asked for by what the loop goes through.
        "import sqlite3\ndef count(path):\n    return sqlite3.connect(path).execute('select count(*) from t').fetchone()\n"
        "for path in paths:\n    count(path)\n",
        # Nothing is made that others could use.
        "import numpy as np\nfor i in range(100):\n    np.zeros(1_000_000)\n",
    ],
)
def test_nothing_to_say(source: str) -> None:
    assert once(source) is None
