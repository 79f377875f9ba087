"""What a test or a pattern says of the variables in it: `isinstance(x, Path)`, `case Path() as p`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of
from gillint.resolve.calling.mappings import has_no_other
from gillint.resolve.control.classtests import (
    BUILTIN,
    any_of,
    as_instance,
    as_other,
    asked,
    asked_by_name,
    is_instance,
    is_named,
)
from gillint.resolve.control.interpreters import holds_here
from gillint.resolve.control.passed import asks_what_was_passed, is_arithmetic, is_collected
from gillint.resolve.expressions import evaluate
from gillint.resolve.joining import join
from gillint.resolve.numeric.ranks import ORDER, ranked
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.objects.attributes import has, lacks
from gillint.resolve.values import NONE, UNKNOWN, ClassRef, FunctionRef, Literal, SymbolRef, Value, options_of, text_of
from gillint.syntax import tree as t
from gillint.syntax.tree import HOLE
from gillint.syntax.walk import key_of, length_of, mentioned, names_in


def narrowed(act: Activation, test: t.Expr, *, holds: bool) -> dict[str, Value]:
    """The variables of which more is known where a test holds, or where it does not."""
    return dict(_narrowed(act, test, holds))


def behind_guard(act: Activation, test: t.Expr) -> dict[str, Value]:
    """What is left behind `if x is None: raise ...`, `if not x: return`: if None is all that x may be as far as anybody sees,
    there are other ways to it.
    """
    name: str | None = None
    if isinstance(test, t.Unary) and test.operator == "not" and isinstance(test.operand, t.Name):
        name = test.operand.id
    elif isinstance(test, t.Compare) and test.operators == ("is",) and isinstance(test.left, t.Name):
        right = test.rights[0]
        name = test.left.id if isinstance(right, t.Constant) and right.value is None else None
    value = act.environment.get(name) if name is not None else None
    return {name: Value(origin=value.origin or name)} if name and value is not None and value.type == "NoneType" else {}


def decided(act: Activation, test: t.Expr) -> bool | None:
    """Whether a test holds, where the constants that variables are here decide it: `mode == "fast"`, `kernel is None`."""
    if isinstance(test, t.Unary) and test.operator == "not":
        inner = decided(act, test.operand)
        return None if inner is None else not inner
    if isinstance(test, t.Boolean):
        parts = [decided(act, part) for part in test.values]
        decisive = test.operator == "or"
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    counted = _counted_down(act, test)
    counted = counted if counted is not None else _numbers_passed(act, test)
    if counted is not None:
        return counted
    held = holds_here(act.program.target.python, test)
    if held is not None:
        return held
    passed = passed_along(act, test)
    passed = passed if passed is not None else _has_key(act, test)
    if passed is not None:
        return passed
    if isinstance(test, t.Name):
        return _is_true(act, test)
    typed = asked(test)
    if typed is not None:
        return is_instance(act, _settled(act, typed[0]), typed[1])
    by_name = asked_by_name(test)
    if by_name is not None:
        return is_named(_settled(act, by_name[0]), by_name[1])
    if isinstance(test, t.Compare) and len(test.operators) == 1 and isinstance(test.rights[0], t.Constant):
        sign, right = test.operators[0], test.rights[0].value
        dimensions = _dimensions(act, test.left)
        if dimensions is not None and isinstance(right, int) and sign in ORDER:
            return ORDER[sign](dimensions, right)
        if right is None and sign in ("is", "is_not"):
            nothing = _is_nothing(act, test.left, hook=sign == "is_not")
            if nothing is not None:
                return nothing == (sign == "is")
        return _compared(_constant(act, test.left), sign, right)
    if isinstance(test, t.Call) and isinstance(test.function, t.Name) and test.function.id in _ASKED:
        return _ASKED[test.function.id](act, [a.value for a in test.arguments if not a.star])
    return None


def _has_key(act: Activation, test: t.Expr) -> bool | None:
    """Whether the keyword arguments of this call have one of that name: `if "timeout" not in options:`."""
    is_search = isinstance(test, t.Compare) and test.operators in (("contains",), ("not_contains",))
    if not is_search or not isinstance(test, t.Compare) or act.loops:
        return None
    key, mapping = test.left, test.rights[0]
    if not isinstance(key, t.Constant) or not isinstance(key.value, str) or not isinstance(mapping, t.Name):
        return None
    value = _settled(act, mapping) if is_collected(act, mapping.id, test.span.line) else None
    if value is None or value.type != "dict" or not has_no_other(value):
        return None
    return (value.column(key.value) is not None) == (test.operators == ("contains",))


def _is_nothing(act: Activation, node: t.Expr, *, hook: bool) -> bool | None:
    """Whether a variable or an attribute is None for certain; `hook`: an attribute that nobody sets is."""
    value = _settled(act, node)
    if _is_code(value) or _is_something(value):
        return False
    is_left_out = isinstance(node, t.Name) and node.id in act.fixed  # by each of the calls in sight
    is_none = value is not None and value.type == "NoneType"
    return True if is_none and (is_left_out or (hook and isinstance(node, t.Attribute))) else None


_TEXTS = ("str", "bytes")


def _has_letters(value: Value) -> bool:
    """Whether a text is not empty, by its length or by what of it is known."""
    text = text_of(value)
    return (value.size is not None and value.size.low >= 1.0) or (text is not None and text.pattern.strip(HOLE) != "")


def passed_along(act: Activation, test: t.Expr) -> bool | None:
    """Whether there is something in a parameter that keeps what was passed: `if shape:`, `if rng is not None:`."""
    subject = test.left if isinstance(test, t.Compare) and len(test.rights) == 1 else test
    value = act.environment.get(subject.id) if isinstance(subject, t.Name) and subject.id in act.fixed else None
    if value is None or value.type in (None, "NoneType") or value.literal is not None or value.reference is not None:
        return None
    if subject is test:
        if value.type == "tuple" and value.items is not None:
            return bool(value.items)
        return True if value.type in _TEXTS and _has_letters(value) else None
    assert isinstance(test, t.Compare)
    is_none = isinstance(test.rights[0], t.Constant) and test.rights[0].value is None
    return test.operators[0] == "is_not" if is_none and test.operators[0] in ("is", "is_not") else None


def _counted_down(act: Activation, test: t.Expr) -> bool | None:
    """Whether a test holds of the numbers and sizes of a function that calls itself: that is how it ends."""
    if not act.given or act.loops:
        return None
    if isinstance(test, t.Name) and test.id in act.given:
        value = act.environment.get(test.id)
        return bool(value.size.likely) if value is not None and value.size is not None and value.size.known else None
    if not isinstance(test, t.Compare) or len(test.operators) != 1 or test.operators[0] not in ORDER:
        return None
    own = set(act.given) - {"self", "cls"}  # what an object has collected grows, and is no smaller from call to call
    if any("." in name and name.partition(".")[0] not in own for name in names_in(test) - set(_called(test))):
        return None
    left, right = (_settled_number(act, side) for side in (test.left, test.rights[0]))
    return ORDER[test.operators[0]](left, right) if left is not None and right is not None else None


def _numbers_passed(act: Activation, test: t.Expr) -> bool | None:
    """Whether a test holds of the numbers that were passed, or were worked out of them: `if size >= n * (n - 1) // 2:`."""
    if not isinstance(test, t.Compare) or len(test.operators) != 1 or test.operators[0] not in ORDER:
        return None
    sides, names = (test.left, test.rights[0]), mentioned(test)
    if not all(map(is_arithmetic, sides)) or not asks_what_was_passed(act, test.span.line, names):
        return None
    left, right = (_settled_number(act, side) for side in sides)
    return ORDER[test.operators[0]](left, right) if left is not None and right is not None else None


def _called(test: t.Compare) -> Iterator[str]:
    """The functions that are called on either side of a comparison: `math.sqrt(n) > 2` asks nothing of an object."""
    for side in (test.left, *test.rights):
        name = key_of(side.function) if isinstance(side, t.Call) else None
        if name is not None:
            yield name


def _settled_number(act: Activation, node: t.Expr) -> float | None:
    with act.nested():
        number = evaluate(act, node).number
    return number.likely if number is not None and number.known else None


def _dimensions(act: Activation, node: t.Expr) -> int | None:
    """What `x.ndim` or `len(x.shape)` is where the shape of the array is known, and `len(x)` of a tuple."""
    array = ranked(node)
    if array is not None:
        return _count(_settled(act, array))
    whole = length_of(node)
    value = _settled(act, whole) if whole is not None else None
    return len(value.items) if value is not None and value.type == "tuple" and value.items is not None else None


def asks_for_rank(test: t.Expr) -> bool:
    """`x.ndim == 1`, `len(x.shape) == 3`: of an array that is made here, too, there is no doubt."""
    return isinstance(test, t.Compare) and ranked(test.left) is not None


def _count(array: Value | None) -> int | None:
    return len(array.shape) if array is not None and array.type == ARRAY and array.shape is not None else None


def _settled(act: Activation, node: t.Expr | None) -> Value | None:
    """What a variable or an attribute is here; None for a parameter for which others may pass anything."""
    root = node
    while isinstance(root, t.Attribute):
        root = root.value
    if node is None or not isinstance(root, t.Name) or (root is node and root.id in act.open):
        return None
    with act.nested():
        return evaluate(act, node)


def _is_code(value: Value | None) -> bool:
    """Whether a value is a function or a class."""
    return value is not None and isinstance(value.reference, (FunctionRef, ClassRef, SymbolRef))


def _is_true(act: Activation, name: t.Name) -> bool | None:
    """Whether a variable is true: a flag, or what always is."""
    constant = _constant(act, name)
    if constant is not None:
        return bool(constant.value) if _is_flag(constant.value) else None
    return True if _is_something(_settled(act, name)) else None


def _is_something(value: Value | None) -> bool:
    """Whether a value is true whatever is in it: a generator, a function or a class."""
    return value is not None and (value.type == "generator" or isinstance(value.reference, (FunctionRef, ClassRef)))


def _is_callable(act: Activation, arguments: list[t.Expr]) -> bool | None:
    """Whether a value is a function or a class, or one of Python's own types, of which no instance can be called."""
    value = _settled(act, arguments[0]) if len(arguments) == 1 else None
    return _may_be_called(value) if value is not None else None


def _may_be_called(value: Value) -> bool | None:
    return True if _is_code(value) else False if value.type in BUILTIN and value.reference is None else None


def _has_attribute(act: Activation, arguments: list[t.Expr]) -> bool | None:
    """Whether a value has an attribute, where it is of one of Python's own types, or an array or a table."""
    value = _settled(act, arguments[0]) if len(arguments) == 2 else None
    name = arguments[1] if len(arguments) == 2 else None
    if value is None or value.type is None or value.reference is not None or not isinstance(name, t.Constant):
        return None
    if act.program.class_of(value.type) is not None:  # attributes come and go
        return None
    if lacks(act, value, str(name.value)):
        return False
    return True if value.type in BUILTIN or has(act, value.type, str(name.value)) else None


def asks_in_vain(act: Activation, node: t.Expr) -> bool:
    """Whether an expression asks a value for an attribute that it does not have: `x.values`, `x.to_numpy()` of an array."""
    asked_for = node.function if isinstance(node, t.Call) else node
    if not isinstance(asked_for, t.Attribute):
        return False
    value = _settled(act, asked_for.value)
    return value is not None and lacks(act, value, asked_for.name)


_ASKED = {"callable": _is_callable, "hasattr": _has_attribute}


def _constant(act: Activation, node: t.Expr) -> Literal | None:
    """The constant that a variable of a function is, or of one around it; not that of a parameter for which others may pass
    anything.
    """
    if not isinstance(node, t.Name) or node.id in act.open or node.id in act.globals or node.id in act.nonlocals:
        return None
    value = next((env[node.id] for env in (act.environment, *act.enclosing) if node.id in env), None)
    return value.literal if value is not None else None


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _compared(left: Literal | None, operator: str, right: object) -> bool | None:
    """Flags, texts, None, and numbers that no loop has changed."""
    if left is not None and _is_number(left.value) and _is_number(right) and operator in ORDER:
        return ORDER[operator](left.value, right)  # type: ignore[arg-type]
    if left is None or not (_is_flag(left.value) or isinstance(left.value, str)):
        is_number = left is not None and _is_number(left.value)
        return operator == "is_not" if is_number and right is None and operator in ("is", "is_not") else None
    if operator in ("eq", "ne") and isinstance(right, str):
        return (left.value == right) == (operator == "eq")
    if operator in ("is", "is_not") and _is_flag(right):
        return (left.value is right) == (operator == "is")
    return None


def _narrowed(act: Activation, test: t.Expr, holds: bool) -> Iterator[tuple[str, Value]]:
    if isinstance(test, t.Unary) and test.operator == "not":
        yield from _narrowed(act, test.operand, not holds)
    elif isinstance(test, t.Boolean) and test.operator == ("and" if holds else "or"):
        for part in test.values:
            yield from _narrowed(act, part, holds)
    elif isinstance(test, t.Boolean) and holds:
        yield from _either(act, test.values)
    elif (typed := asked(test)) is not None:
        if isinstance(typed[0], t.Name):
            kind, old = any_of(act, typed[1]), act.environment.get(typed[0].id)
            if holds and is_instance(act, old, typed[1]):
                return  # of an abstract class, say: it stays what it is
            if kind is not None and holds:
                yield typed[0].id, as_instance(act, old, kind)
            elif kind is not None and old is not None:
                yield typed[0].id, as_other(act, old, kind)
    elif isinstance(test, t.Compare) and holds:
        yield from _counted(act, test)
        if test.operators == ("eq",) and isinstance(test.left, t.Attribute) and test.left.name == "suffix":
            yield from _ending(act, test.left.value, test.rights[0])
    elif isinstance(test, t.Call) and isinstance(test.function, t.Attribute) and holds:
        if test.function.name == "endswith" and len(test.arguments) == 1:
            yield from _ending(act, test.function.value, test.arguments[0].value)
    elif isinstance(test, t.Call) and isinstance(test.function, t.Name) and test.function.id == "callable":
        node = test.arguments[0].value if len(test.arguments) == 1 else None
        old = act.environment.get(node.id) if isinstance(node, t.Name) else None
        if isinstance(node, t.Name) and old is not None:
            fitting = [o for o in options_of(old) if _may_be_called(o) is not (not holds)]
            yield node.id, reduce(join, fitting) if fitting else old


def _either(act: Activation, tests: Sequence[t.Expr]) -> Iterator[tuple[str, Value]]:
    """What the variables are of which each of several tests says something: `isinstance(x, str) or x is None`."""
    found = [dict(_narrowed(act, test, True)) or _nothing(test) for test in tests]
    for name in found[0]:
        if all(name in said for said in found):
            yield name, reduce(join, (said[name] for said in found))


def _nothing(test: t.Expr) -> dict[str, Value]:
    """`x is None` says what `x` is."""
    if not isinstance(test, t.Compare) or test.operators != ("is",) or not isinstance(test.left, t.Name):
        return {}
    right = test.rights[0]
    return {test.left.id: NONE} if isinstance(right, t.Constant) and right.value is None else {}


def _ending(act: Activation, node: t.Expr, suffix: t.Expr) -> Iterator[tuple[str, Value]]:
    """`name.endswith(".gz")`, `path.suffix == ".csv"`: how a text that ends in something unknown ends."""
    value = act.environment.get(node.id) if isinstance(node, t.Name) else None
    if not isinstance(node, t.Name) or value is None or value.text is None or not value.text.pattern.endswith(HOLE):
        return
    if isinstance(suffix, t.Constant) and isinstance(suffix.value, str):
        yield node.id, replace(value, text=replace(value.text, pattern=value.text.pattern + suffix.value))


def _counted(act: Activation, test: t.Compare) -> Iterator[tuple[str, Value]]:
    """`len(batch) == 500`, `len(batch) >= size`: what is full when it is looked at, and emptied then."""
    call = test.left
    if test.operators not in (("eq",), ("ge",)) or not isinstance(call, t.Call) or len(call.arguments) != 1:
        return
    argument = call.arguments[0].value
    if not isinstance(call.function, t.Name) or call.function.id != "len" or not isinstance(argument, t.Name):
        return
    value = act.environment.get(argument.id)
    with act.nested():
        number = evaluate(act, test.rights[0]).number
    if value is not None and value.type in ("list", "set", "collections.deque", "bytearray") and number is not None:
        yield argument.id, replace(value, size=number, items=None)


def matched(act: Activation, pattern: t.Expr | None, subject: Value, name: str | None) -> dict[str, Value]:
    """What a pattern binds, and what it says of the variable that is looked at."""
    found = dict(_matched(act, pattern, subject))
    kind = _kind(act, pattern)
    if name is not None and kind is not None:
        found.setdefault(name, as_instance(act, subject, kind))
    return found


def _kind(act: Activation, pattern: t.Expr | None) -> Value | None:
    if isinstance(pattern, t.Walrus):
        return _kind(act, pattern.value)
    return any_of(act, pattern.kind) if isinstance(pattern, t.ClassPattern) else None


def _matched(act: Activation, pattern: t.Expr | None, subject: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(pattern, t.Name):
        yield pattern.id, subject
    elif isinstance(pattern, t.Walrus) and isinstance(pattern.target, t.Name):
        kind = _kind(act, pattern.value)
        yield pattern.target.id, as_instance(act, subject, kind) if kind is not None else subject
        yield from _matched(act, pattern.value, subject)
    elif isinstance(pattern, t.ClassPattern):
        owner = _kind(act, pattern)
        scope = act.program.class_of(owner.type) if owner is not None else None
        for argument in pattern.arguments:
            inner = act.program.attribute(scope, argument.keyword) if scope is not None and argument.keyword else None
            alone = len(pattern.arguments) == 1 and not argument.keyword and scope is None  # `int(x)`, `str(x)`
            yield from _matched(act, argument.value, owner if alone and owner is not None else inner or UNKNOWN)
    elif isinstance(pattern, t.Sequence):
        items = subject.items if subject.type in ("tuple", "list") else None
        plain = items is not None and len(items) == len(pattern.elements)
        for position, part in enumerate(pattern.elements):
            each = items[position] if plain and items is not None else element_of(subject)
            if isinstance(part, t.Starred):
                yield from _matched(act, part.value, Value(type="list", element=element_of(subject)))
            else:
                yield from _matched(act, part, each)
    elif isinstance(pattern, t.Dict):
        for key, part in pattern.items:
            text = key.value if isinstance(key, t.Constant) and isinstance(key.value, str) else None
            column = subject.column(text) if text is not None else None
            if column is None and subject.type == "dict" and subject.items is not None and len(subject.items) == 2:
                column = subject.items[1]
            yield from _matched(act, part, column or UNKNOWN)
    elif isinstance(pattern, t.Boolean):
        for part in pattern.values:
            yield from _matched(act, part, subject)
