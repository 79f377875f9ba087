"""Versions of libraries: where they are looked for, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.errors import UsageError
from gillint.source.environment import (
    THIS_PYTHON,
    Environment,
    LibraryVersion,
    find_environment,
    locked,
    normalised,
    required,
)


def install(environment: Path, *names: str) -> None:
    for name in names:
        (environment / "lib" / "python3.11" / "site-packages" / f"{name}.dist-info").mkdir(parents=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    return tmp_path


def version(found: Environment, name: str) -> tuple[str, str] | None:
    v = found.find(name)
    return None if v is None else (v.version, Path(v.origin).name)


def test_the_order(project: Path) -> None:
    install(project / "named", "one-1.0")
    install(project / ".venv", "one-2.0", "two-2.0")
    (project / "uv.lock").write_text(
        '[[package]]\nname = "two"\nversion = "3.0"\n\n[[package]]\nname = "three"\nversion = "3.0"\n'
    )
    (project / "requirements.txt").write_text("three==4.0\nfour==4.0\n")
    found = find_environment(project / "src" / "module.py", project / "named")
    assert version(found, "one") == ("1.0", "named")
    assert version(found, "two") == ("2.0", ".venv")
    assert version(found, "three") == ("3.0", "uv.lock")
    assert version(found, "four") == ("4.0", "requirements.txt")
    assert version(found, "pytest") is not None and version(found, "pytest")[1] == THIS_PYTHON  # type: ignore[index]
    assert version(found, "none-of-these") is None


def test_the_active_environment_counts_before_gillints_own(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(project / ".venv", "one-1.0")
    install(project / "active", "one-2.0", "pytest-1.0")
    monkeypatch.setenv("VIRTUAL_ENV", str(project / "active"))
    found = find_environment(project / "src")
    assert version(found, "one") == ("1.0", ".venv")
    assert version(found, "pytest") == ("1.0", "VIRTUAL_ENV")
    monkeypatch.setenv("VIRTUAL_ENV", str(project / "gone"))
    assert version(find_environment(project / "src"), "pytest") != ("1.0", "VIRTUAL_ENV")


def test_the_python_of_an_environment_names_it(project: Path) -> None:
    install(project / "named", "one-1.0")
    (project / "named" / "bin").mkdir()
    (project / "named" / "bin" / "python").touch()
    assert version(find_environment(project, project / "named" / "bin" / "python"), "one") == ("1.0", "python")


def test_what_is_no_environment_is_refused(project: Path) -> None:
    with pytest.raises(UsageError, match="no Python environment"):
        find_environment(project, project / "src")


def test_the_search_ends_at_the_repository(project: Path) -> None:
    (project / "requirements.txt").write_text("outside==1.0\n")
    (project / "src" / ".git").mkdir()
    assert find_environment(project / "src").find("outside") is None


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements/base.txt"])
def test_where_requirements_are_looked_for(project: Path, name: str) -> None:
    (project / "requirements").mkdir()
    (project / name).write_text("one==1.0\n")
    assert version(find_environment(project / "src"), "one") == ("1.0", Path(name).name)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("numpy==2.1.0\n", {"numpy": "2.1.0"}),
        ("  Foo.Bar[extra, more] == 1.0rc1 ; python_version < '3.12'  # why\n", {"Foo.Bar": "1.0rc1"}),
        ("numpy>=2\npandas~=2.0\nscipy==1.*\n-r other.txt\n# torch==1.0\n", {}),
        ("pandas~=2.0.1\nscipy == 1.9.* ; python_version < '3.12'\n", {"pandas": "2.0.1", "scipy": "1.9"}),
        ("certifi==2024.7.4 \\\n    --hash=sha256:abc\n", {"certifi": "2024.7.4"}),
        ("a==1,<2\n", {}),
    ],
)
def test_pins_of_requirements(text: str, wanted: dict[str, str]) -> None:
    assert {v.name: v.version for v in required(text, "x")} == wanted


def test_locks() -> None:
    poetry = (
        '[[package]]\nname = "a"\nversion = "1.0"\nfiles = [\n    {file = "x"},\n]\n\n[package.extras]\nversion = "9"\n'
    )
    assert [(v.name, v.version) for v in locked(poetry, "x")] == [("a", "1.0")]
    pylock = 'lock-version = "1.0"\n\n[[packages]]\nname = "b"\nversion = "2.0"\n\n[[packages.wheels]]\nname = "w"\n'
    assert [(v.name, v.version) for v in locked(pylock, "x")] == [("b", "2.0")]
    forked = '[[package]]\nname = "c"\nversion = "1"\n[[package]]\nname = "c"\nversion = "2"\n'
    assert list(locked(forked, "x")) == []


def test_names_are_compared_as_the_index_does() -> None:
    assert normalised("Foo__Bar.baz") == "foo-bar-baz"
    assert Environment((LibraryVersion("Foo_Bar", "1", "x"),)).find("foo.bar") is not None
