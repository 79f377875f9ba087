"""From a region to a benchmark: what of the file is run, and what stands in for what the file does not define."""
