"""The calls that hand work to a thread, a process, an interpreter or the event loop, and where they keep the work."""

from __future__ import annotations

from typing import Literal

from gillint.frozen import dataclass
from gillint.resolve.trace import Concurrency
from gillint.resolve.values import Value

Style = Literal["call", "map", "apply", "map-one", "starmap", "thread", "coroutine", "gather", "tasks"]


@dataclass(frozen=True, slots=True)
class HandoverSpec:
    """How one callable takes the work.

    Attributes:
        style: `call` f(work, *arguments); `map` f(work, *iterables); `apply` f(work, args, kwds); `map-one`
            f(work, iterable); `starmap` f(work, iterable of tuples); `thread` target=, args=, kwargs=; `coroutine` f(awaitable);
            `gather` f(*awaitables) or f(iterable of awaitables); `tasks` f(iterable of calls that are described).
        work: the position of the work.
        result: the type of what comes back, where it matters.
        awaitable: what comes back is awaited for the result.
        given: the types of what the work is called with, where the callable itself makes them.
        workers: the name of the argument that says how many workers there are, where the callable makes the pool itself.
    """

    concurrency: Concurrency
    style: Style
    work: int = 0
    result: str | None = None
    awaitable: bool = False
    given: tuple[str, ...] = ()
    workers: str | None = None


_T, _P, _A = Concurrency.THREADS, Concurrency.PROCESSES, Concurrency.ASYNCIO
_STREAMS = ("asyncio.StreamReader", "asyncio.StreamWriter")
FUTURE = "concurrent.futures.Future"
DELAYED = "dask.delayed.Delayed"

HANDOVERS: dict[str, HandoverSpec] = {
    "concurrent.futures.ThreadPoolExecutor.submit": HandoverSpec(_T, "call", result=FUTURE),
    "concurrent.futures.ThreadPoolExecutor.map": HandoverSpec(_T, "map", result="iterator"),
    "concurrent.futures.ProcessPoolExecutor.submit": HandoverSpec(_P, "call", result=FUTURE),
    "concurrent.futures.ProcessPoolExecutor.map": HandoverSpec(_P, "map", result="iterator"),
    "concurrent.futures.InterpreterPoolExecutor.submit": HandoverSpec(Concurrency.INTERPRETERS, "call", result=FUTURE),
    "concurrent.futures.InterpreterPoolExecutor.map": HandoverSpec(Concurrency.INTERPRETERS, "map", result="iterator"),
    "threading.Thread": HandoverSpec(_T, "thread", 1, "threading.Thread"),
    "threading.Timer": HandoverSpec(_T, "thread", 1, "threading.Timer"),
    "multiprocessing.Process": HandoverSpec(_P, "thread", 1, "multiprocessing.Process"),
    "joblib.Parallel.__call__": HandoverSpec(_P, "tasks"),
    "joblib.Parallel.threads.__call__": HandoverSpec(_T, "tasks"),
    "dask.delayed.Delayed.__call__": HandoverSpec(_T, "call", result=DELAYED),
    "tqdm.contrib.concurrent.thread_map": HandoverSpec(_T, "map", result="list", workers="max_workers"),
    "tqdm.contrib.concurrent.process_map": HandoverSpec(_P, "map", result="list", workers="max_workers"),
    "_thread.start_new_thread": HandoverSpec(_T, "apply", result="int"),
    "twisted.internet.threads.deferToThread": HandoverSpec(_T, "call", result="twisted.internet.defer.Deferred"),
    "asyncio.to_thread": HandoverSpec(_T, "call", awaitable=True),
    "asyncio.AbstractEventLoop.run_in_executor": HandoverSpec(_T, "call", 1, awaitable=True),
    "anyio.to_thread.run_sync": HandoverSpec(_T, "call", awaitable=True),
    "anyio.to_process.run_sync": HandoverSpec(_P, "call", awaitable=True),
    "anyio.to_interpreter.run_sync": HandoverSpec(Concurrency.INTERPRETERS, "call", awaitable=True),
    "trio.to_thread.run_sync": HandoverSpec(_T, "call", awaitable=True),
    "tornado.ioloop.IOLoop.run_in_executor": HandoverSpec(_T, "call", 1, awaitable=True),
    "starlette.concurrency.run_in_threadpool": HandoverSpec(_T, "call", awaitable=True),
    "fastapi.concurrency.run_in_threadpool": HandoverSpec(_T, "call", awaitable=True),
    "asgiref.sync.SyncToAsync.__call__": HandoverSpec(_T, "call", awaitable=True),
    "anyio.abc.TaskGroup.start_soon": HandoverSpec(_A, "call"),
    "anyio.abc.TaskGroup.start": HandoverSpec(_A, "call", awaitable=True),
    "trio.Nursery.start_soon": HandoverSpec(_A, "call"),
    "trio.Nursery.start": HandoverSpec(_A, "call", awaitable=True),
    "asyncio.start_server": HandoverSpec(_A, "call", awaitable=True, result="asyncio.Server", given=_STREAMS),
    "asyncio.start_unix_server": HandoverSpec(_A, "call", awaitable=True, result="asyncio.Server", given=_STREAMS),
    "asyncio.gather": HandoverSpec(_A, "gather"),
    "asyncio.wait": HandoverSpec(_A, "gather"),
    "asyncio.as_completed": HandoverSpec(_A, "gather", result="iterator"),
    "asyncio.Task": HandoverSpec(_A, "coroutine", result="asyncio.Task"),
    "asyncio.create_task": HandoverSpec(_A, "coroutine", result="asyncio.Task"),
    "asyncio.ensure_future": HandoverSpec(_A, "coroutine", result="asyncio.Task"),
    "asyncio.TaskGroup.create_task": HandoverSpec(_A, "coroutine", result="asyncio.Task"),
    "asyncio.AbstractEventLoop.create_task": HandoverSpec(_A, "coroutine", result="asyncio.Task"),
}
for _pool, _concurrency in (("multiprocessing.pool.ThreadPool", _T), ("multiprocessing.Pool", _P)):
    for _method, _style in (
        ("apply", "apply"),
        ("apply_async", "apply"),
        ("map", "map-one"),
        ("map_async", "map-one"),
        ("imap", "map-one"),
        ("imap_unordered", "map-one"),
        ("starmap", "starmap"),
        ("starmap_async", "starmap"),
    ):
        HANDOVERS[f"{_pool}.{_method}"] = HandoverSpec(_concurrency, _style, result="list")  # type: ignore[arg-type]

# Constructors of the things above, the position and name of the parameter that says how many workers there are.
POOLS: dict[str, tuple[int, str]] = {
    "concurrent.futures.ThreadPoolExecutor": (0, "max_workers"),
    "concurrent.futures.ProcessPoolExecutor": (0, "max_workers"),
    "concurrent.futures.InterpreterPoolExecutor": (0, "max_workers"),
    "multiprocessing.pool.ThreadPool": (0, "processes"),
    "multiprocessing.Pool": (0, "processes"),
    "joblib.Parallel": (0, "n_jobs"),
    # What lets only so many through at once.
    "threading.Semaphore": (0, "value"),
    "threading.BoundedSemaphore": (0, "value"),
    "multiprocessing.Semaphore": (0, "value"),
    "multiprocessing.BoundedSemaphore": (0, "value"),
    "asyncio.Semaphore": (0, "value"),
    "asyncio.BoundedSemaphore": (0, "value"),
    "anyio.Semaphore": (0, "initial_value"),
    "anyio.CapacityLimiter": (0, "total_tokens"),
    "trio.Semaphore": (0, "initial_value"),
    "trio.CapacityLimiter": (0, "total_tokens"),
}

# joblib's default is processes; what these arguments name runs in threads of the same process.
_THREADED = {"prefer": ("threads",), "backend": ("threading",), "require": ("sharedmem",)}


THREADING_BACKEND = "joblib.parallel_config.threading"


def backend_of(backend: Value | None) -> Value:
    """What `with joblib.parallel_backend("threading")` enters: pools that say nothing themselves are of threads in it."""
    is_threading = backend is not None and backend.literal is not None and backend.literal.value in _THREADED["backend"]
    return Value(type=THREADING_BACKEND if is_threading else "joblib.parallel_config")


def kind_of_pool(name: str, keywords: dict[str, Value], *, threading: bool = False) -> str:
    """The type of a pool, where its arguments decide what its workers are.

    Args:
        name: of what makes it.
        keywords: what is passed.
        threading: joblib's backend in force is that of threads.
    """
    if name != "joblib.Parallel":
        return name
    for keyword, words in _THREADED.items():
        given = keywords.get(keyword)
        if given is not None and given.literal is not None and given.literal.value in words:
            return "joblib.Parallel.threads"
    if threading and "backend" not in keywords:
        return "joblib.Parallel.threads"
    jobs = keywords.get("n_jobs")
    if jobs is not None and jobs.literal is not None and jobs.literal.value in (1, None):
        return "joblib.Parallel.sequential"
    return name


# What a call gives back, where it takes work later on.
MADE: dict[str, str] = {
    "anyio.create_task_group": "anyio.abc.TaskGroup",
    "trio.open_nursery": "trio.Nursery",
    "tornado.ioloop.IOLoop.current": "tornado.ioloop.IOLoop",
    "tornado.ioloop.IOLoop.instance": "tornado.ioloop.IOLoop",
    # Applications: what is registered with them is run in threads (`web.py`).
    "fastapi.FastAPI": "fastapi.FastAPI",
    "fastapi.APIRouter": "fastapi.APIRouter",
    "fastapi.BackgroundTasks": "fastapi.BackgroundTasks",
    "starlette.background.BackgroundTasks": "starlette.background.BackgroundTasks",
    "starlette.applications.Starlette": "starlette.applications.Starlette",
    "starlette.routing.Router": "starlette.routing.Router",
    "flask.Flask": "flask.Flask",
    "flask.Blueprint": "flask.Blueprint",
}

# Other public names of the same things.
SYNONYMS: dict[str, str] = {
    "zipfile.crc32": "zlib.crc32",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
    "multiprocessing.dummy.Pool": "multiprocessing.pool.ThreadPool",
    "multiprocessing.dummy.Process": "threading.Thread",
    "multiprocessing.dummy.DummyProcess": "threading.Thread",
    "_thread.start_new": "_thread.start_new_thread",
    "multiprocessing.pool.Pool": "multiprocessing.Pool",
    "multiprocessing.context.Process": "multiprocessing.Process",
    "asyncio.get_event_loop": "asyncio.get_running_loop",
    "asyncio.new_event_loop": "asyncio.get_running_loop",
    "asyncio.tasks.gather": "asyncio.gather",
    "joblib.parallel.Parallel": "joblib.Parallel",
    "joblib.parallel.delayed": "joblib.delayed",
    "concurrent.futures._base.Executor": "concurrent.futures.Executor",
    # An executor that is only annotated: nearly always one with threads.
    "concurrent.futures.Executor.submit": "concurrent.futures.ThreadPoolExecutor.submit",
    "concurrent.futures.Executor.map": "concurrent.futures.ThreadPoolExecutor.map",
    "anyio.TaskGroup": "anyio.abc.TaskGroup",
    "fastapi.applications.FastAPI": "fastapi.FastAPI",
    "fastapi.routing.APIRouter": "fastapi.APIRouter",
    "fastapi.background.BackgroundTasks": "fastapi.BackgroundTasks",
    "flask.app.Flask": "flask.Flask",
    "flask.blueprints.Blueprint": "flask.Blueprint",
    "numba.prange": "range",
}

# Calls that wait for work which was handed over. Its time is counted where the work is.
JOINS: frozenset[str] = frozenset(
    {
        "threading.Thread.join",
        "threading.Thread.run",
        "threading.Thread.start",
        "threading.Timer.join",
        "threading.Timer.start",
        "multiprocessing.Process.join",
        "multiprocessing.Process.start",
        "dask.delayed.Delayed.compute",
        "concurrent.futures.Future.result",
        "concurrent.futures.Future.exception",
        "concurrent.futures.wait",
        "concurrent.futures.as_completed",
        "concurrent.futures.ThreadPoolExecutor.shutdown",
        "concurrent.futures.ProcessPoolExecutor.shutdown",
        "concurrent.futures.InterpreterPoolExecutor.shutdown",
        "multiprocessing.pool.ThreadPool.join",
        "multiprocessing.pool.ThreadPool.close",
        "multiprocessing.Pool.join",
        "multiprocessing.Pool.close",
        "multiprocessing.pool.AsyncResult.get",
        "multiprocessing.pool.AsyncResult.wait",
        "multiprocessing.JoinableQueue.join",
        "queue.LifoQueue.join",
        "queue.PriorityQueue.join",
        "queue.Queue.join",
    }
)
