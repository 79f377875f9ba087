"""Workers that take from a queue: what they get is what anybody puts in, before or after they are started."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.costs.demand import Costs
from gillint.estimate import Estimate
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call, Handover, Loop
from gillint.syntax.parse import parse
from tests.support import options
from tests.unit.resolve.test_peers import prediction_of

WORKERS = """
    import asyncio, hashlib, queue, threading
    BLOCKS = [bytes(1_000_000) for _ in range(20)]
    def worker(todo, done):
        while (block := todo.get()) is not None:
            done.append(hashlib.sha256(block).digest())
    def work():
        todo, done = queue.{kind}(), []
        threads = [threading.Thread(target=worker, args=(todo, done)) for _ in range(2)]
        {before}
        for thread in threads:
            thread.start()
        {after}
        for thread in threads:
            thread.join()
        return done
"""
FILL = "for block in (*BLOCKS, None, None): todo.put(block)"


@pytest.mark.parametrize("kind", ["Queue", "LifoQueue", "SimpleQueue"])
@pytest.mark.parametrize("order", [(FILL, "pass"), ("pass", FILL)])
def test_a_worker_is_judged_by_its_own_body(kind: str, order: tuple[str, str]) -> None:
    before, after = order
    prediction = prediction_of(WORKERS.format(kind=kind, before=before, after=after))
    assert prediction.bound.value == "native"
    assert prediction.concurrency.value == "threads"


def test_what_nobody_puts_in_is_waited_for() -> None:
    prediction = prediction_of(WORKERS.format(kind="Queue", before="pass", after="pass"))
    assert prediction.bound.value in ("io", "unknown")


def test_a_worker_on_the_event_loop_knows_what_it_takes() -> None:
    source = """
        import asyncio
        async def worker(todo, totals):
            while (numbers := await todo.get()) is not None:
                totals.append(sum(n * n for n in numbers))
        async def main():
            todo, totals = asyncio.Queue(), []
            task = asyncio.create_task(worker(todo, totals))
            for i in range(50):
                await todo.put(list(range(10_000)))
            await todo.put(None)
            await task
            return totals
        def work():
            return asyncio.run(main())
    """
    prediction = prediction_of(source)
    assert prediction.bound.value == "gil"
    assert prediction.demand.gil.known is False or prediction.demand.gil.likely > 100_000


def test_what_a_thread_keeps_for_itself_is_known() -> None:
    source = """
        import hashlib, threading
        from concurrent.futures import ThreadPoolExecutor
        local = threading.local()
        def block():
            if not hasattr(local, "block"):
                local.block = bytes(1_000_000)
            return local.block
        def digest(n):
            return hashlib.sha256(block()).digest()
        def work():
            with ThreadPoolExecutor(2) as pool:
                return list(pool.map(digest, range(20)))
    """
    assert prediction_of(source).bound.value == "native"


def test_the_work_that_leaves_the_event_loop_speaks_for_the_program() -> None:
    source = """
        import asyncio, hashlib
        BLOCKS = [bytes(1_000_000) for _ in range(20)]
        def digest(block):
            return hashlib.sha256(block).digest()
        async def receive(number, block):
            await asyncio.sleep(0.01)
            return number, await asyncio.to_thread(digest, block)
        async def main():
            return await asyncio.gather(*(receive(n, b) for n, b in enumerate(BLOCKS)))
        def work():
            return asyncio.run(main())
    """
    prediction = prediction_of(source)
    assert (prediction.bound.value, prediction.concurrency.value) == ("native", "threads")


def test_one_of_several_coroutines_is_awaited() -> None:
    source = """
        import asyncio
        async def short(event):
            await asyncio.sleep(0.01)
        async def long(event):
            await asyncio.sleep(0.03)
        HANDLERS = [short, long]
        async def main():
            for event in range(10):
                await asyncio.gather(*(handler(event) for handler in HANDLERS))
        def work():
            return asyncio.run(main())
    """
    assert prediction_of(source).bound.value == "io"


# Each turn makes another coroutine; those of one function are alike, and those of two are one of both.
COLLECTED = {
    "one function": ("tasks.append(short(name))", 10e6),
    "after a name": ("task = short(name)\ntasks.append(task)", 10e6),
    "two functions": ("tasks.append(short(name) if name in NAMES else long(name))", 20e6),
    "two arms": ("if name in NAMES:\n    tasks.append(short(name))\nelse:\n    tasks.append(long(name))", 20e6),
}  # fmt: skip


@pytest.mark.parametrize(("turn", "wait"), COLLECTED.values(), ids=COLLECTED)
def test_coroutines_that_a_loop_collects(turn: str, wait: float) -> None:
    source = f"""
        import asyncio
        async def short(name):
            await asyncio.sleep(0.01)
        async def long(name):
            await asyncio.sleep(0.03)
        async def main(names):
            tasks = []
            for name in names:
                {turn.replace(chr(10), chr(10) + " " * 16)}
            await asyncio.gather(*tasks)
        def work():
            return asyncio.run(main([str(n) for n in range(20)]))
    """
    resolved = resolve(parse(dedent(source), "a.py"), options().target, {})
    tasks = [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Handover)]
    assert Costs(options().target).block(tasks[0].worker).wait.likely == pytest.approx(wait, rel=0.1)


@pytest.mark.parametrize(
    ("waited_for", "count"),
    [("*tasks", 30), ("*[one(n) for n in range(9)]", 9), ("one(1), tasks[0]", 2), ("*tasks, one(1)", 31)],
)
def test_as_many_results_are_gathered_as_there_are_tasks(waited_for: str, count: int) -> None:
    source = f"""
import asyncio
async def one(n):
    return [n, n]
async def main():
    tasks = [asyncio.create_task(one(n)) for n in range(30)]
    show(await asyncio.gather({waited_for}))
asyncio.run(main())
"""
    resolved = resolve(parse(source, "a.py"), options().target, {})
    nodes = [n for f in resolved.functions for n in walk(f.block)]
    [found, *_] = [n.bound.positional[0] for n in nodes if isinstance(n, Call) and n.name == "show"]
    assert (found.size, found.element and found.element.type) == (Estimate.point(count), "list")


BATCHES = """
    import queue, threading, zlib
    STOP = object()
    def batches(inbox, size):
        batch = []
        while True:
            item = inbox.get()
            if item is STOP:
                break
            batch.append(item)
            if len(batch) >= size:
                yield batch
                batch = []
        if batch:
            yield batch
    def drain(inbox):
        for batch in batches(inbox, 100):
            zlib.compress(b"".join(batch))
    def work():
        inbox = queue.Queue()
        writer = threading.Thread(target=drain, args=(inbox,))
        {before}
        writer.start()
        {after}
        writer.join()
"""
FILLED = "for n in range(1000): inbox.put(bytes(500))"


@pytest.mark.parametrize("order", [(FILLED, "pass"), ("pass", FILLED)])
def test_a_worker_takes_as_much_as_is_put_in_whenever_it_is_started(order: tuple[str, str]) -> None:
    before, after = order
    source = dedent(BATCHES.format(before=before, after=after))
    traces = resolve(parse(source, "a.py"), options().target, {}).functions
    loop = next(n for t in traces if t.name == "drain" for n in walk(t.block) if isinstance(n, Loop))
    assert loop.trips.likely == pytest.approx(11, rel=0.01)
