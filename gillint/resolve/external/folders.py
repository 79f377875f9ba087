"""What is in folders; folders and files that are made where they are not there yet: once for each, however often it is asked."""

from __future__ import annotations

import re

from gillint.estimate import Estimate, total
from gillint.resolve.activation import Activation
from gillint.resolve.control.memoised import missed
from gillint.resolve.expressions import evaluate
from gillint.resolve.external.descents import is_walked
from gillint.resolve.external.handles import LISTS, name_of
from gillint.resolve.trace import Block, Call, inline
from gillint.resolve.values import Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE
from gillint.syntax.walk import expressions, key_of, name_called

_ASKS = ("exists", "isdir", "is_dir", "isfile", "is_file")
_MAKES = ("mkdir", "makedirs", "mkpath", "touch", "urlretrieve", "to_csv", "to_parquet", "savez")
_WRITES = ("write_text", "write_bytes")
_MODE = re.compile(r"[wax][bt]?\+?|[wx]:\w*")  # of a file or an archive that is opened to be written
_ONCE = 0.4  # where it is asked once: as often as any arm is taken


def made_if_missing(node: t.If) -> t.Expr | None:
    """The folder of `if not os.path.isdir(folder): os.makedirs(folder)`, of `if not folder.exists(): folder.mkdir()`.

    So the file of `if not path.exists(): path.write_text(...)`, of `if not os.path.exists(path): with open(path, "w")`.
    """
    test = node.test
    if not isinstance(test, t.Unary) or test.operator != "not" or not isinstance(test.operand, t.Call):
        return None
    folder = _named(test.operand, _ASKS)
    key = key_of(folder) if folder is not None else None
    if key is None:
        return None
    calls = [e for e in expressions(node.body) if isinstance(e, t.Call)]
    made = (m for call in calls for m in (_named(call, _MAKES), _written(call)) if m is not None)
    return folder if any(key_of(m) == key for m in made) else None


def _written(call: t.Call) -> t.Expr | None:
    """The path of what a call writes, or opens to write into it: `open(path, "w")`, `path.open("wb")`, `ZipFile(path, "w")`."""
    if isinstance(call.function, t.Attribute) and call.function.name in _WRITES:
        return call.function.value
    modes = (a.value.value for a in call.arguments if isinstance(a.value, t.Constant))
    if not any(isinstance(mode, str) and _MODE.fullmatch(mode) for mode in modes):
        return None
    first = call.arguments[0].value
    owner = call.function.value if isinstance(call.function, t.Attribute) else None
    return owner if isinstance(first, t.Constant) else first


# Most of what is in a folder is a file.
_FILES = 0.85
_KINDS = {"isfile": _FILES, "is_file": _FILES, "isdir": 1.0 - _FILES, "is_dir": 1.0 - _FILES}


def folders_walked(act: Activation, body: Block) -> Estimate | None:
    """How many folders are listed, where each of them is: by a loop that goes on with those that it finds, or by a function
    that calls itself for them.
    """
    files = act.program.files
    for node in inline(body):
        if isinstance(node, Call) and node.name in LISTS:
            name = name_of(node.bound.receiver or (node.bound.positional[0] if node.bound.positional else None))
            if name is not None and (is_walked(act, name) or files.below(name)):  # whoever asks knows that it is a walk
                return files.folders_below(name.removesuffix(HOLE)) + 1
    return None


def _share_of_folders(act: Activation, path: Value) -> float | None:
    """How many of those that a walk meets are folders."""
    name = name_of(path)
    top = name.partition(HOLE)[0] if name is not None and act.given else ""
    files = total(c.files for c in act.program.files.below(top).values()).likely if top else 0.0
    folders = act.program.files.folders_below(top).likely if files else 0.0
    return folders / (files + folders) if files else None


def kind_of_entry(act: Activation, test: t.Expr) -> float | None:
    """How often a loop over what is in a folder meets what a test asks for: `if path.is_file():`; None for other tests."""
    if isinstance(test, t.Unary) and test.operator == "not":
        inner = kind_of_entry(act, test.operand)
        return None if inner is None else 1.0 - inner
    function = test.function if isinstance(test, t.Call) else None
    usual = _KINDS.get(function.name) if act.loops and isinstance(function, t.Attribute) else None
    if usual is None or not isinstance(test, t.Call) or not isinstance(function, t.Attribute):
        return None
    plain = [a.value for a in test.arguments if a.keyword is None]  # none of `entry.is_dir()`, nor of `member.isdir()`
    with act.nested():
        share = _share_of_folders(act, evaluate(act, plain[0] if plain else function.value))
    return usual if share is None else share if "dir" in function.name else 1.0 - share


def _named(call: t.Call, methods: tuple[str, ...]) -> t.Expr | None:
    """The path that a call is about: its first argument, else what the method is of."""
    function = call.function
    if name_called(function) not in methods:
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
