"""`gillint knowledge`: looking facts up, and measuring them again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gillint.cli.probing import render_fact, with_evidence
from gillint.knowledge.read import read_library
from gillint.measure.counter import build_counter
from gillint.measure.probe import Counted, Statement
from tests.support import gillint

can_count = pytest.mark.skipif(build_counter() is None, reason="no C compiler")
EVIDENCE = (
    'evidence = [\n  { kind = "measured", version = "1.0", python = "3.11", date = "2026-11-22", held = 1.0 },\n]\n'
)
HEAD = 'library = "zlib"\ndistribution = "python"\nversion = "3.13"\n'
WRONG = (
    f'{HEAD}[[fact]]\nname = "zlib.crc32"\nparameters = ["data"]\neffect = "holds"\ngil = {{ fixed = 100000 }}\n{EVIDENCE}'
    'probe = { setup = "import zlib; d = bytes(1 << 20)", statement = "zlib.crc32(d)" }\n'
)


def test_list() -> None:
    done = gillint("knowledge", "list")
    assert done.returncode == 0 and "\nzlib: " in done.stdout and "numpy.linalg: " in done.stdout
    done = gillint("knowledge", "list", "zlib")
    assert "zlib.crc32: releases or holds" in done.stdout
    done = gillint("knowledge", "list", "concurrent")  # a library is what is inside it, too
    assert "concurrent.futures.ThreadPoolExecutor: " in done.stdout


def test_show_a_library_with_those_inside_it() -> None:
    shown = gillint("knowledge", "show", "scipy").stdout
    assert "# scipy\n" in shown and "# scipy.linalg\n" in shown and "\n0 names" not in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("os.path", "- os.path.join: runs-python"),
        ("sqlite3.Connection", "- sqlite3.Connection.execute: releases"),
        ("email.utils.nobody", "There is no fact of its own for this name"),
    ],
)
def test_show_what_has_no_fact_of_its_own(name: str, said: str) -> None:
    shown = gillint("knowledge", "show", name).stdout
    assert f"# {name}\n" in shown and said in shown


def test_show_and_what_is_overridden(tmp_path: Path) -> None:
    (tmp_path / "our.toml").write_text(WRONG)
    assert "Overrides" not in gillint("knowledge", "show", "zlib.crc32", cwd=tmp_path).stdout
    shown = gillint("knowledge", "show", "zlib.crc32", "--extend-knowledge", "our.toml", cwd=tmp_path).stdout
    assert "Fact: our.toml#zlib.crc32" in shown and "Overrides: stdlib/zlib.toml#zlib.crc32" in shown
    (tmp_path / "gillint.toml").write_text('extend-knowledge = ["our.toml"]\n')
    assert "Overrides: stdlib/zlib.toml#zlib.crc32" in gillint("knowledge", "show", "zlib.crc32", cwd=tmp_path).stdout


def test_show_names_the_version(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("cryptography==46.0.1\n")
    shown = gillint("knowledge", "show", "cryptography.fernet.Fernet.encrypt", cwd=tmp_path).stdout
    assert "Version: cryptography" in shown


def test_search() -> None:
    done = gillint("knowledge", "search", "crc32")
    assert done.returncode == 0 and "zlib.crc32" in done.stdout
    assert gillint("knowledge", "search", "no such thing at all").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "zlib.crc33"), "no such callable"),
        (("list", "zlibb"), "no such callable or library"),
        (("verify",), "--all"),
        (("verify", "zlib", "--all"), "--all"),
        (("verify", "nothing.of.the.kind"), "no such"),
        (("verify", "zlib", "--interpreter", "no-such-python"), "--interpreter"),
        (("show", "zlib", "--extend-knowledge", "missing.toml"), "missing.toml"),
        (("show", "zlib.crc32", "--environment", "."), "no Python environment"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = gillint("knowledge", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done
    assert says in done.stderr, done.stderr


@can_count
def test_verify(tmp_path: Path) -> None:
    done = gillint("knowledge", "verify", "zlib.crc32", "math.sqrt", "--interpreter", sys.executable)
    if "hides releases" in done.stderr:
        pytest.skip("releases cannot be counted")
    assert done.returncode == 0, done
    assert "agree        zlib.crc32: held 0.0" in done.stdout
    (tmp_path / "our.toml").write_text(WRONG)
    arguments = ("--extend-knowledge", "our.toml", "--interpreter", sys.executable)
    done = gillint("knowledge", "verify", "zlib.crc32", *arguments, cwd=tmp_path)
    assert done.returncode == 1 and "disagree     zlib.crc32" in done.stdout
    assert (tmp_path / "our.toml").read_text() == WRONG


@can_count
def test_update_writes_evidence(tmp_path: Path) -> None:
    right = WRONG.replace("zlib.crc32(d)", "zlib.crc32(b'')").replace("fixed = 100000", "fixed = 50")
    (tmp_path / "our.toml").write_text(right)
    arguments = ("--update", "--extend-knowledge", "our.toml", "--interpreter", sys.executable)
    done = gillint("knowledge", "verify", "zlib.crc32", *arguments, cwd=tmp_path)
    if "hides releases" in done.stderr:
        pytest.skip("releases cannot be counted")
    assert done.returncode == 0, done
    fact = read_library((tmp_path / "our.toml").read_text(), "our.toml").facts.find("zlib.crc32")
    assert fact is not None and len(fact.evidence) == 2


@can_count
def test_probe_prints_a_fact_that_can_be_read() -> None:
    setup, statement = 'import zlib\nd = b"x" * 100000', "zlib.crc32(d)"
    options = ("--setup", setup, "--statement", statement, "--seconds", "0", "--interpreter", sys.executable)
    done = gillint("knowledge", "probe", "zlib.crc32", *options)
    if "hides releases" in done.stderr:
        pytest.skip("releases cannot be counted")
    assert done.returncode in (0, 1), done
    fact = read_library(HEAD + done.stdout, "f.toml").facts.find("zlib.crc32")
    assert fact is not None and fact.behaviour.effect.value == "releases"
    assert fact.probe is not None and (fact.probe.setup, fact.probe.statement) == (setup, statement)


def test_the_effect_of_a_printed_fact() -> None:
    what = Statement("", "f()")

    def effect(**figures: float) -> str:
        whole = {"gil": 100.0, "native": 0.0, "wait": 0.0, "releases": 1.0, "other_threads": 0.0, **figures}
        text = render_fact("lib.f", what, Counted(0.5, 0.5, 0.5, reference=45.0, **whole), None, ("1", "3.11.7"))
        fact = read_library('library = "lib"\ndistribution = "lib"\nversion = "1"\n' + text, "f.toml").facts.find(
            "lib.f"
        )
        assert fact is not None
        return fact.behaviour.effect.value

    assert effect() == "holds"
    assert effect(native=1000.0) == "releases"
    assert effect(wait=1000.0, native=10.0) == "waits"


def test_evidence_goes_to_the_fact_that_is_named() -> None:
    text = f'[[fact]]\nname = "a.f"\n{EVIDENCE}\n[[fact]]\nnames = ["a.g", "a.h"]\n{EVIDENCE}'
    assert with_evidence(text, "a.h", "  new\n") == text[: text.rindex("]")] + "  new\n]\n"
    assert with_evidence(text, "a.f", "  new\n") == text.replace("},\n]", "},\n  new\n]", 1)
    assert with_evidence(text, "a.x", "  new\n") is None
