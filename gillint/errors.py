"""What can go wrong outside the analysis. Each message says what, where, and how to mend it."""

from __future__ import annotations


class GillintError(Exception):
    """A condition that ends the run with exit code 2 and one clear sentence."""


class UsageError(GillintError):
    """Wrong use: a path, an option, or a configuration that cannot be."""


class ConfigError(UsageError):
    """A configuration file that cannot be read or does not fit; carries file and key path in its text."""


class KnowledgeError(GillintError):
    """A knowledge file that does not fit the schema; carries file and key path in its text."""


class Interrupted(Exception):
    """Nobody waits for this analysis any more."""
