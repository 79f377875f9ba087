"""Other programs that are run: what is known of one that is started, and what it gives back."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.commands import STARTED
from gillint.resolve.values import Source, Value

_AS_TEXT = {
    "bytes": "str",
    "subprocess.CompletedProcess": "subprocess.CompletedText",
    "subprocess.Popen": "subprocess.TextPopen",
}


def started(site: Site) -> Value:
    """`subprocess.Popen(["sort", path])`: how long somebody waits for it hangs on which program it is."""
    result, command = finished(site), site.argument(0, "args")  # of asyncio the program alone, or a line for a shell
    if command is None:
        return result
    first = command.items[0] if command.items else command
    return replace(result, source=Source(STARTED, replace(first, element=None)))


def finished(site: Site) -> Value:
    """What a program gave back: bytes, or text where it is asked for."""
    asked = (site.bound.get(name) for name in ("text", "universal_newlines", "encoding", "errors"))
    is_text = any(
        v is not None and v.type != "NoneType" and (v.literal is None or bool(v.literal.value)) for v in asked
    )
    return replace(site.result, type=_AS_TEXT.get(site.result.type or "", site.result.type)) if is_text else site.result


def pipe_of(process: Value, pipe: Value) -> Value:
    """`process.stdout`: what a program writes comes when that program has it."""
    source = process.source
    return replace(pipe, source=source) if source is not None and source.kind == STARTED else pipe


def communicated(site: Site) -> Value:
    """What a program wrote, of which `Popen` was told whether it is text."""
    receiver, items = site.bound.receiver, site.result.items
    if receiver is None or receiver.type != _AS_TEXT["subprocess.Popen"] or items is None:
        return site.result
    return replace(site.result, items=tuple(replace(item, type="str") for item in items))
