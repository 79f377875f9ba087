"""`docs/accuracy.md`: what came out, in words and tables."""

from __future__ import annotations

from scripts.validate.measuring import doubts
from scripts.validate.predicting import Predicted, calls_into_c, imports_numpy
from scripts.validate.scoring import Case, Score, confusion, score, usable, worst

_BOUNDS = ("gil", "mixed", "native", "io")
_GOALS = "at least 90% | at least 92% | at most 0.12 | at most 0.40 | at least 80% | at most 0.4"


def page(cases: list[Case], data: str, about: str, explanations: dict[str, str]) -> str:
    """The page.

    Args:
        cases: all programs that were measured.
        data: the path of the results.
        about: machine and versions.
        explanations: for programs with a wrong verdict, why it is wrong.
    """
    good = [c for c in cases if usable(c)]
    aside, rest = [c for c in good if c.workload.set_aside], [c for c in good if not c.workload.set_aside]
    last = max(c.workload.fresh for c in cases)
    fresh = [c for c in aside if c.workload.fresh == last > 0]
    before = [c for c in aside if c.workload.fresh != last]
    groups = {
        "set aside": aside, "of these, written last": fresh, "written before": before, "the others": rest, "all": good
    }  # fmt: skip
    parts = [
        _INTRODUCTION.format(
            programs=len(cases), usable=len(good), aside=len(aside), fresh=len(fresh), data=data, about=about
        ),
        "## From the source alone\n",
        _scores(groups, of_model=False),
        f"| aim for those set aside | | {_GOALS} | | | |\n",
        "\n![Predicted against measured speed-up on two threads](accuracy.svg)\n",
        "A filled point is a program that was set aside; the line through a point is the predicted interval.\n",
        "\n## Which bound is taken for which\n",
        _confusion(good),
        "\n## By kind of program\n",
        _families(good),
        "\n## The model's part of the error\n",
        _MODEL,
        _scores(groups, of_model=True),
        "\n## Against rules of thumb\n",
        _rules(aside, good),
        "\n## Wrong verdicts, and the worst ceilings\n",
        _wrong(good, explanations),
        _doubtful([c for c in cases if not usable(c)]),
    ]
    return "\n".join(parts)


_INTRODUCTION = """# Accuracy

<!-- Written by `python -m scripts.validate report`; do not edit. -->

{programs} programs in `fixtures/workloads/`, written in the manner of working engineers, are measured by the engine of
`gillint --measure` and predicted from their text alone. More than half are set aside: nothing is calibrated on them, and nobody
looks at them while the analysis is worked on. What they show as a whole was looked at between changes, tables with the
names and figures of single ones were printed a few times (that programs with SQL were off was seen there; other such programs,
written for it, showed why), and one (`http_keepalive`) was read. Some were chosen by a hash of the file names; three
lots were written later by somebody who had seen neither the analysis nor the other programs. At first sight these had the
right bound in 84%, 88% and 68%, and the right "would threads help" in 89%, 88% and 70%. Of those *written last* nobody has
looked at one since; what the analysis has learnt from other programs in the meantime moved them by what the table says more.
The first sight is what to expect of code that nobody here has seen; that the others do better says how much was learnt.
`gillint-validate` (`scripts/gillint-validate`) measures them again on your machine and prints these tables;
`{data}` holds the figures below.

{about} In {usable} of them ({aside} set aside, {fresh} of these written last) the controls were as they should be; only
those are counted.
"""

_MODEL = """A prediction errs where the code is read wrongly (which calls, which sizes, what they cost) and where the model of the
GIL is wrong. Here the model is fed with the *measured* time with the GIL held, native time, waiting and number of releases
of each program: what a perfect reader would get.
"""


def _scores(groups: dict[str, list[Case]], *, of_model: bool) -> str:
    lines = [
        '| programs | n | right bound | right "would threads help" | ceiling: median error | p90 | interval covers '
        "| its median width | held fraction: median error | stall: median ratio | no answer |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, cases in groups.items():
        s: Score = score(cases, of_model=of_model)
        lines.append(
            f"| {name} | {s.programs} | {s.bound:.0%} | {s.help:.0%} | {s.error_median:.2f} | {s.error_p90:.2f} | "
            f"{s.coverage:.0%} | {s.width_median:.2f} | {s.held_error:.2f} | {s.stall_ratio:.1f} | {s.without} |"
        )
    return "\n".join(lines)


def _confusion(cases: list[Case]) -> str:
    counts = confusion(cases)
    said = [*_BOUNDS, "unknown", "none"]
    lines = ["| measured | " + " | ".join(f"predicted {b}" for b in said) + " |", "|---" * (len(said) + 1) + "|"]
    lines += [f"| {b} | " + " | ".join(str(counts[b, s] or "") for s in said) + " |" for b in _BOUNDS]
    return "\n".join(lines) + "\n"


def _families(cases: list[Case]) -> str:
    lines = ["| kind | n | right bound | threads help | ceiling: median error | p90 |", "|---|---|---|---|---|---|"]
    for family in dict.fromkeys(c.workload.family for c in cases):
        s = score([c for c in cases if c.workload.family == family])
        lines.append(
            f"| {family} | {s.programs} | {s.bound:.0%} | {s.help:.0%} | {s.error_median:.2f} | {s.error_p90:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _rules(aside: list[Case], everything: list[Case]) -> str:
    lines = ["| rule | right, set aside | right, all |", "|---|---|---|"]

    def row(name: str, right: list[list[bool]]) -> str:
        return f"| {name} | " + " | ".join(f"{sum(r) / len(r):.0%}" if r else "" for r in right) + " |"

    sets = (aside, everything)
    lines.append(
        row('"it imports numpy: threads help"', [[imports_numpy(c.workload) == c.helped for c in s] for s in sets])
    )
    lines.append(
        row(
            '"any call into C releases: threads help"',
            [[calls_into_c(c.workload) == c.helped for c in s] for s in sets],
        )
    )
    lines.append(row('"threads never help"', [[not c.helped for c in s] for s in sets]))
    lines.append(row("gillint", [[_helps(c.reader) == c.helped for c in s] for s in sets]))
    return "\n".join(lines) + "\n"


def _helps(p: Predicted | None) -> bool | None:
    return p.helps if p is not None else None


def _wrong(cases: list[Case], explanations: dict[str, str]) -> str:
    assert not any(c.workload.set_aside and c.workload.name in explanations for c in cases)
    named = {c.workload.name for c in worst(cases, 10)}
    listed = [c for c in cases if c.workload.name in named or _helps(c.reader) != c.helped or _bound_wrong(c)]
    listed.sort(key=lambda c: -(e if (e := c.error(c.reader)) is not None else 9.0))
    lines = ["| program | predicted | measured | region | why |", "|---|---|---|---|---|"]
    for c in listed:
        p, held = c.reader, c.row["held"]
        seen = f"{c.bound or '?'}, {c.speedup:.2f}x" + (f", held {held['likely']:.2f}" if held else "")
        said = "nothing"
        if p is not None:
            likely = f"{p.ceiling.likely:.2f}x" if p.ceiling.likely is not None else "unknown"
            fraction = f", held {p.held.likely:.2f}" if p.held.likely is not None else ""
            said = f"{p.bound}, {likely} ({p.ceiling.low:.2f}-{p.ceiling.high:.2f}){fraction}"
        unread = "set aside: not looked into" if c.workload.set_aside else "not understood yet"
        why = explanations.get(c.workload.name, unread)
        name = f"{c.workload.name}{' (set aside)' if c.workload.set_aside else ''}"
        lines.append(f"| {name} | {said} | {seen} | {p.place if p else ''} | {why} |")
    return "\n".join(lines) + "\n"


def _bound_wrong(c: Case) -> bool:
    return c.bound is not None and (c.reader is None or c.reader.bound != c.bound)


def _doubtful(cases: list[Case]) -> str:
    if not cases:
        return ""
    listed = ", ".join(f"{c.workload.name} ({'; '.join(doubts(c.row))})" for c in cases)
    return f"Measured, but not counted: {listed}.\n"
