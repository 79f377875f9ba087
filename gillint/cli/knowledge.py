"""`gillint knowledge`: what the knowledge base says, and measuring it again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gillint.benchmark.verify import AGREEMENT, Verdict, Verified
from gillint.choices import extensions
from gillint.cli import completion
from gillint.cli import options as o
from gillint.cli.examples import examples
from gillint.cli.measure import InterpreterPath
from gillint.config.settings import find_settings, read_settings
from gillint.errors import UsageError
from gillint.knowledge.base import all_libraries, extended_by, library, spoken_fact, suggestions
from gillint.knowledge.conditions import Target
from gillint.knowledge.schema import Fact, Library
from gillint.report.facts import callable_page, effects, library_page, lines_below, part_page, told
from gillint.resolve.calling.compat import own_name
from gillint.source.environment import find_environment

app = typer.Typer(
    help="The knowledge base: what each call does to the GIL, with its evidence; and measuring it again.",
    epilog=examples("gillint knowledge list", "gillint knowledge show zlib.compress", "gillint knowledge verify zlib"),
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A callable (zlib.compress) or a library (zlib).", autocompletion=completion.callables
    ),
]


@contextmanager
def _extended(config: Path | None, files: list[Path] | None) -> Iterator[None]:
    settings = read_settings(config) if config is not None else find_settings(Path())
    with extended_by(extensions(settings, files or ())):
        yield


@app.command("list", epilog=examples("gillint knowledge list", "gillint knowledge list zlib"))
def list_command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="LIBRARY", help="One library.", show_default=False, autocompletion=completion.libraries),
    ] = None,
    config: o.Config = None,
    extend_knowledge: o.ExtendKnowledge = None,
) -> int:
    """List the libraries, or the names of one library (and of those inside it) with their effects."""
    with _extended(config, extend_knowledge):
        if name is None:
            for found in all_libraries():
                print(f"{found.name}: {len(found.facts)} names, {found.distribution} {found.version} ({found.file})")
        else:
            for known, fact in (entry for found in _libraries(name) for entry in found.facts):
                print(f"{known}: {effects(fact)}" + (f" ({fact.file})" if fact.is_extension else ""))
    return 0


@app.command(
    "show",
    epilog=examples(
        "gillint knowledge show zlib.compress", "gillint knowledge show cryptography.fernet.Fernet.encrypt"
    ),
)
def show_command(
    name: Name,
    config: o.Config = None,
    extend_knowledge: o.ExtendKnowledge = None,
    environment: o.EnvironmentPath = None,
) -> int:
    """Show all that is known of a callable or a library, for the version that you have; and what your files override."""
    with _extended(config, extend_knowledge):
        fact = spoken_fact(own_name(name))
        if fact is None:
            print(part_page(own_name(name)) or "\n\n".join(map(library_page, _libraries(name))))
            return 0
        print(callable_page(fact))
        if library(own_name(name)) is None and (inside := lines_below(own_name(name))):
            print("\n".join(("\n## Inside it\n", *inside)))
        version = Target(environment=find_environment(Path(), environment)).library_version(fact)
        if fact.distribution != "python":
            print(f"Version: {version}")
    return 0


@app.command("search", epilog=examples("gillint knowledge search compress releases"))
def search_command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="All of them must occur.")],
    config: o.Config = None,
    extend_knowledge: o.ExtendKnowledge = None,
) -> int:
    """Search names, effects and notes; exits with 1 where nothing is found."""
    wanted = [word.lower() for word in words]
    found = 0
    with _extended(config, extend_knowledge):
        for known, fact in ((known, fact) for lib in all_libraries() for known, fact in lib.facts):
            text = f"{known} {effects(fact)} {fact.behaviour.note or ''} {fact.instead or ''}".lower()
            if all(word in text for word in wanted):
                found += 1
                print(f"{known}: {effects(fact)}" + (f". {fact.behaviour.note}" if fact.behaviour.note else ""))
    if not found:
        print("nothing is known that has all of these words", file=sys.stderr)
    return int(not found)


@app.command(
    "verify",
    help="Run the probes of facts again and compare. Executes the probes; writes nothing unless --update.\n\n"
    f"{AGREEMENT}\n\n"
    "Exits with 0 where nothing disagrees, 1 where something does, 2 on wrong use.",
    epilog=examples("gillint knowledge verify zlib", "gillint knowledge verify --all --interpreter .venv/bin/python"),
)
def verify_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME...", help="Callables or libraries.", show_default=False, autocompletion=completion.callables
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every library that is installed.")] = False,
    interpreter: InterpreterPath = None,
    update: Annotated[
        bool, typer.Option("--update", help="Add what was measured to the evidence of the facts that agree.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what does not agree, and the sums.")] = False,
    config: o.Config = None,
    extend_knowledge: o.ExtendKnowledge = None,
) -> int:
    """Run the probes of facts again."""
    from gillint.cli.probing import update_evidence, verify
    from gillint.measure.worker import ProbeError

    if bool(names) == everything:
        raise UsageError("name callables or libraries, or give --all")
    with _extended(config, extend_knowledge):
        facts = [fact for lib in all_libraries() for fact in _facts(lib)] if everything else _named(names or [])
        results: list[Verified] = []
        try:
            with _progress(len(facts)) as advance:
                for result, version, python in verify(facts, interpreter):
                    results.append(result)
                    advance()
                    if result.verdict is not Verdict.SKIPPED and not (quiet and result.verdict is Verdict.AGREE):
                        print(_line(result), flush=True)
                    if update and result.verdict is Verdict.AGREE:
                        update_evidence(result, version, python)
        except ProbeError as problem:
            raise UsageError(f"knowledge verify: {problem}") from None
    counts = {verdict: sum(r.verdict is verdict for r in results) for verdict in Verdict}
    print(", ".join(f"{number} {verdict.value}" for verdict, number in counts.items()), file=sys.stderr)
    reasons: dict[str, int] = {}
    for r in results:
        if r.verdict is Verdict.SKIPPED:
            reasons[r.reason] = reasons.get(r.reason, 0) + 1
    for reason, number in sorted(reasons.items(), key=lambda item: -item[1])[:10]:
        print(f"  skipped {number}: {reason}", file=sys.stderr)
    return int(counts[Verdict.DISAGREE] > 0)


@app.command(
    "probe",
    epilog=examples(
        "gillint knowledge probe zlib.crc32 --setup 'import zlib; d = bytes(1 << 20)' --statement 'zlib.crc32(d)'"
    ),
)
def probe_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The public name of the callable: zlib.crc32.")],
    statement: Annotated[str, typer.Option("--statement", metavar="CODE", help="What is measured.")],
    setup: Annotated[str, typer.Option("--setup", metavar="CODE", help="What runs once before.")] = "",
    interpreter: InterpreterPath = None,
    seconds: Annotated[
        float, typer.Option("--seconds", help="How long to compare threads; 0 leaves that out.", min=0)
    ] = 6.0,
) -> int:
    """Measure a callable, and print a fact with its evidence to paste. Executes what you give it.

    G, N and W are counted and scaled to the reference machine; two threads are compared with one in rounds with controls. The
    printed fact says what was measured at one size: how costs grow with sizes, and the source, are for you to add.
    """
    from gillint.cli.probing import fact_text
    from gillint.measure.worker import ProbeError

    try:
        text, doubts = fact_text(name, setup, statement, interpreter, seconds)
    except ProbeError as problem:
        raise UsageError(f"knowledge probe: {problem}") from None
    print(text)
    for doubt in doubts:
        print(f"gillint: doubtful: {doubt}", file=sys.stderr)
    return int(bool(doubts))


def _libraries(name: str) -> list[Library]:
    """The library of a name and those inside it: `scipy.linalg` is of `scipy`. A usage error where there is none."""
    found = [lib for lib in all_libraries() if lib.name == name or lib.name.startswith(f"{name}.")]
    if not found:
        close = suggestions(name)
        hint = f"; did you mean {', '.join(close)}?" if close else "; `gillint knowledge list` names all that are"
        raise UsageError(f"{name}: no such callable or library is known{hint}")
    return sorted(found, key=lambda lib: lib.name)


def _facts(found: Library) -> list[Fact]:
    """Each entry of a library once, whatever its names."""
    return list({id(fact): fact for _, fact in found.facts}.values())


def _named(names: list[str]) -> list[Fact]:
    found: list[Fact] = []
    for name in names:
        fact = spoken_fact(own_name(name))
        found += [fact] if fact is not None else [fact for lib in _libraries(name) for fact in _facts(lib)]
    return found


def _line(result: Verified) -> str:
    from gillint.advice.explain import duration

    text = f"{result.verdict.value:12} {result.fact.name}"
    if result.condition is not None:
        text += f" ({told(result.condition)})"
    found = result.counted
    if found is not None:
        whole = (found.gil + found.native) * found.scale + found.wait
        text += f": held {found.held:.2f} ({result.reason}), {found.releases:.3g} releases, {duration(whole)}"
    else:
        text += f": {result.reason}"
    return text


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Verifying", total=total)
        yield lambda: bar.advance(task)
