"""The functions that only processes run, each with a GIL of its own."""

from __future__ import annotations

from collections.abc import Iterable

from gillint.resolve.trace import Block, Call, Concurrency, Handover, Resolved, children


def only_in_processes(resolved: Resolved) -> frozenset[str]:
    """The functions that nothing runs but the processes that the program starts."""
    workers: list[Handover] = []
    for trace in resolved.functions:
        _run_by([trace.block], workers)
    if not workers:
        return frozenset()
    handed = {worker.worker_name for worker in workers}
    at_first = [t for t in resolved.functions if t.name == "<module>" or (t.is_entry and t.name not in handed)]
    elsewhere = _run_by((t.block for t in at_first), []).union(t.name for t in at_first)
    return _run_by((w.worker for w in workers), []) - elsewhere


def _run_by(blocks: Iterable[Block], apart: list[Handover]) -> frozenset[str]:
    """The functions that some blocks run, but for what they hand over to processes, which is added to `apart`."""
    found: set[str] = set()
    stack, seen = list(blocks), set[int]()
    while stack:
        block = stack.pop()
        if id(block) in seen:
            continue
        seen.add(id(block))
        for node in block.nodes:
            if isinstance(node, Handover) and node.concurrency is Concurrency.PROCESSES:
                apart.append(node)
                continue
            if isinstance(node, Call) and node.kind == "project":
                found.add(node.name)
            stack.extend(children(node))
    return frozenset(found)
