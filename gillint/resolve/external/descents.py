"""Which folders a walk comes down to: a loop that goes on with those that it finds, or a function that calls itself for them."""

from __future__ import annotations

from gillint.estimate import ZERO
from gillint.resolve.activation import Activation
from gillint.resolve.external.handles import name_of


def is_walked(act: Activation, folder: str) -> bool:
    """Whether what lists a folder of this name comes to all of those below it as well, one after the other.

    The name stands for these too, or it is that of the first one, which a function that calls itself was given.
    """
    files = act.program.files
    if files.is_walked(folder):
        return True
    is_given = any(name_of(value) == folder for value in act.given.values())
    return is_given and files.folders_below(folder) != ZERO
