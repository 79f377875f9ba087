"""The language server as a process of its own, asked by a client that speaks the protocol."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, environment, text

pytest_lsp = pytest.importorskip("pytest_lsp", reason="the extra dev brings the protocol's client")
from lsprotocol import types  # noqa: E402

HELD = text("""
    import json
    from concurrent.futures import ThreadPoolExecutor

    def parse(path):
        with open(path) as lines:
            return [json.loads(line) for line in lines]

    def parse_all(paths):
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(parse, paths))
    """)
CALL = (9, 20)  # where pool.map begins
_LIMIT_S = 120


class Editor:
    """A client, and what it has been told."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.published = defaultdict[str, asyncio.Queue[types.PublishDiagnosticsParams]](asyncio.Queue)
        self.messages: list[str] = []
        self.versions: dict[str, int] = {}
        self.encoding = ""
        for method in (types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, types.WINDOW_SHOW_MESSAGE):
            del client.protocol.fm.features[method]  # what pytest-lsp does with them by itself

        def on_publish(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri].put_nowait(params)

        def on_message(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(on_publish)
        client.feature(types.WINDOW_SHOW_MESSAGE)(on_message)

    def open(self, uri: str, source: str) -> None:
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, "python", 1, source)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, uri: str, *changes: tuple[tuple[int, int], tuple[int, int], str] | str) -> int:
        self.versions[uri] += 1
        made: list[Any] = [
            types.TextDocumentContentChangeWholeDocument(c)
            if isinstance(c, str)
            else types.TextDocumentContentChangePartial(
                range=types.Range(types.Position(*c[0]), types.Position(*c[1])), text=c[2]
            )
            for c in changes
        ]
        identifier = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, made))
        return self.versions[uri]

    async def diagnostics(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """What is published for a document, at this version or a later one."""
        while True:
            found = await self.published[uri].get()
            if version is None or (found.version or 0) >= version:
                return list(found.diagnostics)

    async def codes(self, uri: str, version: int | None = None) -> list[str]:
        return [str(d.code) for d in await self.diagnostics(uri, version)]


async def until(e: Editor, uri: str, holds: Callable[[list[types.Diagnostic]], bool]) -> None:
    """Wait for diagnostics of which something holds: settings and other files may bring several in a row."""
    while not holds(await e.diagnostics(uri)):
        pass


@asynccontextmanager
async def editor(
    folders: tuple[Path, ...] = (),
    settings: Callable[[str | None], Any] | None = None,
    options: Any = None,
    encodings: list[str] | None = None,
    **text_document: Any,
) -> AsyncIterator[Editor]:
    client = pytest_lsp.make_test_lsp_client()
    found = Editor(client)
    if settings is not None:
        del client.protocol.fm.features[types.WORKSPACE_CONFIGURATION]

        def on_configuration(params: types.ConfigurationParams) -> list[Any]:
            return [settings(item.scope_uri) for item in params.items]

        client.feature(types.WORKSPACE_CONFIGURATION)(on_configuration)

    await client.start_io(sys.executable, "-m", "gillint", "server", cwd=str(ROOT), env=environment())
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=encodings) if encodings else None,
        workspace=types.WorkspaceClientCapabilities(configuration=settings is not None),
        text_document=types.TextDocumentClientCapabilities(**text_document),
    )
    begun = await client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            workspace_folders=[types.WorkspaceFolder(f.as_uri(), f.name) for f in folders],
            initialization_options=options,
        )
    )
    found.encoding = str(begun.capabilities.position_encoding)
    yield found
    await client.shutdown_session()


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, _LIMIT_S))


def test_open_change_save_and_close(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()

    async def test() -> None:
        publish = types.PublishDiagnosticsClientCapabilities(
            related_information=True, code_description_support=True, tag_support=types.ClientDiagnosticsTagOptions([])
        )
        async with editor(options={"extendSelect": ["GIL002"]}, publish_diagnostics=publish) as e:
            e.open(uri, HELD)
            (found,) = await e.diagnostics(uri)
            assert (found.code, found.source, found.severity) == ("GIL101", "gillint", types.DiagnosticSeverity.Warning)
            assert (found.range.start.line, found.range.start.character) == CALL
            assert found.code_description is not None
            page = Path(found.code_description.href.removeprefix("file://"))
            assert page.read_text(encoding="utf-8").startswith("# GIL101")
            assert found.related_information and "json.loads" in found.related_information[0].message
            # Two changes in one message, each in terms of the text after the one before.
            version = e.change(uri, ((0, 0), (0, 0), "\n"), ((10, 43), (10, 43), "  # noqa: GIL101"))
            assert await e.codes(uri, version) == []
            version = e.change(uri, ((1, 0), (1, 11), "import json  # noqa: GIL101"))
            (found,) = await e.diagnostics(uri, version)
            assert (found.code, found.tags) == ("GIL002", (types.DiagnosticTag.Unnecessary,))
            e.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
            assert await e.codes(uri) == ["GIL002"]
            e.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
            assert await e.codes(uri) == []

    run(test())


def test_what_the_client_does_not_understand_is_not_sent(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()

    async def test() -> None:
        async with editor() as e:
            e.open(uri, HELD)
            (found,) = await e.diagnostics(uri)
            assert (found.code_description, found.related_information, found.tags) == (None, None, None)
            hover = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(5, 20))
            shown = (await e.client.text_document_hover_async(hover)).contents
            assert shown.kind == types.MarkupKind.Markdown

    run(test())


def test_pull(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()

    async def test() -> None:
        async with editor(diagnostic=types.DiagnosticClientCapabilities()) as e:
            e.open(uri, HELD)
            identifier = types.TextDocumentIdentifier(uri)
            full = await e.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(identifier))
            assert [d.code for d in full.items] == ["GIL101"]
            same = types.DocumentDiagnosticParams(identifier, previous_result_id=full.result_id)
            assert (await e.client.text_document_diagnostic_async(same)).kind == "unchanged"
            e.change(uri, "x = 1\n")
            changed = await e.client.text_document_diagnostic_async(same)
            assert (changed.kind, list(changed.items)) == ("full", [])
            nothing = types.DocumentDiagnosticParams(types.TextDocumentIdentifier("file:///nowhere.py"))
            assert list((await e.client.text_document_diagnostic_async(nothing)).items) == []
            assert not e.published  # it would be shown twice

    run(test())


def test_hover_lenses_hints_and_the_reason(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    identifier = types.TextDocumentIdentifier(uri)

    async def test() -> None:
        plain = types.HoverClientCapabilities(content_format=[types.MarkupKind.PlainText])
        async with editor(options={"settings": {"hints": "both"}}, hover=plain) as e:
            e.open(uri, HELD)
            await e.diagnostics(uri)

            async def hover(line: int, character: int) -> Any:
                position = types.Position(line, character)
                return await e.client.text_document_hover_async(types.HoverParams(identifier, position))

            found = await hover(5, 22)
            said = found.contents.value
            assert said.startswith("json.loads holds the GIL") and "**" not in said
            assert all(
                part in said for part in ("Conditions:", "Evidence:", "measured: version", "Here about", "Version here")
            )
            assert (found.range.start, found.range.end) == (types.Position(5, 16), types.Position(5, 32))
            assert await hover(2, 0) is None
            assert await hover(500, 7) is None
            lenses = await e.client.text_document_code_lens_async(types.CodeLensParams(identifier))
            assert [x.range.start.line for x in lenses] == [5, 9]
            assert lenses[1].command.title.startswith("threads 0.9x, GIL-bound, freezes ")
            whole = types.Range(types.Position(0, 0), types.Position(7, 0))
            (hint,) = await e.client.text_document_inlay_hint_async(types.InlayHintParams(identifier, whole))
            assert (hint.label, hint.position) == (lenses[0].command.title, types.Position(5, 51))
            why = types.ExecuteCommandParams("gillint.why", arguments=lenses[1].command.arguments)
            await e.client.workspace_execute_command_async(why)
            assert any("holds the GIL" in message for message in e.messages)

    run(test())


def test_actions(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    source = "import sys\n\nif sys._is_gil_enabled:\n    print('threads take turns')\n"

    async def test() -> None:
        async with editor() as e:
            e.open(uri, source)
            (found,) = await e.diagnostics(uri)

            async def actions(only: list[str] | None = None) -> list[types.CodeAction]:
                context = types.CodeActionContext([found], only=only)
                asked = types.CodeActionParams(types.TextDocumentIdentifier(uri), found.range, context)
                return list(await e.client.text_document_code_action_async(asked))

            offered = await actions()
            assert {a.kind for a in offered} == {types.CodeActionKind.QuickFix, "source.fixAll.gillint"}
            fix = offered[0]
            assert fix.is_preferred and fix.diagnostics[0].code == "GIL503"  # type: ignore[index]
            (edit,) = fix.edit.changes[uri]  # type: ignore[union-attr,index]
            assert edit.new_text == "if sys._is_gil_enabled():\n"
            assert sum("Suppress" in a.title for a in offered) >= 3
            assert [a.kind for a in await actions(["source.fixAll"])] == ["source.fixAll.gillint"]
            assert await actions(["refactor"]) == []
            version = e.change(uri, ((edit.range.start.line, 0), (edit.range.end.line, 0), edit.new_text))
            assert await e.codes(uri, version) == []

    run(test())


@pytest.mark.parametrize(
    ("encodings", "agreed", "character"),
    [(None, "utf-16", 9), (["utf-16"], "utf-16", 9), (["utf-8", "utf-16"], "utf-8", 12), (["utf-32"], "utf-32", 8)],
)
def test_position_encodings(tmp_path: Path, encodings: list[str] | None, agreed: str, character: int) -> None:
    uri = (tmp_path / "a.py").as_uri()
    # In code points the call begins at 8: an e with an accent is two bytes, the face four, in UTF-16 two units.
    source = "import orjson\nwhile 1:\n é='\U0001f600'; orjson.loads(x)\n"
    width = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[agreed]

    async def test() -> None:
        async with editor(encodings=encodings) as e:
            assert e.encoding == agreed
            e.open(uri, source)
            identifier = types.TextDocumentIdentifier(uri)
            at = types.HoverParams(identifier, types.Position(2, character + 3))
            found = await e.client.text_document_hover_async(at)
            assert "orjson.loads" in found.contents.value
            start = found.range.start.character
            assert start == character
            # The face goes: what is deleted are its code units.
            before = start - 3 - width
            e.change(uri, ((2, before), (2, before + width), ""))
            at = types.HoverParams(identifier, types.Position(2, start - width + 3))
            assert (await e.client.text_document_hover_async(at)).range.start.character == start - width

    run(test())


def test_a_text_that_does_not_parse_keeps_the_last_answer_that_did(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    identifier = types.TextDocumentIdentifier(uri)

    async def test() -> None:
        async with editor() as e:
            e.open(uri, "x = (\n")
            assert await e.codes(uri) == ["GIL001"]  # there is none yet
            version = e.change(uri, HELD)
            assert await e.codes(uri, version) == ["GIL101"]
            version = e.change(uri, ((0, 0), (0, 0), "import (\nimport re\n"))
            problem, kept = await e.diagnostics(uri, version)
            assert (problem.code, kept.code, kept.range.start.line) == ("GIL001", "GIL101", CALL[0] + 2)
            hover = types.HoverParams(identifier, types.Position(7, 22))
            found = await e.client.text_document_hover_async(hover)
            assert "json.loads" in found.contents.value and found.range.start.line == 7
            lenses = await e.client.text_document_code_lens_async(types.CodeLensParams(identifier))
            assert [x.range.start.line for x in lenses] == [7, 11]
            context = types.CodeActionContext([kept])
            asked = types.CodeActionParams(identifier, kept.range, context)
            assert list(await e.client.text_document_code_action_async(asked)) == []
            version = e.change(uri, ((0, 0), (1, 0), ""))
            (again,) = await e.diagnostics(uri, version)
            assert (again.code, again.range.start.line) == ("GIL101", CALL[0] + 1)

    run(test())


def test_several_roots_with_settings_of_their_own(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    for folder in (one, two, three):
        folder.mkdir()
    (one / "gillint.toml").write_text("cores = 2\n")
    (two / "pyproject.toml").write_text("[tool.gillint]\nignore = ['GIL101']\n")
    (three / "pyproject.toml").write_text("[tool.gillint]\nexclude = ['generated']\n")
    uris = [(folder / "a.py").as_uri() for folder in (one, two, three)]
    given: dict[str | None, Any] = {three.as_uri(): {"cores": 16, "threads": None}}

    async def test() -> None:
        async with editor((one, two, three), settings=given.get) as e:
            for uri in uris:
                e.open(uri, HELD)
            await until(e, uris[0], lambda ds: any("on 2 threads" in d.message for d in ds))
            await until(e, uris[1], lambda ds: not ds)
            await until(e, uris[2], lambda ds: any("on 16 threads" in d.message for d in ds))
            left_out = (three / "generated" / "a.py").as_uri()
            e.open(left_out, HELD)
            assert await e.codes(left_out) == []
            # The editor's settings change, and one of them cannot be.
            given[two.as_uri()] = {"ignore": [], "cores": 0}
            given[three.as_uri()] = {"ignore": ["GIL101"]}
            e.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            await until(e, uris[2], lambda ds: not ds)
            assert any("cores: must be a number" in message for message in e.messages)
            # And so does a file.
            (one / "gillint.toml").write_text("cores = 3\nnonsense = 1\n")
            event = types.FileEvent((one / "gillint.toml").as_uri(), types.FileChangeType.Changed)
            e.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
            await until(e, uris[0], lambda ds: any("on 4 threads" in d.message for d in ds))
            assert any("nonsense: unknown key" in message for message in e.messages)
            # Without its root, a document has the settings of none.
            removed = types.WorkspaceFoldersChangeEvent([], [types.WorkspaceFolder(three.as_uri(), "three")])
            e.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(removed))
            await until(e, uris[2], lambda ds: any("on 4 threads" in d.message for d in ds))

    run(test())


def test_settings_that_the_client_sends_by_itself(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()

    async def test() -> None:
        async with editor() as e:
            e.open(uri, HELD)
            assert await e.codes(uri) == ["GIL101"]
            settings = {"gillint": {"ignore": ["GIL101"]}}
            e.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
            await until(e, uri, lambda ds: not ds)

    run(test())


def test_the_texts_of_open_documents_count(tmp_path: Path) -> None:
    helper, user = tmp_path / "helper.py", tmp_path / "user.py"
    holds = "import orjson\n\ndef work(n):\n    return orjson.loads(b'[' + b'1.5,' * 1_000_000 + b'2]')\n"
    waits = "import time\n\ndef work(n):\n    time.sleep(5)\n"
    helper.write_text(waits)
    source = (
        "from concurrent.futures import ThreadPoolExecutor\nfrom helper import work\n\ndef main():\n"
        "    with ThreadPoolExecutor(4) as pool:\n        return list(pool.map(work, range(100)))\n"
    )

    async def test() -> None:
        async with editor((tmp_path,)) as e:
            e.open(user.as_uri(), source)
            assert await e.codes(user.as_uri(), 1) == []
            e.open(helper.as_uri(), holds)
            await e.diagnostics(helper.as_uri())
            version = e.change(user.as_uri(), ((0, 0), (0, 0), "\n"))
            assert await e.codes(user.as_uri(), version) == ["GIL101"]
            # Saving one document tells of the others.
            e.change(helper.as_uri(), waits)
            identifier = types.TextDocumentIdentifier(helper.as_uri())
            e.client.text_document_did_save(types.DidSaveTextDocumentParams(identifier))
            await until(e, user.as_uri(), lambda ds: not ds)

    run(test())


def test_stale_and_late_changes(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()

    async def test() -> None:
        async with editor() as e:
            e.open(uri, HELD)
            await e.diagnostics(uri)
            for _ in range(20):
                e.change(uri, ((0, 0), (0, 0), "# more\n"))
            version = e.change(uri, ((0, 0), (0, 0), "# last\n"))
            (found,) = await e.diagnostics(uri, version)
            assert found.range.start.line == CALL[0] + 21
            e.versions[uri] = 3  # reordered: what is older than what is known is left out
            e.change(uri, "")
            e.versions[uri] = version
            version = e.change(uri, ((0, 0), (1, 0), ""))
            (found,) = await e.diagnostics(uri, version)
            assert found.range.start.line == CALL[0] + 20
            # A document that nobody opened, and one that is opened twice.
            e.versions["file:///nobody.py"] = 0
            e.change("file:///nobody.py", "x = 1\n")
            e.client.text_document_did_close(
                types.DidCloseTextDocumentParams(types.TextDocumentIdentifier("file:///nobody.py"))
            )
            e.open(uri, "x = 1\n")
            assert await e.codes(uri) == []

    run(test())


def test_a_request_that_is_cancelled_is_answered_so(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()

    async def test() -> None:
        async with editor(diagnostic=types.DiagnosticClientCapabilities()) as e:
            e.open(uri, HELD * 60)
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            asked = e.client.protocol.send_request(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id="mine")
            e.client.cancel_request(types.CancelParams("mine"))
            with pytest.raises(Exception, match=r"mine.*cancel"):
                await asyncio.wrap_future(asked)
            e.client.cancel_request(types.CancelParams("nobody's"))
            again = await e.client.text_document_diagnostic_async(params)
            assert {d.code for d in again.items} == {"GIL101"}

    run(test())


class Raw:
    """The server, and bytes."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "gillint", "server"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=pipe, stdout=pipe, stderr=pipe)

    def send(self, body: bytes, head: bytes | None = None) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write((head or b"Content-Length: %d\r\n\r\n" % len(body)) + body)
        self.process.stdin.flush()

    def message(self, **content: Any) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", **content}).encode())

    def answer(self, number: int | str) -> dict[str, Any]:
        """The answer to a request; what else is sent is passed over."""
        assert self.process.stdout is not None
        while True:
            length = 0
            while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            found: dict[str, Any] = json.loads(self.process.stdout.read(length))
            if found.get("id") == number and "method" not in found:
                return found

    def initialize(self) -> None:
        self.message(id=0, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
        assert "capabilities" in self.answer(0)["result"]
        self.message(method="initialized", params={})

    def leave(self) -> tuple[int, str]:
        """Shut the server down; its exit code and what it wrote on standard error."""
        self.message(id="end", method="shutdown")
        assert self.answer("end")["result"] is None
        self.message(method="exit")
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors.decode()


GARBAGE = (
    b"{",
    b"[]",
    b"[1, 2]",
    b"null",
    b'"text"',
    b"{}",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"jsonrpc": "1.0", "method": "initialized", "params": {}}',
    b'{"jsonrpc": "2.0"}',
    b'{"jsonrpc": "2.0", "method": 7}',
    b'{"jsonrpc": "2.0", "method": "no/such", "params": {}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": 3}}',
    b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {}}',
    b'{"jsonrpc": "2.0", "id": 99, "result": "nobody asked"}',
    b'{"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "nobody asked"}}',
)


def test_garbage_is_survived() -> None:
    raw = Raw()
    raw.initialize()
    for body in GARBAGE:
        raw.send(body)
    raw.send(b"", head=b"Content-Length: zero\r\n\r\n")
    raw.send(b"{}", head=b"X-Header: a\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n")
    raw.message(id=1, method="textDocument/hover", params={"textDocument": {}})
    assert raw.answer(1)["error"]["code"] == -32602
    raw.message(id=2, method="no/such/request", params={})
    assert raw.answer(2)["error"]["code"] == -32601
    raw.message(id=3, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
    assert raw.answer(3)["error"]["code"] == -32600
    raw.message(id=4, method="workspace/executeCommand", params={"command": "gillint.why", "arguments": [1]})
    assert "error" in raw.answer(4)
    opened = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "import orjson\norjson.loads(x)\n"}
    raw.message(method="textDocument/didOpen", params={"textDocument": opened})
    position = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 1, "character": 9}}
    raw.message(id=5, method="textDocument/hover", params=position)
    assert "orjson.loads" in raw.answer(5)["result"]["contents"]["value"]
    code, errors = raw.leave()
    assert code == 0
    assert "Traceback" not in errors


def test_what_comes_too_early_or_too_late_is_refused() -> None:
    raw = Raw()
    raw.message(
        id=1,
        method="textDocument/hover",
        params={"textDocument": {"uri": "a:b"}, "position": {"line": 0, "character": 0}},
    )
    assert raw.answer(1)["error"]["code"] == -32002
    raw.message(method="textDocument/didSave", params={"textDocument": {"uri": "a:b"}})
    raw.initialize()
    raw.message(id=2, method="shutdown")
    assert raw.answer(2)["result"] is None
    raw.message(id=3, method="shutdown")
    assert raw.answer(3)["error"]["code"] == -32600
    raw.message(method="exit")
    raw.process.communicate(timeout=60)
    assert raw.process.returncode == 0


def test_a_client_that_just_goes_ends_the_server() -> None:
    raw = Raw()
    raw.initialize()
    _, errors = raw.process.communicate(timeout=60)
    assert b"Traceback" not in errors
