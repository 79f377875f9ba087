"""Frozen values that are made fast are in all else what `dataclasses` makes."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from gillint import frozen


@frozen.dataclass(frozen=True, slots=True)
class Fast:
    a: int
    b: tuple[str, ...] = ()
    c: float = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "c", self.a / 2)


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    a: int
    b: tuple[str, ...] = ()


@frozen.dataclass(frozen=True, slots=True, eq=False)
class Node:
    a: int


def test_values_compare_hash_and_print_as_ever() -> None:
    one, same, other = Fast(1, ("x",)), Fast(a=1, b=("x",)), Fast(2, ("x",))
    assert one == one and one == same and one != other and one.__eq__(Plain(1, ("x",))) is NotImplemented
    assert hash(one) == hash(same) == hash((1, ("x",), 0.5))
    assert repr(one) == "Fast(a=1, b=('x',), c=0.5)"
    assert pickle.loads(pickle.dumps(one)) == one
    assert not hasattr(one, "__dict__")


def test_nodes_compare_by_identity() -> None:
    node = Node(1)
    assert node == node and node != Node(1) and len({node, Node(1)}) == 2


@pytest.mark.parametrize("value", [Fast(1, ("x",)), Plain(1, ("x",)), Node(1)])
def test_replacing_is_that_of_dataclasses(value: Fast | Plain | Node) -> None:
    made, wanted = frozen.replace(value, a=4), dataclasses.replace(value, a=4)
    assert (made.a, type(made), repr(made)) == (4, type(value), repr(wanted))
    assert value.a == 1
    with pytest.raises(KeyError):
        frozen.replace(value, no_such_field=1)  # type: ignore[call-arg]


def test_a_field_that_is_computed_is_computed_anew() -> None:
    assert frozen.replace(Fast(1), a=4).c == 2
