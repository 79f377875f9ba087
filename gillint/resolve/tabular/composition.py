"""What the columns of a frame are of: numbers, texts, Python objects, with or without missing values."""

from __future__ import annotations

from gillint.estimate import ONE, ZERO, Estimate
from gillint.knowledge.versions import version_matches
from gillint.resolve.calling.bound import count_of, element_of
from gillint.resolve.tabular.gaps import gaps_in
from gillint.resolve.values import Value
from gillint.source.environment import LibraryVersion

# How the dtypes begin of columns whose rows are no numbers: texts that Arrow keeps, Python objects, dates and spans of time.
_DTYPES = {"texts": ("str",), "objects": ("object",), "dates": ("datetime64", "timedelta64")}
_ONE_OF_FOUR = Estimate(0.0, 0.25, 1.0)
_FRAME = "pandas.DataFrame"


def keeps_texts_as_objects(library: LibraryVersion) -> bool:
    """Whether a column of texts holds Python objects in this version, and not what Arrow keeps: before pandas 3."""
    return library.name == "pandas" and version_matches(library.version, "<3")


def composition(what: str, value: Value | None, texts_are_objects: bool = False) -> Estimate:
    """How many columns are `texts`, `objects` or `dates`, or whether there are `gaps` in any; a Series is a column."""
    if what == "gaps":
        return gaps_in(value)
    if texts_are_objects and what != "dates":
        return ZERO if what == "texts" else sum((_columns_of(value, _DTYPES[k]) for k in ("texts", "objects")), ZERO)
    return _columns_of(value, _DTYPES[what])


def _columns_of(frame: Value | None, dtypes: tuple[str, ...]) -> Estimate:
    """How many columns are of one of these dtypes; of a list of frames, in one of them. Where nothing tells, some are texts."""
    if frame is not None and frame.type in ("list", "tuple"):
        return _columns_of(element_of(frame), dtypes)
    if frame is not None and frame.dtype is None and frame.columns is not None:
        return Estimate.point(sum((column.dtype or "").startswith(dtypes) for _, column in frame.columns))
    is_frame = frame is None or (frame.type or "").startswith(_FRAME)  # or what goes through its rows
    if frame is not None and (frame.dtype is not None or not is_frame):
        own = (frame.dtype or "").startswith(dtypes)
        return (count_of(frame) if is_frame else ONE) if own else ZERO
    return count_of(frame) * _ONE_OF_FOUR if dtypes == _DTYPES["texts"] else ZERO
