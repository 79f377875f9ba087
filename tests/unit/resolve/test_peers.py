"""Who answers: a server far away, one on this machine, or one in the same process; and what it is told to wait."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.costs.demand import Demand
from gillint.pipeline import analyse
from gillint.resolve.external.peers import peers_of_file, place_of, stated_delay
from gillint.scaling.predict import Prediction
from gillint.syntax.tree import HOLE


def prediction_of(source: str, python: str = "3.11") -> Prediction:
    result = analyse(dedent(source), "program.py", Options(cores=2, threads=2, python=python))
    assert result.verdict is not None
    return result.regions[result.verdict].prediction


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("http://localhost:8000/items", "local"),
        (f"http://127.0.0.1:{HOLE}/items", "local"),
        ("redis://:secret@localhost:6379/0", "local"),
        ("localhost:9092", "local"),
        ("127.0.0.1", "local"),
        ("host=localhost port=5432 dbname=shop", "local"),
        ("http://[::1]:8080/", "local"),
        ("https://api.example.com/v1", "remote"),
        ("postgresql://app@db:5432/shop", "remote"),
        ("db.example.com:5432", "remote"),
        ("8.8.8.8", "remote"),
        ("sqlite:///shop.db", "process"),
        ("http://\u25a1/items", None),
        ("/items", None),
        ("report.txt", None),
        ("GET", None),
    ],
)
def test_where_an_address_leads(text: str, place: str | None) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        (f"http://127.0.0.1/json/{HOLE}?delay=30", 30e6),
        ("/slow?page=2&latency_ms=5", 5e6),
        ("/sleep/100ms", 100e6),
        ("/delay/2s", 2e9),
        (f"/rows?delay={HOLE}", 10e6),
        ("/rows?delay={PAUSE}", 10e6),
        ("/items?delayed=3", None),
        ("/wait/list", None),
        ("/json/200", None),
    ],
)
def test_what_a_request_asks_the_server_to_wait(text: str, delay: float | None) -> None:
    assert stated_delay(text) == delay


SERVER = """
    import socketserver, threading, socket
    server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
    {start}
    sock = socket.create_connection(server.server_address)
"""


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (SERVER.format(start="threading.Thread(target=server.serve_forever).start()"), "process"),
        (SERVER.format(start="multiprocessing.Process(target=server.serve_forever).start()"), "local"),
        ("a, b = socket.socketpair()", "itself"),
        ("import threading\na, b = socket.socketpair()", "process"),
        ("a, b = socket.socketpair()\nmultiprocessing.Process(target=echo, args=(b,)).start()", "local"),
        ('BASE = "http://localhost:8000"', "local"),
        ('BASE = f"http://localhost:{PORT}/{name}"', "local"),
        ('BASE = "https://example.com/"', "remote"),
        ('A, B = "http://localhost:8000", "https://example.com/"', None),
        ('"""Asks http://localhost:8000."""\nBASE = sys.argv[1]', None),
        ("BASE = sys.argv[1]  # http://localhost:8000", None),
    ],
)
def test_what_a_file_says_of_the_other_side(source: str, place: str | None) -> None:
    assert peers_of_file([dedent(source)]).place == place


ASKING = """
    import os, sys, requests
    BASE = {base}
    class Api:
        def __init__(self, base):
            self.base, self.session = base.rstrip("/"), requests.Session()
        def rows(self, n):
            return self.session.get(f"{{self.base}}/rows/{{n}}{query}").json()
    def work():
        api = Api(BASE)
        return [api.rows(n) for n in range(20)]
"""


@pytest.mark.parametrize(
    ("base", "query", "bound"),
    [
        ('"https://api.example.com"', "", "io"),
        ("sys.argv[1]", "", "io"),
        ('os.environ["BASE"]', "", "io"),
        ('"http://localhost:8000"', "", "mixed"),
        ('os.environ.get("BASE", "http://127.0.0.1:8000")', "", "mixed"),
        ('"http://localhost:8000"', "?delay=20", "io"),
    ],
)
def test_a_server_on_this_machine_answers_at_once(base: str, query: str, bound: str) -> None:
    assert prediction_of(ASKING.format(base=base, query=query)).bound.value == bound


CHILD = """
    import subprocess, sys, urllib.request
    SERVER = '''
    import time
    from http.server import BaseHTTPRequestHandler, {kind}
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            {pause}
            self.wfile.write(b"ok")
    server = {kind}(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    '''
    child = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE)
    PORT = int(child.stdout.readline())
    def work():
        return [urllib.request.urlopen(f"http://127.0.0.1:{{PORT}}/{{n}}").read() for n in range(20)]
"""


@pytest.mark.parametrize(
    ("kind", "pause", "bound", "scales"),
    [
        ("ThreadingHTTPServer", "pass", "mixed", True),
        ("ThreadingHTTPServer", "time.sleep(0.02)", "io", True),
        ("HTTPServer", "time.sleep(0.02)", "io", False),  # it is the server that takes one request after the other
    ],
)
def test_a_server_that_is_the_text_of_a_program_is_read(kind: str, pause: str, bound: str, scales: bool) -> None:
    found = prediction_of(CHILD.format(kind=kind, pause=pause))
    assert (found.bound.value, (found.ceiling.likely or 0.0) > 1.25) == (bound, scales)


IN_A_PROCESS = """
    import multiprocessing, socket
    def serve(listener):
        while True:
            connection, _ = listener.accept()
            for n in range(1000):
                connection.sendall(str(sum(i * i for i in range(n))).encode())
            connection.close()
    listener = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.Process(target=serve, args=(listener,))
    process.start()
    def work():
        total = 0
        with socket.create_connection(listener.getsockname()) as sock:
            while data := sock.recv(4096):
                total += len(data)
        return total
"""


FRAMED = """
    import socket, struct
    def send(sock, data):
        {send}
    def work():
        with socket.create_connection(("127.0.0.1", 9000)) as sock:
            for n in range(20):
                send(sock, b"x" * {size})
                sock.recv(4096)
"""
IN_TWO = 'sock.sendall(struct.pack("!I", len(data)))\n        sock.sendall(data)'


@pytest.mark.parametrize(
    ("send", "size", "waits"),
    [(IN_TWO, 100, True), (IN_TWO, 100_000, False), ('sock.sendall(struct.pack("!I", len(data)) + data)', 100, False)],
)
def test_the_second_piece_of_a_message_waits_for_the_first(send: str, size: int, waits: bool) -> None:
    result = analyse(
        dedent(FRAMED.format(send=send, size=size)), "program.py", Options(cores=2, threads=2, python="3.11")
    )
    assert result.verdict is not None
    assert (result.regions[result.verdict].demand.wait.likely > 30e6) is waits


def test_the_client_speaks_for_a_file_whose_server_runs_in_a_process() -> None:
    result = analyse(dedent(IN_A_PROCESS), "program.py", Options(cores=2, threads=2, python="3.11"))
    assert result.verdict is not None
    assert result.regions[result.verdict].region.function == "work"


def test_a_server_in_the_same_process_takes_turns_with_its_client() -> None:
    source = """
        import socket, threading
        listener = socket.create_server(("127.0.0.1", 0))
        def answer(conn):
            while data := conn.recv(1024):
                conn.sendall(data)
        def serve():
            while True:
                conn, _ = listener.accept()
                answer(conn)
        threading.Thread(target=serve, daemon=True).start()
        def work():
            with socket.create_connection(listener.getsockname()) as sock:
                for i in range(1000):
                    sock.sendall(b"ping %d" % i)
                    sock.recv(1024)
    """
    prediction = prediction_of(source)
    assert prediction.bound.value == "gil"
    assert prediction.help == "no"


def test_a_retry_ends_with_the_first_success() -> None:
    source = """
        import json, urllib.request
        def fetch(path):
            for attempt in range(5):
                try:
                    with urllib.request.urlopen("http://localhost:8000" + path) as response:
                        return json.load(response)
                except OSError as error:
                    last = error
            raise RuntimeError(last)
        def work():
            return [fetch(f"/{n}") for n in range(10)]
    """
    once = source.replace("range(5)", "range(1)")
    assert prediction_of(source).demand.gil.likely == prediction_of(once).demand.gil.likely


def test_a_server_in_the_file_is_not_what_the_file_is_about() -> None:
    source = """
        import multiprocessing, socket, struct
        def serve(listener):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"".join(struct.pack("!I", n) for n in range(5000)))
        listener = socket.create_server(("localhost", 0))
        multiprocessing.Process(target=serve, args=(listener,), daemon=True).start()
        def work():
            total = 0
            with socket.create_connection(listener.getsockname()) as sock:
                while data := sock.recv(8192):
                    total += len(data)
            return total
        if __name__ == "__main__":
            print(work())
    """
    result = analyse(dedent(source), "program.py", Options(cores=2, threads=2, python="3.11"))
    assert result.verdict is not None
    assert result.regions[result.verdict].region.function == "work"


def test_lines_from_a_peer_are_waited_for() -> None:
    source = """
        import socket
        def work():
            with socket.create_connection(("db.example.com", 5555)) as sock, sock.makefile("rb") as lines:
                return [line.split(b",") for line in lines]
    """
    assert prediction_of(source).bound.value == "io"
    assert prediction_of(source.replace("db.example.com", "localhost")).bound.value == "io"


def test_what_a_child_prints_is_waited_for() -> None:
    source = """
        import json, subprocess
        def work():
            with subprocess.Popen(["producer"], stdout=subprocess.PIPE) as process:
                return [json.loads(line) for line in process.stdout]
    """
    assert prediction_of(source).bound.value == "io"


@pytest.mark.parametrize(
    "asking",
    [
        'urlopen(f"{BASE}/rows?delay=20")',
        'urlopen(BASE + "/rows?delay=20")',
        'urlopen("%s/rows?delay=%d" % (BASE, 20))',
        'urlopen("{}/rows?delay={}".format(BASE, 20))',
        'urlopen(urljoin(BASE, "/rows?delay=20"))',
        "urlopen(f\"{BASE}/rows?{urlencode({'delay': DELAYS[n % 2]})}\")",
        'urlopen(Request(BASE + "/rows?delay=20"))',
        'requests.get(BASE + "/rows", params={"delay": 20})',
        'requests.get(f"{BASE}/delay/{n}")',
    ],
)
def test_a_delay_is_found_however_the_address_is_put_together(asking: str) -> None:
    source = f"""
        import requests
        from urllib.parse import urlencode, urljoin
        from urllib.request import Request, urlopen
        BASE = "http://localhost:8000"
        DELAYS = [20, 30]
        def work():
            for n in range(10):
                {asking}
    """
    prediction = prediction_of(source)
    assert prediction.bound.value == "io"
    assert prediction.demand.wait.likely >= 5e6


SERVED_BY_A_LIBRARY = """
    import socketserver, threading, socket
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            for line in self.rfile:
                self.wfile.write(line.upper())
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    def ask(sock, text):
        sock.sendall(text.encode() + b"\\n")
        return sock.recv(4096)
    def work():
        with socket.create_connection(server.server_address) as sock:
            for i in range(200):
                ask(sock, f"line {i}")
"""


def test_a_program_is_its_client_and_not_the_server_that_it_brings_along() -> None:
    result = analyse(dedent(SERVED_BY_A_LIBRARY), "program.py", Options(cores=2, threads=2, python="3.11"))
    assert result.verdict is not None
    assert result.regions[result.verdict].region.function == "work"


BESIDE_A_WEB_SERVER = """
import subprocess, sys
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from models import User

SERVER = '''
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
'''
process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
url = f"http://127.0.0.1:{int(process.stdout.readline())}"
session = Session(create_engine("sqlite://"))
for n in range(1000):
    session.get(User, n)
"""


def test_a_session_of_a_database_is_not_held_up_by_the_web_server_beside_it() -> None:
    found = prediction_of(BESIDE_A_WEB_SERVER)
    assert found.bound.value == "gil"


KEPT_OPEN = """
import json, subprocess, sys
import requests, urllib3

SERVER = '''
import http.server, json
ROWS = [{"id": i, "name": "a name of twenty characters"} for i in range(2000)]
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/few":
            self.reply(json.dumps(ROWS[:10]).encode())
        else:
            self.reply(json.dumps(ROWS).encode())
    def reply(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_HEAD = do_GET
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
'''
process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
url = f"http://127.0.0.1:{int(process.stdout.readline())}"
session, pool = requests.Session(), urllib3.PoolManager()
for n in range(1000):
    ASKS
"""


@pytest.mark.parametrize(
    ("asks", "waits"),
    [
        ("session.get(url + '/few')", True),
        ("session.request('GET', url + '/few')", True),
        ("session.send(session.prepare_request(requests.Request('GET', url + '/few')))", True),
        ("pool.request('GET', url + '/few')", True),
        ("session.get(url + '/all')", False),  # a whole segment goes at once
        ("session.get(url + '/all', params={'page': n})", False),  # and is as long for any query, as far as is known
        ("session.head(url + '/few')", False),  # there is no body that could wait
    ],
)
def test_a_short_body_waits_for_the_acknowledgement_of_its_head(asks: str, waits: bool) -> None:
    report = analyse(KEPT_OPEN.replace("ASKS", asks), "a.py", Options())
    loop = KEPT_OPEN.count("\n") - 1
    region = next(r for r in report.regions if r.region.span.line == loop)
    assert region.demand is not None
    assert (region.demand.wait.likely > 30e6) == waits


WATCHED = """
import select, selectors, socket
left, right = socket.socketpair()
selector = selectors.DefaultSelector()
selector.register(right, selectors.EVENT_READ)
for n in range(1000):
    left.send(b"x")
    {asks}
"""


@pytest.mark.parametrize("asks", ["select.select([right], [], [], 1.0)[0][0].recv(1)", "selector.select(1.0)"])
def test_what_this_program_has_sent_itself_is_there(asks: str) -> None:
    report = analyse(WATCHED.format(asks=asks), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 6)
    assert region.demand is not None
    assert (region.demand.wait.likely, region.demand.unknown.likely) == (0.0, 0.0)


SERVED_APART = """
import http.server, urllib.request
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process
def serve():
    http.server.ThreadingHTTPServer(("127.0.0.1", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
def fetch(n):
    return urllib.request.urlopen(f"http://127.0.0.1:8000/{n}").read()
"""


def test_a_server_in_a_process_is_apart_whatever_else_has_threads() -> None:
    pool = "with ThreadPoolExecutor(4) as pool:\n    list(pool.map(fetch, range(100)))\n"
    assert peers_of_file((SERVED_APART, "Process(target=serve).start()\n", pool)).place == "local"
    assert peers_of_file((SERVED_APART, "Thread(target=serve).start()\n", pool)).place == "process"


ITSELF = """
import socket
here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
there.bind(("127.0.0.1", 0))
for number in range(1000):
    here.sendto(b"ping", there.getsockname())
    data, sender = there.recvfrom(100)
"""


def test_datagrams_that_a_program_sends_to_itself_are_there_when_it_receives_them() -> None:
    assert peers_of_file([ITSELF]).place == "itself"
    assert peers_of_file([ITSELF, "threading.Thread(target=serve).start()"]).place != "itself"
    assert prediction_of(ITSELF).bound.value != "io"


@pytest.mark.parametrize(("imports", "waits"), [("import socket", False), ("import socket, threading", True)])
def test_one_thread_finds_what_it_sent_into_a_pair_of_sockets(imports: str, waits: bool) -> None:
    source = f"""
    {imports}
    near, far = socket.socketpair()
    lines = far.makefile("rb")
    for n in range(1000):
        near.send(b"a line\\n")
        lines.readline()
    """
    report = analyse(dedent(source), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 5)
    assert region.demand is not None
    assert (region.demand.gil.likely > 20e3) == waits  # what the other side takes is work of this process


def turn_of(setup: str, asks: str) -> Demand:
    """What one turn of a loop that asks takes."""
    modules = (m for m in ("threading", "socket", "subprocess") if f"{m}." in setup + asks)
    source = "\n".join((*(f"import {m}" for m in modules), setup, "for n in range(100):", f"    {asks}", ""))
    report = analyse(source, "a.py", Options())
    loop = source[: source.index("for n in")].count("\n") + 1
    region = next(r for r in report.regions if r.region.span.line == loop)
    assert region.demand is not None
    return region.demand


# Events and conditions, and whether the GIL is given up for them.
TOLD = {
    "set before": ("ready = threading.Event()\nready.set()", "ready.wait()", False),
    "set before, with a time": ("ready = threading.Event()\nready.set()", "ready.wait(timeout=5)", False),
    "cleared, and set by a thread": (
        "ready = threading.Event()\nready.set()\nready.clear()\nthreading.Thread(target=ready.set).start()",
        "ready.wait()",
        True,
    ),
    "that nobody sets, for some time": ("ready = threading.Event()", "ready.wait(timeout=5)", True),
    "a condition that nobody tells, for some time": (
        "ready = threading.Condition()",
        "with ready:\n        ready.wait(5)",
        True,
    ),
    "set by a timer": ("ready = threading.Event()\nthreading.Timer(1, ready.set).start()", "ready.wait()", True),
    "a condition that holds": (
        "ready = threading.Condition()\nitems = [1]",
        "with ready:\n        ready.wait_for(lambda: items)",
        False,
    ),
}


@pytest.mark.parametrize(("setup", "asks", "waits"), TOLD.values(), ids=list(TOLD))
def test_what_nobody_else_could_end_does_not_wait(setup: str, asks: str, waits: bool) -> None:
    assert (turn_of(setup, asks).releases.likely > 0) == waits


def test_who_imports_an_event_may_set_it() -> None:
    source = (
        "import threading\nready = threading.Event()\ndef work():\n    for n in range(100):\n        ready.wait()\n"
    )
    region = next(r for r in analyse(source, "a.py", Options()).regions if r.region.span.line == 4)
    assert region.demand.wait.likely > 1e6


# Two ends of a connection, and whether the answer is waited for.
ENDS = {
    "of one thread": (
        "server = socket.create_server(('127.0.0.1', 0))\nclient = socket.create_connection(server.getsockname())\n"
        "there, _ = server.accept()",
        "client.sendall(b'x')\n    there.recv(10)",
        False,
    ),
    "of a proxy": (
        "server = socket.create_server(('127.0.0.1', 0))\nclient, _ = server.accept()\n"
        "there = socket.create_connection(('10.0.0.1', 80))",
        "client.sendall(b'x')\n    there.recv(10)",
        True,
    ),
    "of a child that echoes": (
        "child = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)",
        "child.stdin.write(b'x\\n')\n    child.stdout.readline()",
        False,
    ),
    "of a child that computes": (
        "child = subprocess.Popen(['solver'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)",
        "child.stdin.write('x\\n')\n    child.stdout.readline()",
        True,
    ),
}


@pytest.mark.parametrize(("setup", "asks", "waits"), ENDS.values(), ids=list(ENDS))
def test_who_has_both_ends_of_a_connection_waits_for_nobody(setup: str, asks: str, waits: bool) -> None:
    assert (turn_of(setup, asks).wait.likely > 20e3) == waits


FED = """
import asyncio, math
async def work():
    reader = asyncio.StreamReader()
    reader.feed_data(b"a line\\n" * 300)
    reader.feed_eof()
    {reads}
"""


@pytest.mark.parametrize(
    "reads",
    [
        "while not reader.at_eof():\n        await reader.readline()",
        "while chunk := await reader.read(7):\n        math.sqrt(1)",
        "async for line in reader:\n        line.split()",
    ],
)
def test_a_reader_that_is_fed_by_hand_does_not_wait(reads: str) -> None:
    report = analyse(FED.format(reads=reads), "a.py", Options())
    region = next(r for r in report.regions if r.region.span.line == 7)
    assert region.demand is not None
    assert region.demand.wait.likely == 0.0
    assert 300 < region.demand.gil.likely < 3e3
