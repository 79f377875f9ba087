"""What `--assume` says of names that nothing is called by."""

from __future__ import annotations

import pytest

from gillint.cli.assuming import warn_of_names

SOURCE = b"def load(path, rows):\n    for row in rows:\n        total = len(row)\n    return total\n"


@pytest.mark.parametrize(
    ("assumptions", "sources", "said"),
    [
        (["rows"], [SOURCE], ""),
        (["len(rows)", "total"], [SOURCE], ""),
        (["n"], [SOURCE, b"n = 5\n"], ""),
        (["n"], [], ""),
        ([], [SOURCE], ""),
        (
            ["zzz"],
            [SOURCE],
            "gillint: warning: --assume: nothing here is called 'zzz'; known: path, row, rows, total\n",
        ),
        (
            ["len(rowz)"],
            [SOURCE],
            "gillint: warning: --assume: nothing here is called 'rowz'; known: row, rows, total, path\n",
        ),
        (["zzz"], [b"print 'old'\n"], "gillint: warning: --assume: nothing here is called 'zzz'\n"),
    ],
)
def test_a_name_that_is_not_there(
    assumptions: list[str], sources: list[bytes], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    warn_of_names(assumptions, sources)
    assert capsys.readouterr().err == said


def test_few_of_many_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    warn_of_names(["zzz"], ["\n".join(f"a{i} = {i}" for i in range(30)).encode()])
    assert capsys.readouterr().err.endswith(" and 20 more\n")
