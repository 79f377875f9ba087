"""Instances of the program's own classes where a library asks for one of its kinds; an attribute that only some types know."""

from __future__ import annotations

import pytest

from gillint.resolve.program import resolve, walk
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from tests.support import options
from tests.unit.resolve.test_arrays import value_of

CLIENT = """
import httpx
class Fake(httpx.BaseTransport):
    def handle_request(self, request):
        {}
def work():
    client = httpx.Client(transport={})
    client.get("http://test/")
"""


@pytest.mark.parametrize(
    ("body", "transport", "asked"),
    [
        ("return httpx.Response(200)", "Fake()", "httpx.MockClient.get"),
        ("return httpx.HTTPTransport().handle_request(request)", "Fake()", "httpx.Client.get"),
        ("return super().handle_request(request)", "Fake()", "httpx.Client.get"),
        ("return httpx.Response(200)", "httpx.HTTPTransport()", "httpx.Client.get"),
        ("return httpx.Response(200)", "transport_of(3)", "httpx.Client.get"),
    ],
)
def test_a_transport_of_the_program_connects_to_nothing(body: str, transport: str, asked: str) -> None:
    resolved = resolve(parse(CLIENT.format(body, transport), "program.py"), options().target, {})
    called = {n.name for f in resolved.functions if f.name == "work" for n in walk(f.block) if isinstance(n, Call)}
    assert asked in called


@pytest.mark.parametrize(
    ("made", "level"),
    [("sqlite3.connect('x.db')", True), ("make()", False), ("zlib.compressobj()", False)],
)
def test_only_a_connection_has_a_level(made: str, level: bool) -> None:
    found = value_of("c", f"import sqlite3, zlib\nc = {made}\nc.isolation_level = None\n")
    assert (found.columns is not None) == level
