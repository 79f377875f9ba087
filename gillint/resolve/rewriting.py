"""Files that are written anew each time a function runs: what was there before may still be on its way to the disk."""

from __future__ import annotations

from gillint.resolve.activation import Activation
from gillint.resolve.bound import literal_text
from gillint.resolve.files import MEMORY
from gillint.resolve.handles import name_of
from gillint.resolve.opening import FRESH
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value
from gillint.syntax.tree import HOLE

# Where the file is: the position of the argument (None: the receiver) and the names that it has.
_PATHS: dict[str, tuple[int | None, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("open", "io.open", "codecs.open", "gzip.open", "gzip.GzipFile", "bz2.open", "bz2.BZ2File", "lzma.open", "lzma.LZMAFile",
         "zipfile.ZipFile", "tarfile.open", "tarfile.TarFile.open"), (0, ("file", "filename", "name"))
    ),
    **dict.fromkeys(("pathlib.Path.open", "pathlib.Path.write_text", "pathlib.Path.write_bytes"), (None, ())),
    "os.replace": (1, ("dst",)),
    "PIL.Image.Image.save": (0, ("fp",)),
    **dict.fromkeys(("cv2.imwrite", "imageio.imwrite", "imageio.v3.imwrite"), (0, ("filename", "uri"))),
    **dict.fromkeys(tuple(f"pandas.{kind}.{method}" for kind in ("DataFrame", "Series")
                          for method in ("to_csv", "to_json", "to_excel", "to_parquet")), (0, ("path_or_buf", "path"))),
    **dict.fromkeys(("numpy.save", "numpy.savez", "numpy.savetxt", "scipy.io.wavfile.write", "soundfile.write"), (0, ("file",))),
    **dict.fromkeys(("openpyxl.Workbook.save", "docx.document.Document.save"), (0, ("filename",))),
    **dict.fromkeys(("matplotlib.figure.Figure.savefig", "matplotlib.pyplot.savefig"), (0, ("fname",))),
    "h5py.File": (0, ("name",)),
    "joblib.dump": (1, ("filename",)),
    "pyarrow.parquet.write_table": (1, ("where",)),
}  # fmt: skip
_RENAMED = (".tmp", ".temp", ".new", ".part", "~")  # what becomes another file soon: there is none of this name
_WITH_A_MODE = ("open", "File")


def rewrites(act: Activation, name: str, bound: Bound) -> bool:
    """Whether a call in a function writes a file that the run before wrote, too: in no folder that is made for the run."""
    known = _PATHS.get(name)
    if known is None or act.program.is_loading:
        return False
    position, names = known
    if name.endswith(_WITH_A_MODE) and not _mode(bound, 0 if position is None else 1).startswith("w"):
        return False
    path = name_of(bound.receiver if position is None else _argument(bound, position, names))
    if path is None or path.startswith((HOLE, MEMORY)) or FRESH in path:
        return False
    return not path.endswith(_RENAMED)


def _mode(bound: Bound, position: int) -> str:
    return literal_text(_argument(bound, position, ("mode",))) or "r"


def _argument(bound: Bound, position: int, names: tuple[str, ...]) -> Value | None:
    if len(bound.positional) > position:
        return bound.positional[position]
    return next((v for n in names if (v := bound.get(n)) is not None), None)
