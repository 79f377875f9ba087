"""What MkDocs needs to make a site of docs/ (see mkdocs.yml): pages that stand elsewhere, folders in the navigation, lists.

python -m mkdocs build --strict --site-dir site
"""

from __future__ import annotations

import contextlib
import io
import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# Pages of the site that stand outside docs/, and links that lead there; what is no page becomes mere text.
OUTSIDE = {"contributing.md": "CONTRIBUTING.md", "knowledge-files.md": "knowledge/README.md"}
_PAGES = {source: page for page, source in OUTSIDE.items()} | {"README.md": "start.md"}
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\n]*(?:\n[^\]\n]*)?)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE = re.compile(r" *(```+|~~~+)")
_ITEM = re.compile(r"(?P<indent> *)(?P<marker>[-*+]|\d+[.)])(?P<space> +)(?=\S)")


def on_config(config: Any) -> Any:
    """A pattern in the navigation is every page that it matches, an index first."""
    config["nav"] = list(_expanded(config["nav"], Path(config["docs_dir"])))
    return config


def _expanded(entries: list[Any], docs: Path) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, dict):
            yield {t: list(_expanded(v, docs)) if isinstance(v, list) else v for t, v in entry.items()}
        elif "*" in entry:
            found = sorted(docs.glob(entry), key=lambda path: (path.name != "index.md", path.name))
            yield from (path.relative_to(docs).as_posix() for path in found)
        else:
            yield entry


def on_files(files: Any, config: Any) -> Any:
    """Bring in the pages that stand outside docs/."""
    from mkdocs.structure.files import File

    for page, source in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    files.append(File.generated(config, "commands.md", content=commands_page()))
    return files


def commands_page() -> str:
    """What `--help` says of each command: made when the site is, since it changes with the parser of options, too."""
    from gillint.cli.app import main

    parts = ["# The command line\n\n`gillint PATH...` without a command is `gillint report PATH...`.\n"]
    waiting = [""]
    while waiting:
        command = waiting.pop(0)
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            main([*command.split(), "--help"])
        parts.append(f"## gillint {command}".rstrip() + f"\n\n```text\n{shown.getvalue().rstrip()}\n```\n")
        listed = re.search(r"^Commands:\n((?:  .+\n)+)", shown.getvalue(), re.MULTILINE)
        waiting[:0] = [
            f"{command} {name}".strip() for name in re.findall(r"^  (\w+)", listed[1] if listed else "", re.MULTILINE)
        ]
    return "\n".join(parts)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The text of a page as MkDocs reads it."""
    uri: str = page.file.src_uri
    return deeper(linked(markdown, OUTSIDE.get(uri, f"docs/{uri}"), uri))


def linked(markdown: str, source: str, page: str) -> str:
    """Links between files of the repository as links between pages.

    Args:
        markdown: the text.
        source: where it stands in the repository.
        page: where it stands on the site.
    """

    def link(match: re.Match[str]) -> str:
        target = match["target"]
        if ":" in target or target.startswith("/"):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path.startswith("docs/"):
            wanted = path.removeprefix("docs/")
        elif path in _PAGES:
            wanted = _PAGES[path]
        elif (ROOT / path).exists():
            return match["text"]
        else:
            return match[0]  # which the strict build reports
        return f"[{match['text']}]({posixpath.relpath(wanted, posixpath.dirname(page) or '.')}{match['anchor'] or ''})"

    return _LINK.sub(link, markdown)


def deeper(markdown: str) -> str:
    """Lists as Python-Markdown reads them.

    What belongs to an item is indented by four columns a level, where GitHub takes it by the column at which the item's
    text begins; and an empty line stands before a list, and before an item that follows one of several paragraphs.
    """
    lines: list[str] = []
    levels: list[int] = []  # the columns at which the texts of the open items begin
    fence = ""  # the mark of the open code block
    loose = False  # whether the list has an empty line in it
    for line in markdown.split("\n"):
        if not line.strip():
            loose = loose or bool(levels)
            lines.append(line)
            continue
        indent = len(line) - len(line.lstrip(" "))
        depth = len(levels)
        item = None
        if not fence:
            item = _ITEM.match(line)
            while levels and indent < levels[-1]:
                levels.pop()
            if item is not None and lines and lines[-1].strip() and (loose or depth == 0):
                lines.append("")
            loose = loose and (item is not None or bool(levels))
            depth = len(levels)
            if item is not None:
                levels.append(item.end())
        begins = levels[depth - 1] if depth else 0
        lines.append(" " * (4 * depth) + line[min(indent, begins) :])
        mark = _FENCE.match(line)
        if mark is not None and not fence:
            fence = mark[1]
        elif mark is not None and line.strip() == fence:
            fence = ""
    return "\n".join(lines)
