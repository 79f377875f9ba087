"""What `gillint knowledge verify` and `probe` do: counting in a child process, judging, and writing evidence."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from gillint.advice.outcome import Options
from gillint.benchmark.interpreter import Interpreter, find_interpreter
from gillint.benchmark.verify import Verdict, Verified, judge, predict
from gillint.errors import UsageError
from gillint.knowledge.base import data_folder, home_of, libraries_of, library, versions_with
from gillint.knowledge.read import read_library
from gillint.knowledge.schema import Condition, Fact, Measured, Probe
from gillint.knowledge.versions import version_matches
from gillint.measure.engine import exclusive, measure
from gillint.measure.plan import Failed, Measurement
from gillint.measure.probe import Counted, Prober, Statement, benchmark_of
from gillint.measure.worker import ProbeError
from gillint.source.environment import Environment, LibraryVersion

_PROCESSES = 4  # that import and make the inputs one after the other while threads are compared
_POSITIVE, _NEGATIVE = 1.6, 1.25  # what two threads of the controls reach at least, and at most, on two free cores


def verify(facts: list[Fact], interpreter: Path | None) -> Iterator[tuple[Verified, str, str]]:
    """Count the probes again, those of a library in one process; each verdict with the versions of library and Python.

    A condition with a probe of its own has a verdict of its own, after that of its fact.
    """
    python = find_interpreter(interpreter, Path.cwd() / "probe.py")
    for (_, distribution), group in groupby(facts, key=lambda fact: (fact.file, fact.distribution)):
        with ExitStack() as stack:
            counter = _Counter(python.path, stack)
            version, running = counter.versions(distribution)
            for fact in group:
                here = counter.environment(fact)
                absent = not_there(fact, version, running)
                yield (
                    Verified(fact, Verdict.SKIPPED, absent) if absent else _verify(fact, counter, python, here),
                    version or "",
                    running,
                )
                for clause in fact.clauses:
                    if clause.probe is not None:
                        case = fact.under(clause)
                        other = for_others(clause.condition, version, running)
                        found = (
                            Verified(case, Verdict.SKIPPED, other) if other else _verify(case, counter, python, here)
                        )
                        yield replace(found, condition=clause.condition), version or "", running


def for_others(condition: Condition, version: str | None, running: str) -> str | None:
    """What a condition asks for that the Python or the library at hand is not; None where both are."""
    if condition.python is not None and not version_matches(running, condition.python):
        return f"it is about Python {condition.python}; this is {running}"
    if condition.version is not None and version is not None and not version_matches(version, condition.version):
        return f"it is about {condition.version}; this is {version}"
    return None


def not_there(fact: Fact, version: str | None, running: str) -> str | None:
    """Which versions have a name, where the Python or the library at hand is none of them; None where it is."""
    needed, is_of_python = versions_with(fact), fact.distribution == "python"
    at_hand = running if is_of_python else version
    if needed is None or at_hand is None or version_matches(at_hand, needed):
        return None
    return f"{'Python' if is_of_python else fact.distribution} {needed} has it; this is {at_hand}"


class _Counter:
    """Counts the probes of one library; those in which threads of its own took part once more, held to one thread."""

    def __init__(self, interpreter: str, stack: ExitStack) -> None:
        self._interpreter, self._stack = interpreter, stack
        self._prober = stack.enter_context(Prober(interpreter))
        self._one_thread: Prober | None = None
        self._kept: dict[Probe, Counted | ProbeError] = {}  # facts of a family share their probe
        self._versions: dict[str, tuple[str | None, str]] = {}
        self._beside: dict[str, set[str]] = {}  # distributions that conditions of a file's facts speak of

    def versions(self, distribution: str) -> tuple[str | None, str]:
        if distribution not in self._versions:
            self._versions[distribution] = self._prober.versions(distribution)
        return self._versions[distribution]

    def environment(self, fact: Fact) -> Environment:
        """Of the interpreter, as far as its library asks: the library, and what conditions of its facts want beside it.

        Not of the fact alone: a probe calls others of the library before (`pd.Index(texts)`).
        """
        if fact.file not in self._beside:
            home = home_of(fact)
            facts = [fact] if home is None else [other for _, other in home.facts]
            conditions = [clause.condition for other in facts for clause in other.clauses]
            self._beside[fact.file] = {n for c in conditions for n in (c.installed, c.missing) if n is not None}
        versions = ((name, self.versions(name)[0]) for name in (fact.distribution, *sorted(self._beside[fact.file])))
        return Environment(
            tuple(LibraryVersion(name, version, self._interpreter) for name, version in versions if version is not None)
        )

    def count(self, probe: Probe) -> Counted | ProbeError:
        if probe not in self._kept:
            self._kept[probe] = self._count(Statement(probe.setup, probe.statement))
        return self._kept[probe]

    def _count(self, what: Statement) -> Counted | ProbeError:
        try:
            with exclusive():
                found = self._prober.count(what)
                if not found.other_threads:
                    return found
                if self._one_thread is None:
                    self._one_thread = self._stack.enter_context(Prober(self._interpreter, one_library_thread=True))
                return self._one_thread.count(what)
        except ProbeError as problem:
            return problem


def _verify(fact: Fact, counter: _Counter, python: Interpreter, here: Environment) -> Verified:
    if fact.probe is None:
        return Verified(fact, Verdict.SKIPPED, "no probe")
    if here.find(fact.distribution) is None:
        return Verified(fact, Verdict.SKIPPED, f"{fact.distribution} is not installed")
    counted = counter.count(fact.probe)
    if isinstance(counted, ProbeError):
        if counted.missing:
            return Verified(fact, Verdict.SKIPPED, f"{counted}")
        return Verified(fact, Verdict.INCONCLUSIVE, str(counted))
    options = Options(python=python.version, free_threaded=False, environment=here)
    predicted = predict(fact, options)
    if predicted is None:
        return judge(fact, counted, None)
    return judge(replace(fact, evidence=predicted.evidence), counted, predicted.held, predicted.computing)


def update_evidence(result: Verified, version: str, python: str) -> None:
    """Write what was measured into the fact's file, unless it has an entry for these versions, or a condition applied.

    Raises:
        UsageError: the file cannot be written.
    """
    fact, found = result.fact, result.counted
    same = (e for e in fact.evidence if isinstance(e, Measured) and (e.version, e.python) == (version, python))
    of_clause = any(fact.evidence == clause.evidence for clause in fact.clauses)
    if found is None or result.condition is not None or of_clause or any(e.held is not None for e in same):
        return
    path = Path(fact.file) if fact.is_extension else data_folder() / fact.file
    entry = (
        f'  {{ kind = "measured", version = "{version}", python = "{python}", held = {found.held:.2f}, '
        f'date = "{datetime.date.today().isoformat()}" }},\n'
    )
    try:
        text = path.read_text(encoding="utf-8")
        changed = with_evidence(text, fact.name, entry)
        if changed is not None:
            read_library(changed, fact.file)
            path.write_text(changed, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--update: {path}: {error.strerror}") from None


def with_evidence(text: str, name: str, entry: str) -> str | None:
    """The text of a knowledge file with another entry at the end of a fact's evidence; None where there is no place."""
    named = re.search(rf'^name = "{re.escape(name)}"$|^names = \[[^\]]*"{re.escape(name)}"', text, re.MULTILINE)
    if named is None:
        return None
    following = text.find("\n[[", named.end())
    block_end = len(text) if following < 0 else following
    start = re.compile(r"^evidence = \[\n", re.MULTILINE).search(text, named.end(), block_end)
    end = re.compile(r"^\]", re.MULTILINE).search(text, start.end(), block_end) if start is not None else None
    return None if end is None else text[: end.start()] + entry + text[end.start() :]


def fact_text(
    name: str, setup: str, statement: str, interpreter: Path | None, seconds: float
) -> tuple[str, tuple[str, ...]]:
    """A fact in TOML for what a statement did, and why it may not be so.

    Raises:
        ProbeError: it could not be measured.
    """
    python = find_interpreter(interpreter, Path.cwd() / "probe.py")
    what = Statement(setup, statement)
    known = next((found for lib in libraries_of(name) if lib != "builtins" and (found := library(lib))), None)
    top = name.split(".", maxsplit=1)[0]
    distribution = known.distribution if known is not None else top
    with exclusive(), Prober(python.path, timeout=60) as prober:
        version, running = prober.versions(distribution)
        begun = time.monotonic()
        counted = prober.count(what, seconds=0.03)
        set_up = time.monotonic() - begun
    compared = None
    if seconds:
        seconds = max(2.0, seconds) + _PROCESSES * set_up
        try:
            compared = measure(benchmark_of(what), interpreter=python.path, threads=2, seconds=seconds)
        except Failed as problem:
            advice = (
                "; give it more with --seconds, or leave the threads out with --seconds 0" if problem.was_late else ""
            )
            raise ProbeError(f"{problem}{advice}") from None
    doubts = tuple(_doubts(counted, compared, running))
    return render_fact(name, what, counted, compared, (version or "?", running)), doubts


def _doubts(counted: Counted, compared: Measurement | None, python: str) -> Iterator[str]:
    if counted.high - counted.low > 0.3:
        yield f"the held fraction was {counted.low:.2f} to {counted.high:.2f}"
    if counted.other_threads:
        yield "threads of the library's own took part: what they did is not in native"
    if not python.startswith("3.11."):
        yield f"costs are scaled by the reference loop of Python {python}, which is not that of 3.11"
    if compared is not None and compared.positive.likely < _POSITIVE:
        yield f"the control that releases reached {compared.positive.likely:.2f}x on two threads: the machine is busy"
    if compared is not None and compared.negative.likely > _NEGATIVE:
        yield f"the control that holds reached {compared.negative.likely:.2f}x on two threads"


def render_fact(
    name: str, what: Statement, counted: Counted, compared: Measurement | None, versions: tuple[str, str]
) -> str:
    """The TOML of a fact. Costs of CPU time are scaled to the reference machine, waits are as they were."""
    gil, native = counted.gil * counted.scale, counted.native * counted.scale
    effect = "waits" if counted.wait > native else "releases" if native > 0.2 * gil else "holds"
    lines = ["[[fact]]", f'name = "{name}"', f'effect = "{effect}"', f"gil = {{ fixed = {_figure(gil)} }}"]
    if effect != "holds" and native >= 1:
        lines.append(f"native = {{ fixed = {_figure(native)} }}")
    if effect == "waits":
        lines.append(f"wait = {{ fixed = {_figure(counted.wait)} }}")
    if effect != "holds" and round(counted.releases, 2) != 1:
        lines.append(f"releases = {{ fixed = {counted.releases:.3g} }}")
    parts = ['kind = "measured"', f'version = "{versions[0]}"', f'python = "{versions[1]}"']
    parts.append(f"held = {counted.held:.2f}")
    if compared is not None:
        parts.append(f"two_threads = {compared.speedup.likely:.2f}")
        parts.append(
            f'says = "controls: releasing {compared.positive.likely:.2f}x, holding {compared.negative.likely:.2f}x, '
            f'two processes {compared.processes.likely:.2f}x"'
        )
    parts.insert(-1 if compared is not None else len(parts), f'date = "{datetime.date.today().isoformat()}"')
    lines += ["evidence = [", f"  {{ {', '.join(parts)} }},", "]"]
    lines.append(f"probe = {{ setup = {_string(what.setup)}, statement = {_string(what.statement)} }}")
    return "\n".join(lines)


def _figure(ns: float) -> str:
    """Two significant digits, or a whole number of nanoseconds; a cost is no better known."""
    rounded = float(f"{ns:.2g}")
    return f"{rounded:_.0f}" if rounded >= 10 else f"{rounded:g}"


def _string(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
