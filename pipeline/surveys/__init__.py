"""Surveys: the codebook, the published percentages, and the tables made from them."""
