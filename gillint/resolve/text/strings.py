"""What calls make of texts and paths: their constant parts and their separators."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, literal_text, number_of, size_of
from gillint.resolve.calling.splicing import spliced
from gillint.resolve.contents import is_document, written
from gillint.resolve.control.comparing import begins, ends
from gillint.resolve.numeric.dates import MOMENTS, SPAN, earlier, later, moment, span
from gillint.resolve.numeric.randomness import drawn
from gillint.resolve.text.encoding import decoded, encoded
from gillint.resolve.text.formatting import (
    by_directives,
    by_specification,
    by_template,
    iso_moment,
    rounded,
    substituted,
)
from gillint.resolve.text.paths import PATHS
from gillint.resolve.text.patterns import compiled, groups, matched, matches, split
from gillint.resolve.text.texts import ANY, NOTHING, RECORD, SEPARATORS, Text, joined, unknown
from gillint.resolve.text.xpaths import ASKING, selected
from gillint.resolve.trace import Bound
from gillint.resolve.values import UNKNOWN, LazyRef, Source, Value, of_constant, text_of
from gillint.syntax.tree import HOLE


def textual(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call with what is known of its characters."""
    found = _BY_NAME.get(name)
    return found(bound, result) if found is not None else spliced(name, bound, result)


# Texts


def _tested(test: Callable[[Text | None, str], bool | None]) -> Callable[[Bound, Value], Value]:
    """`name.endswith(".gz")`, `name.startswith(("a", "b"))`, where the constant parts of the text decide."""

    def decided(bound: Bound, result: Value) -> Value:
        given = bound.positional[0] if len(bound.positional) == 1 else None
        wanted = [literal_text(v) for v in (given.items or (given,))] if given is not None else []
        known = text_of(bound.receiver)
        found = {test(known, w) if w is not None else None for w in wanted}
        if True in found:
            return of_constant(True)
        return of_constant(False) if found == {False} else result

    return decided


def _same(bound: Bound, result: Value) -> Value:
    source = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
    text = text_of(source)
    if source is None or (text is None and source.source is None):
        return result
    size = source.size if source.size is not None else result.size
    return replace(result, shape=None, text=text, size=size, source=source.source)


def _coded(function: Callable[[Bound, Value], Value]) -> Callable[[Bound, Value], Value]:
    """`str(data, "utf-8")`, `bytes(text, "utf-8")`; without a coding, a copy."""

    def made(bound: Bound, result: Value) -> Value:
        return (function if len(bound.positional) > 1 or bound.get("encoding") is not None else _same)(bound, result)

    return made


def _changed(bound: Bound, result: Value) -> Value:
    text, source = text_of(bound.receiver), bound.receiver.source if bound.receiver is not None else None
    return replace(result, text=text.changed() if text is not None else None, source=source)


def _stripped(cut: Callable[[str, str], str], bound: Bound, result: Value) -> Value:
    """The characters at the ends may be gone; those between are the same."""
    text, source = text_of(bound.receiver), bound.receiver.source if bound.receiver is not None else None
    chars = text_of(bound.positional[0]) if bound.positional else _SPACE
    if text is not None:
        known = chars is not None and not chars.is_open
        text = replace(text, pattern=cut(text.pattern, chars.pattern) if chars is not None and known else HOLE)
    return replace(result, text=text, source=source)


_SPACE = Text(" \t\n\r")


def _substituted(position: int) -> Callable[[Bound, Value], Value]:
    """`pattern.sub(new, text)`: most of it stays."""

    def made(bound: Bound, result: Value) -> Value:
        text = text_of(bound.positional[position]) if len(bound.positional) > position else None
        return replace(result, text=text.changed()) if text is not None else result

    return made


def _wrapped(bound: Bound, result: Value) -> Value:
    """`textwrap.wrap(text, 80)`: lines with the characters of the text, and no line end in them."""
    text, line = text_of(bound.positional[0]) if bound.positional else None, result.element
    if text is None or line is None:
        return result
    piece = text.part(size_of(result).max(1))
    counts = tuple((s, n) for s, n in piece.counts if "\n" not in s)
    return replace(result, element=replace(line, text=replace(piece, counts=counts)))


def _join(bound: Bound, result: Value) -> Value:
    separator, members = text_of(bound.receiver), bound.positional[0] if bound.positional else None
    if separator is None or members is None:
        return result
    member = element_of(members)
    source = Source("lines", member) if separator.pattern == "\n" and member.type is not None else None
    text = text_of(member) or unknown(size_of(member))
    made = joined(separator, text, size_of(members))
    if member.distinct is not None and made.fresh is not None and not made.drawn:  # the others are copies
        made = replace(made, fresh=made.fresh * (member.distinct.min(size_of(members)) / size_of(members).max(1)))
    return replace(result, text=made, source=source)


def _some_drawn(bound: Bound, result: Value) -> Value:
    """`random.choices(words, k=n)`, `random.sample(lines, 10)`: members are drawn by lot."""
    members, population = result.element, bound.positional[0] if bound.positional else None
    if members is None or population is None:
        return result
    kinds = size_of(population)
    return replace(result, element=drawn(replace(element_of(population), literal=None, distinct=kinds), kinds))


def together(left: Value, right: Value) -> Text | None:
    """The characters of two texts, one after the other."""
    a, b = text_of(left), text_of(right)
    return (a or unknown(size_of(left))).plus(b or unknown(size_of(right))) if a is not None or b is not None else None


def joined_after(old: Value | None, added: Value, times: Estimate) -> Text | None:
    """The characters of a text, or of none, to which others have been added so often."""
    known, begun = text_of(added), text_of(old) if old is not None else NOTHING
    return begun.plus(known.each(times)) if known is not None and begun is not None else None


def _header(bound: Bound, result: Value) -> Value:
    """`len(body).to_bytes(4, "big")`."""
    return replace(result, text=Text(HOLE, ((RECORD, ONE),), ZERO, size_of(result)))


def _added(bound: Bound, result: Value) -> Value:
    left, right = bound.receiver, bound.positional[0] if bound.positional else None
    if left is None or right is None:
        return result
    made = replace(result, text=together(left, right))
    ends = right.literal is not None and right.size == ONE  # a document and the end of its line
    return replace(made, source=left.source) if ends else made


def _repeated(bound: Bound, result: Value) -> Value:
    text, number = text_of(bound.receiver), bound.positional[0] if bound.positional else None
    if text is None or number is None or number.number is None:
        return result
    return replace(result, text=text.times(number.number))


def _copies(bound: Bound, result: Value) -> Value:
    """`[sentence] * 12`: the members are the same ones again."""
    members, result = bound.receiver, spliced("list.__mul__", bound, result)
    member = element_of(members) if members is not None else None
    if members is None or member is None or member.type not in ("str", "bytes"):
        return result
    return replace(result, element=replace(member, distinct=size_of(members)), items=None)


_COPIED = 0.1  # a text of which no more than this is new is the same piece over and over


def _pieces(text: Text, source: Value, separators: tuple[str, ...], most: Estimate | None) -> Value | None:
    """The pieces between separators: how many, how long, and what other separators are in one."""
    found = ZERO
    for separator in separators:
        found = found + text.count(separator)
    if found == ZERO and text.is_open:
        return None  # nothing tells
    if most is not None:
        found = found.min(most)
    pieces = found + ONE
    length = ((size_of(source) - found * len(separators[0])) / pieces).max(0)
    piece = text.part(pieces)
    others = tuple(
        (s, ((text.count(s) - found * separators[0].count(s)) / pieces).max(0))
        for s, _ in piece.counts
        if not any(separator in s for separator in separators)
    )
    kinds = None
    if text.unique is not None and not text.drawn and text.unique.likely < _COPIED * size_of(source).likely:
        kinds = (text.unique / (length + 1)).max(1).min(pieces)  # the others are copies
    member = Value(type=source.type or "str", size=length, text=replace(piece, counts=others), distinct=kinds)
    return Value(type="list", size=pieces, element=member)


def _separator(given: Value | None) -> str | None:
    """The constant that it is, or is known to be made of."""
    constant = text_of(given) if given is not None and given.type != "NoneType" else None
    return constant.pattern if constant is not None and not constant.is_open else literal_text(given)


_FEW = 32


def _written_out(source: Value, separator: str | None) -> Value | None:
    """The pieces of a constant, one by one: `"640x480".split("x")`."""
    constant = literal_text(source)
    pieces = constant.split(separator) if constant is not None and separator != "" else []
    if not 0 < len(pieces) <= _FEW:
        return None
    return Value(type="list", size=Estimate.point(len(pieces)), items=tuple(map(of_constant, pieces)))


def _split(bound: Bound, result: Value) -> Value:
    source = bound.receiver
    text = text_of(source)
    if source is None:
        return result
    given = bound.positional[0] if bound.positional else bound.get("sep")
    if text is None:
        return divided(source, None, result) if given is not None and len(bound.positional) == 1 else result
    separator = _separator(given)
    if given is not None and given.type != "NoneType" and separator is None:
        return result
    exact = _written_out(source, separator) if len(bound.positional) < 2 and bound.get("maxsplit") is None else None
    if exact is not None:
        return exact
    if separator == "\n" and len(bound.positional) < 2 and bound.get("maxsplit") is None:
        return _lines(bound, result)
    wanted = (separator,) if separator is not None else (" ", "\n", "\t")
    most = number_of(bound.positional[1]) if len(bound.positional) > 1 else None
    limit = bound.get("maxsplit")
    most = number_of(limit) if limit is not None else most
    most = None if most is not None and most.likely < 0 else most  # `split(",", -1)`: all of them
    pieces = _pieces(text, source, wanted, most) if separator is None or separator in SEPARATORS else None
    if pieces is not None and most == ONE and separator is not None:  # `head, rest = text.split(" ", 1)`
        return _in_two(bound, pieces, separator)
    if pieces is None and separator is not None and (len(separator) > 1 or separator not in SEPARATORS):
        return divided(source, most, result)
    return pieces or result


def _in_two(bound: Bound, pieces: Value, separator: str) -> Value:
    """The first piece and the rest."""
    source, text = bound.receiver or UNKNOWN, text_of(bound.receiver) or ANY
    every = _pieces(text, source, (separator,), None)
    if every is None or size_of(pieces) != Estimate.point(2):
        return pieces
    piece = element_of(every)
    left = (size_of(source) - size_of(piece) - len(separator)).max(0)
    rest = Value(type=piece.type, size=left, text=text.part((size_of(every) / (size_of(every) - 1).max(0.1)).max(1)))
    return replace(pieces, items=(replace(piece, distinct=None), rest))


def _parted(place: int) -> Callable[[Bound, Value], Value]:
    """`line.partition("=")`: the first piece (`rpartition`: the last), the separator, and all the others."""

    def made(bound: Bound, result: Value) -> Value:
        source, text = bound.receiver, text_of(bound.receiver)
        separator = _separator(bound.positional[0]) if bound.positional else None
        if source is None or text is None or separator not in SEPARATORS or result.items is None:
            return result
        pieces = _pieces(text, source, (separator,), None)
        if pieces is None:
            return result
        piece, number = element_of(pieces), size_of(pieces)
        left = (size_of(source) - size_of(piece) - len(separator)).max(0)
        rest = Value(type=piece.type, size=left, text=text.part((number / (number - 1).max(0.1)).max(1)))
        items = [rest, result.items[1], rest]
        items[place] = replace(piece, distinct=None)
        return replace(result, items=tuple(items))

    return made


def divided(source: Value, most: Estimate | None, result: Value) -> Value:
    """Pieces of a text that nothing tells the separators of: as many as each is long, where it is not limited."""
    size = size_of(source)
    pieces = Estimate(1.0, max(1.0, size.likely) ** 0.5, max(1.0, size.high))
    pieces = pieces if most is None else (most + 1).min(size.max(1))
    piece = Value(type=source.type or "str", size=(size / pieces).sorted())
    return replace(result, shape=None, size=pieces, element=piece)


def _lines(bound: Bound, result: Value) -> Value:
    text = text_of(bound.receiver)
    source = bound.receiver.source if bound.receiver is not None else None
    if source is not None and source.kind == "lines" and text is not None:
        last = ONE if (text_of(source.value) or ANY).count("\n") == ZERO else ZERO
        return Value(type="list", size=text.count("\n") + last, element=source.value)
    made = _pieces(text, bound.receiver, ("\n",), None) if text is not None and bound.receiver is not None else None
    return made or result


def _fields(bound: Bound, result: Value) -> Value:
    """`csv.reader(lines)`: as many fields as there are commas in a line, and one."""
    source = bound.positional[0] if bound.positional else None
    line = element_of(source) if source is not None else None
    text = text_of(line)
    if text is None or line is None or text.count(",") == ZERO:
        return result
    row = _pieces(text, replace(line, type="str"), (",",), None)
    if row is None:
        return result
    if result.type == "csv.DictReader":
        field = element_of(row)
        row = Value(
            type="dict",
            size=row.size,
            element=Value(type="str"),
            items=(Value(type="str", size=Estimate.point(8)), field),
        )
    return replace(result, element=row)


# Documents


def _made_from(kind: str, *, escapes: bool = False) -> Callable[[Bound, Value], Value]:
    """`json.dumps(x)`, `zlib.compress(x)`: what comes out remembers what went in; JSON may escape what is not ASCII."""

    def made(bound: Bound, result: Value) -> Value:
        source = bound.positional[0] if bound.positional else None
        if source is None or source.type is None or isinstance(source.reference, LazyRef):
            return result
        text = written(source) if kind == "json" or (kind == "pickle" and is_document(source)) else result.text
        if text is not None and escapes and bound.get("ensure_ascii") != of_constant(False):
            text = replace(text, wide=ZERO)
        return replace(result, source=Source(kind, replace(source, literal=None)), text=text)

    return made


def _undone(kind: str) -> Callable[[Bound, Value], Value]:
    """`json.loads(text)`, `zlib.decompress(data)`."""

    def made(bound: Bound, result: Value) -> Value:
        source = bound.positional[0].source if bound.positional else None
        return source.value if source is not None and source.kind == kind else result

    return made


def _names(kinds: tuple[str, ...], *methods: str) -> tuple[str, ...]:
    return tuple(f"{kind}.{method}" for kind in kinds for method in methods)


_TEXTS = ("str", "bytes", "bytearray")
_ENGINES = ("re", "regex")
_JSON_OUT = ("orjson.dumps", "msgspec.json.encode", "msgspec.json.Encoder.encode")
_JSON_ESCAPING = ("json.dumps", "json.JSONEncoder.encode", "ujson.dumps", "simplejson.dumps", "rapidjson.dumps")
_JSON_IN = (
    "json.loads", "json.JSONDecoder.decode", "orjson.loads", "ujson.loads", "simplejson.loads", "rapidjson.loads",
    "msgspec.json.decode", "msgspec.json.Decoder.decode",
)  # fmt: skip
_PICKLES_OUT = (
    "pickle.dumps", "marshal.dumps", "msgpack.packb", "msgpack.dumps", "ormsgpack.packb", "msgspec.msgpack.encode",
    "msgspec.msgpack.Encoder.encode", "cbor2.dumps", "bson.encode",
)  # fmt: skip
_PICKLES_IN = (
    "pickle.loads", "marshal.loads", "msgpack.unpackb", "msgpack.loads", "ormsgpack.unpackb", "msgspec.msgpack.decode",
    "msgspec.msgpack.Decoder.decode", "cbor2.loads", "bson.decode",
)  # fmt: skip
_SETTINGS_OUT = ("yaml.safe_dump", "yaml.dump", "toml.dumps", "rtoml.dumps", "tomlkit.dumps")
_SETTINGS_IN = ("yaml.safe_load", "yaml.load", "yaml.full_load", "toml.loads", "tomllib.loads", "rtoml.loads")
_CODES = ("b64", "urlsafe_b64", "b32", "b16", "b85")
_PACKERS = (
    "zlib", "gzip", "bz2", "lzma", "zstandard", "brotli", "lz4.frame", "lz4.block", "snappy", "pyzstd",
    "compression.zstd", "isal.isal_zlib", "isal.igzip",
)  # fmt: skip
_PATHS = ("pathlib.PurePath", "pathlib.Path")
_BY_NAME: dict[str, Callable[[Bound, Value], Value]] = {
    "str.encode": encoded,
    **dict.fromkeys(_names(("bytes", "bytearray"), "decode"), decoded),
    **dict.fromkeys(_names(_TEXTS, "copy"), _same),
    **dict.fromkeys(("os.fspath", "os.fsdecode", "codecs.encode", "memoryview"), _same),
    "str": _coded(decoded),
    **dict.fromkeys(("bytes", "bytearray"), _coded(encoded)),
    **dict.fromkeys(
        _names(_TEXTS, "lower", "upper", "title", "casefold", "swapcase"), _changed
    ),
    **{name: partial(selected, name) for name in ASKING},
    **dict.fromkeys(_JSON_OUT, _made_from("json")),
    **dict.fromkeys(_JSON_ESCAPING, _made_from("json", escapes=True)),
    **dict.fromkeys(_JSON_IN, _undone("json")),
    **dict.fromkeys(_PICKLES_OUT, _made_from("pickle")),
    **dict.fromkeys(_PICKLES_IN, _undone("pickle")),
    **dict.fromkeys(_SETTINGS_OUT, _made_from("settings")),
    **dict.fromkeys(_SETTINGS_IN, _undone("settings")),
    **dict.fromkeys(tuple(f"{m}.compress" for m in _PACKERS), _made_from("packed")),
    **dict.fromkeys(tuple(f"{m}.decompress" for m in _PACKERS), _undone("packed")),
    "zstandard.ZstdCompressor.compress": _made_from("packed"),
    **dict.fromkeys(
        ("zstandard.ZstdDecompressor.decompress", "zstandard.ZstdDecompressionObj.decompress",
         "lz4.frame.LZ4FrameDecompressor.decompress", "brotli.Decompressor.process"), _undone("packed")
    ),
    **dict.fromkeys(_names(("base64",), *(f"{c}encode" for c in _CODES)), _made_from("packed")),
    **dict.fromkeys(_names(("base64",), *(f"{c}decode" for c in _CODES)), _undone("packed")),
    **{
        f"{kind}.{cut.__name__}": partial(_stripped, cut)
        for kind in _TEXTS
        for cut in (str.strip, str.rstrip, str.lstrip, str.removesuffix, str.removeprefix)
    },
    **dict.fromkeys(_names(_TEXTS, "format", "format_map", "__mod__"), by_template),
    **dict.fromkeys(_names(_TEXTS, "__add__"), _added),
    **dict.fromkeys(_names(_TEXTS, "__mul__", "__rmul__"), _repeated),
    "list.__mul__": _copies,
    **dict.fromkeys(_names(("random", "random.Random"), "choices", "sample"), _some_drawn),
    **dict.fromkeys(_names(_TEXTS, "join"), _join),
    **dict.fromkeys(_names(_TEXTS, "replace", "translate", "expandtabs"), _changed),
    **dict.fromkeys(_names(("string.Template",), "substitute", "safe_substitute"), substituted),
    **dict.fromkeys(("datetime.datetime.strftime", "datetime.date.strftime"), by_directives(0)),
    "time.strftime": by_directives(0),
    **dict.fromkeys(("datetime.datetime.isoformat", "datetime.date.isoformat"), iso_moment),
    "format": by_specification,
    **dict.fromkeys(MOMENTS, moment),
    SPAN: span,
    **dict.fromkeys(_names((*MOMENTS, SPAN), "__add__"), later),
    **dict.fromkeys(_names((*MOMENTS, SPAN), "__sub__"), earlier),
    "int.to_bytes": _header,
    "round": rounded,
    **dict.fromkeys(_names(_ENGINES, "compile"), compiled),
    **dict.fromkeys(_names(_ENGINES, "findall", "finditer"), matches(1)),
    **dict.fromkeys(("re.match", "re.search", "re.fullmatch"), matched(1)),
    **dict.fromkeys(tuple(f"re.Pattern.{m}" for m in ("match", "search", "fullmatch")), matched(0)),
    **dict.fromkeys(("re.Match.groups", "re.Match.groupdict"), groups),
    "re.split": split(1),
    "re.Pattern.split": split(0),
    **dict.fromkeys(_names(_ENGINES, "Pattern.findall", "Pattern.finditer"), matches(0)),
    **dict.fromkeys(("textwrap.fill", "textwrap.dedent", "textwrap.indent", "html.escape"), _substituted(0)),
    "textwrap.wrap": _wrapped,
    "re.sub": _substituted(2),
    "re.Pattern.sub": _substituted(1),
    **dict.fromkeys(_names(_TEXTS, "split", "rsplit"), _split),
    **dict.fromkeys(_names(_TEXTS, "partition"), _parted(0)),
    **dict.fromkeys(_names(_TEXTS, "rpartition"), _parted(2)),
    **dict.fromkeys(_names(_TEXTS, "splitlines"), _lines),
    "str.startswith": _tested(begins),
    "str.endswith": _tested(ends),
    **dict.fromkeys(("csv.reader", "csv.DictReader"), _fields),
    **PATHS,
    **dict.fromkeys(_names(_PATHS, "as_posix", "resolve", "absolute", "expanduser", "__str__", "__fspath__"), _same),
    **dict.fromkeys(
        ("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "os.path.expandvars"), _same
    ),
}  # fmt: skip
