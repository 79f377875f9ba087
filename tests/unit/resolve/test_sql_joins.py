"""Tables that a statement puts together: those named with commas are joined one by one, and as many rows belong together."""

from __future__ import annotations

import pytest

from gillint.estimate import Estimate
from gillint.resolve.external.sql import run_statement
from gillint.resolve.external.sql_joins import with_joins
from gillint.resolve.external.sql_tables import Table

JOINED = {
    "select x from a, b where a.id = b.a": "select x from a join b on a.id = b.a",
    "select x from a, b as c where ak = bk and c.n > 3 group by x": (
        "select x from a join b as c on ak = bk where c.n > 3 group by x"
    ),
    "select x from a , b, c where a.id = b.a and b.id = c.b order by x": (
        "select x from a join b join c on a.id = b.a and b.id = c.b order by x"
    ),
    "select x from a, b where a.n > 3": "select x from a join b where a.n > 3",
    "select x, y from a where n in (1, 2)": "select x, y from a where n in (1, 2)",
    "select x from a where a.id = 3 or a.n = 4": "select x from a where a.id = 3 or a.n = 4",
}


@pytest.mark.parametrize("words", JOINED)
def test_tables_with_commas_are_joined(words: str) -> None:
    assert with_joins(words) == JOINED[words]


def tables() -> dict[str, Table]:
    def table(rows: int, *columns: str) -> Table:
        return Table(dict.fromkeys(columns, "int"), rows={"": Estimate.point(rows)})

    return {"shop": table(100, "s_key"), "day": table(4000, "d_key", "d_shop"), "sale": table(80_000, "day", "price")}


ROWS = {  # no table says what its keys are: the smaller has each once
    "select price from sale join day on day = d_key": 80_000,
    "select price from day join sale on sale.day = day.d_key": 80_000,
    "select price from shop, day, sale where s_key = d_shop and d_key = sale.day": 80_000,
    "select d_key from shop, day where s_key = d_shop": 4000,
}


@pytest.mark.parametrize("statement", ROWS)
def test_rows_of_tables_that_are_put_together(statement: str) -> None:
    query = run_statement(tables(), statement, "place", Estimate.point(1))
    assert query is not None
    assert query.rows.likely == pytest.approx(ROWS[statement])
