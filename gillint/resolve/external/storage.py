"""What calls do to files: who opens, writes and reads what, by the names of the calls."""

from __future__ import annotations

from collections.abc import Callable

from gillint.diagnostics.span import Span
from gillint.estimate import Estimate
from gillint.frozen import replace
from gillint.resolve.activation import Activation
from gillint.resolve.assumed import FILES
from gillint.resolve.calling.commandline import add_argument, parse_args, parse_known_args
from gillint.resolve.calling.mappings import named_members
from gillint.resolve.calling.options import BOUND_ARGUMENTS
from gillint.resolve.calling.sites import Site
from gillint.resolve.external.databases import cursor_of, fetched, opened_database, opened_shelf, registered
from gillint.resolve.external.handles import HANDLES, WRITERS
from gillint.resolve.external.hdf5 import created_dataset, gone_through
from gillint.resolve.external.mailboxes import BOXES, added_mail, opened_box, payload
from gillint.resolve.external.opening import (
    OPENERS,
    descriptor,
    mapped,
    opened,
    opened_descriptor,
    streamed,
    streaming,
    temporary_file,
    temporary_folder,
)
from gillint.resolve.external.positions import sought, told
from gillint.resolve.external.programs import communicated, finished, started
from gillint.resolve.external.reading import (
    asked_of_file,
    gone_to,
    listed,
    loaded,
    members,
    read,
    read_into,
    read_line,
    read_member,
    read_path,
    size_of_file,
)
from gillint.resolve.external.relations import CHAINS, chained, table_named
from gillint.resolve.external.waves import frames_of, opened_sound, parameters_of
from gillint.resolve.external.writing import (
    added_member,
    closed,
    copied,
    copied_tree,
    dumped,
    emptied,
    extracted,
    made_empty,
    made_folder,
    printed_line,
    removed,
    saved_array,
    saved_arrays,
    writer,
    written_lines,
    written_path,
    written_row,
    written_rows,
    written_text,
    written_to_descriptor,
)
from gillint.resolve.trace import Bound
from gillint.resolve.values import Value


def describe(act: Activation, name: str, bound: Bound, span: Span, result: Value) -> Value:
    """Note what a call writes; say of its result which file it stands for and what is in it."""
    site = Site(act, name, bound, span, result)
    if name in OPENERS:
        return opened(site)
    found = _CALLS.get(name)
    if found is not None:
        return found(site)
    receiver = bound.receiver
    if receiver is not None and receiver.text is not None and receiver.type in (*HANDLES, *WRITERS):
        method = _METHODS.get(name.rsplit(".", 1)[-1])
        return method(site) if method is not None else result
    return result


def _as_dict(site: Site) -> Value:
    """The fields of an instance."""
    value = site.argument(0, "obj", "object")
    fields = value.columns if value is not None else None
    return replace(site.result, columns=fields, shape=None, size=Estimate.point(len(fields))) if fields else site.result


def _bound_arguments(site: Site) -> Value:
    """`signature(function).bind(*args, **kwargs)`: what is passed on as `function(*bound.args, **bound.kwargs)`."""
    given = site.bound.positional
    keywords = tuple(p for p in site.bound.parameters if all(p[1] is not value for value in given))
    positional = given[0] if site.bound.has_star and given else Value(type="tuple", items=given)
    named = named_members(keywords)
    return Value(type=BOUND_ARGUMENTS, columns=(("args", positional), ("kwargs", named)))


_METHODS: dict[str, Callable[[Site], Value]] = {
    "write": written_text,
    "feed_data": written_text,
    "readuntil": read_line,
    "readexactly": read,
    "close": closed,
    "writeframes": written_text,
    "writeframesraw": written_text,
    "getnframes": frames_of,
    "getparams": parameters_of,
    "writelines": written_lines,
    "writerow": written_row,
    "writeheader": written_row,
    "writerows": written_rows,
    "read": read,
    "readall": read,
    "readlines": read,
    "getvalue": read,
    "getbuffer": read,
    "readline": read_line,
    "fileno": descriptor,
}

_CALLS: dict[str, Callable[[Site], Value]] = {
    "pathlib.Path.write_text": written_path,
    "pathlib.Path.write_bytes": written_path,
    "pathlib.Path.touch": made_empty,
    "pathlib.Path.read_text": read_path,
    "pathlib.Path.read_bytes": read_path,
    "os.path.getsize": size_of_file,
    **dict.fromkeys(("os.stat", "os.lstat", "os.fstat", "os.DirEntry.stat"), asked_of_file),
    **dict.fromkeys(("pathlib.Path.stat", "pathlib.Path.lstat"), asked_of_file),
    **dict.fromkeys((f"{kind}.readinto" for kind in FILES), read_into),
    "os.chdir": gone_to,
    "json.dump": dumped,
    "pickle.dump": dumped,
    "marshal.dump": dumped,
    "numpy.save": saved_array,
    **dict.fromkeys(("numpy.savez", "numpy.savez_compressed"), saved_arrays),
    **dict.fromkeys(("json.load", "pickle.load", "marshal.load", "numpy.load"), loaded),
    **dict.fromkeys(
        tuple(
            f"{t}.{m}"
            for t in ("sqlite3.Cursor", "duckdb.DuckDBPyConnection")
            for m in ("fetchall", "fetchone", "fetchmany")
        ),
        fetched,
    ),
    **dict.fromkeys(("sqlite3.connect", "peewee.SqliteDatabase"), opened_database),
    **dict.fromkeys(("shelve.open", "dbm.open"), opened_shelf),
    "sqlite3.Connection.cursor": cursor_of,
    "duckdb.DuckDBPyConnection.register": registered,
    **dict.fromkeys(("duckdb.DuckDBPyConnection.table", "duckdb.DuckDBPyConnection.view", "duckdb.table"), table_named),
    **dict.fromkeys(CHAINS, chained),
    **dict.fromkeys(("h5py.File.create_dataset", "h5py.Group.create_dataset"), created_dataset),
    **dict.fromkeys(("h5py.Group.items", "h5py.Group.values"), gone_through),
    **dict.fromkeys(BOXES, opened_box),
    "email.message.Message.get_payload": payload,
    **dict.fromkeys((f"{box}.add" for box in BOXES), added_mail),
    "print": printed_line,
    "dataclasses.asdict": _as_dict,
    "vars": _as_dict,
    **dict.fromkeys(("inspect.Signature.bind", "inspect.Signature.bind_partial"), _bound_arguments),
    "argparse.ArgumentParser.add_argument": add_argument,
    "argparse.ArgumentParser.parse_args": parse_args,
    "argparse.ArgumentParser.parse_known_args": parse_known_args,
    **dict.fromkeys(("io.StringIO.truncate", "io.BytesIO.truncate"), emptied),
    **dict.fromkeys(
        (f"io.{kind}.seek" for kind in ("BufferedReader", "BufferedRandom", "FileIO", "TextIOWrapper", "BytesIO")),
        sought,
    ),
    **dict.fromkeys(
        (f"io.{kind}.tell" for kind in ("BufferedReader", "BufferedRandom", "FileIO", "TextIOWrapper")), told
    ),
    "tempfile.mkstemp": temporary_file,
    "os.open": opened_descriptor,
    "os.write": written_to_descriptor,
    "mmap.mmap": mapped,
    "zstandard.ZstdDecompressor.stream_reader": streamed,
    "zstandard.ZstdCompressor.stream_writer": streaming,
    "subprocess.Popen": started,
    **dict.fromkeys(("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"), started),
    **dict.fromkeys(("subprocess.run", "subprocess.check_output"), finished),
    "subprocess.Popen.communicate": communicated,
    **dict.fromkeys(("tempfile.mkdtemp", "tempfile.mktemp", "tempfile.TemporaryDirectory"), temporary_folder),
    "wave.open": opened_sound,
    "csv.writer": writer,
    "csv.DictWriter": writer,
    **dict.fromkeys(("shutil.copyfileobj", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.move"), copied),
    **dict.fromkeys(("os.rename", "os.replace"), copied),
    "shutil.copytree": copied_tree,
    **dict.fromkeys(("shutil.rmtree", "os.remove", "os.unlink", "pathlib.Path.unlink"), removed),
    **dict.fromkeys(("os.mkdir", "os.makedirs", "pathlib.Path.mkdir"), made_folder),
    **dict.fromkeys(("os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "glob.iglob"), listed),
    **dict.fromkeys((f"fsspec.implementations.local.LocalFileSystem.{m}" for m in ("ls", "listdir", "find")), listed),
    **dict.fromkeys(("pathlib.Path.iterdir", "pathlib.Path.glob", "pathlib.Path.rglob"), listed),
    **dict.fromkeys(("zipfile.ZipFile.writestr", "zipfile.ZipFile.write"), added_member),
    **dict.fromkeys(("tarfile.TarFile.add", "tarfile.TarFile.addfile"), added_member),
    **dict.fromkeys(("zipfile.ZipFile.extractall", "tarfile.TarFile.extractall"), extracted),
    **dict.fromkeys(("zipfile.ZipFile.namelist", "zipfile.ZipFile.infolist"), members),
    **dict.fromkeys(("tarfile.TarFile.getmembers", "tarfile.TarFile.getnames"), members),
    **dict.fromkeys(("zipfile.ZipFile.read", "zipfile.ZipFile.open", "tarfile.TarFile.extractfile"), read_member),
}
