"""One profile an authority: its comparisons, words, tables and pages, made side by side."""
