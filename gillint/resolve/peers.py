"""Where the other side of a connection is: far away, on this machine, or in this very process. Loopback answers at once."""

from __future__ import annotations

import contextlib
import io
import re
import token
import tokenize
from collections.abc import Iterable

from gillint.resolve.bound import text_of
from gillint.resolve.scope import ModuleScope, Peers
from gillint.resolve.trace import Bound, Peer, Place
from gillint.resolve.values import HOLE, Value

_LOCAL = re.compile(r"localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^@/?#\s]*@)?(\[[^\]]*\]|[^:/?#\s]*)", re.IGNORECASE)
_DSN = re.compile(r"\bhost(?:addr)?\s*=\s*['\"]?([^\s;'\"]+)")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+|\[?::1\]?|localhost")
# Keyword arguments that hold an address as a bare name, and those that a client takes it from.
_NAMES_A_HOST = ("host", "hostname", "server", "address", "addr")

# Clients that ask this machine where no address is given.
_LOCAL_BY_DEFAULT = {
    "redis.Redis": "host",
    "redis.StrictRedis": "host",
    "redis.asyncio.Redis": "host",
    "pymongo.MongoClient": "host",
    "elasticsearch.Elasticsearch": "hosts",
}


def place_of(text: str) -> Place | None:
    """Where a URL, a connection string or `host:port` leads; None where it does not say."""
    if text.startswith("sqlite"):  # a library, not a server
        return "process"
    found = _URL.search(text) or _DSN.search(text)
    host = found[1] if found is not None else text.rsplit(":", 1)[0] if text.count(":") == 1 else text
    if _LOCAL.fullmatch(host):
        return "local"
    if found is not None:
        return "remote" if host and HOLE not in host else None
    return "remote" if host != text and _HOST.fullmatch(host) else None


_DELAY = re.compile(
    r"(?:^|[/?&])(?:[\w-]*[_-])?(delay|sleep|latency|wait|pause)(_ms|_s|_seconds|ms)?[=/](\d+(?:\.\d+)?)(ms|s)?(?![\w.])",
    re.IGNORECASE,
)


def stated_delay(text: str) -> float | None:
    """Nanoseconds that a request asks the server to wait: `?delay=20`, `/sleep/100ms`. Milliseconds where no unit is given."""
    found = _DELAY.search(text)
    if found is None:
        return None
    unit = (found[4] or found[2] or "").lstrip("_").lower()
    return float(found[3]) * (1e9 if unit in ("s", "seconds") else 1e6)


def peer_of(name: str, bound: Bound, scope: ModuleScope) -> Peer:
    """The other side of a call that talks to one: by its arguments, by what its receiver was connected to, by its file."""
    if scope.peers is None:
        scope.peers = peers_of_file(scope.syntax.lines)
    around = scope.peers
    wakes = _WAITS_INSIDE.get(name.rsplit(".", 2)[-2] + "." + name.rsplit(".", 1)[-1]) if name.count(".") > 1 else None
    if wakes is not None:
        return Peer("process" if wakes & around.methods else None)
    texts = _texts(bound)
    place = next((p for p in map(_addressed, texts) if p is not None), None)
    if place is None and _is_default(name, bound):
        place = "local"
    if place is None or (place == "local" and around.place == "process"):
        place = around.place
    return Peer(place, _delay(bound, [text for _, text in texts], around.delay))


def _delay(bound: Bound, texts: list[str], usual: float) -> float:
    """What the server is asked to wait: in the address or in a dict of parameters, else as usual in the file."""
    stated = [d for text in texts if (d := stated_delay(text)) is not None]
    for _, value in bound.parameters:
        for name, given in value.columns or () if value.type == "dict" else ():
            if given.number is not None and (d := stated_delay(f"{name}={given.number.likely:g}")) is not None:
                stated.append(d)
    if stated:
        return max(stated)
    paths = [text for value in bound.positional if (text := text_of(value)) is not None and "/" in text]
    return usual if not paths or any(text.endswith(HOLE) for text in paths) else 0.0


def address_of(name: str, bound: Bound) -> str | None:
    """What a client that is being made will talk to, as far as the call says."""
    found = next((text for named, text in _texts(bound) if _addressed((named, text)) is not None), None)
    return "localhost" if found is None and _is_default(name, bound) else found


def _is_default(name: str, bound: Bound) -> bool:
    parameter = _LOCAL_BY_DEFAULT.get(name)
    if parameter is None or bound.receiver is not None or bound.positional or bound.has_star:
        return False
    return bound.get(parameter) is None


def _addressed(named: tuple[bool, str]) -> Place | None:
    is_host, text = named
    if is_host and _HOST.fullmatch(text) and not _LOCAL.fullmatch(text):
        return "remote"
    return place_of(text)


def _texts(bound: Bound) -> list[tuple[bool, str]]:
    """The texts that may say where the other side is, and whether each stands where a bare host name does."""
    keywords = {id(v): k for k, v in bound.parameters}
    found: list[tuple[bool, str]] = []
    for value in (*bound.positional, *(v for _, v in bound.parameters), bound.receiver):
        if value is None:
            continue
        text = text_of(value)
        if text is not None:
            found.append((keywords.get(id(value)) in _NAMES_A_HOST, text))
        elif value.text is not None:  # a connection
            found.append((True, value.text))
        elif value.type == "tuple" and value.items and (text := text_of(value.items[0])) is not None:
            found.append((True, text))
    return found


# Waits for other threads or tasks of the program, and the methods by which these end it.
_PUT, _NOTIFY, _SET = {"put", "put_nowait"}, {"notify", "notify_all"}, {"set"}
_WAITS_INSIDE: dict[str, set[str]] = {
    "Queue.get": _PUT,
    "LifoQueue.get": _PUT,
    "PriorityQueue.get": _PUT,
    "SimpleQueue.get": _PUT,
    "Condition.wait": _NOTIFY,
    "Condition.wait_for": _NOTIFY,
    "Event.wait": _SET,
}

# The file as evidence: what it names, and the addresses among its strings.

_SERVES = {
    "serve_forever", "TCPServer", "ThreadingTCPServer", "UnixStreamServer", "HTTPServer", "ThreadingHTTPServer",
    "start_server", "start_unix_server", "create_server", "listen", "TCPSite", "make_server", "SimpleXMLRPCServer",
    "add_insecure_port", "add_secure_port",
}  # fmt: skip
_ASKS = {
    "create_connection", "connect", "connect_ex", "urlopen", "open_connection", "open_unix_connection", "HTTPConnection",
    "requests", "httpx", "urllib3", "ClientSession", "ServerProxy", "insecure_channel", "request",
}  # fmt: skip
_IN_THREADS = {"Thread", "ThreadPoolExecutor", "start_new_thread", "to_thread", "run_in_executor"}
_IN_PROCESSES = {"Process", "fork", "Popen"}
_ON_LOOP = {"start_server", "start_unix_server", "TCPSite"}


def peers_of_file(lines: Iterable[str]) -> Peers:
    """What a file says of the other sides of its connections."""
    names, methods, strings = _read("".join(lines))
    delays = [d for text in strings if (d := stated_delay(text)) is not None]
    return Peers(_place_by_file(names, strings), max(delays, default=0.0), frozenset(methods))


def _place_by_file(names: set[str], strings: list[str]) -> Place | None:
    """By a server of its own, or by addresses that are all of one kind."""
    both = bool(_SERVES & names) and bool(_ASKS & names)
    if "socketpair" in names or (both and bool((_IN_THREADS | _ON_LOOP | _IN_PROCESSES) & names)):
        return "local" if _IN_PROCESSES & names and not _IN_THREADS & names else "process"
    places = {p for p in map(place_of, strings) if p is not None}
    return places.pop() if len(places) == 1 else None


def _read(text: str) -> tuple[set[str], set[str], list[str]]:
    """All names, those after a dot, and all strings but docstrings; comments say nothing."""
    names: set[str] = set()
    methods: set[str] = set()
    dotted = False
    strings: list[str] = []
    starts = True
    # Where the tokenizer gives up, what was read until there counts.
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for tok in tokenize.generate_tokens(io.StringIO(text).readline):
            if tok.type == token.NAME:
                names.add(tok.string)
                if dotted:
                    methods.add(tok.string)
            elif (tok.type == token.STRING and not starts) or tok.type == _F_STRING:
                strings.append(tok.string.lstrip("rbfuRBFU").strip("'\""))
            dotted = tok.string == "."
            if tok.type not in (token.COMMENT, token.NL):
                starts = tok.type in (token.NEWLINE, token.INDENT, token.DEDENT, token.ENCODING)
    return names, methods, strings


_F_STRING = getattr(token, "FSTRING_MIDDLE", -1)  # Python 3.12 and later


# Texts that follow from others

_KEEPS_TEXT = {"str.strip", "str.rstrip", "str.lstrip", "str.lower", "str.removesuffix", "str.removeprefix"}
_JOINS_URLS = {"urllib.parse.urljoin", "requests.compat.urljoin"}
_ENVIRONMENT = {"os.getenv", "os.environ.get"}
_HOLES = re.compile(r"\{[^{}]*\}|%[-+ #0]*[\d.]*[a-zA-Z]")


def filled(template: Value) -> str | None:
    """What is known of a text into which values are put: `template.format(...)`, `template % values`."""
    text = text_of(template)
    return _HOLES.sub(HOLE, text) if text is not None else None


def text_made(name: str, bound: Bound) -> str | None:
    """The text that a call gives back, as far as it is known; for a variable of the environment its default."""
    if name in _KEEPS_TEXT:
        return text_of(bound.receiver)
    if name == "str.format":
        return filled(bound.receiver) if bound.receiver is not None else None
    if name in _ENVIRONMENT:
        return text_of(bound.get("default"))
    if name in _JOINS_URLS and len(bound.positional) > 1:
        base, path = (text_of(v) or HOLE for v in bound.positional[:2])
        return path if place_of(path) is not None else f"{base.rstrip('/')}/{path.lstrip('/')}"
    return None


def joined(pieces: Iterable[Value | str]) -> str | None:
    """Texts one after the other; None where nothing of them is known."""
    parts = [p if isinstance(p, str) else printed_text(p) for p in pieces]
    text = "".join(HOLE if p is None else p for p in parts)
    return text if text.strip(HOLE) and len(text) <= 300 else None


def printed_text(value: Value) -> str | None:
    """What `str(value)` gives, as far as it is known."""
    if value.literal is not None and isinstance(value.literal.value, (int, float, str)):
        return str(value.literal.value)
    return value.text if value.type == "str" else None
