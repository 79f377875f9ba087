"""Names that need no import to be understood."""

from __future__ import annotations

# Names that sketches use without importing them, and what they mean nearly everywhere.
CUSTOMARY_MODULES = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "pl": "polars",
    "tf": "tensorflow",
    "nx": "networkx",
    "sns": "seaborn",
    "cv": "cv2",
    "mp": "multiprocessing",
}
CUSTOMARY_BARE = {
    "ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
    "InterpreterPoolExecutor": "concurrent.futures.InterpreterPoolExecutor",
    "as_completed": "concurrent.futures.as_completed",
    "Thread": "threading.Thread",
    "Process": "multiprocessing.Process",
    "Path": "pathlib.Path",
    "partial": "functools.partial",
    "defaultdict": "collections.defaultdict",
    "Counter": "collections.Counter",
}
