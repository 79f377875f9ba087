"""What objects of the program and containers of the library hand on: types, sizes, functions."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Costs
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call, Loop
from gillint.syntax.parse import parse
from tests.unit.resolve.test_peers import prediction_of


def calls_of(source: str) -> list[Call]:
    """All calls below `work`."""
    resolved = resolve(parse(dedent(source), "<t>"), Target(), {})
    blocks = [trace.block for trace in resolved.functions if trace.name == "work"]
    return [node for node in walk(*blocks) if isinstance(node, Call)]


def size_of_argument(source: str, name: str) -> float | None:
    """The likely size of the first argument of a call below `work`."""
    found = [c for c in calls_of(source) if c.name == name]
    size = found[-1].bound.positional[0].size
    return size.likely if size is not None else None


DATACLASS = """
    import hashlib
    from dataclasses import dataclass
    @dataclass
    class {base}:
        name: str
        body: bytes
    {derived}
    def make(n):
        for i in range(n):
            yield {made}(f"d{{i}}", bytes(5000))
    def work():
        for d in make(100):
            hashlib.sha256(d.body)
"""


@pytest.mark.parametrize(("base", "derived", "made"), [("Doc", "", "Doc"), ("Base", "class Doc(Base): pass", "Doc")])
def test_a_field_of_a_dataclass_keeps_its_size(base: str, derived: str, made: str) -> None:
    assert size_of_argument(DATACLASS.format(base=base, derived=derived, made=made), "hashlib.sha256") == 5000


def test_a_text_that_each_turn_makes_anew_has_the_size_of_that() -> None:
    source = """
        import hashlib
        def work():
            d = bytes(10_000_000)
            for _ in range(1000):
                d = hashlib.sha512(d).digest()
            return d
    """
    size = size_of_argument(source, "hashlib.sha512")
    assert size is not None
    assert 32 <= size < 20_000


def test_a_text_of_known_length_is_not_long_after_the_first_turn() -> None:
    source = """
        import hashlib
        def stretch(item):
            digest = item
            for _ in range(100):
                digest = hashlib.sha256(digest).digest()
            return digest
        def work():
            return stretch(b"x" * 3000)
    """
    size = size_of_argument(source, "hashlib.sha256")
    assert size is not None
    assert 32 <= size < 2048


def test_a_text_that_grows_is_not_what_the_first_turn_makes_of_it() -> None:
    source = """
        import hashlib
        def work(chunks):
            d = b""
            for chunk in chunks:
                d = d + chunk
                hashlib.sha512(d)
    """
    assert size_of_argument(source, "hashlib.sha512") != 0


@pytest.mark.parametrize("take", ["todo.pop()", "todo.popleft()", "todo[0]", "table.get('k', ())[0]"])
def test_what_a_container_gives_out_may_be_one_of_several(take: str) -> None:
    source = f"""
        from collections import deque, defaultdict
        class A:
            def run(self): return sum(i for i in range(10))
        class B:
            def run(self): return [i for i in range(10)]
        def work():
            todo, table = deque(), defaultdict(list)
            todo.append(A())
            todo.append(B())
            table["k"].append(A())
            table["k"].append(B())
            return {take}.run()
    """
    assert {"A.run", "B.run"} <= {c.name for c in calls_of(source)}


def test_what_has_no_such_method_is_not_meant() -> None:
    source = """
        import io
        from pathlib import Path
        class Reader:
            def __init__(self, source):
                self.file = source
                if isinstance(source, Path):
                    self.file = source.open("rb")
            def head(self):
                return self.file.read(8)
        def work(flag):
            reader = Reader(Path("x") if flag else io.BytesIO(b"abc"))
            return [reader.head() for _ in range(1000)]
    """
    assert not [c for c in calls_of(source) if c.kind == "unknown"]


def test_a_table_of_sqlite_holds_what_was_put_in() -> None:
    source = """
        import sqlite3, zlib
        def work():
            db = sqlite3.connect(":memory:")
            db.execute("CREATE TABLE doc (id INTEGER PRIMARY KEY, name TEXT, body BLOB)")
            for i in range(100):
                db.execute("INSERT INTO doc (name, body) VALUES (:name, :body)", {"name": "a", "body": bytes(7000)})
            for name, body in db.execute("SELECT name, body FROM doc"):
                zlib.crc32(body)
    """
    assert size_of_argument(source, "zlib.crc32") == 7000


def test_a_match_knows_its_groups() -> None:
    source = r"""
        import json, re
        LINE = re.compile(r"(?P<ip>\S+) \((?P<user>\w+)\) (\d+) (?:x|y) (?P<path>\S+)")
        def work(line):
            json.dumps(LINE.match(line).groupdict())
            json.loads(LINE.match(line).groups())
    """
    assert size_of_argument(source, "json.dumps") == 3
    assert size_of_argument(source, "json.loads") == 4


def test_the_other_end_of_a_pipe_gets_what_is_sent() -> None:
    source = """
        import multiprocessing, hashlib
        def serve(pipe):
            while True:
                pipe.send(hashlib.sha256(pipe.recv()).digest())
        def work():
            ours, theirs = multiprocessing.Pipe()
            multiprocessing.Process(target=serve, args=(theirs,)).start()
            for _ in range(10):
                ours.send(bytes(9000))
                hashlib.md5(ours.recv())
    """
    assert size_of_argument(source, "hashlib.md5") == 32


LOGGING = """
    import io, logging
    log = logging.getLogger("app")
    {configured}
    def work():
        for i in range(1000):
            log.{method}("row %d", i)
"""


@pytest.mark.parametrize(
    ("configured", "method", "expected"),
    [
        ("pass", "info", "off"),
        ("pass", "warning", "on"),
        ("logging.basicConfig(level=logging.INFO)", "info", "on"),
        ("logging.basicConfig(level='WARNING')", "info", "off"),
        ("logging.basicConfig(level=unknown())", "info", "on"),
        ("log.addHandler(logging.StreamHandler(io.StringIO()))\n    log.setLevel(logging.DEBUG)", "info", "memory"),
        ("log.addHandler(logging.NullHandler())\n    log.setLevel(logging.DEBUG)", "info", "memory"),
        (
            "h = logging.StreamHandler()\n    h.setFormatter(logging.Formatter())\n    log.setLevel('WARNING')",
            "info",
            "off",
        ),
    ],
)
def test_logging_does_what_the_program_has_configured(configured: str, method: str, expected: str) -> None:
    found = calls_of(LOGGING.format(configured=configured, method=method))
    facts = {c.fact.name for c in found if c.fact is not None and c.fact.name.startswith("logging.")}
    if expected == "memory":
        assert "logging.Logger.callHandlers" in facts
    else:
        assert facts == {"logging.Logger.debug" if expected == "off" else f"logging.Logger.{method}"}


@pytest.mark.parametrize(("called", "expected"), [("", "debug"), ("set_debug()", "info")])
def test_what_nothing_calls_configures_nothing(called: str, expected: str) -> None:
    source = f"""
        import logging
        log = logging.getLogger("app")

        def set_debug():
            logging.basicConfig(level=logging.INFO)

        def convert(i):
            log.info("row %d", i)

        {called}
        def work():
            for i in range(1000):
                convert(i)

        work()
    """
    facts = {c.fact.name for c in calls_of(source) if c.fact is not None and c.name == "logging.Logger.info"}
    assert facts == {f"logging.Logger.{expected}"}


def test_a_handler_of_the_program_does_what_its_emit_does() -> None:
    source = """
        import logging, time
        class Sink(logging.Handler):
            def emit(self, record):
                self.format(record)
                time.sleep(0.05)
        log = logging.getLogger("app")
        log.setLevel(logging.INFO)
        log.addHandler(Sink())
        def work():
            for i in range(100):
                log.info("row %d", i)
    """
    assert prediction_of(source).bound.value == "io"


def test_adapters_and_formatters_of_the_program_run_for_each_record() -> None:
    source = """
        import json, logging
        class AsJson(logging.Formatter):
            def format(self, record):
                document = {"at": self.formatTime(record), "message": record.getMessage()}
                if record.exc_info:
                    document["error"] = self.formatException(record.exc_info)
                return json.dumps(document)
        class Named(logging.LoggerAdapter):
            def process(self, msg, kwargs):
                return self.extra["name"].upper() + msg, kwargs
        log = logging.getLogger("app")
        log.setLevel(logging.INFO)
        handler = logging.FileHandler("app.log")
        handler.setFormatter(AsJson())
        log.addHandler(handler)
        def work():
            named = Named(log, {"name": "a"})
            for i in range(100):
                named.info("row %d", i)
    """
    found = {c.name for c in calls_of(source)}
    assert {"Named.process", "AsJson.format", "json.dumps", "logging.FileHandler.emit"} <= found
    assert prediction_of(source).held.likely is not None


@pytest.mark.parametrize("push", ["heapq.heappush(self.queue, (1, A()))", "heapq.heappush(self.queue, (2, B()))"])
def test_a_heap_gives_out_what_was_pushed(push: str) -> None:
    source = f"""
        import heapq
        class A:
            def run(self): return sum(i for i in range(10))
        class B:
            def run(self): return [i for i in range(10)]
        class Scheduler:
            def __init__(self):
                self.queue = []
            def fill(self):
                {push}
            def take(self):
                return heapq.heappop(self.queue)[1].run()
        def work():
            s = Scheduler()
            s.fill()
            return s.take()
    """
    assert ("A.run" if "A()" in push else "B.run") in {c.name for c in calls_of(source)}


def test_a_logger_has_few_handlers() -> None:
    source = "import logging\ndef work():\n    for h in logging.getLogger('a').handlers:\n        h.close()\n"
    assert "logging.Handler.close" in {c.name for c in calls_of(source)}


SHAPES = """
    import zlib, math
    class Shape:
        def size_of(self):
            raise NotImplementedError
        def send(self):
            return math.sqrt(2)
    class Square(Shape):
        def size_of(self):
            return zlib.crc32(b"x" * 10)
        def append(self, x):
            return zlib.crc32(b"x" * 10)
    class Disc(Shape):
        def size_of(self):
            return math.sqrt(2)
        def inner(self):
            return self.held.inner()
"""


@pytest.mark.parametrize(
    ("parameter", "call", "expected"),
    [
        ("s", "s.size_of()", {"zlib.crc32", "math.sqrt"}),  # unknown: by the name of the method
        ("s: Shape", "s.size_of()", {"zlib.crc32", "math.sqrt"}),  # abstract: what overrides it
        ("s: Disc", "s.size_of()", {"math.sqrt"}),
        ("s", "s.append(1)", {"list.append"}),  # a builtin type has it, too
        ("s", "s.send()", {"s.send"}),  # so have connections
        ("s: Square", "s.inner()", {"self.held.inner"}),  # what has no such method is not meant
        ("s: Disc", "s.inner()", {"self.held.inner"}),  # what passes on by its own name passes on to something else
    ],
)
def test_a_method_of_the_file_is_meant(parameter: str, call: str, expected: set[str]) -> None:
    found = calls_of(dedent(SHAPES) + f"def work({parameter}):\n    {call}\n")
    assert {c.name for c in found if c.kind != "project" and "__" not in c.name} == expected


def test_an_instance_made_later_is_seen_by_the_methods() -> None:
    source = """
        import numpy as np
        class Net:
            def __init__(self, x):
                self.x = x
            def forward(self):
                return np.exp(self.x)
        def work():
            small = Net(np.ones(8)).forward()
            large = Net(np.ones(20000)).forward()
            show(large)
    """
    assert size_of_argument(source, "show") == 20000


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("x.replace(y, '')", "str.replace"),
        ("x.replace(year=2020)", "x.replace"),
        ("x.join([str(y)])", "str.join"),
        ("x.join(y)", "x.join"),
        ("x.get(y)", "x.get"),
        ("x.sort(key=str)", "list.sort"),
        ("x.update({1: y})", "dict.update"),
        ("x.update(y)", "x.update"),
        ("x.count('a', y)", "str.count"),
    ],
)
def test_arguments_tell_a_method_of_a_builtin_type(call: str, expected: str) -> None:
    assert expected in {c.name for c in calls_of(f"def work(x, y):\n    {call}\n")}
    frames = {c.name for c in calls_of(f"import pandas\ndef work(x, y):\n    {call}\n")}
    assert call.partition("(")[0] in frames


def test_a_class_is_given_an_attribute_afterwards() -> None:
    source = """
        import zlib
        class Vector(object):
            def packed(self):
                return zlib.crc32(b"x")
            def sort(self):
                return self
        Vector.ZERO = Vector()
        def work():
            Vector.ZERO.sort().packed()
    """
    assert "zlib.crc32" in {c.name for c in calls_of(source)}


def test_what_a_class_that_nobody_makes_would_pass_says_nothing_of_its_base() -> None:
    source = """
        import numpy as np
        class Model(object):
            def fit(self, X):
                for _ in range(100):
                    np.exp(X)
        class Used(Model):
            def fit(self, X):
                super(Used, self).fit(X)
        class Offered(Model):
            def fit(self, X):
                super(Offered, self).fit(X)
        def work():
            Used().fit(np.ones(300))
    """
    resolved = resolve(parse(dedent(source), "<t>"), Target(), {})
    blocks = [trace.block for trace in resolved.functions if trace.name == "Model.fit"]
    found = next(n for n in walk(*blocks) if isinstance(n, Call) and n.name == "numpy.exp")
    size = found.bound.positional[0].size
    assert size is not None
    assert size.known


@pytest.mark.parametrize(
    ("passed", "name"),
    [
        ("open('a', 'rb')", "io.BufferedReader.read"),  # no reader of the program's own
        ("Reader(open('a', 'rb'))", "io.BufferedReader.read"),  # which is one, and stays the class below
        ("Apart()", "Apart.read"),
    ],
)
def test_what_an_instance_is_no_instance_of(passed: str, name: str) -> None:
    source = f"""
        class Base:
            def __init__(self, source):
                if isinstance(source, Base):
                    self.source = source.source
                else:
                    self.source = source
        class Reader(Base):
            def use(self):
                return self.source.read(1)
        class Apart:
            def read(self, n):
                return n
        def work():
            Reader({passed}).use()
    """
    assert {c.name for c in calls_of(source) if c.name.endswith(".read")} == {name}


MODEL = """
    import numpy as np
    class Model:
        def __init__(self, means=None):
            self.means = means
            if self.means is not None:
                self.means = np.asarray(self.means)
        def fit(self, X):
            self.means = np.dot(X.T, X) * 2
            return self
        def predict(self, X):
            return X[:, None] - self.means
        def show(self):
            return np.sort(self.means, axis=0)
    def work():
        return Model().fit(np.ones((500, 3))).predict(np.ones((50, 3)))
    if __name__ == "__main__":
        work()
"""


def test_what_the_program_assigns_counts_more_than_what_a_method_run_with_unknown_arguments_does() -> None:
    found = next(c for c in calls_of(MODEL) if c.name == "numpy.ndarray.__sub__").result
    assert found is not None
    assert found.shape is not None
    assert [d.likely for d in found.shape] == [50, 3, 3]


def test_a_member_of_a_dict_that_is_given_a_value_stays_where_it_is() -> None:
    source = """
        import numpy as np
        class Process:
            def __init__(self):
                self.found = {"mean": None, "cov": None}
            def fit(self, X):
                self.found["mean"] = np.ones(5000)
                self.found["cov"] = X @ X.T
            def inverse(self):
                return np.linalg.inv(self.found["cov"])
        def work():
            p = Process()
            p.fit(np.ones((30, 4)))
            return p.inverse()
    """
    assert size_of_argument(source, "numpy.linalg.inv") == 900


def test_what_is_called_on_an_attribute_that_is_none_was_assigned_elsewhere() -> None:
    source = """
        class Store:
            def __init__(self):
                self.items = None
            def fill(self):
                self.items.setdefault(1, 2)
        def work():
            Store().fill()
    """
    assert [c.kind for c in calls_of(source) if c.name == "dict.setdefault"] == ["library"]


COUNTED = """
import zlib
from collections import defaultdict
class Metrics:
    def __init__(self, flush_at=2_000):
        self.flush_at = flush_at
        self.pending = defaultdict(list)
        self.names = []
        self.count = 0
    def record(self, name, value):
        self.pending[name].append(value)
        self.names.append(name)
        self.count += 1
        if self.count >= self.flush_at:
            self.flush()
    def flush(self):
        for name in self.pending:
            {of_each}(self.pending[name])
        zlib.adler32(self.names)
        self.pending.clear()
        self.names = []
        self.count = 0
def work():
    metrics = Metrics()
    for n in range(10_000):
        metrics.record(("cpu", "disk", "net", "load")[n % 4], n * 0.5)
"""


@pytest.mark.parametrize(("name", "size"), [("zlib.crc32", 500), ("zlib.adler32", 2_000)])
def test_what_is_emptied_with_a_count_holds_no_more_than_that(name: str, size: float) -> None:
    assert size_of_argument(COUNTED.replace("{of_each}", "zlib.crc32"), name) == size


def test_a_default_of_a_method_sees_the_body_of_the_class() -> None:
    source = """
    import hashlib

    class Store:
        SALT = bytes(4096)

        def digest(self, salt=SALT):
            return hashlib.sha256(salt)

    def work():
        Store().digest()
    """
    assert size_of_argument(source, "hashlib.sha256") == 4096


@pytest.mark.parametrize(
    ("made", "fields"), [("self.rows, self.name = [], 'a'", 2), ("self.__dict__.update(options)", 6)]
)
def test_the_attributes_of_an_instance_are_a_dict(made: str, fields: int) -> None:
    source = f"""
    class Order:
        def __init__(self, **options):
            {made}

    def work():
        order = Order()
        list(order.__dict__)
        order.__dict__.pop("rows")
    """
    assert size_of_argument(source, "list") == fields
    assert "dict.pop" in {c.name for c in calls_of(source)}


NESTED = """
import zlib
class Chain:
    class Node:
        def __init__(self, value):
            self.value = zlib.compress(value)
    def add(self, value):
        self.head = {made}(value)
    @classmethod
    def single(cls, value):
        return cls.Node(value)
class Longer(Chain):
    pass
def work():
    {call}
"""


@pytest.mark.parametrize("made", ["self.Node", "Chain.Node", "type(self).Node"])
@pytest.mark.parametrize("call", ["Chain().add(bytes(500))", "Longer().add(bytes(500))", "Longer.single(bytes(500))"])
def test_a_class_in_a_class_is_an_attribute_of_that(made: str, call: str) -> None:
    source = NESTED.replace("{made}", made).replace("{call}", call)
    assert size_of_argument(source, "zlib.compress") == 500


@pytest.mark.parametrize("kind", ["Callable", "type", "Type"])
def test_a_field_of_a_dataclass_may_be_a_builtin_type(kind: str) -> None:
    fields = "[Field('a', int), Field('b', float)]"
    source = (
        "from dataclasses import dataclass\nfrom typing import Callable, Type\n@dataclass\nclass Field:\n"
        f"    name: str\n    kind: {kind}\n    def check(self, v):\n        return self.kind(v)\n"
        f"def work():\n    for f in {fields}:\n        f.check('1')\n"
    )
    assert {"int", "float"} <= {c.name for c in calls_of(source)}


SHOP = """
import sqlite3
class Shop:
    def __init__(self):
        self.db = sqlite3.connect("shop.db")
    def find(self, sku):
        return self.db.execute("select qty from item where sku = ?", (sku,)).fetchone()
    def sell(self, sku):
        self.db.execute("update item set qty = qty - 1 where sku = ?", (sku,))
    def save(self):
        self.db.commit()
def work():
    shop = Shop()
    for i in range(100):
        shop.find(str(i))
        {then}
"""


@pytest.mark.parametrize(
    ("then", "expected"), [("pass", "file"), ("shop.sell(str(i))", "begun"), ("shop.sell(str(i)); shop.save()", "file")]
)
def test_a_method_asks_in_the_transaction_that_another_has_begun(then: str, expected: str) -> None:
    done = [c for c in calls_of(SHOP.replace("{then}", then)) if c.name == "sqlite3.Connection.execute"]
    receiver = next(c for c in done if c.span.line == SHOP[: SHOP.index("select")].count("\n") + 1).bound.receiver
    assert receiver is not None
    assert receiver.dtype == expected


@pytest.mark.parametrize("base", ["dict", "OrderedDict"])
@pytest.mark.parametrize(
    "given",
    ["{i: str(i) for i in range(5000)}", "((i, str(i)) for i in range(5000))", "[(i, str(i)) for i in range(5000)]"],
)
def test_an_instance_of_a_class_like_a_dict_begins_with_what_it_is_given(base: str, given: str) -> None:
    source = f"""
    from collections import OrderedDict, UserDict
    class Index({base}):
        pass
    def work():
        index = Index({given})
        for name, text in index.items():
            text.upper()
    """
    upper = [c for c in calls_of(dedent(source)) if c.name == "str.upper"]
    assert upper
    resolved = resolve(parse(dedent(source), "<t>"), Target(), {})
    over_items = [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Loop) and n.span.line == 7]
    assert [n.trips.likely for n in over_items] == [5000]


KEPT_IN_A_DICT = """
    import zlib
    from collections import OrderedDict, UserDict
    class Kept({base}):
        def __setitem__(self, key, value):
            {base}.__setitem__(self, key, value)
        def __getitem__(self, key):
            return super().__getitem__(key)
    class Plain({base}):
        pass
    def work():
        kept, plain = Kept(), Plain()
        for n in range(30):
            kept[n] = zlib.compressobj()
            plain[n] = zlib.compressobj()
        {use}
"""


@pytest.mark.parametrize("base", ["dict", "OrderedDict"])
@pytest.mark.parametrize(
    "use",
    ["kept[3].flush()", "plain[3].flush()", "kept.pop(3).flush()", "plain.get(3).flush()",
     "for made in plain.values(): made.flush()", "for n, made in kept.items(): made.flush()"],
)  # fmt: skip
def test_an_instance_of_a_class_like_a_dict_gives_what_was_put_into_it(base: str, use: str) -> None:
    source = dedent(KEPT_IN_A_DICT).format(base=base, use=use)
    resolved = resolve(parse(source, "<t>"), Target(), {})
    names = {n.name for trace in resolved.functions for n in walk(trace.block) if isinstance(n, Call)}
    assert any(name.endswith("Compress.flush") for name in names), names


_CRC = "(self):\n        self.crc = zlib.crc32(self.data)\nfor x in xs:\n    A(x)"


@pytest.mark.parametrize(
    "made",
    [
        f"@dataclass\nclass A:\n    data: bytes\n    def __post_init__{_CRC}",
        f"@attrs.define\nclass A:\n    data: bytes\n    def __attrs_post_init__{_CRC}",
        "class A:\n    def __init__(self, d):\n        self.d = d\n    @functools.cached_property\n"
        "    def crc(self):\n        return zlib.crc32(self.d)\nfor x in xs:\n    A(x).crc",
        "class A:\n    def __call__(self, d):\n        return zlib.crc32(d)\nfor x in xs:\n    list(map(A(), [x]))",
        "class A:\n    def __call__(self, d):\n        return zlib.crc32(d)\nfor x in xs:\n    sorted([x], key=A())",
        "def lazy(f):\n    name = '_' + f.__name__\n    @property\n    def read(self):\n        if not hasattr(self, name):\n"
        "            setattr(self, name, f(self))\n        return getattr(self, name)\n    return read\nclass A:\n"
        "    def __init__(self, d):\n        self.d = d\n    @lazy\n    def crc(self):\n        return zlib.crc32(self.d)\n"
        "for x in xs:\n    A(x).crc",
        "class Crc:\n    def __set_name__(self, owner, name):\n        self.name = name\n"
        "    def __get__(self, a, owner=None):\n        return self if a is None else zlib.crc32(a.d)\n"
        "class A:\n    crc = Crc()\n    def __init__(self, d):\n        self.d = d\nfor x in xs:\n    A(x).crc",
        "class Checked:\n    def __set__(self, a, value):\n        a.__dict__['d'] = zlib.crc32(value)\n"
        "class A:\n    d = Checked()\n    def __init__(self, d):\n        self.d = d\nfor x in xs:\n    A(x)",
        "class lazy:\n    def __init__(self, f):\n        self.f = f\n    def __get__(self, a, owner):\n"
        "        a.__dict__[self.f.__name__] = value = self.f(a)\n        return value\nclass A:\n"
        "    def __init__(self, d):\n        self.d = d\n    @lazy\n    def crc(self):\n        return zlib.crc32(self.d)\n"
        "for x in xs:\n    A(x).crc",
    ],
    ids=[
        "post_init",
        "attrs_post_init",
        "cached_property",
        "mapped_instance",
        "key_instance",
        "property_of_a_decorator",
        "get",
        "set",
        "get_of_a_decorator",
    ],
)
def test_what_a_class_is_asked_for_unspoken_is_run(made: str) -> None:
    source = f"import attrs, functools, zlib\nfrom dataclasses import dataclass\nxs = [b'x' * 9000] * 50\n{made}\n"
    report = analyse(source, "p.py", Options(python="3.11"))
    assert any(c.detail.call.name == "zlib.crc32" for r in report.regions for c in r.calls)


_OWN_PROPERTY = """class cached_property:
    def __init__(self, function):
        self.function = function
        self.name = function.__name__
    def __get__(self, instance, owner):
        value = instance.__dict__[self.name] = self.function(instance)
        return value
"""


@pytest.mark.parametrize(
    ("imports", "decorator", "python", "is_in_turn"),
    [
        ("from functools import cached_property", "cached_property", "3.11", True),
        ("from functools import cached_property", "cached_property", "3.12", False),
        ("from functools import cached_property as once", "once", "3.11", True),
        ("import functools as ft", "ft.cached_property", "3.10", True),
        ("import functools\nclass once(functools.cached_property):\n    pass", "once", "3.11", True),
        ("import functools\nfrom django.utils.functional import cached_property", "cached_property", "3.11", False),
        ("from functools import cached_property as slow\nfrom werkzeug.utils import cached_property", "cached_property",
         "3.11", False),
        (f"# not functools.cached_property\n{_OWN_PROPERTY}", "cached_property", "3.11", False),
    ],
    ids=["plain", "3.12", "alias", "module-alias", "derived", "django", "werkzeug", "own"],
)  # fmt: skip
def test_cached_properties_of_functools_had_one_lock_for_all_instances(
    imports: str, decorator: str, python: str, is_in_turn: bool
) -> None:
    source = (
        f"import hashlib\nfrom concurrent.futures import ThreadPoolExecutor\n{imports}\n"
        "class File:\n    def __init__(self, data):\n        self.data = data\n"
        f"    @{decorator}\n    def digest(self):\n        return hashlib.sha256(self.data).hexdigest()\n"
        "files = [File(bytes(5_000_000)) for _ in range(40)]\n"
        "with ThreadPoolExecutor(4) as pool:\n    print(list(pool.map(lambda f: f.digest, files)))\n"
    )
    report = analyse(source, "p.py", Options(python=python, cores=4, threads=4))
    assert report.verdict is not None
    worst = report.regions[report.verdict]
    ceiling = worst.prediction.ceiling.likely
    assert ceiling is not None and worst.prediction.bound.value == "native"
    assert (ceiling < 1.3) == is_in_turn
    assert ("`File.digest` is a functools.cached_property" in worst.explanation) == is_in_turn
    assert any("`File.digest` without the lock" in a.why for a in worst.advice) == is_in_turn


BUFFERED = """
    from io import BytesIO
    class Reader:
        def __init__(self, stream):
            self.stream = stream
            self.buffer = None
        def fill(self):
            if self.buffer is None or self.buffer.tell() > 90:
                self.put(self.stream.read(100))
        def put(self, data):
            self.buffer = BytesIO(data) if data else None
        def read(self, n):
            self.fill()
            return self.buffer.read(n)
    {derived}
    def work():
        reader = {made}(BytesIO(bytes(1000)))
        while reader.read(10):
            pass
"""


@pytest.mark.parametrize(
    ("derived", "made"),
    [
        ("", "Reader"),
        ("class Own(Reader): pass", "Own"),
        ("class Own(Reader):\n        def fill(self):\n            super().fill()", "Own"),
    ],
)
def test_what_a_method_of_a_base_sets_later_is_known_of_an_object_of_another_class(derived: str, made: str) -> None:
    names = {c.name for c in calls_of(BUFFERED.format(derived=derived, made=made)) if c.name.endswith(".tell")}
    assert names == {"io.BytesIO.tell"}


@pytest.mark.parametrize(("name", "asked"), [("count", False), ("sum", True)])
def test_what_an_object_does_not_have_is_not_asked_for_behind_a_test(name: str, asked: bool) -> None:
    source = (
        f"import numpy as np\ndef work():\n    a = np.ones(4)\n    return hasattr(a, '{name}') and a.{name}() > 1\n"
    )
    resolved = resolve(parse(source, "<t>"), Target(), {})
    made = Costs(Target()).calls(next(f.block for f in resolved.functions if f.name == "work"))
    assert any(c.call.name == f"numpy.ndarray.{name}" and c.count.likely > 0 for c in made) is asked
