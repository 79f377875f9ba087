"""Strict reading: an error names the file and the path of the key."""

from __future__ import annotations

import pytest

from gillint.errors import KnowledgeError
from gillint.knowledge.read import read_library
from gillint.knowledge.schema import Effect, Fact, Measured, Source

HEAD = 'library = "lib"\ndistribution = "lib"\nversion = "1.0"\n'
SOURCE = (
    '{ kind = "source", repository = "a/b", path = "c.c", symbol = "f", version = "1.0", says = "holds throughout" }'
)
EVIDENCE = f"evidence = [{SOURCE}]\n"


def fact(
    extra: str = "", *, name: str = 'name = "lib.f"', effect: str = 'effect = "holds"', evidence: str = EVIDENCE
) -> str:
    return f"{HEAD}\n[[fact]]\n{name}\n{effect}\n{evidence}{extra}\n"


def read_one(extra: str = "", **more: str) -> Fact:
    ((_, found),) = read_library(fact(extra, **more), "packages/lib.toml").facts
    return found


@pytest.mark.parametrize(
    ("content", "where", "says"),
    [
        ("library = \n", "", "TOML"),
        ('distribution = "x"\nversion = "1"\n', "library", "missing"),
        (HEAD + "extra = 1\n", "extra", "unknown key"),
        (HEAD.replace('"1.0"', "1.0"), "version", "must be a string"),
        (fact("colour = 1"), "fact[0].colour", "unknown key"),
        (fact(effect=""), "fact[0].effect", "missing"),
        (fact(effect='effect = "sometimes"'), "fact[0].effect", "unknown effect"),
        (fact(effect="effect = 1"), "fact[0].effect", "must be a string"),
        (fact(name=""), "fact[0].name", "either"),
        (fact(name='name = "lib.f"\nnames = ["lib.g"]'), "fact[0].name", "either"),
        (fact(name='names = ["lib.f", 3]'), "fact[0].names", "strings"),
        (fact(name='names = ["lib.f", "lib.g"]\naliases = ["h"]'), "fact[0].aliases", "single"),
        (fact(evidence=""), "fact[0].evidence", "missing"),
        (fact(evidence="evidence = []\n"), "fact[0].evidence", "missing"),
        (fact(evidence='evidence = [{ kind = "folklore" }]\n'), "fact[0].evidence[0].kind", "folklore"),
        (fact(evidence='evidence = [{ kind = "source", path = "x" }]\n'), "fact[0].evidence[0].repository", "missing"),
        (fact(evidence=f'evidence = [{SOURCE[:-1]}, url = "x" }}]\n'), "fact[0].evidence[0].url", "unknown key"),
        (
            fact(evidence='evidence = [{ kind = "measured", version = "1", python = "3.11" }]\n'),
            "fact[0].evidence[0].date", "missing",
        ),
        (fact('gil = "long"'), "fact[0].gil", "must be a table"),
        (fact('gil = { fixed = "long" }'), "fact[0].gil.fixed", "must be a number"),
        (fact("gil = { fixd = 1 }"), "fact[0].gil.fixd", "unknown key"),
        (fact("gil = { fixed = 1, local = 2 }"), "fact[0].gil.local", "unknown key"),  # only somebody else is near or far
        (fact("gil = { per = 1 }"), "fact[0].gil.per", "together"),
        (fact('gil = { per = 1, of = "size(" }'), "fact[0].gil.of", "no expression"),
        (fact('gil = { per = 1, of = "length(x)" }'), "fact[0].gil.of", "length"),
        (fact('gil = { per = 1, of = "__import__(\'os\')" }'), "fact[0].gil.of", "__import__"),
        (fact('parallel = "yes"'), "fact[0].parallel", "true or false"),
        (fact("when = [{ effect = \"releases\" }]"), "fact[0].when[0]", "without a condition"),
        (fact('when = [{ size = "size(x)" }]'), "fact[0].when[0].size", "below"),
        (fact('when = [{ argument = "x", is = 1, default = 2 }]'), "fact[0].when[0].default", "given"),
        (fact('when = [{ given = "x", efect = "holds" }]'), "fact[0].when[0].efect", "unknown key"),
        (fact('when = [{ argument = "x", effect = "holds" }]'), "fact[0].when[0].argument", "`is` or `matches`"),
        (fact('when = [{ argument = "x", matches = "(", effect = "holds" }]'), "fact[0].when[0].matches", "no regular"),
        (fact('when = [{ version = "45", effect = "releases" }]'), "fact[0].when[0].version", "no range of versions"),
        (fact('when = [{ dtype = "object" }]'), "fact[0].when[0].dtype", "list of strings"),
        (fact('probe = { setup = "x = 1" }'), "fact[0].probe.statement", "missing"),
        (fact('returns = { kind = "list" }'), "fact[0].returns.kind", "unknown key"),
        (fact() + f'[[fact]]\nname = "lib.f"\neffect = "holds"\n{EVIDENCE}', "fact[1]", "twice"),
        (fact() + f'[[fact]]\nname = "lib.g"\naliases = ["lib.f"]\neffect = "holds"\n{EVIDENCE}', "fact[1]", "twice"),
        (HEAD + '[[type]]\nname = "T"\n[[type]]\nname = "T"\n', "type[1]", "twice"),
        (HEAD + '[[type]]\nname = "T"\nbase = "U"\n', "type[0].base", "unknown key"),
        (HEAD + f'[support]\nfree_threading = {{ state = "perhaps" }}\n{EVIDENCE}', "support.free_threading.state", "declared"),
        (HEAD + '[support]\nfree_threading = { state = "declared" }\n', "support.evidence", "missing"),
        (HEAD + '[exists_in]\n"3.14" = ["lib.f"]\n', "exists_in.3.14", "no range of versions"),
        (HEAD + '[exists_in]\n">=3.14" = "lib.f"\n', "exists_in.>=3.14", "list of strings"),
        (HEAD + '[default]\neffect = "holds"\n', "default.evidence", "missing"),
        (HEAD + f'[default]\neffect = "holds"\nname = "x"\n{EVIDENCE}', "default.name", "unknown key"),
        (HEAD + f'[[fact]]\nnames = []\neffect = "holds"\n{EVIDENCE}', "fact[0].names", "empty"),
    ],
)  # fmt: skip
def test_errors_name_the_file_and_the_key(content: str, where: str, says: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read_library(content, "packages/lib.toml")
    message = str(caught.value)
    assert message.startswith("packages/lib.toml: ")
    assert where in message
    assert says in message


def test_names_that_some_versions_have() -> None:
    found = read_library(
        HEAD + '[exists_in]\n">=2" = ["lib.Queue", "lib.put"]\n"<3" = ["lib.old"]\n', "packages/lib.toml"
    )
    names = ("lib.Queue", "lib.Queue.get", "lib.put", "lib.putter", "lib.old", "lib")
    assert [found.exists_in(name) for name in names] == [">=2", ">=2", ">=2", None, "<3", None]


def test_what_a_fact_carries() -> None:
    found = read_library(
        fact(
            'parameters = ["x", "y"]\naliases = ["lib.g"]\ngil = { fixed = 3, per = 2.5, of = "size(x)" }\n'
            'native = { fixed = 1_000, low = 10, high = 1e6 }\nnote = "why"\ninstead = "that"\n'
            'serialised_by = "connection"\ncallback = "y"\ncalls = "size(x) / 2"\nawaitable = true\n'
            'probe = { setup = "import lib", statement = "lib.f()" }\nreturns = { type = "list", size = "size(x)" }\n'
        ),
        "packages/lib.toml",
    ).facts.find("lib.f")
    assert found is not None
    assert found.id == "packages/lib.toml#lib.f"
    assert found.parameters == ("x", "y")
    assert found.behaviour.effect is Effect.HOLDS
    gil, native = found.behaviour.gil, found.behaviour.native
    assert gil is not None and (gil.fixed, gil.per, gil.of) == (3, 2.5, "size(x)")
    assert native is not None and (native.low, native.fixed, native.high) == (10, 1_000, 1e6)
    assert (found.callback, found.behaviour.calls, found.serialised_by, found.awaitable) == (
        "y",
        "size(x) / 2",
        "connection",
        True,
    )
    assert found.probe is not None and found.probe.statement == "lib.f()"
    assert isinstance(found.evidence[0], Source)


def test_aliases_share_the_fact_and_its_public_name() -> None:
    found = dict(read_library(fact('aliases = ["lib.inner.f"]'), "f.toml").facts)
    assert found["lib.inner.f"] is found["lib.f"] or found["lib.inner.f"].name == "lib.f"


def test_a_family_shares_all_but_the_name() -> None:
    found = dict(read_library(fact(name='names = ["lib.f", "lib.g"]'), "f.toml").facts)
    assert [f.name for f in found.values()] == ["lib.f", "lib.g"]


def test_a_clause_overrides_only_what_it_gives() -> None:
    found = read_one(
        'gil = { fixed = 5 }\nnative = { fixed = 7 }\nwhen = [{ given = "x", native = { fixed = 9 } }]',
        effect='effect = "releases"',
    )
    clause = found.clauses[0].behaviour
    assert clause.effect is Effect.RELEASES
    assert clause.gil is not None and clause.gil.fixed == 5
    assert clause.native is not None and clause.native.fixed == 9


def test_a_lock_may_be_taken_under_a_condition_alone() -> None:
    conditions = (
        'when = [{ given = "x", serialised_by = "nothing" }, { given = "y", serialised_by = "file" }, { given = "z" }]'
    )
    found = read_one(f'serialised_by = "library"\n{conditions}')
    assert found.serialised_by == "library"
    assert [c.behaviour.serialised_by for c in found.clauses] == [None, "file", "library"]


@pytest.mark.parametrize(("given", "calls"), [("", "size(x)"), (', calls = "3"', "3")])
def test_a_clause_may_say_how_often_the_callback_is_called(given: str, calls: str) -> None:
    clause = f'{{ given = "y", gil = {{ fixed = 1 }}{given} }}'
    found = read_library(
        fact(f'parameters = ["x", "y"]\ncallback = "x"\ncalls = "size(x)"\nwhen = [{clause}]\n'), "packages/lib.toml"
    ).facts.find("lib.f")
    assert found is not None
    assert (found.behaviour.calls, found.clauses[0].behaviour.calls) == ("size(x)", calls)


def test_a_clause_may_have_evidence_and_a_probe_of_its_own() -> None:
    found = read_one(
        'when = [{ given = "x", effect = "releases", native = { fixed = 9 }, evidence = [\n'
        '  { kind = "measured", version = "1", python = "3.11", date = "2026-11-28", held = 0.1 },\n'
        '], probe = { setup = "import lib", statement = "lib.f(x=1)" } }, { absent = "y", gil = { fixed = 7 } }]'
    )
    with_own, without = found.clauses
    assert found.evidence_of(None) == found.evidence_of(without) == found.evidence
    assert found.evidence_of(with_own) == with_own.evidence != found.evidence
    assert found.all_evidence == (*found.evidence, *with_own.evidence)
    under = found.under(with_own)
    assert (under.behaviour, under.evidence, under.probe) == (with_own.behaviour, with_own.evidence, with_own.probe)
    assert under.clauses == () and under.id == found.id


@pytest.mark.parametrize("more", ["evidence = []", 'probe = { setup = "" }', "evidence = [{}]"])
def test_what_a_clause_brings_is_read_strictly(more: str) -> None:
    with pytest.raises(KnowledgeError, match=r"when\[0\]"):
        read_one(f'when = [{{ given = "x", gil = {{ fixed = 9 }}, {more} }}]')


def test_a_clause_that_holds_keeps_no_native_time() -> None:
    found = read_one(
        'gil = { fixed = 5 }\nnative = { fixed = 7 }\nwhen = [{ given = "x", effect = "holds" }]',
        effect='effect = "releases"',
    )
    assert found.clauses[0].behaviour.native is None


def test_a_clause_of_a_fact_that_holds_keeps_its_reads_of_a_file() -> None:
    found = read_one(
        'native = { fixed = 7 }\nreleases = { fixed = 3 }\nwhen = [{ given = "x", gil = { fixed = 9 } }]',
        effect='effect = "holds"',
    )
    kept = found.clauses[0].behaviour
    assert kept.native is not None and kept.releases is not None and kept.releases.fixed == 3


def test_measurements_tell_what_they_are() -> None:
    found = read_one(
        evidence='evidence = [{ kind = "measured", version = "1.0", python = "3.11.7", size = 100, held = 0.5, '
        "two_threads = 1.9, date = 2026-01-02 }]\n"
    )
    (measured,) = found.evidence
    assert isinstance(measured, Measured)
    assert measured.date == "2026-01-02"
    assert all(part in str(measured) for part in ("1.0", "3.11.7", "100", "0.50", "1.90", "2026-01-02"))


def test_a_measured_wait_for_a_server_nearby() -> None:
    found = read_one(
        evidence='evidence = [{ kind = "measured", version = "1.0", python = "3.11.7", local = 13_000, date = 2026-01-02 }]\n'
    )
    (measured,) = found.evidence
    assert isinstance(measured, Measured) and measured.local == 13_000
    assert "waits 13 us for a server on the same machine" in str(measured)


def test_a_wait_that_may_be_near_marks_a_call_that_talks_to_somebody() -> None:
    near = read_one("wait = { fixed = 50_000_000, local = 300_000 }", effect='effect = "waits"')
    assert near.talks
    assert near.behaviour.wait is not None
    assert near.behaviour.wait.local == 300_000
    assert not read_one("wait = { fixed = 50_000_000 }", effect='effect = "waits"').talks
