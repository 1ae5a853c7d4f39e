"""National facts that the five documents state, held against the statistics."""
