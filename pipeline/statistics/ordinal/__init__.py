"""Ordinal regression on tables of counts: likelihood, fit, limits, results."""
