"""Shapes of PyTorch's tensors against torch 2.13.0: what each expression gave there."""

from __future__ import annotations

import pytest

from tests.unit.resolve.test_arrays import dimensions, value_of

SETUP = """
import torch
from torch import nn
import torch.nn.functional as F
x = torch.rand(8, 3, 64, 32)
m = torch.rand(100, 12)
v = torch.rand(12)
i = torch.randint(0, 100, (30,))
ids = torch.randint(0, 50, (8, 20))
seq = torch.rand(8, 20, 16)
mask = m[:, 0] > 0.5
rows = [torch.rand(3, 64, 64) for _ in range(32)]
"""

TENSORS = [
    ("x.sum(1)", (8, 64, 32)),
    ("x.sum(dim=(2, 3))", (8, 3)),
    ("x.mean(dim=1, keepdim=True)", (8, 1, 64, 32)),
    ("m.sum()", ()),
    ("m.std(0)", (12,)),
    ("m.std(dim=0, keepdim=True)", (1, 12)),
    ("m.argmax(dim=1)", (100,)),
    ("m.argmax(1)", (100,)),
    ("torch.sum(m, dim=1)", (100,)),
    ("torch.mean(m, 0)", (12,)),
    ("x.view(8, -1)", (8, 6144)),
    ("x.reshape(8, 3, -1)", (8, 3, 2048)),
    ("x.flatten(1)", (8, 6144)),
    ("x.flatten()", (49152,)),
    ("torch.flatten(x, 2)", (8, 3, 2048)),
    ("x.permute(0, 2, 3, 1)", (8, 64, 32, 3)),
    ("x.transpose(1, 2)", (8, 64, 3, 32)),
    ("m.t()", (12, 100)),
    ("m.T", (12, 100)),
    ("x.mT", (8, 3, 32, 64)),
    ("x.unsqueeze(0)", (1, 8, 3, 64, 32)),
    ("m.unsqueeze(-1)", (100, 12, 1)),
    ("torch.unsqueeze(m, 1)", (100, 1, 12)),
    ("x[:, :1].squeeze(1)", (8, 64, 32)),
    ("torch.cat([m, m])", (200, 12)),
    ("torch.cat([m, m], dim=1)", (100, 24)),
    ("torch.cat((m, m), 1)", (100, 24)),
    ("torch.stack([m, m])", (2, 100, 12)),
    ("torch.stack([v, v], dim=1)", (12, 2)),
    ("torch.stack(rows)", (32, 3, 64, 64)),
    ("torch.stack(rows[0:8])", (8, 3, 64, 64)),
    ("m @ m.T", (100, 100)),
    ("m.matmul(v)", (100,)),
    ("torch.matmul(seq, torch.rand(16, 5))", (8, 20, 5)),
    ("torch.bmm(seq, seq.transpose(1, 2))", (8, 20, 20)),
    ('torch.einsum("bij,bkj->bik", seq, seq)', (8, 20, 20)),
    ("torch.mm(m, m.t())", (100, 100)),
    ("m - m.mean(dim=0)", (100, 12)),
    ("m.unsqueeze(0) - m.unsqueeze(1)", (100, 100, 12)),
    ("2.0 * m", (100, 12)),
    ("1 / m", (100, 12)),
    ("m ** 2", (100, 12)),
    ("torch.maximum(m, v)", (100, 12)),
    ("torch.where(m > 0.5, m, v)", (100, 12)),
    ("m > v", (100, 12)),
    ("m.add(v)", (100, 12)),
    ("m.mul_(2.0)", (100, 12)),
    ("m.clamp(0, 1)", (100, 12)),
    ("m.clamp_min(0.1)", (100, 12)),
    ("torch.clamp(m, min=0.1)", (100, 12)),
    ("m.abs()", (100, 12)),
    ("-m", (100, 12)),
    ("torch.exp(m)", (100, 12)),
    ("m.softmax(dim=1)", (100, 12)),
    ("torch.softmax(m, dim=-1)", (100, 12)),
    ("torch.relu(m)", (100, 12)),
    ("F.relu(m)", (100, 12)),
    ("m.sigmoid()", (100, 12)),
    ("x[0]", (3, 64, 32)),
    ("x[:, 0]", (8, 64, 32)),
    ("x[:, 0, ::2]", (8, 32, 32)),
    ("m[:, None]", (100, 1, 12)),
    ("m[0, -1]", ()),
    ("m[i]", (30, 12)),
    ("m[i, 0]", (30,)),
    ("x[..., 0]", (8, 3, 64)),
    ("m[:10]", (10, 12)),
    ("m[5:]", (95, 12)),
    ("m.max(1).values", (100,)),
    ("m.max(dim=1)[1]", (100,)),
    ("m.max()", ()),
    ("m.min(0).values", (12,)),
    ("m.median(dim=0).values", (12,)),
    ("m.topk(3).indices", (100, 3)),
    ("m.topk(2, dim=0).values", (2, 12)),
    ("m.sort(dim=0).values", (100, 12)),
    ("torch.sort(v)[0]", (12,)),
    ("m.kthvalue(2, dim=1).values", (100,)),
    ("m.cumsum(dim=0)", (100, 12)),
    ("torch.cumsum(m, 0)", (100, 12)),
    ("m.norm(dim=1)", (100,)),
    ("m.norm()", ()),
    ("m.norm(dim=1, keepdim=True)", (100, 1)),
    ("seq.chunk(4, dim=-1)[0]", (8, 20, 4)),
    ("m.split(30)[0]", (30, 12)),
    ("torch.split(m, [40, 60])[1]", (60, 12)),
    ("torch.chunk(m, 2)[1]", (50, 12)),
    ("seq.unbind(0)[0]", (20, 16)),
    ("v.expand(7, 12)", (7, 12)),
    ("v.expand(7, -1)", (7, 12)),
    ("m.repeat(2, 3)", (200, 36)),
    ("v.repeat_interleave(2)", (24,)),
    ("m.gather(1, ids[:, :5] % 12)", (8, 5)),
    ("torch.index_select(m, 0, i)", (30, 12)),
    ("m.index_select(0, i)", (30, 12)),
    ("torch.zeros(3, 4)", (3, 4)),
    ("torch.zeros((3, 4))", (3, 4)),
    ("torch.ones(m.shape)", (100, 12)),
    ("torch.randn(8, m.size(1))", (8, 12)),
    ("torch.full((2, 3), 0.5)", (2, 3)),
    ("torch.randint(0, 10, (4, 5))", (4, 5)),
    ("torch.arange(10)", (10,)),
    ("torch.arange(0, 10)", (10,)),
    ("torch.linspace(0, 1, 50)", (50,)),
    ("torch.eye(5)", (5, 5)),
    ("torch.randperm(9)", (9,)),
    ("torch.tensor([1.0, 2.0])", (2,)),
    ("torch.tensor([[1, 2, 3]])", (1, 3)),
    ("torch.zeros_like(m)", (100, 12)),
    ("torch.rand_like(m)", (100, 12)),
    ("torch.outer(v, v)", (12, 12)),
    ("torch.cdist(m, m)", (100, 100)),
    ("torch.tril(torch.ones(6, 6))", (6, 6)),
    ("torch.diag(v)", (12, 12)),
    ("m.long()", (100, 12)),
    ("m.float()", (100, 12)),
    ("m.to(torch.float64)", (100, 12)),
    ('ids.to("cpu")', (8, 20)),
    ("(m > 0.5).any(dim=1)", (100,)),
    ("(m > 0.5).sum()", ()),
    ("ids.float().mean()", ()),
    ("m.detach().cpu()", (100, 12)),
    ("m.clone()", (100, 12)),
    ("m.contiguous()", (100, 12)),
    ("torch.multinomial(m, 3)", (100, 3)),
    ("F.one_hot(ids, 50)", (8, 20, 50)),
    ("torch.quantile(m, torch.tensor([0.1, 0.9]), dim=0)", (2, 12)),
    ("torch.quantile(v, 0.5)", ()),
    ("torch.diff(m, dim=0)", (99, 12)),
    ("m.roll(1, 0)", (100, 12)),
    ("m.flip(0)", (100, 12)),
    ("nn.Linear(12, 5)(m)", (100, 5)),
    ("nn.Linear(16, 4)(seq)", (8, 20, 4)),
    ("nn.Embedding(50, 24)(ids)", (8, 20, 24)),
    ("nn.Conv2d(3, 16, 3)(x)", (8, 16, 62, 30)),
    ("nn.Conv2d(3, 16, 3, padding=1)(x)", (8, 16, 64, 32)),
    ("nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2)(x)", (8, 16, 32, 16)),
    ("nn.Conv1d(20, 8, 3)(seq)", (8, 8, 14)),
    ("nn.MaxPool2d(2)(x)", (8, 3, 32, 16)),
    ("nn.AvgPool2d(3, stride=2, padding=1)(x)", (8, 3, 32, 16)),
    ("nn.AdaptiveAvgPool2d(1)(x)", (8, 3, 1, 1)),
    ("nn.AdaptiveAvgPool2d((4, 2))(x)", (8, 3, 4, 2)),
    ("nn.BatchNorm2d(3)(x)", (8, 3, 64, 32)),
    ("nn.LayerNorm(16)(seq)", (8, 20, 16)),
    ("nn.ReLU()(m)", (100, 12)),
    ("nn.Dropout(0.2)(m)", (100, 12)),
    ("nn.Flatten()(x)", (8, 6144)),
    ("nn.GRU(16, 7)(seq)[0]", (8, 20, 7)),
    ("nn.GRU(16, 7, batch_first=True)(seq)[1]", (1, 8, 7)),
    ("nn.LSTM(16, 7, num_layers=2, bidirectional=True, batch_first=True)(seq)[0]", (8, 20, 14)),
    ("nn.LSTM(16, 7, num_layers=2, batch_first=True)(seq)[1][0]", (2, 8, 7)),
    ("nn.ConvTranspose2d(3, 6, 4, stride=2, padding=1)(x)", (8, 6, 128, 64)),
    ("nn.EmbeddingBag(50, 9)(ids)", (8, 9)),
    ("nn.Sequential(nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 2))(m)", (100, 2)),
    ("F.max_pool2d(x, 2)", (8, 3, 32, 16)),
    ("F.avg_pool2d(x, 2)", (8, 3, 32, 16)),
    ("F.adaptive_avg_pool2d(x, 1)", (8, 3, 1, 1)),
    ("F.conv2d(x, torch.rand(6, 3, 5, 5))", (8, 6, 60, 28)),
    ("F.conv2d(x, torch.rand(6, 3, 3, 3), padding=1)", (8, 6, 64, 32)),
    ("F.pad(x, (1, 1, 2, 2))", (8, 3, 68, 34)),
    ("F.interpolate(x, scale_factor=0.5)", (8, 3, 32, 16)),
    ("F.interpolate(x, size=(10, 12))", (8, 3, 10, 12)),
    ("F.linear(m, torch.rand(4, 12))", (100, 4)),
    ("F.cross_entropy(m, i.new_zeros(100))", ()),
    ("F.mse_loss(m, m)", ()),
    ("F.softmax(m, dim=1)", (100, 12)),
    ("F.normalize(m, dim=1)", (100, 12)),
    ("F.scaled_dot_product_attention(seq, seq, seq)", (8, 20, 16)),
    ("nn.MSELoss()(m, m)", ()),
]
# Where a dtype decides what comes of it: masks and places.
DTYPES = [
    ("m > 0.5", "bool"),
    ("m.argmax(dim=1)", "int64"),
    ("m.max(dim=1)[1]", "int64"),
    ("m.topk(3).indices", "int64"),
    ("m.long()", "int64"),
    ("m.to(torch.float64)", "float64"),
    ("torch.arange(10)", "int64"),
    ("torch.arange(0.0, 10.0)", "float32"),
    ("(m > 0.5).any(dim=1)", "bool"),
    ("torch.zeros(3, dtype=torch.long)", "int64"),
    ("torch.tensor([1.0, 2.0])", "float32"),
]
VALUES = [
    ("len(m)", "int", 100),
    ("x.size(-1)", "int", 32),
    ("x.shape[1]", "int", 3),
    ("m.numel()", "int", 1200),
    ("x.dim()", "int", None),
    ("m.sum().item()", "float", None),
    ("ids.sum().item()", "int", None),
]


@pytest.mark.parametrize(("expression", "shape"), TENSORS)
def test_tensors_have_the_shapes_that_torch_gives_them(expression: str, shape: tuple[int, ...]) -> None:
    value = value_of(expression, SETUP)
    assert (value.type, dimensions(value)) == ("torch.Tensor", shape)


@pytest.mark.parametrize(("expression", "dtype"), DTYPES)
def test_tensors_have_the_dtypes_that_decide_what_comes_of_them(expression: str, dtype: str) -> None:
    assert value_of(expression, SETUP).dtype == dtype


@pytest.mark.parametrize(("expression", "kind", "number"), VALUES)
def test_what_a_tensor_tells_of_itself_is_a_number(expression: str, kind: str, number: int | None) -> None:
    value = value_of(expression, SETUP)
    assert value.type == kind
    assert number is None or (value.number is not None and value.number.likely == number)


DATA = (
    SETUP
    + """
from torch.distributions import Categorical, Normal
from torch.utils.data import DataLoader, Dataset, TensorDataset

class Table(Dataset):
    def __init__(self, rows):
        self.rows = rows
    def __len__(self):
        return len(self.rows)
    def __getitem__(self, i):
        return torch.tensor(self.rows[i]), int(i)

def first(loader):
    for xb, yb in loader:
        return xb

def second(loader):
    for n, (xb, yb) in enumerate(loader):
        return yb

tensors = TensorDataset(m, m[:, 0])
table = Table([[0.5] * 12 for _ in range(500)])
layers = nn.ModuleList(nn.Linear(12, 12) for _ in range(3))

def through(x):
    for layer in layers:
        x = layer(x)
    return x

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, width), nn.ReLU(), nn.Dropout(0.1), nn.Linear(width, 3))
    def forward(self, x):
        return self.body(x).softmax(dim=1)
"""
)
BATCHES = [
    ("first(DataLoader(tensors, batch_size=25))", (25, 12)),
    ("second(DataLoader(tensors, batch_size=25, shuffle=True))", (25,)),
    ("first(DataLoader(table, 32))", (32, 12)),
    ("second(DataLoader(table, 32))", (32,)),
    ("through(m)", (100, 12)),
    ("Net(8)(m)", (100, 3)),
    ("Categorical(m).sample()", (100,)),
    ("Categorical(m).log_prob(i)", (30,)),
    ("Normal(m, 1.0).rsample()", (100, 12)),
]


@pytest.mark.parametrize(("expression", "shape"), BATCHES)
def test_loaders_and_containers_of_layers_do_what_is_in_them(expression: str, shape: tuple[int, ...]) -> None:
    value = value_of(expression, DATA)
    assert (value.type, dimensions(value)) == ("torch.Tensor", shape)


def test_a_module_list_has_the_layers_that_it_is_made_of() -> None:
    assert value_of("layers[0]", DATA).type == "torch.nn.Linear"
    assert value_of("DataLoader(tensors, batch_size=30).dataset", DATA).type == "torch.utils.data.TensorDataset"


RECORDS = """
import random
from collections import deque, namedtuple
Step = namedtuple("Step", ("state", "action"))

class Memory:
    def __init__(self):
        self.steps = deque([], maxlen=1000)
    def push(self, *fields):
        self.steps.append(Step(*fields))

memory = Memory()
for n in range(200):
    memory.push([0.1, 0.2, 0.3], n % 4)
rows = random.sample(memory.steps, 32)
"""


def test_columns_of_records_are_told_apart() -> None:
    batch = value_of("Step(*zip(*rows)).action", RECORDS)
    assert batch.type == "tuple"
    assert batch.size is not None
    assert batch.size.likely == 32
    assert batch.element is not None
    assert batch.element.type == "int"
    states = value_of("torch.tensor(Step(*zip(*rows)).state)", f"import torch\n{RECORDS}")
    assert dimensions(states) == (32, 3)


def test_layers_in_a_list_and_parts_of_data_sets_are_gone_through() -> None:
    setup = (
        DATA
        + """
from torch.utils.data import random_split
from torch.nn.utils.rnn import pad_sequence
stack = []
for width in (8, 8):
    stack += [nn.Linear(12, 12), nn.ReLU()]
body = nn.Sequential(*stack)
train, valid = random_split(table, [400, 100])
words = [torch.rand(7, 16) for _ in range(5)]
"""
    )
    assert value_of("body(m)", setup).type == "torch.Tensor"
    assert dimensions(value_of("first(DataLoader(train, batch_size=40))", setup)) == (40, 12)
    assert dimensions(value_of("pad_sequence(words, batch_first=True)", setup)) == (5, 7, 16)
