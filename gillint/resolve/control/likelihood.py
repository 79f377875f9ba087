"""How often the arms of a branch are taken, as far as its test tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.resolve.activation import Activation
from gillint.resolve.assumed import CASE, COMPLAINS, LEAVES, RARE, TAKEN
from gillint.resolve.control.chances import chance, is_negated, is_none, missing, value_of
from gillint.resolve.control.expiring import kept_for_a_while
from gillint.resolve.control.failures import complains, failing, fails
from gillint.resolve.control.kept_answers import is_end, lookup_in
from gillint.resolve.control.lookups import found_share, share_found
from gillint.resolve.control.memoised import missed
from gillint.resolve.control.narrowing import decided
from gillint.resolve.control.refusals import is_refusal
from gillint.resolve.control.turns import POLLS, leaves, pauses
from gillint.resolve.external.folders import kind_of_entry, made_if_missing, once_for_each_path
from gillint.resolve.objects.filling import turns_since_made
from gillint.resolve.tabular.kinds import distinct_of
from gillint.resolve.values import Value
from gillint.syntax import tree as t
from gillint.syntax.containers import change_of
from gillint.syntax.walk import expressions, key_of, set_in, statements


def is_main_guard(test: t.Expr) -> bool:
    """Whether a test is `__name__ == "__main__"`."""
    return isinstance(test, t.Compare) and any(
        isinstance(e, t.Name) and e.id == "__name__" for e in (test.left, *test.rights)
    )


def shares(act: Activation, node: t.If, tested: Value, period: float | None) -> tuple[float, float]:
    """How often the arm of a test is taken, and how often the other one; `period`: every how manyth time, where that is known."""
    looked_up = _looked_up(act, node)
    if looked_up is not None:
        return looked_up, 1.0 - looked_up
    # What a container has in it at the end, or what a count is then, says nothing of the turns before.
    taken = 1.0 / period if period is not None else held(act, node.test, tested, _usual(act, node))
    if fails(node.body):
        taken = min(taken, RARE)
    elif fails(node.orelse):
        taken = max(taken, 1.0 - RARE)
    return taken, 1.0 - taken


def _looked_up(act: Activation, node: t.If | t.Try) -> float | None:
    """How often a test holds, or something does not fail, by which a function that calls itself looks its answer up."""
    lookup = lookup_in(act.body) if act.hits is not None and isinstance(act.body, t.Function) else None
    if act.hits is None or lookup is None or lookup.test is not node:
        return None
    return act.hits if lookup.holds else 1.0 - act.hits


# Of the calls of a function that keeps its answers, or makes one call of itself, few are for where its arguments end.
_AT_THE_END = 0.03


def _exceptional(node: t.If) -> float | None:
    """How often the first arm is taken where one of the two is for what goes wrong."""
    if fails(node.body):
        return RARE
    if fails(node.orelse):
        return 1.0 - RARE
    refused = is_refusal(node.test)
    if refused is not None:
        return failing(node.body) if refused else 1.0 - failing(node.orelse)
    if complains(node.body):
        return COMPLAINS
    return 1.0 - COMPLAINS if complains(node.orelse) else None


def _usual(act: Activation, node: t.If) -> float:
    if act.given and isinstance(act.body, t.Function) and is_end(act.body, node):
        return _AT_THE_END
    exceptional = _exceptional(node)
    if exceptional is not None:
        return exceptional
    if makes_once(act, node):
        return min(TAKEN, _first_time(act, missing(node.test)))
    if is_made_already(act, node):
        only = node.body[0]
        return max(1.0 - TAKEN, 1.0 - _first_time(act, only.value if isinstance(only, t.Return) else None))
    folder = made_if_missing(node)
    if folder is not None:
        return once_for_each_path(act, value_of(act, folder))
    entry = kind_of_entry(act, node.test)
    if entry is not None:
        return entry
    sought = _sought(node) or _noted(act, node)
    if sought is not None:
        key, table = sought
        new = missed(act, (value_of(act, key),), turns_since_made(act, table) if table is not None else None)
        return new if _asks_for_a_gap(node.test) else 1.0 - new
    kept = kept_for_a_while(act, node)
    if kept is not None:
        return kept
    found = found_share(act, node.test)
    if found is not None:
        return found
    fits = _fits(act, node.test)
    if fits is not None:
        return fits
    idle = _idle(act, node)
    if idle is not None:
        return idle
    if leaves(node.body) and not leaves(node.orelse):
        return _leaving(act, node)
    if act.loops and _ends_loop(node.orelse) and not leaves(node.body):
        return 1.0 - min(LEAVES, once_in_all(act))
    arms = chain_length(node.orelse)
    return 1.0 / (1.0 + arms) if arms > 1 else TAKEN


# Most lines have the form that a program looks for in them: `m = LINE.match(line)`, `if m: ...`.
_FITTING = 0.85


def _fits(act: Activation, test: t.Expr) -> float | None:
    """How often a line has the form of an expression, where the test asks for its match."""
    if is_negated(test):
        fits = _fits(act, test.operand)
        return None if fits is None else 1.0 - fits
    if isinstance(test, t.Compare) and test.operators in (("is",), ("is_not",)) and is_none(test.rights[0]):
        fits = _fits(act, test.left)
        return fits if fits is None or test.operators == ("is_not",) else 1.0 - fits
    found = value_of(act, test) if isinstance(test, t.Name) and act.loops else None
    return _FITTING if found is not None and found.type == "re.Match" and found.size is not None else None


def _idle(act: Activation, node: t.If) -> float | None:
    """How often there is nothing to do, where a loop looks for all that has come in since and pauses where that is nothing:
    `if not paths: time.sleep(delay); continue`. What gives one line or one item at a time mostly has the next one.
    """
    arms = [body is not node.orelse for body in (node.body, node.orelse) if pauses(body)]
    asked = node.test.operand if is_negated(node.test) else node.test
    if len(arms) != 1 or not act.loops or value_of(act, asked).type not in _ALL_AT_ONCE:
        return None
    is_found = asked is node.test
    return _FOUND if is_found and not arms[0] else 1.0 - _FOUND if not is_found and arms[0] else None


_FOUND = 1.0 / POLLS
_ALL_AT_ONCE = ("list", "dict", "set", "tuple", "iterator")
# What is remembered from turn to turn changes seldom: rows that are sorted, hours of a log.
CHANGES = 10.0


def until_changed(act: Activation, node: t.If) -> float | None:
    """Every how manyth time something else is there than its arm remembers: `if hour != self.hour: self.hour = hour`."""
    tests = node.test.values if isinstance(node.test, t.Boolean) and node.test.operator == "or" else (node.test,)
    for test in tests:
        if not isinstance(test, t.Compare) or test.operators not in (("ne",), ("is_not",)):
            continue
        sides = {_spelt(test.left), _spelt(test.rights[0])}
        kept = ((*s.targets, s.value) for s in node.body if isinstance(s, t.Assign) and s.value is not None)
        if None not in sides and len(sides) == 2 and any(sides <= set(map(_spelt, names)) for names in kept):
            compared = (value_of(act, test.left), value_of(act, test.rights[0]))
            kinds = [v.distinct for v in compared if v.distinct is not None]
            turns = (act.times * act.trips_so_far()).likely
            return max(CHANGES, turns / max(1.0, kinds[0].likely)) if kinds else CHANGES
    return None


def _spelt(node: t.Expr) -> str | None:
    """A variable, an attribute or a member of one as it is written."""
    if isinstance(node, t.Subscript) and isinstance(node.index, t.Constant):
        owner = key_of(node.value)
        return f"{owner}[{node.index.value!r}]" if owner is not None else None
    return key_of(node)


def held(act: Activation, test: t.Expr, tested: Value, otherwise: float) -> float:
    """How often a test of an expression holds: `x if test else y`, a filter; `otherwise` where nothing tells."""
    constant = is_true(tested)
    if constant is None and isinstance(test, t.Call):  # `hasattr(x, "count") and x.count()`
        constant = decided(act, test)
    found = float(constant) if constant is not None else chance(act, test)
    if found is None and tested.type == "bool" and tested.number is not None and tested.number.known:
        found = tested.number.likely  # of a test that was made elsewhere: `order.is_valid()`
    return otherwise if found is None else found


def chain_length(orelse: t.Body) -> int:
    """The arms of an `elif` chain, the one for all else included; errors and complaints do not count."""
    count = 1
    while len(orelse) == 1 and isinstance(orelse[0], t.If):
        count += not (fails(orelse[0].body) or complains(orelse[0].body))
        orelse = orelse[0].orelse
    return count - (fails(orelse) or complains(orelse))


def _leaving(act: Activation, node: t.If) -> float:
    """A guard, or one of several cases; a loop is left once at most, however often it turns."""
    last = node.body[-1]
    usual = CASE if isinstance(last, t.Return) and _is_case(node.test) else LEAVES
    if isinstance(last, t.Jump) and last.kind == "continue":
        return usual
    return min(usual, once_in_all(act))


def once_in_all(act: Activation) -> float:
    """How often something happens that ends the loop."""
    return 1.0 / next((n.likely for n in reversed(act.loops) if n.likely > 1.0), 1.0)


def _ends_loop(body: t.Body) -> bool:
    last = body[-1] if body else None
    return isinstance(last, t.Return) or (isinstance(last, t.Jump) and last.kind == "break")


def _is_case(test: t.Expr) -> bool:
    """Whether a test tells one case from others: `kind == "a"`, `key in table`, `isinstance(x, list)`, `line.startswith("#")`."""
    if isinstance(test, t.Compare):
        return test.operators[0] in ("eq", "contains") and len(test.operators) == 1
    return isinstance(test, (t.Call, t.Name, t.Attribute))


def _sought(node: t.If) -> tuple[t.Expr, t.Expr | None] | None:
    """The key and the table, where a test asks whether something is remembered: `if key in table: return table[key]`,
    `if key not in table: table[key] = ...`, `if cached is not None: return cached`, `if found is None: table[key] = ...`.
    """
    test = node.test.operand if is_negated(node.test) else node.test
    if not isinstance(test, t.Compare) or len(test.operators) != 1:
        return None
    filling = node.body if _asks_for_a_gap(node.test) else node.orelse
    last = node.body[-1] if node.body else None
    given = last.value if isinstance(last, t.Return) and last.value is not None else None
    stores = [x for s in filling if isinstance(s, t.Assign) for x in s.targets if isinstance(x, t.Subscript)]
    if test.operators[0] in ("contains", "not_contains"):
        table = key_of(test.rights[0])
        is_filled = any(key_of(x.value) == table for x in stores)
        is_given = isinstance(given, t.Subscript) and key_of(given.value) == table
        is_asked = table is not None and (is_filled or (is_given and not _asks_for_a_gap(node.test)))
        return (test.left, test.rights[0]) if is_asked else None
    if test.operators[0] not in ("is", "is_not") or not is_none(test.rights[0]) or key_of(test.left) is None:
        return None
    if given is not None and key_of(given) == key_of(test.left) and not _asks_for_a_gap(node.test):
        return test.left, None
    return (stores[0].index, stores[0].value) if stores else None


_SOUGHT = (t.Name, t.Sequence, t.Subscript, t.Attribute, t.Binary)


def _noted(act: Activation, node: t.If) -> tuple[t.Expr, t.Expr] | None:
    """What is looked for among what was there before, and where: `if row.id in seen: continue`, and later `seen.add(row.id)`.

    None where nothing tells how many there are: most of what a search meets may be new.
    """
    test = node.test.operand if is_negated(node.test) else node.test
    if not isinstance(test, t.Compare) or test.operators not in (("contains",), ("not_contains",)) or not act.loops:
        return None
    seen, asked = key_of(test.rights[0]), key_of(test.left)
    if seen is None or "." in seen or not isinstance(test.left, _SOUGHT):
        return None
    if distinct_of(value_of(act, test.left)) is None:
        return None
    body = act.body.body if isinstance(act.body, t.Function) else act.body if isinstance(act.body, tuple) else ()
    for note in (change_of(s.value) for s in statements(body) if isinstance(s, t.Evaluate)):
        noted = note.added if note is not None and not note.several else None
        if note is not None and noted is not None:
            is_same = key_of(noted) == asked if asked is not None else type(noted) is type(test.left)
            if is_same and key_of(note.container) == seen:
                return test.left, test.rights[0]
    return None


def _first_time(act: Activation, asked: t.Expr | None) -> float:
    """How often what is made once is not there yet: for each instance, where it is an attribute of these."""
    act.program.note_times()
    turns = turns_since_made(act, asked) if isinstance(asked, t.Attribute) else act.times * act.trips_so_far()
    return 1.0 / max(1.0, turns.likely)


def makes_once(act: Activation, node: t.If) -> bool:
    """Whether the first call makes what the others use: `if self.session is None: self.session = ...`, `if not hasattr(...)`."""
    asked = missing(node.test)
    key = key_of(asked) if asked is not None else None
    if isinstance(asked, t.Attribute) or (isinstance(asked, t.Name) and asked.id in act.globals):
        return key is not None and key in set_in(node.body) and not _is_set_by_others(act, asked)
    # `found = getattr(local, "found", None)`, `if found is None: found = local.found = ...`
    return isinstance(asked, t.Name) and any(
        isinstance(s, t.Assign) and key in map(key_of, s.targets) and any(isinstance(x, t.Attribute) for x in s.targets)
        for s in node.body
    )


def _is_set_by_others(act: Activation, asked: t.Expr) -> bool:
    """Whether other methods put something into an attribute, too: then it is a place that fills and empties, `self.head`."""
    outline = act.owner.outline if act.owner is not None else None
    if (
        outline is None
        or act.owner is None
        or not isinstance(asked, t.Attribute)
        or not isinstance(asked.value, t.Name)
    ):
        return False
    put = re.compile(rf"\b{re.escape(asked.value.id)}\.{re.escape(asked.name)}\s*=(?!=)\s*(?!None\b)")
    syntax, own = act.owner.module.syntax, (act.name or "").rpartition(".")[2]
    others = (f for f in syntax.outline.functions if f.owner == outline.qualname and f.name not in ("__init__", own))
    return any(put.search("".join(syntax.lines[f.lines.first - 1 : f.lines.last])) for f in others)


def is_made_already(act: Activation, node: t.If) -> bool:
    """Whether what an earlier call has made is given back, `if self.total is not None: return self.total`, and set behind."""
    only = node.body[0] if len(node.body) == 1 else None
    key = key_of(only.value) if isinstance(only, t.Return) and isinstance(only.value, t.Attribute) else None
    test = node.test.left if isinstance(node.test, t.Compare) and node.test.operators == ("is_not",) else node.test
    return key is not None and key == key_of(test) and isinstance(act.body, t.Function) and key in set_in(act.body.body)


def _asks_for_a_gap(test: t.Expr) -> bool:
    """`key not in table`, `x is None`: it holds where something is missing."""
    if is_negated(test):
        return not _asks_for_a_gap(test.operand)
    return isinstance(test, t.Compare) and test.operators[0] in ("not_contains", "is")


def failing_of(act: Activation, node: t.Try, arm: t.Body) -> float:
    """How likely an arm of a `try` is taken: also one that makes what was not there yet, and keeps it.

    `try: return table[key]`, `except KeyError: table[key] = ...`: once for each key.
    """
    looked_up = _looked_up(act, node)
    if looked_up is not None:
        return 1.0 - looked_up
    usual = failing(arm)
    stored = (
        {key_of(x.value): x.index for x in _stores(arm)} if act.times.likely * act.trips_so_far().likely > 1.0 else {}
    )
    asked = (s.value for s in node.body if isinstance(s, (t.Assign, t.Return)) and isinstance(s.value, t.Subscript))
    for found in asked:
        table = key_of(found.value)
        if table is not None and table in stored and key_of(stored[table]) == key_of(found.index):
            key = value_of(act, found.index)
            new = missed(act, (key,))
            return min(new, 1.0 - LEAVES) if distinct_of(key) is not None else min(usual, new)
    return max(usual, _missed_keys(act, node, arm))


def _missed_keys(act: Activation, node: t.Try, arm: t.Body) -> float:
    """How often a key is not there, of a table that has fewer than there are things to ask for: `try: n += sizes[key]`."""
    kinds = {key_of(h.kind) for h in node.handlers if h.kind is not None and h.body is arm}
    if kinds.isdisjoint(("KeyError", "LookupError")):
        return 0.0
    asked = (e for e in expressions(node.body) if isinstance(e, t.Subscript) and not isinstance(e.index, t.Slice))
    shares = (share_found(act, e.value, e.index) for e in asked)
    return max((1.0 - share for share in shares if share is not None), default=0.0)


def _stores(body: t.Body) -> Iterator[t.Subscript]:
    """The places of containers that statements set."""
    for s in statements(body):
        if isinstance(s, t.Assign):
            yield from (x for x in s.targets if isinstance(x, t.Subscript))


def is_true(tested: Value) -> bool | None:
    """Whether a test holds that is a constant as far as can be seen: an option that nobody sets, a client that is None."""
    if tested.literal is None:
        return False if tested.type == "NoneType" else None
    return bool(tested.literal.value)
