"""What a server that a program brings along answers, and what its client therefore reads.

The server is looked at as a program of its own: what it sends is what arrives. Nothing is known of other servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.diagnostics.span import Span
from gillint.estimate import ONE, Estimate, total
from gillint.frozen import dataclass, replace
from gillint.knowledge.schema import Fact
from gillint.resolve.activation import Activation
from gillint.resolve.calling.bound import size_of
from gillint.resolve.contents import printed
from gillint.resolve.control.turns import paces
from gillint.resolve.external.handles import raw
from gillint.resolve.external.peers import around, is_answered, peer_of
from gillint.resolve.scope import ModuleScope, Sent
from gillint.resolve.text.texts import Text, together, unknown
from gillint.resolve.trace import Block, Bound, Branch, Call, FunctionTrace, Loop, Peer, Resolved
from gillint.resolve.values import IS_SET, NONE, Source, Value, text_of
from gillint.syntax import tree as t
from gillint.syntax.servers import asked_for, routes_of
from gillint.syntax.tree import HOLE

_HANDLES = re.compile(r"do_([A-Z]+)$")
_SENDS = (".wfile.write", "socketserver.Writer.write", ".sendall", ".send", ".sendto", "StreamWriter.write")
# Constructors of answers: the body by position or keyword.
_MAKES = {
    "aiohttp.web.Response": ("body", "text"),
    "aiohttp.web.json_response": ("data",),
    "flask.jsonify": (),
    "flask.Response": ("response",),
}
_DOCUMENTS = ("aiohttp.web.json_response", "flask.jsonify")
_NO_BODY = ("head", "options", "delete")


# What ends these waits only another thread or task can do: where a program has none, and names no time, they never begin.
_TOLD = (
    "threading.Event.wait", "threading.Condition.wait", "threading.Condition.wait_for", "asyncio.Event.wait",
    "asyncio.Queue.get", "queue.Queue.get", "queue.SimpleQueue.get", "queue.LifoQueue.get", "queue.PriorityQueue.get",
    "concurrent.interpreters.Queue.get",
)  # fmt: skip


def other_side(act: Activation, fact: Fact | None, name: str, bound: Bound, span: Span) -> Peer | None:
    """Who answers a call, and what the program's own server does for that; nobody does where a loop only pauses."""
    if name == "threading.Event.wait" and span in paces(act.body.body if isinstance(act.body, t.Function) else ()):
        return None
    if name.endswith(".Event.wait") and bound.receiver is not None and bound.receiver.dtype == IS_SET:
        return Peer("itself")
    if name in _TOLD and _is_told_already(act, name, bound):
        return Peer("itself")
    sent = _chosen(_sent(act), name, bound) if is_answered(fact) else None
    peer = peer_of(fact, name, bound, act.scope, size_of(sent.value) if sent is not None else None)
    if peer is None or peer.place != "local" or sent is None:
        return peer
    return replace(peer, answering=sent.work)


def _is_told_already(act: Activation, name: str, bound: Bound) -> bool:
    """Whether what is waited for must be there when the wait begins: nothing runs beside this file, nobody whom nobody sees
    may call it, and it waits for no variable of the module, which others may import.
    """
    said, asked = around(act.scope), bound.receiver
    if not said.alone or act.program.is_called_from_elsewhere:
        return False
    if name.endswith("Queue.get"):
        if said.methods.isdisjoint(("put", "put_nowait")):
            return False
    elif name.endswith(".wait") and bound.get("timeout") not in (None, NONE):
        return False  # a pause, which nobody cuts short
    if act.name is None or asked is None:
        return True
    return all((v.type, v.reference) != (asked.type, asked.reference) for v in act.scope.environment.values())


def answered_with(act: Activation, name: str, bound: Bound, result: Value) -> Value:
    """The response of the program's own server with what is in it; what is read from such a response."""
    if bound.receiver is not None and _is_response(bound.receiver):
        return _read(name, bound, result)
    if name == "json.load" and bound.positional and _is_response(bound.positional[0]):
        return _document(bound.positional[0], result)
    if not _is_response(result) or result.source is not None:
        return result
    chosen = _chosen(_sent(act), name, bound)
    sent = chosen.value if chosen is not None else _file_sent(act, name, bound)
    if sent is None:
        return result
    return replace(result, size=sent.size, source=Source(_BODY, replace(sent, type="bytes")))


_BODY = "body"  # how a response is made of what was sent


def read_attribute(response: Value, name: str, made: Value) -> Value:
    """`response.text`, `response.content`, `response.data`."""
    body = _body(response)
    return replace(body, type=made.type) if body is not None and name in ("text", "content", "data") else made


def _is_response(value: Value) -> bool:
    return value.type is not None and value.type.endswith("Response")


def _body(response: Value) -> Value | None:
    """What is in a response, where that is known."""
    source = response.source
    return source.value if source is not None and source.kind == _BODY and _is_response(response) else None


def _read(name: str, bound: Bound, result: Value) -> Value:
    body = _body(bound.receiver) if bound.receiver is not None else None
    method = name.rsplit(".", 1)[-1]
    if body is None or bound.receiver is None:
        return result
    if method == "json":
        return _document(bound.receiver, result)
    if method in _STREAMS and result.element is not None:
        return _streamed(body, method, result)
    if method in ("text", "aread") or (method == "read" and bound.get("amt") is None):
        return replace(body, type=result.type)
    return result


_STREAMS = ("iter_lines", "aiter_lines", "iter_content", "iter_bytes", "aiter_bytes", "iter_text", "aiter_text")


def _streamed(body: Value, method: str, result: Value) -> Value:
    """The lines or the pieces of what was sent."""
    known = text_of(body) or unknown(size_of(body))
    member = result.element or Value(type="bytes")
    piece = size_of(member) if member.size is not None else Estimate.point(_PIECE)
    pieces = known.count("\n").max(1) if "lines" in method else (size_of(body) / piece.max(1)).max(1)
    size = size_of(body) / pieces
    return replace(result, size=pieces, element=replace(member, size=size, text=known.part(pieces)))


_PIECE = 16_384


def _document(response: Value, result: Value) -> Value:
    body = _body(response)
    source = body.source if body is not None else None
    return source.value if source is not None and source.kind == "json" else result


def _file_sent(act: Activation, name: str, bound: Bound) -> Value | None:
    """What `python -m http.server` sends: a file that the program wrote before; None for a listing, or what is not known."""
    if not around(act.scope).serves_files:
        return None
    asked = next((text.rpartition("/")[2] for text in _texts_of(bound)), HOLE)
    if name.endswith(_NO_BODY) or not asked:
        return None
    content, _ = act.program.files.listed(f"{HOLE}/{asked}", deep=True)
    if content is None:
        return None
    known = raw(content)
    return Value(type="bytes", size=known.size, text=known.text, source=known.source)


def _texts_of(bound: Bound) -> list[str]:
    """What is known of the texts that are passed."""
    values = (*bound.positional, *(v for _, v in bound.parameters))
    return [known.pattern for v in values if _may_be_path(v) and (known := text_of(v)) is not None]


def _may_be_path(value: Value) -> bool:
    """Whether a text that is known of a value may be what is asked for: its own, or that of a request that was prepared."""
    return value.type == "str" or (value.type or "").endswith("Request")


def _chosen(sent: tuple[Sent, ...], name: str, bound: Bound) -> Sent | None:
    """What is sent to a request: by its method and its path, where they tell; of several that may be, the largest."""
    method = name.rsplit(".", 1)[-1]
    if method in _NO_BODY:
        return None
    texts = _texts_of(bound)
    kind = method.upper() if method.upper() in {s.method for s in sent} else "GET" if method == "urlopen" else None
    fitting = [s for s in sent if kind is None or s.method in (kind, None)]
    named = [s for s in fitting if any(w in text for w in s.words for text in texts)]
    others = [s for s in fitting if not s.words]
    return max(named or others or fitting, key=lambda s: size_of(s.value).likely, default=None)


def _sent(act: Activation) -> tuple[Sent, ...]:
    """What the program's server sends, found out once for a file."""
    scope = act.scope
    if scope.sent is None:
        scope.sent = ()  # while it is found out
        program = _server_of(scope)
        resolved = act.program.beside(program) if program is not None else None
        if program is not None and resolved is not None:
            scope.sent = tuple(sent_by(resolved, program))
    return scope.sent


def _server_of(scope: ModuleScope) -> str | None:
    """The text of the server that a file brings along: a program in a text, or a class of its own."""
    said = around(scope)
    return said.program or ("".join(scope.syntax.lines) if said.serves and said.place == "local" else None)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One of the parts in which an answer is sent, from which line of the handler, and how often."""

    line: int
    value: Value
    times: Estimate = ONE

    @property
    def size(self) -> Estimate:
        return size_of(self.value) * self.times

    @property
    def text(self) -> Text:
        return (text_of(self.value) or unknown(size_of(self.value))).each(self.times)


def sent_by(resolved: Resolved, program: str) -> Iterator[Sent]:
    """What the functions of a server send, each arm that a path leads to for itself."""
    arms, routes = asked_for(program), routes_of(program)
    for function in resolved.functions:
        found = _HANDLES.search(function.name)
        if found is None and not function.is_entry:
            continue
        path = routes.get(function.name)
        for sent in _of_function(function, found[1] if found is not None else None, arms):
            yield replace(sent, words=sent.words | {path}) if path is not None else sent


def _of_function(
    function: FunctionTrace, method: str | None, arms: tuple[tuple[int, int, frozenset[str]], ...]
) -> Iterator[Sent]:
    for pieces in _ways(function.block, None):
        if not pieces:
            continue
        main = max(pieces, key=lambda p: p.size.likely)
        words = [w for first, last, w in arms if first <= main.line <= last]
        whole = main.value
        if len(pieces) > 1 or main.times != ONE:
            text = together([p.text for p in pieces])
            whole = replace(whole, size=total(p.size for p in pieces), text=text, literal=None, source=None)
        yield Sent(whole, method, frozenset().union(*words), function.block)


def _ways(block: Block, line: int | None) -> list[list[_Piece]]:
    """What is sent on the ways through a block: straight on, and in each arm."""
    straight: list[_Piece] = []
    ways: list[list[_Piece]] = []
    for node in block.nodes:
        if isinstance(node, Call):
            at = line if line is not None else node.span.line
            body = _body_of(node)
            if body is not None:
                straight.append(_Piece(at, body))
            if node.inner is not None:
                inner = _ways(node.inner, at)
                straight += inner[0]
                ways += inner[1:]
        elif isinstance(node, Loop):
            first, *others = _ways(node.body, line)
            straight += [replace(p, times=p.times * node.trips) for p in first]
            ways += others
        elif isinstance(node, Branch):
            for arm, _ in node.shares:
                ways += [way for way in _ways(arm, line) if way]
    return [straight, *ways]


def _body_of(call: Call) -> Value | None:
    """What a call sends as an answer, or a part of one."""
    if call.name.endswith(_SENDS):
        return call.bound.positional[0] if call.bound.positional else None
    keywords = _MAKES.get(call.name)
    if keywords is None:
        return None
    given = call.bound.positional[:1] or tuple(v for k, v in call.bound.parameters if k in keywords)
    if not given:
        return None
    if call.name in _DOCUMENTS:
        return Value(type="bytes", size=printed(given[0]), source=Source("json", given[0]))
    return given[0]
