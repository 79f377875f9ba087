"""What lets one thread through at a time: is it the same for all threads, and what is it?"""

from __future__ import annotations

from collections.abc import Collection

from gillint.resolve.trace import Call
from gillint.syntax.tree import HOLE

LOCK_TAKEN = ("threading.Lock.__enter__", "threading.RLock.__enter__")  # by `with`


def is_shared(call: Call, made: Collection[str | None]) -> bool:
    """Whether what serialises is the same for all threads: not where each iteration makes its own."""
    receiver = call.bound.receiver
    return receiver is None or receiver.type not in made or file_written(call) is not None


def file_written(call: Call) -> str | None:
    """The file into which a call commits: SQLite lets one writer at a time do so, through whatever connection.

    None where it is not known to be the same each time: another name in each iteration, a temporary file.
    """
    receiver = call.bound.receiver
    if call.name != "sqlite3.Connection.commit" or receiver is None or receiver.text is None:
        return None
    file = receiver.text.pattern
    return None if HOLE in file or file.startswith("<") else file
