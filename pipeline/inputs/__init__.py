"""Readers of what people bring: exports, tables and YAML files, strictly checked."""
