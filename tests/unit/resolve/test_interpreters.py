"""Tests of the Python that runs: which arm of a conditional import counts."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.pipeline import analyse
from gillint.resolve.control.interpreters import holds_here
from gillint.syntax import tree as t
from gillint.syntax.parse import parse
from tests.unit.resolve.test_objects import calls_of
from tests.unit.resolve.test_trip_counts import runs

IN_3_11: dict[str, bool | None] = {
    "sys.version_info >= (3, 8)": True,
    "sys.version_info >= (3, 11)": True,
    "sys.version_info > (3, 11)": True,  # it has a micro version as well
    "sys.version_info < (3,)": False,
    "version_info >= (3, 12)": False,
    "sys.version_info >= (3, 11, 4)": None,
    "sys.version_info[0] == 2": False,
    "sys.version > '3'": True,
    "sys.version < '3.12'": True,
    "sys.version >= '3.11.4'": None,
    "sys.version == '3.11.7'": None,
    "sys.version_info[0] >= 3": True,
    "sys.version_info[:2] == (3, 11)": True,
    "sys.version_info[1:] == (11,)": None,
    "sys.version_info.major == 3": True,
    "sys.version_info.minor < 9": False,
    "sys.version[0] == '3'": True,
    "sys.version_info == limit": None,
    "six.PY2": False,
    "hasattr(sys, 'pypy_version_info')": False,
    "hasattr(sys, 'gettotalrefcount')": None,
    "hasattr(os, 'fork')": None,
    "platform.python_implementation() == 'PyPy'": False,
    "platform.python_implementation() != 'CPython'": False,
    # the costs are those of Linux
    "platform.system() == 'Windows'": False,
    "os.name == 'nt'": False,
    "os.name != 'posix'": False,
    "sys.platform in ('win32', 'cygwin')": False,
    "sys.platform.startswith('linux')": True,
    "'win' in sys.platform": None,
    "user.name == 'nt'": None,
    "version > (3, 8)": None,
}


@pytest.mark.parametrize(("test", "holds"), IN_3_11.items(), ids=list(IN_3_11))
def test_a_test_of_the_interpreter(test: str, holds: bool | None) -> None:
    [statement] = parse(test, "a.py").statements()
    assert isinstance(statement, t.Evaluate)
    assert holds_here("3.11", statement.value) is holds


@pytest.mark.parametrize(
    "source",
    [
        "if sys.version_info >= (3, 0):\n    import json\nelse:\n    import simplejson as json\n",
        "PY2 = sys.version_info[0] == 2\nif PY2:\n    import simplejson as json\nelse:\n    import json\n",
        "if hasattr(sys, 'pypy_version_info'):\n    class json:\n        loads = str\nelse:\n    import json\n",
    ],
)
def test_an_import_for_another_python_is_none(source: str) -> None:
    calls = calls_of(f"import sys\n{source}\ndef work(text):\n    return json.loads(text)\n")
    assert [c.name for c in calls] == ["json.loads"]


@pytest.mark.parametrize(("given", "times"), [("", 0), ("default=str", 1)])
def test_a_hook_that_nobody_sets_is_not_called(given: str, times: float) -> None:
    source = f"""
        import math
        class Packer:
            def __init__(self, default=None):
                self.default = default
            def pack(self, value):
                if self.default is not None:
                    math.sqrt(2)
                return value
        def work():
            return Packer({given}).pack(1)
    """
    assert runs(dedent(source)) == pytest.approx(times, abs=0.001)


GIVEN = """
from concurrent import interpreters
def burn(n):
    total = 0
    for i in range(n):
        total += i * i
    return total
other = interpreters.create()
for turn in range(10):
    {asks}
"""


@pytest.mark.parametrize(
    "asks",
    [
        "other.call(burn, 100_000)",
        "other.exec('total = 0\\nfor i in range(100_000):\\n    total += i * i')",
    ],
)
def test_another_interpreter_works_while_this_one_is_free(asks: str) -> None:
    report = analyse(GIVEN.format(asks=asks), "a.py", Options(python="3.14"))
    region = next(r for r in report.regions if r.region.span.line == 9)
    assert region.demand is not None
    assert region.demand.gil.likely < 20e3
    assert 2e6 < region.demand.native.likely < 10e6
