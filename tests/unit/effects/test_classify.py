"""What a call does, for sizes, types and targets on both sides of what decides."""

from __future__ import annotations

import pytest

from gillint.effects.classify import CallEffect, classify
from gillint.knowledge.conditions import Target
from gillint.knowledge.schema import Measured
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.source.environment import Environment, LibraryVersion
from gillint.syntax.parse import parse
from tests.support import verdict


def effect_of(source: str, name: str, target: Target | None = None) -> CallEffect:
    target = target or Target()
    resolved = resolve(parse(source), target, {})
    calls = [n for n in walk(resolved.functions[0].block) if isinstance(n, Call) and n.name == name]
    assert calls, f"{name} was not found"
    return classify(calls[0], target)


@pytest.mark.parametrize(
    ("source", "name", "effect"),
    [
        ("import hashlib\nhashlib.sha256(b'x' * 2047)", "hashlib.sha256", "holds"),
        ("import hashlib\nhashlib.sha256(b'x' * 2048)", "hashlib.sha256", "releases"),
        ("import zlib\nzlib.crc32(b'x' * 5_000)", "zlib.crc32", "holds"),
        ("import zlib\nzlib.crc32(b'x' * 50_000)", "zlib.crc32", "releases"),
        ("import numpy as np\nnp.array([1.0] * 10_000)", "numpy.array", "holds"),
        ("import numpy as np\na = np.zeros(100_000)\nnp.array(a)", "numpy.array", "releases"),
        ("import numpy as np\na = np.zeros(400)\na + a", "numpy.ndarray.__add__", "holds"),
        ("import numpy as np\na = np.zeros(4_000)\na + a", "numpy.ndarray.__add__", "releases"),
        ("import numpy as np\na = np.zeros(4_000, dtype=object)\na + a", "numpy.ndarray.__add__", "holds"),
        ("import orjson\norjson.loads(b'[1]' * 100_000)", "orjson.loads", "holds"),
        ("import time\ntime.sleep(1)", "time.sleep", "waits"),
        ("process(1)", "process", "runs-python"),
        ("import nobody_knows\nnobody_knows.act()", "nobody_knows.act", "unknown"),
        ("import scipy.sparse as sp\nabs(sp.eye(50_000, format='csr'))", "scipy.sparse.csr_matrix.__abs__", "releases"),
        ("import decimal\nabs(decimal.Decimal(3))", "decimal.Decimal.__abs__", "holds"),
    ],
)
def test_the_effect(source: str, name: str, effect: str) -> None:
    assert effect_of(source, name).effect.value == effect


@pytest.mark.parametrize(
    ("source", "name", "effect"),
    [
        ("def work(m: memoryview):\n    m.tobytes()", "memoryview.tobytes", "holds"),
        ("def work(m: memoryview):\n    m.count(3)", "memoryview.count", "holds"),  # from Python 3.14 on
        ("from typing import Counter\ndef work(c: Counter[str]):\n    c.most_common()",
         "collections.Counter.most_common", "holds"),
        ("import nobody_knows\nerrors = []\nerrors.append(nobody_knows.AbsentError('x'))", "Exception", "holds"),
    ],
)  # fmt: skip
def test_what_an_annotation_or_a_name_tells(source: str, name: str, effect: str) -> None:
    resolved = resolve(parse(source), Target(), {})
    found = [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call) and n.fact is not None]
    assert {classify(n, Target()).effect.value for n in found if n.fact is not None and n.fact.name == name} == {effect}


@pytest.mark.parametrize(
    ("statement", "name", "before", "since"),
    [
        ("f.write(b'x' * 100)", "io.BufferedWriter.write", 2 * 100 / 8192, 2 * 100 / 131_072),
        ("f.write(b'x' * 100_000)", "io.BufferedWriter.write", 1, 1),
    ],
)
def test_files_have_larger_buffers_from_python_3_14_on(statement: str, name: str, before: float, since: float) -> None:
    source = f"f = open('a', 'wb')\n{statement}"
    found = [effect_of(source, name, Target(python=python)).releases.likely for python in ("3.13", "3.14")]
    assert found == pytest.approx([before, since])


@pytest.mark.parametrize(
    ("part", "statement", "name", "more"),
    [
        ("x[:, :-1]", "a * 2.0", "numpy.ndarray.__mul__", True),
        ("x[:, ::3]", "a > 2.0", "numpy.ndarray.__gt__", True),
        ("x[1:]", "a * 2.0", "numpy.ndarray.__mul__", False),
        ("x[:, 0]", "a * 2.0", "numpy.ndarray.__mul__", False),
        ("x[:, :-1]", "a.sum()", "numpy.ndarray.sum", False),
        ("x[:, :-1]", "a[0]", "numpy.ndarray.__getitem__", False),
    ],
)
def test_an_operator_sets_out_for_rows_that_lie_apart(part: str, statement: str, name: str, more: bool) -> None:
    def held(rows: str) -> float:
        source = f"import numpy as np\nx = np.zeros((4, 4))\na = {rows}\n{statement}"
        resolved = resolve(parse(source), Target(), {})
        calls = [n for n in walk(resolved.functions[0].block) if isinstance(n, Call) and n.name == name]
        return classify(calls[-1], Target()).gil.likely

    assert (held(part) - held(f"{part}.copy()") > 400) is more


def test_the_target_python_decides() -> None:
    source = "import json\njson.dumps([1] * 1000, indent=2)"
    assert effect_of(source, "json.dumps", Target("3.12")).effect.value == "runs-python"
    assert effect_of(source, "json.dumps", Target("3.13")).effect.value == "holds"


def test_an_undefined_function_is_assumed_and_says_so() -> None:
    assert effect_of("process(1)", "process").assumed


def test_every_known_call_names_its_fact_and_evidence() -> None:
    effect = effect_of("import orjson\norjson.loads(b'[]')", "orjson.loads")
    assert effect.fact is not None and effect.fact.id == "packages/orjson.toml#orjson.loads"
    assert effect.evidence


@pytest.mark.parametrize(("data", "effect"), [("b'x' * 1000", "holds"), ("b'x' * 100_000", "releases")])
def test_the_evidence_is_that_of_the_condition_which_applies(data: str, effect: str) -> None:
    found = effect_of(f"import hashlib\nhashlib.sha256({data})", "hashlib.sha256")
    assert found.effect.value == effect and found.fact is not None
    held = [e.held for e in found.evidence if isinstance(e, Measured) and e.held is not None]
    assert held and all((value > 0.9) == (effect == "holds") for value in held)
    assert found.citations == tuple(str(e) for e in found.evidence)


def test_a_native_stretch_over_an_array_leaves_the_caches_cold() -> None:
    def held(elements: int) -> float:
        made = f"import numpy as np\na = np.zeros({elements})\na + a"
        return effect_of(made, "numpy.ndarray.__add__").gil.likely

    assert held(600) < held(20_000) < held(1_000_000) < held(600) + 10_000


@pytest.mark.parametrize(
    ("made", "effect"),
    [
        ("pd.Series(['a', 'b'] * 5000)", "releases"),
        ("pd.Series(['a', 'b'] * 5000, dtype=object)", "runs-python"),
    ],
)
def test_text_columns_go_to_arrow_and_objects_to_python(made: str, effect: str) -> None:
    source = f"import pandas as pd\ns = {made}\ns.str.upper()"
    assert effect_of(source, "pandas.Series.str.upper").effect.value == effect


def test_a_text_column_of_pandas_2_holds_python_strings() -> None:
    environment = Environment((LibraryVersion("pandas", "2.3.1", "a test"),))
    source = "import pandas as pd\ns = pd.Series(['a', 'b'] * 5000)\ns.str.upper()"
    found = effect_of(source, "pandas.Series.str.upper", Target("3.13", environment=environment))
    assert found.effect.value == "runs-python"


@pytest.mark.parametrize(
    ("source", "name", "most"),
    [
        ("import subprocess\nsubprocess.run(['grep', 'a', path])", "subprocess.run", 2e6),
        ("import subprocess\nsubprocess.run(['/usr/bin/grep', 'a', path])", "subprocess.run", 2e6),
        (
            "import subprocess\nCOMMAND = ['git', 'log']\nsubprocess.check_output(COMMAND)",
            "subprocess.check_output",
            2e6,
        ),
        ("import subprocess\nREST = ('-n', 'a')\nsubprocess.run(['grep', *REST, path])", "subprocess.run", 2e6),
        ("import subprocess\nsubprocess.run('uname -r', shell=True)", "subprocess.run", 1e6),
        ("import subprocess\nsubprocess.getoutput('date')", "subprocess.getoutput", 1e6),
    ],
)
def test_a_small_program_ends_soon(source: str, name: str, most: float) -> None:
    assert effect_of(source, name).wait.likely <= most


@pytest.mark.parametrize(("python", "least", "most"), [("3.10", 0, 0), ("3.11", 4e4, 8e4), ("3.13", 4e4, 8e4)])
def test_a_sleep_of_nothing_waits_out_the_slack_of_the_timer(python: str, least: float, most: float) -> None:
    effect = effect_of("import time\ntime.sleep(0)", "time.sleep", Target(python))
    assert least <= effect.wait.likely <= most


@pytest.mark.parametrize("command", ["['make', 'all']", "[tool, 'a']", "'ffmpeg -i a.mp4'", "[]", "''"])
def test_of_another_program_nothing_is_known(command: str) -> None:
    effect = effect_of(f"import subprocess\nsubprocess.run({command})", "subprocess.run")
    assert effect.wait.likely >= 1e7
    assert not effect.undecided


@pytest.mark.parametrize(
    ("call", "name", "pages"),
    [
        ("np.add(a, 1.0)", "numpy.add", 80_000_000),
        ("np.add(a, 1.0, out=a)", "numpy.add", 0),
        ("cv2.flip(img, 1)", "cv2.flip", 12_000_000),  # one byte an element
        ("cv2.circle(img, (9, 9), 3, (0, 0, 255), -1)", "cv2.circle", 0),  # drawn into what is there
    ],
)
def test_only_fresh_memory_has_fresh_pages(call: str, name: str, pages: float) -> None:
    setup = "import cv2\nimport numpy as np\na = np.zeros(10_000_000)\nimg = np.zeros((2000, 2000, 3), np.uint8)\n"
    assert effect_of(setup + call + "\n", name).pages.likely == pages


@pytest.mark.parametrize(("size", "share"), [(400, 0.0), (400_000, 0.8)])
def test_what_is_too_short_to_give_the_gil_up_for_is_done_under_it(size: int, share: float) -> None:
    setup = "import numpy as np\nfrom scipy.spatial.distance import jensenshannon\n"
    source = f"{setup}a = np.random.rand({size})\njensenshannon(a, a)\n"
    effect = effect_of(source, "scipy.spatial.distance.jensenshannon")
    assert effect.gil.likely > 20_000
    assert share <= effect.native.likely / effect.elapsed.likely <= (1.0 if share else 0.0)


@pytest.mark.parametrize(
    ("array", "is_copied"),
    [
        ("np.lib.stride_tricks.sliding_window_view(a, (8, 8))", True),
        ("a.T", True),
        ("np.transpose(a)", True),
        ("a.transpose()", True),
        ("a.transpose(1, 0)", True),
        ("np.transpose(a, (0, 1))", False),
        ("np.transpose(a.T)", False),
        ("np.rot90(a)", True),
        ("a", False),
        ("np.lib.stride_tricks.sliding_window_view(a, (8, 8)).copy()", False),
    ],
)
def test_what_cannot_be_shown_in_another_shape_is_copied_without_the_gil(array: str, *, is_copied: bool) -> None:
    source = f"import numpy as np\na = np.zeros((500, 500))\nb = {array}\nb.reshape(-1)\n"
    effect = effect_of(source, "numpy.ndarray.reshape")
    assert (effect.native.likely > 1e5) == is_copied


@pytest.mark.parametrize(
    ("array", "call", "is_native", "is_held"),
    [
        ("a.T", "ravel()", True, False),
        ("a.T", "ravel(order='F')", False, False),
        ("a.T", "tobytes()", True, False),
        ("a.T", "tobytes('F')", False, True),
        ("a", "tobytes('F')", True, False),
        ("a", "tobytes()", False, True),
        ("a.astype(object).T", "ravel()", False, True),
        ("a.astype(object)", "ravel(order='F')", False, True),
        ("a.astype(object).T", "tobytes()", False, True),
    ],
)
def test_what_is_taken_in_another_order_than_it_lies_in_is_copied(
    array: str, call: str, *, is_native: bool, is_held: bool
) -> None:
    source = f"import numpy as np\na = np.zeros((500, 500))\nb = {array}\nb.{call}\n"
    effect = effect_of(source, f"numpy.ndarray.{call.partition('(')[0]}")
    assert (effect.native.likely > 1e5, effect.gil.likely > 5e4) == (is_native, is_held)


@pytest.mark.parametrize(
    ("call", "least", "most"),
    [
        ("np.log(a, out=o)", 0, 1.5),
        ("np.log(a, where=m, out=o)", 4, 6),
        ("np.log(a, where=True, out=o)", 0, 1.5),
    ],
)
def test_a_loop_under_a_mask_is_begun_for_each_run(call: str, least: float, most: float) -> None:
    setup = "import numpy as np\na = np.random.rand(100_000)\nm = a > 0.3\no = np.zeros_like(a)\n"
    assert least <= effect_of(f"{setup}{call}\n", "numpy.log").native.likely / 100_000 <= most


@pytest.mark.parametrize(("rows", "least", "most"), [(30, 0.3, 1.0), (100, 0.3, 1.0), (2000, 1.5, 5.0)])
def test_a_small_matrix_that_is_turned_is_copied_in_the_cache(rows: int, least: float, most: float) -> None:
    source = f"import numpy as np\na = np.zeros(({rows}, {rows}))\na.T.copy()\n"
    assert least <= effect_of(source, "numpy.ndarray.copy").native.likely / rows**2 <= most


def test_an_operator_of_something_unknown_is_nobody_s() -> None:
    source = "import things\nx = things.made()\nx.__add__(3)\n"
    assert effect_of(source, "x.__add__").fact is None


@pytest.mark.parametrize(("how", "effect"), [("await ", "waits"), ("", "runs-python")])
def test_what_callables_of_a_library_do_says_nothing_of_its_coroutines(how: str, effect: str) -> None:
    source = f"import openpyxl\n\nasync def main():\n    {how}openpyxl.something()\n"
    resolved = resolve(parse(source), Target(), {})
    found = [
        n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call) and n.name.endswith("something")
    ]
    assert {classify(n, Target()).effect.value for n in found} == {effect}


def test_an_awaited_call_of_which_nothing_is_known_waits_for_an_answer() -> None:
    source = "import zoo\nasync def feed(keys):\n    for key in keys:\n        {}zoo.feed(key)\n"
    awaited, called = (verdict(source.format(how)) for how in ("await ", ""))
    assert (awaited["bound"], called["bound"]) == ("io", "unknown")
    assert awaited["confidence"] != "high"
    assert "a wait of some milliseconds" in " ".join(awaited["assumptions"])
