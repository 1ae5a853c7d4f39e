#!/usr/bin/env bash
# scikit-learn: weighted kappa counts a step over an answer that nobody chose as no step
#
# Expected: with weights="linear", two raters who say 2 and 4 are two steps apart; a text scale in order needs only its
# labels.
# What happens: steps are counted between the answers that occur. If nobody chose 3, then 2 and 4 are neighbours, and
# kappa is larger: 0.80 for 0.71. Texts are put in the order of the alphabet, where "agree" is next to "disagree".
# Versions: scikit-learn 1.9.1.
# Where it meets users: two coders who grade passages, or two waves of one item; a rare middle answer that is absent in
# a subgroup changes the measure.
# What to do: always pass labels=, all answers in their order. The product takes Krippendorff's alpha
# (pipeline/evidence/coder_agreement.py).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
install="env/bin/pip install --quiet --disable-pip-version-check"
if command -v uv > /dev/null; then install="uv pip install --quiet --python env/bin/python"; fi
$install scikit-learn==1.9.1

env/bin/python - <<'END'
import sys

from sklearn.metrics import cohen_kappa_score


def still(holds, otherwise):
    if not holds:
        sys.exit(f"It has changed: {otherwise}")


first, second = [1, 2, 4, 4, 5, 2, 1, 5], [1, 4, 2, 4, 5, 2, 1, 5]
names = dict(enumerate(("strongly disagree", "disagree", "neither", "agree", "strongly agree"), start=1))
as_text = [[names[answer] for answer in rater] for rater in (first, second)]
of_used = cohen_kappa_score(first, second, weights="linear")
of_all = cohen_kappa_score(first, second, weights="linear", labels=[1, 2, 3, 4, 5])
of_texts = cohen_kappa_score(*as_text, weights="linear")
of_ordered = cohen_kappa_score(*as_text, weights="linear", labels=list(names.values()))
print(f"numbers: {of_used:.4f}; with labels=[1, 2, 3, 4, 5]: {of_all:.4f}")
print(f"texts:   {of_texts:.4f}; with labels in their order:    {of_ordered:.4f}")
still(abs(of_used - 0.8) < 1e-9, "an unused answer is counted as a step now.")
still(abs(of_all - 5 / 7) < 1e-9 and abs(of_ordered - 5 / 7) < 1e-9, "with labels kappa is another one.")
still(abs(of_texts - 0.8) < 1e-9, "texts are no longer taken in the order of the alphabet.")
END
