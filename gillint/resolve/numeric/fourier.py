"""How many steps a Fourier transform takes: what the facts of `numpy.fft` and `scipy.fft` call `steps`.

Both are pocketfft. A length of small prime factors takes n log n steps; a large factor is gone through once for each of its
multiples, until pocketfft's own estimate says that it is cheaper to convolve with a chirp of more than twice the length
(Bluestein).
"""

from __future__ import annotations

import math
from functools import lru_cache

from gillint.estimate import ONE, Estimate, total
from gillint.resolve.calling.bound import size_of
from gillint.resolve.numeric.shapes import Shape, axes_of, dimensions, product, shape_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value

_MODULES = ("numpy.fft.", "scipy.fft.", "scipy.fftpack.")
_ALONG_ONE = frozenset(("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "dct", "idct", "dst", "idst"))
_ALONG_TWO = frozenset(("fft2", "ifft2", "rfft2", "irfft2", "hfft2", "ihfft2"))
_ALONG_ALL = frozenset(("fftn", "ifftn", "rfftn", "irfftn", "hfftn", "ihfftn", "dctn", "idctn", "dstn", "idstn"))
# Others that transform what they are given whole.
_CALLED_BY = {"scipy.signal.hilbert": "fft", "scipy.signal.resample": "rfft"}
_FROM_HALF = ("irfft", "hfft")  # what is given is half a spectrum

_LARGEST = 10**9  # what is longer does not come up, and takes long to factorise
_PACKED = 50  # so short a transform never goes by a chirp
_ODD_FACTOR = 1.1  # how pocketfft estimates a factor above five
_LARGE_FACTOR = 0.45  # and what one that has no code of its own takes: 0.34 to 0.52 of that many steps, from 43 to 173
_OWN_CODE = 11
_CHIRP = 3.0  # two transforms, taken for half as dear again as they are estimated


def transform_steps(name: str, bound: Bound) -> Estimate | None:
    """The steps of a transform, counted as n log2(n) for each line of a power of two; None of what is no transform."""
    last = name.rpartition(".")[2] if name.startswith(_MODULES) else _CALLED_BY.get(name, "")
    array = bound.positional[0] if bound.positional else None
    if array is None or last not in _ALONG_ONE | _ALONG_TWO | _ALONG_ALL:
        return None
    shape = shape_of(array)
    if not shape:
        return length_steps(size_of(array))
    lengths = _lengths(last, shape, bound)
    if lengths is None:
        return length_steps(product(shape))
    whole = product(tuple(lengths.get(i, d) for i, d in enumerate(shape)))
    return total(whole / length.max(ONE) * length_steps(length) for length in lengths.values())


def _lengths(last: str, shape: Shape, bound: Bound) -> dict[int, Estimate] | None:
    """How long the transforms along each axis are; None where the axes cannot be told."""
    width = len(shape)
    if last in _ALONG_ONE:
        axes, asked = _axes(bound.get("axis"), range(width)[-1:], width), dimensions(_given(bound.get("n")))
    else:
        asked = dimensions(_given(bound.get("s")))
        count = 2 if last in _ALONG_TWO else len(asked) if asked is not None else width
        axes = _axes(bound.get("axes"), range(width)[-count:], width)
    if axes is None or (asked is not None and len(asked) != len(axes)):
        return None
    lengths = dict(zip(axes, asked if asked is not None else (shape[a] for a in axes), strict=True))
    if asked is None and last.startswith(_FROM_HALF):
        lengths[axes[-1]] = ((shape[axes[-1]] - 1) * 2).max(ONE)
    return lengths


def _given(value: Value | None) -> Value | None:
    return value if value != NONE else None


def _axes(given: Value | None, otherwise: range, width: int) -> list[int] | None:
    if given is None or given == NONE:
        return list(otherwise)
    found = axes_of(given, width)
    return sorted(found) if found is not None else None


def length_steps(length: Estimate) -> Estimate:
    """The steps along one line; where the length is a guess, or a share of something, it is taken for one of small factors."""
    return length.map(_steps if length.known and length.likely.is_integer() else _smooth_steps)


def _smooth_steps(n: float) -> float:
    return n * math.log2(max(n, 2.0))


@lru_cache(maxsize=1024)
def _steps(length: float) -> float:
    n = int(length)
    if not 1 < n <= _LARGEST:
        return _smooth_steps(length)
    longer = int(good_length(2 * n - 1))
    goes_by_chirp = n >= _PACKED and _factors(n)[-1] ** 2 > n and _estimate(n) > _CHIRP * _estimate(longer)
    return _CHIRP * _by_factors(longer) if goes_by_chirp else _by_factors(n)


def _estimate(n: int) -> float:
    """By which pocketfft chooses."""
    return n * sum(f if f <= 5 else _ODD_FACTOR * f for f in _factors(n)) / 2


def _by_factors(n: int) -> float:
    return n * sum(f if f <= _OWN_CODE else _LARGE_FACTOR * f for f in _factors(n)) / 2


@lru_cache(maxsize=1024)
def _factors(n: int) -> tuple[int, ...]:
    """The prime factors, in ascending order."""
    found: list[int] = []
    factor = 2
    while factor * factor <= n:
        while n % factor == 0:
            found.append(factor)
            n //= factor
        factor += 1 if factor == 2 else 2
    return (*found, n) if n > 1 else tuple(found)


def good_length(length: float) -> float:
    """The next length whose factors are all at most eleven."""
    n = max(1, math.ceil(length))
    while n <= _LARGEST and _factors(n)[-1:] > (11,):
        n += 1
    return float(n)
