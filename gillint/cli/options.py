"""The options that several commands share, and how they meet the configuration file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gillint.advice.outcome import FileReport
from gillint.choices import Choices, decide
from gillint.cli import completion
from gillint.cli.jobs import jobs_of
from gillint.cli.targets import Output, outputs_of
from gillint.config.settings import (
    FORMATS,
    SEVERITIES,
    Settings,
    assumption,
    cores_of,
    count_of,
    find_settings,
    python_of,
    read_settings,
)
from gillint.diagnostics.types import Severity
from gillint.errors import UsageError

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
WebHandlers = Annotated[
    bool | None,
    typer.Option(
        "--web-handlers/--no-web-handlers",
        help="Take what FastAPI, Starlette, Flask and Django serve with a plain def as handed over to threads.",
        show_default=False,
    ),
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
        help="The environment whose versions of libraries count.  [default: .venv, VIRTUAL_ENV, gillint's own, then the pins]",
    ),
]
StdinName = Annotated[
    str | None, typer.Option("--stdin-filename", metavar="NAME", help="The name of the text on standard input.")
]

Jobs = Annotated[
    str | None, typer.Option("--jobs", "-j", metavar="N", help="Processes for many files.  [default: as many as cores]")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Choices):
    """What holds after the command line and the configuration file have met; the command line wins."""

    outputs: tuple[Output, ...]
    fail_on: str
    fail_on_given: bool
    statistics: bool = False
    jobs: int = 1
    assumed: tuple[str, ...] = ()  # on the command line

    @property
    def shows_text(self) -> bool:
        """Whether somebody reads the report on standard output."""
        return Output("text") in self.outputs and not self.statistics


def choose(
    paths: tuple[str, ...],
    *,
    cores: str | None = None,
    threads: int | None = None,
    assume: list[str] | None = None,
    python: str | None = None,
    free_threaded: bool | None = None,
    web_handlers: bool | None = None,
    output_format: list[str] | None = None,
    output_file: Path | None = None,
    statistics: bool = False,
    jobs: str | None = None,
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
    found = read_settings(config) if config is not None else find_settings(_start(paths))
    given = Settings(
        cores=cores_of(cores, "--cores") if cores is not None else None,
        threads=count_of(threads, "--threads") if threads is not None else None,
        python=python_of(python, "--python") if python is not None else None,
        free_threaded=free_threaded,
        web_handlers=web_handlers,
        select=_listed(select),
        extend_select=_listed(extend_select),
        ignore=_listed(ignore),
        exclude=tuple(exclude or ()),
        assume=dict(assumption(text) for text in assume or ()),
        baseline=baseline,
        extend_knowledge=tuple(extend_knowledge or ()),
    )
    choices = decide(given, found, _start(paths), environment)
    return Chosen(
        options=choices.options,
        exclude=choices.exclude,
        baseline=choices.baseline,
        per_file_ignores=choices.per_file_ignores,
        config=found.file,
        outputs=outputs_of(output_format, output_file, found.output_format or "text"),
        fail_on=_one_of(fail_on, SEVERITIES, "--fail-on") or found.fail_on or "info",
        fail_on_given=(fail_on or found.fail_on) is not None,
        statistics=statistics,
        jobs=jobs_of(jobs),
        assumed=tuple(given.assume),
    )


def _listed(texts: list[str] | None) -> tuple[str, ...] | None:
    """Names that are given with commas, or one by one."""
    return tuple(texts) if texts else None


def _start(paths: tuple[str, ...]) -> Path:
    first = next((p for p in paths if p != "-"), ".")
    return Path(first)


def _one_of(value: str | None, known: tuple[str, ...], option: str) -> str | None:
    if value is not None and value not in known:
        raise UsageError(f"{option}: must be one of {', '.join(known)}, is {value!r}")
    return value


def exit_code(reports: tuple[FileReport, ...], fail_on: str) -> int:
    """1 where a diagnostic is at least as severe as `fail_on`."""
    least = Severity(fail_on).rank
    return int(any(d.severity.rank >= least for r in reports for d in r.diagnostics))
