"""What an editor says of the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gillint.choices import decide
from gillint.config.settings import Settings
from gillint.errors import ConfigError
from gillint.lsp.settings import read_editor_settings

ROOT = Path("/somewhere")


def test_keys_are_those_of_the_configuration_file() -> None:
    given = {"cores": 8, "freeThreaded": True, "extend-select": ["GIL104"], "python": None, "assume": {"n": 5}}
    found = read_editor_settings({**given, "trace": {"server": "off"}, "path": "x"}, ROOT).settings
    assert (found.cores, found.free_threaded, found.extend_select, found.python) == (8, True, ("GIL104",), None)
    assert found.assume["n"].likely == 5


@pytest.mark.parametrize(
    ("hints", "lens", "inlay"),
    [("lens", True, False), ("inlay", False, True), ("both", True, True), ("none", False, False), (None, True, False)],
)
def test_hints(hints: str | None, lens: bool, inlay: bool) -> None:
    found = read_editor_settings({"hints": hints}, None)
    assert (found.lens, found.inlay) == (lens, inlay)


def test_paths_are_relative_to_the_root() -> None:
    found = read_editor_settings({"environment": ".venv", "baseline": "known.json"}, ROOT)
    assert (found.environment, found.settings.baseline) == (ROOT / ".venv", ROOT / "known.json")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"core": 8}, "core: unknown key"),
        ({"cores": "many"}, "cores: must be"),
        ({"hints": "loud"}, "hints: must be one of"),
        ({"environment": 3}, "environment: must be a path"),
        ([1], "must be a table"),
        ({"select": "GIL101"}, "select: must be a list"),
    ],
)
def test_wrong_ones_are_named(given: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_editor_settings(given, ROOT)


def test_they_win_over_the_file() -> None:
    editor = Settings(file="settings of the editor", cores=2, ignore=("GIL101",))
    choices = decide(editor, Settings(file="gillint.toml", cores=8, threads=16, ignore=("GIL102",)), Path())
    assert (choices.options.cores, choices.options.threads) == (2, 16)
    assert choices.options.codes is not None and choices.options.codes.isdisjoint({"GIL101", "GIL102"})
    with pytest.raises(Exception, match="settings of the editor: select: unknown rule 'X'"):
        decide(Settings(file="settings of the editor", select=("X",)), Settings(), Path())
