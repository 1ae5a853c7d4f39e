"""The sentences of one authority's profile. A function of a Profile gives Markdown; what it is made of is text.

They say what was published and how sure it is; none calls an authority good or bad, and none names a better one.
"""

import re

import pandas as pd

from pipeline.authorities.panel.inspections import GRADE_WORDS
from pipeline.chapters.profiles.assembly import Profile
from pipeline.markdown import Markdown, md
from pipeline.phrases import listed, lower_first

REASONS = {
    "confidential": "confidential (too few children or staff to publish)",
    "not_applicable": "not applicable",
    "unavailable": "not available",
    "low_reliability": "of low reliability, so not published",
    "rounds_to_zero": "rounds to zero, so not given as a number",
    "not_collected": "not collected",
    "blank": "left blank",
    "not_published": "not published for this area and year",
    "not_yet": "before the authority existed in its present form",
}
FEW = 50  # plans, referrals or children: below it a single one moves a share by two percentage points or more
NOT_FETCHED = Markdown(
    "The statistics on local authorities have not been downloaded: `golden-thread authorities fetch` gets them, or "
    "`golden-thread authorities fetch --from FOLDER` takes files that are there already."
)


def number(value: float, decimals: int = 1, signed: bool = False) -> str:
    """A number with true signs, or a dash where there is none.

    >>> number(-1.25, 1), number(2, 1, signed=True), number(1234.4, 0), number(float("nan"))
    ('−1.2', '+2.0', '1,234', '–')
    """
    if pd.isna(value):
        return "–"
    rounded = round(float(value), int(decimals)) + 0.0  # no minus zero
    return f"{rounded:{'+' if signed and rounded else ''},.{int(decimals)}f}".replace("-", "−")


def counted(count: int, singular: str, plural: str = "") -> str:
    """
    >>> counted(1, "year"), counted(2, "authority", "authorities"), counted(0, "year")
    ('1 year', '2 authorities', 'no years')
    """
    return f"{count or 'no':{',' if count else ''}} {singular if count == 1 else plural or singular + 's'}"


def why_missing(reason: str) -> str:
    return REASONS.get(reason, reason.replace("_", " "))


def dated(reference: str, year: int) -> str:
    """Which day or period the figure of a reporting year is about.

    >>> dated("year to 31 March", 2024), dated("index of 2019", 2019)
    ('year to 31 March 2024', 'index of 2019')
    """
    return reference if re.search(r"\d{4}", reference) else f"{reference} {year}"


def unit_sign(unit: str) -> str:
    """What stands behind a number: "%" or nothing."""
    return "%" if unit in ("per cent", "%") else ""


def newest(profile: Profile, role: str) -> pd.DataFrame:
    """The newest published year's figures of each indicator of a role, with the indicator's facts."""
    return profile.newest[profile.newest["role"] == role]


def with_england(row: object) -> str:
    """ "agency rate (18.2%; England 16.2%)"."""
    sign = unit_sign(row.unit)
    england = "" if pd.isna(row.england) else f"; England {number(row.england, row.decimals)}{sign}"
    return f"{lower_first(row.title)} ({number(row.value, row.decimals)}{sign}{england})"


def introduction(profile: Profile) -> Markdown:
    """Who this is: the region, a joint return's members, and how to read the profile."""
    if profile.kind == "joint":
        who = (
            md("{} report together: the publications have one joint return for their workforce, so this"
               " profile is about them together. Where children's figures are published for each of them, the counts were"
               " added up; nothing was added where one of them has no figure.", profile.name)
        )
    else:
        who = md("This profile is about {}, in the region {}.", profile.name, profile.region)
    return who + md(
        " It shows published figures and says how sure they are. It is no verdict on the people who work there: an "
        "indicator may be high for reasons that lie outside a service's control, such as deprivation."
    )


def findings(profile: Profile) -> Markdown:
    """The few things that a reader in a hurry should know, as a list."""
    parts = [
        judgement_sentence(profile),
        workforce_sentence(profile),
        outcome_sentence(profile),
        gaps_sentence(profile),
    ]
    return Markdown("\n").join(md("- {}", part) for part in parts if part)


SUB_JUDGEMENTS = {
    "leaders": "leaders",
    "help_and_protection": "help and protection",
    "in_care": "children in care",
    "care_leavers": "care leavers",
}


def last_judgements(profile: Profile) -> pd.DataFrame:
    """The last judgement of each authority in the unit; former authorities are left aside."""
    own = profile.judgements[profile.judgements["authority"].isin(profile.unit.split("+"))]
    return own.sort_values("inspected", ascending=False, kind="stable").drop_duplicates("authority").sort_values("name")


def judgement_sentence(profile: Profile) -> Markdown:
    """The last overall judgement with its date, of each member of a joint return."""
    last = last_judgements(profile)
    if last.empty:
        former = profile.judgements["name"].unique()
        return md("**Last judgement.** None yet") + (
            md("; those of {}, its predecessor, are in @sec-inspections.", listed(former)) if len(former) else md(".")
        )
    said = [
        md("{}*{}* overall, inspected in {}", f"{name}: " if len(last) > 1 else "", grade, month(inspected))
        for name, grade, inspected in zip(last["name"], last["overall_grade"], last["inspected"])
    ]
    return md("**Last judgement.** {}.", Markdown("; ").join(said))


def sub_judgements(profile: Profile) -> str:
    """What the last inspection said of the parts of the service."""
    lines = []
    for row in last_judgements(profile).to_dict("records"):
        parts = [f"{words} {GRADE_WORDS[int(row[name])]}" for name, words in SUB_JUDGEMENTS.items() if pd.notna(row[name])]
        if parts:
            lines.append(f"{row['name']}, {month(row['inspected'])}: {'; '.join(parts)}.")
    return " ".join(lines)


def month(date: object) -> str:
    """
    >>> month("2022-05-27")
    'May 2022'
    """
    return f"{pd.Timestamp(date):%B %Y}" if pd.notna(date) and date != "" else "an unknown month"


def day(date: object) -> str:
    """
    >>> day("2022-05-07"), day(None)
    ('7 May 2022', '–')
    """
    stamp = pd.Timestamp(date) if pd.notna(date) and date != "" else None
    return f"{stamp.day} {stamp:%B %Y}" if stamp is not None else "–"


def workforce_sentence(profile: Profile) -> Markdown:
    """In which quarter of authorities the newest workforce figures lie; every indicator is named once."""
    rows = newest(profile, "support")
    groups = {
        "in the quarter with the highest values": [],
        "in the middle half": [],
        "in the quarter with the lowest values": [],
    }
    missing = []
    for row in rows.itertuples():
        if pd.isna(row.value):
            missing.append(f"{lower_first(row.title)}: {why_missing(row.reason)}")
        elif pd.notna(row.quarter):
            extreme = {1: "lowest", 4: "highest"} if row.better != "high" else {1: "highest", 4: "lowest"}
            end = extreme.get(int(row.quarter))
            groups[f"in the quarter with the {end} values" if end else "in the middle half"].append(with_england(row))
        else:
            missing.append(with_england(row) + ", too few authorities to compare with")
    said = [f"{listed(names)} {where}" for where, names in groups.items() if names]
    parts = [md("**Workforce** among all authorities: {}.", "; ".join(said))] if said else []
    if missing:
        start = Markdown("No figure or no comparison" if said else "**Workforce.** No figure or no comparison")
        parts.append(md("{}: {}.", start, "; ".join(missing)))
    return Markdown(" ").join(parts)


def outcome_sentence(profile: Profile) -> Markdown:
    """On which side of England the newest shares of children lie, where chance alone would not put them there."""
    rows = newest(profile, "outcome")
    sides = {
        "above": "statistically above England’s",
        "below": "statistically below England’s",
        "unclear": "not told apart from England’s",
    }
    said = [
        f"{text}: {listed([with_england(row) for row in rows[rows['against_england'] == side].itertuples()])}"
        for side, text in sides.items()
        if (rows["against_england"] == side).any()
    ]
    untested = rows[(rows["against_england"] == "") & rows["value"].notna()]
    if len(untested):
        said.append(f"without counts to test: {listed([with_england(row) for row in untested.itertuples()])}")
    said += [
        f"no figure for {listed([lower_first(title) for title in group])}: {why_missing(reason)}"
        for reason, group in rows[rows["value"].isna()].groupby("reason", sort=False)["title"]
    ]
    return md("**Outcomes.** {}", sentence("; ".join(said))) if said else md("")


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def own_figures(profile: Profile) -> pd.DataFrame:
    """The figures of workforce and outcomes: what surrounds them is left aside."""
    context = profile.indicators.loc[profile.indicators["role"] == "context", "id"]
    return profile.figures[~profile.figures["indicator"].isin(context)]


def gaps_sentence(profile: Profile) -> Markdown:
    figures = own_figures(profile)
    figures = figures[figures["reason"] != "not_yet"]
    gaps, years = int(figures["value"].isna().sum()), len(figures)
    if not gaps:
        return md("**Gaps.** None: all {} figures on workforce and outcomes are published.", years)
    return (
        md("**Gaps.** {} of {} figures on workforce and outcomes {} missing; the"
           " reasons are in @sec-gaps.", gaps, years, 'is' if gaps == 1 else 'are')
    )


def small_numbers(profile: Profile, role: str) -> Markdown:
    """A warning where the newest rates rest on few plans, referrals, children or posts."""
    rows = newest(profile, role)
    small = rows[rows["value"].notna() & (rows["denominator"] < FEW) & (rows["unit"].map(unit_sign) == "%")]
    if small.empty:
        return md("")
    said = [
        f"{lower_first(row.title)} ({number(row.numerator, 0)} of {number(row.denominator, 0)}: a single one is "
        f"{number(100 / row.denominator, 0)} percentage points)"
        for row in small.itertuples()
    ]
    what = "full-time posts" if role == "support" else "plans, referrals or children"
    return (
        md("**Small numbers.** These rest on fewer than {} {} and move much from year to year by chance:"
           " {}.", FEW, what, listed(said))
    )


POLICIES = {
    "recode": "Carried on in this profile",
    "aggregate": "Added up in this profile",
    "exclude": "Not in this profile",
}


def lineage(profile: Profile) -> Markdown:
    """The codes that the publications use, and what was done about boundaries that changed."""
    codes = listed([md("`{}`", code) for code in profile.unit.split("+")])
    old = md(", in the older numbering {}", listed([md("`{}`", code) for code in profile.old_codes])) if profile.old_codes else ""
    happened = profile.lineage[profile.lineage["policy"] == ""]
    lines = [md("Codes in the publications: {}{}.", codes, old)]
    lines += [md("{}: {}", day(row.date), row.note) for row in happened.itertuples()] or [
        md("No change of boundaries is on record since 2012.")
    ]
    told = " ".join(happened["note"])
    done = profile.lineage[profile.lineage["policy"] != ""]
    for (policy, reason), rows in done.groupby(["policy", "note"], sort=False):
        names = listed([md("{} (`{}`)", row['name'], row['unit']) for row in rows.to_dict("records")])
        first, last = int(rows["first"].min()), int(rows["last"].max())
        years = f"{first} to {last}" if first < last else str(first)
        note = "" if reason in told else f" {reason}"
        lines.append(md("{}: {} of {}, {}.{}",
                        POLICIES[policy], counted(int(rows['figures'].sum()), 'figure'), names, years, note))
    return Markdown("\n").join(md("- {}", line) for line in lines)
