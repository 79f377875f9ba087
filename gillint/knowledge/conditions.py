"""Which behaviour of a fact applies to a call: decided scenario by scenario where a size decides."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Protocol

from gillint.estimate import Estimate
from gillint.frozen import dataclass
from gillint.knowledge.expressions import Measures, evaluate
from gillint.knowledge.schema import Behaviour, Clause, Condition, Constant, Cost, Evidence, Fact
from gillint.knowledge.versions import version_matches
from gillint.source.environment import Environment, LibraryVersion


class Arguments(Measures, Protocol):
    """What a condition may ask about the arguments of a call."""

    def type_of(self, parameter: str) -> str | None:
        """The argument's type, or None where it is unknown or not passed."""
        ...

    def dtype_of(self, parameter: str) -> str | None:
        """The dtype of an array, column or frame, or None where it is unknown."""
        ...

    def is_given(self, parameter: str) -> bool | None:
        """Whether it is passed and not the constant None; None where `*args` hides it."""
        ...

    def constant_of(self, parameter: str) -> tuple[bool, Constant]:
        """Whether the argument is a known constant, and which; a class counts as its name."""
        ...

    def readings_of(self, parameter: str) -> tuple[str, ...]:
        """What a text or a path may be: itself, or with a few things in place of what is not known; none where nothing is."""
        ...

    def program_of(self, parameter: str) -> str | None:
        """The name of the program that a command starts, without its folder, or None where it is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """The interpreter that the prediction is for, and the libraries beside it."""

    python: str = "3.13"
    free_threaded: bool = False
    environment: Environment = field(default_factory=Environment)

    def library_version(self, fact: Fact) -> LibraryVersion:
        """The version of a fact's library: the user's where it is known, else the one that the facts speak of."""
        if fact.distribution == "python":
            return LibraryVersion("python", self.python, "the target")
        found = self.environment.find(fact.distribution)
        return found or LibraryVersion(fact.distribution, fact.version, "the version that the facts speak of")


@dataclass(frozen=True, slots=True)
class Decision:
    """The behaviour in each of the three scenarios, and the conditions that could not be decided.

    `evidence` is what the typical scenario stands on.
    """

    scenarios: tuple[Behaviour, Behaviour, Behaviour]
    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def likely(self) -> Behaviour:
        """The behaviour in the typical scenario."""
        return self.scenarios[1]


def decide(fact: Fact, arguments: Arguments, target: Target) -> Decision:
    """Apply a fact's conditions, the first that holds. An undecidable one is passed over and reported."""
    chosen: list[Clause | None] = [None, None, None]
    undecided: list[str] = []
    for clause in fact.clauses:
        holds = _holds(clause.condition, fact, arguments, target)
        if any(h is None and c is None for h, c in zip(holds, chosen, strict=True)):
            undecided.append(_describe(clause.condition, fact))
        for i in range(3):
            if chosen[i] is None and holds[i]:
                chosen[i] = clause
        if all(c is not None for c in chosen):
            break
    low, likely, high = (c.behaviour if c is not None else fact.behaviour for c in chosen)
    return Decision((low, likely, high), fact.evidence_of(chosen[1]), tuple(undecided))


def _describe(condition: Condition, fact: Fact) -> str:
    of = condition.of or (fact.parameters[0] if fact.parameters else "its operand")
    if not (condition.dtype or condition.type or condition.not_type):
        return f"what is passed to {fact.name}"
    what = "type" if not condition.dtype else "dtype" if all(map(_DTYPE.fullmatch, condition.dtype)) else "kind"
    if of == "self":
        return f"the {what} of what {fact.name} is called on"
    return f"the {what} of {'the index' if of in _INDEX else f'`{of}`'} in {fact.name}"


# Other names stand for how an object was made: a stream that is compressed, a connection to a file.
_DTYPE = re.compile(
    r"(u?int|float|complex|datetime|timedelta)\d*(\[.*\])?|bool|str|string|object|void(\[.*\])?|category|longdouble"
)


_INDEX = ("key", "picked", "paired")  # the parts of an index, as facts call them


def _holds(c: Condition, fact: Fact, arguments: Arguments, target: Target) -> tuple[bool | None, ...]:
    parts = _fixed_parts(c, fact, arguments, target)
    if False in parts:
        return (False, False, False)
    fixed = None if None in parts else True
    if c.size is None:
        return (fixed, fixed, fixed)
    size = evaluate(c.size, arguments)
    fits = [(c.below is None or s < c.below) and (c.from_ is None or s >= c.from_) for s in size.scenarios]
    return tuple(fixed if fit else False for fit in fits)


def _is_beside(distribution: str, fact: Fact, target: Target) -> bool:
    """Whether a companion of a library is in the environment; one that does not even show the library is not the user's."""
    environment = target.environment
    return environment.find(distribution) is not None or environment.find(fact.distribution) is None


def _fixed_parts(c: Condition, fact: Fact, arguments: Arguments, target: Target) -> list[bool | None]:
    """The parts that no size decides, each true, false, or None for undecidable."""
    parts: list[bool | None] = []
    if c.build is not None:
        parts.append((c.build == "free-threaded") == target.free_threaded)
    if c.installed is not None:
        parts.append(_is_beside(c.installed, fact, target))
    if c.missing is not None:
        parts.append(not _is_beside(c.missing, fact, target))
    if c.python is not None:
        parts.append(version_matches(target.python, c.python))
    if c.version is not None:
        parts.append(version_matches(target.library_version(fact).version, c.version))
    usual = fact.parameters[0] if fact.parameters and arguments.type_of("self") is None else "self"
    of = c.of or usual
    if c.dtype is not None:  # beside a type, `of` is that of the type
        dtype = arguments.dtype_of(of if c.type is None and c.not_type is None else usual)
        parts.append(None if dtype is None else dtype in c.dtype)
    if c.type is not None:
        kind = arguments.type_of(of)
        parts.append(None if kind is None else kind in c.type)
    if c.not_type is not None:
        kind = arguments.type_of(of)
        parts.append(None if kind is None else kind not in c.not_type)
    if c.given is not None:
        parts.append(_is_given(c.given, c.default, arguments))
    if c.absent is not None:
        given = _is_given(c.absent, c.default, arguments)
        parts.append(None if given is None else not given)
    if c.argument is not None:
        known, value = arguments.constant_of(c.argument)
        if known:
            found = (
                isinstance(value, str) and re.search(c.matches, value) is not None if c.matches is not None else None
            )
            parts.append(_is_same(value, c.is_) if found is None else found)
        elif c.matches is not None and _is_found(c.matches, arguments.readings_of(c.argument)):
            parts.append(True)
        else:
            parts.append(False if arguments.is_given(c.argument) is False else None)
    if c.program is not None:
        # Any program may be started: the fact's own bounds allow for it, so that an unknown one leaves nothing undecided.
        parts.append(arguments.program_of(c.of or usual) in c.program)
    return parts


def _is_given(parameter: str, default: Constant, arguments: Arguments) -> bool | None:
    """Whether an argument is passed that changes something: its default changes nothing."""
    given = arguments.is_given(parameter)
    if given and default is not None:
        known, value = arguments.constant_of(parameter)
        return not (known and _is_same(value, default))
    return given


def _is_found(expression: str, readings: tuple[str, ...]) -> bool:
    """Whether an expression is found in a text whatever it is. That no reading has it shows nothing: others may."""
    return bool(readings) and all(re.search(expression, text) for text in readings)


def _is_same(value: object, asked: object) -> bool:
    """Libraries take formats and encodings in capitals or not: `png` and `PNG`, `UTF-8` and `utf-8`; 2.0 is 2, True is not 1."""
    if isinstance(value, str) and isinstance(asked, str) and len(asked) > 2:
        return value.casefold() == asked.casefold()
    return value == asked and isinstance(value, bool) == isinstance(asked, bool)


def cost_of(cost: Cost | None, arguments: Arguments) -> Estimate:
    """A cost in its unit for the arguments of a call; zero where the fact gives none."""
    if cost is None:
        return Estimate.point(0)
    fixed = Estimate(
        cost.low if cost.low is not None else cost.fixed, cost.fixed, cost.high if cost.high is not None else cost.fixed
    )
    if cost.of is None:
        return fixed
    per = Estimate(cost.per / cost.spread, cost.per, cost.per * cost.spread)
    return fixed + evaluate(cost.of, arguments) * (cost.per if cost.spread == 1.0 else per)
