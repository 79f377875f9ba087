"""The concept pages: shipped with the package, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent

# What users call them, and the page that answers.
CONCEPTS: dict[str, str] = {
    "gil": "gil",
    "switch-interval": "switch-interval",
    "switchinterval": "switch-interval",
    "pandas": "pandas",
    "free-threading": "free-threading",
    "free-threaded": "free-threading",
    "nogil": "free-threading",
    "no-gil": "free-threading",
    "asyncio": "asyncio",
    "convoy": "convoy",
    "convoy-effect": "convoy",
    "granularity": "granularity",
    "ways-out": "ways-out",
    "held-fraction": "held-fraction",
    "ceiling": "ceiling",
    "unknown": "unknown",
}


def concepts_folder() -> Path:
    """Where the pages are."""
    installed = _PACKAGE / "docs" / "concepts"
    return installed if installed.is_dir() else _PACKAGE.parent / "docs" / "concepts"


def concept_page(name: str) -> str | None:
    """The page of a concept as markdown, or None."""
    stem = CONCEPTS.get(name.lower().replace(" ", "-").replace("_", "-"))
    if stem is None:
        return None
    path = concepts_folder() / f"{stem}.md"
    return path.read_text(encoding="utf-8").rstrip() if path.is_file() else None
