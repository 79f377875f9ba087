"""The options of a command line: what `parse_args` gives for the defaults, and for arguments that the source writes down."""

from __future__ import annotations

from collections.abc import Mapping

from gillint.resolve.assumed import WORDS
from gillint.resolve.calling.bound import literal_text
from gillint.resolve.calling.options import NAMESPACE, Option
from gillint.resolve.calling.sites import Site
from gillint.resolve.values import NONE, SymbolRef, Value, of_constant, text_of


def add_argument(site: Site) -> Value:
    """`parser.add_argument("--size", type=int, default=100)`."""
    names = tuple(text for v in site.bound.positional if (text := literal_text(v)) is not None)
    given = {k: v for k, v in site.bound.parameters if k != "name"}
    flags = tuple(n for n in names if n.startswith("-"))
    name = next((f for f in flags if f.startswith("--")), names[0] if names else None)
    dest = literal_text(given.get("dest")) or (name.lstrip("-").replace("-", "_") if name is not None else None)
    if dest is None:
        return site.result
    action = literal_text(given.get("action")) or "store"
    ref = given["type"].reference if "type" in given else None
    kind = ref.name if isinstance(ref, SymbolRef) else "str" if "type" not in given else ""
    several = given.get("nargs")
    is_list = (several is not None and literal_text(several) != "?") or action in ("append", "extend")
    if action in ("store_true", "store_false"):
        kind, default = "bool", given.get("default", of_constant(action == "store_false"))
    else:
        default = given.get("default", NONE)
    if "choices" in given and kind == "str" and default == NONE:
        default = Value(type="str")
    option = Option(
        dest, flags, kind, _converted(default, kind), is_list, takes_value=action in ("store", "append", "extend")
    )
    site.act.program.options[dest] = option
    return site.result


def _converted(value: Value, kind: str) -> Value:
    """What a string given for an option becomes; a default that is no string stays as it is."""
    text = literal_text(value)
    if kind == "pathlib.Path" and value.type == "str":
        return Value(type=kind, text=text_of(value))
    if text is None or kind in ("str", ""):
        return value
    try:
        return of_constant(int(text) if kind == "int" else float(text) if kind == "float" else text)
    except ValueError:
        return value


def without_words(options: Mapping[str, Option]) -> Value:
    """The namespace where no arguments are given."""
    return Value(type=NAMESPACE, columns=tuple(sorted((dest, _unset(option)) for dest, option in options.items())))


def parse_known_args(site: Site) -> Value:
    """The namespace, and a list of what is left."""
    return Value(type="tuple", items=(parse_args(site), Value(type="list", element=Value(type="str"))))


def parse_args(site: Site) -> Value:
    """The namespace for the arguments of this call: written down in the source, or none at all."""
    given = site.argument(0, "args")
    words = list(given.items) if given is not None and given.items is not None else []
    options = site.act.program.options
    found = {dest: _unset(option) for dest, option in options.items()}
    by_flag = {flag: option for option in options.values() for flag in option.flags}
    waiting = [o for o in options.values() if not o.flags]
    while words:
        word = words.pop(0)
        text = literal_text(word) or ""
        flag, _, joined = text.partition("=")
        option = by_flag.get(flag) if text.startswith("-") else waiting.pop(0) if waiting else None
        if option is None:
            continue
        if not option.flags:
            taken = [word]
        elif joined:
            taken = [of_constant(joined)]
        elif option.takes_value:
            taken = [words.pop(0)] if words else []
        else:
            found[option.dest] = of_constant(True)
            continue
        while option.is_list and words and not (literal_text(words[0]) or "").startswith("-"):
            taken.append(words.pop(0))
        values = tuple(_converted(v, option.kind) for v in taken)
        if values:
            found[option.dest] = Value(type="list", items=values) if option.is_list else values[0]
    return Value(type=NAMESPACE, columns=tuple(sorted(found.items())))


def _unset(option: Option) -> Value:
    """An option that is not given: its default, or some value of its type."""
    if option.default != NONE or option.flags:
        value = option.default
        if value == NONE and option.is_list:
            return Value(type="list", element=Value(type=option.kind or None), size=WORDS, origin=option.dest)
        if value == NONE and option.kind:
            return Value(type=option.kind, origin=option.dest)
        return value
    member = Value(type=option.kind or None, origin=option.dest)
    return Value(type="list", element=member, size=WORDS, origin=option.dest) if option.is_list else member
