"""The panels of the help: who calls a command."""

READERS = "Commands"
STUDY = "For those who change the study"
STAGES = "What the stages of the pipeline call"
