"""Files that are written anew again and again: a state, a small database in JSON.

ext4 sends what replaces the contents of a file to the disk at once, and who truncates that file a moment later waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gillint.knowledge.base import find_fact
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.files import MEMBER, MEMORY
from gillint.resolve.text.texts import TEMPORARY, of_literal
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE

REWRITTEN = "open.__rewritten__"
_OFTEN = 10.0  # turns from which on a file is taken to be written again while it is on its way
# What is written under such a name is renamed then.
_FOR_A_MOMENT = re.compile(r"te?mp|part|new|swp|~", re.IGNORECASE)
_TEMPORARY = re.compile(rf"{TEMPORARY}(\d+):")


def note_rewriting(site: Site, name: str) -> None:
    """A file of this name is opened to be written from its beginning."""
    act = site.act
    if HOLE in name or MEMBER in name or name.startswith(MEMORY) or site.name.startswith("tempfile."):
        return
    turns = act.trips_so_far()
    made = _TEMPORARY.match(name)
    own = act.body.span if isinstance(act.body, t.Function) else None
    if made is None or own is None or not own.line <= int(made[1]) <= own.end_line:
        turns = turns * act.times  # not in a folder that each call makes for itself
    if (
        turns.likely >= _OFTEN
        and _FOR_A_MOMENT.search(name.removeprefix(made[0] if made else "").rsplit("/", 1)[-1]) is None
    ):
        act.emit(Call(site.span, act.path, REWRITTEN, "library", _named(name), find_fact(REWRITTEN), implicit=True))


def _named(name: str) -> Bound:
    return Bound(positional=(Value(type="str", text=of_literal(name)),))


def rewrites(calls: Sequence[Call]) -> bool:
    """Whether calls write a file anew that those of another turn write as well: each finds what the one before has left.

    In a folder that they make for themselves, each has a file of its own.
    """
    made = {call.span.line for call in calls if call.name.startswith("tempfile.")}
    names = [
        text.pattern for c in calls if c.name == REWRITTEN and (text := text_of(c.bound.positional[0])) is not None
    ]
    return any((found := _TEMPORARY.match(name)) is None or int(found[1]) not in made for name in names)
