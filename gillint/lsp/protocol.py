"""JSON-RPC as pygls speaks it, with texts kept by ourselves, and an answer to each request, a malformed one too."""

from __future__ import annotations

import logging
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """pygls' own store of documents takes form feeds for the ends of lines, and old versions for new ones: it stays empty."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        """The server's own handler alone."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        """The server's own handler alone."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        """The server's own handler alone."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as a value. A request that does not fit its type is answered: its sender would wait for ever."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if isinstance(data.get("id"), (int, str)) and "method" in data:
                error = JsonRpcInvalidParams(f"the parameters of {data['method']} do not fit")
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Pass a message on, if it is one."""
        if not hasattr(message, "jsonrpc"):
            log.warning("not a message of JSON-RPC 2.0: %.200r", message)
            return
        refusal = self._refusal(getattr(message, "method", None))
        if refusal is None:
            super().handle_message(message)
        elif hasattr(message, "id"):
            self._send_response(message.id, error=refusal)

    def _refusal(self, method: str | None) -> types.ResponseError | None:
        """Why a request or notification comes too early or too late, or None; answers to our own requests never do."""
        if method is None or method == types.EXIT:
            return None
        if self._shutdown:
            return types.ResponseError(types.ErrorCodes.InvalidRequest.value, "the server is shutting down")
        if self._workspace is None and method not in (types.INITIALIZE, types.SHUTDOWN):
            return types.ResponseError(types.ErrorCodes.ServerNotInitialized.value, "not initialized yet")
        if self._workspace is not None and method == types.INITIALIZE:
            return types.ResponseError(types.ErrorCodes.InvalidRequest.value, "initialized already")
        return None
