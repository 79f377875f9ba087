"""What it costs to send work to another process, and its result back."""

from __future__ import annotations

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.estimate import Estimate
from gillint.resolve.trace import Call
from gillint.resolve.values import Value

TASK_NS = 84e3  # a task that does nothing, through ProcessPoolExecutor.map (CPython 3.11.7, two cores)
# ... and in chunks: what each item costs the process that sends and collects, however little is done with it (same machine,
# CPU time of the parent for a million numbers: 109-156 ns an item with Pool.map, 319-382 ns with ProcessPoolExecutor.map).
# `joblib.Parallel(n_jobs=2)(delayed(sqrt)(i) ...)`, which makes the chunks itself: 4.2 us of the parent, 11 us of elapsed time.
_IN_CHUNKS_NS = {"multiprocessing.": 110.0, "concurrent.futures.": 320.0, "joblib.": 4_200.0}
_NS_PER_BYTE = 2.5  # an array on its way to a process: 8 MB took 20-22 ms, one way (same machine)
_ITEM_BYTES = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "uint8": 1, "int8": 1, "complex128": 16}
# Pools that send work in chunks by themselves.
_CHUNKED = ("multiprocessing.Pool.map", "multiprocessing.Pool.starmap", "multiprocessing.Pool.map_async")


def not_worth_sending(a: Assessment) -> str | None:
    """Why a task of a pool of processes costs more to send than to do, where that is known of every size it may have."""
    handover = a.region.handover
    assert handover is not None
    work, via = a.demand.elapsed, str(a.region.via)
    if work.high <= 0:
        return None
    chunked = via.startswith("joblib.") or via in _CHUNKED or any(name == "chunksize" for name, _ in handover.options)
    if not chunked and max(work.scenarios) < 0.5 * TASK_NS:
        cure = "send batches (`chunksize=`), or run it here" if "map" in via else "send batches, or run it here"
        return (
            f"a task takes about {duration(work.likely)}, and sending it to a process and its result back about "
            f"{duration(TASK_NS)}: {cure}"
        )
    each = next((ns for pool, ns in _IN_CHUNKS_NS.items() if via.startswith(pool)), 0.0)
    if chunked and max(work.scenarios) < each:
        return (
            f"an item takes about {duration(work.likely)}, and even in chunks sending it and its result takes this process "
            f"{duration(each)}: run it here, or hand over more work for each item"
        )
    return too_large_to_send(a)


def too_large_to_send(a: Assessment) -> str | None:
    """Why the arguments and the result of a task take longer to move to another process and back than the work itself."""
    handover = a.region.handover
    if handover is None or str(a.region.via).startswith("joblib."):
        return None  # joblib maps large arrays into memory that the processes share
    work = a.demand.elapsed
    sent = _bytes_of(handover.arguments) + _results(a)
    moving = sent * _NS_PER_BYTE
    if sent.known and moving.likely > max(work.scenarios) and moving.likely > TASK_NS:
        return (
            f"sending {sent.likely / 1e6:.3g} MB for each task takes about {duration(moving.likely)}, the work itself "
            f"{duration(work.likely)}: use shared memory, send names of files instead, or run it here"
        )
    return None


def _bytes_of(values: tuple[Value, ...]) -> Estimate:
    whole = Estimate.point(0)
    for value in values:
        if value.size is None or not value.size.known:
            continue
        if value.type == "numpy.ndarray":
            whole = whole + value.size * _ITEM_BYTES.get(value.dtype or "", 8)
        elif value.type in ("bytes", "bytearray", "str"):
            whole = whole + value.size
    return whole


def _results(a: Assessment) -> Estimate:
    """What comes back, where the work is one call whose result is known."""
    assert a.region.handover is not None
    nodes = [n for n in a.region.handover.worker.nodes if isinstance(n, Call) and not n.implicit]
    made = nodes[0].result if len(nodes) == 1 else None
    return _bytes_of((made,)) if made is not None else Estimate.point(0)
