"""The baseline: findings stay known while the file around them changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gillint.advice.outcome import FileReport, Options
from gillint.errors import UsageError
from gillint.pipeline import analyse
from gillint.report.baseline import of_reports, read_baseline, write_baseline
from tests.support import text

SOURCE = text("""
    import requests


    def fetch_all(urls):
        for url in urls:
            requests.get(url)


    def fetch_again(urls):
        return [requests.get(url).text for url in urls]
    """)

BROKEN = "[\n        requests.get(url).text\n        for url in urls\n    ]"


def check(source: str, path: str = "pkg/x.py") -> tuple[FileReport, ...]:
    return (analyse(source, path, Options(), thorough=False),)


def new(source: str, path: str = "pkg/x.py") -> list[tuple[str, str]]:
    """The findings that a baseline of SOURCE does not know, by rule and function."""
    known = of_reports(check(SOURCE), Path())
    return [(d.code, d.function) for r in known.without_known(check(source, path), Path()) for d in r.diagnostics]


BOTH = [("GIL201", "fetch_all"), ("GIL201", "fetch_again")]
FIRST, SECOND = SOURCE.split("\n\n\ndef fetch_again")
MOVED = FIRST.replace("def fetch_all", "def fetch_again", 1)


@pytest.mark.parametrize(
    "source",
    [
        SOURCE,
        "# one\n\n\n# two\n" + SOURCE,
        SOURCE.replace("import requests", "import os\nimport requests\n\nVALUE = os.sep"),
        SOURCE.replace("        requests.get(url)\n", "        print(url)\n        requests.get(url)\n"),
        SOURCE.replace("for url in urls:\n", "for  url  in urls :  # all of them\n"),
        SOURCE.replace("[requests.get(url).text for url in urls]", BROKEN),
        "import requests\n\n\ndef fetch_again" + SECOND + "\n\n" + FIRST.replace("import requests\n", ""),
    ],
    ids=["same", "above", "imports", "body", "layout", "broken lines", "moved"],
)  # fmt: skip
def test_edits_around_a_finding_leave_it_known(source: str) -> None:
    assert len(check(source)[0].diagnostics) == 2
    assert new(source) == []


def test_what_is_new_is_reported() -> None:
    more = SOURCE + "\n\ndef third(urls):\n    for url in urls:\n        requests.get(url)\n"
    assert new(more) == [("GIL201", "third")]
    twice = SOURCE.replace(
        "        requests.get(url)\n", "        requests.get(url)\n    for url in urls:\n        requests.get(url)\n"
    )
    assert new(twice) == [("GIL201", "fetch_all")]
    assert new(SOURCE.replace("fetch_all", "renamed")) == [("GIL201", "renamed")]
    assert new(SOURCE, "pkg/y.py") == BOTH


def test_a_baseline_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = of_reports(check(SOURCE), Path())
    file = tmp_path / "baseline.json"
    write_baseline(file, made)
    assert read_baseline(file) == made
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["version"] == 1
    assert [e["function"] for e in data["findings"]] == ["fetch_again", "fetch_all"]
    assert {e["path"] for e in data["findings"]} == {"pkg/x.py"}
    first = file.read_bytes()
    write_baseline(file, read_baseline(file))
    assert file.read_bytes() == first
    write_baseline(file, of_reports((), Path()))
    assert read_baseline(file).counts == ()


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"version": 2, "findings": []}', '{"version": 1}', '{"version": 1, "findings": [{"path": "x"}]}',
     '{"version": 1, "findings": [{"path": "x", "function": "f", "code": "GIL101", "text": "t", "count": 0}]}', "\xff"],
)  # fmt: skip
def test_what_is_no_baseline_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(UsageError, match=r"baseline\.json"):
        read_baseline(file)
    with pytest.raises(UsageError, match="no such baseline"):
        read_baseline(tmp_path / "missing.json")
