"""Comments that suppress: which lines and rules they speak of."""

from __future__ import annotations

import pytest

from gillint.syntax.suppressions import read_remarks
from tests.support import text


def covered(source: str, code: str = "GIL101", name: str = "threads-over-held-work") -> list[int]:
    """The lines on which a rule is suppressed."""
    lines = source.splitlines(keepends=True)
    found = read_remarks(lines).suppressions
    return [n for n in range(1, len(lines) + 1) if any(s.covers(n, code, name) for s in found)]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x = 1  # noqa\n", [1]),
        ("x = 1  # NOQA\n", [1]),
        ("x = 1  #noqa\n", [1]),
        ("x = 1  # noqa: GIL101\n", [1]),
        ("x = 1  # noqa:GIL101,E501\n", [1]),
        ("x = 1  # noqa: E501 GIL101\n", [1]),
        ("x = 1  # type: ignore # noqa: GIL101\n", [1]),
        ("x = 1  # noqa: gil101\n", [1]),
        ("x = 1  # noqa: GIL102\n", []),
        ("x = 1  # noqa: E501\n", []),
        ("x = 1  # noqa : E501\n", []),
        ("x = 1  # noqa: not a code\n", []),
        ("x = 1  # gillint: ignore\n", [1]),
        ("x = 1  # gillint: ignore[GIL101]\n", [1]),
        ("x = 1  # gillint:ignore[ GIL102, threads-over-held-work ]\n", [1]),
        ("x = 1  # gillint: ignore[]\n", []),
        ("x = 1  # gillint: ignored\n", []),
        ("x = 1  # gillint: ignore-me\n", []),
        ('x = "# noqa"\n', []),
        ('x = """\n# gillint: ignore\n"""\n', []),
        ("# gillint: ignore\nx = 1\ny = 2\n", [2]),
        ("# gillint: ignore\n\n# more\nx = 1\n", [4]),
        ("# noqa\nx = 1\n", []),
        ("x = f(\n    1,\n)  # noqa\n", [1, 2, 3]),
        ("x = f(\n    1,  # noqa\n)\n", [2]),
        ("for x in y:  # noqa\n    pass\n", [1]),
        ("# gillint: ignore-file\nx = 1\n\ny = 2\n", [1, 2, 3, 4]),
        ("x = 1\n\n# gillint: ignore-file[GIL101]\n", [1, 2, 3]),
        ("# gillint: ignore-file[GIL102]\nx = 1\n", []),
        ("x = 1  # noqa: GIL101\ny = (\n", [1]),
    ],
)
def test_where_a_comment_speaks(source: str, lines: list[int]) -> None:
    assert covered(source) == lines


def test_sizes() -> None:
    remarks = read_remarks(
        text("""
        # gillint: size(chunk)=1_000_000, len(rows) = 2e3
        x = "gillint: size(other)=1"
        """).splitlines(keepends=True)
    )
    assert {name: e.likely for name, e in remarks.sizes} == {"len(chunk)": 1e6, "len(rows)": 2e3}


def test_a_size_in_a_comment_is_an_assumption() -> None:
    from tests.support import verdict

    source = text("""
        import zlib
        def pack(blocks):
            return [zlib.compress(block) for block in blocks]
        """)
    told = source.replace("import zlib\n", "import zlib  # gillint: size(block)=4_000_000\n")
    assert verdict(told)["demand_ns"]["native"]["low"] > verdict(source)["demand_ns"]["native"]["low"]
