"""Layers of PyTorch: what they are made with is kept in their columns, and tells the size of what they give."""

from __future__ import annotations

from collections.abc import Callable

from gillint.estimate import ONE, Estimate
from gillint.frozen import replace
from gillint.resolve.calling.bound import TENSOR, element_of, literal_text, number_of, size_of
from gillint.resolve.numeric.shapes import Shape, constant_int, fitting, is_true, product
from gillint.resolve.trace import Bound
from gillint.resolve.values import NONE, Value

_NN = "torch.nn."
_WINDOW = ("kernel_size", "stride", "padding")
_CONVOLUTION = ("in_channels", "out_channels", *_WINDOW, "dilation", "groups", "bias")
_RECURRENT = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")
# What a layer is made with, in order.
_MADE_WITH = {
    "Linear": ("in_features", "out_features", "bias"),
    **dict.fromkeys(("Embedding", "EmbeddingBag"), ("num_embeddings", "embedding_dim")),
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d"), _CONVOLUTION),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"), _WINDOW),
    **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"), ("output_size",)),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _RECURRENT),
    "Flatten": ("start_dim", "end_dim"),
    **dict.fromkeys(("Softmax", "LogSoftmax"), ("dim",)),
    "Dropout": ("p",),
    "LayerNorm": ("normalized_shape",),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d"), ("num_features",)),
    "Upsample": ("size", "scale_factor", "mode"),
    **dict.fromkeys(("CrossEntropyLoss", "MSELoss", "L1Loss", "SmoothL1Loss", "BCELoss", "BCEWithLogitsLoss"), ()),
    "PReLU": ("num_parameters",), "LeakyReLU": ("negative_slope",),
}  # fmt: skip
DATASET, LOADER, SEQUENTIAL = "torch.utils.data.TensorDataset", "torch.utils.data.DataLoader", "torch.nn.Sequential"
SUBSET = "torch.utils.data.Subset"
_LOADED = ("dataset", "batch_size", "shuffle", "sampler", "batch_sampler", "num_workers", "collate_fn")


def made_layer(name: str, bound: Bound, result: Value) -> Value | None:
    """A layer with what it was made with, a sequence with its layers, a data set with its rows."""
    if bound.receiver is not None:
        return None
    if name == SEQUENTIAL:
        return _sequence(bound)
    if name == DATASET:
        return _data_set(bound, result)
    if name == LOADER:
        return _loader(bound, result)
    if name == SUBSET and len(bound.positional) == 2:
        return _part(bound.positional[0], size_of(bound.positional[1]))
    if name == "torch.utils.data.random_split" and len(bound.positional) > 1:
        return _parts(*bound.positional[:2])
    if name == "torch.nn.utils.rnn.pad_sequence" and bound.positional:
        return _filled(bound)
    names = _MADE_WITH.get(name.removeprefix(_NN)) if name.startswith(_NN) else None
    if names is None:
        return None
    given = dict(zip(names, bound.positional, strict=False)) | dict(bound.parameters)
    layer = replace(result, type=name, columns=tuple((n, given[n]) for n in names if n in given))
    gates = _GATES.get(name.removeprefix(_NN))
    return _with_gates(layer, gates) if gates is not None else layer


_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
BATCH_FIRST = "batch first"  # how the rows of a recurrent layer's input lie, which tells how many steps it takes


def _with_gates(layer: Value, gates: int) -> Value:
    """A recurrent layer with the matrix that input and state are multiplied by in each step."""
    wide, hidden, layers = (layer.column(n) for n in ("input_size", "hidden_size", "num_layers"))
    dtype = BATCH_FIRST if is_true(layer.column("batch_first")) else None
    if wide is None or hidden is None:
        return replace(layer, dtype=dtype)
    ways = (number_of(layers) if layers is not None else ONE) * (2.0 if is_true(layer.column("bidirectional")) else 1.0)
    shape = (number_of(wide) + number_of(hidden), number_of(hidden) * float(gates) * ways)
    return replace(layer, dtype=dtype, shape=shape, size=product(shape))


def _sequence(bound: Bound) -> Value:
    """`nn.Sequential(a, b)`; of `nn.Sequential(*layers)` whose layers are not known one by one, what they are like."""
    items = _in_sequence(bound)
    if items is None and len(bound.positional) == 1:
        spread = bound.positional[0]
        return Value(type=SEQUENTIAL, size=size_of(spread), element=element_of(spread))
    return Value(type=SEQUENTIAL, items=items, size=Estimate.point(len(items or ())))


def _in_sequence(bound: Bound) -> tuple[Value, ...] | None:
    """The layers of `nn.Sequential(...)`: one by one, or under names in a dict."""
    given = bound.positional
    if len(given) == 1 and given[0].columns is not None and given[0].type in ("dict", "collections.OrderedDict"):
        return tuple(v for _, v in given[0].columns)
    return given if given and not bound.has_star else None


def _data_set(bound: Bound, result: Value) -> Value:
    """Rows of several tensors at a time."""
    rows = Value(type="tuple", items=tuple(map(element_of, bound.positional)))
    first = bound.positional[0] if bound.positional else Value()
    size = first.shape[0] if first.shape else None
    return Value(type=DATASET, size=size, element=rows)


def _part(whole: Value, count: Estimate | None) -> Value:
    """Some of the rows of a data set."""
    return Value(type=SUBSET, columns=(("dataset", whole),), size=count, element=whole.element)


def _parts(whole: Value, lengths: Value) -> Value:
    """Parts of these lengths, or shares of the whole."""

    def rows(length: Value) -> Estimate | None:
        if length.number is None or length.number.likely > 1:
            return length.number
        return whole.size * length.number if whole.size is not None else None

    items = tuple(_part(whole, rows(v)) for v in lengths.items) if lengths.items is not None else None
    return Value(type="list", size=size_of(lengths), items=items, element=_part(whole, None))


def _filled(bound: Bound) -> Value:
    """Sequences under one another, all as long as the longest."""
    given, first = bound.positional[0], bound.get("batch_first")
    one = element_of(given)
    if one.type != TENSOR or not one.shape:
        return Value(type=TENSOR)
    longest = Estimate(one.shape[0].likely, one.shape[0].high, one.shape[0].high)
    shape = (size_of(given), longest) if is_true(first) else (longest, size_of(given))
    return replace(_tensor((*shape, *one.shape[1:])), dtype=one.dtype)


def _loader(bound: Bound, result: Value) -> Value:
    """What a loader goes through and how: the batches are made where it is iterated over."""
    given = dict(zip(_LOADED, bound.positional, strict=False)) | dict(bound.parameters)
    kept = tuple((n, v) for n, v in given.items() if n in ("dataset", "batch_size", "collate_fn") and v != NONE)
    each = given.get("batch_size")
    whole = given.get("dataset")
    size = None
    if whole is not None and whole.size is not None:
        size = (whole.size / (number_of(each) if each is not None else ONE).max(1)).map(lambda n: float(-(-n // 1)))
    return Value(type=LOADER, columns=kept, size=size)


# What a layer or a function makes of the dimensions of its input.
Rule = Callable[[Shape, Value, Bound], "Shape | None"]


def shape_after(name: str, bound: Bound, result: Value) -> Value | None:
    """The result of a layer, or of a function of `torch.nn.functional`; None where there is no rule."""
    owner, _, last = name.rpartition(".")
    if last == "__call__" and bound.receiver is not None:
        layer, given = bound.receiver, bound.positional
        kind = (layer.type or "").removeprefix(_NN)
    elif owner == "torch.nn.functional":
        kind, layer, given = last, Value(columns=bound.parameters), bound.positional
        given = given or tuple(v for k, v in bound.parameters if k == "input")
    else:
        return None
    shape = given[0].shape if given and given[0].type == TENSOR else None
    if kind in ("LSTM", "GRU", "RNN"):
        unknown = Value(type=TENSOR, dtype="float32")
        return _recurrent(kind, shape, layer) or Value(type="tuple", items=(unknown, unknown))
    if kind.endswith(("Loss", "_loss", "cross_entropy")) or kind.startswith("binary_cross_entropy"):
        kept = literal_text(layer.column("reduction")) == "none"
        return None if kept else Value(type=TENSOR, shape=(), size=ONE, dtype="float32")
    rule = _RULES.get(kind)
    if rule is None:
        return None
    made = rule(shape, layer, bound) if shape is not None else None
    if made is None:
        return replace(result, type=TENSOR, shape=None, size=result.size if shape is None else None)
    dtype = given[0].dtype if kind not in ("Embedding", "EmbeddingBag", "embedding") else "float32"
    made = fitting(made)
    return Value(type=TENSOR, shape=made, size=product(made), dtype=dtype)


def _each(value: Value | None, count: int, otherwise: Estimate) -> tuple[Estimate, ...]:
    """An option that is one number for all dimensions, or one for each."""
    if value is None or value == NONE:
        return (otherwise,) * count
    if value.items is not None and len(value.items) == count:
        return tuple(map(number_of, value.items))
    return (number_of(value),) * count


def _windows(shape: Shape, option: Callable[[str], Value | None], kernel: Shape, *, jumps: bool) -> Shape:
    """How often a window fits: along each of the last dimensions."""
    count = len(kernel)
    zero = Estimate.point(0)
    padding = option("padding")
    if literal_text(padding) == "same":
        return shape[-count:]
    padded = _each(padding if literal_text(padding) is None else None, count, zero)
    steps = _each(option("stride"), count, ONE)
    if jumps and option("stride") in (None, NONE):
        steps = kernel
    apart = _each(option("dilation"), count, ONE)
    return tuple(
        ((d + p * 2 - a * (k - 1) - 1) / s.max(1)).map(lambda n: float(n // 1) + 1.0).max(1)
        for d, p, a, k, s in zip(shape[-count:], padded, apart, kernel, steps, strict=True)
    )


def _convolved(width: int) -> Rule:
    def rule(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
        channels = layer.column("out_channels")
        if channels is None or len(shape) < width + 1:
            return None
        kernel = _each(layer.column("kernel_size"), width, ONE)
        return (*shape[: -width - 1], number_of(channels), *_windows(shape, layer.column, kernel, jumps=False))

    return rule


def _widened(width: int) -> Rule:
    """The other way round: as large as the input must be of which a convolution would make this one."""

    def rule(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
        channels = layer.column("out_channels")
        if channels is None or len(shape) < width + 1:
            return None
        kernel = _each(layer.column("kernel_size"), width, ONE)
        steps = _each(layer.column("stride"), width, ONE)
        padded = _each(layer.column("padding"), width, Estimate.point(0))
        sides = zip(shape[-width:], kernel, steps, padded, strict=True)
        return (*shape[: -width - 1], number_of(channels), *((d - 1) * s - p * 2 + k for d, k, s, p in sides))

    return rule


def _convolution(width: int) -> Rule:
    """`F.conv2d(input, weight, bias, stride, padding)`: the kernel is a tensor."""
    names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")

    def rule(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
        given = dict(zip(names, bound.positional, strict=False)) | dict(bound.parameters)
        weight = given.get("weight")
        if weight is None or weight.shape is None or len(weight.shape) != width + 2 or len(shape) < width + 1:
            return None
        kernel = weight.shape[2:]
        return (*shape[: -width - 1], weight.shape[0], *_windows(shape, given.get, kernel, jumps=False))

    return rule


def _pooled(width: int) -> Rule:
    def rule(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
        given = dict(layer.columns or ())
        if bound.receiver is None:
            given |= dict(zip(("input", *_WINDOW), bound.positional, strict=False))
        kernel = _each(given.get("kernel_size"), width, Estimate.point(2))
        if len(shape) < width:
            return None
        return (*shape[:-width], *_windows(shape, given.get, kernel, jumps=True))

    return rule


def _adaptive(width: int) -> Rule:
    def rule(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
        asked = layer.column("output_size")
        if asked is None and bound.receiver is None and len(bound.positional) > 1:
            asked = bound.positional[1]
        return (*shape[:-width], *_each(asked, width, ONE)) if asked is not None and len(shape) > width else None

    return rule


def _linear(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    """The last dimension becomes another."""
    width = layer.column("out_features")
    weight = bound.positional[1] if bound.receiver is None and len(bound.positional) > 1 else None
    if width is not None:
        return (*shape[:-1], number_of(width))
    return (*shape[:-1], weight.shape[0]) if weight is not None and weight.shape else None


def _embedded(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    width = layer.column("embedding_dim")
    weight = bound.positional[1] if bound.receiver is None and len(bound.positional) > 1 else None
    if width is not None:
        return (*shape, number_of(width))
    return (*shape, weight.shape[1]) if weight is not None and weight.shape and len(weight.shape) == 2 else None


def _bags(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    """A row for each bag: for each offset, or for each row of words."""
    width = layer.column("embedding_dim")
    offsets = bound.get("offsets") or (bound.positional[1] if len(bound.positional) > 1 else None)
    rows = offsets.shape[0] if offsets is not None and offsets.shape else shape[0] if len(shape) == 2 else None
    return (rows, number_of(width)) if width is not None and rows is not None else None


def _scaled(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    """`F.interpolate(x, size=..., scale_factor=...)`."""
    given = dict(zip(("input", "size", "scale_factor"), bound.positional, strict=False)) if not bound.receiver else {}
    given |= dict(layer.columns or ())
    size, factor = given.get("size"), given.get("scale_factor")
    width = len(shape) - 2
    if width < 1:
        return None
    if size is not None and size != NONE:
        return (*shape[:2], *_each(size, width, ONE))
    if factor is None:
        return None
    return (*shape[:2], *(d * f for d, f in zip(shape[2:], _each(factor, width, ONE), strict=True)))


def _padded(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    """`F.pad(x, (left, right, top, bottom))`: pairs from the last dimension on."""
    asked = bound.get("pad") or (bound.positional[1] if len(bound.positional) > 1 else None)
    ends = asked.items if asked is not None else None
    if ends is None or len(ends) % 2 or len(ends) // 2 > len(shape):
        return None
    more = [number_of(a) + number_of(b) for a, b in zip(ends[::2], ends[1::2], strict=True)]
    more = [Estimate.point(0)] * (len(shape) - len(more)) + more[::-1]
    return tuple(d + m for d, m in zip(shape, more, strict=True))


def _flat(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    start = constant_int(layer.column("start_dim"))
    at = (start if start is not None else 1) % max(1, len(shape))
    return (*shape[:at], product(shape[at:]))


def _attended(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    """As many rows as there are queries, as wide as the values."""
    value = bound.positional[2] if len(bound.positional) > 2 else None
    return (*shape[:-1], value.shape[-1]) if value is not None and value.shape else shape


def _same(shape: Shape, layer: Value, bound: Bound) -> Shape | None:
    return shape


def _recurrent(kind: str, shape: Shape | None, layer: Value) -> Value | None:
    """The output of every step, and the state at the end."""
    width, layers = layer.column("hidden_size"), layer.column("num_layers")
    if width is None or shape is None or len(shape) < 2:
        return None
    ways = 2.0 if is_true(layer.column("bidirectional")) else 1.0
    hidden = number_of(width)
    batch = () if len(shape) == 2 else (shape[0] if is_true(layer.column("batch_first")) else shape[1],)
    depth = (number_of(layers) if layers is not None else ONE) * ways
    output, state = _tensor((*shape[:-1], hidden * ways)), _tensor((depth, *batch, hidden))
    end = Value(type="tuple", items=(state, state)) if kind == "LSTM" else state
    return Value(type="tuple", items=(output, end))


def _tensor(shape: Shape) -> Value:
    shape = fitting(shape)
    return Value(type=TENSOR, shape=shape, size=product(shape), dtype="float32")


_LIKE_INPUT = (
    "ReLU", "GELU", "Sigmoid", "Tanh", "SiLU", "ELU", "LeakyReLU", "PReLU", "Softplus", "Softmax", "LogSoftmax", "Dropout",
    "Dropout2d", "Identity", "LayerNorm", "BatchNorm1d", "BatchNorm2d", "GroupNorm", "InstanceNorm2d", "ReLU6", "Hardtanh",
    "relu", "gelu", "sigmoid", "tanh", "silu", "elu", "leaky_relu", "softplus", "softmax", "log_softmax", "dropout",
    "layer_norm", "batch_norm", "group_norm", "normalize", "TransformerEncoderLayer", "TransformerEncoder",
)  # fmt: skip
_RULES: dict[str, Rule] = {
    **dict.fromkeys(_LIKE_INPUT, _same),
    **dict.fromkeys(("Linear", "linear"), _linear),
    **dict.fromkeys(("Embedding", "embedding"), _embedded),
    **{f"Conv{n}d": _convolved(n) for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": _widened(n) for n in (1, 2)},
    **{f"conv{n}d": _convolution(n) for n in (1, 2, 3)},
    **{f"{k}Pool{n}d": _pooled(n) for k in ("Max", "Avg") for n in (1, 2)},
    **{f"{k}_pool{n}d": _pooled(n) for k in ("max", "avg") for n in (1, 2)},
    **{f"Adaptive{k}Pool{n}d": _adaptive(n) for k in ("Max", "Avg") for n in (1, 2)},
    **{f"adaptive_{k}_pool{n}d": _adaptive(n) for k in ("max", "avg") for n in (1, 2)},
    **dict.fromkeys(("Upsample", "interpolate"), _scaled),
    "EmbeddingBag": _bags,
    "pad": _padded,
    "Flatten": _flat,
    "scaled_dot_product_attention": _attended,
}


def batch_of(rows: Value, count: Estimate) -> Value:
    """What the rows of a batch are put together to: numbers and tensors under one another, tuples and dicts by their members."""
    if rows.type in ("tuple", "list") and rows.items is not None:
        return Value(type="list", items=tuple(batch_of(i, count) for i in rows.items))
    if rows.type == "dict" and rows.columns is not None:
        return replace(rows, columns=tuple((k, batch_of(v, count)) for k, v in rows.columns))
    if rows.type in ("int", "float", "bool"):
        dtype = {"int": "int64", "bool": "bool"}.get(rows.type, "float64")
        return Value(type=TENSOR, shape=(count,), size=count, dtype=dtype)
    if rows.type in (TENSOR, "numpy.ndarray"):
        shape = (count, *rows.shape) if rows.shape is not None else None
        size = product(shape) if shape is not None else size_of(rows) * count
        return Value(type=TENSOR, shape=shape, size=size, dtype=rows.dtype)
    return Value(type="list", size=count, element=rows)
