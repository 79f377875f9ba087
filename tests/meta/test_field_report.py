"""The field report is what its data says, and every diagnostic in it was judged."""

from __future__ import annotations

from scripts import field_page


def test_the_page_is_made_from_its_data() -> None:
    assert field_page.PAGE.read_text(encoding="utf-8") == field_page.page(*field_page.read())


def test_every_diagnostic_was_judged_and_nearly_all_are_right() -> None:
    figures, judged, _ = field_page.read()
    found = field_page.findings(figures, judged)
    assert found
    assert [f for f in found if f.right is None or not f.why] == []
    assert sum(f.right is True for f in found) >= 0.95 * len(found)
    assert len(judged["judgement"]) == len(found)


def test_no_benchmark_of_pure_python_is_said_to_gain_by_threads() -> None:
    _, judged, benchmarks = field_page.read()
    gaining = {name for name, one in benchmarks.items() if one["help"] in ("yes", "partly")}
    assert gaining <= set(judged["outside"])
