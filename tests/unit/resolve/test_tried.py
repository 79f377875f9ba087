"""Regular expressions are tried on what a text repeats."""

from __future__ import annotations

import pytest

from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import options

TEXT = '"a quick fox. " * 1000'

# What is asked of a text, and how many pieces or matches that gives.
ASKED = {
    "a word": ("re.findall(r'fox', TEXT)", 1_000),
    "any word": (r"re.findall(r'\w+', TEXT)", 3_000),
    "a compiled one": (r"re.compile(r'\b\w{4,}').findall(TEXT)", 1_000),
    "an iterator": ("list(re.finditer('[aeiou]', TEXT))", 4_000),
    "pieces": (r"re.split(r'\.\s', TEXT)", 1_001),
    "one that goes through all of it": ("re.findall('.+', TEXT)", 1),
    "nothing": ("re.findall('zebra', TEXT)", 0),
}


def last_of(source: str, name: str) -> Call:
    resolved = resolve(parse(source, "program.py"), options().target, {})
    return [n for f in resolved.functions for n in walk(f.block) if isinstance(n, Call) and n.name == name][-1]


@pytest.mark.parametrize(("asked", "count"), ASKED.values(), ids=list(ASKED))
def test_matches_in_a_text_that_is_repeated(asked: str, count: float) -> None:
    call = last_of(f"import re\nTEXT = {TEXT}\nfound = {asked}\nlen(found)\n", "len")
    assert call.bound.positional[0].size is not None
    assert call.bound.positional[0].size.likely == pytest.approx(count, rel=0.01)


@pytest.mark.parametrize(
    ("pattern", "text", "known"),
    [
        (r"\w+", TEXT, True),
        (r"\w+", "open(PATH).read()", False),  # of somebody else
        (r"(\w+)+x", TEXT, False),  # it might take long
        (r"\w*\w*\w*\w*\w*x", TEXT, False),
        (r"(?:\w|\w\w)+x", '"a" * 1000', False),
        (r"(?:a?){30}a{30}x", '"a" * 1000', False),
        (r"(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)x", '"a" * 1000', False),
        (r"a+a+a+a+x", '"a" * 1000', True),
        ("(", TEXT, False),
    ],
)
def test_what_is_replaced_is_counted_where_it_is_known(pattern: str, text: str, known: bool) -> None:
    call = last_of(f"import re\nTEXT = {text}\nre.sub(r'{pattern}', 'x', TEXT)\n", "re.sub")
    assert (call.bound.get("matches") is not None) == known
