"""What a program writes to files, archives, databases and texts tells what it reads there later."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage
from gillint.estimate import Estimate
from gillint.knowledge.conditions import Target
from gillint.pipeline import analyse
from gillint.resolve.external.sql import run_script, run_statement
from gillint.resolve.external.sql_tables import Tables
from gillint.resolve.program import resolve, walk
from gillint.resolve.text.texts import Text, common, filled, may_be_same, of_literal, unknown
from gillint.resolve.trace import Call
from gillint.syntax.parse import parse
from gillint.syntax.tree import HOLE
from tests.unit.resolve.test_trip_counts import runs


def dumped(source: str) -> str:
    return dump_stage("resolve", dedent(source), "program.py", Options(python="3.11"))


HEAD = """
    import bz2, csv, gzip, io, json, lzma, os, pickle, tarfile, tempfile, zipfile, zlib, lz4.frame, zstandard
    from pathlib import Path
    FOLDER = Path(tempfile.mkdtemp())
"""


@pytest.mark.parametrize(
    ("written", "read", "expected"),
    [
        (
            '(FOLDER / "a.bin").write_bytes(bytes(5000))',
            '(FOLDER / "a.bin").read_bytes()',
            "bytes[5000]",
        ),
        ('(FOLDER / "a.bin").write_bytes(bytes(5000))', 'open(FOLDER / "a.bin", "rb").read()', "bytes[5000]"),
        (
            'open(os.path.join(FOLDER, "a"), "w").write("x" * 300)',
            'open(os.path.join(FOLDER, "a")).read()',
            "str[300]",
        ),
        (
            'zipfile.ZipFile("a.zip", "w").writestr("m", bytes(700))',
            'zipfile.ZipFile("a.zip").read("m")',
            "bytes[700]",
        ),
        ("B = io.BytesIO(bytes(800))", "B.getvalue()", "bytes[800]"),
        ("fd, P = tempfile.mkstemp(); os.write(fd, bytes(650))", 'open(P, "rb").read()', "bytes[650]"),
        ('os.write(os.open("a", os.O_WRONLY), bytes(640))', 'open("a", "rb").read()', "bytes[640]"),
        ("P = pickle.dumps(list(range(90)))", "pickle.loads(P)", "list[90]"),
        ("P = zlib.compress(bytes(900))", "zlib.decompress(P)", "bytes[900]"),
        ('T = json.dumps({"rows": [1] * 70})', 'json.loads(T)["rows"]', "list[70]"),
        ('with gzip.open("g", "wb") as f: f.write(bytes(1200))', 'gzip.open("g").read()', "bytes[1200]"),
        ('with gzip.open("g", "wt") as f: json.dump(["x" * 296], f)', 'gzip.open("g").read()', "bytes[300]"),
        ('with lz4.frame.open("g", "wb") as f: f.write(bytes(90))', 'lz4.frame.open("g").read()', "bytes[90]"),
        (
            "B = io.BytesIO(zstandard.compress(bytes(70)))",
            "zstandard.ZstdDecompressor().stream_reader(B).read()",
            "bytes[70]",
        ),
        (
            'zstandard.ZstdCompressor().stream_writer(open("g", "wb")).write(bytes(60))',
            'zstandard.open("g").read()',
            "bytes[60]",
        ),
        ('with bz2.open("g", "wt") as f: print("x" * 500, file=f)', 'bz2.open("g", "rt").read()', "str[502]"),
        (
            'with lzma.open("g", "wt") as f: csv.writer(f).writerow(["x" * 9, "y" * 9])',
            'lzma.open("g").read()',
            "bytes[24]",
        ),
    ],
)
def test_what_was_written_is_read(written: str, read: str, expected: str) -> None:
    text = dumped(f"{HEAD}    {written}\n    def work():\n        return len({read})\n")
    assert f"[obj: {expected}]" in text.replace("(", "[").replace(")", "]")


def test_what_is_read_as_text_is_not_compressed() -> None:
    source = f"""{HEAD}
    for write, end in ((gzip.open, ".gz"), (open, "")):
        with write(f"{{FOLDER}}/log{{end}}", "wt") as out:
            for _ in range(2500):
                out.write("x" * 80 + "\\n")
    def work():
        for name in os.listdir(FOLDER):
            for line in open(os.path.join(FOLDER, name)):
                len(line)
    """
    assert "[obj: str[81]]" in dumped(source).replace("(", "[").replace(")", "]")


@pytest.mark.parametrize(
    ("written", "loop", "trips"),
    [
        ('f = open("l", "w")\n    for i in range(120): f.write(f"line {i}\\n")', 'open("l")', 120),
        ('with open("l", "w") as f: f.writelines(f"{i}\\n" for i in range(130))', 'open("l")', 130),
        ('w = csv.writer(open("c", "w"))\n    for i in range(140): w.writerow([i, i])', 'csv.reader(open("c"))', 140),
        ('for i in range(15): (FOLDER / f"{i}.txt").write_text("x")', 'FOLDER.glob("*.txt")', 15),
        ('for i in range(16): (FOLDER / f"{i}.txt").write_text("x")', "os.listdir(FOLDER)", 16),
        ('for i in range(90): (FOLDER / "d" / f"{i % 6}.txt").write_text("x")', 'os.listdir(FOLDER / "d")', 6),
        ('for i in range(90): os.makedirs(f"{FOLDER}/d{i % 5}", exist_ok=True)', "os.listdir(FOLDER)", 5),
        ('for i in range(7): (FOLDER / f"a{i}.txt").write_text("x")', 'FOLDER.glob("a[0-9].t?t")', 7),
        (
            'with open("l", "w") as f:\n        for n in (1, 200): [f.write(f"{i}\\n") for i in range(60)]',
            'open("l")',
            120,
        ),
        (
            'for n in (1, 200):\n        with open("l", "w") as f: [f.write(f"{i}\\n") for i in range(60)]',
            'open("l")',
            60,
        ),
        (
            'for n in (1, 200):\n        with open("l", "a") as f: [f.write(f"{i}\\n") for i in range(60)]',
            'open("l")',
            120,
        ),
        ('T = "\\n".join(f"row {i}" for i in range(170))', "T.splitlines()", 170),
        ('T = ",".join(["x"] * 18)', 'T.split(",")', 18),
        (
            'Z = zipfile.ZipFile("z", "w")\n    for i in range(19): Z.writestr(f"{i}", "x")',
            'zipfile.ZipFile("z").namelist()',
            19,
        ),
    ],
)
def test_as_many_as_were_written(written: str, loop: str, trips: int) -> None:
    text = dumped(f"{HEAD}    {written}\n    def work():\n        for x in {loop}:\n            print(x)\n")
    assert f" x {trips} " in text.split("work ", 1)[1]


def test_what_is_closed_at_the_end_is_what_was_opened() -> None:
    source = f"""{HEAD}
    with zipfile.ZipFile("z", "w") as z:
        for i in range(19): z.writestr(f"{{i}}", "x")
    def work():
        with contextlib.closing(zipfile.ZipFile("z")) as archive:
            for name in archive.namelist():
                print(name)
    """
    assert " x 19 " in dumped(source).split("work ", 1)[1]


def test_a_file_read_in_chunks_ends() -> None:
    text = dumped(
        HEAD + '    open("a", "wb").write(bytes(10_000))\n'
        '    def work():\n        with open("a", "rb") as f:\n            while chunk := f.read(1000):\n'
        "                print(chunk)\n"
    )
    assert " x 10 " in text


def test_a_file_that_nobody_writes_is_unknown() -> None:
    text = dumped(HEAD + '    open("a", "w").write("x" * 30)\n    def work(p):\n        return len(open(p).read())\n')
    assert "str(30)" not in text.split("work ", 1)[1]


def test_containers_made_in_a_loop_begin_there() -> None:
    text = dumped(
        "def work():\n    for i in range(50):\n        row = []\n        for j in range(7):\n            row.append(j)\n"
        "        print(sum(row))\n"
    )
    assert "[iterable: list[7]]" in text


def test_the_inner_source_of_a_comprehension_is_made_once_for_its_turns() -> None:
    text = dumped("def f(i):\n    return range(100)\ndef work():\n    return [x for i in range(5) for x in f(i)]\n")
    body = text.split("work ", 1)[1]
    assert "comprehension 4:12 x 500" in body
    assert "branch" in body.split("call 4:45 f", 1)[0]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("main([])", "str[5]"),
        ('main(["--count", "12"])', "loop 7:5 x 12 "),
        ('main(["other"])', "loop 7:5 x 300 "),
    ],
)
def test_options_have_their_defaults(call: str, expected: str) -> None:
    text = dumped(
        "import argparse\ndef main(argv):\n    p = argparse.ArgumentParser()\n"
        '    p.add_argument("name", nargs="?", default="first")\n    p.add_argument("--count", type=int, default=300)\n'
        f"    args = p.parse_args(argv)\n    for i in range(args.count): print(len(args.name))\n{call}\n"
    )
    assert expected in text.split("main 2:1", 1)[0]


def tables() -> Tables:
    made: Tables = {}
    run_script(made, "create table t (id integer primary key, name text, v real); create index n on t(name)", 0)
    run_statement(made, "insert into t values (?, ?, ?)", 1, Estimate.point(10_000))
    run_script(made, "create virtual table d using fts5(title, body, tokenize='porter')", 3)
    run_statement(made, "insert into d values (?, ?)", 4, Estimate.point(3_000))
    return made


@pytest.mark.parametrize(
    ("sql", "rows", "cheaper_than_a_scan"),
    [
        ("select * from t", 10_000, False),
        ("SELECT count(*) FROM t", 1, True),
        ("select sum(v) from t", 1, False),
        ("select 1", 1, True),
        ("select name, sum(v) from t group by name", 100, False),
        ("select v from t where id = ?", 1, True),
        ("select v from t where name = ?", 100, True),
        ("select v from t where v > 3 order by v limit 5", 5, False),
        ("select v from t where name like ?", 1_000, False),
        ("select count(*) from (select name, sum(v) as s from t group by name) where s > 3", 1, False),
        ("select * from (select v from t limit 7) as x", 7, True),
        ("select v from t where id in (select max(id) from t)", 10_000 / 3, False),
        ("with top as (select name, v from t limit 20), one as (select name from top) select * from one", 20, True),
        ("select rowid from d where d match ?", 600, True),
    ],
)
def test_rows_of_a_query(sql: str, rows: float, cheaper_than_a_scan: bool) -> None:
    query = run_statement(tables(), sql, 2, Estimate.point(1))
    assert query is not None
    assert query.rows.likely == pytest.approx(rows)
    assert (query.visits.likely < 10_000) is cheaper_than_a_scan


def test_a_table_that_nobody_makes_is_unknown() -> None:
    assert run_statement({}, "select * from elsewhere", 0, Estimate.point(1)) is None


def test_texts_keep_their_constant_parts() -> None:
    made = filled(f"a,{HOLE},b\n", [of_literal("1,2")])
    assert made.pattern == "a,1,2,b\n"
    assert made.count(",").likely == 3
    assert common(of_literal("d/a.txt"), of_literal("d/b.txt")) == Text(
        f"d/{HOLE}.txt",
        (("/", Estimate.point(1)),),
        fixed=Estimate.point(7),
        fresh=Estimate.point(0),
        words=("d/a.txt", "d/b.txt"),
    )
    assert may_be_same(f"d/{HOLE}.txt", f"d/a{HOLE}.txt")
    assert not may_be_same(f"d/{HOLE}.csv", f"d/a{HOLE}.txt")


def test_what_is_repeated_is_no_news_to_a_compressor() -> None:
    line = filled(f"some constant text {HOLE}\n", [unknown(Estimate.point(4))])
    page = line.each(Estimate.point(100))
    assert page.unique is not None
    assert page.unique.likely == pytest.approx(20 + 400)
    again = page.times(Estimate.point(10)).unique
    assert again is not None
    assert again.likely == pytest.approx(420)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    out = bytearray()\n    while len(out) < 640:\n        out += bytes(64)\n", "loop 3:5 x 10 "),
        ("    parts = []\n    while sum(map(len, parts)) < 640:\n        parts.append(bytes(32))\n", "loop 3:5 x 20 "),
        ("    todo = list(range(12))\n    while todo:\n        print(todo.pop())\n", "loop 3:5 x 12 "),
    ],
)
def test_loops_until_it_is_long_or_empty_enough(body: str, expected: str) -> None:
    assert expected in dumped(f"def work():\n{body}")


def test_attributes_grow_with_each_call_of_a_method() -> None:
    text = dumped(
        "class Log:\n    def __init__(self):\n        self.rows = []\n    def add(self, x):\n        self.rows.append(x)\n"
        "def work():\n    log = Log()\n    for i in range(90):\n        log.add(i)\n    return sorted(log.rows)\nwork()\n"
    )
    assert "sorted (library) [iterable: list[90], compared: int]" in text


def test_one_of_the_methods_is_called_by_its_computed_name() -> None:
    text = dumped(
        "import hashlib\nclass Job:\n    def on_open(self):\n        hashlib.md5(bytes(5000))\n"
        "    def close(self):\n        pass\n"
        '    def run(self, kind):\n        getattr(self, f"on_{kind}")()\n'
    )
    assert "hashlib.md5" in text.split("Job.run", 1)[1]


def test_what_a_constant_rules_out_counts_for_next_to_nothing() -> None:
    source = (
        "import time\nDEBUG = False\ndef work():\n    for i in range(1000):\n"
        "        if DEBUG:\n            time.sleep(1)\n        print(i)\n"
    )
    result = analyse(source, "program.py", Options(python="3.11"))
    prediction = result.regions[result.verdict or 0].prediction
    assert prediction is not None
    assert prediction.bound.value == "gil"


def test_a_tree_that_is_written_is_parsed_again() -> None:
    source = f"""{HEAD}
    import xml.etree.ElementTree as ET
    for n in range(8):
        top = ET.Element("rows")
        for i in range(99):
            ET.SubElement(top, "row")
        ET.ElementTree(top).write(FOLDER / f"a{{n}}.xml")
    def work():
        for path in FOLDER.glob("a*.xml"):
            for row in ET.parse(path).getroot().iter():
                abs(row)
    """
    loops = [line for line in dumped(source).split("work", 1)[1].splitlines() if "loop" in line]
    assert any(" 8 " in f"{line} " for line in loops) and any(" 100 " in f"{line} " for line in loops), loops


TREE = """
import hashlib, os, tempfile
from dataclasses import dataclass
ROOT = tempfile.mkdtemp()
for n in range(10):
    folder = os.path.join(ROOT, f"f{n}")
    os.makedirs(folder)
    for k in range(4):
        with open(os.path.join(folder, f"{k}.bin"), "wb") as out:
            out.write(bytes(200_000))
@dataclass
class File:
    path: str
    size: int
def walk(root):
    stack = [root]
    while stack:
        for entry in os.scandir(stack.pop()):
            if entry.is_dir():
                stack.append(entry.path)
            else:
                yield File(entry.path, entry.stat().st_size)
def digest(file):
    view = memoryview(bytearray(120_000))
    found = hashlib.sha256()
    with open(file.path, "rb", buffering=0) as stream:
        while count := stream.readinto(view):
            found.update(view[:count])
    return found.digest()
def work():
    for file in walk(ROOT):
        digest(file)
"""


def test_a_walk_with_a_stack_comes_to_each_folder_once() -> None:
    loop = next(line for line in dumped(TREE).split("\nwork ")[1].splitlines() if "loop " in line)
    low, likely, high = map(float, loop.split(" x ")[1].split()[0].split(".."))
    assert low <= 40 <= high
    assert likely == pytest.approx(40, rel=0.25)


def test_what_is_read_into_a_buffer_fills_it_but_for_the_last_time() -> None:
    work = dumped(TREE).split("\nwork ")[1]
    assert " x 2 carried" in work
    assert "memoryview[100000]" in work


def test_what_goes_on_where_it_stopped_begins_with_nothing_done() -> None:
    source = """
        class Checkpoint:
            page: int = 0
            def reached(self, page):
                self.page = page + 1
        def export(checkpoint, pages):
            for page in range(checkpoint.page, pages):
                checkpoint.reached(page)
        def work():
            export(Checkpoint(), 6)
    """
    loop = next(line for line in dumped(source).split("\nwork ")[1].splitlines() if "loop " in line)
    assert loop.split(" x ")[1].startswith(("6 ", "0..6..6"))


@pytest.mark.parametrize("mode", ["buffer = io.BytesIO()", 'buffer = "packed.zip"'])
def test_an_archive_has_the_members_that_it_is_given_however_often_it_is_made(mode: str) -> None:
    text = dumped(
        f"{HEAD}    def work():\n        {mode}\n        with zipfile.ZipFile(buffer, 'w') as z:\n"
        "            for i in range(19): z.writestr(f'{i}', 'x')\n        with zipfile.ZipFile(buffer) as z:\n"
        "            for info in z.infolist(): print(info)\n    for _ in range(100): work()\n"
    )
    assert " x 19 " in text.split("work ", 1)[1].split("infolist", 1)[1]


@pytest.mark.parametrize(
    "written",
    [
        "(FOLDER / f'{n}.txt').write_text('x')",
        "with open(FOLDER / f'{n}.txt', 'w') as f: f.write('x')",
        "with (FOLDER / f'{n}.txt').open('w') as f: f.write('x')",
        "save(n)",
    ],
)
def test_files_that_each_call_writes_anew_are_the_same_files(written: str) -> None:
    text = dumped(
        f"{HEAD}    def save(n):\n        (FOLDER / f'{{n}}.txt').write_text('x')\n    def work():\n"
        f"        for n in range(3):\n            {written}\n        for path in FOLDER.glob('*.txt'): print(path)\n"
        "    for _ in range(100): work()\n"
    )
    assert "glob" in text
    assert " x 3 " in text.split("work ", 1)[1].split("glob", 1)[1]


@pytest.mark.parametrize(
    ("opened", "size", "bound"),
    [
        ("gzip.open('a.gz')", 16, "gil"),
        ("gzip.open('a.gz')", 65536, "native"),
        ("bz2.open('a.bz2')", 1024, "native"),
        ("zipfile.ZipFile('a.zip').open('a')", 16, "gil"),
        ("zipfile.ZipFile('a.zip').open('a')", 65536, "native"),
        ("tarfile.open('a.tar.gz').extractfile('a')", 65536, "native"),
    ],
)
def test_a_read_of_a_few_bytes_is_answered_from_a_buffer(opened: str, size: int, bound: str) -> None:
    source = f"import bz2, gzip, tarfile, zipfile\nf = {opened}\nfor _ in range(100):\n    f.read({size})\n"
    report = analyse(source, "a.py", Options(cores=2, threads=2))
    assert [a.prediction.bound.value for a in report.regions] == [bound]


def test_a_long_file_that_is_read_in_small_pieces_is_read_to_its_end() -> None:
    text = dumped(
        HEAD + '    open("a", "wb").write(bytes(4_000_000))\n'
        '    def work():\n        with open("a", "rb") as f:\n            while True:\n'
        "                record = f.read(16)\n                if len(record) < 16:\n                    break\n"
        "                print(record)\n"
    )
    assert " x 250000 " in text


@pytest.mark.parametrize(
    ("made", "used", "name"),
    [
        ("codecs.getreader('utf-8')(io.BytesIO())", "x.read()", "codecs.StreamReader.read"),
        ("codecs.getwriter('utf-8')(io.BytesIO())", "x.write('a')", "codecs.StreamWriter.write"),
        ("codecs.getincrementaldecoder('utf-8')()", "x.decode(b'a')", "codecs.IncrementalDecoder.decode"),
        ("codecs.getincrementalencoder('utf-8')()", "x.encode('a')", "codecs.IncrementalEncoder.encode"),
    ],
)
def test_codecs_give_classes(made: str, used: str, name: str) -> None:
    assert name in dumped(f"    import codecs, io\n    def work():\n        x = {made}\n        {used}\n")


@pytest.mark.parametrize(("opened", "bound"), [("open('a.csv')", "gil"), ("bz2.open('a.csv.bz2', 'rt')", "mixed")])
def test_rows_of_a_compressed_table_are_decompressed(opened: str, bound: str) -> None:
    source = f"import bz2, csv\nwith {opened} as f:\n    for row in csv.reader(f):\n        len(row)\n"
    report = analyse(source, "a.py", Options(cores=2, threads=2))
    assert [a.prediction.bound.value for a in report.regions] == [bound]


def test_what_was_just_written_to_an_open_file_is_iterated() -> None:
    text = dumped("""
        import tempfile
        def work():
            with tempfile.TemporaryFile("w+") as f:
                f.write("line\\n" * 700)
                f.seek(0)
                return sum(1 for _ in f)
    """)
    assert "iterable: generator[700]" in text


def test_lines_of_a_program_that_answers_at_once_are_not_waited_for_one_by_one() -> None:
    program = """
        import subprocess
        def work(path):
            with subprocess.Popen({command}, stdout=subprocess.PIPE, text=True) as process:
                return [line.split() for line in process.stdout]
        for path in range(100):
            work(str(path))
    """
    waits = []
    for command in ('["grep", "error", path]', '["./build.sh", path]'):
        result = analyse(dedent(program.format(command=command)), "program.py", Options(python="3.11"))
        waits.append(max(r.demand.wait.likely for r in result.regions))
    assert waits[0] < waits[1] / 5


@pytest.mark.parametrize("opened", ["bz2.open", "lzma.open", "gzip.open"])
def test_a_line_written_to_a_file_that_compresses_costs_as_much_as_a_line(opened: str) -> None:
    program = f"""
        import bz2, gzip, lzma
        ROWS = [f"row {{i}} of some text with a number in it\\n".encode() for i in range(20_000)]
        def work():
            with {opened}("out", "wb") as f:
                for row in ROWS:
                    f.write(row)
        work()
    """
    loop = max(analyse(dedent(program), "p.py", Options(python="3.11")).regions, key=lambda r: r.demand.elapsed.likely)
    assert loop.demand.gil.likely < 20_000 * 4_000


def test_most_lines_are_not_empty() -> None:
    program = """
        import json
        TEXT = "\\n".join(json.dumps({"id": i}) for i in range(50_000))
        rows = [json.loads(line) for line in TEXT.split("\\n") if %s]
    """
    filtered, all_of_them = (
        max(r.demand.gil.likely for r in analyse(dedent(program % test), "p.py", Options(python="3.11")).regions)
        for test in ("line", "True")
    )
    assert filtered > all_of_them * 0.8


def _share_held(source: str) -> float:
    report = analyse(dedent(source), "program.py", Options(python="3.11"))
    demand = next(a.demand for a in report.regions if a.region.function == "work" and a.region.kind.value == "loop")
    return demand.gil.likely / demand.elapsed.likely


@pytest.mark.parametrize("loop", ["for line in opened(path)", "for line in each(opened(path))"])
def test_a_file_that_may_be_compressed_is_so_in_one_case_of_several(loop: str) -> None:
    source = f"""
        import bz2
        import sys
        from pathlib import Path

        def opened(path):
            if path.suffix == ".bz2":
                return bz2.open(path, "rt")
            return open(path)

        def each(file):
            yield from file

        def work(folder):
            for path in Path(folder).iterdir():
                {loop}:
                    len(line)

        work(sys.argv[1])
    """
    plain = _share_held(source.replace('bz2.open(path, "rt")', "open(path)"))
    packed = _share_held(source.replace("return open(path)", 'return bz2.open(path, "rt")'))
    assert packed < _share_held(source) < 0.4 < 0.5 < plain


def test_lines_of_files_that_may_be_compressed_are_as_long_as_they_were_written() -> None:
    text = dumped(
        f"""{HEAD}
    for number, opener in enumerate((open, gzip.open)):
        with opener(FOLDER / f"log{{number}}", "wt") as f:
            f.write("x" * 80 + "\\n")
    def work():
        return len(next(gzip.open(FOLDER / "log1", "rt")))
    """
    )
    assert "[obj: str[81]]" in text.replace("(", "[").replace(")", "]")


@pytest.mark.parametrize(
    ("opened", "is_packed"),
    [('"a.tgz"', True), ('"a.tar"', False), ('"a.bin", "r:xz"', True), ('"a.tar.bz2", "r|bz2"', True)],
)
def test_an_archive_that_is_read_is_compressed_by_its_name_or_the_mode(opened: str, is_packed: bool) -> None:
    report = analyse(
        f"import tarfile\nfor x in xs:\n    tarfile.open({opened}).getnames()\n", "p.py", Options(python="3.11")
    )
    native = max(r.demand.native.likely for r in report.regions)
    assert (native > 100_000) == is_packed


def test_what_is_in_a_buffer_tells_how_long_a_compressor_takes() -> None:
    def native(data: str) -> float:
        setup = (
            "import io, os, tarfile\n\nt = tarfile.open(fileobj=io.BytesIO(), mode='w:gz')\ni = tarfile.TarInfo('a')\n"
        )
        text = f"{setup}d = {data}\nfor _ in range(1000):\n    t.addfile(i, io.BytesIO(d))\n"
        (region,) = analyse(text, "t.py", Options()).regions
        return region.demand.native.likely

    assert native("os.urandom(100_000)") > 5 * native("b'x' * 100_000")


@pytest.mark.parametrize(
    "making",
    [
        "open(f'{d}/{i:05}.txt', 'w').close()",
        "(pathlib.Path(d) / f'{i}.txt').touch()",
        "with open(f'{d}/{i}.txt', 'w') as f:\n        f.write('x')",
    ],
)
def test_files_that_are_made_are_in_their_folder(making: str) -> None:
    setup = f"import os, pathlib, tempfile\n\nd = tempfile.mkdtemp()\nfor i in range(3000):\n    {making}\n"
    found = analyse(f"{setup}for name in os.listdir(d):\n    print(name)\n", "t.py", Options()).regions
    assert found[-1].region.trips.likely == pytest.approx(3000)


def test_what_is_written_to_a_file_that_was_made_is_what_is_in_it() -> None:
    setup = "import pathlib\n\np = pathlib.Path('a.bin')\np.touch()\np.write_bytes(bytes(5000))\n"
    work = dumped(f"{setup}\ndef work():\n    return p.read_bytes()\n")
    assert "bytes[5000]" in work


@pytest.mark.parametrize(
    ("opened", "buffered"),
    [
        ('open("a", "w", buffering=1)', "line"),
        ('open("a", "w", 1)', "line"),
        ('Path("a").open("w", buffering=1)', "line"),
        ('open("a", "w")', None),
        ('open("a", buffering=1)', None),  # read
    ],
)
def test_a_file_may_be_written_to_line_by_line(opened: str, buffered: str | None) -> None:
    source = f"from pathlib import Path\nf = {opened}\nf.write('some text\\n')"
    calls = [n for f in resolve(parse(source), Target(), {}).functions for n in walk(f.block) if isinstance(n, Call)]
    writes = [n.bound.receiver for n in calls if n.name == "io.TextIOWrapper.write"]
    assert [w.dtype for w in writes if w is not None] == [buffered]


@pytest.mark.parametrize(("archive", "releases"), [("io.BytesIO(data)", False), ("open('a.tar', 'rb')", True)])
def test_the_members_of_an_archive_in_memory_are_read_with_the_gil_held(archive: str, releases: bool) -> None:
    source = f"""
    import io, sys, tarfile
    def read(data: bytes):
        with tarfile.open(fileobj={archive}) as archive:
            return [archive.extractfile(member).read() for member in archive]
    for _ in range(1000):
        read(sys.stdin.buffer.read())
    """
    report = analyse(dedent(source), "a.py", Options())
    calls = [c for r in report.regions for c in r.calls if c.detail.call.name == "tarfile.ExFileObject.read"]
    assert calls
    assert all((c.detail.effect.releases.likely > 0) == releases for c in calls)


@pytest.mark.parametrize("annotation", ["", ": list[tuple[str, str]]"])
def test_what_is_put_into_a_list_now_and_then_is_known_whatever_an_annotation_says(annotation: str) -> None:
    source = f"""{HEAD}
    for i in range(20): (FOLDER / f"{{i}}.txt").write_bytes(bytes(6000))
    def work():
        found{annotation} = []
        for name in os.listdir(FOLDER):
            path = os.path.join(FOLDER, name)
            if os.path.isfile(path):
                found.append((path, name))
        for path, name in found:
            with open(path, "rb") as f:
                hash(f.read())
    """
    assert "hash (library) [obj: bytes[6000]]" in dumped(source)


def test_lines_are_read_in_portions_of_so_many_bytes() -> None:
    text = dumped(
        f"""{HEAD}
    with open("numbers", "w") as f: f.writelines("1234567\\n" for _ in range(20000))
    def portions(path):
        with open(path) as f:
            while True:
                lines = f.readlines(16000)
                if not lines:
                    break
                yield lines
    def work():
        for lines in portions("numbers"):
            sorted(lines)
    """
    )
    assert " x 10 carried" in text
    assert "sorted (library) [iterable: list[2000]" in text


def test_one_of_several_folders_has_its_part_of_what_was_written_to_them() -> None:
    source = f"""{HEAD}
    for n in range(6):
        os.makedirs(os.path.join(FOLDER, f"d{{n}}"))
        for k in range(30): (FOLDER / f"d{{n}}" / f"{{k}}.txt").write_text("x")
    def work():
        for name in os.listdir(os.path.join(FOLDER, "d2")):
            hash(name)
    """
    assert " x 30 " in dumped(source).split("\nwork ")[1]


# A tree of three folders with two in each of them, with four files in each of the six, and a walk that calls itself.
NESTED = """
import math, os, pathlib, tempfile
root = tempfile.mkdtemp()
for i in range(3):
    for j in range(2):
        folder = os.path.join(root, f"a{{i}}", f"b{{j}}")
        os.makedirs(folder)
        for k in range(4):
            with open(os.path.join(folder, f"f{{k}}.txt"), "w") as out:
                out.write("x" * 1000)
{walk}
def work():
    {call}
"""
WALKS = {
    "listdir": (
        "def walk(d):\n    for name in os.listdir(d):\n        p = os.path.join(d, name)\n        if os.path.isdir(p):\n"
        "            walk(p)\n        else:\n            math.sqrt(len(open(p).read()))",
        "walk(root)",
    ),
    "scandir": (
        "def walk(d):\n    with os.scandir(d) as entries:\n        for e in entries:\n            if e.is_file():\n"
        "                math.sqrt(e.stat().st_size)\n            elif e.is_dir():\n                walk(e.path)",
        "walk(root)",
    ),
    "a generator": (
        "def walk(d):\n    for p in d.iterdir():\n        if p.is_dir():\n            yield from walk(p)\n"
        "        else:\n            yield p",
        "for p in walk(pathlib.Path(root)):\n        math.sqrt(1)",
    ),
}


@pytest.mark.parametrize(("walk", "call"), WALKS.values(), ids=list(WALKS))
def test_a_walk_that_calls_itself_meets_each_file_once(walk: str, call: str) -> None:
    assert runs(NESTED.format(walk=walk, call=call)) == pytest.approx(24, rel=0.35)


@pytest.mark.parametrize(
    ("archive", "kind"),
    [
        ('zipfile.ZipFile("a.zip", "w")', "stored"),
        ('zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED)', "gz"),
        ('zipfile.ZipFile(io.BytesIO(), "w")', "stored memory"),
        ('zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED)', "memory"),
    ],
)
def test_an_archive_is_on_disk_or_in_memory(archive: str, kind: str) -> None:
    assert f"[obj: zipfile.ZipFile<{kind}>" in dumped(f"{HEAD}\n    def work():\n        hash({archive})\n")


def test_a_method_that_asks_what_it_is_of_needs_no_argument() -> None:
    source = f"{HEAD}\n    for member in tarfile.open('a.tar'):\n        if member.isfile(): hash(member)\n"
    assert "hash" in dumped(source)


@pytest.mark.parametrize("suffix", ["", ":gz"])
@pytest.mark.parametrize("going_through", ["tar", "tar.getmembers()"])
def test_members_of_an_archive_that_the_program_wrote_come_out_as_they_went_in(suffix: str, going_through: str) -> None:
    text = (
        "import io, tarfile\n\ndef work():\n    with tarfile.open('/tmp/x.tar', 'w" + suffix + "') as tar:\n"
        "        for i in range(80):\n            tar.addfile(tarfile.TarInfo(f'{i}'), io.BytesIO(b'line\\n' * 200))\n"
        f"    with tarfile.open('/tmp/x.tar', 'r{suffix}') as tar:\n        for member in {going_through}:\n"
        "            n = len(tar.extractfile(member).read())\n\nwork()\n"
    )
    dumped = dump_stage("effects", text, "p.py", Options(python="3.11"))
    assert "loop 8:9 x 80 " in dumped
    assert "len (library) [obj: bytes[1000]]" in dumped


@pytest.mark.parametrize(
    "cleaned",
    [
        "",
        "shutil.rmtree('docs', ignore_errors=True)",
        "if os.path.exists('docs'):\n    shutil.rmtree('docs')",
        "for old in glob.glob('docs/*'):\n    os.remove(old)",
    ],
)
def test_a_folder_that_is_cleared_first_holds_what_is_written_then(cleaned: str) -> None:
    text = (
        f"import glob, os, shutil, tarfile\n\n{cleaned}\nos.makedirs('docs')\nfor n in range(30):\n"
        "    with open(f'docs/{n}.txt', 'w') as out:\n        out.write('line of text\\n' * 200)\n\n"
        "def work():\n    with tarfile.open('a.tar', 'w') as tar:\n        tar.add('docs')\n"
    )
    report = analyse(text, "program.py", Options(python="3.11"))
    verdict = report.regions[report.verdict or 0]
    assert not any("content" in name for name in verdict.assumptions)


@pytest.mark.parametrize(
    "reading",
    [
        "for p in folder.iterdir():\n        for line in open(os.path.join(folder, p)):\n            math.sqrt(1)",
        "for p in folder.iterdir():\n        for line in open(folder / p):\n            math.sqrt(1)",
        "for n in os.listdir(folder):\n        for line in open(os.path.join('data', folder / n)):\n            math.sqrt(1)",
    ],
)
def test_a_whole_path_joined_to_another_stands_for_itself(reading: str) -> None:
    source = f"""
import math, os, pathlib, tempfile
folder = pathlib.Path(tempfile.mkdtemp())
for k in range(3):
    (folder / f"f{{k}}.txt").write_text("some words\\n" * 400)
def work():
    {reading}
"""
    assert runs(source) == pytest.approx(1200, rel=0.05)


def test_a_walk_that_calls_itself_reads_what_is_in_the_files_below() -> None:
    source = """
import math, os, tempfile
root = tempfile.mkdtemp()
for i in range(3):
    os.mkdir(os.path.join(root, f"a{i}"))
    for k in range(4):
        with open(os.path.join(root, f"a{i}", f"f{k}.py"), "w") as out:
            out.write("x = 1\\n" * 500)
def walk(d, kind):
    for name in os.listdir(d):
        if os.path.isdir(os.path.join(d, name)):
            walk(os.path.join(d, name), kind)
        elif os.path.splitext(name)[1].strip(".") == kind:
            for line in open(os.path.join(d, name)):
                math.sqrt(1)
def work():
    walk(root, "py")
"""
    assert runs(source) == pytest.approx(6000, rel=0.35)
