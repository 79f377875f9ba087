"""gillint predicts, before a line runs, whether threads will make Python code faster, and why."""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import would cost every start
if TYPE_CHECKING:
    from gillint.advice.assess import Advice as Advice
    from gillint.advice.assess import Assessment as Assessment
    from gillint.advice.outcome import FileReport as FileReport
    from gillint.api import analyze as analyze
    from gillint.diagnostics.span import Span as Span
    from gillint.diagnostics.types import Confidence as Confidence
    from gillint.diagnostics.types import Diagnostic as Diagnostic
    from gillint.diagnostics.types import Severity as Severity
    from gillint.errors import GillintError as GillintError
    from gillint.magic import load_ipython_extension as load_ipython_extension
    from gillint.scaling.predict import Prediction as Prediction

__version__ = "0.1.0"
__all__ = [
    "Advice",
    "Assessment",
    "Confidence",
    "Diagnostic",
    "FileReport",
    "GillintError",
    "Prediction",
    "Severity",
    "Span",
    "__version__",
    "analyze",
]

_HOMES = {
    "Advice": "advice.assess",
    "Assessment": "advice.assess",
    "Confidence": "diagnostics.types",
    "Diagnostic": "diagnostics.types",
    "FileReport": "advice.outcome",
    "GillintError": "errors",
    "Prediction": "scaling.predict",
    "Severity": "diagnostics.types",
    "Span": "diagnostics.span",
    "analyze": "api",
    "load_ipython_extension": "magic",
}


if not TYPE_CHECKING:  # which would take every name for one of the package

    def __getattr__(name: str) -> object:
        """The public names, imported when they are first asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
