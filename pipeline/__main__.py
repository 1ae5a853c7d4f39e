"""`python -m pipeline` is the same as `golden-thread`."""

from pipeline.cli import main

main()
