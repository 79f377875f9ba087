"""Pictures of Pillow: modes and bands, how much is cut out, and when an opened one is decoded."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.estimate import ZERO, Estimate
from gillint.frozen import replace
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.external.handles import name_of
from gillint.resolve.numeric.shapes import ARRAY, OPENED, PICTURE, PICTURES, with_shape
from gillint.resolve.text.texts import Text
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import Value, of_constant

LOAD = f"{OPENED}.load"
# What leaves the pixels of an opened picture where they are.
_LAZY = {"close", "seek", "tell", "verify", "draft", "getexif", "get_format_mimetype", "show", "__enter__", "__exit__"}
# Functions outside Pillow that read the pixels of a picture that is passed to them.
_READERS = ("numpy.array", "numpy.asarray", "PIL.ImageOps.", "PIL.ImageChops.", "PIL.ImageEnhance.", "PIL.ImageStat.",
            "PIL.ImageDraw.Draw", "PIL.Image.blend", "PIL.Image.composite", "PIL.Image.alpha_composite", "PIL.Image.merge",
            "torchvision.transforms.", "imagehash.", "pytesseract.")  # fmt: skip

# What Pillow makes of the end of a name, where no format is given.
_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".avif": "AVIF",
    ".jp2": "JPEG2000",
    ".j2k": "JPEG2000",
    ".ppm": "PPM",
    ".pgm": "PPM",
    ".pdf": "PDF",
    ".ico": "ICO",
    ".flac": "FLAC",
    ".ogg": "OGG",
    ".oga": "OGG",
    ".opus": "OGG",
    ".mp3": "MP3",
}


def format_of(name: str) -> str | None:
    """The format of a picture or a sound in a file of this name."""
    return _FORMATS.get(f".{name.rpartition('.')[2].lower()}")


def opened(name: str, bound: Bound, result: Value) -> Value:
    """An opened picture remembers the name of its file; in memory the format that it was saved in."""
    if name != "PIL.Image.open" or not bound.positional:
        return result
    file = name_of(bound.positional[0])
    is_told = file is not None and (format_of(file) is not None or result.text is None)
    return replace(result, text=Text(file)) if file is not None and is_told else result


def decodes(value: Value, method: str) -> bool:
    """Whether a method is the first of an opened picture that needs its pixels, and no fact of its own tells what it does."""
    return value.type == OPENED and method not in _LAZY and find_fact(f"{OPENED}.{method}") is None


def decoded(act: Activation, value: Value, method: str, span: Span) -> Value:
    """An opened picture after the first method that needs its pixels, which decodes them."""
    fact = find_fact(LOAD) if decodes(value, method) else None
    if fact is None:
        return value
    kind = format_of(value.text.pattern) if value.text is not None else None
    parameters = (("format", of_constant(kind)),) if kind is not None else ()
    act.emit(Call(span, act.path, LOAD, "library", Bound(value, (), parameters), fact, implicit=True))
    return replace(value, type=PICTURE, text=None)


def all_decoded(act: Activation, name: str, values: tuple[Value, ...], span: Span) -> tuple[Value, ...]:
    """The arguments of a function that reads pixels."""
    if not name.startswith(_READERS) or all(v.type != OPENED for v in values):
        return values
    return tuple(decoded(act, v, "", span) for v in values)


def cropped(name: str, bound: Bound, result: Value) -> Value:
    """A piece of a picture: from left and upper to right and lower."""
    if not name.endswith(".Image.crop") or not bound.positional:
        return result
    numbers = [i.number for i in bound.positional[0].items or ()]
    if len(numbers) != 4:
        return result
    left, upper, right, lower = numbers
    if left is None or upper is None or right is None or lower is None:
        return result
    return replace(with_shape(result, ((right - left).max(1), (lower - upper).max(1))), type=PICTURE)


# Of what is drawn on an empty picture (words, lines, boxes) this share is left to a compressor.
_DRAWN = 0.1
_BY_PIXEL = ("putpixel", "putdata", "load", "frombytes", "effect_noise")
_PASTING = ("paste", "alpha_composite")


_OTHER_SIZES = tuple(
    f"PIL.Image.Image.{n}" for n in ("resize", "crop", "rotate", "convert", "reduce", "transpose", "tobytes")
)


def empty(name: str, bound: Bound, result: Value) -> Value:
    """`Image.new(...)`: one colour, on which something may be drawn; the same in another size."""
    source = bound.receiver.text if bound.receiver is not None and name in _OTHER_SIZES else None
    if name != "PIL.Image.new" and (source is None or source.pattern):
        return result
    return replace(result, text=Text("", (), ZERO, size_of(result) * _DRAWN))


def is_covered(picture: Value, method: str, arguments: list[Value]) -> bool:
    """Whether a method puts a photograph on an empty picture, or pixels one by one."""
    if picture.type != PICTURE or picture.text is None:
        return False
    if method in _PASTING:
        return bool(arguments) and arguments[0].type in PICTURES and arguments[0].text is None
    return method in _BY_PIXEL


_MODE_OF_BANDS = {1: "L", 3: "RGB", 4: "RGBA"}


def of_array(name: str, bound: Bound, result: Value) -> Value:
    """`Image.fromarray(a)`: width and height are the last two dimensions but one for the colours, which tell the mode."""
    given = bound.positional[0] if bound.positional else None
    if name != "PIL.Image.fromarray" or given is None or given.type != ARRAY or given.shape is None:
        return result
    if len(given.shape) not in (2, 3):
        return result
    sized = replace(with_shape(result, (given.shape[1], given.shape[0])), type=PICTURE)
    return replace(sized, dtype=mode_of(given), element=None)


def mode_of(array: Value) -> str | None:
    """The mode of a picture that is made of an array; None where its colours are not known."""
    shape = array.shape or ()
    bands = 1 if len(shape) == 2 else int(shape[2].likely) if len(shape) == 3 and shape[2].known else 0
    return _MODE_OF_BANDS.get(bands)


def in_proportion(name: str, before: Value, after: Value) -> Value:
    """`picture.thumbnail((128, 128))`: no larger than that, nor than it was, and as wide for its height as before."""
    old, new = before.shape, after.shape
    if not name.endswith(".thumbnail") or old is None or new is None or len(old) != 2 or len(new) != 2:
        return after
    scale = (new[0] / old[0].max(1)).min(new[1] / old[1].max(1)).min(1)
    return replace(with_shape(after, tuple((side * scale).max(1) for side in old)), type=after.type, element=None)


def pixels(name: str, bound: Bound, result: Value) -> Value:
    """`picture.getdata()`: a pixel of one band is a number."""
    mode = bound.receiver.dtype if bound.receiver is not None else None
    if name != "PIL.Image.Image.getdata" or _BANDS.get(mode or "") != 1:
        return result
    return replace(result, element=Value(type="float" if mode == "F" else "int"))


_BANDS = {"L": 1, "P": 1, "1": 1, "I": 1, "F": 1, "I;16": 1, "LA": 2, "PA": 2, "RGBA": 4, "CMYK": 4, "RGBX": 4}


def bands_of(picture: Value) -> int:
    """How many numbers a pixel has: three colours unless something says otherwise."""
    return _BANDS.get(picture.dtype or "", 3)


def as_array(picture: Value, result: Value) -> Value:
    """The pixels of a picture: height, width, and its bands where there are several."""
    sides = picture.shape
    if sides is None or len(sides) != 2:
        whole = picture.size if picture.size is not None else Estimate(1e4, 1e6, 1e8)
        sides = (whole.map(lambda n: n**0.5),) * 2
    bands = bands_of(picture)
    shape = (sides[1], sides[0]) if bands == 1 else (sides[1], sides[0], Estimate.point(bands))
    return replace(with_shape(result, shape), dtype=result.dtype or "uint8", text=None)
