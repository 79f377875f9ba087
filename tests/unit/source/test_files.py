"""Which files are looked at, and their text."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gillint.errors import UsageError
from gillint.source.files import SourceProblem, decode, discover, read_source
from gillint.source.modules import ProjectModules


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def found(folder: Path, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    named = tuple(str(folder / p) for p in paths) or (str(folder),)
    return [p.relative_to(folder).as_posix() for p in discover(named, exclude)]


def test_folders_are_searched(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.pyi", "c.txt", "d/e.py", "d/f/g.py", "h.pyw", "i.PY.bak", "j.pyc")
    assert sorted(found(tmp_path)) == ["a.py", "b.pyi", "d/e.py", "d/f/g.py", "h.pyw"]


def test_the_order_does_not_depend_on_the_file_system(tmp_path: Path) -> None:
    make(tmp_path, *(f"{n}.py" for n in "zyxabc"))
    assert found(tmp_path) == [f"{n}.py" for n in "abcxyz"]


@pytest.mark.parametrize(
    "folder",
    [".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages", ".tox", ".mypy_cache", "build", "dist"],
)
def test_other_peoples_folders_are_left_out(folder: str, tmp_path: Path) -> None:
    make(tmp_path, "a.py", f"{folder}/b.py", f"c/{folder}/d.py")
    assert found(tmp_path) == ["a.py"]


def test_a_file_that_is_named_is_always_looked_at(tmp_path: Path) -> None:
    make(tmp_path, "build/a.py", "script")
    assert found(tmp_path, "build/a.py", "script", exclude=("*",)) == ["build/a.py", "script"]


def test_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b/c.py")
    assert found(tmp_path, "b/c.py", ".", "a.py") == ["b/c.py", "a.py"]


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("b/*", ["a.py", "test_d.py"]),
        ("b", ["a.py", "test_d.py"]),
        ("test_*", ["a.py", "b/c.py"]),
        ("*.py", []),
        ("nothing", ["a.py", "b/c.py", "test_d.py"]),
    ],
)
def test_exclude(pattern: str, kept: list[str], tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b/c.py", "test_d.py")
    assert sorted(found(tmp_path, exclude=(pattern,))) == kept


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, capture_output=True)
    make(tmp_path, "a.py", "generated/b.py", "c/d.py", "c/e.py", "kept/f.py")
    (tmp_path / ".gitignore").write_text("generated/\nkept/*\n!kept/f.py\n")
    (tmp_path / "c" / ".gitignore").write_text("d.py\n")
    assert sorted(found(tmp_path)) == ["a.py", "c/e.py", "kept/f.py"]
    assert found(tmp_path, "generated/b.py") == ["generated/b.py"]


def test_without_git_nothing_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.py")
    (tmp_path / ".gitignore").write_text("a.py\n")
    monkeypatch.setenv("PATH", "")
    assert found(tmp_path) == ["a.py"]


def test_a_path_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        found(tmp_path, "missing.py")


def test_a_link_that_leads_nowhere_or_in_a_circle(tmp_path: Path) -> None:
    make(tmp_path, "a/b.py")
    (tmp_path / "a" / "circle").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "nowhere.py").symlink_to(tmp_path / "missing.py")
    names = found(tmp_path, "a")
    assert "a/b.py" in names
    assert len(names) <= 2


ENCODED = {
    "utf8": ("x = 'ä'\n".encode(), "x = 'ä'\n"),
    "bom": (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
    "latin1": ("# coding: latin-1\nx = 'ä'\n".encode("latin-1"), "# coding: latin-1\nx = 'ä'\n"),
    "emacs": ("# -*- coding: iso-8859-15 -*-\n'€'\n".encode("iso-8859-15"), "# -*- coding: iso-8859-15 -*-\n'€'\n"),
    "second_line": ("#!/bin/x\n# coding=cp1252\n'“'\n".encode("cp1252"), "#!/bin/x\n# coding=cp1252\n'“'\n"),
    "windows": (b"a\r\nb\r\n", "a\nb\n"),
    "mac": (b"a\rb\r", "a\nb\n"),
    "empty": (b"", ""),
    "third_line_does_not_count": ("\n\n# coding: latin-1\n'ä'\n".encode(), "\n\n# coding: latin-1\n'ä'\n"),
    "shift_jis": ("# coding: shift_jis\n'日本'\n".encode("shift_jis"), "# coding: shift_jis\n'日本'\n"),
}


@pytest.mark.parametrize(("data", "text"), ENCODED.values(), ids=ENCODED)
def test_encodings(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x = '\xe4'\n", "encoding"),
        (b"\n\n\nx = '\xe4'\n", "0xe4"),
        (b"# coding: ascii\nx = '\xc3\xa4'\n", "ascii"),
        (b"# coding: nonsense\n", "nonsense"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "utf-8"),
        (b"x\0y", "binary"),
        ("x = 1\n".encode("utf-16"), "UTF-16"),
        (bytes(range(256)), "decoded"),
        (b"# coding: rot13\nk = 1\n", "rot13"),
        (b"# coding: hex\n00\n", "hex"),
    ],
)
def test_what_cannot_be_decoded(data: bytes, says: str) -> None:
    with pytest.raises(SourceProblem) as caught:
        decode(data)
    assert says in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(UsageError, match="permission denied"):
        read_source(tmp_path / "a.py")


def test_a_folder_that_may_not_be_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(UsageError, match="permission denied"):
        list(discover((str(tmp_path),)))


@pytest.mark.parametrize(
    ("module", "level", "importer", "expected"),
    [
        ("b", 0, "a.py", "b.py"),
        ("pkg", 0, "a.py", "pkg/__init__.py"),
        ("pkg.c", 0, "a.py", "pkg/c.py"),
        ("pkg.c", 0, "pkg/d.py", "pkg/c.py"),
        ("c", 1, "pkg/d.py", "pkg/c.py"),
        ("", 1, "pkg/d.py", "pkg/__init__.py"),
        ("c", 2, "pkg/sub/e.py", "pkg/c.py"),
        ("sub.e", 1, "pkg/d.py", "pkg/sub/e.py"),
        ("json", 0, "a.py", None),
        ("a", 0, "a.py", None),
        ("c", 0, "pkg/d.py", None),
        ("x", 9, "a.py", None),
        ("lib", 0, "app.py", "src/lib.py"),
    ],
)
def test_modules_of_the_project(module: str, level: int, importer: str, expected: str | None, tmp_path: Path) -> None:
    make(
        tmp_path,
        "a.py",
        "b.py",
        "app.py",
        "src/lib.py",
        "pkg/__init__.py",
        "pkg/c.py",
        "pkg/d.py",
        "pkg/sub/__init__.py",
        "pkg/sub/e.py",
    )
    answer = ProjectModules().find(module, level, str(tmp_path / importer))
    assert (answer.relative_to(tmp_path).as_posix() if answer is not None else None) == expected
