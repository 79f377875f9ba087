"""Analysis that is interrupted, repeated, and told of changes: the answer is always that of a fresh one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gillint.errors import Interrupted
from gillint.lsp.analysis import Analyst, Answer, Question
from tests.support import ROOT, text

USER = text("""
    from concurrent.futures import ThreadPoolExecutor
    from helper import Work

    def main():
        work = Work(100)
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(work.one, range(100)))
    """)
# Below 2,048 bytes a hash holds the GIL: what the helper's top level says of the size decides.
HELPER = text("""
    import hashlib

    def some(n):
        return b"x" * (n * 5)

    SMALL = some(100)

    class Work:
        def __init__(self, n):
            self.data = SMALL

        def one(self, _):
            return self.many(300)

        def many(self, times):
            return [hashlib.sha256(self.data).digest() for _ in range(times)]
    """)


class Soon(threading.Event):
    """Set after a number of looks at it."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def seen(answer: Answer) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [(d.code, d.span, d.message, d.related) for d in answer.report.diagnostics]
    found.extend((a.region.span, a.prediction.ceiling, a.explanation) for a in answer.report.regions)
    return found


@pytest.fixture
def question(tmp_path: Path) -> Question:
    (tmp_path / "helper.py").write_text(HELPER)
    return Question(str(tmp_path / "user.py"), USER)


def test_an_interruption_leaves_nothing_half_done(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gillint.resolve.modules.CHECK_EVERY", 1)
    wanted = seen(Analyst().answer(question, threading.Event()))
    assert ("GIL101", 7) in {(row[0], row[1].line) for row in wanted if row[0] == "GIL101"}  # type: ignore[attr-defined]
    looks = 0
    while True:
        analyst = Analyst()
        try:
            analyst.answer(question, Soon(looks))
        except Interrupted:
            assert seen(analyst.answer(question, threading.Event())) == wanted
            looks += 1
        else:
            break
    assert looks > 20


def test_long_work_is_interrupted_on_the_way() -> None:
    source = (ROOT / "gillint" / "resolve" / "expressions.py").read_text(encoding="utf-8")
    stop = Soon(10)
    with pytest.raises(Interrupted):
        Analyst().answer(Question("expressions.py", source), stop)
    assert stop.looks == -1  # it ends at once


def test_what_is_known_of_others_is_forgotten_when_they_change(question: Question, tmp_path: Path) -> None:
    analyst = Analyst()
    assert analyst.answer(question, threading.Event()).report.diagnostics
    waits = "import time\nclass Work:\n    def __init__(self, n): pass\n    def one(self, _): time.sleep(1)\n"
    opened = Question(question.path, USER, opened={str(tmp_path / "helper.py"): waits})
    analyst.forget(str(tmp_path / "helper.py"))
    assert not analyst.answer(opened, threading.Event()).report.diagnostics
    analyst.close(question.path)
    assert analyst.answer(question, threading.Event()).report.diagnostics


def test_a_configuration_that_cannot_be_read_is_said_and_not_heeded(question: Question, tmp_path: Path) -> None:
    (tmp_path / "gillint.toml").write_text("cores = 0\n")
    answer = Analyst().answer(question, threading.Event())
    assert answer.problem is not None and "cores: must be a number" in answer.problem
    assert answer.options.cores == 4 and answer.report.diagnostics


def test_the_baseline_counts(question: Question, tmp_path: Path) -> None:
    from gillint.report.baseline import of_reports, write_baseline

    report = Analyst().answer(question, threading.Event()).report
    write_baseline(tmp_path / "known.json", of_reports((report,), tmp_path))
    (tmp_path / "gillint.toml").write_text("baseline = 'known.json'\n")
    assert Analyst().answer(question, threading.Event()).report.diagnostics == ()
    (tmp_path / "known.json").write_text("nonsense")
    answer = Analyst().answer(question, threading.Event())
    assert answer.problem is not None and "known.json" in answer.problem
