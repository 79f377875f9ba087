"""What a server that a program brings along sends is what its client reads."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.assess import Assessment
from gillint.advice.outcome import Options
from gillint.costs.demand import CallShare
from gillint.pipeline import analyse
from tests.unit.resolve.test_trip_counts import runs

HTTP = """
    import json, subprocess, sys, urllib.request, http.client, requests
    SERVER = r'''
    import gzip, json
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    ROWS = [{"id": i, "name": "x" * 20} for i in range(500)]
    class Handler(BaseHTTPRequestHandler):
        def _send(self, document, code=200):
            body = json.dumps(document).encode()
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body)
        def do_GET(self):
            if self.path.startswith("/rows"):
                self._send(ROWS)
            elif self.path == "/text":
                for n in range(100):
                    self.wfile.write(b"a line of words\\n")
            elif self.path == "/packed":
                self.wfile.write(gzip.compress(json.dumps(ROWS).encode()))
            else:
                self._send({"error": "not found"}, 404)
        def do_POST(self):
            self._send([True] * 7)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    '''
    child = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE)
    BASE = f"http://127.0.0.1:{int(child.stdout.readline())}"
    def work():
        return measure(%s)
    def measure(found):
        return sorted(found)
"""


def assessed(source: str) -> tuple[Assessment, ...]:
    return analyse(dedent(source), "program.py", Options(cores=2, threads=2, python="3.11")).regions


def calls_of(source: str) -> dict[str, CallShare]:
    return {c.detail.call.name: c.detail for a in assessed(source) for c in a.calls}


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ('json.load(urllib.request.urlopen(f"{BASE}/rows?page=1"))', 500),
        ('json.loads(urllib.request.urlopen(f"{BASE}/rows").read())', 500),
        ('requests.get(BASE + "/rows").json()', 500),
        ('requests.post(BASE + "/rows", json={}).json()', 7),
        ('requests.get(BASE + "/other").json()', 1),
        ('requests.get(f"{BASE}/text").text', 1600),
        ('requests.get(f"{BASE}/text").content', 1600),
        ('requests.get(f"{BASE}/text").text.splitlines()', 100),
        ('json.loads(__import__("gzip").decompress(requests.get(f"{BASE}/packed").content))', 500),
    ],
)
def test_what_arrives_is_what_is_sent(asked: str, size: int) -> None:
    found = calls_of(HTTP % asked)["sorted"].call.bound.positional[0].size
    assert found is not None
    assert found.likely == pytest.approx(size, rel=0.02)


def test_a_server_of_somebody_else_may_answer_anything() -> None:
    source = (HTTP % 'requests.get("https://example.com/rows").json()').replace("SERVER = r'''", "'''")
    found = calls_of(source)["sorted"].call.bound.positional[0].size
    assert found is None or not found.known


FOLDER = """
    import pathlib, subprocess, sys, tempfile, urllib.request, hashlib
    SITE = pathlib.Path(tempfile.mkdtemp())
    for n in range(20):
        (SITE / f"page{n}.html").write_text("a line\\n" * 1000)
    (SITE / "other.bin").write_bytes(bytes(3000))
    server = subprocess.Popen([sys.executable, "-m", "http.server", "8000"], cwd=SITE)
    def work(numbers: list[int]):
        with tempfile.TemporaryDirectory() as folder:
            target = pathlib.Path(folder) / "copy"
            with urllib.request.urlopen(f"http://127.0.0.1:8000/%s") as response, target.open("wb") as out:
                while chunk := response.read(1000):
                    out.write(chunk)
            return hashlib.sha256(target.read_bytes())
"""


@pytest.mark.parametrize(("path", "size", "reads"), [("page{numbers[0]}.html", 7000, 8), ("other.bin", 3000, 4)])
def test_a_folder_that_is_served_holds_what_was_written_there(path: str, size: int, reads: int) -> None:
    calls = calls_of(FOLDER % path)
    found = calls["hashlib.sha256"].call.bound.positional[0].size
    assert found is not None
    assert found.likely == pytest.approx(size, rel=0.35)  # the last piece counts as a whole one
    assert runs(FOLDER % path, "http.client.HTTPResponse.read") == pytest.approx(reads, abs=1)
