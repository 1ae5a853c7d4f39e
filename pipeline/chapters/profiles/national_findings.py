"""What the national analysis (chapter 7) allows one to say in the profile of one authority."""

import pandas as pd

from pipeline.authorities.models.declared import FITTED, PRIMARY_TIMING, SIGNIFICANCE
from pipeline.authorities.models.results import preferred
from pipeline.chapters.profiles.assembly import Profile
from pipeline.chapters.profiles.words import or_dash, said
from pipeline.markdown import Markdown
from pipeline.phrases import lower_first


def national_table(profile: Profile) -> pd.DataFrame:
    """One row a workforce indicator: `support`, its `step`, and the effect on each outcome with its interval, as texts.

    The effects are those within authorities: when the workforce of one authority was worse than usual for it, were
    outcomes in the next year? A `*` marks those that stand after allowing for the number of tests.
    """
    rows = _primary(profile.national, "within")
    titles = dict(zip(profile.indicators["id"], profile.indicators["title"], strict=True))
    rows = rows[rows["support"].isin(titles) & rows["outcome"].isin(titles)]
    cells = [
        f"{or_dash(row.effect, 2, signed=True)} ({or_dash(row.low, 2)} to {or_dash(row.high, 2)})"
        f"{'*' if row.p_adjusted < SIGNIFICANCE else ''}"
        for row in rows.itertuples()
    ]
    table = rows.assign(cell=cells).pivot(index="support", columns="outcome", values="cell").fillna("–")
    order = [each for each in titles if each in table.index]
    table = table.loc[order, [each for each in titles if each in table.columns]].reset_index()
    steps = rows.drop_duplicates("support").set_index("support")["step"]
    table.insert(1, "step", [f"+{float(steps[each]):g}" for each in table["support"]])
    return table.assign(support=table["support"].map(titles))


def _primary(effects: pd.DataFrame, model: str) -> pd.DataFrame:
    """The fitted effects of a declared family: at the same deprivation where that is known."""
    chosen = (effects["model"] == model) & (effects["timing"] == PRIMARY_TIMING) & (effects["status"] == FITTED)
    rows = effects[chosen & (effects["primary"].astype(bool) | (model != "within"))]
    return preferred(rows).drop_duplicates(["support", "outcome"])


def national_text(profile: Profile) -> Markdown:
    """What was found over all authorities, and what it does not say about this one."""
    within, between = _primary(profile.national, "within"), _primary(profile.national, "between")
    titles = {
        key: lower_first(title)
        for key, title in zip(profile.indicators["id"], profile.indicators["title"], strict=True)
    }
    return said(
        "national",
        within=_standing(within, titles),
        between=_standing(between, titles),
        authorities=int(within["units"].max()) if within["units"].notna().any() else 0,
        adjusted=bool(between["adjusted"].astype(bool).any()),
    )


def _standing(rows: pd.DataFrame, titles: dict[str, str]) -> dict[str, object] | None:
    """How many associations were tested, and those that stand after allowing for that number; None without any."""
    standing = rows[rows["p_adjusted"] < SIGNIFICANCE]
    return (
        {
            "tested": len(rows),
            "standing": [
                said(
                    "association",
                    support=titles.get(row.support, row.support),
                    outcome=titles.get(row.outcome, row.outcome),
                    together=row.effect > 0,
                )
                for row in standing.itertuples()
            ],
        }
        if len(rows)
        else None
    )
