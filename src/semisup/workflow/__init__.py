"""How a stage starts, ends and writes: what all stages have in common."""
