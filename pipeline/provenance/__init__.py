"""Where results come from: the key results as metrics, what changed between two runs, and the site's metadata.

key_results.py     a few published values as JSON, for `dvc metrics`
runs.py            what a revision published: from the working folder, from DVC's cache, or made again
sentences.py       the text of the reports, sentence by sentence, and what reads differently
tables.py          the tables behind the reports, and which cells differ
causes.py          inputs, parameters, packages and code that differ
differences.py     all of these for two runs
telling.py         the differences in words
stages.py          the stages of dvc.yaml and the parameters of their commands
crate.py           RO-Crate metadata of the site: which notebook and inputs made each file
"""
