"""How far names, types, sizes and hand-overs are followed: one small program for each way of writing them."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from gillint.regions.find import Region as Found
from gillint.regions.find import find_regions
from gillint.resolve.program import resolve
from gillint.resolve.trace import Kind
from gillint.syntax.parse import parse
from tests.support import Project, Region, options, regions, text

# What must be called in the loop, and the program; J is the import of json, P that of pathlib.Path.
NAMES: dict[str, tuple[str, str]] = {
    # Attributes and instances
    "annotated_list_filled_with_unknown": (
        "json.loads",
        "import json\nfrom elsewhere import KINDS\nclass Part:\n    def decode(self, x):\n        return json.loads(x)\ndef run(names, x):\n    all: list[Part] = []\n    for n in names:\n        kind = KINDS[n]\n        all.append(kind())\n    for part in all:\n        part.decode(x)",
    ),
    "attribute_of_init": (
        "requests.Session.get",
        "import requests\nclass A:\n    def __init__(self):\n        self.s = requests.Session()\n    def run(self, us):\n        for u in us:\n            self.s.get(u)",
    ),
    "attribute_of_attribute": (
        "requests.Session.get",
        "import requests\nclass Api:\n    def __init__(self):\n        self.s = requests.Session()\nclass App:\n    def __init__(self):\n        self.api = Api()\n    def run(self, us):\n        for u in us:\n            self.api.s.get(u)",
    ),
    "attribute_of_parameter": (
        "requests.Session.get",
        "import requests\nclass A:\n    def __init__(self, s):\n        self.s = s\n    def run(self, us):\n        for u in us:\n            self.s.get(u)\nA(requests.Session()).run(us)",
    ),
    "attribute_set_later": (
        "requests.Session.get",
        "import requests\nclass A:\n    def __init__(self):\n        self.s = None\n        self.connect()\n    def connect(self):\n        self.s = requests.Session()\n    def run(self, us):\n        for u in us:\n            self.s.get(u)",
    ),
    "attribute_set_in_another_method": (
        "requests.Session.get",
        "import requests\nclass A:\n    def connect(self):\n        self.s = requests.Session()\n    def run(self, us):\n        for u in us:\n            self.s.get(u)",
    ),
    "attribute_of_class_body": (
        "re.Pattern.findall",
        "import re\nclass A:\n    pattern = re.compile('a')\n    def run(self, xs):\n        for x in xs:\n            self.pattern.findall(x)",
    ),
    "attribute_of_the_class": (
        "re.Pattern.findall",
        "import re\nclass A:\n    pattern = re.compile('a')\nfor x in xs:\n    A.pattern.findall(x)",
    ),
    "attribute_annotated": (
        "requests.Session.get",
        "import requests\nclass A:\n    s: requests.Session\n    def run(self, us):\n        for u in us:\n            self.s.get(u)",
    ),
    "dataclass_default_factory": (
        "requests.Session.get",
        "import requests\nfrom dataclasses import dataclass, field\n@dataclass\nclass A:\n    s: requests.Session = field(default_factory=requests.Session)\n    def run(self, us):\n        for u in us:\n            self.s.get(u)",
    ),
    "factory_method": (
        "json.loads",
        "import json\nclass A:\n    @classmethod\n    def make(cls):\n        return cls()\n    def parse(self, x):\n        return json.loads(x)\na = A.make()\nfor x in xs:\n    a.parse(x)",
    ),
    "factory_function": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\ndef make():\n    return A()\na = make()\nfor x in xs:\n    a.parse(x)",
    ),
    "fluent": (
        "json.loads",
        "import json\nclass A:\n    def on(self):\n        return self\n    def parse(self, x):\n        return json.loads(x)\nfor x in xs:\n    A().on().on().parse(x)",
    ),
    "self_annotation": (
        "json.loads",
        "import json\nfrom typing import Self\nclass A:\n    def on(self) -> Self:\n        return other(self)\n    def parse(self, x):\n        return json.loads(x)\nfor x in xs:\n    A().on().parse(x)",
    ),
    "inherited_twice": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\nclass B(A):\n    pass\nclass C(B):\n    pass\nc = C()\nfor x in xs:\n    c.parse(x)",
    ),
    "template_method": (
        "json.loads",
        "import json\nclass Base:\n    def run(self, xs):\n        for x in xs:\n            self.one(x)\n    def one(self, x):\n        raise NotImplementedError\nclass Mine(Base):\n    def one(self, x):\n        return json.loads(x)\nMine().run(xs)",
    ),
    "super_init": (
        "requests.Session.get",
        "import requests\nclass A:\n    def __init__(self):\n        self.s = requests.Session()\nclass B(A):\n    def __init__(self):\n        super().__init__()\n        self.n = 1\nb = B()\nfor u in us:\n    b.s.get(u)",
    ),
    "super_second_base": (
        "json.loads",
        "import json\nclass Mixin:\n    pass\nclass A:\n    def parse(self, x):\n        return json.loads(x)\nclass B(Mixin, A):\n    def parse(self, x):\n        return super().parse(x)\nb = B()\nfor x in xs:\n    b.parse(x)",
    ),
    "cached_property": (
        "requests.Session.get",
        "import functools, requests\nclass A:\n    @functools.cached_property\n    def s(self):\n        return requests.Session()\na = A()\nfor u in us:\n    a.s.get(u)",
    ),
    "property_of_project": (
        "json.loads",
        "import json\nclass A:\n    @property\n    def parser(self):\n        return json\na = A()\nfor x in xs:\n    a.parser.loads(x)",
    ),
    "operator_of_project": (
        "json.loads",
        "import json\nclass A:\n    def __add__(self, x):\n        return json.loads(x)\na = A()\nfor x in xs:\n    a + x",
    ),
    "item_of_project": (
        "json.loads",
        "import json\nclass A:\n    def __getitem__(self, x):\n        return json.loads(x)\na = A()\nfor x in xs:\n    a[x]",
    ),
    "contains_of_project": (
        "json.loads",
        "import json\nclass A:\n    def __contains__(self, x):\n        return json.loads(x) == 1\na = A()\nfor x in xs:\n    x in a",
    ),
    "iteration_of_project": (
        "json.loads",
        "import json\nclass A:\n    def __init__(self, path):\n        self.path = path\n    def __iter__(self):\n        for line in open(self.path):\n            yield json.loads(line)\nfor x in A('a'):\n    print(x)",
    ),
    "context_of_project": (
        "requests.Session.get",
        "import requests\nclass A:\n    def __enter__(self):\n        return requests.Session()\n    def __exit__(self, *a):\n        pass\nwith A() as s:\n    for u in us:\n        s.get(u)",
    ),
    "named_tuple": (
        "pathlib.Path.read_text",
        "from typing import NamedTuple\nfrom pathlib import Path\nclass Job(NamedTuple):\n    path: Path\n    n: int\ndef run(jobs: list[Job]):\n    for job in jobs:\n        job.path.read_text()",
    ),
    "enum_member": (
        "json.loads",
        "import enum, json\nclass Kind(enum.Enum):\n    A = 1\n    def parse(self, x):\n        return json.loads(x)\nfor x in xs:\n    Kind.A.parse(x)",
    ),
    # Annotations
    "annotation_string_class": (
        "json.loads",
        "import json\ndef run(a: 'A', xs):\n    for x in xs:\n        a.parse(x)\nclass A:\n    def parse(self, x):\n        return json.loads(x)",
    ),
    "annotation_list_of_frames": (
        "pandas.DataFrame.groupby",
        "import pandas as pd\ndef run(frames: list[pd.DataFrame]):\n    for f in frames:\n        f.groupby('k')",
    ),
    "annotation_dict_values": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps: dict[str, Path]):\n    for p in ps.values():\n        p.read_text()",
    ),
    "annotation_dict_items": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps: dict[str, Path]):\n    for k, p in ps.items():\n        p.read_text()",
    ),
    "annotation_tuple": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps: list[tuple[str, Path]]):\n    for k, p in ps:\n        p.read_text()",
    ),
    "annotation_sequence": (
        "pathlib.Path.read_text",
        "from collections.abc import Sequence\nfrom pathlib import Path\ndef run(ps: Sequence[Path]):\n    for p in ps:\n        p.read_text()",
    ),
    "annotation_alias": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nPaths = list[Path]\ndef run(ps: Paths):\n    for p in ps:\n        p.read_text()",
    ),
    "annotation_type_alias": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfrom typing import TypeAlias\nPaths: TypeAlias = 'list[Path]'\ndef run(ps: Paths):\n    for p in ps:\n        p.read_text()",
    ),
    "annotation_type_checking": (
        "pathlib.Path.read_text",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pathlib import Path\ndef run(ps: list[Path]):\n    for p in ps:\n        p.read_text()",
    ),
    "annotation_union_with_str": (
        "pathlib.Path.read_text",
        "import typing\nfrom pathlib import Path\ndef run(p: typing.Union[Path, None], n):\n    for _ in range(n):\n        p.read_text()",
    ),
    "annotation_type_var": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfrom typing import TypeVar\nP = TypeVar('P', bound=Path)\ndef run(p: P, n):\n    for _ in range(n):\n        p.read_text()",
    ),
    "annotation_iterator": (
        "pathlib.Path.read_text",
        "from collections.abc import Iterator\nfrom pathlib import Path\ndef found() -> Iterator[Path]:\n    return walk()\nfor p in found():\n    p.read_text()",
    ),
    "annotation_of_star": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(*ps: Path):\n    for p in ps:\n        p.read_text()",
    ),
    "annotation_of_variable": (
        "pathlib.Path.read_text",
        "from pathlib import Path\np: Path = find()\nfor _ in range(9):\n    p.read_text()",
    ),
    "annotation_of_generic_base": (
        "requests.Session.get",
        "import requests\ndef make() -> 'requests.Session':\n    return cache['s']\ns = make()\nfor u in us:\n    s.get(u)",
    ),
    # Flow
    "narrowed_by_isinstance": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps):\n    for p in ps:\n        if isinstance(p, Path):\n            p.read_text()",
    ),
    "narrowed_by_assert": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps):\n    for p in ps:\n        assert isinstance(p, Path)\n        p.read_text()",
    ),
    "matched_class": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps):\n    for p in ps:\n        match p:\n            case Path():\n                p.read_text()",
    ),
    "matched_class_as": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps):\n    for p in ps:\n        match p:\n            case Path() as q:\n                q.read_text()",
    ),
    "matched_capture": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfor x in xs:\n    match Path(x):\n        case p:\n            p.read_text()",
    ),
    "matched_sequence": (
        "pathlib.Path.read_text",
        "from pathlib import Path\ndef run(ps: list[tuple[str, Path]]):\n    for pair in ps:\n        match pair:\n            case (k, p):\n                p.read_text()",
    ),
    "walrus_in_while": (
        "str.split",
        "f = open('a')\nwhile (line := f.readline()):\n    line.split()",
    ),
    "walrus_in_comprehension": (
        "pathlib.Path.read_text",
        "from pathlib import Path\n[p.read_text() for x in xs if (p := Path(x))]",
    ),
    "starred_target": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfirst, *rest = [Path('a'), Path('b'), Path('c')]\nfor p in rest:\n    p.read_text()",
    ),
    "or_default": (
        "requests.Session.get",
        "import requests\ndef run(us, s=None):\n    s = s or requests.Session()\n    for u in us:\n        s.get(u)",
    ),
    "none_default_then_made": (
        "requests.Session.get",
        "import requests\ndef run(us, s=None):\n    if s is None:\n        s = requests.Session()\n    for u in us:\n        s.get(u)",
    ),
    "chained_assignment": (
        "requests.Session.get",
        "import requests\na = b = requests.Session()\nfor u in us:\n    a.get(u)",
    ),
    "nonlocal": (
        "requests.Session.get",
        "import requests\ndef run(us):\n    s = None\n    def start():\n        nonlocal s\n        s = requests.Session()\n    start()\n    for u in us:\n        s.get(u)",
    ),
    "appended_then_iterated": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nps = []\nfor x in xs:\n    ps.append(Path(x))\nfor p in ps:\n    p.read_text()",
    ),
    "dict_filled_then_read": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nd = {}\nfor x in xs:\n    d[x] = Path(x)\nfor k in d:\n    d[k].read_text()",
    ),
    "default_dict": (
        "list.append",
        "from collections import defaultdict\nd = defaultdict(list)\nfor x in xs:\n    d[x].append(x)",
    ),
    "sorted_keeps_elements": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfor p in sorted(Path('.').glob('*')):\n    p.read_text()",
    ),
    "glob": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfor p in Path('.').rglob('*.py'):\n    p.read_text()",
    ),
    "max_by_key": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfor _ in range(9):\n    max([Path('a'), Path('b')], key=len).read_text()",
    ),
    "conditional_types": (
        "pathlib.Path.read_text",
        "from pathlib import Path\nfor x in xs:\n    (x if isinstance(x, Path) else Path(x)).read_text()",
    ),
    # Functions as values
    "partial_keyword": (
        "json.loads",
        "import functools, json\ndef each(parse, x):\n    return parse(x)\nf = functools.partial(each, json.loads)\nfor x in xs:\n    f(x)",
    ),
    "partial_method": (
        "requests.Session.get",
        "import functools, requests\ns = requests.Session()\nget = functools.partial(s.get, timeout=3)\nfor u in us:\n    get(u)",
    ),
    "bound_method_in_variable": (
        "requests.Session.get",
        "import requests\nget = requests.Session().get\nfor u in us:\n    get(u)",
    ),
    "closure_over_variable": (
        "requests.Session.get",
        "import requests\ndef make():\n    s = requests.Session()\n    return lambda u: s.get(u)\nget = make()\nfor u in us:\n    get(u)",
    ),
    "table_by_variable": (
        "json.loads",
        "import json\ntable = {'a': json.loads, 'b': json.loads}\nfor k, x in xs:\n    table[k](x)",
    ),
    "registry_decorator": (
        "json.loads",
        "import json\nTABLE = {}\ndef register(name):\n    def add(f):\n        TABLE[name] = f\n        return f\n    return add\n@register('a')\ndef parse(x):\n    return json.loads(x)\nfor x in xs:\n    TABLE['a'](x)",
    ),
    "lru_cache": (
        "json.loads",
        "import functools, json\n@functools.lru_cache(maxsize=None)\ndef parse(x):\n    return json.loads(x)\nfor x in xs:\n    parse(x)",
    ),
    "wrapper": (
        "json.loads",
        "import functools, json\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*args, **kwargs):\n        return f(*args, **kwargs)\n    return inner\n@logged\ndef parse(x):\n    return json.loads(x)\nfor x in xs:\n    parse(x)",
    ),
    "wrapper_adds_work": (
        "time.sleep",
        "import time\ndef slow(f):\n    def inner(*args):\n        time.sleep(0.1)\n        return f(*args)\n    return inner\n@slow\ndef parse(x):\n    return x\nfor x in xs:\n    parse(x)",
    ),
    "wrapper_with_arguments": (
        "time.sleep",
        "import time\ndef slow(pause):\n    def wrap(f):\n        def inner(*args):\n            time.sleep(pause)\n            return f(*args)\n        return inner\n    return wrap\n@slow(0.1)\ndef parse(x):\n    return x\nfor x in xs:\n    parse(x)",
    ),
    "wrapper_of_method": (
        "time.sleep",
        "import time\ndef slow(f):\n    def inner(self, *args):\n        time.sleep(0.1)\n        return f(self, *args)\n    return inner\nclass A:\n    @slow\n    def parse(self, x):\n        return x\na = A()\nfor x in xs:\n    a.parse(x)",
    ),
    "wrapper_class": (
        "time.sleep",
        "import time\nclass slow:\n    def __init__(self, f):\n        self.f = f\n    def __call__(self, x):\n        time.sleep(0.1)\n        return self.f(x)\n@slow\ndef parse(x):\n    return x\nfor x in xs:\n    parse(x)",
    ),
    "generator_of_project": (
        "json.loads",
        "import json\ndef lines(path):\n    for line in open(path):\n        yield json.loads(line)\nfor x in lines('a'):\n    print(x)",
    ),
    "generator_chain": (
        "json.loads",
        "import json\ndef lines(path):\n    with open(path) as f:\n        yield from f\ndef parsed(ls):\n    for l in ls:\n        yield json.loads(l)\nfor x in parsed(lines('a')):\n    print(x)",
    ),
    "context_manager_method": (
        "requests.Session.get",
        "import contextlib, requests\nclass A:\n    @contextlib.contextmanager\n    def session(self):\n        with requests.Session() as s:\n            yield s\n    def run(self, us):\n        with self.session() as s:\n            for u in us:\n                s.get(u)",
    ),
    "closing": (
        "requests.Session.get",
        "import contextlib, requests\nwith contextlib.closing(requests.Session()) as s:\n    for u in us:\n        s.get(u)",
    ),
    "exit_stack": (
        "requests.Session.get",
        "import contextlib, requests\nwith contextlib.ExitStack() as stack:\n    s = stack.enter_context(requests.Session())\n    for u in us:\n        s.get(u)",
    ),
    "reduce": (
        "json.loads",
        "import functools, json\nfor x in xs:\n    functools.reduce(lambda a, b: json.loads(b), x)",
    ),
    "map_to_list": ("json.loads", "import json\nfor xs in xss:\n    list(map(json.loads, xs))"),
    "getattr_literal": ("json.loads", "import json\nfor x in xs:\n    getattr(json, 'loads')(x)"),
    "getattr_in_variable": (
        "json.loads",
        "import json\nparse = getattr(json, 'loads')\nfor x in xs:\n    parse(x)",
    ),
    # Modules
    "import_module": (
        "json.loads",
        "import importlib\nj = importlib.import_module('json')\nfor x in xs:\n    j.loads(x)",
    ),
    "dunder_import": ("json.loads", "j = __import__('json')\nfor x in xs:\n    j.loads(x)"),
    "lazy_import_in_method": (
        "json.loads",
        "class A:\n    def run(self, xs):\n        import json as j\n        for x in xs:\n            j.loads(x)",
    ),
    "lazy_import_global": (
        "json.loads",
        "j = None\ndef load():\n    global j\n    import json as j\ndef run(xs):\n    for x in xs:\n        j.loads(x)\nload()\nrun(xs)",
    ),
    "import_else": (
        "orjson.loads",
        "try:\n    import orjson\nexcept ImportError:\n    HAVE = False\nelse:\n    HAVE = True\nfor x in xs:\n    orjson.loads(x)",
    ),
    "module_in_a_class": (
        "json.loads",
        "import json\nclass A:\n    codec = json\n    def run(self, xs):\n        for x in xs:\n            self.codec.loads(x)",
    ),
    "chained_methods": ("str.split", "for x in xs:\n    f'{x}'.strip().lower().split()"),
    "chained_frame": (
        "pandas.DataFrame.groupby",
        "import pandas as pd\nfor p in ps:\n    pd.read_csv(p).dropna().groupby('k')",
    ),
    "type_call": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\n    def run(self, xs):\n        for x in xs:\n            type(self)().parse(x)",
    ),
    "class_in_variable": (
        "json.loads",
        "import json\nclass A:\n    def parse(self, x):\n        return json.loads(x)\nkinds = {'a': A}\na = kinds['a']()\nfor x in xs:\n    a.parse(x)",
    ),
    "class_attribute_by_subclass": (
        "json.loads",
        "import json\nclass Base:\n    codec = None\n    def run(self, xs):\n        for x in xs:\n            self.codec.loads(x)\nclass Mine(Base):\n    codec = json\nMine().run(xs)",
    ),
}


@pytest.mark.parametrize(("name", "source"), NAMES.values(), ids=NAMES)
def test_the_call_behind_it_is_found(name: str, source: str) -> None:
    shown = {
        c["name"] for r in regions(source + "\n") for c in r["calls"] if r["kind"] not in ("function", "coroutine")
    }
    assert name in shown, shown


# Sizes and trip counts: the likely number of turns of the first loop

TRIPS: dict[str, tuple[float, str]] = {
    "literal": (300, "for i in range(300):\n    f(i)"),
    "constant": (300, "N = 300\nfor i in range(N):\n    f(i)"),
    "constant_of_a_class": (
        300,
        "class A:\n    N = 300\n    def run(self):\n        for i in range(self.N):\n            f(i)",
    ),
    "through_assignments": (600, "n = 300\nm = n * 2\nfor i in range(m):\n    f(i)"),
    "parameter": (300, "def run(n):\n    for i in range(n):\n        f(i)\nrun(300)"),
    "default": (300, "def run(n=300):\n    for i in range(n):\n        f(i)"),
    "attribute": (
        300,
        "class A:\n    def __init__(self, n):\n        self.n = n\n    def run(self):\n        for i in range(self.n):\n            f(i)\nA(300).run()",
    ),
    "string": (300, "for c in 'abc' * 100:\n    f(c)"),
    "list_with_a_star": (5, "ab = (1, 2)\nfor x in [*ab, 3, *[4, 5]]:\n    f(x)"),
    "list": (300, "for x in [0] * 300:\n    f(x)"),
    "slice": (100, "xs = list(range(300))\nfor x in xs[:100]:\n    f(x)"),
    "range_slice": (200, "for x in range(300)[100:]:\n    f(x)"),
    "enumerate": (300, "for i, x in enumerate(range(300)):\n    f(x)"),
    "zip": (200, "for a, b in zip(range(300), range(200)):\n    f(a)"),
    "len": (300, "xs = [0] * 300\nfor i in range(len(xs)):\n    f(i)"),
    "comprehension": (300, "xs = [g(i) for i in range(300)]\nfor x in xs:\n    f(x)"),
    "zeros": (300, "import numpy as np\nfor x in np.zeros(300):\n    f(x)"),
    "arange": (300, "import numpy as np\nfor x in np.arange(300):\n    f(x)"),
    "arange_step": (100, "import numpy as np\nfor x in np.arange(0, 300, 3):\n    f(x)"),
    "linspace": (300, "import numpy as np\nfor x in np.linspace(0, 1, 300):\n    f(x)"),
    "random": (300, "import numpy as np\nfor x in np.random.rand(300):\n    f(x)"),
    "generator": (300, "import numpy as np\nrng = np.random.default_rng()\nfor x in rng.normal(size=300):\n    f(x)"),
    "reshape": (30, "import numpy as np\nfor x in np.zeros(300).reshape(30, 10):\n    f(x)"),
    "shape": (300, "import numpy as np\na = np.zeros((300, 2))\nfor i in range(a.shape[0]):\n    f(i)"),
    "dict": (3, "for k in {'a': 1, 'b': 2, 'c': 3}:\n    f(k)"),
    "dict_items": (3, "for k, v in {'a': 1, 'b': 2, 'c': 3}.items():\n    f(k)"),
    "split_range": (30, "for i in range(0, 300, 10):\n    f(i)"),
    "product": (600, "import itertools\nfor a, b in itertools.product(range(20), range(30)):\n    f(a)"),
    "product_of_ranges_for_each": (
        512,
        "import itertools\nfor a in itertools.product(*[range(8) for _ in range(3)]):\n    f(a)",
    ),
    "product_of_values": (
        27,
        "import itertools\ngrid = {'a': [1, 2], 'b': [1, 2, 3, 4], 'c': [1, 2, 3]}\nfor a in itertools.product(*grid.values()):\n    f(a)",
    ),
    "keyword_left_out": (
        7,
        "def run(**options):\n    for i in range(options.get('n', 7)):\n        f(i)\nrun()",
    ),
    "list_or_tuple": (3, "import sys\nxs = [1, 2, 3] if sys.argv[1] else (4, 5, 6)\nfor x in xs:\n    f(x)"),
    "split_constant": (2, "for x in '640x480'.split('x'):\n    f(x)"),
    "size_in_a_constant": (640, "w, h = map(int, '640x480'.split('x'))\nfor x in range(w):\n    f(x)"),
    "size_in_a_constant_listed": (
        480,
        "size = list(map(int, '640x480'.split('x')))\nfor x in range(size[1]):\n    f(x)",
    ),
    "size_in_an_argument": (
        480,
        "def run(size):\n    w, h = (int(n) for n in size.split('x'))\n    for x in range(h):\n        f(x)\nrun('640x480')",
    ),
    "tuples_of_arrays": (
        3,
        "import numpy as np\na = np.zeros((50, 50))\nparts = 3 * (a,)\nfor x in parts[:-1] + (np.ones((50, 50)),):\n    f(x)",
    ),
    "lists_written_out": (5, "xs = [1, 2, 3]\nfor x in xs + [4, 5]:\n    f(x)"),
    "islice": (30, "import itertools\nfor a in itertools.islice(g(), 30):\n    f(a)"),
    "repeat": (30, "import itertools\nfor a in itertools.repeat(1, 30):\n    f(a)"),
    "chain": (50, "import itertools\nfor a in itertools.chain(range(20), range(30)):\n    f(a)"),
    "min": (100, "xs = [0] * 300\nfor i in range(min(100, len(xs))):\n    f(i)"),
    "computed": (1024, "for i in range(1 << 10):\n    f(i)"),
    "computed_power": (1000, "for i in range(10 ** 3):\n    f(i)"),
    "computed_division": (30, "n = 300\nfor i in range(n // 10):\n    f(i)"),
    "int_of_float": (300, "for i in range(int(3e2)):\n    f(i)"),
    "named_in_other_scope": (300, "N = 300\ndef run():\n    for i in range(N):\n        f(i)"),
    "all_call_sites": (300, "def run(n):\n    for i in range(n):\n        f(i)\nrun(100)\nrun(300)"),
    "returned": (300, "def size():\n    return 300\nfor i in range(size()):\n    f(i)"),
    "while_counter": (300, "i = 0\nwhile i < 300:\n    f(i)\n    i += 1"),
    "until_nothing_changes": (
        5,
        "def f(step, old):\n    while True:\n        new = step(old)\n        if new == old:\n            break\n        old = new",
    ),
    "until_all_agree": (
        5,
        "def f(parts, now):\n    while True:\n        found = [p.next(now) for p in parts]\n        if None in found:\n            return None\n        elif min(found) == max(found):\n            return now\n        else:\n            now = max(found)",
    ),
    "until_the_mark": (
        1_000,
        "def f(source, mark):\n    while True:\n        line = source.take()\n        if line == mark:\n            break",
    ),
    "guarded": (
        1_000,
        "def f(source):\n    pages = []\n    while len(pages) < 1 << 22:\n        page = source.take()\n        if page is None:\n            break\n        pages.append(page)",
    ),
    "counted_to_the_end": (
        1 << 22,
        "def f(source):\n    pages = []\n    while len(pages) < 1 << 22:\n        pages.append(source.take())",
    ),
    "until_they_differ": (
        1_000,
        "def f(one, other):\n    while True:\n        a, b = one.take(), other.take()\n        if a != b:\n            break",
    ),
    "nothing_is_yielded": (300, "def g(n):\n    for i in range(300):\n        yield from ()\nfor x in g(3):\n    f(x)"),
}


@pytest.mark.parametrize(("trips", "source"), TRIPS.values(), ids=TRIPS)
def test_the_trip_count_is_found(trips: float, source: str) -> None:
    assert _loops(source)[0].trips.likely == trips


def _loops(source: str) -> list[Found]:
    found = resolve(parse(source + "\n"), options().target, {})
    return [r for r in find_regions(found) if r.kind is Kind.LOOP]


def test_a_size_that_a_loop_changes_is_open() -> None:
    source = "x = 'a'\nfor i in range(10):\n    x = x + x\nfor c in x:\n    f(c)\n"
    assert not _loops(source)[-1].trips.known


# Hand-overs: how the work runs, over how many workers, and what it calls

HANDOVERS: dict[str, tuple[str, int | None, str, str]] = {
    "submit": ("threads", 4, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as p:\n    for x in xs:\n        p.submit(json.loads, x)"),
    "submit_method": ("threads", 4, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\nclass A:\n    def one(self, x):\n        return json.loads(x)\n    def run(self, xs):\n        with ThreadPoolExecutor(max_workers=4) as p:\n            fs = [p.submit(self.one, x) for x in xs]\n            return [f.result() for f in fs]"),
    "pool_in_attribute": ("threads", 4, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\nclass A:\n    def __init__(self):\n        self.pool = ThreadPoolExecutor(4)\n    def run(self, xs):\n        return list(self.pool.map(json.loads, xs))"),
    "pool_passed": ("threads", 4, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\ndef run(pool, xs):\n    return list(pool.map(json.loads, xs))\nrun(ThreadPoolExecutor(4), xs)"),
    "pool_annotated": ("threads", None, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\ndef run(pool: ThreadPoolExecutor, xs):\n    return list(pool.map(json.loads, xs))"),
    "executor_annotated": ("threads", None, "json.loads", "import json\nfrom concurrent.futures import Executor\ndef run(pool: Executor, xs):\n    return list(pool.map(json.loads, xs))"),
    "workers_constant": ("threads", 8, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\nWORKERS = 8\ndef run(xs):\n    with ThreadPoolExecutor(max_workers=WORKERS) as p:\n        list(p.map(json.loads, xs))"),
    "workers_default": ("threads", 8, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\ndef run(xs, n=8):\n    with ThreadPoolExecutor(n) as p:\n        list(p.map(json.loads, xs))"),
    "lambda": ("threads", None, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor\np = ThreadPoolExecutor()\np.submit(lambda: json.loads(x))"),
    "partial": ("threads", None, "json.loads", "import functools, json\nfrom concurrent.futures import ThreadPoolExecutor\np = ThreadPoolExecutor()\nlist(p.map(functools.partial(json.loads, cls=None), xs))"),
    "process_pool": ("processes", 4, "json.loads", "import json\nfrom concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(4) as p:\n    list(p.map(json.loads, xs))"),
    "interpreter_pool": ("interpreters", 4, "json.loads", "import json\nfrom concurrent.futures import InterpreterPoolExecutor\nwith InterpreterPoolExecutor(4) as p:\n    list(p.map(json.loads, xs))"),
    "thread_pool": ("threads", 4, "json.loads", "import json\nfrom multiprocessing.pool import ThreadPool\nwith ThreadPool(4) as p:\n    p.map(json.loads, xs)"),
    "dummy_pool": ("threads", 4, "json.loads", "import json\nfrom multiprocessing.dummy import Pool\nwith Pool(4) as p:\n    p.map(json.loads, xs)"),
    "pool": ("processes", 4, "json.loads", "import json\nimport multiprocessing\nwith multiprocessing.Pool(4) as p:\n    p.imap_unordered(json.loads, xs)"),
    "pool_of_context": ("processes", 4, "json.loads", "import json\nimport multiprocessing\nctx = multiprocessing.get_context('spawn')\nwith ctx.Pool(4) as p:\n    p.map(json.loads, xs)"),
    "starmap": ("processes", 4, "json.loads", "import json\nfrom multiprocessing import Pool\ndef one(a, b):\n    return json.loads(b)\nwith Pool(4) as p:\n    p.starmap(one, [(1, 'a'), (2, 'b')])"),
    "apply_async": ("processes", 4, "json.loads", "import json\nfrom multiprocessing import Pool\nwith Pool(4) as p:\n    for x in xs:\n        p.apply_async(json.loads, (x,))"),
    "thread": ("threads", None, "json.loads", "import json, threading\nfor x in xs:\n    threading.Thread(target=json.loads, args=(x,)).start()"),
    "thread_method": ("threads", None, "json.loads", "import json, threading\nclass A:\n    def start(self):\n        threading.Thread(target=self.work).start()\n    def work(self):\n        json.loads(self.x)\nA().start()"),
    "thread_subclass": ("threads", None, "json.loads", "import json, threading\nclass A(threading.Thread):\n    def run(self):\n        json.loads(self.x)\nfor x in xs:\n    A().start()"),
    "timer": ("threads", None, "json.loads", "import json, threading\nthreading.Timer(3, json.loads, ['1']).start()"),
    "process": ("processes", None, "json.loads", "import json\nfrom multiprocessing import Process\nfor x in xs:\n    Process(target=json.loads, args=(x,)).start()"),
    "process_subclass": ("processes", None, "json.loads", "import json\nfrom multiprocessing import Process\nclass A(Process):\n    def run(self):\n        json.loads(self.x)\nfor x in xs:\n    A().start()"),
    "joblib": ("processes", 4, "json.loads", "import json\nfrom joblib import Parallel, delayed\nParallel(n_jobs=4)(delayed(json.loads)(x) for x in xs)"),
    "joblib_threads": ("threads", 4, "json.loads", "import json\nfrom joblib import Parallel, delayed\nParallel(n_jobs=4, prefer='threads')(delayed(json.loads)(x) for x in xs)"),
    "joblib_in_a_backend": ("threads", 4, "json.loads", "import json\nfrom joblib import Parallel, delayed, parallel_backend\nwith parallel_backend('threading'):\n    Parallel(n_jobs=4)(delayed(json.loads)(x) for x in xs)"),
    "joblib_in_a_configuration": ("threads", 4, "json.loads", "import json\nimport joblib\nwith joblib.parallel_config(backend='threading', n_jobs=4):\n    joblib.Parallel(n_jobs=4)(joblib.delayed(json.loads)(x) for x in xs)"),
    "joblib_behind_a_backend": ("processes", 4, "json.loads", "import json\nimport joblib\nwith joblib.parallel_backend('threading'):\n    pass\njoblib.Parallel(n_jobs=4)(joblib.delayed(json.loads)(x) for x in xs)"),
    "joblib_backend": ("threads", 2, "json.loads", "import json\nimport joblib\nwith joblib.Parallel(n_jobs=2, backend='threading') as parallel:\n    parallel(joblib.delayed(json.loads)(x) for x in xs)"),
    "to_thread": ("threads", None, "json.loads", "import asyncio, json\nasync def main(xs):\n    for x in xs:\n        await asyncio.to_thread(json.loads, x)"),
    "run_in_executor": ("threads", None, "json.loads", "import asyncio, json\nasync def main(xs):\n    loop = asyncio.get_running_loop()\n    for x in xs:\n        await loop.run_in_executor(None, json.loads, x)"),
    "run_in_process_pool": ("processes", 4, "json.loads", "import asyncio, json\nfrom concurrent.futures import ProcessPoolExecutor\nasync def main(xs):\n    loop = asyncio.get_event_loop()\n    with ProcessPoolExecutor(4) as pool:\n        for x in xs:\n            await loop.run_in_executor(pool, json.loads, x)"),
    "gather": ("asyncio", None, "json.loads", "import asyncio, json\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    await asyncio.gather(*[one(x) for x in xs])"),
    "gather_to_thread": ("threads", None, "json.loads", "import asyncio, json\nasync def main(xs):\n    await asyncio.gather(*(asyncio.to_thread(json.loads, x) for x in xs))"),
    "task_group": ("asyncio", None, "json.loads", "import asyncio, json\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    async with asyncio.TaskGroup() as tg:\n        for x in xs:\n            tg.create_task(one(x))"),
    "create_task": ("asyncio", None, "json.loads", "import asyncio, json\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    ts = [asyncio.create_task(one(x)) for x in xs]\n    for t in ts:\n        await t"),
    "as_completed": ("asyncio", None, "json.loads", "import asyncio, json\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    for f in asyncio.as_completed([one(x) for x in xs]):\n        await f"),
    "anyio_thread": ("threads", None, "json.loads", "import anyio, json\nasync def main(xs):\n    for x in xs:\n        await anyio.to_thread.run_sync(json.loads, x)"),
    "anyio_group": ("asyncio", None, "json.loads", "import anyio, json\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    async with anyio.create_task_group() as tg:\n        for x in xs:\n            tg.start_soon(one, x)"),
    "trio_nursery": ("asyncio", None, "json.loads", "import json, trio\nasync def one(x):\n    return json.loads(x)\nasync def main(xs):\n    async with trio.open_nursery() as n:\n        for x in xs:\n            n.start_soon(one, x)"),
    "trio_thread": ("threads", None, "json.loads", "import json, trio\nasync def main(xs):\n    for x in xs:\n        await trio.to_thread.run_sync(json.loads, x)"),
    "starlette": ("threads", None, "json.loads", "import json\nfrom starlette.concurrency import run_in_threadpool\nasync def main(xs):\n    for x in xs:\n        await run_in_threadpool(json.loads, x)"),
    "fastapi": ("threads", None, "json.loads", "import json\nfrom fastapi.concurrency import run_in_threadpool\nasync def main(xs):\n    for x in xs:\n        await run_in_threadpool(json.loads, x)"),
    "asgiref": ("threads", None, "json.loads", "import json\nfrom asgiref.sync import sync_to_async\nasync def main(xs):\n    for x in xs:\n        await sync_to_async(json.loads)(x)"),
    "futures_wait": ("threads", 4, "json.loads", "import json\nfrom concurrent.futures import ThreadPoolExecutor, wait\nwith ThreadPoolExecutor(4) as p:\n    wait([p.submit(json.loads, x) for x in xs])"),
    "queue_worker": ("threads", None, "json.loads", "import json, queue, threading\nq = queue.Queue()\ndef work():\n    while True:\n        json.loads(q.get())\n        q.task_done()\nfor _ in range(4):\n    threading.Thread(target=work, daemon=True).start()"),
    "decorated_worker": ("threads", 4, "json.loads", "import functools, json\nfrom concurrent.futures import ThreadPoolExecutor\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*args):\n        return f(*args)\n    return inner\n@logged\ndef one(x):\n    return json.loads(x)\nwith ThreadPoolExecutor(4) as p:\n    list(p.map(one, xs))"),
}  # fmt: skip


@pytest.mark.parametrize(("concurrency", "workers", "call", "source"), HANDOVERS.values(), ids=HANDOVERS)
def test_work_that_is_handed_over_is_seen(concurrency: str, workers: int | None, call: str, source: str) -> None:
    found = [r for r in regions(source + "\n") if r["kind"] == "submission"]
    ways = {r["concurrency"] for r in found}
    assert concurrency in ways, ways
    (first, *_) = [r for r in found if r["concurrency"] == concurrency]
    assert call in {c["name"] for c in first["calls"]}, first["calls"]
    assert first["workers"] == workers


def _numba(decorator: str, imported: str = "import numba", name: str = "numba.njit") -> Region:
    source = f"{imported}\n@{name}{decorator}\ndef f(x):\n    return x\nfor x in xs:\n    f(x)\n"
    (loop,) = [r for r in regions(source) if r["kind"] == "loop"]
    return loop


def test_numba_releases_only_with_nogil() -> None:
    held, released, off = _numba(""), _numba("(nogil=True)"), _numba("(nogil=False)")
    assert [c["effect"] for c in held["calls"]][:1] == ["holds"]
    assert [c["effect"] for c in released["calls"]][:1] == ["releases"]
    assert [c["effect"] for c in off["calls"]][:1] == ["holds"]


@pytest.mark.parametrize(
    ("imported", "name", "effect"),
    [
        ("from numba import njit", "njit", "releases"),
        ("from numba import njit as compiled", "compiled", "releases"),
        ("from numba import jit as J", "J", "releases"),
        ("from jax import jit", "jit", None),
    ],
)
def test_numba_by_another_name(imported: str, name: str, effect: str | None) -> None:
    calls = _numba("(nogil=True)", imported, name)["calls"]
    found = [c["effect"] for c in calls if c["name"].startswith("numba.")]
    assert found == ([effect] if effect else [])


def test_a_star_import_and_a_conditional_one_of_the_project(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from .a import *\n",
        "pkg/a.py": "__all__ = ['parse']\nimport json\n\ndef parse(x):\n    return json.loads(x)\n\ndef hidden(x):\n    return x\n",
        "main.py": text("""
            import importlib

            tools = importlib.import_module("pkg")
            for x in xs:
                tools.parse(x)
            """),
    }
    project = Project(tmp_path, files)
    shown = {c["name"] for r in project.report("main.py")["regions"] for c in r["calls"]}
    assert "json.loads" in shown, shown


# Whether iterations depend on each other where only the calls, or the objects behind them, can tell

ITERATIONS: dict[str, tuple[str, str]] = {
    "generator_that_carries": (
        "carried",
        "import requests\ndef pages(url):\n    while url:\n        r = requests.get(url).json()\n        yield r\n        url = r['next']\nfor p in pages('u'):\n    print(p)",
    ),
    "generator_that_does_not": (
        "independent",
        "import requests\ndef pages(us):\n    for u in us:\n        yield requests.get(u).json()\nfor p in pages(us):\n    print(p)",
    ),
    "state_behind_a_method": (
        "carried",
        "import requests\nclass A:\n    def __init__(self):\n        self.cursor = None\n    def page(self):\n        r = requests.get('u', params={'c': self.cursor}).json()\n        self.cursor = r['next']\n        return r\na = A()\nfor _ in range(10):\n    a.page()",
    ),
    "counter_behind_a_method": (
        "independent",
        "import requests\nclass A:\n    def __init__(self):\n        self.n = 0\n    def page(self, u):\n        self.n += 1\n        return requests.get(u)\na = A()\nfor u in us:\n    a.page(u)",
    ),
    "cache_behind_a_method": (
        "independent",
        "import requests\nclass A:\n    def __init__(self):\n        self.pages = {}\n    def page(self, u):\n        self.pages[u] = requests.get(u)\na = A()\nfor u in us:\n    a.page(u)",
    ),
    "an_object_for_each": (
        "independent",
        "import requests\nclass A:\n    def __init__(self, u):\n        self.u = u\n        self.r = None\n    def page(self):\n        if self.r is None:\n            self.r = requests.get(self.u)\n        return self.r\nfor u in us:\n    A(u).page()",
    ),
    "global_state": (
        "carried",
        "import requests\ncursor = None\ndef page():\n    global cursor\n    r = requests.get('u', params={'c': cursor}).json()\n    cursor = r['next']\nfor _ in range(10):\n    page()",
    ),
    "page_number": (
        "carried",
        "import requests\npage = 1\nwhile True:\n    r = requests.get('u', params={'page': page}).json()\n    if not r:\n        break\n    page += 1",
    ),
    "page_in_a_dict": (
        "carried",
        "import requests\nparams = {'page': 1}\nwhile True:\n    r = requests.get('u', params=params).json()\n    if not r['more']:\n        break\n    params['page'] += 1",
    ),
    "pages_counted": (
        "independent",
        "import requests\nfor page in range(1, 20):\n    requests.get('u', params={'page': page})",
    ),
    "rate_limit_in_a_method": (
        "carried",
        "import requests, time\nclass A:\n    def wait(self):\n        time.sleep(1)\n    def get(self, u):\n        self.wait()\n        return requests.get(u)\na = A()\nfor u in us:\n    a.get(u)",
    ),
    "sentinel": ("carried", "f = open('a', 'rb')\nfor block in iter(lambda: f.read(4096), b''):\n    g(block)"),
    "job_polled": (
        "carried",
        "import requests, time\nfor _ in range(60):\n    if requests.get('u').json()['done']:\n        break\n    time.sleep(5)",
    ),
    "written_to_one_file": (
        "independent",
        "import requests\nwith open('a', 'w') as f:\n    for u in us:\n        f.write(requests.get(u).text)",
    ),
    "random_state": ("independent", "import random\nfor x in xs:\n    f(random.random(), x)"),
    "queue_drained": ("carried", "import queue\nq = queue.Queue()\nwhile not q.empty():\n    f(q.get_nowait())"),
}


@pytest.mark.parametrize(("answer", "source"), ITERATIONS.values(), ids=ITERATIONS)
def test_iterations_by_what_is_behind_the_calls(answer: str, source: str) -> None:
    assert _loops(source)[-1].iterations.value == answer


# What web frameworks run in threads: only where it is asked for

_HANDLER = "    return json.loads(x)"
WEB: dict[str, tuple[int | None, str]] = {
    "fastapi": (40, f"import json\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef f(x: str):\n{_HANDLER}"),
    "router": (40, f"import json\nfrom fastapi import APIRouter\nr = APIRouter(prefix='/a')\n@r.post('/')\ndef f(x: str):\n{_HANDLER}"),
    "add_api_route": (40, f"import json\nfrom fastapi import FastAPI\napp = FastAPI()\ndef f(x):\n{_HANDLER}\napp.add_api_route('/', f)"),
    "background": (40, f"import json\nfrom fastapi import BackgroundTasks\ndef f(x):\n{_HANDLER}\nasync def g(tasks: BackgroundTasks):\n    tasks.add_task(f, '1')"),
    "starlette_route": (40, f"import json\nfrom starlette.routing import Route\ndef f(x):\n{_HANDLER}\nroutes = [Route('/', f)]"),
    "flask": (None, f"import json\nfrom flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef f(x):\n{_HANDLER}"),
    "flask_factory": (None, "import json\nfrom flask import Flask\ndef make():\n    app = Flask(__name__)\n    @app.route('/')\n    def f():\n        return json.loads('1')\n    return app"),
    "blueprint": (None, f"import json\nfrom flask import Blueprint\nb = Blueprint('b', __name__)\n@b.get('/')\ndef f(x):\n{_HANDLER}"),
    "add_url_rule": (None, f"import json\nfrom flask import Flask\napp = Flask(__name__)\ndef f(x):\n{_HANDLER}\napp.add_url_rule('/', view_func=f)"),
    "django": (None, f"import json\nfrom django.urls import path\ndef f(x):\n{_HANDLER}\nurlpatterns = [path('', f)]"),
}  # fmt: skip


@pytest.mark.parametrize(("workers", "source"), WEB.values(), ids=WEB)
def test_handlers_of_requests_are_handed_over_where_it_is_asked_for(workers: int | None, source: str) -> None:
    (found,) = [r for r in regions(source + "\n", web_handlers=True) if r["kind"] == "submission"]
    assert found["concurrency"] == "threads"
    assert found["workers"] == workers
    assert "json.loads" in {c["name"] for c in found["calls"]}
    assert not [r for r in regions(source + "\n") if r["kind"] == "submission"]


def test_a_coroutine_that_serves_requests_stays_on_the_loop() -> None:
    source = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\nasync def f(x: str):\n    return x\n"
    assert not [r for r in regions(source, web_handlers=True) if r["kind"] == "submission"]
