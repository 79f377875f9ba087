"""The ways out: their order, and what forbids them."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse


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
