"""What changed from one release of a data set to the next: columns, geographies, years, rows and revised values.

Releases of different schemas are compared under our names, so a renamed column is one column. Rows are matched by
place, year and the data set's key. Values are compared as published: a marker such as c or z is no number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.authorities.releases.catalogue import Source
from pipeline.authorities.releases.data_file import ReleaseTable

MOST_LISTED = 5_000  # revised values in a report; the largest come first
_PLACE = ["year", "level", "code"]
_CODES = ("new_la_code", "old_la_code", "region_code", "country_code")  # the first that is there says which place it is
_KINDS = ("became a number", "became a marker", "other marker or text", "revised")


@dataclass(frozen=True)
class Changes:
    """Differences between two releases of a data set.

    ``renamed`` has (our name, before, now). ``rows`` has (before, now, matched). ``places`` has a row for each place
    that has rows in only one of the releases in a year that both cover, or is new or gone as a whole: change, level,
    code, name, years. ``revisions`` has a row for each value that differs in a matched row: change, year, level, code,
    name, the key, column, before, now (texts), difference (now − before; missing unless both are numbers), with the
    largest relative difference first within each kind of change.
    """

    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    renamed: tuple[tuple[str, str, str], ...]
    levels_added: tuple[str, ...]
    levels_removed: tuple[str, ...]
    years_added: tuple[int, ...]
    years_removed: tuple[int, ...]
    rows: tuple[int, int, int]
    places: pd.DataFrame
    revisions: pd.DataFrame


def compare_releases(source: Source, before: ReleaseTable, now: ReleaseTable) -> Changes:
    """Compare two releases of one data set."""
    old, new = _by_row(source, before.table), _by_row(source, now.table)
    shared = [name for name in source.values if name in old.columns and name in new.columns]
    matched = old.index.intersection(new.index)
    old_names, new_names = set(_file_columns(before)), set(_file_columns(now))
    renamed = tuple(
        (name, before.header[name], now.header[name])
        for name in before.header
        if name in now.header and before.header[name] != now.header[name]
    )
    levels = [set(table.index.get_level_values("level")) for table in (old, new)]
    return Changes(
        columns_added=tuple(sorted(new_names - old_names - {after for _, _, after in renamed})),
        columns_removed=tuple(sorted(old_names - new_names - {former for _, former, _ in renamed})),
        renamed=renamed,
        levels_added=tuple(sorted(levels[1] - levels[0])),
        levels_removed=tuple(sorted(levels[0] - levels[1])),
        years_added=tuple(sorted(set(now.years) - set(before.years))),
        years_removed=tuple(sorted(set(before.years) - set(now.years))),
        rows=(len(old), len(new), len(matched)),
        places=_places(old, new),
        revisions=_revisions(old.loc[matched], new.loc[matched], shared),
    )


def _file_columns(release: ReleaseTable) -> Iterable[str]:
    return [*release.header.values(), *release.extra]


def _by_row(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    """The values and the place's name, indexed by year, level, code, key and the number among rows equal in these."""
    table = table.reset_index(drop=True)  # the lines of several sheets are not unique
    place = pd.DataFrame(index=table.index)
    if source.kind == "statistics":
        place["year"] = table["time_period"]
        place["level"] = table["geographic_level"]
        place["code"] = table[list(_CODES)].replace("", pd.NA).bfill(axis=1).iloc[:, 0].fillna("")
        name = table["la_name"].where(
            table["la_name"] != "", table["region_name"].where(table["region_name"] != "", table["country_name"])
        )
        key = list(source.key)
    else:
        codes = [column for column in source.key if column != source.year]
        place["year"] = table[source.year].str[:10] if source.year else ""
        place["level"] = table["sheet"] if source.sheets else ""
        place["code"] = table[codes[0]]
        name = next((table[column] for column in ("name", "la_name") if column in table.columns), place["code"])
        key = codes[1:]
    index = place.join(table[key])
    index["occurrence"] = index.groupby(list(index.columns), dropna=False).cumcount()
    values = table.drop(columns=[*key]).assign(**{"place name": name})
    return values.set_index(pd.MultiIndex.from_frame(index))


def _places(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Places with rows in one release only: in the years that both cover, or at all."""
    found = []
    both_years = set(old.index.get_level_values("year")) & set(new.index.get_level_values("year"))
    for change, here, there in (("removed", old, new), ("added", new, old)):
        rows, others = (
            table.index.to_frame(index=False)[_PLACE]
            .assign(name=table["place name"].to_numpy())
            .drop_duplicates(_PLACE)
            for table in (here, there)
        )
        joined = rows.merge(others[_PLACE], how="left", indicator="where")
        known = set(zip(others["level"], others["code"], strict=True))
        is_new = np.array([place not in known for place in zip(joined["level"], joined["code"], strict=True)], bool)
        alone = joined[(joined["where"] == "left_only") & (joined["year"].isin(both_years) | is_new)]
        for (level, code), part in alone.groupby(["level", "code"]):
            found.append((change, level, code, part["name"].iloc[0], " ".join(sorted(set(part["year"])))))
    return pd.DataFrame(sorted(found), columns=["change", "level", "code", "name", "years"], dtype=object)


def _revisions(old: pd.DataFrame, new: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Values that differ between matched rows, one row each."""
    new = new.reindex(old.index)
    before, now = (table[list(columns)].to_numpy(dtype=object) for table in (old, new))
    row, column = np.nonzero(before != now)
    found = (
        old.index[row]
        .to_frame(index=False)
        .assign(
            name=new["place name"].to_numpy()[row],
            order=column,
            column=np.array(columns, dtype=object)[column],
            before=before[row, column],
            now=now[row, column],
        )
    )
    was, is_now = (pd.to_numeric(found[side], errors="coerce") for side in ("before", "now"))
    found["change"] = np.select(
        [was.isna() & is_now.notna(), was.notna() & is_now.isna(), was.isna() & is_now.isna()], _KINDS[:3], _KINDS[3]
    )
    found["difference"] = (is_now - was).round(9)
    found["kind"], found["relative"] = found["change"].map(_KINDS.index), -(found["difference"] / was).abs()
    key = [level for level in old.index.names if level not in (*_PLACE, "occurrence")]
    found = found[found["difference"] != 0].sort_values(
        ["kind", "relative", *_PLACE, *key, "occurrence", "order"], kind="stable"
    )  # 2 and 2.0 are one number
    return found[["change", *_PLACE, "name", *key, "column", "before", "now", "difference"]].reset_index(drop=True)


def change_table(changes: Changes, most: int = MOST_LISTED) -> pd.DataFrame:
    """All changes as one table for the report file.

    Columns: change, year, level, code, name, the key's columns, column, before, now, difference. Of revised values at
    most `most` are listed; a last row says how many more there are.
    """
    rows: list[dict[str, object]] = [{"change": "rows", "before": changes.rows[0], "now": changes.rows[1]}]
    rows += [
        {"change": f"column {what}", "column": column}
        for what, columns in (("added", changes.columns_added), ("removed", changes.columns_removed))
        for column in columns
    ]
    rows += [
        {"change": "column renamed", "column": name, "before": before, "now": now}
        for name, before, now in changes.renamed
    ]
    rows += [
        {"change": f"level {what}", "level": level}
        for what, levels in (("added", changes.levels_added), ("removed", changes.levels_removed))
        for level in levels
    ]
    rows += [
        {"change": f"year {what}", "year": year}
        for what, years in (("added", changes.years_added), ("removed", changes.years_removed))
        for year in years
    ]
    rows += [
        {
            "change": f"place {place.change}",
            "year": place.years,
            "level": place.level,
            "code": place.code,
            "name": place.name,
        }
        for place in changes.places.itertuples(index=False, name="Place")
    ]
    listed = changes.revisions.head(most)
    table = pd.concat([pd.DataFrame(rows, columns=listed.columns, dtype=object), listed.astype(object)])
    if (more := len(changes.revisions) - len(listed)) > 0:
        table = pd.concat([table, pd.DataFrame([{"change": f"and {more} more values"}], columns=listed.columns)])
    return table.fillna("").reset_index(drop=True)


def summary(changes: Changes) -> list[str]:
    """The changes in short: a line for each kind that there is, for the terminal."""
    before, now, matched = changes.rows
    lines = [f"rows: {before:,} before, {now:,} now, {matched:,} of the same place and year in both"]
    for what, names in (
        ("columns added", changes.columns_added),
        ("columns removed", changes.columns_removed),
        ("columns renamed", [f"{old} → {new}" for _, old, new in changes.renamed]),
        ("geographic levels added", changes.levels_added),
        ("geographic levels removed", changes.levels_removed),
        ("years added", changes.years_added),
        ("years removed", changes.years_removed),
    ):
        if names:
            lines.append(f"{what} ({len(names)}): {', '.join(map(str, names))}")
    for change in ("added", "removed"):
        places = changes.places[changes.places["change"] == change]
        each = [f"{place.name} {place.code} {_spans(place.years)}".rstrip() for place in places.itertuples()]
        if each:
            lines.append(f"places {change} ({len(each)}): {'; '.join(each)}")
    lines += [f"values, {line}" for line in _revision_lines(changes.revisions)]
    return lines if len(lines) > 1 or before != now else [*lines, "no value differs"]


def _spans(years: str) -> str:
    """Years in brackets, without a list of all where they follow one another.

    >>> _spans("2017 2018 2019"), _spans("2017 2019"), _spans("")
    ('(2017 to 2019)', '(2017, 2019)', '')
    """
    each = years.split()
    if not each:
        return ""
    follow = len(each) > 2 and all(year.isdigit() for year in each) and int(each[-1]) - int(each[0]) == len(each) - 1
    return f"({each[0]} to {each[-1]})" if follow else f"({', '.join(each)})"


def _revision_lines(revisions: pd.DataFrame) -> Iterable[str]:
    for kind in _KINDS:
        part = revisions[revisions["change"] == kind]
        if part.empty:
            continue
        times = part["column"].value_counts().sort_index()
        by_column = ", ".join(f"{column} {number}" for column, number in times.items())
        largest = ""
        if kind == "revised":
            first = part.iloc[0]
            largest = (
                f"; the largest in proportion: {first['column']} of {first['name'] or first['code']} "
                f"{first['year']}, {first['before']} → {first['now']}"
            )
        yield f"{kind} ({len(part):,}): {by_column}{largest}"
