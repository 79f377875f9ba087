"""What scripts/site.py makes of the documentation for MkDocs, and that a strict build is content with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.site import deeper, linked
from tests.support import ROOT, environment


@pytest.mark.parametrize(
    ("source", "page", "before", "after"),
    [
        ("docs/index.md", "index.md", "[README](../README.md)", "[README](start.md)"),
        ("docs/knowledge.md", "knowledge.md", "[a](../knowledge/README.md#types)", "[a](knowledge-files.md#types)"),
        ("docs/concepts/gil.md", "concepts/gil.md", "[c](../../CONTRIBUTING.md)", "[c](../contributing.md)"),
        ("CONTRIBUTING.md", "contributing.md", "[m](docs/model.md)", "[m](model.md)"),
        ("docs/knowledge.md", "knowledge.md", "[t](../knowledge/bytecode.toml)", "t"),
        ("docs/a.md", "a.md", "[x](https://example.org/README.md)", "[x](https://example.org/README.md)"),
        ("docs/a.md", "a.md", "[x](missing.py) ![p](accuracy.svg)", "[x](missing.py) ![p](accuracy.svg)"),
        ("docs/a.md", "a.md", "[two\nlines](rules/index.md)", "[two\nlines](rules/index.md)"),
    ],
)
def test_links(source: str, page: str, before: str, after: str) -> None:
    assert linked(before, source, page) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("text\n\n- a\n- b", "text\n\n- a\n- b"),
        ("text:\n- a", "text:\n\n- a"),
        ("- a\n  more\n  - b\n    - c\n- d", "- a\n    more\n    - b\n        - c\n- d"),
        ("1. a\n\n   para\n2. b", "1. a\n\n    para\n\n2. b"),
        ("1. a\n\n   ```sh\n   x\n     y\n   - z\n   ```\n2. b", "1. a\n\n    ```sh\n    x\n      y\n    - z\n    ```\n\n2. b"),
        ("```\n- a\n  - b\n```\ntext", "```\n- a\n  - b\n```\ntext"),
        ("- a\n\ntext\n- b", "- a\n\ntext\n\n- b"),
        ("    code\n\ntext", "    code\n\ntext"),
    ],
)  # fmt: skip
def test_lists(before: str, after: str) -> None:
    assert deeper(before) == after


def test_a_strict_build_is_content_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="MkDocs is not installed: pip install -e '.[docs]'")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "--quiet", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT, env=environment() | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pages = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html")}
    assert {"start.html", "reading.html", "contributing.html", "knowledge-files.html", "concepts/gil.html"} <= pages
    commands = (tmp_path / "site" / "commands.html").read_text(encoding="utf-8")
    assert all(f'id="gillint-{name}"' in commands for name in ("check", "server", "knowledge-verify"))
    rules = {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert {f"rules/{name}.html" for name in rules} <= pages
    for path in (tmp_path / "site").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'src="http' not in text and "fonts.g" not in text and 'stylesheet" href="http' not in text, path
    built = (tmp_path / "site" / "knowledge.html").read_text(encoding="utf-8")
    _, _, steps = built.partition('id="how-to-contribute-a-fact"')
    assert steps.split("</ol>")[0].count("<li>") == 5
