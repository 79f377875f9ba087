"""`gillint check` that changes files, and that leaves out what it is told to."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.support import inside, text

INVERTED = text("""
    import sys
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    # größer
    pool = ThreadPoolExecutor if sys._is_gil_enabled() else ProcessPoolExecutor
    """)
MENDED = INVERTED.replace("if sys", "if not sys")
HELD = text("""
    from concurrent.futures import ThreadPoolExecutor


    def count(n):
        return sum(i * i for i in range(10_000_000))


    def counts():
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(count, range(100)))
    """)
WAITING = "import requests\n\n\ndef fetch(urls):\n    for url in urls:\n        requests.get(url)\n"


@pytest.mark.parametrize(
    "data",
    [
        INVERTED.encode(),
        INVERTED.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + INVERTED.encode(),
        b"# -*- coding: latin-1 -*-\n" + INVERTED.encode("latin-1"),
        INVERTED.rstrip("\n").encode(),
    ],
    ids=["utf-8", "crlf", "bom", "latin-1", "no newline"],
)
def test_a_safe_fix_changes_nothing_else(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(data)
    file.chmod(0o755)
    done = inside("check", "--fix", file)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 fix made in 1 file" in done.stderr
    assert file.read_bytes() == data.replace(b"if sys", b"if not sys")
    assert stat.S_IMODE(file.stat().st_mode) == 0o755
    assert [p.name for p in tmp_path.iterdir()] == ["x.py"]
    again = inside("check", "--fix", file)
    assert again.returncode == 0
    assert file.read_bytes() == data.replace(b"if sys", b"if not sys")


def test_diff_shows_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(INVERTED, encoding="utf-8")
    done = inside("check", "--diff", "x.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "--- a/x.py\n+++ b/x.py\n" in done.stdout
    assert "\n-pool = ThreadPoolExecutor if sys" in done.stdout
    assert "\n+pool = ThreadPoolExecutor if not sys" in done.stdout
    assert file.read_text(encoding="utf-8") == INVERTED
    file.write_text(MENDED, encoding="utf-8")
    done = inside("check", "--diff", "x.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_an_unsafe_fix_has_to_be_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(HELD, encoding="utf-8")
    done = inside("check", "--fix", file)
    assert done.returncode == 1
    assert "GIL101" in done.stdout and "fix (unsafe)" in done.stdout
    assert "1 more fix with --fix --unsafe-fixes" in done.stderr
    assert file.read_text(encoding="utf-8") == HELD
    done = inside("check", "--fix", "--unsafe-fixes", file)
    assert done.returncode == 0
    made = file.read_text(encoding="utf-8")
    assert made == HELD.replace("ThreadPoolExecutor", "ProcessPoolExecutor")
    compile(made, "x.py", "exec")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "real.py", tmp_path / "link.py"
    file.write_text(INVERTED, encoding="utf-8")
    link.symlink_to(file)
    assert inside("check", "--fix", link).returncode == 0
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == MENDED


def test_standard_input_is_not_changed() -> None:
    done = inside("check", "--fix", "-", stdin=INVERTED)
    assert done.returncode == 2
    assert "standard input" in done.stderr


def test_json_tells_of_fixes(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(INVERTED, encoding="utf-8")
    (found,) = json.loads(inside("check", "--output-format", "json", file).stdout)["files"][0]["diagnostics"]
    assert found["fix"] == {"title": "Turn the test round", "applicability": "safe"}


def test_a_baseline_from_beginning_to_end(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    file = tmp_path / "pkg" / "x.py"
    file.write_text(WAITING, encoding="utf-8")
    known = ("--baseline", "known.json")
    assert inside("check", *known, "pkg", cwd=tmp_path).returncode == 2
    assert inside("check", "--update-baseline", "pkg", cwd=tmp_path).returncode == 2
    done = inside("check", *known, "--update-baseline", "pkg", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 finding known" in done.stderr
    first = (tmp_path / "known.json").read_bytes()
    assert inside("check", *known, "pkg", cwd=tmp_path).returncode == 0
    file.write_text("# above\n\n" + WAITING, encoding="utf-8")
    assert inside("check", *known, "pkg/x.py", cwd=tmp_path).returncode == 0
    assert inside("check", "--baseline", "../known.json", "x.py", cwd=tmp_path / "pkg").returncode == 0
    inside("check", *known, "--update-baseline", "pkg", cwd=tmp_path)
    assert (tmp_path / "known.json").read_bytes() == first
    file.write_text(WAITING + WAITING.replace("fetch", "again"), encoding="utf-8")
    done = inside("check", *known, "--output-format", "concise", "pkg", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("GIL201") == 1 and ":11:" in done.stdout
    (tmp_path / "gillint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert inside("check", "pkg", cwd=tmp_path).stdout.count("GIL201") == 1


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("tests/**", 0),
        ("tests", 0),
        ("x.py", 0),
        ("*.py", 0),
        ("!src/**", 0),
        ("src/**", 1),
        ("!tests/**", 1),
        ("y.py", 1),
    ],
)
def test_rules_left_out_for_some_paths(pattern: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "x.py").write_text(WAITING, encoding="utf-8")
    (tmp_path / "gillint.toml").write_text(f'[per-file-ignores]\n"{pattern}" = ["GIL2"]\n', encoding="utf-8")
    assert inside("check", "tests", cwd=tmp_path).returncode == code


def test_suppressions_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(WAITING.replace("in urls:", "in urls:  # noqa: GIL201, GIL101"), encoding="utf-8")
    assert inside("check", file).returncode == 0
    done = inside("check", "--report-unused-suppressions", "--output-format", "concise", file)
    assert done.returncode == 1
    assert "GIL002" in done.stdout and "GIL101" in done.stdout and "GIL201" not in done.stdout


def test_opt_in_rules(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("x = 1  # noqa: GIL101\n", encoding="utf-8")
    for arguments, code in (
        ((), 0),
        (("--extend-select", "GIL002"), 1),
        (("--select", "ALL"), 1),
        (("--select", "GIL1"), 0),
    ):
        assert inside("check", *arguments, file).returncode == code
    for key in ("extend-select", "select"):
        (tmp_path / "gillint.toml").write_text(f'{key} = ["unused-suppression", "GIL101"]\n', encoding="utf-8")
        assert inside("check", file).returncode == 1


@pytest.mark.parametrize("line", ['per-file-ignores = "x"', "baseline = 1", '[per-file-ignores]\n"x" = ["NOPE"]'])
def test_settings_that_cannot_be(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "gillint.toml").write_text(f"{line}\n", encoding="utf-8")
    done = inside("check", "x.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "gillint.toml" in done.stderr
