"""Each rule on its own fixtures: `flagged.py` gives what its comments say, `clean.py` nothing."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.rules import RULES, rule_for
from gillint.rules.base import Rule
from gillint.syntax.edit import apply_edits
from tests.support import ROOT, codes, document

FIXTURES = ROOT / "fixtures" / "rules"
DESIGN = (
    "GIL001", "GIL002", "GIL101", "GIL102", "GIL103", "GIL104", "GIL105", "GIL106", "GIL107", "GIL108", "GIL201",
    "GIL202", "GIL203", "GIL301", "GIL302", "GIL303", "GIL304", "GIL305", "GIL401", "GIL402", "GIL501", "GIL502", "GIL503",
)  # fmt: skip
# Rules that inform, and are not in the default selection.
OPT_IN = {"GIL002", "GIL104", "GIL304"}
_EXPECT = re.compile(r"#\s*expect:\s*(GIL\d{3}(?:\s*,\s*GIL\d{3})*)\s*$")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def expected(source: str) -> list[tuple[int, str]]:
    """The line and code of each expectation."""
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        match = _EXPECT.search(line)
        if match is not None:
            found += [(number, code.strip()) for code in match[1].split(",")]
    return sorted(found)


def with_rule(rule: Rule) -> Options:
    """The default selection and this rule, for the build that it speaks of."""
    selected = {r.code for r in RULES if r.by_default} | {rule.code}
    return Options(codes=frozenset(selected), free_threaded=rule.code == "GIL501")


def given(path: Path, options: Options) -> list[tuple[int, str]]:
    """The line and code of each diagnostic, in a report and in a check alike."""
    source = path.read_text(encoding="utf-8")
    made = [
        sorted((d.span.line, d.code) for d in analyse(source, path.name, options, thorough=thorough).diagnostics)
        for thorough in (True, False)
    ]
    assert made[0] == made[1], "the report and the check do not agree"
    return made[0]


@pytest.mark.parametrize("name", ["flagged.py", "clean.py"])
@each_rule
def test_fixtures(rule: Rule, name: str) -> None:
    path = FIXTURES / rule.name / name
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing"
    wanted = expected(path.read_text(encoding="utf-8"))
    if name == "clean.py":
        assert rule.code not in {code for _, code in wanted}  # what is clean for one rule may be another's
    else:
        assert rule.code in {code for _, code in wanted}
    assert given(path, with_rule(rule)) == wanted


def test_there_are_no_fixtures_for_rules_that_do_not_exist() -> None:
    assert {p.name for p in FIXTURES.iterdir() if p.is_dir()} == {rule.name for rule in RULES}


def test_the_rules_of_the_design_exist_in_order() -> None:
    found = [rule.code for rule in RULES]
    assert found == sorted(found)
    assert set(DESIGN) <= set(found)
    assert {rule.code for rule in RULES if not rule.by_default} == OPT_IN


@each_rule
def test_a_rule_documents_itself(rule: Rule) -> None:
    assert re.fullmatch(r"GIL\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    for part in (rule.detects, rule.why, rule.example, rule.instead, rule.limits, rule.evidence):
        assert len(part) > 20
        assert part.strip() == part.strip("\n") or part.endswith("\n")
    assert rule.page.startswith(f"# {rule.code}: {rule.name}\n")
    assert rule_for(rule.code) is rule
    assert rule_for(rule.name) is rule


@each_rule
def test_the_example_in_the_documentation_is_flagged_where_it_says(rule: Rule) -> None:
    marked = [n for n, line in enumerate(rule.example.splitlines(), 1) if f"# {rule.code}" in line]
    assert marked, "the example does not say where"
    found = codes(rule.example, codes=with_rule(rule).codes, free_threaded=rule.code == "GIL501")
    assert (rule.code, marked[0]) in found or (rule.code == "GIL001" and [c for c, _ in found] == ["GIL001"])


@each_rule
def test_a_rule_can_be_left_out(rule: Rule) -> None:
    source = (FIXTURES / rule.name / "flagged.py").read_text(encoding="utf-8")
    others = frozenset(r.code for r in RULES) - {rule.code}
    assert rule.code not in {
        d.code for d in analyse(source, "x.py", replace(with_rule(rule), codes=others)).diagnostics
    }
    only = {d.code for d in analyse(source, "x.py", replace(with_rule(rule), codes=frozenset({rule.code}))).diagnostics}
    assert only == {rule.code}


@each_rule
def test_a_diagnostic_has_what_it_needs(rule: Rule) -> None:
    source = (FIXTURES / rule.name / "flagged.py").read_text(encoding="utf-8")
    for found in analyse(source, "x.py", with_rule(rule)).diagnostics:
        assert found.message[-1] not in ".\n"
        assert "\n" not in found.message
        assert len(found.message) < 300
    for shown in document(source)["files"][0]["diagnostics"]:
        assert rule_for(shown["code"]) is not None


def test_a_rule_that_fails_is_reported_by_its_name_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from gillint import pipeline

    def fails(rule: Rule, context: object) -> object:
        raise KeyError("out of order")

    broken = tuple(replace(r, check=fails) if r.code == "GIL201" else r for r in RULES)  # type: ignore[arg-type]
    monkeypatch.setattr(pipeline, "RULES", broken)
    source = (FIXTURES / "threads-over-held-work" / "flagged.py").read_text(encoding="utf-8")
    found = analyse(source, "x.py", Options()).diagnostics
    assert {"GIL101", "GIL201"} <= {d.code for d in found}
    (failed,) = [d for d in found if d.code == "GIL201"]
    assert "serial-waiting-loop" in failed.message and "out of order" in failed.message


FIXED = ("GIL101", "GIL104", "GIL502", "GIL503")


@each_rule
def test_fixes_mend_what_they_are_for_and_leave_nothing_to_fix(rule: Rule) -> None:
    source = (FIXTURES / rule.name / "flagged.py").read_text(encoding="utf-8")
    options = with_rule(rule)
    found = analyse(source, "x.py", options).diagnostics
    edits = [e for d in found if d.fix is not None and d.code == rule.code for e in d.fix.edits]
    assert bool(edits) == (rule.code in FIXED)
    if not edits:
        return
    mended = apply_edits(source, edits)
    assert mended is not None
    ast.parse(mended)
    left = [d for d in analyse(mended, "x.py", options).diagnostics if d.code == rule.code]
    assert [d for d in left if d.fix is not None] == []
    assert len(left) == len([d for d in found if d.code == rule.code and d.fix is None])
    for line in set(source.splitlines()) ^ set(mended.splitlines()):
        assert any(w in line for w in ("PoolExecutor", "ThreadPool", "jit", "gil", "GIL")), line


def test_threads_that_serve_are_not_there_for_speed() -> None:
    source = (
        "import socketserver, threading\n\n\nclass Redirector:\n    def __init__(self, handler):\n"
        '        self.first = socketserver.TCPServer(("127.0.0.1", 0), handler)\n'
        '        self.second = socketserver.TCPServer(("127.0.0.1", 0), handler)\n'
        "        self.a = threading.Thread(target=self.first.serve_forever, daemon=True)\n"
        "        self.b = threading.Thread(target=self.second.serve_forever, daemon=True)\n"
    )
    report = analyse(source, "sketch.py", Options())
    assert [d.code for d in report.diagnostics] == []
