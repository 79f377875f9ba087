"""The time in which a server that a program brings along has none for its other clients."""

from __future__ import annotations

from collections.abc import Iterable

from gillint.estimate import Estimate, total
from gillint.resolve.trace import Peer


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
