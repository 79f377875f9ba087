"""Functions that nothing in the file calls: which of them are the program, and which a part that it has no use for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gillint.resolve.trace import Block, Call, children

# A name that is given on rather than called: an argument, a member of a table or of `__all__`, the right side of `=`.
_GIVEN_ON = re.compile(r"""[=(,\[{:]\s*["']?(?:\w+\.)*(\w+)["']?\s*(?=[,)\]}\n])""")


def names_given_on(lines: Iterable[str]) -> frozenset[str]:
    """The names that stand as values in a text: what they name may be called from elsewhere."""
    return frozenset(_GIVEN_ON.findall("".join(lines)))


def runs_others(block: Block) -> bool:
    """Whether functions of the project are called in it, its loops and branches included."""
    return any(
        (isinstance(node, Call) and node.kind == "project") or any(runs_others(inner) for inner in children(node))
        for node in block.nodes
    )
