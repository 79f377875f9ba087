"""What an editor says of the workspace: its settings, strictly read, by root."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gillint.config.settings import Settings, settings_of
from gillint.errors import ConfigError

HINTS = ("lens", "inlay", "both", "none")
_OF_THE_EDITOR = frozenset({"path", "trace", "enable"})  # what the VS Code extension keeps beside the server's settings


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """The settings of one root.

    Attributes:
        settings: the same as in a configuration file; they win over it.
        lens, inlay: whether regions are announced by code lenses, by inlay hints.
        environment: whose versions of libraries count.
    """

    settings: Settings = field(default_factory=lambda: Settings(file="settings of the editor"))
    lens: bool = True
    inlay: bool = False
    environment: Path | None = None


def read_editor_settings(given: object, root: Path | None) -> EditorSettings:
    """Read the table `gillint` of an editor's settings: the keys of a gillint.toml, `freeThreaded` for `free-threaded`.

    Raises:
        ConfigError: an unknown key or a wrong value.
    """
    if given is None:
        return EditorSettings()
    where = "settings of the editor"
    if not isinstance(given, Mapping):
        raise ConfigError(f"{where}: must be a table, is {given!r}")
    table: dict[str, Any] = {
        re.sub(r"([a-z])([A-Z])", r"\1-\2", str(key)).lower(): value
        for key, value in given.items()
        if key not in _OF_THE_EDITOR and value is not None
    }
    hints = table.pop("hints", "lens")
    if hints not in HINTS:
        raise ConfigError(f"{where}: hints: must be one of {', '.join(HINTS)}, is {hints!r}")
    environment = table.pop("environment", None)
    if environment is not None and not isinstance(environment, str):
        raise ConfigError(f"{where}: environment: must be a path, is {environment!r}")
    base = root or Path.cwd()
    return EditorSettings(
        settings_of(table, where, base),
        lens=hints in ("lens", "both"),
        inlay=hints in ("inlay", "both"),
        environment=base / environment if environment else None,
    )
