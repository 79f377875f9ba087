"""Functions as values: which ones a call reaches that goes through a table, a registry, an attribute or a class above."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.unit.resolve.test_objects import calls_of, size_of_argument

# What each program calls by a name of its own; `work` has to get there.
REACHED = {
    "one function for all keys of a table": """
        from itertools import repeat
        def first(x): return x
        def second(x): return x
        def work(names):
            table = dict(zip(names, repeat(first)))
            table["a"](1)
            dict.fromkeys(names, second)["b"](1)
    """,
    "a table with something else for what is not in it": """
        def first(x): return x
        def second(x): return x
        TABLE = {"a": first}
        def work(name):
            return TABLE.get(name, second)(1)
    """,
    "a list in a dict that decorators fill by name": """
        HOOKS = {"before": [], "after": []}
        def hook(when):
            def keep(f):
                HOOKS[when].append(f)
                return f
            return keep
        @hook("after")
        def first(x): return x
        def work():
            for f in HOOKS["after"]:
                f(1)
    """,
    "an instance that decorates": """
        class Counted:
            def __init__(self, log):
                self.log = log
            def __call__(self, function):
                def wrapper(*args):
                    first(len(args))
                    return function(*args)
                return wrapper
        counted = Counted([])
        def first(x): return x
        @counted
        def second(x): return x
        def work():
            second(1)
    """,
    "a method that a decorator registers": """
        OPERATIONS = {}
        def operation(name):
            def keep(f):
                OPERATIONS[name] = (f, 1)
                return f
            return keep
        class Machine:
            @operation("first")
            def first(self): return 1
            @staticmethod
            @operation("second")
            def second(): return 2
        def work(name):
            f, _ = OPERATIONS[name]
            return f(Machine())
    """,
    "attributes by names out of a list": """
        class Machine:
            def first(self): return 1
            def second(self): return 2
            def third(self): return 3
        def work():
            for name in ("first", "second"):
                getattr(Machine(), name)()
    """,
    "a method of several classes, inherited": """
        class Base:
            def run(self): return self.step()
        class A(Base):
            def step(self): return first()
        class B(Base):
            def step(self): return second()
        def first(): return 1
        def second(): return 2
        def work():
            for kind in (A, B):
                kind().run()
    """,
    "the next handler of another class": """
        class Handler:
            def handle(self): return self.step()
        class A(Handler):
            def __init__(self, following): self.following = following
            def step(self): return self.following.handle()
        class B(Handler):
            def step(self): return first()
        def first(): return 1
        def work(): return A(B()).handle()
    """,
    "the class beside a mixin": """
        class Base:
            def go(self): return first()
        class Logged:
            def go(self): return super().go()
        class Both(Logged, Base): pass
        def first(): return 1
        def work(): return Both().go()
    """,
    "what a proxy hands on": """
        class Proxy:
            def __init__(self, target): self.target = target
            def __getattr__(self, name): return getattr(self.target, name)
        class Target:
            def first(self): return 1
        def work(): return Proxy(Target()).first()
    """,
    "a property with a setter": """
        class Thing:
            @property
            def size(self): return first()
            @size.setter
            def size(self, value): self.kept = second(value)
        def first(): return 1
        def second(value): return value
        def work():
            thing = Thing()
            thing.size = 3
            return thing.size
    """,
    "states that make one another": """
        class Idle:
            def handle(self, machine): machine.state = Busy()
        class Busy:
            def handle(self, machine):
                machine.state = Idle()
                return first()
        class Machine:
            def __init__(self): self.state = Idle()
            def feed(self): return self.state.handle(self)
        def first(): return 1
        def work():
            machine = Machine()
            return [machine.feed() for _ in range(10)]
    """,
    "a method that is assigned to the class": """
        class Thing: pass
        Thing.go = lambda self: self.first()
        Thing.first = lambda self: second()
        def second(): return 2
        def work(): return Thing().go()
    """,
    "a registry that the class keeps for others": """
        class Plugin:
            kept = {}
            @classmethod
            def register(cls, name):
                def keep(other):
                    cls.kept[name] = other
                    return other
                return keep
        @Plugin.register("one")
        class One:
            def first(self): return 1
        def work(): return Plugin.kept["one"]().first()
    """,
    "classes that register themselves by what they inherit": """
        class Base:
            kept = {}
            @classmethod
            def register(cls): cls.kept[cls.name] = cls
        class A(Base):
            name = "a"
            def run(self): return first()
        class B(Base):
            name = "b"
            def run(self): return second()
        A.register()
        B.register()
        def first(): return 1
        def second(): return 2
        def work(): return [kind().run() for kind in Base.kept.values()]
    """,
    "what a field's factory makes": """
        from dataclasses import dataclass, field
        def first(): return 1
        @dataclass
        class Steps:
            steps: list = field(default_factory=lambda: [first])
        def work(): return [step() for step in Steps().steps]
    """,
    "a function of the module by a part of its name": """
        import sys
        def step_first(): return first()
        def step_second(): return second()
        def first(): return 1
        def second(): return 2
        def work(names):
            for name in names:
                getattr(sys.modules[__name__], f"step_{name}")()
    """,
    "the globals whose names begin like that": """
        def step_first(): return first()
        def other(): return third()
        def first(): return 1
        def third(): return 3
        def work(name): return globals()["step_" + name]()
    """,
    "closures of one function in a table": """
        def first(): return 1
        def second(): return 2
        def wrapped(f): return lambda: f()
        TABLE = {"a": wrapped(first), "b": wrapped(second)}
        def work(names): return [TABLE[name]() for name in names]
    """,
    "what is behind a weak reference": """
        import weakref
        class Target:
            def first(self): return 1
        def work():
            target = Target()
            references = [weakref.WeakMethod(target.first)]
            for reference in references:
                method = reference()
                if method is not None:
                    method()
    """,
    "the function for the type": """
        from functools import singledispatch
        @singledispatch
        def show(value): raise TypeError
        @show.register
        def _(value: bytes): return first()
        @show.register(str)
        def _(value): return third()
        def first(): return 1
        def third(): return 3
        def work(): return show(b"x")
    """,
}


def test_a_wrapper_is_decided_by_what_its_factory_was_given() -> None:
    source = """
        def first(): return 1
        def third(): return 3
        def repeated(mode):
            def decorate(f):
                def wrapper(): return f() if mode == "once" else third()
                return wrapper
            return decorate
        @repeated("once")
        def run(): return first()
        def work(): return run()
    """
    assert [c.name for c in calls_of(source) if c.name in ("first", "third")] == ["first"]


def test_what_is_printed_of_one_of_several_lists_is_the_mean() -> None:
    source = """
        import json
        DATA = {"rows": [{"id": 1, "name": "x" * 90} for _ in range(100)], "texts": ["y" * 20 for _ in range(100)]}
        def work():
            for data in DATA.values():
                json.loads(json.dumps(data))
    """
    size = size_of_argument(source, "json.loads")
    assert size is not None and 3_000 < size < 10_000


def test_values_that_are_spread_are_arguments_one_by_one() -> None:
    source = """
        import zlib
        def pack(data, level=6): return zlib.compress(data, level)
        def everything(*many): return [zlib.crc32(m) for m in many]
        def work():
            rows = [bytes(3000) for _ in range(20)]
            pack(*rows[:1])
            everything(*rows)
    """
    assert size_of_argument(source, "zlib.compress") == 3000
    assert size_of_argument(source, "zlib.crc32") == 3000


@pytest.mark.parametrize("source", REACHED.values(), ids=REACHED)
def test_a_call_reaches_the_function_that_is_meant(source: str) -> None:
    calls = calls_of(source)
    reached = {call.name.rpartition(".")[2] for call in calls if call.kind == "project"}
    assert {n for n in ("first", "second") if f"def {n}(" in dedent(source)} <= reached
    assert "third" not in reached
    assert not [call.name for call in calls if call.kind in ("unknown", "undefined")]


def test_what_is_asked_for_a_field_by_name_is_a_record() -> None:
    source = """
        def work(products, cache, session):
            for p in products:
                p.get("price")
                p.get("stats", {}).get("mean")
                cache.get("key")
                session.get("https://example.org")
    """
    found = [(c.name, c.kind) for c in calls_of(source) if c.name.endswith(".get")]
    assert (
        found.count(("dict.get", "library")) == 3
        and ("cache.get", "unknown") in found
        and ("session.get", "unknown") in found
    )


def test_what_a_program_gives_back_is_text_where_that_is_asked_for() -> None:
    source = """
        import subprocess
        def work():
            subprocess.run(["ls"], capture_output=True).stdout.split()
            subprocess.run(["ls"], capture_output=True, text=True).stdout.split()
            subprocess.check_output(["ls"], encoding="utf-8").split()
            out, err = subprocess.Popen(["ls"], stdout=subprocess.PIPE, universal_newlines=True).communicate()
            out.split()
            subprocess.Popen(["ls"], stdout=subprocess.PIPE, text=False).communicate()[0].split()
    """
    found = [c.name for c in calls_of(source) if c.name.endswith(".split")]
    assert found == ["bytes.split", "str.split", "str.split", "str.split", "bytes.split"]


def test_what_is_folded_over_functions_goes_through_each_of_them() -> None:
    source = """
        import functools, json, zlib
        def parse(data):
            return json.loads(data)
        def pack(data):
            return zlib.compress(data)
        def work(data):
            return functools.reduce(lambda value, step: step(value), [parse, pack], data)
    """
    assert {"json.loads", "zlib.compress"} <= {c.name for c in calls_of(source)}
