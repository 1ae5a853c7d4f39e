"""Local authorities: published statistics, from the files to the national analysis and a profile of each authority.

In reading order: releases (which data sets there are, getting them), panel (cleaning: one table with a reason for every
gap), models (the national analysis), claims (national facts of the five documents), chapter (what the national report
says), profiles (one report an authority).
"""
