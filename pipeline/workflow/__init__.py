"""Running the pipeline: its parameters, stages and records, what happens when one fails, and how long it takes."""
