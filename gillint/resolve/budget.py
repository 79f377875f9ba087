"""How much of a file is looked at: expressions that are evaluated, over abstract values."""

BUDGET = 150_000  # per file: what is left beyond that is unknown
KEPT_FOR_REPORTS = 15_000  # of it, for what is said of each function when all that calls anything has run
SCARCE = 0.6  # of the budget: with less than that left, a few of many ways stand for all
SCARCE_AT_LAST = 0.25  # the same once all that calls anything has run, and each function is reported
BUDGET_ELSEWHERE = 40_000  # of it, for functions of other files: a framework must not use up what the file needs
MODULE_BUDGET = 10_000  # for finding out what another file's module or class is
CHECK_EVERY = 256  # steps, a few milliseconds: so often somebody may stop the analysis
