"""The output formats: each says the same, in the form that its readers ask for."""

from __future__ import annotations

import html.parser
import json
import os
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gillint import FileReport, analyze
from gillint.advice.outcome import Options
from gillint.config.settings import FORMATS
from gillint.diagnostics.measured import Measured, Point, Verdict
from gillint.diagnostics.rule import RuleText
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Related, Severity
from gillint.estimate import Interval
from gillint.report.formats import Run, render
from gillint.rules import RULES
from tests.support import ROOT, text
from tests.unit.source.test_notebooks import notebook

TEXTS = tuple(RuleText(r.code, r.name, r.severity, r.detects, r.page) for r in RULES)
FLAGGED = sorted((ROOT / "fixtures" / "rules").glob("*/flagged.py"))
HELD = text("""
    import threading

    def total(n):
        result = 0
        for i in range(n):
            result += i * i
        return result

    größe = "😀"; threads = [threading.Thread(target=total, args=(5_000_000,)) for _ in range(2)]
    """)

# path, cell, line and column from 1 in code points, code, message
Found = tuple[str, int | None, int, int, str, str]


def run_of(*reports: FileReport, regions: bool = True) -> Run:
    return Run(reports, Options(), TEXTS, regions)


def expected(run: Run) -> list[Found]:
    found = json.loads(render("json", run))
    return [
        (f["path"], d["range"].get("cell"), *d["range"]["start"].values(), d["code"], d["message"])
        for f in found["files"]
        for d in f["diagnostics"]
    ]


def without_cells(found: list[Found]) -> list[Found]:
    """What a format says that has no word for cells: the place is in the message."""
    return [
        (path, None, 1, 1, code, f"cell {cell}:{line}:{column}: {message}")
        if cell is not None
        else (path, cell, line, column, code, message)
        for path, cell, line, column, code, message in found
    ]


def of_concise(shown: str) -> list[Found]:
    lines = [re.fullmatch(r"(.*?):(?:cell (\d+):)?(\d+):(\d+): (GIL\d+) (.*)", line) for line in shown.splitlines()]
    return [(m[1], int(m[2]) if m[2] else None, int(m[3]), int(m[4]), m[5], m[6]) for m in lines if m is not None]


def of_text(shown: str) -> list[Found]:
    """Sentences are wrapped; what is related to a finding is indented."""
    found: list[Found] = []
    for line in shown.splitlines():
        m = re.match(r"(.+?):(?:cell (\d+):)?(\d+):(\d+): (GIL\d+) [a-z0-9-]+: (.*)", line)
        if m is not None and not line.startswith(" "):
            found.append((m[1], int(m[2]) if m[2] else None, int(m[3]), int(m[4]), m[5], m[6].strip()))
        elif not line.startswith(" "):
            found[-1] = (*found[-1][:5], f"{found[-1][5]} {line.strip()}".strip())
    return found


def of_sarif(shown: str) -> list[Found]:
    found: list[Found] = []
    for result in json.loads(shown)["runs"][0]["results"]:
        where = result["locations"][0]["physicalLocation"]
        region = where["region"]
        place = (where["artifactLocation"]["uri"], None, region["startLine"], region.get("startColumn", 1))
        found.append((*place, result["ruleId"], result["message"]["text"]))
    return found


def of_gitlab(shown: str) -> list[Found]:
    found: list[Found] = []
    for issue in json.loads(shown):
        begin = issue["location"]["positions"]["begin"]
        code, _, rest = issue["description"].partition(" ")
        message = rest.partition(": ")[2]
        found.append((issue["location"]["path"], None, begin["line"], begin["column"], code, message))
    return found


def of_github(shown: str) -> list[Found]:
    found: list[Found] = []
    for line in shown.splitlines():
        m = re.fullmatch(r"::(?:error|warning|notice) (.*?)::(.*)", line)
        assert m is not None, line
        properties = dict(item.split("=", 1) for item in m[1].split(","))
        assert properties["line"]
        message = m[2].split("%0A")[0].replace("%25", "%")
        found.extend(of_concise(message))
        assert properties["file"] == found[-1][0]
    return found


def of_lsp(shown: str, sources: dict[str, str]) -> list[Found]:
    found: list[Found] = []
    for document in json.loads(shown):
        uri, _, cell = document["uri"].partition("#cell-")
        path = Path(uri.removeprefix("file://")).relative_to(Path.cwd()).as_posix()
        for d in document["diagnostics"]:
            start = d["range"]["start"]
            line, character = start["line"], start["character"]
            if path in sources:
                units = sources[path].split("\n")[line].encode("utf-16-le")[: 2 * character]
                character = len(units.decode("utf-16-le"))
            found.append((path, int(cell) if cell else None, line + 1, character + 1, d["code"], d["message"]))
    return found


class _Page(html.parser.HTMLParser):
    """The rows of the table of findings, the ids, and what is balanced."""

    void: ClassVar = {"meta", "br", "wbr", "polyline", "line", "circle", "rect"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = {key: value or "" for key, value in attrs}
        self.attributes.extend(given.items())
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag not in self.void:
            self.open.append(tag)
        if "table" in self.open and tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def page(shown: str) -> _Page:
    found = _Page()
    found.feed(shown)
    assert found.open == []
    return found


def of_html(shown: str) -> list[Found]:
    found: list[Found] = []
    for row in page(shown).rows:
        if len(row) == 4 and row[0] in ("error", "warning", "info"):
            m = re.fullmatch(r"(.*?):(?:cell (\d+):)?(\d+):(\d+)", row[2])
            assert m is not None
            place = (m[1], int(m[2]) if m[2] else None, int(m[3]), int(m[4]))
            found.append((*place, row[1][:6], row[3]))
    return found


def same(run: Run, sources: dict[str, str]) -> None:
    """Every format shows the same diagnostics."""
    wanted = expected(run)
    plain = [(*found[:5], found[5].replace("`", "")) for found in wanted]
    assert of_concise(render("concise", run)) == wanted
    assert of_github(render("github", run)) == wanted
    assert of_sarif(render("sarif", run)) == without_cells(wanted)
    assert of_gitlab(render("gitlab", run)) == without_cells(wanted)
    assert sorted(of_lsp(render("lsp", run), sources)) == sorted(wanted)
    assert sorted(of_html(render("html", run))) == sorted(plain)
    assert of_text(render("text", replace(run, regions=False))) == wanted


@pytest.mark.parametrize("path", FLAGGED, ids=lambda p: p.parent.name)
def test_every_format_shows_the_same_diagnostics(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    run = run_of(analyze(source, filename=name, select=["ALL"], free_threaded="reenables" in name))
    assert run.files[0].diagnostics
    same(run, {name: source})


def test_several_files_notebooks_and_broken_ones() -> None:
    cells = notebook("%matplotlib inline", HELD.split("größe")[0], "größe" + HELD.split("größe")[1])
    run = run_of(
        analyze(HELD, filename="a b.py"),
        analyze("x = = 1\n", filename="ü.py"),
        analyze(cells, filename="n.ipynb"),
        analyze("{", filename="broken.ipynb"),
        analyze("print(1)\n", filename="clean.py"),
    )
    wanted = expected(run)
    assert [(f[0], f[1], f[2], f[4]) for f in wanted] == [
        ("a b.py", None, 9, "GIL101"),
        ("ü.py", None, 1, "GIL001"),
        ("n.ipynb", 3, 1, "GIL101"),
        ("broken.ipynb", None, 1, "GIL001"),
    ]
    assert of_concise(render("concise", run)) == wanted
    assert of_text(render("text", replace(run, regions=False))) == wanted
    assert of_github(render("github", run)) == wanted
    assert of_gitlab(render("gitlab", run)) == without_cells(wanted)
    assert [f[0] for f in of_sarif(render("sarif", run))] == ["a%20b.py", "%C3%BC.py", "n.ipynb", "broken.ipynb"]
    assert sorted(of_html(render("html", run))) == sorted(wanted)


lines = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0"), max_size=20),
    max_size=5,
)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FLAGGED), lines, lines)
def test_formats_agree_and_fingerprints_survive_moved_lines(path: Path, before: list[str], after: list[str]) -> None:
    source = path.read_text(encoding="utf-8")
    moved = (
        "".join(f"# {line}\n" for line in before)
        + source.rstrip("\n")
        + "\n"
        + "".join(f"# {line}\n" for line in after)
    )
    first, second = run_of(analyze(source, filename="a.py")), run_of(analyze(moved, filename="a.py"))
    shift = len(before)
    assert [(f[2] + shift, *f[3:5]) for f in expected(first)] == [f[2:5] for f in expected(second)]
    same(second, {"a.py": moved})
    assert fingerprints(first) == fingerprints(second)


def fingerprints(run: Run) -> list[str]:
    by_sarif = [r["partialFingerprints"]["gillint/v1"] for r in json.loads(render("sarif", run))["runs"][0]["results"]]
    assert by_sarif == [issue["fingerprint"] for issue in json.loads(render("gitlab", run))]
    assert len(set(by_sarif)) == len(by_sarif)
    return by_sarif


def test_fingerprints_tell_equal_lines_and_files_apart() -> None:
    line = HELD.splitlines()[-1]
    twice = analyze(HELD + line.replace("größe", "other") + "\n" + line + "\n", filename="a.py")
    assert len(twice.diagnostics) == 3
    found = fingerprints(run_of(twice, analyze(HELD, filename="b.py")))
    assert found[0] not in found[1:]
    respaced = fingerprints(run_of(analyze(HELD.replace("größe = ", "größe  =  "), filename="a.py")))
    assert respaced == found[:1]


# SARIF


@lru_cache(maxsize=1)
def sarif_schema() -> jsonschema.Draft4Validator:
    found = json.loads((ROOT / "tests" / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(found, format_checker=jsonschema.FormatChecker())


def chained() -> FileReport:
    """A finding whose chain goes through another file."""
    span = Span(1, 1, 1, 5)
    chain = (Related("lib/my work.py", Span(4, 5, 4, 9), "calls it"), Related("a.py", span, "here"))
    found = Diagnostic(
        "GIL101",
        "threads-over-held-work",
        Severity.WARNING,
        Confidence.HIGH,
        "50% of\nit",
        "a.py",
        span,
        chain,
        ("x#y",),
    )
    return FileReport("a.py", diagnostics=(found,), source="pool.map(f, xs)\n")


def test_sarif_fits_the_schema_of_the_standard() -> None:
    reports = [analyze(p.read_text(encoding="utf-8"), filename=p.relative_to(ROOT).as_posix()) for p in FLAGGED]
    nb = analyze(notebook(HELD), filename="n.ipynb")
    assert any(d.fix is not None for report in reports for d in report.diagnostics)
    for run in (run_of(), run_of(chained()), run_of(*reports, nb, analyze("x = = 1", filename="/elsewhere/é.py"))):
        sarif_schema().validate(json.loads(render("sarif", run)))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    good = json.loads(render("sarif", run_of(chained())))
    for change in ({"version": "2.0"}, {"runs": 3}, {"more": 1}):
        assert not sarif_schema().is_valid(good | change)


def test_sarif_documents_the_rules_under_stable_ids() -> None:
    (run,) = json.loads(render("sarif", run_of(analyze(HELD, filename="a.py"))))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == [r.code for r in RULES]
    assert all(r["help"]["markdown"].startswith(f"# {r['id']}: ") for r in rules)
    (result,) = run["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "GIL101"
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_uris_are_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, uri in (
        ("a.py", "a.py"),
        (str(tmp_path / "b c" / "d#1.py"), "b%20c/d%231.py"),
        (f"x{os.sep}y.py", "x/y.py"),
        ("/elsewhere/e.py", "file:///elsewhere/e.py"),
    ):
        (run,) = json.loads(render("sarif", run_of(analyze(HELD, filename=name))))["runs"]
        artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact["uri"] == uri
        assert ("uriBaseId" in artifact) == (not uri.startswith("file:"))
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == tmp_path.as_uri() + "/"


def test_sarif_gives_the_chain_as_related_locations_and_as_a_flow() -> None:
    (result,) = json.loads(render("sarif", run_of(chained())))["runs"][0]["results"]
    uris = [r["physicalLocation"]["artifactLocation"]["uri"] for r in result["relatedLocations"]]
    assert uris == ["lib/my%20work.py", "a.py"]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in flow] == ["50% of\nit", "calls it", "here"]
    assert result["properties"]["facts"] == ["x#y"]


INVERTED = """import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

pool = ThreadPoolExecutor if sys._is_gil_enabled() else ProcessPoolExecutor
"""


def test_sarif_carries_fixes_as_replacements() -> None:
    (run,) = json.loads(render("sarif", run_of(analyze(INVERTED, filename="a b.py"))))["runs"]
    (result,) = run["results"]
    assert result["fixes"] == [
        {
            "description": {"text": "Turn the test round (safe)"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "a%20b.py", "uriBaseId": "SRCROOT"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 4, "startColumn": 30, "endLine": 4, "endColumn": 30},
                            "insertedContent": {"text": "not "},
                        }
                    ],
                }
            ],
        }
    ]
    (plain,) = json.loads(render("sarif", run_of(analyze(notebook(INVERTED), filename="n.ipynb"))))["runs"][0][
        "results"
    ]
    assert "fixes" not in plain
    assert "fixes" not in json.loads(render("sarif", run_of(analyze(HELD, filename="a.py"))))["runs"][0]["results"][0]


def test_the_page_shows_what_was_measured_beside_what_was_predicted() -> None:
    report = analyze("total = 0\nfor i in range(10_000_000):\n    total += i * i\n", filename="a.py", threads=2)
    interval = Interval(0.91, 1.02, 1.11)
    measured = Measured(
        Verdict.CONFIRMED, "measured 1.02x, predicted 1.00x", 2, speedup=interval, held_fraction=interval,
        held_method="counted", controls=(("holds", interval),), stand_ins=(("urls", "<10 addresses>"),), work="line 2 of a.py",
        seconds=0.001, rounds=7, curve=(Point(2, (0.8, 1.0, 1.05), interval),),
    )  # fmt: skip
    shown = render("html", run_of(replace(report, regions=(replace(report.regions[0], measured=measured),))))
    rows = page(shown).rows
    assert ["2 threads", "1.00x (0.80-1.05)", "1.02x (0.91-1.11)"] in rows
    assert ["2 processes", "", "not measured"] in rows
    assert ["control: a loop", "", "1.02x (0.91-1.11)"] in rows
    assert 'class="seen"' in shown and "Measured: 1.02 on 2." in shown
    assert "stand-in: urls: &lt;10 addresses&gt;" in shown
    assert "Measured:" not in render("html", run_of(report))


# GitHub, GitLab, LSP


def test_tools_that_know_no_cells_are_given_the_line_of_the_file() -> None:
    source = json.dumps(json.loads(notebook("x = 1", HELD)), indent=1)
    lists = json.loads(source)
    for cell in lists["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    source = json.dumps(lists, indent=1, ensure_ascii=False)
    run = run_of(analyze(source, filename="n.ipynb"))
    line = next(n for n, text in enumerate(source.split("\n"), 1) if "threading.Thread(" in text)
    assert render("github", run).startswith(f"::warning file=n.ipynb,line={line},title=")
    assert json.loads(render("gitlab", run))[0]["location"]["positions"]["begin"]["line"] == line
    (result,) = json.loads(render("sarif", run))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": line}


def test_github_escapes_what_would_end_a_command() -> None:
    shown = render("github", run_of(replace(chained(), path="a.py")))
    assert shown == (
        "::warning file=a.py,line=1,endLine=1,col=1,endColumn=5,title=GIL101 threads-over-held-work::"
        "a.py:1:1: GIL101 50%25 of%0Ait%0Alib/my work.py:4:5: calls it%0Aa.py:1:1: here"
    )
    found = replace(chained().diagnostics[0], path="a,b:c%.py", span=Span(1, 1, 3, 2))
    shown = render("github", run_of(FileReport("a,b:c%.py", diagnostics=(found,))))
    assert shown.startswith("::warning file=a%2Cb%3Ac%25.py,line=1,endLine=3,title=")


@pytest.mark.parametrize(
    ("severity", "github", "gitlab", "sarif", "lsp"),
    [
        (Severity.ERROR, "error", "critical", "error", 1),
        (Severity.WARNING, "warning", "major", "warning", 2),
        (Severity.INFO, "notice", "info", "note", 3),
    ],
)
def test_severities(severity: Severity, github: str, gitlab: str, sarif: str, lsp: int) -> None:
    report = chained()
    run = run_of(replace(report, diagnostics=(replace(report.diagnostics[0], severity=severity),)))
    assert render("github", run).startswith(f"::{github} ")
    assert json.loads(render("gitlab", run))[0]["severity"] == gitlab
    assert json.loads(render("sarif", run))["runs"][0]["results"][0]["level"] == sarif
    assert json.loads(render("lsp", run))[0]["diagnostics"][0]["severity"] == lsp


def test_gitlab_has_the_fields_that_it_requires() -> None:
    (issue,) = json.loads(render("gitlab", run_of(analyze(HELD, filename="src/a.py"))))
    assert {"description", "check_name", "fingerprint", "location", "severity"} <= set(issue)
    assert issue["location"]["path"] == "src/a.py"
    assert json.loads(render("gitlab", run_of(analyze("x = 1\n")))) == []


def test_lsp_counts_utf16_from_zero() -> None:
    (document,) = json.loads(render("lsp", run_of(analyze(HELD, filename="a.py"))))
    (found,) = document["diagnostics"]
    line = HELD.splitlines()[8]
    before = line[: line.index("threading.Thread")].encode("utf-16-le")
    assert found["range"]["start"] == {"line": 8, "character": len(before) // 2}
    assert found["range"]["end"]["line"] == 8
    assert document["uri"] == (Path.cwd() / "a.py").as_uri()


def test_lsp_columns_of_another_file_are_those_of_its_text(tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text("'😀', f()\n", encoding="utf-8")
    report = chained()
    found = replace(report.diagnostics[0], related=(Related(str(other), Span(1, 6, 1, 9), "it"),))
    (document,) = json.loads(render("lsp", run_of(replace(report, diagnostics=(found,)))))
    (related,) = document["diagnostics"][0]["relatedInformation"]
    assert related["location"]["range"] == {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 9}}


def test_lsp_clears_clean_files_and_has_a_document_for_each_cell() -> None:
    reports = (analyze("x = 1\n", filename="a.py"), analyze(notebook("x = 1", "y = 2"), filename="n.ipynb"))
    documents = json.loads(render("lsp", run_of(*reports)))
    names = [d["uri"].rpartition("/")[2] for d in documents]
    assert names == ["a.py", "n.ipynb", "n.ipynb#cell-1", "n.ipynb#cell-2"]
    assert all(d["diagnostics"] == [] for d in documents)


# HTML


def test_the_page_is_whole_and_loads_nothing() -> None:
    reports = [analyze(p.read_text(encoding="utf-8"), filename=p.relative_to(ROOT).as_posix()) for p in FLAGGED]
    shown = render(
        "html", run_of(*reports, analyze(notebook(HELD), filename="n.ipynb"), analyze("x = = 1", filename="b.py"))
    )
    found = page(shown)
    assert len(found.ids) == len(set(found.ids))
    assert [link for link in found.links if not link.startswith("#") or link[1:] not in found.ids] == []
    assert found.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"} == set()
    assert {"svg", "details", "table", "main", "nav", "h1"} <= found.tags
    assert not [key for key, _ in found.attributes if key.startswith("on") or key in ("src", "xlink:href")]
    assert not [value for _, value in found.attributes if "://" in value]
    assert "url(" not in shown and "@import" not in shown
    assert "default-src 'none'" in shown
    assert "prefers-color-scheme: dark" in shown


def test_the_page_escapes_what_it_shows() -> None:
    evil = "</code><script>alert(1)</script>"
    source = f"for x in y:  # {evil}\n    f(x, '{evil}', \"&amp;\")\n"
    report = analyze(source, filename=f"{evil}.py")
    assert report.regions
    shown = render("html", run_of(report))
    assert "<script" not in shown
    assert "script" not in page(shown).tags
    assert "&amp;amp;" in shown


def test_the_page_ranks_regions_of_all_files_by_their_time() -> None:
    short = analyze("for i in range(10):\n    i * i\n", filename="short.py")
    long = analyze("import time\nfor i in range(10):\n    time.sleep(1)\n", filename="long.py")
    shown = render("html", run_of(short, long))
    assert shown.index("long.py:2</span>") < shown.index("short.py:1</span>")


@pytest.mark.parametrize(
    "settings", [{"threads": 1}, {"threads": 2, "cores": 1}, {"threads": 64, "cores": 16}, {"threads": 300}]
)
def test_curves_of_any_number_of_threads(settings: dict[str, int]) -> None:
    source = "import time, hashlib\nfor i in x:\n    time.sleep(1)\nfor i in x:\n    hashlib.sha256(b'x' * 1_000_000)\n"
    source += "for i in x:\n    unknown.thing(i)\nfor i in range(10):\n    i * i\n"
    threads, cores = settings["threads"], settings.get("cores", 4)
    shown = render("html", Run((analyze(source, threads=threads, cores=cores),), Options(cores, threads), TEXTS))
    found = page(shown)
    assert ("svg" in found.tags) == (settings["threads"] > 1)
    for key, value in found.attributes:
        if key == "points":
            for point in value.split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= 320 and 0 <= y <= 190


def test_a_check_has_no_regions() -> None:
    report = replace(analyze(HELD, filename="a.py"), regions=(), verdict=None)
    shown = render("html", run_of(report, regions=False))
    assert "Regions by cost" not in shown
    assert "GIL101" in shown and "threading.Thread(target=total" in page(shown).__class__.__name__ + re.sub(
        "<[^>]*>", "", shown
    )


def test_a_long_file_shows_the_lines_around_what_is_said() -> None:
    far = "import json\n\ndef far(s):\n    return json.loads(s)\n"
    source = far + "x = 1\n" * 996 + HELD + "for s in texts:\n    far(s)\n"
    shown = render("html", run_of(analyze(source, filename="a.py")))
    found = page(shown)
    assert [link for link in found.links if link[1:] not in found.ids] == []
    assert "f1-4" in found.ids
    assert len([i for i in found.ids if i.startswith("f1-")]) < 60
    assert "f1-1009" in found.ids


# All of them


def test_the_formats_that_settings_know_are_those_that_there_are() -> None:
    for name in FORMATS:
        assert isinstance(render(name, run_of(analyze(HELD))), str)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found_is_no_failure(name: str) -> None:
    for run in (run_of(), run_of(analyze("")), run_of(analyze("", filename="a.ipynb")), run_of(regions=False)):
        assert isinstance(render(name, run), str)
