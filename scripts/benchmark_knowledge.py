"""How long it takes to load the whole knowledge base: reading every file, the first run, and every later one.

python -m scripts.benchmark_knowledge            each time is the least of several, in processes of their own
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

CODE = """
import time
start = time.perf_counter()
from gillint.knowledge import base, read
imported = time.perf_counter()
if {read}:
    for path in base.library_files().values():
        read.read_library(path.read_text(encoding="utf-8"), path.name)
else:
    names = sum(len(library.facts) for library in base.all_libraries())
loaded = time.perf_counter()
print(imported - start, loaded - imported)
"""


def least(read: bool, cache: str, times: int) -> tuple[float, float]:
    """Milliseconds for the imports, and for the loading."""
    runs = []
    for _ in range(times):
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        command = [sys.executable, "-c", CODE.format(read=read)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        runs.append(tuple(1e3 * float(part) for part in done.stdout.split()))
    return min(run[0] for run in runs), min(run[1] for run in runs)


def main() -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as cache:
        rows = [("first run", *least(False, cache, 1)), ("later runs", *least(False, cache, 7))]
        rows.append(("every file read", *least(True, cache, 3)))
    for label, imports, loading in rows:
        print(f"{label:16} {loading:8.1f} ms, and {imports:.1f} ms for the imports")
    return 0


if __name__ == "__main__":
    sys.exit(main())
