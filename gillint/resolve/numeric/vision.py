"""Pictures as arrays, in OpenCV and scikit-image: what a call makes of their sides, channels and dtype."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.numeric.shapes import ARRAY, Shape, constant_int, shape_of, with_shape
from gillint.resolve.trace import Bound
from gillint.resolve.values import SymbolRef, Value

_Rule = Callable[[Shape, Bound, Value], Value | None]
_THREE, _FOUR = Estimate.point(3), Estimate.point(4)


def refine_picture(name: str, bound: Bound, result: Value) -> Value:
    """The result of a call of OpenCV or scikit-image with the shape and dtype that follow from the arguments."""
    if name in _BY_SIDES:
        return _of_sides(name, bound, result)
    rule = _RULES.get(name)
    source = bound.positional[0] if bound.positional else None
    shape = shape_of(source)
    if rule is None or source is None or shape is None or len(shape) < 2:
        return _grey(bound, result) if name in _READS else result
    return rule(shape, bound, replace(result, dtype=result.dtype or source.dtype)) or result


def _symbol(value: Value | None) -> str:
    """The last part of a constant's name: `COLOR_BGR2GRAY`."""
    name = value.reference.name if value is not None and isinstance(value.reference, SymbolRef) else ""
    return name.rsplit(".", 1)[-1]


def _grey(bound: Bound, result: Value) -> Value:
    """`cv2.imread(path, 0)`, `cv2.imdecode(data, 0)`: one channel."""
    flag = bound.get("flags")
    one = constant_int(flag) == 0 or _symbol(flag) == "IMREAD_GRAYSCALE"
    return with_shape(result, result.shape[:2]) if one and result.shape is not None else result


def _recoloured(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`cv2.cvtColor(image, code)`: as many channels as the colours that it names have."""
    source, _, target = _symbol(bound.get("code")).removeprefix("COLOR_").partition("2")
    if not source:
        return None
    if target == "GRAY":
        return with_shape(result, shape[:2])
    return with_shape(result, (*shape[:2], _FOUR if target in ("BGRA", "RGBA") else _THREE))


def _to_size(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """To a size that is given as width and height, or by factors."""
    asked = bound.get("dsize")
    sides = [i.number for i in asked.items or ()] if asked is not None else []
    if len(sides) == 2 and sides[0] is not None and sides[1] is not None:
        return with_shape(result, (sides[1], sides[0], *shape[2:]))
    across, down = (v.number if v is not None else None for v in (bound.get("fx"), bound.get("fy")))
    return with_shape(result, (shape[0] * down, shape[1] * across, *shape[2:])) if down and across else None


def _scaled(factor: float) -> _Rule:
    return lambda shape, bound, result: with_shape(result, (shape[0] * factor, shape[1] * factor, *shape[2:]))


def _flat(dtype: str | None) -> _Rule:
    """One channel."""
    return lambda shape, bound, result: replace(with_shape(result, shape[:2]), dtype=dtype or result.dtype)


def _with_channels(count: Estimate, dtype: str | None = None) -> _Rule:
    return lambda shape, bound, result: replace(
        with_shape(result, (*shape[:2], count)), dtype=dtype or result.dtype, element=None
    )


_DEPTHS = {
    "CV_8U": "uint8",
    "CV_16S": "int16",
    "CV_16U": "uint16",
    "CV_32S": "int32",
    "CV_32F": "float32",
    "CV_64F": "float64",
}


def _of_depth(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """A filter whose result has the depth that is asked for."""
    return replace(
        with_shape(result, shape), dtype=_DEPTHS.get(_symbol(bound.get("ddepth"))[:6].rstrip("C"), result.dtype)
    )


def _channels(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`cv2.split(image)`."""
    count = shape[2].likely if len(shape) > 2 else 1
    each = replace(with_shape(Value(type=ARRAY), shape[:2]), dtype=result.dtype)
    return replace(result, dtype=None, items=(each,) * int(count)) if count <= 4 else None


def _matched(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`cv2.matchTemplate(image, template)`: a number for each place where the template fits in."""
    template = shape_of(bound.get("templ"))
    if template is None or len(template) < 2:
        return None
    sides = tuple((a - b + 1).max(1) for a, b in zip(shape[:2], template[:2], strict=True))
    return replace(with_shape(result, sides), dtype="float32")


def _reshaped(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`skimage.transform.resize(image, (height, width))`; channels that are not named stay."""
    asked = bound.get("output_shape")
    sides = tuple(i.number for i in asked.items or ()) if asked is not None else ()
    known = tuple(s for s in sides if s is not None)
    return with_shape(result, (*known, *shape[len(known) :])) if known and len(known) == len(sides) else None


def _rescaled(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`skimage.transform.rescale(image, factor)`."""
    factor = bound.get("scale")
    number = factor.number if factor is not None else None
    return with_shape(result, (shape[0] * number, shape[1] * number, *shape[2:])) if number is not None else None


def _cut_up(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`skimage.util.view_as_windows(image, (8, 8), step)` and `view_as_blocks`: where each piece is, and its sides."""
    blocks = bound.get("block_shape")
    asked = blocks or bound.get("window_shape")
    step = bound.get("step")
    if asked is None:
        return None
    sides = (asked.number,) * len(shape) if asked.items is None else tuple(i.number for i in asked.items)
    known = tuple(side for side in sides if side is not None)
    if len(known) != len(shape):
        return None
    by = step.number if step is not None and step.number is not None else ONE
    places = tuple(
        (d / k if blocks is not None else (d - k) / by + 1).max(1) for d, k in zip(shape, known, strict=True)
    )
    return with_shape(result, (*places, *known))


def _zoomed(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`scipy.ndimage.zoom(a, 2)`, `zoom(a, (0.5, 0.5, 1))`."""
    asked = bound.get("zoom")
    factors = [asked.number] * len(shape) if asked is not None and asked.items is None else []
    factors = [i.number for i in asked.items] if asked is not None and asked.items is not None else factors
    known = tuple(d * f for d, f in zip(shape, factors, strict=False) if f is not None)
    return with_shape(result, known) if len(known) == len(shape) else None


def _spectrum(shape: Shape, bound: Bound, result: Value) -> Value | None:
    """`cv2.dft(image, flags=cv2.DFT_COMPLEX_OUTPUT)` has two channels, `cv2.idft(f, flags=cv2.DFT_REAL_OUTPUT)` one."""
    asked = bound.get("flags")
    if _symbol(asked) == "DFT_COMPLEX_OUTPUT":
        return with_shape(result, (*shape[:2], Estimate.point(2)))
    return with_shape(result, shape[:2]) if asked is not None and len(shape) > 2 else None


def _of_sides(name: str, bound: Bound, result: Value) -> Value:
    """What is as large as a width and a height that are given: a patch, a window."""
    given = bound.positional[_BY_SIDES[name]] if len(bound.positional) > _BY_SIDES[name] else None
    sides = [i.number for i in given.items or ()] if given is not None else []
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        return result
    return with_shape(result, (sides[1], sides[0]))


_READS = ("cv2.imread", "cv2.imdecode")
_BY_SIDES = {"cv2.getRectSubPix": 1, "cv2.createHanningWindow": 0}
_RULES: dict[str, _Rule] = {
    "cv2.cvtColor": _recoloured,
    **dict.fromkeys(("cv2.resize", "cv2.warpAffine", "cv2.warpPerspective"), _to_size),
    "cv2.pyrDown": _scaled(0.5),
    "cv2.pyrUp": _scaled(2),
    **dict.fromkeys(("cv2.inRange", "cv2.Canny"), _flat("uint8")),
    **dict.fromkeys(("cv2.cornerHarris", "cv2.cornerMinEigenVal", "cv2.distanceTransform"), _flat("float32")),
    "cv2.cornerEigenValsAndVecs": _with_channels(Estimate.point(6), "float32"),
    **dict.fromkeys(("cv2.Sobel", "cv2.Scharr", "cv2.Laplacian", "cv2.filter2D", "cv2.sepFilter2D"), _of_depth),
    **dict.fromkeys(("cv2.dft", "cv2.idft"), _spectrum),
    "cv2.split": _channels,
    "cv2.matchTemplate": _matched,
    "skimage.color.rgb2gray": _flat("float64"),
    "skimage.color.gray2rgb": _with_channels(_THREE),
    "skimage.transform.resize": _reshaped,
    "skimage.transform.rescale": _rescaled,
    **dict.fromkeys(("skimage.util.view_as_windows", "skimage.util.view_as_blocks"), _cut_up),
    "scipy.ndimage.zoom": _zoomed,
}
