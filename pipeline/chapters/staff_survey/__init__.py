"""What notebook 09 publishes of a council's own survey."""
