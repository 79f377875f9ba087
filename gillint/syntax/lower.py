"""From libcst's tree to gillint's own. The only module that knows libcst's node types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

import libcst as cst

from gillint.diagnostics.span import Span
from gillint.syntax import fstrings
from gillint.syntax import tree as t
from gillint.syntax.facing import facing, facing_loop
from gillint.syntax.positions import Positions

_BINARY = {
    "Add": "add",
    "Subtract": "sub",
    "Multiply": "mul",
    "Divide": "truediv",
    "FloorDivide": "floordiv",
    "Modulo": "mod",
    "Power": "pow",
    "MatrixMultiply": "matmul",
    "LeftShift": "lshift",
    "RightShift": "rshift",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
}
_COMPARE = {
    "LessThan": "lt",
    "LessThanEqual": "le",
    "GreaterThan": "gt",
    "GreaterThanEqual": "ge",
    "Equal": "eq",
    "NotEqual": "ne",
    "In": "contains",
    "NotIn": "not_contains",
    "Is": "is",
    "IsNot": "is_not",
}
_UNARY = {"Minus": "neg", "Plus": "pos", "BitInvert": "invert", "Not": "not"}


def _dotted(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _type_comment(line: cst.SimpleStatementLine) -> str | None:
    """The type in `x = []  # type: list[int]`."""
    comment = line.trailing_whitespace.comment
    found = _TYPE_COMMENT.match(comment.value) if comment is not None else None
    return found[1] if found is not None else None


_TYPE_COMMENT = re.compile(r"#\s*type:\s*(?!ignore\b)([^#]+?)\s*(?:#|$)")


class Lowering:
    """Lowers the statements of one parsed module or segment."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions

    def body(self, statements: cst.BaseSuite | tuple[cst.BaseStatement, ...] | list[cst.BaseStatement]) -> t.Body:
        """A suite, or the statements of a module."""
        return tuple(self._statements(statements))

    def _statements(self, suite: object) -> Iterator[t.Stmt]:
        lines = suite.body if isinstance(suite, (cst.IndentedBlock, cst.SimpleStatementSuite)) else suite
        for line in cast("list[cst.CSTNode]", lines):
            if isinstance(line, cst.SimpleStatementLine):
                for small in line.body:
                    yield from self._small(small, _type_comment(line))
            elif isinstance(line, cst.BaseSmallStatement):
                yield from self._small(line)
            else:
                yield self._compound(line)

    # Simple statements

    def _small(self, node: cst.BaseSmallStatement, annotation: str | None = None) -> Iterator[t.Stmt]:
        span = self._positions.of(node)
        if isinstance(node, cst.Expr):
            yield t.Evaluate(span, self.expr(node.value))
        elif isinstance(node, cst.Assign):
            said = t.Constant(span, annotation) if annotation is not None else None
            yield t.Assign(span, tuple(self.expr(a.target) for a in node.targets), self.expr(node.value), said)
        elif isinstance(node, cst.AnnAssign):
            value = self.expr(node.value) if node.value is not None else None
            yield t.Assign(span, (self.expr(node.target),), value, self.expr(node.annotation.annotation))
        elif isinstance(node, cst.AugAssign):
            operator = _BINARY.get(type(node.operator).__name__.removesuffix("Assign"), "add")
            yield t.Augment(span, self.expr(node.target), operator, self.expr(node.value))
        elif isinstance(node, cst.Import):
            for alias in node.names:
                module = _dotted(alias.name)
                binds = alias.evaluated_alias or module.split(".")[0]
                yield t.Import(span, binds, module if alias.asname else module.split(".")[0])
        elif isinstance(node, cst.ImportFrom):
            module, level = _dotted(node.module), len(node.relative)
            if isinstance(node.names, cst.ImportStar):
                yield t.Import(span, "*", module, "*", level)
            else:
                for alias in node.names:
                    name = _dotted(alias.name)
                    yield t.Import(span, alias.evaluated_alias or name, module, name, level)
        elif isinstance(node, cst.Return):
            yield t.Return(span, self.expr(node.value) if node.value is not None else None)
        elif isinstance(node, cst.Raise):
            yield t.Raise(span, self.expr(node.exc) if node.exc is not None else None)
        elif isinstance(node, cst.Del):
            target = self.expr(node.target)
            yield t.Delete(span, target.elements if isinstance(target, t.Sequence) else (target,))
        elif isinstance(node, cst.Assert):
            yield t.Assert(span, self.expr(node.test))
        elif isinstance(node, (cst.Global, cst.Nonlocal)):
            yield t.Jump(span, type(node).__name__.lower(), tuple(i.name.value for i in node.names))
        else:
            yield t.Jump(span, type(node).__name__.lower())

    # Compound statements

    def _compound(self, node: cst.CSTNode) -> t.Stmt:
        span = self._positions.of(node)
        if isinstance(node, cst.For):
            return t.For(
                span,
                self.expr(node.target),
                self.expr(node.iter),
                self.body(node.body),
                self._orelse(node.orelse),
                node.asynchronous is not None,
            )
        if isinstance(node, cst.While):
            body = self.body(node.body)
            return t.While(span, facing_loop(self.expr(node.test), body), body, self._orelse(node.orelse))
        if isinstance(node, cst.If):
            return t.If(span, self.expr(node.test), self.body(node.body), self._orelse(node.orelse))
        if isinstance(node, cst.With):
            items = tuple(
                (self.expr(i.item), self.expr(i.asname.name) if i.asname is not None else None) for i in node.items
            )
            return t.With(span, items, self.body(node.body), node.asynchronous is not None)
        if isinstance(node, (cst.Try, cst.TryStar)):
            handlers = tuple(
                t.Handler(
                    self.expr(h.type) if h.type is not None else None,
                    _dotted(cast("cst.Name", h.name.name)) if h.name is not None else None,
                    self.body(h.body),
                )
                for h in node.handlers
            )
            final = self.body(node.finalbody.body) if node.finalbody is not None else ()
            return t.Try(span, self.body(node.body), handlers, self._orelse(node.orelse), final)
        if isinstance(node, cst.FunctionDef):
            return t.Function(
                span,
                node.name.value,
                self._parameters(node.params),
                self.body(node.body),
                tuple(self.expr(d.decorator) for d in node.decorators),
                self.expr(node.returns.annotation) if node.returns is not None else None,
                node.asynchronous is not None,
            )
        if isinstance(node, cst.ClassDef):
            return t.Class(
                span,
                node.name.value,
                tuple(self.expr(a.value) for a in node.bases),
                self.body(node.body),
                tuple(self.expr(d.decorator) for d in node.decorators),
                tuple(self._argument(a) for a in node.keywords),
            )
        if isinstance(node, cst.Match):
            cases = tuple(
                t.Case(
                    tuple(_pattern_names(case.pattern)),
                    self.expr(case.guard) if case.guard is not None else None,
                    self.body(case.body),
                    self._pattern(case.pattern),
                )
                for case in node.cases
            )
            return t.Match(span, self.expr(node.subject), cases)
        return t.Jump(span, type(node).__name__.lower())

    def _pattern(self, node: cst.MatchPattern) -> t.Expr:
        """A pattern as the expression that looks like it."""
        span = self._positions.of(node)
        if isinstance(node, cst.MatchAs):
            inner = self._pattern(node.pattern) if node.pattern is not None else None
            name = t.Name(span, node.name.value) if node.name is not None else None
            if name is None or inner is None:
                return name or inner or t.Constant(span, ...)
            return t.Walrus(span, name, inner)
        if isinstance(node, cst.MatchClass):
            arguments = [t.Argument(self._pattern(p.value)) for p in node.patterns]
            arguments.extend(t.Argument(self._pattern(k.pattern), k.key.value) for k in node.kwds)
            return t.ClassPattern(span, self.expr(node.cls), tuple(arguments))
        if isinstance(node, cst.MatchSequence):
            return t.Sequence(span, "tuple", tuple(self._sequence_part(p) for p in node.patterns))
        if isinstance(node, cst.MatchMapping):
            return t.Dict(span, tuple((self.expr(e.key), self._pattern(e.pattern)) for e in node.elements))
        if isinstance(node, cst.MatchOr):
            return t.Boolean(span, tuple(self._pattern(p.pattern) for p in node.patterns), "or")
        return t.Constant(span, ...)  # a value: it binds nothing

    def _sequence_part(self, node: cst.CSTNode) -> t.Expr:
        if isinstance(node, cst.MatchStar):
            span = self._positions.of(node)
            name = t.Name(span, node.name.value) if node.name is not None else t.Constant(span, ...)
            return t.Starred(span, name)
        return self._pattern(cast("cst.MatchSequenceElement", node).value)

    def _orelse(self, node: cst.If | cst.Else | None) -> t.Body:
        if node is None:
            return ()
        return (self._compound(node),) if isinstance(node, cst.If) else self.body(node.body)

    def _parameters(self, node: cst.Parameters) -> tuple[t.Parameter, ...]:
        def one(param: cst.Param, kind: str) -> t.Parameter:
            return t.Parameter(
                param.name.value,
                self.expr(param.annotation.annotation) if param.annotation is not None else None,
                self.expr(param.default) if param.default is not None else None,
                kind,  # type: ignore[arg-type]
            )

        found = [one(p, "") for p in (*node.posonly_params, *node.params)]
        if isinstance(node.star_arg, cst.Param):
            found.append(one(node.star_arg, "*"))
        found.extend(one(p, "keyword") for p in node.kwonly_params)
        if node.star_kwarg is not None:
            found.append(one(node.star_kwarg, "**"))
        return tuple(found)

    # Expressions

    def expr(self, node: cst.BaseExpression) -> t.Expr:
        """One expression."""
        method = getattr(self, f"_expr_{type(node).__name__}", None)
        span = self._positions.of(node)
        return cast("t.Expr", method(node, span)) if method is not None else t.Constant(span, ...)

    def _expr_Name(self, node: cst.Name, span: Span) -> t.Expr:
        if node.value in ("True", "False", "None"):
            return t.Constant(span, {"True": True, "False": False, "None": None}[node.value])
        return t.Name(span, node.value)

    def _expr_Integer(self, node: cst.Integer, span: Span) -> t.Expr:
        # A literal beyond the interpreter's limit for conversions is a number all the same.
        return t.Constant(span, node.evaluated_value if len(node.value) < 4000 else 10**18)

    def _expr_Float(self, node: cst.Float, span: Span) -> t.Expr:
        return t.Constant(span, node.evaluated_value)

    def _expr_Imaginary(self, node: cst.Imaginary, span: Span) -> t.Expr:
        return t.Constant(span, complex(node.value.replace("_", "")) if len(node.value) < 300 else 1j)

    def _expr_SimpleString(self, node: cst.SimpleString, span: Span) -> t.Expr:
        return t.Constant(span, node.evaluated_value)

    def _expr_ConcatenatedString(self, node: cst.ConcatenatedString, span: Span) -> t.Expr:
        parts = (self.expr(node.left), self.expr(node.right))
        if all(isinstance(p, t.Constant) for p in parts):
            left, right = (cast("t.Constant", p).value for p in parts)
            if isinstance(left, str) and isinstance(right, str):
                return t.Constant(span, left + right)
            if isinstance(left, bytes) and isinstance(right, bytes):
                return t.Constant(span, left + right)
        return t.Formatted(span, parts, t.HOLE * len(parts), ("",) * len(parts))

    def _expr_FormattedString(self, node: cst.FormattedString, span: Span) -> t.Expr:
        found = tuple(fstrings.holes(node.parts))
        parts = tuple(self.expr(expression) for expression, _ in found)
        return t.Formatted(span, parts, fstrings.template(node), tuple(spec for _, spec in found))

    _expr_TemplatedString = _expr_FormattedString

    def _expr_Attribute(self, node: cst.Attribute, span: Span) -> t.Expr:
        return t.Attribute(span, self.expr(node.value), node.attr.value)

    def _argument(self, node: cst.Arg) -> t.Argument:
        keyword = node.keyword.value if node.keyword is not None else None
        return t.Argument(self.expr(node.value), keyword, node.star)

    def _expr_Call(self, node: cst.Call, span: Span) -> t.Expr:
        return t.Call(span, self.expr(node.func), tuple(self._argument(a) for a in node.args))

    def _expr_BinaryOperation(self, node: cst.BinaryOperation, span: Span) -> t.Expr:
        operator = _BINARY.get(type(node.operator).__name__, "add")
        return t.Binary(span, self.expr(node.left), operator, self.expr(node.right))

    def _expr_BooleanOperation(self, node: cst.BooleanOperation, span: Span) -> t.Expr:
        operator = "and" if isinstance(node.operator, cst.And) else "or"
        return t.Boolean(span, (self.expr(node.left), self.expr(node.right)), operator)  # type: ignore[arg-type]

    def _expr_UnaryOperation(self, node: cst.UnaryOperation, span: Span) -> t.Expr:
        operand = self.expr(node.expression)
        operator = _UNARY.get(type(node.operator).__name__, "neg")
        if operator == "neg" and isinstance(operand, t.Constant) and isinstance(operand.value, (int, float)):
            return t.Constant(span, -operand.value)
        return t.Unary(span, operator, operand)

    def _expr_Comparison(self, node: cst.Comparison, span: Span) -> t.Expr:
        operators = tuple(_COMPARE.get(type(c.operator).__name__, "eq") for c in node.comparisons)
        rights = tuple(self.expr(c.comparator) for c in node.comparisons)
        return facing(t.Compare(span, self.expr(node.left), operators, rights))

    def _expr_Subscript(self, node: cst.Subscript, span: Span) -> t.Expr:
        parts = [self._index(e.slice, span) for e in node.slice]
        has_comma = len(parts) > 1 or isinstance(node.slice[-1].comma, cst.Comma)
        index = t.Sequence(span, "tuple", tuple(parts)) if has_comma else parts[0]
        return t.Subscript(span, self.expr(node.value), index)

    def _index(self, node: cst.BaseSlice, span: Span) -> t.Expr:
        if isinstance(node, cst.Slice):
            parts = (self.expr(p) if p is not None else None for p in (node.lower, node.upper, node.step))
            return t.Slice(span, *parts)
        return self.expr(cast("cst.Index", node).value)

    def _elements(self, elements: object) -> tuple[t.Expr, ...]:
        found: list[t.Expr] = []
        for element in cast("tuple[cst.BaseElement, ...]", elements):
            value = self.expr(element.value)
            found.append(t.Starred(value.span, value) if isinstance(element, cst.StarredElement) else value)
        return tuple(found)

    def _expr_List(self, node: cst.List, span: Span) -> t.Expr:
        return t.Sequence(span, "list", self._elements(node.elements))

    def _expr_Tuple(self, node: cst.Tuple, span: Span) -> t.Expr:
        return t.Sequence(span, "tuple", self._elements(node.elements))

    def _expr_Set(self, node: cst.Set, span: Span) -> t.Expr:
        return t.Sequence(span, "set", self._elements(node.elements))

    def _expr_Dict(self, node: cst.Dict, span: Span) -> t.Expr:
        items = tuple(
            (self.expr(e.key) if isinstance(e, cst.DictElement) else None, self.expr(e.value)) for e in node.elements
        )
        return t.Dict(span, items)

    def _clauses(self, node: cst.CompFor) -> tuple[t.Clause, ...]:
        clause = t.Clause(
            self.expr(node.target),
            self.expr(node.iter),
            tuple(self.expr(i.test) for i in node.ifs),
            node.asynchronous is not None,
        )
        return (clause, *self._clauses(node.inner_for_in)) if node.inner_for_in is not None else (clause,)

    def _expr_ListComp(self, node: cst.ListComp, span: Span) -> t.Expr:
        return t.Comprehension(span, "list", self.expr(node.elt), None, self._clauses(node.for_in))

    def _expr_SetComp(self, node: cst.SetComp, span: Span) -> t.Expr:
        return t.Comprehension(span, "set", self.expr(node.elt), None, self._clauses(node.for_in))

    def _expr_GeneratorExp(self, node: cst.GeneratorExp, span: Span) -> t.Expr:
        return t.Comprehension(span, "generator", self.expr(node.elt), None, self._clauses(node.for_in))

    def _expr_DictComp(self, node: cst.DictComp, span: Span) -> t.Expr:
        return t.Comprehension(span, "dict", self.expr(node.key), self.expr(node.value), self._clauses(node.for_in))

    def _expr_Lambda(self, node: cst.Lambda, span: Span) -> t.Expr:
        return t.Lambda(span, self._parameters(node.params), self.expr(node.body))

    def _expr_IfExp(self, node: cst.IfExp, span: Span) -> t.Expr:
        return t.Conditional(span, self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _expr_Await(self, node: cst.Await, span: Span) -> t.Expr:
        return t.Await(span, self.expr(node.expression))

    def _expr_Yield(self, node: cst.Yield, span: Span) -> t.Expr:
        if isinstance(node.value, cst.From):
            return t.Yield(span, self.expr(node.value.item), is_from=True)
        return t.Yield(span, self.expr(node.value) if node.value is not None else None)

    def _expr_NamedExpr(self, node: cst.NamedExpr, span: Span) -> t.Expr:
        return t.Walrus(span, self.expr(node.target), self.expr(node.value))


def _pattern_names(pattern: cst.CSTNode) -> Iterator[str]:
    """The names that a match pattern binds."""
    if isinstance(pattern, cst.MatchAs):
        if pattern.name is not None:
            yield pattern.name.value
        if pattern.pattern is not None:
            yield from _pattern_names(pattern.pattern)
    elif isinstance(pattern, cst.MatchStar):
        if pattern.name is not None:
            yield pattern.name.value
    else:
        for child in pattern.children:
            yield from _pattern_names(child)
