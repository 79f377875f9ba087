"""What the source of a server says of how it answers."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from gillint.syntax.servers import Pause, asked_for, read_server, routes_of

HTTP = """
    import random, time
    from http.server import BaseHTTPRequestHandler, {kind}
    SLOW = 0.2
    class Handler(BaseHTTPRequestHandler):
        {more}
        def do_GET(self):
            {body}
    {kind}(("127.0.0.1", 0), Handler).serve_forever()
"""


def http(body: str, kind: str = "ThreadingHTTPServer", more: str = "count = 0") -> str:
    lines = indent(dedent(body).strip(), " " * 12).strip()
    return HTTP.format(kind=kind, body=lines, more=more)


@pytest.mark.parametrize(
    ("body", "pauses"),
    [
        ("self.wfile.write(b'ok')", ()),
        ("time.sleep(0.02)", ((0.02, ()),)),
        ("time.sleep(SLOW)", ((0.2, ()),)),
        ("time.sleep(random.uniform(0.01, 0.03))", ((0.02, ()),)),
        ("time.sleep(0.01 + self.count * 0.001)", ((0.01, ()),)),
        ("time.sleep(float(query['ms']) / 1000)", ((0.01, ()),)),  # nobody knows: short
        ("if random.random() < 0.1: time.sleep(0.5)", ((0.05, ()),)),
        ("if self.count % 10 == 0: time.sleep(0.5)", ((0.05, ()),)),
        ("for part in range(5):\n    time.sleep(0.01)", ((0.05, ()),)),
        (
            "if self.path == '/slow':\n    time.sleep(SLOW)\nelse:\n    time.sleep(0.01)",
            ((0.2, ("/slow",)), (0.01, ())),
        ),
    ],
)
def test_how_long_it_pauses(body: str, pauses: tuple[tuple[float, tuple[str, ...]], ...]) -> None:
    server = read_server(http(body), whole=True)
    assert server is not None
    found = [Pause(round(p.length), p.words) for p in server.pauses]
    assert found == [Pause(seconds * 1e9, frozenset(words)) for seconds, words in pauses]


@pytest.mark.parametrize(
    ("source", "in_turn", "keeps", "splits"),
    [
        (http("pass", "HTTPServer"), True, False, False),
        (http("pass", "HTTPServer", 'protocol_version = "HTTP/1.1"'), True, True, True),
        (http("pass", more='protocol_version = "HTTP/1.1"'), False, True, True),
        (http("pass", more='protocol_version = "HTTP/1.1"; wbufsize = -1'), False, True, False),
        ("import socket\nwhile True:\n    conn, _ = server.accept()\n    conn.sendall(b'x')", True, True, False),
        (
            "import threading\nwhile True:\n    threading.Thread(target=serve, args=server.accept()).start()",
            False,
            True,
            False,
        ),
    ],
)
def test_whether_it_serves_one_after_the_other(source: str, in_turn: bool, keeps: bool, splits: bool) -> None:
    server = read_server(source, whole=True)
    assert server is not None
    assert (server.in_turn, server.keeps, server.splits) == (in_turn, keeps, splits)


def test_beside_a_client_only_the_handlers_pauses_count() -> None:
    source = http("time.sleep(0.02)") + "    def fetch(url):\n        time.sleep(3)\n"
    server = read_server(source, whole=False)
    assert server is not None
    assert server.pauses == (Pause(0.02e9),)


def test_what_cannot_be_parsed_is_no_server() -> None:
    assert read_server("serve_forever(", whole=True) is None


def test_what_is_asked_for_by_arms_and_routes() -> None:
    source = http("if self.path.startswith('/items'):\n    pass\nelif self.path == '/csv':\n    pass\n    pass")
    assert [(last - first, words) for first, last, words in asked_for(source)] == [
        (0, frozenset({"/items"})),
        (1, frozenset({"/csv"})),
    ]
    routes = """
        app.add_routes([web.get('/sitemap.xml', sitemap)])
        @app.get('/page/{n}')
        def page(n): ...
        @app.get('/')
        def start(): ...
    """
    assert routes_of(routes) == {"sitemap": "/sitemap.xml", "page": "/page/"}


def test_numbers_that_no_program_means_are_not_taken() -> None:
    big = "9" * 400
    source = (
        f"class H:\n    def do_GET(self):\n        time.sleep({big})\n"
        f"        for _ in range({big}):\n            time.sleep(0.1)\n"
        f"        if self.n % {big} == 0:\n            time.sleep(1)\n"
        f"        if random() < {big}:\n            time.sleep(0.01 - 1)\n"
    )
    server = read_server(source, whole=False)
    assert server is not None
    assert all(0.0 <= pause.length < 10e9 for pause in server.pauses)
