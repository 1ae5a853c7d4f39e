"""Cleaning: from published files to one panel, with a reason for every figure that is not there."""
