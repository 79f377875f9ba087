"""The command as a user runs it: exit codes, options, configuration, and input that is not as it should be."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from gillint import __version__
from gillint.source.environment import find_environment
from tests.support import ROOT, SKETCHES, document, environment, gillint, inside, inside_json, read_json, text

HELD = text("""
    import threading

    def total(n):
        result = 0
        for i in range(n):
            result += i * i
        return result

    threads = [threading.Thread(target=total, args=(5_000_000,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    """)
CLEAN = "print('nothing to see')\n"


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A file with one diagnostic, GIL101."""
    path = tmp_path / "held.py"
    path.write_text(HELD)
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.py"
    path.write_text(CLEAN)
    return path


# Help and version


def test_version() -> None:
    done = gillint("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"gillint {__version__}\n", "")


def test_help_names_the_commands_and_gives_an_example() -> None:
    done = inside("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("report", "check", "explain", "dump", "demo"))
    assert re.search(r"\bExamples?:\s+gillint ", done.stdout)


@pytest.mark.parametrize("command", ["report", "check", "explain", "dump", "demo"])
def test_each_command_has_help_with_an_example(command: str) -> None:
    done = inside(command, "--help")
    assert done.returncode == 0
    assert "Usage: gillint " + command in done.stdout
    assert re.search(r"\bExamples?:\s+gillint ", done.stdout)


@pytest.mark.parametrize("command", ["report", "check"])
def test_the_options_of_the_issue_exist(command: str) -> None:
    wanted = (
        "--cores", "--threads", "--assume", "--python", "--free-threaded", "--output-format", "--select", "--ignore",
        "--fail-on", "--exit-zero", "--config", "--stdin-filename",
    )  # fmt: skip
    shown = inside(command, "--help").stdout
    assert [option for option in wanted if option not in shown] == []


def test_no_arguments_shows_how_it_is_used() -> None:
    done = inside()
    assert "Usage" in done.stdout + done.stderr
    assert done.returncode in (0, 2)


# Exit codes


def test_a_process_of_its_own_exits_with_the_same_codes(held: Path, clean: Path) -> None:
    assert [gillint(*a).returncode for a in ((held,), ("check", held), ("check", clean), ("check", "missing.py"))] == [
        0,
        1,
        0,
        2,
    ]
    assert read_json(gillint(held, "--output-format", "json")) == inside_json(held)
    assert gillint("check", "-", "--output-format", "concise", stdin=HELD).stdout.startswith("<stdin>:9:")


def test_a_report_exits_with_0_whatever_it_finds(held: Path, clean: Path) -> None:
    assert inside(held).returncode == 0
    assert inside("report", held).returncode == 0
    assert inside(clean).returncode == 0


def test_a_check_exits_with_1_where_there_is_something_to_report(held: Path, clean: Path) -> None:
    assert inside("check", held).returncode == 1
    assert inside("check", clean).returncode == 0
    assert inside("check", clean, held).returncode == 1
    assert inside("check", held, "--exit-zero").returncode == 0


def test_a_clean_check_prints_nothing_on_standard_output(clean: Path) -> None:
    done = inside("check", clean, "--output-format", "concise")
    assert (done.returncode, done.stdout) == (0, "")


def test_fail_on_compares_severities(held: Path) -> None:
    assert inside("check", held, "--fail-on", "warning").returncode == 1
    assert inside("check", held, "--fail-on", "error").returncode == 0
    assert inside("report", held, "--fail-on", "warning").returncode == 1
    assert inside("report", held, "--fail-on", "error").returncode == 0


def test_select_and_ignore(held: Path) -> None:
    assert inside("check", held, "--select", "GIL201").returncode == 0
    assert inside("check", held, "--select", "GIL1").returncode == 1
    assert inside("check", held, "--select", "GIL201,GIL101").returncode == 1
    assert inside("check", held, "--select", "threads-over-held-work").returncode == 1
    assert inside("check", held, "--ignore", "GIL101").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.py"], "missing.py"),
        (["check", "missing.py"], "missing.py"),
        (["missing/"], "missing"),
        (["check"], ""),
        (["report"], ""),
        (["FILE", "--select", "GIL999"], "GIL999"),
        (["check", "FILE", "--ignore", "no-such-rule"], "no-such-rule"),
        (["FILE", "--assume", "len(chunk)"], "--assume"),
        (["FILE", "--assume", "len(chunk)=many"], "--assume"),
        (["FILE", "--assume", "=3"], "--assume"),
        (["FILE", "--assume", "n=-1"], "--assume"),
        (["FILE", "--cores", "0"], "--cores"),
        (["FILE", "--cores", "-4"], "--cores"),
        (["FILE", "--cores", "many"], "--cores"),
        (["FILE", "--cores", "2.5"], "--cores"),
        (["FILE", "--threads", "0"], "--threads"),
        (["FILE", "--threads", "-1"], "--threads"),
        (["FILE", "--threads", "x"], "--threads"),
        (["FILE", "--threads", "1000000"], "--threads"),
        (["FILE", "--python", "2.7"], "--python"),
        (["FILE", "--python", "3"], "--python"),
        (["FILE", "--python", "latest"], "--python"),
        (["FILE", "--output-format", "xml"], "--output-format"),
        (["check", "FILE", "--fail-on", "never"], "--fail-on"),
        (["FILE", "--config", "missing.toml"], "missing.toml"),
        (["FILE", "--no-such-option"], "--no-such-option"),
        (["FILE", "--stdin-filename", "a.py"], "--stdin-filename"),
        (["dump", "--stage", "magic", "FILE"], "--stage"),
        (["dump", "missing.py"], "missing.py"),
        (["dump", "--stage", "regions", "FOLDER"], "folder"),
        (["explain", "no.such.thing"], "no.such.thing"),
        (["explain"], ""),
        (["demo", "--rounds", "0"], "--rounds"),
        (["FILE", "--python", "3.12", "--free-threaded"], "3.12"),
    ],
)
def test_wrong_use_exits_with_2_and_one_clear_sentence(
    arguments: list[str], says: str, clean: Path, tmp_path: Path
) -> None:
    named = {"FILE": str(clean), "FOLDER": str(tmp_path)}
    done = inside(*(named.get(a, a) for a in arguments), cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert says in done.stderr
    assert 0 < len(done.stderr.strip().splitlines()) <= 4, done.stderr


@pytest.mark.parametrize("command", ["report", "check"])
def test_a_forbidden_path_exits_with_2(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, folder = tmp_path / "secret.py", tmp_path / "secrets"
    file.write_text(CLEAN)
    folder.mkdir()
    (folder / "a.py").write_text(CLEAN)
    if os.name == "posix" and os.geteuid() != 0:
        file.chmod(0)
        folder.chmod(0)
    else:  # root may read everything

        def forbidden(*_: object) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", forbidden)
        monkeypatch.setattr(os, "access", lambda *_, **__: False)
    for path in (file, folder):
        done = inside(command, path)
        assert done.returncode == 2
        assert "permission denied" in done.stderr.lower()
        assert str(path) in done.stderr
    folder.chmod(0o755)


def test_a_folder_without_python_files_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("for x in y: pass")
    for command in ("report", "check"):
        done = inside(command, tmp_path)
        assert done.returncode == 0
        assert "no Python files" in done.stderr


def test_what_a_file_is_named_does_not_make_it_a_command(tmp_path: Path) -> None:
    (tmp_path / "check").write_text(CLEAN)
    assert inside("./check", cwd=tmp_path).returncode == 0


# Standard input


def test_standard_input(tmp_path: Path) -> None:
    done = inside("check", "-", "--output-format", "concise", stdin=HELD)
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:9:")
    assert " GIL101 " in done.stdout


def test_standard_input_takes_the_name_that_is_given() -> None:
    done = inside("check", "-", "--stdin-filename", "src/held.py", "--output-format", "concise", stdin=HELD)
    assert done.returncode == 1
    assert done.stdout.startswith("src/held.py:9:")
    found = inside_json("-", "--stdin-filename", "src/held.py", stdin=HELD)
    assert [f["path"] for f in found["files"]] == ["src/held.py"]


def test_standard_input_and_a_file_give_the_same(held: Path) -> None:
    by_file, by_input = (
        inside_json(held, "--python", "3.12"),
        inside_json("-", "--stdin-filename", held, "--python", "3.12", stdin=HELD),
    )
    assert by_file["files"][0]["regions"] == by_input["files"][0]["regions"]
    assert by_file["files"][0]["diagnostics"] == by_input["files"][0]["diagnostics"]


def test_standard_input_that_cannot_be_decoded() -> None:
    assert inside("check", "-", stdin=b"x = '\xff\xfe'\n").returncode == 1
    assert inside("-", stdin=b"x = '\xff\xfe'\n").returncode == 0


# Input that is not as it should be


BROKEN = {
    "latin1_undeclared": b"name = 'caf\xe9'\n",
    "wrong_declaration": b"# -*- coding: ascii -*-\nname = 'caf\xc3\xa9'\n",
    "unknown_encoding": b"# -*- coding: klingon -*-\nx = 1\n",
    "binary": bytes(range(256)) * 4,
    "null_bytes": b"x = 1\n\0\0\0y = 2\n",
    "elf": b"\x7fELF\x02\x01\x01\0\0\0\0\0" + bytes(200),
    "utf16": "x = 1\n".encode("utf-16"),
    "syntax": b"for line in open('big.jsonl':\n    print(line)\n",
    "indentation": b"def f():\nreturn 1\n",
    "python2": b"print 'hello'\n",
    "unclosed": b"x = (1,\n",
    "unterminated": b"x = 'abc\n",
    "deep_parentheses": b"x = " + b"(" * 5_000 + b"1" + b")" * 5_000 + b"\n",
    "deep_lists": b"x = " + b"[" * 20_000 + b"]" * 20_000 + b"\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_gil001_and_the_others_go_on(name: str, tmp_path: Path) -> None:
    broken, held = tmp_path / "a_broken.py", tmp_path / "b_held.py"
    broken.write_bytes(BROKEN[name])
    held.write_text(HELD)
    first_run = gillint if name.startswith("deep") else inside  # these could end the process
    found = read_json(first_run("check", broken, held, "--output-format", "json"))
    first, second = found["files"]
    assert [d["code"] for d in first["diagnostics"]] == ["GIL001"]
    assert first["error"]
    assert first["diagnostics"][0]["severity"] == "error"
    assert [d["code"] for d in second["diagnostics"]] == ["GIL101"]
    assert second["error"] is None
    done = inside("report", broken)
    assert done.returncode == 0
    assert "GIL001" in done.stdout
    assert inside("check", broken).returncode == 1
    report = inside_json("report", broken)["files"][0]
    assert (report["regions"], report["verdict"]) == ([], None)
    assert report["error"]


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("x = 1\ny = = 2\n", 2, 5),
        ("def f():\n    return (1 +\n", 2, 12),
        ("if True:\n    x = 'abc\n", 2, 9),
        ("é = 1\nünï = = 2\n", 2, 7),
        ("x = 1\nclass:\n", 2, 6),
    ],
)
def test_a_syntax_error_has_its_position(source: str, line: int, column: int, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text(source, encoding="utf-8")
    (found,) = inside_json("check", path)["files"][0]["diagnostics"]
    assert found["range"]["start"] == {"line": line, "column": column}
    done = inside("check", path, "--output-format", "concise")
    assert done.stdout.startswith(f"{path}:{line}:{column}: GIL001 ")


WORKING = {
    "latin1": "# -*- coding: latin-1 -*-\nname = 'café'\n".encode("latin-1"),
    "cp1252": "# vim: set fileencoding=cp1252 :\nname = '“café”'\n".encode("cp1252"),
    "second_line": "#!/usr/bin/python\n# coding: iso-8859-15\nname = '10 €'\n".encode("iso-8859-15"),
    "bom": b"\xef\xbb\xbfname = 1\n",
    "windows": b"name = 1\r\nif name:\r\n    print(name)\r\n",
    "old_mac": b"name = 1\rif name:\r    print(name)\r",
    "form_feed": b"name = 1\n\x0cif name:\n    print(name)\n",
    "no_last_newline": b"name = 1",
    "empty": b"",
    "blank": b"\n\n   \n",
    "comments": b"# nothing\n# at all\n",
    "only_a_docstring": b'"""Nothing."""\n',
    "tabs": b"if True:\n\tfor x in y:\n\t\tprint(x)\n",
    "line_continuation": b"x = 1 + \\\n    2\n",
    "unicode_separators": "x = 'a\u2028b\u2029c\x85d'\nfor y in x:\n    print(y)\n".encode(),
    "dedented_comment": b"def f():\n    x = 1\n# out here\n    return x\n",
    "semicolons": b"x = 1; y = 2; print(x, y)\n",
    "star_expressions": b"def f(*a, **k): return [*a, *k], {**k}\n",
    "positional_only": b"def f(a, /, b, *, c): pass\n",
    "match": b"match x:\n    case [1, *rest] if rest: print(rest)\n    case {'a': b, **c}: print(b)\n    case _: pass\n",
    "top_level_await": b"x = await f()\nasync with y as z:\n    async for a in z: print(a)\n",
    "except_groups": b"try:\n    f()\nexcept* ValueError as e:\n    print(e)\n",
    "type_parameters": b"type Pair[T] = tuple[T, T]\ndef first[T](x: Pair[T]) -> T:\n    return x[0]\nclass Box[T]: pass\n",
    "nested_fstrings": b"for x in y:\n    print(f'{x!r:>{width}} {'nested'}')\n",
}


@pytest.mark.parametrize("name", WORKING)
def test_unusual_files_that_are_fine(name: str, tmp_path: Path) -> None:
    path = tmp_path / "fine.py"
    path.write_bytes(WORKING[name])
    done = inside("check", path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    file = inside_json(path)["files"][0]
    assert (file["error"], file["diagnostics"]) == (None, [])


def test_an_empty_file_has_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "empty.py"
    path.write_bytes(b"")
    file = inside_json(path)["files"][0]
    assert (file["error"], file["verdict"], file["regions"], file["diagnostics"]) == (None, None, [], [])
    assert inside(path).returncode == 0


def test_a_file_of_50000_lines_completes(tmp_path: Path) -> None:
    loop = "def work_{n}(items):\n    for item in items:\n        print(item * {n})\n\n\n"
    plain = "def value_{n}(x):\n    y = x + {n}\n    return y * y\n\n\n"
    source = "".join((loop if n % 25 == 0 else plain).replace("{n}", str(n)) for n in range(10_001))
    assert source.count("\n") > 50_000
    path = tmp_path / "large.py"
    path.write_text(source)
    found = read_json(gillint("check", path, "--output-format", "json"))
    assert found["files"][0]["error"] is None


def test_a_report_on_a_large_file_completes(tmp_path: Path) -> None:
    body = "".join(f"for i_{n} in range({n}):\n    total = i_{n} * {n}\n" for n in range(1, 401))
    path = tmp_path / "large.py"
    path.write_text("total = 0\n" + body)
    assert len(inside_json(path)["files"][0]["regions"]) == 400


@pytest.mark.parametrize(
    "source",
    [
        "x = " + " + ".join(["1"] * 10_000),
        "x = " + " or ".join(["a"] * 10_000),
        "x = " + " and ".join(f"a{i}" for i in range(10_000)),
        "x = " + "not " * 10_000 + "a",
        "x = " + "-" * 10_000 + "1",
        "if a: pass\n" + "elif a: pass\n" * 10_000,
        "x = a" + ".b" * 3_000,
        "x = a" + ".b()" * 3_000,
        "x = a" + "[0]" * 3_000,
        "x = a" + "()" * 3_000,
        "x = " + "lambda: " * 3_000 + "1",
        "x = " + "a if b else " * 3_000 + "c",
        "x = '" + "a" * 2_000_000 + "'",
        "x = [" + ", ".join(map(str, range(200_000))) + "]",
        "x = {" + ", ".join(f"'{i}': [{i}]" for i in range(50_000)) + "}",
        "x = " + "9" * 10_000,
        "x = " + "'a' " * 5_000,
        "\n".join("    " * i + "if a:" for i in range(95)) + "\n" + "    " * 95 + "pass",
        "def f(" + ", ".join(f"a{i}" for i in range(3_000)) + "): pass",
        "f(" + ", ".join(f"a{i}=1" for i in range(3_000)) + ")",
        "with " + ", ".join(f"a as b{i}" for i in range(1_000)) + ": pass",
        "x = " + "a[" * 190 + "0" + "]" * 190,
        "async def f():\n    " + "await " * 1 + "g()" + "\n" * 10_000,
        "for x in y: f'" + "{x}" * 5_000 + "'",
    ],
    ids=[
        "sum", "or", "and", "not", "minus", "elif", "attributes", "calls", "subscripts", "call_results", "lambdas",
        "conditionals", "long_string", "long_list", "long_dict", "long_integer", "strings", "nested_ifs", "parameters",
        "arguments", "with_items", "nested_subscripts", "blank_lines", "fstring",
    ],
)  # fmt: skip
def test_extreme_but_readable_text_never_crashes(source: str, tmp_path: Path) -> None:
    path = tmp_path / "extreme.py"
    path.write_text(source + "\n")
    found = read_json(gillint("check", path, "--output-format", "json"))
    assert {d["code"] for d in found["files"][0]["diagnostics"]} <= {"GIL001"}


# Configuration


@pytest.mark.parametrize(
    ("name", "config", "says"),
    [
        ("pyproject.toml", "[tool.gillint]\ncorse = 4\n", "tool.gillint.corse"),
        ("pyproject.toml", "[tool.gillint]\ncores = 'four'\n", "tool.gillint.cores"),
        ("pyproject.toml", "[tool.gillint]\nselect = 'GIL101'\n", "tool.gillint.select"),
        ("pyproject.toml", "[tool.gillint]\nselect = ['GIL999']\n", "GIL999"),
        ("pyproject.toml", "[tool.gillint.assume]\n'len(' = 3\n", "assume"),
        ("pyproject.toml", "[tool.gillint\n", "TOML"),
        ("pyproject.toml", "[tool]\ngillint = 3\n", "tool.gillint"),
        ("gillint.toml", "fail-on = 'sometimes'\n", "fail-on"),
        ("gillint.toml", "[extra]\nx = 1\n", "extra"),
        ("gillint.toml", "free-threaded = 'yes'\n", "free-threaded"),
        ("gillint.toml", "python = '2.7'\n", "python"),
        ("gillint.toml", "x = \xff\n", "UTF-8"),
    ],
)
def test_a_broken_configuration_exits_with_2_and_names_file_and_key(
    name: str, config: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(config.encode("latin-1"))
    (tmp_path / "a.py").write_text(CLEAN)
    done = inside("check", "a.py", cwd=tmp_path)
    assert done.returncode == 2
    assert name in done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_configuration_is_found_above_the_file_and_the_command_line_wins(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.gillint]\ncores = 8\nthreads = 6\nignore = ['GIL101']\n")
    inner = tmp_path / "src" / "deep"
    inner.mkdir(parents=True)
    path = inner / "held.py"
    path.write_text(HELD)
    found = inside_json("check", path)
    assert (found["cores"], found["threads"], found["files"][0]["diagnostics"]) == (8, 6, [])
    assert inside_json("check", path, "--cores", "2")["cores"] == 2
    assert inside_json("check", path, "--threads", "3")["threads"] == 3


def test_another_configuration_can_be_named(tmp_path: Path, held: Path) -> None:
    other = tmp_path / "other" / "gillint.toml"
    other.parent.mkdir()
    other.write_text("cores = 32\noutput-format = 'json'\n")
    done = inside("check", held, "--config", other)
    found = json.loads(done.stdout)
    assert (found["cores"], found["threads"]) == (32, 32)


def test_the_answers_do_not_depend_on_the_machine_or_the_interpreter(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CLEAN)
    found = inside_json(path, cwd=tmp_path)
    assert (found["cores"], found["threads"], found["python"], found["free_threaded"]) == (4, 4, "3.13", False)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\nrequires-python = '>=3.11,<4'\n")
    assert inside_json(path, cwd=tmp_path)["python"] == "3.11"
    assert inside_json(path, "--python", "3.14", cwd=tmp_path)["python"] == "3.14"


def test_threads_default_to_the_cores(clean: Path) -> None:
    found = inside_json(clean, "--cores", "7")
    assert (found["cores"], found["threads"]) == (7, 7)
    assert inside_json(clean, "--cores", "auto")["cores"] >= 1


def test_assumptions_narrow_and_can_come_from_the_configuration(tmp_path: Path) -> None:
    source = "import hashlib\nfor chunk in chunks:\n    hashlib.sha256(chunk)\n"
    path = tmp_path / "a.py"
    path.write_text(source)

    def first(*arguments: str) -> tuple[str, float]:
        region = inside_json(path, *arguments, cwd=tmp_path)["files"][0]["regions"][0]
        return region["bound"], region["ceiling"]["high"] - region["ceiling"]["low"]

    assert first("--assume", "len(chunk)=1048576")[0] == "native"
    assert first("--assume", "len(chunk)=100")[0] == "gil"
    assert first("--assume", "len(chunk)=100", "--assume", "len(chunks)=3")[0] == "gil"
    assert first()[1] > first("--assume", "len(chunk)=1048576")[1]
    (tmp_path / "pyproject.toml").write_text("[tool.gillint.assume]\n'len(chunk)' = 1_048_576\n")
    assert first()[0] == "native"
    assert first("--assume", "len(chunk)=100")[0] == "gil"


# What is shown


def test_one_file_shows_its_regions_with_reasons_and_advice() -> None:
    shown = inside(SKETCHES / "json_lines.py").stdout
    for part in ("gil-bound", "ceiling", "json.loads", "holds", "process", "advice", "processes", "orjson", "assumed"):
        assert part in shown, part
    assert "\x1b" not in shown


def test_several_files_show_diagnostics_and_a_summary(held: Path, clean: Path) -> None:
    shown = inside(held, clean).stdout
    assert "GIL101" in shown
    assert "2 files" in shown


def test_concise_output_is_one_line_for_each_finding(held: Path) -> None:
    for command in ("report", "check"):
        (line,) = inside(command, held, "--output-format", "concise").stdout.splitlines()
        assert line.startswith(f"{held}:9:")
        assert " GIL101 " in line


def test_check_leaves_regions_out(held: Path) -> None:
    file = inside_json("check", held)["files"][0]
    assert (file["regions"], file["verdict"]) == ([], None)
    assert [d["code"] for d in file["diagnostics"]] == ["GIL101"]
    assert [d["code"] for d in inside_json("report", held)["files"][0]["diagnostics"]] == ["GIL101"]


def test_a_diagnostic_points_to_the_call_that_sets_the_limit_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(
        text("""
        import json

        def decode(texts):
            return [json.loads(text) for text in texts]
        """)
    )
    (tmp_path / "main.py").write_text(
        text("""
        from concurrent.futures import ThreadPoolExecutor

        from work import decode

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(decode, batches))
        """)
    )
    (found,) = inside_json("check", tmp_path / "main.py")["files"][0]["diagnostics"]
    assert found["code"] == "GIL101"
    related = found["related"][-1]
    assert related["path"].endswith("work.py")
    assert related["range"]["start"] == {"line": 4, "column": 13}


def test_files_are_given_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "sub/c.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(CLEAN)
    found = inside_json("check", tmp_path, tmp_path / "a.py", tmp_path)
    names = [Path(f["path"]).name for f in found["files"]]
    assert sorted(names) == ["a.py", "b.py", "c.py"]


@pytest.mark.parametrize("path", sorted(SKETCHES.glob("*.py")), ids=lambda p: p.stem)
@pytest.mark.parametrize(
    "settings",
    [(), ("--threads", "1"), ("--cores", "16", "--threads", "64"), ("--python", "3.14", "--free-threaded")],
    ids=["default", "one_thread", "many", "free_threaded"],
)
def test_the_contract_holds_for_every_sketch(path: Path, settings: tuple[str, ...]) -> None:
    if settings:
        inside_json(path, *settings)
    else:
        found = document(path.read_text(encoding="utf-8"), str(path), environment=find_environment(path))
        assert found["files"] == inside_json(path, "--python", "3.13")["files"]


# Explanations


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("orjson.loads", ["holds", "Evidence", "orjson.toml#orjson.loads"]),
        ("hashlib.sha256", ["releases", "2,048", "Evidence"]),
        ("time.sleep", ["waits", "Evidence"]),
        ("json.loads", ["holds", "Evidence"]),
        ("numpy.sort", ["releases", "object"]),
        ("requests.get", ["waits"]),
        ("GIL101", ["threads-over-held-work", "Why it costs", "Example", "Instead", "Limits", "Evidence"]),
        ("threads-over-held-work", ["GIL101"]),
        ("gil201", ["serial-waiting-loop"]),
        ("gil", ["switch interval"]),
        ("pandas", ["thread"]),
        ("free threading", ["lock", "object", "biased reference count"]),
        ("free-threading", ["biased"]),
        ("asyncio", ["event loop"]),
        ("convoy", ["5 ms"]),
        ("granularity", ["handoff"]),
        ("ways out", ["process"]),
        ("switch interval", ["5 ms"]),
    ],
)
def test_explain(name: str, says: list[str]) -> None:
    done = inside("explain", name)
    assert done.returncode == 0
    assert [part for part in says if part.lower() not in done.stdout.lower()] == []


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("explain", "numpy.linspce"), "numpy.linspace"),
        (("explain", "ceilng"), "ceiling"),
        (("knowledge", "show", "numpy.linspce"), "numpy.linspace"),
        (("chek", "a.py"), "the command `check`"),
    ],
)
def test_what_is_misspelt_is_answered_with_what_was_meant(arguments: tuple[str, ...], meant: str) -> None:
    done = inside(*arguments)
    assert done.returncode == 2 and f"did you mean {meant}" in done.stderr


def test_explain_suggests_what_was_meant() -> None:
    done = inside("explain", "loads")
    assert done.returncode == 2
    assert "json.loads" in done.stderr


@pytest.mark.parametrize("code", ["GIL001", "GIL101", "GIL102", "GIL103", "GIL201", "GIL202", "GIL203"])
def test_each_rule_of_the_issue_is_explained(code: str) -> None:
    done = inside("explain", code)
    assert done.returncode == 0
    assert done.stdout.startswith(f"# {code}: ")


# Stages


@pytest.mark.parametrize(
    "stage",
    [
        "source",
        "syntax",
        "resolve",
        "regions",
        "effects",
        "costs",
        "scaling",
        "advice",
        "rules",
        "diagnostics",
        "report",
    ],
)
def test_each_stage_can_be_dumped(stage: str, held: Path) -> None:
    done = inside("dump", "--stage", stage, held)
    assert done.returncode == 0
    assert done.stdout.strip()


def test_dumping_a_broken_file_is_wrong_use(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("x = = 1\n")
    done = inside("dump", "--stage", "regions", path)
    assert done.returncode == 2
    assert f"{path}:1:5" in done.stderr


def test_the_reader_may_leave(held: Path) -> None:
    import subprocess

    command = f'"{sys.executable}" -m gillint "{held}" --output-format json | head -c 10'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd=ROOT, env=environment())
    assert done.stderr == ""


# Many files


def test_many_files_are_the_same_in_one_process_and_in_two(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"a{number:02}.py").write_text(HELD if number % 8 == 0 else CLEAN)
    one, two = (gillint("check", "--jobs", jobs, "--output-format", "concise", ".", cwd=tmp_path) for jobs in "12")
    assert (one.returncode, one.stdout.count("GIL101")) == (1, 5)
    assert (two.returncode, two.stdout, two.stderr) == (1, one.stdout, one.stderr)


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1025"])
def test_jobs_that_cannot_be(clean: Path, jobs: str) -> None:
    done = inside("check", f"--jobs={jobs}", str(clean))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--jobs: must be `auto` or a number from 1 to 1024" in done.stderr
