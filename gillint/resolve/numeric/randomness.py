"""What is drawn by lot, and what looks as if it were: it decides how long compressors take.

Nothing in random bytes is found twice, so that a compressor soon goes on; random digits or letters are full of short copies,
among which it searches long; what is repeated as it stands is one long copy.
"""

from __future__ import annotations

import math
import re

from gillint.estimate import ONE, ZERO, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.contents import COPY, NOISE_OF_FLOATS, known_text, printed
from gillint.resolve.text.texts import RECORD, Text, unknown
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE

# The noise in a character of so many bits (zlib at level 6, a byte: random bytes 20 ns, base64 28, hexadecimal digits 33, decimal
# ones 78, four letters 100; lzma at preset 1: 270, 200, 178, 96, 53).
_BITS_OF_NOISE = 8.0
HEXADECIMAL, _BASE64 = 0.5, 0.75


def noise_of(kinds: float) -> float:
    """How much of a character, or a byte, is noise that is one of so many, drawn by lot: all where it is one of 256."""
    bits = math.log2(max(kinds, 1.0))
    return 0.0 if bits < 4 else min(1.0, bits / _BITS_OF_NOISE)


def noise(size: Estimate, share: float = 1.0) -> Text:
    """Random bytes, or what looks like them."""
    return Text(HOLE, (), ZERO, size, size * share, True)


def drawn(value: Value, kinds: Estimate | None) -> Value:
    """The same value, as one of so many from which it is drawn by lot."""
    if value.type in ("str", "bytes"):
        length = size_of(value)
        if length == ONE and kinds is not None:
            return replace(value, text=Text(HOLE, (), ZERO, ONE, kinds.map(noise_of), True))
        text = text_of(value)
        whole = text.unique if text is not None and text.unique is not None else length
        new = whole.min(COPY) + ((whole - COPY).max(0) * _out_of_reach(kinds, length) if kinds is not None else ZERO)
        noisy = new * kinds.map(noise_of) * _NOISE_OF_COPIES if kinds is not None else ZERO
        made = replace(text or unknown(length), fixed=(length - new).max(0), fresh=new, noise=noisy, drawn=True)
        return replace(value, text=made)
    if value.type == "int":
        return replace(value, text=Text(HOLE, (), ZERO, printed(value), ZERO, True))
    if value.type == "float":
        return replace(value, text=Text(HOLE, (), ZERO, _ALL_DIGITS, ZERO, True))
    return value


def _out_of_reach(kinds: Estimate, length: Estimate) -> Estimate:
    """How many of words of a large vocabulary have not come within the window of a compressor: those it writes out again."""
    return (length + 1).combine(kinds, lambda n, k: math.exp(-_WINDOW / max(1.0, n * k)))


_WINDOW = 32_768  # of zlib
_NOISE_OF_COPIES = 0.75  # which of many words it is, nothing tells; that it is one does
_ALL_DIGITS = Estimate(15, 17.5, 20)  # of a float that nobody has rounded


def of_members(members: Value) -> Text | None:
    """The bytes of a sequence of small numbers: `bytes(random.randrange(256) for _ in range(n))`, `bytes(i % 251 for ...)`."""
    member, size = element_of(members), size_of(members)
    if member.type != "int" or members.type in ("bytes", "bytearray", "memoryview", "str"):
        return None
    kinds, text = member.distinct, text_of(member)
    if kinds is not None and (text is None or not text.drawn):  # it goes round and round
        return Text(HOLE, (), ZERO, kinds.min(size))
    return noise(size, noise_of(kinds.likely if kinds is not None else 256.0)) if text is not None else None


def packed_numbers(layout: str, size: Estimate) -> Text:
    """A record of numbers by its layout in `struct`: floats are noise for the most part."""
    floats = re.findall(r"(\d*)([defg])", layout)
    noisy = sum(int(count or 1) * {"d": 8, "f": 4, "e": 2}.get(kind, 0) for count, kind in floats)
    return Text(HOLE, ((RECORD, ONE),), ZERO, size, (ONE * noisy * NOISE_OF_FLOATS).min(size), True)


_RANDOM_BYTES = (
    "os.urandom", "secrets.token_bytes", "random.randbytes", "random.Random.randbytes", "numpy.random.Generator.bytes",
    "numpy.random.bytes", "random.SystemRandom.randbytes",
)  # fmt: skip
_PACKING = (
    "zlib.compress", "gzip.compress", "bz2.compress", "lzma.compress", "zstandard.compress", "brotli.compress",
    "compression.zstd.compress", "pyzstd.compress", "isal.isal_zlib.compress", "isal.igzip.compress",
    "lz4.frame.compress", "lz4.block.compress", "snappy.compress", "blosc.compress", "blosc2.compress",
)  # fmt: skip
_MADE = {
    **dict.fromkeys((*_RANDOM_BYTES, *_PACKING), 1.0),
    "secrets.token_hex": HEXADECIMAL,
    "secrets.token_urlsafe": _BASE64,
    "hashlib.HASH.digest": 1.0,
    "hashlib.HASH.hexdigest": HEXADECIMAL,
    "hmac.HMAC.digest": 1.0,
    "hmac.HMAC.hexdigest": HEXADECIMAL,
    "hashlib.pbkdf2_hmac": 1.0,
    "hashlib.scrypt": 1.0,
    "cryptography.fernet.Fernet.encrypt": _BASE64,
}
_ENCRYPTING = ("encrypt", "encryptor")
_ENCODED = {
    "base64.b64encode": _BASE64,
    "base64.urlsafe_b64encode": _BASE64,
    "base64.b85encode": 0.8,
    "bytes.hex": HEXADECIMAL,
    "bytearray.hex": HEXADECIMAL,
    "binascii.hexlify": HEXADECIMAL,
    "binascii.b2a_base64": _BASE64,
}
_OF_NUMBERS = ("bytes", "bytearray")
_OF_ARRAYS = ("numpy.ndarray.tobytes", "array.array.tobytes")


def looking_random(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call with what is random in it."""
    source = bound.receiver if bound.receiver is not None else bound.positional[0] if bound.positional else None
    if result.type == "float" and name.startswith("random."):
        return drawn(result, None)
    if result.type not in ("bytes", "bytearray", "str") or result.literal is not None:
        return result
    if name in _MADE or name.rsplit(".", 1)[-1] in _ENCRYPTING:
        made: Text | None = noise(size_of(result), _MADE.get(name, 1.0))
    elif source is None:
        return result
    elif name in _ENCODED:
        known = known_text(source)
        if known is None or known.unique is None or size_of(source).likely <= 0:
            return result
        growth = size_of(result) / size_of(source).max(1)
        made = Text(
            HOLE, (), known.fixed * growth, (known.fresh or ZERO) * growth, known.noise * growth * _ENCODED[name]
        )
    elif name in _OF_NUMBERS and source.type == "int":  # `bytes(1000)`: zeros
        made = Text(HOLE, (), ONE, ZERO)
    elif name in _OF_NUMBERS and source.items is not None:  # `bytes([tag, len(body)])`
        made = Text(HOLE, ((RECORD, ONE),), ZERO, size_of(result))
    elif name in _OF_NUMBERS:
        made = of_members(source)
    elif name in _OF_ARRAYS and (source.dtype or "float64").startswith("float"):
        made = noise(size_of(result), NOISE_OF_FLOATS)
    else:
        return result
    return replace(result, text=made) if made is not None else result
