"""What the user decided: `[tool.gillint]` in pyproject.toml, or gillint.toml; strictly read."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gillint.errors import ConfigError, UsageError
from gillint.estimate import Estimate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT_PYTHON = "3.13"
DEFAULT_CORES = 4
FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "lsp", "html")  # `gillint.report.formats` makes them
SEVERITIES = ("info", "warning", "error")
_KNOWN_PYTHONS = range(8, 20)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a configuration file, a command line or an editor says; None where it says nothing.

    `file` names where that stands, in messages; `folder` is what its patterns are relative to.
    """

    file: str | None = None
    folder: Path | None = None
    cores: int | None = None
    threads: int | None = None
    python: str | None = None
    free_threaded: bool | None = None
    web_handlers: bool | None = None
    output_format: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: str | None = None
    exclude: tuple[str, ...] = ()
    assume: Mapping[str, Estimate] = field(default_factory=dict)
    baseline: Path | None = None
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    requires_python: str | None = None
    extend_knowledge: tuple[Path, ...] = ()


_KEYS = (
    "cores",
    "threads",
    "python",
    "free-threaded",
    "web-handlers",
    "output-format",
    "select",
    "extend-select",
    "ignore",
    "fail-on",
    "exclude",
    "assume",
    "baseline",
    "per-file-ignores",
    "extend-knowledge",
)


def find_settings(start: Path) -> Settings:
    """The settings that hold for a path: the nearest gillint.toml or pyproject.toml with `[tool.gillint]` above it.

    A pyproject.toml without that table still tells `requires-python`.

    Raises:
        ConfigError: the file cannot be read or does not fit.
    """
    requires: str | None = None
    folder = start.absolute() if start.is_dir() else start.absolute().parent
    for parent in (folder, *folder.parents):
        own, project = parent / "gillint.toml", parent / "pyproject.toml"
        if own.is_file():
            return read_settings(own, requires or _requires(project))
        if project.is_file():
            data = _load(project)
            requires = requires or _requires_of(data)
            if "gillint" in data.get("tool", {}):
                return read_settings(project, requires)
            return Settings(requires_python=requires)
        if (parent / ".git").exists():
            break
    return Settings(requires_python=requires)


def read_settings(path: Path, requires: str | None = None) -> Settings:
    """Read one configuration file.

    Raises:
        ConfigError: it is missing, is no TOML, or has an unknown key or a wrong value.
    """
    data = _load(path)
    if path.name == "pyproject.toml":
        requires = requires or _requires_of(data)
        table, prefix = data.get("tool", {}).get("gillint", {}), "tool.gillint."
    else:
        table, prefix = data, ""
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {prefix.rstrip('.')}: must be a table")
    return settings_of(table, str(path), path.parent, prefix, requires)


def settings_of(
    table: Mapping[str, Any], file: str, folder: Path, prefix: str = "", requires: str | None = None
) -> Settings:
    """The settings in a table.

    Args:
        table: keys and values as in a gillint.toml.
        file: what messages name as the place of the table.
        folder: what paths and patterns in it are relative to.
        prefix: what stands before each key in messages.
        requires: the project's `requires-python`.

    Raises:
        ConfigError: an unknown key or a wrong value.
    """
    where = f"{file}: {prefix}"
    for key in table:
        if key not in _KEYS:
            from difflib import get_close_matches  # for an error alone

            close = get_close_matches(key.replace("_", "-"), _KEYS, 1)
            meant = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(f"{where}{key}: unknown key{meant}; known: {', '.join(_KEYS)}")
    assume = table.get("assume", {})
    if not isinstance(assume, dict):
        raise ConfigError(f"{where}assume: must be a table such as {{ 'len(chunk)' = 65536 }}")
    return Settings(
        file=file,
        folder=folder,
        cores=cores_of(table["cores"], f"{where}cores") if "cores" in table else None,
        threads=count_of(table["threads"], f"{where}threads") if "threads" in table else None,
        python=python_of(table["python"], f"{where}python") if "python" in table else None,
        free_threaded=_flag(table.get("free-threaded"), f"{where}free-threaded"),
        web_handlers=_flag(table.get("web-handlers"), f"{where}web-handlers"),
        output_format=_choice(table.get("output-format"), FORMATS, f"{where}output-format"),
        select=_texts(table.get("select"), f"{where}select"),
        extend_select=_texts(table.get("extend-select"), f"{where}extend-select"),
        ignore=_texts(table.get("ignore"), f"{where}ignore"),
        fail_on=_choice(table.get("fail-on"), SEVERITIES, f"{where}fail-on"),
        exclude=_texts(table.get("exclude"), f"{where}exclude") or (),
        assume=dict(_assumption(f"{k}={v}", f"{where}assume.{k}") for k, v in assume.items()),
        baseline=_beside(folder, _text(table.get("baseline"), f"{where}baseline")),
        per_file_ignores=_per_file(table.get("per-file-ignores"), f"{where}per-file-ignores"),
        requires_python=requires,
        extend_knowledge=tuple(
            folder / name for name in _texts(table.get("extend-knowledge"), f"{where}extend-knowledge") or ()
        ),
    )


def _beside(folder: Path, name: str | None) -> Path | None:
    return folder / name if name is not None else None


def _per_file(value: object, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: must be a table such as {{ 'tests/**' = ['GIL201'] }}")
    return tuple((str(pattern), _texts(codes, f"{where}.{pattern}") or ()) for pattern, codes in value.items())


def _text(value: object, where: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ConfigError(f"{where}: must be a string")


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None


def _requires(project: Path) -> str | None:
    return _requires_of(_load(project)) if project.is_file() else None


def _requires_of(data: Mapping[str, Any]) -> str | None:
    project = data.get("project", {})
    value = project.get("requires-python") if isinstance(project, dict) else None
    return value if isinstance(value, str) else None


def lowest_python(requires: str | None) -> str:
    """The lowest Python that a `requires-python` allows; 3.13 where it names none."""
    if requires is None:
        return DEFAULT_PYTHON
    found = [int(m[1]) for m in re.finditer(r"(?:>=|~=|==)\s*3\.(\d+)", requires)]
    found.extend(int(m[1]) for m in re.finditer(r">\s*3\.(\d+)\.\d+", requires))
    found.extend(int(m[1]) + 1 for m in re.finditer(r">\s*3\.(\d+)(?![\d.])", requires))
    return f"3.{max(found)}" if found else DEFAULT_PYTHON


def cores_of(value: object, where: str) -> int:
    """A number of cores, or `auto`: what this process may use."""
    if value == "auto":
        return available_cores()
    return count_of(value, where)


def count_of(value: object, where: str) -> int:
    """A number of cores or threads.

    Raises:
        ConfigError: it is no number from 1 to 4096.
    """
    try:
        number = int(str(value)) if not isinstance(value, bool) else 0
    except ValueError:
        number = 0
    if not 1 <= number <= 4096:
        raise ConfigError(f"{where}: must be a number from 1 to 4096, is {value!r}")
    return number


def available_cores() -> int:
    """Cores that this process may use: its affinity, limited by the cgroup's `cpu.max`."""
    import os

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):
        pass
    return max(1, cores)


def python_of(value: object, where: str) -> str:
    """A Python version such as 3.12."""
    match = re.fullmatch(r"3\.(\d+)(?:\.\d+)?", str(value))
    if match is None or int(match[1]) not in _KNOWN_PYTHONS:
        raise ConfigError(f"{where}: must be a version such as 3.12, is {value!r}")
    return f"3.{match[1]}"


def assumption(text: str) -> tuple[str, Estimate]:
    """`len(chunk)=65536`, or `n=1000`, from the command line."""
    return _assumption(text, "--assume")


def _assumption(text: str, where: str) -> tuple[str, Estimate]:
    match = re.fullmatch(r"\s*(len\(\s*\w+\s*\)|\w+)\s*=\s*([0-9][0-9_]*(?:\.\d+)?(?:e\d+)?)\s*", text)
    number = float(match[2].replace("_", "")) if match is not None else math.inf
    if match is None or math.isinf(number):
        raise UsageError(f"{where}: must look like 'len(chunk)=65536' or 'n=1000', is {text!r}")
    return match[1].replace(" ", ""), Estimate.point(number)


def _flag(value: object, where: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ConfigError(f"{where}: must be true or false")


def _choice(value: object, known: tuple[str, ...], where: str) -> str | None:
    if value is None or value in known:
        return value if value is None else str(value)
    raise ConfigError(f"{where}: must be one of {', '.join(known)}, is {value!r}")


def _texts(value: object, where: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigError(f"{where}: must be a list of strings")
    return tuple(value)
