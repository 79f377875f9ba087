"""Pictures, sounds and arrays that a program writes are what it reads."""

from __future__ import annotations

import pytest

from gillint.advice.outcome import Options
from gillint.cli.stages import dump_stage

HEAD = (
    "import cv2, glob, io, os, joblib, numpy as np, soundfile as sf, tempfile\nfrom pathlib import Path\nfrom PIL import Image\n"
    "from scipy.io import wavfile\nFOLDER = tempfile.mkdtemp()\n"
)


def effects(source: str) -> str:
    return dump_stage("effects", HEAD + source, "sample.py", Options()).split("work ", 1)[1]


@pytest.mark.parametrize(
    ("write", "read", "expected"),
    [
        ("np.save(p, np.zeros((40, 30)))", "np.sort(np.load(p))", "(40 x 30)"),
        ("cv2.imwrite(p, np.zeros((40, 30, 3), np.uint8))", "cv2.blur(cv2.imread(p), (3, 3))", "(40 x 30 x 3)"),
        ("sf.write(p, np.zeros(4410), 44100)", "np.abs(sf.read(p)[0])", "(4410)"),
        ("wavfile.write(p, 44100, np.zeros(4410, np.int16))", "np.abs(wavfile.read(p)[1])", "(4410)"),
        (
            "with wave.open(p, 'wb') as w:\n    w.writeframes(np.zeros(4410).astype('<i2').tobytes())",
            "hashlib.sha256(wave.open(p).readframes(wave.open(p).getnframes()))",
            "bytes(8820)",
        ),
        (
            "with wave.open(p, 'wb') as w:\n    w.writeframes(np.zeros(4410).astype('<i2').tobytes())",
            "(lambda w, n: hashlib.sha256(w.readframes(n)))(wave.open(p), wave.open(p).getparams()[3])",
            "bytes(8820)",
        ),
        (
            "with wave.open(p, 'wb') as w:\n    w.writeframes(np.zeros(4410).astype('<i2').tobytes())",
            "np.abs(wavfile.read(p)[1])",
            "(4410)",
        ),
        ("Image.new('RGB', (30, 40)).save(p)", "np.abs(np.asarray(Image.open(p)))", "(40 x 30 x 3)"),
        ("Image.new('RGB', (30, 40)).save(p)", "cv2.blur(cv2.imread(p), (3, 3))", "(40 x 30 x 3)"),
        ("cv2.imwrite(p, np.zeros((40, 30, 3)))", "np.abs(np.asarray(Image.open(p)))", "(40 x 30 x 3)"),
        ("joblib.dump(list(range(70)), p)", "sorted(joblib.load(p))", "list[70]"),
        ("np.zeros((40, 30)).tofile(p)", "np.sort(np.fromfile(p))", "(1200)"),
    ],
)
def test_what_is_read_is_as_large_as_what_was_written(write: str, read: str, expected: str) -> None:
    text = effects(f"p = os.path.join(FOLDER, 'x')\n{write}\ndef work():\n    return {read}\n")
    assert expected in text


FRAME = "pd.DataFrame({'a': np.arange(300), 'b': ['x%d' % i for i in range(300)], 'd': pd.date_range('2024-01-01', periods=300)})"


@pytest.mark.parametrize(
    ("write", "read", "expected"),
    [
        (f"{FRAME}.to_csv(p)", "np.sort(pd.read_csv(p)['a'].values)", "numpy.ndarray<int64>(300)"),
        (f"{FRAME}.to_parquet(p)", "np.sort(pd.read_parquet(p)['a'].values)", "numpy.ndarray<int64>(300)"),
        (
            f"{FRAME}.to_csv(p)",
            "np.sort(pd.read_csv(p, usecols=['a', 'd'], nrows=99)['a'].values)",
            "numpy.ndarray<int64>[99]",
        ),
        (
            f"{FRAME}.to_csv(p)",
            "np.sort(pd.read_csv(p, parse_dates=['d'])['d'].values)",
            "numpy.ndarray<datetime64[us]>(300)",
        ),
        (f"{FRAME}.to_csv(p)", "[line.upper() for line in open(p)]", "x 301 "),
        (f"{FRAME}.to_csv(p)", "[print(v) for v in pd.read_csv(p, usecols=['a'])['a']]", "x 300 "),
    ],
)
def test_frames_that_are_read_are_those_that_were_written(write: str, read: str, expected: str) -> None:
    text = effects(f"import pandas as pd\np = os.path.join(FOLDER, 'x')\n{write}\ndef work():\n    return {read}\n")
    assert expected in text


@pytest.mark.parametrize(
    ("made", "read"),
    [
        ("t = pa.table({'n': np.zeros(900), 's': ['ab', 'cd'] * 450})", "t.to_pandas()"),
        ("pq.write_table(pa.table({'n': np.zeros(900), 's': ['ab'] * 900}), p)", "pq.read_table(p).to_pandas()"),
        ("pq.write_table(pa.table({'s': ['ab'] * 900}), p)", "pq.read_table(p, columns=['s']).to_pandas()"),
        ("pq.write_table(pa.table({'s': ['ab'] * 900}), p)", "pd.read_parquet(p)"),
        ("pd.DataFrame({'s': ['ab'] * 900}).to_parquet(p)", "pq.read_table(p).to_pandas()"),
    ],
)
def test_columns_keep_their_dtypes_through_arrow(made: str, read: str) -> None:
    head = "import pandas as pd, pyarrow as pa, pyarrow.parquet as pq\np = 'a.parquet'\n"
    text = effects(f"{head}{made}\ndef work():\n    return {read}['s'] == 'ab'\n")
    assert "result: pandas.Series<str>(900)" in text.replace("[900]", "(900)")


def test_of_files_in_a_folder_each_is_like_those_that_were_written() -> None:
    text = effects(
        "for i in range(5):\n    Image.new('RGB', (30, 40)).save(f'{FOLDER}/p{i}.png')\n"
        "def work():\n    return [np.abs(np.asarray(Image.open(p))) for p in glob.glob(FOLDER + '/*.png')]\n"
    )
    assert "x 5 " in text and "(40 x 30 x 3)" in text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Image.new('RGB', (30, 40)).convert('L').rotate(3)", "(40 x 30)"),
        ("Image.new('RGB', (300, 400)).crop((10, 10, 60, 30))", "(20 x 50 x 3)"),
        ("Image.new('RGB', Image.new('L', (30, 40)).size)", "(40 x 30 x 3)"),
    ],
)
def test_pictures_know_their_sides(expression: str, expected: str) -> None:
    assert expected in effects(f"def work():\n    return np.abs(np.asarray({expression}))\n")


@pytest.mark.parametrize(
    ("made", "used", "expected"),
    [
        ("im = Image.new('L', (30, 40))", "np.abs(np.asarray(im))", "(40 x 30)"),
        ("im = Image.new('RGB', (30, 40)).convert('L').resize((20, 10))", "np.abs(np.array(im))", "(10 x 20)"),
        ("im = Image.new('RGB', (30, 40)).split()[0]", "np.abs(np.array(im))", "(40 x 30)"),
        ("im = Image.fromarray(np.zeros((40, 30, 4), np.uint8))", "np.abs(np.array(im))", "(40 x 30 x 4)"),
        ("im = Image.fromarray(np.zeros((40, 30), np.uint8))", "np.abs(np.array(im))", "(40 x 30)"),
    ],
)
def test_a_picture_has_the_bands_of_its_mode(made: str, used: str, expected: str) -> None:
    assert expected in effects(f"{made}\ndef work():\n    return {used}\n")


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ("im = Image.open(p)\n    return im.size", 0),
        ("im = Image.open(p)\n    a = im.resize((9, 9))\n    return im.convert('L'), a", 1),
        ("return np.asarray(Image.open(p))", 1),
        ("with Image.open(p) as im:\n        im.load()\n        return im.tobytes()", 1),
        (
            "im = Image.open(p)\n    im.thumbnail((9, 9))\n    return im.copy()",
            0,
        ),  # decodes by itself, at a smaller scale
    ],
)
def test_an_opened_picture_is_decoded_once(body: str, times: int) -> None:
    assert effects(f"p = 'x.png'\ndef work():\n    {body}\n").count("PIL.ImageFile.ImageFile.load (") == times


@pytest.mark.parametrize(
    ("pixel", "is_number"),
    [
        ("Image.new('RGB', (30, 40)).convert('L').load()[x, y]", True),
        ("Image.new('RGB', (30, 40)).convert('L').resize((8, 8)).getpixel((x, y))", True),
        ("Image.open('a.png').getpixel((x, y))", False),
        ("Image.open('a.png').load()[x, y]", False),
    ],
)
def test_a_pixel_of_one_band_is_a_number(pixel: str, *, is_number: bool) -> None:
    text = effects(f"def work(x, y):\n    return abs({pixel})\n")
    assert ("abs (library) [x: int]" in text) is is_number


@pytest.mark.parametrize(
    ("call", "releases"),
    [
        ("df.to_csv('a.csv')", False),
        ("df.to_csv('a.csv.gz')", True),
        ("df.to_csv(Path(FOLDER) / 'a.csv.gz')", True),
        ("df.to_csv('a.csv', compression='gzip')", True),
        ("df.to_csv('a.csv.gz', compression=None)", False),
    ],
)
def test_a_table_is_compressed_as_its_file_is_named(call: str, releases: bool) -> None:
    table = "import pandas as pd\ndf = pd.DataFrame({'a': np.zeros(900)})\n"
    assert ("gzip.GzipFile.write (library, implicit)" in effects(f"{table}def work():\n    {call}\n")) == releases


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("method", ["load()", "convert('L')"])
@pytest.mark.parametrize(
    "opened", ["Image.open(made)", "Image.open(io.BytesIO(made.getvalue()))", "Image.open(io.BytesIO(LISTED[0]))"]
)
def test_a_picture_in_memory_is_decoded_from_the_format_that_it_was_saved_in(
    opened: str, method: str, kind: str
) -> None:
    source = (
        f"made = io.BytesIO()\nImage.new('RGB', (640, 480)).save(made, format='{kind}')\nLISTED = [made.getvalue()]\n"
        f"def work():\n    {opened}.{method}\n"
    )
    line = next(n for n in effects(source).splitlines() if "PIL.ImageFile.ImageFile.load" in n)
    assert ("native 4.9752e+06" in line) == (kind == "PNG"), line  # 16 ns a pixel, else 4.5
