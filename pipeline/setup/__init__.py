"""Setting the project up: the environment, its lock, and what a machine has."""
