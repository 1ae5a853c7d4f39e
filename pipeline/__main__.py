"""`python -m pipeline` is the same as `golden-thread`."""

from pipeline.commands.main import main

main()
