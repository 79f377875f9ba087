"""What swarms of releases and locks of libraries cost two threads: the points that the model's constants come from.

    python -m scripts.calibrate_convoys [--seconds 6]

Prints, for each program, how often it releases in a millisecond, the crowd q = k h / R (how many times the handoffs would
fill the time, with h = HANDOFF_NS), the two-thread speed-up with its controls, and what the model says. `SWARM_*` and
`LOCK_CONVOY` in `gillint/scaling/model.py` were read off this table; docs/model.md quotes it.
"""

from __future__ import annotations

import argparse
import sys

from gillint.measure.engine import measure
from gillint.measure.plan import Failed
from gillint.measure.script import Piece, assemble
from gillint.scaling.model import HANDOFF_NS, Load, likely

# name: (set-up, one run, share of the time under a lock of the library's that all threads take)
PROGRAMS = {
    "sqlite rows": (
        "import sqlite3, threading\nlocal = threading.local()\ndef rows():\n    if not hasattr(local, 'c'):\n"
        "        local.c = sqlite3.connect(':memory:')\n        local.c.execute('create table t (a, b)')\n"
        "        local.c.executemany('insert into t values (?, ?)', [(i, i) for i in range(20000)])\n"
        "    for _ in local.c.execute('select a, b from t'):\n        pass",
        "rows()",
        0.0,
    ),
    "regex matches": (
        "import regex\np = regex.compile(r'[a-z]+')\nt = 'lorem ipsum dolor ' * 2000",
        "p.findall(t)",
        0.0,
    ),
    "select without waiting": (
        "import select\nnone = []",
        "for _ in range(5000): select.select(none, none, none, 0)",
        0.0,
    ),
    "os.stat": ("import os", "for _ in range(2000): os.stat('/')", 0.0),
    "strptime": (
        "from datetime import datetime",
        "for _ in range(2000): datetime.strptime('2024-05-17 08:30', '%Y-%m-%d %H:%M')",
        1.0,
    ),
    "logging": (
        "import logging, os\nlog = logging.getLogger('x')\nlog.propagate = False\n"
        "log.addHandler(logging.StreamHandler(open(os.devnull, 'w')))",
        "for i in range(1000): log.warning('order %d', i)",
        1.0,
    ),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each program")
    seconds = parser.parse_args().seconds
    print("| program | held | releases a ms | q | two threads | controls | model |\n|---|---|---|---|---|---|---|")
    for name, (setup, run, guarded) in PROGRAMS.items():
        work = f"def gillint_inputs():\n    return ()\n\n\ndef gillint_work():\n    {run}"
        try:
            m = measure(
                assemble([Piece(setup), Piece(work)], origin=name, work=name),
                interpreter=sys.executable,
                threads=2,
                seconds=seconds,
            )
        except Failed as problem:
            print(f"| {name} | {problem} |")
            continue
        if m.demands is None or m.held is None:
            print(f"| {name} | {m.held_method} |")
            continue
        d = m.demands
        r = d.gil + d.native + d.wait
        load = Load(d.gil, d.native, d.wait, d.releases, guarded=guarded * d.gil)
        s = m.speedup
        print(
            f"| {name} | {m.held.likely:.2f} | {d.releases / r * 1e6:,.0f} | {d.releases * HANDOFF_NS / r:.1f} | "
            f"{s.likely:.2f} ({s.low:.2f}-{s.high:.2f}) | +{m.positive.likely:.2f} -{m.negative.likely:.2f} | "
            f"{likely(load, 2, m.cores):.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
