"""What the national analysis (chapter 7) allows one to say in the profile of one authority."""

import pandas as pd

from pipeline.authorities.models.declared import FITTED, PRIMARY_TIMING, SIGNIFICANCE
from pipeline.authorities.models.results import preferred
from pipeline.chapters.profiles.assembly import Profile
from pipeline.chapters.profiles.words import counted, number
from pipeline.markdown import Markdown, md
from pipeline.phrases import listed, lower_first

NOT_RUN = Markdown(
    "The national models have not been run here (`golden-thread run`, chapter 7), so this profile describes only: it "
    "says nothing on whether workforce and outcomes go together."
)


def national_table(profile: Profile) -> pd.DataFrame:
    """One row a workforce indicator: `support`, its `step`, and the effect on each outcome with its interval, as texts.

    The effects are those within authorities: when the workforce of one authority was worse than usual for it, were
    outcomes in the next year? A `*` marks those that stand after allowing for the number of tests.
    """
    rows = _primary(profile.national, "within")
    titles = dict(zip(profile.indicators["id"], profile.indicators["title"]))
    rows = rows[rows["support"].isin(titles) & rows["outcome"].isin(titles)]
    cells = [
        f"{number(row.effect, 2, signed=True)} ({number(row.low, 2)} to {number(row.high, 2)})"
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
    if within.empty:
        return NOT_RUN
    titles = {key: lower_first(title) for key, title in zip(profile.indicators["id"], profile.indicators["title"])}
    over = (
        f"{counted(int(within['units'].max()), 'authority', 'authorities')}"
        if within["units"].notna().any()
        else "all authorities"
    )
    said = [
        md("Over {}, chapter 7 asks whether an authority's outcomes were different in years after its workforce was"
           " different from its own usual. {}", over, _standing(within, titles, "associations within authorities"))
    ]
    if len(between):
        alike = " of the same deprivation" if between["adjusted"].astype(bool).any() else ""
        said.append(
            md("Between authorities{}, {} Such differences may come from what else differs between places.", alike,
               _standing(between, titles, "associations", start=False))
        )
    said.append(Markdown(
        "These are averages over many places. They do not say what caused an outcome here, nor what would follow if"
        " this authority changed its workforce. The report on all authorities says which of them hold where other choices"
        " are made, and whether the workforce *afterwards* goes with the outcome as well, which no effect could explain."
    ))
    return Markdown("\n\n").join(said)


def _standing(rows: pd.DataFrame, titles: dict[str, str], what: str, start: bool = True) -> str:
    standing = rows[rows["p_adjusted"] < SIGNIFICANCE]
    text = (
        f"{'Of' if start else 'of'} {len(rows)} {what}, {len(standing) or 'none'} "
        f"{'stands' if len(standing) < 2 else 'stand'} after allowing for the number of tests"
    )
    pairs = [
        f"{titles.get(row.support, row.support)} with {titles.get(row.outcome, row.outcome)} "
        f"({'higher together' if row.effect > 0 else 'one higher, the other lower'})"
        for row in standing.itertuples()
    ]
    return f"{text}{': ' + listed(pairs) if pairs else ''}."
