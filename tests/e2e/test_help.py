"""Every command's help: it can be had, says what each option is for, and has examples that work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support import Done, inside

COMMANDS = [
    "", "report", "check", "explain", "dump", "demo", "server",
    "knowledge", "knowledge list", "knowledge show", "knowledge search", "knowledge verify", "knowledge probe",
]  # fmt: skip
# They run benchmarks; what they do is tested elsewhere.
LONG = (
    "gillint demo",
    "gillint server",
    "gillint knowledge verify",
    "gillint knowledge probe",
    "gillint sketch.py --measure",
)


def help_of(command: str) -> str:
    done = inside(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def commands_of(shown: str) -> list[str]:
    listed = re.search(r"^Commands:\n((?:  .+\n)+)", shown, re.MULTILINE)
    return re.findall(r"^  (\w+)", listed[1], re.MULTILINE) if listed else []


def examples_of(command: str) -> list[str]:
    _, _, below = help_of(command).partition("  Example")
    return [line.strip() for line in below.splitlines() if line.strip().startswith("gillint ")]


def test_all_commands_are_looked_at() -> None:
    found = ["", *commands_of(help_of(""))]
    found[-1:] = ["knowledge", *(f"knowledge {name}" for name in commands_of(help_of("knowledge")))]
    assert found == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_is_for(command: str) -> None:
    shown = help_of(command)
    _, _, options = shown.partition("Options:\n")
    for entry in re.split(r"\n(?=  -)", options.split("\n\n")[0]):
        assert re.search(r"(  |\n) *[A-Z]", entry), entry
    assert help_of(command) == inside(*command.split(), "-h").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples_of_itself(command: str) -> None:
    found = examples_of(command)
    assert found
    for example in found:
        assert example.startswith(f"gillint {command}".strip()) or command == "report", example


def run_example(example: str, folder: Path) -> Done:
    (folder / "src").mkdir(exist_ok=True)
    source = "import json\nfor line in open('x'):\n    json.loads(line)\n"
    (folder / "sketch.py").write_text(source)
    (folder / "src" / "a.py").write_text(source)
    return inside(*shlex.split(example)[1:], cwd=folder)


@pytest.mark.parametrize("example", dict.fromkeys(e for command in COMMANDS for e in examples_of(command)))
def test_the_examples_work(example: str, tmp_path: Path) -> None:
    if example.startswith(LONG):
        command = [word for word in shlex.split(example)[1:3] if word.isalpha()]
        shown = help_of(" ".join(command) or "report")
        assert all(option in shown for option in re.findall(r"--[a-z-]+", example))
        return
    done = run_example(example, tmp_path)
    assert done.returncode == 0, done.stderr
