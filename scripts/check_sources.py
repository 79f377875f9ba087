"""Check what the facts cite against the source: the path exists, the symbol occurs, and what releases does so there.

    python -m scripts.check_sources --source python/cpython=../Python-3.13.5 --source numpy/numpy=../numpy zlib numpy
    python -m scripts.check_sources --sources ../checkouts          folders named owner+name
    python -m scripts.check_sources --installed                     what is installed beside this script

`--installed` looks for Python files in the installed distributions, and reads their WHEEL files; it is asked last. Sources
of C come from the distributions on PyPI (`pip download --no-binary :all: --no-deps --no-clean` leaves them unpacked
in TMPDIR) and from Debian's source packages (`apt-get source python3.13`).

A folder is a checkout, or an unpacked source distribution; OWNER/NAME@3.11=FOLDER is for citations of 3.11 and its
patch releases alone. Of a fact that says that a function releases the GIL, that
function (or, where it cannot be told apart, its file) must hold what releases it: Py_BEGIN_ALLOW_THREADS, PyEval_SaveThread,
nogil, allow_threads, detach, gil_scoped_release and the like. Where a function that it calls does so, or the entry names
what does, that is counted apart, as indirect. Exits with 1 where a citation fails; what has no folder is counted as skipped.
"""

from __future__ import annotations

import argparse
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gillint.knowledge.base import all_libraries
from gillint.knowledge.schema import Library, Source

RELEASES = re.compile(
    r"ALLOW_THREADS|NPY_BEGIN_THREADS|NPY_END_THREADS|PyEval_SaveThread|PyEval_ReleaseThread|ReleaseGIL|release_gil|release_GIL|GEOS_INIT_THREADS|ReleaseThread"
    r"|nogil|allow_threads|\bdetach\b|gil_scoped_release|_PyThreadState_Detach|PyThreadState_Swap|ERRWRAP2|UNBLOCK|BEGIN_THREADS"
    r"|BLOCK_THREADS|SaveThread|ImagingSectionEnter|Py_BEGIN|_Py_BEGIN|RELEASE_GIL|GILRelease|threadsafe|gil_release|enter_polars"
)
_SAYS_SO = re.compile(
    r"\b(releases?|gives? the GIL up|without the GIL|outside the GIL|drops? the GIL|lets go of|with nogil)\b", re.I
)
_DENIES = re.compile(
    r"\bno releases?\b|\bnot? (?:\w+ ){0,3}release|\bnever\b|\bnowhere\b|neither|nothing"
    r"|without (?:a |any |ever )?(?:release|releasing|giv)|\bholds\b|\bheld\b|with the GIL held|does not|nor\b"
    r"|\bnone\b|instead of releas|if any",
    re.I,
)
_CODE = {".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".hh", ".rs", ".pyx", ".pxi", ".pxd", ".src", ".in", ".inc", ".m"}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a citation, or how it fared."""

    outcome: str  # "good", "indirect", "skipped", or what is wrong
    source: Source
    names: tuple[str, ...]


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def files_of(path: Path) -> Iterator[Path]:
    """The file, or the source files below a folder."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.is_file() and (found.suffix in _CODE or found.suffix in (".py", ".pyi", ".md", ".rst")):
            yield found


def words_of(symbol: str) -> list[str]:
    """The identifiers that must occur: of `Class.method` the last part, of several with commas each; of a phrase its words."""
    plain = re.sub(r"\s\(.*?\)", "", symbol)
    parts = [part.strip() for part in re.split(r"[,;/]|\band\b", plain) if part.strip()]
    return [re.split(r"\.|::|->", part.removesuffix("()"))[-1] for part in parts]


def occurs(word: str, text: str) -> bool:
    """Whether a symbol stands in a text; `@TYPE@_sort` and `sort_*` stand for what a template makes of them."""
    if word in text:
        return True
    pieces = [piece for piece in re.split(r"\s+|\*|<\w+>|@\w+@|\{\w*\}", word) if len(piece) > 2]
    return bool(pieces) and all(piece in text for piece in pieces)


def bodies_of(word: str, text: str) -> Iterator[str]:
    """The text of functions in C, Rust or Cython: from the definition to the next line that ends one."""
    head = rf"^(?:[\w\s*&<>:,\[\]]*[\s*&:])?{re.escape(word)}\s*(?:<[^>]*>)?\((?![^)]*\)\s*(?:;|\*/))"
    for definition in re.finditer(head, text, re.MULTILINE):
        first = definition[0].rsplit("\n", 1)[-1]
        indent = len(first) - len(first.lstrip(" \t"))
        end = re.compile(rf"^[ \t]{{0,{indent}}}(?:\}}|(?:async )?(?:cp)?def |cdef |fn |pub fn |class )", re.MULTILINE)
        found = end.search(text, definition.end())
        yield text[definition.start() : found.end() if found is not None else len(text)]


def releases(words: list[str], texts: list[str], hops: int) -> tuple[bool, bool]:
    """Whether the functions of these names are there, and whether one of them, or what it calls in these texts, releases."""
    bodies = [body for word in words for text in texts if word in text for body in bodies_of(word, text)]
    if any(RELEASES.search(body) for body in bodies):
        return True, True
    if not hops:
        return bool(bodies), False
    called = {name for body in bodies for name in re.findall(r"\b([A-Za-z_]\w*)!?\s*\(", body)} - set(words)
    return bool(bodies), bool(called) and releases(sorted(called), texts, hops - 1)[1]


# Where a repository keeps what it installs into site-packages, and what its source distribution leaves out.
_LAYOUTS = ("src/", "lib/", "Lib/", "python/", "py-polars/", "py-polars/src/", "")


def located(root: Path, path: str) -> Path | None:
    """Where a path of a repository is in its folder: as it stands, or as a source distribution or a wheel lays it out."""
    project = path.partition("/")[2]  # of a repository of several projects, a source distribution has one
    without = [path.removeprefix(layout) for layout in _LAYOUTS if path.startswith(layout)]
    for candidate in (path, *without, *(layout + path for layout in _LAYOUTS), project):
        if candidate and (root / candidate).exists():
            return root / candidate
    return None


def check(source: Source, root: Path, releasing: bool) -> str:
    """How one citation fares in its repository's folder."""
    path = located(root, source.path)
    if path is None:
        near = sorted(str(p.relative_to(root)) for p in root.rglob(Path(source.path).name))[:2]
        return f"no such path{f'; there is {near[0]}' if near else ''}"
    texts = [text_of(file) for file in files_of(path)]
    missing = [word for word in words_of(source.symbol) if not any(occurs(word, text) for text in texts)]
    if missing:
        return f"no {', '.join(missing)} in it"
    if path.suffix in (".py", ".pyi", ".md", ".rst"):
        return "good"  # Python gives nothing up itself
    if not releasing or not _SAYS_SO.search(source.says) or _DENIES.search(source.says):
        return "good"
    words = words_of(source.symbol)
    there, directly = releases(words, texts, 0)
    if directly or (not there and any(RELEASES.search(text) for text in texts)):
        return "good"
    if releases(words, texts, 2)[1]:
        return "indirect"  # a function of the same file that it calls does it
    named = re.findall(
        r"\b_?[A-Za-z]\w*(?:_\w+|[a-z][A-Z]\w*|\.\w+|\(\d?\))|\bwhose\b|\braw\b|\bmachinery\b", source.says
    )
    return "indirect" if named else "says that it releases, and nothing there does"


def check_wheel(source: Source, wheel: str) -> str:
    """How a citation of a WHEEL file fares in its text."""
    line = re.search(rf"^{re.escape(source.symbol)}:\s*(\w+)", wheel, re.MULTILINE)
    if line is None:
        return f"no {source.symbol} in it"
    is_pure = source.symbol == "Root-Is-Purelib" and line[1] == "false"
    return "says that it is pure Python, and it has compiled modules" if is_pure else "good"


def check_installed(source: Source, distribution: str) -> str | None:
    """How a citation fares in what is installed; None where that cannot tell."""
    if source.path == "WHEEL":
        try:
            wheel = metadata.distribution(source.repository.partition("/")[2]).read_text("WHEEL")
        except metadata.PackageNotFoundError:
            return None
        return check_wheel(source, wheel or "")
    if not source.path.endswith((".py", ".pyi")) and "." in source.path.rsplit("/", 1)[-1]:
        return None
    is_stdlib = source.repository == "python/cpython"
    homes = [Path(sysconfig.get_path("stdlib"))] if is_stdlib else _homes(distribution)
    for home in homes:
        for layout in _LAYOUTS:
            if source.path.startswith(layout) and (home / source.path.removeprefix(layout)).exists():
                found = check(replace(source, path=source.path.removeprefix(layout)), home, releasing=False)
                is_ours = source.version.startswith("{}.{}.".format(*sys.version_info))
                return found if found == "good" or is_ours or not is_stdlib else None
    return None


@cache
def _homes(distribution: str) -> list[Path]:
    try:
        return [Path(str(metadata.distribution(distribution).locate_file("")))]
    except metadata.PackageNotFoundError:
        return []


def root_of(source: Source, roots: dict[str, Path]) -> Path | None:
    """The folder for a citation: the one for its version, else the one for any."""
    for name, root in roots.items():
        repository, _, version = name.partition("@")
        if repository == source.repository and version and f"{source.version}.".startswith(f"{version}."):
            return root
    return roots.get(source.repository)


def citations(library: Library) -> dict[Source, tuple[bool, tuple[str, ...]]]:
    """Each source that a library cites, whether a fact that cites it releases, and for which names."""
    found: dict[Source, tuple[bool, tuple[str, ...]]] = {}
    facts = [fact for _, fact in library.facts] + ([library.default] if library.default is not None else [])
    for fact in facts:
        behaviours = (fact.behaviour, *(c.behaviour for c in fact.clauses))
        entries = [(evidence, behaviours) for evidence in fact.evidence]
        entries += [(evidence, (c.behaviour,)) for c in fact.clauses for evidence in c.evidence]
        for evidence, supported in entries:
            if isinstance(evidence, Source):
                releasing = any(b.effect.value in ("releases", "waits") for b in supported)
                before = found.get(evidence, (False, ()))
                found[evidence] = (before[0] or releasing, tuple(dict.fromkeys((*before[1], fact.name))))
    for evidence in library.support_evidence:
        if isinstance(evidence, Source):
            found.setdefault(evidence, (False, (f"{library.name} (support)",)))
    return found


def main() -> int:
    """Check the citations of the named libraries, or of all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY")
    parser.add_argument("--source", action="append", default=[], metavar="OWNER/NAME=FOLDER")
    parser.add_argument(
        "--installed", action="store_true", help="ask the installed distributions where there is no folder"
    )
    parser.add_argument("--sources", type=Path, metavar="FOLDER", help="holds folders named owner+name")
    options = parser.parse_args()
    roots: dict[str, Path] = {}
    if options.sources is not None:
        roots = {p.name.replace("+", "/", 1): p for p in sorted(options.sources.iterdir()) if p.is_dir()}
    for given in options.source:
        name, _, folder = given.partition("=")
        roots[name] = Path(folder)
        if not roots[name].is_dir():
            parser.error(f"{folder}: no such folder")
    findings: list[Finding] = []
    for library in all_libraries():
        if options.libraries and library.name not in options.libraries:
            continue
        for source, (releasing, names) in citations(library).items():
            root = root_of(source, roots)
            there = root is not None and any(root.iterdir())
            is_built = source.path.lower().endswith("wheel")  # no part of a source distribution
            outcome = check(source, root, releasing) if root is not None and there and not is_built else "skipped"
            if outcome == "skipped" and options.installed:
                outcome = check_installed(source, library.distribution) or outcome
            findings.append(Finding(outcome, source, names))
            if outcome not in ("good", "indirect", "skipped"):
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                place = f"{source.repository} {source.version} {source.path} ({source.symbol})"
                print(f"{library.file}: {names[0]}{more}: {place}: {outcome}; it says: {source.says}")
    fine = ("good", "indirect", "skipped")
    counts = Counter(f.outcome if f.outcome in fine else "failed" for f in findings)
    print(", ".join(f"{counts[kind]} {kind}" for kind in ("good", "indirect", "failed", "skipped")), file=sys.stderr)
    return int(counts["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
