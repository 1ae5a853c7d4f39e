"""The machine that the pipeline runs on: its memory, its disk, and what of a user's settings stays outside."""
