"""Completion, asked by real shells where they are, and as the scripts of `--show-completion` ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gillint.cli import completion
from tests.support import environment


@pytest.fixture
def shell_environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, and gillint on the path."""
    program = tmp_path / "bin" / "gillint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gillint "$@"\n')
    program.chmod(0o755)
    (tmp_path / "sketch.py").write_text("")
    here = environment()
    return here | {"HOME": str(tmp_path), "PATH": f"{program.parent}{os.pathsep}{here['PATH']}"}


def asked(variables: dict[str, str], arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gillint", *arguments]
    return subprocess.run(
        command, env=environment() | variables, capture_output=True, text=True, timeout=120, check=False
    )


def bash_asks(line: str) -> list[str]:
    words = line.split(" ")
    done = asked({"_GILLINT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("gillint ch", ["check"]),
        ("gillint sketch.py --thr", ["--threads"]),
        ("gillint --thr", ["--threads"]),
        ("gillint sk", []),
        ("gillint check sk", []),
        ("gillint check --output-format gi", ["github", "gitlab"]),
        ("gillint check --select GIL101,GIL40", ["GIL101,GIL401", "GIL101,GIL402"]),
        ("gillint dump --stage sca", ["scaling"]),
        ("gillint explain zlib.crc", ["zlib.crc32"]),
        ("gillint knowledge ver", ["verify"]),
    ],
)
def test_bash_is_told(line: str, found: list[str]) -> None:
    assert bash_asks(line) == found


def test_fish_is_told_by_the_exit_code_whether_there_is_anything() -> None:
    variables = {"_GILLINT_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "is-args"}
    assert asked(variables | {"_TYPER_COMPLETE_ARGS": "gillint sketch.py --thr"}).returncode == 0
    assert asked(variables | {"_TYPER_COMPLETE_ARGS": "gillint check sk"}).returncode == 1


@pytest.mark.parametrize(
    ("words", "cword", "after"),
    [
        ("gillint ", "1", ("gillint ", "1")),
        ("gillint ch", "1", ("gillint ch", "1")),
        ("gillint check --s", "2", ("gillint check --s", "2")),
        ("gillint a.py --s", "2", ("gillint report a.py --s", "3")),
        ("gillint --s", "1", ("gillint report --s", "2")),
    ],
)
def test_the_command_that_is_left_out_is_put_in(words: str, cword: str, after: tuple[str, str]) -> None:
    variables = {"COMP_WORDS": words, "COMP_CWORD": cword, "_TYPER_COMPLETE_ARGS": words}
    completion.with_the_command(variables, {"check", "report"})
    assert (variables["COMP_WORDS"], variables["COMP_CWORD"]) == after
    assert variables["_TYPER_COMPLETE_ARGS"] == after[0]


def test_values() -> None:
    assert completion.rules("threads-over-t") == ["threads-over-tiny-releases"]
    assert completion.rules("GIL101,AL") == ["GIL101,ALL"]
    assert "numpy.fft" in completion.libraries("numpy")
    assert "numpy.fft.rfft" in completion.callables("numpy.fft.rff")
    assert completion.explained("convo") == ["convoy", "convoy-effect"]
    assert completion.callables("no.such") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_in_bash(shell_environment: dict[str, str], tmp_path: Path) -> None:
    script = """
        eval "$(_GILLINT_COMPLETE=source_bash gillint)"
        [ "$(complete -p gillint | grep -c _gillint_completion)" = 1 ] || exit 1
        COMP_WORDS=(gillint sketch.py --free); COMP_CWORD=2; _gillint_completion gillint
        printf '%s\\n' "${COMPREPLY[@]}"
        """
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=shell_environment, cwd=tmp_path, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split()) == (0, ["--free-threaded"]), done.stderr


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_in_fish(shell_environment: dict[str, str], tmp_path: Path) -> None:
    script = """
        _GILLINT_COMPLETE=source_fish gillint | source
        for line in 'gillint ch' 'gillint sketch.py --free' 'gillint check sk'; complete -C $line; end
        """
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], env=shell_environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    found = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert found == ["check", "--free-threaded", "sketch.py"], done.stderr


_ZSH = """
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; autoload -Uz compinit; compinit -u -d $HOME/dump; eval "$(_GILLINT_COMPLETE=source_zsh gillint)"; echo re""ady'
zpty -r z out '*ready*'
zpty -w -n z $'gillint sketch.py --free\\t; echo do""ne\\n'
zpty -r z out '*done*'
print -r -- "$out"
"""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_in_zsh(shell_environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        ["zsh", "-f", "-c", _ZSH], env=shell_environment, cwd=tmp_path, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert "--free-threaded" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_shown(shell: str) -> None:
    done = asked({"_GILLINT_COMPLETE": f"source_{shell}"})
    assert done.returncode == 0
    assert "_GILLINT_COMPLETE" in done.stdout
