"""Which functions call themselves: told for each call, since with other arguments the same function need not."""

from __future__ import annotations

import pytest

from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import options

# `start` is recursive when it gets `later`, and not when it gets `len`.
PROGRAM = """
def start(action, items):
    for item in items:
        action(item)

def later(item):
    start(later, item.children)

def all_of_them(trees):
    for tree in trees:
        start(later, tree)

def sizes(texts):
    for text in texts:
        start(len, text)
"""


@pytest.mark.parametrize(("caller", "recursive"), [("all_of_them", True), ("sizes", False)])
def test_a_function_is_recursive_for_the_arguments_with_which_it_is_called_again(
    caller: str, *, recursive: bool
) -> None:
    resolved = resolve(parse(PROGRAM, "program.py"), options().target, {})
    [trace] = [f for f in resolved.functions if f.name == caller]
    inner = [n.inner for n in walk(trace.block) if isinstance(n, Call) and n.inner is not None]
    assert any(block.recursive for block in inner) is recursive
