"""Where the other side of a connection is: far away, on this machine, or in this very process. Loopback answers at once."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import token
import tokenize
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.knowledge.schema import Fact
from gillint.resolve.scope import Journal, ModuleScope, Peers
from gillint.resolve.text.texts import ANY, Text
from gillint.resolve.trace import Bound, Peer, Place
from gillint.resolve.values import Value, text_of
from gillint.syntax.servers import Server, read_server
from gillint.syntax.tree import HOLE
from gillint.syntax.writes import splits_messages

_LOCAL = re.compile(r"localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^@/?#\s]*@)?(\[[^\]]*\]|[^:/?#\s]*)", re.IGNORECASE)
_DSN = re.compile(r"\bhost(?:addr)?\s*=\s*['\"]?([^\s;'\"]+)")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+|\[?::1\]?|localhost")
_NUMBERS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
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
    if _NUMBERS.fullmatch(host):
        return "remote"
    return "remote" if host != text and _HOST.fullmatch(host) else None


_DELAY = re.compile(
    r"(?:^|[/?&])(?:[\w-]*[_-])?(delay|sleep|latency|wait|pause)(_ms|_s|_seconds|ms)?[=/](?:(\d+(?:\.\d+)?)(ms|s)?(?![\w.])|[{]|"
    + HOLE
    + ")",
    re.IGNORECASE,
)


_SHORT_DELAY_NS = 10e6
_NEAR_NS = 50e6  # whoever asks a server to wait for less than the way to a distant one takes has it near by
# A handler of `http.server` sends head and body apart; on a connection that is kept open the second one waits for the client's
# delayed acknowledgement (measured: 42 ms a request), unless Nagle's algorithm is off.
_DELAYED_ACK_NS = 40e6


def stated_delay(text: str) -> float | None:
    """Nanoseconds that a request asks the server to wait: `?delay=20`, `/sleep/100ms`. Milliseconds where no unit is given.

    A delay whose amount is not known is taken for a short one.
    """
    found = _DELAY.search(text)
    if found is None:
        return None
    if found[3] is None:
        return _SHORT_DELAY_NS
    unit = (found[4] or found[2] or "").lstrip("_").lower()
    return float(found[3]) * (1e9 if unit in ("s", "seconds") else 1e6)


def around(scope: ModuleScope) -> Peers:
    """What the file as a whole says."""
    if scope.peers is None:
        found = peers_of_file(scope.syntax.texts)
        text = "".join(scope.syntax.lines)
        if found.server is None and found.serves:
            found = replace(found, server=read_server(text, whole=False))
        if found.methods & _SENDS and found.methods & _READS:
            own = None if found.program is not None or not found.serves else False
            halves = splits_messages(text, of_server=own)
            server = splits_messages(found.program or text, of_server=None if found.program is not None else True)
            found = replace(found, splits=halves + server, halves=halves)
        scope.peers = found
    return scope.peers


def peer_of(
    fact: Fact | None, name: str, bound: Bound, scope: ModuleScope, body: Estimate | None = None
) -> Peer | None:
    """The other side of a call that talks to one: by its arguments, by what its receiver was connected to, by its file.

    `body`: how much the program's own server sends, where that is known.
    """
    if fact is None or not (fact.talks or name in _SENDING):
        return None
    said = around(scope)
    wakes = _WAITS_INSIDE.get(name.rsplit(".", 2)[-2] + "." + name.rsplit(".", 1)[-1]) if name.count(".") > 1 else None
    if wakes is not None:
        return Peer("process" if wakes & said.methods else None)
    texts = _texts(bound)
    place = next((p for p in map(_addressed, texts) if p is not None), None)
    if place is None and _is_default(name, bound):
        place = "local"
    if place is None or (place == "local" and said.place in ("process", "itself")):
        place = said.place
    server = said.server if place in ("process", "local") else None
    delay = _delay(bound, [text for _, text in texts], said.delay, is_own=place == "process")
    if place is None and 0 < delay <= _NEAR_NS:
        place = "local"
    asked = [text for _, text in texts]
    silent = name.endswith(_ASKS_NOTHING) and not (is_answered(fact) or name.startswith(_SOCKET))
    pause = _pause(name, bound, asked, server, said.methods, body) if server is not None and not silent else 0.0
    if name in _SENDING:
        pause = _held_back(bound, said, pause)
        if not pause:
            return None
    if name == _CLIENT and _challenges(bound):
        pause += _DELAYED_ACK_NS
    return Peer(place, max(delay, pause), _in_turn(name, server) if server is not None and place == "local" else None)


_CLIENT = "multiprocessing.connection.Client"


def _challenges(bound: Bound) -> bool:
    """Whether a connection over TCP begins with a challenge: the client says last that it is content, so that Nagle's
    algorithm keeps its first message back until that is acknowledged: once a connection.
    """
    address, key = bound.get("address"), bound.get("authkey")
    return key is not None and key.type != "NoneType" and (address is None or address.type != "str")


_SENDING = ("socket.socket.send", "socket.socket.sendall")
_READS = {"recv", "recv_into", "makefile", "readline", "rfile"}
_SEGMENT = 65_483  # bytes over loopback: a whole one is sent at once


def _held_back(bound: Bound, said: Peers, pause: float) -> float:
    """How long one of the pieces of a message is on its way, where Nagle's algorithm keeps the second one back."""
    size = bound.positional[0].size if bound.positional else None
    if size is not None and size.likely >= _SEGMENT:
        return pause
    return (pause + said.splits * _DELAYED_ACK_NS) / (2.0 if said.halves else 1.0)


def _in_turn(name: str, server: Server) -> Literal["request", "connection"] | None:
    """What of its clients a server of the program's own serves one after the other."""
    if not server.in_turn:
        return None
    return "connection" if server.keeps and (name.startswith("socket.") or _keeps_open(name)) else "request"


def _keeps_open(name: str) -> bool:
    """Whether a client of HTTP uses its connection for the next request, too. A session of a database is none."""
    return not name.startswith(_DATABASES) and any(kind in name for kind in ("Connection", "Session", "Client", "Pool"))


_DATABASES = ("sqlalchemy.", "psycopg", "pymongo.", "redis.", "pymysql.", "sqlite3.", "MySQLdb.", "asyncpg.", "duckdb.")


def _pause(
    name: str, bound: Bound, texts: list[str], server: Server, methods: frozenset[str], body: Estimate | None
) -> float:
    """How long the program's own server pauses before it answers: by what is asked for, where it makes a difference."""
    if has_begun(bound):
        return 0.0
    is_socket = name.startswith(_SOCKET)
    method = name.rsplit(".", 1)[-1]
    if is_socket and method not in (_SENDS & methods or _RECEIVES):
        return 0.0  # an answer is read in pieces, a request is sent at once: each stands for one wait
    asked = [p.length for p in server.pauses if any(w in text for w in p.words for text in texts)]
    usual = max((p.length for p in server.pauses if not p.words), default=0.0)
    held_back = server.splits and _keeps_open(name) and not _goes_at_once(name, bound, texts, body)
    return max(sum(asked) + usual, _DELAYED_ACK_NS if held_back else 0.0)


def _goes_at_once(name: str, bound: Bound, texts: list[str], body: Estimate | None) -> bool:
    """Whether nothing of an answer waits for the acknowledgement of its head: there is no body, or a whole segment of it.

    What a query asks for may be less than what the server sends without one.
    """
    asks_for_part = bound.get("params") is not None or any("?" in text for text in texts)
    least = body.low if body is not None and asks_for_part else body.likely if body is not None else 0.0
    return name.endswith(".head") or least >= _SEGMENT


_SOCKET = "socket.socket."
_SENDS = {"send", "sendall", "sendto"}
_RECEIVES = {"recv", "recv_into", "recvfrom"}
# What is sent to a server, or closed, waits for no answer.
_ASKS_NOTHING = (
    ".connect", ".connect_ex", ".create_connection", ".open_connection", ".send", ".sendall", ".sendto", ".request",
    ".putrequest", ".endheaders", ".write", ".drain", ".close", ".shutdown", ".__enter__", ".__exit__", ".flush", ".accept",
    ".select", "select.poll.poll", "select.epoll.poll",
)  # fmt: skip


def is_answered(fact: Fact | None) -> bool:
    """Whether what a call gives back is the answer: that of `session.send(prepared)`, of `pool.request("GET", url)`."""
    returns = fact.behaviour.returns if fact is not None else None
    return returns is not None and (returns.type or "").endswith("Response")


def has_begun(bound: Bound) -> bool:
    """Whether a call reads on in an answer that has begun."""
    return bound.receiver is not None and (bound.receiver.type or "").endswith("Response")


def _delay(bound: Bound, texts: list[str], usual: float, *, is_own: bool) -> float:
    """What the server is asked to wait: in the address or in a dict of parameters, else as usual in the file.

    What has begun to answer has waited already.
    """
    if has_begun(bound):
        return 0.0
    stated = [d for text in texts if (d := stated_delay(text)) is not None]
    for _, value in bound.parameters:
        for name, given in value.columns or () if value.type == "dict" else ():
            amount = f"{given.number.likely:g}" if given.number is not None else _characters(given) or HOLE
            if (d := stated_delay(f"{name}={amount}")) is not None:
                stated.append(d)
    if stated:
        return max(stated)
    paths = [text for value in bound.positional if (text := _characters(value)) is not None and "/" in text]
    is_open = (text.endswith(HOLE) if is_own else _PATH_IS_OPEN.search(text) is not None for text in paths)
    return usual if not paths or any(is_open) else 0.0


# What a server of somebody else's is asked for is not known: a hole behind the host, or behind another hole; `/page/` before
# one says that it is no pause.
_PATH_IS_OPEN = re.compile(rf"^([a-z+]+://[^/]*)?[/{HOLE}]*{HOLE}$", re.IGNORECASE)


def _address_of(name: str, bound: Bound) -> Text | None:
    """What a client that is being made will talk to, as far as the call says."""
    found = next((text for named, text in _texts(bound) if _addressed((named, text)) is not None), None)
    if found is None and _is_default(name, bound):
        found = "localhost"
    return Text(found) if found is not None else None


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
        text = _characters(value)
        if text is not None:
            found.append((keywords.get(id(value)) in _NAMES_A_HOST, text))
        elif value.text is not None and value.type is not None and "." in value.type:  # a connection
            found.append((True, value.text.pattern))
        elif value.type == "tuple" and value.items and (text := _characters(value.items[0])) is not None:
            found.append((True, text))
    return found


# Waits for other threads, tasks or processes of the program, and the methods by which these end it.
_PUT, _NOTIFY, _SET = {"put", "put_nowait"}, {"notify", "notify_all"}, {"set"}
_WAITS_INSIDE: dict[str, set[str]] = {
    "Queue.get": _PUT,
    "LifoQueue.get": _PUT,
    "PriorityQueue.get": _PUT,
    "SimpleQueue.get": _PUT,
    "Connection.recv": {"send", "send_bytes"},
    "Connection.recv_bytes": {"send", "send_bytes"},
    "Condition.wait": _NOTIFY,
    "Condition.wait_for": _NOTIFY,
    "Event.wait": _SET,
    "Queue.join": {"task_done"},
    "LifoQueue.join": {"task_done"},
    "PriorityQueue.join": {"task_done"},
    "Thread.join": {"start"},
}

# The file as evidence: what it names, and the addresses among its strings.

_SERVES = {
    "serve_forever", "TCPServer", "ThreadingTCPServer", "UnixStreamServer", "HTTPServer", "ThreadingHTTPServer",
    "start_server", "start_unix_server", "create_server", "listen", "TCPSite", "make_server", "SimpleXMLRPCServer",
    "add_insecure_port", "add_secure_port", "Listener",
}  # fmt: skip
_SERVING = re.compile(rf"\b(?:(?:{'|'.join(sorted(_SERVES))}|bind|run_app)\(|(?:uvicorn|app)\.run\()")
_ASKS = {
    "create_connection", "connect", "connect_ex", "urlopen", "open_connection", "open_unix_connection", "HTTPConnection",
    "requests", "httpx", "urllib3", "ClientSession", "ServerProxy", "insecure_channel", "request", "Client",
}  # fmt: skip
# A proxy accepts first, and then connects.
_CONNECTS_FIRST = re.compile(r"\b(?:connect|connect_ex|create_connection)\((?:.*\n)*?.*\.accept\(")
_IN_THREADS = {"Thread", "ThreadPoolExecutor", "start_new_thread", "to_thread", "run_in_executor"}
_IN_PROCESSES = {"Process", "fork", "Popen"}
_ON_LOOP = {"start_server", "start_unix_server", "TCPSite"}


def peers_of_file(texts: Iterable[str]) -> Peers:
    """What a file, in pieces that each can be read alone, says of the other sides of its connections."""
    names: set[str] = set()
    methods: set[str] = set()
    strings: list[str] = []
    in_one = False
    texts = tuple(texts)
    for text in texts:
        found = _read(text)
        names |= found[0]
        in_one = in_one or ("accept" in found[1] and _CONNECTS_FIRST.search(text) is not None)
        methods |= found[1]
        strings += found[2]
    programs = [text for text in strings if "\n" in text and _SERVING.search(text) is not None]
    servers = [(server, text) for text in programs if (server := read_server(text, whole=True)) is not None]
    delays = [d for text in strings if text not in programs and (d := stated_delay(text)) is not None]
    apart = bool(servers) or _serves_apart(texts)
    place = "local" if apart else _place_by_file(names, strings, in_one=in_one)
    serves = bool(_SERVES & names) and place in ("process", "local")
    server, program = servers[0] if servers else (None, None)
    files = server is None and "http.server" in strings
    said = Peers(place, max(delays, default=0.0), frozenset(methods), server, serves, program, files)
    alone = names.isdisjoint(_STARTS)
    return replace(said, journal=_journal(strings), begins=any(map(_BEGINS.match, strings)), alone=alone)


_IN_A_PROCESS = re.compile(r"\bProcess\((?:[^()]*,)?\s*target\s*=\s*(\w+)")
_DEFINES = re.compile(r"^\s*(?:async +)?def +(\w+)", re.MULTILINE)


def _serves_apart(texts: tuple[str, ...]) -> bool:
    """Whether a process is started for a function that serves: then its clients may have threads of their own."""
    started = {name for text in texts for name in _IN_A_PROCESS.findall(text)}
    serving = (text for text in texts if started and _SERVING.search(text) is not None)
    return any(started & set(_DEFINES.findall(text)) for text in serving)


_BEGINS = re.compile(r"\s*begin\b", re.IGNORECASE)
_LOGS = re.compile(r"\bjournal_mode\s*=\s*['\"]?wal\b", re.IGNORECASE)
_SYNCS = re.compile(r"\bsynchronous\s*=\s*['\"]?(off|0|normal|1)\b", re.IGNORECASE)


def _journal(strings: list[str]) -> Journal:
    """By the pragmas among its strings: with a write-ahead log, `normal` waits for the disk as seldom as `off`."""
    logs = any(_LOGS.search(text) is not None for text in strings)
    said = {found[1].lower() for text in strings if (found := _SYNCS.search(text)) is not None}
    if said & {"off", "0"} or (logs and said):
        return "unsynced"
    return "wal" if logs else "file"


# What has somebody else read and write the other end of a pair of sockets.
_RUNS_BESIDE = _IN_THREADS | _IN_PROCESSES | {
    "threading", "concurrent", "asyncio", "multiprocessing", "subprocess", "trio", "anyio", "curio", "gevent", "eventlet", "ssl",
    "pass_fds", "send_fds", "posix_spawn", "joblib",
}  # fmt: skip


# What starts something that runs beside the rest: a thread, a process, a task, a handler of signals.
_STARTS = _IN_THREADS | _IN_PROCESSES | {
    "Timer", "ProcessPoolExecutor", "InterpreterPoolExecutor", "ThreadPool", "Pool", "submit", "thread_map", "create_task",
    "ensure_future", "gather", "TaskGroup", "as_completed", "call_later", "call_soon", "call_soon_threadsafe", "call_at",
    "signal", "add_signal_handler", "start_soon", "joblib", "trio", "anyio", "gevent", "eventlet", "start_server",
    "watchdog", "call_in_thread",
    "sched", "run_coroutine_threadsafe", "QThread", "Greenlet", "Listener",
}  # fmt: skip


# Datagrams that are sent to the address which the system gave another socket of the file, and received behind that.
_OF_ITSELF = {"SOCK_DGRAM", "bind", "getsockname", "sendto", "recvfrom"}


def _place_by_file(names: set[str], strings: list[str], *, in_one: bool = False) -> Place | None:
    """By a server of its own, or by addresses that are all of one kind; `in_one`: one function connects and accepts."""
    both = bool(_SERVES & names) and bool(_ASKS & names)
    if "socketpair" in names and names.isdisjoint(_RUNS_BESIDE):
        return "itself"  # one thread has both ends
    if "socketpair" in names or (both and bool((_IN_THREADS | _ON_LOOP | _IN_PROCESSES) & names)):
        return "local" if _IN_PROCESSES & names and not _IN_THREADS & names else "process"
    if names >= _OF_ITSELF and names.isdisjoint(_IN_THREADS | _ON_LOOP | _IN_PROCESSES):
        return "itself"
    if in_one and names.isdisjoint(_RUNS_BESIDE):
        return "itself"
    places = {p for p in map(place_of, strings) if p is not None}
    return places.pop() if len(places) == 1 else None


@lru_cache(maxsize=4096)  # an editor asks again after each keystroke, which changes one function
def _read(text: str) -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
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
                strings.append(_characters_of(tok.string))
            dotted = tok.string == "."
            if tok.type not in (token.COMMENT, token.NL):
                starts = tok.type in (token.NEWLINE, token.INDENT, token.DEDENT, token.ENCODING)
    return frozenset(names), frozenset(methods), tuple(strings)


def _characters_of(literal: str) -> str:
    """What is between the quotes; of a program, which its escapes would break, the text itself."""
    if literal[:1] in "rR'\"" and literal.lstrip("rR")[:3] in ('"""', "'''"):
        with contextlib.suppress(SyntaxError, ValueError):
            return str(ast.literal_eval(literal))
    return literal.lstrip("rbfuRBFU").strip("'\"")


_F_STRING = getattr(token, "FSTRING_MIDDLE", -1)  # Python 3.12 and later


# Texts that follow from others

_JOINS_URLS = {"urllib.parse.urljoin", "requests.compat.urljoin"}
_ENVIRONMENT = {"os.getenv", "os.environ.get"}
_LOOKS_HOSTS_UP = {"socket.gethostbyname", "socket.gethostbyaddr"}  # what they give back leads where the name led


def _text_made(name: str, bound: Bound) -> Text | None:
    """The text that a call gives back, as far as it is known; for a variable of the environment its default."""
    if name in _ENVIRONMENT:
        return text_of(bound.get("default"))
    if name in _LOOKS_HOSTS_UP and bound.positional:
        return text_of(bound.positional[0])
    if name == "urllib.parse.urlencode" and bound.positional and bound.positional[0].columns is not None:
        return Text("&".join(f"{k}={(text_of(v) or ANY).pattern}" for k, v in bound.positional[0].columns))
    if name in _JOINS_URLS and len(bound.positional) > 1:
        base, path = (_characters(v) or HOLE for v in bound.positional[:2])
        return Text(path if place_of(path) is not None else f"{base.rstrip('/')}/{path.lstrip('/')}")
    return None


def _characters(value: Value) -> str | None:
    """What is known of a string."""
    known = text_of(value) if value.type == "str" else None
    return known.pattern if known is not None else None


def with_text(name: str, bound: Bound, result: Value) -> Value:
    """The same with what is known of a text that is made, or of the address of a client."""
    if (result.text or ANY).pattern != ANY.pattern or result.literal is not None or result.type is None:
        return result
    text = _text_made(name, bound) if result.type == "str" else None
    if name == "sqlite3.connect":
        text = text_of(bound.get("database"))
    elif "." in result.type and "::" not in result.type:
        text = _address_of(name, bound)
    return replace(result, text=text) if text is not None else result
