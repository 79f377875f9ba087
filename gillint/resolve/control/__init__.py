"""How control flows: how often loops turn and arms are taken, and whether turns depend on each other."""
