"""Lines without their comments: the same tokens at the same places, and nothing else."""

from __future__ import annotations

import ast
import io
import sysconfig
import tokenize
from pathlib import Path

import pytest

from gillint.syntax.parse import lines_of, parse

CASES = {
    "x = 1  # one\n": "x = 1\n",
    "# alone\nx = 1 \t\r\n": "\nx = 1\r\n",
    "x = []  #type: list[int]  # or so\n": "x = []  #type: list[int]  # or so\n",
    "x = '#'  # '\n": "x = '#'\n",
    "x = '''a  \n# b  \n'''  # c\n": "x = '''a  \n# b  \n'''\n",
    "x = f'{1}#' # f\n": "x = f'{1}#'\n",
    "x = (1,  # one\n     2)  # two": "x = (1,\n     2)",
    "x = b'#' + b'# '  # bytes\n": "x = b'#' + b'# '\n",
    'def f():\n    """One.\n\n    Two é # 3.\n    """  # four\n    return 1\n': 'def f():\n    """\n\n\n"""\n    return 1\n',
    "'one'; x = 1\nr'two'\n": "'one'; x = 1\n\"\"\n",
    # Where it is not sure, all of it stays: a text in two pieces, columns that the parser counts in bytes.
    "x = ('a'  # one\n     'b')\n": "x = ('a'  # one\n     'b')\n",
    "x = 'é'  # é\n": "x = 'é'  # é\n",
}


@pytest.mark.parametrize("source", CASES)
def test_comments_go(source: str) -> None:
    assert "".join(parse(source).lines) == CASES[source]


STDLIB = Path(sysconfig.get_path("stdlib"))


def comments(source: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sum(token.type == tokenize.COMMENT for token in tokens)


def structure(source: str) -> str:
    """The tree with all places, but for the texts that stand alone, whose ends may have moved."""
    module = ast.parse(source)
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for text in (node, node.value):
                text.end_col_offset = None
            node.value.value, node.value.kind = "", None
        elif (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            and ast.get_docstring(node) is not None
        ):
            node.end_col_offset = node.end_col_offset if len(node.body) > 1 else None
    return ast.dump(module, include_attributes=True)


@pytest.mark.parametrize("name", ["tempfile", "textwrap", "argparse", "tokenize", "dataclasses", "shlex", "inspect"])
def test_code_stays(name: str) -> None:
    source = (STDLIB / f"{name}.py").read_text(encoding="utf-8")
    made = "".join(parse(source).lines)
    assert structure(made) == structure(source)
    assert len(lines_of(made)) == len(lines_of(source))
    assert comments(made) <= comments(source) / 10
