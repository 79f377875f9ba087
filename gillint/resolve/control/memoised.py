"""Functions that remember their answers: `functools.lru_cache`, `functools.cache`."""

from __future__ import annotations

from functools import lru_cache

from gillint.estimate import ONE, Estimate
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.control.kept_answers import has_cache
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.trace import Block, Bound, Branch, Call, Node
from gillint.resolve.values import FunctionRef, Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.walk import expressions, loops_in, name_called, statements

_ASKED = "functools.lru_cache.__call__"  # what it takes to look an answer up, and to keep it
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
    act.emit(Call(call.span, act.path, _ASKED, "library", Bound(), find_fact(_ASKED), implicit=True))
    act.program.note_times()
    since = _cleared_around(act, ref)
    anew = since is not None or _is_defined_here(act, ref)
    asked = (act.trips_so_far() if anew else act.times * act.trips_so_far()) / (since if since is not None else ONE)
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


def _cleared_around(act: Activation, ref: FunctionRef) -> Estimate | None:
    """How often the function that asks makes the other one forget its answers, `distance.cache_clear()`: in each turn of the
    loops around that. None where it does not.
    """
    name = ref.key.rpartition(":")[2].rpartition(".")[2]
    if name not in _cleared_in(act.statements):
        return None
    looped = loops_in(act.statements)
    times = ONE
    for span, place in zip(act.loop_spans, act.loop_places, strict=True):
        loop = looped.get(span)
        if loop is not None and name in _cleared_in(loop.body):
            times = times * act.loops[place]
    return times


@lru_cache(maxsize=2048)
def _cleared_in(body: t.Body) -> frozenset[str]:
    calls = (e.function for e in expressions(body) if isinstance(e, t.Call))
    cleared = (f.value for f in calls if isinstance(f, t.Attribute) and f.name == "cache_clear")
    return frozenset(name_called(e) for e in cleared)


def _remembers(act: Activation, ref: FunctionRef) -> bool:
    tree, _ = act.program.function_tree(ref.key)
    return isinstance(tree, t.Function) and has_cache(tree)
