"""The road as a whole: which region the verdict speaks of, and that odd numbers do not end it."""

from __future__ import annotations

import re

import pytest

from gillint.frozen import replace
from gillint.pipeline import analyse, hottest
from gillint.resolve.trace import Kind
from tests.support import options, text


def test_of_two_that_take_as_long_the_one_of_which_something_is_known_is_named() -> None:
    source = "def known(n):\n    for i in range(n):\n        str(i)\n\ndef other(f, n):\n    for i in range(n):\n        f.g(i)\n"
    regions = analyse(source, "program.py", options()).regions
    same = tuple(replace(region, cost_share=0.5) for region in regions)
    for order in (same, same[::-1]):
        found = hottest(order)
        assert found is not None and order[found].prediction.bound.value == "gil"


# Places where a number decides how often something runs, or how large it is.
NUMBERS = text("""
    import random, struct, sys, timeit

    timeit.repeat("sum(range(10))", repeat=N, number=N)
    for name, size in (("a", N), ("b", 3), ("c", -N)):
        bytes(size)
    at, n, data = 0, 0, b"x" * N
    while at < len(data):
        a = data[at : at + N]
        at += N
    while n < 10:
        n += N
    for i in range(N, N + 10):
        n += 1
        if n == N:
            n = 0
    struct.pack(f"<{N}d", *[1.0] * N)
    if sys.version_info >= (N, 8) or sys.version_info[N] > 3:
        print(round(1.5, N), f"{n:>9}")

    def f(k=N):
        return f(k - 1) if k == N else [f(i) for i in range(k)]

    f(N)
    """)


@pytest.mark.parametrize("number", ["9" * 400, "0", "(-1)", "1e308", "1e999"])
def test_numbers_that_no_program_means(number: str) -> None:
    report = analyse(re.sub(r"\bN\b", number, NUMBERS), "numbers.py", options())
    assert report.error is None
    assert report.regions


def test_a_script_without_functions_speaks_for_itself_where_its_loops_take_no_time() -> None:
    loop = "for c in bs4.BeautifulSoup(page).find_all('a'):\n    print(c)\n"
    defined, steps = "def named(tag):\n    return tag.name\n", "n = input()\nfor c in range(10**6):\n    print(c)\n"
    source = "import requests, bs4\npage = requests.get('http://x').text\n"
    kinds = [
        tuple(r.region.kind for r in analyse(s, "a.py", options()).regions)
        for s in (source + loop, source + defined + loop, steps)
    ]
    assert [Kind.FUNCTION in k for k in kinds] == [True, False, False]


def test_what_starts_a_server_is_nothing_to_speed_up() -> None:
    source = "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef home():\n    return 'Hello'\n"
    assert analyse(source + "app.run(debug=True)\n", "a.py", options()).regions == ()


@pytest.mark.parametrize(("first", "place"), [(20, "function"), (2000, "loop")])
def test_a_function_speaks_for_itself_where_no_single_loop_of_it_does(first: int, place: str) -> None:
    source = text(f"""
        import numpy as np

        def work():
            a = np.random.default_rng(0).random(200_000)
            for _ in range({first}):
                np.sort(a)
            for _ in range(20):
                a.tolist()
    """)
    report = analyse(source, "program.py", options())
    assert report.verdict is not None
    assert report.regions[report.verdict].region.kind.value == place


ASKING = "import json\ntext = open('a.json').read()\nfor _ in range(3):\n    name = input('Name: ')\n"


def test_who_is_asked_is_no_faster_with_threads() -> None:
    report = analyse(ASKING, "a.py", options())
    assert [r.prediction.help for r in report.regions] == ["no"]
    assert "there is one terminal" in report.regions[0].explanation


def test_the_time_in_which_somebody_types_makes_nothing_hot() -> None:
    report = analyse(f"{ASKING}for _ in range(100):\n    json.loads(text)\n", "a.py", options())
    assert report.verdict is not None
    assert report.regions[report.verdict].region.span.line == 5


def test_somebody_who_is_asked_until_he_leaves_does_not_stay_for_ever() -> None:
    source = "while True:\n    name = input('Name: ')\n    if name == 'quit':\n        break\n"
    (region,) = analyse(source, "a.py", options()).regions
    assert region.region.trips.likely < 100


WATCH = (
    "import time\nimport requests\nimport schedule\n\n"
    "def check():\n    for url in ['https://example.com', 'https://example.org']:\n        requests.get(url)\n\n"
    "schedule.every(1).minutes.do(check)\nwhile {}:\n    schedule.run_pending()\n    time.sleep(1000)\n"
)


@pytest.mark.parametrize(("test", "function"), [("True", "check"), ("not stopped()", "<module>")])
def test_a_program_that_pauses_until_it_is_stopped_is_asked_about_its_work(test: str, function: str) -> None:
    report = analyse(WATCH.format(test), "sketch.py", options())
    assert report.verdict is not None
    assert report.regions[report.verdict].region.function == function
