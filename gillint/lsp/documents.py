"""The open documents, and the analysis that runs for each: started late, shared by all who ask, ended when it is stale."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from gillint.advice.outcome import FileReport
from gillint.errors import Interrupted
from gillint.lsp.analysis import Analyst, Answer, Question, tidy_up, warm_up
from gillint.lsp.texts import Moves, Text

log = logging.getLogger(__name__)

# Keys that are struck together are answered together. The next one ends an analysis that has begun, so this need not be long.
DEBOUNCE_S = 0.01
_SWITCH_INTERVAL_S = 0.001
_STACK = 64 << 20  # bytes: libcst and `ast` recurse in C, and some systems give a thread half a megabyte


class Closed(Exception):
    """The document is not open."""


@dataclass(slots=True)
class Job:
    """The analysis of one version of a document."""

    done: asyncio.Future[Answer]
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Document:
    """An open document.

    Attributes:
        version: as the client counts.
        good: the last answer for a text that parses.
        job: the analysis of this version, once somebody wants it.
    """

    uri: str
    path: str
    text: Text
    version: int
    good: Answer | None = None
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What an editor is shown of a document.

    Attributes:
        version: of the text as it stands.
        answer: of the text as it stands.
        good: the same, or where that does not parse the last one that did.
        moves: from the lines of `good` to those of the text.
    """

    version: int
    answer: Answer
    good: Answer | None
    moves: Moves | None = None

    @property
    def report(self) -> FileReport:
        """The findings for the text; while it does not parse, those of the last text that did, at their places now."""
        report = self.answer.report
        if self.answer.parses or self.good is None or self.moves is None:
            return report
        kept = []
        for d in self.good.report.diagnostics:
            span = self.moves.span(d.span)
            if span is not None:
                related = ((r, self.moves.span(r.span) if r.path == report.path else r.span) for r in d.related)
                places = tuple(replace(r, span=moved) for r, moved in related if moved is not None)
                kept.append(replace(d, span=span, related=places, fix=None))
        return replace(report, diagnostics=(*report.diagnostics, *kept))


class Documents:
    """All open documents.

    The analysis is Python code, so a thread for it makes nothing faster: it and the message loop take turns. What counts
    is that the loop gets its turn soon, to read what cancels the work, and that is so: a thread that runs bytecode gives
    the GIL up when it is asked, after the switch interval (1 ms here); the longest stretch in one C call is `ast.parse`,
    some 8 ms for 1,000 lines. A process would spare the loop these waits on a second core, but each answer (trees, regions,
    facts) would have to be pickled, longer than the waits are, and to end its work it would have to be killed, with
    everything that it knows of the project. One thread and not several: more would only share the same GIL.
    """

    def __init__(self, question: Callable[[Document], Question]) -> None:
        """`question` says what is to be asked of a document: its settings, and the texts of the others."""
        self._question = question
        self._open: dict[str, Document] = {}
        self._analyst = Analyst()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._answers = 0

    def start(self) -> None:
        """Start the thread, and have it get ready."""
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        before = threading.stack_size(_STACK)
        self._thread.submit(warm_up)
        threading.stack_size(before)

    def stop(self) -> None:
        """End all work."""
        self._stopped = True
        for document in self._open.values():
            self._supersede(document)
        self._thread.shutdown(wait=False, cancel_futures=True)

    # What the editor tells

    def open(self, uri: str, path: str, text: Text, version: int) -> None:
        """A document is open now; one that is open already is replaced."""
        self.close(uri)
        self._open[uri] = Document(uri, path, text, version)
        self._thread.submit(self._analyst.forget, path)

    def change(self, uri: str, version: int, change: Callable[[Text], Text]) -> bool:
        """A document has changed; False where the change is none of ours: of a document that is not open, or an old one."""
        document = self._open.get(uri)
        if document is None or version <= document.version:
            return False
        self._supersede(document)
        document.text, document.version = change(document.text), version
        self._thread.submit(self._analyst.forget, document.path)
        return True

    def close(self, uri: str) -> bool:
        """A document is closed."""
        document = self._open.pop(uri, None)
        if document is None:
            return False
        self._supersede(document)
        self._thread.submit(self._analyst.close, document.path)
        self._thread.submit(self._analyst.forget, document.path)
        return True

    def forget(self) -> None:
        """Files or settings have changed: all has to be asked anew."""
        for document in self._open.values():
            self._supersede(document)
        self._thread.submit(self._analyst.forget, None)

    # What the editor asks

    def find(self, uri: str) -> Document | None:
        """An open document."""
        return self._open.get(uri)

    @property
    def uris(self) -> tuple[str, ...]:
        """Of all open documents."""
        return tuple(self._open)

    @property
    def texts(self) -> dict[str, str]:
        """The texts of all open documents, by path."""
        return {d.path: d.text.plain for d in self._open.values()}

    def prepare(self, uri: str, delay: float = 0.0) -> None:
        """Somebody will ask for the answer soon."""
        document = self._open.get(uri)
        if document is not None and document.job is None:
            self._begin(document, delay)

    async def view(self, uri: str) -> View:
        """What there is to show of a document as it stands; of a newer version where it changes meanwhile.

        Raises:
            Closed: it is not open, or not any more.
        """
        while True:
            document = self._open.get(uri)
            if document is None:
                raise Closed(uri)
            job = document.job or self._begin(document, 0.0)
            try:
                answer = await asyncio.shield(job.done)
            except Interrupted:
                continue
            if document.job is not job:
                continue
            if answer.parses:
                return View(document.version, answer, answer)
            moves = Moves.between(document.good.text, answer.text) if document.good is not None else None
            return View(document.version, answer, document.good, moves)

    def _begin(self, document: Document, delay: float) -> Job:
        job = document.job = Job(asyncio.get_running_loop().create_future())
        job.done.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody need have waited
        task = asyncio.get_running_loop().create_task(self._run(document, job, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def _run(self, document: Document, job: Job, delay: float) -> None:
        await asyncio.sleep(delay)
        if job.stop.is_set():
            return
        question = self._question(document)
        try:
            answer = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._analyst.answer, question, job.stop
            )
        except Interrupted:
            return
        except Exception:
            if self._stopped:
                return
            log.exception("a defect of gillint itself, on %s", document.path)
            answer = Answer(question.text, FileReport(document.path, "1:1: could not be analysed"))
        if job.stop.is_set():
            return
        if answer.parses:
            document.good = answer
        job.done.set_result(answer)
        self._answers += 1
        self._thread.submit(tidy_up, self._answers)

    def _supersede(self, document: Document) -> None:
        job, document.job = document.job, None
        if job is not None:
            job.stop.set()
            if not job.done.done():
                with contextlib.suppress(asyncio.InvalidStateError):
                    job.done.set_exception(Interrupted())
