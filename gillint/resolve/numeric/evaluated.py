"""What an expression in a text reads: `numexpr.evaluate("a * 2 + b")` takes its arrays from the variables around the call.

They are given to the fact as one array, `operands`, beside how much there is to do for each element of it, `operations`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.numeric.shapes import ARRAY, broadcast, shape_of, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, of_number

_EVALUATES = ("numexpr.evaluate",)
_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare)
# A sine, an exponential or a logarithm takes as long as so many sums (numexpr 2.14.2: 17 ns an element, and 0.8 for a sum).
_A_FUNCTION = 18


def with_operands(name: str, bound: Bound, lookup: Callable[[str], Value]) -> Bound:
    """The arguments with the arrays that the expression names; as they are of any other call."""
    text = literal_text(bound.positional[0]) if name in _EVALUATES and bound.positional else None
    tree = _parsed(text) if text is not None else None
    if tree is None:
        return bound
    given = bound.get("local_dict")
    find = lookup if given is None else lambda key: given.column(key) or Value()
    arrays = [value for value in map(find, _variables(tree)) if value.type == ARRAY]
    shapes = [shape for shape in map(shape_of, arrays) if shape is not None]
    if not shapes:
        return bound
    dtype = "bool" if isinstance(tree.body, ast.Compare) else arrays[0].dtype
    operands = replace(with_shape(Value(), broadcast(*shapes)), dtype=dtype)
    count = of_number("int", Estimate.point(_operations(tree)))
    return replace(bound, parameters=(*bound.parameters, ("operands", operands), ("operations", count)))


def _parsed(text: str) -> ast.Expression | None:
    try:
        return ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return None


def _variables(tree: ast.Expression) -> list[str]:
    """Its names, in order, without those of functions."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return list(dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called))


def _operations(tree: ast.Expression) -> int:
    """Steps for each element, dear ones counted as several."""
    nodes = list(ast.walk(tree))
    functions = sum(isinstance(node, ast.Call) for node in nodes)
    return max(1, sum(isinstance(node, _OPERATIONS) for node in nodes) + functions * _A_FUNCTION)
