"""The knowledge base itself: it loads, every fact has evidence, and every name exists where it can be looked up."""

# ruff: noqa: E501

from __future__ import annotations

import builtins
import codecs
import configparser
import csv
import ctypes
import importlib
import importlib.metadata
import inspect
import io
import multiprocessing
import platform
import re
import select
import sys
import threading
import types
import warnings
import xml.dom.minidom
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gillint.knowledge.base import (
    all_libraries,
    data_folder,
    find_fact,
    find_type,
    libraries_of,
    library,
    library_files,
)
from gillint.knowledge.schema import Condition, Effect, Fact, Library, Measured, Source
from gillint.knowledge.versions import version_matches

FILES = sorted(data_folder().glob("*/*.toml"))
LIBRARIES = sorted(library_files())
each_library = pytest.mark.parametrize("name", LIBRARIES)


def load(name: str) -> Library:
    found = library(name)
    assert found is not None
    return found


def unique(found: Library) -> list[Fact]:
    return list({fact.name: fact for _, fact in found.facts}.values())


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_file_is_named_after_its_library(path: Path) -> None:
    assert load(path.stem).name == path.stem
    assert load(path.stem).file == f"{path.parent.name}/{path.name}"
    assert (load(path.stem).distribution == "python") == (path.parent.name == "stdlib")


def test_the_libraries_of_the_issue_are_there() -> None:
    wanted = (
        "json", "orjson", "re", "hashlib", "zlib", "time", "io", "os", "sqlite3", "socket", "urllib", "requests", "httpx", "aiohttp",
        "asyncio", "threading", "concurrent.futures", "multiprocessing", "subprocess", "builtins", "numpy", "numpy.fft",
        "numpy.linalg", "numpy.random", "pandas",
    )  # fmt: skip
    assert [name for name in wanted if name not in LIBRARIES] == []


@each_library
def test_every_fact_has_evidence(name: str) -> None:
    found = load(name)
    for fact in unique(found):
        assert fact.evidence, fact.name
        for evidence in fact.all_evidence:
            if isinstance(evidence, Source):
                assert all((evidence.repository, evidence.path, evidence.symbol, evidence.version, evidence.says)), (
                    fact.name
                )
                assert re.fullmatch(r"[\w.-]+/[\w.-]+", evidence.repository), (fact.name, evidence.repository)
            else:
                assert isinstance(evidence, Measured)
                assert re.fullmatch(r"20\d\d-\d\d-\d\d", evidence.date), fact.name
                assert evidence.held is None or 0 <= evidence.held <= 1, fact.name
                figures = (evidence.held, evidence.two_threads, evidence.local, evidence.says)
                assert any(v is not None for v in figures), fact.name
    if found.default is not None:
        assert found.default.evidence
    if found.free_threading is not None or found.subinterpreters is not None:
        assert found.support_evidence


@each_library
def test_what_holds_for_some_versions_has_evidence_of_its_own(name: str) -> None:
    for fact in unique(load(name)):
        for clause in fact.clauses:
            c = clause.condition
            if any((c.version, c.python, c.build, c.installed, c.missing)):
                assert clause.evidence, f"{fact.name}: {c}"


@each_library
def test_a_class_with_methods_makes_objects_of_a_known_type(name: str) -> None:
    found = load(name)
    names = dict(found.facts)
    split = [n.rpartition(".") for n in names]
    classes = {owner for owner, _, method in split if owner in names and not method.startswith("__")}
    classes -= {"enum.Enum"}  # its methods are those of classes of the program
    lost = [
        n
        for n in sorted(classes)
        if find_type(n) is None
        and not any(b.returns for b in (names[n].behaviour, *(c.behaviour for c in names[n].clauses)))
    ]
    assert lost == []


@each_library
def test_facts_are_of_their_own_library(name: str) -> None:
    for known, _ in load(name).facts:
        assert known.startswith("_") or name in set(libraries_of(known)), known


def test_no_name_is_in_two_files() -> None:
    seen: dict[str, str] = {}
    twice = []
    for found in all_libraries():
        for known, _ in found.facts:
            if known in seen:
                twice.append((known, seen[known], found.file))
            seen[known] = found.file
    assert twice == []


def test_no_type_is_in_two_files() -> None:
    seen: dict[str, str] = {}
    for found in all_libraries():
        for known, _ in found.types:
            assert known not in seen, (known, seen.get(known), found.file)
            seen[known] = found.file


@each_library
def test_every_name_is_found_again(name: str) -> None:
    for known, fact in load(name).facts:
        if not known.startswith("_"):  # the private module that defines it: an alias for the reader
            assert find_fact(known) is fact, known
    for known, info in load(name).types:
        assert find_type(known) is info, known


@each_library
def test_conditions_and_versions_make_sense(name: str) -> None:
    for fact in unique(load(name)):
        for clause in fact.clauses:
            c = clause.condition
            for specifier in (c.python, c.version):
                if specifier is not None:
                    version_matches("3.13", specifier)
            if c.below is not None and c.from_ is not None:
                assert c.from_ < c.below, fact.name
            of_elements = c.of.removesuffix("[]") if c.of is not None and (c.type or c.not_type) else c.of
            for parameter in (of_elements, c.given, c.absent, c.argument):
                assert parameter is None or all(map(str.isidentifier, re.split(r"\.|, ", parameter))), (
                    fact.name,
                    parameter,
                )
            assert clause.behaviour != fact.behaviour, f"{fact.name}: a clause that changes nothing"


_AT_REST = 60_000.0  # ns: a round trip to a server on an idle machine has to wake two cores, on a busy one none


@each_library
def test_every_wait_for_a_server_nearby_was_measured(name: str) -> None:
    found = load(name)
    for fact in (*unique(found), *([found.default] if found.default is not None else [])):
        measured = [e.local for e in fact.all_evidence if isinstance(e, Measured) and e.local is not None]
        for behaviour in (fact.behaviour, *(clause.behaviour for clause in fact.clauses)):
            local = behaviour.wait.local if behaviour.wait is not None else None
            if local:  # zero: for another thread of the same program, whose time is counted where it is spent
                assert any(m / 2 <= local <= 2 * m + _AT_REST for m in measured), (fact.name, local, measured)


@each_library
def test_expressions_name_parameters_that_exist(name: str) -> None:
    for fact in unique(load(name)):
        known = {
            *fact.parameters,
            "self",
            "result",
            "content",
            "query",
            "passed",
            "loops",
            "converted",
            "terms",
            "steps",
            "span",
            "neighbours",
        }
        known |= {"picked", "paired", "strided", "filled", "turned", "labels", "copied", "operands"}
        known |= {"operations", "matches", "in_order"}
        behaviours = [fact.behaviour, *(c.behaviour for c in fact.clauses)]
        texts = [
            c.of for b in behaviours for c in (b.gil, b.native, b.wait, b.releases, b.stall, b.pages) if c is not None
        ]
        texts += [c.condition.size for c in fact.clauses] + [b.calls for b in behaviours]
        texts += [r for b in behaviours if b.returns is not None for r in (b.returns.size, b.returns.value)]
        for text in texts:
            used = set(re.findall(r"(?:size|value|rows|cols|dim|bytes|count|total)\((\w+)", text or ""))
            assert used <= known, (fact.name, text)


@each_library
def test_effects_and_costs_agree(name: str) -> None:
    for fact in unique(load(name)):
        for b in (fact.behaviour, *(c.behaviour for c in fact.clauses)):
            if b.effect is Effect.HOLDS:
                held = b.gil.fixed + b.gil.per if b.gil is not None else 150.0
                outside = sum(c.fixed + c.per for c in (b.native, b.wait) if c is not None)
                assert outside < 0.2 * held, f"{fact.name} holds, and has time without the GIL"
            if b.effect is Effect.WAITS and not fact.awaitable:
                assert b.wait is not None or b.native is not None, f"{fact.name} waits for no time at all"
            if b.effect is Effect.RELEASES:
                assert b.native is not None, f"{fact.name} releases for no time at all"
            for cost in (b.gil, b.native, b.wait, b.releases, b.stall, b.pages):
                if cost is not None:
                    assert cost.fixed >= 0 and cost.per >= 0, fact.name
                    low = cost.low if cost.low is not None else cost.fixed
                    high = cost.high if cost.high is not None else cost.fixed
                    assert 0 <= low <= cost.fixed <= high, fact.name


# Names that exist, where they can be looked up


# What has no class of its own to look methods up in, or hands them on from `__getattr__`: an instance shows them.
INSTANCES: dict[str, Callable[[], object]] = {
    "codecs.StreamReaderWriter": lambda: codecs.StreamReaderWriter(io.BytesIO(), *codecs.lookup("utf-8")[2:]),
    "configparser.SectionProxy": lambda: configparser.ConfigParser()["DEFAULT"],
    "cffi.FFI": lambda: importlib.import_module("cffi").FFI(),
    "ctypes.CDLL": lambda: ctypes.CDLL(None),  # the functions of libc and libm
    "csv.writer": lambda: csv.writer(io.StringIO()),
    "enum.Enum": lambda: re.ASCII,
    "multiprocessing.sharedctypes.Synchronized": lambda: multiprocessing.Value("i", 0),
    "select.poll": select.poll,
    "sys.stdin": lambda: sys.__stdin__,
    "threading.Condition": threading.Condition,
    "xml.dom.minidom.Node": xml.dom.minidom.Document,
    "zlib.Compress": zlib.compressobj,
    "zlib.Decompress": zlib.decompressobj,
}
# Instances, and what only exists on them or at run time: named for what users know them by.
# Types that have no public name, and those that pass their methods on through __getattr__.
_ANONYMOUS = re.compile(r"\.(HASH|Hash|AsyncResult|loop)\b|^(faker\.Faker|tinydb\.TinyDB)\.")


def resolve(name: str) -> object:
    """The object of a public name; raises LookupError where it does not exist, ImportError where its library is missing."""
    owner, _, attribute = name.rpartition(".")
    if owner in INSTANCES and hasattr(INSTANCES[owner](), attribute):
        return getattr(INSTANCES[owner](), attribute)
    parts = name.split(".")
    if hasattr(builtins, parts[0]):
        found: object = getattr(builtins, parts[0])
        rest = parts[1:]
    else:
        found, rest = None, []
        error: ImportError | None = None
        for end in range(len(parts), 0, -1):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = importlib.import_module(".".join(parts[:end]))
            except ImportError as caught:
                error = caught
                continue
            rest = parts[end:]
            break
        if found is None:
            raise error or ImportError(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some names are deprecated where they are looked up
        for part in rest:
            if not hasattr(found, part):
                raise LookupError(f"{name}: {getattr(found, '__name__', found)!r} has no {part!r}")
            found = getattr(found, part)
    return found


def installed(found: Library) -> bool:
    if found.distribution == "python":
        return True
    try:
        importlib.metadata.distribution(found.distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _exists_as_a_type(name: str) -> bool:
    """A type that the knowledge base names itself: an iterator, a handle, a result that has no public class."""
    parts = name.split(".")
    return any(find_type(".".join(parts[:end])) is not None for end in range(1, len(parts) + 1))


@each_library
def test_names_exist_in_the_installed_library(name: str) -> None:
    found = load(name)
    if not installed(found):
        pytest.skip(f"{found.distribution} is not installed")
    missing, unexpected = [], []
    for known in found.facts.places:
        if known.rsplit(".", 1)[-1].startswith("__") or _ANONYMOUS.search(known):
            continue
        try:
            resolve(known)
        except ImportError:
            continue  # a module that this Python, or this platform, does not have
        except RuntimeError:
            continue  # a proxy that answers within a request only
        except LookupError:
            if _is_due(found, known) and not _exists_as_a_type(known):
                missing.append(known)
        else:
            if not _is_due(found, known):
                unexpected.append(known)
    assert (missing, unexpected) == ([], [])


def _is_due(found: Library, name: str) -> bool:
    """Whether a name is one of the version of its library that is at hand."""
    of_python = found.distribution == "python"
    at_hand = platform.python_version() if of_python else importlib.metadata.version(found.distribution)
    versions = found.exists_in(name)
    return versions is None or version_matches(at_hand, versions)


@each_library
def test_what_exists_in_some_versions_has_facts(name: str) -> None:
    found = load(name)
    for _, names in found.general.at(0).exists_in:
        for known in names:
            assert any(f"{n}.".startswith(f"{known}.") for n in found.facts.places), known


@each_library
def test_methods_of_public_classes_exist(name: str) -> None:
    found = load(name)
    if not installed(found):
        pytest.skip(f"{found.distribution} is not installed")
    for known in found.facts.places:
        owner, _, method = known.rpartition(".")
        try:
            holder = resolve(owner) if owner else None
        except (ImportError, LookupError):
            continue
        if (
            isinstance(holder, type)
            and not method.startswith("__")
            and not _ANONYMOUS.search(known)
            and owner not in INSTANCES
            and (_is_due(found, known) or owner not in dict(found.types))
        ):
            assert hasattr(holder, method) == _is_due(found, known), known


@each_library
def test_aliases_are_other_names_of_the_same_object(name: str) -> None:
    found = load(name)
    if not installed(found):
        pytest.skip(f"{found.distribution} is not installed")
    wrong = []
    for alias, fact in found.facts:
        if alias == fact.name:
            continue
        try:
            one, other = resolve(fact.name), resolve(alias)
        except (ImportError, LookupError):
            continue  # a private module, or a name that this version does not have: nobody can write it
        # A method is bound anew at each look, and `requests.session` is a function that makes a `requests.Session`.
        names = {str(getattr(what, "__name__", what)).casefold() for what in (one, other)}
        if one is not other and one != other and len(names) > 1:
            wrong.append((alias, fact.name))
    assert wrong == []


@each_library
def test_what_counts_as_not_passed_is_what_the_library_takes_then(name: str) -> None:
    found = load(name)
    if not installed(found):
        pytest.skip(f"{found.distribution} is not installed")
    wrong = []
    for fact in unique(found):
        conditions = [clause.condition for clause in fact.clauses if clause.condition.default is not None]
        if not conditions:
            continue
        try:
            signature = inspect.signature(resolve(fact.name))  # type: ignore[arg-type]
        except (ImportError, LookupError, TypeError, ValueError):
            continue  # written in C, without a signature
        for condition in conditions:
            parameter = signature.parameters.get(condition.given or condition.absent or "")
            taken = parameter.default if parameter is not None else None
            if taken is not None and type(taken) in (bool, int, float, str) and taken != condition.default:
                wrong.append((fact.name, condition.given or condition.absent, taken, condition.default))
    assert wrong == []


@each_library
def test_no_two_conditions_of_a_fact_are_the_same(name: str) -> None:
    for fact in unique(load(name)):
        conditions = [clause.condition for clause in fact.clauses]
        assert len(conditions) == len(set(conditions)), fact.name


def implies(one: Condition, other: Condition) -> bool:
    """Whether a call that meets one condition must meet the other, too."""
    if one.size != other.size and other.size is not None:
        return False
    if other.below is not None and (one.below is None or one.below > other.below):
        return False
    if other.from_ is not None and (one.from_ is None or one.from_ < other.from_):
        return False
    for key in ("dtype", "type", "program"):
        has, wants = getattr(one, key), getattr(other, key)
        if wants is not None and (has is None or one.of != other.of or not set(has) <= set(wants)):
            return False
    is_something = (
        one.argument == other.given and (one.matches, one.is_) != (None, None) and one.is_ != (other.default or "")
    )
    if other.given not in (None, one.given) and not is_something:
        return False
    is_found = isinstance(one.is_, str) and re.search(other.matches or "", one.is_) is not None
    if other.matches not in (None, one.matches) and not is_found:
        return False
    is_another = one.type is not None and one.of == other.of and not set(one.type) & set(other.not_type or ())
    if other.not_type not in (None, one.not_type) and not is_another:
        return False
    rest = ("absent", "argument", "is_", "python", "version", "build", "installed", "missing")
    return all(getattr(other, key) in (None, getattr(one, key)) for key in rest)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Condition(size="size(a)", below=10), Condition(size="size(a)", below=20), True),
        (Condition(size="size(a)", below=20), Condition(size="size(a)", below=10), False),
        (Condition(dtype=("object",), size="size(a)", below=10), Condition(dtype=("object", "str")), True),
        (Condition(dtype=("object",)), Condition(dtype=("object",), version="<2"), False),
        (Condition(argument="level", is_=9), Condition(given="level"), True),
        (Condition(argument="level", is_=None), Condition(given="level"), False),
        (Condition(argument="sql", is_="select 1"), Condition(argument="sql", matches="^select"), True),
        (Condition(argument="sql", is_="insert"), Condition(argument="sql", matches="^select"), False),
        (Condition(type=("list",), of="a"), Condition(not_type=("str",), of="a"), True),
        (Condition(type=("str", "list"), of="a"), Condition(not_type=("str",), of="a"), False),
    ],
)
def test_one_condition_in_another(one: Condition, other: Condition, expected: bool) -> None:
    assert implies(one, other) is expected


@each_library
def test_every_condition_can_be_reached(name: str) -> None:
    for fact in unique(load(name)):
        conditions = [clause.condition for clause in fact.clauses]
        for i, condition in enumerate(conditions):
            before = [earlier for earlier in conditions[:i] if implies(condition, earlier)]
            assert not before, f"{fact.name}: {condition} is never asked: {before[0]} comes first"


_BOTH_SIDES = re.compile(r"\b(below|above|up to|threshold|smaller|under|from \d|at \d)")


def reached_from_both_sides(condition: Condition, evidence: tuple[Source | Measured, ...]) -> bool:
    """A line of source says where the limit is, or measurements lie on both sides of it, or one speaks of both."""
    limit = condition.below if condition.below is not None else condition.from_
    measured = [e for e in evidence if isinstance(e, Measured)]
    sizes = [e.size for e in measured if isinstance(e.size, (int, float))]
    sides = limit is not None and any(s < limit for s in sizes) and any(s >= limit for s in sizes)
    told = any(_BOTH_SIDES.search(e.says or "") for e in measured)
    return sides or told or len(measured) < len(evidence)


@each_library
def test_every_threshold_is_reached_from_both_sides(name: str) -> None:
    for fact in unique(load(name)):
        for clause in fact.clauses:
            if clause.condition.size is not None:
                assert reached_from_both_sides(clause.condition, fact.all_evidence), (fact.name, clause.condition.size)


def test_a_threshold_with_one_side_is_found() -> None:
    condition = Condition(size="size(a)", below=500)
    above = Measured("1", "3.11", "2026-11-28", size=1000, held=0.1)
    below = Measured("1", "3.11", "2026-11-28", size=400, held=1.0)
    assert not reached_from_both_sides(condition, (above,))
    assert reached_from_both_sides(condition, (above, below))


@each_library
def test_probes_are_plain_python(name: str) -> None:
    for fact in unique(load(name)):
        for probe in (fact.probe, *(clause.probe for clause in fact.clauses)):
            if probe is not None:
                compile(probe.setup, f"{fact.id} setup", "exec")
                assert isinstance(compile(probe.statement, f"{fact.id} statement", "exec"), types.CodeType)


def test_what_people_believe_and_what_is_so() -> None:
    """The facts that the design names, each by its effect."""
    effects = {
        "orjson.loads": "holds", "orjson.dumps": "holds", "json.loads": "holds", "re.findall": "holds", "re.sub": "holds",
        "hashlib.sha256": "releases", "zlib.compress": "releases", "zlib.crc32": "releases", "time.sleep": "waits",
        "numpy.sort": "releases", "numpy.fft.fft": "releases", "sorted": "holds", "numpy.array": "holds",
    }  # fmt: skip
    found = {name: fact.behaviour.effect.value for name in effects if (fact := find_fact(name)) is not None}
    assert found == effects
    thresholds = {"hashlib.sha256": 2048, "zlib.crc32": 5 * 1024, "zlib.adler32": 5 * 1024}
    for name, size in thresholds.items():
        fact = find_fact(name)
        assert fact is not None
        limits = {c.condition.below for c in fact.clauses} | {c.condition.from_ for c in fact.clauses}
        assert any(limit is not None and abs(limit - size) <= 1 for limit in limits), (name, limits)
