"""What PyTorch's containers of layers and its loaders do: each layer, and each row of a batch, in turn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from gillint.diagnostics.span import Span
from gillint.knowledge.base import find_fact
from gillint.resolve.activation import Activation
from gillint.resolve.numeric.layers import LOADER, SEQUENTIAL, SUBSET
from gillint.resolve.trace import Bound, Call
from gillint.resolve.values import FunctionRef, SymbolRef, Value, of_constant, of_number
from gillint.syntax.parse import Syntax, parse

Keywords = tuple[tuple[str, Value], ...]
Called = Callable[[Activation, "Value | None", tuple[Value, ...], Keywords, Span], "Value | None"]
_CALLED = "torch.nn.Module.__call__"


def run_in_turn(
    act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
) -> Value | None:
    """`nn.Sequential(a, b)(x)` is `b(a(x))`."""
    from gillint.resolve.calling.calls import apply

    if receiver is None or not positional:
        return None
    if not receiver.items:  # so many of one kind, or of several
        one = receiver.element
        if one is None or (one.type is None and one.reference is None):
            return None
        layers = Value(type="list", size=receiver.size, element=one)
        return apply(act, _written(act, "in_turn"), (layers, positional[0]), (), span, SEQUENTIAL)
    _call_of_module(act, receiver, positional, span)
    passed = positional
    for layer in receiver.items:
        passed = (apply(act, layer, passed, (), span, SEQUENTIAL),)
    return passed[0]


def _call_of_module(act: Activation, module: Value, positional: tuple[Value, ...], span: Span) -> None:
    """What calling a module costs, whatever it does."""
    fact = find_fact(_CALLED)
    act.emit(Call(span, act.path, _CALLED, "library", Bound(module, positional), fact))


# Layers that do no more than a function of `torch.nn.functional`, with some of what they were made with.
_FUNCTIONS = {
    "ReLU": "relu", "GELU": "gelu", "Sigmoid": "sigmoid", "Tanh": "tanh", "SiLU": "silu", "ELU": "elu",
    "LeakyReLU": "leaky_relu", "Softmax": "softmax", "LogSoftmax": "log_softmax", "Dropout": "dropout",
    "LayerNorm": "layer_norm", "AvgPool2d": "avg_pool2d", "AdaptiveAvgPool2d": "adaptive_avg_pool2d",
    "MSELoss": "mse_loss", "L1Loss": "l1_loss", "SmoothL1Loss": "smooth_l1_loss", "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits", "NLLLoss": "nll_loss", "Upsample": "interpolate",
}  # fmt: skip


def _runs(function: str) -> Called:
    def called(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.library_calls import library

        if receiver is None:
            return None
        _call_of_module(act, receiver, positional, span)
        given = tuple((n, v) for n, v in receiver.columns or () if n not in ("p", "inplace"))
        return library(act, f"torch.nn.functional.{function}", None, positional, (*given, *keywords), span)

    return called


def _as_container(builtin: str) -> Called:
    """A list or a dict of layers is used like one: `nn.ModuleList`, `nn.ModuleDict`."""

    def made(
        act: Activation, receiver: Value | None, positional: tuple[Value, ...], keywords: Keywords, span: Span
    ) -> Value | None:
        from gillint.resolve.calling.library_calls import library

        return library(act, builtin, None, positional, keywords, span)

    return made


LAYERS_CALLED = {
    f"{SEQUENTIAL}.__call__": run_in_turn,
    **{f"torch.nn.{kind}.__call__": _runs(function) for kind, function in _FUNCTIONS.items()},
    **{f"torch.nn.{kind}List": _as_container("list") for kind in ("Module", "Parameter")},
    **{f"torch.nn.{kind}Dict": _as_container("dict") for kind in ("Module", "Parameter")},
}

# How a loader goes through a data set (torch/utils/data/_utils/fetch.py): each row for itself, then they are put together.
_SOURCE = """
from torch.utils.data.dataloader import _SingleProcessDataLoaderIter


def batches(dataset, count, batch_size, collate):
    steps = _SingleProcessDataLoaderIter(dataset)
    for start in range(0, count, batch_size):
        steps._next_index()
        yield collate([dataset[i] for i in range(start, start + batch_size)])


def in_turn(layers, x):
    for layer in layers:
        x = layer(x)
    return x
"""


@cache
def _source() -> Syntax:
    return parse(_SOURCE, "<torch.utils.data>")


def loaded(act: Activation, value: Value, span: Span) -> Value | None:
    """The batches that a loader gives, as the generator that it is; None for other values."""
    if value.type != LOADER:
        return None
    from gillint.resolve.calling.calls import apply
    from gillint.resolve.calling.library_calls import library

    data = value.column("dataset")
    if data is None:
        return None
    count = of_number("int", data.size) if data.size is not None else library(act, "len", None, (data,), (), span)
    while data.type == SUBSET and (whole := data.column("dataset")) is not None:
        data = whole
    collate = value.column("collate_fn") or Value(reference=SymbolRef("torch.utils.data.default_collate"))
    each = value.column("batch_size") or of_constant(1)
    return apply(act, _written(act, "batches"), (data, count, each, collate), (), span, "batches")


def _written(act: Activation, name: str) -> Value:
    return Value(type="function", reference=FunctionRef(f"{act.program.module(_source()).path}::{name}"))
