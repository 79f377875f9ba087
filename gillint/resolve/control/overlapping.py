"""Whether a turn of a loop reads what another one wrote: `dp[i][j] = dp[i - 1][j] + 1`, `f.append(f[-1] + f[-2])`."""

from __future__ import annotations

from collections.abc import Iterator, Set

from gillint.frozen import dataclass
from gillint.resolve.control.dataflow import written
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, index_text, key_of, mentioned, statements

_APPENDS = ("append", "appendleft")


@dataclass(frozen=True, slots=True)
class _Place:
    """An element of a container: `table[i][j]` and `table[i, j]` alike."""

    container: str
    indices: tuple[t.Expr, ...]


def overlaps(loop: t.For | t.While, own: Set[str]) -> bool:
    """Whether turns read places that other turns have written; `own`: the variables that take each value once."""
    made = written(loop.body)
    inner = made | {name for e in expressions(loop.body) for name in _bound_in(e)}
    targets = [e for s in statements(loop.body) for e in _targets(s)]
    set_here = [p for e in targets if (p := _place(e)) is not None and p.container not in made]
    if set_here:
        ids = {id(e) for e in targets}
        read_here = [p for e in expressions(loop.body) if id(e) not in ids and (p := _place(e)) is not None]
        if any(w.container == r.container and _crosses(w, r, own, inner) for w in set_here for r in read_here):
            return True
    return any(_continues(e, own, made) for e in expressions(loop.body))


def _bound_in(e: t.Expr) -> Iterator[str]:
    if isinstance(e, t.Comprehension):
        for clause in e.clauses:
            yield from mentioned(clause.target)


def _targets(s: t.Stmt) -> Iterator[t.Expr]:
    """The elements that a statement assigns to: not those that it adds to, which no turn need read."""
    for target in s.targets if isinstance(s, t.Assign) and s.value is not None else ():
        yield from target.elements if isinstance(target, t.Sequence) else (target,)


def _place(e: t.Expr) -> _Place | None:
    if not isinstance(e, t.Subscript):
        return None
    index = e.index.elements if isinstance(e.index, t.Sequence) else (e.index,)
    base = key_of(e.value)
    if base is not None:
        return _Place(base, index)
    outer = _place(e.value)
    return _Place(outer.container, outer.indices + index) if outer is not None else None


def _crosses(write: _Place, read: _Place, own: Set[str], inner: Set[str]) -> bool:
    """Whether the place that is read may be one that another turn writes, as far as the indices tell."""
    crosses = False
    for w, r in zip(write.indices, read.indices, strict=False):
        of_w, of_r = mentioned(w), mentioned(r)
        if own.isdisjoint(of_w | of_r):
            if index_text(w) != index_text(r) and inner.isdisjoint(of_w | of_r):
                return False  # another row
        elif index_text(w) == index_text(r):
            return False  # each turn has its own
        elif (
            _is_offset(w, r)
            or (not own.isdisjoint(of_w) and not inner.isdisjoint(of_r))
            or (not own.isdisjoint(of_r) and not inner.isdisjoint(of_w))
        ):
            crosses = True
        else:
            return False  # nobody knows
    return crosses


def _one_each(a: Set[str], b: Set[str], own: Set[str], inner: Set[str]) -> bool:
    """Whether one index is the turn's own, and the other any that a loop inside goes through."""
    return not own.isdisjoint(a) and not inner.isdisjoint(b)


def _is_offset(a: t.Expr, b: t.Expr) -> bool:
    """`i` and `i - 1`, `i + 1` and `i - step`."""
    return _base_of(a) == _base_of(b)


def _base_of(index: t.Expr) -> str:
    while isinstance(index, t.Binary) and index.operator in ("add", "sub"):
        index = index.left
    return index_text(index)


def _continues(e: t.Expr, own: Set[str], made: Set[str]) -> bool:
    """`steps.append(steps[-1] * 2)`: what is put at the end is made of what was put there before."""
    function = e.function if isinstance(e, t.Call) else None
    if not isinstance(e, t.Call) or not isinstance(function, t.Attribute) or function.name not in _APPENDS:
        return False
    container = key_of(function.value)
    if container is None or container in made:
        return False
    places = (_place(part) for a in e.arguments for part in expressions((t.Return(e.span, a.value),)))
    return any(p is not None and p.container == container and _is_near_the_end(p.indices[0], own) for p in places)


def _is_near_the_end(index: t.Expr, own: Set[str]) -> bool:
    if isinstance(index, t.Constant):
        return isinstance(index.value, int) and index.value < 0
    is_negative = isinstance(index, t.Unary) and index.operator == "neg"
    return is_negative or not own.isdisjoint(mentioned(index))
