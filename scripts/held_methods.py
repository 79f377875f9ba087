"""Is the held fraction right? Known mixtures of holding and releasing, read by each method of `gillint.measure`.

    python -m scripts.held_methods [--seconds 6]

Each mixture is one Python loop (holds) followed by SHA-256 of a block (releases), both timed alone by CPU time beforehand,
so that the true fraction is known whatever the machine does meanwhile. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from gillint.measure import sampler
from gillint.measure.engine import measure
from gillint.measure.plan import Benchmark, Failed
from gillint.measure.script import Piece, assemble

# Loop iterations of one hold, bytes of one release, and how many pairs make a run.
MIXTURES = (
    (0, 1 << 20, 20),
    (100, 1 << 16, 200),
    (500, 1 << 16, 100),
    (2_000, 1 << 16, 50),
    (200, 1 << 13, 500),
    (500, 1 << 12, 400),
    (2_000, 1 << 13, 100),
    (50_000, 1 << 20, 10),
    (20_000, 1 << 13, 20),
    (20_000, 0, 20),
)

_KNOWN = """
import hashlib, statistics, time
hold, data = {hold}, bytes({block})
def loop():
    s = 0
    for i in range(hold):
        s += i * i
def digest():
    if data:
        hashlib.sha256(data)
def alone(part):
    samples = []
    for _ in range(30):
        start = time.thread_time_ns()
        for _ in range(20):
            part()
        samples.append(time.thread_time_ns() - start)
    return statistics.median(samples)
g, n = alone(loop), alone(digest)
print(g / (g + n))
"""


def mixture(hold: int, block: int, pairs: int) -> Benchmark:
    """The benchmark of one mixture."""
    setup = f"import hashlib\ndata = bytes({block})"
    work = (
        "def gillint_inputs():\n    return ()\n\n\n"
        f"def gillint_work():\n    for _ in range({pairs}):\n        s = 0\n        for i in range({hold}):\n"
        "            s += i * i\n        if data:\n            hashlib.sha256(data)"
    )
    return assemble([Piece(setup), Piece(work)], origin="mixture", work="a mixture")


def known(hold: int, block: int) -> float:
    """The true fraction, from the CPU time of the two parts alone (the digest's few held microseconds are not in it)."""
    text = _KNOWN.format(hold=hold, block=block)
    return float(subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each mixture and method")
    seconds = parser.parse_args().seconds
    print("| loop iterations, block | known | counted | sampled by py-spy |\n|---|---|---|---|")
    for hold, block, pairs in MIXTURES:
        benchmark = mixture(hold, block, pairs)
        try:
            found = measure(benchmark, interpreter=sys.executable, threads=2, seconds=seconds)
            counted = f"{found.held.likely:.3f}" if found.held is not None else found.held_method
        except Failed as problem:
            counted = str(problem)
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "benchmark.py"
            script.write_text(benchmark.script, encoding="utf-8")
            share, why = sampler.held_fraction([sys.executable, str(script)], folder, seconds, "not counted")
        sampled = f"{share.likely:.3f} ({share.low:.3f}-{share.high:.3f})" if share is not None else why
        print(f"| {hold:,}, {block:,} bytes | {known(hold, block):.3f} | {counted} | {sampled} |", flush=True)


if __name__ == "__main__":
    main()
