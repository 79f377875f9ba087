"""Web frameworks that run plain functions in threads, one request each: `@app.get("/")`, `path("x/", view)`. Opt-in.

FastAPI and Starlette run every `def` endpoint in a pool of threads (anyio's, with 40 of them unless that is changed);
Flask and Django do what the server does, and nearly all run requests in threads. A coroutine stays on the event loop.
"""

from __future__ import annotations

import re

from gillint.diagnostics.span import Span
from gillint.knowledge.base import bases_of
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import UNKNOWN_TRIPS
from gillint.resolve.calling.handovers import HandoverSpec
from gillint.resolve.calling.submissions import Work, hand_over
from gillint.resolve.trace import Concurrency
from gillint.resolve.values import FunctionRef, MethodRef, Value
from gillint.syntax import tree as t

Keywords = tuple[tuple[str, Value], ...]

_POOL_OF_ANYIO = 40
_VERBS = ("get", "put", "post", "delete", "patch")
_ASGI = {
    "fastapi.FastAPI": (*_VERBS, "options", "head", "trace", "api_route", "route"),
    "fastapi.APIRouter": (*_VERBS, "options", "head", "trace", "api_route", "route"),
    "starlette.applications.Starlette": ("route",),
    "starlette.routing.Router": ("route",),
}
_WSGI = {"flask.Flask": (*_VERBS, "route"), "flask.Blueprint": (*_VERBS, "route")}
# Decorators, by type and method: how many threads there are at most.
_ROUTES: dict[str, int | None] = {f"{kind}.{m}": _POOL_OF_ANYIO for kind, methods in _ASGI.items() for m in methods}
_ROUTES |= {f"{kind}.{m}": None for kind, methods in _WSGI.items() for m in methods}
# Calls that register a function: its position, the name of that parameter, and how many threads there are at most.
REGISTRATIONS: dict[str, tuple[int, str, int | None]] = {
    "fastapi.FastAPI.add_api_route": (1, "endpoint", _POOL_OF_ANYIO),
    "fastapi.APIRouter.add_api_route": (1, "endpoint", _POOL_OF_ANYIO),
    "fastapi.BackgroundTasks.add_task": (0, "func", _POOL_OF_ANYIO),
    "starlette.background.BackgroundTasks.add_task": (0, "func", _POOL_OF_ANYIO),
    "starlette.applications.Starlette.add_route": (1, "route", _POOL_OF_ANYIO),
    "starlette.routing.Route": (1, "endpoint", _POOL_OF_ANYIO),
    "flask.Flask.add_url_rule": (2, "view_func", None),
    "flask.Blueprint.add_url_rule": (2, "view_func", None),
    "django.urls.path": (1, "view", None),
    "django.urls.re_path": (1, "view", None),
}
# What a function says that registers handlers inside it, where only the text is known.
MAY_REGISTER = re.compile(
    r"^\s*@[\w.]+\.(?:get|put|post|delete|patch|options|head|trace|api_route|route)\b"
    r"|\b(?:add_api_route|add_url_rule|add_route|add_task|re_path|path|Route)\(",
    re.MULTILINE,
)
_IN_THREADS = HandoverSpec(Concurrency.THREADS, "call")


def may_route(decorator: t.Expr) -> bool:
    """Whether a decorator is written like one that registers a handler."""
    called = decorator.function if isinstance(decorator, t.Call) else decorator
    return isinstance(called, t.Attribute) and any(route.endswith(f".{called.name}") for route in _ROUTES)


def serve_decorated(act: Activation, called: Value, function: Value, span: Span) -> None:
    """`@app.get("/")`: requests run the function in threads, where `called` is the method of an application."""
    ref = called.reference
    if not act.program.web_handlers or not isinstance(ref, MethodRef) or ref.receiver.type is None:
        return
    for base in bases_of(ref.receiver.type):
        name = f"{base}.{ref.name}"
        if name in _ROUTES:
            _serve(act, name, function, _ROUTES[name], span)
            return


def serve_registered(act: Activation, name: str, positional: tuple[Value, ...], keywords: Keywords, span: Span) -> None:
    """`path("x/", view)`: requests run the function in threads."""
    if not act.program.web_handlers or name not in REGISTRATIONS:
        return
    position, keyword, workers = REGISTRATIONS[name]
    function = dict(keywords).get(keyword, positional[position] if len(positional) > position else None)
    if function is not None:
        _serve(act, name, function, workers, span)


def _serve(act: Activation, via: str, function: Value, workers: int | None, span: Span) -> None:
    if not isinstance(function.reference, FunctionRef):
        return
    tree, _ = act.program.function_tree(function.reference.key)
    if isinstance(tree, t.Function) and tree.is_async:
        return
    hand_over(act, _IN_THREADS, via, Work(function, tasks=UNKNOWN_TRIPS, workers=workers), span)
