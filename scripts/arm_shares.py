"""How often the arms of branches are taken in programs that run: the conventions of `gillint/resolve/assumed.py`.

    python -m scripts.arm_shares run PROGRAM... > counts.jsonl     # each has a function work(); `--library` counts what it runs
    python -m scripts.arm_shares table counts.jsonl...

Each program is imported with its syntax tree rewritten so that every test, handler and loop is counted, then `work()` runs
once and what was counted since is printed: one line of JSON for each place, with its kind. `table` joins them by kind: how
many places, the mean share over the places (each counts once, however often it ran), the median and the quartiles.
"""

from __future__ import annotations

import argparse
import ast
import importlib._bootstrap_external as external
import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

KINDS: dict[tuple[str, int, int, str], str] = {}
COUNTS: dict[tuple[str, int, int, str], list[float]] = defaultdict(lambda: [0.0, 0.0])


def count(place: tuple[str, int, int, str], value: Any) -> Any:
    """A test: how often it was evaluated, and how often it held."""
    counted = COUNTS[place]
    counted[0] += 1
    counted[1] += bool(value)
    return value


class Counted:
    """An iterable that notes how far it was run through, as a share of its length where it has one."""

    def __init__(self, place: tuple[str, int, int, str], source: Iterable[Any]) -> None:
        self.place, self.turns, self.ended = place, 0, False
        try:
            self.length = len(source)  # type: ignore[arg-type]
        except TypeError:
            self.length = -1
        self.inner = iter(source)

    def __iter__(self) -> Counted:
        return self

    def __next__(self) -> Any:
        try:
            item = next(self.inner)
        except StopIteration:
            self.ended = True
            raise
        self.turns += 1
        return item

    def __del__(self) -> None:
        if self.ended or self.length > 0:
            counted = COUNTS[self.place]
            counted[0] += 1
            counted[1] += 1.0 if self.ended else self.turns / self.length


def how_left(body: list[ast.stmt]) -> str:
    """How an arm ends."""
    last = body[-1]
    names = {ast.Raise: "raise", ast.Return: "return", ast.Continue: "continue", ast.Break: "break"}
    return names.get(type(last), "goes on")


def test_kind(test: ast.expr) -> str:
    """What a test asks."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return {"isinstance": "not isinstance", "call": "not call", "truth": "not x"}.get(
            test_kind(test.operand), "not ..."
        )
    if isinstance(test, ast.BoolOp):
        return "and" if isinstance(test.op, ast.And) else "or"
    if isinstance(test, ast.Call):
        named = isinstance(test.func, ast.Name) and test.func.id in ("isinstance", "issubclass", "hasattr")
        return "isinstance" if named else "call"
    if isinstance(test, ast.Compare):
        op = test.ops[0]
        none = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
        if isinstance(op, (ast.Is, ast.IsNot)):
            return ("is None" if none else "is") if isinstance(op, ast.Is) else "is not None" if none else "is not"
        if isinstance(op, (ast.In, ast.NotIn)):
            return "in" if isinstance(op, ast.In) else "not in"
        return {ast.Eq: "==", ast.NotEq: "!="}.get(type(op), "< >")
    return "truth"


class Rewrite(ast.NodeTransformer):
    """Counts tests, handlers, filters, and how far loops run that can be left."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.depth = 0

    def wrapped(self, node: ast.expr, kind: str, function: str = "count") -> ast.expr:
        place = (self.path, node.lineno, node.col_offset, kind)
        call = ast.parse(f"__import__('sys').modules['arm_shares'].{function}({place!r}, None)", mode="eval").body
        assert isinstance(call, ast.Call)
        call.args[1] = node
        return ast.copy_location(call, node)

    def visit_If(self, node: ast.If) -> ast.AST:
        kind, left = test_kind(node.test), how_left(node.body)
        other = "" if not node.orelse else " elif" if isinstance(node.orelse[0], ast.If) else " else"
        where = "loop" if self.depth else "function"
        self.generic_visit(node)
        node.test = self.wrapped(node.test, f"if|{kind}|{left}{other}|{where}")
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        kind = test_kind(node.test)
        self.generic_visit(node)
        node.test = self.wrapped(node.test, f"x if c else y|{kind}||")
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        kind = "and" if isinstance(node.op, ast.And) else "or"
        kinds = [test_kind(v) for v in node.values]
        self.generic_visit(node)
        node.values[:-1] = [self.wrapped(v, f"{kind}|{k}||") for v, k in zip(node.values[:-1], kinds, strict=False)]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        kinds = [test_kind(v) for v in node.ifs]
        self.generic_visit(node)
        node.ifs = [self.wrapped(v, f"filter|{k}||") for v, k in zip(node.ifs, kinds, strict=False)]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        first = node.args[0] if node.args else None
        if (
            isinstance(node.func, ast.Name)
            and node.func.id in ("any", "all", "next")
            and isinstance(first, ast.GeneratorExp)
        ):
            outer = first.generators[0]
            outer.iter = self.wrapped(outer.iter, f"{node.func.id}() runs|||", "Counted")
        return node

    def _loop(self, node: ast.For | ast.While) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    def visit_For(self, node: ast.For) -> ast.AST:
        left = sorted(set(leaving(node.body)))
        kind = f"for runs|{'+'.join(left)}||"
        self._loop(node)
        if left:
            node.iter = self.wrapped(node.iter, kind, "Counted")
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self._loop(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self.depth = self.depth, 0
        self.generic_visit(node)
        self.depth = outer
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        if node.handlers:
            for handler in node.handlers:
                caught = ast.unparse(handler.type).rsplit(".", 1)[-1] if handler.type is not None else "everything"
                kind = f"except|{caught if len(caught) < 20 else 'several'}|{how_left(handler.body)}|"
                at = (self.path, handler.lineno, handler.col_offset, kind)
                handler.body.insert(0, self._noted(handler, at, True))
                node.body.insert(0, self._noted(node.body[0], at, False))
        return node

    @staticmethod
    def _noted(where: ast.AST, place: tuple[str, int, int, str], holds: bool) -> ast.stmt:
        index = 1 if holds else 0
        text = f"__import__('sys').modules['arm_shares'].COUNTS[{place!r}][{index}] += 1"
        made = ast.parse(text).body[0]
        for inner in ast.walk(made):
            ast.copy_location(inner, where)
        return made


def leaving(body: list[ast.stmt], inner: bool = False) -> Iterator[str]:
    """How a loop may be left early."""
    for s in body:
        if isinstance(s, ast.Return):
            yield "return"
        elif isinstance(s, ast.Break) and not inner:
            yield "break"
        for name in ("body", "orelse", "handlers", "finalbody"):
            part = getattr(s, name, None)
            if isinstance(part, list) and not isinstance(s, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                part = [x for h in part for x in (h.body if isinstance(h, ast.ExceptHandler) else [h])]
                yield from leaving(part, inner or isinstance(s, (ast.For, ast.While)))


def instrument() -> None:
    """From here on, imported Python code is counted."""

    def no_cache(*_: Any, **__: Any) -> str:
        raise NotImplementedError

    def source_to_code(_self: Any, data: Any, path: str, *, _optimize: int = -1) -> Any:
        tree = ast.parse(data, path)
        if not any(part in path for part in ("numpy", "scipy", "torch", "sklearn", "ast.py", "importlib")):
            tree = ast.fix_missing_locations(Rewrite(path).visit(tree))
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)

    external.cache_from_source = no_cache
    external.SourceLoader.source_to_code = source_to_code  # type: ignore[assignment,method-assign]


def one(path: Path, task: str) -> None:
    """Count one program, in this process."""
    sys.modules["arm_shares"] = sys.modules[__name__]
    instrument()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    imported = {place: list(counted) for place, counted in COUNTS.items()}
    eval(task, vars(module)) if task else module.work()
    for place, (of, taken) in list(COUNTS.items()):
        before = imported.get(place, (0.0, 0.0))
        own = place[0] == str(path)
        counted = (of, taken) if own else (of - before[0], taken - before[1])
        if counted[0] > 0:
            row = [place[0] if not own else f"{path.parent.name}/{path.name}", *place[1:], *counted, own]
            print("COUNT " + json.dumps(row))


def run(paths: list[Path], seconds: float) -> None:
    """Count each program in a process of its own."""
    for path in paths:
        tasks = path.parent / "tasks.json"
        task = json.loads(tasks.read_text()).get(path.stem, "") if tasks.exists() else ""
        command = [sys.executable, "-m", "scripts.arm_shares", "one", str(path), "--task", task]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            print(f"{path}: too slow", file=sys.stderr)
            continue
        rows = [line[6:] for line in done.stdout.splitlines() if line.startswith("COUNT ")]
        if not rows:
            print(f"{path}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        for row in rows:
            print(row, flush=True)


def table(paths: list[Path], own: bool | None, least: float) -> None:
    """Print the shares by kind."""
    sites: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for path in paths:
        for line in path.open():
            file, ln, col, kind, of, taken, is_own = json.loads(line)
            if own is None or is_own == own:
                sites[file, str(ln), str(col), kind][0] += of
                sites[file, str(ln), str(col), kind][1] += taken
    kinds: dict[str, list[float]] = defaultdict(list)
    for place, (of, taken) in sites.items():
        if of >= least:
            what, kind, left, where = place[3].split("|")
            for text in (place[3], f"{what}|any|{left}|{where}", f"{what}|{kind}|{left}|any"):
                kinds[text].append(min(1.0, taken / of))
    summed: Counter[str] = Counter({k: len(v) for k, v in kinds.items()})
    print("places  mean  q25   median q75   <2%  >98%  kind")
    for kind, n in summed.most_common():
        shares = kinds[kind]
        if n >= 4:
            q = quantiles(shares, n=4)
            rare, always = sum(s < 0.02 for s in shares) / n, sum(s > 0.98 for s in shares) / n
            print(f"{n:6d}  {mean(shares):.2f}  {q[0]:.2f}  {q[1]:.2f}   {q[2]:.2f}  {rare:.2f}  {always:.2f}  {kind}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "one", "table"))
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--task", default="")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--own", action="store_true", help="only the programs' own code")
    parser.add_argument("--library", action="store_true", help="only what they import")
    parser.add_argument("--least", type=float, default=2.0)
    options = parser.parse_args()
    if options.what == "one":
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        one(options.paths[0].resolve(), options.task)
    elif options.what == "run":
        run([p.resolve() for p in options.paths], options.seconds)
    else:
        table(options.paths, True if options.own else False if options.library else None, options.least)


if __name__ == "__main__":
    main()
