"""Tests of what runs a program: which Python, and on which system: Linux, as on the reference machine."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from gillint.knowledge.versions import version_key
from gillint.syntax import tree as t
from gillint.syntax.parse import dotted

_Part = int | str | tuple[int, ...]
_VERSION = ("sys.version_info", "version_info")
_TEXT = "sys.version"  # `sys.version > "3"`
_FIELDS = {"major": 0, "minor": 1}
_NEWEST = 99  # a micro version: what follows major and minor makes the tuple greater than those two alone
_ONLY_ELSEWHERE = ("pypy_version_info", "pypy_translation_info", "JYTHON_JAR")
_FLAGS = {"six.PY2": False, "six.PY3": True}
# How the systems are called where somebody asks.
_SYSTEMS = {"os.name": ("posix",), "sys.platform": ("linux", "linux2"), "platform.system()": ("Linux",)}
# Modules that there are on other systems alone, by what is imported first: `try: import msvcrt`.
OF_OTHER_SYSTEMS = frozenset(
    (
        "msvcrt",
        "winreg",
        "_winreg",
        "winsound",
        "_winapi",
        "nt",
        "_overlapped",
        "msilib",
        "win32api",
        "win32con",
        "win32file",
        "win32gui",
        "win32process",
        "win32com",
        "pywintypes",
        "pythoncom",
        "wmi",
        "_scproxy",
        "AppKit",
        "Foundation",
        "objc",
    )
)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge
}  # fmt: skip


def holds_here(python: str, test: t.Expr) -> bool | None:
    """Whether a test of the interpreter holds in CPython of a version, `3.11`; None for a test of anything else."""
    if isinstance(test, t.Attribute):
        return _FLAGS.get(dotted(test))
    if isinstance(test, t.Call):
        begins = _begins(test)
        return begins if begins is not None else _has(test)
    if not isinstance(test, t.Compare) or len(test.operators) != 1:
        return None
    system = _asked_system(test.left)
    if system is not None:
        return _is_system(system, test.operators[0], test.rights[0])
    if test.operators[0] not in _ORDER:
        return None
    if not _names_an_interpreter(test.left):
        return None
    version = version_key(python)
    left, right = _part(version, test.left), _constant(test.rights[0])
    if left is None or type(left) is not type(right):
        return None
    if isinstance(right, tuple) and len(right) > 2 and right[:2] == version[:2]:
        return None  # a micro version decides
    if dotted(test.left) == _TEXT and (str(right).startswith(str(left)) or test.operators[0] in ("eq", "ne")):
        return None  # so does what comes behind it
    return _ORDER[test.operators[0]](left, right)


def _asked_system(node: t.Expr) -> tuple[str, ...] | None:
    """What the system is called here, where an expression asks for its name: `os.name`, `sys.platform`, `platform.system()`."""
    if isinstance(node, t.Attribute) and node.name in ("name", "platform"):
        return _SYSTEMS.get(dotted(node) or "")
    if isinstance(node, t.Call) and isinstance(node.function, t.Attribute) and node.function.name == "system":
        return _SYSTEMS.get(f"{dotted(node.function)}()")
    return None


def _is_system(names: tuple[str, ...], sign: str, right: t.Expr) -> bool | None:
    """`os.name == "nt"`, `sys.platform in ("win32", "cygwin")`, `"win" in sys.platform` aside."""
    parts = [_constant(e) for e in (right.elements if isinstance(right, t.Sequence) else (right,))]
    if not all(isinstance(p, str) for p in parts) or sign not in ("eq", "ne", "contains", "not_contains"):
        return None
    if sign in ("contains", "not_contains") and not isinstance(right, t.Sequence):
        return None
    return any(name in parts for name in names) is (sign in ("eq", "contains"))


def _begins(call: t.Call) -> bool | None:
    """`sys.platform.startswith("win")`."""
    function = call.function
    if not isinstance(function, t.Attribute) or function.name != "startswith" or len(call.arguments) != 1:
        return None
    names, start = _asked_system(function.value), _constant(call.arguments[0].value)
    return names[0].startswith(start) if names is not None and isinstance(start, str) else None


def _names_an_interpreter(node: t.Expr) -> bool:
    """Whether a look at the last names tells that it may be one: nearly all tests are of something else."""
    inner = node.value if isinstance(node, t.Subscript) else node.function if isinstance(node, t.Call) else node
    name = inner.name if isinstance(inner, t.Attribute) else inner.id if isinstance(inner, t.Name) else ""
    return name in ("version_info", "version", "python_implementation", *_FIELDS)


def _has(call: t.Call) -> bool | None:
    """`hasattr(sys, "pypy_version_info")`."""
    arguments = [a.value for a in call.arguments]
    if dotted(call.function) != "hasattr" or len(arguments) != 2 or dotted(arguments[0]) != "sys":
        return None
    return False if _constant(arguments[1]) in _ONLY_ELSEWHERE else None


def _part(version: tuple[int, ...], node: t.Expr) -> _Part | None:
    """What `sys.version_info`, a part of it, or `platform.python_implementation()` is."""
    if isinstance(node, t.Call):
        return "CPython" if dotted(node.function) == "platform.python_implementation" else None
    if isinstance(node, t.Attribute) and node.name in _FIELDS and dotted(node.value) in _VERSION:
        return version[_FIELDS[node.name]]
    if isinstance(node, t.Subscript):
        index = _constant(node.index)
        if dotted(node.value) == _TEXT:
            return str(version[0]) if index == 0 else None
        if dotted(node.value) not in _VERSION:
            return None
        if isinstance(node.index, t.Slice) and node.index.lower is None and node.index.step is None:
            end = _constant(node.index.upper) if node.index.upper is not None else None
            return version[:end] if isinstance(end, int) and 0 < end <= 2 else None
        return version[index] if isinstance(index, int) and 0 <= index < 2 else None
    if dotted(node) == _TEXT:
        return f"{version[0]}.{version[1]}."
    return (*version[:2], _NEWEST) if dotted(node) in _VERSION else None


def _constant(node: t.Expr) -> _Part | None:
    if isinstance(node, t.Constant):
        return node.value if isinstance(node.value, (int, str)) else None
    if not isinstance(node, t.Sequence):
        return None
    numbers = [_constant(e) for e in node.elements]
    return tuple(n for n in numbers if isinstance(n, int)) if all(isinstance(n, int) for n in numbers) else None
