"""What a call adds to a container or takes out of it, as far as its name tells."""

from __future__ import annotations

import pytest

from gillint.syntax import tree as t
from gillint.syntax.containers import adds_to, change_of, takes_from
from gillint.syntax.parse import parse_text
from gillint.syntax.walk import key_of


def expression(text: str) -> t.Expr:
    (statement,) = parse_text(text, 1)
    assert isinstance(statement, t.Evaluate)
    return statement.value


@pytest.mark.parametrize(
    ("text", "container", "by", "added", "several"),
    [
        ("rows.append(row)", "rows", 1, "row", False),
        ("rows.insert(0, row)", "rows", 1, "row", False),
        ("self.seen.add(key)", "self.seen", 1, "key", False),
        ("jobs.put(job, timeout=1)", "jobs", 1, "job", False),
        ("heappush(heap, item)", "heap", 1, "item", False),
        ("heapq.heappush(self.heap, item)", "self.heap", 1, "item", False),
        ("bisect.insort(rows, row)", "rows", 1, "row", False),
        ("rows.extend(more)", "rows", 1, "more", True),
        ("counts.update(more)", "counts", 1, "more", True),
        ("rows.pop()", "rows", -1, None, False),
        ("rows.pop(0)", "rows", -1, None, False),
        ("rows.remove(row)", "rows", -1, None, False),
        ("jobs.get()", "jobs", -1, None, False),
        ("jobs.get(False)", "jobs", -1, None, False),
        ("jobs.get(timeout=1)", "jobs", -1, None, False),
        ("heapq.heappop(heap)", "heap", -1, None, False),
        ("heapq.heapreplace(heap, item)", "heap", 0, None, False),
    ],
)
def test_changes(text: str, container: str, by: int, added: str | None, several: bool) -> None:
    change = change_of(expression(text))
    assert change is not None
    assert (key_of(change.container), change.by, change.several) == (container, by, several)
    assert (key_of(change.added) if change.added is not None else None) == added
    assert adds_to(expression(text), container) is (by > 0 and not several)
    assert takes_from(expression(text), container) is (by < 0)
    assert not adds_to(expression(text), "other")
    assert not takes_from(expression(text), "other")


@pytest.mark.parametrize(
    "text",
    ["counts.get(word)", "counts.get(word, 0)", "rows.sort()", "len(rows)", "heappop()", "rows[0]", "append(rows)"],
)
def test_what_changes_nothing_as_far_as_its_name_tells(text: str) -> None:
    assert change_of(expression(text)) is None
