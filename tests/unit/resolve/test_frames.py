"""Columns, rows and groups of what pandas gives back."""

from __future__ import annotations

import pytest

from gillint.knowledge.conditions import Target
from gillint.resolve.calling.bound import size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.tabular.gaps import gaps_in
from gillint.resolve.trace import Call
from gillint.resolve.values import Value
from gillint.syntax.parse import parse
from tests.unit.resolve.test_arrays import value_of
from tests.unit.resolve.test_talking import calls_of

SETUP = """
import io
import random
import numpy as np
import pandas as pd
rng = np.random.default_rng(0)
n = 2000
d = pd.DataFrame({"k": rng.integers(0, 50, n), "g": rng.choice(["a", "b", "c"], n), "x": rng.normal(size=n)})
drawn = pd.DataFrame({"k": d["k"], "g": d["g"], "u": rng.random(n)})
right = pd.DataFrame({"k": np.arange(50), "w": np.ones(50)})
called = pd.DataFrame({"k": np.arange(50), "name": [f"user {i}" for i in range(50)]})
dated = pd.DataFrame({"k": np.arange(n), "x": np.ones(n)}, index=pd.date_range("2024-01-01", periods=n, freq="h"))
wanted = ["k"]
wanted.append("x")
names = pd.Series([f"user {i % 30}" for i in range(n)])
t = pd.Series(np.ones(5000), index=pd.date_range("2024-01-01", periods=5000, freq="min"))
"""


def columns(value: Value) -> dict[str, str | None]:
    """The dtypes of a frame's columns."""
    return {name: column.dtype for name, column in value.columns or ()}


def rows(value: Value) -> float | None:
    """The likely number of rows, or of members."""
    size = value.size if value.size is not None else value.shape[0] if value.shape else None
    return size.likely if size is not None else None


@pytest.mark.parametrize(
    ("expression", "expected", "count"),
    [
        ("d", {"k": "int64", "g": "str", "x": "float64"}, 2000),
        ("pd.DataFrame.from_records([{'a': i, 'b': 'x'} for i in range(40)])", {"a": "int64", "b": "str"}, 40),
        ('d.drop(columns=["x"])', {"k": "int64", "g": "str"}, 2000),
        ('d.rename(columns={"x": "z"})', {"k": "int64", "g": "str", "z": "float64"}, 2000),
        ('d.set_index("k")', {"g": "str", "x": "float64"}, 2000),
        ("d[wanted]", {"k": "int64", "x": "float64"}, 2000),
        ('d.merge(right, on="k")', {"k": "int64", "g": "str", "x": "float64", "w": "float64"}, 2000),
        ("pd.concat([d, d])", {"k": "int64", "g": "str", "x": "float64"}, 4000),
        ('pd.concat([d[["k"]], d[["x"]]], axis=1)', {"k": "int64", "x": "float64"}, 2000),
        ("d.head(10)", {"k": "int64", "g": "str", "x": "float64"}, 10),
        ("d.iloc[:100]", {"k": "int64", "g": "str", "x": "float64"}, 100),
        ('pd.DataFrame([{"a": 1, "b": "x"} for _ in range(70)])', {"a": "int64", "b": "str"}, 70),
        ('pd.DataFrame([(i, i * 0.5) for i in range(70)], columns=["a", "b"])', {"a": "int64", "b": "float64"}, 70),
        ('pd.DataFrame(np.zeros((30, 2)), columns=["a", "b"])', {"a": "float64", "b": "float64"}, 30),
        ('pd.DataFrame({"d": "one", "v": np.zeros(30)})', {"d": "str", "v": "float64"}, 30),
    ],
)
def test_frames(expression: str, expected: dict[str, str], count: float) -> None:
    value = value_of(expression, SETUP)
    assert (value.type, columns(value), rows(value)) == ("pandas.DataFrame", expected, count)


@pytest.mark.parametrize(
    ("expression", "dtype", "count"),
    [
        ('d["x"] * 2', "float64", 2000),
        ('d.head(10)["x"]', "float64", 10),
        ("names", "str", 2000),
        ("pd.Series([1.0, 2.0])", "float64", 2),
        ('pd.Series(["a", "b"], dtype=object)', "object", 2),
        ('pd.Series(["a", "b"], dtype=object).str.upper()', "object", 2),
        ("names.str[:4]", "str", 2000),
        ('d.groupby("k")["x"].mean()', "float64", 50),
        ('d.groupby("g").size()', "int64", 3),
        ('(d["x"] > 0.5).cumsum()', "int64", 2000),
        ('pd.Timestamp("2024-01-01") + pd.to_timedelta(d["k"], unit="h")', "datetime64[us]", 2000),
        ("names.value_counts()", "int64", 30),
        ('d["x"].argsort()', "int64", 2000),
        ('d.astype({"k": object})["k"]', "object", 2000),
        ('d[["k", "x"]].astype("float32")["k"]', "float32", 2000),
        ('d["x"].apply(np.sqrt)', "float64", 2000),
        ('d["k"].map(lambda v: v / 2)', "float64", 2000),
        ('d.apply(lambda row: "x", axis=1)', "str", 2000),
        ('d[["k", "x"]].corrwith(d["x"])', "float64", 2),
        ('dated.resample("D").max()["x"]', "float64", 2000 / 24),
    ],
)
def test_columns(expression: str, dtype: str, count: float) -> None:
    value = value_of(expression, SETUP)
    assert (value.type, value.dtype, rows(value)) == ("pandas.Series", dtype, count)


@pytest.mark.parametrize(
    ("expression", "groups"),
    [
        ('list(d.groupby("g"))', 3),
        ('[key for key, part in d.groupby("k")]', 50),
        ('list(d.groupby(["g", "k"]))', 150),
        ('pd.factorize(d["k"])[1]', 50),
        ('d["g"].factorize()[1]', 3),
        ("np.unique(pd.factorize(d['k'])[0])", 50),
        ('list(d.groupby([d["g"], "k"]))', 150),
        ('list(pl.DataFrame({"k": list(range(400))}).group_by("k"))', 400),
        ('list(pd.merge(d, called).groupby("name"))', 50),  # what is joined comes again
        ('list(called.merge(d, on="k").groupby(["g", "name"]))', 150),
        ("set(f'c{random.randrange(20)}' for _ in range(500))", 20),
        ("set(['a', 'b', 'c', 'd'][i % 4] for i in range(500))", 4),
        ("set('abcd'[i % 4] for i in range(500))", 4),
        ("set('c%03d' % random.randrange(20) for _ in range(500))", 20),
        *(
            (f"list(pd.DataFrame({{'k': {keys}, 'x': d['x']}}).groupby('k'))", groups)
            for keys, groups in (
                ("np.repeat(np.arange(40), 50)", 40),
                ("np.tile(np.arange(40), 50)", 40),
                ("np.arange(n) // 100", 20),
                ("pd.Series(pd.date_range('2024-01-01', periods=n, freq='h')).dt.floor('D')", 2000 / 24),
                ("pd.Series(pd.date_range('2024-01-01', '2024-01-08', freq='5min')).dt.date", 7),
                (
                    "pd.Series(pd.Timestamp('2024-01-01') + pd.to_timedelta(np.arange(n), unit='min')).dt.strftime('%Y-%m-%d')",
                    2000 / 1440,
                ),
                ("rng.random(n) < 0.3", 2),
                ("np.where(rng.random(n) < 0.3, 'yes', 'no')", 2),
                ("np.digitize(rng.random(n), [0.2, 0.5, 0.9])", 4),
                ("np.sort(rng.integers(0, 12, n))", 12),
                ("d['k'] // 10", 5),
                ("d['k'].isin([1, 2])", 2),
                ("d['g'].str.upper()", 3),
                ("d['k'].map({1: 'one', 2: 'two'})", 2),
                ("pd.Series(pd.date_range('2024-01-01', periods=n, freq='min')).dt.hour", 24),
                ("pd.qcut(d['x'], 5)", 5),
            )
        ),
    ],
)
def test_how_many_different_values_there_are(expression: str, groups: float) -> None:
    assert rows(value_of(expression, SETUP)) == groups


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("d[d['g'] == 'a']", 2000 / 3),
        ("d[~(d['g'] == 'a')]", 4000 / 3),
        ("d.loc[d['g'] != 'a', 'x']", 4000 / 3),
        ("d[(d['g'] == 'a') & (d['k'] == 3)]", 2000 / 150),
        ("d[d['k'].isin([1, 2, 3, 4, 5])]", 200),
        ("np.flatnonzero(d['k'].to_numpy() == 3)", 40),
        ("np.ones(n)[rng.integers(0, 50, n) == 3]", 40),
        ("d[d['x'] > 0]", 1000),
        ("drawn[drawn['u'] > 0.9]", 200),  # alike between zero and one
        ("drawn[(drawn['u'] < 0.1) | (drawn['g'] == 'a')]", 200 + 2000 / 3 - 200 / 3),
        ("drawn[drawn.u.between(0.2, 0.3)]", 200),
        ("drawn[10 - drawn['u'] * 10 > 9]", 200),
        ("drawn[np.sqrt(drawn['u']) > 0.9]", 2000 / 3),  # nothing tells
        ("drawn.query('u > 0.9 and g == \"a\"')", 200 / 3),
        ("drawn.query('u > 0.9 and unknown == 3')", 200 / 3),
        ("drawn.query('u > 0.9 or k == 3')", 2000 / 3),
        ("rng.normal(10, 2, n)[rng.normal(10, 2, n) > 12]", 2000 * 0.158655),
        ("np.ones(n)[rng.uniform(5, 6, n) <= 5.25]", 500),
    ],
)
def test_a_mask_of_one_kind_keeps_its_share(expression: str, count: float) -> None:
    assert rows(value_of(expression, SETUP)) == pytest.approx(count, rel=1e-4)


def test_groups_that_nothing_tells_are_open() -> None:
    groups = value_of('list(d.groupby("x"))', SETUP).size
    assert groups is not None
    assert groups.low < groups.likely < groups.high


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("[r.g for r in d.itertuples()][0]", "str"),
        ('[r["k"] for _, r in d.iterrows()][0]', "int"),
        ('d.loc[5, "g"]', "str"),
        ("d.iloc[5]", "pandas.Series"),
        ('d.loc[d["x"] > 0, "x"]', "pandas.Series"),
        ('d.loc[d["x"] > 0, ["k", "x"]]', "pandas.DataFrame"),
        ("t.iloc[3]", "float"),
        ("t.iloc[3:9]", "pandas.Series"),
        ('t.resample("h").agg(["mean", "max"])', "pandas.DataFrame"),
        ('t.resample("h").mean()', "pandas.Series"),
        ('names.str.split(" ", expand=True)', "pandas.DataFrame"),
        ("d.to_numpy()", "numpy.ndarray"),
    ],
)
def test_parts_of_frames(code: str, kind: str) -> None:
    assert value_of(code, SETUP).type == kind


COUNTED = """
import numpy as np
import pandas as pd
names = [f"s{i:02d}" for i in range(40)]
d = pd.DataFrame(np.zeros((2000, 40)), columns=names)
e = pd.DataFrame({f"h{i}": np.zeros(2880) for i in range(30)}, index=pd.date_range("2024-01-01", periods=2880, freq="h"))
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("d", (2000, 40)),
        ("e", (2880, 30)),
        ("d.iloc[0:400]", (400, 40)),
        ("d.iloc[:, :5]", (2000, 5)),
        ("d.corr()", (40, 40)),
        ("d.T", (40, 2000)),
        ("d.rolling(5).mean()", (2000, 40)),
        ("d.describe()", (8, 40)),
        ("d.head(3)", (3, 40)),
        ("d.to_numpy()", (2000, 40)),
        ("d.values", (2000, 40)),
        ("pd.get_dummies(pd.DataFrame({'a': np.zeros(9), 'b': ['x', 'y', 'z'] * 3}), columns=['b'])", (9, 4)),
        (
            "pd.DataFrame({'a': np.arange(90) // 9, 'b': np.arange(90) % 3}).pivot_table(index='a', columns='b')",
            (10, 3),
        ),
    ],
)
def test_columns_without_names_are_counted(expression: str, expected: tuple[float, ...]) -> None:
    value = value_of(expression, COUNTED)
    assert value.shape is not None
    assert tuple(d.likely for d in value.shape) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("d.columns", 40),
        ('d["s01"]', 2000),
        ("d.loc[5]", 40),
        ("d.sum(axis=1)", 2000),
        (
            'pd.DataFrame({"k": np.arange(1000), "b": np.arange(1000), "v": np.zeros(1000)}).groupby(["k", "b"])["v"].sum()',
            126,
        ),
        (
            'pd.DataFrame({"v": np.zeros(1000)}).groupby(pd.cut(np.zeros(1000), [0, 1, 2], labels=["l", "h"]))["v"].sum()',
            2,
        ),
    ],
)
def test_members_of_counted_frames(expression: str, expected: float) -> None:
    found = rows(value_of(expression, COUNTED))
    assert found is not None
    assert round(found) == expected


def called(line: str, name: str) -> Call:
    """The call of that name in a line after the set-up."""
    resolved = resolve(parse(f"{SETUP}\n{line}\n", "a.py"), Target(), {})
    calls = [n for t in resolved.functions for n in walk(t.block) if isinstance(n, Call) and n.name == name]
    return calls[-1]


@pytest.mark.parametrize(
    ("line", "name", "size"),
    [
        ("t.index.hour", "pandas.DatetimeIndex.hour", 5000),  # only an index of dates has hours
        ("d.T", "pandas.DataFrame.T", 2000),
    ],
)
def test_properties_that_work(line: str, name: str, size: float) -> None:
    assert size_of(called(line, name).bound.receiver).likely == size


@pytest.mark.parametrize(
    ("key", "rows", "columns"),
    [
        ("names != '', 'x'", "pandas.Series", "str"),
        (":, 'k':'x'", "slice", "slice"),
        ("5, ['k', 'x']", "int", "list"),
    ],
)
def test_what_picks_rows_and_columns(key: str, rows: str, columns: str) -> None:
    bound = called(f"d.loc[{key}]", "pandas.DataFrame.loc.__getitem__").bound
    picked, paired = bound.get("picked"), bound.get("paired")
    assert picked is not None
    assert paired is not None
    assert (picked.type, paired.type) == (rows, columns)


@pytest.mark.parametrize(
    ("made", "kind", "found"),
    [
        ("d.set_index('k')", "pandas.Series", 40),  # 2,000 rows of 50 different labels
        ("d.set_index('k').sort_index()", "pandas.Series", 40),
        ("d.set_index('k')['x']", "pandas.Series", 40),
        ("d.set_index('k').reset_index()", None, None),
        ("d.set_index(['k', 'g'])", "pandas.MultiIndex", 40),
        ("pd.DataFrame({'x': np.ones(n)}, index=np.arange(n))", "numpy.ndarray", None),
        ("d.groupby(['k', 'g'])['x'].sum()", "pandas.MultiIndex", None),
        ("d.groupby('k')['x'].sum()", "pandas.Index", None),
        ("d.groupby(['k', 'g'], as_index=False)['x'].sum()", None, None),
        ("d.sort_values('x')", None, None),
    ],
)
def test_the_labels_of_rows(made: str, kind: str | None, found: float | None) -> None:
    setup = f"{SETUP}\ntable = {made}\n"
    labels = value_of("table", setup).labels
    assert (labels.type if labels is not None else None) == kind
    under_one = value_of("table.loc[7]", setup)
    if found is not None:
        assert rows(under_one) == found


@pytest.mark.parametrize(
    ("table", "is_looked_through"),
    [
        ("d.set_index('k')", True),
        ("d.set_index('k').sort_index()", False),
        ("d.set_index('k').sort_index().sort_values('x')", True),
        ("d.set_index('k').sort_index()[['x']]", False),
    ],
)
def test_sorted_labels_are_not_looked_through(table: str, *, is_looked_through: bool) -> None:
    bound = called(f"{table}.loc[7]", "pandas.DataFrame.loc.__getitem__").bound
    assert (bound.get("labels") is not None) == is_looked_through


@pytest.mark.parametrize("moment", ["np.timedelta64(1, 'h')", "pd.Timestamp('2024-01-01')", "pd.Timedelta('1h')"])
def test_a_moment_is_one(moment: str) -> None:
    assert size_of(value_of(moment, SETUP)).likely == 1


def test_a_loop_over_names_looks_each_of_them_up() -> None:
    setup = SETUP + "for name in ('g', 'k'):\n    d[name] = d[name].astype(str)\n    found = d[name]\n"
    assert value_of("found", setup).dtype == "str"
    assert value_of("d['g']", setup).dtype == "str"


def test_split_texts_are_lists_of_words() -> None:
    words = value_of('[words for words in names.str.split(" ")][0]', SETUP)
    assert (
        words.type == "list"
        and size_of(words).likely == 2
        and words.element is not None
        and words.element.type == "str"
    )


def test_no_frame_has_fewer_rows_than_none() -> None:
    made = value_of("d.head(m)", f"{SETUP}\nm = len(d) - 5000\n")
    assert size_of(made).scenarios == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("expression", "rows"), [("df[:100]['a']", 100), ("df[50:80]['a']", 30), ("df[::10]['a']", 90)]
)
def test_rows_of_a_slice_are_those_of_its_columns(expression: str, rows: float) -> None:
    setup = "import numpy as np\nimport pandas as pd\ndf = pd.DataFrame({'a': np.zeros(900), 'b': np.zeros(900)})\n"
    size = value_of(expression, setup).size
    assert size is not None
    assert size.likely == rows


PASSED_FUNCTIONS = [
    "df.assign(r=lambda d: d['a'].rank())",
    "df.loc[lambda d: d['a'].rank() > 3]",
    "df[lambda d: d['a'].rank() > 3]",
    "df['a'].where(lambda s: s.rank() > 3)",
    "df.agg(lambda s: s.rank().max())",
    "df.transform(lambda s: s.rank())",
    "df.groupby('b').pipe(lambda g: g['a'].max().rank())",
]


@pytest.mark.parametrize(
    ("expression", "dtype"),
    [
        ("d['one']", "int64"),  # what is put into all rows
        ("d['half'] + d['k']", "float64"),
        ("np.where(d['x'] > 0, d['x'], 0)", "float64"),
        ("np.where(d['k'] > 9, 0, d['k'])", "int64"),
        ("np.where(d['k'] > 9, d['g'], 0)", "object"),
        ("np.select([d['k'] > 9, d['k'] < 5], [1, -1], default=0)", "int64"),
        ("np.select([d['k'] > 9, d['k'] < 5], [d['x'], d['k']])", "float64"),
    ],
)
def test_what_is_chosen_for_each_row_is_of_a_kind(expression: str, dtype: str) -> None:
    value = value_of(expression, f"{SETUP}d['one'] = 1\nd['half'] = 0.5\n")
    assert (value.dtype, rows(value)) == (dtype, 2000)


@pytest.mark.parametrize("expression", PASSED_FUNCTIONS)
def test_a_function_that_pandas_is_given_is_run(expression: str) -> None:
    table = "df = pd.DataFrame({'a': np.zeros(900), 'b': np.zeros(900)})"
    source = f"import numpy as np\nimport pandas as pd\n{table}\n{expression}\n"
    resolved = resolve(parse(source, "a.py"), Target(), {})
    names = [n.name for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call)]
    assert "pandas.Series.rank" in names


PIPED = """
def clean(d):
    d = d.copy()
    d.columns = [c.lower() for c in d.columns]
    return d

def joined(d, other, key):
    return d.merge(other, on=key)
"""


@pytest.mark.parametrize(
    ("expression", "expected", "count"),
    [
        ("d.pipe(clean)", "pandas.DataFrame", 2000),
        ("d.pipe(joined, right, key='k')", "pandas.DataFrame", 2000),
        ("d.pipe(lambda t: t['x'])", "pandas.Series", 2000),
        ("d.pipe(clean).pipe(joined, right, key='k')['w']", "pandas.Series", 2000),
        ("toolz.pipe(d, clean, lambda t: t['x'])", "pandas.Series", 2000),
    ],
)
def test_a_pipe_gives_what_its_function_gives(expression: str, expected: str, count: float) -> None:
    value = value_of(expression, f"import toolz\n{SETUP}{PIPED}")
    assert (value.type, rows(value)) == (expected, count)


@pytest.mark.parametrize("start", ["pd.Series(dtype=float)", "None"])
def test_a_total_of_columns_has_their_labels(start: str) -> None:
    added = "part if total is None else total.add(part, fill_value=0)"
    loop = f"total = {start}\nfor i in range(9):\n    part = pd.Series(np.ones(60))\n    total = {added}\n"
    size = value_of("total", f"{SETUP}{loop}").size
    assert size is not None
    assert size.likely == 60


@pytest.mark.parametrize(
    ("expression", "kind", "expected"),
    [
        ("wide.T @ wide", "pandas.DataFrame", (12, 12)),
        ("wide.dot(np.ones((12, 3)))", "pandas.DataFrame", (900, 3)),
        ("wide @ np.ones(12)", "pandas.Series", (900,)),
        ("wide.dot(pd.Series(np.ones(12)))", "pandas.Series", (900,)),
    ],
)
def test_products_of_frames(expression: str, kind: str, expected: tuple[float, ...]) -> None:
    value = value_of(expression, SETUP + "wide = pd.DataFrame(rng.normal(size=(900, 12)))\n")
    shape = value.shape or ((value.size,) if value.size is not None else ())
    assert (value.type, tuple(d.likely for d in shape)) == (kind, expected)


@pytest.mark.parametrize(
    "of", ['["x"].sum()', '["x"].agg("max")', ".size()", '.agg(total=("x", "sum"))', '[["x"]].mean()']
)
def test_groups_whose_keys_stay_columns_give_a_frame(of: str) -> None:
    value = value_of(f'd.groupby("k", as_index=False){of}', SETUP)
    assert (value.type, rows(value)) == ("pandas.DataFrame", 50)
    assert value_of('d.groupby("k", as_index=False)["x"].cumsum()', SETUP).type == "pandas.Series"


@pytest.mark.parametrize(
    ("raw", "called"),
    [("raw=True", "numpy.ndarray.max"), ("raw=False", "pandas.Series.max")],
)
def test_windows_are_arrays_where_that_is_asked_for(raw: str, called: str) -> None:
    source = f"""
        import pandas as pd
        s = pd.Series([1.0] * 1000)
        def work():
            return s.rolling(10).apply(lambda w: w.max(), {raw})
    """
    assert called in calls_of(source)


def test_an_attribute_of_a_row_is_looked_up() -> None:
    source = """
        import pandas as pd
        table = pd.DataFrame({"a": [1.0] * 1000, "b": [2.0] * 1000})
        def work():
            return table.apply(lambda row: row.a * row.b, axis=1)
    """
    assert calls_of(source)["pandas.Series.__getattr__"].count.likely == 1000


@pytest.mark.parametrize(
    ("lines", "name", "gaps"),
    [
        ("a = np.where(d['x'] > 0, np.nan, 1.0)", "pd.DataFrame({'a': a})['a']", 1),
        ("a = np.where(d['x'] > 0, 2.0, 1.0)", "pd.DataFrame({'a': a})['a']", 0),
        ("a = np.ones(n)\na[::7] = np.nan", "pd.Series(a * 2)", 1),
        ("a = np.ones((n, 3))\na[a < 0.1] = np.nan", "pd.DataFrame(a)", 1),
        ("a = np.ones(n)\na[::7] = np.nan", "pd.Series(np.isnan(a))", 0),
        ("d.loc[d['x'] > 0, 'x'] = np.nan", "d['x']", 1),
        ("d.loc[d['x'] > 0, 'x'] = np.nan", "d['k']", 0),
        ("d.loc[d['x'] > 0, 'x'] = np.nan\nd = d.fillna(0)", "d['x']", 0),
        ("d.loc[d['x'] > 0, 'x'] = 0.0", "d['x']", 0),
        ("", "pd.Series([1.0, np.nan])", 1),
        ("", "pd.Series(rng.choice(['a', 'b', None], n))", 1),
        ("", "pd.Series(rng.choice(['a', 'b'], n))", 0),
    ],
)
def test_values_that_are_set_missing(lines: str, name: str, gaps: float) -> None:
    assert gaps_in(value_of(name, f"{SETUP}\n{lines}\n")).likely == gaps


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("t.resample('h').mean()", 5000 / 60),
        ("dated.resample('D').sum()", 2000 / 24),
        ("dated['x'].resample('12h').max()", 2000 / 12),
        ("dated['x'].asfreq('30min')", 4000),
        ("dated.asfreq('2h')", 1000),
    ],
)
def test_periods_between_the_first_date_and_the_last(line: str, count: float) -> None:
    assert rows(value_of(line, SETUP)) == pytest.approx(count)


def test_a_column_of_lists_is_one_of_objects() -> None:
    made = value_of("pd.DataFrame({'l': [[1, 2]] * 9, 'k': range(9), 'd': [{'a': 1} for _ in range(9)]})", SETUP)
    assert columns(made) == {"l": "object", "k": "int64", "d": "object"}
