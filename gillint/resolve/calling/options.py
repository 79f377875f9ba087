"""One argument of a program, as `add_argument` declares it."""

from __future__ import annotations

from gillint.frozen import dataclass
from gillint.resolve.values import Value

NAMESPACE = "argparse.Namespace"
BOUND_ARGUMENTS = "inspect.BoundArguments"


@dataclass(frozen=True, slots=True)
class Option:
    """One argument of a program: the attribute it becomes, the flags it goes by (none: it is positional), its values."""

    dest: str
    flags: tuple[str, ...]
    kind: str
    default: Value
    is_list: bool
    takes_value: bool
