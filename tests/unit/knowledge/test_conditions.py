"""Which behaviour of a fact applies, and the small arithmetic of costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest

from gillint.estimate import Estimate
from gillint.knowledge.conditions import Target, cost_of, decide
from gillint.knowledge.expressions import check_expression, evaluate
from gillint.knowledge.schema import Behaviour, Clause, Condition, Constant, Cost, Effect, Fact
from gillint.knowledge.versions import version_key, version_matches


@dataclass
class Arguments:
    """Answers written down by hand."""

    sizes: dict[str, Estimate] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    given: dict[str, bool | None] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)
    readings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def io_buffer(self) -> Estimate:
        return Estimate.point(8_192)

    def measure(self, what: str, parameter: str, index: int | None) -> Estimate:
        key = parameter if what == "size" else f"{what} {parameter}" if index is None else f"{what} {parameter} {index}"
        return self.sizes[key]

    def type_of(self, parameter: str) -> str | None:
        return self.types.get(parameter)

    def dtype_of(self, parameter: str) -> str | None:
        return self.dtypes.get(parameter)

    def is_given(self, parameter: str) -> bool | None:
        return self.given.get(parameter, False)

    def constant_of(self, parameter: str) -> tuple[bool, Constant]:
        return (parameter in self.constants, self.constants.get(parameter))

    def readings_of(self, parameter: str) -> tuple[str, ...]:
        return self.readings.get(parameter, ())

    def program_of(self, parameter: str) -> str | None:
        return self.programs.get(parameter)


def fact(*conditions: Condition) -> Fact:
    clauses = tuple(Clause(c, Behaviour(Effect.HOLDS, note=str(i))) for i, c in enumerate(conditions))
    return Fact("lib.f", "lib.toml", ("x", "y"), Behaviour(Effect.RELEASES), clauses)


_TARGET = Target()


def effects(condition: Condition, arguments: Arguments, target: Target = _TARGET) -> tuple[str, ...]:
    return tuple(b.effect.value[0] for b in decide(fact(condition), arguments, target).scenarios)


HOLDS, RELEASES = ("h", "h", "h"), ("r", "r", "r")


@pytest.mark.parametrize(
    ("condition", "arguments", "expected"),
    [
        (Condition(size="size(x)", below=100), Arguments({"x": Estimate.point(99)}), HOLDS),
        (Condition(size="size(x)", below=100), Arguments({"x": Estimate.point(100)}), RELEASES),
        (Condition(size="size(x)", from_=100), Arguments({"x": Estimate.point(100)}), HOLDS),
        (Condition(size="size(x)", from_=100), Arguments({"x": Estimate.point(99)}), RELEASES),
        (Condition(size="size(x)", from_=10, below=20), Arguments({"x": Estimate(5, 15, 25)}), ("r", "h", "r")),
        (Condition(size="size(x)", below=100), Arguments({"x": Estimate(1, 50, 1e6)}), ("h", "h", "r")),
        (Condition(program=("cat", "grep")), Arguments(programs={"x": "grep"}), HOLDS),
        (Condition(program=("cat", "grep")), Arguments(programs={"x": "python"}), RELEASES),
        (Condition(program=("cat", "grep")), Arguments(), RELEASES),
        (Condition(program=("grep",), of="y"), Arguments(programs={"x": "cat", "y": "grep"}), HOLDS),
        (Condition(argument="x", matches="^[^/]"), Arguments(readings={"x": ("a/b", "a/")}, given={"x": True}), HOLDS),
        (
            Condition(argument="x", matches="^[^/]"),
            Arguments(readings={"x": ("a/b", "/b")}, given={"x": True}),
            RELEASES,
        ),
        (Condition(argument="x", matches="^[^/]"), Arguments(given={"x": True}), RELEASES),
        (Condition(dtype=("object",), of="x"), Arguments(dtypes={"x": "object"}), HOLDS),
        (Condition(dtype=("object",), of="x"), Arguments(dtypes={"x": "float64"}), RELEASES),
        (Condition(dtype=("object",), of="x"), Arguments(), RELEASES),
        (Condition(dtype=("object",)), Arguments(dtypes={"x": "object"}), HOLDS),
        (Condition(dtype=("object",)), Arguments(types={"self": "T"}, dtypes={"self": "object"}), HOLDS),
        (Condition(type=("list", "tuple"), of="x"), Arguments(types={"x": "tuple"}), HOLDS),
        (Condition(type=("list",), of="x"), Arguments(types={"x": "str"}), RELEASES),
        (Condition(not_type=("numpy.ndarray",), of="x"), Arguments(types={"x": "list"}), HOLDS),
        (Condition(not_type=("numpy.ndarray",), of="x"), Arguments(types={"x": "numpy.ndarray"}), RELEASES),
        (Condition(not_type=("numpy.ndarray",), of="x"), Arguments(), RELEASES),
        (Condition(given="y"), Arguments(given={"y": True}), HOLDS),
        (Condition(given="y"), Arguments(given={"y": False}), RELEASES),
        (Condition(absent="y"), Arguments(given={"y": False}), HOLDS),
        (Condition(absent="y"), Arguments(given={"y": True}), RELEASES),
        (Condition(given="y", default=-1), Arguments(given={"y": True}, constants={"y": -1}), RELEASES),
        (Condition(given="y", default=-1), Arguments(given={"y": True}, constants={"y": 5}), HOLDS),
        (Condition(given="y", default=-1), Arguments(given={"y": True}), HOLDS),
        (Condition(given="y", default=False), Arguments(given={"y": True}, constants={"y": 0}), HOLDS),
        (Condition(absent="y", default=False), Arguments(given={"y": True}, constants={"y": False}), HOLDS),
        (Condition(absent="y", default=False), Arguments(given={"y": True}, constants={"y": True}), RELEASES),
        (Condition(argument="y", is_="C"), Arguments(constants={"y": "C"}), HOLDS),
        (Condition(argument="y", is_="C"), Arguments(constants={"y": "D"}), RELEASES),
        (Condition(argument="y", matches=r"^count\("), Arguments(constants={"y": "count(//b)"}), HOLDS),
        (Condition(argument="y", matches=r"^count\("), Arguments(constants={"y": "//b"}), RELEASES),
        (Condition(argument="y", matches=r"^count\("), Arguments(constants={"y": 1}), RELEASES),
        (Condition(argument="y", is_=True), Arguments(constants={"y": 1}), RELEASES),
        (Condition(argument="y", is_=True), Arguments(constants={"y": True}), HOLDS),
        (Condition(argument="y", is_=2), Arguments(constants={"y": 2.0}), HOLDS),
        (Condition(argument="y", is_=False), Arguments(), RELEASES),
        (
            Condition(size="size(x)", below=100, dtype=("object",), of="x"),
            Arguments({"x": Estimate.point(1)}, dtypes={"x": "float64"}),
            RELEASES,
        ),
        (
            Condition(size="size(x)", below=100, dtype=("object",), of="x"),
            Arguments({"x": Estimate.point(1)}, dtypes={"x": "object"}),
            HOLDS,
        ),
    ],
)
def test_conditions(condition: Condition, arguments: Arguments, expected: tuple[str, ...]) -> None:
    assert effects(condition, arguments) == expected


@pytest.mark.parametrize(
    ("condition", "target", "expected"),
    [
        (Condition(python=">=3.12"), Target("3.12"), HOLDS),
        (Condition(python=">=3.12"), Target("3.9"), RELEASES),
        (Condition(python=">=3.10,<3.13"), Target("3.13"), RELEASES),
        (Condition(python="<3.13"), Target("3.12"), HOLDS),
        (Condition(build="free-threaded"), Target("3.14", True), HOLDS),
        (Condition(build="free-threaded"), Target("3.14", False), RELEASES),
        (Condition(build="gil"), Target("3.14", False), HOLDS),
    ],
)
def test_conditions_on_the_target(condition: Condition, target: Target, expected: tuple[str, ...]) -> None:
    assert effects(condition, Arguments(), target) == expected


def test_the_first_condition_that_holds_counts() -> None:
    made = fact(Condition(given="x"), Condition(given="y"), Condition(absent="z"))
    decided = decide(made, Arguments(given={"y": True}), Target())
    assert [b.note for b in decided.scenarios] == ["1", "1", "1"]
    assert decided.undecided == ()


def test_an_undecidable_condition_is_passed_over_and_reported() -> None:
    decided = decide(fact(Condition(dtype=("object",), of="x")), Arguments(), Target())
    assert decided.likely.effect is Effect.RELEASES
    assert decided.undecided == ("the dtype of `x` in lib.f",)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(dtype=("object", "str"), of="self"), "the dtype of what lib.f is called on"),
        (Condition(dtype=("gz",), of="self"), "the kind of what lib.f is called on"),
        (Condition(dtype=("datetime64[ns]",), of="key"), "the dtype of the index in lib.f"),
        (Condition(type=("list",), of="x"), "the type of `x` in lib.f"),
    ],
)
def test_what_is_not_known_is_told_in_words(condition: Condition, expected: str) -> None:
    assert decide(fact(condition), Arguments(), Target()).undecided == (expected,)


def test_what_cannot_matter_any_more_is_not_reported() -> None:
    made = fact(Condition(given="x"), Condition(dtype=("object",), of="x"))
    assert decide(made, Arguments(given={"x": True}), Target()).undecided == ()


@pytest.mark.parametrize(
    ("version", "specifier", "expected"),
    [
        ("3.13", ">=3.13", True),
        ("3.9", ">=3.10", False),
        ("3.10", ">3.9", True),
        ("3.13.0", "==3.13", True),
        ("3.13.1", "==3.13", False),
        ("3.13.1", "!=3.13", True),
        ("45.0.1", "<45", False),
        ("44.9", "<45", True),
        ("2.4.6", ">=2,<3", True),
        ("3.0", ">=2,<3", False),
        ("3.13", ">= 3.12 , < 3.14", True),
        ("3.14rc1", ">=3.14", True),
    ],
)
def test_versions(version: str, specifier: str, expected: bool) -> None:
    assert version_matches(version, specifier) is expected


@pytest.mark.parametrize("specifier", ["3.12", "~=3.12", ">=", "new", ">=3.12;x"])
def test_what_is_no_version_range(specifier: str) -> None:
    with pytest.raises(ValueError, match="no version range"):
        version_matches("3.13", specifier)


def test_version_keys() -> None:
    assert version_key("3.10.1rc1") == (3, 10, 1)
    assert version_key("3.9") < version_key("3.10")


MEASURES = Arguments(
    {
        "x": Estimate(1, 8, 64), "value n": Estimate.point(5), "rows a": Estimate.point(3), "cols a": Estimate.point(4),
        "dim a 1": Estimate.point(6), "bytes a": Estimate.point(80), "count a": Estimate.point(2), "total x": Estimate.point(9),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", (1, 1, 1)),
        ("size(x)", (1, 8, 64)),
        ("size(x) * 2 + 1", (3, 17, 129)),
        ("size(x) / 2 - 1", (-0.5, 3, 31)),
        ("nlogn(size(x))", (1, 24, 384)),
        ("sqrt(size(x))", (1, math.sqrt(8), 8)),
        ("min(size(x), 10)", (1, 8, 10)),
        ("max(size(x), 10, 20)", (20, 20, 64)),
        ("value(n) * rows(a) * cols(a)", (60, 60, 60)),
        ("dim(a, 1) + bytes(a) + count(a) + total(x)", (97, 97, 97)),
        ("size(x) / 0", (1e15, 1e15, 1e15)),
        ("io_buffer() * 2", (16_384, 16_384, 16_384)),
    ],
)
def test_expressions(text: str, expected: tuple[float, float, float]) -> None:
    assert check_expression(text) is None
    assert evaluate(text, MEASURES).scenarios == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    ["", "size", "size()", "size(1)", "size(x", "x", "x ** 2", "f(x)", "'a'", "size(x=1)", "dim(x)", "dim(x, y)", "-size(x)",
     "size(x) if 1 else 2", "x.y", "size(x)[0]", "lambda: 1", "True or 1"],
)  # fmt: skip
def test_what_is_no_expression(text: str) -> None:
    assert check_expression(text)


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (None, (0, 0, 0)),
        (Cost(fixed=5), (5, 5, 5)),
        (Cost(fixed=5, low=1, high=9), (1, 5, 9)),
        (Cost(per=2, of="size(x)"), (2, 16, 128)),
        (Cost(fixed=10, per=1, of="size(x)", low=0), (1, 18, 74)),
    ],
)
def test_costs(cost: Cost | None, expected: tuple[float, float, float]) -> None:
    assert cost_of(cost, MEASURES).scenarios == expected
