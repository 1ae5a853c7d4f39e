"""What notebook 05 publishes of the evidence map."""
