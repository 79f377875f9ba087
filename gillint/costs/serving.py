"""Servers that a program brings along: where they run, and the time that they have for none of their other clients."""

from __future__ import annotations

from collections.abc import Iterable

from gillint.estimate import Estimate, total
from gillint.resolve.program import walk
from gillint.resolve.trace import Block, Call, Concurrency, Handover, Peer, inline

_SERVES = (
    ".accept", ".serve_forever", ".start_server", ".start_unix_server", ".handle_request", "uvicorn.run", ".run_app", ".recvfrom"
)  # fmt: skip
_SERVES_FOREVER = (".serve_forever", "uvicorn.run", ".run_app", "flask.Flask.run")


def serves_forever(block: Block) -> bool:
    """Whether a block starts a server that runs until it is stopped: what it does then is what the methods that answer do."""
    return any(isinstance(node, Call) and node.name.endswith(_SERVES_FOREVER) for node in inline(block))


def is_server(work: Handover) -> bool:
    """Whether a process is there to answer what the others ask: its time is waiting to them, and theirs alone counts.

    A thread is one where a library does the answering: what it does of the file's is told by the methods that answer.
    """
    if work.concurrency not in (Concurrency.PROCESSES, Concurrency.THREADS):
        return False
    serving = _SERVES if work.concurrency is Concurrency.PROCESSES else _SERVES_FOREVER
    return any(isinstance(node, Call) and node.name.endswith(serving) for node in walk(work.worker))


def time_in_turn(waits: Iterable[tuple[Peer | None, Estimate]], whole: Estimate) -> Estimate:
    """What of one run no other thread can have from the same server.

    Measured, two threads: a server that takes one request after the other 1.0x of one thread's answers; one that stays with
    a connection until it is closed 0.94 to 1.0x of the whole program.

    Args:
        waits: who is asked, and how long the answers take together.
        whole: the time of the run.
    """
    taken = [(peer.in_turn, wait) for peer, wait in waits if peer is not None and peer.in_turn is not None]
    if any(kind == "connection" for kind, _ in taken):
        return whole
    return total(wait for _, wait in taken)
