"""What the documents say of authorities in numbers, held against the published statistics.

data/raw/authorities/claims.yaml holds one entry a statement: its document and place, the claim in our own words, and
either a check or why there is none. No figure that is not published becomes a number: its claim is not checkable, with
the reason as a sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pandas as pd

from pipeline.authorities.panel.cleaned import Cleaned
from pipeline.authorities.panel.geography import LOCAL
from pipeline.authorities.panel.indicators import Indicator
from pipeline.authorities.panel.inspections import GRADE_WORDS
from pipeline.claims.checking import Stated, verdicts_on
from pipeline.claims.entries import common_problems
from pipeline.claims.figures import (
    Figure,
    difference,
    growth,
    judge_figure,
    judge_order,
    judge_range,
    plain,
    published,
    share_meeting,
)
from pipeline.claims.national_entries import (
    Cell,
    ChangeCheck,
    Check,
    ComparisonCheck,
    JudgementCheck,
    Measured,
    NationalClaims,
    RangeCheck,
    ShareCheck,
    ValueCheck,
)
from pipeline.claims.verdicts import NOT_REPRODUCED, REPRODUCED, Judgement, Word, judge_word
from pipeline.errors import Unpublished
from pipeline.inputs.yaml_models import read_model

ENGLAND = "E92000001"
NOT_DOWNLOADED = "The statistics have not been downloaded."
Indicators = dict[str, Indicator]  # by id


def read_national_claims(path: Path, indicators: Sequence[Indicator]) -> NationalClaims:
    """Read and check claims.yaml; raise CodebookError naming the file, and each problem's entry, key and fix.

    `indicators` are those of `pipeline.authorities.panel.indicators.read_indicators`; id and what is published behind the
    value (numerator, denominator) are used.
    """
    return read_model(path, NationalClaims, lambda claims: _problems(claims, {each.id: each for each in indicators}))


def check_national_claims(
    claims: NationalClaims, cleaned: Cleaned, indicators: Sequence[Indicator], earlier: Cleaned | None = None
) -> pd.DataFrame:
    """A verdict on every claim, as `pipeline.claims.checking.verdicts_on` has them.

    Of `cleaned`, the tables panel and inspections are used; without downloaded data they are empty and every claim is
    not checkable. `earlier` holds an older release: where a claim's figures differ in it, the note says what they were.
    found_low and found_high are what rounding allows the figure: in its own unit, per cent or points for a change, left
    less right for a comparison, per cent for a share of authorities, 1 (outstanding) to 4 for a judgement.

    >>> from types import SimpleNamespace
    >>> from pipeline.authorities.panel.indicators import read_indicators
    >>> from pipeline.files import project_root
    >>> indicators = read_indicators()
    >>> claims = read_national_claims(project_root() / "data/raw/authorities/claims.yaml", indicators)
    >>> nothing = SimpleNamespace(panel=pd.DataFrame(columns=["unit", "name"]), inspections=pd.DataFrame())
    >>> checked = check_national_claims(claims, nothing, indicators)
    >>> checked.set_index("id").loc["agency-share", ["claimed", "verdict"]].tolist()
    ['17.6%', 'not checkable']
    """
    by_id = {each.id: each for each in indicators}
    before = None if earlier is None else Statistics(claims, earlier, by_id)
    return verdicts_on(claims.claims, Statistics(claims, cleaned, by_id, before))


@dataclass(frozen=True)
class Statistics:
    """The statistics on authorities, as the checks of `claims` look into them; `earlier` is an older release."""

    claims: NationalClaims
    cleaned: Cleaned
    indicators: Indicators
    earlier: "Statistics | None" = None

    def revised(self, check: Check, figure: Figure) -> str:
        """What an older release gave, where there is one that holds the figures."""
        try:
            before = self.earlier.found(check)[0].text if self.earlier else ""
        except Unpublished:
            return ""
        if not before:
            return ""
        return "The older release gave the same." if before == figure.text else f"The older release gave {before}."

    def stated(self, check: Check) -> Stated:
        """Which units and indicators a check is about, and what it claims of them."""
        units: Sequence[str] = ()
        match check:
            case ValueCheck():
                units, items = [check.unit], [check.indicator]
                claimed = f"{check.number}{_sign(self.indicators[check.indicator], check.measure)}"
            case ChangeCheck():
                units, items = [check.unit], [check.indicator]
                unit = "%" if check.change_in == "per cent" else " points"
                claimed = f"{check.number}{unit}, {check.first} to {check.last}"
            case ComparisonCheck(left=left, right=right):
                units, items = [left.unit, right.unit], [left.indicator, right.indicator]
                claimed = f"{check.relation} than"
            case RangeCheck():
                items, claimed = [check.indicator], f"{check.lowest} to {check.highest}"
            case ShareCheck():
                units, items, claimed = (
                    check.units,
                    [check.indicator],
                    f"{check.word} {check.relation} than {check.than}",
                )
            case JudgementCheck():
                units, items, claimed = [check.unit], ["judgement"], GRADE_WORDS[check.grade]
        return Stated([_name(self.cleaned.panel, unit) for unit in units] or ["authorities"], items, claimed)

    def found(self, check: Check) -> tuple[Figure, Judgement]:
        """What the statistics say to a check, and the judgement; raises Unpublished if they say nothing."""
        if isinstance(check, JudgementCheck):
            return _held_against_judgements(check, self.cleaned.inspections)
        panel, indicators = self.cleaned.panel, self.indicators
        if panel.empty:
            raise Unpublished(NOT_DOWNLOADED)
        match check:
            case ValueCheck():
                found = _figure(check, check.unit, check.year, panel, indicators)
                return found, judge_figure(found, check.number)
            case ChangeCheck():
                ends = [_figure(check, check.unit, year, panel, indicators) for year in (check.first, check.last)]
                found = growth(*ends) if check.change_in == "per cent" else difference(*ends)
                return found, judge_figure(found, check.number)
            case ComparisonCheck():
                left, right = (_placed(cell, panel, indicators) for cell in (check.left, check.right))
                gap = difference(right, left)
                return (
                    replace(gap, text=f"{left.text} against {right.text}"),
                    judge_order(left, check.relation, right),
                )
            case RangeCheck():
                return _held_against_range(check, panel, indicators)
            case ShareCheck():
                return _held_against_share(check, self.claims.words[check.word], panel, indicators)


def _held_against_range(check: RangeCheck, panel: pd.DataFrame, indicators: Indicators) -> tuple[Figure, Judgement]:
    lines = authorities(panel, check.year, check.indicator)
    known = lines.dropna(subset=["value"]).sort_values(["value", "unit"])
    ends = []
    for line in (known.iloc[0], known.iloc[-1]):
        figure = _published(line["value"], indicators[check.indicator])
        ends.append(replace(figure, text=f"{figure.text} ({line['name']})"))
    judged = judge_range(*ends, check.lowest, check.highest)
    note = f"{judged.note} {len(known)} of {len(lines)} authorities have a figure for {check.year}."
    text = f"{plain(ends[0].printed)} to {plain(ends[1].printed)}"
    return Figure(ends[0].printed, ends[0].lowest, ends[1].highest, text), Judgement(judged.verdict, note)


def _held_against_share(
    check: ShareCheck, word: Word, panel: pd.DataFrame, indicators: Indicators
) -> tuple[Figure, Judgement]:
    indicator = indicators[check.indicator]
    lines = authorities(panel, check.year, check.indicator, check.units)
    known = [_published(value, indicator) for value in lines["value"].dropna()]
    if check.than == "england":
        limit, whose = _published(find(panel, ENGLAND, check.year, check.indicator), indicator), "England's "
    else:
        limit, whose = Figure.exactly(check.than, plain(check.than)), ""
    share = share_meeting(known, check.relation, limit)
    judged = judge_word(share, check.word, word)
    meeting = round(share.published * share.base / 100)
    text = f"{meeting} of {share.base}"
    without = (len(check.units) or len(lines)) - len(known)
    side = "below" if check.relation == "less" else "above"
    note = (
        f"In {check.year} {text} authorities with a figure lie {side} {whose}{limit.text}; stated: {check.word}, "
        f"{word.literal}." + f" Without a figure: {without}." * bool(without)
    )
    return (Figure(share.published, share.lowest, share.highest, text), replace(judged, note=note))


def _held_against_judgements(check: JudgementCheck, inspections: pd.DataFrame) -> tuple[Figure, Judgement]:
    if inspections.empty:
        raise Unpublished(NOT_DOWNLOADED)
    days = pd.to_datetime(inspections["inspected"])
    within = (days >= pd.Timestamp(check.since)) & (days <= pd.Timestamp(check.until or days.max()))
    judged = inspections[within & (inspections["unit"] == check.unit) & inspections["overall"].notna()]
    if judged.empty:
        raise Unpublished(f"These statistics have no judgement of {check.unit} since {check.since}.")
    first = judged.loc[days[judged.index].idxmin()]
    grade = int(first["overall"])
    text = f"{GRADE_WORDS[grade]} ({first['name']}, inspected {days[first.name]:%d %B %Y})"
    return (
        Figure.exactly(grade, text),
        Judgement(REPRODUCED if grade == check.grade else NOT_REPRODUCED, f"The first judgement there: {text}."),
    )


def find(panel: pd.DataFrame, unit: str, year: int, indicator: str, column: str = "value") -> float:
    """The number in a column (value, numerator or denominator) of a unit's line in a year.

    `panel` is panel.csv as `pipeline.authorities.panel.cleaned` reads it. Raises Unpublished, with the reason, if no number is
    there.
    """
    lines = panel[panel["indicator"] == indicator]
    if lines.empty:
        raise Unpublished(f"There is no {indicator} in the statistics that were downloaded.")
    line = lines[(lines["unit"] == unit) & (lines["year"] == year)]
    if line.empty:
        first, last = lines["year"].min(), lines["year"].max()
        raise Unpublished(f"These statistics have {indicator} from {first} to {last}, but not of {unit} for {year}.")
    number, reason = line[column].iloc[0], line["reason"].iloc[0]
    if pd.isna(number):
        why = reason.replace("_", " ") or f"no {column} published"
        raise Unpublished(f"There is no figure of {indicator} of {unit} for {year}: {why}.")
    return float(number)


def authorities(panel: pd.DataFrame, year: int, indicator: str, units: Sequence[str] = ()) -> pd.DataFrame:
    """The lines of authorities and joint returns in a year, or of some of them; value may be missing.

    Raises Unpublished if none of them has a number.
    """
    lines = panel[(panel["indicator"] == indicator) & (panel["year"] == year) & panel["level"].isin(LOCAL)]
    if units:
        lines = lines[lines["unit"].isin(units)]
    if not lines["value"].notna().any():
        raise Unpublished(f"These statistics have no {indicator} of these authorities for {year}.")
    return lines


def _figure(measured: Measured, unit: str, year: int, panel: pd.DataFrame, indicators: Indicators) -> Figure:
    number = find(panel, unit, year, measured.indicator, measured.measure)
    if measured.printed_to is None:
        return _published(number, indicators[measured.indicator])
    return published(number, measured.printed_to)


def _placed(cell: Cell, panel: pd.DataFrame, indicators: Indicators) -> Figure:
    figure = _figure(cell, cell.unit, cell.year, panel, indicators)
    text = f"{figure.text} ({_name(panel, cell.unit)}, {cell.year})"
    return replace(figure, text=text)


def _published(value: float, indicator: Indicator) -> Figure:
    return published(value, Decimal(1).scaleb(-indicator.decimals), _sign(indicator))


def _sign(indicator: Indicator, measure: str = "value") -> str:
    return "%" if measure == "value" and indicator.unit == "per cent" else ""


def _name(panel: pd.DataFrame, unit: str) -> str:
    names = panel.loc[panel["unit"] == unit, "name"]
    return "England" if unit == ENGLAND else names.iloc[-1] if len(names) else unit


def _cells(check: Check | None) -> list[tuple[str, str, str]]:
    """The indicators that a check looks at, as (words that lead to it in the file, indicator, measure)."""
    match check:
        case ComparisonCheck(left=left, right=right):
            return [("left, ", left.indicator, left.measure), ("right, ", right.indicator, right.measure)]
        case Measured():
            return [("", check.indicator, check.measure)]
        case RangeCheck() | ShareCheck():
            return [("", check.indicator, "value")]
        case _:
            return []


def _problems(claims: NationalClaims, indicators: Indicators) -> Iterator[str]:
    """What a claims file says that does not fit itself or the indicators."""
    yield from common_problems(claims)
    for claim in claims.claims:
        entry = f"claims, {claim.id}"
        if claim.document not in claims.documents:
            yield f"{entry}, document: {claim.document!r} is not listed; use one of {', '.join(claims.documents)}"
        for key, check in (("check", claim.check), ("beside", claim.beside)):
            for side, indicator, measure in _cells(check):
                if indicator not in indicators:
                    yield (
                        f"{entry}, {key}, {side}indicator: {indicator!r} is not in indicators.yaml; "
                        f"use one of {', '.join(sorted(indicators))}"
                    )
                elif measure != "value" and not getattr(indicators[indicator], measure):
                    yield f"{entry}, {key}, {side}measure: {indicator} has no {measure}; use value"
    for n, each in enumerate(claims.not_claims, start=1):
        if each.document not in claims.documents:
            yield f"not_claims, entry {n}, document: {each.document!r} is not listed; add it under documents"
