"""The rows of what must come out: each as rewritings that change nothing, and as near misses that change the answer."""

from __future__ import annotations

from tests.support import SKETCHES, text


def shipped(name: str) -> str:
    """A sketch as it is shipped."""
    return (SKETCHES / f"{name}.py").read_text(encoding="utf-8")


def _all(**programs: str) -> dict[str, str]:
    return {name: text(source) for name, source in programs.items()}


JSON_LINES = {
    "shipped": shipped("json_lines"),
    **_all(
        renamed="""
            for record_text in open('events.jsonl'):
                record = json.loads(record_text)
                keep(record)
            """,
        imported_as="""
            import json as codec

            for line in open("big.jsonl"):
                data = codec.loads(line)
                process(data)
            """,
        from_import="""
            from json import loads as parse

            for line in open("big.jsonl"):
                process(parse(line))
            """,
        with_statement="""
            import json

            with open("big.jsonl", encoding="utf-8") as lines:
                for line in lines:
                    process(json.loads(line))
            """,
        function="""
            import json

            def main(path):
                with open(path) as lines:
                    for line in lines:
                        data = json.loads(line)
                        process(data)

            main("big.jsonl")
            """,
        method="""
            import json

            class Reader:
                def __init__(self, path):
                    self.path = path

                def run(self):
                    for line in open(self.path):
                        data = json.loads(line)
                        process(data)

            Reader("big.jsonl").run()
            """,
        comprehension="""
            import json

            results = [process(json.loads(line)) for line in open("big.jsonl")]
            """,
        mapped="""
            import json

            for data in map(json.loads, open("big.jsonl")):
                process(data)
            """,
        mapped_twice="""
            import json

            results = list(map(process, map(json.loads, open("big.jsonl"))))
            """,
        generator="""
            import json

            def records(path):
                for line in open(path):
                    yield json.loads(line)

            for data in records("big.jsonl"):
                process(data)
            """,
        helper="""
            import json

            def handle(line):
                data = json.loads(line)
                process(data)

            for line in open("big.jsonl"):
                handle(line)
            """,
        helper_in_helper="""
            import json

            def parse(line):
                return json.loads(line)

            def handle(line):
                process(parse(line))

            for line in open("big.jsonl"):
                handle(line)
            """,
        enumerated="""
            import json

            for number, line in enumerate(open("big.jsonl"), 1):
                process(json.loads(line))
            """,
        path_object="""
            import json
            from pathlib import Path

            for line in Path("big.jsonl").open():
                process(json.loads(line))
            """,
        lines_at_once="""
            import json
            from pathlib import Path

            for line in Path("big.jsonl").read_text().splitlines():
                process(json.loads(line))
            """,
        unpacked_keywords="""
            import json

            settings = {}
            for line in open("big.jsonl"):
                process(json.loads(line, **settings))
            """,
        conditional_import="""
            try:
                import json
            except ImportError:
                import simplejson as json

            for line in open("big.jsonl"):
                process(json.loads(line))
            """,
        partial="""
            import functools
            import json

            decode = functools.partial(json.loads, parse_float=None)
            for line in open("big.jsonl"):
                process(decode(line))
            """,
        closure="""
            import json

            def make():
                def handle(line):
                    process(json.loads(line))
                return handle

            handle = make()
            for line in open("big.jsonl"):
                handle(line)
            """,
        try_around="""
            import json

            for line in open("big.jsonl"):
                try:
                    data = json.loads(line)
                except ValueError:
                    continue
                process(data)
            """,
    ),
}
JSON_LINES_WHILE = _all(
    walrus="""
        import json

        lines = open("big.jsonl")
        while line := lines.readline():
            process(json.loads(line))
        """,
    readline="""
        import json

        lines = open("big.jsonl")
        line = lines.readline()
        while line:
            process(json.loads(line))
            line = lines.readline()
        """,
)
JSON_LINES_FLIPPED = _all(
    posted="""
        import requests

        for line in open("big.jsonl"):
            answer = requests.post("https://api.example.com/items", data=line)
        """,
    posted_by_a_helper="""
        import json
        import requests

        def send(line):
            return requests.post("https://api.example.com/items", json=json.loads(line))

        for line in open("big.jsonl"):
            send(line)
        """,
)

ORJSON_FFT = {
    "shipped": shipped("orjson_fft"),
    **_all(
        renamed="""
            import orjson, numpy as np

            for piece in pieces:
                values = np.array(orjson.loads(piece))
                spectrum = np.fft.fft(values)
            """,
        no_alias="""
            import numpy
            import orjson

            for chunk in chunks:
                arr = numpy.array(orjson.loads(chunk))
                result = numpy.fft.fft(arr)
            """,
        from_imports="""
            from numpy import array as as_array
            from numpy.fft import fft as transform
            from orjson import loads as decode

            for chunk in chunks:
                result = transform(as_array(decode(chunk)))
            """,
        one_line="""
            import orjson, numpy as np

            for chunk in chunks:
                result = np.fft.fft(np.array(orjson.loads(chunk)))
            """,
        comprehension="""
            import orjson, numpy as np

            results = [np.fft.fft(np.array(orjson.loads(chunk))) for chunk in chunks]
            """,
        mapped="""
            import orjson, numpy as np

            def spectrum(chunk):
                return np.fft.fft(np.array(orjson.loads(chunk)))

            results = list(map(spectrum, chunks))
            """,
        mapped_lambda="""
            import orjson, numpy as np

            results = list(map(lambda chunk: np.fft.fft(np.array(orjson.loads(chunk))), chunks))
            """,
        method="""
            import orjson, numpy as np

            class Spectra:
                def __init__(self, chunks):
                    self.chunks = chunks

                def run(self):
                    for chunk in self.chunks:
                        arr = np.array(orjson.loads(chunk))
                        result = np.fft.fft(arr)
            """,
        helper="""
            import orjson, numpy as np

            def decode(chunk):
                return np.array(orjson.loads(chunk))

            for chunk in chunks:
                result = np.fft.fft(decode(chunk))
            """,
        helper_in_helper="""
            import orjson, numpy as np

            def decode(chunk):
                return np.array(orjson.loads(chunk))

            def spectrum(chunk):
                return np.fft.fft(decode(chunk))

            def main(chunks):
                for chunk in chunks:
                    result = spectrum(chunk)
            """,
        counted="""
            import orjson, numpy as np

            for i in range(len(chunks)):
                arr = np.array(orjson.loads(chunks[i]))
                result = np.fft.fft(arr)
            """,
        while_loop="""
            import orjson, numpy as np

            i = 0
            while i < len(chunks):
                arr = np.array(orjson.loads(chunks[i]))
                result = np.fft.fft(arr)
                i += 1
            """,
    ),
}
ORJSON_FFT_FLIPPED = _all(
    no_list_between="""
        import numpy as np

        chunks = [bytes(1 << 20) for _ in range(100)]
        for chunk in chunks:
            arr = np.frombuffer(chunk, dtype=np.float64)
            result = np.fft.fft(arr)
        """,
    arrays_given="""
        import numpy as np

        arrays = [np.random.rand(65_536) for _ in range(100)]
        results = [np.fft.fft(arr) for arr in arrays]
        """,
)

GATHER = {
    "shipped": shipped("aiohttp_gather"),
    **_all(
        renamed="""
            async with aiohttp.ClientSession() as client:
                pages = await asyncio.gather(*[client.get(address) for address in addresses])
            """,
        imported="""
            import asyncio

            import aiohttp

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    return await asyncio.gather(*[session.get(u) for u in urls])

            asyncio.run(main(urls))
            """,
        from_imports="""
            from aiohttp import ClientSession as Session
            from asyncio import gather as together

            async with Session() as session:
                results = await together(*[session.get(u) for u in urls])
            """,
        generator="""
            import asyncio
            import aiohttp

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    results = await asyncio.gather(*(session.get(u) for u in urls))
            """,
        list_first="""
            import asyncio
            import aiohttp

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    requests = [session.get(u) for u in urls]
                    results = await asyncio.gather(*requests)
            """,
        coroutine="""
            import asyncio
            import aiohttp

            async def fetch(session, url):
                async with session.get(url) as response:
                    return await response.text()

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    results = await asyncio.gather(*[fetch(session, u) for u in urls])
            """,
        tasks="""
            import asyncio
            import aiohttp

            async def fetch(session, url):
                async with session.get(url) as response:
                    return await response.text()

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    tasks = [asyncio.create_task(fetch(session, u)) for u in urls]
                    results = await asyncio.gather(*tasks)
            """,
        task_group="""
            import asyncio
            import aiohttp

            async def fetch(session, url):
                async with session.get(url) as response:
                    return await response.text()

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    async with asyncio.TaskGroup() as group:
                        for u in urls:
                            group.create_task(fetch(session, u))
            """,
        method="""
            import asyncio
            import aiohttp

            class Crawler:
                async def fetch(self, url):
                    async with self.session.get(url) as response:
                        return await response.read()

                async def run(self, urls):
                    async with aiohttp.ClientSession() as session:
                        self.session = session
                        return await asyncio.gather(*[self.fetch(u) for u in urls])
            """,
        mapped="""
            import asyncio
            import aiohttp

            async def main(urls):
                async with aiohttp.ClientSession() as session:
                    return await asyncio.gather(*map(session.get, urls))
            """,
    ),
}
GATHER_FLIPPED = _all(
    blocking_in_threads="""
        import asyncio
        import requests

        async def main(urls):
            return await asyncio.gather(*[asyncio.to_thread(requests.get, u) for u in urls])
        """,
    sequential_requests="""
        import requests

        results = [requests.get(u) for u in urls]
        """,
)

SUM_ALONE = _all(
    function="""
        def total(n):
            result = 0
            for i in range(n):
                result += i * i
            return result
        """,
    renamed="""
        def squares(limit):
            s = 0
            for number in range(limit):
                s += number * number
            return s
        """,
    assigned="""
        def total(n):
            result = 0
            for i in range(n):
                result = result + i * i
            return result
        """,
    generator="""
        def total(n):
            return sum(i * i for i in range(n))
        """,
    comprehension="""
        def total(n):
            return sum([i * i for i in range(n)])
        """,
    mapped="""
        def total(n):
            return sum(map(lambda i: i * i, range(n)))
        """,
    while_loop="""
        def total(n):
            result = 0
            i = 0
            while i < n:
                result += i * i
                i += 1
            return result
        """,
    helper="""
        def square(i):
            return i * i

        def total(n):
            result = 0
            for i in range(n):
                result += square(i)
            return result
        """,
    method="""
        class Total:
            def __init__(self):
                self.result = 0

            def run(self, n):
                for i in range(n):
                    self.result += i * i
        """,
    nested_in_main="""
        def main():
            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result
            return total(10_000_000)

        main()
        """,
)
SUM_THREADS = {
    "shipped": shipped("sum_squares"),
    **_all(
        from_import="""
            from threading import Thread as Worker

            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result

            workers = [Worker(target=total, args=(5_000_000,)) for _ in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            """,
        keyword_arguments="""
            import threading as th

            def total(n=1):
                return sum(i * i for i in range(n))

            a = th.Thread(target=total, kwargs={"n": 5_000_000})
            b = th.Thread(target=total, kwargs={"n": 5_000_000})
            a.start(); b.start(); a.join(); b.join()
            """,
        method="""
            import threading

            class Totals:
                def total(self, n):
                    result = 0
                    for i in range(n):
                        result += i * i
                    return result

                def run(self):
                    threads = [threading.Thread(target=self.total, args=(5_000_000,)) for _ in range(2)]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join()

            Totals().run()
            """,
        subclass="""
            import threading

            class Total(threading.Thread):
                def run(self):
                    result = 0
                    for i in range(5_000_000):
                        result += i * i

            first, second = Total(), Total()
            first.start()
            second.start()
            first.join()
            second.join()
            """,
        executor="""
            from concurrent.futures import ThreadPoolExecutor

            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result

            with ThreadPoolExecutor(max_workers=2) as pool:
                results = list(pool.map(total, [5_000_000, 5_000_000]))
            """,
        submitted="""
            import concurrent.futures

            def total(n):
                return sum([i * i for i in range(n)])

            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                first = pool.submit(total, 5_000_000)
                second = pool.submit(total, 5_000_000)
                print(first.result(), second.result())
            """,
        thread_pool="""
            from multiprocessing.pool import ThreadPool

            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result

            with ThreadPool(2) as pool:
                results = pool.map(total, [5_000_000, 5_000_000])
            """,
        helper="""
            import threading

            def square(i):
                return i * i

            def total(n):
                result = 0
                for i in range(n):
                    result += square(i)
                return result

            def start(n):
                thread = threading.Thread(target=total, args=(n,))
                thread.start()
                return thread

            threads = [start(5_000_000), start(5_000_000)]
            for thread in threads:
                thread.join()
            """,
        lambda_target="""
            import threading

            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result

            threads = [threading.Thread(target=lambda: total(5_000_000)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            """,
        partial_target="""
            import functools
            import threading

            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result

            threads = [threading.Thread(target=functools.partial(total, 5_000_000)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            """,
        main_guard="""
            import threading

            def total(n):
                result = 0
                for i in range(n):
                    result += i * i
                return result

            def main():
                threads = [threading.Thread(target=total, args=(5_000_000,)) for _ in range(2)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

            if __name__ == "__main__":
                main()
            """,
    ),
}
SUM_THREADS_FLIPPED = _all(
    hashes_large_blocks="""
        import hashlib
        import threading

        def total(n):
            block = bytes(1 << 20)
            for i in range(n):
                hashlib.sha256(block)

        threads = [threading.Thread(target=total, args=(500,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """,
    processes="""
        import multiprocessing

        def total(n):
            result = 0
            for i in range(n):
                result += i * i
            return result

        workers = [multiprocessing.Process(target=total, args=(5_000_000,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        """,
)

SLEEP_ALONE = _all(
    function="""
        import time

        def wait():
            for _ in range(20):
                time.sleep(0.1)
        """,
    from_import="""
        from time import sleep as pause

        def wait_for_it():
            for attempt in range(20):
                pause(0.1)
        """,
    unknown_times="""
        import time

        def wait(times):
            for _ in range(times):
                time.sleep(0.1)
        """,
    comprehension="""
        import time

        def wait():
            return [time.sleep(0.1) for _ in range(20)]
        """,
    mapped="""
        import time

        def wait():
            return list(map(time.sleep, [0.1] * 20))
        """,
    helper="""
        import time

        def pause():
            time.sleep(0.1)

        def wait():
            for _ in range(20):
                pause()
        """,
    while_loop="""
        import time

        def wait():
            i = 0
            while i < 20:
                time.sleep(0.1)
                i += 1
        """,
    method="""
        import time

        class Waiter:
            pause = 0.1

            def wait(self):
                for _ in range(20):
                    time.sleep(self.pause)
        """,
)
SLEEP_THREADS = {
    "shipped": shipped("sleeping"),
    **_all(
        one_by_one="""
            import threading
            import time

            def wait():
                for _ in range(20):
                    time.sleep(0.1)

            first = threading.Thread(target=wait)
            second = threading.Thread(target=wait)
            first.start()
            second.start()
            first.join()
            second.join()
            """,
        from_imports="""
            from threading import Thread
            from time import sleep

            def wait(pause):
                for _ in range(20):
                    sleep(pause)

            threads = [Thread(target=wait, args=(0.1,)), Thread(target=wait, args=(0.1,))]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            """,
        executor="""
            import time
            from concurrent.futures import ThreadPoolExecutor

            def wait():
                for _ in range(20):
                    time.sleep(0.1)

            with ThreadPoolExecutor(2) as pool:
                pool.submit(wait)
                pool.submit(wait)
            """,
        helper="""
            import threading
            import time

            def pause():
                time.sleep(0.1)

            def wait():
                for _ in range(20):
                    pause()

            threads = [threading.Thread(target=wait) for _ in range(2)]
            for thread in threads:
                thread.start()
            """,
        method="""
            import threading
            import time

            class Waiter(threading.Thread):
                def run(self):
                    for _ in range(20):
                        time.sleep(0.1)

            for waiter in [Waiter(), Waiter()]:
                waiter.start()
            """,
    ),
}
SLEEP_FLIPPED = _all(
    busy="""
        import threading
        import time

        def wait():
            end = time.monotonic() + 2.0
            while time.monotonic() < end:
                pass

        threads = [threading.Thread(target=wait) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """,
    computes="""
        import threading

        def wait():
            for _ in range(20):
                sum(range(5_000_000))

        threads = [threading.Thread(target=wait) for _ in range(2)]
        for thread in threads:
            thread.start()
        """,
)


def sorting(n: int) -> dict[str, str]:
    """A loop of `np.sort` over arrays of a size."""
    return {
        name: text(source).replace("SIZE", str(n))
        for name, source in {
            "loop": """
                import numpy as np

                arrays = [np.random.rand(SIZE) for _ in range(100)]
                for array in arrays:
                    ordered = np.sort(array)
                """,
            "renamed": """
                import numpy

                rows = [numpy.random.rand(SIZE) for _ in range(100)]
                for row in rows:
                    done = numpy.sort(row)
                """,
            "from_import": """
                from numpy import sort as in_order
                from numpy.random import rand

                arrays = [rand(SIZE) for _ in range(100)]
                for array in arrays:
                    ordered = in_order(array)
                """,
            "comprehension": """
                import numpy as np

                arrays = [np.random.rand(SIZE) for _ in range(100)]
                ordered = [np.sort(array) for array in arrays]
                """,
            "mapped": """
                import numpy as np

                arrays = [np.random.rand(SIZE) for _ in range(100)]
                ordered = list(map(np.sort, arrays))
                """,
            "helper": """
                import numpy as np

                def in_order(array):
                    return np.sort(array)

                arrays = [np.random.rand(SIZE) for _ in range(100)]
                for array in arrays:
                    ordered = in_order(array)
                """,
            "helper_in_helper": """
                import numpy as np

                def one(array):
                    return np.sort(array)

                def every(arrays):
                    for array in arrays:
                        one(array)

                every([np.random.rand(SIZE) for _ in range(100)])
                """,
            "method": """
                import numpy as np

                class Sorter:
                    def __init__(self):
                        self.arrays = [np.random.rand(SIZE) for _ in range(100)]

                    def run(self):
                        for array in self.arrays:
                            ordered = np.sort(array)

                Sorter().run()
                """,
            "constant": """
                import numpy as np

                N = SIZE
                array = np.random.rand(N)
                for _ in range(100):
                    ordered = np.sort(array)
                """,
            "appended": """
                import numpy as np

                arrays = []
                for _ in range(100):
                    arrays.append(np.random.rand(SIZE))
                for array in arrays:
                    ordered = np.sort(array)
                """,
            "zeros": """
                import numpy as np

                for _ in range(100):
                    ordered = np.sort(np.zeros((SIZE,), dtype=np.float64))
                """,
            "default_rng": """
                import numpy as np

                rng = np.random.default_rng(1)
                arrays = [rng.random(SIZE) for _ in range(100)]
                for array in arrays:
                    ordered = np.sort(array)
                """,
        }.items()
    }


SORT_OBJECTS = _all(
    object_dtype="""
        import numpy as np

        arrays = [np.random.rand(1_000_000).astype(object) for _ in range(100)]
        for array in arrays:
            ordered = np.sort(array)
        """,
    object_array="""
        import numpy as np

        for _ in range(100):
            ordered = np.sort(np.zeros(1_000_000, dtype=object))
        """,
    list_between="""
        import numpy as np

        arrays = [np.random.rand(1_000_000) for _ in range(100)]
        for array in arrays:
            ordered = sorted(array.tolist())
        """,
)


def hashing(n: str) -> dict[str, str]:
    """A loop of sha256 over blocks of a size, written as an expression."""
    return {
        name: text(source).replace("SIZE", n)
        for name, source in {
            "loop": """
                import hashlib

                block = b"x" * SIZE
                for _ in range(10_000):
                    hashlib.sha256(block)
                """,
            "renamed": """
                import hashlib as h

                payload = bytes(SIZE)
                for turn in range(10_000):
                    checksum = h.sha256(payload)
                """,
            "from_import": """
                from hashlib import sha256 as digest

                block = b"x" * SIZE
                for _ in range(10_000):
                    digest(block).hexdigest()
                """,
            "by_name": """
                import hashlib

                block = b"x" * SIZE
                for _ in range(10_000):
                    hashlib.new("sha256", block)
                """,
            "updated": """
                import hashlib

                block = b"x" * SIZE
                running = hashlib.sha256()
                for _ in range(10_000):
                    other = hashlib.sha256()
                    other.update(block)
                """,
            "comprehension": """
                import hashlib

                blocks = [b"x" * SIZE for _ in range(100)]
                digests = [hashlib.sha256(block).hexdigest() for block in blocks]
                """,
            "mapped": """
                import hashlib

                blocks = [b"x" * SIZE for _ in range(100)]
                digests = list(map(hashlib.sha256, blocks))
                """,
            "helper": """
                import hashlib

                def checksum(block):
                    return hashlib.sha256(block).hexdigest()

                block = b"x" * SIZE
                for _ in range(10_000):
                    checksum(block)
                """,
            "method": """
                import hashlib

                class Checksums:
                    def __init__(self, block):
                        self.block = block

                    def run(self):
                        for _ in range(10_000):
                            hashlib.sha256(self.block).hexdigest()

                Checksums(b"x" * SIZE).run()
                """,
            "while_loop": """
                import hashlib

                block = b"x" * SIZE
                i = 0
                while i < 10_000:
                    hashlib.sha256(block).hexdigest()
                    i += 1
                """,
            "default_argument": """
                import hashlib

                def checksums(block=b"x" * SIZE):
                    for _ in range(10_000):
                        hashlib.sha256(block).hexdigest()

                checksums()
                """,
            "slices": """
                import hashlib

                data = bytes(100 * SIZE)
                for start in range(0, 100 * SIZE, SIZE):
                    hashlib.sha256(data[start : start + SIZE]).hexdigest()
                """,
        }.items()
    }


GROUPBY = {
    "shipped": shipped("groupby_int"),
    **_all(
        renamed="""
            import numpy
            import pandas

            table = pandas.DataFrame({"k": numpy.random.randint(0, 100, 1_000_000), "v": numpy.random.rand(1_000_000)})
            for _ in range(10):
                sums = table.groupby("k").v.sum()
            """,
        subscripted="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"k": np.random.randint(0, 100, 1_000_000), "v": np.random.rand(1_000_000)})
            for _ in range(10):
                totals = df.groupby("k")["v"].sum()
            """,
        by_keyword="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"k": np.arange(1_000_000) % 100, "v": np.random.rand(1_000_000)})
            for _ in range(10):
                totals = df.groupby(by="k").v.sum()
            """,
        from_import="""
            from numpy.random import default_rng
            from pandas import DataFrame as Table

            rng = default_rng(1)
            df = Table({"k": rng.integers(0, 100, 1_000_000), "v": rng.random(1_000_000)})
            for _ in range(10):
                totals = df.groupby("k").v.sum()
            """,
        comprehension="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"k": np.random.randint(0, 100, 1_000_000), "v": np.random.rand(1_000_000)})
            totals = [df.groupby("k").v.sum() for _ in range(10)]
            """,
        helper="""
            import numpy as np
            import pandas as pd

            def totals(df):
                return df.groupby("k").v.sum()

            df = pd.DataFrame({"k": np.random.randint(0, 100, 1_000_000), "v": np.random.rand(1_000_000)})
            for _ in range(10):
                totals(df)
            """,
        method="""
            import numpy as np
            import pandas as pd

            class Report:
                def __init__(self):
                    self.df = pd.DataFrame({"k": np.random.randint(0, 100, 1_000_000), "v": np.random.rand(1_000_000)})

                def run(self):
                    for _ in range(10):
                        totals = self.df.groupby("k").v.sum()

            Report().run()
            """,
        columns_set="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"v": np.random.rand(1_000_000)})
            df["k"] = np.random.randint(0, 100, 1_000_000)
            for _ in range(10):
                totals = df.groupby("k").v.sum()
            """,
    ),
}
GROUPBY_FLIPPED = _all(
    python_function="""
        import numpy as np
        import pandas as pd

        df = pd.DataFrame({"k": np.random.randint(0, 100, 1_000_000), "v": np.random.rand(1_000_000)})
        for _ in range(10):
            totals = df.v.apply(lambda value: value * 2)
        """,
    few_rows="""
        import numpy as np
        import pandas as pd

        df = pd.DataFrame({"k": np.random.randint(0, 10, 100), "v": np.random.rand(100)})
        for _ in range(10_000):
            totals = df.groupby("k").v.sum()
        """,
)
APPLY = {
    "shipped": shipped("apply_lambda"),
    **_all(
        renamed="""
            import numpy
            import pandas

            table = pandas.DataFrame({"a": numpy.random.rand(100_000), "b": numpy.random.rand(100_000)})
            for _ in range(3):
                sums = table.apply(lambda record: record["a"] + record["b"], axis=1)
            """,
        named_function="""
            import numpy as np
            import pandas as pd

            def add(row):
                return row["a"] + row["b"]

            df = pd.DataFrame({"a": np.random.rand(100_000), "b": np.random.rand(100_000)})
            for _ in range(3):
                result = df.apply(add, axis=1)
            """,
        attributes="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"a": np.random.rand(100_000), "b": np.random.rand(100_000)})
            for _ in range(3):
                result = df.apply(lambda row: row.a + row.b, axis=1)
            """,
        comprehension="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"a": np.random.rand(100_000), "b": np.random.rand(100_000)})
            results = [df.apply(lambda row: row["a"] + row["b"], axis=1) for _ in range(3)]
            """,
        helper="""
            import numpy as np
            import pandas as pd

            def sums(df):
                return df.apply(lambda row: row["a"] + row["b"], axis=1)

            df = pd.DataFrame({"a": np.random.rand(100_000), "b": np.random.rand(100_000)})
            for _ in range(3):
                result = sums(df)
            """,
        annotated="""
            import pandas as pd

            def run(df: pd.DataFrame, times: int) -> None:
                for _ in range(times):
                    result = df.apply(lambda row: row["a"] + row["b"], axis=1)
            """,
        method="""
            import numpy as np
            import pandas as pd

            class Report:
                def __init__(self):
                    self.df = pd.DataFrame({"a": np.random.rand(100_000), "b": np.random.rand(100_000)})

                def run(self):
                    for _ in range(3):
                        result = self.df.apply(lambda row: row["a"] + row["b"], axis=1)

            Report().run()
            """,
        column="""
            import numpy as np
            import pandas as pd

            df = pd.DataFrame({"a": np.random.rand(100_000), "b": np.random.rand(100_000)})
            for _ in range(3):
                result = df["a"].apply(lambda value: value + 1)
            """,
    ),
}
APPLY_FLIPPED = _all(
    whole_columns="""
        import numpy as np
        import pandas as pd

        df = pd.DataFrame({"a": np.random.rand(10_000_000), "b": np.random.rand(10_000_000)})
        for _ in range(3):
            result = df["a"] + df["b"]
        """,
)

MATMUL = {
    "shipped": shipped("matmul"),
    **_all(
        renamed="""
            import numpy

            left = numpy.random.rand(2000, 2000)
            right = numpy.random.rand(2000, 2000)
            for _ in range(20):
                product = left @ right
            """,
        function="""
            import numpy as np

            a = np.random.rand(2000, 2000)
            b = np.random.rand(2000, 2000)
            for _ in range(20):
                c = np.matmul(a, b)
            """,
        dot="""
            import numpy as np

            a = np.ones((2000, 2000))
            b = np.ones((2000, 2000))
            for _ in range(20):
                c = np.dot(a, b)
            """,
        dot_method="""
            import numpy as np

            a = np.ones((2000, 2000))
            for _ in range(20):
                c = a.dot(a)
            """,
        in_place="""
            import numpy as np

            a = np.random.rand(2000, 2000)
            c = np.eye(2000)
            for _ in range(20):
                c = c @ a
            """,
        comprehension="""
            import numpy as np

            pairs = [(np.random.rand(2000, 2000), np.random.rand(2000, 2000)) for _ in range(20)]
            products = [a @ b for a, b in pairs]
            """,
        helper="""
            import numpy as np

            def product(a, b):
                return a @ b

            a = np.random.rand(2000, 2000)
            for _ in range(20):
                product(a, a)
            """,
        method="""
            import numpy as np

            class Model:
                def __init__(self, n):
                    self.a = np.random.rand(n, n)
                    self.b = np.random.rand(n, n)

                def run(self):
                    for _ in range(20):
                        c = self.a @ self.b

            Model(2000).run()
            """,
        mapped="""
            import numpy as np

            a = np.random.rand(2000, 2000)
            others = [np.random.rand(2000, 2000) for _ in range(20)]
            products = list(map(lambda b: a @ b, others))
            """,
    ),
}
MATMUL_FLIPPED = _all(
    elementwise="""
        import numpy as np

        a = np.random.rand(2000, 2000)
        for _ in range(20):
            c = np.sin(a)
        """,
    tiny="""
        import numpy as np

        a = np.random.rand(3, 3)
        b = np.random.rand(3, 3)
        for _ in range(200_000):
            c = a @ b
        """,
    object_dtype="""
        import numpy as np

        a = np.ones((200, 200), dtype=object)
        for _ in range(20):
            c = a @ a
        """,
)

PAGINATION = {
    "shipped": shipped("pagination"),
    **_all(
        issue="""
            while url: r = requests.get(url); url = r.json()['next']
            """,
        renamed="""
            import requests

            address = "https://api.example.com/items"
            while address:
                answer = requests.get(address)
                address = answer.json()["next"]
            """,
        from_import="""
            from requests import get as fetch

            url = "https://api.example.com/items"
            while url is not None:
                page = fetch(url).json()
                url = page.get("next")
            """,
        forever="""
            import requests

            url = "https://api.example.com/items"
            while True:
                page = requests.get(url).json()
                if not page["next"]:
                    break
                url = page["next"]
            """,
        session="""
            import requests

            session = requests.Session()
            url = "https://api.example.com/items"
            while url:
                r = session.get(url)
                url = r.json()["next"]
            """,
        generator="""
            import requests

            def pages(url):
                while url:
                    page = requests.get(url).json()
                    yield page
                    url = page["next"]

            for page in pages("https://api.example.com/items"):
                print(page["id"])
            """,
        helper="""
            import requests

            def fetch(url):
                page = requests.get(url).json()
                return page["items"], page["next"]

            url = "https://api.example.com/items"
            found = []
            while url:
                items, url = fetch(url)
                found.extend(items)
            """,
        method="""
            import requests

            class Client:
                def __init__(self):
                    self.url = "https://api.example.com/items"

                def run(self):
                    while self.url:
                        r = requests.get(self.url)
                        self.url = r.json()["next"]

            Client().run()
            """,
        cursor="""
            import requests

            def all_items():
                cursor = None
                items = []
                for _ in range(100):
                    page = requests.get("https://api.example.com/items", params={"after": cursor}).json()
                    items.extend(page["items"])
                    cursor = page["cursor"]
                return items

            all_items()
            """,
        walrus="""
            import requests

            url = "https://api.example.com/items"
            while (page := requests.get(url).json())["next"]:
                url = page["next"]
            """,
    ),
}
PAGINATION_FLIPPED = _all(
    addresses_known="""
        import requests

        pages = []
        for url in urls:
            r = requests.get(url)
            pages.append(r.json())
        """,
    numbered="""
        import requests

        pages = [requests.get(f"https://api.example.com/items?page={n}").json() for n in range(100)]
        """,
)
