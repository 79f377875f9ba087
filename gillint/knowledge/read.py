"""Strict reading of one knowledge file: TOML in, frozen values out, errors that name the file and the key path."""

from __future__ import annotations

import dataclasses
import sys
from datetime import date
from typing import Any

from gillint.errors import KnowledgeError
from gillint.frozen import replace
from gillint.knowledge.schema import (
    Behaviour,
    Clause,
    Condition,
    Cost,
    Effect,
    Entries,
    Evidence,
    Fact,
    General,
    Library,
    Measured,
    Probe,
    Returns,
    Source,
    Support,
    TypeInfo,
)
from gillint.knowledge.table import Table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NOTHING = "nothing"  # serialises a call under a condition, though others of the fact are
_BEHAVIOUR_COSTS = ("gil", "native", "wait", "releases", "stall", "pages")
_BEHAVIOUR = (*_BEHAVIOUR_COSTS, "effect", "parallel", "serialised_by", "returns", "arguments", "note")
_CONDITION = {
    "size": "size",
    "below": "below",
    "from": "from_",
    "dtype": "dtype",
    "type": "type",
    "not_type": "not_type",
    "of": "of",
    "given": "given",
    "absent": "absent",
    "default": "default",
    "argument": "argument",
    "is": "is_",
    "matches": "matches",
    "program": "program",
    "python": "python",
    "version": "version",
    "build": "build",
    "installed": "installed",
    "missing": "missing",
}
_CLAUSE = {*_CONDITION, *_BEHAVIOUR, "calls", "evidence", "probe"}
_FACT = {
    *_BEHAVIOUR,
    "name",
    "names",
    "aliases",
    "parameters",
    "callback",
    "calls",
    "consumes",
    "mutates",
    "awaitable",
    "reusable",
    "instead",
    "when",
    "evidence",
    "probe",
}


def read_library(text: str, file: str) -> Library:
    """Read one knowledge file.

    Args:
        text: the TOML text.
        file: its name as reports show it, such as `stdlib/json.toml`.

    Raises:
        KnowledgeError: the text is no TOML, or does not fit the schema.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{file}: not valid TOML: {error}") from None
    top = Table(data, file, "")
    top.allow({"library", "distribution", "version", "exists_in", "default", "support", "fact", "type"})
    name = top.must("library")
    version, distribution = top.must("version"), top.must("distribution")
    facts: dict[str, Fact] = {}
    for table in top.tables("fact"):
        for fact_name, fact in _facts(table, version, distribution):
            if fact_name in facts:
                raise KnowledgeError(f"{file}: {table.path}: `{fact_name}` is given twice")
            facts[fact_name] = fact
    types: dict[str, TypeInfo] = {}
    for table in top.tables("type"):
        info = _type(table)
        if info.name in types:
            raise KnowledgeError(f"{file}: {table.path}: type `{info.name}` is given twice")
        types[info.name] = info
    default_table = top.table("default")
    default = None
    if default_table is not None:
        default_table.allow({*_BEHAVIOUR, "evidence"})
        default = Fact(
            name=f"{name}.*",
            file=file,
            parameters=(),
            behaviour=_behaviour(default_table, None),
            evidence=_evidence(default_table),
            is_default=True,
            version=version,
            distribution=distribution,
        )
    exists, support = top.table("exists_in"), top.table("support")
    free = sub = None
    support_evidence: tuple[Evidence, ...] = ()
    if support is not None:
        support.allow({"free_threading", "subinterpreters", "evidence"})
        free, sub = _support(support, "free_threading"), _support(support, "subinterpreters")
        support_evidence = _evidence(support)
    return Library(
        name=name,
        file=file,
        distribution=distribution,
        version=version,
        facts=Entries.of(facts),
        types=Entries.of(types),
        general=Entries.of(
            {"": General(default, free, sub, support_evidence, exists.ranges() if exists is not None else ())}
        ),
    )


def _facts(table: Table, version: str, distribution: str) -> list[tuple[str, Fact]]:
    table.allow(_FACT)
    single, family = table.text("name"), table.texts("names")
    if (single is None) == (family is None):
        raise table.fail("name", "give either `name` or `names`")
    names = (single,) if single is not None else family
    assert names is not None
    if not names:
        raise table.fail("names", "is empty")
    aliases = table.texts("aliases") or ()
    if aliases and single is None:
        raise table.fail("aliases", "belong to a fact with a single `name`")
    behaviour = _behaviour(table, None)
    mutates = table.table("mutates")
    fact = Fact(
        name=names[0],
        file=table.file,
        parameters=table.texts("parameters") or (),
        behaviour=behaviour,
        clauses=tuple(_clause(t, behaviour) for t in table.tables("when")),
        callback=table.text("callback"),
        consumes=table.text("consumes"),
        mutates=_returns(mutates) if mutates is not None else None,
        awaitable=table.flag("awaitable"),
        reusable=table.flag("reusable"),
        instead=table.text("instead"),
        evidence=_evidence(table),
        probe=_probe(table),
        version=version,
        distribution=distribution,
    )
    return [(n, fact if n == fact.name else replace(fact, name=n)) for n in names] + [
        (alias, fact) for alias in aliases
    ]


def _behaviour(table: Table, base: Behaviour | None) -> Behaviour:
    """The behaviour a table gives; with a base, only what it overrides."""
    changes: dict[str, Any] = {}
    if "effect" in table.data or base is None:
        effect = table.must("effect")
        try:
            changes["effect"] = Effect(effect)
        except ValueError:
            known = ", ".join(e.value for e in Effect)
            raise table.fail("effect", f"unknown effect `{effect}`; known: {known}") from None
    for key in _BEHAVIOUR_COSTS:
        cost = table.table(key)
        if cost is not None:
            changes[key] = _cost(cost)
    if "parallel" in table.data:
        changes["parallel"] = table.flag("parallel")
    serialised_by = table.text("serialised_by")
    if serialised_by is not None:
        changes["serialised_by"] = None if serialised_by == _NOTHING else serialised_by
    returns = table.table("returns")
    if returns is not None:
        changes["returns"] = _returns(returns)
    calls = table.expression("calls")
    if calls is not None:
        changes["calls"] = calls
    if "arguments" in table.data:
        changes["arguments"] = tuple(_returns(t) for t in table.tables("arguments"))
    note = table.text("note")
    if note is not None:
        changes["note"] = note
    if base is None:
        return Behaviour(**changes)
    if changes.get("effect") is Effect.HOLDS:
        # A clause that says of its calls that they hold keeps none of the native and waiting time.
        changes = {"native": None, "wait": None, "releases": None, "pages": None, "parallel": False, **changes}
    return replace(base, **changes)


_COST = {"fixed", "per", "of", "low", "high", "spread"}


def _cost(table: Table) -> Cost:
    table.allow({*_COST, "local"} if table.path.endswith("wait") else _COST)
    per, of = table.number("per"), table.expression("of")
    if (per is None) != (of is None):
        raise table.fail("per", "`per` and `of` go together")
    return Cost(
        fixed=table.number("fixed") or 0.0,
        per=per or 0.0,
        of=of,
        low=table.number("low"),
        high=table.number("high"),
        local=table.number("local"),
        spread=table.number("spread") or 1.0,
    )


def _returns(table: Table) -> Returns:
    table.allow({"type", "like", "element", "dtype", "size", "shape", "dims", "columns", "items", "value"})
    element: Returns | None = None
    element_of_like = False
    if "element" in table.data:
        if isinstance(table.data["element"], bool):
            element_of_like = table.flag("element")
        else:
            inner = table.table("element")
            assert inner is not None
            element = _returns(inner)
    items = tuple(_returns(t) for t in table.tables("items")) if "items" in table.data else None
    return Returns(
        type=table.text("type"),
        like=table.text("like"),
        element_of_like=element_of_like,
        dtype=table.text("dtype"),
        size=table.expression("size"),
        shape=table.text("shape"),
        dims=table.expressions("dims"),
        element=element,
        columns=table.text("columns"),
        items=items,
        value=table.expression("value"),
    )


def _clause(table: Table, base: Behaviour) -> Clause:
    table.allow(_CLAUSE)
    parts: dict[str, Any] = {}
    for key, field in _CONDITION.items():
        if key not in table.data:
            continue
        if key == "size":
            parts[field] = table.expression(key)
        elif key in ("below", "from"):
            parts[field] = table.number(key)
        elif key in ("dtype", "type", "not_type", "program"):
            parts[field] = table.texts(key)
        elif key in ("is", "default"):
            parts[field] = table.data[key]
        elif key == "matches":
            parts[field] = table.pattern(key)
        elif key in ("python", "version"):
            parts[field] = table.versions(key)
        else:
            parts[field] = table.text(key)
    if not parts:
        raise KnowledgeError(f"{table.file}: {table.path}: a clause without a condition")
    if "size" in parts and "below" not in parts and "from_" not in parts:
        raise table.fail("size", "needs `below` or `from`")
    if "argument" in parts and ("is_" in parts) == ("matches" in parts):
        raise table.fail("argument", "needs `is` or `matches`")
    if "default" in parts and "given" not in parts and "absent" not in parts:
        raise table.fail("default", "needs `given` or `absent`")
    return Clause(
        condition=Condition(**parts),
        behaviour=_behaviour(table, base),
        evidence=_evidence(table) if "evidence" in table.data else (),
        probe=_probe(table),
    )


def _probe(table: Table) -> Probe | None:
    probe = table.table("probe")
    if probe is None:
        return None
    probe.allow({"setup", "statement"})
    return Probe(setup=probe.text("setup") or "", statement=probe.must("statement"))


def _evidence(table: Table) -> tuple[Evidence, ...]:
    entries = table.tables("evidence")
    if not entries:
        raise table.fail("evidence", "is missing: every entry needs a source that was read or a measurement")
    return tuple(_one_evidence(entry) for entry in entries)


def _one_evidence(table: Table) -> Evidence:
    kind = table.must("kind")
    if kind == "source":
        table.allow({"kind", *(f.name for f in dataclasses.fields(Source))})
        return Source(
            repository=table.must("repository"),
            path=table.must("path"),
            symbol=table.must("symbol"),
            version=table.must("version"),
            says=table.must("says"),
        )
    if kind == "measured":
        table.allow({"kind", *(f.name for f in dataclasses.fields(Measured))})
        day = table.data.get("date")
        size = table.data.get("size")
        return Measured(
            version=table.must("version"),
            python=table.must("python"),
            date=day.isoformat() if isinstance(day, date) else table.must("date"),
            size=size if isinstance(size, (int, float, str)) else None,
            held=table.number("held"),
            two_threads=table.number("two_threads"),
            local=table.number("local"),
            says=table.text("says"),
        )
    raise table.fail("kind", f"unknown kind of evidence `{kind}`; known: source, measured")


def _type(table: Table) -> TypeInfo:
    table.allow({"name", "bases", "element", "attributes", "context"})
    element, attributes, context = table.table("element"), table.table("attributes"), table.table("context")
    named: list[tuple[str, Returns]] = []
    if attributes is not None:
        for key in attributes.data:
            attribute = attributes.table(key)
            assert attribute is not None
            named.append((key, _returns(attribute)))
    return TypeInfo(
        name=table.must("name"),
        bases=table.texts("bases") or (),
        element=_returns(element) if element is not None else None,
        attributes=tuple(named),
        context=_returns(context) if context is not None else None,
    )


def _support(table: Table, key: str) -> Support | None:
    entry = table.table(key)
    if entry is None:
        return None
    entry.allow({"state", "since"})
    state = entry.must("state")
    if state not in ("declared", "denied", "undeclared"):
        raise entry.fail("state", "must be declared, denied or undeclared")
    return Support(state=state, since=entry.text("since"))  # type: ignore[arg-type]
