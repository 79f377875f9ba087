"""What holds for the files below one configuration, after it has met what somebody asks for here and now."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gillint.advice.outcome import FileReport, Options
from gillint.config.settings import DEFAULT_CORES, Settings, lowest_python
from gillint.errors import UsageError
from gillint.knowledge.base import Extension, read_extension
from gillint.rules import RULES
from gillint.source.environment import find_environment


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The options, and what is left out of the findings; `config` is the configuration file, where there is one."""

    options: Options
    exclude: tuple[str, ...] = ()
    baseline: Path | None = None
    per_file_ignores: tuple[PerFile, ...] = ()
    config: str | None = None

    def options_for(self, path: str) -> Options:
        """The options with the rules that are left out for this path."""
        codes = self.options.codes
        left_out = frozenset[str]().union(*(p.codes for p in self.per_file_ignores if p.holds_for(path)))
        return replace(self.options, codes=codes - left_out) if codes is not None and left_out else self.options

    def new_findings(self, reports: tuple[FileReport, ...]) -> tuple[FileReport, ...]:
        """The reports without what the baseline knows."""
        if self.baseline is None:
            return reports
        from gillint.report.baseline import read_baseline

        return read_baseline(self.baseline).without_known(reports, self.baseline.absolute().parent)


def decide(given: Settings, found: Settings, start: Path, environment: Path | None = None) -> Choices:
    """Join what is asked for with the configuration; what is asked for wins.

    Args:
        given: from the command line or an editor.
        found: the configuration file.
        start: where the search for an environment begins.
        environment: the one whose versions of libraries count, where it is named.

    Raises:
        UsageError: a setting that cannot be.
    """
    cores = given.cores or found.cores or DEFAULT_CORES
    free = given.free_threaded if given.free_threaded is not None else bool(found.free_threaded)
    named = given.python or found.python
    target = named or lowest_python(given.requires_python or found.requires_python)
    if free and target in ("3.8", "3.9", "3.10", "3.11", "3.12"):
        if named is not None:
            raise UsageError(f"--free-threaded: Python {target} has no free-threaded build; it begins with 3.13")
        target = "3.13"
    return Choices(
        options=Options(
            cores=cores,
            threads=given.threads or found.threads or cores,
            python=target,
            free_threaded=free,
            assumptions={**found.assume, **given.assume},
            codes=_codes(given, found),
            environment=find_environment(start, environment),
            extensions=extensions(found, given.extend_knowledge),
            web_handlers=bool(given.web_handlers if given.web_handlers is not None else found.web_handlers),
        ),
        exclude=(*found.exclude, *given.exclude),
        baseline=given.baseline or found.baseline,
        per_file_ignores=(*_per_file(found), *_per_file(given)),
        config=found.file,
    )


def extensions(found: Settings, given: Iterable[Path] | None = None) -> tuple[Extension, ...]:
    """The user's knowledge files: those of the configuration, then those that are asked for, which win."""
    here = Path.cwd()
    named = [path.relative_to(here) if path.is_relative_to(here) else path for path in found.extend_knowledge]
    return tuple(map(read_extension, (*named, *(given or ()))))


def _per_file(settings: Settings) -> tuple[PerFile, ...]:
    folder = str((settings.folder or Path()).absolute())
    return tuple(
        PerFile(pattern, folder, _matching(codes, f"{settings.file}: per-file-ignores.{pattern}"))
        for pattern, codes in settings.per_file_ignores
    )


def _codes(given: Settings, found: Settings) -> frozenset[str]:
    def named(settings: Settings, key: str) -> frozenset[str] | None:
        texts: tuple[str, ...] | None = getattr(settings, key.replace("-", "_"))
        where = f"{settings.file}: {key}" if settings.file is not None else f"--{key}"
        return _matching(texts, where) if texts is not None else None

    chosen = named(given, "select")
    if chosen is None:
        chosen = named(found, "select")
    if chosen is None:
        chosen = frozenset(rule.code for rule in RULES if rule.by_default)
    nothing = frozenset[str]()
    more = (named(given, "extend-select") or nothing) | (named(found, "extend-select") or nothing)
    left_out = (named(given, "ignore") or nothing) | (named(found, "ignore") or nothing)
    return (chosen | more) - left_out


def _matching(texts: Iterable[str], where: str) -> frozenset[str]:
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
