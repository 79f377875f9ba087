"""What a name must be, from what the code does with it."""

from __future__ import annotations

import ast

import pytest

from gillint.benchmark.shapes import Shape, make
from gillint.benchmark.uses import Reader
from tests.support import text


def described(shape: Shape) -> str:
    """A shape in one line: kind, and its members where they matter."""
    if shape.kind in ("list", "json", "path"):
        inner = [described(part) for _, part in shape.parts]
        return f"{shape.kind}({', '.join(inner)})" if inner else shape.kind
    if shape.kind in ("dict", "record", "frame", "tuple") and shape.parts:
        return f"{shape.kind}({', '.join(name for name, _ in shape.parts)})"
    return shape.kind + shape.text


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("chunks", "for c in chunks:\n    json.loads(c)", "list(json)"),
        ("chunks", "for c in chunks:\n    a = np.array(orjson.loads(c))", "list(json(list(float)))"),
        ("rows", "for r in rows:\n    x = json.loads(r)['id']", "list(json(dict(id)))"),
        ("urls", "for u in urls:\n    requests.get(u)", "list(url)"),
        ("urls", "[session.get(u) for u in urls]", "list(url)"),
        ("blobs", "for i, b in enumerate(blobs):\n    hashlib.sha256(b)", "list(bytes)"),
        ("a", "for x, y in zip(a, b):\n    zlib.compress(x)", "list(bytes)"),
        ("paths", "for p in paths:\n    for line in open(p):\n        json.loads(line)", "list(path(json line))"),
        ("p", "data = json.load(open(p))", "path(json)"),
        ("p", "with open(p, 'rb') as f:\n    f.read()", "path(bytes)"),
        ("text", "re.findall(r'x', text)", "text"),
        ("t", "t.split(',')", "text"),
        ("n", "for i in range(n):\n    pass", "int"),
        ("m", "m @ m", "array2"),
        ("signal", "np.fft.fft(signal)", "array"),
        ("df", "df.groupby('k').v.sum()", "frame(k)"),
        ("process", "process(3)", "callable"),
        ("d", "d['a'] + d['b']", "dict(a, b)"),
        ("o", "o.x + o.y", "record(x, y)"),
        ("img", "img.resize((2, 2))", "image"),
        ("conn", "conn.execute('select 1')", "connection"),
        ("delay", "time.sleep(delay)", "small"),
        ("xs", "sum(xs)", "list(float)"),
        ("image_paths", "pass", "list(path(text))"),
        ("whatever", "pass", "any"),
    ],
)  # fmt: skip
def test_free_names(name: str, source: str, expected: str) -> None:
    tree = ast.parse(source)
    assert described(Reader(tree).of_name(name, tree)) == expected


@pytest.mark.parametrize(
    ("signature", "body", "expected"),
    [
        ("data: bytes", "pass", "bytes"),
        ("data: 'list[str]'", "pass", "list(text)"),
        ("doc: str", "json.loads(doc)", "json"),
        ("x: np.ndarray", "x @ x", "array2"),
        ("path: Path", "path.read_text()", "path file"),
        ("path", "path.read_bytes()", "path file"),
        ("path: Path", "open(path).read()", "path file"),
        ("path: Path", "list(path.iterdir())", "path object"),
        ("n: int | None", "pass", "int"),
        ("f: Callable[[int], int]", "f(1)", "callable"),
        ("pair: tuple[int, str]", "pass", "tuple(0, 1)"),
        ("data", "inner(data)", "bytes"),
    ],
)
def test_parameters(signature: str, body: str, expected: str) -> None:
    source = f"def inner(b):\n    return zlib.crc32(b)\n\ndef outer({signature}):\n    {body}\n"
    tree = ast.parse(source)
    reader = Reader(tree)
    outer = reader.functions["outer"]
    assert described(reader.of_parameter(outer.args.args[0], outer)) == expected


def test_every_input_can_be_made() -> None:
    from gillint.benchmark import shapes, wants

    found = [s for group in (*wants.WANTS.values(), *wants.WANTS_BELOW.values()) for s in group]
    found += [*wants.METHODS.values(), *wants.BY_ANNOTATION.values(), *(s for _, s in wants.BY_NAME)]
    for shape in found:
        made = make(shape)
        compile(made.expression, "<input>", "eval")
        assert made.words
        known = shape.kind in shapes._MAKERS or shape.kind in {
            "list",
            "dict",
            "record",
            "tuple",
            "frame",
            "path",
            "path file",
            "callable",
            "expression",
        }
        assert known, shape


def test_inputs_of_the_standard_library_are_what_they_say() -> None:
    import bz2
    import csv
    import gzip
    import io
    import json
    import lzma
    import pickle
    import zlib
    from xml.etree import ElementTree

    from gillint.benchmark.shapes import _FILES, _MAKERS

    modules = {m.__name__: m for m in (bz2, gzip, json, lzma, pickle, zlib)}

    def value(table: dict[str, tuple[str, tuple[str, ...], str]], kind: str) -> object:
        return eval(table[kind][0], dict(modules))

    assert json.loads(str(value(_MAKERS, "json")))[:2] == [0.0, 0.37]
    assert set(json.loads(str(value(_MAKERS, "json line")))) >= {"id", "name", "value"}
    for name, module in (("zlib", zlib), ("gzip", gzip), ("bz2", bz2), ("lzma", lzma)):
        assert len(module.decompress(value(_MAKERS, name))) == 44_000
    assert len(list(ElementTree.fromstring(str(value(_MAKERS, "xml"))))) == 1000
    lines = bytes(value(_FILES, "json line")).splitlines()  # type: ignore[call-overload]
    assert len([json.loads(line) for line in lines]) == 1000
    table = bytes(value(_FILES, "csv")).decode()  # type: ignore[call-overload]
    assert len(list(csv.DictReader(io.StringIO(table)))) == 10_000
    assert text("x") == "x"
