"""What notebook 07 publishes for the national chapter: sections, tables, and sentences that follow from results."""
