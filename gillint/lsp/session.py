"""What the server knows of one client: what it understands, its roots and settings, the documents that it has open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import to_fs_path

from gillint.errors import ConfigError
from gillint.lsp.analysis import Question
from gillint.lsp.documents import Document, Documents, View
from gillint.lsp.settings import EditorSettings, read_editor_settings
from gillint.report.lsp import Client, Encoding

log = logging.getLogger(__name__)

_SETTINGS_WAIT_S = 1.0  # for a client that says it has settings, and does not send them


def path_of(uri: str) -> str:
    """The path of a file's URI; of other documents a name."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return to_fs_path(uri) or uri
    return unquote(parts.path) or uri


def capability(capabilities: types.ClientCapabilities, *path: str) -> Any:
    """A capability of the client; None where it says nothing of it."""
    found: Any = capabilities
    for name in path:
        found = getattr(found, name, None)
        if found is None:
            return None
    return found


class Session:
    """One client, from `initialize` on."""

    def __init__(self) -> None:
        self.documents = Documents(self._question)
        self.capabilities = types.ClientCapabilities()
        self.encoding: Encoding = "utf-16"
        self.roots: dict[str, Path] = {}
        self.problems: set[str] = set()
        self._by_root: dict[Path | None, EditorSettings] = {}
        self._general: object = None
        self._settled = asyncio.Event()

    def begin(self, params: types.InitializeParams, encoding: str) -> None:
        """Read what the client says of itself."""
        self.capabilities = params.capabilities
        self.encoding = "utf-8" if encoding == "utf-8" else "utf-32" if encoding == "utf-32" else "utf-16"
        for folder in params.workspace_folders or ():
            self.roots[folder.uri] = Path(path_of(folder.uri))
        if not self.roots and params.root_uri:
            self.roots[params.root_uri] = Path(path_of(params.root_uri))
        self._general = self._section(params.initialization_options)
        self.documents.start()

    def change_roots(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        """Roots come and go."""
        for folder in event.removed:
            self.roots.pop(folder.uri, None)
        for folder in event.added:
            self.roots[folder.uri] = Path(path_of(folder.uri))

    def root_of(self, path: str) -> Path | None:
        """The root that a document belongs to: of several the innermost."""
        around = [root for root in self.roots.values() if Path(path).is_relative_to(root)]
        return max(around, key=lambda root: len(root.parts), default=None)

    # Capabilities

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics itself. One that is sent them as well would show them twice."""
        return capability(self.capabilities, "text_document", "diagnostic") is not None

    def client(self) -> Client:
        """How diagnostics are shown to it."""
        publish = capability(self.capabilities, "text_document", "publish_diagnostics")
        pull = capability(self.capabilities, "text_document", "diagnostic")

        def can(name: str) -> bool:
            return bool(getattr(publish, name, None)) or bool(getattr(pull, name, None))

        opened = self.documents.texts
        uris = {path_of(uri): uri for uri in self.documents.uris}
        plain = Client()
        return Client(
            encoding=self.encoding,
            related=can("related_information"),
            links=can("code_description_support"),
            tags=can("tag_support"),
            uri_of=lambda path: uris.get(path) or plain.uri_of(path),
            text_of=lambda path: opened[path] if path in opened else plain.text_of(path),
        )

    # Settings

    @staticmethod
    def _section(options: object) -> object:
        """The table `gillint` of what a client sends, which may be that table itself, or hold it in `settings`."""
        for name in ("settings", "gillint"):
            if isinstance(options, Mapping) and name in options:
                options = options[name]
        return options or None

    def configure(self, general: object, by_root: Mapping[Path, object] | None = None) -> list[str]:
        """Take settings, those for all roots and those of one; what is wrong with them, in sentences."""
        self._general = self._section(general) if general is not None else self._general
        problems = []
        self._by_root = {}
        for root in (None, *self.roots.values()):
            given = by_root.get(root) if by_root is not None and root is not None else None
            try:
                self._by_root[root] = read_editor_settings(given if given is not None else self._general, root)
            except ConfigError as error:
                self._by_root[root] = EditorSettings()
                problems.append(str(error))
        self._settled.set()
        return problems

    def settings_of(self, path: str) -> EditorSettings:
        """Those that hold for a document."""
        root = self.root_of(path)
        return self._by_root.get(root) or self._by_root.get(None) or EditorSettings()

    # Documents

    def _question(self, document: Document) -> Question:
        found = self.settings_of(document.path)
        return Question(
            document.path,
            document.text.plain,
            self.root_of(document.path),
            found.settings,
            found.environment,
            self.documents.texts,
        )

    async def view(self, uri: str) -> View:
        """What there is to show of a document, once the settings are known.

        Raises:
            Closed: it is not open.
        """
        if not self._settled.is_set():
            try:
                await asyncio.wait_for(self._settled.wait(), _SETTINGS_WAIT_S)
            except asyncio.TimeoutError:
                self.configure(None)
        return await self.documents.view(uri)
