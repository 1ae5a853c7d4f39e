"""What the columns of the report on a council's survey are called for readers, and how their numbers print."""

INTERVAL = {"low": "95% low", "high": "95% high"}
STATEMENT = {"statement": "Statement", "respondents": "Respondents"}

SHARES = {
    **STATEMENT,
    "agree": "Agree (%)",
    "neutral": "Neither (%)",
    "disagree": "Disagree (%)",
    "dont_know": "Don't know (%)",
    "share": "Share that agrees",
    **INTERVAL,
    "rule": "What was done",
}
AGREEMENT = {"statement": "Statement", "label": "Group", "respondents": "Respondents", "agree": "Agree (%)", **INTERVAL}
GROUPS = {"by": "By", "label": "Group", "respondents": "Respondents"}
GROUP_SCORES = {
    "score_label": "Domain",
    "by": "By",
    "label": "Group",
    "respondents": "Respondents",
    "mean": "Mean score",
    **INTERVAL,
}
SCORES = {
    "score_label": "Domain",
    "items": "Statements",
    "respondents": "Respondents",
    "mean": "Mean score",
    **INTERVAL,
}
RELIABILITY = {
    "score_label": "Domain",
    "items": "Statements",
    "mean": "Mean score",
    **INTERVAL,
    "alpha": "Alpha",
    "alpha_low": "95% low (alpha)",
    "alpha_high": "95% high (alpha)",
    "omega": "Omega",
}
MODELS = {
    "outcome_label": "Outcome",
    "domain_label": "Domain",
    "adjusted": "Domains in the model",
    "odds_ratio": "Odds ratio",
    **INTERVAL,
    "q": "q",
    "respondents": "Respondents (at least)",
    "reason": "Why not fitted",
}
IMPORTANCE = {
    "domain_label": "Domain",
    "share": "Share of variance",
    **INTERVAL,
    "first": "Ranked first",
    "respondents": "Respondents (at least)",
}
PAIRS = {
    "pair_label": "Support – outcome",
    "correlation": "Correlation",
    **INTERVAL,
    "q": "q",
    "difference": "Difference",
    "difference_low": "95% low (difference)",
    "difference_high": "95% high (difference)",
    "bound_low_2011": "Lowest in 2011",
    "bound_high_2011": "Highest in 2011",
    "respondents": "Respondents (at least)",
    "reason": "Why not shown",
}
COMPARISON = {
    "label": "Statement",
    "respondents": "Respondents",
    "share": "Share here",
    "share_2011": "Share in 2011",
    "difference": "Difference (points)",
    "difference_low": "95% low",
    "difference_high": "95% high",
    "q": "q",
    "verdict": "Verdict",
    "reason": "Why not compared",
}
SUPPRESSION = {"rule": "Rule", "cells": "Figures not shown", "tables": "Tables", "meaning": "Meaning"}
RECORD = {"table": "Table", "cell": "Cell", "rule": "What was done"}

FORMS = {
    "alpha": "{:.2f}",
    "alpha_low": "{:.2f}",
    "alpha_high": "{:.2f}",
    "omega": "{:.2f}",
    "odds_ratio": "{:.2f}",
    "p": "{:.3f}",
    "q": "{:.3f}",
    "share": "{:.2f}",
    "first": "{:.0%}",
    "correlation": "{:.2f}",
    "difference": "{:.2f}",
    "difference_low": "{:.2f}",
    "difference_high": "{:.2f}",
    "bound_low_2011": "{:.2f}",
    "bound_high_2011": "{:.2f}",
}
RATIO_FORMS = {**FORMS, "low": "{:.2f}", "high": "{:.2f}"}  # where low and high are not points of 100
