"""Measure how long calls wait for a server on the same machine: what stands behind `wait.local` in the knowledge base.

    python -m scripts.waits                                      the servers that are described
    python -m scripts.waits redis xmlrpc [--seconds 5] [--output waits.jsonl] [--only redis.Redis.get]
    python -m scripts.waits --servers mine.toml redis

Each server of `scripts/data/waits.toml` is started in a process of its own, and each statement is run against it many
times: what a call waits is its wall time less the CPU time of this process. The machine may be shared, so the fifth of all
calls that was answered soonest is what counts (q20); the tenth and the median stand beside it. Servers whose program or
modules are not installed are skipped and counted. Run it as root where a server wants a user of its own. Exits with 1 where a
statement failed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SERVERS = Path(__file__).with_name("data") / "waits.toml"
_ROUNDS = 4  # so that one bad moment of the machine does not meet all calls of one statement
_MOST_CALLS = 3000
_WARM_UP = 2  # the first calls set connections up
_FEWEST = 10
_STARTS_WITHIN = 60.0  # seconds


@dataclass(frozen=True)
class Statement:
    """A call, what is run before and after each of its runs, and the fact that it speaks for."""

    name: str
    statement: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Group:
    """Statements that share a set-up."""

    setup: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Server:
    """How a server is started, and what is asked of it. `{port}`, `{folder}` and `{python}` stand for what it gets."""

    name: str
    label: str
    start: tuple[str, ...]
    first: tuple[str, ...] = ()
    program: str = ""
    prepare: str = ""
    needs: tuple[str, ...] = ()
    user: str = ""
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Waited:
    """What the calls of one statement waited, ns."""

    name: str
    server: str
    statement: str
    calls: int
    q10: float
    q20: float
    q50: float


def read_servers(path: Path) -> tuple[Server, ...]:
    """The servers that a file describes."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(_server(dict(table)) for table in data["server"])


def _server(table: dict[str, Any]) -> Server:
    groups = tuple(
        Group(group["setup"], tuple(Statement(**row) for row in group["statements"])) for group in table.pop("group")
    )
    lists = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
    return Server(**{**table, **lists, "groups": groups})


def missing(server: Server) -> str | None:
    """The program or the module that a server wants and that is not here."""
    programs = [command[0] for command in (server.start, server.first) if command]
    for program in programs:
        if "{" not in program and shutil.which(program) is None:
            return program
    return next((name for name in server.needs if importlib.util.find_spec(name) is None), None)


@contextlib.contextmanager
def running(server: Server) -> Iterator[Callable[[str], str]]:
    """Run a server; gives what puts its port and folder into a text."""
    folder = Path(tempfile.mkdtemp(prefix="waits-"))
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def filled(text: str) -> str:
        values = {"port": str(port), "folder": str(folder), "python": sys.executable}
        return re.sub(r"\{(port|folder|python)\}", lambda match: values[match[1]], text)

    if server.program:
        (folder / "server.py").write_text(filled(server.program), encoding="utf-8")
    if server.user:
        owner = pwd.getpwnam(server.user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    if server.first:
        subprocess.run(_as_user(server, server.first, filled), check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _as_user(server, server.start, filled),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_it_listens(process, port, folder / "log")
        if server.prepare:
            exec(compile(filled(server.prepare), server.name, "exec", dont_inherit=True), {})
        yield filled
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(server: Server, command: Sequence[str], filled: Callable[[str], str]) -> list[str]:
    words = [filled(word) for word in command]
    if not server.user:
        return words
    owner = pwd.getpwnam(server.user)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", *words]


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"the server ended: {log.read_text(errors='replace')[-1000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"the server does not listen on port {port}")


def program_of(group: Group, only: str | None) -> tuple[str, list[Statement]]:
    """One coroutine that runs each statement for a while and appends what each call waited."""
    chosen = [s for s in group.statements if only is None or s.name == only]
    lines = ["async def main(waits, failed, seconds, stack, now, cpu):", *_indented(group.setup, 4)]
    for i, one in enumerate(chosen):
        lines += [
            "    _end, _n = now() + int(seconds * 1e9), 0",
            "    try:",
            f"        while _n < 3 or (now() < _end and _n < {_MOST_CALLS}):",
            *_indented(one.before, 12),
            "            _w0, _c0 = now(), cpu()",
            *_indented(one.statement, 12),
            "            _c1, _w1 = cpu(), now()",
            "            _n += 1",
            *_indented(one.after, 12),
            f"            waits[{i}].append(max(0, (_w1 - _w0) - (_c1 - _c0)))",
            "    except Exception as _error:",
            f"        failed[{i}] = f'{{type(_error).__name__}}: {{_error}}'",
        ]
    return "\n".join(lines) + "\n", chosen


def _indented(text: str, by: int) -> list[str]:
    return [" " * by + line for line in text.strip("\n").splitlines()]


def measure(
    server: Server, filled: Callable[[str], str], seconds: float, only: str | None
) -> Iterator[Waited | tuple[str, str]]:
    """What the statements of a server waited; those that failed with what they said."""
    for group in server.groups:
        source, statements = program_of(group, only)
        if not statements:
            continue
        space: dict[str, Any] = {}
        exec(compile(filled(source), server.name, "exec", dont_inherit=True), space)
        waits: list[list[int]] = [[] for _ in statements]
        failed: dict[int, str] = {}

        async def once(
            main: Any = space["main"], waits: list[list[int]] = waits, failed: dict[int, str] = failed
        ) -> None:
            async with contextlib.AsyncExitStack() as stack:
                await main(waits, failed, seconds / _ROUNDS, stack, time.perf_counter_ns, time.process_time_ns)

        for _ in range(_ROUNDS):
            asyncio.run(once())
        for i, (one, found) in enumerate(zip(statements, waits, strict=True)):
            if i in failed:
                yield one.name, failed[i]
            elif len(found) >= _FEWEST:
                ordered = sorted(found[_WARM_UP:])
                q10, q20, q50 = (float(ordered[int(q * len(ordered))]) for q in (0.1, 0.2, 0.5))
                yield Waited(one.name, server.label, one.statement, len(ordered), q10, q20, q50)


def main() -> int:
    """Measure the named servers, or list them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SERVER")
    parser.add_argument("--servers", type=Path, default=SERVERS, metavar="FILE", help="another description of servers")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each statement (default: 4)")
    parser.add_argument("--only", metavar="NAME", help="one callable")
    parser.add_argument("--output", type=Path, metavar="FILE", help="append the figures, as JSON lines")
    options = parser.parse_args()
    servers = {server.name: server for server in read_servers(options.servers)}
    for name in options.names:
        if name not in servers:
            parser.error(f"{name}: not described; known: {', '.join(servers)}")
    if not options.names:
        for server in servers.values():
            lacks = missing(server)
            count = sum(len(group.statements) for group in server.groups)
            print(f"{server.name}: {server.label}, {count} statements" + (f" (no {lacks} here)" if lacks else ""))
        return 0
    failures = skipped = 0
    for name in options.names:
        server = servers[name]
        lacks = missing(server)
        if lacks is not None:
            print(f"{name}: skipped, no {lacks} here")
            skipped += 1
            continue
        with running(server) as filled:
            for found in measure(server, filled, options.seconds, options.only):
                if not isinstance(found, Waited):
                    print(f"{found[0]}: failed: {found[1]}")
                    failures += 1
                    continue
                figures = f"{found.q20 / 1e3:10.1f} us (q10 {found.q10 / 1e3:.1f}, median {found.q50 / 1e3:.1f})"
                print(f"{found.name:60} {figures}, {found.calls} calls", flush=True)
                if options.output is not None:
                    with options.output.open("a", encoding="utf-8") as out:
                        out.write(json.dumps(vars(found)) + "\n")
    if skipped:
        print(f"{skipped} skipped", file=sys.stderr)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
