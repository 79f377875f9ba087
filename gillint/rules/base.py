"""What a rule is: a pure check over the assessed regions of a file, and the text that explains it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gillint.advice.assess import Assessment
from gillint.advice.explain import bytecode, spoken
from gillint.costs.demand import CallShare, Costs
from gillint.diagnostics.fixes import Fix
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Related, Severity
from gillint.effects.classify import CallEffect
from gillint.estimate import ZERO, Estimate
from gillint.frozen import dataclass
from gillint.knowledge.schema import Effect
from gillint.resolve.trace import Block, Branch, Loop, Node, Resolved
from gillint.scaling.predict import Setting
from gillint.syntax.parse import Syntax


@dataclass(frozen=True, slots=True, eq=False)
class FileContext:
    """What the rules see of a file.

    Attributes:
        free_threaded: the build that was asked for; `setting` is the one that the file's imports leave.
        libraries: the top-level modules that the file imports.
    """

    path: str
    assessments: tuple[Assessment, ...]
    setting: Setting
    syntax: Syntax
    resolved: Resolved
    costs: Costs
    libraries: tuple[str, ...] = ()
    free_threaded: bool = False


Check = Callable[["Rule", FileContext], Iterator[Diagnostic]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its documentation, from which `docs/rules/` and `gillint explain` are made.

    Rules whose findings inform rather than warn are not in the default selection: `by_default` is False.
    """

    code: str
    name: str
    severity: Severity
    detects: str
    why: str
    example: str
    instead: str
    limits: str
    evidence: str
    check: Check
    by_default: bool = True

    @property
    def page(self) -> str:
        """The documentation page as markdown."""
        return (
            f"# {self.code}: {self.name}\n\n"
            f"{self.detects}\n\n{self._selection}## Why it costs\n\n{self.why}\n\n"
            f"## Example\n\n```python\n{self.example}```\n\n## Instead\n\n{self.instead}\n\n"
            f"## Limits\n\n{self.limits}\n\n## Evidence\n\n{self.evidence}\n"
        )

    @property
    def _selection(self) -> str:
        return "" if self.by_default else f"Not in the default selection: `--extend-select {self.code}`.\n\n"


def finding(
    rule: Rule,
    context: FileContext,
    span: Span,
    message: str,
    confidence: Confidence,
    related: tuple[Related, ...] = (),
    facts: tuple[str, ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic of a rule."""
    return Diagnostic(rule.code, rule.name, rule.severity, confidence, message, context.path, span, related, facts, fix)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what a call takes, which a rule is about, and what a call does in it."""

    does: str
    of: Callable[[CallEffect], Estimate]


HELD = Part("holds the GIL", lambda effect: effect.gil)
NATIVE = Part("computes without the GIL", lambda effect: effect.native)
WAITING = Part("waits without the GIL", lambda effect: effect.wait)
RELEASED = Part("is without the GIL", lambda effect: effect.native + effect.wait)
PARALLEL = Part("uses all cores", lambda effect: effect.native if effect.parallel else ZERO)
_LEAST = 0.1  # of the time: what takes less sets no limit


def culprit(a: Assessment, part: Part) -> tuple[tuple[Related, ...], tuple[str, ...]]:
    """What takes most of the part that a rule is about, as related places, with the facts that say so.

    That may be an iteration or an operator, which is no call in the source, where it takes more than the bytecode
    around it does.
    """
    whole = max(a.demand.elapsed.likely, 1e-3)
    spent = [(part.of(c.detail.effect) * c.detail.count).likely / whole for c in a.calls]
    top, share = max(zip(a.calls, spent, strict=True), key=lambda pair: pair[1], default=(None, 0.0))
    if top is None or share < _LEAST or (top.detail.call.implicit and share < bytecode(a)):
        return (), ()
    call, fact = top.detail.call, top.detail.effect.fact
    related = Related(call.path, call.span, f"{spoken(call)} {part.does} for {100 * min(1.0, share):.0f}% of the time")
    return (related,), (() if fact is None else (fact.id,))


def own_nodes(block: Block, depth: int = 0) -> Iterator[Node]:
    """The nodes of a body itself, in loops and branches too, without those of the functions that it calls."""
    for node in block.nodes if depth < 40 else ():
        yield node
        if isinstance(node, Loop):
            yield from own_nodes(node.body, depth + 1)
        elif isinstance(node, Branch):
            for arm in node.arms:
                yield from own_nodes(arm, depth + 1)


def is_shared_out(a: Assessment) -> bool:
    """Whether a hand-over is one of several alike: a pool's, or one in a loop; not a lone thread beside the program."""
    region = a.region
    if region.handover is None or region.via is None:
        return False
    return region.depth > 0 or region.trips.likely > 1 or region.via.endswith((".map", ".imap", ".imap_unordered"))


def heaviest(calls: tuple[CallShare, ...], *effects: Effect) -> CallShare | None:
    """The call expression that takes most of the time, among those with these effects."""
    for share in calls:
        if not share.call.implicit and share.effect.effect in effects and share.elapsed.likely > 0:
            return share
    return None


def link(share: CallShare, text: str) -> Related:
    """A call as a related place."""
    return Related(share.call.path, share.call.span, text)


def facts_of(*shares: CallShare | None) -> tuple[str, ...]:
    """The facts that a finding rests on."""
    return tuple(s.effect.fact.id for s in shares if s is not None and s.effect.fact is not None)


# Programs that poll are event loops themselves; their sockets are then non-blocking.
_POLLING = ("select.", "selectors.", "socket.socket.", "ssl.SSLSocket.")


def is_polled(name: str, context: FileContext) -> bool:
    """Whether a call of this name is one of a program that polls its sockets: it waits for nothing."""
    return name.startswith(_POLLING) and any(
        "setblocking(" in line or "settimeout(0" in line for line in context.syntax.lines
    )
