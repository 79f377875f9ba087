"""The local server that stands in for every other one: it answers after 20 ms. Its text becomes part of benchmarks."""

import os
import subprocess
import sys

GILLINT_LATENCY = 0.02  # seconds
_GILLINT_PROCESSES: "list[subprocess.Popen[str]]" = []

# A process of its own: in the benchmark's it would take part in the fight for the GIL. It ends when its input does.
_GILLINT_SERVER = """
import asyncio, json, os, sys

async def answer(reader, writer):
    while True:
        head = b""
        while not head.endswith(b"\\r\\n\\r\\n"):
            line = await reader.readline()
            if not line:
                writer.close()
                return
            head += line
        lengths = [int(l.split(b":")[1]) for l in head.lower().split(b"\\r\\n") if l.startswith(b"content-length:")]
        if lengths:
            await reader.readexactly(lengths[0])
        await asyncio.sleep(float(sys.argv[1]))
        items = [{"id": i, "name": f"item {i}", "value": i * 0.37} for i in range(20)]
        body = json.dumps({"items": items, "data": items, "results": items, "next": None}).encode()
        kind = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
        writer.write(kind % len(body) + body)
        await writer.drain()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)

asyncio.run(main())
"""


def gillint_server() -> str:
    """Start the server, once for the benchmark and its processes; its address."""
    if "GILLINT_SERVER" not in os.environ:
        command = [sys.executable, "-c", _GILLINT_SERVER, str(GILLINT_LATENCY)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        os.environ["GILLINT_SERVER"] = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        _GILLINT_PROCESSES.append(process)  # the server ends when nobody holds its input any more
    return os.environ["GILLINT_SERVER"]
