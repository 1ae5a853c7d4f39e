"""Exercises at the end of each chapter, and the checks of a student's answers."""
