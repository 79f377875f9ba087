"""Objects of a library of which little is known: what they give back, hold and consist of is the library's, too."""

from __future__ import annotations

from gillint.knowledge.base import default_fact, libraries_of
from gillint.knowledge.schema import Effect
from gillint.resolve.values import Value

# The last part of the type of something of which only the library is known.
_SOMETHING = "…"


def made_by(name: str) -> Value | None:
    """What a callable gives where a library in Python says only a default of it; None for any other.

    A name that reads as a class's gives an instance of that class, unless the default says what all of them give.
    """
    if not is_written_in_python(name):
        return None
    default = default_fact(name)
    if default is not None and default.behaviour.returns is not None and default.behaviour.returns.type is not None:
        return Value(type=default.behaviour.returns.type)
    is_class = name.rsplit(".", 1)[-1][:1].isupper()
    return Value(type=name if is_class else f"{next(libraries_of(name))}.{_SOMETHING}")


def instance_of(name: str) -> Value | None:
    """What a callable gives that reads as a class of a module that nobody knows: its methods are those of no other type."""
    module, _, last = name.rpartition(".")
    return Value(type=name) if module and last[:1].isupper() and not last.isupper() else None


def is_written_in_python(name: str) -> bool:
    """Whether a package outside the standard library, whose default is that it runs Python, speaks for a name."""
    default = default_fact(name)
    return default is not None and default.distribution != "python" and default.behaviour.effect is Effect.RUNS_PYTHON


def part_of(whole: Value) -> Value | None:
    """An attribute or a member of such an object, of which nothing else is known."""
    return made_by(f"{whole.type}.part") if whole.type is not None and "::" not in whole.type else None


def is_vague(type_name: str | None) -> bool:
    """Whether a type says no more than the library: it may as well be a text or a list."""
    return type_name is not None and type_name.endswith(f".{_SOMETHING}")
