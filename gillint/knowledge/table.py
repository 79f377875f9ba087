"""A TOML table that knows its place: what is read from it is of the right type, or the complaint says where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gillint.errors import KnowledgeError
from gillint.knowledge.expressions import check_expression
from gillint.knowledge.versions import version_matches


class Table:
    """A TOML table with its place, so that every complaint can say where."""

    def __init__(self, data: object, file: str, path: str) -> None:
        if not isinstance(data, Mapping):
            raise KnowledgeError(f"{file}: {path}: must be a table, is {_kind(data)}")
        self.data: Mapping[str, Any] = data
        self.file = file
        self.path = path

    def allow(self, keys: object) -> None:
        allowed = set(keys)  # type: ignore[call-overload]
        for key in self.data:
            if key not in allowed:
                raise KnowledgeError(
                    f"{self.file}: {self.where(key)}: unknown key; known: {', '.join(sorted(allowed))}"
                )

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, what: str) -> KnowledgeError:
        return KnowledgeError(f"{self.file}: {self.where(key)}: {what}")

    def text(self, key: str, *, required: bool = False) -> str | None:
        value = self.data.get(key)
        if value is None:
            if required:
                raise self.fail(key, "is missing")
            return None
        if not isinstance(value, str):
            raise self.fail(key, f"must be a string, is {_kind(value)}")
        return value

    def must(self, key: str) -> str:
        value = self.text(key, required=True)
        assert value is not None
        return value

    def number(self, key: str) -> float | None:
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.fail(key, f"must be a number, is {_kind(value)}")
        return float(value)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, f"must be true or false, is {_kind(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(key, "must be a list of strings")
        return tuple(value)

    def expressions(self, key: str) -> tuple[str, ...] | None:
        found = self.texts(key)
        for text in found or ():
            problem = check_expression(text)
            if problem:
                raise self.fail(key, problem)
        return found

    def expression(self, key: str) -> str | None:
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self.fail(key, f"must be an expression, is {_kind(value)}")
        problem = check_expression(value)
        if problem:
            raise self.fail(key, problem)
        return value

    def pattern(self, key: str) -> str | None:
        """A regular expression."""
        value = self.text(key)
        try:
            re.compile(value or "")
        except re.error as error:
            raise self.fail(key, f"is no regular expression: {error}") from None
        return value

    def versions(self, key: str) -> str | None:
        """A range of versions."""
        return self._range(key, self.text(key))

    def ranges(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Ranges of versions as keys, and the names that each has."""
        return tuple((str(self._range(key, key)), self.texts(key) or ()) for key in self.data)

    def _range(self, key: str, value: str | None) -> str | None:
        try:
            if value is not None:
                version_matches("1", value)
        except ValueError:
            raise self.fail(key, f"is no range of versions, such as `>=3.11,<3.13`, but `{value}`") from None
        return value

    def table(self, key: str) -> Table | None:
        return Table(self.data[key], self.file, self.where(key)) if key in self.data else None

    def tables(self, key: str) -> tuple[Table, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.fail(key, f"must be a list of tables, is {_kind(value)}")
        return tuple(Table(item, self.file, f"{self.where(key)}[{i}]") for i, item in enumerate(value))


def _kind(value: object) -> str:
    return {dict: "a table", list: "a list", str: "a string", bool: "a boolean", int: "a number"}.get(
        type(value), f"a {type(value).__name__}"
    )
