"""Whether the source of one end of a connection sends a message in two pieces and then waits for the answer.

Nagle's algorithm keeps the second piece back until the other end has acknowledged the first, which takes its time about that:
measured over loopback, 44 to 48 ms a message up to 64 KB, and 93 ms where both ends do so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from gillint.syntax.servers import parsed

_SENDS = ("send", "sendall", "write")
_READS = ("recv", "recv_into", "read", "readline", "readexactly", "accept")
# What is not sent over TCP, or not delayed, or gathered before it is sent.
_OFF = {"TCP_NODELAY", "AF_UNIX", "socketpair", "disable_nagle_algorithm", "wbufsize", "TCP_CORK", "SOCK_DGRAM"}


@lru_cache(maxsize=64)
def splits_messages(source: str, *, of_server: bool | None = None) -> bool:
    """Whether some function sends two pieces to a socket in a row.

    Args:
        source: a module.
        of_server: only functions that serve, or only others, where both are in it.
    """
    module = parsed(source)
    if module is None:
        return False
    named = {
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(module)
        if isinstance(n, (ast.Attribute, ast.Name))
    }
    if _OFF & named or not {"sendall", "send", "wfile"} & named:
        return False
    functions = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef)]
    if of_server is not None:
        functions = [f for f in functions if _serves(f) is of_server]
    elif any(_in_a_row(body) for body in _suites(module.body, in_loop=True)):
        return True
    return any(_in_a_row(body) for f in functions for body in _suites(f.body, in_loop=not _converses(f)))


def _serves(function: ast.FunctionDef) -> bool:
    return "accept" in _called(function) or function.name.startswith(("serve", "handle", "do_"))


def _converses(function: ast.FunctionDef) -> bool:
    """Whether it reads, too: then only what it sends in a loop meets an answer; else it sends a message for others."""
    return bool(_called(function) & set(_READS))


def _called(node: ast.AST) -> set[str]:
    return {n.func.attr for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}


def _suites(body: list[ast.stmt], *, in_loop: bool) -> Iterator[list[ast.stmt]]:
    """The suites of a function that are run again and again on a connection."""
    if in_loop:
        yield body
    for s in body:
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        again = in_loop or (isinstance(s, (ast.For, ast.While)) and "accept" not in _called(s))
        for field in ("body", "orelse", "finalbody"):
            yield from _suites(getattr(s, field, []), in_loop=again)
        for handler in getattr(s, "handlers", []):
            yield from _suites(handler.body, in_loop=again)


def _in_a_row(body: list[ast.stmt]) -> bool:
    """Whether two statements send to the same socket, and none between them reads."""
    last: str | None = None
    for s in body:
        receiver = _sent_to(s)
        if receiver is not None and receiver == last:
            return True
        if receiver is not None:
            last = receiver
        elif _called(s) & set(_READS):
            last = None
    return False


def _sent_to(s: ast.stmt) -> str | None:
    """The socket that a statement sends something to: `sock.sendall(x)`, `self.wfile.write(x)`."""
    if not isinstance(s, ast.Expr) or not isinstance(s.value, ast.Call) or not isinstance(s.value.func, ast.Attribute):
        return None
    method, owner = s.value.func.attr, ast.unparse(s.value.func.value)
    return owner if method in _SENDS and (method != "write" or owner.endswith("wfile")) else None
