"""The check of citations finds what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.knowledge.schema import Source
from scripts.check_sources import check, check_installed, located, root_of

C = """
static int helper(void)
{
    Py_BEGIN_ALLOW_THREADS
    work();
    Py_END_ALLOW_THREADS
}

static PyObject *
holding(PyObject *self)
{
    return compute();
}

static PyObject *
calling(PyObject *self)
{
    return helper();
}

static PyObject *
releasing(PyObject *self)
{
    Py_BEGIN_ALLOW_THREADS
    compute();
    Py_END_ALLOW_THREADS
}
"""


def cite(symbol: str, says: str = "computes without the GIL", path: str = "src/a.c", version: str = "1.0") -> Source:
    return Source("a/b", path, symbol, version, says)


@pytest.mark.parametrize(
    ("source", "releasing", "outcome"),
    [
        (cite("releasing"), True, "good"),
        (cite("Type.releasing"), True, "good"),
        (cite("holding"), True, "says that it releases, and nothing there does"),
        (cite("holding", "run_it releases around it"), True, "indirect"),
        (cite("calling"), True, "indirect"),
        (cite("holding", "never releases"), True, "good"),
        (cite("holding"), False, "good"),
        (cite("releasing, holding"), True, "good"),
        (cite("missing"), True, "no missing in it"),
        (cite("releasing", path="src/b.c"), True, "no such path"),
        (cite("releasing", path="lib/a.c"), True, "no such path; there is src/a.c"),
        (cite("pure", path="src/pure.c"), True, "says that it releases, and nothing there does"),
        (cite("releasing", path="src"), True, "good"),
    ],
)
def test_outcomes(tmp_path: Path, source: Source, releasing: bool, outcome: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.c").write_text(C)
    (tmp_path / "src" / "pure.c").write_text("int\npure(void)\n{\n    return 1;\n}\n")
    assert check(source, tmp_path, releasing) == outcome


def test_a_folder_for_a_version_comes_first() -> None:
    roots = {"a/b": Path("any"), "a/b@1.0": Path("old")}
    assert root_of(cite("f", version="1.0.3"), roots) == Path("old")
    assert root_of(cite("f", version="1.03"), roots) == Path("any")
    assert root_of(Source("c/d", "x", "f", "1", "y"), roots) is None


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("src/a/b.py", "src/a/b.py"),
        ("lib/src/a/b.py", "src/a/b.py"),  # a repository of several projects
        ("a/b.py", "src/a/b.py"),  # cited as it is installed
        ("src/c.py", "c.py"),  # a wheel
        ("d.py", None),
    ],
)
def test_a_distribution_is_laid_out_otherwise(tmp_path: Path, path: str, where: str | None) -> None:
    (tmp_path / "src" / "a").mkdir(parents=True)
    (tmp_path / "src" / "a" / "b.py").touch()
    (tmp_path / "c.py").touch()
    assert located(tmp_path, path) == (tmp_path / where if where is not None else None)


def test_the_standard_library_of_another_version_can_only_agree() -> None:
    def cited(symbol: str) -> Source:
        return Source("python/cpython", "Lib/json/encoder.py", symbol, "3.99.0", "pure Python")

    assert check_installed(cited("JSONEncoder"), "python") == "good"
    assert check_installed(cited("NotThereYet"), "python") is None
