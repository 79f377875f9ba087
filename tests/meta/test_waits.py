"""The servers of `scripts/waits.py`: well described, and one of them measured."""

from __future__ import annotations

import pytest

from gillint.knowledge.base import default_fact, spoken_fact
from scripts.waits import SERVERS, Group, Server, Statement, Waited, measure, missing, program_of, read_servers, running

DESCRIBED = read_servers(SERVERS)
ECHO = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = server.accept()
    while data := client.recv(100):
        client.sendall(data)
"""
HERE = Server(
    name="echo",
    label="an echo",
    start=("{python}", "{folder}/server.py", "{port}"),
    program=ECHO,
    groups=(
        Group(
            "import socket\ns = stack.enter_context(socket.create_connection(('127.0.0.1', {port})))",
            (Statement("socket.socket.recv", "s.recv(10)", before="s.sendall(b'x')"), Statement("lost", "s.nothing()")),
        ),
    ),
)


@pytest.mark.parametrize("server", DESCRIBED, ids=lambda server: server.name)
def test_each_statement_speaks_for_a_fact_and_compiles(server: Server) -> None:
    for group in server.groups:
        source, statements = program_of(group, None)
        compile(source.replace("{port}", "1"), server.name, "exec")
        names = [s.name.partition("#")[0] for s in statements]
        assert [n for n in names if spoken_fact(n) is None and default_fact(n) is None] == []


def test_what_waits_is_measured_and_what_fails_is_told() -> None:
    with running(HERE) as filled:
        found = list(measure(HERE, filled, seconds=0.2, only=None))
    waited, failed = found
    assert isinstance(waited, Waited)
    assert waited.calls >= 10
    assert 0 <= waited.q10 <= waited.q20 <= waited.q50
    assert failed == ("lost", "AttributeError: 'socket' object has no attribute 'nothing'")


def test_a_server_that_is_not_here_is_told() -> None:
    assert missing(HERE) is None
    assert missing(Server("x", "x", start=("no-such-program",))) == "no-such-program"
    assert missing(Server("x", "x", start=("{python}",), needs=("no_such_module",))) == "no_such_module"
