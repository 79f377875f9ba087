"""What applications and scripts of public repositories were read wrongly as: numbers, shapes, cells, command lines, guesses."""

from __future__ import annotations

import math
from pathlib import Path
from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Costs
from gillint.estimate import Estimate
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.assumed import CELL, UNKNOWN_TRIPS, WORDS
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Branch, Call, Loop, Resolved
from gillint.source.modules import ProjectModules
from gillint.syntax.parse import parse

TARGET = Target("3.11")
HEAD = """
import argparse, functools, math, re, sys, time
import numpy as np
import pandas as pd
"""


def read(source: str) -> Resolved:
    return resolve(parse(HEAD + dedent(source), "program.py"), TARGET, {})


def calls(source: str, function: str = "work") -> dict[str, Call]:
    block = next(f.block for f in read(source).functions if f.name == function)
    return {n.name: n for n in walk(block) if isinstance(n, Call)}


def shape(expression: str, before: str = "a = np.zeros((300, 200))") -> tuple[float, ...] | None:
    """The shape of an array that is given to a function that nobody knows."""
    source = f"def work(x):\n    {before}\n    np.linalg.svd({expression})\n"
    given = calls(source)["numpy.linalg.svd"].bound.positional[0]
    return tuple(d.likely for d in given.shape) if given.shape is not None else None


def likely_size(source: str, name: str, function: str = "work") -> float:
    return size_of(calls(source, function)[name].bound.positional[0]).likely


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        ("np.concatenate(a)", (60_000,)),
        ("np.concatenate(a, axis=0)", (60_000,)),
        ("np.hstack(a)", (60_000,)),
        ("np.vstack(a)", (300, 200)),
        ("np.stack(a)", (300, 200)),
        ("np.column_stack(a)", (200, 300)),
        ("np.concatenate([a, a])", (600, 200)),
    ],
)
def test_an_array_whose_rows_are_joined(joined: str, expected: tuple[float, ...]) -> None:
    assert shape(joined) == expected


@pytest.mark.parametrize(
    ("cast", "dtype"),
    [
        ("double", "float64"), ("single", "float32"), ("half", "float16"), ("int_", "int64"), ("intp", "int64"),
        ("ubyte", "uint8"), ("bool_", "bool"), ("complex64", "complex64"), ("cdouble", "complex128"), ("int8", "int8"),
    ],
)  # fmt: skip
def test_other_names_of_the_scalar_types_cast_arrays(cast: str, dtype: str) -> None:
    source = f"def work():\n    np.sort(np.{cast}(np.zeros((300, 200))))\n"
    given = calls(source)["numpy.sort"].bound.positional[0]
    assert (given.dtype, size_of(given).likely) == (dtype, 60_000)


def test_what_nothing_is_known_of_may_be_an_array_when_it_is_cast() -> None:
    assert calls("def work(x):\n    np.sort(np.int8(x))\n")["numpy.sort"].bound.positional[0].type is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("sum((1, 1)) + 26", 28),
        ("int((28 + np.sum((1, 1)) - 3) / 1 + 1)", 28),
        ("np.prod((28, 28))", 784),
        ("math.prod([2, 3, 4])", 24),
        ("max((28, 14))", 28),
        ("np.min([28, 14])", 14),
        ("int(np.mean([1, 2, 3]))", 2),
        ("np.int32(5000)", 5000),
    ],
)
def test_reductions_of_numbers_that_are_known(number: str, expected: int) -> None:
    assert shape("a", f"a = np.zeros(({number}, 2))") == (expected, 2)


def test_a_reduction_with_more_arguments_is_another() -> None:
    assert shape("a", "a = np.zeros((sum((1, 1), x), 2))") != (2, 2)


@pytest.mark.parametrize(
    "unpacked", ["rows, columns = x.shape", "rows, columns = np.shape(x)", "rows, columns = x.shape; np.fft.fft(x)"]
)
def test_who_asks_for_two_dimensions_has_a_table(unpacked: str) -> None:
    assert shape("np.zeros((rows, columns))", unpacked) == (1_000, 10)


def test_dimensions_of_a_tensor_that_nothing_tells_are_those_of_one_tensor() -> None:
    source = """
        import torch
        def work(batch):
            n, c, h, w = batch.size()
            return torch.zeros(n, c, h, w).exp()
    """
    made = calls(source)["torch.zeros"].result
    assert made is not None and size_of(made).likely == pytest.approx(50_000)


@pytest.mark.parametrize("operand", ["sys.float_info.epsilon", "settings.EPSILON"])
def test_a_constant_of_a_module_is_a_number(operand: str) -> None:
    source = f"""
        import settings
        def work():
            a = np.zeros(1000)
            np.exp(np.log(a + {operand}))
            np.sqrt(a.sum() / (a.max() + {operand}))
    """
    found = calls(source)
    assert size_of(found["numpy.exp"].bound.positional[0]).likely == 1_000
    assert found["numpy.sqrt"].bound.positional[0].type == "float"


def test_abs_of_a_spectrum_is_real_and_a_call_of_numpy() -> None:
    found = calls("def work():\n    np.sort(abs(np.fft.fft(np.zeros(4096))))\n")
    assert "numpy.abs" in found and "abs" not in found
    assert found["numpy.sort"].bound.positional[0].dtype == "float64"


def test_an_array_of_unknown_shape_beside_a_short_tuple_stays_large() -> None:
    source = "def work(x):\n    np.sqrt(np.asarray(np.sort(x)) - (1, 2))\n"
    assert likely_size(source, "numpy.sqrt") >= 10_000


def test_a_grid_of_slices_that_a_comprehension_makes() -> None:
    assert shape("np.mgrid[[slice(n) for n in (160, 160)]]") == (2, 160, 160)
    assert shape("np.mgrid[tuple(slice(0, n) for n in a.shape)]", "a = np.zeros((160, 160))") == (2, 160, 160)


def test_a_mask_that_compares_with_one_number_after_the_other_keeps_one_part() -> None:
    source = """
        def work(points, labels):
            points, labels = np.zeros((10_000, 2)), np.argmin(np.zeros((10_000, 4)), axis=1)
            for k in range(4):
                np.cov(points[labels == k])
    """
    assert likely_size(source, "numpy.cov") == pytest.approx(5_000)


CELLS = """
def cleaned(text):
    return re.sub("[0-9]+", "*", text)

def work(path):
    frame = pd.read_csv(path)
    {}
"""


@pytest.mark.parametrize(
    "loop",
    [
        "for _, row in frame.iterrows(): cleaned(row['text'])",
        "for text in frame['text']: cleaned(text)",
        "frame['text'].apply(cleaned)",
        "frame.apply(lambda row: cleaned(row['text']), axis=1)",
    ],
)
def test_a_cell_of_a_table_is_a_short_text(loop: str) -> None:
    found = calls(CELLS.format(loop))["re.sub"]
    assert size_of(found.bound.get("string")).likely == CELL.likely


def test_a_cell_in_which_one_pattern_after_the_other_is_replaced_stays_short() -> None:
    source = """
        import regex
        PATTERNS = [r"[0-9]+", r"[a-f]{8}"]
        def work(frame):
            for _, row in frame.iterrows():
                line = row["text"]
                for pattern in PATTERNS:
                    line = regex.sub(pattern, "*", line)
    """
    assert size_of(calls(source)["regex.sub"].bound.get("string")).likely == CELL.likely


@pytest.mark.parametrize("taken", ["list(x)", "set(x)", "sorted(x)", "tuple(x)", "sum(x)", "max(x)"])
def test_a_builtin_goes_through_as_many_as_a_loop_would(taken: str) -> None:
    source = f"def work(x):\n    {taken}\n"
    block = next(f.block for f in read(source).functions if f.name == "work")
    (call,) = (n for n in walk(block) if isinstance(n, Call))
    costs = Costs(TARGET)
    gil = costs.block(block).inclusive.likely
    assert call.name == taken.partition("(")[0] and gil < 300 * UNKNOWN_TRIPS.likely


def test_bytes_of_anything_are_data() -> None:
    source = "import zlib\ndef work(x):\n    zlib.compress(bytes(x))\n"
    assert likely_size(source, "zlib.compress") == 50_000


def test_an_instance_of_a_class_of_an_unknown_module_is_of_no_library_that_is_imported() -> None:
    source = """
        from sklearn import preprocessing
        from models import Ridge
        def work(x):
            model = Ridge(degree=3)
            model.fit(x)
            model.predict(x)
    """
    assert {"models.Ridge", "models.Ridge.fit", "models.Ridge.predict"} == set(calls(source))


def test_what_can_be_trained_may_be_any_estimator() -> None:
    source = "import sklearn\ndef work(model, x):\n    model.fit(x)\n    return model.predict(x)\n"
    assert set(calls(source)) == {"model.fit", "model.predict"}


@pytest.mark.parametrize(("library", "name"), [("shapely.geometry", "a.union"), ("json", "set.union")])
def test_shapes_have_unions_as_sets_do(library: str, name: str) -> None:
    source = f"import {library}\nimport re\ndef work(a, b):\n    return a.union(b)\n"
    resolved = resolve(parse(source, "program.py"), TARGET, {})
    names = {n.name for f in resolved.functions for n in walk(f.block) if isinstance(n, Call)}
    assert name in names


COMMAND = """
def add_parser(commands):
    parser = commands.add_parser("compare")
    parser.add_argument("masks", nargs="+")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--extra", nargs="*")
    parser.set_defaults(func=work)

def work(args):
    for path in args.masks:
        print(path)
    for path in args.extra:
        print(path)
    for n in range(args.size):
        print(n)
"""


def trips(source: str) -> list[Estimate]:
    block = next(f.block for f in read(source).functions if f.name == "work")
    return [n.trips for n in walk(block) if isinstance(n, Loop)]


def test_a_function_of_a_command_is_given_what_the_command_declares() -> None:
    masks, extra, size = trips(COMMAND)
    assert (masks, extra, size.likely) == (WORDS, WORDS, 512)


def test_the_words_of_a_command_line_are_few() -> None:
    (words,) = trips("def work():\n    for path in sys.argv:\n        print(path)\n")
    assert words == WORDS


@pytest.mark.parametrize("mark", ["setup.py", "pyproject.toml", "requirements.txt"])
def test_an_example_imports_the_package_of_its_project(tmp_path: Path, mark: str) -> None:
    package = tmp_path / "package"
    examples = package / "examples"
    examples.mkdir(parents=True)
    (tmp_path / mark).touch()
    (package / "__init__.py").touch()
    (package / "tools.py").touch()
    (tmp_path.parent / "outside.py").touch()
    modules = ProjectModules()
    importer = str(examples / "run.py")
    assert modules.find("package.tools", 0, importer) == package / "tools.py"
    assert modules.find("outside", 0, importer) is None


def test_without_a_sign_of_a_project_nothing_above_is_its_own(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "examples").mkdir(parents=True)
    (package / "__init__.py").touch()
    assert ProjectModules().find("package", 0, str(package / "examples" / "run.py")) is None


@pytest.mark.parametrize(
    ("prompt", "before", "seconds"),
    [("'> '", "", 2.0), ("", "", 1e-6), ("'> '", "sys.stdin = open('moves.txt')", 1e-6)],
)
def test_who_is_asked_takes_some_time(prompt: str, before: str, seconds: float) -> None:
    source = f"{before}\ndef work():\n    return input({prompt})\n"
    block = next(f.block for f in read(source).functions if f.name == "work")
    assert Costs(TARGET).block(block).inclusive.likely == pytest.approx(seconds * 1e9, rel=2.5)


def test_an_array_of_unknown_dimensions_fits_into_memory() -> None:
    before = "a, b, c, d = x"
    made = shape("np.zeros((a, b, c, d))", before)
    assert made is not None and math.prod(made) == pytest.approx(1e7)
    assert shape("np.zeros((a, b))", before) == (1_000, 1_000)
    assert shape("np.zeros((20_000, 30_000))", before) == (20_000, 30_000)


@pytest.mark.parametrize(("chosen", "most"), [("x, len(x) // 2", 1e6), ("x, 2", 1e6), ("range(10), 3", 120)])
def test_choices_of_which_nothing_tells_how_many_there_are_can_be_gone_through(chosen: str, most: float) -> None:
    source = f"import itertools\ndef work(x):\n    for c in itertools.combinations({chosen}):\n        print(c)\n"
    (number,) = trips(source)
    assert number.likely <= most


GAME = """
def best(board):
    return max(range(60), key=lambda move: sum(board[move % 9] * n for n in range(400)))

def main():
    board = [0] * 9
    while True:
        move = input("Your move: ")
        if move == "quit":
            break
        board[int(move)] = best(board)

if __name__ == "__main__":
    main()
"""


def test_the_verdict_is_about_what_the_program_does_and_not_about_the_player() -> None:
    report = analyse(GAME, "game.py", Options())
    assert report.verdict is not None
    verdict = report.regions[report.verdict]
    assert verdict.region.function.startswith("best") and verdict.prediction.bound.value == "gil"


@pytest.mark.parametrize(
    ("outer", "expected"),
    [("range(15)", 2**14), ("range(1, 4)", 14 + 91 + 364)],
)
def test_choices_of_each_length_are_those_of_all_lengths(outer: str, expected: float) -> None:
    source = (
        "import itertools\ndef work(x):\n"
        f"    for c in itertools.chain.from_iterable(itertools.combinations(range(14), r) for r in {outer}):\n"
        "        print(c)\n"
    )
    assert max(number.likely for number in trips(source)) == pytest.approx(expected, rel=0.01)


NESTED = """
def parts(tag):
    return frozenset(a + b + c for a in tag.split(".") for b in tag.split("-") for c in tag.split("+"))

def work(tags):
    return {part for tag in tags for part in parts(tag)}

work([input()] * 900)
"""


def test_a_clause_runs_as_often_as_the_source_tells_however_much_there_is_within() -> None:
    resolved = resolve(parse(NESTED, "a.py"), Target(), {})
    work = next(trace for trace in resolved.functions if trace.name == "work")
    loop = next(n for n in walk(work.block) if isinstance(n, Loop) and n.span.line == 6)
    branch = next(n for n in loop.body.nodes if isinstance(n, Branch))
    assert loop.trips.likely * next(iter(branch.shares))[1] == pytest.approx(900)
