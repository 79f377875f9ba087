"""Look-up in the knowledge base: files are read when a name first needs them, and once.

What a user adds (`extend-knowledge`) holds within `extended_by`: the functions here then answer from another `Knowledge`.
Each is a pure function of a name and of the files that it stands on; nothing of one run is seen by the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from gillint.errors import KnowledgeError
from gillint.frozen import dataclass, replace
from gillint.knowledge.cache import cached_library
from gillint.knowledge.read import read_library
from gillint.knowledge.schema import Entries, Fact, Library, TypeInfo

_PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """Where the data is: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "knowledge"


@lru_cache(maxsize=1)
def _shipped_files() -> dict[str, Path]:
    root = data_folder()
    found = (path for folder in ("stdlib", "packages") for path in sorted((root / folder).glob("*.toml"), key=str))
    return {path.stem: path for path in found}


@cache
def shipped_library(name: str) -> Library | None:
    """The library of exactly this name as gillint brings it, or None."""
    path = _shipped_files().get(name)
    return None if path is None else cached_library(path.read_bytes(), f"{path.parent.name}/{path.name}")


@dataclass(frozen=True, slots=True)
class Extension:
    """A knowledge file of the user's: its name in reports, and its text."""

    file: str
    text: str


def read_extension(path: Path) -> Extension:
    """Read a file of the user's and see that it fits.

    Raises:
        KnowledgeError: it cannot be read, or does not fit the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise KnowledgeError(f"{path}: {what}") from None
    extension = Extension(str(path), text)
    _extension_library(extension)
    return extension


@lru_cache(maxsize=64)
def _extension_library(extension: Extension) -> Library:
    return read_library(extension.text, extension.file)


class Knowledge:
    """The shipped files, and what overrides them: of several extensions the last that speaks of a name."""

    def __init__(self, extensions: tuple[Extension, ...]) -> None:
        self._added = tuple(_extension_library(e) for e in extensions)
        self.files = dict(_shipped_files())
        for extension, added in zip(extensions, self._added, strict=True):
            self.files.setdefault(added.name, Path(extension.file))
        self._types = {name: info for added in self._added for name, info in added.types}
        self._defaults = {added.name: _extending(added.default) for added in self._added if added.default is not None}
        self._facts: dict[str, Fact] = {}
        for added in self._added:
            for name, fact in added.facts:
                before = self._facts.get(name) or self._shipped_fact(name)
                self._facts[name] = replace(fact, is_extension=True, overrides=before.id if before else None)
        # Answers, kept. An answer of None is kept, too.
        self._found: dict[str, Fact | None] = {}
        self._default_found: dict[str, Fact | None] = {}
        self._types_found: dict[str, TypeInfo | None] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        self._methods: dict[tuple[str, str], Fact | None] = {}
        self._libraries: dict[str, Library | None] = {}

    def library(self, name: str) -> Library | None:
        """The library of exactly this name with what extensions say of it, or None."""
        if name not in self._libraries:
            self._libraries[name] = self._library(name)
        return self._libraries[name]

    def _library(self, name: str) -> Library | None:
        found = shipped_library(name)
        own = [added for added in self._added if added.name == name]
        if not own:
            return found
        whole = own[-1] if found is None else found
        known = dict.fromkeys((*(found.facts.places if found else ()), *(n for a in own for n in a.facts.places)))
        facts = {n: fact for n in known if (fact := self.fact(n)) is not None}
        types = dict((*(found.types if found else ()), *(entry for a in own for entry in a.types)))
        return replace(
            whole,
            file=", ".join(dict.fromkeys((whole.file, *(a.file for a in own)))),
            facts=Entries.of(facts),
            types=Entries.of(types),
            general=Entries.of({"": replace(whole.general.at(0), default=self._defaults.get(name, whole.default))}),
        )

    def libraries_of(self, name: str) -> Iterator[str]:
        """The libraries that may speak of a qualified name, the most specific first; builtins for a bare name."""
        end = len(name)
        while end > 0:
            prefix = name[:end]
            if prefix in self.files:
                yield prefix
            end = name.rfind(".", 0, end)
        yield "builtins"

    def fact(self, name: str) -> Fact | None:
        """The fact of exactly this public name, or None."""
        if name not in self._found:
            self._found[name] = self._facts.get(name) or self._shipped_fact(name)
        return self._found[name]

    def _shipped_fact(self, name: str) -> Fact | None:
        for candidate in self.libraries_of(name):
            found = shipped_library(candidate)
            fact = found.facts.find(name) if found is not None else None
            if fact is not None:
                return fact
        return None

    def default(self, name: str) -> Fact | None:
        """What is known of a library's callables in general, for a name without a fact of its own."""
        if name not in self._default_found:
            self._default_found[name] = self._default(name)
        return self._default_found[name]

    def _default(self, name: str) -> Fact | None:
        for candidate in self.libraries_of(name):
            if candidate == "builtins":
                return None
            found = shipped_library(candidate)
            default = self._defaults.get(candidate) or (found.default if found is not None else None)
            if default is not None:
                return default
        return None

    def type(self, name: str) -> TypeInfo | None:
        """What is known of a type, or None."""
        if name not in self._types_found:
            self._types_found[name] = self._types.get(name) or self._shipped_type(name)
        return self._types_found[name]

    def _shipped_type(self, name: str) -> TypeInfo | None:
        for candidate in self.libraries_of(name):
            found = shipped_library(candidate)
            info = found.types.find(name) if found is not None else None
            if info is not None:
                return info
        return None

    def bases(self, name: str) -> tuple[str, ...]:
        """The type itself and the types where its methods are looked up next, in order."""
        if name not in self._bases:
            order: list[str] = []
            queue = [name]
            while queue:
                current = queue.pop(0)
                if current in order:
                    continue
                order.append(current)
                info = self.type(current)
                if info is not None:
                    queue.extend(info.bases)
            self._bases[name] = tuple(order)
        return self._bases[name]

    def method(self, type_name: str, method: str) -> Fact | None:
        """The fact of a method, looked up along the bases."""
        key = (type_name, method)
        if key not in self._methods:
            candidates = (self.fact(f"{base}.{method}") for base in self.bases(type_name))
            self._methods[key] = next((fact for fact in candidates if fact is not None), None)
        return self._methods[key]

    def knows_below(self, name: str) -> bool:
        """Whether there are facts about members of this name: whether it is a module."""
        if name in self.files:
            return True
        prefix = name + "."
        shipped = (shipped_library(candidate) for candidate in self.libraries_of(name) if candidate != "builtins")
        return any(fact.startswith(prefix) for fact in self._facts) or any(
            fact.startswith(prefix) for found in shipped if found is not None for fact in found.facts.places
        )


_EXTENSIONS: ContextVar[tuple[Extension, ...]] = ContextVar("extensions", default=())


@contextmanager
def extended_by(extensions: tuple[Extension, ...]) -> Iterator[None]:
    """Within this context, and in this thread alone, the extensions hold."""
    token = _EXTENSIONS.set(extensions)
    try:
        yield
    finally:
        _EXTENSIONS.reset(token)


@lru_cache(maxsize=8)
def _knowledge(extensions: tuple[Extension, ...]) -> Knowledge:
    return Knowledge(extensions)


def knowledge() -> Knowledge:
    """The knowledge base as it holds here."""
    return _knowledge(_EXTENSIONS.get())


def library_files() -> dict[str, Path]:
    """Library name to file, for all libraries that have one."""
    return knowledge().files


def library(name: str) -> Library | None:
    """The library of exactly this name, or None."""
    return knowledge().library(name)


def libraries_of(name: str) -> Iterator[str]:
    """The libraries that may speak of a qualified name, the most specific first; builtins for a bare name."""
    return knowledge().libraries_of(name)


def home_of(fact: Fact) -> Library | None:
    """The library whose file a fact is in; None for a fact of the user's."""
    shipped = (shipped_library(name) for name in libraries_of(fact.name) if name in _shipped_files())
    return next((found for found in shipped if found is not None and found.file == fact.file), None)


def versions_with(fact: Fact) -> str | None:
    """The versions of its library (of Python) that have a name, as a specifier; None for all of them."""
    home = home_of(fact)
    return None if home is None else home.exists_in(fact.name)


def find_fact(name: str) -> Fact | None:
    """The fact of exactly this public name, or None."""
    return knowledge().fact(name)


def default_fact(name: str) -> Fact | None:
    """What is known of a library's callables in general, for a name without a fact of its own."""
    return knowledge().default(name)


def find_type(name: str) -> TypeInfo | None:
    """What is known of a type, or None."""
    return knowledge().type(name)


def bases_of(name: str) -> tuple[str, ...]:
    """The type itself and the types where its methods are looked up next, in order."""
    return knowledge().bases(name)


def find_method(type_name: str, method: str) -> Fact | None:
    """The fact of a method, looked up along the bases."""
    return knowledge().method(type_name, method)


def spoken_fact(name: str) -> Fact | None:
    """The fact that people mean by a name: its own, its class's by inheritance, or of what a call of its owner returns.

    `collections.OrderedDict.keys` is a method of dict, `hashlib.sha256.update` one of the digest that sha256 returns,
    `sqlalchemy.Connection.execute` one that is known by the module that defines it.
    """
    exact = find_fact(name)
    owner, _, method = name.rpartition(".")
    if exact is not None or not owner:
        return exact
    inherited = find_method(owner, method)
    if inherited is not None:
        return inherited
    made = spoken_fact(owner)
    returned = made.behaviour.returns if made is not None else None
    if returned is not None and returned.type is not None and (found := find_method(returned.type, method)) is not None:
        return found
    return _same_elsewhere(name)


def _same_elsewhere(name: str) -> Fact | None:
    """The one fact of the same class and method (`Image.resize`) that another module of the same library has."""
    parts = name.split(".")
    if len(parts) < 3:
        return None
    tail = f".{'.'.join(parts[-2:])}"
    within = [lib for lib in library_files() if lib == parts[0] or lib.startswith(parts[0] + ".")]
    found: dict[int, Fact] = {}
    for lib in within:
        known = library(lib)
        if known is not None:
            found.update(
                {
                    id(known.facts.find(n)): f
                    for n in known.facts.places
                    if n.endswith(tail) and (f := known.facts.find(n))
                }
            )
    return next(iter(found.values())) if len(found) == 1 else None


def knows_module(name: str) -> bool:
    """Whether a module of this name, or one above it, has a knowledge file."""
    return any(candidate != "builtins" for candidate in libraries_of(name))


def knows_below(name: str) -> bool:
    """Whether there are facts about members of this name: whether it is a module."""
    return knowledge().knows_below(name)


def all_libraries() -> Iterator[Library]:
    """Every library, in order of its file name."""
    for name in library_files():
        found = library(name)
        assert found is not None
        yield found


def suggestions(name: str) -> tuple[str, ...]:
    """Known names that end like the one asked for, for a helpful error: those of the standard library first, short ones first."""
    tail = name.rsplit(".", 1)[-1]
    found = {
        (lib.distribution != "python", known.count("."), known)
        for lib in all_libraries()
        for known in lib.facts.places
        if known.rsplit(".", 1)[-1] == tail
    }
    return tuple(known for _, _, known in sorted(found))[:5] or misspelt(name)


def misspelt(name: str) -> tuple[str, ...]:
    """Names of the same library that are spelt nearly like this one."""
    from difflib import get_close_matches  # for an error alone

    first, dot, _ = name.partition(".")
    known = {known for lib in all_libraries() if lib.name.partition(".")[0] == first for known in lib.facts.places}
    return tuple(get_close_matches(name, sorted(known), 3, _CLOSE)) if dot and name not in known else ()


_CLOSE = 0.85  # of the letters, so much is the same in names that are taken for one another


def _extending(fact: Fact) -> Fact:
    return replace(fact, is_extension=True)
