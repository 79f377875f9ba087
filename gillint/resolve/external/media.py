"""Pictures, sounds, arrays and frames in files: what a program writes there is what it reads from there."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import dataclass, replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.calling.sites import Site
from gillint.resolve.contents import pickled, printed
from gillint.resolve.external.files import Content
from gillint.resolve.external.handles import HANDLES, filled, name_of, unpacked
from gillint.resolve.external.packed_names import packed_with, packing, unpacked_with
from gillint.resolve.external.pictures import (
    LOAD,
    as_array,
    bands_of,
    cropped,
    empty,
    format_of,
    mode_of,
    of_array,
    opened,
    pixels,
)
from gillint.resolve.external.waves import READERS as SOUNDS
from gillint.resolve.external.waves import samples_read
from gillint.resolve.external.writing import lines_of, pass_through, whole_file, write_to
from gillint.resolve.numeric.dtype_names import dtype_name
from gillint.resolve.numeric.shapes import ARRAY, PICTURES, with_shape
from gillint.resolve.tabular.columns import FRAME, of_rows, texts
from gillint.resolve.text.texts import Text
from gillint.resolve.trace import Bound
from gillint.resolve.values import Source, Value, of_constant
from gillint.syntax.tree import HOLE

_KIND = "media"
_ENCODED = Estimate(0.1, 0.7, 4)  # bytes in a file for each element of what is written to it


@dataclass(frozen=True, slots=True)
class _Writer:
    """Where a call names the file and what goes into it; the receiver, where `data` is None."""

    file: tuple[int, tuple[str, ...]]
    data: tuple[int, tuple[str, ...]] | None


_PATH = (
    "file",
    "filename",
    "fname",
    "uri",
    "fp",
    "im",
    "path",
    "path_or_buf",
    "filepath_or_buffer",
    "io",
    "excel_writer",
)
_WRITERS = {
    "soundfile.write": _Writer((0, _PATH), (1, ("data",))),
    "scipy.io.wavfile.write": _Writer((0, _PATH), (2, ("data",))),
    "numpy.save": _Writer((0, _PATH), (1, ("arr",))),
    "numpy.savetxt": _Writer((0, _PATH), (1, ("X",))),
    "numpy.ndarray.tofile": _Writer((0, ("fid",)), None),
    "cv2.imwrite": _Writer((0, _PATH), (1, ("img",))),
    "tifffile.imwrite": _Writer((0, _PATH), (1, ("data",))),
    "imageio.imwrite": _Writer((0, _PATH), (1, ("im",))),
    "imageio.v2.imwrite": _Writer((0, _PATH), (1, ("im",))),
    "imageio.v3.imwrite": _Writer((0, _PATH), (1, ("image",))),
    "skimage.io.imsave": _Writer((0, _PATH), (1, ("arr",))),
    "joblib.dump": _Writer((1, ("filename",)), (0, ("value",))),
    "PIL.Image.Image.save": _Writer((0, ("fp",)), None),
    **dict.fromkeys(
        (f"polars.DataFrame.write_{kind}" for kind in ("csv", "parquet", "ipc")), _Writer((0, _PATH), None)
    ),
    "xml.etree.ElementTree.ElementTree.write": _Writer((0, ("file_or_filename",)), None),
    "pyarrow.parquet.write_table": _Writer((1, ("where",)), (0, ("table",))),
    "pyarrow.csv.write_csv": _Writer((1, ("output_file",)), (0, ("data",))),
    "pyarrow.feather.write_feather": _Writer((1, ("dest",)), (0, ("df",))),
    **dict.fromkeys(
        (f"pandas.DataFrame.to_{kind}" for kind in ("csv", "json", "parquet", "feather", "pickle", "excel")),
        _Writer((0, _PATH), None),
    ),
}
# Tables of columns that the reader does not look into: so many bytes a row has in a file.
_TABLES = ("polars.DataFrame", "pyarrow.Table")
_TREE, _ELEMENT = "xml.etree.ElementTree.ElementTree", 60.0  # characters of an element, its text and tags
_TEXT_OF_NUMBERS = "numpy.savetxt"
_AS_THEY_ARE = ("joblib.dump", "numpy.ndarray.tofile")  # arrays with the bytes that they have in memory
_FULL_NUMBER, _ROUNDED_NUMBER = (
    Estimate.point(25),
    Estimate(3, 8, 20),
)  # characters, `%.18e` and by a format of one's own
_CSV_ROW, _PACKED_ROW = Estimate(8, 35, 300), Estimate(2, 14, 100)
_READERS = {
    "soundfile.read", "scipy.io.wavfile.read", "numpy.load", "numpy.loadtxt",
    "numpy.genfromtxt", "cv2.imread", "tifffile.imread", "imageio.imread", "imageio.v2.imread",
    "imageio.v3.imread", "skimage.io.imread", "joblib.load", "PIL.Image.open", "polars.read_csv", "polars.read_parquet",
    "polars.scan_csv", "polars.scan_parquet", "pyarrow.parquet.read_table", "pyarrow.csv.read_csv",
    "pyarrow.dataset.dataset", "pyarrow.feather.read_table", "pyarrow.feather.read_feather",
    *(f"pandas.read_{kind}" for kind in ("csv", "table", "json", "parquet", "feather", "pickle", "excel")),
}  # fmt: skip


# What writes or reads in the format that the name of the file tells, and where the name is passed.
_BY_NAME = {
    "PIL.Image.Image.save": (0, ("fp",)),
    **dict.fromkeys(
        (f"imageio.{place}{what}" for place in ("", "v2.", "v3.") for what in ("imread", "imwrite")), (0, ("uri",))
    ),
    **dict.fromkeys(("soundfile.read", "soundfile.write"), (0, ("file",))),
}


def by_its_name(name: str, bound: Bound) -> Bound:
    """The arguments with what the name of a file tells: the format of a picture or a sound."""
    if name in _BY_NAME:
        return _told(bound, "format", format_of(_named(bound, *_BY_NAME[name])))
    if name == LOAD and bound.receiver is not None and bound.receiver.text is not None:
        return _told(bound, "format", format_of(bound.receiver.text.pattern))
    return bound


def _named(bound: Bound, position: int, keys: tuple[str, ...]) -> str:
    """The name of the file that is passed, empty where it is not known."""
    passed = next((v for k in keys if (v := bound.get(k)) is not None), None)
    if passed is None and len(bound.positional) > position:
        passed = bound.positional[position]
    return name_of(passed) or ""


def _told(bound: Bound, parameter: str, value: str | None) -> Bound:
    if value is None or bound.get(parameter) is not None:
        return bound
    return replace(bound, parameters=(*bound.parameters, (parameter, of_constant(value))))


def stored(act: Activation, name: str, bound: Bound, span: Span, result: Value) -> Value:
    """Note what a call writes to a file; say of what it reads from one what was written there."""
    if name in _WRITERS:
        result = _written(Site(act, name, bound, span, result), _WRITERS[name])
    elif name in _READERS:
        return opened(name, bound, _read(Site(act, name, bound, span, result)))
    return empty(name, bound, of_array(name, bound, cropped(name, bound, pixels(name, bound, result))))


def _written(site: Site, how: _Writer) -> Value:
    """The result; a table for which no file is named becomes a text."""
    position, names = how.file
    target = site.argument(position, *names)
    data = site.bound.receiver if how.data is None else site.argument(how.data[0], *how.data[1])
    name = name_of(target)
    if data is None:
        return site.result
    made = replace(data, reference=None, origin=None, source=None, text=None)
    if data.type in PICTURES and (kind := literal_text(site.bound.get("format"))) is not None:
        made = replace(
            made, text=Text(f".{kind.lower()}")
        )  # a picture is called by its file, here by what is to be in it
    if name is None or target is None:
        is_text = data.type == FRAME and site.name.endswith("to_csv") and target is None
        return replace(site.result, text=lines_of(data), source=Source(_KIND, made)) if is_text else site.result
    if data.type == FRAME:
        content = Content(printed(data), lines_of(data), source=Source(_KIND, made))
    elif data.type in _TABLES:
        row = _CSV_ROW if name.endswith("csv") else _PACKED_ROW
        content = Content(size_of(data) * row, lines_of(data), source=Source(_KIND, made))
    elif site.name in _AS_THEY_ARE:
        content = Content(pickled(data), source=Source(_KIND, made))
    elif data.type == _TREE:
        content = Content(size_of(data) * _ELEMENT)
    elif site.name == _TEXT_OF_NUMBERS:
        number = _FULL_NUMBER if site.argument(2, "fmt") is None else _ROUNDED_NUMBER
        content = Content(size_of(data) * number, _rows_of_numbers(data, number), source=Source(_KIND, made))
    else:
        content = Content(size_of(data) * _encoded(site, data), source=Source(_KIND, made))
    if target.type in HANDLES:
        write_to(site, name, content)
        return site.result
    kind = packing(site.name, site.bound, name)
    if kind is not None:
        piece = Value(type="bytes", size=content.size, text=content.text)
        pass_through(site, packed_with(site.bound, kind), "write", piece)
    whole_file(site, name, replace(content, packed=kind is not None), target)
    return site.result


# Bytes a pixel of an ordinary picture, measured of smooth colours, the same with the noise of a camera, and noise alone: JPEG at
# quality 75 0.06, 0.11 and 0.6, at 90 0.09, 0.24 and 0.9; WebP 0.03, 0.1 and 0.7; PNG with three colours 0.65, 1.95 and 3.
_LOSSY = Estimate(0.03, 0.15, 0.9)
_LOSSLESS = Estimate(0.02, 0.5, 1.0)  # of each colour


def _encoded(site: Site, data: Value) -> Estimate:
    """Bytes in a file for each element of what is written to it, a pixel of a picture."""
    kind = literal_text(site.bound.get("format")) if data.type in PICTURES else None
    if kind in ("JPEG", "WEBP"):
        return _LOSSY
    return _LOSSLESS * bands_of(data) if kind == "PNG" else _ENCODED


def _rows_of_numbers(array: Value, number: Estimate) -> Text:
    """An array as a text: a line for each row, blanks between its numbers."""
    whole = size_of(array)
    rows = array.shape[0] if array.shape else whole
    return Text(HOLE, ((" ", (whole - rows).max(0)), ("\n", rows)), whole, whole * (number - 1))


# Bytes in a file of which nothing is known but that it is compressed: those of the text of 100,000 rows of four numbers.
_SOME_TEXT = Content(Estimate(50_000, 4_000_000, 400_000_000))


def _read(site: Site) -> Value:
    target = site.argument(0, *_PATH)
    name = name_of(target)
    content = site.act.program.files.find(name) if name is not None else None
    kind = packing(site.name, site.bound, name) if target is not None and target.type not in HANDLES else None
    reader = unpacked_with(site.name, kind) if kind is not None else None
    if reader is not None:
        inside = unpacked(content) if content is not None else _SOME_TEXT
        pass_through(site, filled(reader, inside), "read", Value(type="bytes", size=inside.size, text=inside.text))
    source = content.source if content is not None else None
    if source is None or source.kind != _KIND:
        return samples_read(site, content) if content is not None and site.name in SOUNDS else site.result
    if site.name == "joblib.load":
        return source.value
    if site.result.type == FRAME:
        return _frame(site, source.value)
    if site.result.type == ARRAY and any(site.bound.get(option) is not None for option in _PART):
        return site.result
    if site.result.type == _CHUNKS and site.result.element is not None:
        rows = size_of(site.result.element).max(1)
        whole = replace(site, bound=replace(site.bound, parameters=_whole(site.bound)), result=Value(type=FRAME))
        part = of_rows(_frame(whole, source.value), rows)
        return replace(site.result, size=(size_of(source.value) / rows).max(1), element=part)
    if source.value.type in _TABLES or (source.value.type == FRAME and site.result.type in _TABLES):
        return replace(site.result, size=source.value.size, columns=_chosen(site, source.value))
    if site.result.items is not None:  # the samples and their rate
        items = tuple(_like(i, source.value) if i.type == ARRAY else i for i in site.result.items)
        return replace(site.result, items=items)
    return _like(site.result, source.value)


def _chosen(site: Site, table: Value) -> tuple[tuple[str, Value], ...] | None:
    """The columns of a table that are read: all, or those that are named."""
    named = texts(site.bound.get("columns"))
    return tuple((n, c) for n, c in table.columns or () if named is None or n in named) or None


_CHUNKS = "pandas.io.parsers.TextFileReader"


def _whole(bound: Bound) -> tuple[tuple[str, Value], ...]:
    """What a reader is told about all of a file, and not about its pieces."""
    return tuple((name, value) for name, value in bound.parameters if name not in ("chunksize", "iterator"))


# What a reader is told that leaves nothing of the columns that were written.
_CHOSEN = ("names", "chunksize", "iterator")
_PART = ("usecols", "max_rows", "unpack", "names")


def _frame(site: Site, written: Value) -> Value:
    """The frame that was written, unless only a part of it is read; dates come back from a text file as texts."""
    if written.type in _TABLES:
        written = replace(site.result, size=written.size, shape=None, columns=written.columns)
    if written.type != FRAME:
        return site.result
    bound = site.bound
    if any(bound.get(option) is not None for option in _CHOSEN) or written.columns is None:
        return replace(site.result, size=written.size, shape=None)
    is_text = site.name.endswith(("csv", "excel"))
    parsed = texts(bound.get("parse_dates")) or ()
    asked, left_out = bound.get("usecols") or bound.get("columns"), texts(bound.get("index_col")) or ()
    names = texts(asked)
    if asked is not None and names is None:
        return replace(site.result, size=written.size, shape=None)
    dtypes = bound.get("dtype")
    columns = tuple(
        (name, _read_back(name, each, dtypes, is_text=is_text and name not in parsed))
        for name, each in written.columns
        if (names is None or name in names) and name not in left_out
    )
    kept, given = replace(written, columns=columns), bound.get("nrows")
    if given is None or given.number is None:
        return kept
    return of_rows(kept, size_of(written).min(given.number))


def _read_back(name: str, column: Value, dtypes: Value | None, *, is_text: bool) -> Value:
    """A column as it comes back from a file: as it was, or of the dtype that is asked for."""
    if dtypes is not None:
        asked = dtypes.column(name) if dtypes.type == "dict" else dtypes
        named = dtype_name(asked) if asked is not None else None
        if named is not None:
            return replace(column, dtype=named)
    is_date = (column.dtype or "").startswith("datetime")
    return replace(column, dtype="str", element=_DATE) if is_date and is_text else column


_DATE = Value(type="str", size=Estimate.point(19))  # as it is written: 2024-03-01 12:00:00


def _like(result: Value, written: Value) -> Value:
    """An array or a picture as large as another one."""
    shape = written.shape
    if shape is None and written.size is None:
        return result
    if result.type in PICTURES and shape is not None and written.type == ARRAY:
        shape = (shape[1], shape[0]) if len(shape) > 1 else shape
    elif result.type == ARRAY and written.type in PICTURES:
        return as_array(written, result)
    if shape is None:
        return replace(result, shape=None, size=written.size)
    sized = with_shape(result, shape)
    dtype = written.dtype if result.type not in PICTURES or written.type in PICTURES else mode_of(written)
    text = written.text if result.type in PICTURES and written.type in PICTURES else result.text
    return replace(sized, type=result.type, dtype=result.dtype or dtype, text=text)
