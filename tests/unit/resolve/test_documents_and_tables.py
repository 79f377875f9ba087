"""What XPath finds, what is left of a text that is cut or packed, and what DuckDB looks at."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import Answers, element_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.resolve.values import Value
from gillint.syntax.parse import parse


def call_of(source: str, name: str) -> Call:
    """The call of this name in a function `work`."""
    text = dedent(source)
    resolved = resolve(parse(text, "program.py"), Target(python="3.11"), Options().assumptions)
    found = [n for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call) and n.name == name]
    assert found, [n.name for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call)]
    return found[-1]


TREE = (
    "from lxml import etree\nroot = etree.fromstring(b'<a>' + b'<item id=\"1\"><x>text</x></item>' * 3000 + b'</a>')\n"
)


@pytest.mark.parametrize(
    ("path", "kind", "few"),
    [
        ("//item", "lxml.etree._Element", False),
        ("//item/@id", "str", False),
        ("//x/text()", "str", False),
        ('//item[@id="1"]', "lxml.etree._Element", True),
    ],
)
def test_what_an_xpath_finds(path: str, kind: str, few: bool) -> None:
    call = call_of(f"{TREE}def work():\n    sorted(root.xpath('{path}'))\n", "sorted")
    found = call.bound.positional[0]
    assert element_of(found).type == kind
    assert found.size is not None and (found.size.likely <= 1) == few


@pytest.mark.parametrize(
    ("predicate", "share"), [('@class="new"', 0.3), ('@kind="new"', 0.1), ('contains(@kind, "n")', 0.3)]
)
def test_a_class_is_shared_by_more_than_a_text(predicate: str, share: float) -> None:
    sizes = [
        call_of(f"{TREE}def work():\n    sorted(root.xpath('{path}'))\n", "sorted").bound.positional[0].size
        for path in ("//item", f"//item[{predicate}]")
    ]
    whole, found = (size.likely if size is not None else 0 for size in sizes)
    assert found == pytest.approx(share * whole)


@pytest.mark.parametrize(
    ("selector", "least", "most"), [("item", 1000, 1e5), ("item.new", 100, 5000), ("#first", 0, 1)]
)
@pytest.mark.parametrize("found", ["root.cssselect({0!r})", "CSSSelector({0!r})(root)"])
def test_what_a_selector_finds(found: str, selector: str, least: float, most: float) -> None:
    code = f"from lxml.cssselect import CSSSelector\n{TREE}def work():\n    sorted({found.format(selector)})\n"
    chosen = call_of(code, "sorted").bound.positional[0]
    assert element_of(chosen).type == "lxml.etree._Element"
    assert chosen.size is not None and least <= chosen.size.likely <= most


@pytest.mark.parametrize(("path", "kind"), [("count(//item)", "float"), ("string(//x)", "str"), ("not(//x)", "bool")])
def test_an_xpath_that_is_a_function_gives_one_value(path: str, kind: str) -> None:
    call = call_of(f"{TREE}def work():\n    print(root.xpath('{path}'))\n", "print")
    assert call.bound.positional[0].type == kind


@pytest.mark.parametrize(
    ("data", "low", "high"),
    [
        ("(b'0123456789abcdef' * 10000)[:100000]", 0.0, 0.01),
        ("bytes(range(256)) * 400", 0.0, 0.01),
        ("bytes(100000)", 0.0, 0.01),
        ("os.urandom(100000)", 1.0, 1.0),
        ("os.urandom(100000)[:5000]", 1.0, 1.0),
        ("json.dumps([{'name': i, 'value': i * 1.5} for i in range(1000)]).encode()", 0.1, 0.9),
        ("'\\n'.join(textwrap.wrap('one two three ' * 1000, 80)).encode()", 0.0, 0.01),
        ("textwrap.fill('one two three ' * 1000, 80).encode()", 0.0, 0.01),
    ],
)
def test_what_is_left_to_a_compressor(data: str, low: float, high: float) -> None:
    call = call_of(f"import json, os, textwrap, zlib\ndef work():\n    zlib.compress({data})\n", "zlib.compress")
    assert call.fact is not None
    answers = Answers(call.fact, call.bound)
    share = answers.measure("unique", "data", None).likely / answers.measure("size", "data", None).likely
    assert low <= share <= high


DUCK = """
import duckdb
def work(frame):
    con = duckdb.connect()
    con.execute('create table t as select range as id, random() as v from range(40000)')
    return sorted({asked}.fetchall())
"""


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("con.execute('select * from t')", 40_000),
        ("con.execute('select count(*) from t')", 1),
        ("con.execute('select * from t limit 7')", 7),
        ("con.sql('select * from t')", 40_000),
    ],
)
def test_rows_that_duckdb_gives_back(asked: str, rows: int) -> None:
    found: Value = call_of(DUCK.replace("{asked}", asked), "sorted").bound.positional[0]
    assert found.size is not None and found.size.likely == rows


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("select hour, count(*) from made group by hour", 24),
        ("select hour, zone, count(*) from made group by hour, zone", 240),
        ("select distinct zone from made", 10),
        ("select id from made where zone < 3", 18_000),
        ("select id from made where fare > 40", 12_000),
        ("select id from made where zone > 20", 0),
        ("select id, count(*) from made group by id", 245),  # nothing tells
    ],
)
def test_columns_that_are_remainders_have_so_many_values(asked: str, rows: int) -> None:
    made = "select i as id, i % 24 as hour, (i * 7) % 10 as zone, (i % 5000) / 100.0 as fare from range(60000) t(i)"
    found: Value = call_of(
        f"""
        import duckdb
        def work():
            con = duckdb.connect()
            con.execute('create table made as {made}')
            return sorted(con.execute('{asked}').fetchall())
        """,
        "sorted",
    ).bound.positional[0]
    assert found.size is not None and found.size.likely == pytest.approx(rows, rel=0.01)


@pytest.mark.parametrize("owner", ["con", "cur"])
def test_a_connection_of_duckdb_gives_the_rows_of_its_last_statement(owner: str) -> None:
    call = call_of(
        f"""
        import duckdb, pandas as pd
        def work():
            con = duckdb.connect()
            con.register('given', pd.DataFrame({{'id': range(5000)}}))
            con.execute('create table t as select * from given')
            cur = con.cursor()
            {owner}.execute('select * from t')
            return sorted({owner}.fetchall())
        """,
        "sorted",
    )
    size = call.bound.positional[0].size
    assert size is not None and size.likely == 5000


TYPED = {  # the columns of the frame that a query of DuckDB is read into
    "select * from given": "int64 str float64",
    "select name, max(id) as top, count(*) as n from given group by name": "str int64 int64",
    "select avg(price) as p, upper(name) as name from given": "float64 str",
    "select range as id, 'no ' || range as label from range(40)": "int64 str",
    "select * from made": "int64 str",
}


@pytest.mark.parametrize("asked", TYPED)
def test_columns_that_duckdb_gives_back(asked: str) -> None:
    call = call_of(
        f"""
        import duckdb, pandas as pd
        def work():
            con = duckdb.connect()
            con.register('given', pd.DataFrame({{'id': range(9), 'name': ['a'] * 9, 'price': [0.5] * 9}}))
            con.execute("create table made as select id, name || '!' as name from given")
            return print(con.execute("{asked}").df())
        """,
        "print",
    )
    frame = call.bound.positional[0]
    assert [column.dtype for _, column in frame.columns or ()] == TYPED[asked].split()


@pytest.mark.parametrize("written", ["f['runs/x'] = data", "f.create_dataset('runs/x', data=data, compression='gzip')"])
def test_a_data_set_is_read_as_it_was_written(written: str) -> None:
    call = call_of(
        f"""
        import h5py, numpy as np
        def save(path, data):
            with h5py.File(path, 'w') as f:
                {written}
        def rows(path):
            with h5py.File(path, 'r') as f:
                group = f['runs']
                yield from group['x'][10:20]
        save('a.h5', np.zeros((300, 40)))
        def work():
            for row in rows('a.h5'):
                np.sort(row)
        work()
        """,
        "numpy.sort",
    )
    size = call.bound.positional[0].size
    assert size is not None and size.likely == 40


STORED = {  # of what zarr keeps: the shape and the dtype of what is read
    "zarr.create_array('a.zarr', shape=(200, 30), chunks=(50, 30), dtype='f4')[:50]": ((50, 30), "float32"),
    "zarr.create_array(store='a.zarr', data=np.arange(900, dtype='i4'), chunks=(100,))[100:400]": ((300,), "int32"),
    "zarr.zeros((100, 20), dtype='i2')[5]": ((20,), "int16"),
    "zarr.array(np.ones((60, 10)))[:]": ((60, 10), "float64"),
}


@pytest.mark.parametrize("read", STORED)
def test_parts_of_arrays_that_zarr_keeps(read: str) -> None:
    found = call_of(f"import zarr, numpy as np\ndef work():\n    print({read})\n", "print").bound.positional[0]
    assert (tuple(n.likely for n in found.shape or ()), found.dtype) == STORED[read]
