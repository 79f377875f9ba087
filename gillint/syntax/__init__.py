"""From source text to gillint's own syntax tree: what is parsed, how, and where things stand."""
