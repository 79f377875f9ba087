"""The examples below the help of a command: one to a line, never wrapped, so that they can be copied."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """An epilog."""
    head = "Example:" if len(commands) == 1 else "Examples:"
    return "\n".join(("\b", head, *(f"  {command}" for command in commands)))
