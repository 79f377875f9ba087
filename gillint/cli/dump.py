"""`gillint dump --stage STAGE FILE`: what a stage makes of a file, as text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gillint.cli import options as o
from gillint.cli.completion import one_of
from gillint.cli.run import analyse_paths
from gillint.cli.stages import STAGES, dump_stage
from gillint.errors import UsageError
from gillint.source.files import SourceProblem, read_source
from gillint.source.notebooks import program_of
from gillint.syntax.parse import SyntaxProblem


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A Python file.")],
    stage: Annotated[
        str, typer.Option(help=f"One of: {', '.join(STAGES)}.", autocompletion=one_of(*STAGES))
    ] = "regions",
    cores: o.Cores = None,
    threads: o.Threads = None,
    assume: o.Assume = None,
    python: o.Python = None,
    free_threaded: o.FreeThreaded = None,
    config: o.Config = None,
) -> int:
    """Print a stage's result for one file: for contributors, and for seeing where an answer comes from."""
    if stage not in STAGES:
        raise UsageError(f"--stage: must be one of {', '.join(STAGES)}, is {stage!r}")
    chosen = o.choose(
        (file,), cores=cores, threads=threads, assume=assume, python=python, free_threaded=free_threaded, config=config
    )
    path = Path(file)
    if not path.exists():
        raise UsageError(f"{file}: no such file")
    if path.is_dir():
        raise UsageError(f"{file}: is a folder; dump takes one file")
    if stage in ("diagnostics", "report"):
        from gillint.report.formats import Run, render

        reports = analyse_paths((file,), chosen, None, thorough=True)
        print(render("json" if stage == "report" else "concise", Run(reports, chosen.options)))
        return 0
    try:
        print(dump_stage(stage, program_of(read_source(path), file).source, file, chosen.options))
    except SourceProblem as problem:
        raise UsageError(f"{file}: {problem.message}") from None
    except SyntaxProblem as problem:
        raise UsageError(f"{file}:{problem.line}:{problem.column}: {problem.message}") from None
    return 0
