"""What is read of arrays, records, masks, sparse matrices and grouped frames."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Demand
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.resolve.values import Value
from gillint.syntax.parse import parse

IMPORTS = "import numpy as np\nimport pandas as pd\nfrom scipy import sparse\n"


def passed(code: str, function: str = "show") -> Value:
    """The first argument of the last call of an undefined function, or of a method's receiver."""
    resolved = resolve(parse(IMPORTS + code, "a.py"), Target(), {})
    calls = [
        node
        for trace in resolved.functions
        for node in walk(trace.block)
        if isinstance(node, Call) and node.name == function and node.bound is not None
    ]
    return calls[-1].bound.positional[0]


def shape(value: Value) -> tuple[float, ...]:
    """The likely dimensions of an array."""
    assert value.shape is not None
    return tuple(round(d.likely, 1) for d in value.shape)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a = np.zeros((300, 4))\nshow(a[a > 1])", (400.0,)),
        ("a = np.zeros((300, 4))\nm = np.zeros(300) > 1\nshow(a[m])", (100.0, 4.0)),
        ("a = np.zeros((300, 4))\ni = np.arange(50)\nshow(a[i])", (50.0, 4.0)),
        ("show(np.lib.stride_tricks.sliding_window_view(np.zeros(1000), 100)[::10])", (90.1, 100.0)),
        ("show(np.fft.rfft(np.zeros((20, 512)), axis=1))", (20.0, 257.0)),
        ("for part in np.array_split(np.zeros((500, 8)), 10):\n    show(part)", (50.0, 8.0)),
        ("show(np.hanning(512))", (512.0,)),
        ("show(np.repeat(np.arange(100), np.random.default_rng(0).integers(0, 9, 100)))", (450.0,)),
        ("show(pd.date_range('2024-01-01', periods=90) < '2024-02-01')", (90.0,)),
        ("show(np.empty((4, 3 - len(np.zeros(9)))))", (4.0, 0.0)),
        ("def cost(p, a, b):\n    show(a * p[0])\nscipy.optimize.minimize(cost, np.zeros(2), args=(np.ones(70), 3))", (70.0,)),
        ("def f(g):\n    show(g.values)\nd = pd.DataFrame({'k': np.arange(400) % 20, 'v': np.ones(400)})\n"
         "d.groupby('k').agg(a=('v', f), b=('v', 'sum'))", (20.0,)),
        ("m = sparse.coo_matrix((np.ones(900), (np.ones(900), np.ones(900))), shape=(70, 60))\nshow(m @ np.ones(60))", (70.0,)),
        ("m = sparse.random(70, 60, 0.1, format='csr')\nshow((m @ m.T).toarray())", (70.0, 70.0)),
        ("from sklearn.feature_extraction.text import TfidfVectorizer\nm = TfidfVectorizer().fit_transform(['a b c d'] * 90)\n"
         "show((m @ m.T).toarray())", (90.0, 90.0)),
        ("m = sparse.csr_matrix(np.zeros((70, 60)))\nshow(m.sum(axis=1))", (70.0, 1.0)),
        ("m = sparse.csr_array(np.zeros((70, 60)))\nshow(m.sum(axis=1))", (70.0,)),
        ("show(np.lib.stride_tricks.sliding_window_view(np.zeros((800, 3)), 60, axis=0))", (741.0, 3.0, 60.0)),
        ("show(np.lib.stride_tricks.as_strided(np.zeros(1000), shape=(100, 10), strides=(80, 8)))", (100.0, 10.0)),
        ("from sklearn.datasets import make_blobs\nX, y = make_blobs(n_samples=300, centers=4)\nshow(np.unique(y))", (4.0,)),
        ("from sklearn.datasets import load_iris\nX, y = load_iris(return_X_y=True)\nshow(np.unique(y))", (3.0,)),
        ("import scipy.ndimage as nd\na = np.zeros((300, 200))\nshow(np.where(nd.maximum_filter(a, size=10) == a)[0])", (600.0,)),
        ("def f(x: np.array): show(x)\nf(np.zeros((3, 4)))", (3.0, 4.0)),
        ("np.savetxt('a.txt', np.zeros((50, 7)))\nshow(np.loadtxt('a.txt'))", (50.0, 7.0)),
        ("d = np.arange('2024-01-01', '2024-03-01', dtype='datetime64[D]')\nshow(d[1:] - d[:-1])", (59.0,)),
        ("p = (3, 4)\nshow(np.zeros((9, 8, 7))[(*p, slice(2, 5))])", (3.0,)),
        ("d = np.arange('2024-01-01', '2024-03-01', dtype='datetime64[D]')\nshow(d[0].astype('M8[s]') + np.arange(70))", (70.0,)),
    ],
)  # fmt: skip
def test_shapes_that_follow_from_the_arguments(code: str, expected: tuple[float, ...]) -> None:
    assert shape(passed(code)) == expected


def test_sparse_matrices_are_as_large_as_what_they_store() -> None:
    made = "m = sparse.csr_matrix((np.ones(900), (np.ones(900), np.ones(900))), shape=(70, 60))\n"
    assert passed(made + "show(m)").size.likely == 900  # type: ignore[union-attr]
    assert passed(made + "show(m.shape[0])").number.likely == 70  # type: ignore[union-attr]


def test_most_elements_of_a_dense_array_are_not_stored() -> None:
    made = passed("show(sparse.csr_matrix(np.zeros((70, 60))))")
    assert made.size is not None
    assert made.size.low < made.size.likely < made.size.high == 4200
    assert shape(made) == (70.0, 60.0)


def test_fields_of_records_are_arrays_of_their_own_type() -> None:
    made = "t = np.dtype([('id', 'i4'), ('x', float)])\nr = np.zeros(500, dtype=t)\n"
    assert passed(made + "show(r)").dtype == "void"
    field = passed(made + "show(r['id'])")
    assert (field.dtype, shape(field)) == ("int32", (500.0,))


def test_comparisons_give_masks_and_absolute_values_of_complex_numbers_are_real() -> None:
    assert passed("show(np.isnan(np.zeros(9)))").dtype == "bool"
    assert passed("show(np.abs(np.fft.fft(np.zeros(512))))").dtype == "float64"


def test_a_vectorised_function_is_called_with_members() -> None:
    decorated = "@np.vectorize\ndef f(x):\n    show(x)\n    return x\n\ndef main():\n    f(np.zeros(900))\n"
    assert passed(decorated).type == "float"
    called = (
        "def f(x, y):\n    show(y)\n    return x\n\ndef main():\n    np.vectorize(f)(np.zeros(900), np.arange(900))\n"
    )
    assert passed(called).type == "int"


def test_an_instance_that_is_made_tells_what_its_attributes_are() -> None:
    code = (
        "class Heat:\n    def __init__(self, n):\n        self.u = np.zeros((n, n))\n"
        "    def step(self):\n        show(self.u)\n\ndef main():\n    h = Heat(300)\n    h.step()\n"
    )
    assert shape(passed(code)) == (300.0, 300.0)


def test_a_frame_behind_a_mask_is_smaller() -> None:
    made = "d = pd.DataFrame({'k': np.arange(3000), 'v': np.zeros(3000)})\n"
    assert passed(made + "show(d[d['v'] > 1])").size.likely == 1000  # type: ignore[union-attr]
    assert passed(made + "show(d[d['v'] > 1]['k'])").size.likely == 1000  # type: ignore[union-attr]
    assert passed(made + "show(d.groupby('k').sum())").size.likely < 60  # type: ignore[union-attr]


def test_distinct_values_and_what_is_asked_for_beside_them() -> None:
    made = "u, c = np.unique(np.array(['a', 'b'] * 150), return_counts=True)\n"
    assert passed(made + "show(u)").dtype == "str"
    assert passed(made + "show(c)").dtype == "int64"
    assert shape(passed(made + "show(c)")) == (2.0,)


def test_arrays_of_lists_are_as_long_and_wide_as_these() -> None:
    rows = passed("show(np.array([[i, 2 * i, 3 * i] for i in range(70)]))")
    assert (rows.dtype, shape(rows)) == ("int64", (70.0, 3.0))


def test_the_unknown_beside_an_array_does_not_make_it_larger() -> None:
    assert passed("def f(t, k):\n    show(k * t)\n\nf(np.zeros(300), unknown)\n").size.likely == 300  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # Numbers of numpy have the methods of arrays, and stay numbers.
        ("show(np.zeros(int((64_000 - 1024) / np.round(8000 * 20 / 1000).astype(int)) + 1))", (394.0,)),
        # A slice that is an object, and one whose bounds move together.
        (
            "K = np.zeros((122, 122))\nfor e in range(60):\n    s = slice(2 * e, 2 * e + 4)\n    show(K[s, s])",
            (4.0, 4.0),
        ),
        # Up to a place that is not known, and between two of them.
        ("a = np.zeros(10_000)\nshow(a[unknown():])", (5000.0,)),
        ("a = np.zeros(10_000)\nshow(a[unknown():other()])", (100.0,)),
        # Dimensions that cannot meet: one of them was read wrongly, and the larger more so.
        ("show(np.zeros(120_000) - np.zeros((300, 400)))", (300.0, 400.0)),
        ("m = sparse.random(1000, 800, 0.01)\nshow(m.T.tocsr() @ np.ones(1000))", (800.0,)),
        (
            "m = sparse.random(1000, 1000, 0.01).tocsr()\nshow((m @ sparse.diags(np.ones(1000))) @ np.ones(1000))",
            (1000.0,),
        ),
        ("show(np.outer(np.arange(50), np.ones(8)))", (50.0, 8.0)),
    ],
)
def test_sizes_through_programs(code: str, expected: tuple[float, ...]) -> None:
    assert shape(passed(code)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "names = ['a', 'b', 'c', 'd']\nfor i, a in enumerate(names):\n    for b in names[i + 1 :]:\n        show(b)",
            "str",
        ),
        ("t = np.arange(5)\nshow(np.radians(t)[0])", "float"),
        ("df = pd.DataFrame({'a': np.zeros(9)})\nshow(df.columns[0])", "str"),
    ],
)
def test_members(code: str, expected: str) -> None:
    assert passed(code).type == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("g = nx.Graph()\nfor i in range(150):\n    g.add_node(i)\nshow(g)", 150),
        ("g = nx.Graph()\nfor i in range(100):\n    for j in range(4):\n        g.add_edge(i, j)\nshow(g)", 100),
        ("show(nx.degree_centrality(nx.grid_2d_graph(10, 20)))", 200),
        ("g = nx.gnp_random_graph(200, 0.1)\nshow(g.subgraph(range(50)).copy())", 50),
        ("g = nx.gnp_random_graph(200, 0.1)\nshow(g.edges(data=True))", 600),
        ("show(nx.Graph([(1, 2)] * 4000))", 1000),
    ],
)
def test_graphs(code: str, expected: float) -> None:
    size = passed("import networkx as nx\n" + code).size
    assert size is not None
    assert size.likely == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("t = Table('a', 'b')\nfor i in range(150):\n    t.add_row(str(i), 'x')\nshow(t)", 150),
        ("t = PrettyTable(['a', 'b'])\nfor i in range(20):\n    t.add_row([i, i])\nshow(t)", 20),
        ("t = Table('a', 'b')\nt.add_row('1', 'x')\nshow(t)", 1),
    ],
)
def test_printed_tables(code: str, expected: float) -> None:
    size = passed("from prettytable import PrettyTable\nfrom rich.table import Table\n" + code).size
    assert size is not None
    assert size.likely == expected


@pytest.mark.parametrize(
    ("key", "expected", "stored"),
    [("[:100]", (100, 400), 1000), ("[:, :40]", (200, 40), 200), ("[[1, 2]]", (2, 400), 20), ("[5]", (1, 400), 10)],
)
def test_parts_of_sparse_matrices(key: str, expected: tuple[float, ...], stored: float) -> None:
    part = passed(f"m = sparse.random(200, 400, density=0.025, format='csr')\nshow(m{key})\n")
    assert part.size is not None
    assert (shape(part), part.size.likely) == (expected, stored)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import torch\nv = torch.rand(900)\nm = v > 0.5\n", "torch.Tensor.__gt__"),
        ("import torch\nv = torch.rand(900)\nm = 0.5 < v\n", "torch.Tensor.__gt__"),
        ("from decimal import Decimal\nm = Decimal('1') < Decimal('2')\n", "decimal.Decimal.__lt__"),
        ("a = np.zeros(900)\nm = 0.5 < a\n", "numpy.ndarray.__gt__"),
    ],
)
def test_comparisons_of_a_library_are_calls(code: str, name: str) -> None:
    resolved = resolve(parse(IMPORTS + code, "a.py"), Target(), {})
    assert name in {n.name for t in resolved.functions for n in walk(t.block) if isinstance(n, Call)}


def test_numbers_fill_the_diagonals_of_a_sparse_matrix() -> None:
    band = passed("show(sparse.diags([-1, 2.5, -1], [-1, 0, 1], shape=(5000, 5000)))\n")
    assert band.size is not None
    assert (shape(band), band.size.likely) == ((5000, 5000), 15000)


def test_arrays_are_the_diagonals_of_a_sparse_matrix() -> None:
    made = "sparse.diags([np.ones(900), np.ones(899), np.ones(899)], [0, 1, -1], format='csr')"
    band = passed(f"show({made})\n")
    assert band.size is not None
    assert band.type == "scipy.sparse.csr_matrix"
    assert band.size.likely == pytest.approx(2698, rel=0.01)


def loop(code: str) -> Demand:
    """What one iteration of the last loop of a program asks for."""
    analysis = analyse(IMPORTS + code, "a.py", Options(cores=2, threads=2))
    return analysis.regions[-1].demand


@pytest.mark.parametrize(
    ("code", "releases"),
    [
        ("a[10:20] = 0", 0),
        ("a[10:2000] = 0", 1),
        ("m[5] = 1.0", 0),
        ("m[5, 2:9] = 1.0", 0),
        ("m[1:-1, 1:-1] = 1.0", 1),
        ("wide[5] = 1.0", 1),
    ],
)
def test_a_part_that_is_assigned_counts_by_its_own_size(code: str, releases: int) -> None:
    made = "a = np.zeros(40_000)\nm = np.zeros((300, 400))\nwide = np.zeros((300, 4000))\n"
    assert loop(f"{made}for _ in range(1000):\n    {code}").releases.likely == releases


@pytest.mark.parametrize(("field", "holds"), [("'f4'", False), ("'U10'", True), ("'S4'", True)])
def test_records_with_texts_are_copied_with_the_gil_held(field: str, holds: bool) -> None:
    demand = loop(f"r = np.zeros(20_000, dtype=[('id', 'i8'), ('x', {field})])\nfor _ in range(1000):\n    r.copy()")
    assert (demand.gil.likely > 0.8 * demand.elapsed.likely) == holds


def test_a_table_that_is_read_in_chunks_has_as_many_as_its_rows_fill() -> None:
    written = "pd.DataFrame({'a': np.arange(30_000)}).to_csv('a.csv')\n"
    resolved = resolve(parse(f"{IMPORTS}{written}show(pd.read_csv('a.csv', chunksize=10_000))", "a.py"), Target(), {})
    calls = [n for t in resolved.functions for n in walk(t.block) if isinstance(n, Call) and n.name == "show"]
    chunks = calls[-1].bound.positional[0]
    assert chunks.size is not None
    assert chunks.size.likely == 3
