"""The whole road of a file: source, syntax, resolve, regions, effects, costs, scaling, advice, rules, diagnostics."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache

from gillint.advice.assess import Assessment, assess
from gillint.advice.explain import explain
from gillint.advice.outcome import FileReport, Options
from gillint.advice.ways_out import ways_out
from gillint.costs.demand import Costs
from gillint.costs.hotness import Hotness
from gillint.costs.serving import serves_forever
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Severity
from gillint.effects.confined import told_to_use_one_thread
from gillint.effects.reach import holds_throughout
from gillint.frozen import dataclass, replace
from gillint.knowledge.base import extended_by, library, library_files
from gillint.knowledge.schema import TERMINAL
from gillint.regions.find import PAUSES, Region, find_regions, function_region
from gillint.regions.sharing import objects_of
from gillint.resolve.program import Project, resolve, walk
from gillint.resolve.trace import Block, Branch, Call, Concurrency, Handover, Iterations, Kind, Loop, Resolved, inline
from gillint.rules import RULES, SYNTAX_ERROR, rule_for
from gillint.rules.base import FileContext
from gillint.rules.comments import UNUSED_SUPPRESSION, heed
from gillint.syntax.identity import identity
from gillint.syntax.parse import Syntax, SyntaxProblem, lines_of, parse
from gillint.syntax.suppressions import Remarks, read_remarks


@dataclass(frozen=True, slots=True)
class Examined:
    """A file's report, and how it came about.

    Attributes:
        context: what the rules saw of it; None where it cannot be parsed, or nothing in it could matter.
        read: what was read of the text, on which all of it hangs: the code, and the comments that speak to gillint; None
            where it cannot be parsed.
    """

    report: FileReport
    context: FileContext | None = None
    read: tuple[list[str], Remarks] | None = None


def analyse(
    source: str, path: str, options: Options, project: Project | None = None, *, thorough: bool = True
) -> FileReport:
    """Analyse one file: the report of `analyse_in_full`, which has the same arguments."""
    return analyse_in_full(source, path, options, project, thorough=thorough).report


def analyse_in_full(
    source: str,
    path: str,
    options: Options,
    project: Project | None = None,
    *,
    thorough: bool = True,
    before: Examined | None = None,
) -> Examined:
    """Analyse one file.

    Args:
        source: its text.
        path: its name in reports.
        options: what the user decides.
        project: the other files of the run, where there are any.
        thorough: look at all functions (a report), not only at those that a rule could flag (a check).
        before: the result for another version of the file, all else being equal: it is given again where the code is the
            same, which is so while somebody writes a comment.

    Raises:
        Interrupted: the project was told to stop.
    """
    with extended_by(options.extensions):
        return _analyse(source, path, options, project, before, thorough=thorough)


# Functions that call each other are run one in the other, some twenty frames a call; a third of this is 1 MB of stack on 3.10.
_FRAMES = 4_000


def _analyse(
    source: str, path: str, options: Options, project: Project | None, before: Examined | None, *, thorough: bool
) -> Examined:
    try:
        syntax = parse(source, path)
    except SyntaxProblem as problem:
        return Examined(unreadable(path, problem.message, options, problem.line, problem.column))
    remarks = read_remarks(lines_of(source))
    read = (syntax.lines, remarks)
    if before is not None and before.read == read:
        return before
    idle = not options.free_threaded and not options.web_handlers and not syntax.outline.has_candidates
    if not thorough and idle and not (remarks.suppressions and options.selects("GIL002", by_default=False)):
        return Examined(FileReport(path), read=read)
    if remarks.sizes:
        options = replace(options, assumptions={**options.assumptions, **dict(remarks.sizes)})
    try:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))
        resolved = resolve(
            syntax, options.target, options.assumptions, project, thorough=thorough, web_handlers=options.web_handlers
        )
        context = examine(resolved, syntax, options, project.check if project is not None else None)
    except RecursionError:
        return Examined(unreadable(path, "nested too deeply to be analysed", options))
    diagnostics = tuple(run_rules(context, options))
    heard = heed(diagnostics, remarks.suppressions, path, lambda code: _runs(code, options), _code_of)
    diagnostics = heard.kept
    if options.selects(UNUSED_SUPPRESSION.code, by_default=UNUSED_SUPPRESSION.by_default):
        diagnostics = tuple(sorted((*diagnostics, *heard.unused), key=lambda d: (d.span, d.code)))
    report = FileReport(path, None, hottest(context.assessments), context.assessments, diagnostics)
    return Examined(report, context, read)


def _runs(code: str, options: Options) -> bool:
    rule = rule_for(code)
    return rule is not None and options.selects(code, by_default=rule.by_default)


def _code_of(name: str) -> str | None:
    rule = rule_for(name)
    return rule.code if rule is not None else None


def examine(
    resolved: Resolved, syntax: Syntax, options: Options, check: Callable[[], None] | None = None
) -> FileContext:
    """Regions, effects, costs, scaling and advice: all that rules look at. `check` is called on the way, and may raise."""
    libraries = imported_libraries(syntax)
    asked = options
    options, build_note = _effective(options, libraries)
    confined = told_to_use_one_thread(syntax.lines)
    costs = Costs(options.target, cache(lambda: holds_throughout(resolved, syntax)), confined)
    spent, total = Hotness(costs).of_file(resolved)
    regions = [r for r in find_regions(resolved) if not _only_hands_over(r, costs)]
    regions.extend(_whole_functions(resolved, tuple(regions), costs))
    notes = (*resolved.notes, *build_note)
    objects = objects_of(resolved)
    found: list[Assessment] = []
    for region in sorted(regions, key=lambda r: (r.span.line, r.span.column, -r.span.end_line)):
        if check is not None:
            check()
        a = assess(region, costs, options.setting, spent.get(region.span, 0.0), total, notes, objects)
        a = replace(a, explanation=explain(a, options.setting))
        found.append(replace(a, advice=ways_out(a, options.setting, options.target, libraries)))
    return FileContext(
        syntax.path, tuple(found), options.setting, syntax, resolved, costs, libraries, asked.free_threaded
    )


def _effective(options: Options, libraries: tuple[str, ...]) -> tuple[Options, tuple[str, ...]]:
    """On a free-threaded build, one extension without declared support switches the GIL on for the whole process."""
    if not options.free_threaded:
        return options, ()
    files = library_files()
    against = []
    for name in libraries:
        found = library(name) if name in files else None
        state = found.free_threading.state if found is not None and found.free_threading is not None else None
        if state in ("denied", "undeclared"):
            against.append(name)
    if against:
        text = f"importing {', '.join(against)} switches the GIL on again, so this build behaves as one with a GIL"
        return replace(options, free_threaded=False), (text,)
    return options, ("the free-threaded build is predicted, never measured",)


def imported_libraries(syntax: Syntax) -> tuple[str, ...]:
    """The top-level names of the modules that a file imports, or uses by their customary names."""
    text = "".join(syntax.lines)
    customary = {"np": "numpy", "pd": "pandas"}
    used = [module for short, module in customary.items() if re.search(rf"\b{short}\.", text)]
    return tuple(dict.fromkeys((*syntax.imports(), *used)))


def _only_hands_over(region: Region, costs: Costs) -> bool:
    """A loop that does little but hand work over is that hand-over's plumbing; so is one that waits for the results."""
    if region.kind is Kind.SUBMISSION:
        return False
    demand = costs.block(region.body)
    if demand.handed.likely > demand.elapsed.likely:
        return True
    nodes = tuple(inline(region.body))
    joins = any(getattr(n, "kind", None) == "join" for n in nodes)
    others = any(getattr(n, "kind", None) not in ("join", None) and not getattr(n, "implicit", False) for n in nodes)
    return joins and not others


_WORTH_A_REGION_NS = 50_000.0
# A loop with this share of a function's time speaks for the function.
_STANDS_FOR_ALL = 0.75
_SPEAKS_FOR_A_SCRIPT = 0.05
_IS_ALL = 0.95


def _whole_functions(resolved: Resolved, regions: tuple[Region, ...], costs: Costs) -> Iterator[Region]:
    """Functions whose time is not in any region: a few heavy calls in a row."""
    found = False
    spans = {r.span for r in regions}
    reached = _reached(regions)
    once = {n.name for n in inline(resolved.functions[0].block) if isinstance(n, Call) and n.kind == "project"}
    # The top level as a whole is the last resort, where there is nothing else to speak of: it is mostly set-up. A script that
    # has no function is all there is.
    others = len(resolved.functions) > 1 and regions
    for trace in (*resolved.functions[1:], *resolved.functions[:1]):
        is_module = trace.name == "<module>"
        if trace.block.recursive or (is_module and (others or found)) or (trace.name in reached and not is_module):
            continue
        if serves_forever(trace.block):
            continue
        demand = costs.block(trace.block)
        whole = demand.inclusive.likely
        if regions and demand.handed.likely > demand.elapsed.likely:
            continue  # it hands work over, and that speaks for it
        parts = (_inside(Block((), (node,)), spans, costs) for node in trace.block.nodes)
        inside = sum(parts) if is_module else max(parts, default=0.0)
        if is_module:  # a function speaks for itself
            called = (n.inner for n in inline(trace.block) if isinstance(n, Call) and n.inner is not None)
            inside += sum(costs.block(inner).inclusive.likely for inner in called)
        least = _WORTH_A_REGION_NS if regions else 0.0
        stands = _STANDS_FOR_ALL if not (is_module and regions) else _SPEAKS_FOR_A_SCRIPT
        if inside > stands * whole or _heaviest(trace.block, costs) <= least:
            continue
        if trace.name in once and _inside(trace.block, spans, costs, callees=True) > _IS_ALL * whole:
            continue  # the program as a whole, which only calls what is reported
        found = True
        yield function_region(trace, resolved.path)


def _heaviest(block: Block, costs: Costs) -> float:
    """The time of the most expensive call of a library, ns, where sizes are large."""
    return max((c.elapsed.high for c in costs.calls(block) if c.call.kind == "library"), default=0.0)


def _inside(block: Block, spans: set[Span], costs: Costs, *, callees: bool = False) -> float:
    """The time of one run of a block that is spent in its regions, ns; those in loops that are none themselves included, and
    with `callees` those of the functions that it calls.
    """
    found = 0.0
    for node in block.nodes:
        if isinstance(node, Handover) and node.span in spans:
            found += costs.block(node.worker).inclusive.likely * node.tasks.likely
        elif isinstance(node, Loop):
            is_one = node.span in spans
            once = (
                costs.block(node.body).inclusive.likely if is_one else _inside(node.body, spans, costs, callees=callees)
            )
            found += once * node.trips.likely
        elif isinstance(node, Branch):
            found += sum(_inside(arm, spans, costs, callees=callees) * share for arm, share in node.shares)
        elif callees and isinstance(node, Call) and node.inner is not None and not node.inner.recursive:
            found += _inside(node.inner, spans, costs, callees=True)
    return found


def _reached(regions: tuple[Region, ...]) -> frozenset[str]:
    """The functions of the project that a region runs."""
    nodes = walk(*(region.body for region in regions))
    return frozenset(node.name for node in nodes if isinstance(node, Call) and node.inner is not None)


def hottest(assessments: tuple[Assessment, ...]) -> int | None:
    """The region that the verdict speaks of: among the hottest a hand-over of work, then the outermost loop."""
    if not assessments:
        return None
    hot = [a.cost_share * (1.0 - _aside(a)) for a in assessments]
    told = [i for i, a in enumerate(assessments) if _aside(a) < _MOSTLY] or list(range(len(assessments)))
    top = max(hot[i] for i in told)
    near = [i for i in told if hot[i] >= 0.95 * top]
    near = [i for i in near if not _hands_on(assessments[i])] or _handed_on(assessments) or near
    near = [i for i in near if assessments[i].prediction.bound.value != "unknown"] or near  # what says something

    def preference(i: int) -> tuple[int, int, float]:
        region = assessments[i].region
        rank = 0 if region.kind is Kind.SUBMISSION else 2 if region.kind in _FUNCTIONS else 1
        return (rank, region.depth, -assessments[i].cost_share)

    return min(near, key=preference)


_MOSTLY = 0.5  # of its time set aside: such a region is the verdict only where there is no other


def _aside(a: Assessment) -> float:
    """The share of its time that nobody wants to be told to make faster: a region waits for who sits at the terminal, or a
    program that runs until it is stopped pauses between its turns.
    """
    pauses = PAUSES if a.region.endless and a.region.iterations is Iterations.CARRIED else ()
    return min(
        1.0,
        sum(c.share for c in a.calls if c.detail.effect.serialised_by == TERMINAL or c.detail.call.name in pauses),
    )


def _hands_on(a: Assessment) -> bool:
    """A task of the event loop that does less itself than it hands over: `await to_thread(f)`. Its waits do not count."""
    is_task = a.region.kind is Kind.SUBMISSION and a.region.concurrency is Concurrency.ASYNCIO
    return is_task and a.demand.handed.likely > (a.demand.gil + a.demand.native).likely


def _handed_on(assessments: tuple[Assessment, ...]) -> list[int]:
    """The hottest work that leaves the event loop."""
    found = [
        i
        for i, a in enumerate(assessments)
        if a.region.kind is Kind.SUBMISSION and a.region.concurrency is not Concurrency.ASYNCIO
    ]
    return [max(found, key=lambda i: assessments[i].cost_share)] if found else []


_FUNCTIONS = (Kind.FUNCTION, Kind.COROUTINE, Kind.RECURSION)


def run_rules(context: FileContext, options: Options) -> Iterator[Diagnostic]:
    """Run the selected rules. A rule that fails is reported by its name, and the others go on."""
    path = context.path
    found: list[Diagnostic] = []
    for rule in RULES:
        if not options.selects(rule.code, by_default=rule.by_default):
            continue
        try:
            found.extend(rule.check(rule, context))
        except Exception as error:
            text = f"rule {rule.code} ({rule.name}) failed on this file: {type(error).__name__}: {error}"
            found.append(Diagnostic(rule.code, rule.name, Severity.ERROR, Confidence.LOW, text, path, Span(1, 1, 1, 1)))
    for d in sorted(found, key=lambda d: (d.span, d.code)):
        function, code = identity(d.span, context.syntax)
        yield replace(d, function=function, code_text=code)


def unreadable(path: str, message: str, options: Options, line: int = 1, column: int = 1) -> FileReport:
    """The result for a file that cannot be decoded or parsed."""
    span = Span(line, column, line, column + 1)
    diagnostics: tuple[Diagnostic, ...] = ()
    if options.selects(SYNTAX_ERROR.code):
        diagnostics = (
            Diagnostic(
                SYNTAX_ERROR.code, SYNTAX_ERROR.name, SYNTAX_ERROR.severity, Confidence.HIGH, message, path, span
            ),
        )
    return FileReport(path, f"{line}:{column}: {message}", None, (), diagnostics)
