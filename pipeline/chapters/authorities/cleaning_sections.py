"""What the chapter on cleaning shows: rows accounted for, figures that are missing, changes of codes, the screener."""

import pandas as pd

from pipeline.authorities.panel.cleaned import Cleaned
from pipeline.authorities.panel.geography import LOCAL, Lineage
from pipeline.authorities.panel.indicators import Indicator
from pipeline.authorities.releases.catalogue import Catalogue
from pipeline.markdown import Markdown
from pipeline.passages import passage, wording
from pipeline.publishing import Publication

HAPPENED = {"recode": "New code", "merge": "Merged", "split": "Split", "boundary": "Boundary changed"}
POLICY = {"recode": "carried", "aggregate": "added up", "exclude": "left out"}
ACCOUNT = {
    "source": "Data set",
    "years": "Years",
    "rows": "Rows",
    "used": "Used",
    "joint": "Joint returns",
    "duplicate": "Duplicates",
    "excluded": "Left out",
}
EVENT = {
    "date": "Date",
    "kind": "What",
    "authorities": "Before",
    "policy": "Earlier figures",
    "rows": "Figures",
    "note": "Note",
}
DEFINITION = {"title": "Indicator", "definition": "What it is", "reference": "When", "unit": "Unit"}


def account_table(cleaned: Cleaned) -> pd.DataFrame:
    """One row a data set: its years, its rows, and how many were used, joint returns, duplicates or left out."""
    books = cleaned.accounts
    by_status = books.pivot_table(index="source", columns="status", values="rows", aggfunc="sum", fill_value=0)
    by_status = by_status.reindex(columns=["used", "joint", "duplicate", "excluded"], fill_value=0).astype(int)
    years = books.dropna(subset="year").groupby("source")["year"].agg(lambda year: _span(year.min(), year.max()))
    table = by_status.assign(rows=by_status.sum(axis=1), years=years).reset_index()
    return table.assign(years=table["years"].fillna("–"))[list(ACCOUNT)]


def authorities_by_year(cleaned: Cleaned) -> pd.DataFrame:
    """How many units (authorities and joint returns) each data set has in each year; 0 where it has none."""
    local = cleaned.accounts[cleaned.accounts["level"].isin(LOCAL) & cleaned.accounts["status"].isin(["used", "joint"])]
    local = local.dropna(subset="year").astype({"year": int})
    return local.pivot_table(index="source", columns="year", values="units", aggfunc="sum", fill_value=0).astype(int)


def missing_table(cleaned: Cleaned, indicators: tuple[Indicator, ...]) -> pd.DataFrame:
    """One row an indicator: published figures of authorities, and how many are missing for each reason."""
    local = cleaned.panel[cleaned.panel["level"].isin(LOCAL)]
    titles = {indicator.id: indicator.title for indicator in indicators}
    counts = pd.crosstab(local["indicator"], local["reason"].replace("", "a number").str.replace("_", " "))
    order = [indicator for indicator in titles if indicator in counts.index]
    others = sorted(set(counts) - {"a number"}, key=lambda reason: (-counts[reason].sum(), reason))
    counts = counts.reindex(index=order, columns=["a number", *others], fill_value=0)
    return counts.rename(index=titles).rename_axis("indicator", axis=0).rename_axis(None, axis=1).reset_index()


def event_table(cleaned: Cleaned, lineage: Lineage) -> pd.DataFrame:
    """One row a change of codes within the data: when, what, and how many figures of before it were bridged how."""
    names = cleaned.units.set_index("unit")["name"]
    rows = []
    for event in lineage.events:
        if not set(event.to) & set(names.index):
            continue
        log = cleaned.bridging[cleaned.bridging["unit"].isin(event.before)]
        rows.append(
            {
                "date": event.date.isoformat(),
                "kind": HAPPENED[event.kind],
                "authorities": ", ".join(names.get(code, code) for code in event.before),
                "policy": ", ".join(POLICY[policy] for policy in sorted(log["policy"].unique())) or "–",
                "rows": len(log),
                "note": event.note,
            }
        )
    return pd.DataFrame(rows, columns=list(EVENT))


def bridging_table(cleaned: Cleaned) -> pd.DataFrame:
    """How many figures reached the panel of today in which way, and what kept the others out."""
    log = cleaned.bridging.assign(
        note=cleaned.bridging["note"].str.replace(r"A part is missing:.*", "A part is missing.", regex=True)
    )
    return log.groupby(["policy", "note"]).size().rename("figures").reset_index()


def definition_table(indicators: tuple[Indicator, ...]) -> pd.DataFrame:
    """One row an indicator: title, definition, reference date, unit."""
    return pd.DataFrame([{column: getattr(indicator, column) for column in DEFINITION} for indicator in indicators])


def publish_all(
    publish: Publication, cleaned: Cleaned, indicators: tuple[Indicator, ...], lineage: Lineage, catalogue: Catalogue
) -> None:
    """Publish the chapter's tables, each in a passage; without data the definitions and one sentence, the rest empty."""
    publish.table(
        "definitions", definition_table(indicators), "The indicators.", headings=DEFINITION, widths=[22, 45, 17, 16]
    )
    publish.passage("definitions", "What is measured, and on which day or in which year.", "definitions")
    if cleaned.empty:
        publish.passage("data", passage("authorities/cleaning-no-data"))
        for name in ("accounts", "missing", "geography", "screening"):
            publish.passage(name, "")
        return
    titles = {source.id: source.title for source in catalogue.sources}
    books = account_table(cleaned)
    publish.value("authorities.rows", int(books["rows"].sum()), "{:,}")
    publish.value("authorities.left_out", int(books["excluded"].sum()), "{:,}")
    publish.value("authorities.figures", len(cleaned.panel), "{:,}")
    publish.value("authorities.gaps", int((cleaned.panel["reason"] != "").sum()), "{:,}")
    publish.table(
        "accounts",
        books.assign(source=books["source"].map(titles)),
        "What became of every row of every file.",
        headings=ACCOUNT,
        forms=dict.fromkeys(list(ACCOUNT)[2:], "{:,}"),
        data=cleaned.accounts,
        widths=[34, 13, 11, 11, 11, 11, 11],
    )
    publish.table("missing", missing_table(cleaned, indicators), wording("authorities/cleaning-missing-caption"))
    publish.table(
        "geography",
        event_table(cleaned, lineage),
        wording("authorities/cleaning-geography-caption"),
        headings=EVENT,
        data=cleaned.bridging,
        widths=[12, 12, 18, 10, 8, 40],
    )
    publish.passage("data", data_words(cleaned, books))
    publish.passage("accounts", "Every row of every file is accounted for.", "accounts")
    publish.passage("missing", missing_words(cleaned), "missing")
    publish.passage("geography", geography_words(cleaned), "geography")
    publish.passage("screening", screening_words(cleaned))


def data_words(cleaned: Cleaned, books: pd.DataFrame) -> Markdown:
    """One sentence on what was cleaned."""
    today = cleaned.panel_today[cleaned.panel_today["level"].isin(LOCAL)]
    return passage(
        "authorities/cleaning-data",
        data_sets=len(books),
        rows=books["rows"].sum(),
        figures=len(cleaned.panel),
        indicators=cleaned.panel["indicator"].nunique(),
        authorities=today["unit"].nunique(),
        years=_span(cleaned.panel["year"].min(), cleaned.panel["year"].max()),
    )


def missing_words(cleaned: Cleaned) -> Markdown:
    """How many figures of authorities are missing, and where most of them."""
    local = cleaned.panel[cleaned.panel["level"].isin(LOCAL)]
    reasons = local.loc[local["reason"] != "", "reason"].value_counts()
    return passage(
        "authorities/cleaning-missing",
        figures=len(local),
        missing=reasons.sum(),
        most=reasons.max(),
        reason="".join(reasons.index[:1]).replace("_", " "),
    )


def geography_words(cleaned: Cleaned) -> Markdown:
    """How many figures reached the panel of today's authorities, and how many did not."""
    counts = cleaned.bridging["policy"].value_counts()
    return passage(
        "authorities/cleaning-geography",
        carried=counts.get("recode", 0),
        added_up=counts.get("aggregate", 0),
        left_out=counts.get("exclude", 0),
    )


def screening_words(cleaned: Cleaned) -> Markdown:
    """What the screener says of the files."""
    return passage(
        "authorities/cleaning-screening",
        points=len(cleaned.screening),
        problems=[
            {"problem": problem, "count": count}
            for problem, count in cleaned.screening["problem"].value_counts().items()
        ],
    )


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
