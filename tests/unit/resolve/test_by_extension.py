"""Files that smart_open, fsspec and aiofiles open: what is in them, and how they are packed."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage

HEAD = """
import gzip, os, tempfile, fsspec, smart_open
from fsspec.implementations.local import LocalFileSystem
D = tempfile.mkdtemp()
open(D + "/a.txt", "wb").write(bytes(5000))
with gzip.open(D + "/a.gz", "wb") as f: f.write(bytes(1200))
fs = LocalFileSystem()
"""


@pytest.mark.parametrize(
    ("opened", "read", "size"),
    [
        ('smart_open.open(D + "/a.txt", "rb")', "io.BufferedReader.read", "bytes[5000]"),
        ('smart_open.open(D + "/a.txt")', "io.TextIOWrapper.read", "str[5000]"),
        ('smart_open.open(D + "/a.gz", "rb")', "gzip.GzipFile.read", "bytes[1200]"),
        ('smart_open.open(D + "/a.gz", "rb", compression="disable")', "io.BufferedReader.read", "bytes[1200]"),
        ('fsspec.open(D + "/a.txt")', "io.BufferedReader.read", "bytes[5000]"),
        ('fsspec.open(D + "/a.txt", "r")', "io.TextIOWrapper.read", "str[5000]"),
        ('fsspec.open(D + "/a.gz", compression="gzip")', "gzip.GzipFile.read", "bytes[1200]"),
        ('fsspec.open(D + "/a.gz", "rt", compression="infer")', "io.TextIOWrapper.read", "str[1200]"),
        ('fsspec.open(D + "/a.gz")', "io.BufferedReader.read", "bytes[1200]"),
        ('fs.open(D + "/a.txt")', "io.BufferedReader.read", "bytes[5000]"),
    ],
)
def test_files_are_opened_by_name_mode_and_ending(opened: str, read: str, size: str) -> None:
    source = f"{HEAD}\ndef work():\n    with {opened} as f:\n        return len(f.read())\n"
    text = dump_stage("resolve", dedent(source), "program.py", Options(python="3.11"))
    assert read in text
    assert f"[obj: {size}]" in text.replace("(", "[").replace(")", "]")


def test_what_is_written_to_a_name_that_ends_so_is_compressed() -> None:
    source = f'{HEAD}\ndef work():\n    with smart_open.open(D + "/b.gz", "wb") as f:\n        f.write(bytes(90))\n'
    text = dump_stage("resolve", dedent(source), "program.py", Options(python="3.11"))
    assert "gzip.GzipFile.write" in text


def test_a_folder_is_listed_by_a_file_system() -> None:
    source = f"{HEAD}\ndef work():\n    for name in fs.ls(D):\n        print(name)\n"
    text = dump_stage("resolve", dedent(source), "program.py", Options(python="3.11"))
    assert " x 2 " in text.split("work ", 1)[1]
