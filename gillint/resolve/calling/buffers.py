"""Arrays that are handed to what takes bytes: `hashlib.sha256(array)` sees their memory."""

from __future__ import annotations

from gillint.estimate import ZERO
from gillint.resolve.calling.bound import item_bytes, size_of
from gillint.resolve.contents import NOISE_OF_FLOATS
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.text.texts import Text
from gillint.resolve.values import Value
from gillint.syntax.tree import HOLE

# What takes any object with a buffer; a cost that grows with the size of it grows with its bytes.
_TAKERS = frozenset({
    "base64", "binascii", "blake3", "brotli", "bz2", "gzip", "hashlib", "hmac", "lz4", "lzma", "mmh3", "snappy", "xxhash",
    "zlib", "zstandard",
})  # fmt: skip


def as_buffers(name: str, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """The arguments of a call, arrays as the bytes that they are to who hashes or packs them."""
    if name.partition(".")[0] not in _TAKERS:
        return arguments
    return tuple(_memory_of(v) if v.type in (ARRAY, "array.array") else v for v in arguments)


def _memory_of(array: Value) -> Value:
    size = size_of(array) * item_bytes(array)
    noise = size * NOISE_OF_FLOATS if (array.dtype or "float64").startswith("float") else ZERO
    return Value(type="memoryview", size=size, text=Text(HOLE, (), ZERO, size, noise), origin=array.origin)
