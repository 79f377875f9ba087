"""Models: classes of the project whose instances a library makes of data."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage

HEAD = """\
import msgspec
from pydantic import BaseModel
class Item(BaseModel):
    id: int
    tags: list[str]
class Order(BaseModel):
    items: list[Item]
class Point(msgspec.Struct):
    x: int
class Sub(BaseModel):
    def __init__(self, **data):
        self.made = sorted(data)
rows = [{'id': i, 'tags': ['a']} for i in range(300)]
doc = {'items': rows}
"""


def effects(body: str) -> str:
    return dump_stage("effects", f"{HEAD}def work():\n    {body}\n", "sample.py", Options()).split("work ", 1)[1]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return [Item(**row) for row in rows]", "pydantic.BaseModel.__init__"),
        ("return Point(x=1)", "msgspec.Struct.__init__"),
        ("return Item.model_validate(rows[0]).model_dump()", "pydantic.BaseModel.model_dump"),
        ("return [i.model_copy() for i in Order.model_validate(doc).items]", "pydantic.BaseModel.model_copy"),
        ("return [i.model_copy() for i in Order(**doc).items]", "pydantic.BaseModel.model_copy"),
    ],
)
def test_what_makes_a_model_and_what_it_is(body: str, expected: str) -> None:
    assert expected in effects(body)


def test_an_init_of_its_own_comes_before_that_of_the_base() -> None:
    text = effects("return Sub(a=1)")
    assert "sorted" in text and "BaseModel.__init__" not in text
