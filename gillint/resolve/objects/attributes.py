"""`value.name`: an attribute that is known, or a method that is about to be called."""

from __future__ import annotations

import builtins
import math
import re
import string

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.base import bases_of, find_fact, find_method, find_type
from gillint.knowledge.schema import Behaviour, Effect, Fact
from gillint.resolve.activation import Activation, Getter
from gillint.resolve.assumed import NAMESPACES, WORDS
from gillint.resolve.calling.bound import TENSOR, Answers, size_of
from gillint.resolve.calling.compat import constant_of, own_name
from gillint.resolve.calling.handovers import SYNONYMS
from gillint.resolve.calling.moved import public_name
from gillint.resolve.calling.options import BOUND_ARGUMENTS, NAMESPACE
from gillint.resolve.calling.returns import build
from gillint.resolve.external.answers import read_attribute
from gillint.resolve.external.mapped import asked_for_list, column_of
from gillint.resolve.external.programs import pipe_of
from gillint.resolve.joining import join
from gillint.resolve.numeric.datasets import target_of
from gillint.resolve.numeric.dates import days_of
from gillint.resolve.numeric.dtype_names import NUMBERS
from gillint.resolve.numeric.dtypes import as_array, scalar_class
from gillint.resolve.numeric.labelled_arrays import refine_labelled_arrays
from gillint.resolve.numeric.layers import LOADER
from gillint.resolve.numeric.memory import STRIDED, TURNED
from gillint.resolve.numeric.shapes import ARRAY, PICTURES, product, with_shape
from gillint.resolve.numeric.sparse import refine_sparse
from gillint.resolve.numeric.tensors import tensor_attribute
from gillint.resolve.objects.c_arrays import maker
from gillint.resolve.objects.dispatch import classes_with, deriving_with, overriding
from gillint.resolve.objects.instances import fields_of, maker_of
from gillint.resolve.objects.lists import as_list
from gillint.resolve.objects.named_tuples import class_attribute
from gillint.resolve.objects.use import as_kept
from gillint.resolve.opaque import part_of
from gillint.resolve.scope import ENUMS, ClassScope
from gillint.resolve.tabular.frames import refine_frame
from gillint.resolve.tabular.gaps import GAPS
from gillint.resolve.text.paths import attribute_of_path
from gillint.resolve.trace import Block, Bound, Branch, Call, Lock
from gillint.resolve.values import (
    NONE,
    UNKNOWN,
    ChoiceRef,
    ClassRef,
    FunctionRef,
    Literal,
    MadeRef,
    MethodRef,
    PartialRef,
    SuperRef,
    SymbolRef,
    Value,
    is_known,
    of_constant,
    of_number,
)

_ATTRIBUTE_READ = Behaviour(Effect.HOLDS)
_FLOATS = {"math.inf", "math.nan", "numpy.inf", "numpy.nan"}
_CONSTANTS = {"math.pi": math.pi, "math.e": math.e, "math.tau": math.tau, "numpy.pi": math.pi, "numpy.e": math.e}
_INTEGERS = {"sys.maxunicode": 0x10FFFF}
_ALPHABETS = {
    f"string.{name}": getattr(string, name)
    for name in (
        "ascii_letters",
        "ascii_lowercase",
        "ascii_uppercase",
        "digits",
        "hexdigits",
        "octdigits",
        "punctuation",
        "whitespace",
        "printable",
    )
}
_SAME_MODULE = {"posixpath": "os.path", "ntpath": "os.path"}
# A class of a module that the compiler of Protocol Buffers wrote: `person_pb2.Person`, `person_pb2.Person.FromString`.
_MESSAGE = re.compile(r"[\w.]*_pb2(?:\.(?!FromString)[A-Z]+[a-z]\w*)+(?P<method>\.FromString)?")
# The name in the key of a function, `path::Class.method`; one that is made on the way may have that of what it wraps.
_WRITTEN_NAME = re.compile(r"::(?:\w+\.)*([A-Za-z_]\w*)(?:@\d+)?$")
_TEXTS = {"__name__", "__qualname__", "__module__", "__doc__"}


# Types whose attributes are the columns of the value.
# Those of which some attributes are known for this one value, beside what holds for all of the type.
_TOLD = ("os.stat_result", "sqlite3.Cursor")
_RECORDS = ("pandas.DataFrame", "pandas.Series", NAMESPACE, "tuple", BOUND_ARGUMENTS, LOADER)


def attribute_value(act: Activation, value: Value, name: str, span: Span | None = None) -> Value:
    """What an attribute of a value is."""
    ref = value.reference
    if isinstance(ref, SymbolRef):
        return symbol_of(f"{ref.name}.{name}")
    if isinstance(ref, SuperRef):
        return _of_bases(act, ref, name, span)
    told = _of_reference(value, name)
    if told is None and isinstance(ref, PartialRef):
        told = maker(ref, name)
    if told is not None:
        return told
    if isinstance(ref, ClassRef):
        return _of_class(act, act.program.class_of(ref.key), name, span)
    if isinstance(ref, ChoiceRef):
        return _of_choice(act, ref, name, span)
    value = _as_dates(act, value, name)
    owner = act.program.class_of(value.type)
    if owner is not None:
        return _of_instance(act, owner, value, name, span)
    found = _of_library(act, value, name, span)
    if found is not None:
        return found
    number = _as_numpys(act, value, name)
    if number is not None:
        return Value(reference=MethodRef(number, name), origin=name)
    if isinstance(ref, MadeRef) and value.type in NAMESPACES:
        return act.program.taken(ref, name) or Value(origin=name)
    column = value.column(name) if value.type in _RECORDS else None
    if column is not None:
        return column
    if value.type is not None and find_method(value.type, name) is None:
        getitem = find_method(value.type, "__getattr__")
        if getitem is not None and getitem.behaviour.returns is not None:
            key = Value(type="str", literal=Literal(name))
            bound = Bound(value, (key,), (("name", key),))
            if span is not None:
                act.emit(Call(span, act.path, getitem.name, "library", bound, getitem, implicit=True))
            made = build(getitem.behaviour.returns, Answers(getitem, bound), bound)
            if value.type.startswith("pandas."):  # `groups.price` means `groups["price"]`
                return refine_frame(f"{value.type}.__getitem__", bound, made)
            return refine_labelled_arrays(getitem.name, bound, made)
    meant = _by_name(act, value, name, span) if value.type is None and not isinstance(ref, MadeRef) else None
    if meant is not None:
        return meant
    part, reference = part_of(value), MethodRef(value, name)
    return replace(part or UNKNOWN, reference=reference, origin=name)


_INDEX, _DATES = "pandas.Index", "pandas.DatetimeIndex"


def _as_dates(act: Activation, value: Value, name: str) -> Value:
    """An index that is asked for what only one of dates has is one of dates: `prices.index.year`."""
    if value.type != _INDEX or has(act, _INDEX, name) or not has(act, _DATES, name):
        return value
    return replace(value, type=_DATES)


def _of_choice(act: Activation, ref: ChoiceRef, name: str, span: Span | None) -> Value:
    """The attribute of whichever it is; what has no such attribute, as far as anybody knows, is not what is meant."""
    options = [o for o in ref.options if not lacks(act, o, name)]
    having = [o for o in options if o.reference is not None or o.type is None or has(act, o.type, name)]
    found: Value | None = None
    for option in having or options:
        found = join(found, attribute_value(act, option, name, span))
    return found if found is not None else Value(reference=MethodRef(UNKNOWN, name), origin=name)


def _by_name(act: Activation, value: Value, name: str, span: Span | None) -> Value | None:
    """A method of the classes of the file that alone have one of this name; None where there are none."""
    meant = classes_with(act, value, name)
    if not meant:
        return None
    kinds = ", ".join(f"`{owner.name}`" for owner in meant)
    act.scope.note(f"what `{name}` is asked of is not known: taken as {kinds}, which have it")
    return _of_one_of(act, meant, name, span)


def _of_one_of(act: Activation, owners: tuple[ClassScope, ...], name: str, span: Span | None) -> Value | None:
    """The attribute of an instance of one of these classes of the file; None where there is none."""
    found: Value | None = None
    for owner in owners:
        found = join(found, attribute_value(act, Value(type=owner.key), name, span))
    return found


def has(act: Activation, type_name: str, name: str) -> bool:
    """Whether instances of a type are known to have an attribute or a method."""
    owner = act.program.class_of(type_name)
    if owner is not None:
        return act.program.attribute(owner, name) is not None or bool(act.program.library_bases(owner))
    if find_method(type_name, name) is not None:
        return True
    infos = (find_type(base) for base in bases_of(type_name))
    return any(key == name for info in infos if info is not None for key, _ in info.attributes)


def _as_numpys(act: Activation, value: Value, name: str) -> Value | None:
    """A number that is asked for what only numpy's have: one of its scalars, or an array without dimensions."""
    scalar = scalar_class(value)
    if scalar is not None and find_method(scalar, name) is not None:
        return replace(value, type=scalar)
    is_numpys = value.type in NUMBERS and lacks(act, value, name) and find_method(ARRAY, name) is not None
    return as_array(value) if is_numpys else None


def lacks(act: Activation, value: Value, name: str) -> bool:
    """Whether instances of a type are known not to have an attribute."""
    if value.type is None or value.reference is not None:
        return False
    owner = act.program.class_of(value.type)
    if owner is None:
        return is_builtin_without(value.type, name) or _is_table_without(act, value, name)
    if act.program.library_bases(owner):
        return False
    return act.program.attribute(owner, name) is None and act.program.attribute(owner, "__getattr__") is None


# Types of which all that they have is known, but for these.
_TABLES = (ARRAY, "pandas.DataFrame", "pandas.Series")
_NOT_DESCRIBED = {
    "attrs", "axes", "base", "boxplot", "ctypes", "data", "device", "dtype", "dtypes", "flags", "from_arrow", "hist", "list",
    "mT", "nbytes", "ndim", "plot", "select", "setfield", "sparse", "struct", "style", "to_clipboard", "to_device",
    "to_excel", "to_hdf", "to_iceberg", "to_latex", "to_sql", "to_timestamp",
}  # fmt: skip


def _is_table_without(act: Activation, value: Value, name: str) -> bool:
    """Whether a value is an array or a table that has no such attribute and no such column."""
    if name == "sparse" and value.type in _TABLES[1:]:  # an accessor of those whose columns are
        return value.dtype is not None
    if value.type not in _TABLES or name.startswith("_") or name in _NOT_DESCRIBED:
        return False
    return value.column(name) is None and not has(act, value.type, name)


def is_builtin_without(type_name: str | None, name: str) -> bool:
    """Whether a type is one of Python's own, and has no such attribute, in the Python that runs or in a later one."""
    kind = getattr(builtins, type_name or "", None)
    return (
        isinstance(kind, type)
        and not any(name in vars(base) for base in kind.__mro__)  # the class itself can be called
        and find_method(kind.__name__, name) is None
    )


def _of_reference(value: Value, name: str) -> Value | None:
    """What can be said of an attribute by what the value stands for alone."""
    if name == "__name__" and isinstance(value.reference, FunctionRef):
        written = _WRITTEN_NAME.search(value.reference.key)
        return of_constant(written[1]) if written is not None else Value(type="str")
    if name == "__name__" and isinstance(value.reference, SymbolRef) and "." not in value.reference.name:
        return of_constant(value.reference.name)  # `type(node).__name__` of one of Python's own
    if name in _TEXTS and value.reference is not None:
        return Value(type="str")
    return class_attribute(value, name)


def _of_class(act: Activation, owner: ClassScope | None, name: str, span: Span | None) -> Value:
    if owner is None:
        return UNKNOWN
    bases = act.program.library_bases(owner)
    found = act.program.attribute(owner, name)
    if found is None:
        return next((_inherited(act, owner, base, name, span) for base in bases), UNKNOWN)
    if name not in owner.methods and not ENUMS.isdisjoint(bases) and not owner.key.endswith("::"):
        _emit_reading(act, "enum.Enum.__get__", Bound(Value(type=owner.key)), span)
        return Value(type=owner.key)  # a member of an enumeration
    return column_of(owner, found)


def _inherited(act: Activation, owner: ClassScope, base: str, name: str, span: Span | None) -> Value:
    """What a class of the program has from one of a library: a method, or an object such as `Model.objects`."""
    if find_method(base, name) is None and (found := _of_library(act, Value(type=base), name, span)) is not None:
        return found
    full = f"{base}.{name}"
    return maker_of(owner, full, symbol_of(full))


def _of_instance(act: Activation, owner: ClassScope, value: Value, name: str, span: Span | None) -> Value:
    if name == "__class__":
        return Value(type="type", reference=ClassRef(owner.key))
    if name == "__dict__":
        return fields_of(act, value)
    getter = act.program.getter(owner, name, value) if span is not None else None
    if getter is not None and span is not None:
        return _read(act, owner, value, getter, span, name)
    found = act.program.attribute(owner, name, value)
    if found is not None:
        kept = _of_one_of(act, overriding(act, owner, found), name, span) or as_kept(act.program, owner, name, found)
        return asked_for_list(act, owner, value, name, kept, span) if span is not None else kept
    for base in act.program.library_bases(owner):
        if base in ENUMS:
            _emit_reading(act, f"enum.Enum.{name}", Bound(value), span)
        found = _of_library(act, replace(value, type=base), name, span)
        if found is not None:
            return found
    other = _of_one_of(act, deriving_with(act, owner, name), name, span) or _asked_for(act, owner, value, name, span)
    if other is None and lacks(act, value, name):
        other = _by_name(act, value, name, span)  # so it is something else
    return other or Value(reference=MethodRef(as_list(act, value), name), origin=name)


_FIRST_READ = 0.5  # of the reads of a property that keeps what it has given: most are read once or twice


def _read(act: Activation, owner: ClassScope, instance: Value, getter: Getter, span: Span, name: str) -> Value:
    """What a property gives, or an object with a `__get__`: one that keeps it computes it once, maybe under a lock."""
    from gillint.resolve.calling.calls import apply

    if not getter.keeps:
        given = apply(act, getter.function, (), (), span, name)
        if is_known(given) or not isinstance(getter.function.reference, PartialRef):
            return given
        return act.program.attribute(owner, name, instance) or given  # what was stored under the name
    lock = Value(type="threading.RLock", reference=MadeRef(f"{owner.key}.{name}", _NOWHERE))
    keeper = f"{owner.name}.{name}" if getter.has_one_lock else None
    with act.nested() as inner:
        if keeper is not None:
            act.emit(Lock(span, act.path, lock, is_taken=True, keeper=keeper))
        given = apply(act, getter.function, (), (), span, name)
        if keeper is not None:
            act.emit(Lock(span, act.path, lock, is_taken=False, keeper=keeper))
            act.scope.note(f"`{name}` is a functools.cached_property: until Python 3.12 one lock serves all instances")
    act.emit(Branch((inner.finish(), Block()), (_FIRST_READ, 1.0 - _FIRST_READ)))
    return given


_NOWHERE = Span(1, 1, 1, 1)


def _asked_for(act: Activation, owner: ClassScope, value: Value, name: str, span: Span | None) -> Value | None:
    """What `__getattr__` of the class gives: the attribute of the object that a proxy stands for."""
    from gillint.resolve.calling.calls import apply

    asks = act.program.attribute(owner, "__getattr__", value)
    if asks is None or name.startswith("__"):
        return None
    with act.nested() as builder:
        found = apply(act, asks, (of_constant(name),), (), span or Span(1, 1, 1, 1), "__getattr__")
    if span is not None:
        act.builder.include(builder.finish())
    return found if is_known(found) else None


def _of_bases(act: Activation, ref: SuperRef, name: str, span: Span | None) -> Value:
    """`super().name`: the next class behind this one that has it, in the order of the instance's class."""
    owner = act.program.class_of(ref.key)
    above = act.program.resolution_order(owner)[1:] if owner is not None else ()
    whole = act.program.class_of(_class_key(ref.instance))
    if whole is not None and whole is not owner:
        order = act.program.resolution_order(whole)
        above = order[order.index(owner) + 1 :] if owner in order else above
    for parent in above:
        found = act.program.attribute(parent, name, ref.instance)
        if found is not None:
            return found
    for library_base in act.program.library_bases(owner) if owner is not None else ():
        held = as_list(act, ref.instance)
        return attribute_value(act, held if held is not ref.instance else Value(type=library_base), name, span)
    if find_fact(f"object.{name}") is not None:
        return symbol_of(f"object.{name}")
    return Value(reference=MethodRef(ref.instance, name), origin=name)


def _class_key(value: Value) -> str | None:
    """The class of an instance, or a class that is passed as `cls`."""
    return value.reference.key if isinstance(value.reference, ClassRef) else value.type


def _of_library(act: Activation, value: Value, name: str, span: Span | None = None) -> Value | None:
    if value.type is None:  # an array, a table or a tensor, of which the program asked how many dimensions it has
        return _dimensions(value, name) if name == "shape" and value.shape is not None else None
    is_sparse = value.type.startswith("scipy.sparse.") and name in ("shape", "ndim")
    if (value.type == ARRAY or is_sparse) and value.shape is not None:
        dimensions = _dimensions(value, name)
        if dimensions is not None:
            return dimensions
    if value.type == TENSOR and (found := tensor_attribute(value, name)) is not None:
        return found
    if value.type in PICTURES and name in ("size", "width", "height"):
        return _sides(value, name)
    known = value.column(name) if value.type in _TOLD else None
    if known is not None:
        return known
    for base in bases_of(value.type):
        info = find_type(base)
        for key, returns in info.attributes if info is not None else ():
            if key == name:
                probe = Fact(f"{base}.{name}", "", (), _ATTRIBUTE_READ)
                bound = Bound(value)
                _emit_reading(act, probe.name, bound, span)  # a property that works: `series.dt.year`
                made = build(returns, Answers(probe, bound), bound)
                if base.startswith("pandas."):
                    return refine_frame(probe.name, bound, made)
                if base.startswith("scipy.sparse."):
                    return refine_sparse(probe.name, bound, made)
                if base.startswith("subprocess."):
                    return pipe_of(value, made)
                found = read_attribute(value, name, target_of(base, name, made))
                return attribute_of_path(value, name, days_of(value, name, found))
    return None


def _emit_reading(act: Activation, name: str, bound: Bound, span: Span | None) -> None:
    """What reading an attribute does, where a fact tells."""
    fact = find_fact(name)
    if fact is not None and span is not None:
        act.emit(Call(span, act.path, fact.name, "library", bound, fact, implicit=True))


def _sides(picture: Value, name: str) -> Value:
    """Width and height of a picture; where only its pixels are known, those of a square."""
    sides = picture.shape
    if sides is None or len(sides) != 2:
        sides = (size_of(picture).map(lambda n: n**0.5),) * 2
    width, height = (of_number("int", side) for side in sides)
    if name == "size":
        return Value(type="tuple", items=(width, height))
    return width if name == "width" else height


def _dimensions(value: Value, name: str) -> Value | None:
    shape = value.shape or ()
    if name == "T":
        turned = with_shape(value, tuple(reversed(shape)))
        return replace(turned, mark=TURNED if value.mark is None and len(shape) > 1 else None)
    if name == "flat":
        return with_shape(value, (product(shape),))
    if name in ("real", "imag"):
        return _part_of_complex(value)
    if name == "shape":
        return Value(type="tuple", items=tuple(of_number("int", d) for d in shape))
    if name == "size":
        return of_number("int", size_of(value))
    if name == "ndim":
        return of_number("int", Estimate.point(len(shape)))
    return None


def _part_of_complex(value: Value) -> Value:
    """The real or the imaginary parts of complex numbers: every second one of twice as many."""
    if value.dtype is None or not value.dtype.startswith("complex"):
        return value
    return replace(value, dtype="float32" if value.dtype == "complex64" else "float64", mark=STRIDED, element=None)


def symbol_of(name: str) -> Value:
    """The value of a public name of a library."""
    name = public_name(own_name(SYNONYMS.get(name, name)))
    constant = constant_of(name)
    if constant is not None:
        return constant
    message = _MESSAGE.fullmatch(name)
    if message is not None:
        name = f"google.protobuf.message.Message{message['method'] or ''}"
    module, _, rest = name.partition(".")
    if module in _SAME_MODULE:
        name = f"{_SAME_MODULE[module]}.{rest}" if rest else _SAME_MODULE[module]
    if name in _ALPHABETS:
        return of_constant(_ALPHABETS[name])
    if name in _FLOATS:
        return Value(type="float", mark=GAPS if name.endswith(".nan") else None)
    if name in _CONSTANTS:
        return of_constant(_CONSTANTS[name])
    if name in _INTEGERS:
        return of_constant(_INTEGERS[name])
    if name == "sys.argv":
        return Value(type="list", element=Value(type="str"), size=WORDS, origin=name)
    if name == "numpy.newaxis":
        return NONE
    return Value(reference=SymbolRef(name))
