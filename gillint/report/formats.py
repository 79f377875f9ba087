"""The output formats. A format is a module of this package with `render(run) -> str`; it is named here and in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from gillint.advice.outcome import FileReport, Options
from gillint.diagnostics.rule import RuleText


@dataclass(frozen=True, slots=True)
class Run:
    """All that a format may show: the files in order, what was asked, and the rules there are.

    `regions` is false for a check, which shows diagnostics alone.
    """

    files: tuple[FileReport, ...]
    options: Options
    rules: tuple[RuleText, ...] = ()
    regions: bool = True


_MODULES = {
    "text": "text",  # for people, as wide as the terminal
    "concise": "concise",  # a line for each diagnostic
    "json": "jsonv1",  # everything, for programs: docs/json.md
    "sarif": "sarif",  # SARIF 2.1.0, for code scanning
    "github": "github",  # annotations of GitHub Actions
    "gitlab": "gitlab",  # GitLab code quality
    "lsp": "lsp",  # parameters of textDocument/publishDiagnostics
    "html": "html",  # one page, for a browser
}


def render(format_name: str, run: Run) -> str:
    """The run in a format, without a newline at the end; empty where there is nothing to say."""
    text = import_module(f"gillint.report.{_MODULES[format_name]}").render(run)
    assert isinstance(text, str)
    return text
