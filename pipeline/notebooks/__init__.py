"""Notebooks: running one, and its page."""
