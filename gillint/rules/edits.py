"""Edits that several rules propose."""

from __future__ import annotations

from gillint.advice.assess import Assessment
from gillint.diagnostics.fixes import Applicability, Edit, Fix
from gillint.resolve.calling.handovers import POOLS
from gillint.resolve.trace import Call
from gillint.rules.base import FileContext, own_nodes


def pool_of(a: Assessment, context: FileContext) -> Call | None:
    """The call that makes the pool, where the function that hands the work over makes just one."""
    made = [
        node
        for trace in context.resolved.functions
        if trace.name == a.region.function
        for node in own_nodes(trace.block)
        if isinstance(node, Call) and node.name in POOLS and node.path == context.path
    ]
    spans = {node.span for node in made}
    return made[0] if len(spans) == 1 else None


def processes_instead(a: Assessment, context: FileContext) -> Fix | None:
    """A pool of processes in the place of one of threads, where nothing known forbids it."""
    made = pool_of(a, context)
    if made is None or made.name != "concurrent.futures.ThreadPoolExecutor":
        return None
    known = {name for name, _ in made.bound.parameters}
    if known - {"max_workers", "initializer", "initargs"} or made.bound.has_star:
        return None
    name = a.region.handover.worker_name if a.region.handover is not None else None
    whole = name is not None and "." not in name and any(f.qualname == name for f in context.syntax.outline.functions)
    if not whole or any(x.action == "processes" and x.veto is not None for x in a.advice):
        return None  # what is not a function of the module cannot be pickled
    edit = Edit("rename", made.span, "concurrent.futures.ProcessPoolExecutor")
    return Fix("Use a pool of processes", Applicability.UNSAFE, (edit,))
