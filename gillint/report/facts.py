"""What is known of a callable or a library, as a page of markdown."""

from __future__ import annotations

from gillint.knowledge.base import all_libraries, default_fact, knows_module, library, misspelt, versions_with
from gillint.knowledge.schema import Behaviour, Condition, Cost, Effect, Fact, Library, one_by_one


def callable_page(fact: Fact) -> str:
    """All that is known of a callable."""
    lines = [f"# {fact.name}", "", behaviour(fact.behaviour)]
    if (versions := versions_with(fact)) is not None:
        lines.append(
            f"There is one in {'Python' if fact.distribution == 'python' else fact.distribution} {versions} only."
        )
    if fact.serialised_by:
        lines.append(f"One at a time: {one_by_one(fact.serialised_by)}.")
    if fact.callback:
        lines.append(f"Calls back: the function passed as `{fact.callback}` runs as Python code, with the GIL held.")
    if fact.awaitable:
        lines.append("Returns an awaitable: nothing happens before it is awaited.")
    if fact.clauses:
        lines += ["", "## Conditions", ""]
        lines += [f"- {condition}" for condition in conditions(fact)]
    if fact.instead:
        lines += ["", "## What to use", "", fact.instead]
    lines.append(evidence(fact))
    if fact.probe is not None:
        lines += ["", "## Probe", "", "```python", *fact.probe.setup.splitlines(), fact.probe.statement, "```"]
    return "\n".join(lines)


_EFFECTS = {
    "holds": "**holds** the GIL throughout: no other thread runs Python code meanwhile",
    "releases": "**releases** the GIL while it computes: other threads run meanwhile",
    "waits": "**waits** with the GIL released: other threads run meanwhile",
    "runs-python": "**runs-python**: its time is Python bytecode, which needs the GIL and gives it up every 5 ms",
    "unknown": "**unknown**",
}


def behaviour(b: Behaviour, base: Behaviour | None = None) -> str:
    """What is done to the GIL, and what it costs; shorter where it is as in `base`."""
    text = _effect(b) if base is None or b.effect is not base.effect else f"**{b.effect.value}**"
    costs = [
        f"{label} {_cost(cost)}"
        for label, cost in (("holding", b.gil), ("outside", b.native), ("waiting", b.wait))
        if cost is not None and (cost.fixed or cost.per)
    ]
    if costs:
        text += f" (about {', '.join(costs)})"
    if b.releases is not None and _gives_up(b):
        text += f", giving it up {_times(b.releases)}"
    if b.parallel:
        text += "; the library spreads it over the cores by itself"
    if b.note and (base is None or b.note != base.note):
        text += f". {b.note}"
    return text if text.endswith(".") else text + "."


def _effect(b: Behaviour) -> str:
    text = _EFFECTS[b.effect.value]
    return (
        text.replace("throughout: no other thread", "but for moments: hardly any other thread")
        if _gives_up(b)
        else text
    )


def _gives_up(b: Behaviour) -> bool:
    """Whether it holds the GIL and gives it up in between, for a moment: that is a hand-over each time."""
    return (
        b.effect in (Effect.HOLDS, Effect.RUNS_PYTHON)
        and b.releases is not None
        and b.releases.fixed + b.releases.per > 0
    )


def _times(releases: Cost) -> str:
    if releases.fixed == 1 and not releases.per:
        return "once a call"
    fixed = f"{releases.fixed:g}" if releases.fixed else ""
    per = (
        f"{releases.per:g} x {_factor(releases)}" if releases.per not in (0, 1) else releases.of if releases.per else ""
    )
    return f"{' + '.join(p for p in (fixed, per) if p)} times a call"


def _factor(cost: Cost) -> str:
    """What the rate of a cost is multiplied by, in brackets where it is a sum."""
    of = cost.of or ""
    return f"({of})" if " + " in of or " - " in of else of


def conditions(fact: Fact) -> list[str]:
    """What the effect depends on, case by case."""
    cases = [f"{told(c.condition)}: {behaviour(c.behaviour, fact.behaviour)}" for c in fact.clauses]
    return [*cases, f"otherwise: {fact.behaviour.effect.value}"]


def _cost(cost: Cost) -> str:
    fixed = f"{cost.fixed:,.0f} ns" if cost.fixed else ""
    per = f"{cost.per:g} ns x {_factor(cost)}" if cost.per else ""
    return " + ".join(p for p in (fixed, per) if p)


def _besides(c: Condition) -> str:
    return f" (`{c.default}` counts as not given)" if c.default is not None else ""


def told(c: Condition) -> str:
    """A condition of a fact in words."""
    parts = []
    if c.size is not None:
        bounds = [
            f"from {c.from_:,.0f} on" if c.from_ is not None else "",
            f"below {c.below:,.0f}" if c.below is not None else "",
        ]
        parts.append(f"{c.size} {' and '.join(b for b in bounds if b)}")
    of = f" of `{c.of}`" if c.of else ""
    if c.dtype:
        parts.append(f"dtype{of} {' or '.join(c.dtype)}")
    if c.type:
        parts.append(f"type{of} {' or '.join(c.type)}")
    if c.not_type:
        parts.append(f"type{of} other than {' or '.join(c.not_type)}")
    if c.given:
        parts.append(f"`{c.given}` is given{_besides(c)}")
    if c.absent:
        parts.append(f"`{c.absent}` is not given{_besides(c)}")
    if c.argument:
        parts.append(f"`{c.argument}` " + (f"matches `{c.matches}`" if c.matches else f"is {c.is_!r}"))
    if c.program:
        parts.append(f"the command{of} is {' or '.join(c.program)}")
    if c.python:
        parts.append(f"Python {c.python}")
    if c.version:
        parts.append(f"version {c.version}")
    if c.installed:
        parts.append(f"{c.installed} is installed")
    if c.missing:
        parts.append(f"{c.missing} is not installed")
    if c.build:
        parts.append(f"{c.build} build")
    return ", ".join(parts)


def evidence(fact: Fact) -> str:
    """The sources and measurements behind a fact; those of a condition alone with the condition."""
    lines = ["", "## Evidence", "", *(f"- {e}" for e in fact.evidence)]
    lines += [f"- {told(c.condition)}: {e}" for c in fact.clauses for e in c.evidence]
    lines += ["", f"Fact: {fact.id}"]
    if fact.overrides is not None:
        lines.append(f"Overrides: {fact.overrides}")
    return "\n".join(lines)


def part_page(name: str) -> str | None:
    """What is known of the names below a module or class without a file of its own, `os.path`; else what holds by default."""
    if library(name) is not None:
        return None
    below = lines_below(name)
    return "\n".join((f"# {name}\n\n{len(below)} names are known:\n", *below)) if below else _default_page(name)


def lines_below(name: str) -> list[str]:
    """A line for each name inside a module or class."""
    inside = ((k, f) for lib in all_libraries() for k, f in lib.facts if k.startswith(f"{name}."))
    return [f"- {known}: {effects(fact)}" for known, fact in inside]


def effects(fact: Fact) -> str:
    """The effects that a callable may have, its usual one first."""
    found = dict.fromkeys((fact.behaviour.effect.value, *(c.behaviour.effect.value for c in fact.clauses)))
    return " or ".join(found)


def _default_page(name: str) -> str | None:
    """What holds for a name by its library alone, which has no fact of that name; None where nothing does."""
    default = default_fact(name) if "." in name and knows_module(name) else None
    if default is None:
        return None
    close = misspelt(name)
    meant = f" (Perhaps {' or '.join(close)} is meant.)" if close else ""
    head = f"# {name}\n\nThere is no fact of its own for this name.{meant} What holds for its library in general:\n\n"
    return head + behaviour(default.behaviour) + "\n" + evidence(default)


def library_page(found: Library) -> str:
    """A library in short: its default, its support for other builds, its names by effect."""
    names = sorted({fact.name for _, fact in found.facts})
    known = f"{len(names)} names are known" if names else "What is known of it is under the names of what is inside it"
    lines = [f"# {found.name}", "", f"{known}, read from or measured on version {found.version}."]
    if found.default is not None:
        lines += ["", f"What has no fact of its own: {behaviour(found.default.behaviour)}"]
    for label, support in (("Free-threaded build", found.free_threading), ("Sub-interpreters", found.subinterpreters)):
        if support is not None:
            since = f" since {support.since}" if support.since else ""
            lines += ["", f"{label}: support {support.state}{since}."]
    by_effect: dict[str, list[str]] = {}
    for _, fact in found.facts:
        by_effect.setdefault(fact.behaviour.effect.value, []).append(fact.name)
    for effect, members in sorted(by_effect.items()):
        lines += ["", f"- {effect}: {', '.join(dict.fromkeys(members))}"]
    return "\n".join(lines)
