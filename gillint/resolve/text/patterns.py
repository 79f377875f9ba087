"""How many matches of a regular expression there are in a text, as far as the expression tells."""

from __future__ import annotations

import re
from collections.abc import Callable

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import element_of, literal_text, size_of
from gillint.resolve.text.texts import ANY
from gillint.resolve.text.tried import matches_in, tried
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value, text_of
from gillint.syntax.tree import HOLE

# One class of characters, again and again: `\w+`, `[a-z0-9']+`, `(\S+)`, `\b\w{3,}\b`.
_WORDS = re.compile(r"(?:\\b)?\(?(?:\?:)?(?:\\[wS]|\[[^\]]*(?:a-z|A-Z|\\w)[^\]]*\])(?:[+*]|\{\d,\d*\})\)?(?:\\b)?")
# What stands between words: `\W+`, `[\s,]+`, `[ ,;]`, `[^a-z']+`.
_SPACE = re.compile(
    r"\(?(?:\\[sW]|\[[^\]^][^\]]*\\[sW][^\]]*\]|\[(?:\\[sW]|[^\]^]*[ ])[^\]]*\]|\[\^[^\]]*(?:a-z|A-Z|\\w)[^\]]*\])[+*]?\)?"
)
_WORD, _TOKEN = 6.5, 3.5  # characters for each, with what is between them
_FEW = 3  # kinds of tokens


def compiled(bound: Bound, result: Value) -> Value:
    """`re.compile(pattern)`: the object remembers what it was made from."""
    text = text_of(bound.positional[0]) if bound.positional else None
    return replace(result, text=text) if text is not None else result


def matches(position: int) -> Callable[[Bound, Value], Value]:
    """`re.findall(pattern, text)`, `pattern.finditer(text)`: the text is the argument at `position`."""

    def counted(bound: Bound, result: Value) -> Value:
        source = bound.positional[position] if len(bound.positional) > position else None
        made_from = bound.receiver if position == 0 else bound.positional[0] if bound.positional else None
        found = tried(made_from, source)
        if found is not None and source is not None:
            member = element_of(result)
            if member.type == "str":
                member = replace(member, size=Estimate.point(found.length))
            return replace(result, shape=None, size=found.among(size_of(source)), element=member)
        step = _characters(made_from)
        if source is None or step is None:
            return result
        size = (size_of(source) / step).max(1)
        member = element_of(result)
        if member.type == "str":
            member = replace(member, size=(size_of(source) / size).max(1))
        return replace(result, shape=None, size=size, element=member)

    return counted


def matched(position: int) -> Callable[[Bound, Value], Value]:
    """`re.match(pattern, text)`, `pattern.search(text)`: the match remembers the expression."""

    def made(bound: Bound, result: Value) -> Value:
        made_from = bound.receiver if position == 0 else bound.positional[0] if bound.positional else None
        text = text_of(made_from)
        return replace(result, text=text) if text is not None and HOLE not in text.pattern else result

    return made


def groups(bound: Bound, result: Value) -> Value:
    """`match.groups()`, `match.groupdict()`: as many texts as the expression has groups, or names for them."""
    text = bound.receiver.text if bound.receiver is not None else None
    found = _GROUP.findall(text.pattern.replace("\\(", "")) if text is not None else []
    if not found or text is None:
        return result
    parts = _parts(text.pattern, len(found), bound.receiver)
    if result.type == "dict":
        named = tuple((name, part) for name, part in zip(found, parts, strict=True) if name)
        return replace(result, shape=None, size=Estimate.point(len(named)), columns=named) if named else result
    return replace(result, shape=None, size=Estimate.point(len(found)), items=parts)


def _parts(pattern: str, count: int, found: Value | None) -> tuple[Value, ...]:
    """The texts of the groups: one that takes anything (`(.*)`) has what the others, a word each, leave of the text."""
    bodies = [a or b for a, b in _BODY.findall(pattern.replace("\\(", ""))]
    is_open = [body.startswith((".*", ".+")) for body in bodies]
    if len(bodies) != count or found is None or found.size is None or not any(is_open):
        return (_PART,) * count
    word = size_of(_PART)
    rest = (found.size - word * float(count - sum(is_open))).max(1) / float(sum(is_open))
    return tuple(replace(_PART, size=rest.sorted() if any_text else word) for any_text in is_open)


_BODY = re.compile(r"\((?!\?)([^()]*)\)|\(\?P<\w+>([^()]*)\)")
_GROUP = re.compile(r"\((?!\?)(?:)|\(\?P<(\w+)>")
_PART = Value(type="str", size=Estimate(1, 10, 1e4))


def split(position: int) -> Callable[[Bound, Value], Value]:
    """`re.split(pattern, text)`: words, or pieces as many as each is long."""

    def pieces(bound: Bound, result: Value) -> Value:
        source = bound.positional[position] if len(bound.positional) > position else None
        made_from = bound.receiver if position == 0 else bound.positional[0] if bound.positional else None
        if source is None:
            return result
        whole = size_of(source).max(1)
        between = matches_in(made_from, source)
        if between is not None:
            size = between + 1
            return replace(result, shape=None, size=size, element=replace(element_of(result), size=whole / size))
        size = whole.map(lambda n: n**0.5)
        if made_from is not None and _SPACE.fullmatch(literal_text(made_from) or (made_from.text or ANY).pattern):
            size = (whole / _WORD).max(1)
        return replace(result, shape=None, size=size, element=replace(element_of(result), size=whole / size))

    return pieces


def _characters(pattern: Value | None) -> float | None:
    """After how many characters there is the next match; None where nothing tells."""
    text = literal_text(pattern)
    if text is None and pattern is not None and pattern.text is not None and HOLE not in pattern.text.pattern:
        text = pattern.text.pattern
    if not text:
        return None
    if _WORDS.fullmatch(text):
        return _WORD
    whole = _unwrapped(text)
    kinds = _alternatives(whole)
    return _TOKEN if (kinds >= _FEW and r"\d" in whole) or (kinds > 1 and _NUMBER.search(whole)) else None


# Any number is one of the alternatives: the other ones are what else there is, signs or names.
_NUMBER = re.compile(r"(?:^|\|)\(?\\d\+(?:\\\.\\d[+*])?\)?(?:\||$)")


def _unwrapped(text: str) -> str:
    """The alternatives of a tokenizer, without the spaces before them and the group around them: `\\s*(?:(\\d+)|(.))`."""
    inside = re.fullmatch(r"(?:\\s\*)?\(\?:(.*)\)(?:\\s\*)?", text, re.DOTALL)
    body = inside[1] if inside is not None else text.removeprefix(r"\s*")
    depth = 0
    for character in re.sub(r"\\.|\[[^\]]*\]", "", body):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return text  # of two groups, one behind the other
    return body


def _alternatives(text: str) -> int:
    """How many alternatives the whole expression has; `(?P<number>...)|(?P<name>...)`."""
    depth, count = 0, 1
    for character in re.sub(r"\\.|\[[^\]]*\]", "", text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        count += character == "|" and depth <= 0
    return count
