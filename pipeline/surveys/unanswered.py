"""The answers that are not on the scale: don't-knows, and statements left out."""

import pandas as pd
from scipy.stats import fisher_exact

from pipeline.statistics.false_discovery import adjusted_for_false_discoveries
from pipeline.surveys.agreeing import share_table
from pipeline.surveys.codebook import Codebook


def dont_knows(answers: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """How many do not know, by item and group, and whether the groups differ.

    Returns one row an item that both groups were asked: `item`, and for each group G the printed per cent `G`, the 95%
    interval `G_low`, `G_high` (per cent, over all that rounding allows); `p`, Fisher's exact test at the central counts
    (two-sided), and `q` (Benjamini and Hochberg 1995, over the items).
    """
    category = codebook.scale.dont_know
    shares = share_table(answers, [category], decimals=codebook.decimals, rounding=codebook.rounding).set_index(
        ["item", "group"]
    )
    counts = answers[answers["category"] == category].set_index(["item", "group"])["count"]
    return _compared(codebook, shares, counts, shares["base"])


def left_out(answers: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """How many of those who sent a questionnaire back left a statement out, by item and group.

    As `dont_knows`, but exact: bases and respondents are counts. The columns `G_low` and `G_high` are absent, since the
    respondents are everybody there was.
    """
    bases = answers.drop_duplicates(["item", "group"]).set_index(["item", "group"])["base"]
    respondents = pd.Series({key: codebook.group(key[1]).respondents for key in bases.index})
    missing = respondents - bases
    shares = pd.DataFrame({"percent": 100 * missing / respondents})
    return _compared(codebook, shares, missing, respondents)


def _compared(codebook: Codebook, shares: pd.DataFrame, counts: pd.Series, bases: pd.Series) -> pd.DataFrame:
    groups = [group.id for group in codebook.groups]
    rows = []
    for item in codebook.items:
        keys = [(item.id, group) for group in groups if group in item.groups]
        if len(keys) == len(groups):
            row: dict[str, object] = {"item": item.id}
            for key in keys:
                row[key[1]] = shares.loc[key, "percent"]
                if "interval_low" in shares:
                    row[f"{key[1]}_low"] = 100 * shares.loc[key, "interval_low"]
                    row[f"{key[1]}_high"] = 100 * shares.loc[key, "interval_high"]
            table = [[int(counts[key]), int(bases[key] - counts[key])] for key in keys]
            rows.append({**row, "p": float(fisher_exact(table).pvalue)})
    compared = pd.DataFrame(rows)
    return compared.assign(q=adjusted_for_false_discoveries(compared["p"]))
