"""gillint predicts, before a line runs, whether threads will make Python code faster, and why."""

__version__ = "0.1.0"
