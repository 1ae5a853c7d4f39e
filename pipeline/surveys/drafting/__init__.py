"""From an export to the draft of its codebook: what each column is, with a reason and how sure that is."""
