"""What gillint sees of real projects: how much of it is resolved, and what it reports.

    python -m scripts.field_report FOLDER...                the figures, one line a project
    python -m scripts.field_report FOLDER... --unresolved 40    the calls that are most often not resolved

A folder is an unpacked project, or the package in it. Nothing of it is run.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gillint.advice.assess import Assessment
from gillint.advice.outcome import Options
from gillint.costs.demand import Costs, calls_of
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Diagnostic
from gillint.knowledge.base import library_files
from gillint.knowledge.schema import Effect
from gillint.pipeline import examine, run_rules
from gillint.resolve.program import Project, resolve, walk
from gillint.resolve.trace import Block, Branch, Call, Handover, Kind, Loop
from gillint.source.files import discover, read_source
from gillint.source.modules import ProjectModules
from gillint.syntax.loading import Loader
from gillint.syntax.parse import Syntax, SyntaxProblem, parse

# A region with this share of its file's estimated time is hot.
HOT = 0.1
Place = tuple[str, Span]


@dataclass(slots=True)
class Site:
    """A call in a hot region: in how many of its appearances it was resolved, and how else it is called."""

    resolved: int = 0
    seen: int = 0
    by_name: bool = False
    call: Call | None = None


@dataclass(slots=True)
class Figures:
    """What was seen of one project. Times are nanoseconds of one run of each function that nothing in its file calls."""

    name: str
    files: int = 0
    lines: int = 0
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    regions: int = 0
    unknown_regions: int = 0
    handovers: int = 0
    total: float = 0.0
    unresolved: float = 0.0
    shares: list[float] = field(default_factory=list)
    sites: dict[Place, Site] = field(default_factory=dict)
    heaviest: list[tuple[float, str]] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def resolved_time(self) -> float:
        """The share of the estimated time that is in bytecode, known calls and the project's own functions."""
        return 1 - self.unresolved / self.total if self.total else 1.0

    @property
    def resolved_time_by_region(self) -> float:
        """The same for the hot regions, each with the same weight."""
        return sum(self.shares) / len(self.shares) if self.shares else 1.0

    @property
    def resolved_sites(self) -> float:
        """The share of the call sites in hot regions that are resolved."""
        return sum(s.resolved / s.seen for s in self.sites.values()) / max(1, len(self.sites))


def is_resolved(call: Call) -> bool:
    """Whether knowledge or the project's own code says what a call does."""
    if call.kind == "library":
        return call.fact is not None and call.fact.behaviour.effect is not Effect.UNKNOWN
    if call.kind == "project":
        return not _is_unseen(call)
    return call.kind == "join"


def _is_unseen(call: Call) -> bool:
    """Whether a function of the project lies so deep that it was not looked at; where it calls itself, its time counts."""
    nodes = call.inner.nodes if call.inner is not None else ()
    return len(nodes) == 1 and isinstance(nodes[0], Call) and nodes[0].kind == "unknown" and nodes[0].name == call.name


class Times:
    """Estimated time of blocks, hand-overs included: all of it, and what is in calls that are not resolved."""

    def __init__(self, costs: Costs) -> None:
        self._costs = costs
        self._known: dict[int, tuple[float, float]] = {}

    def of(self, block: Block) -> tuple[float, float]:
        """Total and unresolved nanoseconds."""
        found = self._known.get(id(block))
        if found is None:
            self._known[id(block)] = (0.0, 0.0)
            found = self._known[id(block)] = self._block(block)
        return found

    def _block(self, block: Block) -> tuple[float, float]:
        own = self._costs.block(Block(block.operations)).elapsed.likely
        parts = [(own, 0.0)]
        for node in block.nodes:
            if isinstance(node, Call):
                effect = self._costs.effect(node)
                spent = effect.elapsed.likely
                parts.append((spent, 0.0 if is_resolved(node) else spent))
                if node.inner is not None:
                    parts.append(_times(self.of(node.inner), calls_of(node.inner).likely))
                if node.callback is not None:
                    parts.append(_times(self.of(node.callback), effect.calls.likely))
            elif isinstance(node, Loop):
                parts.append(_times(self.of(node.body), node.trips.likely))
            elif isinstance(node, Handover):
                parts.append(_times(self.of(node.worker), node.tasks.likely))
            elif isinstance(node, Branch):
                weights = node.weights or (1.0,) * len(node.arms)
                parts.extend(_times(self.of(a), w / sum(weights)) for a, w in zip(node.arms, weights, strict=True))
        return sum(p[0] for p in parts), sum(p[1] for p in parts)


def _times(pair: tuple[float, float], count: float) -> tuple[float, float]:
    return pair[0] * count, pair[1] * count


def figures(folder: Path, name: str = "") -> Figures:
    """Analyse a project as `gillint check` does, and count."""
    made = Figures(name or folder.name)
    project = Project(Loader(ProjectModules()))
    for path in discover((str(folder),), ("tests", "test")):
        begun = time.process_time()
        try:
            _one(made, path, project)
        except Exception as error:
            made.failures.append(f"{path}: {type(error).__name__}: {error}")
        spent = time.process_time() - begun
        made.seconds += spent
        made.slowest = max(made.slowest, (spent, str(path)))
    return made


def _one(made: Figures, path: Path, project: Project) -> None:
    options = Options()
    made.files += 1
    try:
        text = read_source(path)
        syntax: Syntax = parse(text, str(path))
    except SyntaxProblem:
        return
    made.lines += len(syntax.lines)
    if not syntax.outline.has_candidates:
        return
    resolved = resolve(syntax, options.target, {}, project, thorough=False)
    context = examine(resolved, syntax, options)
    made.diagnostics.extend(run_rules(context, options))
    times = Times(context.costs)
    for trace in resolved.functions:
        if trace.is_entry and trace.name != "<module>":
            total, unresolved = times.of(trace.block)
            made.total += total
            made.unresolved += unresolved
            made.heaviest.append((unresolved, f"{path}:{trace.span.line} {trace.name}"))
    made.regions += len(context.assessments)
    made.unknown_regions += sum(a.prediction.bound.value == "unknown" for a in context.assessments)
    made.handovers += sum(a.region.kind is Kind.SUBMISSION for a in context.assessments)
    for a in context.assessments:
        if a.cost_share >= HOT:
            total, unresolved = times.of(a.region.body)
            if total > 0:
                made.shares.append(1 - unresolved / total)
            _count(made.sites, a)
            for ranked in a.calls:
                if not is_resolved(ranked.detail.call):
                    name = _short(ranked.detail.call)
                    made.weights[name] = made.weights.get(name, 0.0) + ranked.share


def _short(call: Call) -> str:
    return f"{call.name.rsplit('.', 1)[-1]} ({call.kind})"


def _count(sites: dict[Place, Site], a: Assessment) -> None:
    """The call expressions in a region and in the functions that it reaches."""
    here: dict[Place, list[Call]] = defaultdict(list)
    for node in walk(a.region.body):
        if isinstance(node, Call) and not node.implicit:
            here[node.path, node.span].append(node)
    for place, calls in here.items():
        site = sites.setdefault(place, Site())
        site.seen += 1
        site.resolved += all(is_resolved(c) for c in calls)
        site.by_name |= any(c.assumed and c.kind == "library" for c in calls)
        site.call = next((c for c in calls if not is_resolved(c)), site.call)


def unresolved(made: Iterable[Figures]) -> Iterator[tuple[int, str, str, str]]:
    """How often, the last part of the name, why, and a place."""
    found: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in made:
        for (path, span), site in one.sites.items():
            if site.call is None or site.resolved == site.seen:
                continue
            key = (site.call.name.rsplit(".", 1)[-1], site.call.kind)
            found[key] += 1
            places[key].append(f"{path}:{span.line} {site.call.name}")
    for (last, kind), count in found.most_common():
        yield count, last, kind, "  ".join(places[last, kind][:4])


def described(one: Figures) -> dict[str, object]:
    """The figures of a project as plain data."""
    return {
        "name": one.name,
        "files": one.files,
        "lines": one.lines,
        "seconds": round(one.seconds, 1),
        "regions": one.regions,
        "unknown regions": one.unknown_regions,
        "hand-overs": one.handovers,
        "resolved time": round(one.resolved_time, 4),
        "resolved time by region": round(one.resolved_time_by_region, 4),
        "hot sites": len(one.sites),
        "resolved sites": round(one.resolved_sites, 4),
        "by name": sum(s.by_name for s in one.sites.values()),
        "failures": len(one.failures),
        "diagnostics": [
            {"code": d.code, "file": Path(d.path).as_posix().split(f"/{one.name}/")[-1], "line": d.span.line}
            for d in one.diagnostics
        ],
    }


def main() -> None:
    """Print the figures of the folders, or keep them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--unresolved", type=int, default=0, metavar="N", help="the N names that are least resolved")
    parser.add_argument("--diagnostics", action="store_true", help="each of them")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the figures in a JSON file, beside others'")
    chosen = parser.parse_args()
    all_of_them = []
    for folder in chosen.folders:
        one = figures(folder, _project(folder))
        all_of_them.append(one)
        _show(one, unresolved=bool(chosen.unresolved), diagnostics=chosen.diagnostics)
        if chosen.record is not None:
            kept = json.loads(chosen.record.read_text(encoding="utf-8")) if chosen.record.exists() else {}
            kept[one.name] = described(one)
            text = json.dumps(dict(sorted(kept.items())), indent=1)
            chosen.record.write_text(text + "\n", encoding="utf-8")
    if chosen.unresolved:
        _show_unresolved(all_of_them, chosen.unresolved)


def _project(folder: Path) -> str:
    """The name and version of an unpacked source distribution: the folder `NAME-VERSION` above the package."""
    parts = folder.absolute().parts
    return next((p for p in reversed(parts) if re.fullmatch(r"[\w.-]+-\d[\w.]*", p)), folder.name)


def _show(one: Figures, *, unresolved: bool, diagnostics: bool) -> None:
    print(
        f"{one.name:24} files {one.files} lines {one.lines} regions {one.regions} unknown {one.unknown_regions} "
        f"hand-overs {one.handovers} time {one.resolved_time:.0%} (each region {one.resolved_time_by_region:.0%}) "
        f"sites {one.resolved_sites:.0%} of {len(one.sites)} (by name {sum(s.by_name for s in one.sites.values())}) "
        f"diagnostics {len(one.diagnostics)} {one.seconds:.0f} s, slowest {one.slowest[0]:.1f} s {one.slowest[1]}",
        flush=True,
    )
    for failure in one.failures:
        print("  FAILED", failure)
    for spent, place in sorted(one.heaviest, reverse=True)[: 5 if unresolved else 0]:
        print(f"  unresolved {spent / max(one.total, 1.0):.0%} of the project's time in {place}")
    for d in one.diagnostics if diagnostics else ():
        print(f"  {d.path}:{d.span.line}: {d.code} {d.message}")
        for related in d.related:
            print(f"      {related.path}:{related.span.line} {related.message}")


def _show_unresolved(all_of_them: list[Figures], most: int) -> None:
    weights: dict[str, float] = defaultdict(float)
    for one in all_of_them:
        for text, weight in one.weights.items():
            weights[text] += weight
    for text, weight in sorted(weights.items(), key=lambda item: -item[1])[:most]:
        print(f"{weight:7.1f} regions' time in {text}")
    known = set(sys.stdlib_module_names) | {name.partition(".")[0] for name in library_files()}
    names = Counter(
        s.call.name
        for one in all_of_them
        for s in one.sites.values()
        if s.call is not None and s.call.kind == "unknown"
    )
    for name, count in names.most_common():
        if "." in name and name.partition(".")[0] in known:
            print(f"{count:5} without a fact: {name}")
    for count, last, kind, where in list(unresolved(all_of_them))[:most]:
        print(f"{count:5} {last:24} {kind:10} {where}")


if __name__ == "__main__":
    main()
