"""Objects that the garbage collector looks at again and again while they are kept: lists, tuples, instances by the thousand."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.resolve.activation import Activation
from gillint.resolve.values import Value

_KINDS = ("list", "tuple", "set")  # a dict of texts and numbers is left out: it holds nothing that could refer to it
_MANY = 700.0  # `gc.get_threshold()`: fewer than that are not looked at before they are gone


def keep(act: Activation, kept: Value, number: Estimate) -> None:
    """Note one of so many objects that are put into a container to stay."""
    if number.likely >= _MANY and (kept.type in _KINDS or "::" in (kept.type or "")):
        act.operation("kept_container")
