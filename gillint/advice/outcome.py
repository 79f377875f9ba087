"""What is asked of an analysis, and what it answers for a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gillint.advice.assess import Assessment
from gillint.diagnostics.types import Diagnostic
from gillint.estimate import Estimate
from gillint.knowledge.base import Extension
from gillint.knowledge.conditions import Target
from gillint.scaling.predict import Setting
from gillint.source.environment import Environment
from gillint.source.notebooks import Cell


@dataclass(frozen=True, slots=True)
class Options:
    """What the user decides about an analysis; `codes` are the selected rules, None for the default ones.

    `web_handlers`: functions that web frameworks run in threads count as handed over. `environment` tells the versions of
    libraries, `extensions` are knowledge files that override those of gillint.
    """

    cores: int = 4
    threads: int = 4
    python: str = "3.13"
    free_threaded: bool = False
    assumptions: Mapping[str, Estimate] = field(default_factory=dict)
    codes: frozenset[str] | None = None
    environment: Environment = field(default_factory=Environment)
    extensions: tuple[Extension, ...] = ()
    web_handlers: bool = False

    def selects(self, code: str, *, by_default: bool = True) -> bool:
        """Whether a rule is selected."""
        return by_default if self.codes is None else code in self.codes

    @property
    def setting(self) -> Setting:
        """The part that scaling asks for."""
        return Setting(self.cores, self.threads, self.free_threaded)

    @property
    def target(self) -> Target:
        """The part that facts ask for."""
        return Target(self.python, self.free_threaded, self.environment)


@dataclass(frozen=True, slots=True)
class FileReport:
    """The result for one file.

    `source` is the text that was analysed, where something was found in it; `cells` are those of a notebook, whose
    program has all lines of its code cells.
    """

    path: str
    error: str | None = None
    verdict: int | None = None
    regions: tuple[Assessment, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str = field(default="", repr=False)
    cells: tuple[Cell, ...] = ()
