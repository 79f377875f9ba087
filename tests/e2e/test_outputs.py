"""Where reports go and in which formats; notebooks, statistics, and what would be read, by the command."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

from gillint.cli.targets import write
from gillint.config.settings import FORMATS
from gillint.errors import UsageError
from tests.e2e.test_command_line import CLEAN, HELD
from tests.support import gillint, inside, inside_json, read_json
from tests.unit.source.test_notebooks import MARKDOWN, notebook


@pytest.fixture
def held(tmp_path: Path) -> Path:
    path = tmp_path / "held.py"
    path.write_text(HELD)
    return path


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    """A notebook whose finding is in its fourth cell, on the second line."""
    path = tmp_path / "nb.ipynb"
    first, _, last = HELD.partition("threads = ")
    path.write_text(notebook("%matplotlib inline\nimport json", MARKDOWN, first, f"!ls\nthreads = {last}"))
    return path


# Files


@pytest.mark.parametrize("command", ["report", "check"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_what_standard_output_would(command: str, name: str, held: Path, tmp_path: Path) -> None:
    target = tmp_path / "made" / f"out.{name}"
    shown = inside(command, held, "--output-format", name)
    for arguments in (["--output-format", f"{name}={target}"], ["--output-format", name, "--output-file", str(target)]):
        done = inside(command, held, *arguments)
        assert (done.returncode, done.stdout) == (shown.returncode, "")
        written = target.read_text(encoding="utf-8")
        assert re.sub(r"\s+", " ", written) == re.sub(r"\s+", " ", shown.stdout)
        target.unlink()


def test_several_formats_in_one_run(held: Path, tmp_path: Path) -> None:
    done = inside(
        "check", held, "--output-format", "concise", "--output-format", "sarif=a.sarif", "--output-format=gitlab=b.json",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.startswith(f"{held}:9:")
    assert json.loads((tmp_path / "a.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((tmp_path / "b.json").read_text())[0]["check_name"].startswith("GIL101")


def test_output_file_takes_the_format_that_has_none(held: Path, tmp_path: Path) -> None:
    done = inside(
        "check", held, "--output-format", "sarif=a.sarif", "--output-format", "json", "-o", "b.json", cwd=tmp_path
    )
    assert done.stdout == ""
    assert json.loads((tmp_path / "b.json").read_text())["version"] == 1
    assert (tmp_path / "a.sarif").is_file()


def test_a_clean_run_leaves_an_empty_report_and_no_stale_one(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    target = tmp_path / "out.txt"
    target.write_text("old")
    assert inside("check", "a.py", "--output-format", "concise=out.txt", cwd=tmp_path).returncode == 0
    assert target.read_text() == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--output-format", "xml"], "xml"),
        (["--output-format", "xml=a.xml"], "xml"),
        (["--output-format", "sarif="], "no file"),
        (["--output-format", "sarif", "--output-format", "json"], "standard output"),
        (["--output-format", "sarif=a", "--output-format", "json=./a"], "two formats"),
        (["--output-format", "sarif=a", "-o", "b"], "--output-file"),
        (["--output-format", "sarif", "--output-format", "json", "-o", "b"], "--output-file"),
        (["--output-format", "sarif=FOLDER"], "folder"),
        (["-o", "FOLDER"], "folder"),
        (["-o", "held.py"], "held.py"),
        (["-o", "new.py"], "new.py"),
        (["--output-format", "json=nb.ipynb"], "nb.ipynb"),
        (["-o", "pyproject.toml"], "pyproject.toml"),
        (["-o", "held.py/x"], "held.py"),
        (["--statistics", "--output-format", "sarif"], "--statistics"),
        (["--show-files", "--show-settings"], "--show-files"),
    ],
)
def test_wrong_outputs_exit_with_2_and_one_sentence(
    arguments: list[str], says: str, held: Path, tmp_path: Path
) -> None:
    done = inside("check", held.name, *(a.replace("FOLDER", str(tmp_path)) for a in arguments), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert held.read_text() == HELD
    assert [p.name for p in tmp_path.iterdir()] == ["held.py"]


def test_what_was_analysed_is_never_overwritten(tmp_path: Path) -> None:
    script, link = tmp_path / "script", tmp_path / "out.sarif"
    script.write_text(HELD)
    link.symlink_to(script)
    for target in ("script", "out.sarif"):
        done = inside("check", "script", "--output-format", f"sarif={target}", cwd=tmp_path)
        assert done.returncode == 2
        assert "not overwritten" in done.stderr
        assert script.read_text() == HELD


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.write_text("old")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", broken)
        with pytest.raises(UsageError, match="No space left"):
            write(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_modes_and_links_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "out", tmp_path / "link"
    before = os.umask(0o027)
    try:
        write(target, "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    target.chmod(0o604)
    link.symlink_to(target)
    write(link, "newer")
    assert link.is_symlink()
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("newer", 0o604)
    write(Path(os.devnull), "nothing")
    assert not Path(os.devnull).is_file()


def test_the_configuration_names_a_format(held: Path, tmp_path: Path) -> None:
    (tmp_path / "gillint.toml").write_text("output-format = 'github'\n")
    assert inside("check", held).stdout.startswith("::warning file=")
    assert inside("check", held, "--output-format", "concise").stdout.startswith(f"{held}:9:")


# Notebooks


def test_a_notebook_is_analysed_cell_by_cell(cells: Path) -> None:
    done = inside("check", cells, "--output-format", "concise")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{cells}:cell 4:2:12: GIL101 ")
    file = inside_json("check", cells)["files"][0]
    assert file["path"] == str(cells)
    assert file["diagnostics"][0]["range"] == {
        "cell": 4, "start": {"line": 2, "column": 12}, "end": {"line": 2, "column": 61}
    }  # fmt: skip


def test_the_report_of_a_notebook_names_cells(cells: Path) -> None:
    region = inside_json(cells)["files"][0]["regions"][0]
    assert region["range"]["cell"] == 3
    assert {c["cell"] for c in region["calls"]} <= {3}
    shown = inside(cells).stdout
    assert f"{cells}:cell 4:2 submission at the top level" in shown


def test_sentences_name_cells_and_not_lines_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("import json", "for line in open('x'):\n    json.loads(line)\n    json.loads(line)"))
    (region,) = inside_json(path)["files"][0]["regions"]
    assert "(cell 2, line 2)" in region["explanation"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "1:1"),
        ("{\n 'a'}", "2:2"),
        ("[]", "1:1"),
        (notebook("x = 1", "y = = 2"), "cell 2:1:5"),
        (notebook("x = 1\n", "for x in y:\n  (\n"), "cell 2:2:3"),
    ],
)
def test_a_broken_notebook_is_gil001_and_the_others_go_on(
    content: str, place: str, cells: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_text(content)
    shown = inside("check", broken, cells, "--output-format", "concise").stdout.splitlines()
    assert shown[0].startswith(f"{broken}:{place}: GIL001 ")
    assert " GIL101 " in shown[1]
    first = inside_json("check", broken)["files"][0]
    assert first["error"].startswith(f"{place}: ")


def test_bytes_that_are_no_text_are_gil001(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_bytes(b"\xff\xfe{}")
    assert " GIL001 " in inside("check", broken, "--output-format", "concise").stdout


def test_the_benchmark_of_a_notebook_is_python(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(
        notebook("%matplotlib inline\nn = 1000", "!ls", "t = 0\nfor i in range(n):\n    t += i * i\n%time t")
    )
    done = inside(path, "--emit-benchmark", "-")
    assert done.returncode == 0
    compile(done.stdout, "benchmark", "exec")
    assert "range(n)" in done.stdout
    assert "%matplotlib" not in done.stdout


def test_notebooks_are_found_in_folders_and_their_checkpoints_are_not(cells: Path, tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "nb-checkpoint.ipynb").write_text(cells.read_text())
    assert [f["path"] for f in inside_json("check", tmp_path)["files"]] == [str(cells)]


def test_a_notebook_on_standard_input(cells: Path) -> None:
    done = inside("check", "-", "--stdin-filename", "x.ipynb", "--output-format", "concise", stdin=cells.read_text())
    assert done.stdout.startswith("x.ipynb:cell 4:2:12: GIL101 ")


def test_stages_of_a_notebook(cells: Path) -> None:
    for stage in ("source", "regions", "report"):
        done = inside("dump", "--stage", stage, cells)
        assert done.returncode == 0
        assert done.stdout.strip()


# Statistics, settings, files


def test_statistics(held: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = = 1\n")
    (tmp_path / "other.py").write_text(HELD)
    done = inside("check", tmp_path, "--statistics")
    assert done.returncode == 1
    assert done.stdout == "2  GIL101  threads-over-held-work\n1  GIL001  syntax-error\n"
    found = json.loads(inside("check", tmp_path, "--statistics", "--output-format", "json").stdout)
    assert found[0] == {"code": "GIL101", "name": "threads-over-held-work", "count": 2}
    assert inside("check", held, "--statistics", "--ignore", "GIL101").stdout == ""


def test_show_settings_prints_a_configuration_that_can_be_used(held: Path, tmp_path: Path) -> None:
    config = tmp_path / "gillint.toml"
    config.write_text("cores = 8\nignore = ['GIL2']\n[assume]\n'len(chunk)' = 65536\n")
    shown = inside("check", held, "--show-settings", "--threads", "3", "--python", "3.12").stdout
    assert str(config) in shown
    for line in ("cores = 8", "threads = 3", 'python = "3.12"', '"len(chunk)" = 65536'):
        assert line in shown.splitlines()
    config.write_text(shown)
    assert inside("check", held, "--show-settings").stdout == shown
    codes = shown.split("select = ")[1].splitlines()[0]
    assert "GIL101" in codes and "GIL201" not in codes


def test_show_files(held: Path, cells: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    assert inside("check", tmp_path, "--show-files").stdout.splitlines() == [str(held), str(cells)]
    assert inside(tmp_path, "--show-files", "--exclude", "*.ipynb").stdout.splitlines() == [str(held)]
    assert inside("check", "missing", "--show-files").returncode == 2
    assert inside("check", "--show-files").returncode == 2


def test_a_process_of_its_own_writes_utf8(tmp_path: Path) -> None:
    path = tmp_path / "é.py"
    path.write_text(HELD, encoding="utf-8")
    done = gillint("check", path, "--output-format", "json", "--output-format", f"html={tmp_path / 'a.html'}")
    assert len(read_json(done)["files"]) == 1
    assert "é.py" in (tmp_path / "a.html").read_text(encoding="utf-8")
