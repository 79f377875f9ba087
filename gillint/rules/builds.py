"""GIL501, GIL502, GIL503: builds without a GIL, code compiled without it, and tests for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gillint.advice.assess import Assessment
from gillint.diagnostics.fixes import Applicability, Edit, Fix
from gillint.diagnostics.span import Span
from gillint.diagnostics.types import Confidence, Diagnostic, Related, Severity
from gillint.knowledge.base import library, library_files
from gillint.resolve.calling.compiled import COMPILED, COMPILED_FUNCTION
from gillint.resolve.program import walk
from gillint.resolve.trace import Call, Concurrency
from gillint.resolve.values import FunctionRef
from gillint.rules.base import FileContext, Rule, finding, is_shared_out
from gillint.syntax import tree as t
from gillint.syntax.gil_tests import Problem, wrong_tests
from gillint.syntax.imports import imports
from gillint.syntax.parse import dotted

_JIT = ("njit", "jit")
_DECORATOR = re.compile(r"^\s*@(?:\w+\.)*n?jit\b")


def _reenables(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    if not context.free_threaded:
        return
    files = library_files()
    seen: set[str] = set()
    for imported in imports(context.syntax.lines):
        name = imported.module.split(".", 1)[0]
        found = library(name) if name in files and name not in seen and not imported.is_guarded else None
        support = found.free_threading if found is not None else None
        if found is None or support is None or support.state == "declared":
            continue
        seen.add(name)
        says = (
            "declares that it needs the GIL" if support.state == "denied" else "does not declare that it works without"
        )
        message = (
            f"importing `{name}` switches the GIL on for the whole process: its extension module {says} "
            f"(read from version {found.version}); from then on threads take turns again"
        )
        confidence = Confidence.HIGH if support.state == "denied" else Confidence.MEDIUM
        yield finding(rule, context, imported.span, message, confidence)


def _compiled(context: FileContext) -> dict[str, t.Expr]:
    """The functions of the file that numba compiles, with the decorator."""
    if "numba" not in context.libraries:
        return {}
    found: dict[str, t.Expr] = {}
    for outline in context.syntax.outline.functions:
        lines = context.syntax.lines[outline.lines.first - 1 : outline.lines.last]
        tree = context.syntax.function(outline) if any(map(_DECORATOR.match, lines)) else None
        for decorator in tree.decorators if tree is not None else ():
            called = decorator.function if isinstance(decorator, t.Call) else decorator
            if dotted(called).rsplit(".", 1)[-1] in _JIT:
                found[outline.qualname] = decorator
    return found


def _may_release(decorator: t.Expr) -> bool:
    if not isinstance(decorator, t.Call):
        return False
    given = {a.keyword: a.value for a in decorator.arguments if a.keyword is not None}
    if any(a.star for a in decorator.arguments):
        return True  # options from elsewhere
    nogil = given.get("nogil")
    return nogil is not None and not (isinstance(nogil, t.Constant) and nogil.value is False)


def jit_calls(a: Assessment, jitted: dict[str, t.Expr]) -> list[str]:
    """The names of such functions that work which is handed over calls."""
    if a.region.handover is None or not jitted:
        return []
    calls = [n for n in walk(a.region.handover.worker) if isinstance(n, Call) and n.name == COMPILED]
    return [name for name in map(_compiled_name, calls) if name in jitted]


def _compiled_name(call: Call) -> str:
    function = call.bound.get(COMPILED_FUNCTION)
    reference = function.reference if function is not None else None
    return reference.key.split("::", 1)[-1] if isinstance(reference, FunctionRef) else ""


def _holding_jit(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    jitted = {name: found for name, found in _compiled(context).items() if not _may_release(found)}
    seen: set[str] = set()
    for a in context.assessments:
        if a.region.concurrency is not Concurrency.THREADS or not is_shared_out(a):
            continue
        for name in jit_calls(a, jitted):
            if name in seen:
                continue
            seen.add(name)
            decorator = jitted[name]
            message = (
                f"threads run `{name}`, which numba compiles without `nogil=True`: compiled code, too, holds the GIL unless "
                "it is told not to, so the threads take turns"
            )
            related = (Related(context.path, a.region.span, "handed to threads here"),)
            edit = Edit("keyword", decorator.span, "True", "nogil")
            fix = Fix("Compile with nogil=True", Applicability.UNSAFE, (edit,))
            yield finding(rule, context, decorator.span, message, Confidence.HIGH, related, fix=fix)


def runs_compiled(context: FileContext, a: Assessment) -> bool:
    """Whether work that is handed over runs compiled functions, which are not the Python that they look like."""
    return bool(jit_calls(a, _compiled(context)))


_TESTS: dict[Problem, str] = {
    "pools": "the wrong way round: with the GIL on, this takes threads, which then take turns, and without it processes",
    "name": "the wrong way round: `sys._is_gil_enabled()` is true where the GIL is on, and the name says the opposite",
    "uncalled": "`sys._is_gil_enabled` is not called here: a function is always true",
    "default": (
        "up to Python 3.12 there is no `sys._is_gil_enabled` and always a GIL: with `lambda: False` this says that there is none"
    ),
    "present": "every build from Python 3.13 on has `sys._is_gil_enabled`, with and without a GIL: it has to be called",
}


def _inverted(rule: Rule, context: FileContext) -> Iterator[Diagnostic]:
    for test in wrong_tests(context.syntax.lines):
        fix = Fix("Turn the test round", Applicability.SAFE, test.edits) if test.edits else None
        span: Span = test.span
        yield finding(rule, context, span, _TESTS[test.problem], Confidence.HIGH, fix=fix)


IMPORT_REENABLES_GIL = Rule(
    code="GIL501",
    name="import-reenables-gil",
    severity=Severity.WARNING,
    detects=(
        "With `--free-threaded`: a file imports an extension that does not declare support for running without the GIL."
    ),
    why=(
        "On a free-threaded build the interpreter switches the GIL on when it loads such a module, for all threads and for the "
        "rest of the process; one import takes away what the build was chosen for."
    ),
    example="import orjson  # GIL501\n\nprint(orjson.loads(b'[1, 2]'))\n",
    instead="A version that declares support, another library, or `PYTHON_GIL=0` at your own risk.",
    limits=(
        "Only libraries whose knowledge file says so, and only the file's own imports, not those of what it imports. An import "
        "under `if TYPE_CHECKING` never happens and is not reported."
    ),
    evidence=(
        "CPython's `Py_mod_gil` slot (docs: C API extension support for free threading); `gillint explain orjson`."
    ),
    check=_reenables,
)

JIT_WITHOUT_NOGIL = Rule(
    code="GIL502",
    name="jit-without-nogil",
    severity=Severity.WARNING,
    detects="Threads run a function that numba compiles without `nogil=True`.",
    why=(
        "Compiled code is fast, but numba releases the GIL around it only where it is asked to. Otherwise threads "
        "take turns."
    ),
    example=(
        "from concurrent.futures import ThreadPoolExecutor\n\nfrom numba import njit\n\n\n"
        "@njit  # GIL502\n"
        "def total(n):\n"
        "    s = 0\n"
        "    for i in range(n):\n"
        "        s += i * i\n"
        "    return s\n\n\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    sums = list(pool.map(total, [50_000_000] * 8))\n"
    ),
    instead=(
        "`@njit(nogil=True)`, where the function shares no array that another thread writes; or `parallel=True` "
        "and no pool."
    ),
    limits=(
        "Functions of the same file. Decorators whose options come from elsewhere (`@njit(**options)`) are not "
        "reported."
    ),
    evidence=(
        "`numba/core/callwrapper.py`, `PyCallWrapper.build_wrapper` (0.68.1): the GIL is released only if "
        "`release_gil` is set."
    ),
    check=_holding_jit,
)

INVERTED_GIL_TEST = Rule(
    code="GIL503",
    name="inverted-gil-test",
    severity=Severity.WARNING,
    detects=(
        "A test of `sys._is_gil_enabled` is the wrong way round, is not called, or has a default that says the "
        "opposite."
    ),
    why=(
        "The function is true where the GIL is on. Taken the other way, a program uses threads exactly where they cannot help, "
        "and pays for processes where threads would scale; nothing fails, it is only slow."
    ),
    example=(
        "import sys\n"
        "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n\n"
        "if sys._is_gil_enabled():  # GIL503\n"
        "    Pool = ThreadPoolExecutor\n"
        "else:\n"
        "    Pool = ProcessPoolExecutor\n"
    ),
    instead='`if not getattr(sys, "_is_gil_enabled", lambda: True)():` is true exactly where there is no GIL, in every version.',
    limits=(
        "What a branch is for is told by the pools it names, and what a variable says by its name. `sysconfig` variables are not "
        "looked at."
    ),
    evidence=(
        "Instagram/LibCST#1295 had such a test, #1335 turned it round; `sys._is_gil_enabled` is documented, new in "
        "Python 3.13."
    ),
    check=_inverted,
)
