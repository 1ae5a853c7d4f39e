"""The panel: unit by year by indicator, as published; and the cleaned tables as the later chapters read them."""

from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from pipeline.authorities.panel.indicators import Indicator
from pipeline.authorities.panel.places import UNITS, Placed
from pipeline.authorities.panel.screening import SCREENING
from pipeline.authorities.panel.values import NOT_PUBLISHED, REASONS, parse_values
from pipeline.errors import DataError
from pipeline.files import project_root

PANEL = [
    "unit",
    "name",
    "level",
    "region",
    "year",
    "indicator",
    "value",
    "reason",
    "numerator",
    "denominator",
    "source",
    "line",
]
KEY = ["unit", "year", "indicator"]
LEVELS = ["authority", "joint", "region", "england"]


@dataclass(frozen=True)
class Cleaned:
    """The tables of data/processed/authorities, a data frame each; SCHEMAS has their columns."""

    panel: pd.DataFrame
    panel_today: pd.DataFrame
    bridging: pd.DataFrame
    units: pd.DataFrame
    accounts: pd.DataFrame
    inspections: pd.DataFrame
    neighbours: pd.DataFrame
    deprivation: pd.DataFrame
    screening: pd.DataFrame

    @property
    def empty(self) -> bool:
        """Whether no statistics were fetched."""
        return self.panel.empty


def published_panel(
    indicators: tuple[Indicator, ...],
    placed: dict[str, Placed],
    deprivation: dict[str, pd.DataFrame],
    units: pd.DataFrame,
) -> pd.DataFrame:
    """Columns PANEL, sorted by KEY: every figure as published, on each year's own authorities.

    Raises DataError if a file has several rows for a place and year and indicators.yaml does not tell them apart.
    """
    parts = [_from_statistics(each, placed) for each in indicators if each.source in placed]
    parts += [_from_deprivation(each, deprivation[each.source]) for each in indicators if each.source in deprivation]
    if not parts:
        return pd.DataFrame(columns=PANEL)
    panel = pd.concat(parts, ignore_index=True)
    panel["region"] = panel["unit"].map(units.set_index("unit")["region"]).fillna("")
    panel["name"] = panel["unit"].map(units.set_index("unit")["name"]).fillna(panel["name"])
    return panel.astype({"line": "Int64", "year": int}).sort_values(KEY).reset_index(drop=True)[PANEL]


def _from_statistics(indicator: Indicator, placed: dict[str, Placed]) -> pd.DataFrame:
    file = placed[indicator.source]
    rows = chosen(file, indicator.rows)
    _refuse_several(indicator, file, rows)
    numerator = pd.DataFrame({"value": float("nan"), "reason": ""}, index=rows.index)
    if indicator.numerator:
        numerator = _figures(file, rows.index, indicator.numerator)
    denominator = _denominator(indicator, placed, rows)
    if indicator.value is None:
        published = _rate(indicator.per, numerator, denominator)
    else:
        published = _figures(file, rows.index, indicator.value)
    return rows[["unit", "name", "level", "year"]].assign(
        indicator=indicator.id,
        value=published["value"],
        reason=published["reason"],
        numerator=numerator["value"],
        denominator=denominator["value"],
        source=indicator.source,
        line=rows.index,
    )


def _rate(per: int, numerator: pd.DataFrame, denominator: pd.DataFrame) -> pd.DataFrame:
    """A rate that is not published: there where both counts are numbers, else with the reason of one that is not."""
    value = per * numerator["value"] / denominator["value"].where(denominator["value"] > 0)
    reason = numerator["reason"].where(numerator["reason"] != "", denominator["reason"])
    return pd.DataFrame({"value": value, "reason": reason.mask(value.isna() & (reason == ""), "not_applicable")})


def chosen(file: Placed, rows: dict[str, str]) -> pd.DataFrame:
    """The places of the used rows whose filters have the given texts."""
    keep = file.places["status"] != "excluded"
    for column, text in rows.items():
        keep &= file.published.table[column] == text
    return file.places[keep]


def _figures(file: Placed, lines: pd.Index, column: str) -> pd.DataFrame:
    texts = file.published.table.loc[lines, column].rename(file.published.header[column])
    return parse_values(texts, file.published.where)


def _denominator(indicator: Indicator, placed: dict[str, Placed], rows: pd.DataFrame) -> pd.DataFrame:
    """The sum of the denominator's columns by the lines of `rows`, a reason where one of them is missing."""
    nothing = pd.DataFrame({"value": float("nan"), "reason": NOT_PUBLISHED}, index=rows.index)
    other = indicator.denominator_from
    file = placed.get(other.source if other else indicator.source)
    if not indicator.denominator or file is None:
        return nothing
    of = chosen(file, indicator.of_all) if other or indicator.of_all else rows
    parts = [_figures(file, of.index, column) for column in indicator.denominator]
    summed = parts[0].copy()
    for part in parts[1:]:  # a missing part makes the sum missing: nan + number is nan
        summed["value"] += part["value"]
        summed["reason"] = summed["reason"].where(summed["reason"] != "", part["reason"])
    if of is rows:
        return summed
    by_place = summed.set_axis(pd.MultiIndex.from_arrays([of["unit"], of["year"] - (other.year if other else 0)]))
    found = by_place.reindex(pd.MultiIndex.from_arrays([rows["unit"], rows["year"]])).set_axis(rows.index)
    return found.assign(reason=found["reason"].fillna(NOT_PUBLISHED))


def _refuse_several(indicator: Indicator, file: Placed, rows: pd.DataFrame) -> None:
    again = rows[rows.duplicated(["unit", "year"])]
    if len(again):
        raise DataError(
            "Several rows for one place and year.",
            found=f"{again['unit'].iloc[0]}, {again['year'].iloc[0]}",
            where=f"{file.published.where}, line {again.index[0]}",
            expected=f"one row for {indicator.id}",
            fix="If the file has a new filter, say under `rows` in indicators.yaml which rows are meant.",
        )


def _from_deprivation(indicator: Indicator, table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["measure"] == indicator.value]
    return rows.drop(columns="measure").assign(
        indicator=indicator.id, numerator=float("nan"), denominator=float("nan"), source=indicator.source
    )


def read_cleaned(folder: Path | None = None) -> Cleaned:
    """Read the tables that notebook 06 writes, data/processed/authorities if no folder is given.

    Dates of inspections are dates, `line` is a whole number or missing, codes are texts. Raises DataError for a table
    that is missing or is not as it should be.
    """
    folder = folder or project_root() / "data" / "processed" / "authorities"
    return Cleaned(
        **{field.name: _read(folder / f"{field.name}.csv", SCHEMAS[field.name]) for field in fields(Cleaned)}
    )


def _read(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    texts = {
        name: str
        for name, column in schema.columns.items()
        if "string" in str(column.dtype) or str(column.dtype) == "str"
    }
    # pandera would make 2019 of 2019.5, and true of any word; pandas refuses both.
    whole = {
        name: str(column.dtype)
        for name, column in schema.columns.items()
        if str(column.dtype).lower() in ("int64", "bool")
    }
    dates = [name for name in schema.columns if name in ("inspected", "published")]
    try:
        table = pd.read_csv(
            path,
            dtype=texts | whole,
            keep_default_na=False,
            na_values={name: [""] for name in schema.columns if name not in texts},
        )
        for name in dates:
            table[name] = pd.to_datetime(table[name])
        return schema.validate(table, lazy=True)
    except FileNotFoundError:
        raise DataError(
            "The table is missing.",
            where=str(path),
            fix="Run golden-thread run --stage clean-authorities, or the notebook of chapter 6.",
        ) from None
    except (pa.errors.SchemaErrors, ValueError, TypeError) as error:
        cases = error.failure_cases.head(5).to_dict("records") if isinstance(error, pa.errors.SchemaErrors) else []
        found = "; ".join(f"row {case['index']}, column {case['column']}: {case['failure_case']!r}" for case in cases)
        raise DataError(
            "The table is not as notebook 06 writes it.",
            where=str(path),
            found=found or str(error),
            fix="Make it again with stage 06; it is not edited by hand.",
        ) from None


def _panel_schema(bridged: bool) -> pa.DataFrameSchema:
    one = pa.Check(lambda table: table["value"].notna() == (table["reason"] == ""), error="a value or a reason")
    columns = {
        **_texts("unit", "name", "region", "indicator", "source"),
        "level": pa.Column(str, pa.Check.isin(LEVELS)),
        "year": _whole(),
        "value": _number(),
        "reason": pa.Column(str, pa.Check.isin(["", *REASONS])),
        "numerator": _number(),
        "denominator": _number(),
        "line": _whole(nullable=True),
    }
    if bridged:
        columns["bridged"] = pa.Column(str, pa.Check.isin(["", "recode", "aggregate"]))
    return pa.DataFrameSchema(columns, checks=one, unique=KEY, coerce=True)


def _texts(*names: str) -> dict[str, pa.Column]:
    return {name: pa.Column(str) for name in names}


def _number() -> pa.Column:
    return pa.Column(float, nullable=True)


def _whole(nullable: bool = False) -> pa.Column:
    return pa.Column("Int64" if nullable else "int64", nullable=nullable)


BRIDGING = ["unit", "name", "year", "indicator", "policy", "into", "note"]
ACCOUNTS = ["source", "year", "level", "status", "why", "rows", "units"]
_GRADE = pa.Column("Int64", pa.Check.isin([1, 2, 3, 4]), nullable=True)
_DAY = pa.Column("datetime64[ns]")
SCHEMAS = {
    "panel": _panel_schema(bridged=False),
    "panel_today": _panel_schema(bridged=True),
    "bridging": pa.DataFrameSchema(
        {
            **_texts(*BRIDGING),
            "year": _whole(),
            "policy": pa.Column(str, pa.Check.isin(["recode", "aggregate", "exclude"])),
        },
        coerce=True,
    ),
    "units": pa.DataFrameSchema(
        {**_texts(*UNITS), "first_year": _whole(), "last_year": _whole()}, unique=["unit"], coerce=True
    ),
    "accounts": pa.DataFrameSchema(
        {
            **_texts("source", "level", "why"),
            "year": _whole(nullable=True),
            "status": pa.Column(str, pa.Check.isin(["used", "joint", "excluded", "duplicate"])),
            "rows": _whole(),
            "units": _whole(),
        },
        coerce=True,
    ),
    "inspections": pa.DataFrameSchema(
        {
            **_texts("unit", "authority", "name", "kind", "framework", "overall_grade", "status", "sheet", "why"),
            "inspected": _DAY,
            "published": _DAY,
            **dict.fromkeys(("overall", "leaders", "help_and_protection", "in_care", "care_leavers"), _GRADE),
            "line": _whole(),
            "used": pa.Column(bool),
        },
        coerce=True,
    ),
    "neighbours": pa.DataFrameSchema(
        {**_texts("unit", "neighbour", "closeness"), "rank": _whole()}, unique=["unit", "rank"], coerce=True
    ),
    "deprivation": pa.DataFrameSchema(
        {
            **_texts("unit", "name", "level", "measure", "reason"),
            "year": _whole(),
            "value": _number(),
            "line": _whole(),
        },
        coerce=True,
    ),
    "screening": pa.DataFrameSchema({**_texts(*SCREENING), "line": _whole(nullable=True)}, coerce=True),
}
