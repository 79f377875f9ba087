"""What OpenCV and scikit-image make of the sides, channels and dtypes of pictures."""

from __future__ import annotations

import pytest

from gillint.resolve.values import SymbolRef
from tests.unit.resolve.test_arrays import dimensions, value_of

SETUP = """
import cv2, numpy as np, skimage as ski
from cv2 import COLOR_BGR2GRAY
img = np.zeros((240, 320, 3), dtype=np.uint8)
grey = np.zeros((240, 320), dtype=np.uint8)
"""

CASES = [
    ("cv2.cvtColor(img, cv2.COLOR_BGR2GRAY)", (240, 320), "uint8"),
    ("cv2.cvtColor(img, COLOR_BGR2GRAY)", (240, 320), "uint8"),
    ("cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)", (240, 320, 3), "uint8"),
    ("cv2.cvtColor(img, cv2.COLOR_BGR2BGRA)", (240, 320, 4), "uint8"),
    ("cv2.resize(img, (64, 32))", (32, 64, 3), "uint8"),
    ("cv2.resize(grey, None, fx=0.5, fy=0.25)", (60, 160), "uint8"),
    ("cv2.warpAffine(img, np.eye(3)[:2], (50, 40))", (40, 50, 3), "uint8"),
    ("cv2.pyrDown(img)", (120, 160, 3), "uint8"),
    ("cv2.Sobel(grey, cv2.CV_32F, 1, 0)", (240, 320), "float32"),
    ("cv2.Laplacian(grey, cv2.CV_64F)", (240, 320), "float64"),
    ("cv2.filter2D(img, cv2.CV_8UC3, np.ones((3, 3)))", (240, 320, 3), "uint8"),
    ("cv2.split(img)[1]", (240, 320), "uint8"),
    ("cv2.inRange(img, 0, 9)", (240, 320), "uint8"),
    ("cv2.matchTemplate(grey, grey[:40, :20], cv2.TM_CCOEFF)", (201, 301), "float32"),
    ("cv2.dft(np.float32(grey), flags=cv2.DFT_COMPLEX_OUTPUT)", (240, 320, 2), "float32"),
    ("cv2.getRectSubPix(grey, (64, 32), (9.5, 9.5))", (32, 64), "uint8"),
    ("cv2.createHanningWindow((cv2.getOptimalDFTSize(60), 32), cv2.CV_32F)", (32, 60), "float32"),
    ("cv2.imdecode(np.zeros(4000, np.uint8), cv2.IMREAD_COLOR)", (100, 120, 3), "uint8"),  # nine values a byte
    ("cv2.imdecode(np.zeros(4000, np.uint8), 0)", (100, 120), "uint8"),
    ("ski.color.rgb2gray(img)", (240, 320), "float64"),
    ("ski.transform.resize(img, (60, 80))", (60, 80, 3), "float64"),
    ("ski.transform.rescale(grey, 0.5)", (120, 160), "float64"),
    ("ski.util.view_as_windows(grey, (8, 8))", (233, 313, 8, 8), "float64"),
    ("ski.util.shape.view_as_windows(grey, (8, 8), step=4)", (59, 79, 8, 8), "float64"),
    ("ski.util.view_as_blocks(grey, (8, 16))", (30, 20, 8, 16), "float64"),
    ("np.uint8(img * 0.5)", (240, 320, 3), "uint8"),
    ("np.float32([[1, 2, 3], [4, 5, 6]])", (2, 3), "float32"),
]


@pytest.mark.parametrize(("expression", "shape", "dtype"), CASES)
def test_pictures_are_as_large_as_calls_make_them(expression: str, shape: tuple[int, ...], dtype: str) -> None:
    value = value_of(expression, SETUP)
    assert (dimensions(value), value.dtype) == (shape, dtype)


@pytest.mark.parametrize(
    "expression", ["cv2.resize(img, size)", "np.uint8(unknown)", "ski.transform.resize(img, shape)"]
)
def test_what_is_not_known_is_not_made_up(expression: str) -> None:
    assert value_of(expression, SETUP).shape is None


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ("cv2.THRESH_BINARY + cv2.THRESH_OTSU", "cv2.THRESH_BINARY|THRESH_OTSU"),
        ("cv2.A | cv2.B | cv2.C", "cv2.A|B|C"),
        ("cv2.A + np.B", None),
        ("cv2.A * cv2.B", None),
        ("cv2.add + cv2.multiply", None),
    ],
)
def test_flags_that_are_combined_are_named_by_all_of_them(flags: str, name: str | None) -> None:
    reference = value_of(flags, SETUP).reference
    assert (reference.name if isinstance(reference, SymbolRef) else None) == name
