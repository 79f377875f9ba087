"""Which programs send their messages in two pieces, and wait for Nagle's algorithm."""

from __future__ import annotations

import pytest

from gillint.syntax.writes import splits_messages

HELPER = (
    "def send(sock, data):\n    sock.sendall(len(data).to_bytes(4, 'big'))\n    {between}\n    {second}.sendall(data)\n"
)
SERVER = (
    "def handle(conn):\n    while True:\n        data = conn.recv(100)\n        {first}\n        conn.sendall(data)\n"
    "def ask(sock):\n    sock.sendall(b'x')\n    return sock.recv(100)\n"
)


@pytest.mark.parametrize(
    ("source", "of_server", "splits"),
    [
        (HELPER.format(between="pass", second="sock"), None, True),
        (HELPER.format(between="sock.recv(1)", second="sock"), None, False),
        (HELPER.format(between="pass", second="other"), None, False),
        ("import socket\nX = socket.TCP_NODELAY\n" + HELPER.format(between="pass", second="sock"), None, False),
        (SERVER.format(first="conn.sendall(b'1')"), True, True),
        (SERVER.format(first="conn.sendall(b'1')"), False, False),
        (SERVER.format(first="pass"), True, False),
        ("def once(sock):\n    sock.sendall(b'a')\n    sock.sendall(b'b')\n    return sock.recv(10)", None, False),
        ("class H:\n    def handle(self):\n        for line in self.rfile:\n            self.wfile.write(b'1')\n"
         "            self.wfile.write(line)", None, True),
        ("def save(f):\n    f.write(b'a')\n    f.write(b'b')", None, False),
        ("def broken(", None, False),
    ],
)  # fmt: skip
def test_two_pieces_in_a_row(source: str, of_server: bool | None, splits: bool) -> None:
    assert splits_messages(source, of_server=of_server) is splits
