"""The language server: the pipeline behind the Language Server Protocol. The only place with pygls."""

from __future__ import annotations

from gillint.errors import UsageError


def serve() -> None:
    """Serve one client over standard input and output, until it leaves.

    Raises:
        UsageError: pygls is not installed.
    """
    try:
        from gillint.lsp import server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("pygls", "lsprotocol", "attrs", "attr", "cattrs"):
            raise
        raise UsageError("server: needs pygls 2; install it with: python -m pip install 'gillint[lsp]'") from None
    server.serve()
