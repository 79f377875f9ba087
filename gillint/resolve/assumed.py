"""What sizes, numbers and turns are taken to be where nothing in the source tells: small, typical, large."""

from __future__ import annotations

from gillint.estimate import Estimate

# What a size is taken to be where nothing in the source tells: small, typical, large. The typical ones are those of
# everyday programs (a line of JSON, a page of text, a day of records); the report names each unknown that matters.
SIZES = {
    "str": Estimate(10, 200, 1e6),
    "bytes": Estimate(16, 10_000, 1e7),
    "bytearray": Estimate(16, 10_000, 1e7),
    "list": Estimate(3, 1_000, 1e6),
    "tuple": Estimate(2, 3, 1_000),
    "numpy.ndarray": Estimate(100, 10_000, 1e7),
    "pandas.DataFrame": Estimate(100, 100_000, 1e7),
    "pandas.Series": Estimate(100, 100_000, 1e7),
}
SIZES |= dict.fromkeys(
    ("dict", "set", "frozenset", "collections.Counter", "collections.defaultdict", "collections.OrderedDict"),
    Estimate(3, 1_000, 1e6),
)
SIDE = Estimate(20, 600, 5_000)  # of a picture, pixels
# A field of a record in a parsed document, of which nothing else is known: a text.
FIELD = Estimate(2, 20, 1e4)
FIELDS = Estimate(2, 6, 30)  # of a record
CELL = Estimate(2, 50, 1e4)  # of a table, where it is a text
WORDS = Estimate(1, 10, 10_000)  # of a command line: files that a shell finds for a pattern, or a few names
FEW = Estimate(1, 5, 1_000)  # what a field has, where it is a list
SIZES["json"] = FIELD
# What is asked of a database comes in some rows.
ROWS = Estimate(1, 100, 1e6)
SIZES |= dict.fromkeys(
    ("sqlalchemy.sql.Select", "sqlalchemy.orm.Query", "sqlalchemy.engine.CursorResult", "sqlalchemy.engine.ScalarResult",
     "sqlalchemy.engine.MappingResult"),
    ROWS,
)  # fmt: skip
# Nodes of a document: of a page, and of what was found in one.
SIZES |= dict.fromkeys(("bs4.BeautifulSoup", "lxml.etree._ElementTree"), Estimate(30, 700, 1e6))
SIZES["bs4.Tag"] = Estimate(1, 6, 1e4)
SIZES |= dict.fromkeys(("h5py.File", "h5py.Group"), Estimate(1, 10, 1_000))  # members
SIZES |= dict.fromkeys(("duckdb.DuckDBPyConnection", "duckdb.DuckDBPyRelation"), Estimate(1, 1_000, 1e6))  # rows
SIZES |= dict.fromkeys(
    ("shapely.Polygon", "shapely.LineString", "shapely.MultiPolygon", "shapely.MultiPoint"), Estimate(2, 20, 1e4)
)  # points
SIZES["gmpy2.mpz"] = Estimate(1, 20, 1_000)  # bytes or so
SIZES["shapely.Point"] = Estimate.point(1)
SIZES["sqlglot.expressions.Expression"] = Estimate(10, 200, 1e5)  # characters
SIZES |= dict.fromkeys(
    (f"numpy.polynomial.{kind}" for kind in ("Polynomial", "Chebyshev", "Legendre", "Hermite", "HermiteE", "Laguerre")),
    Estimate(2, 5, 200),
)  # coefficients
SIZES |= dict.fromkeys(("email.message.Message", "email.message.EmailMessage"), Estimate(300, 5_000, 1e7))  # characters
SIZES |= dict.fromkeys(("lxml.etree._Element", "lxml.html.HtmlElement"), Estimate(1, 30, 1e5))
SIZES["xml.etree.ElementTree.Element"] = Estimate(1, 200, 1e5)
SIZES["re.Match"] = Estimate(3, 30, 3_000)  # characters: what is searched for in a text is short
SIZES["PIL.ImageFont.FreeTypeFont"] = Estimate(8, 24, 200)  # points
SIZES["scipy.spatial.transform.Rotation"] = Estimate(1, 10, 1e4)  # one, or those of a track
SIZES["pygame.Surface"] = Estimate(256, 100_000, 1e7)  # pixels
SIZES["configparser.ConfigParser"] = Estimate(1, 5, 1_000)  # sections, of some four lines each
SIZES["configparser.SectionProxy"] = Estimate(1, 5, 100)
SIZES["tarfile.TarFile"] = Estimate(3, 50, 5_000)  # members
SIZES |= dict.fromkeys(("mailbox.mbox", "mailbox.Maildir"), Estimate(3, 200, 1e5))  # messages
SIZES |= dict.fromkeys(("mailbox.mboxMessage", "mailbox.MaildirMessage"), Estimate(200, 3_000, 1e6))  # bytes
# A queue that nothing in sight fills is empty when it is asked: somebody else fills it.
QUEUES = (
    "queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue",
    "asyncio.Queue", "asyncio.PriorityQueue", "asyncio.LifoQueue",
)  # fmt: skip
NAMESPACES = ("threading.local", "types.SimpleNamespace")
ALL_QUEUES = (*QUEUES, "multiprocessing.Queue")
SIZES |= dict.fromkeys(QUEUES, Estimate(0, 0, 1e6))
# Whoever keeps a graph in dicts of dicts keeps a small one.
SIZES |= dict.fromkeys(("networkx.Graph", "networkx.DiGraph"), Estimate(10, 300, 1e5))
# Of an estimator: its trees, rounds or clusters, the rows that it keeps.
_MANY = ("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor", "IsolationForest",
         "GradientBoostingClassifier", "GradientBoostingRegressor", "HistGradientBoostingClassifier",
         "HistGradientBoostingRegressor")  # fmt: skip
SIZES |= {f"sklearn.ensemble.{name}": Estimate(10, 100, 1_000) for name in _MANY}
SIZES["sklearn.cluster.KMeans"] = Estimate(2, 8, 1_000)
SIZES |= {
    f"sklearn.neighbors.{n}": Estimate(50, 2_000, 1e6)
    for n in ("KNeighborsClassifier", "KNeighborsRegressor", "NearestNeighbors")
}
# The weights of a layer.
SIZES |= dict.fromkeys(("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN"), Estimate(1_000, 50_000, 1e7))
SIZES |= {"torch.nn.Linear": Estimate(500, 20_000, 1e7), "torch.nn.Conv2d": Estimate(200, 10_000, 1e7)}
# A file that nothing in sight writes has some hundred lines of ordinary length.
FILES = (
    "io.TextIOWrapper", "io.BufferedReader", "io.BufferedRandom", "io.FileIO", "gzip.GzipFile", "bz2.BZ2File", "lzma.LZMAFile",
    "compression.zstd.ZstdFile", "zipfile.ZipExtFile", "tarfile.ExFileObject",
)  # fmt: skip
BUFFERS = ("io.StringIO", "io.BytesIO")
SIZES |= dict.fromkeys(FILES, Estimate(10, 800, 80_000))
SIZES |= {"ast.AST": Estimate(1, 60, 1e5)}  # nodes: mostly a statement, or a function
LINE = Estimate.point(80)
WHOLE_FILE = SIZES["io.BufferedReader"] * LINE
MEMBER_SIZE = Estimate(1, 40, 10_000)
# What has no known kind either. At the calls of 290 measured programs where neither tells, it is short for the most part (904
# arguments: texts 21 characters in the middle, bytes 195, lists 3, arrays 3,000; of no known kind 7, a tenth of them 1,000 and
# more) and costs next to nothing; where it decides, it is data: with 1,000 or 100 in its place 6 and 8 verdicts of 600 get worse
# and 4 and 5 better, with 40 for the 200 of a text 2 and 2.
OPEN = Estimate(10, 50_000, 1e6)
# What a function that calls itself gets from below, in lists: most of a tree are leaves, and near them little is collected.
FROM_BELOW = Estimate(0, 5, 1e4)
UNKNOWN_TRIPS = Estimate(1, 1_000, 1e6)
SIZES |= dict.fromkeys(("range", "iterator", "generator"), UNKNOWN_TRIPS)  # what is there to be run through
# In a loop, or in what one calls: in the programs of the accuracy table such loops turn 20 to 70 times (geometric mean).
INNER_TRIPS = Estimate(1, 30, 1e6)
INNER_RANGE = Estimate(1, 100, 1e6)  # a width, a number of rounds
# A pause that is computed: the rest of an interval, a back-off.
UNKNOWN_SECONDS = Estimate(0.001, 0.05, 10)
UNKNOWN_NUMBER = Estimate(1, 1_000, 1e6)
CHOICES = Estimate(2, 12, 1_000)  # a grid of parameters to search

# How often arms are taken, where their tests do not tell: means over the places of some two hundred programs and of the Python
# libraries that they run (`python -m scripts.arm_shares`; `scripts/data/arm-shares.txt`). A place counts once, however often
# it runs. Half of the guards are never taken, so that the second and the third one behind each other hardly matter; a handler
# or a `raise` nearly never is.
RARE = 0.02  # an exception
COMPLAINS = 0.05  # an arm that warns
TAKEN = 0.4  # an arm after which it goes on: 0.35 to 0.48; the one of an `elif` shares with the others
LEAVES = 0.15  # `if not line: continue`: 0.13 to 0.17; `if x is None: return`: 0.20 to 0.25
CASE = 0.3  # `if kind == "a": return ...`: 0.22 to 0.26, `if isinstance(x, list): return ...`: 0.35
SECOND = 0.6  # what is behind `and` is looked at in 0.51 to 0.52, behind `or` in 0.59 to 0.68
PASSES = 0.6  # the filter of a comprehension: 0.62
FILLED = 0.9  # one that asks whether a text is empty, `[json.loads(line) for line in lines if line]`: 0.80 to 0.93
# The same as RARE, where a pause follows it: where that is long, things fail seldom, or nothing would ever be done.
RARE_WITH_PAUSE = 0.001
NEVER = 0.0  # the share of what a constant rules out, as far as can be seen
