"""The programs by which predictions are judged: listed, whole, and without a hint at the answer."""

from __future__ import annotations

import ast
import hashlib
import http.client
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.support import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = ROOT / "fixtures" / "workloads"
FAMILIES = {"python", "stdlib", "numeric", "libraries", "network", "mixture", "handover"}
LINES = range(15, 102)
# Distributions that are not called what is imported.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "argon2": "argon2-cffi",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "markdown_it": "markdown-it-py",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
# What a program must not say of itself, in a name, a comment or a text; but `nogil=` is an argument of numba's,
# `parallelism=` one of argon2's.
HINTS = re.compile(
    r"(?<![a-z])(gil|nogil(?!=)|(un)?bound|cpu|io_bound|releas(e|es|ed|ing)|holds?|held|contention|contended|"
    r"scal(es|ing|able)|speed-?_?ups?|convoy|stalls?|blocking|concurrency|parallelism(?!=)|multicore|cores?|native)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Workload:
    file: str
    family: str
    requires: tuple[str, ...] = ()
    server: bool = False
    set_aside: bool = False
    fresh: int = 0
    event_loop: bool = False
    task: str = ""

    @cached_property
    def text(self) -> str:
        return (FOLDER / self.file).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def manifest() -> list[Workload]:
    tables: dict[str, Any] = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
    assert set(tables) == {"workload"}
    return [Workload(**{**table, "requires": tuple(table["requires"])}) for table in tables["workload"]]


WORKLOADS = manifest()


def imported(tree: ast.Module) -> set[str]:
    """The top-level modules that a program imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a program is one file"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_the_manifest_lists_exactly_the_files_there() -> None:
    assert [w.file for w in WORKLOADS] == sorted(p.name for p in FOLDER.glob("*.py"))
    assert {p.name for p in FOLDER.iterdir() if p.name != "__pycache__"} == {
        "manifest.toml",
        *(w.file for w in WORKLOADS),
    }


def test_there_are_enough_of_every_family() -> None:
    assert len(WORKLOADS) >= 120
    counts = {family: sum(w.family == family for w in WORKLOADS) for family in FAMILIES}
    assert sum(counts.values()) == len(WORKLOADS)
    assert min(counts.values()) >= 10


def test_the_rule_sets_a_third_aside() -> None:
    assert all(w.set_aside for w in WORKLOADS if w.fresh)
    known = [w for w in WORKLOADS if not w.fresh]
    by_digest = sorted(known, key=lambda w: hashlib.sha256(w.file.encode()).hexdigest())
    assert [w.set_aside for w in by_digest] == [n % 3 == 0 for n in range(len(by_digest))]


def test_a_program_is_one_short_file_with_a_unit_of_work() -> None:
    for workload in WORKLOADS:
        assert len(workload.text.splitlines()) in LINES, workload.file
        functions = [node for node in workload.tree.body if isinstance(node, ast.FunctionDef)]
        parameters = [ast.unparse(node.args) for node in functions if node.name == "work"]
        assert parameters == [""], workload.file


def test_a_program_requires_what_it_imports() -> None:
    for workload in WORKLOADS:
        foreign = imported(workload.tree) - sys.stdlib_module_names
        assert workload.requires == tuple(sorted(DISTRIBUTIONS.get(n, n) for n in foreign)), workload.file


def test_a_program_that_asks_the_server_says_so() -> None:
    default = 'os.environ.get("WORKLOAD_URL", "http://127.0.0.1:8123")'
    assert [w.file for w in WORKLOADS if w.server != (default in w.text)] == []


def test_nothing_in_a_program_hints_at_the_answer() -> None:
    found = {w.file: hint.group() for w in WORKLOADS if (hint := HINTS.search(f"{w.file}\n{w.text}"))}
    assert found == {}


def test_the_server_answers_and_ends_with_its_input() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "workload_server.py"), "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(server.stdout.readline()), timeout=30)

        def get(path: str) -> tuple[int, bytes]:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

        assert get("/delay/1") == (200, b'{"delayed_ms": 1}')
        assert len(json.loads(get("/json/3?delay=1")[1])) == 3
        assert len(get("/bytes/1000")[1]) == 1000
        assert json.loads(get("/page/4?delay=1")[1])["next"] == "/page/5?delay=1"
        assert json.loads(get("/page/50")[1])["next"] is None
        assert get("/elsewhere")[0] == 404
        connection.close()
        server.stdin.close()
        assert server.wait(30) == 0
