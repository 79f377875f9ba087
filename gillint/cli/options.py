"""The options that several commands share, and how they meet the configuration file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gillint.advice.outcome import FileReport, Options
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
Format = Annotated[str | None, typer.Option("--output-format", help=f"One of: {', '.join(FORMATS)}.  [default: text]")]
Select = Annotated[
    list[str] | None, typer.Option(metavar="CODES", help="Only these rules (codes, prefixes or names, with commas).")
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="CODES", help="Not these rules.")]
FailOn = Annotated[str | None, typer.Option(help="Exit with 1 only from this severity on: info, warning or error.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")]
Config = Annotated[Path | None, typer.Option(help="A gillint.toml or pyproject.toml, instead of the nearest one.")]
Exclude = Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Leave out what matches; repeatable.")]
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
    output_format: str
    fail_on: str
    fail_on_given: bool
    exclude: tuple[str, ...]


def choose(
    paths: tuple[str, ...],
    *,
    cores: str | None = None,
    threads: int | None = None,
    assume: list[str] | None = None,
    python: str | None = None,
    free_threaded: bool | None = None,
    output_format: str | None = None,
    select: list[str] | None = None,
    ignore: list[str] | None = None,
    fail_on: str | None = None,
    config: Path | None = None,
    exclude: list[str] | None = None,
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
            codes=_codes(select, ignore, settings),
            environment=find_environment(_start(paths), environment),
            extensions=extensions(settings, extend_knowledge),
        ),
        output_format=_one_of(output_format, FORMATS, "--output-format") or settings.output_format or "text",
        fail_on=_one_of(fail_on, SEVERITIES, "--fail-on") or settings.fail_on or "info",
        fail_on_given=(fail_on or settings.fail_on) is not None,
        exclude=(*settings.exclude, *(exclude or ())),
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


def _codes(select: list[str] | None, ignore: list[str] | None, settings: Settings) -> frozenset[str]:
    chosen = _matching(select, "--select") if select else None
    if chosen is None and settings.select is not None:
        chosen = _matching(list(settings.select), f"{settings.file}: select")
    everything = frozenset(rule.code for rule in RULES)
    left_out = _matching(ignore, "--ignore") if ignore else frozenset()
    if settings.ignore:
        left_out |= _matching(list(settings.ignore), f"{settings.file}: ignore")
    return (chosen if chosen is not None else everything) - left_out


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


def print_plain(reports: tuple[FileReport, ...], chosen: Chosen) -> None:
    """The formats that tools read."""
    if chosen.output_format == "json":
        from gillint.report import jsonv1

        print(jsonv1.render(reports, chosen.options))
    else:
        from gillint.report import concise

        text = concise.render(reports)
        if text:
            print(text)
