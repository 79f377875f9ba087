"""`gillint server`: the language server, for editors."""

from __future__ import annotations


def command() -> int:
    """Serve an editor over standard input and output (Language Server Protocol). docs/editors.md says how to set one up."""
    from gillint.lsp import serve

    serve()
    return 0
