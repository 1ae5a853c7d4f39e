"""What each chapter or report adds: its sections, tables and words."""
