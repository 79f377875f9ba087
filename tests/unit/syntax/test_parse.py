"""What is parsed, what is refused, and where the trouble is."""

# ruff: noqa: E501

from __future__ import annotations

import ast

import pytest

from gillint.syntax import tree as t
from gillint.syntax.outline import TooDeep, check_brackets
from gillint.syntax.parse import SyntaxProblem, parse


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("x = = 1\n", 1, 5),
        ("x = 1\ny = (\n", 2, 5),
        ("def f(:\n    pass\n", 1, 7),
        ("if x:\npass\n", 2, 1),
        ("x = 'abc\n", 1, 5),
        ("for x in y\n    pass\n", 1, 11),
        ("é = é é\n", 1, 7),
        ("print 'x'\n", 1, 1),
        ("async with x as y\n", 1, 18),
    ],
)
def test_a_problem_has_its_place(source: str, line: int, column: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 3_000 + "1" + ")" * 3_000,
        "x = " + "[" * 3_000 + "]" * 3_000,
        "x = " + "{1:" * 1_000 + "1" + "}" * 1_000,
        "x = " + " or ".join(["a"] * 10_000),
        "x = " + "not " * 10_000 + "a",
        "x = a" + ".b" * 10_000,
        "x = a" + "()" * 3_000,
        "x = a" + ".b()" * 3_000,
        "x = a" + "[0]" * 3_000,
        "x = " + "+".join(["1"] * 10_000),
        "x = " + "-" * 3_000 + "1",
        "if a:\n    pass\n" + "elif a:\n    pass\n" * 10_000,
        "x = " + "lambda: " * 1_000 + "1",
        "x = " + "1 if a else " * 1_000 + "2",
        "await x\ny = " + "(" * 3_000 + "1" + ")" * 3_000,
        "await x\ny = " + " or ".join(["a"] * 10_000),
        "await x\nif a:\n    pass\n" + "elif a:\n    pass\n" * 10_000,
        "await x\ny = a" + ".b()" * 3_000,
        "await x\ny = " + "not " * 10_000 + "a",
        "await x\n" + "".join(" " * i + "if a:\n" for i in range(200)) + " " * 200 + "pass",
        "x = (" + "(" * 3_000,
        "x = " + "(1 + " * 3_000 + "1" + ")" * 3_000,
    ],
    ids=lambda s: s[:24].replace("\n", " ").strip(),
)
def test_what_is_nested_too_deeply_is_refused_and_never_crashes(source: str) -> None:
    try:
        parse(source + "\n").statements()
    except SyntaxProblem as problem:
        assert problem.message
        assert problem.line >= 1


@pytest.mark.parametrize(
    "source",
    [
        "x = " + " or ".join(f"a{i}" for i in range(40)),
        "x = " + " + ".join(str(i) for i in range(60)),
        "x = a" + ".b" * 30,
        "x = " + "(" * 60 + "1" + ")" * 60,
        "if a:\n    pass\n" + "elif a:\n    pass\n" * 60,
        "x = [" + "1, " * 5_000 + "]",
        "f(" + "a, " * 200 + ")",
        "x = 'a' " + "'b' " * 50,
    ],
    ids=["or", "sum", "attributes", "parentheses", "elif", "list", "arguments", "strings"],
)
def test_what_is_merely_long_is_parsed(source: str) -> None:
    assert parse(source + "\n").statements()


def test_what_others_note_on_shared_nodes_is_not_looked_at() -> None:
    """All `==` of a process are the same object; the tracebacks of IPython note the node above on it."""
    above: ast.expr = ast.Constant(1)
    for _ in range(300):
        above = ast.List([above])
    shared = ast.parse("a == b").body[0].value.ops[0]  # type: ignore[attr-defined]
    shared.parent = above
    try:
        assert parse("x = [c == d for c in e]\n").statements()
    finally:
        del shared.parent


@pytest.mark.parametrize("source", ["x = 1\0\n", "\0", "a\0b"])
def test_null_bytes(source: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse(source)


NEWER = {
    "top_level_await": "x = await f()\n",
    "top_level_async_with": "async with f() as x:\n    await g(x)\n",
    "top_level_async_for": "async for x in f():\n    print(x)\n",
    "except_group": "try:\n    f()\nexcept* OSError:\n    pass\n",
    "type_statement": "type A[T] = list[T]\n",
    "generic_function": "def f[T: int](x: T) -> T:\n    return x\n",
    "generic_class": "class A[T]:\n    x: T\n",
    "nested_quotes": "x = f'{a['b']}'\n",
    "match": "match x:\n    case {'a': [1, *_], **rest} | None if y:\n        pass\n",
    "parenthesised_with": "with (open('a') as a, open('b') as b):\n    pass\n",
    "positional_only": "def f(a, /, *, b): pass\n",
    "walrus": "if (n := len(a)) > 10: pass\n",
}


@pytest.mark.parametrize("source", NEWER.values(), ids=NEWER)
def test_syntax_that_is_newer_than_the_interpreter_is_read(source: str) -> None:
    syntax = parse(source)
    assert syntax.statements() or syntax.outline.functions or syntax.outline.classes


def test_a_sketch_with_functions_and_classes_has_the_same_outline_either_way() -> None:
    body = "class A:\n    x = 1\n    def f(self):\n        for y in self.x: print(y)\n\ndef g(a, b=2):\n    return a\n\nz = g(1)\n"
    plain, sketch = parse(body), parse(body + "await z\n")
    assert [f.qualname for f in plain.outline.functions] == [f.qualname for f in sketch.outline.functions]
    assert [c.qualname for c in plain.outline.classes] == [c.qualname for c in sketch.outline.classes]
    for function in sketch.outline.functions:
        tree = sketch.function(function)
        assert isinstance(tree, t.Function)


def test_functions_are_parsed_when_they_are_asked_for() -> None:
    syntax = parse("def f():\n    for x in y:\n        z(x)\n\n\ndef g():\n    return 1\n")
    first, second = syntax.outline.functions
    assert (first.name, first.is_candidate, second.is_candidate) == ("f", True, False)
    tree = syntax.function(first)
    assert tree is syntax.function(first)
    assert tree is not None and (tree.span.line, tree.span.end_line) == (1, 3)


@pytest.mark.parametrize(
    ("source", "candidate"),
    [
        ("def f():\n    for x in y: pass\n", True),
        ("def f():\n    while x: pass\n", True),
        ("def f():\n    return [x for x in y]\n", True),
        ("def f():\n    return list(map(g, y))\n", True),
        ("def f():\n    threading.Thread(target=g).start()\n", True),
        ("def f():\n    pool.submit(g)\n", True),
        ("async def f():\n    await g()\n", True),
        ("def f(n):\n    return f(n - 1)\n", True),
        ("def f():\n    return g() + 1\n", False),
        ("def format(x):\n    return x.form\n", False),
        ("def f():\n    # nothing to see here\n    return 1\n", False),
    ],
)
def test_the_triage(source: str, candidate: bool) -> None:
    (outline,) = parse(source).outline.functions
    assert outline.is_candidate is candidate


def test_brackets_are_counted_where_ast_cannot_help() -> None:
    with pytest.raises(TooDeep) as caught:
        check_brackets("x\n" + "(" * 500 + ")" * 500)
    assert caught.value.line == 2
    check_brackets("(((1)))\n" * 1_000)


def test_the_pieces_of_a_file_are_all_of_it() -> None:
    source = "import a\n\n@a.b\ndef f():\n    return 1\n\nclass C(a.D):\n    x = 1\n\n    def g(self):\n        return 2\n\ny = 3\n"
    pieces = list(parse(source).texts)
    assert pieces[:2] == ["@a.b\ndef f():\n    return 1\n", "    def g(self):\n        return 2\n"]
    assert pieces[2] == "import a\n\n\nclass C(a.D):\n    x = 1\n\n\ny = 3\n"
