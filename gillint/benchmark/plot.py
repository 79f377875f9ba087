"""The picture as a file: speed-up against threads, predicted with its band, measured with its intervals."""

from __future__ import annotations

from pathlib import Path

from gillint.diagnostics.measured import Measured
from gillint.errors import UsageError

FORMATS = (".svg", ".png", ".pdf")


def check_plot(path: Path) -> None:
    """Refuse what cannot be drawn before anything is measured.

    Raises:
        UsageError: the format is not known, the file exists already, or matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"--plot: {path}: must end in one of {', '.join(FORMATS)}")
    if path.exists():
        raise UsageError(f"--plot: {path} exists already; name another file, or remove it")
    if not path.parent.is_dir():
        raise UsageError(f"--plot: {path.parent} is no folder")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UsageError('--plot: needs matplotlib: pip install "gillint[plot]"') from error


def draw(measured: Measured, title: str, path: Path) -> None:
    """Write the picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    predicted = [p for p in measured.curve if p.predicted[1] is not None]
    threads = [p.threads for p in predicted]
    axes.plot([1, measured.threads], [1, measured.threads], color="0.8", linestyle=":", label="perfect")
    axes.fill_between(
        threads,
        [p.predicted[0] for p in predicted],
        [p.predicted[2] for p in predicted],
        alpha=0.2,
        color="C0",
        linewidth=0,
    )
    axes.plot(threads, [p.predicted[1] or 0.0 for p in predicted], color="C0", label="predicted, with its interval")
    seen = [(p.threads, p.measured) for p in measured.curve if p.measured is not None]
    below = [m.likely - m.low for _, m in seen]
    above = [m.high - m.likely for _, m in seen]
    axes.errorbar(
        [t for t, _ in seen],
        [m.likely for _, m in seen],
        yerr=(below, above),
        fmt="o",
        color="C1",
        capsize=3,
        label="measured",
    )
    axes.set(
        xlabel="threads",
        ylabel="speed-up",
        title=title,
        ylim=(0, None),
        xticks=[p.threads for p in measured.curve][:33],
    )
    axes.legend(loc="upper left")
    figure.savefig(path)
