#!/usr/bin/env bash
# rapidfuzz: the nearest of a scale's labels to "agree" is "Strongly agree"
#
# Expected: `process.extractOne(answer, labels)` finds the label that differs in capitals only, and nothing for a text
# in capitals rather than any label.
# What happens: capitals count since version 3.0, and the default scorer gives parts of a text up to 90 points: "agree"
# has 90 points with "Strongly agree" and 80 with "Agree", "disagree" is nearest to "Strongly disagree", "STRONGLY
# DISAGREE" to "Agree" (with 19 points, since there is no cut-off), "very dissatisfied" to "Satisfied".
# Versions: rapidfuzz 3.14.6.
# Where it meets users: recoding hand-typed or re-exported answers to a codebook's labels.
# What to do: compare texts exactly after making capitals and blanks alike; use likeness only to suggest, with
# scorer=fuzz.ratio, a processor and a cut-off. The product recodes exact texts only and suggests
# (pipeline/surveys/staff/responses.py, pipeline/surveys/drafting/known_scales.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install rapidfuzz==3.14.6

env/bin/python - <<'END'
import sys

from rapidfuzz import fuzz, process, utils


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


agreement = ["Strongly agree", "Agree", "Disagree", "Strongly disagree"]
satisfaction = ["Very satisfied", "Satisfied", "Dissatisfied"]
for answer, labels, nearest in (
    ("agree", agreement, "Strongly agree"), ("disagree", agreement, "Strongly disagree"),
    ("STRONGLY DISAGREE", agreement, "Agree"), ("very dissatisfied", satisfaction, "Satisfied"),
):
    label, points, _ = process.extractOne(answer, labels)
    print(f"{answer!r} is taken for {label!r} with {points:.0f} points")
    still(label == nearest, f"{answer!r} is taken for {label!r}.")
    same = process.extractOne(answer, labels, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=95)
    print(f"    by ratio, without capitals, from 95 points: {same[0] if same else None!r}")
    still(same is None if labels is satisfaction else same[0].lower() == answer.lower(), "the strict way finds more.")
still(process.extractOne("STRONGLY DISAGREE", agreement)[1] < 20, "a match of few points is no longer given.")
END
