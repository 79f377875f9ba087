"""Functions that remember their answers: `functools.lru_cache`, `functools.cache`."""

from __future__ import annotations

from functools import lru_cache

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.trace import Block, Branch, Call, Node
from gillint.resolve.values import FunctionRef, Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted
from gillint.syntax.walk import expressions, key_of, name_called, statements

_CACHES = ("lru_cache", "cache")
_NOTHING = Block((), ())
# `if key not in table: table[key] = ...` holds in 0.59 where it is run once or a few times (`python -m scripts.arm_shares`).
_MISS = 0.5
# Of pieces of 4 KiB of the files in five trees (documents, programs, a package of Python) 0.96 to 1.0 were new; who looks for
# copies has some more of them.
_NEW_CONTENT = 0.9


def missed(act: Activation, keys: tuple[Value, ...], asked: Estimate | None = None) -> float:
    """How often something new is asked for, of what is remembered: the first time for each key.

    `asked`: how often it is asked since nothing was remembered; for the whole run where that is not said.
    """
    turns = (asked if asked is not None else act.times * act.trips_so_far()).likely
    if turns <= 1.0:
        return _MISS
    kinds, most = 1.0, _MISS
    for key in keys:
        different = distinct_of(key)
        if different is not None:
            kinds, most = kinds * different.likely, 1.0
        elif _looks_random(key):
            kinds, most = kinds * turns * _NEW_CONTENT, 1.0
        elif key.literal is None:  # nothing tells: as many as there are calls with each
            kinds *= turns**0.5
    return min(most, kinds / turns)


def _looks_random(key: Value) -> bool:
    """Whether hardly two are alike: a digest, which stands for a content, or a token that was drawn by lot."""
    text = text_of(key)
    return text is not None and text.noise.likely > 0


def once_for_each(act: Activation, ref: FunctionRef, call: Call, arguments: tuple[Value, ...]) -> Node:
    """The call of a function of the project, which is run where its arguments are new, if it remembers its answers."""
    if not _remembers(act, ref):
        return call
    anew = _is_cleared(act, ref) or _is_defined_here(act, ref)
    asked = act.trips_so_far() if anew else act.times * act.trips_so_far()
    if asked.likely <= 1:
        return call
    new = missed(act, arguments, asked)
    return Branch((Block((), (call,)), _NOTHING), (new, 1.0 - new))


def _is_defined_here(act: Activation, ref: FunctionRef) -> bool:
    """Whether the function that asks makes the other one anew, with an empty memory, each time it runs."""
    tree, _ = act.program.function_tree(ref.key)
    return isinstance(act.body, t.Function) and tree in _defined_in(act.body.body)


@lru_cache(maxsize=2048)
def _defined_in(body: t.Body) -> frozenset[t.Stmt]:
    return frozenset(s for s in statements(body) if isinstance(s, t.Function))


def _is_cleared(act: Activation, ref: FunctionRef) -> bool:
    """Whether the function that asks makes the other one forget its answers: `distance.cache_clear()`."""
    return ref.key.rpartition(":")[2].rpartition(".")[2] in _cleared_in(act.statements)


@lru_cache(maxsize=2048)
def _cleared_in(body: t.Body) -> frozenset[str]:
    calls = (e.function for e in expressions(body) if isinstance(e, t.Call))
    cleared = (f.value for f in calls if isinstance(f, t.Attribute) and f.name == "cache_clear")
    return frozenset(name_called(e) for e in cleared)


def _remembers(act: Activation, ref: FunctionRef) -> bool:
    tree, _ = act.program.function_tree(ref.key)
    return isinstance(tree, t.Function) and _has_cache(tree)


def remembers(tree: t.Function | t.Lambda) -> bool:
    """Whether a function keeps its answers, or has them kept."""
    return isinstance(tree, t.Function) and (_has_cache(tree) or _looks_up(tree))


def _has_cache(tree: t.Function) -> bool:
    """Whether a function is decorated so that it remembers its answers."""
    written = (d.function if isinstance(d, t.Call) else d for d in tree.decorators)
    return any(dotted(d).rsplit(".", 1)[-1] in _CACHES for d in written)


def _looks_up(tree: t.Function) -> bool:
    """`if n in memo: return memo[n]`: a function that remembers its answers by itself."""
    return any(
        isinstance(s, t.If)
        and isinstance(s.test, t.Compare)
        and s.test.operators == ("contains",)
        and isinstance(s.body[0], t.Return)
        and isinstance(s.body[0].value, t.Subscript)
        and key_of(s.body[0].value.value) == key_of(s.test.rights[0]) is not None
        for s in tree.body
    )
