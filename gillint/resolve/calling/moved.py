"""Things of libraries under the names of the modules that hold them: `scipy.ndimage.filters.gaussian_filter`."""

from __future__ import annotations

from functools import lru_cache

from gillint.knowledge.base import find_fact, find_type, knows_below, knows_module


@lru_cache(maxsize=4096)
def public_name(name: str) -> str:
    """The name under which a library is documented to have a thing; the same where nothing tells of another.

    Libraries keep functions and classes in inner modules, and offer them some levels above: `pandas.core.frame.DataFrame`,
    `networkx.algorithms.centrality.degree_centrality`, `bs4.element.Tag`. One of which anything is known is not an inner module.
    """
    parts = name.split(".")
    if len(parts) < 3 or not knows_module(parts[0]) or _is_known(name):
        return name
    *modules, tail = parts
    if knows_below(".".join(modules)) or knows_below(name):
        return name
    above = (".".join((*modules[:level], tail)) for level in range(len(modules) - 1, 0, -1))
    return next(filter(_is_known, above), name)


def _is_known(name: str) -> bool:
    return find_fact(name) is not None or find_type(name) is not None
