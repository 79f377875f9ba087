"""The signature that `report` and `check` share: the same options, looked at in two ways."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from gillint.cli import options as o

Run = Callable[[tuple[str, ...], o.Chosen, str | None], int]


def run_command(
    run: Run,
    paths: o.Paths = None,
    cores: o.Cores = None,
    threads: o.Threads = None,
    assume: o.Assume = None,
    python: o.Python = None,
    free_threaded: o.FreeThreaded = None,
    web_handlers: o.WebHandlers = None,
    output_format: o.Format = None,
    output_file: o.OutputFile = None,
    select: o.Select = None,
    extend_select: o.ExtendSelect = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOn = None,
    exit_zero: o.ExitZero = False,
    config: o.Config = None,
    exclude: o.Exclude = None,
    baseline: o.Baseline = None,
    stdin_filename: o.StdinName = None,
    statistics: o.Statistics = False,
    jobs: o.Jobs = None,
    show_settings: o.ShowSettings = False,
    show_files: o.ShowFiles = False,
    extend_knowledge: o.ExtendKnowledge = None,
    environment: o.EnvironmentPath = None,
) -> int:
    """Meet the configuration, then run what the command does with the paths; its exit code."""
    named = tuple(paths or ())
    chosen = o.choose(
        named,
        cores=cores,
        threads=threads,
        assume=assume,
        python=python,
        free_threaded=free_threaded,
        web_handlers=web_handlers,
        output_format=output_format,
        output_file=output_file,
        statistics=statistics,
        jobs=jobs,
        select=select,
        extend_select=extend_select,
        ignore=ignore,
        fail_on=fail_on,
        config=config,
        exclude=exclude,
        baseline=baseline,
        extend_knowledge=extend_knowledge,
        environment=environment,
    )
    if show_settings or show_files:
        from gillint.cli.show import show

        return show(named, chosen, stdin_filename, settings=show_settings, files=show_files)
    code = run(named, chosen, stdin_filename)
    return 0 if exit_zero else code


def make_command(own: Callable[..., int], help_text: str) -> Callable[..., int]:
    """A command with the shared options and those of `own`, which is given all of them by name.

    `own` ends by calling `run_command` with the shared ones.
    """

    def command(**arguments: Any) -> int:
        return own(**arguments)

    ours = [p for p in inspect.signature(own, eval_str=True).parameters.values() if p.kind is not p.VAR_KEYWORD]
    shared = list(inspect.signature(run_command, eval_str=True).parameters.values())[1:]
    parameters = [p.replace(kind=p.KEYWORD_ONLY) for p in shared] + ours
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__ = help_text
    return command
