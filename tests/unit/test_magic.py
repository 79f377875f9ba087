"""`%%gillint` in a real IPython shell."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import text

pytest.importorskip("IPython", reason="IPython is not installed: pip install 'gillint[ipython]'")

# The shell keeps its history's database and a temporary folder until it is collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

Cell = Callable[[str], str]


@pytest.fixture
def shell(frozen: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell of its own, which leaves nothing behind."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    make: Any = InteractiveShell
    found = make(config=config)
    found.run_line_magic("load_ext", "gillint")
    yield found
    atexit.unregister(found.atexit_operations)
    found.atexit_operations()


@pytest.fixture
def cell(shell: Any, capsys: pytest.CaptureFixture[str]) -> Cell:
    """Run a cell as somebody types it, and give back what is printed, errors behind it."""

    def run(source: str) -> str:
        shell.run_cell(text(source), store_history=True)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err, shown
        return shown.out + shown.err

    return run


def test_it_reports_on_a_cell_and_runs_nothing(cell: Cell, shell: Any) -> None:
    shown = cell("%%gillint\nimport json\nfor line in open('big.jsonl'):\n    x = json.loads(line)\n")
    assert "session:cell 1:2 loop at the top level, sequential: gil-bound, threads help: no" in shown
    assert "`json.loads` (cell 1, line 3)" in shown
    assert "x" not in shell.user_ns


def test_what_earlier_cells_define_is_known(cell: Cell) -> None:
    cell("import hashlib\nblock = bytes(1 << 20)")
    cell("def digest(data):\n    return hashlib.sha256(data)\n")
    shown = cell("%%gillint\nfor _ in range(100):\n    digest(block)\n")
    assert "session:cell 3:1 loop at the top level, sequential: native-bound, threads help: yes" in shown
    assert "hashlib.sha256" in shown


def test_what_a_cell_calls_belongs_to_it_and_the_rest_of_the_session_does_not(cell: Cell) -> None:
    cell("def inner(n):\n    return sum(i * i for i in range(n))\n\ndef outer(n):\n    return inner(n)\n")
    cell("for i in range(1000):\n    pass\n")
    shown = cell("%%gillint\nouter(10_000_000)\n")
    assert "session:cell 1:2" in shown
    assert "session:cell 2" not in shown
    assert "100% of the file" in shown
    assert "nothing to predict" in cell("%%gillint\nz = 1\n").replace("\n", " ")


def test_cells_that_are_no_python_do_not_spoil_the_others(cell: Cell, shell: Any, capsys: Any) -> None:
    shell.run_cell("x = = 1", store_history=True)
    shell.run_cell("%%html\n<b>", store_history=True)
    shell.run_cell("%time y = 1\n!true", store_history=True)
    capsys.readouterr()
    shown = cell("%%gillint\nfor i in range(10_000_000):\n    y += i * i\n")
    assert "session:cell 4:1 loop" in shown


def test_a_broken_cell_is_a_finding_and_names_its_line(cell: Cell) -> None:
    cell("y = 1\n")
    assert "session:cell 2:2:5: GIL001 syntax-error" in cell("%%gillint\na = 1\nb = = 2\n")


def test_findings_are_those_of_the_cell(cell: Cell) -> None:
    held = """
        %%gillint
        from concurrent.futures import ThreadPoolExecutor
        def count(n):
            return sum(i * i for i in range(10_000_000))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(count, range(100)))
        """
    assert "session:cell 1:5:10: GIL101" in cell(held)
    cell(held.replace("%%gillint", "%%time\nif False: pass").replace("10_000_000", "10"))
    assert "GIL101" not in cell("%%gillint\nprint(1)\n")


def test_sizes_are_those_of_the_session(cell: Cell) -> None:
    cell("rows = [str(i) for i in range(123)]\nlimit = 77\n")
    loops = "%%gillint\nfor row in unknown:\n    for i in range(limit):\n        int(row)\n"
    assert "assumed: the number of iterations depends on `unknown`" in cell(loops)
    cell("unknown = ['1'] * int('5')")
    assert "depends on" not in cell(loops)


def test_sizes_of_names_that_are_parameters_too_are_not(cell: Cell) -> None:
    cell("n = 3\n")
    shown = cell("%%gillint\nprint(n)\ndef f(n):\n    for i in range(n):\n        print(i)\n")
    assert "depends on `n`" in shown


def test_it_runs_the_cell_where_it_is_told_to(cell: Cell, shell: Any) -> None:
    assert "sequential" in cell("%%gillint --run\ntotal = 0\nfor i in range(10):\n    total += i\n")
    assert shell.user_ns["total"] == 45
    assert "cell 2:1" in cell("%%gillint\nfor i in range(total):\n    print(i)\n")


def test_in_a_kernel_a_cell_that_awaits_is_not_run(cell: Cell, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def in_a_loop(source: str) -> None:
        shell.run_cell_magic("gillint", "--run", source)

    asyncio.run(in_a_loop("import asyncio\nawait asyncio.sleep(0)\nawaited = 1\n"))
    assert "gillint: --run: this cell awaits" in capsys.readouterr().err
    assert "awaited" not in shell.user_ns
    asyncio.run(in_a_loop("plain = 1\n"))
    assert shell.user_ns["plain"] == 1
    cell("%%gillint --run\nimport asyncio\nawait asyncio.sleep(0)\nawaited = 1\n")
    assert shell.user_ns["awaited"] == 1


def test_a_notebook_gets_one_output(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    shown = cell("%%gillint\nfor i in range(10_000_000):\n    print(i)\n")
    assert "threads help" in shown and "\x1b[1m" in shown


def test_what_was_only_reported_on_is_not_part_of_the_session(cell: Cell) -> None:
    cell("%%gillint\ndef f():\n    for i in range(10_000_000):\n        print(i * i)\n")
    assert "cell 1" not in cell("%%gillint\nf()\n")


def test_options(cell: Cell) -> None:
    loop = "for i in range(n):\n    print(i)\n"
    assert "8 threads on 2 cores, Python 3.12" in cell(f"%%gillint --cores 2 --threads 8 --python 3.12\n{loop}")
    assert "depends on" not in cell(f"%%gillint --assume n=1000 --assume 'len(x)=3'\n{loop}")
    for wrong, says in (
        ("--bad", "--bad"),
        ("--threads 0", "--threads"),
        ("--threads many", "many"),
        ("--assume x", "--assume"),
        ("--region 1", "--region: goes with --measure"),
        ("'", "quotation"),
    ):
        shown = cell(f"%%gillint {wrong}\nprint(1)\n")
        assert shown.startswith("gillint: ") and says in shown, shown
        assert shown.count("\n") == 1
    assert "usage: %%gillint" in cell("%%gillint -h\n1\n")


def test_a_configuration_counts(cell: Cell, tmp_path: Path) -> None:
    (tmp_path / "gillint.toml").write_text("cores = 6\n")
    assert "6 threads on 6 cores" in cell("%%gillint\nfor i in range(9):\n    print(i)\n")


def test_it_measures(cell: Cell) -> None:
    cell("def square(i):\n    return i * i\n")
    shown = cell(
        "%%gillint -m --threads 2 --measure-time 3\ntotal = 0\nfor i in range(100_000):\n    total += square(i)\n"
    )
    assert "prediction " in shown
    assert "measured: cell 2, line 2 of session" in shown
    assert "2 processes" in shown


def test_it_measures_the_region_that_is_named(cell: Cell) -> None:
    source = "x = 1\nfor i in range(100_000):\n    x += i * i\nfor i in range(10):\n    x += i\n"
    assert "measured: cell 1, line 4 of session" in cell(f"%%gillint -m --region 4 --measure-time 3\n{source}")
    assert "gillint: --region: no region on line" in cell(f"%%gillint -m --region 1\n{source}")


def test_without_a_history(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell_magic("gillint", "", "for i in range(10_000_000):\n    print(i)\n")
    assert "session:cell 1:1 loop" in capsys.readouterr().out
