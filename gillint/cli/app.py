"""The command line: one module for each command, joined here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from gillint.cli import check, demo, dump, explain, knowledge, report, server
from gillint.cli.examples import examples
from gillint.errors import GillintError

_EPILOG = (
    examples("gillint sketch.py", "gillint check src/", "gillint explain json.loads")
    + "\n\nWithout a command, `report` is meant: `gillint report --help` lists its options."
)

app = typer.Typer(
    name="gillint",
    help="Predict, before a line runs, whether threads will make Python code faster, by how much at most, and why.",
    epilog=_EPILOG,
    rich_markup_mode=None,
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(
    "report",
    epilog=examples(
        "gillint sketch.py --threads 8 --assume 'len(chunk)=65536'",
        "gillint src/ --output-format html=report.html",
        "gillint sketch.py --measure --threads 2",
    ),
)(report.command)
app.command(
    "check",
    epilog=examples(
        "gillint check src/ --select GIL101,GIL201 --fail-on warning",
        "gillint check src/ --output-format github --output-format sarif=gillint.sarif",
        "gillint check src/ --fix",
    ),
)(check.command)
app.command(
    "explain",
    epilog=examples(
        "gillint explain orjson.loads", "gillint explain GIL101", "gillint explain pandas", "gillint explain ceiling"
    ),
)(explain.command)
app.command(
    "dump",
    epilog=examples("gillint dump --stage regions sketch.py", "gillint dump --stage scaling sketch.py --threads 8"),
)(dump.command)
app.command("demo", epilog=examples("gillint demo", "gillint demo --rounds 2"))(demo.command)
app.command("server", epilog=examples("gillint server") + "\n\nEditors start it: see docs/editors.md.")(server.command)
app.add_typer(knowledge.app, name="knowledge")


def main(arguments: list[str]) -> int:
    """Run a command; 0, 1 or 2 as the command says, never a traceback."""
    if not arguments:
        main(["--help"])
        return 2
    try:
        result = app(args=arguments, prog_name="gillint", standalone_mode=False)
    except GillintError as error:
        print(f"gillint: {error}{_meant(arguments)}", file=sys.stderr)
        return 2
    except typer.Exit as leave:
        return leave.exit_code
    except (typer.Abort, KeyboardInterrupt):
        print("gillint: interrupted", file=sys.stderr)
        return 130
    except SystemExit as leave:  # rich leaves like this where the reader has gone
        return leave.code if isinstance(leave.code, int) and leave.code != 1 else 0
    except BrokenPipeError:
        # The reader has gone (`gillint ... | head`): nobody is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _meant(arguments: list[str]) -> str:
    """The command that the first word is nearly spelt like, where `report` was put before a word that is no file."""
    from difflib import get_close_matches

    first = arguments[1] if len(arguments) > 1 and arguments[0] == "report" else ""
    names = [*(c.name for c in app.registered_commands), *(g.name for g in app.registered_groups)]
    close = (
        get_close_matches(first, filter(None, names), 1) if first.isidentifier() and not Path(first).exists() else []
    )
    return f"; did you mean the command `{close[0]}`?" if close else ""


def _unexpected(error: Exception) -> int:
    """Wrong use, as the option parser reports it, or a defect of gillint."""
    show = getattr(error, "format_message", None)
    if show is not None:
        context = getattr(error, "ctx", None)
        hint = f" (see `{context.command_path} --help`)" if context is not None else ""
        print(f"gillint: {show()}{hint}", file=sys.stderr)
        return 2
    if os.environ.get("GILLINT_DEBUG"):
        raise error
    print(
        f"gillint: a defect of gillint itself: {type(error).__name__}: {error}\n"
        "Set GILLINT_DEBUG=1 for the traceback, and please report it with the file that shows it.",
        file=sys.stderr,
    )
    return 2
