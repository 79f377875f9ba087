"""The functions that only processes run, each with a GIL of its own."""

from __future__ import annotations

from collections.abc import Iterable

from gillint.resolve.program import walk
from gillint.resolve.trace import Block, Call, Concurrency, Handover, Node, Resolved, children


def only_in_processes(resolved: Resolved) -> frozenset[str]:
    """The functions that nothing runs but the processes that the program starts."""
    workers = [n for n in walk(*(trace.block for trace in resolved.functions)) if _starts_a_process(n)]
    if not workers:
        return frozenset()
    handed = {n.worker_name for n in workers if isinstance(n, Handover)}
    at_first = [t for t in resolved.functions if t.name == "<module>" or (t.is_entry and t.name not in handed)]
    elsewhere = _run_by(t.block for t in at_first).union(t.name for t in at_first)
    return _run_by(n.worker for n in workers if isinstance(n, Handover)) - elsewhere


def _starts_a_process(node: Node) -> bool:
    return isinstance(node, Handover) and node.concurrency is Concurrency.PROCESSES


def _run_by(blocks: Iterable[Block]) -> frozenset[str]:
    """The functions that some blocks run, but for what they hand over to processes."""
    nodes = walk(*blocks, into=lambda node: () if _starts_a_process(node) else children(node))
    return frozenset(n.name for n in nodes if isinstance(n, Call) and n.kind == "project")
