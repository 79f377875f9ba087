"""What is said of a call."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.lsp.hover import hover_at
from gillint.pipeline import analyse_in_full
from tests.support import text

SOURCE = text("""
    import asyncio
    import hashlib
    import time
    import numpy as np
    import nobody
    from threading import Thread

    def own(n):
        return hashlib.sha256(b"x" * 1_000_000).digest()

    def main(a, chunk):
        b = a @ np.ones((100, 100))
        for name in (1, 2):
            own(
                name)
        sorted(chunk, key=lambda x: x.y)
        time.sleep(3)
        undefined(3)
        nobody.knows(chunk)
        hashlib.md5(chunk)
        thread = Thread(target=own, args=(3,))
        thread.start()
        thread.join()
    """)
CONTEXT = analyse_in_full(SOURCE, "a.py", Options()).context
LINES = SOURCE.split("\n")


def said(marker: str) -> str | None:
    *_, line = (i for i, text in enumerate(LINES, 1) if marker in text)
    assert CONTEXT is not None
    found = hover_at(CONTEXT, line, LINES[line - 1].index(marker) + 2)
    return found.text if found is not None else None


@pytest.mark.parametrize(
    ("marker", "parts"),
    [
        (
            "sha256",
            [
                "`hashlib.sha256` **releases the GIL**",
                "computing without it",
                "Conditions:",
                "Evidence:",
                "Version here: python",
            ],
        ),
        ("np.ones", ["`numpy.ones`", "Version here: numpy"]),
        ("own(", ["`own` is a function of this project", "One call takes about", "holds the GIL"]),
        ("sorted", ["`sorted`", "The function that it is given runs as Python code"]),
        ("time.sleep", ["**waits with the GIL released**", "3 s waiting without it"]),
        ("undefined", ["`undefined` is not defined here"]),
        ("nobody.knows", ["**unknown**", "nothing is known"]),
        ("hashlib.md5", ["The times depend on sizes that the source does not tell: `chunk`"]),
        ("thread.join", ["waits for work that was handed over"]),
    ],
)
def test_calls(marker: str, parts: list[str]) -> None:
    text = said(marker)
    assert text is not None
    for part in parts:
        assert part in text, text


def test_elsewhere_nothing_is_said() -> None:
    assert CONTEXT is not None
    assert hover_at(CONTEXT, 1, 3) is None
    assert hover_at(CONTEXT, 999, 1) is None


def test_of_calls_inside_one_another_the_inner_one_counts() -> None:
    context = analyse_in_full("import json, zlib\nx = zlib.compress(json.dumps(y))\n", "a.py", Options()).context
    assert context is not None
    inner, outer = hover_at(context, 2, 22), hover_at(context, 2, 8)
    assert inner is not None and "json.dumps" in inner.text
    assert outer is not None and "zlib.compress" in outer.text
