"""The signature that `report` and `check` share: the same options, looked at in two ways."""

from __future__ import annotations

from collections.abc import Callable

from gillint.advice.outcome import FileReport
from gillint.cli import options as o
from gillint.cli.run import analyse_paths

Present = Callable[[tuple[FileReport, ...], o.Chosen], int]


def make_command(present: Present, *, thorough: bool, help_text: str) -> Callable[..., int]:
    """A command that analyses what the user names and hands the reports to `present`, which gives the exit code."""

    def command(
        paths: o.Paths = None,
        cores: o.Cores = None,
        threads: o.Threads = None,
        assume: o.Assume = None,
        python: o.Python = None,
        free_threaded: o.FreeThreaded = None,
        output_format: o.Format = None,
        select: o.Select = None,
        ignore: o.Ignore = None,
        fail_on: o.FailOn = None,
        exit_zero: o.ExitZero = False,
        config: o.Config = None,
        exclude: o.Exclude = None,
        stdin_filename: o.StdinName = None,
        extend_knowledge: o.ExtendKnowledge = None,
        environment: o.EnvironmentPath = None,
    ) -> int:
        named = tuple(paths or ())
        chosen = o.choose(
            named,
            cores=cores,
            threads=threads,
            assume=assume,
            python=python,
            free_threaded=free_threaded,
            output_format=output_format,
            select=select,
            ignore=ignore,
            fail_on=fail_on,
            config=config,
            exclude=exclude,
            extend_knowledge=extend_knowledge,
            environment=environment,
        )
        code = present(analyse_paths(named, chosen, stdin_filename, thorough=thorough), chosen)
        return 0 if exit_zero else code

    command.__doc__ = help_text
    return command
