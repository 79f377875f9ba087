"""Functions as values: which ones a call reaches that goes through a table, a registry, an attribute or a class above."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.unit.resolve.test_objects import calls_of

# What each program calls by a name of its own; `work` has to get there.
REACHED = {
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
}


@pytest.mark.parametrize("source", REACHED.values(), ids=REACHED)
def test_a_call_reaches_the_function_that_is_meant(source: str) -> None:
    calls = calls_of(source)
    reached = {call.name.rpartition(".")[2] for call in calls if call.kind == "project"}
    assert {n for n in ("first", "second") if f"def {n}(" in dedent(source)} <= reached
    assert "third" not in reached
    assert not [call.name for call in calls if call.kind in ("unknown", "undefined")]
