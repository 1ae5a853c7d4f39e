"""A council's survey export as it came: columns of text, strictly checked."""

from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key, tidy_text

__all__ = ["Column", "Export", "label_key", "read_export", "tidy_text"]
