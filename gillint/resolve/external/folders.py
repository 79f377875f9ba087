"""What is in folders, and folders that are made where they are not there yet: once for each, however often somebody asks."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.control.memoised import missed
from gillint.resolve.values import Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE
from gillint.syntax.walk import expressions, key_of

_ASKS = ("exists", "isdir", "is_dir")
_MAKES = ("mkdir", "makedirs", "mkpath")
_ONCE = 0.4  # where it is asked once: as often as any arm is taken


def made_if_missing(node: t.If) -> t.Expr | None:
    """The folder of `if not os.path.isdir(folder): os.makedirs(folder)`, of `if not folder.exists(): folder.mkdir()`."""
    test = node.test
    if not isinstance(test, t.Unary) or test.operator != "not" or not isinstance(test.operand, t.Call):
        return None
    folder = _named(test.operand, _ASKS)
    key = key_of(folder) if folder is not None else None
    if key is None:
        return None
    made = (_named(e, _MAKES) for e in expressions(node.body) if isinstance(e, t.Call))
    return folder if any(m is not None and key_of(m) == key for m in made) else None


# Most of what is in a folder is a file.
_FILES = 0.85
_KINDS = {"isfile": _FILES, "is_file": _FILES, "isdir": 1.0 - _FILES, "is_dir": 1.0 - _FILES}


def kind_of_entry(act: Activation, test: t.Expr) -> float | None:
    """How often a loop over what is in a folder meets what a test asks for: `if path.is_file():`; None for other tests."""
    if isinstance(test, t.Unary) and test.operator == "not":
        inner = kind_of_entry(act, test.operand)
        return None if inner is None else 1.0 - inner
    function = test.function if isinstance(test, t.Call) else None
    return _KINDS.get(function.name) if act.loops and isinstance(function, t.Attribute) else None


def _named(call: t.Call, methods: tuple[str, ...]) -> t.Expr | None:
    """The path that a call is about: its first argument, else what the method is of."""
    function = call.function
    name = function.name if isinstance(function, t.Attribute) else function.id if isinstance(function, t.Name) else ""
    if name not in methods:
        return None
    plain = [a.value for a in call.arguments if a.keyword is None]
    if plain and key_of(plain[0]) is not None:
        return plain[0]
    return function.value if isinstance(function, t.Attribute) and not plain else None


def once_for_each_path(act: Activation, folder: Value) -> float:
    """How often a folder is not there: of one the first time, of several as far as it is known how many there are."""
    turns = (act.times * act.trips_so_far()).likely
    if turns <= 1.0:
        return _ONCE
    text = text_of(folder)
    if text is not None and HOLE not in text.pattern:
        return 1.0 / turns
    return missed(act, (folder,))
