"""How a region scales: a closed queueing network of threads, the GIL, the cores, and the world outside.

T threads circulate between a single server (the GIL, demand G), C cores (demand N; whoever holds the GIL occupies a
core too) and a delay (W). With R = G + N + W the asymptotic bounds (Denning and Buzen, "The operational analysis of
queueing network models", 1978) give `S(T) <= min(T, R/G, C*R/(G+N))`; mean value analysis (Reiser and Lavenberg, 1980)
gives the curve for exponential service times. Real loops are regular: their threads fall into step and nearly reach the
bound, unless each handoff of the GIL costs about as much as the phases between them.
"""

from __future__ import annotations

import math

from gillint.frozen import dataclass

# A contended handoff: the wake-up of the waiting thread and the switch to it, during which nobody has the GIL. Fitted
# to the grid that `scripts/calibrate_handoff.py` measures (scripts/data/): 17 microseconds for phases of 50 and 200.
HANDOFF_NS = 20_000.0
# Taking the GIL costs this much even where nobody is in the way; it makes short phases collide (same grid, fitted).
RETAKE_NS = 800.0
# What convoys leave of one thread's throughput: 0.95 where handoffs are rare, less as they fill the time (same grid:
# 0.72 at 10/10 us, 0.87 at 50/10, 0.92 at 100/10, 0.96 at 200/10).
CONVOY_FLOOR = 0.95
CONVOY_LOSS = 0.2
CONVOY_WORST = 0.65
# Thousands of releases a millisecond lose more: where the handoffs would fill 20 to 190 times the time, two threads ran at
# 0.27 to 0.53, whatever the number (`scripts/calibrate_convoys.py`: select, os.stat, SQLite's rows, matches of the `regex`
# module; three programs of `fixtures/workloads`). Up to there by the logarithm.
SWARM_FROM = 5.0
SWARM_LOSS = 0.42
SWARM_FULL = 20.0
# Bytecode under a lock that all threads share is interrupted while it holds the lock, and every take is a handoff of both:
# `strptime` on two threads ran at 0.27 to 0.35, logging at 0.30 to 0.46 (the same script, and two programs).
LOCK_CONVOY = 0.62
# The part of the way from mean value analysis up to the bound that regular phases go (200/200 us and 1/1 ms: 0.6-0.75).
REGULARITY = 0.75
# First touches of fresh pages take a lock of the address space: the part of their time that threads cannot share, and
# their time (a minor fault takes some 250 ns for 4 KiB).
PAGE_FAULT_NS_PER_BYTE = 250.0 / 4096
PAGE_FAULT_SERIAL = 0.12
HELD_SHARE = 0.8  # beyond it the GIL alone decides
_KNEE_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Load:
    """One scenario's demands of one iteration, in nanoseconds; `parallel` is the core time that a library spreads itself."""

    gil: float
    native: float
    wait: float
    releases: float = 0.0
    parallel: float = 0.0
    pages: float = 0.0
    serial: float = 0.0
    guarded: float = 0.0

    def elapsed(self, cores: int) -> float:
        """R: the time of one iteration alone."""
        return max(self.gil + self.native - self.parallel + self.parallel / cores + self.wait, 1e-3)


def bound(load: Load, threads: int, cores: int) -> float:
    """The asymptotic bound of the speed-up."""
    r = load.elapsed(cores)
    limit = float(threads)
    if load.gil > 0:
        limit = min(limit, r / load.gil)
    if load.gil + load.native > 0:
        limit = min(limit, cores * r / (load.gil + load.native))
    if load.serial > 0:
        limit = min(limit, r / load.serial)
    return limit


def mean_value_analysis(load: Load, threads: int, cores: int) -> float:
    """The speed-up for exponential service times; the cores as one queue of speed C and a delay (Seidmann et al., 1990)."""
    single = load.elapsed(cores)
    core_queue = load.native / cores if threads > cores else 0.0  # nobody waits for a core that is free
    core_delay = load.native - core_queue
    queue_gil = queue_core = 0.0
    throughput = 1.0 / single
    for population in range(1, threads + 1):
        at_gil = load.gil * (1.0 + queue_gil)
        at_core = core_queue * (1.0 + queue_core)
        throughput = population / (at_gil + at_core + core_delay + load.wait or 1e-3)
        queue_gil, queue_core = throughput * at_gil, throughput * at_core
    return min(throughput * single, bound(load, threads, cores))


def contention(load: Load, threads: int, cores: int) -> float:
    """How likely a retake finds the GIL taken: about never where the threads' holds fit beside each other, always past that."""
    rho = threads * (load.gil + load.releases * RETAKE_NS) / load.elapsed(cores)
    return min(1.0, rho) ** 2


def likely(load: Load, threads: int, cores: int) -> float:
    """The expected speed-up of regular loops on exactly `threads` threads."""
    if threads <= 1:
        return 1.0
    r = load.elapsed(cores)
    ceiling = bound(load, threads, cores)
    expected = mean_value_analysis(load, threads, cores)
    # Retakes are counted where somebody else wants the GIL; a handoff lengthens the holder's turn.
    handoff = load.releases * HANDOFF_NS * contention(load, threads, cores)
    with_handoff = ceiling
    if load.gil + handoff > 0:
        with_handoff = min(ceiling, r / (load.gil + handoff))
    short = r / (r + handoff) if handoff > 0 else 1.0  # phases short beside the handoff: closer to MVA and below
    weight = REGULARITY if load.wait < load.native else 1.0
    regular = expected + (ceiling - expected) * weight if expected < ceiling else ceiling
    value = min(regular, with_handoff * (0.5 + 0.5 * short) if with_handoff < ceiling else regular)
    value = min(value, threads * r / (r + _woken(load, threads, r)))
    crowd = load.releases * HANDOFF_NS / r
    floor = min(1.0, ceiling) if load.releases < 0.5 else min(CONVOY_FLOOR - CONVOY_LOSS * min(1.1, crowd), ceiling)
    value = max(value * _bookkeeping(load, r), floor) * _pages(load, threads, cores)
    value *= (1.0 - _swarm(load, crowd, r)) * (1.0 - LOCK_CONVOY * min(1.0, load.guarded / r))
    return min(value, ceiling)


def _woken(load: Load, threads: int, r: float) -> float:
    """The time in which a thread is woken up after a retake that one of the others was in the way of."""
    return load.releases * HANDOFF_NS * taken_by_others(load, threads, r)


def taken_by_others(load: Load, threads: int, r: float) -> float:
    """The share of the time in which one of the other threads holds the GIL, where each goes its own way."""
    return min(1.0, (threads - 1) * (load.gil + load.releases * RETAKE_NS) / r)


def _swarm(load: Load, crowd: float, r: float) -> float:
    """What very many contended releases cost on top."""
    if crowd <= SWARM_FROM or load.gil / r < 0.1:
        return 0.0
    return SWARM_LOSS / CONVOY_FLOOR * min(1.0, math.log(crowd / SWARM_FROM) / math.log(SWARM_FULL / SWARM_FROM))


def _bookkeeping(load: Load, r: float) -> float:
    """Uncontended releases cost threads a few percent against processes where they are frequent (1.83-1.93 of 2.0)."""
    return 1.0 - 0.05 * min(1.0, 500_000.0 * load.releases / r) if load.releases and load.gil / r < HELD_SHARE else 1.0


def _pages(load: Load, threads: int, cores: int) -> float:
    """What page faults leave: they are serialised in part by the address space's lock."""
    serial = load.pages * PAGE_FAULT_NS_PER_BYTE * PAGE_FAULT_SERIAL / load.elapsed(cores)
    return 1.0 / (1.0 + serial * (threads - 1))


def pessimistic(load: Load, threads: int, cores: int, expected: float) -> float:
    """What handoffs, forced switches and a busy partner leave at worst of the expected speed-up."""
    value = expected
    held = load.gil / load.elapsed(cores)
    if load.releases >= 0.5 and load.gil > 0:
        value *= 1.0 - 0.2 * contention(load, threads, cores)
    # Threads that only take turns lose up to a quarter: caches, and the allocator's arenas (np.array(list): 0.73).
    value *= 1.0 - 0.2 * held
    if load.native > 0:
        value *= 0.93
    return max(value, min(CONVOY_WORST, expected))


def knee(load: Load, cores: int) -> tuple[int, float]:
    """The number of threads past which more add nothing, and the speed-up there."""
    r = load.elapsed(cores)
    service = max(load.gil, load.serial, (load.gil + load.native) / cores)
    exact = r / service if service > 0 else float(_KNEE_LIMIT)
    threads = max(1, int(min(float(_KNEE_LIMIT), exact + 0.999)))
    best = max(1.0, likely(load, threads, cores))
    if best < 1.05:
        return 1, 1.0
    return threads, best
