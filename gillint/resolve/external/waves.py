"""Sounds that the module `wave` writes and reads: what frames go into a file are those that come out of it."""

from __future__ import annotations

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.files import Content
from gillint.resolve.external.handles import HANDLES, name_of, raw
from gillint.resolve.external.opening import note_opened
from gillint.resolve.numeric.shapes import ARRAY, with_shape
from gillint.resolve.text.texts import Text
from gillint.resolve.values import Value, of_number

_RATE = Estimate(8_000, 44_100, 192_000)
_BYTES = 2.0  # of a frame, where it is not said: one channel of 16 bits


def opened_sound(site: Site) -> Value:
    """`wave.open(path_or_file, mode)`: which file it is."""
    target = site.argument(0, "f")
    name = name_of(target)
    if target is None or name is None:
        return site.result
    mode = literal_text(site.argument(1, "mode")) or "rb"
    if mode.startswith("w") and target.type not in HANDLES:
        note_opened(site.act, name, len(site.act.loops))
    return replace(site.result, text=Text(name))


def frames_of(site: Site) -> Value:
    """`w.getnframes()`, and all of `w.getparams()`: as many as fit in the file."""
    name = name_of(site.bound.receiver)
    content = site.act.program.files.find(name) if name is not None else None
    return of_number("int", raw(content).size / _BYTES) if content is not None else site.result


READERS = ("scipy.io.wavfile.read", "soundfile.read")


def samples_read(site: Site, content: Content) -> Value:
    """`rate, samples = wavfile.read(path)` of a file that the program wrote frame by frame."""
    samples = raw(content).size / _BYTES
    items = tuple(with_shape(i, (samples,)) if i.type == ARRAY else i for i in site.result.items or ())
    return replace(site.result, items=items)


def parameters_of(site: Site) -> Value:
    """`channels, width, rate, frames, *_ = w.getparams()`."""
    number, text = Value(type="int"), Value(type="str")
    frames = frames_of(site)
    known = frames if frames is not site.result else number
    items = (number, of_number("int", Estimate.point(_BYTES)), of_number("int", _RATE), known, text, text)
    return Value(type="tuple", size=Estimate.point(len(items)), items=items)
