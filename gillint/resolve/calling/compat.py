"""Names under which libraries that bridge versions of Python give its own things: `six.moves.range`, `builtins.open`."""

from __future__ import annotations

from gillint.resolve.values import Value, of_constant

_NAMES = {
    "six.StringIO": "io.StringIO",
    "six.BytesIO": "io.BytesIO",
    "six.text_type": "str",
    "six.string_types": "str",
    "six.binary_type": "bytes",
    "six.integer_types": "int",
    "six.unichr": "chr",
    "six.wraps": "functools.wraps",
    "six.moves.xrange": "range",
    "six.moves.reduce": "functools.reduce",
    "six.moves.zip_longest": "itertools.zip_longest",
    "six.moves.cStringIO": "io.StringIO",
    "six.moves.StringIO": "io.StringIO",
    "six.moves.cPickle": "pickle",
}
# The halves in C of modules of the standard library, by the names of which functions of them are known.
_IN_C = {
    f"_{name}": name
    for name in (
        "bisect", "bz2", "collections", "csv", "datetime", "decimal", "functools", "heapq", "io", "json", "lzma", "operator",
        "pickle", "queue", "random", "statistics", "struct",
    )
}  # fmt: skip
# Modules that the standard library has under a second name, and the ones that bring a later Python's to an earlier one.
_SAME_MODULES = {
    **{f"compression.{name}": name for name in ("bz2", "gzip", "lzma", "zlib")},
    "backports.zstd": "compression.zstd",
    "backports.zoneinfo": "zoneinfo",
    "tomli": "tomllib",
    # Where earlier versions of libraries had their things, or let themselves be asked for them.
    **{
        f"scipy.ndimage.{name}": "scipy.ndimage"
        for name in ("filters", "measurements", "interpolation", "morphology", "fourier")
    },
    **{f"scipy.sparse.{name}": "scipy.sparse" for name in ("csr", "csc", "coo", "lil", "dok", "construct")},
    **{f"scipy.spatial.{name}": "scipy.spatial" for name in ("ckdtree", "kdtree", "qhull")},
    **{f"scipy.optimize.{name}": "scipy.optimize" for name in ("optimize", "minpack", "zeros")},
    **{
        f"scipy.interpolate.{name}": "scipy.interpolate"
        for name in ("interpolate", "fitpack", "fitpack2", "rbf", "ndgriddata")
    },
    **{
        f"scipy.signal.{name}": "scipy.signal"
        for name in ("signaltools", "spectral", "filter_design", "fir_filter_design")
    },
    **{f"scipy.integrate.{name}": "scipy.integrate" for name in ("quadrature", "quadpack", "odepack")},
    **{f"scipy.linalg.{name}": "scipy.linalg" for name in ("basic", "decomp", "matfuncs")},
    "scipy.stats.stats": "scipy.stats",
    **{f"numpy.core.{name}": "numpy" for name in ("multiarray", "umath", "numeric", "fromnumeric", "shape_base")},
    **{f"numpy.lib.{name}": "numpy" for name in ("function_base", "shape_base", "arraysetops", "npyio")},
    "numpy.linalg.linalg": "numpy.linalg",
    "numpy.fft.fftpack": "numpy.fft",
    "numpy.random.mtrand": "numpy.random",
    "sklearn.externals.joblib": "joblib",
    **{f"sklearn.{name}": "sklearn.model_selection" for name in ("cross_validation", "grid_search")},
}
# What libraries have under another name now.
_RENAMED = {
    **{f"numpy.{old}": f"numpy.{new}" for old, new in (
        ("trapz", "trapezoid"), ("in1d", "isin"), ("product", "prod"), ("cumproduct", "cumprod"), ("alltrue", "all"),
        ("sometrue", "any"), ("round_", "round"), ("msort", "sort"), ("asfarray", "asarray"), ("float_", "float64"),
        ("complex_", "complex128"), ("unicode_", "str_"), ("string_", "bytes_"),
    )},
    **{f"scipy.integrate.{old}": f"scipy.integrate.{new}" for old, new in (
        ("trapz", "trapezoid"), ("simps", "simpson"), ("cumtrapz", "cumulative_trapezoid"),
    )},
    **{f"scipy.signal.{name}": f"scipy.signal.windows.{name}" for name in (
        "hann", "hamming", "blackman", "bartlett", "gaussian", "kaiser", "boxcar", "tukey", "blackmanharris",
    )},
    "scipy.signal.hanning": "scipy.signal.windows.hann",
    "scipy.linalg.pinv2": "scipy.linalg.pinv",
    "scipy.stats.median_absolute_deviation": "scipy.stats.median_abs_deviation",
    "scipy.stats.binom_test": "scipy.stats.binomtest",
    "shapely.ops.cascaded_union": "shapely.ops.unary_union",
    "base64.encodestring": "base64.encodebytes",
    "base64.decodestring": "base64.decodebytes",
    "pipes.quote": "shlex.quote",
    "torch.cholesky": "torch.linalg.cholesky",
    "torch.symeig": "torch.linalg.eigh",
    "pandas.io.json.json_normalize": "pandas.json_normalize",
    "threading.Thread.isAlive": "threading.Thread.is_alive",
    "PIL.ImageDraw.ImageDraw.textsize": "PIL.ImageDraw.ImageDraw.textbbox",
    "PIL.ImageFont.FreeTypeFont.getsize": "PIL.ImageFont.FreeTypeFont.getbbox",
    **{f"pandas.{kind}.{old}": f"pandas.{kind}.{new}" for kind in ("DataFrame", "Series") for old, new in (
        ("iteritems", "items"), ("as_matrix", "to_numpy"), ("pad", "ffill"), ("backfill", "bfill"),
    )},
    **{f"polars.DataFrame.{old}": f"polars.DataFrame.{new}" for old, new in (
        ("groupby", "group_by"), ("with_column", "with_columns"), ("melt", "unpivot"), ("apply", "map_rows"),
        ("groupby_dynamic", "group_by_dynamic"), ("with_row_count", "with_row_index"),
    )},
    "polars.LazyFrame.groupby": "polars.LazyFrame.group_by",
    "polars.LazyFrame.with_column": "polars.LazyFrame.with_columns",
    "polars.Series.apply": "polars.Series.map_elements",
    "polars.Expr.apply": "polars.Expr.map_elements",
    "polars.Expr.map": "polars.Expr.map_batches",
    **{f"polars.{kind}.cumsum": f"polars.{kind}.cum_sum" for kind in ("Expr", "Series")},
}  # fmt: skip
_BRIDGES = frozenset(name.partition(".")[0] for name in _SAME_MODULES)
_CONSTANTS = {"six.PY2": False, "six.PY3": True}
# Names of Python 2: types, which tests ask for beside their successors, and what else a `try` asks for that catches NameError.
GONE_TYPES = {"unicode": "str", "basestring": "str", "long": "int"}
GONE = frozenset(
    {*GONE_TYPES, "xrange", "unichr", "raw_input", "reduce", "file", "buffer", "cmp", "execfile", "reload"}
)
# The methods of a mapping that functions of six call.
VIEWS = {"six.iteritems": "items", "six.itervalues": "values", "six.iterkeys": "keys", "six.viewitems": "items"}


def own_name(name: str) -> str:
    """The name that Python itself has for a thing."""
    if name.startswith("Cryptodome"):  # pycryptodomex is pycryptodome under a name of its own
        return "Crypto" + name.removeprefix("Cryptodome")
    name = _RENAMED.get(name, name)
    first, _, rest = name.partition(".")
    bridge = next((m for m in _SAME_MODULES if f"{name}.".startswith(f"{m}.")), None) if first in _BRIDGES else None
    if bridge is not None:
        now = _SAME_MODULES[bridge] + name.removeprefix(bridge)
        return _RENAMED.get(now, now)
    if first in _IN_C:
        return f"{_IN_C[first]}.{rest}" if rest else _IN_C[first]
    if first not in ("six", "builtins"):
        return name
    owner, _, last = name.rpartition(".")
    if owner in _NAMES:  # a method: `six.text_type.encode`
        return f"{_NAMES[owner]}.{last}"
    return _NAMES.get(name) or name.removeprefix("builtins.").removeprefix("six.moves.")


def constant_of(name: str) -> Value | None:
    """The constant that a name stands for on every Python that is supported."""
    return of_constant(_CONSTANTS[name]) if name in _CONSTANTS else None
