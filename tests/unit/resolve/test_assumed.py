"""What is assumed of the size of a value that nothing in sight tells."""

import pytest

from gillint.resolve.assumed import SIZES


@pytest.mark.parametrize(
    ("kind", "few", "many"), [("scipy.spatial.transform.Rotation", 1, 100), ("pygame.Surface", 10_000, 1_000_000)]
)
def test_rotations_are_few_and_a_surface_has_the_pixels_of_a_window(kind: str, few: float, many: float) -> None:
    assert few <= SIZES[kind].likely <= many
