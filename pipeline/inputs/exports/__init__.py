"""A council's survey export as it came: columns of text, strictly checked."""
