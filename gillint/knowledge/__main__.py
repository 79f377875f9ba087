"""Check knowledge files against the schema: `python -m gillint.knowledge FILE...` (all of them without an argument)."""

from __future__ import annotations

import sys
from pathlib import Path

from gillint.errors import KnowledgeError
from gillint.knowledge.base import data_folder
from gillint.knowledge.read import read_library


def main(arguments: list[str]) -> int:
    """Print a line per file; 1 where one does not fit."""
    root = data_folder()
    paths = [Path(a) for a in arguments] or sorted((*root.glob("stdlib/*.toml"), *root.glob("packages/*.toml")))
    failed = 0
    for path in paths:
        try:
            library = read_library(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")
        except KnowledgeError as error:
            print(error)
            failed = 1
        else:
            print(f"{library.file}: {len(library.facts)} names, {len(library.types)} types")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
