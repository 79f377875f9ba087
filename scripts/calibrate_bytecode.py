"""Measure what Python bytecode costs per kind of syntax node, and write it as knowledge/bytecode.toml.

    python -m scripts.calibrate_bytecode                                  prints the table
    python -m scripts.calibrate_bytecode --write knowledge/bytecode.toml

Each snippet runs once a turn of a loop over a range, less the empty loop: many copies in a row would flatter it, as
the processor learns them by heart. It is timed in rounds that go through all snippets in turn (thread CPU time, garbage
collector off), in several processes, as a process's memory layout alone makes a tenth; each time is scaled by the
reference loop of its round. A cost is a difference of the medians: what the node adds to its operands, which are nodes
with costs of their own. Costs add up: `s += i * i` is augmented + 2 binary + 3 name.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import gc
import itertools
import math
import multiprocessing
import platform
import statistics
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gillint.measure.engine import exclusive
from gillint.measure.harness import held_loop
from gillint.measure.probe import REFERENCE_NS

REFERENCE_CALLS = 100
REFERENCE_ITERATIONS = 1000  # of one call of the loop: the sum stays below 2**30, one digit of an int

BATCH_NS = 1_500_000
STEPS = 1000  # of the loop in which the snippets run, and of those whose step is measured

# Runs inside the timed function, so that these are local names, as in most hot loops.
SETUP = """
class Plain:
    def __init__(self): self.v = 1
    def method(self, z): return z
class Slotted:
    __slots__ = ("v",)
    def __init__(self): self.v = 1
class Trivial:
    def __init__(self, z): pass
class Manager:
    def __enter__(self): return self
    def __exit__(self, *raised): return None
@_contextlib.contextmanager
def managed():
    yield
def function(z): return z
def packing(*z): return n
def packing_keywords(**z): return n
def empty():
    return
    yield
async def coroutine(): return None
a, b, c, d, i, j, n = 1234, 567, 8, 9, 3, 5, 1000  # a is the loop's variable, too
yes, f, g, s, t = True, 2.5, 0.75, "some text of twenty", "and another one here"
o, q, manager, m = Plain(), Slotted(), Manager(), _math
one, none = (1234,), ()
l, u, e = list(range(1000, 2000)), (1234, 567, 89, 10), {"some": 1, "key": 2, "of": 3, "it": 4}
k, absolute, is_callable, rng, few = "key", abs, callable, range(1000), [i % 300 for i in range(1000)]
step, done = next, empty()
x = y = z = w = 0
"""

SNIPPETS: dict[str, str] = {
    "four_names": "a; b; c; d",
    "four_assignments": "x = a; y = b; z = c; w = d",
    "four_constants": "x = 1; y = 2; z = 3; w = 4",
    "assign": "x = a",
    "attribute_instance": "x = o.v",
    "attribute_slot": "x = q.v",
    "attribute_module": "x = m.pi",
    "method": "x = o.method(a)",
    "int_add": "x = a + b",
    "int_multiply": "x = a * b",
    "float_multiply": "x = f * g",
    "int_divide": "x = a // c",
    "int_modulo": "x = a % b",
    "int_power": "x = a ** 2",
    "float_power": "x = f ** g",
    "compare_int": "x = a < b",
    "compare_float": "x = f < g",
    "compare_str": "x = s == t",
    "and": "x = a and b",
    "not": "x = not a",
    "negative": "x = -a",
    "list_get": "x = l[i]",
    "tuple_get": "x = u[i]",
    "dict_get": "x = e[k]",
    "list_slice": "x = l[i:j]",
    "str_slice": "x = s[i:j]",
    "set_attribute": "o.v = a",
    "list_set": "l[i] = a",
    "dict_set": "e[k] = a",
    "augment_int": "x += a",
    "call_function": "x = function(a)",
    "call_unpacked": "x = function(*one)",
    "call_abs": "x = absolute(a)",
    "call_callable": "x = is_callable(a)",
    "call_class": "x = Trivial(a)",
    "lambda": "x = lambda: 0",
    "no_turns": "x = [y for y in none]",
    "no_items": "x = step((y for y in none), a)",
    "no_argument": "x = step(done, a)",
    "packs": "x = packing(a)",
    "packs_keywords": "x = packing_keywords(z=a)",
    "keyword": "x = function(z=a)",
    "list_of_four": "x = [a, b, c, d]",
    "tuple_of_four": "x = (a, b, c, d)",
    "dict_of_four": "x = {'k': a, 'l': b, 'm': c, 'n': d}",
    "set_of_four": "x = {a, b, c, d}",
    "fstring": "x = f'{s}: {k}, {t}'",
    "format_float": "x = f'{f:.2f}'",
    "format_percent": "x = '%d items' % a",
    "if": "if yes:\n    x = a",
    "match_key": "match e:\n    case {'key': y}:\n        x = a",
    "match_keys": "match e:\n    case {'key': y, 'of': z}:\n        x = a",
    "match_class": "match o:\n    case Plain():\n        x = a",
    "match_attribute": "match o:\n    case Plain(v=y):\n        x = a",
    "match_self": "match a:\n    case int(y):\n        x = a",
    "match_kind": "match a:\n    case int():\n        x = a",
    "try": "try:\n    x = a\nexcept ValueError:\n    pass",
    "raise": "try:\n    raise ValueError\nexcept ValueError:\n    x = a",
    "with": "with manager:\n    x = a",
    "with_generator": "with managed():\n    x = a",
    "next_new": "x = step(empty(), None)",
    "next_done": "x = step(done, None)",
    "await": "x = await coroutine()",
    "import": "import math",
    "unpack": "x, y, z, w = u",
    "concatenate": "x = s + t",
}

# Timed per step of the loop.
LOOPS: dict[str, str] = {
    "for_list": "for x in l:\n    pass",
    "while": "x = n\nwhile x:\n    x -= 1",
    "for_decrement": "x = n\nfor y in l:\n    x -= 1",
    "comprehension": "x = [f * g for y in l]",
    "generator": "for x in (y for y in l):\n    pass",
    # Twenty thousand lists: the collector looks at them again and again.
    "kept": "_gc.enable()\nx = [[y, y] for y in l * 20]\n_gc.disable()",
    "dropped": "for y in l * 20:\n    x = [y, y]",
}

Times = Mapping[str, float]


def name(t: Times) -> float:
    """A name as a statement is read and dropped again, which costs about the same."""
    return t["four_names"] / 8


def store(t: Times) -> float:
    """What assigning a name takes, without reading its value."""
    return t["four_assignments"] / 4 - name(t)


def net(t: Times, names: int, *snippets: str) -> float:
    """The mean of `x = ...` snippets, without the store and that many names."""
    return statistics.mean(t[snippet] for snippet in snippets) - store(t) - names * name(t)


# kind: (what it is, cost as the medians give it)
KINDS: dict[str, tuple[str, Callable[[Times], float]]] = {
    "name": ("a local name read", name),
    "constant": ("a constant", lambda t: t["four_constants"] / 4 - store(t)),
    "attribute": (
        "x.name read: mean of instance, slot, module",
        lambda t: net(t, 1, "attribute_instance", "attribute_slot", "attribute_module"),
    ),
    "method_lookup": (
        "x.name in x.name(...): what a method call adds to a function's",
        lambda t: t["method"] - t["call_function"],
    ),
    "binary": (
        "x + y: mean of int + * // %",
        lambda t: net(t, 2, "int_add", "int_multiply", "int_divide", "int_modulo"),
    ),
    "power": ("x ** y: mean of a square and a root", lambda t: net(t, 2, "int_power", "float_power")),
    "compare": ("x < y: mean of int, float, str", lambda t: net(t, 2, "compare_int", "compare_float", "compare_str")),
    "boolean": ("each `and`, `or`", lambda t: net(t, 2, "and")),
    "unary": ("not x, -x", lambda t: net(t, 1, "not", "negative")),
    "subscript": ("x[i] read: mean of list, tuple, dict", lambda t: net(t, 2, "list_get", "tuple_get", "dict_get")),
    "slice": ("x[i:j] read, the subscript included: mean of list, str", lambda t: net(t, 3, "list_slice", "str_slice")),
    "store_name": ("a local name assigned", store),
    "store_attribute": ("x.name assigned", lambda t: t["set_attribute"] - 2 * name(t)),
    "store_subscript": (
        "x[i] assigned: mean of list, dict",
        lambda t: (t["list_set"] + t["dict_set"]) / 2 - 3 * name(t),
    ),
    "augmented": (
        "x += y: what it adds to x + y, the store included",
        lambda t: t["augment_int"] - t["int_add"] + store(t),
    ),
    "call_python": ("f(x) of a function that returns x", lambda t: net(t, 2, "call_function")),
    "call_unpacked": (
        "f(*x): what unpacking arguments adds to a call",
        lambda t: t["call_unpacked"] - t["call_function"],
    ),
    "call_builtin": ("f(x) of a trivial C function", lambda t: net(t, 2, "call_abs", "call_callable")),
    "call_class": ("C(x) of a class with an empty __init__", lambda t: net(t, 2, "call_class")),
    "lambda": ("a lambda (or an inner def) made, not called", lambda t: net(t, 0, "lambda")),
    "loop_step": (
        "one turn of a for loop over a list, its store included, where the iterator has no fact of its own",
        lambda t: t["for_list"],
    ),
    "while_step": (
        "one turn of a while loop, without its test",
        lambda t: t["while"] - t["for_decrement"] + t["for_list"] - name(t),
    ),
    "comprehension_step": (
        "one turn of a comprehension that keeps a new number, without the step of its loop and the expression",
        lambda t: t["comprehension"] - t["for_list"] - net(t, 0, "float_multiply"),
    ),
    "generator_step": (
        "a generator's resume and yield, without the loops on either side",
        lambda t: t["generator"] - 2 * t["for_list"] - name(t),
    ),
    "comprehension_create": (
        "a comprehension, without its turns: until 3.12 a function that is made and called",
        lambda t: net(t, 1, "no_turns"),
    ),
    "generator_create": (
        "a generator expression made, begun, ended and dropped, without its turns",
        lambda t: t["no_items"] - t["no_argument"],
    ),
    "packed_parameter": (
        "*args or **kwargs of a function: what packing them adds to a call",
        lambda t: (t["packs"] - t["call_function"] + t["packs_keywords"] - t["keyword"]) / 2,
    ),
    "kept_container": (
        "each of many lists, tuples or objects that are kept: what the garbage collector, and memory that is new, add",
        lambda t: (t["kept"] - t["dropped"]) / 20 - t["comprehension"] + t["for_list"] + net(t, 0, "float_multiply"),
    ),
    "build_list_item": (
        "each item of a list display (a fourth of one of four)",
        lambda t: net(t, 4, "list_of_four") / 4,
    ),
    "build_tuple_item": ("each item of a tuple (a fourth of one of four)", lambda t: net(t, 4, "tuple_of_four") / 4),
    "build_dict_item": (
        "each item of a dict display (a fourth of one of four)",
        lambda t: net(t, 4, "dict_of_four") / 4,
    ),
    "build_set_item": ("each item of a set display (a fourth of one of four)", lambda t: net(t, 4, "set_of_four") / 4),
    "fstring_part": ("each literal or text of an f-string", lambda t: net(t, 3, "fstring") / 5),
    "branch": ("an if, without its test", lambda t: t["if"] - t["assign"] - name(t)),
    "mapping_pattern": ("case {...}, without its keys", lambda t: 2 * t["match_key"] - t["match_keys"] - t["assign"]),
    "pattern_key": ("each key of it", lambda t: t["match_keys"] - t["match_key"] - store(t)),
    "class_pattern": ("case C(...), without its arguments", lambda t: t["match_class"] - t["assign"] - name(t)),
    "pattern_attribute": ("each argument of it", lambda t: t["match_attribute"] - t["match_class"] - store(t)),
    "self_pattern": (
        "case int(n): a class that has no __match_args__, until 3.13",
        lambda t: t["match_self"] - t["match_kind"] - store(t),
    ),
    "try": ("a try whose body does not raise", lambda t: t["try"] - t["assign"]),
    "raise": ("an exception made, raised and caught in the same function", lambda t: t["raise"] - t["assign"]),
    "with": (
        "a with on a class written in Python, `__exit__` included, `__enter__` not",
        lambda t: t["with"] - t["assign"] - name(t) - net(t, 2, "call_function"),
    ),
    "with_generator": (
        "a with on a generator of contextlib.contextmanager, its body apart: what it adds to a with",
        lambda t: t["with_generator"] - t["with"] + net(t, 2, "call_function"),
    ),
    "await": (
        "awaiting a coroutine that returns at once, without making it",
        lambda t: net(t, 1, "await") - t["next_new"] + t["next_done"],
    ),
    "coroutine_create": ("a coroutine (or generator) made and dropped", lambda t: t["next_new"] - t["next_done"]),
    "import": ("an import of a module already loaded, in a function", lambda t: net(t, 0, "import")),
    "unpack_item": ("each item of x, y = z, without its store", lambda t: (net(t, 1, "unpack") - 3 * store(t)) / 4),
    "string_concat": ("s + t of short strings", lambda t: net(t, 2, "concatenate")),
    "format": ("a value formatted with a specification, or %", lambda t: net(t, 1, "format_float", "format_percent")),
}

# Small programs, the kinds they consist of: what the costs predict against what is measured.
CHECKS: dict[str, tuple[str, dict[str, int]]] = {
    "s += i * i in a loop": (
        "x = 0\nfor i in l:\n    x += i * i",
        {"loop_step": 1, "augmented": 1, "binary": 2, "name": 3},
    ),
    "if l[i] > n: o.v = function(i)": (
        "for i in few:\n    if l[i] > c:\n        o.v = function(i)",
        {"loop_step": 1, "branch": 1, "compare": 1, "subscript": 1, "name": 6, "store_attribute": 1, "call_python": 1},
    ),
    "x = [(y, e[k]) for y in l]": (
        "x = [(y, e[k]) for y in l]",
        {"loop_step": 1, "comprehension_step": 1, "build_tuple_item": 2, "subscript": 1, "name": 3},
    ),
}


def compile_snippet(snippet: str, loop: str) -> Callable[[int], int]:
    """A function of n: the CPU time, in ns, of n turns of the snippet inside that loop."""
    prefix = "async " if "await" in snippet else ""
    source = (
        f"{prefix}def timed(_n):\n{textwrap.indent(SETUP, ' ' * 4)}\n    _start = _clock()\n"
        f"    for _ in _repeat(None, _n):\n        {loop}\n{textwrap.indent(snippet, ' ' * 12)}\n"
        f"    return _clock() - _start\n"
    )
    space: dict[str, Any] = {
        "_clock": time.thread_time_ns,
        "_contextlib": contextlib,
        "_gc": gc,
        "_repeat": itertools.repeat,
        "_math": math,
        "_threading": threading,
    }
    exec(source, space)
    timed = space["timed"]
    if not prefix:
        plain: Callable[[int], int] = timed
        return plain

    def awaited(n: int) -> int:
        try:
            timed(n).send(None)
        except StopIteration as stop:
            return int(stop.value)
        raise AssertionError("the coroutine did not end")

    return awaited


def turns(timed: Callable[[int], int]) -> int:
    """How many turns take a batch's time."""
    n = 1
    while (took := timed(n)) < BATCH_NS / 4:
        n *= 2
    return max(1, round(n * BATCH_NS / took))


def measure(rounds: int) -> dict[str, float]:
    """The median time of every snippet (of a loop: of a step) on the reference machine; the reference loop's here."""
    gc.disable()
    inside = {"empty": "pass", **SNIPPETS}
    alone = LOOPS | {key: source for key, (source, _) in CHECKS.items()}
    jobs = {key: compile_snippet(snippet, "for a in rng:") for key, snippet in inside.items()}
    jobs |= {key: compile_snippet(snippet, "if yes:") for key, snippet in alone.items()}
    counts = {key: turns(timed) for key, timed in jobs.items()}
    samples: dict[str, list[float]] = {key: [] for key in (*jobs, "reference")}
    for _ in range(rounds):
        start = time.thread_time_ns()
        for _ in range(REFERENCE_CALLS):
            held_loop(REFERENCE_ITERATIONS)
        reference = (time.thread_time_ns() - start) / (REFERENCE_CALLS * REFERENCE_ITERATIONS)
        samples["reference"].append(reference)
        for key, timed in jobs.items():
            samples[key].append(timed(counts[key]) / counts[key] / STEPS * REFERENCE_NS / reference)
    times = {key: statistics.median(values) for key, values in samples.items()}
    return {key: time - times["empty"] if key in SNIPPETS else time for key, time in times.items()}


def measure_in_processes(processes: int, rounds: int) -> dict[str, float]:
    """The median over several processes, one after the other."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        runs = [pool.apply(measure, (rounds,)) for _ in range(processes)]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def as_toml(costs: Mapping[str, float], reference: float) -> str:
    """The table as it stands in the knowledge base."""
    lines = [
        "# What Python bytecode costs per kind of syntax node, in ns on the reference machine (see README.md), net of",
        "# its operands. Written by scripts/calibrate_bytecode.py; do not edit.",
        "",
        "[costs]",
    ]
    width = max(len(kind) for kind in costs)
    lines += [f"{kind:<{width}} = {cost:<6.1f}  # {KINDS[kind][0]}" for kind, cost in costs.items()]
    lines += [
        "",
        "[source]",
        f'python = "{platform.python_version()}"',
        f"date = {datetime.date.today().isoformat()}",
        f"reference_ns = {reference:.1f}  # of the reference loop, where this was measured; costs are scaled to 45",
        'method = "differences of medians over interleaved rounds in several processes; CPU time of the thread"',
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, write, and say how well the costs add up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table here instead of printing it")
    parser.add_argument("--processes", type=int, default=7, metavar="N", help="one after the other (%(default)s)")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="in each process (%(default)s)")
    options = parser.parse_args()
    with exclusive():
        times = measure_in_processes(options.processes, options.rounds)
    costs = {kind: max(0.0, cost(times)) for kind, (_, cost) in KINDS.items()}
    table = as_toml(costs, times["reference"])
    if options.write is None:
        print(table)
    else:
        options.write.write_text(table, encoding="utf-8")
    for key, (_, kinds) in CHECKS.items():
        predicted = sum(costs[kind] * count for kind, count in kinds.items())
        print(f"check: {key}: predicted {predicted:.1f} ns, measured {times[key]:.1f} ns a step", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
