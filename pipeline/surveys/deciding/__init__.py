"""Questions that only a person can answer: what they look like in survey.yaml, how they are asked, what an answer changes."""
