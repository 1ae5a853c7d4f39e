"""Charts: the house style, and one family of charts a module."""
