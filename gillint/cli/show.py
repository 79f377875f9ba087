"""`--show-settings` and `--show-files`: what would hold, and what would be read."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gillint.cli.options import Chosen
from gillint.errors import UsageError
from gillint.source.files import discover


def show(paths: tuple[str, ...], chosen: Chosen, stdin_filename: str | None, *, settings: bool, files: bool) -> int:
    """Print the settings as a gillint.toml, or the files one to a line; the exit code is 0.

    Raises:
        UsageError: both at once, a path that is missing or forbidden.
    """
    if settings and files:
        raise UsageError("--show-settings and --show-files: one at a time")
    if settings:
        print("\n".join(_settings(chosen)))
        return 0
    if not paths:
        raise UsageError("name a file or a folder, or - for standard input (see `gillint --help`)")
    if "-" in paths:
        print(stdin_filename or "<stdin>")
    for path in discover(tuple(p for p in paths if p != "-"), chosen.exclude):
        print(path)
    return 0


def _settings(chosen: Chosen) -> Iterator[str]:
    options = chosen.options
    yield f"# from {chosen.config}, the command line and the defaults" if chosen.config else "# no configuration file"
    for output in chosen.outputs[1:]:
        yield f"# also written: {output.format} to {output.file or 'standard output'}"
    values: dict[str, object] = {
        "cores": options.cores,
        "threads": options.threads,
        "python": options.python,
        "free-threaded": options.free_threaded,
        "web-handlers": options.web_handlers,
        "output-format": chosen.outputs[0].format,
        "select": sorted(options.codes or ()),
        "fail-on": chosen.fail_on,
        "exclude": list(chosen.exclude),
        **({"baseline": str(chosen.baseline)} if chosen.baseline is not None else {}),
    }
    for key, value in values.items():
        yield f"{key} = {json.dumps(value, ensure_ascii=False)}"  # for these values JSON and TOML agree
    if options.assumptions:
        yield "\n[assume]"
        for name, size in options.assumptions.items():
            yield f"{json.dumps(name)} = {size.likely:.15g}"
