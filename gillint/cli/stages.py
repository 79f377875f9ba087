"""Each stage's result as text, for `gillint dump` and the golden tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import Enum

from gillint.advice.outcome import Options
from gillint.costs.demand import Costs
from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.pipeline import examine, run_rules
from gillint.regions.find import find_regions
from gillint.resolve.program import resolve
from gillint.resolve.trace import Await, Block, Branch, Call, Handover, Lock, Loop, Resolved
from gillint.resolve.values import Value
from gillint.rules import RULES
from gillint.syntax.parse import Syntax, parse

STAGES = (
    "source", "syntax", "resolve", "regions", "effects", "costs", "scaling", "advice", "rules", "diagnostics", "report",
)  # fmt: skip


def dump_stage(stage: str, source: str, path: str, options: Options) -> str:
    """The text of one stage.

    Raises:
        SyntaxProblem: the file cannot be parsed.
    """
    if stage == "source":
        return source
    syntax = parse(source, path)
    if stage == "syntax":
        return "\n".join(_syntax(syntax))
    resolved = resolve(syntax, options.target, options.assumptions)
    if stage == "resolve":
        return "\n".join(_resolved(resolved, None))
    if stage == "effects":
        return "\n".join(_resolved(resolved, Costs(options.target)))
    if stage == "regions":
        return "\n".join(
            f"{r.span} {r.kind.value} in {r.function}: {r.concurrency.value}, {r.iterations.value}, "
            f"trips {_estimate(r.trips)}, depth {r.depth}"
            for r in find_regions(resolved)
        )
    lines: list[str] = []
    context = examine(resolved, syntax, options)
    if stage == "rules":
        found = list(run_rules(context, options))
        for rule in RULES:
            places = ", ".join(str(d.span) for d in found if d.code == rule.code)
            lines.append(f"{rule.code} {rule.name}: {places or 'nothing'}")
        return "\n".join(lines)
    for a in context.assessments:
        head = f"{a.region.span} {a.region.kind.value} in {a.region.function}"
        if stage == "costs":
            fields = ", ".join(f"{f.name} {_estimate(getattr(a.demand, f.name))}" for f in dataclasses.fields(a.demand))
            lines.append(f"{head}: share {a.cost_share:.3f}; {fields}")
        elif stage == "scaling":
            p = a.prediction
            lines.append(
                f"{head}: {p.bound.value}, {p.concurrency.value}, help {p.help}, held {p.held.likely}, "
                f"ceiling {p.ceiling.low:.2f} {p.ceiling.likely} {p.ceiling.high:.2f}, knee {p.saturation[0]}"
            )
        else:
            lines.append(f"{head}: {a.explanation}")
            lines.extend(
                f"  {x.action} {x.speedup.likely} scales={x.scales}{f' veto: {x.veto}' if x.veto else ''}: {x.why}"
                for x in a.advice
            )
    return "\n".join(lines)


def _syntax(syntax: Syntax) -> Iterator[str]:
    outline = syntax.outline
    for lines in outline.statements:
        yield f"statements {lines.first}-{lines.last}"
    for c in outline.classes:
        yield f"class {c.qualname} {c.lines.first}-{c.lines.last}"
    for f in outline.functions:
        yield f"function {f.qualname} {f.lines.first}-{f.lines.last}{' candidate' if f.is_candidate else ''}"
    for statement in syntax.statements():
        yield from _tree(statement, 0)
    for f in outline.functions:
        tree = syntax.function(f)
        if tree is not None:
            yield from _tree(tree, 0)


def _tree(node: object, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(node, tuple):
        for item in node:
            yield from _tree(item, depth)
        return
    if not dataclasses.is_dataclass(node) or isinstance(node, (Span, Enum)):
        return
    plain = []
    inner = []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Span) or value is None or value in ((), ""):
            continue
        if isinstance(value, tuple) or dataclasses.is_dataclass(value):
            inner.append(value)
        else:
            plain.append(f"{field.name}={value!r}")
    span = getattr(node, "span", None)
    yield f"{pad}{type(node).__name__} {span if span is not None else ''} {' '.join(plain)}".rstrip()
    for value in inner:
        yield from _tree(value, depth + 1)


def _resolved(resolved: Resolved, costs: Costs | None) -> Iterator[str]:
    for trace in resolved.functions:
        yield f"{trace.name} {trace.span}{' entry' if trace.is_entry else ''}{' async' if trace.is_async else ''}"
        yield from _block(trace.block, 1, costs, set())
    for note in resolved.notes:
        yield f"note: {note}"


def _block(block: Block, depth: int, costs: Costs | None, active: set[int]) -> Iterator[str]:
    pad = "  " * depth
    if id(block) in active:
        return
    active = active | {id(block)}
    if block.operations and costs is None:
        yield pad + "bytecode " + " ".join(f"{k}={v:g}" for k, v in block.operations)
    for node in block.nodes:
        if isinstance(node, Call):
            yield pad + _call(node, costs)
            for label, inner in (("", node.inner), ("callback", node.callback)):
                if inner is not None:
                    if label:
                        yield f"{pad}  {label}"
                    yield from _block(inner, depth + 1, costs, active)
        elif isinstance(node, Loop):
            yield f"{pad}{node.kind.value} {node.span} x {_estimate(node.trips)} {node.iterations.value}"
            yield from _block(node.body, depth + 1, costs, active)
        elif isinstance(node, Branch):
            yield f"{pad}branch"
            for arm in node.arms:
                yield f"{pad}  arm"
                yield from _block(arm, depth + 2, costs, active)
        elif isinstance(node, Handover):
            yield f"{pad}hand-over {node.span} {node.via} to {node.concurrency.value} x {_estimate(node.tasks)}"
            yield from _block(node.worker, depth + 1, costs, active)
        elif isinstance(node, Await):
            yield f"{pad}await {node.span}"
        elif isinstance(node, Lock):
            yield f"{pad}{'take' if node.is_taken else 'give back'} {node.span} {node.value.type}"


def _call(call: Call, costs: Costs | None) -> str:
    arguments = ", ".join(f"{k}: {_value(v)}" for k, v in call.bound.parameters)
    text = f"call {call.span} {call.name} ({call.kind}{', implicit' if call.implicit else ''}) [{arguments}]"
    if costs is not None:
        e = costs.effect(call)
        text += (
            f" {e.effect.value} gil {_estimate(e.gil)} native {_estimate(e.native)} wait {_estimate(e.wait)}"
            f" releases {_estimate(e.releases)}{f' by {e.fact.id}' if e.fact is not None else ''}"
        )
    return text


def _value(value: Value) -> str:
    text = value.type or "?"
    if value.dtype:
        text += f"<{value.dtype}>"
    if value.shape is not None:
        text += "(" + " x ".join(_estimate(s) for s in value.shape) + ")"
    elif value.size is not None:
        text += f"[{_estimate(value.size)}]"
    return text


def _estimate(e: Estimate) -> str:
    if e.known:
        return f"{e.likely:g}"
    return f"{e.low:g}..{e.likely:g}..{e.high:g}"
