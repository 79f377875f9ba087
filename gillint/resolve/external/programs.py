"""Other programs that are run: what is known of one that is started, and what it gives back."""

from __future__ import annotations

from gillint.frozen import replace
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.commands import STARTED
from gillint.resolve.text.texts import Text
from gillint.resolve.values import Source, SymbolRef, Value

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
    size = site.bound.get("bufsize")
    buffered = _BUFFERED.get(size.number.likely) if size is not None and size.number is not None else None
    return replace(
        result,
        source=Source(STARTED, replace(first, element=None)),
        mark=_TALKS if _is_pipe(site.bound.get("stdin")) and _is_pipe(site.bound.get("stdout")) else None,
        text=Text(buffered) if buffered is not None else result.text,
    )


_TALKS = "talks"  # the mark of a process that is written to, and read from
_BUFFERED = {0.0: "unbuffered", 1.0: "line"}
_ANSWERS = {"subprocess.Pipe": "subprocess.AnswerPipe", "subprocess.TextPipe": "subprocess.TextAnswerPipe"}


def _is_pipe(asked: Value | None) -> bool:
    """`subprocess.PIPE`."""
    return asked is not None and isinstance(asked.reference, SymbolRef) and asked.reference.name == "subprocess.PIPE"


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
    if source is None or source.kind != STARTED:
        return pipe
    if pipe.type in _ANSWERS:
        return replace(pipe, source=source, type=_ANSWERS[pipe.type] if process.mark == _TALKS else pipe.type)
    return _written_to(process, pipe)


def _written_to(process: Value, pipe: Value) -> Value:
    """`process.stdin`: how it is buffered."""
    asked = process.text.pattern if process.text is not None else None
    if asked == _BUFFERED[0.0] and pipe.type == "io.BufferedWriter":
        return replace(pipe, type="io.FileIO")
    return replace(pipe, dtype="line") if asked == _BUFFERED[1.0] and pipe.type == "io.TextIOWrapper" else pipe


def communicated(site: Site) -> Value:
    """What a program wrote, of which `Popen` was told whether it is text."""
    receiver, items = site.bound.receiver, site.result.items
    if receiver is None or receiver.type != _AS_TEXT["subprocess.Popen"] or items is None:
        return site.result
    return replace(site.result, items=tuple(replace(item, type="str") for item in items))
