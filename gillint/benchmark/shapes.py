"""The kinds of inputs that can be made, and how: one Python expression for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """What an input looks like.

    Attributes:
        kind: one of the keys of `_MAKERS`, or a container's.
        parts: members by name: `item` of a list, keys of a dict, attributes of a record, `content` of a file.
        text: a format, a file name, or an expression to use as it is.
    """

    kind: str
    parts: tuple[tuple[str, Shape], ...] = ()
    text: str = ""

    def part(self, name: str) -> Shape | None:
        """The member of this name."""
        return next((shape for key, shape in self.parts if key == name), None)


ANY = Shape("any")
TEXT = Shape("text")
BYTES = Shape("bytes")
INT = Shape("int")
FLOAT = Shape("float")
NUMBERS = Shape("list", (("item", FLOAT),))
JSON = Shape("json")
URL = Shape("url")
ARRAY = Shape("array")
MATRIX = Shape("array", text="2")
FRAME = Shape("frame")
SERIES = Shape("series")
CALLABLE = Shape("callable")


def list_of(item: Shape) -> Shape:
    """A list of things that look alike."""
    return Shape("list", (("item", item),))


def file_of(content: Shape, name: str = "") -> Shape:
    """The path of a file."""
    return Shape("path", (("content", content),), name)


# Items of a list, bytes, characters ...: the typical sizes that the analysis takes where the source tells none.
ITEMS = 100
_LINES = 1_000
_WORDS = "the quick brown fox jumps over the lazy dog "

# kind: (expression, modules it needs, words for people)
_MAKERS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "any": ("None", (), "None"),
    "text": (f"{_WORDS * 5!r}[:200]", (), "a text of 200 characters"),
    "number text": ("'42'", (), "the text '42'"),
    "date": ("'2024-05-17 08:30:00'", (), "a date as text"),
    "int": ("1000", (), "the number 1000"),
    "small": ("0.01", (), "0.01 s"),
    "float": ("0.5", (), "the number 0.5"),
    "bool": ("True", (), "True"),
    "bytes": (f"(b{_WORDS!r} * 228)[:10_000]", (), "10,000 bytes of text"),
    "zlib": (f"zlib.compress(b{_WORDS!r} * 1000)", ("zlib",), "44,000 bytes of text, compressed by zlib"),
    "gzip": (f"gzip.compress(b{_WORDS!r} * 1000)", ("gzip",), "44,000 bytes of text, compressed by gzip"),
    "bz2": (f"bz2.compress(b{_WORDS!r} * 1000)", ("bz2",), "44,000 bytes of text, compressed by bz2"),
    "lzma": (f"lzma.compress(b{_WORDS!r} * 1000)", ("lzma",), "44,000 bytes of text, compressed by lzma"),
    "base64": (f"base64.b64encode(b{_WORDS!r} * 228)", ("base64",), "10,000 bytes in base64"),
    "pickle": ("pickle.dumps(list(range(10_000)))", ("pickle",), "a pickled list of 10,000 numbers"),
    "xml": (
        "'<items>' + ''.join(f'<item id=\"{i}\"><name>n{i}</name><value>{i}</value></item>' for i in range(1000)) + '</items>'",
        (),
        "an XML document with 1,000 items",
    ),
    "html": (
        "'<html><body>' + ''.join(f'<div><a href=\"/{i}\">n{i}</a></div>' for i in range(500)) + '</body></html>'",
        (),
        "an HTML page with 500 links",
    ),
    "yaml": ("'\\n'.join(f'key{i}: [1, 2, value{i}]' for i in range(200))", (), "a YAML document with 200 keys"),
    "json": ("json.dumps([i * 0.37 for i in range(5000)])", ("json",), "a JSON list of 5,000 numbers"),
    "json line": (
        "json.dumps({'id': 12345, 'name': 'an item', 'tags': ['a', 'b', 'c'], 'value': 0.37, 'text': 'lorem ipsum ' * 8})",
        ("json",),
        "a JSON object of 170 characters",
    ),
    "csv line": ("'12345,an item,0.37,2024-05-17'", (), "a line of four CSV columns"),
    "url": ("GILLINT_SERVER + '/items'", (), "a URL of a local server that answers after 20 ms"),
    "array": ("numpy.random.default_rng(0).random(10_000)", ("numpy",), "an array of 10,000 floats"),
    "array2": ("numpy.random.default_rng(0).random((200, 200))", ("numpy",), "a 200 x 200 array of floats"),
    "image": (
        "PIL.Image.fromarray(numpy.random.default_rng(0).integers(0, 255, (480, 640, 3), 'uint8'))",
        ("PIL.Image", "numpy"),
        "an image of 640 x 480 pixels",
    ),
    "series": (
        "pandas.Series(numpy.random.default_rng(0).random(100_000))",
        ("pandas", "numpy"),
        "a Series of 100,000 floats",
    ),
    "pattern": ("r'[a-z]+'", (), "the pattern [a-z]+"),
    "command": ("[sys.executable, '-c', 'pass']", ("sys",), "a Python that does nothing"),
    "connection": ("gillint_database()", ("sqlite3",), "a SQLite database in memory, its table with 1,000 rows"),
    "session": ("requests.Session()", ("requests",), "a requests session"),
    "path object": ("pathlib.Path('.')", ("pathlib",), "the temporary folder"),
}

_FILES: dict[str, tuple[str, tuple[str, ...], str]] = {
    # format: (expression of its bytes, modules, words)
    "text": (f"(b{_WORDS!r} + b'\\n') * {_LINES}", (), f"a file of {_LINES:,} lines of text"),
    "json line": (
        "b''.join(json.dumps({'id': i, 'name': f'item {i}', 'tags': ['a', 'b', 'c'], 'value': i * 0.37, "
        f"'text': 'lorem ipsum ' * 8}}).encode() + b'\\n' for i in range({_LINES}))",
        ("json",),
        f"a file of {_LINES:,} JSON lines of about 170 bytes",
    ),
    "json": (
        "json.dumps([{'id': i, 'name': f'item {i}', 'value': i * 0.37} for i in range(1000)]).encode()",
        ("json",),
        "a JSON file of 1,000 records",
    ),
    "csv": (
        "b'id,name,value,date\\n' + b''.join(f'{i},item {i},{i * 0.37},2024-05-17\\n'.encode() for i in range(10_000))",
        (),
        "a CSV file of 10,000 rows",
    ),
    "bytes": ("bytes(range(256)) * 4096", (), "a binary file of 1 MiB"),
    "gzip": (f"gzip.compress((b{_WORDS!r} + b'\\n') * 10_000)", ("gzip",), "a gzip file of 10,000 lines"),
    "bz2": (f"bz2.compress((b{_WORDS!r} + b'\\n') * 10_000)", ("bz2",), "a bzip2 file of 10,000 lines"),
    "lzma": (f"lzma.compress((b{_WORDS!r} + b'\\n') * 10_000)", ("lzma",), "an xz file of 10,000 lines"),
    "pickle": ("pickle.dumps(list(range(100_000)))", ("pickle",), "a pickled list of 100,000 numbers"),
    "xml": (
        "b'<items>' + b''.join(f'<item id=\"{i}\"><name>n{i}</name></item>'.encode() for i in range(5000)) + b'</items>'",
        (),
        "an XML file with 5,000 items",
    ),
    "yaml": ("b'\\n'.join(f'key{i}: [1, 2, value{i}]'.encode() for i in range(200))", (), "a YAML file with 200 keys"),
    "image": ("gillint_png()", ("numpy", "io", "PIL.Image"), "a PNG image of 640 x 480 pixels"),
    "npy": ("gillint_npy()", ("numpy", "io"), "an .npy file of 100,000 floats"),
}

_SUFFIXES = {
    ".json": "json", ".jsonl": "json line", ".ndjson": "json line", ".csv": "csv", ".tsv": "csv", ".gz": "gzip", ".bz2": "bz2",
    ".xz": "lzma", ".pkl": "pickle", ".pickle": "pickle", ".xml": "xml", ".yml": "yaml", ".yaml": "yaml", ".png": "image",
    ".jpg": "image", ".jpeg": "image", ".npy": "npy", ".bin": "bytes", ".dat": "bytes", ".mp4": "bytes", ".iso": "bytes",
}  # fmt: skip

# What some expressions call, defined in the script only where one does.
HELPERS: dict[str, str] = {
    "gillint_file": '''def gillint_file(name, content):
    """A file in the temporary folder; its path."""
    path = os.path.join(GILLINT_FOLDER, name)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(f"{path}.{os.getpid()}", "wb") as file:
            file.write(content)
        os.replace(f"{path}.{os.getpid()}", path)
    return path''',
    "gillint_png": '''def gillint_png():
    """A PNG image of 640 x 480 pixels, as bytes."""
    out, pixels = io.BytesIO(), numpy.random.default_rng(0).integers(0, 255, (480, 640, 3), "uint8")
    PIL.Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()''',
    "gillint_npy": '''def gillint_npy():
    """100,000 floats in numpy's file format, as bytes."""
    out = io.BytesIO()
    numpy.save(out, numpy.random.default_rng(0).random(100_000))
    return out.getvalue()''',
    "gillint_callable": '''def gillint_callable(*args, **kwargs):
    """Does nothing, as cheaply as Python can."""
    return None''',
    "gillint_one": '''def gillint_one(things, kept={}):
    """The first of several things; of an iterator, which gives each of them once, the same again."""
    if id(things) not in kept:
        kept[id(things)] = next(iter(things))
    return kept[id(things)]''',
    "gillint_record": '''class gillint_record:
    """An object with the attributes that the code asks for."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)''',
}


@dataclass(frozen=True, slots=True)
class Made:
    """How an input is made: the expression, the modules that it needs, and words for people."""

    expression: str
    modules: frozenset[str]
    words: str

    @property
    def helpers(self) -> tuple[str, ...]:
        """The helpers that the expression calls."""
        return tuple(name for name in HELPERS if name in self.expression)


def make(shape: Shape) -> Made:
    """The expression for a shape."""
    kind = shape.kind
    if kind == "expression":
        return Made(shape.text, frozenset(), f"`{shape.text}`")
    if kind == "list":
        return _list(shape)
    if kind == "tuple":
        members = [make(part) for _, part in shape.parts]
        inner = "".join(f"{m.expression}, " for m in members)
        return Made(f"({inner})", _modules(members), "a tuple of " + ", ".join(m.words for m in members))
    if kind in ("dict", "record", "frame"):
        return _with_keys(shape)
    if kind == "path":
        return _path(shape)
    if kind == "path file":
        file = _path(shape)
        return Made(f"pathlib.Path({file.expression})", file.modules | {"pathlib"}, file.words)
    if kind == "callable":
        return Made("gillint_callable", frozenset(), "a function that does nothing")
    if kind == "json" and shape.part("document") is not None:
        document = make(shape.part("document") or ANY)
        return Made(f"json.dumps({document.expression})", document.modules | {"json"}, f"JSON of {document.words}")
    if kind == "array" and shape.text == "2":
        kind = "array2"
    expression, modules, words = _MAKERS.get(kind, _MAKERS["any"])
    return Made(expression, frozenset(modules), words)


def _modules(members: list[Made]) -> frozenset[str]:
    return frozenset().union(*(m.modules for m in members))


def _list(shape: Shape) -> Made:
    item = make(shape.part("item") or ANY)
    count = (
        1_000
        if (shape.part("item") or ANY).kind in ("int", "float", "text", "number text", "any", "csv line")
        else ITEMS
    )
    if (shape.part("item") or ANY).kind in ("int", "float"):
        expression = f"[{'i' if (shape.part('item') or ANY).kind == 'int' else 'i * 0.37'} for i in range({count})]"
        return Made(expression, frozenset(), f"a list of {count:,} numbers")
    count = (
        10
        if (shape.part("item") or ANY).kind in ("url", "command", "path", "path file", "image", "frame", "list")
        else count
    )
    if (shape.part("item") or ANY).kind == "path":
        content = (shape.part("item") or ANY).part("content") or TEXT
        one = _path(Shape("path", (("content", content),), "input-%d"))
        expression = one.expression.replace("'input-%d", "f'input-{i}")
        return Made(f"[{expression} for i in range({count})]", one.modules, f"{count} paths, each of {one.words}")
    return Made(f"[{item.expression} for _ in range({count})]", item.modules, f"a list of {count:,}, each {item.words}")


def _with_keys(shape: Shape) -> Made:
    members = [(name, make(part)) for name, part in shape.parts]
    modules = _modules([m for _, m in members])
    names = ", ".join(name for name, _ in members)
    if shape.kind == "frame":
        columns = shape.parts or (("a", FLOAT), ("b", FLOAT))
        inner = ", ".join(f"{name!r}: {_column(part, i)}" for i, (name, part) in enumerate(columns))
        words = f"a DataFrame of 100,000 rows with {', '.join(name for name, _ in columns)}"
        return Made(f"pandas.DataFrame({{{inner}}})", frozenset({"pandas", "numpy"}), words)
    if shape.kind == "record":
        inner = ", ".join(f"{name}={m.expression}" for name, m in members)
        return Made(f"gillint_record({inner})", modules, f"an object with {names}")
    inner = ", ".join(f"{name!r}: {m.expression}" for name, m in members)
    return Made(f"{{{inner}}}", modules, f"a dict with {names}" if names else "an empty dict")


def _column(shape: Shape, seed: int) -> str:
    if shape.kind == "text":
        return f"numpy.random.default_rng({seed}).integers(0, 1000, 100_000).astype(str).astype(object)"
    if shape.kind == "int":
        return f"numpy.random.default_rng({seed}).integers(0, 100, 100_000)"
    return f"numpy.random.default_rng({seed}).random(100_000)"


def file_format(name: str, content: Shape) -> str:
    """The format of a file: what its reader wants, else what its name says."""
    if content.kind in _FILES:
        return content.kind
    wanted = {"csv line": "csv", "array": "npy", "frame": "csv"}.get(content.kind)
    by_name = next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), None)
    return wanted or by_name or "text"


def _path(shape: Shape) -> Made:
    content = shape.part("content") or TEXT
    kind = file_format(shape.text, content)
    suffix = next((s for s, k in _SUFFIXES.items() if k == kind), ".txt")
    name = shape.text if "." in shape.text else f"{shape.text or 'input'}{suffix}"
    expression, modules, words = _FILES[kind]
    return Made(f"gillint_file({name!r}, {expression})", frozenset({"os", *modules}), words)
