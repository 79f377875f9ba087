"""The language server: what a client may ask, and what it is told."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import zlib
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from gillint import __version__
from gillint.lsp.documents import DEBOUNCE_S, Closed, View
from gillint.lsp.features import FIX_ALL, code_actions, diagnostics, hover, inlay_hints, lenses, why
from gillint.lsp.protocol import Protocol
from gillint.lsp.session import Session, capability, path_of
from gillint.lsp.texts import Text

log = logging.getLogger(__name__)

_WATCHED = ("**/*.py", "**/pyproject.toml", "**/gillint.toml")


class Server(LanguageServer):
    """One client over standard input and output."""

    def __init__(self) -> None:
        super().__init__("gillint", __version__, protocol_cls=Protocol)
        self.session = Session()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._register()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls reports goes to the log: a message that was garbage is nothing for the user's screen."""
        log.error("%s", error)

    def tell(self, text: str) -> None:
        """Show a sentence to the user, once."""
        if text not in self.session.problems:
            self.session.problems.add(text)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"gillint: {text}"))

    # Diagnostics

    def push(self, uri: str, delay: float = 0.0) -> None:
        """Publish the diagnostics of a document when they are known, to a client that does not ask for them."""
        previous = self._tasks.pop(uri, None)
        if previous is not None:
            previous.cancel()
        self.session.documents.prepare(uri, delay)
        self._tasks[uri] = asyncio.get_running_loop().create_task(self._publish(uri))

    async def _publish(self, uri: str) -> None:
        try:
            view = await self.session.view(uri)
        except Closed:
            return
        if view.answer.problem is not None:
            self.tell(view.answer.problem)
        if not self.session.pulls:
            found = diagnostics(view, self.session.client())
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, view.version))

    def push_all(self) -> None:
        """Files or settings have changed: tell the client, or have it ask again."""
        self.session.documents.forget()
        for uri in self.session.documents.uris:
            self.push(uri)
        refreshes = (
            (("diagnostics", "refresh_support"), self.workspace_diagnostic_refresh),
            (("code_lens", "refresh_support"), self.workspace_code_lens_refresh),
            (("inlay_hint", "refresh_support"), self.workspace_inlay_hint_refresh),
        )
        for path, refresh in refreshes:
            if capability(self.session.capabilities, "workspace", *path):
                refresh(None)

    # Settings

    async def fetch_settings(self) -> None:
        """Ask the client for its settings, for each root, if it can be asked."""
        if not capability(self.session.capabilities, "workspace", "configuration"):
            self.settle(self.session.configure(None))
            return
        roots = dict(self.session.roots)
        items = [types.ConfigurationItem(section="gillint")]
        items.extend(types.ConfigurationItem(scope_uri=uri, section="gillint") for uri in roots)
        try:
            general, *of_roots = await self.workspace_configuration_async(types.ConfigurationParams(items))
        except Exception as error:
            log.warning("the client does not tell its settings: %s", error)
            general, of_roots = None, []
        by_root = dict(zip(roots.values(), of_roots, strict=False))
        self.settle(self.session.configure(general, by_root))

    def settle(self, problems: list[str]) -> None:
        """Settings have come: say what is wrong with them, and look at everything again."""
        for problem in problems:
            self.tell(problem)
        self.push_all()

    def watch(self) -> None:
        """Have the client tell what changes outside of its documents."""
        registrations = []
        if capability(self.session.capabilities, "workspace", "did_change_watched_files", "dynamic_registration"):
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registrations.append(types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        if capability(self.session.capabilities, "workspace", "did_change_configuration", "dynamic_registration"):
            section = types.DidChangeConfigurationRegistrationOptions("gillint")
            registrations.append(types.Registration("settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if registrations:
            self.client_register_capability(types.RegistrationParams(registrations))

    # Requests

    async def view(self, uri: str) -> View | None:
        """What there is to show of a document; None where it is not open."""
        try:
            return await self.session.view(uri)
        except Closed:
            return None

    def _register(self) -> None:
        self._register_documents()
        self._register_workspace()
        self._register_requests()

    def _register_documents(self) -> None:
        session = self.session

        @self.feature(types.TEXT_DOCUMENT_DID_OPEN)
        def did_open(params: types.DidOpenTextDocumentParams) -> None:
            opened = params.text_document
            session.documents.open(opened.uri, path_of(opened.uri), Text(opened.text, session.encoding), opened.version)
            self.push(opened.uri)

        @self.feature(types.TEXT_DOCUMENT_DID_CHANGE)
        def did_change(params: types.DidChangeTextDocumentParams) -> None:
            changes = tuple(params.content_changes)
            if session.documents.change(
                params.text_document.uri, params.text_document.version, lambda text: _changed(text, changes)
            ):
                self.push(params.text_document.uri, DEBOUNCE_S)
            else:
                log.warning("a change of %s that comes too late is left out", params.text_document.uri)

        @self.feature(types.TEXT_DOCUMENT_DID_SAVE)
        def did_save(params: types.DidSaveTextDocumentParams) -> None:
            self.push_all()  # others may import it; and what is on the disk may be the configuration

        @self.feature(types.TEXT_DOCUMENT_DID_CLOSE)
        def did_close(params: types.DidCloseTextDocumentParams) -> None:
            uri = params.text_document.uri
            task = self._tasks.pop(uri, None)
            if task is not None:
                task.cancel()
            if session.documents.close(uri) and not session.pulls:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _register_workspace(self) -> None:
        session = self.session

        @self.feature(types.INITIALIZE)
        def initialize(params: types.InitializeParams) -> None:
            session.begin(params, str(self.workspace.position_encoding or "utf-16"))

        @self.feature(types.INITIALIZED)
        async def initialized(params: types.InitializedParams) -> None:
            self.watch()
            await self.fetch_settings()

        @self.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
        async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
            if capability(session.capabilities, "workspace", "configuration"):
                await self.fetch_settings()
            else:
                self.settle(session.configure(params.settings))

        @self.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
        def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
            self.push_all()

        @self.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
        async def did_change_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
            session.change_roots(params.event)
            await self.fetch_settings()

        @self.feature(types.SHUTDOWN)
        def shutdown(params: None) -> None:
            session.documents.stop()

        @self.command("gillint.why")
        async def why_command(uri: str, line: int) -> None:
            view = await self.view(uri)
            text = why(view, line) if view is not None else None
            if text is not None:
                self.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    def _register_requests(self) -> None:
        session = self.session

        @self.feature(
            types.TEXT_DOCUMENT_DIAGNOSTIC,
            types.DiagnosticOptions(identifier="gillint", inter_file_dependencies=True, workspace_diagnostics=False),
        )
        async def pull(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
            view = await self.view(params.text_document.uri)
            found = diagnostics(view, session.client()) if view is not None else []
            known = _digest(found)
            if params.previous_result_id == known:
                return types.RelatedUnchangedDocumentDiagnosticReport(result_id=known)
            return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=known)

        @self.feature(types.TEXT_DOCUMENT_HOVER)
        async def on_hover(params: types.HoverParams) -> types.Hover | None:
            view = await self.view(params.text_document.uri)
            kinds = capability(session.capabilities, "text_document", "hover", "content_format") or ["markdown"]
            return hover(view, params.position, session.encoding, list(kinds)) if view is not None else None

        @self.feature(types.TEXT_DOCUMENT_CODE_LENS)
        async def on_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
            uri = params.text_document.uri
            view = await self.view(uri)
            shown = view is not None and session.settings_of(path_of(uri)).lens
            return lenses(view, uri, session.encoding) if view is not None and shown else []

        @self.feature(types.TEXT_DOCUMENT_INLAY_HINT)
        async def on_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
            uri = params.text_document.uri
            view = await self.view(uri)
            shown = view is not None and session.settings_of(path_of(uri)).inlay
            return inlay_hints(view, params.range, session.encoding) if view is not None and shown else []

        @self.feature(
            types.TEXT_DOCUMENT_CODE_ACTION,
            types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
        )
        async def on_action(params: types.CodeActionParams) -> list[types.CodeAction]:
            view = await self.view(params.text_document.uri)
            return code_actions(view, params, session.client()) if view is not None else []


def _changed(text: Text, changes: tuple[types.TextDocumentContentChangeEvent, ...]) -> Text:
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = change.range.start, change.range.end
            text = text.replaced((start.line, start.character), (end.line, end.character), change.text)
        else:
            text = Text(change.text, text.encoding)
    return text


def _digest(found: list[types.Diagnostic]) -> str:
    return f"{zlib.crc32(json.dumps([repr(d) for d in found]).encode()):08x}"


class _OneLine(logging.Formatter):
    """Tracebacks are for those who ask for them: pygls has them in its messages, too."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, and the error in words."""
        if os.environ.get("GILLINT_DEBUG"):
            return super().format(record)
        said = record.getMessage().split("\n")[0]
        error = (
            f": {record.exc_info[0].__name__}: {record.exc_info[1]}" if record.exc_info and record.exc_info[0] else ""
        )
        return f"{record.levelname} {record.name}: {said}{error}".split("\n")[0]


def serve() -> None:
    """Serve one client until it leaves.

    Standard output belongs to the protocol: whatever else is printed, by a child process too, goes to standard error.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    server = Server()
    try:
        server.start_io(sys.stdin.buffer, output)
    finally:
        server.session.documents.stop()
