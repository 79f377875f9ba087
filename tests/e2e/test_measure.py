"""`--measure` as a user runs it. What a machine shows is not asserted: only that the answer is whole and honest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import SKETCHES, environment, gillint, heed_interrupts, inside, inside_json, schema, text

LOOP = "total = 0\nfor i in range(20_000):\n    total += i * i\n"


def measured(*arguments: str | Path, stdin: bytes | str = b"") -> dict[str, Any]:
    """The measurement in the JSON report; the report keeps its schema."""
    document = inside_json(*arguments, stdin=stdin)
    schema().validate(document)
    (file,) = document["files"]
    found = [region["measured"] for region in file["regions"] if region["measured"] is not None]
    assert len(found) == 1
    result: dict[str, Any] = found[0]
    return result


@pytest.mark.parametrize("sketch", ["json_lines", "orjson_fft", "aiohttp_gather", "sleeping", "sum_squares"])
def test_sketches_are_measured_out_of_the_box(sketch: str) -> None:
    pytest.importorskip("orjson" if sketch == "orjson_fft" else "json")
    pytest.importorskip("numpy" if sketch == "orjson_fft" else "json")
    pytest.importorskip("aiohttp" if sketch == "aiohttp_gather" else "json")
    found = measured(SKETCHES / f"{sketch}.py", "--measure", "--measure-time", "8", "--threads", "2", "--exit-zero")
    assert found["verdict"] in ("confirmed", "refuted", "inconclusive")
    assert found["reason"]
    if found["speedup"] is None:  # a machine that is busy enough may not get there
        assert "did not end" in found["reason"]
    else:
        assert found["speedup"]["low"] <= found["speedup"]["likely"] <= found["speedup"]["high"]
        assert set(found["controls"]) == {"releases", "holds"}


def test_predictions_speak_of_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "loop.py"
    path.write_text(LOOP)
    document = inside_json(path, "--measure", "--measure-time", "4", "--exit-zero")
    assert document["python"] == f"3.{sys.version_info.minor}"
    assert document["threads"] >= 2


def test_the_text_report_shows_both(tmp_path: Path) -> None:
    path = tmp_path / "loop.py"
    path.write_text(LOOP)
    done = gillint(path, "--measure", "--measure-time", "5", "--exit-zero")
    assert done.returncode == 0
    for word in (
        "prediction",
        "2 processes" if os.cpu_count() == 2 else "processes",
        "GIL held",
        "longest stall",
        "control",
    ):
        assert word in done.stdout


def test_exceptions_are_reported_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("values = [3, 2, 1, 0]\nfor v in values * 1000:\n    x = 1 / v\n")
    found = measured(path, "--measure", "--measure-time", "20")
    assert found["verdict"] == "inconclusive"
    assert "ZeroDivisionError" in found["reason"]
    assert found["line"] == 3


def test_the_users_inputs(tmp_path: Path) -> None:
    sketch = "for chunk in chunks:\n    json.loads(chunk)\n"
    (tmp_path / "sketch.py").write_text(sketch)
    (tmp_path / "inputs.py").write_text("chunks = ['[1, 2, 3]'] * 5000\n")
    arguments = ("--measure", "--measure-time", "4", "--exit-zero", "--setup")
    assert measured(tmp_path / "sketch.py", *arguments, tmp_path / "inputs.py")["stand_ins"] == []
    assert measured(tmp_path / "sketch.py", *arguments, "-", stdin="chunks = ['[1]'] * 500\n")["stand_ins"] == []


def test_an_emitted_benchmark_runs_without_gillint(tmp_path: Path) -> None:
    script = tmp_path / "benchmark.py"
    done = inside(SKETCHES / "json_lines.py", "--emit-benchmark", script)
    assert done.returncode == 0
    assert str(script) in done.stderr
    command = [sys.executable, "-I", str(script), "--seconds", "3", "--threads", "2"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=True)
    assert "2 threads" in ran.stdout
    assert "2 processes" in ran.stdout
    assert "gillint" not in {
        line.split()[1].split(".")[0] for line in script.read_text().splitlines() if "import " in line[:7]
    }
    again = inside(SKETCHES / "json_lines.py", "--emit-benchmark", script)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_an_emitted_benchmark_can_be_printed() -> None:
    done = inside("-", "--emit-benchmark", "-", stdin=LOOP)
    assert done.returncode == 0
    compile(done.stdout, "benchmark.py", "exec")


def test_another_region(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    path.write_text(
        "a = []\nfor i in range(100):\n    a.append(i)\nb = []\nfor i in range(9_000_000):\n    b.append(i * i)\n"
    )
    done = inside(path, "--region", "2", "--emit-benchmark", "-")
    assert "a.append(i)" in done.stdout
    assert "b.append" not in done.stdout
    done = inside(path, "--region", "4", "--measure")
    assert done.returncode == 2
    assert "there are regions on lines 2, 5" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--region", "2"), "--region: goes with --measure"),
        (("--setup", "x.py"), "--setup: goes with --measure"),
        (("--plot", "x.svg"), "--plot: goes with --measure"),
        (("--measure", "--measure-time", "0.5"), "--measure-time: must be from 2"),
        (("--measure", "--setup", "nowhere.py"), "nowhere.py"),
        (("--measure", "--interpreter", "nowhere"), "no Python that runs"),
        (("--measure", "--plot", "picture.jpeg"), "must end in one of"),
        (("--measure", "another.py"), "measures one file"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "loop.py").write_text(LOOP)
    done = inside("loop.py", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_files_without_regions_and_broken_files(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("def f(:\n")
    assert inside(tmp_path / "empty.py", "--measure").returncode == 0
    done = inside(tmp_path / "broken.py", "--measure")
    assert done.returncode == 0
    assert "GIL001" in done.stdout


def test_a_picture(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(LOOP)
    picture = tmp_path / "loop.svg"
    done = inside(tmp_path / "loop.py", "--measure", "--measure-time", "5", "--plot", picture, "--exit-zero")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        assert done.returncode == 2
        assert "gillint[plot]" in done.stderr
    else:
        assert done.returncode == 0
        assert picture.read_text().lstrip().startswith("<?xml")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")
def test_an_interrupt_ends_everything(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("import time\nfor i in range(10**9):\n    time.sleep(100)\n")
    command = [sys.executable, "-m", "gillint", "endless.py", "--measure", "--measure-time", "60"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**environment(), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,  # noqa: PLW1509  (no thread of this process holds a lock here)
    )
    deadline = time.time() + 60
    while not list(tmp_path.glob("gillint-measure-*/benchmark.py")) and time.time() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert list(tmp_path.glob("gillint-measure-*")) == []


def test_json_carries_the_measurement_in_one_region_alone(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text(
        text("""
        for i in range(10):
            print(i)
        for v in [1, 0] * 500_000:
            x = 1 / v
        """)
    )
    document = json.loads(gillint(path, "--measure", "--output-format", "json").stdout)
    assert [r["measured"] is not None for r in document["files"][0]["regions"]] == [False, True]
