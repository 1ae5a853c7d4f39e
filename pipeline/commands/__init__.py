"""The command line: what people call, and what stages call."""
