"""Data sets in HDF5 files: what a program writes under a name is what it reads under that name, whichever file it is in.

What comes out of a file whose members are gone through, `for name, dataset in file.items()`, is the largest of those that
are written to the top of a file; what a name leads to that is not known, the same. A program that makes groups may mean one.
"""

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
_AT_TOP = f"{MEMORY}members of {_KIND}>"  # the data sets that are members of a file
_IN_GROUPS = f"{MEMORY}groups of {_KIND}>"  # and those of its groups
_FILES = ("h5py.File", "h5py.ReadFile")


def created_dataset(site: Site) -> Value:
    """`file.create_dataset(name, data=array)`."""
    data = site.bound.get("data")
    is_text = data is not None and data.type in ("list", "tuple") and element_of(data).type == "str"
    made = replace(site.result, dtype="str") if is_text else site.result  # each text becomes an object as it is read
    _keep(site.act, site.bound.get("self"), site.argument(0, "name"), made, site.span)
    return made


def put_dataset(act: Activation, holder: Value, name: Value, value: Value, span: Span) -> None:
    """`file[name] = array`."""
    if holder.type in _HOLDERS and value.type == ARRAY:
        _keep(act, holder, name, replace(value, type=_DATASET), span)


def dataset_of(act: Activation, holder: Value, name: Value) -> Value | None:
    """`file[name]`; None where nothing in sight writes such a one."""
    if holder.type not in _HOLDERS:
        return None
    kept = _place(name)
    found = _of(holder, _written(act, kept)) if kept is not None else None
    return _member(act, holder) if found is None and name.literal is None else found


def gone_through(site: Site) -> Value:
    """`file.items()` and `file.values()`: what each turn gets."""
    holder, view = site.bound.get("self"), site.result
    member = _member(site.act, holder) if holder is not None else None
    element = view.element
    if member is None or element is None:
        return view
    items = (*element.items[:-1], member) if element.items else None
    return replace(view, element=replace(element, items=items) if items is not None else member)


def _member(act: Activation, holder: Value) -> Value | None:
    """One of the data sets of a file; None where the program makes groups, or writes none."""
    if holder.type not in _FILES or _written(act, _IN_GROUPS) is not None:
        return None
    return _of(holder, _written(act, _AT_TOP))


def _written(act: Activation, place: str) -> Value | None:
    """The largest that is written at a place."""
    content = act.program.files.find(place)
    return content.source.value if content is not None and content.source is not None else None


def _of(holder: Value, found: Value | None) -> Value | None:
    """A data set as it is read out of a file."""
    return replace(found, type=_READ_ONLY) if found is not None and holder.type in _READ else found


def _keep(act: Activation, holder: Value | None, name: Value | None, dataset: Value, span: Span) -> None:
    kept = _place(name)
    if dataset.type != _DATASET or dataset.shape is None:
        return
    known = replace(dataset, literal=None, reference=None, origin=None)
    content = Content(size_of(dataset), source=Source(_KIND, known))
    at_top = holder is not None and holder.type in _FILES and not _leads_on(name)
    for place in (kept, _AT_TOP if at_top else _IN_GROUPS):
        if place is not None:
            act.program.files.write(place, span, content)


def _leads_on(name: Value | None) -> bool:
    """Whether a name goes through a group: `run1/speed`."""
    text = text_of(name) if name is not None and name.type == "str" else None
    return text is not None and "/" in text.pattern.strip("/")


def _place(name: Value | None) -> str | None:
    """Under which name it is kept: that inside its group."""
    text = text_of(name) if name is not None and name.type == "str" else None
    return f"{MEMORY}{_KIND} {text.pattern.rsplit('/', 1)[-1]}>" if text is not None else None
