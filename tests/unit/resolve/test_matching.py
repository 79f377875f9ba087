"""What the patterns and guards of a `match` cost."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.pipeline import analyse


def demand(case: str, python: str = "3.11") -> float:
    source = dedent(f"""
        def kind(row):
            match row:
                case {case}:
                    return 1
            return 0
        for row in [{{"id": i}} for i in range(100_000)]:
            kind(row)
    """)
    report = analyse(source, "p.py", Options(python=python))
    assert report.verdict is not None
    return report.regions[report.verdict].demand.gil.likely


@pytest.mark.parametrize(
    ("case", "cheaper"),
    [
        ('{"id": n}', '"id"'),
        ('{"id": n, "name": m}', '{"id": n}'),
        ('{"id": int(n)}', '{"id": n}'),
        ("Point(x=a)", "Point()"),
        ('{"id": n} as whole', "whole"),
        ('["id", {"n": m}]', '["id", n]'),
    ],
)
def test_patterns_cost_by_their_kind(case: str, cheaper: str) -> None:
    assert demand(case) > demand(cheaper)


def test_a_class_without_match_args_is_cheaper_since_3_13() -> None:
    assert demand("int(n)", "3.13") < demand("int(n)", "3.12") / 2


def test_guards_are_looked_at() -> None:
    source = """
        import re
        def kind(line):
            match line:
                case str(text) if re.search(r"a+b", text):
                    return 1
            return 0
    """
    assert "re.search" in dump_stage("resolve", dedent(source), "p.py", Options(python="3.11"))


@pytest.mark.parametrize("engine", ["re", "regex"])
@pytest.mark.parametrize(
    "found", ["E.findall('fox', T)", "E.compile('fox').findall(T)", "E.compile('fox').finditer(T)"]
)
def test_matches_are_counted_for_both_engines(engine: str, found: str) -> None:
    source = (
        f"import {engine} as E\nT = 'the quick brown fox ' * 50\ndef work():\n    for x in {found}:\n        print(x)\n"
    )
    text = dump_stage("resolve", source, "program.py", Options(python="3.11"))
    assert " x 50 " in text.split("work ", 1)[1]
