"""The JSON contract on real code: the sketches, and modules of the standard library."""

from __future__ import annotations

import ast
import io
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from gillint.source.files import decode
from tests.support import SKETCHES, check_contract, document, inside_json

STDLIB = Path(sysconfig.get_path("stdlib"))
MODULES = [
    p
    for name in (
        "asyncio/base_events", "concurrent/futures/process", "csv", "difflib", "fileinput", "filecmp", "glob", "gzip", "hashlib",
        "http/client", "json/encoder", "logging/handlers", "multiprocessing/pool", "pickletools", "queue", "random",
        "sched", "shutil", "smtplib", "socketserver", "statistics", "subprocess", "tarfile", "tempfile", "threading", "tokenize",
        "urllib/request", "xmlrpc/client",
    )
    if (p := STDLIB / f"{name}.py").is_file()
]  # fmt: skip


def call_starts(source: str) -> set[tuple[int, int]]:
    """Where call expressions start, in lines and code points; decorators are called as well."""
    tree = compile(source, "file.py", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    lines = [line.encode() for line in io.StringIO(source, newline="")]
    return {
        (node.lineno, len(lines[node.lineno - 1][: node.col_offset].decode()) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


def assert_positions(source: str, path: str) -> None:
    """Each listed call stands at the first character of a call expression; operators are named by their dunder method."""
    starts = call_starts(source)
    for region in document(source, path)["files"][0]["regions"]:
        for call in region["calls"]:
            if not call["name"].rsplit(".", 1)[-1].startswith("__"):
                assert (call["line"], call["column"]) in starts, call


@pytest.mark.parametrize("path", [*sorted(SKETCHES.glob("*.py")), *MODULES], ids=lambda p: p.stem)
def test_the_contract_holds_and_positions_point_at_calls(path: Path) -> None:
    source = decode(path.read_bytes())
    assert_positions(source, path.name)


@pytest.mark.parametrize(
    "settings", [{"threads": 1}, {"cores": 1, "threads": 16}, {"free_threaded": True, "python": "3.14"}]
)
@pytest.mark.parametrize("path", MODULES[:6], ids=lambda p: p.stem)
def test_the_contract_holds_for_other_settings(path: Path, settings: dict[str, Any]) -> None:
    document(decode(path.read_bytes()), path.name, **settings)


def test_many_files_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number:02}_{path.name}" for number, path in enumerate(MODULES[:12])]
    for path, original in zip(paths, MODULES, strict=False):
        path.write_bytes(original.read_bytes())
    found = inside_json("report", tmp_path)
    check_contract(found)
    assert [f["path"] for f in found["files"]] == [str(p) for p in paths]
    checked = inside_json("check", tmp_path)
    assert all(f["regions"] == [] and f["verdict"] is None for f in checked["files"])
    assert [f["diagnostics"] for f in checked["files"]] == [f["diagnostics"] for f in found["files"]]


def test_positions_in_unusual_text() -> None:
    assert_positions(
        "import json\nfür = ['ä']; größe = [json.loads(x) for x in für]\n"
        "for x in für: y = (json\n    .loads(\n        x)); z = [(json.loads)('é'), json.loads(x)]\n",
        "x.py",
    )
