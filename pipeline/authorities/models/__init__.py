"""The national models: support for staff against outcomes, within and between authorities, and inspection judgements."""
