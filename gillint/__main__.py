"""The entry point. `--version` is answered before anything else is imported."""

from __future__ import annotations

import os
import sys

_COMMANDS = {"report", "check", "explain", "dump", "demo", "knowledge", "server"}


def run() -> None:
    """Run the command line; the process ends with its exit code."""
    arguments = sys.argv[1:]
    if "_GILLINT_COMPLETE" in os.environ:  # a shell asks, and takes the exit code for an answer
        from gillint.cli.completion import answer

        answer(_COMMANDS)
    if arguments == ["--version"]:
        from gillint import __version__

        print(f"gillint {__version__}")
        sys.exit(0)
    if arguments and arguments[0] not in _COMMANDS and not _asks_for_the_group(arguments):
        # `gillint sketch.py` is `gillint report sketch.py`; a file named like a command is written ./check.
        arguments = ["report", *arguments]
    from gillint.cli.app import main

    sys.exit(main(arguments))


def _asks_for_the_group(arguments: list[str]) -> bool:
    return arguments[0] in ("--help", "-h", "--install-completion", "--show-completion")


if __name__ == "__main__":
    run()
