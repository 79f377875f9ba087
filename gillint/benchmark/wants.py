"""What well-known callables want to be given, by position: how a name that nothing defines tells what it is."""

from __future__ import annotations

from gillint.benchmark.shapes import (
    ANY,
    ARRAY,
    BYTES,
    FLOAT,
    FRAME,
    INT,
    JSON,
    MATRIX,
    NUMBERS,
    SERIES,
    TEXT,
    URL,
    Shape,
    file_of,
    list_of,
)

_LINES = list_of(Shape("csv line"))
_PATTERN = Shape("pattern")

WANTS: dict[str, tuple[Shape, ...]] = {
    **dict.fromkeys(("json.loads", "orjson.loads", "ujson.loads", "simplejson.loads", "msgspec.json.decode"), (JSON,)),
    **dict.fromkeys(
        ("zlib.compress", "gzip.compress", "bz2.compress", "lzma.compress", "zlib.crc32", "zlib.adler32"), (BYTES,)
    ),
    "zlib.decompress": (Shape("zlib"),),
    "gzip.decompress": (Shape("gzip"),),
    "bz2.decompress": (Shape("bz2"),),
    "lzma.decompress": (Shape("lzma"),),
    "base64.b64encode": (BYTES,),
    "base64.b64decode": (Shape("base64"),),
    "binascii.crc32": (BYTES,),
    "pickle.loads": (Shape("pickle"),),
    **dict.fromkeys(
        ("open", "io.open", "pathlib.Path", "os.path.getsize", "os.stat", "os.path.exists"), (file_of(TEXT),)
    ),
    "gzip.open": (file_of(Shape("gzip")),),
    "bz2.open": (file_of(Shape("bz2")),),
    "lzma.open": (file_of(Shape("lzma")),),
    "shutil.copy": (file_of(BYTES),),
    "shutil.copyfile": (file_of(BYTES),),
    "csv.reader": (_LINES,),
    "csv.DictReader": (_LINES,),
    **dict.fromkeys(
        ("re.findall", "re.search", "re.match", "re.split", "re.finditer", "re.fullmatch"), (_PATTERN, TEXT)
    ),
    "re.compile": (_PATTERN,),
    "re.sub": (_PATTERN, TEXT, TEXT),
    "xml.etree.ElementTree.fromstring": (Shape("xml"),),
    "xml.etree.ElementTree.parse": (file_of(Shape("xml")),),
    "xml.etree.ElementTree.iterparse": (file_of(Shape("xml")),),
    "lxml.etree.fromstring": (Shape("xml"),),
    "lxml.etree.parse": (file_of(Shape("xml")),),
    "lxml.html.fromstring": (Shape("html"),),
    "bs4.BeautifulSoup": (Shape("html"),),
    **dict.fromkeys(("yaml.safe_load", "yaml.load"), (Shape("yaml"),)),
    "PIL.Image.open": (file_of(Shape("image")),),
    "cv2.imread": (file_of(Shape("image")),),
    "imageio.imread": (file_of(Shape("image")),),
    **dict.fromkeys(("requests.get", "requests.post", "requests.head", "requests.put"), (URL,)),
    **dict.fromkeys(("httpx.get", "httpx.post", "urllib.request.urlopen", "urllib.request.Request"), (URL,)),
    "urllib.parse.urlparse": (URL,),
    "urllib.parse.urlsplit": (URL,),
    "requests.request": (TEXT, URL),
    "time.sleep": (Shape("small"),),
    "asyncio.sleep": (Shape("small"),),
    **dict.fromkeys(
        ("subprocess.run", "subprocess.check_output", "subprocess.call", "subprocess.Popen"), (Shape("command"),)
    ),
    "datetime.datetime.strptime": (Shape("date"),),
    "datetime.datetime.fromisoformat": (Shape("date"),),
    "range": (INT, INT, INT),
    "int": (Shape("number text"),),
    "float": (Shape("number text"),),
    "abs": (FLOAT,),
    "round": (FLOAT,),
    "decimal.Decimal": (Shape("number text"),),
    "sum": (NUMBERS,),
    "max": (NUMBERS,),
    "min": (NUMBERS,),
    "math.fsum": (NUMBERS,),
    "statistics.mean": (NUMBERS,),
    "sorted": (NUMBERS,),
    "collections.Counter": (list_of(TEXT),),
    "numpy.array": (NUMBERS,),
    "numpy.asarray": (NUMBERS,),
    "numpy.load": (file_of(Shape("npy")),),
    "numpy.frombuffer": (BYTES,),
    **dict.fromkeys(("numpy.dot", "numpy.matmul"), (MATRIX, MATRIX)),
    "numpy.where": (ARRAY, ARRAY, ARRAY),
    **dict.fromkeys(("numpy.zeros", "numpy.ones", "numpy.empty", "numpy.arange", "numpy.random.rand"), (INT, INT)),
    "numpy.concatenate": (list_of(ARRAY),),
    "numpy.stack": (list_of(ARRAY),),
    "pandas.read_csv": (file_of(Shape("csv")),),
    "pandas.read_json": (file_of(Shape("json")),),
    "pandas.DataFrame": (list_of(Shape("dict", (("a", FLOAT), ("b", FLOAT)))),),
    "pandas.concat": (list_of(FRAME),),
    "pandas.merge": (FRAME, FRAME),
    "pandas.to_datetime": (list_of(Shape("date")),),
    "sqlite3.connect": (Shape("expression", text="':memory:'"),),
}

# The first argument of everything below these names, where nothing above says more.
WANTS_BELOW: dict[str, tuple[Shape, ...]] = {
    "hashlib.": (BYTES,),
    "math.": (FLOAT, FLOAT),
    "numpy.linalg.": (MATRIX, MATRIX),
    "numpy.fft.": (ARRAY,),
    "numpy.": (ARRAY, ARRAY),
    "scipy.": (ARRAY, ARRAY),
    "pandas.": (SERIES,),
}

# Callables that run through what they are given.
ITERATES = frozenset(
    {"list", "tuple", "set", "frozenset", "enumerate", "zip", "reversed", "any", "all", "iter", "len", "tqdm.tqdm",
     "itertools.chain", "itertools.islice", "collections.deque"}
)  # fmt: skip

# Methods that only one kind of thing has.
METHODS: dict[str, Shape] = {
    **dict.fromkeys(
        ("split", "strip", "lower", "upper", "rstrip", "lstrip", "splitlines", "replace", "startswith", "endswith", "encode",
         "partition", "title", "isdigit", "isalpha", "format", "join", "rsplit", "casefold", "zfill"), TEXT,
    ),
    "decode": BYTES,
    "hex": BYTES,
    **dict.fromkeys(
        ("groupby", "merge", "iterrows", "itertuples", "to_csv", "dropna", "fillna", "sort_values", "assign", "pivot_table",
         "set_index", "reset_index", "to_parquet", "drop_duplicates", "query", "melt"), FRAME,
    ),
    **dict.fromkeys(("rolling", "value_counts", "map", "to_numpy", "tolist"), SERIES),
    **dict.fromkeys(("reshape", "astype", "ravel", "flatten", "transpose", "argsort", "cumsum", "clip"), ARRAY),
    **dict.fromkeys(("execute", "executemany", "cursor", "commit"), Shape("connection")),
    **dict.fromkeys(("glob", "iterdir", "rglob", "is_file"), Shape("path object")),
    **dict.fromkeys(("read_text", "write_text"), Shape("path file")),
    **dict.fromkeys(("read_bytes", "write_bytes"), Shape("path file", (("content", BYTES),))),
    **dict.fromkeys(("resize", "convert", "thumbnail", "rotate", "crop", "filter", "getdata"), Shape("image")),
}  # fmt: skip

# What a name alone suggests, where nothing else is known: the ending of the name, and the shape.
BY_NAME: tuple[tuple[tuple[str, ...], Shape], ...] = (
    (("url", "uri", "link", "endpoint"), URL),
    (("path", "file", "filename", "fname", "filepath"), file_of(TEXT)),
    (("text", "line", "sentence", "word", "string", "name", "doc", "content", "html", "msg", "message"), TEXT),
    (("data", "chunk", "blob", "buf", "buffer", "payload", "block", "raw", "body"), BYTES),
    (
        (
            "n",
            "k",
            "m",
            "count",
            "size",
            "num",
            "limit",
            "steps",
            "iterations",
            "length",
            "depth",
            "width",
            "height",
            "seed",
        ),
        INT,
    ),
    (("delay", "timeout", "seconds", "interval"), Shape("small")),
    (("x", "y", "value", "rate", "alpha", "threshold", "eps", "tol"), FLOAT),
    (("df", "frame", "dataframe"), FRAME),
    (("arr", "array", "matrix", "vec", "vector", "signal", "weights"), ARRAY),
    (("img", "image", "photo"), Shape("image")),
    (("conn", "connection", "db", "database"), Shape("connection")),
    (("session", "client"), Shape("session")),
    (("func", "fn", "callback", "handler", "process", "callable", "key"), Shape("callable")),
)

BY_ANNOTATION: dict[str, Shape] = {
    "str": TEXT,
    "bytes": BYTES,
    "bytearray": BYTES,
    "int": INT,
    "float": FLOAT,
    "bool": Shape("bool"),
    "complex": FLOAT,
    "Path": Shape("path object"),
    "pathlib.Path": Shape("path object"),
    "np.ndarray": ARRAY,
    "numpy.ndarray": ARRAY,
    "NDArray": ARRAY,
    "pd.DataFrame": FRAME,
    "pandas.DataFrame": FRAME,
    "DataFrame": FRAME,
    "pd.Series": SERIES,
    "pandas.Series": SERIES,
    "sqlite3.Connection": Shape("connection"),
    "Callable": Shape("callable"),
    "Image.Image": Shape("image"),
    "requests.Session": Shape("session"),
    "Any": ANY,
}
