"""Loops that write on until all is written: `while sent < len(data): sent += sock.send(data[sent:])`."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, key_of, names_in

# A file takes all at once, and so does a socket that has room for it.
_SENT = Estimate(1, 1, 1_000)
_WRITING = ("write", "send", "sendto")


def turns_until_sent(loop: t.While) -> Estimate | None:
    """How often a loop turns whose every turn writes all that is left; None for other loops."""
    asked = names_in(loop.test)
    counts = set(asked)
    for s in loop.body:
        if isinstance(s, (t.Assign, t.Augment)) and s.value is not None:
            call = next((e for e in expressions((s,)) if _writes_rest(e, asked)), None)
            targets = s.targets if isinstance(s, t.Assign) else (s.target,)
            places = {_place(x) for x in targets}
            if call is not None:
                if not counts.isdisjoint(places):
                    return _SENT
                counts.update(places)
            elif names_in(s.value) & (counts - asked) and not asked.isdisjoint(places):
                return _SENT  # `data = data[sent:]`, `total += sent`, `parts[0] = parts[0][sent:]`
    return None


def _place(target: t.Expr) -> str:
    """The variable or attribute that is changed; of an item, what it is in."""
    return key_of(target.value if isinstance(target, t.Subscript) else target) or ""


def _writes_rest(e: t.Expr, asked: set[str]) -> bool:
    """`os.write(fd, view[total:])`, `sock.send(data)` where `data` is what is left."""
    function = e.function if isinstance(e, t.Call) else None
    if not isinstance(e, t.Call) or not isinstance(function, t.Attribute) or function.name not in _WRITING:
        return False
    given = [a.value for a in e.arguments]
    return any(
        (isinstance(a, t.Subscript) and isinstance(a.index, t.Slice) and a.index.upper is None) or _place(a) in asked
        for a in given
    )
