"""What a profile says, against the panel it is made from: comparisons, places, flags, gaps, changes, boundaries."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from pipeline.chapters.profiles import tables
from pipeline.chapters.profiles import words as say
from pipeline.chapters.profiles.comparisons import FEWEST_PLACED, compare
from pipeline.chapters.profiles.content import publish_profile
from pipeline.chapters.profiles.national_findings import national_table, national_text
from pipeline.phrases import lower_first
from pipeline.publishing import Publication
from tests.authorities.profile_projects import JOINT, NORTHSHIRE, effects, made_up_profiles


@pytest.fixture(scope="module")
def profiles(cleaned):
    return made_up_profiles(cleaned)


@pytest.fixture(scope="module")
def panel(cleaned):
    return cleaned.panel_today


def test_every_authority_and_joint_return_of_today_has_one_profile(profiles, panel):
    assert list(profiles) == sorted(panel.loc[panel["level"].isin(["authority", "joint"]), "unit"].unique())
    assert {each.slug for each in profiles.values()} == {unit.lower().replace("+", "-") for unit in profiles}


def test_figures_are_those_of_the_panel_to_the_last_digit(profiles, panel):
    published = panel.set_index(["unit", "indicator", "year"])
    for unit, profile in profiles.items():
        for row in profile.figures.itertuples():
            if pd.notna(row.value):
                assert row.value == published.loc[(unit, row.indicator, row.year), "value"] and row.reason == ""
            else:
                assert row.reason and pd.isna(published.loc[(unit, row.indicator, row.year), "value"])
            assert (row.england == published["value"].get(("E92000001", row.indicator, row.year), np.nan)) or pd.isna(
                row.england
            )


def test_the_neighbours_spread_counts_only_neighbours_with_a_figure(profiles, panel, cleaned):
    values = panel.set_index(["unit", "indicator", "year"])["value"]
    seen = set()
    for unit, profile in profiles.items():
        theirs = set(cleaned.neighbours.loc[cleaned.neighbours["unit"] == unit, "neighbour"])
        for row in profile.figures.itertuples():
            there = np.array(
                [values.get((each, row.indicator, row.year), np.nan) for each in sorted(theirs)], dtype=float
            )
            there = there[~np.isnan(there)]
            assert row.with_figures == len(there)
            if len(there):
                found = [row.lowest, row.lower_quartile, row.median, row.upper_quartile, row.highest]
                np.testing.assert_allclose(found, np.quantile(there, [0, 0.25, 0.5, 0.75, 1]))
                seen.add(len(there) < len(theirs))
            else:
                assert pd.isna(row.median)
    assert seen == {True, False}


def test_places_are_those_of_sorting_and_follow_which_end_is_better():
    units = pd.DataFrame({"unit": list("ABCDEFGH"), "level": "authority", "region": "R", "began": 0})
    rows = pd.DataFrame(
        {
            "unit": list("ABCDEFGH") * 2,
            "level": "authority",
            "indicator": ["low"] * 8 + ["high"] * 8,
            "year": 2024,
            "value": [5.0, 1, 1, 7, 8, 9, 2, None] * 2,
            "reason": "",
            "numerator": np.nan,
            "denominator": np.nan,
            "bridged": "",
        }
    )
    indicators = [SimpleNamespace(id=name, better=name, role="support") for name in ("low", "high")]
    found = compare(rows, units, pd.DataFrame({"unit": [], "neighbour": []}, dtype=object), indicators).set_index(
        ["indicator", "unit"]
    )
    assert found.loc["low", "place"].dropna().to_dict() == {"A": 4, "B": 1, "C": 1, "D": 5, "E": 6, "F": 7, "G": 3}
    assert found.loc["high", "place"].dropna().to_dict() == {"A": 4, "B": 6, "C": 6, "D": 3, "E": 2, "F": 1, "G": 5}
    assert found.loc[("low", "A"), "placed"] == 7 < FEWEST_PLACED and found["quarter"].isna().all()
    assert found.loc["low", "tied"].to_dict() == {unit: unit in "BC" for unit in "ABCDEFGH"}


def test_flags_are_by_wilsons_interval(profiles):
    checked = set()
    for profile in profiles.values():
        for row in profile.figures[profile.figures["low"].notna()].itertuples():
            low, high = proportion_confint(row.numerator, row.denominator, method="wilson")
            assert row.low == pytest.approx(100 * low, abs=1e-9) and row.high == pytest.approx(100 * high, abs=1e-9)
            expected = "above" if 100 * low > row.england else "below" if 100 * high < row.england else "unclear"
            assert row.against_england == (expected if pd.notna(row.england) else "")
            checked.add(row.against_england)
    assert len(checked) >= 2


def test_workforce_rates_are_never_tested(profiles):
    figures = profiles[NORTHSHIRE].figures
    assert (figures.loc[figures["indicator"] == "vacancy_rate", "against_england"] == "").all()


def test_the_interval_of_a_change_is_newcombes(profiles):
    rows = pd.concat(each.changes.assign(unit=unit) for unit, each in profiles.items())
    shares = rows[rows["change_low"].notna()]
    assert len(shares) > 5
    for row in shares.head(8).itertuples():
        figures = profiles[row.unit].figures.set_index(["indicator", "year"])
        then, now = figures.loc[(row.indicator, row.since)], figures.loc[(row.indicator, row.year)]
        low, high = confint_proportions_2indep(
            now["numerator"], now["denominator"], then["numerator"], then["denominator"], method="newcomb"
        )
        assert row.change_low == pytest.approx(100 * low, abs=0.15) and row.change_high == pytest.approx(
            100 * high, abs=0.15
        )
    assert rows.loc[rows["indicator"].isin(["vacancy_rate", "caseload"]), "change_low"].isna().all()


def test_an_indicator_of_one_year_has_no_change(profiles):
    assert "worker_changes" not in set(profiles[NORTHSHIRE].changes["indicator"])


def test_gaps_name_every_missing_year_once_with_its_reason_in_words(profiles):
    for profile in profiles.values():
        own = say.own_figures(profile)
        missing = own[own["value"].isna()]
        listed = [
            (title.strip().lower(), int(year))
            for row in tables.gaps(profile).itertuples()
            for title in row.title.split(";")
            for part in row.years.split(", ")
            for low, _, high in [part.partition(" to ")]
            for year in range(int(low), int(high or low) + 1)
        ]
        titles = dict(zip(profile.indicators["id"], profile.indicators["title"].str.lower(), strict=True))
        assert sorted(listed) == sorted((titles[row.indicator], row.year) for row in missing.itertuples())
        assert not any("_" in why for why in tables.gaps(profile)["why"])


def test_years_before_an_authority_existed_are_told_from_years_that_were_not_published(profiles):
    reasons = {unit: set(profile.figures["reason"]) for unit, profile in profiles.items()}
    assert "not_yet" in reasons["E06999028"]  # its boundary changed, and earlier figures are left out
    assert "not_yet" not in reasons["E06999014"]  # a new code for the same area: its series goes on
    assert "not_yet" not in reasons[JOINT]  # both parts together are the county that was split


def test_boundaries_name_the_former_authorities(profiles):
    assert "Southshire was split in two." in say.lineage(profiles[JOINT]) and "`E10999007`" in say.lineage(
        profiles[JOINT]
    )
    assert "Carried on in this profile" in say.lineage(profiles["E06999014"])
    assert "Not in this profile" in say.lineage(profiles["E06999028"])
    assert "No change of boundaries" in say.lineage(profiles[NORTHSHIRE])


def test_the_last_judgement_is_the_newest_that_has_one(profiles, cleaned):
    graded = cleaned.inspections[cleaned.inspections["used"] & cleaned.inspections["overall"].notna()]
    with_one = [unit for unit in graded["unit"].unique() if unit in profiles and "+" not in unit]
    assert with_one
    for unit in with_one:
        last = graded[graded["unit"] == unit].sort_values("inspected").iloc[-1]
        said = say.judgement_sentence(profiles[unit])
        assert f"*{last['overall_grade']}*" in said and f"{last['inspected']:%B %Y}" in said


def test_an_authority_without_a_judgement_says_so(profiles):
    none = profiles[NORTHSHIRE].__class__(
        **{**vars(profiles[NORTHSHIRE]), "judgements": profiles[NORTHSHIRE].judgements.iloc[:0]}
    )
    assert "None yet" in say.judgement_sentence(none)


def test_small_numbers_are_told(profiles):
    newest = profiles[NORTHSHIRE].newest.copy()
    newest.loc[newest["indicator"] == "repeat_plans", ["value", "numerator", "denominator"]] = [40.0, 2.0, 5.0]
    few = profiles[NORTHSHIRE].__class__(**{**vars(profiles[NORTHSHIRE]), "newest": newest})
    assert "2 of 5: a single one is 20 percentage points" in say.small_numbers(few, "outcome")


def test_every_newest_figure_is_named_once_in_short(profiles):
    for profile in profiles.values():
        for role, text in (("support", say.workforce_sentence(profile)), ("outcome", say.outcome_sentence(profile))):
            for title in say.newest(profile, role)["title"]:
                assert len(re.findall(re.escape(lower_first(title)), text, flags=re.IGNORECASE)) == 1, text


def test_without_national_models_the_profile_says_so_and_says_nothing_else(profiles):
    text = national_text(profiles[NORTHSHIRE])
    assert text.startswith("The national models have not been run here") and "\n" not in text
    assert "associations" not in text and national_table(profiles[NORTHSHIRE]).empty


def test_with_national_models_only_the_effects_before_are_shown_and_those_that_stand_are_marked(cleaned):
    profile = made_up_profiles(cleaned, effects())[NORTHSHIRE]
    table = national_table(profile)
    assert table["repeat_plans"].tolist() == ["+0.40 (−0.40 to 1.20)", "+1.50 (0.80 to 2.20)*"]
    assert "Of 2 associations within authorities, 1 stands" in national_text(profile)
    assert "9.9" not in "".join(table.to_numpy().ravel())


@pytest.mark.slow
def test_the_fingerprint_changes_with_any_content_and_with_nothing_else(cleaned, profiles):
    again = made_up_profiles(cleaned)
    assert {unit: each.fingerprint() for unit, each in again.items()} == {
        unit: each.fingerprint() for unit, each in profiles.items()
    }
    assert len({each.fingerprint() for each in profiles.values()}) == len(profiles)
    moved = made_up_profiles(cleaned, effects())
    assert all(moved[unit].fingerprint() != profiles[unit].fingerprint() for unit in profiles)


@pytest.mark.slow
def test_what_is_published_is_all_that_the_report_includes(profiles, tmp_path):
    publish = Publication("08-profile", root=tmp_path, edition="profile/x")
    publish_profile(publish, profiles[JOINT])
    from tests.authorities.profile_projects import ROOT

    source = (ROOT / "reports" / "profile.qmd").read_text(encoding="utf-8")
    included = re.findall(r"include published/08-profile/(\S+)", source)
    assert included and all((publish.folder / path).is_file() for path in included)
    data = pd.read_csv(publish.data / "workforce-over-time.csv")
    own = profiles[JOINT].figures
    assert set(data["title"]) <= set(profiles[JOINT].indicators["title"])
    assert (
        data["value"].notna().sum()
        == own[own["indicator"].isin(["vacancy_rate", "turnover_rate", "agency_rate", "caseload", "absence_rate"])][
            "value"
        ]
        .notna()
        .sum()
    )
