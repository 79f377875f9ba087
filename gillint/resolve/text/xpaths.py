"""What an XPath or a CSS expression gives: elements, texts or a number, and how many of those there are in the tree."""

from __future__ import annotations

import re

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import literal_text, size_of
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value

_COMPILED = ("lxml.etree.XPath", "lxml.cssselect.CSSSelector")
_CSS = ("lxml.etree._Element.cssselect", "lxml.html.HtmlElement.cssselect", "lxml.cssselect.CSSSelector.__call__")
ASKING = (
    "lxml.etree._Element.xpath", "lxml.etree._ElementTree.xpath", "lxml.etree.XPath.__call__", *_COMPILED, *_CSS,
)  # fmt: skip
_FUNCTIONS = {
    **dict.fromkeys(("count", "sum", "number", "string-length"), "float"),
    **dict.fromkeys(("string", "normalize-space", "concat", "substring"), "str"),
    **dict.fromkeys(("boolean", "not"), "bool"),
}
_CALL = re.compile(r"\s*([\w-]+)\(.*\)\s*")
_TEXTS = re.compile(r".*(?:/|::|^)(?:@[\w:*-]+|text\(\))\s*")
# What a predicate leaves: of an identifier one; of what is equal to a text a few; of a class, which many share, and of anything
# else some.
_BY_ID = re.compile(r"\[\s*@?(?:id|key|name)\s*=")
_BY_TEXT = re.compile(r"\[(?!\s*@class\s*=)[^\]]*[^!<>]=\s*['\"]")
_FEW, _SOME = Estimate(0.001, 0.1, 1.0), Estimate(0.01, 0.3, 1.0)
# The last part of a selector tells what is found: `#list` is one, `li.job`, `a[href]` and `ul > li` are some.
_CSS_ID = re.compile(r"#[\w-]+\s*$")
_CSS_SOME = re.compile(r"[.:\[# >+~]")


def selected(name: str, bound: Bound, result: Value) -> Value:
    """The result of an XPath or a CSS expression, where that is known."""
    given = bound.receiver if name.endswith("__call__") else bound.positional[0] if bound.positional else None
    path = literal_text(given)
    if name in _COMPILED:  # the compiled expression remembers its text
        return replace(result, literal=given.literal) if given is not None and path is not None else result
    if path is None:
        return result
    if name in _CSS:
        of_tree = size_of(result)
        is_one = _CSS_ID.search(path) is not None
        found = of_tree.min(1) if is_one else (of_tree * _SOME).max(1) if _CSS_SOME.search(path) else of_tree
        return replace(result, size=found)
    called = _CALL.fullmatch(path)
    if called is not None and called[1] in _FUNCTIONS:
        return Value(type=_FUNCTIONS[called[1]])
    count = size_of(result)
    if _BY_ID.search(path):
        count = count.min(1)
    elif "[" in path:
        count = (count * (_FEW if _BY_TEXT.search(path) else _SOME)).max(1)
    element = Value(type="str") if _TEXTS.fullmatch(path) else result.element
    return replace(result, size=count, element=element)
