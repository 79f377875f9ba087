"""What a configuration file may say, and how it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.config.settings import (
    assumption,
    available_cores,
    cores_of,
    find_settings,
    lowest_python,
    python_of,
    read_settings,
)
from gillint.errors import ConfigError, UsageError
from gillint.estimate import Estimate


def test_all_settings(tmp_path: Path) -> None:
    path = tmp_path / "gillint.toml"
    path.write_text(
        "cores = 8\nthreads = 16\npython = '3.12'\nfree-threaded = true\noutput-format = 'concise'\n"
        "select = ['GIL1']\nignore = ['GIL102']\nfail-on = 'warning'\nexclude = ['tests/*']\n"
        "[assume]\n'len(chunk)' = 65_536\nn = 10\n"
    )
    found = read_settings(path)
    assert (found.cores, found.threads, found.python, found.free_threaded) == (8, 16, "3.12", True)
    assert (found.output_format, found.select, found.ignore, found.fail_on) == (
        "concise",
        ("GIL1",),
        ("GIL102",),
        "warning",
    )
    assert found.exclude == ("tests/*",)
    assert found.assume == {"len(chunk)": Estimate.point(65_536), "n": Estimate.point(10)}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("core = 1", "core"),
        ("cores = 0", "cores"),
        ("cores = true", "cores"),
        ("cores = 1.5", "cores"),
        ("cores = 'many'", "cores"),
        ("threads = -1", "threads"),
        ("threads = 'auto'", "threads"),
        ("python = 3", "python"),
        ("python = '3.x'", "python"),
        ("python = '2.7'", "python"),
        ("free-threaded = 1", "free-threaded"),
        ("output-format = 'xml'", "output-format"),
        ("select = 'GIL1'", "select"),
        ("ignore = [1]", "ignore"),
        ("fail-on = 'never'", "fail-on"),
        ("exclude = 'x'", "exclude"),
        ("assume = 3", "assume"),
        ("assume = { 'a b' = 3 }", "assume.a b"),
        ("assume = { n = 'x' }", "assume.n"),
        ("free_threaded = true", "free_threaded"),
    ],
)
@pytest.mark.parametrize("name", ["gillint.toml", "pyproject.toml"])
def test_what_does_not_fit_is_refused_with_its_path(line: str, key: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(f"[tool.gillint]\n{line}\n" if name == "pyproject.toml" else f"{line}\n")
    with pytest.raises(UsageError) as caught:
        read_settings(path)
    prefix = "tool.gillint." if name == "pyproject.toml" else ""
    assert str(caught.value).startswith(f"{path}: {prefix}{key}: ")


@pytest.mark.parametrize(("key", "meant"), [("threds", "threads"), ("free_threaded", "free-threaded"), ("qqq", None)])
def test_a_key_that_is_misspelt(key: str, meant: str | None, tmp_path: Path) -> None:
    (tmp_path / "gillint.toml").write_text(f"{key} = 4\n")
    with pytest.raises(UsageError) as caught:
        read_settings(tmp_path / "gillint.toml")
    assert ("did you mean" in str(caught.value)) is (meant is not None)
    assert meant is None or f"did you mean {meant}?" in str(caught.value)


def test_the_nearest_file_holds_and_gillint_toml_comes_first(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.gillint]\ncores = 1\n")
    assert find_settings(inner / "x.py").cores == 1
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.gillint]\ncores = 2\n")
    assert find_settings(inner / "x.py").cores == 2
    (tmp_path / "a" / "gillint.toml").write_text("cores = 3\n")
    assert find_settings(inner / "x.py").cores == 3


def test_a_project_without_settings_still_tells_its_python(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\nrequires-python = '>=3.11'\n")
    found = find_settings(tmp_path)
    assert (found.file, found.requires_python) == (None, ">=3.11")
    (tmp_path / "gillint.toml").write_text("")
    assert find_settings(tmp_path).requires_python == ">=3.11"


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        (None, "3.13"),
        ("", "3.13"),
        (">=3.10", "3.10"),
        (">=3.9,<3.14", "3.9"),
        ("~=3.11", "3.11"),
        ("~=3.11.2", "3.11"),
        ("==3.12.*", "3.12"),
        (">3.10", "3.11"),
        (">3.10.2", "3.10"),
        (">= 3.12.1", "3.12"),
        ("<4,>=3.10", "3.10"),
        (">=3.9,!=3.9.7", "3.9"),
        (">=3", "3.13"),
        ("<3.13", "3.13"),
    ],
)
def test_the_lowest_python_that_is_allowed(requires: str | None, expected: str) -> None:
    assert lowest_python(requires) == expected


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("len(chunk)=65536", "len(chunk)", 65_536),
        ("len( chunk ) = 65_536", "len(chunk)", 65_536),
        ("n=1000", "n", 1_000),
        ("delay=0.5", "delay", 0.5),
        ("n=1e6", "n", 1e6),
        (" n = 3 ", "n", 3),
    ],
)
def test_assumptions(text: str, name: str, value: float) -> None:
    assert assumption(text) == (name, Estimate.point(value))


@pytest.mark.parametrize(
    "text",
    ["", "n", "n=", "=3", "len(chunk)", "len(a.b)=3", "size(x)=3", "n=-1", "n=abc", "len()=3", "n==3", "n=1e400"],
)
def test_what_is_no_assumption(text: str) -> None:
    with pytest.raises(UsageError, match="--assume"):
        assumption(text)


@pytest.mark.parametrize(("value", "expected"), [("3.12", "3.12"), ("3.9", "3.9"), ("3.13.1", "3.13"), (3.12, "3.12")])
def test_python_versions(value: object, expected: str) -> None:
    assert python_of(value, "python") == expected


@pytest.mark.parametrize("value", ["3", "2.7", "3.99", "4.0", "", "py312", 3, None, "3.1x"])
def test_what_is_no_python_version(value: object) -> None:
    with pytest.raises(ConfigError, match="python"):
        python_of(value, "python")


def test_cores() -> None:
    assert cores_of("8", "cores") == 8
    assert cores_of("auto", "cores") == available_cores() >= 1


@pytest.mark.parametrize(
    ("limit", "expected"), [("max 100000", 64), ("200000 100000", 2), ("50000 100000", 1), ("rubbish", 64)]
)
def test_the_limit_of_the_cgroup(limit: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(Path, "read_text", lambda self, encoding=None, errors=None: limit)
    assert available_cores() == expected
