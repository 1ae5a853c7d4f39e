"""What the profile of one authority holds: its figures, and all that a reader needs to judge them. No file is touched.

    profiles = build_profiles(read_cleaned(), read_indicators(), read_lineage())  # one a unit: 150 in a few seconds

profile_comparisons.py compares, profile_content.py says it in words and publishes it, profile_jobs.py makes all.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.authorities.panel.geography import LOCAL, members, unit_id
from pipeline.chapters.profiles.comparisons import changes, compare

if TYPE_CHECKING:
    from pipeline.authorities.panel.cleaned import Cleaned
    from pipeline.authorities.panel.geography import Event, Lineage

SHOWN = ("support", "outcome", "context")  # the roles of indicators that a profile shows
FACTS = ["id", "title", "definition", "role", "better", "reference", "unit", "decimals"]  # of an indicator
JUDGEMENTS = [
    "authority",
    "name",
    "inspected",
    "published",
    "kind",
    "framework",
    "overall",
    "overall_grade",
    "leaders",
    "help_and_protection",
    "in_care",
    "care_leavers",
]
LINEAGE = ["date", "unit", "name", "policy", "first", "last", "figures", "note"]
OF_A_JOINT_SERVICE = (  # as inspections.csv says why it is not used again
    "the same inspection of a joint service, counted once"
)
EFFECTS = [
    "support",
    "outcome",
    "timing",
    "model",
    "step",
    "unit",
    "effect",
    "low",
    "high",
    "p_adjusted",
    "mde",
    "units",
    "primary",
    "adjusted",
    "status",
]


@dataclass(frozen=True)
class Profile:
    """Everything that one profile says, as plain texts and frames.

    `kind` is "authority" or "joint" (several authorities that report together). `figures` and `changes` are this unit's
    rows of `compare` and `changes`, `newest` those of the newest year with the facts of each indicator; `judgements`
    its inspections; `neighbours` its statistical neighbours, the most alike first; `lineage` what was done about
    changed boundaries; `indicators` the facts of those shown; `national` the national models' effects (no rows where
    they were not run).
    """

    unit: str
    name: str
    kind: str
    region: str
    old_codes: tuple[str, ...]
    figures: pd.DataFrame
    newest: pd.DataFrame
    changes: pd.DataFrame
    judgements: pd.DataFrame
    neighbours: pd.DataFrame
    lineage: pd.DataFrame
    indicators: pd.DataFrame
    national: pd.DataFrame

    @property
    def slug(self) -> str:
        """The unit as the name of a folder: e06000061-e06000062."""
        return slug(self.unit)

    def fingerprint(self) -> str:
        """A hash of all that the profile says: two profiles with the same one read the same."""
        digest = hashlib.sha256()
        for field in fields(self):
            content = getattr(self, field.name)
            text = (
                content.to_csv(index=False, float_format="%.12g")
                if isinstance(content, pd.DataFrame)
                else repr(content)
            )
            digest.update(f"{field.name}\n{text}\n".encode())
        return digest.hexdigest()


def slug(unit: str) -> str:
    """
    >>> slug("E06000061+E06000062")
    'e06000061-e06000062'
    """
    return unit.lower().replace("+", "-")


def build_profiles(
    cleaned: "Cleaned", indicators: Iterable, lineage: "Lineage", effects: pd.DataFrame | None = None
) -> tuple[Profile, ...]:
    """The profile of every authority and joint return of today's panel, by unit; none where nothing was fetched.

    `effects` are those of the national models; without them a profile says that they were not run.
    """
    if cleaned.panel_today.empty:
        return ()
    facts = [each for each in indicators if each.role in SHOWN]
    today = cleaned.panel_today.loc[cleaned.panel_today["level"].isin(LOCAL), "unit"].unique()
    units = cleaned.units.assign(
        began=[_began(lineage, unit) if unit in today else 0 for unit in cleaned.units["unit"]]
    )
    compared = compare(cleaned.panel_today, units, cleaned.neighbours, facts)
    table = pd.DataFrame([[getattr(each, name) for name in FACTS] for each in facts], columns=FACTS)
    shown = table[table["id"].isin(compared["indicator"])].reset_index(drop=True)
    national = pd.DataFrame(columns=EFFECTS) if effects is None else effects.reindex(columns=EFFECTS)
    figures, changed, newest = _by_unit(compared), _by_unit(changes(compared)), _by_unit(_newest(compared, shown), "of")
    judgements, neighbours = _by_unit(_judgements(cleaned.inspections)), _by_unit(_neighbours(cleaned))
    done = _bridged(cleaned.bridging)
    listed = units[units["unit"].isin(figures)].sort_values("unit")
    return tuple(
        Profile(
            unit=unit,
            name=spoken(name),
            kind=kind,
            region=str(region),
            old_codes=tuple(re.findall(r"\d{3}", str(old_code))),
            figures=figures[unit],
            newest=newest[unit],
            changes=changed.get(unit, changed[""]),
            judgements=_together(
                [judgements[each] for each in [unit, *_former(lineage, unit)] if each in judgements], judgements[""]
            ),
            neighbours=neighbours.get(unit, neighbours[""]),
            lineage=_lineage(lineage, done, unit),
            indicators=shown,
            national=national,
        )
        for unit, name, kind, region, old_code in listed[
            ["unit", "name", "level", "region_name", "old_code"]
        ].itertuples(index=False)
    )


def _newest(compared: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """The figures of the newest year, with the indicators' facts (`unit`: what they are measured in; `of`: whose)."""
    last = compared.rename(columns={"unit": "of"})[
        compared["year"] == compared.groupby("indicator")["year"].transform("max")
    ]
    return last.merge(facts.rename(columns={"id": "indicator"}), "left", "indicator")


def _by_unit(table: pd.DataFrame, column: str = "unit") -> dict[str, pd.DataFrame]:
    """The rows of each unit, which `column` names, and under "" the table without rows; that column is left out."""
    rest = table.drop(columns=column)
    rows = {unit: rest.iloc[at].reset_index(drop=True) for unit, at in table.groupby(column).indices.items()}
    return {"": rest.iloc[:0], **rows}


def _together(parts: list[pd.DataFrame], none: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0] if parts else none


def spoken(name: str) -> str:
    """A name as a sentence says it.

    >>> spoken("North Shire / West Shire"), spoken("Bristol, City of")
    ('North Shire and West Shire', 'Bristol, City of')
    """
    return " and ".join(part.strip() for part in str(name).split("/"))


def _judgements(inspections: pd.DataFrame) -> pd.DataFrame:
    """Inspections with an overall judgement, the newest first; one of a joint service counts for each member."""
    used = inspections["used"].astype(bool) | (inspections["why"] == OF_A_JOINT_SERVICE)
    own = inspections[used & inspections["overall"].notna()].reindex(columns=["unit", *JUDGEMENTS])
    return own.sort_values(["inspected", "name"], ascending=[False, True])


def _neighbours(cleaned: "Cleaned") -> pd.DataFrame:
    names = cleaned.units.set_index("unit")["name"].map(spoken)
    table = cleaned.neighbours.sort_values(["unit", "rank"])
    return table.assign(
        name=table["neighbour"].map(names).fillna(table["neighbour"]), closeness=table["closeness"].str.strip()
    )


def _events(lineage: "Lineage", unit: str) -> list["Event"]:
    """The changes that led to the authorities of a unit, the newest first."""
    found, codes = [], set(members(unit))
    for event in reversed(lineage.events):
        if codes & set(event.to):
            found.append(event)
            codes |= set(event.before)
    return found


def _former(lineage: "Lineage", unit: str) -> list[str]:
    """The codes of the authorities that came before, and of a joint return's members."""
    before = [code for event in _events(lineage, unit) for code in event.before]
    return [code for code in dict.fromkeys([*members(unit), *before]) if code != unit]


def _began(lineage: "Lineage", unit: str) -> int:
    """The year in which an area came to be that earlier figures are not about; 0 where they are."""
    broken = [
        event.date.year
        for event in _events(lineage, unit)
        if event.policy == "exclude" and not (event.kind == "split" and unit_id(event.to) == unit)
    ]
    return max(broken, default=0)


def _bridged(bridging: pd.DataFrame) -> pd.DataFrame:
    """How many figures of which years each policy moved or left out, for each authority and reason."""
    rows = bridging.fillna({"into": "", "note": ""})
    return rows.groupby(["unit", "name", "policy", "note"], as_index=False).agg(
        first=("year", "min"), last=("year", "max"), figures=("year", "size")
    )


def _lineage(lineage: "Lineage", bridged: pd.DataFrame, unit: str) -> pd.DataFrame:
    """What happened to the unit's boundaries (no `policy`), and what was done with the figures of those before it."""
    notes = [(f"{event.date:%Y-%m-%d}", event.note) for event in _events(lineage, unit)]
    notes += [(f"{joint.since:%Y-%m-%d}", joint.note) for joint in lineage.joint_returns if joint.unit == unit]
    happened = pd.DataFrame(sorted(set(notes)), columns=["date", "note"]).assign(policy="")
    done = bridged[bridged["unit"].isin(_former(lineage, unit))]
    return pd.concat([happened, done], ignore_index=True).reindex(columns=LINEAGE)
