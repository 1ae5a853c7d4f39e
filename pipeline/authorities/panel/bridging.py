"""The panel on today's authorities: what can be carried or added up is, the rest is left out, and all is logged."""

import math

import pandas as pd

from pipeline.authorities.panel.cleaned import BRIDGING, KEY, PANEL
from pipeline.authorities.panel.geography import JOIN, LOCAL, Lineage, bridge, members
from pipeline.authorities.panel.indicators import Indicator
from pipeline.authorities.panel.values import NOT_PUBLISHED

TODAY = [*PANEL, "bridged"]
OWN_FIGURE = "The unit of today has a row of its own in this year."
INSTEAD = "It is no number, and one was carried or added up instead."


def units_of_today(units: pd.DataFrame, lineage: Lineage) -> tuple[str, ...]:
    """Authorities and joint returns that no other unit of the register has followed, members of a joint return not."""
    local = set(units.loc[units["level"].isin(LOCAL), "unit"])
    living = {unit for unit in local if JOIN not in unit and not _followed(unit, local, lineage)}
    joints = {unit for unit in local if JOIN in unit and living >= set(members(unit))}
    inside = {member for joint in joints for member in members(joint)}
    return tuple(sorted((living - inside) | joints))


def _followed(unit: str, local: set[str], lineage: Lineage) -> bool:
    event = lineage.ending(unit)
    return event is not None and any(code in local or _followed(code, local, lineage) for code in event.to)


def bridged_panel(
    panel: pd.DataFrame, units: pd.DataFrame, indicators: tuple[Indicator, ...], lineage: Lineage
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The panel on the units of today (columns TODAY, every unit, year and indicator) and the log (columns BRIDGING).

    A figure under the unit's own code comes first, then one that is carried, then a sum of all parts; England and
    regions stay as published. A cell without any row has the reason not_published.
    """
    if panel.empty:
        return pd.DataFrame(columns=TODAY), pd.DataFrame(columns=BRIDGING)
    today = units_of_today(units, lineage)
    bridges = {unit: bridge(lineage, unit, today) for unit in panel.loc[panel["level"].isin(LOCAL), "unit"].unique()}
    local = panel["level"].isin(LOCAL)
    policy = panel["unit"].map({unit: each.policy for unit, each in bridges.items()}).where(local, "")
    direct = panel[policy == ""].assign(bridged="")
    carried, log = _carried(panel[policy == "recode"], bridges, direct)
    known = pd.concat([direct, carried], ignore_index=True)
    added, log_of_added = _added(panel[policy == "aggregate"], bridges, indicators, known)
    result = pd.concat([known, added], ignore_index=True)
    # a number comes before a gap, then the order above
    result = result.assign(gap=result["value"].isna()).sort_values([*KEY, "gap"], kind="stable").drop_duplicates(KEY)
    result = pd.concat([result, _gaps(result, today, panel)], ignore_index=True)
    here = units.set_index("unit")
    local = result["level"].isin(LOCAL)
    for column in ("name", "level", "region"):
        result.loc[local, column] = result.loc[local, "unit"].map(here[column])
    left_out = _excluded(panel[policy == "exclude"], bridges)
    numbers = pd.concat([carried, added])
    replaced = direct[direct["value"].isna() & _present(direct, numbers[numbers["value"].notna()])]
    log = pd.concat([log, log_of_added, left_out, _log(replaced, "exclude", "", INSTEAD)])
    log = log.sort_values([*KEY, "policy"]).reset_index(drop=True)
    return result.sort_values(KEY).reset_index(drop=True)[TODAY], log[BRIDGING]


def _log(rows: pd.DataFrame, policy: str, into: object, note: object) -> pd.DataFrame:
    return rows[["unit", "name", "year", "indicator"]].assign(policy=policy, into=into, note=note)


def _carried(rows: pd.DataFrame, bridges: dict, direct: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows whose area has only another code today. Where today's code has one of its own, that one stands."""
    into = rows["unit"].map({unit: each.into for unit, each in bridges.items()})
    moved = rows.assign(unit=into, bridged="recode")
    there = _present(moved, direct[direct["value"].notna()]) | moved["value"].isna() & _present(moved, direct)
    note = rows["unit"].map({unit: each.note for unit, each in bridges.items()})
    log = pd.concat(
        [_log(rows[~there], "recode", into[~there], note[~there]), _log(rows[there], "exclude", "", OWN_FIGURE)]
    )
    return moved[~there], log


def _present(rows: pd.DataFrame, among: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.MultiIndex.from_frame(rows[KEY]).isin(pd.MultiIndex.from_frame(among[KEY])), index=rows.index)


def _added(
    rows: pd.DataFrame, bridges: dict, indicators: tuple[Indicator, ...], known: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums over all parts of a unit of today, rates made again from them."""
    by_id = {indicator.id: indicator for indicator in indicators}
    have = set(known.loc[known["value"].notna(), KEY].itertuples(index=False, name=None))
    cells: dict[tuple, list] = {}
    for row in rows.itertuples():
        cells.setdefault((bridges[row.unit].into, row.year, row.indicator), []).append(row)
    made, log = [], []
    for (unit, year, indicator), parts in cells.items():
        if (unit, year, indicator) in have:
            log += [(part.unit, part.name, year, indicator, "exclude", "", OWN_FIGURE) for part in parts]
            continue
        here = {bridges[part.unit].part for part in parts}
        figures, why = _sum(parts, by_id[indicator], sorted(set(bridges[parts[0].unit].parts) - here))
        made.append(
            {
                "unit": unit,
                "year": year,
                "indicator": indicator,
                "level": "authority",
                "region": "",
                "name": "",
                "source": parts[0].source,
                "line": pd.NA,
                "bridged": "" if why else "aggregate",
                **figures,
            }
        )
        log += [
            (
                part.unit,
                part.name,
                year,
                indicator,
                "exclude" if why else "aggregate",
                "" if why else unit,
                why or bridges[part.unit].note,
            )
            for part in parts
        ]
    frame = pd.DataFrame(made, columns=TODAY).astype(
        {"line": "Int64", "value": float, "numerator": float, "denominator": float}
    )
    return frame, pd.DataFrame(log, columns=BRIDGING)


def _sum(parts: list, indicator: Indicator, absent: list[str]) -> tuple[dict[str, object], str]:
    """The figures of a sum, and why there is none."""
    nothing = {"value": math.nan, "reason": NOT_PUBLISHED, "numerator": math.nan, "denominator": math.nan}
    if absent:
        return nothing, f"There is no row for {', '.join(absent)}, so it is not added up."
    if not indicator.is_count and indicator.per is None:
        return nothing, "A rate without published counts cannot be added up."
    columns = ("value",) if indicator.is_count else ("numerator", "denominator")
    gaps = [part for part in parts if any(math.isnan(getattr(part, column)) for column in columns)]
    if gaps:
        reasons = [part.reason or "a count is not published" for part in gaps]
        why = f"A part is missing: {', '.join(part.name for part in gaps)} ({', '.join(reasons)})."
        return {**nothing, "reason": next((part.reason for part in gaps if part.reason), NOT_PUBLISHED)}, why
    sums = [sum(getattr(part, column) for part in parts) for column in columns]
    if indicator.is_count:
        return {**nothing, "value": sums[0], "reason": ""}, ""
    if sums[1] <= 0:
        return {**nothing, "reason": "not_applicable"}, "The denominator is nought."
    return {"value": indicator.per * sums[0] / sums[1], "reason": "", "numerator": sums[0], "denominator": sums[1]}, ""


def _excluded(rows: pd.DataFrame, bridges: dict) -> pd.DataFrame:
    return _log(rows, "exclude", "", rows["unit"].map({unit: each.note for unit, each in bridges.items()}))


def _gaps(result: pd.DataFrame, today: tuple[str, ...], panel: pd.DataFrame) -> pd.DataFrame:
    """A row for every unit of today, year and indicator that has none."""
    cells = panel[["indicator", "year", "source"]].drop_duplicates(["indicator", "year"])
    grid = cells.merge(pd.DataFrame({"unit": list(today), "level": "authority"}), how="cross")
    empty = grid[~_present(grid, result)]
    return empty.assign(
        name="",
        region="",
        value=math.nan,
        reason=NOT_PUBLISHED,
        numerator=math.nan,
        denominator=math.nan,
        line=pd.array([pd.NA] * len(empty), dtype="Int64"),
        bridged="",
    )
