"""What it costs to send work to another process, and its result back."""

from __future__ import annotations

from gillint.advice.assess import Assessment
from gillint.advice.explain import duration
from gillint.estimate import ZERO, Estimate, total
from gillint.resolve.calling.bound import element_of
from gillint.resolve.trace import Call
from gillint.resolve.values import Value, is_known

TASK_NS = 84e3  # a task that does nothing, through ProcessPoolExecutor.map (CPython 3.11.7, two cores)
# ... and in chunks: what each item costs the process that sends and collects, however little is done with it (same machine,
# CPU time of the parent for a million numbers: 109-156 ns an item with Pool.map, 319-382 ns with ProcessPoolExecutor.map).
# `joblib.Parallel(n_jobs=2)(delayed(sqrt)(i) ...)`, which makes the chunks itself: 4.2 us of the parent, 11 us of elapsed time.
_IN_CHUNKS_NS = {"multiprocessing.": 110.0, "concurrent.futures.": 320.0, "joblib.": 4_200.0}
_NS_PER_BYTE = 2.5  # an array on its way to a process: 8 MB took 20-22 ms, one way (same machine)
# Members of a list, made bytes and members again (CPU time, same machine): floats 62 ns, ints 48, texts 230, tuples of two 370;
# numpy's numbers, which a list of an array consists of, 2,200.
_NS_PER_MEMBER = {
    "float": 62.0,
    "int": 48.0,
    "bool": 48.0,
    "str": 230.0,
    "numpy.float64": 2_200.0,
    "numpy.int64": 2_200.0,
}
_NS_PER_RECORD = 370.0
_MEMBER_BYTES = 10  # floats 9, ints 5, texts of 12 characters 14, tuples of two 16
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
    moved = (*handover.arguments, *_results(a))
    sent, moving = total(_bytes_of(v) for v in moved), total(_time_of(v) for v in moved)
    if sent.known and moving.likely > max(work.scenarios) and moving.likely > TASK_NS:
        return (
            f"sending {sent.likely / 1e6:.3g} MB for each task takes about {duration(moving.likely)}, the work itself "
            f"{duration(work.likely)}: use shared memory, send names of files instead, or run it here"
        )
    return None


def _bytes_of(value: Value) -> Estimate:
    """How much a value is on its way; nothing where its size is not known."""
    if value.size is None or not value.size.known:
        return ZERO
    if value.type == "numpy.ndarray":
        return value.size * _ITEM_BYTES.get(value.dtype or "", 8)
    if value.type in ("bytes", "bytearray", "str"):
        return value.size
    return value.size * _MEMBER_BYTES if value.type in _MEMBERS else ZERO


def _time_of(value: Value) -> Estimate:
    """How long it is on its way, in ns."""
    if value.type not in _MEMBERS or value.size is None or not value.size.known:
        return _bytes_of(value) * _NS_PER_BYTE
    member = element_of(value)
    return value.size * (_NS_PER_MEMBER.get(member.type or "", _NS_PER_RECORD) if is_known(member) else 62.0)


_MEMBERS = ("list", "tuple")


def _results(a: Assessment) -> tuple[Value, ...]:
    """What comes back, where the work is one call whose result is known."""
    assert a.region.handover is not None
    nodes = [n for n in a.region.handover.worker.nodes if isinstance(n, Call) and not n.implicit]
    made = nodes[0].result if len(nodes) == 1 else None
    return (made,) if made is not None else ()
