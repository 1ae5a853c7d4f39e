"""Getting the statistics: which data sets there are, downloads and files by hand, manifests, and what a new release changed."""
