"""The small arithmetic of the knowledge files: `nlogn(size(a))`, `rows(a) * cols(b)`."""

from __future__ import annotations

import ast
import math
from functools import lru_cache
from typing import Protocol

from gillint.estimate import Estimate

_OF_ARGUMENT = {
    "size", "value", "seconds", "rows", "cols", "dim", "bytes", "count", "total", "leaves", "instances", "listed", "printed",
    "floats", "item", "unique", "noise", "fresh", "wide", "foreign", "choices", "texts", "objects", "dates", "gaps", "distinct",
    "arrays", "buffers",
}  # fmt: skip
_OF_NUMBER = {"nlogn", "sqrt", "min", "max", "about"}
_OF_TARGET = "io_buffer"  # what the Python that is predicted for has, whatever is passed


class Measures(Protocol):
    """What an expression may ask about the arguments of a call."""

    def measure(self, what: str, parameter: str, index: int | None) -> Estimate:
        """What one of the functions of `_OF_ARGUMENT` gives for a parameter.

        `index` is the number beside it: of the dimension in `dim`, the default in `value` and `size`.
        """
        ...

    def io_buffer(self) -> Estimate:
        """How many bytes a buffered file reads or writes at once."""
        ...


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def check_expression(text: str) -> str | None:
    """Say what is wrong with an expression, or None."""
    try:
        tree = _parse(text)
    except SyntaxError:
        return f"`{text}` is no expression"
    return _check(tree)


def _check(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return None if isinstance(node.value, (int, float)) else f"`{node.value!r}` is no number"
    if isinstance(node, ast.BinOp):
        if not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
            return "only + - * / are known"
        return _check(node.left) or _check(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        name = node.func.id
        if name == _OF_TARGET:
            return f"`{name}` takes nothing" if node.args else None
        if name in _OF_ARGUMENT:
            if not node.args or not isinstance(node.args[0], ast.Name):
                return f"`{name}` takes the name of a parameter"
            if name == "dim" and not (len(node.args) == 2 and isinstance(node.args[1], ast.Constant)):
                return "`dim` takes a parameter and a number"
            if len(node.args) > 1 and not (
                name in ("dim", "value", "size") and len(node.args) == 2 and isinstance(node.args[1], ast.Constant)
            ):
                return f"`{name}` takes one parameter"
            return None
        if name in _OF_NUMBER:
            return next((problem for arg in node.args if (problem := _check(arg))), None)
        return f"unknown function `{name}`"
    return f"`{ast.unparse(node)}` is not understood"


def evaluate(text: str, measures: Measures) -> Estimate:
    """The value of a checked expression for the arguments of a call."""
    return _evaluate(_parse(text), measures)


def _evaluate(node: ast.expr, measures: Measures) -> Estimate:
    if isinstance(node, ast.Constant):
        return Estimate.point(float(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp):
        left, right = _evaluate(node.left, measures), _evaluate(node.right, measures)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        return left * right if isinstance(node.op, ast.Mult) else left / right
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    name = node.func.id
    if name == _OF_TARGET:
        return measures.io_buffer()
    if name in _OF_ARGUMENT:
        parameter = node.args[0]
        assert isinstance(parameter, ast.Name)
        index = None
        if len(node.args) > 1:
            second = node.args[1]
            assert isinstance(second, ast.Constant) and isinstance(second.value, int)
            index = second.value
        return measures.measure(name, parameter.id, index)
    values = [_evaluate(arg, measures) for arg in node.args]
    if name == "nlogn":
        return values[0].map(lambda n: n * math.log2(max(n, 2.0)))
    if name == "about":  # what the source does not tell, such as the size of a file
        n = values[0].likely
        return Estimate(n / 100, n, n * 100)
    if name == "sqrt":
        return values[0].map(lambda n: math.sqrt(max(n, 0.0)))
    result = values[0]
    for value in values[1:]:
        result = result.min(value) if name == "min" else result.max(value)
    return result
