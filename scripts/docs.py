"""Write the documentation that comes from the program itself, or check that it is up to date.

    python scripts/docs.py            writes
    python scripts/docs.py --check    names what is stale, and exits with 1

It writes `docs/rules/`: a page for each rule, from its definition and from what `gillint check` prints for its fixture,
and an index. In README.md and in the other pages of `docs/` it replaces what stands between two markers:

    <!-- output: gillint fixtures/sketches/json_lines.py -->    the command and what it prints, 88 columns wide
    <!-- output in fixtures/start: gillint fetch.py -->         the same, run in that folder
    <!-- source: fixtures/start/fetch.py -->                    the text of a file
    <!-- facts: json.loads, json.dumps -->                      what the knowledge base says of these, with its evidence
    <!-- rules -->                                              the table of the rules
    <!-- fit: scripts/data/handoff-3.11.csv -->                 a measured grid, and what the model predicts for it
    <!-- beliefs: docs/beliefs.toml -->                        what is believed and what is so, with evidence and probe
    <!-- verified: scripts/data/verified-3.11.csv -->           the last full run of `gillint knowledge verify`
    <!-- constants: HANDOFF_NS, CONVOY_FLOOR -->                constants of the model
    <!-- end -->
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gillint.errors import GillintError  # noqa: E402
from gillint.knowledge.base import find_fact  # noqa: E402
from gillint.knowledge.schema import Measured, Source  # noqa: E402
from gillint.report.facts import told  # noqa: E402
from gillint.rules import RULES  # noqa: E402
from gillint.rules.base import Rule  # noqa: E402
from gillint.scaling import model  # noqa: E402

COLUMNS = 88
RULE_PAGES = Path("docs/rules")
_FREE_THREADED = ("GIL501",)  # rules about builds without a GIL
_KINDS = "output|source|facts|beliefs|verified|rules|fit|constants"
_BLOCK = re.compile(
    rf"^(?P<open><!-- (?P<kind>{_KINDS})(?: in (?P<folder>\S+))?(?:: (?P<argument>[^\n]+?))? -->)\n.*?^(?P<close><!-- end -->)$",
    re.MULTILINE | re.DOTALL,
)
_MARKER = re.compile(rf"^<!-- (?:{_KINDS})\b.*-->$", re.MULTILINE)


class Problem(Exception):
    """Something in a page or a fixture that has to be mended by hand."""


@dataclass(frozen=True)
class Page:
    """A file, and what should be in it (None where it should not be there)."""

    path: Path
    wanted: str | None

    @property
    def stale(self) -> bool:
        file = ROOT / self.path
        return file.is_file() if self.wanted is None else not file.is_file() or _read(file) != self.wanted

    def write(self) -> None:
        file = ROOT / self.path
        if self.wanted is None:
            file.unlink()
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.wanted, encoding="utf-8", newline="\n")


def pages() -> Iterator[Page]:
    """Every page that this script writes, whole or in part."""
    generated = {RULE_PAGES / "index.md": _rule_index()}
    generated.update({RULE_PAGES / rule_file(rule): _rule_page(rule) for rule in RULES})
    for path, text in generated.items():
        yield Page(path, text)
    for file in sorted((ROOT / RULE_PAGES).glob("*.md")):
        if file.relative_to(ROOT) not in generated:
            yield Page(file.relative_to(ROOT), None)
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        path = file.relative_to(ROOT)
        if path not in generated and path.parent != RULE_PAGES:
            yield Page(path, _with_blocks(path, _read(file)))


def rule_file(rule: Rule) -> str:
    """The name of a rule's page."""
    return f"{rule.code}-{rule.name}.md"


def _rule_page(rule: Rule) -> str:
    fixture = Path("fixtures/rules", rule.name, "flagged.py").as_posix()
    if not (ROOT / fixture).is_file():
        raise Problem(f"{fixture}: missing; each rule has one")
    build = "--free-threaded " if rule.code in _FREE_THREADED else ""
    printed = _printed(f"gillint check {build}--select {rule.code} {fixture}")
    if rule.code not in printed:
        raise Problem(f"{fixture}: {rule.code} reports nothing in it")
    return f"{rule.page.rstrip()}\n\n## Rendering\n\n{printed}"


def _rule_index() -> str:
    return (
        "# Rules\n\n"
        "What `gillint check` reports. `gillint explain CODE` prints the same pages. The rules that are not marked opt-in\n"
        "are on unless `--select` or `--ignore`, or the [configuration](../configuration.md), says otherwise; the others are\n"
        "added by `--extend-select`. [Suppressing](../suppressing.md) and [fixes](../fixes.md) have pages of their own.\n\n"
        f"{_rule_table('')}"
    )


def _rule_table(folder: str) -> str:
    def severity(rule: Rule) -> str:
        return rule.severity.value + ("" if rule.by_default else ", opt-in")

    rows = [
        f"| [{rule.code}]({folder}{rule_file(rule)}) | {rule.name} | {severity(rule)} | {rule.detects} |"
        for rule in RULES
    ]
    return "\n".join(("| code | name | severity | detects |", "|---|---|---|---|", *rows, ""))


def _with_blocks(path: Path, text: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        kind, argument = match["kind"], match["argument"] or ""
        if kind == "output":
            body = _printed(argument, match["folder"] or ".")
        elif kind == "source":
            body = f"```python\n{_read(ROOT / argument).rstrip()}\n```\n"
        elif kind == "facts":
            body = _facts(path, argument)
        elif kind == "beliefs":
            body = _beliefs(path, argument)
        elif kind == "verified":
            body = _verified(argument)
        elif kind == "fit":
            body = _fit(argument)
        elif kind == "constants":
            body = _constants(path, argument)
        else:
            folder = os.path.relpath(RULE_PAGES, path.parent).replace(os.sep, "/")
            body = _rule_table(f"{folder}/")
        return f"{match['open']}\n{body}{match['close']}"

    done, count = _BLOCK.subn(replaced, text)
    if count != len(_MARKER.findall(text)):
        raise Problem(f"{path}: a marker without its <!-- end -->")
    return done


def _printed(command: str, folder: str = ".") -> str:
    """A console block: a gillint command and what it prints in a folder."""
    program, *arguments = shlex.split(command)
    if program != "gillint":
        raise Problem(f"{command}: only gillint is run")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FORCE_COLOR", "CLICOLOR", "TTY_"))}
    env.update(COLUMNS=str(COLUMNS), NO_COLOR="1", TERM="dumb", PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "gillint", *arguments],
        cwd=ROOT / folder, env=env, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise Problem(f"{command}: exit code {done.returncode}: {done.stderr.strip() or 'printed nothing'}")
    lines = "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())
    return f"```console\n$ {command}\n{lines}\n```\n"


def _facts(path: Path, names: str) -> str:
    """What the knowledge base says, as a list."""
    lines = []
    for name in (n.strip() for n in names.split(",")):
        fact = find_fact(name)
        if fact is None:
            raise Problem(f"{path}: no fact of {name!r} in the knowledge base")
        note = f" {fact.behaviour.note}" if fact.behaviour.note else ""
        lines.append(f"- `{name}`: **{fact.behaviour.effect.value}**{' in general' if fact.clauses else ''}.{note}")
        lines.extend(f"  - {evidence}" for evidence in fact.evidence)
        lines.extend(f"  - {told(c.condition)}: {evidence}" for c in fact.clauses for evidence in c.evidence)
    return "\n".join(lines) + "\n"


def _beliefs(path: Path, name: str) -> str:
    """A row for each belief: what is so, the first source and the first measurement, and the probe that shows it."""
    rows = ["| belief | what is so | evidence | probe |", "|---|---|---|---|"]
    for row in tomllib.loads(_read(ROOT / name))["belief"]:
        fact = find_fact(row["name"])
        if fact is None or fact.probe is None:
            raise Problem(f"{path}: no fact of {row['name']!r} with a probe in the knowledge base")
        source = next((f"{e.path} ({e.symbol}), {e.version}" for e in fact.evidence if isinstance(e, Source)), None)
        held = next((e for e in fact.evidence if isinstance(e, Measured) and e.held is not None), None)
        measured = f"held {held.held:.2f} ({held.version}, {held.date})" if held is not None else None
        evidence = "; ".join(part for part in (source, measured) if part)
        statement = " ".join(fact.probe.statement.split()).replace("|", "\\|")
        rows.append(f"| {row['belief']} | `{fact.name}`: {row['so']} | {evidence} | `{statement}` |")
    return "\n".join(rows) + "\n"


_LARGEST = 30


def _verified(name: str) -> str:
    """How the facts fared, in all and for the libraries with the most of them."""
    run, *table = _read(ROOT / name).splitlines()
    rows = list(csv.DictReader(table))
    verdicts = ("agree", "disagree", "inconclusive", "skipped")
    sums = ", ".join(f"{sum(int(row[v]) for row in rows):,} {v}" for v in verdicts)
    lines = [
        f"{run.lstrip('# ')}, {len(rows)} libraries: {sums}. The {_LARGEST} with the most facts (`{name}` has all):",
        "",
        "| library | version | agree | disagree | inconclusive | skipped |",
        "|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda r: -sum(int(r[v]) for v in verdicts))[:_LARGEST]:
        lines.append(f"| {row['library']} | {row['version']} | {' | '.join(row[v] for v in verdicts)} |")
    return "\n".join(lines) + "\n"


def _constants(path: Path, names: str) -> str:
    """Constants of gillint.scaling.model with their values."""
    lines = ["| constant | value |", "|---|---|"]
    for name in (n.strip() for n in names.split(",")):
        value = getattr(model, name, None)
        if not isinstance(value, (int, float)):
            raise Problem(f"{path}: gillint.scaling.model has no constant {name!r}")
        lines.append(f"| `{name}` | {value:,.4g} |" if value < 1 else f"| `{name}` | {value:,.0f} |")
    return "\n".join(lines) + "\n"


def _fit(name: str) -> str:
    """A grid as scripts/calibrate_handoff.py writes it (two cores): measured / predicted in each cell."""
    cells: dict[tuple[str, str], str] = {}
    off: list[float] = []
    with (ROOT / name).open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            held, threads, measured = 1e3 * float(row["g_us"]), int(row["threads"]), float(row["speedup_median"])
            native, wait = 1e3 * float(row.get("n_us") or 0), 1e3 * float(row.get("w_us") or 0)
            predicted = model.likely(model.Load(gil=held, native=native, wait=wait, releases=1.0), threads, 2)
            off.append(abs(predicted - measured) / measured)
            column = row["n_us"] if native else f"{row['w_us']} on {threads} threads"
            cells[f"{row['g_us']}", column] = f"{measured:.2f} / {predicted:.2f}"
    rows, columns = dict.fromkeys(g for g, _ in cells), dict.fromkeys(n for _, n in cells)
    lines = [
        f"| held us, {'waiting' if 'w_us' in row else 'released'} us | {' | '.join(columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    lines += [f"| **{g}** | {' | '.join(cells.get((g, n), '') for n in columns)} |" for g in rows]
    within = [sum(o <= limit for o in off) for limit in (0.1, 0.2)]
    return (
        "\n".join(lines)
        + f"\n\nWithin 10% of what was measured: {within[0]} of {len(off)} points; within 20%: {within[1]}; "
        + f"the worst is off by {100 * max(off):.0f}%.\n"
    )


def _read(file: Path) -> str:
    with file.open(encoding="utf-8", newline="") as text:
        return text.read()


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(
        prog="scripts/docs.py",
        description="Write the pages of the rules, and the generated blocks of README.md and docs/.",
        epilog="Example: python scripts/docs.py --check",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale and exit with 1")
    check: bool = parser.parse_args(arguments).check
    try:
        stale = [page for page in pages() if page.stale]
    except (Problem, GillintError) as problem:
        print(f"docs: {problem}", file=sys.stderr)
        return 2
    for page in stale:
        print(f"{page.path.as_posix()}: {'stale' if check else 'removed' if page.wanted is None else 'written'}")
        if not check:
            page.write()
    if stale and check:
        print("Run `make docs` to write them.", file=sys.stderr)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
