"""The HTML report in headless Chromium: it loads nothing, can be read in both colour schemes, fits, and needs no mouse.

GILLINT_SCREENSHOTS=FOLDER keeps the pictures.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.integration.browser import Tab, browse, find_chromium
from tests.support import ROOT, inside

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium here"),
    pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here"),
]

PAGES = {
    "one": ["fixtures/sketches/json_lines.py"],
    "many": [
        "fixtures/sketches", "fixtures/rules/threads-over-held-work", "fixtures/rules/long-computation-in-coroutine",
        "fixtures/rules/syntax-error",
    ],
    "clean": ["fixtures/rules/inverted-gil-test/clean.py"],
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, paths in PAGES.items():
        done = inside(*paths, "--output-format", f"html={folder / name}.html")
        assert (done.returncode, done.stderr) == (0, "")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    program = find_chromium()
    assert program is not None
    with browse(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("name", PAGES)
def test_it_loads_nothing_and_nothing_is_refused(name: str, tab: Tab, pages: dict[str, Path]) -> None:
    tab.look()
    tab.open(pages[name])
    assert tab.value("document.querySelector('h1').textContent") == "Does it scale?"
    asked = [e["params"]["request"]["url"] for e in tab.events if e["method"] == "Network.requestWillBeSent"]
    assert asked == [pages[name].as_uri()]
    said = [e for e in tab.events if e["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled")]
    assert said == []


# Each piece of text with its colour on what is behind it, by the formula of WCAG 2.
_CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = css => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
    if (c[3] === 255) return c; } return rgba('white'); };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), e = walk.currentNode.parentElement;
    if (!text || !e.checkVisibility() || ['TITLE', 'DESC', 'title', 'desc'].includes(e.tagName)) continue;
    const style = getComputedStyle(e), front = rgba(e.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(front), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) found.push([text.slice(0, 40), ratio]);
  }
  return found;
})()"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_both_colour_schemes(name: str, scheme: str, tab: Tab, pages: dict[str, Path]) -> None:
    tab.look(scheme=scheme)
    tab.open(pages[name])
    assert tab.value("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
    (red, *_) = tab.value("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (red < 60) == (scheme == "dark")
    assert tab.value(_CONTRAST) == []
    keep(f"{name}-{scheme}", tab)


def keep(name: str, tab: Tab) -> None:
    """The picture is a picture; it is kept where somebody wants to look at it."""
    picture = tab.screenshot()
    assert picture.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", picture[16:24])
    assert width == tab.value("innerWidth")
    folder = os.environ.get("GILLINT_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(picture)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 400, 800, 1600])
def test_it_fits_every_window(name: str, width: int, tab: Tab, pages: dict[str, Path]) -> None:
    tab.look(width=width)
    tab.open(pages[name])
    assert tab.value("document.documentElement.scrollWidth") <= width
    outside = """[...document.querySelectorAll('svg text')].filter(t => { const a = t.getBoundingClientRect(),
        b = t.closest('svg').getBoundingClientRect();
        return a.width && (a.left < b.left - 1 || a.right > b.right + 1 || a.bottom > b.bottom + 1 || a.top < b.top - 1); }
        ).map(t => t.textContent)"""
    assert tab.value(outside) == []
    keep(f"{name}-{width}", tab)


_FOCUSED = """(() => { const e = document.activeElement;
  if (!e || e === document.body) return null;
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  return {tag: e.tagName, text: e.textContent.trim().slice(0, 40), left: r.left, ring: s.outlineStyle, width: s.outlineWidth,
          order: [...document.querySelectorAll('*')].indexOf(e)}; })()"""


def test_it_needs_no_mouse(tab: Tab, pages: dict[str, Path]) -> None:
    tab.look()
    tab.open(pages["one"])
    tab.press("Tab")
    first = tab.value(_FOCUSED)
    assert first["text"] == "Skip to the report"
    assert first["left"] >= 0
    tab.press("Enter", "\r")
    assert tab.value("location.hash") == "#main"
    seen = []
    for _ in range(40):
        tab.press("Tab")
        found = tab.value(_FOCUSED)
        if found is None or found["tag"] == "HTML":
            break
        seen.append(found)
    assert all(f["ring"] == "solid" and float(f["width"].removesuffix("px")) >= 2 for f in seen), seen
    assert all(a["order"] < b["order"] for a, b in pairwise(seen))
    tags = [f["tag"] for f in seen]
    assert tags.count("SUMMARY") == 2  # the region and the file
    assert "A" in tags
    assert len(seen) < 15  # not a stop for each line of the source


def test_regions_open_and_close_with_a_key(tab: Tab, pages: dict[str, Path]) -> None:
    tab.look()
    tab.open(pages["many"])
    opened = "document.querySelector('#r1 details').open"
    tab.value("document.querySelector('#r1 summary').focus()")
    assert tab.value(opened) is True
    tab.press("Enter", "\r")
    assert tab.value(opened) is False
    tab.press(" ", " ")
    assert tab.value(opened) is True


def test_every_link_leads_to_something_that_is_shown(tab: Tab, pages: dict[str, Path]) -> None:
    tab.look()
    tab.open(pages["many"])
    broken = """[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))
        .filter(h => !h.startsWith('#') || !document.getElementById(h.slice(1)))"""
    assert tab.value(broken) == []
    tab.value("document.querySelectorAll('details').forEach(d => d.open = false)")
    tab.value("document.querySelector('.findings a').click()")
    assert tab.value("document.querySelector(location.hash).closest('details').open") is True


def test_the_roles_and_names_that_a_screen_reader_gets(tab: Tab, pages: dict[str, Path]) -> None:
    tab.open(pages["one"])
    tab.send("Accessibility.enable")
    nodes = tab.send("Accessibility.getFullAXTree")["nodes"]
    shown = [n for n in nodes if not n["ignored"]]
    roles = {n["role"]["value"] for n in shown}
    assert {"main", "navigation", "contentinfo", "heading", "table", "region"} <= roles
    pictures = [n["name"]["value"] for n in shown if n["role"]["value"] in ("image", "img")]
    assert any("Speed-up curve" in name for name in pictures)
    unnamed = [n["role"]["value"] for n in shown if n["role"]["value"] in ("link", "region") and not n["name"]["value"]]
    assert unnamed == []


def test_the_page_of_the_test_is_what_users_get(pages: dict[str, Path]) -> None:
    assert "default-src 'none'" in pages["one"].read_text(encoding="utf-8")
    assert (ROOT / "gillint" / "report" / "page.css").read_text(encoding="utf-8") in pages["one"].read_text(
        encoding="utf-8"
    )
