"""The options that several commands share, and how they meet the configuration file."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from gillint.advice.outcome import FileReport, Options
from gillint.cli import completion
from gillint.cli.targets import Output, outputs_of
from gillint.config.settings import (
    DEFAULT_CORES,
    FORMATS,
    SEVERITIES,
    Settings,
    assumption,
    cores_of,
    find_settings,
    lowest_python,
    python_of,
    read_settings,
)
from gillint.diagnostics.types import Severity
from gillint.errors import UsageError
from gillint.knowledge.base import Extension, read_extension
from gillint.rules import RULES
from gillint.source.environment import find_environment

Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH...", help="Files or folders; - reads standard input.", show_default=False),
]
Cores = Annotated[str | None, typer.Option(help="Cores to predict for, or `auto` for this machine's.  [default: 4]")]
Threads = Annotated[int | None, typer.Option(help="Threads to predict for.  [default: cores]")]
Assume = Annotated[
    list[str] | None,
    typer.Option(metavar="FACT", help="What the source does not tell, as 'len(chunk)=65536' or 'n=1000'; repeatable."),
]
Python = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="Target Python.  [default: the lowest of requires-python, else 3.13]"),
]
FreeThreaded = Annotated[
    bool | None, typer.Option("--free-threaded/--gil", help="Predict for a free-threaded build.", show_default=False)
]
Format = Annotated[
    list[str] | None,
    typer.Option(
        "--output-format",
        metavar="FORMAT[=FILE]",
        help=f"One of: {', '.join(FORMATS)}; repeatable, each but one with a file.  [default: text]",
        autocompletion=completion.formats,
    ),
]
OutputFile = Annotated[
    Path | None, typer.Option("--output-file", "-o", metavar="FILE", help="Write there, not to standard output.")
]
Statistics = Annotated[bool, typer.Option("--statistics", help="Show how often each rule reports, and nothing else.")]
ShowSettings = Annotated[bool, typer.Option("--show-settings", help="Show the settings that hold, and leave.")]
ShowFiles = Annotated[bool, typer.Option("--show-files", help="Show which files would be read, and leave.")]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODES",
        help="Only these rules (codes, prefixes or names, with commas).",
        autocompletion=completion.rules,
    ),
]
ExtendSelect = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODES", help="These rules beside the default or the selected ones.", autocompletion=completion.rules
    ),
]
Ignore = Annotated[
    list[str] | None, typer.Option(metavar="CODES", help="Not these rules.", autocompletion=completion.rules)
]
FailOn = Annotated[
    str | None,
    typer.Option(
        help="Exit with 1 only from this severity on: info, warning or error.", autocompletion=completion.severities
    ),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")]
Config = Annotated[Path | None, typer.Option(help="A gillint.toml or pyproject.toml, instead of the nearest one.")]
Exclude = Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Leave out what matches; repeatable.")]
Baseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Leave out the findings that this file knows already.")
]
UpdateBaseline = Annotated[
    bool, typer.Option("--update-baseline", help="Write what is found now into the baseline, and exit with 0.")
]
ReportUnused = Annotated[bool, typer.Option("--report-unused-suppressions", help="The same as --extend-select GIL002.")]
MakeFixes = Annotated[bool, typer.Option("--fix", help="Make the safe fixes in the files.")]
UnsafeFixes = Annotated[
    bool, typer.Option("--unsafe-fixes", help="Make (or show) fixes that may change what the program does, too.")
]
Diff = Annotated[bool, typer.Option("--diff", help="Show what --fix would change, and change nothing.")]
ExtendKnowledge = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A knowledge file of your own; its facts override those of gillint. Repeatable."),
]
EnvironmentPath = Annotated[
    Path | None,
    typer.Option(
        "--environment",
        metavar="PATH",
        help="The environment whose versions of libraries count.  [default: .venv, gillint's own, then what is pinned]",
    ),
]
StdinName = Annotated[
    str | None, typer.Option("--stdin-filename", metavar="NAME", help="The name of the text on standard input.")
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds after the command line and the configuration file have met; the command line wins."""

    options: Options
    outputs: tuple[Output, ...]
    fail_on: str
    fail_on_given: bool
    exclude: tuple[str, ...]
    config: str | None = None
    statistics: bool = False
    baseline: Path | None = None
    per_file_ignores: tuple[PerFile, ...] = ()

    @property
    def shows_text(self) -> bool:
        """Whether somebody reads the report on standard output."""
        return Output("text") in self.outputs and not self.statistics

    def options_for(self, path: str) -> Options:
        """The options with the rules that are left out for this path."""
        codes = self.options.codes
        left_out = frozenset[str]().union(*(p.codes for p in self.per_file_ignores if p.holds_for(path)))
        return replace(self.options, codes=codes - left_out) if codes is not None and left_out else self.options


@dataclass(frozen=True, slots=True)
class PerFile:
    """Rules that are left out for the files that a pattern matches: by name, or by path from the configuration's folder."""

    pattern: str
    folder: str
    codes: frozenset[str]

    def holds_for(self, path: str) -> bool:
        """Whether a file is meant; a pattern that begins with `!` means all others."""
        pattern = self.pattern.removeprefix("!")
        whole = Path(path).absolute().as_posix()
        absolute = (Path(self.folder) / pattern).as_posix()
        names = Path(path).name, whole
        found = (
            fnmatch.fnmatch(names[0], pattern)
            or fnmatch.fnmatch(names[1], absolute)
            or whole.startswith(absolute.rstrip("/") + "/")
        )
        return found != self.pattern.startswith("!")


def choose(
    paths: tuple[str, ...],
    *,
    cores: str | None = None,
    threads: int | None = None,
    assume: list[str] | None = None,
    python: str | None = None,
    free_threaded: bool | None = None,
    output_format: list[str] | None = None,
    output_file: Path | None = None,
    statistics: bool = False,
    select: list[str] | None = None,
    extend_select: list[str] | None = None,
    ignore: list[str] | None = None,
    fail_on: str | None = None,
    config: Path | None = None,
    exclude: list[str] | None = None,
    baseline: Path | None = None,
    extend_knowledge: list[Path] | None = None,
    environment: Path | None = None,
) -> Chosen:
    """Join the command line with the configuration.

    Raises:
        UsageError: an option or a setting that cannot be.
    """
    settings = read_settings(config) if config is not None else find_settings(_start(paths))
    core_count = cores_of(cores, "--cores") if cores is not None else settings.cores or DEFAULT_CORES
    if threads is not None and not 1 <= threads <= 1024:
        raise UsageError(f"--threads: must be a number from 1 to 1024, is {threads}")
    assumptions = dict(settings.assume)
    assumptions.update(assumption(text) for text in assume or ())
    version = python_of(python, "--python") if python is not None else None
    free = free_threaded if free_threaded is not None else bool(settings.free_threaded)
    target = version or settings.python or lowest_python(settings.requires_python)
    if free and target in ("3.8", "3.9", "3.10", "3.11", "3.12"):
        if version is not None or settings.python is not None:
            raise UsageError(f"--free-threaded: Python {target} has no free-threaded build; it begins with 3.13")
        target = "3.13"
    return Chosen(
        Options(
            cores=core_count,
            threads=threads or settings.threads or core_count,
            python=target,
            free_threaded=free,
            assumptions=assumptions,
            codes=_codes(select, extend_select, ignore, settings),
            environment=find_environment(_start(paths), environment),
            extensions=extensions(settings, extend_knowledge),
        ),
        outputs=outputs_of(output_format, output_file, settings.output_format or "text"),
        fail_on=_one_of(fail_on, SEVERITIES, "--fail-on") or settings.fail_on or "info",
        fail_on_given=(fail_on or settings.fail_on) is not None,
        exclude=(*settings.exclude, *(exclude or ())),
        config=settings.file,
        statistics=statistics,
        baseline=baseline or _beside(settings, settings.baseline),
        per_file_ignores=_per_file(settings),
    )


def _beside(settings: Settings, name: str | None) -> Path | None:
    """A path of the configuration file is relative to its folder."""
    return Path(settings.file or "").parent / name if name is not None else None


def _per_file(settings: Settings) -> tuple[PerFile, ...]:
    folder = str(Path(settings.file or "").absolute().parent)
    return tuple(
        PerFile(pattern, folder, _matching(list(codes), f"{settings.file}: per-file-ignores.{pattern}"))
        for pattern, codes in settings.per_file_ignores
    )


def extensions(settings: Settings, given: list[Path] | None) -> tuple[Extension, ...]:
    """The user's knowledge files: those of the configuration, then those of the command line, which win."""
    here = Path.cwd()
    named = [path.relative_to(here) if path.is_relative_to(here) else path for path in settings.extend_knowledge]
    return tuple(map(read_extension, (*named, *(given or ()))))


def _start(paths: tuple[str, ...]) -> Path:
    first = next((p for p in paths if p != "-"), ".")
    return Path(first)


def _one_of(value: str | None, known: tuple[str, ...], option: str) -> str | None:
    if value is not None and value not in known:
        raise UsageError(f"{option}: must be one of {', '.join(known)}, is {value!r}")
    return value


def _codes(
    select: list[str] | None, extend: list[str] | None, ignore: list[str] | None, settings: Settings
) -> frozenset[str]:
    chosen = _matching(select, "--select") if select else None
    if chosen is None and settings.select is not None:
        chosen = _matching(list(settings.select), f"{settings.file}: select")
    usual = frozenset(rule.code for rule in RULES if rule.by_default)
    more = _matching(extend, "--extend-select") if extend else frozenset()
    if settings.extend_select:
        more |= _matching(list(settings.extend_select), f"{settings.file}: extend-select")
    left_out = _matching(ignore, "--ignore") if ignore else frozenset()
    if settings.ignore:
        left_out |= _matching(list(settings.ignore), f"{settings.file}: ignore")
    return ((chosen if chosen is not None else usual) | more) - left_out


def _matching(texts: list[str], where: str) -> frozenset[str]:
    found: set[str] = set()
    for text in ",".join(texts).split(","):
        wanted = text.strip()
        if not wanted:
            continue
        codes = {r.code for r in RULES if wanted in (r.code, r.name, "ALL") or r.code.startswith(wanted)}
        if not codes:
            known = ", ".join(rule.code for rule in RULES)
            raise UsageError(f"{where}: unknown rule {wanted!r}; known: {known}")
        found |= codes
    return frozenset(found)


def exit_code(reports: tuple[FileReport, ...], fail_on: str) -> int:
    """1 where a diagnostic is at least as severe as `fail_on`."""
    least = Severity(fail_on).rank
    return int(any(d.severity.rank >= least for r in reports for d in r.diagnostics))
