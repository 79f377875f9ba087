"""Data sets in HDF5 files: what a program writes under a name is what it reads under that name, whichever file it is in."""

from __future__ import annotations

from gillint.diagnostics.span import Span
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import element_of, size_of
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.files import MEMORY, Content
from gillint.resolve.numeric.shapes import ARRAY
from gillint.resolve.values import Source, Value, text_of

_DATASET = "h5py.Dataset"
_READ_ONLY = "h5py.ReadDataset"  # of a file that was opened to be read
_READ = ("h5py.ReadFile", _READ_ONLY)
_HOLDERS = ("h5py.File", "h5py.Group", _DATASET, *_READ)  # what `file[name]` gives may be a group
_KIND = "hdf5"


def created_dataset(site: Site) -> Value:
    """`file.create_dataset(name, data=array)`."""
    data = site.bound.get("data")
    is_text = data is not None and data.type in ("list", "tuple") and element_of(data).type == "str"
    made = replace(site.result, dtype="str") if is_text else site.result  # each text becomes an object as it is read
    _keep(site.act, site.argument(0, "name"), made, site.span)
    return made


def put_dataset(act: Activation, holder: Value, name: Value, value: Value, span: Span) -> None:
    """`file[name] = array`."""
    if holder.type in _HOLDERS and value.type == ARRAY:
        _keep(act, name, replace(value, type=_DATASET), span)


def dataset_of(act: Activation, holder: Value, name: Value) -> Value | None:
    """`file[name]`; None where nothing in sight writes such a one."""
    kept = _place(name) if holder.type in _HOLDERS else None
    content = act.program.files.find(kept) if kept is not None else None
    found = content.source.value if content is not None and content.source is not None else None
    return replace(found, type=_READ_ONLY) if found is not None and holder.type in _READ else found


def _keep(act: Activation, name: Value | None, dataset: Value, span: Span) -> None:
    kept = _place(name)
    if kept is not None and dataset.type == _DATASET and dataset.shape is not None:
        known = replace(dataset, literal=None, reference=None, origin=None)
        act.program.files.write(kept, span, Content(size_of(dataset), source=Source(_KIND, known)))


def _place(name: Value | None) -> str | None:
    """Under which name it is kept: that inside its group."""
    text = text_of(name) if name is not None and name.type == "str" else None
    return f"{MEMORY}{_KIND} {text.pattern.rsplit('/', 1)[-1]}>" if text is not None else None
