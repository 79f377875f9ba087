"""The project itself: its documentation, its schema, and what starting it costs in imports."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from gillint.rules import RULES
from tests.support import ROOT, SKETCHES, environment

HEAVY = {"libcst", "rich", "typer", "click", "sqlite3", "multiprocessing", "asyncio", "jsonschema", "numpy", "pandas"}


def imported(*arguments: str) -> set[str]:
    """The modules that a run of the command has imported at its end."""
    program = (
        "import sys, atexit, io\n"
        "out = sys.stderr\n"
        "atexit.register(lambda: print('MODULES', *sorted(sys.modules), file=out))\n"
        f"sys.argv = ['gillint', *{list(arguments)!r}]\n"
        "from gillint.__main__ import run\n"
        "run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment(), cwd=ROOT
    )
    (line,) = [text for text in done.stderr.splitlines() if text.startswith("MODULES ")]
    return set(line.split()[1:])


def test_the_version_imports_nothing_but_the_package() -> None:
    modules = imported("--version")
    assert {m for m in modules if m.split(".")[0] == "gillint"} <= {"gillint", "gillint.__main__"}
    assert modules & (HEAVY | {"json", "tomllib", "ast", "inspect", "dataclasses"}) == set()


def test_help_imports_neither_the_parser_nor_a_terminal() -> None:
    assert {m.split(".")[0] for m in imported("--help")} & (HEAVY - {"typer", "click"}) == set()


def test_a_clean_small_file_needs_no_parser(tmp_path: Path) -> None:
    path = tmp_path / "clean.py"
    path.write_text('"""Nothing."""\n\n\ndef f(x):\n    return x + 1\n')
    modules = {m.split(".")[0] for m in imported("check", str(path))}
    assert modules & (HEAVY - {"typer", "click"}) == set()


def test_slow_parts_of_the_parser_are_never_imported() -> None:
    modules = imported("check", str(SKETCHES / "json_lines.py"))
    assert "libcst" in modules
    assert not {m for m in modules if m.startswith(("libcst.matchers", "libcst.codemod"))}


def test_the_slow_ways_are_not_in_the_source() -> None:
    for path in (ROOT / "gillint").rglob("*.py"):
        names = {n.attr for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Attribute)}
        names |= {n.id for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Name)}
        assert names & {"MetadataWrapper", "CSTVisitor", "CSTTransformer", "matchers"} == set(), path


def test_no_gillint_module_asks_for_the_name_of_a_sketch() -> None:
    names = {p.stem for p in SKETCHES.glob("*.py")} - {"matmul"}  # which is an operator as well
    for path in (ROOT / "gillint").rglob("*.py"):
        found = path.read_text(encoding="utf-8")
        assert not [n for n in names if re.search(rf"['\"/]{re.escape(n)}(\.py)?['\"]", found)], path


def test_the_schema_is_a_schema() -> None:
    found = json.loads((ROOT / "gillint" / "report" / "report-v1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)


def test_the_schema_refuses_what_the_contract_does_not_allow() -> None:
    from tests.support import document, schema

    good = document((SKETCHES / "json_lines.py").read_text(encoding="utf-8"))
    assert schema().is_valid(good)
    for path, value in (
        (("version",), 2),
        (("cores",), 0),
        (("files", 0, "verdict"), None),
        (("files", 0, "regions", 0, "bound"), "cpu"),
        (("files", 0, "regions", 0, "cost_share"), 1.5),
        (("files", 0, "regions", 0, "ceiling", "likely"), None),
        (("files", 0, "regions", 0, "ceiling", "low"), 0),
        (("files", 0, "regions", 0, "curve", 0, "speedup"), 0.9),
        (("files", 0, "regions", 0, "range", "start", "line"), 0),
        (("files", 0, "regions", 0, "extra"), 1),
        (("files", 0, "regions", 0, "calls", 0, "effect"), "maybe"),
        (("files", 0, "regions", 0, "advice", 0, "action"), "pray"),
    ):
        bad = json.loads(json.dumps(good))
        inner = bad
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        assert not schema().is_valid(bad), path


@pytest.mark.skipif(not (ROOT / "scripts" / "docs.py").is_file(), reason="the documentation is not generated here")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_has_its_page(rule: object) -> None:
    code, name = getattr(rule, "code", ""), getattr(rule, "name", "")
    page = ROOT / "docs" / "rules" / f"{code}-{name}.md"
    assert page.is_file()
    found = page.read_text(encoding="utf-8")
    for heading in ("Why it costs", "Example", "Instead", "Limits", "Evidence"):
        assert f"## {heading}" in found


def test_every_sketch_of_the_table_is_shipped() -> None:
    wanted = {
        "json_lines", "orjson_fft", "aiohttp_gather", "sum_squares", "sleeping", "sort_large", "sort_small", "sha256_large",
        "sha256_small", "groupby_int", "apply_lambda", "matmul", "pagination",
    }  # fmt: skip
    assert wanted <= {p.stem for p in SKETCHES.glob("*.py")}


def test_the_hook_for_pre_commit_runs_the_check() -> None:
    path = ROOT / ".pre-commit-hooks.yaml"
    found = path.read_text(encoding="utf-8")
    assert "id: gillint" in found
    assert "gillint check" in found


def test_runtime_dependencies_are_those_of_the_issue() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split("]", 1)[0]
    names = set(re.findall(r'^\s*"([A-Za-z0-9_-]+)', block, re.MULTILINE))
    assert names == {"libcst", "rich", "typer", "tomli"}
