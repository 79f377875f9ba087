"""Shapes of what scipy.signal makes of two arrays: each dimension is as long as both, as the first, or as the overlap."""

from __future__ import annotations

from gillint.resolve.calling.bound import literal_text
from gillint.resolve.numeric.shapes import shape_of, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

_CONVOLVING = tuple(
    f"scipy.signal.{name}"
    for name in ("convolve", "fftconvolve", "oaconvolve", "correlate", "convolve2d", "correlate2d")
)


def refine_signal(name: str, bound: Bound, result: Value) -> Value:
    """The result of a convolution or a correlation of arrays of as many dimensions, by its mode: full where none is asked for."""
    if name not in _CONVOLVING:
        return result
    first, second = (shape_of(bound.get(parameter)) for parameter in ("in1", "in2"))
    asked = bound.get("mode")
    mode = "full" if asked is None else literal_text(asked)
    if first is None or second is None or len(first) != len(second) or mode not in ("full", "same", "valid"):
        return result
    if mode == "same":
        return with_shape(result, first)
    pairs = zip(first, second, strict=True)
    if mode == "full":
        return with_shape(result, tuple(a + b - 1 for a, b in pairs))
    return with_shape(result, tuple((a.max(b) - a.min(b) + 1).max(1) for a, b in pairs))
