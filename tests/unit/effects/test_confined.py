"""A library that is told to use one thread is not parallel by itself."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.effects.confined import told_to_use_one_thread
from gillint.pipeline import analyse

BLAS = {"numpy", "scipy", "sklearn"}


@pytest.mark.parametrize(
    ("line", "libraries"),
    [
        ("os.environ['OPENBLAS_NUM_THREADS'] = '1'", BLAS),
        ('os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")', BLAS),
        ("os.environ.update(OPENBLAS_NUM_THREADS='1')", BLAS),
        ('os.environ.update({"POLARS_MAX_THREADS": "1"})', {"polars"}),
        ("for name in ('OPENBLAS_NUM_THREADS', 'NUMBA_NUM_THREADS'):\n    os.environ[name] = '1'", BLAS | {"numba"}),
        ("with threadpool_limits(limits=1, user_api='blas'):", BLAS),
        ("cv2.setNumThreads(0)", {"cv2"}),
        ("ne.set_num_threads(1)", {"numexpr"}),
        ("options = csv.ReadOptions(use_threads=False, block_size=1 << 20)", {"pyarrow"}),
        ("con = duckdb.connect(':memory:', config={'threads': 1})", {"duckdb"}),
        ("con = duckdb.connect(config={'threads': 16})", set()),
        ("os.environ['OPENBLAS_NUM_THREADS'] = '16'", set()),
        ("# os.environ['OPENBLAS_NUM_THREADS'] = '1'", set()),
        ("os.environ['OMP_NUM_THREADS'] = str(cores)", set()),
        ("torch.set_num_threads(4)", set()),
    ],
)
def test_what_is_told(line: str, libraries: set[str]) -> None:
    assert told_to_use_one_thread(line.split("\n")) == libraries


@pytest.mark.parametrize(
    ("first", "concurrency"), [("", "internal"), ("os.environ['OMP_NUM_THREADS'] = '1'", "sequential")]
)
def test_a_product_of_matrices(first: str, concurrency: str) -> None:
    source = f"import os\n{first}\nimport numpy as np\na = np.ones((800, 800))\nfor _ in range(100):\n    a @ a\n"
    region = next(r for r in analyse(source, "a.py", Options(cores=2, threads=2)).regions if r.region.span.line == 5)
    assert region.prediction.concurrency.value == concurrency


@pytest.mark.parametrize(("option", "concurrency"), [("", "internal"), (", use_threads=False", "sequential")])
def test_a_call_that_is_told(option: str, concurrency: str) -> None:
    source = f"import pyarrow.parquet as pq\nfor path in paths:\n    pq.read_table(path{option})\n"
    region = next(r for r in analyse(source, "a.py", Options(cores=2, threads=2)).regions if r.region.span.line == 2)
    assert region.prediction.concurrency.value == concurrency
