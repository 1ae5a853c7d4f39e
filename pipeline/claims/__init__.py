"""Published claims, of surveys and of statistics, held against the figures: a verdict on each."""
