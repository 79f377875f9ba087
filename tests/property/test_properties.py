"""What changes nothing changes nothing, and nothing that can be written makes the analysis fail."""

# ruff: noqa: E501

from __future__ import annotations

import ast
import keyword
import random
import re
import sysconfig
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gillint.knowledge.base import all_libraries
from tests.support import File, Region, document, report, schema

STDLIB = Path(sysconfig.get_path("stdlib"))
FILES = [
    p
    for name in (
        "bisect", "calendar", "cmd", "codeop", "colorsys", "contextlib", "copy", "csv", "dis", "fileinput", "fnmatch", "fractions",
        "getopt", "getpass", "glob", "graphlib", "gzip", "hashlib", "heapq", "hmac", "keyword", "linecache", "mimetypes", "netrc",
        "numbers", "operator", "pprint", "queue", "quopri", "random", "reprlib", "rlcompleter", "sched", "secrets", "selectors",
        "shelve", "shlex", "shutil", "signal", "stat", "statistics", "string", "stringprep", "tempfile", "textwrap", "threading",
        "timeit", "token", "tokenize", "trace", "types", "uuid", "wave", "weakref", "zipapp",
    )
    if (p := STDLIB / f"{name}.py").is_file()
]  # fmt: skip
document("")  # the analysis raises the recursion limit once, which hypothesis refuses to see within an example
relaxed = settings(max_examples=60, suppress_health_check=list(HealthCheck))

# Programs from parts that mean something: loops over calls that hold, release, wait, or run Python.

NAMES = ("items", "value", "total", "chunk", "result", "index", "rows", "path")
WORK = (
    "json.loads({0})", "hashlib.sha256({0}).hexdigest()", "time.sleep(0.01)", "re.findall('a+', {0})", "zlib.compress({0})",
    "{0} * 2", "len({0})", "str({0})", "{0}.split(',')", "np.sort({0})", "np.zeros(100_000)", "requests.get({0})", "process({0})",
    "sum(i * i for i in range(1_000))", "[x for x in {0}]", "sorted({0})", "open({0}).read()", "{0}[0]", "{0}.value", "np.array({0})",
    "sqlite3.connect({0})", "{{'a': {0}}}", "f'{{{0}}}'", "b'x' * 1_000_000",
)  # fmt: skip
SOURCES = (
    "range(1_000)",
    "items",
    "open('data.txt')",
    "[b'a', b'b']",
    "np.zeros(1_000)",
    "enumerate(rows)",
    "{'a': 1}.items()",
)
IMPORTS = "import hashlib\nimport json\nimport re\nimport sqlite3\nimport time\nimport zlib\n\nimport numpy as np\nimport requests\n\n"


@st.composite
def bodies(draw: st.DrawFn, variable: str) -> list[str]:
    """Statements that work on a variable."""
    lines = []
    current = variable
    for _ in range(draw(st.integers(1, 4))):
        work = draw(st.sampled_from(WORK)).format(current)
        shape = draw(st.sampled_from(("assign", "assign", "call", "append", "branch", "try", "total")))
        target = draw(st.sampled_from(NAMES))
        if shape == "assign":
            lines.append(f"{target} = {work}")
            current = target
        elif shape == "call":
            lines.append(work)
        elif shape == "append":
            lines.append(f"found.append({work})")
        elif shape == "total":
            lines.append(f"amount += {work}")
        elif shape == "branch":
            lines += [f"if {current}:", f"    {work}", "else:", f"    {target} = {current}"]
        else:
            lines += ["try:", f"    {work}", "except ValueError:", "    continue"]
    return lines


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """The loop's header, its variable, and its body."""
    variable = draw(st.sampled_from(("item", "line", "x")))
    return draw(st.sampled_from(SOURCES)), variable, draw(bodies(variable))


def whole(source: str, variable: str, body: list[str], *, before: str = "") -> str:
    inner = "".join(f"        {line}\n" for line in body)
    return f"{IMPORTS}{before}def main(items, rows):\n    found = []\n    amount = 0\n    for {variable} in {source}:\n{inner}    return found, amount\n"


def numbers(region: Region) -> dict[str, object]:
    """What of a region does not depend on names and places."""
    kept = (
        "kind",
        "bound",
        "concurrency",
        "iterations",
        "threads_help",
        "confidence",
        "held_fraction",
        "stall_ns",
        "demand_ns",
    )
    found: dict[str, object] = {key: region[key] for key in (*kept, "ceiling", "curve", "saturation")}
    found["calls"] = [(c["effect"], c["share"], c["fact"]) for c in region["calls"]]
    found["advice"] = [(a["action"], a["scales"], a["speedup"], a["veto"] is None) for a in region["advice"]]
    return found


class _Rename(ast.NodeTransformer):
    """Gives every variable that the program itself binds another name."""

    def __init__(self, names: set[str]) -> None:
        self.names = {name: f"renamed_{number}_{'z' * (number % 5)}" for number, name in enumerate(sorted(names))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.names.get(node.arg, node.arg))


def renamed(source: str) -> str:
    tree = ast.parse(source)
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    return ast.unparse(_Rename(bound).visit(tree)) + "\n"


@given(programs())
@relaxed
def test_renaming_all_variables_changes_nothing(program: tuple[str, str, list[str]]) -> None:
    source = ast.unparse(ast.parse(whole(*program))) + "\n"
    before, after = report(source), report(renamed(source))
    assert [numbers(r) for r in before["regions"]] == [numbers(r) for r in after["regions"]]
    assert [d["code"] for d in before["diagnostics"]] == [d["code"] for d in after["diagnostics"]]
    assert before["verdict"] == after["verdict"]


UNRELATED = (
    "def other(first, second):\n    return first + second\n\n\n",
    "def other(values):\n    found = []\n    for value in values:\n        found.append(value * value)\n    return found\n\n\n",
    "class Other:\n    items = ()\n\n    def main(self, items, rows):\n        return [json.dumps(x) for x in items]\n\n\n",
    "async def other(found):\n    for item in found:\n        time.sleep(5)\n\n\n",
    "OTHER = [n * n for n in range(10)]\n\n\n",
    "def other(n):\n    return n if n < 2 else other(n - 1) + other(n - 2)\n\n\n",
)


@given(programs(), st.sampled_from(UNRELATED))
@relaxed
def test_an_unrelated_function_changes_no_other_region(program: tuple[str, str, list[str]], extra: str) -> None:
    plain = whole(*program)
    before = report(plain)["regions"]
    after = [r for r in report(plain + "\n\n" + extra)["regions"] if r["range"]["start"]["line"] <= plain.count("\n")]
    assert [numbers(r) for r in before] == [numbers(r) for r in after]
    assert [r["range"] for r in before] == [r["range"] for r in after]


def free_names(body: list[str], variable: str) -> list[str]:
    """What a helper with this body must be given, besides the loop variable."""
    tree = ast.parse("while True:\n" + "".join(f"    {line}\n" for line in body))
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return sorted((read & {"items", "rows", "found"}) - {variable} - stored)


@given(programs())
@relaxed
def test_moving_the_body_into_a_helper_changes_the_ceiling_little(program: tuple[str, str, list[str]]) -> None:
    source, variable, body = program
    assume(not any("amount" in line or line.strip() == "continue" for line in body))
    # A name that the body reads before it writes it comes from outside: it would need more than an argument.
    tree = ast.parse("\n".join(body))
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assume(not stored & {variable, "items", "rows", "found"})
    given_names = [variable, *free_names(body, variable)]
    inner = "".join(f"    {line}\n" for line in body)
    helper = f"def helper({', '.join(given_names)}):\n{inner}\n\n"
    moved = whole(source, variable, [f"helper({', '.join(given_names)})"], before=helper)
    first, second = (_outermost(report(text)) for text in (whole(*program), moved))
    if first["ceiling"]["likely"] is None or second["ceiling"]["likely"] is None:
        assert first["bound"] == second["bound"] == "unknown"
        return
    assert abs(first["ceiling"]["likely"] - second["ceiling"]["likely"]) <= 0.15


def _outermost(file: File) -> Region:
    """The loop in `main`."""
    found: list[Region] = [r for r in file["regions"] if r["function"] == "main" and r["kind"] == "loop"]
    return found[0]


# Nothing makes it fail


TOKENS = st.sampled_from(
    [*keyword.kwlist, *NAMES, "(", ")", "[", "]", "{", "}", ":", ",", ".", "=", "+", "*", "**", "@", "->", ":=", "==", "'a'", "1", "\n",
     "\n    ", "\n        ", "f'{x}'", "b''", "...", ";", "#", "\\", "\t", "é", "match", "case", "_", "type", "json.loads", "np.sort",
     "ThreadPoolExecutor", "asyncio.gather", "\x0c", "\u2028", "0x", "1e999", "lambda"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=40))
@settings(relaxed, max_examples=150)
def test_any_tokens_are_read_or_refused(tokens: list[str]) -> None:
    schema().validate(document(" ".join(tokens)))


@given(st.text(max_size=200))
@settings(relaxed, max_examples=100)
def test_any_text_is_read_or_refused(text: str) -> None:
    schema().validate(document(text.encode("utf-8", "ignore").decode("utf-8")))


@given(st.sampled_from(FILES), st.integers(0, 2**32), st.integers(0, 30))
@settings(relaxed, max_examples=50)
def test_files_with_lines_missing_are_read_or_refused(path: Path, seed: int, count: int) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    chance = random.Random(seed)
    start = chance.randrange(max(1, len(lines)))
    piece = lines[start : start + 300]
    for _ in range(min(count, len(piece))):
        del piece[chance.randrange(len(piece))]
    schema().validate(document("".join(piece)))


@given(st.sampled_from(FILES), st.integers(0, 2**32))
@settings(relaxed, max_examples=25)
def test_files_with_names_exchanged_are_read(path: Path, seed: int) -> None:
    source = path.read_text(encoding="utf-8")
    chance = random.Random(seed)
    words = [w for w in set(re.findall(r"\b[a-z_]{3,}\b", source)) if not keyword.iskeyword(w)]
    assume(len(words) > 5)
    one, other = chance.sample(sorted(words), 2)
    changed = re.sub(rf"\b{one}\b", other, source)
    schema().validate(document(changed))


EXPRESSIONS = st.recursive(
    st.sampled_from(
        ["x", "1", "None", "'a'", "b'b'", "self", "items", "np", "json", "...", "-1.5", "1j", "True", "__name__"]
    ),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} @ {})".format, inner, inner),
        st.builds("({} < {} in {})".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}.loads".format, inner.map(lambda e: f"({e})")),
        st.builds("({})({}, *{}, k={})".format, inner, inner, inner, inner),
        st.builds("({})[{}:{}]".format, inner, inner, inner),
        st.builds("({})[{}, ...]".format, inner, inner),
        st.builds("[{} for x in {} if {}]".format, inner, inner, inner),
        st.builds("{{**{}, 'a': {}}}".format, inner, inner),
        st.builds("(lambda x, *a, **k: {})".format, inner),
        st.builds("sorted({}, key={})".format, inner, inner),
        st.builds("map({}, {})".format, inner, inner),
        st.builds("range({}, {})".format, inner, inner),
        st.builds("np.array({}).reshape({})".format, inner, inner),
        st.builds("functools.partial({}, {})".format, inner, inner),
        st.builds("threading.Thread(target={}, args={})".format, inner, inner),
        st.builds("ThreadPoolExecutor({}).map({}, {})".format, inner, inner, inner),
        st.builds("(y := {})".format, inner),
        st.builds("f'{{{}}}'".format, st.sampled_from(["x", "items", "self.x"])),
        st.builds("open({}).read({})".format, inner, inner),
        st.builds("len({}) * {}".format, inner, inner).map(lambda e: f"({e})"),
    ),
    max_leaves=12,
)


@given(st.lists(EXPRESSIONS, min_size=1, max_size=5), st.booleans())
@settings(relaxed, max_examples=120)
def test_any_expressions_are_read(expressions: list[str], inside: bool) -> None:
    pad = "        " if inside else "    "
    head = "class A:\n    def f(self, items, x=None):\n" if inside else "for x in items:\n"
    source = head + "".join(f"{pad}z = {e}\n{pad}for w in z:\n{pad}    {e}\n" for e in expressions)
    file = document(source)["files"][0]
    assert file["error"] is None or "nested" in file["error"], file["error"]


# Every callable that is known, called with too little, too much, and the wrong things.
KNOWN = sorted({name for library in all_libraries() for name in library.facts.places if "__" not in name})
ARGUMENTS = (
    "",
    "*a",
    "**k",
    "x=1",
    "1",
    "[]",
    "'x', [], {}, 2",
    "a, b, c",
    "a, *b, **k",
    "np.zeros((3, 4)), 1",
    "None, axis=1",
)


@given(st.lists(st.tuples(st.sampled_from(KNOWN), st.sampled_from(ARGUMENTS)), min_size=40, max_size=60))
@settings(relaxed, max_examples=30)
def test_any_arguments_of_what_is_known_are_read(calls: list[tuple[str, str]]) -> None:
    lines = []
    for number, (name, arguments) in enumerate(calls):
        owner, _, method = name.rpartition(".")
        lines.append(
            f"import {name.partition('.')[0]}\ny = {name}({arguments})\ny[0], len(y)\nfor x in y:\n    x + y\n"
        )
        if "." in owner:
            lines.append(f"def f{number}(v: {owner}):\n    z = v.{method}({arguments})\n    return z + z, z[:1]\n")
    document("import numpy as np\n" + "".join(lines))
