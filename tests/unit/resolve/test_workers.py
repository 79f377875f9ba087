"""Threads that are classes of the program, each with what it was made with."""

from __future__ import annotations

from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call, Handover
from gillint.syntax.parse import parse

WORKERS = """
import json, zlib
from queue import Queue
from threading import Thread

class ClosableQueue(Queue):
    DONE = object()
    def close(self):
        self.put(self.DONE)
    def __iter__(self):
        while True:
            item = self.get()
            if item is self.DONE:
                return
            yield item

class Worker(Thread):
    def __init__(self, func, items):
        super().__init__()
        self.func = func
        self.items = items

    def run(self):
        for item in self.items:
            self.func(item)

def read(data):
    return data

def parse(data):
    return json.loads(data)

def pack(data):
    return zlib.compress(data)
"""


def handed_over(body: str) -> list[list[Call]]:
    """The calls of each thread that is made."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    resolved = resolve(parse(f"{WORKERS}\ndef work():\n{lines}", "a.py"), Target(), {})
    trace = next(f for f in resolved.functions if f.name == "work")
    workers = [n.worker for n in walk(trace.block) if isinstance(n, Handover)]
    return [[n for n in walk(worker) if isinstance(n, Call)] for worker in workers]


def test_each_thread_runs_the_function_that_it_is_given() -> None:
    body = "a = ClosableQueue()\nthreads = [Worker(read, a), Worker(parse, a), Worker(pack, a)]"
    names = {call.name for call in handed_over(body)[-1]}
    assert "zlib.compress" in names


def test_and_with_its_own_data() -> None:
    body = "Worker(parse, [b'x'] * 10).start()\nWorker(pack, [bytes(100_000)] * 10).start()"
    packed = [call for call in handed_over(body)[-1] if call.name == "zlib.compress"]
    assert [size_of(call.bound.get("data")).high for call in packed] == [100_000]
