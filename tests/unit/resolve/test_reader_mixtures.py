"""What the reader knows of generators, tables of handlers, texts and nested containers."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.pipeline import analyse


def effects(source: str) -> str:
    return dump_stage("effects", source, "sample.py", Options())


def share(source: str) -> float:
    report = analyse(source, "sample.py", Options(cores=2, threads=2))
    assert report.verdict is not None
    held = report.regions[report.verdict].prediction.held
    assert held.likely is not None
    return held.likely


def test_f_strings_are_as_long_as_their_parts() -> None:
    text = effects("def work():\n    n = 12\n    pad = '-' * 100\n    return len(f'row {n}: {pad}')\n")
    assert "str[108]" in text.replace("str(108)", "str[108]")


def test_a_table_of_handlers_calls_one_of_them() -> None:
    text = effects(
        "import zlib\n"
        "def pack(d):\n    return zlib.compress(d)\n"
        "def keep(d):\n    return d\n"
        "TABLE = {'pack': pack, 'keep': keep}\n"
        "def work(kind):\n    return TABLE[kind](b'x' * 100000)\n"
    )
    assert "zlib.compress" in text.split("work ", 1)[1]


@pytest.mark.parametrize("call", ["list(csv.reader(f))", "sorted(csv.reader(f))"])
def test_running_an_iterator_to_its_end_costs_its_steps(call: str) -> None:
    text = effects(f"import csv, io\ndef work(text):\n    f = io.StringIO(text)\n    return {call}\n")
    assert "csv.reader.__iter__" in text


def test_what_a_generator_does_once_is_counted_once() -> None:
    text = effects(
        "import bz2\n"
        "def lines(blob):\n    for line in bz2.decompress(blob).splitlines():\n        yield line\n"
        "def work(blob):\n    n = 0\n    for line in lines(blob):\n        n += len(line)\n    return n\n"
    )
    body = text.split("work ", 1)[1]
    assert body.index("bz2.decompress") < body.index("loop")
    assert body.count("call 3:17 bz2.decompress") == 1


def test_a_generator_may_give_several_items_a_turn() -> None:
    text = effects(
        "def cells(n):\n    for y in range(n):\n        for x in range(50):\n            yield x\n"
        "def work():\n    return [c + 1 for c in cells(20)]\n"
    )
    assert "x 1000 " in text.split("work ", 1)[1]


def test_pickling_instances_costs_more_than_numbers() -> None:
    head = "import pickle, zlib\nclass R:\n    def __init__(self, n):\n        self.n = n\n"
    tail = "def work():\n    return zlib.compress(pickle.dumps(DATA))\n"
    numbers = share(head + "DATA = [i for i in range(5000)]\n" + tail)
    instances = share(head + "DATA = [R(i) for i in range(5000)]\n" + tail)
    assert instances > numbers + 0.2


def test_buffers_in_memory_are_as_long_as_what_they_were_given() -> None:
    text = effects("import io\ndef work():\n    return len(io.StringIO('x' * 8000).read())\n")
    assert "(8000)" in text or "[8000]" in text
