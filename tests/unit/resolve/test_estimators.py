"""What scikit-learn's pipelines, searches and cross-validation call; families of constructors; names that stand for others."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import verdict
from tests.unit.resolve.test_arrays import value_of

HEAD = """
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
X = np.ones((2000, 10)); y = np.ones(2000)
T = pd.DataFrame({'p': np.ones(70), 'q': ['a'] * 70, 'r': ['b'] * 70})
"""


def calls(statement: str, head: str = HEAD) -> list[str]:
    """The lines of the effects of a statement at the top level, without those of the set-up."""
    line = head.count("\n") + 1
    text = dump_stage("effects", f"{head}{statement}\n", "sample.py", Options())
    return [part.strip() for part in text.splitlines() if f" {line}:" in part]


def names(statement: str, head: str = HEAD) -> list[str]:
    return [part.split()[2] for part in calls(statement, head) if part.startswith("call ")]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)",
            ["StandardScaler.fit_transform", "LogisticRegression.fit"],
        ),
        (
            "Pipeline(steps=[('a', StandardScaler()), ('b', LogisticRegression())]).fit(X, y)",
            ["StandardScaler.fit_transform", "LogisticRegression.fit"],
        ),
        (
            "ColumnTransformer(transformers=[('a', StandardScaler(), ['p'])], remainder='drop').fit_transform(T)",
            ["validate_data", "StandardScaler.fit_transform"],
        ),
        (
            "Pipeline([('a', StandardScaler()), ('b', LogisticRegression())]).predict(X)",
            ["StandardScaler.transform", "LogisticRegression.predict"],
        ),
        (
            "make_pipeline(StandardScaler(), LogisticRegression() if y[0] else RandomForestClassifier()).fit(X, y)",
            ["LogisticRegression.fit", "RandomForestClassifier.fit"],
        ),
        (
            "ColumnTransformer([('a', StandardScaler(), ['p']), ('b', OneHotEncoder(), ['q', 'r'])]).fit_transform(T)",
            ["validate_data", "StandardScaler.fit_transform", "validate_data", "OneHotEncoder.fit_transform"],
        ),
        ("LogisticRegression().fit(T, y)", ["sklearn.utils.validation.validate_data", "LogisticRegression.fit"]),
        ("cross_val_score(RandomForestClassifier(), X, y)", ["RandomForestClassifier.fit", ".score"]),
        ("GridSearchCV(LogisticRegression(), {'C': [1, 2]}).fit(X, y)", ["LogisticRegression.fit", ".score"]),
    ],
)
def test_the_steps_are_run(statement: str, expected: list[str]) -> None:
    found = names(statement)
    for name in expected:
        assert any(f.endswith(name) for f in found), (name, found)


def test_the_first_step_gives_its_shape_to_the_next() -> None:
    fit = next(
        c
        for c in calls("make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)")
        if "LogisticRegression.fit" in c
    )
    assert "2000 x 10" in fit


def test_with_n_jobs_the_fits_run_elsewhere() -> None:
    found = names("cross_val_score(RandomForestClassifier(), X, y, n_jobs=2)")
    assert not any(name.endswith("RandomForestClassifier.fit") for name in found)


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("GridSearchCV(LogisticRegression(), {'C': [1, 2], 'tol': [1, 2, 3]})", 30),
        ("GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=3)", 6),
        ("RandomizedSearchCV(LogisticRegression(), param_distributions={'C': [1, 2]}, n_iter=4, cv=2)", 8),
    ],
)
def test_a_search_knows_how_many_fits_it_makes(expression: str, fits: float) -> None:
    size = value_of(expression, HEAD).size
    assert size is not None and size.likely == fits


def test_what_is_scored_is_what_was_fitted() -> None:
    head = HEAD.replace("StandardScaler\n", "StandardScaler\nfrom sklearn.svm import SVC\n")
    resolved = resolve(parse(f"{head}cross_val_score(SVC(), X, y)\n", "sample.py"), Options().target, {})
    scored = [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call) and n.name.endswith(".score")]
    sizes = [c.bound.receiver.size for c in scored if c.bound.receiver is not None]
    assert sizes and all(size is not None and size.likely == 2000 for size in sizes)


def test_a_constructor_without_a_fact_is_that_of_its_family() -> None:
    (made,) = [c for c in calls("AdaBoostClassifier()") if c.startswith("call")]
    assert "unknown" not in made
    assert value_of("AdaBoostClassifier()", HEAD).type == "sklearn.ensemble.AdaBoostClassifier"


UFUNC = "import numba, numpy as np\na = np.ones(9)\n@numba.vectorize(['f8(f8)'])\ndef k(x): return x\n"


@pytest.mark.parametrize(
    ("statement", "head", "expected"),
    [
        (
            "person_pb2.Person(name='x').SerializeToString()",
            "import person_pb2\n",
            "google.protobuf.message.Message.SerializeToString",
        ),
        ("person_pb2.Person.FromString(b'x')", "import person_pb2\n", "google.protobuf.message.Message.FromString"),
        ("k(a)", UFUNC, "numba.np.ufunc.dufunc.DUFunc.__call__"),
        (
            "k(a)",
            UFUNC.replace("vectorize(['f8(f8)'])", "guvectorize(['(f8[:], f8[:])'], '(n)->(n)')"),
            "numba.np.ufunc.gufunc.GUFunc.__call__",
        ),
        ("np.frompyfunc(len, 1, 1)(a)", "import numpy as np\na = np.ones(1000)\n", "numpy.vectorize.__call__"),
        ("S + S", "import scipy.sparse as sp\nS = sp.eye(100, format='csr')\n", "scipy.sparse.csr_matrix.__add__"),
    ],
)
def test_what_a_name_stands_for(statement: str, head: str, expected: str) -> None:
    assert expected in names(statement, head)


def test_prange_counts_like_range() -> None:
    head = """import numba, numpy as np
a = np.ones(1000000)
@numba.njit(parallel=True)
def f(a):
    s = 0.0
    for i in numba.prange(a.size):
        s += a[i]
    return s
"""
    (call,) = [c for c in calls("f(a)", head) if "CPUDispatcher" in c]
    assert "native 0 " not in call and float(call.split(" native ")[1].split()[0]) > 1e5


@pytest.mark.parametrize(("length", "effect"), [(10, "holds"), (1000, "releases")])
def test_a_list_of_arrays_is_copied_array_by_array(length: int, effect: str) -> None:
    (call,) = [
        c for c in calls("np.array([a, a])", f"import numpy as np\na = np.ones({length})\n") if "numpy.array" in c
    ]
    assert f" {effect} " in call


@pytest.mark.parametrize(
    ("frame", "effect"),
    [
        ("{'a': np.ones(50000), 'b': np.ones(50000)}", "runs-python"),
        ("{'a': np.ones(50000), 'b': np.arange(50000)}", "releases"),
        ("{'a': np.ones(50000), 'b': ['x'] * 50000}", "holds"),
    ],
)
def test_an_array_of_a_frame_by_the_dtypes_of_its_columns(frame: str, effect: str) -> None:
    (call,) = calls("d.to_numpy()", f"import numpy as np, pandas as pd\nd = pd.DataFrame({frame})\n")
    assert f" {effect} " in call


def test_the_letters_of_a_text_are_the_members_of_its_list() -> None:
    items = value_of("list('abc')", "").items
    assert items is not None and [i.literal.value for i in items if i.literal is not None] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("expression", "size"),
    [
        ("RandomForestClassifier(n_estimators=30)", 30),
        ("RandomForestClassifier(30, n_jobs=2)", 30),
        ("RandomForestClassifier()", 100),
        ("RandomForestClassifier(n_estimators=30).fit(X, y)", 30),
        ("KNeighborsClassifier().fit(X, y)", 2000),
        ("(lambda m: [m.fit(X, y), m][1])(KNeighborsClassifier())", 2000),
    ],
)
def test_an_estimator_is_as_large_as_what_it_consists_of(expression: str, size: float) -> None:
    head = f"{HEAD}\nfrom sklearn.neighbors import KNeighborsClassifier\n"
    assert size_of(value_of(expression, head)).likely == size


def test_words_that_are_drawn_are_as_long_as_those_that_they_are_drawn_from() -> None:
    drawn = value_of("np.random.default_rng(0).choice(['alpha', 'gamma'], 20)", HEAD)
    assert size_of(drawn).likely == 20
    assert size_of(element_of(drawn)).likely == 5


@pytest.mark.parametrize(
    ("jobs", "concurrency"), [("", "internal"), ("n_jobs=1", "sequential"), ("n_jobs=4", "internal")]
)
@pytest.mark.parametrize("kind", ["xgboost.XGBRegressor", "lightgbm.LGBMClassifier"])
def test_boosting_with_one_job_leaves_the_other_cores_alone(kind: str, jobs: str, concurrency: str) -> None:
    library = kind.partition(".")[0]
    source = f"import {library}\nimport numpy as np\nX, y = np.random.rand(5000, 8), np.random.rand(5000)\n"
    assert verdict(f"{source}for _ in range(9):\n    {kind}({jobs}).fit(X, y)\n")["concurrency"] == concurrency


BOOSTED = """
import lightgbm as lgb
import xgboost as xgb
import numpy as np
X = np.ones((5000, 10)); y = np.ones(5000); d = xgb.DMatrix(X, y); e = lgb.Dataset(X, y)
P = {"objective": "reg:squarederror", "nthread": 1}
def train(params): return xgb.train(params, d, 50)
"""


@pytest.mark.parametrize(
    ("statement", "is_alone"),
    [
        ("xgb.train({'nthread': 1}, d, 50)", True),
        ("xgb.train(P, d, 50)", True),
        ("xgb.train({**P, 'max_depth': 3}, d, 50)", True),
        ("train(P)", True),
        ("lgb.train(dict(num_threads=1), e, 50)", True),
        ("xgb.train({'nthread': 2}, d, 50)", False),
        ("xgb.train({'max_depth': 3}, d, 50)", False),
        ("xgb.train(json.load(open('params.json')), d, 50)", False),
    ],
)
def test_an_entry_of_the_parameters_says_how_many_threads_a_library_takes(statement: str, is_alone: bool) -> None:
    found = verdict(f"{BOOSTED}for _ in range(100):\n    {statement}\n")
    assert (found["concurrency"] == "internal") is not is_alone
