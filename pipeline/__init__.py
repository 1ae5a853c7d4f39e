"""Golden Thread: from a published survey to a reproducible report on support for social workers and outcomes for children."""
