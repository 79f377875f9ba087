"""One document analysed for an editor: the pipeline, with what is known of other files kept between keystrokes."""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gillint.advice.outcome import FileReport, Options
from gillint.choices import Choices, decide
from gillint.config.settings import Settings, find_settings
from gillint.errors import GillintError, Interrupted
from gillint.pipeline import Examined, analyse_in_full
from gillint.resolve.program import Project
from gillint.rules.base import FileContext
from gillint.source.files import is_excluded, read_source
from gillint.source.modules import ProjectModules
from gillint.syntax.loading import Loader


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the analysis.

    Attributes:
        path: of the document.
        text: as it stands in the editor, each line ended by a newline character.
        root: the folder of the workspace that it belongs to, where there is one.
        settings: those of the editor; they win over the configuration file.
        environment: the one whose versions of libraries count, where the editor names it.
        opened: the texts of all open documents, by path: they count, not the files.
    """

    path: str
    text: str
    root: Path | None = None
    settings: Settings = field(default_factory=Settings)
    environment: Path | None = None
    opened: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one version of a document.

    `context` is what the rules saw, None where the text cannot be parsed; `problem` says why a configuration is not heeded.
    """

    text: str
    report: FileReport
    context: FileContext | None = None
    options: Options = field(default_factory=Options)
    problem: str | None = None

    @property
    def parses(self) -> bool:
        """Whether the text could be analysed."""
        return self.report.error is None


class _Kept:
    """The project of one document, and what its loader and its interruption look at, which is another for each question.

    `last` is the result for the last version that could be parsed.
    """

    def __init__(self) -> None:
        self.opened: Mapping[str, str] = {}
        self.stop = threading.Event()
        self.last: Examined | None = None
        self.loader = Loader(ProjectModules(), self._read)
        self.project = Project(self.loader, self._check)

    def _read(self, path: Path) -> str:
        text = self.opened.get(str(path))
        return text if text is not None else read_source(path)

    def _check(self) -> None:
        if self.stop.is_set():
            raise Interrupted


class Analyst:
    """Answers questions, one after the other, always in the same thread."""

    def __init__(self) -> None:
        self._projects: dict[str, _Kept] = {}
        self._choices: dict[tuple[object, ...], tuple[Choices, str | None]] = {}

    def answer(self, question: Question, stop: threading.Event) -> Answer:
        """Analyse a document.

        Raises:
            Interrupted: `stop` was set on the way.
        """
        if stop.is_set():
            raise Interrupted
        choices, problem = self._decided(question)
        options = choices.options_for(question.path)
        if is_excluded(Path(question.path), question.root, choices.exclude):
            return Answer(question.text, FileReport(question.path), None, options, problem)
        kept = self._projects.setdefault(question.path, _Kept())
        kept.opened, kept.stop = question.opened, stop
        examined = analyse_in_full(question.text, question.path, options, kept.project, before=kept.last)
        if examined.read is not None:
            kept.last = examined
        report = replace(examined.report, source=question.text)
        try:
            (report,) = choices.new_findings((report,))
        except GillintError as error:
            problem = problem or str(error)
        return Answer(question.text, report, examined.context, options, problem)

    def _decided(self, question: Question) -> tuple[Choices, str | None]:
        """The options that hold, and why the configuration is not heeded where it cannot be."""
        path = Path(question.path)
        folder = path.parent if path.is_absolute() else question.root or Path.cwd()
        key = (folder, question.root)  # the settings of a root change only together with `forget`
        if key not in self._choices:
            problem = None
            try:
                found = find_settings(folder)
                choices = decide(question.settings, found, folder, question.environment)
            except GillintError as error:
                problem = str(error)
                try:
                    choices = decide(question.settings, Settings(), folder)
                except GillintError:
                    choices = decide(Settings(), Settings(), folder)
            self._choices[key] = choices, problem
        return self._choices[key]

    def forget(self, path: str | None) -> None:
        """A document has changed: what others know of it is forgotten. None: anything may have changed."""
        if path is None:
            self._projects.clear()
            self._choices.clear()
        else:
            for other in [name for name, kept in self._projects.items() if name != path and path in kept.loader.files]:
                del self._projects[other]

    def close(self, path: str) -> None:
        """The document is not open any more."""
        self._projects.pop(path, None)


_SKETCH = "import json\nfor line in open('a'):\n    json.loads(line)\n"


def warm_up() -> None:
    """Import and read what every analysis needs, so that the first keystroke does not wait for it."""
    analyse_in_full(_SKETCH, "sketch.py", Options())
    # What is there now stays: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.disable()


def tidy_up(answers: int) -> None:
    """Collect what analyses have left, where it keeps nobody waiting: on their way it would take a tenth of their time.

    The young objects each time, those that outlived the next answers every eighth, all of them every hundredth.
    """
    gc.collect(2 if answers % 104 == 0 else 1 if answers % 8 == 0 else 0)
