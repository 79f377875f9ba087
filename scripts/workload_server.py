"""The server that the network programs of fixtures/workloads ask: an asyncio process of its own, standard library only.

    python scripts/workload_server.py [PORT]        default 8123; 0 takes any free port

prints the port on the first line and ends when standard input closes. Connections are kept alive. It answers to GET:

    /delay/MS   a short JSON document after MS milliseconds
    /json/N     a JSON list of N records
    /bytes/N    N bytes
    /page/N     one page of a list, as JSON, whose `next` is the path of the following page, or null on the last

`?delay=MS` puts a wait before any of them.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import threading
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
PORT = 8123
LAST_PAGE = 50
ROWS_PER_PAGE = 10
LARGEST = 64 << 20  # bytes or records: what a mistyped path may ask for


@dataclass(frozen=True)
class Answer:
    status: str
    kind: str
    body: bytes
    delay_ms: float = 0.0


def as_json(value: object, delay_ms: float = 0.0) -> Answer:
    return Answer("200 OK", "application/json", json.dumps(value).encode(), delay_ms)


def record(number: int) -> dict[str, object]:
    tags = ["new", f"group-{number % 7}"]
    return {"id": number, "name": f"record {number}", "value": number * 0.5, "active": number % 3 == 0, "tags": tags}


@functools.lru_cache(maxsize=64)
def answer(target: str) -> Answer:
    """The answer to a request target. Kept, so that the server costs its clients as little time as it can."""
    url = urlsplit(target)
    match url.path.strip("/").split("/"):
        case [("delay" | "json" | "bytes" | "page") as kind, text] if text.isdecimal() and int(text) <= LARGEST:
            number = int(text)
        case _:
            return Answer("404 Not Found", "text/plain", b"no such path\n")
    delay = parse_qs(url.query).get("delay", ["0"])[0]
    delay_ms = float(delay) if delay.replace(".", "", 1).isdecimal() else 0.0
    if kind == "delay":
        return as_json({"delayed_ms": number}, delay_ms + number)
    if kind == "json":
        return as_json([record(n) for n in range(number)], delay_ms)
    if kind == "bytes":
        return Answer(
            "200 OK", "application/octet-stream", (bytes(range(256)) * (number // 256 + 1))[:number], delay_ms
        )
    following = f"/page/{number + 1}" + (f"?{url.query}" if url.query else "")
    rows = [record(n) for n in range(number * ROWS_PER_PAGE, (number + 1) * ROWS_PER_PAGE)]
    return as_json({"page": number, "rows": rows, "next": following if number < LAST_PAGE else None}, delay_ms)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: requests one after the other, until the client closes it or asks for that."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request, *headers = head.split("\r\n")
            fields = {name.strip().lower(): value.strip() for name, _, value in (h.partition(":") for h in headers)}
            parts = request.split(" ")
            method, target = parts[0], parts[1] if len(parts) == 3 else ""
            await reader.readexactly(int(fields.get("content-length", "0")))
            found = answer(target) if method in ("GET", "HEAD") else Answer("405 Method Not Allowed", "text/plain", b"")
            if found.delay_ms:
                await asyncio.sleep(found.delay_ms / 1000)
            close = fields.get("connection", "").lower() == "close" or request.endswith("HTTP/1.0")
            lines = [
                f"HTTP/1.1 {found.status}",
                f"Content-Type: {found.kind}",
                f"Content-Length: {len(found.body)}",
                f"Connection: {'close' if close else 'keep-alive'}",
            ]
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if method == "HEAD" else found.body))
            await writer.drain()
            if close:
                return
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        return  # the client went away, or speaks something else
    finally:
        writer.close()


async def run(port: int) -> None:
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(closed.set)

    server = await asyncio.start_server(serve, HOST, port, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    # A thread reads standard input because not every kind of file can be watched by the loop.
    threading.Thread(target=watch, daemon=True).start()
    await closed.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else PORT))
