"""gillint's own syntax tree: frozen, small, and free of the parser that built it.

Nodes compare by identity: two equal-looking calls on different lines are different calls.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from gillint.diagnostics.span import Span
from gillint.frozen import dataclass

HOLE = "\u25a1"  # □ stands for what is not known of a text, here and wherever texts are put together


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A literal number, string, bytes, boolean, None or Ellipsis."""

    span: Span
    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A variable read (or, as a target, bound)."""

    span: Span
    id: str


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """`value.name`."""

    span: Span
    value: Expr
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """One argument of a call: positional, `name=value`, `*value` or `**value`."""

    value: Expr
    keyword: str | None = None
    star: Literal["", "*", "**"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`function(arguments)`."""

    span: Span
    function: Expr
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """`left operator right`; the operator as its dunder name without underscores (`add`, `matmul`)."""

    span: Span
    left: Expr
    operator: str
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    """`-x`, `+x`, `~x`, `not x`."""

    span: Span
    operator: str
    operand: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Boolean:
    """`a and b`, `a or b`."""

    span: Span
    values: tuple[Expr, ...]
    operator: Literal["and", "or"] = "and"


@dataclass(frozen=True, slots=True, eq=False)
class Compare:
    """`a < b < c`, `a in b`."""

    span: Span
    left: Expr
    operators: tuple[str, ...]
    rights: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Subscript:
    """`value[index]`."""

    span: Span
    value: Expr
    index: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """`lower:upper:step` inside a subscript."""

    span: Span
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A list, tuple or set display."""

    span: Span
    kind: Literal["list", "tuple", "set"]
    elements: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Dict:
    """A dict display; a None key is `**value`."""

    span: Span
    items: tuple[tuple[Expr | None, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One `for target in iterable if conditions` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]
    is_async: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension:
    """A comprehension or a generator expression; `value` is the dict comprehension's second part."""

    span: Span
    kind: Literal["list", "set", "dict", "generator"]
    element: Expr
    value: Expr | None
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """`lambda parameters: body`."""

    span: Span
    parameters: tuple[Parameter, ...]
    body: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """`body if test else orelse`."""

    span: Span
    test: Expr
    body: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Await:
    """`await value`."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Yield:
    """`yield value` or `yield from value`."""

    span: Span
    value: Expr | None
    is_from: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Formatted:
    """An f-string, or strings side by side: the expressions in it, and the text with a hole for each that is printed.

    `specs` are the format specifications of the expressions, empty where there is none; None for an expression inside one,
    which is evaluated, not printed.
    """

    span: Span
    parts: tuple[Expr, ...]
    template: str = ""
    specs: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Starred:
    """`*value` in a display or a target."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Walrus:
    """`target := value`."""

    span: Span
    target: Expr
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class ClassPattern:
    """`case kind(arguments)`."""

    span: Span
    kind: Expr
    arguments: tuple[Argument, ...]


Expr = (
    Constant
    | Name
    | Attribute
    | Call
    | Binary
    | Unary
    | Boolean
    | Compare
    | Subscript
    | Slice
    | Sequence
    | Dict
    | Comprehension
    | Lambda
    | Conditional
    | Await
    | Yield
    | Formatted
    | Starred
    | Walrus
    | ClassPattern
)


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of a function; `kind` is "" for an ordinary one, "*" and "**" for the collecting ones."""

    name: str
    annotation: Expr | None = None
    default: Expr | None = None
    kind: Literal["", "*", "**", "keyword"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluate:
    """An expression as a statement."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """`targets = value`; an annotation without a value has None."""

    span: Span
    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Augment:
    """`target operator= value`."""

    span: Span
    target: Expr
    operator: str
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """One imported name: `binds` to `module` or to `module.name`; `name` is "*" for a star import."""

    span: Span
    binds: str
    module: str
    name: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    """`return value`."""

    span: Span
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Raise:
    """`raise value`."""

    span: Span
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Jump:
    """`pass`, `break`, `continue`, `global`, `nonlocal`; names for the last two."""

    span: Span
    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    """`del targets`."""

    span: Span
    targets: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assert:
    """`assert test`."""

    span: Span
    test: Expr


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """`if test: body else: orelse`; an `elif` is an `If` in `orelse`."""

    span: Span
    test: Expr
    body: Body
    orelse: Body


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """`for target in iterable`."""

    span: Span
    target: Expr
    iterable: Expr
    body: Body
    orelse: Body
    is_async: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """`while test`."""

    span: Span
    test: Expr
    body: Body
    orelse: Body


@dataclass(frozen=True, slots=True, eq=False)
class With:
    """`with items`."""

    span: Span
    items: tuple[tuple[Expr, Expr | None], ...]
    body: Body
    is_async: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """`except kind as name: body`."""

    kind: Expr | None
    name: str | None
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    """`try: body except ...: finally: ...`."""

    span: Span
    body: Body
    handlers: tuple[Handler, ...]
    orelse: Body
    final: Body


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """`case pattern if guard: body`; the names that the pattern binds.

    The pattern is written as the expression that looks like it: `Name` captures, `Walrus` is
    `pattern as name`, `Boolean` a choice.
    """

    binds: tuple[str, ...]
    guard: Expr | None
    body: Body
    pattern: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """`match subject`."""

    span: Span
    subject: Expr
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """`def` or `async def`."""

    span: Span
    name: str
    parameters: tuple[Parameter, ...]
    body: Body
    decorators: tuple[Expr, ...] = ()
    returns: Expr | None = None
    is_async: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """`class`."""

    span: Span
    name: str
    bases: tuple[Expr, ...]
    body: Body
    decorators: tuple[Expr, ...] = ()
    keywords: tuple[Argument, ...] = field(default=())


Stmt = (
    Evaluate
    | Assign
    | Augment
    | Import
    | Return
    | Raise
    | Jump
    | Delete
    | Assert
    | If
    | For
    | While
    | With
    | Try
    | Match
    | Function
    | Class
)
Body = tuple[Stmt, ...]
