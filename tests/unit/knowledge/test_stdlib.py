"""What the standard library's facts say of the calls whose effect hangs on a size, an argument or the Python version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from gillint.estimate import Estimate
from gillint.knowledge.base import find_fact
from gillint.knowledge.conditions import Target, decide
from gillint.knowledge.schema import Constant


@dataclass
class Call:
    """The arguments of a call: what is not named here was not passed."""

    sizes: dict[str, float] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)

    def io_buffer(self) -> Estimate:
        return Estimate.point(8_192)

    def measure(self, what: str, parameter: str, index: int | None) -> Estimate:
        return Estimate.point(self.sizes.get(parameter, 0))

    def type_of(self, parameter: str) -> str | None:
        return None

    def dtype_of(self, parameter: str) -> str | None:
        return None

    def is_given(self, parameter: str) -> bool | None:
        return parameter in self.sizes or parameter in self.constants

    def constant_of(self, parameter: str) -> tuple[bool, Constant]:
        return (parameter in self.constants, self.constants.get(parameter))

    def readings_of(self, parameter: str) -> tuple[str, ...]:
        return ()

    def program_of(self, parameter: str) -> str | None:
        return None


def effect(name: str, python: str = "3.13", arguments: Mapping[str, Constant] | None = None) -> str:
    """The likely effect of a call; floats are sizes, everything else is a constant."""
    arguments = arguments or {}
    fact = find_fact(name)
    assert fact is not None, name
    sizes = {key: float(value) for key, value in arguments.items() if isinstance(value, (int, float))}
    constants: dict[str, Constant] = {key: value for key, value in arguments.items() if not isinstance(value, float)}
    return decide(fact, Call(sizes, constants), Target(python)).likely.effect.value


HASHES = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake_128",
    "shake_256", "blake2b", "blake2s",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parameter", "size"),
    [
        *((f"hashlib.{name}", "data", 2048.0) for name in HASHES),
        ("hashlib.HASH.update", "data", 2048.0),
        ("hmac.new", "msg", 2048.0),
        ("hmac.HMAC.update", "msg", 2048.0),
        ("zlib.crc32", "data", 5121.0),
        ("zlib.adler32", "data", 5121.0),
        ("binascii.crc32", "data", 5121.0),
        ("bytes.join", "iterable", 1048576.0),
    ],
)
def test_from_this_size_on_the_gil_is_released(name: str, parameter: str, size: float) -> None:
    assert effect(name, arguments={parameter: size - 1}) == "holds"
    assert effect(name, arguments={parameter: size}) == "releases"


@pytest.mark.parametrize(
    ("name", "python", "expected"),
    [
        ("sqlite3.Connection.close", "3.10", "holds"),
        ("sqlite3.Connection.close", "3.11", "releases"),
        ("mmap.mmap", "3.11", "releases"),
        ("mmap.mmap", "3.14", "releases"),
    ],
)
def test_the_version_decides(name: str, python: str, expected: str) -> None:
    assert effect(name, python) == expected


def test_crc32_of_binascii_releases_from_3_11_on() -> None:
    assert effect("binascii.crc32", "3.10", {"data": 1e6}) == "holds"
    assert effect("binascii.crc32", "3.11", {"data": 1e6}) == "releases"


@pytest.mark.parametrize(("python", "expected"), [("3.10", "runs-python"), ("3.12", "runs-python"), ("3.13", "holds")])
def test_json_indent_is_c_from_3_13_on(python: str, expected: str) -> None:
    assert effect("json.dumps", python, {"obj": 10.0, "indent": 2}) == expected
    assert effect("json.dumps", python, {"obj": 10.0}) == "holds"


@pytest.mark.parametrize(
    ("holds", "releases"),
    [
        ("os.getrandom", "os.urandom"),
        ("str.join", "hashlib.pbkdf2_hmac"),
        ("re.findall", "hashlib.scrypt"),
        ("unicodedata.normalize", "hmac.digest"),
        ("hashlib.HASH.digest", "socket.socket.getsockname"),
        ("ssl.MemoryBIO.read", "ssl.SSLObject.read"),
        ("os.posix_spawn", "subprocess.Popen"),
        ("os.pipe2", "os.pipe"),
    ],
)
def test_close_relatives_differ(holds: str, releases: str) -> None:
    assert effect(holds) == "holds"
    assert effect(releases) == "releases"
