"""A council's own survey: its codebook, its answers, what is computed from them, and what the report says."""
