"""The tables of the chapter on local authorities: from the cleaned statistics and the models' results to what is shown.

Every function returns a frame with numbers in columns of their own; the columns whose names end in `_text` say them as
a reader sees them. Empty results give empty frames with the same columns.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.authorities.models.declared import PRIMARY_TIMING, RATIO, STEPS
from pipeline.authorities.models.results import preferred
from pipeline.markdown import Cell, escaped, md
from pipeline.numerals import filled, printed
from pipeline.phrases import estimate, number

SINGLE = ["authority", "joint"]  # the levels of units that are one authority or one joint return
SPREAD = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
STEP_WORDS = {support: step.words for support, step in STEPS.items()}
NOT_FITTED = "not fitted"
STATUSES = ["used", "joint", "duplicate", "excluded"]
CHART = ["row", "column", "series", "value", "low", "high", "p", "mde", "rows", "units", "status"]


def yearly_spread(panel: pd.DataFrame, indicators: Sequence) -> pd.DataFrame:
    """England's published value and the spread over authorities, for each indicator and year.

    `panel` is the panel as published (each year's own authorities; joint returns once). Columns: indicator, title,
    year, england, england_reason, the quantiles of SPREAD over the authorities that have a figure, authorities,
    without. England's value is the publisher's, never made from authorities.
    """
    rows = []
    singles = panel[panel["level"].isin(SINGLE)]
    england = panel[panel["level"] == "england"].set_index(["indicator", "year"])
    for indicator in indicators:
        of_indicator = singles[singles["indicator"] == indicator.id]
        for year, values in of_indicator.groupby("year")["value"]:
            published = england.loc[(indicator.id, year)] if (indicator.id, year) in england.index else None
            known = values.dropna()
            rows.append(
                (
                    indicator.id,
                    indicator.title,
                    int(year),
                    float("nan") if published is None else published["value"],
                    "not published" if published is None else published["reason"],
                    *(known.quantile(share) for share in SPREAD.values()),
                    len(known),
                    len(values) - len(known),
                )
            )
    columns = ["indicator", "title", "year", "england", "england_reason", *SPREAD, "authorities", "without"]
    return pd.DataFrame(rows, columns=columns)


def movement(spread: pd.DataFrame, references: Mapping[str, str]) -> pd.DataFrame:
    """From England's first to its last published year, and the spread over authorities then: a row an indicator."""
    rows = []
    for indicator, of_indicator in spread.dropna(subset=["england"]).groupby("indicator", sort=False):
        first, last = (of_indicator.sort_values("year").iloc[at] for at in (0, -1))
        rows.append(
            (
                indicator,
                last["title"],
                references[indicator],
                first["year"],
                first["england"],
                last["year"],
                last["england"],
                (last["england"] - first["england"]) if last["year"] > first["year"] else None,
                last["p10"],
                last["p90"],
                last["authorities"],
                filled("{:.1f} to {:.1f}", last["p10"], last["p90"]),
                *(filled("{:.1f} ({})", each["england"], each["year"]) for each in (first, last)),
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "indicator",
            "title",
            "reference",
            "first_year",
            "first",
            "last_year",
            "last",
            "change",
            "p10",
            "p90",
            "authorities",
            "spread_text",
            "first_text",
            "last_text",
        ],
    )


def main_effects(effects: pd.DataFrame, model: str, timing: str = PRIMARY_TIMING, adjustment: str = "") -> pd.DataFrame:
    """The rows of one model, timing and adjustment: a row a pair of support and outcome."""
    chosen = (effects["model"] == model) & (effects["timing"] == timing) & (effects["adjustment"] == adjustment)
    return effects[chosen].reset_index(drop=True)


def between_effects(effects: pd.DataFrame, model: str = "between") -> tuple[pd.DataFrame, pd.DataFrame]:
    """The model between authorities without deprivation, and the preferred one (the same, if no measure is there)."""
    rows = effects[(effects["model"] == model) & (effects["timing"] == PRIMARY_TIMING)]
    return rows[~rows["adjusted"].astype(bool)].reset_index(drop=True), preferred(rows)


def with_texts(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Effects with what a table says of them: step and outcome in words, the estimate, what would show."""
    form = "{:.2f}" if (rows["unit"] == RATIO).any() else "{:+.2f}"
    return rows.assign(
        step_text=rows["support"].map(STEP_WORDS),
        outcome_text=rows["outcome"].map(names),
        effect_text=estimates(rows, ("effect", "low", "high"), form),
        mde_text=[number(mde, form.replace("+", "")) if pd.notna(mde) else "–" for mde in rows["mde"]],
    )


def estimates(rows: pd.DataFrame, columns: Sequence[str], form: str) -> list[str]:
    """Value, low and high of each row in words, or that it was not fitted."""
    return [
        estimate(*each, form) if pd.notna(each[0]) else NOT_FITTED
        for each in rows[list(columns)].itertuples(index=False, name=None)
    ]


def beside_each_other(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Frames of effects as series of one chart: row, column, series, value, low, high and what they rest on."""
    frames = [part.assign(series=name) for name, part in parts.items() if len(part)]
    if not frames:
        return pd.DataFrame(columns=CHART)
    table = pd.concat(frames, ignore_index=True)
    return table.rename(columns={"support": "row", "outcome": "column", "effect": "value"})[CHART]


def side_by_side(rows: pd.DataFrame, names: Mapping[str, str], clear: pd.Series) -> pd.DataFrame:
    """A row a support, a column an outcome; each cell an estimate with its interval and, in square brackets, what would
    show. Where `clear` is true the cell is bold.
    """
    table = with_texts(rows, names)
    cells = [
        f"{effect} [{mde}]" if mde != "–" else effect
        for effect, mde in zip(table["effect_text"], table["mde_text"], strict=True)
    ]
    return wide(table.assign(cell=bold(cells, clear)), names)


def wide(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """`cell` by support (rows, in words) and outcome (columns), both in their order."""
    cells = table.pivot(index="support", columns="outcome", values="cell")
    cells = cells.reindex(
        index=[each for each in STEP_WORDS if each in cells.index],
        columns=[each for each in names if each in cells.columns],
    )
    return cells.rename_axis(None, axis=1).reset_index().assign(support=lambda frame: frame["support"].map(STEP_WORDS))


def bold(texts: Sequence[str], chosen: pd.Series) -> pd.Series:
    """Texts as Markdown, the chosen ones bold.

    >>> list(bold(["low", "b|c"], pd.Series([True, False])))
    [**low**, b&#124;c]
    """
    return pd.Series(
        [
            Cell(md("**{}**", text) if each else escaped(text, in_cell=True))
            for text, each in zip(texts, chosen, strict=True)
        ],
        index=chosen.index,
        dtype=object,
    )


def without_and_with(rows: pd.DataFrame, columns: Sequence[str], form: str, clear: pd.Series) -> pd.DataFrame:
    """A row a support: the estimate without deprivation and with it, what would show in the preferred model, its size.

    `columns` are those of the estimate and its interval. The clear ones of the preferred models are bold.
    """
    table = rows.assign(cell=bold(estimates(rows, columns, form), clear))
    held = table["adjusted"].astype(bool)
    first, main = table[~held].set_index("support"), preferred(table).set_index("support")
    found = pd.DataFrame(
        {
            "step": main.index.map(STEP_WORDS),
            "without": first["cell"].reindex(main.index),
            "with": main["cell"] if held.any() else "–",
            "mde": [printed(mde, ".2f") if pd.notna(mde) else "–" for mde in main["mde"]],
        }
    )
    sizes = [name for name in ("inspections", "units", "rho_text") if name in table]
    return found.join(main[sizes]).reset_index()


def change_rows(cross_section: pd.DataFrame) -> pd.DataFrame:
    """Changes of social worker in the one year there is, primary timing, with the rank correlation in words."""
    rows = cross_section[cross_section["timing"] == PRIMARY_TIMING].reset_index(drop=True)
    return rows.assign(rho_text=estimates(rows, ("rho", "rho_low", "rho_high"), "{:+.2f}"))


def curve_cells(curves: pd.DataFrame, names: Mapping[str, str], clear: pd.Series) -> pd.DataFrame:
    """Each pair's curve in a cell: the median with the lowest and the highest, and how many are significant."""
    medians = estimates(curves, ("median", "lowest", "highest"), "{:+.1f}")
    texts = [
        text if text == NOT_FITTED else f"{text}; {int(many)} of {int(of)}"
        for text, many, of in zip(medians, curves["significant"], curves["fitted"], strict=True)
    ]
    return wide(curves.assign(cell=bold(texts, clear)), names)


def authorities_by_year(accounts: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """How many authorities (a joint return is one) each source has, by year: a row a year, a column a source."""
    used = accounts[accounts["status"].isin(["used", "joint"]) & accounts["level"].isin(SINGLE)]
    table = used.pivot_table(index="year", columns="source", values="units", aggfunc="sum").reindex(
        columns=[source for source in titles if source in set(used["source"])]
    )
    return table.astype("Int64").reset_index()


def rows_by_status(accounts: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """The rows of each source's files by what became of them, and their total: a row a source."""
    there = [source for source in titles if source in set(accounts["source"])]
    table = accounts.pivot_table(index="source", columns="status", values="rows", aggfunc="sum", fill_value=0)
    table = table.reindex(index=there, columns=STATUSES, fill_value=0).astype(int).rename_axis(None, axis=1)
    return table.assign(total=table.sum(axis=1)).reset_index().assign(title=lambda frame: frame["source"].map(titles))


def not_used(accounts: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Which rows are not used and why, a text a source."""
    rows = accounts[accounts["status"].isin(["excluded", "duplicate"])]
    totals = rows.groupby(["source", "why"], sort=True)["rows"].sum().reset_index()
    return [
        f"{titles[source]}: "
        + "; ".join(f"{count:,} ({why})" for why, count in zip(part["why"], part["rows"], strict=True))
        for source, part in totals.groupby("source", sort=True)
    ]


def left_out_rows(left_out: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """What the main model does without, a row a reason, a column an outcome: lowest and highest over the supports."""
    rows = left_out[left_out["timing"] == PRIMARY_TIMING]
    counts = rows.pivot_table(index=["why", "support"], columns="outcome", values="rows", aggfunc="sum")
    every = pd.MultiIndex.from_product(
        [sorted(rows[key].unique()) for key in ("why", "support")], names=["why", "support"]
    )
    counts = counts.reindex(index=every, columns=list(names)).fillna(0).astype(int)
    ends = counts.groupby(level="why").agg(["min", "max"])
    texts = {
        outcome: [str(low) if low == high else f"{low} to {high}" for low, high in ends[outcome].to_numpy()]
        for outcome in names
    }
    return pd.DataFrame({"why": ends.index} | texts)
