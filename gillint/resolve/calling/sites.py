"""A library call as it is looked at once its arguments are bound: what it says about files, options and tables."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import dataclass
from gillint.resolve.activation import Activation
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value


@dataclass(frozen=True, slots=True)
class Site:
    """A call of a public name, with what the fact alone says of its result."""

    act: Activation
    name: str
    bound: Bound
    span: Span
    result: Value

    def argument(self, position: int, *names: str) -> Value | None:
        """What is passed at a position or by one of these names."""
        if len(self.bound.positional) > position:
            return self.bound.positional[position]
        return next((v for n in names if (v := self.bound.get(n)) is not None), None)
