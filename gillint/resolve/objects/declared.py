"""Methods that a class only declares: what its instances do there, classes below it say."""

from __future__ import annotations

from gillint.syntax import tree as t
from gillint.syntax.parse import dotted


def is_abstract(tree: t.Function) -> bool:
    """Whether a method is decorated as abstract, or says at its end that it is not implemented."""
    return _is_decorated(tree) or (bool(tree.body) and _says_so(tree.body[-1]))


def is_only_declared(tree: t.Function) -> bool:
    """Whether a method does nothing itself: it is abstract, or all that it has is `...` or `raise NotImplementedError`."""
    body = [s for s in tree.body if not _is_docstring(s)]
    return _is_decorated(tree) or (len(body) == 1 and (_says_so(body[0]) or _is_ellipsis(body[0])))


def _is_decorated(tree: t.Function) -> bool:
    return any(dotted(d).rsplit(".", 1)[-1] == "abstractmethod" for d in tree.decorators)


def _says_so(statement: t.Stmt) -> bool:
    raised = statement.value if isinstance(statement, t.Raise) else None
    raised = raised.function if isinstance(raised, t.Call) else raised
    return isinstance(raised, t.Name) and raised.id == "NotImplementedError"


def _is_docstring(statement: t.Stmt) -> bool:
    return (
        isinstance(statement, t.Evaluate)
        and isinstance(statement.value, t.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_ellipsis(statement: t.Stmt) -> bool:
    return (
        isinstance(statement, t.Evaluate) and isinstance(statement.value, t.Constant) and statement.value.value is ...
    )
