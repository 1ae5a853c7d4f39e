"""Statements about authorities against a small made-up panel, where every verdict is known, and refused files."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.authorities.panel.cleaned import read_cleaned
from pipeline.authorities.panel.cleaning import clean_files, write_cleaned
from pipeline.authorities.panel.indicators import Indicator, read_indicators
from pipeline.claims.checking import COLUMNS, OF_DOCUMENTS
from pipeline.claims.figures import growth, judge_figure, judge_order, published
from pipeline.claims.national import check_national_claims, find, read_national_claims
from pipeline.claims.verdicts import VERDICTS
from pipeline.errors import CodebookError, Unpublished

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = ROOT / "data" / "raw" / "authorities" / "claims.yaml"
REAL = ROOT.parent / "shared" / "dfe"
NEWEST_FILE, OLDER_FILE = "csww_indicators_2017_to_2024.csv", "csww_headline_measures_2017_to_2022.csv"
ENGLAND, NORTH, EAST, TWIN = "E92000001", "E06999001", "E06999002", "E06999003+E06999004"
NAMES = {ENGLAND: "England", NORTH: "Northshire", EAST: "Eastport", TWIN: "Twinford / Twinham"}
LEVELS = {ENGLAND: "england", TWIN: "joint"}
INDICATORS = tuple(
    Indicator(
        id=id_,
        title=id_,
        definition="Made up.",
        role="support",
        better="low",
        reference="30 September",
        ends={"year": 0, "day": "09-30"},
        source="workforce",
        value="rate",
        numerator=numerator,
        denominator=(),
        per=None,
        unit=unit,
        decimals=1,
    )
    for id_, unit, numerator in [
        ("vacancy_rate", "per cent", "vacancy_fte"),
        ("turnover_rate", "per cent", "leavers_fte"),
        ("caseload", "cases per worker", None),
    ]
)
INSPECTIONS = pd.DataFrame(
    [
        (NORTH, "Northshire", "2019-05-01", 3),
        (NORTH, "Northshire", "2022-02-07", 2),
        (EAST, "Eastport", "2018-06-01", None),
    ],
    columns=["unit", "name", "inspected", "overall"],
)


def line(unit, year, indicator, value, numerator=None, reason=""):
    return {
        "unit": unit,
        "name": NAMES[unit],
        "level": LEVELS.get(unit, "authority"),
        "region": "",
        "year": year,
        "indicator": indicator,
        "value": value,
        "reason": reason if value is None else "",
        "numerator": numerator,
        "denominator": None,
        "source": "workforce",
        "line": 2,
    }


PANEL = pd.DataFrame(
    [
        line(ENGLAND, 2021, "vacancy_rate", 16.7, 6521.9),
        line(ENGLAND, 2022, "vacancy_rate", 20.0, 7912.9),
        line(EAST, 2021, "vacancy_rate", 12.0),
        line(NORTH, 2022, "vacancy_rate", 17.5, 40.0),
        line(EAST, 2022, "vacancy_rate", None, reason="confidential"),
        line(TWIN, 2022, "vacancy_rate", 20.0, 12.0),
        line(ENGLAND, 2022, "caseload", 16.6),
        line(NORTH, 2022, "caseload", 7.4),
        line(EAST, 2022, "caseload", 33.5),
        line(TWIN, 2022, "caseload", None, reason="unavailable"),
    ]
).astype({"value": float, "numerator": float})
CLEANED = SimpleNamespace(panel=PANEL, inspections=INSPECTIONS)
NOTHING = SimpleNamespace(panel=PANEL.iloc[:0], inspections=INSPECTIONS.iloc[:0])
FIRST_JUDGEMENT = "requires improvement to be good (Northshire, inspected 01 May 2019)"
DOCUMENTS = {"report": {"described": "A made-up report", "year": 2023}}
WORDS = {"most": {"literal": {"above": 50}, "note": "More than half."}}


def value(indicator, unit, year, number):
    return {"statistic": "value", "indicator": indicator, "unit": unit, "year": year, "number": number}


def change(number, kind="per cent", **measured):
    measured = measured or {"measure": "numerator", "printed_to": 0.1}
    return {
        "statistic": "change",
        "indicator": "vacancy_rate",
        **measured,
        "unit": ENGLAND,
        "first": 2021,
        "last": 2022,
        "in": kind,
        "number": number,
    }


def comparison(left, relation, right, indicator="vacancy_rate"):
    cells = [{"indicator": indicator, "unit": unit, "year": year} for unit, year in (left, right)]
    return {"statistic": "comparison", "left": cells[0], "relation": relation, "right": cells[1]}


def caseloads(lowest, highest):
    return {"statistic": "range", "indicator": "caseload", "year": 2022, "lowest": lowest, "highest": highest}


def share(relation, than, units=(), indicator="vacancy_rate"):
    return {
        "statistic": "authorities",
        "indicator": indicator,
        "year": 2022,
        "units": list(units),
        "relation": relation,
        "than": than,
        "word": "most",
    }


def judged(unit, grade, since, until="2030-01-01"):
    return {"statistic": "judgement", "unit": unit, "grade": grade, "since": since, "until": until}


def entry(check=None, **more):
    return {
        "id": "one",
        "document": "report",
        "place": {"paragraph": 4, "sentence": 2},
        "claim": "It is so.",
        **({"check": check} if check else {}),
        **more,
    }


def read(tmp_path, *entries, **more):
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump({"documents": DOCUMENTS, "words": WORDS, "claims": list(entries), **more}), "utf-8")
    return read_national_claims(path, INDICATORS)


def checked(tmp_path, entry_, cleaned=CLEANED, earlier=None):
    return check_national_claims(read(tmp_path, entry_), cleaned, INDICATORS, earlier).iloc[0]


@pytest.mark.parametrize(
    ("check", "found", "verdict"),
    [
        (value("vacancy_rate", ENGLAND, 2022, 20), "20%", "reproduced"),
        (value("vacancy_rate", ENGLAND, 2021, 17), "16.7%", "reproduced"),
        (value("vacancy_rate", NORTH, 2022, 18), "17.5%", "reproduced"),
        (
            value("vacancy_rate", NORTH, 2022, 17),
            "17.5%",
            "within rounding",
        ),  # 17.46 is printed as 17.5 and rounds to 17
        (value("vacancy_rate", NORTH, 2022, 17.53), "17.5%", "within rounding"),
        (value("vacancy_rate", ENGLAND, 2021, 16), "16.7%", "not reproduced"),
        (value("caseload", ENGLAND, 2022, 16.6), "16.6", "reproduced"),
        (change(21), "21.3% (from 6521.9 to 7912.9)", "reproduced"),
        (change(21.33), "21.3% (from 6521.9 to 7912.9)", "reproduced"),
        (change(21.329), "21.3% (from 6521.9 to 7912.9)", "within rounding"),  # 21.328, give or take 0.002
        (change(22), "21.3% (from 6521.9 to 7912.9)", "not reproduced"),
        (change(3, "points", measure="value"), "3.3 (from 16.7% to 20%)", "reproduced"),
        (change(3.4, "points", measure="value"), "3.3 (from 16.7% to 20%)", "within rounding"),
        (change(4, "points", measure="value"), "3.3 (from 16.7% to 20%)", "not reproduced"),
        (
            comparison((ENGLAND, 2022), "greater", (ENGLAND, 2021)),
            "20% (England, 2022) against 16.7% (England, 2021)",
            "reproduced",
        ),
        (
            comparison((TWIN, 2022), "less", (ENGLAND, 2022)),
            "20% (Twinford / Twinham, 2022) against 20% (England, 2022)",
            "not reproduced",
        ),
        (caseloads(7, 34), "7.4 to 33.5", "reproduced"),
        (caseloads(7, 33), "7.4 to 33.5", "within rounding"),
        (caseloads(7, 30), "7.4 to 33.5", "not reproduced"),
        (
            share("less", "england"),
            "1 of 2",
            "within rounding",
        ),  # the 20% of the joint return may be less than England's
        (share("greater", 18), "1 of 2", "not reproduced"),
        (share("less", "england", [NORTH]), "1 of 1", "reproduced"),
        (share("less", 21), "2 of 2", "reproduced"),
        (share("greater", 17.5), "1 of 2", "within rounding"),  # Northshire's 17.5 may be 17.54
        (judged(NORTH, 3, "2018-01-01"), FIRST_JUDGEMENT, "reproduced"),
        (judged(NORTH, 2, "2020-01-01"), "good (Northshire, inspected 07 February 2022)", "reproduced"),
        (judged(NORTH, 2, "2018-01-01"), FIRST_JUDGEMENT, "not reproduced"),
    ],
)
def test_known_verdicts(tmp_path, check, found, verdict):
    row = checked(tmp_path, entry(check))
    assert (row["found"], row["verdict"]) == (found, verdict)
    assert row["found_low"] <= row["found_high"]


@pytest.mark.parametrize(
    ("check", "why"),
    [
        (value("vacancy_rate", EAST, 2022, 20), ": confidential."),
        (value("vacancy_rate", ENGLAND, 2016, 20), "from 2021 to 2022, but not of E92000001 for 2016"),
        (value("turnover_rate", ENGLAND, 2022, 20), "no turnover_rate in the statistics that were downloaded"),
        (
            {**value("vacancy_rate", EAST, 2021, 20), "measure": "numerator", "printed_to": 1},
            ": no numerator published.",
        ),
        (share("less", "england", [EAST]), "no vacancy_rate of these authorities for 2022"),
        ({**caseloads(7, 34), "year": 2019}, "no caseload of these authorities for 2019"),
        (judged(EAST, 2, "2018-01-01"), "no judgement of E06999002 since 2018-01-01"),
        (judged(NORTH, 3, "2018-01-01", until="2018-12-31"), "no judgement of E06999001 since 2018-01-01"),
    ],
)
def test_without_a_published_number_nothing_is_judged(tmp_path, check, why):
    row = checked(tmp_path, entry(check))
    assert (row["verdict"], row["found"]) == ("not checkable", "")
    assert why in row["note"]
    assert pd.isna(row["found_low"])


CHECKS = [
    value("vacancy_rate", ENGLAND, 2022, 20),
    change(21),
    comparison((ENGLAND, 2022), "less", (ENGLAND, 2021)),
    caseloads(7, 34),
    share("less", "england"),
    judged(NORTH, 3, "2018-01-01"),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check["statistic"])
def test_without_downloaded_statistics_no_claim_is_checkable(tmp_path, check):
    row = checked(tmp_path, entry(check), NOTHING)
    assert (row["verdict"], row["note"]) == ("not checkable", "The statistics have not been downloaded.")
    assert row["claimed"]


def test_one_row_a_claim_in_the_columns_of_the_other_claims(tmp_path):
    claims = read(
        tmp_path,
        *({**entry(check), "id": check["statistic"]} for check in CHECKS),
        {**entry(not_checkable="No statistics."), "id": "none"},
    )
    table = check_national_claims(claims, CLEANED, INDICATORS)
    assert list(table.columns) == OF_DOCUMENTS
    assert [column for column in OF_DOCUMENTS if column != "document"] == COLUMNS
    assert list(table["id"]) == [claim.id for claim in claims.claims]
    assert table["verdict"].isin(VERDICTS).all()
    assert table["note"].str.endswith(".").all()
    assert set(table[["document", "section", "sentence"]].itertuples(index=False, name=None)) == {
        ("report", "Paragraph 4", 2)
    }
    assert list(table["group"]) == ["England", "England", "England", "authorities", "authorities", "Northshire", ""]


def test_another_year_beside_a_claim_goes_into_the_note_and_decides_nothing(tmp_path):
    row = checked(tmp_path, entry(not_checkable="Too early.", beside=caseloads(7, 34), remark="Which cases is open."))
    assert (row["verdict"], row["found"], row["claimed"]) == ("not checkable", "", "")
    assert row["note"] == (
        "Too early. Beside it: Lowest: 7.4 (Northshire), stated 7. Highest: 33.5 (Eastport), stated 34. "
        "2 of 3 authorities have a figure for 2022. Which cases is open."
    )
    without = checked(tmp_path, entry(not_checkable="Too early.", beside=caseloads(7, 34)), NOTHING)
    assert without["note"] == "Too early."


def test_a_share_says_how_many_have_no_figure(tmp_path):
    note = checked(tmp_path, entry(share("less", "england")))["note"]
    assert note == (
        "In 2022 1 of 2 authorities with a figure lie below England's 20%; stated: most, above 50%. "
        "Without a figure: 1."
    )


def test_an_authority_that_is_meant_but_not_in_the_statistics_has_no_figure(tmp_path):
    assert checked(tmp_path, entry(share("less", 21, [NORTH, "E06999009"])))["note"].endswith(" Without a figure: 1.")


def test_a_comparison_gives_left_less_right(tmp_path):
    row = checked(tmp_path, entry(comparison((ENGLAND, 2022), "greater", (ENGLAND, 2021))))
    assert (row["found_low"], row["found_high"]) == pytest.approx((3.2, 3.4))


def test_a_joint_return_counts_once_and_england_and_regions_not_at_all(tmp_path):
    region = {**line(NORTH, 2022, "caseload", 1.0), "unit": "E12000099", "level": "region"}
    panel = pd.concat([PANEL, pd.DataFrame([region, line(TWIN, 2022, "caseload", 40.0)])], ignore_index=True)
    panel = panel.drop(index=9)
    row = checked(tmp_path, entry(caseloads(7, 40)), SimpleNamespace(panel=panel, inspections=INSPECTIONS))
    assert (row["found"], row["verdict"]) == ("7.4 to 40", "reproduced")
    assert "3 of 3 authorities" in row["note"]


@pytest.mark.parametrize(
    ("numerator", "said"),
    [(6521.9, "The older release gave the same."), (6400.0, "The older release gave 23.6% (from 6400 to 7912.9).")],
)
def test_a_revision_is_named(tmp_path, numerator, said):
    older = PANEL.copy()
    older.loc[0, "numerator"] = numerator
    row = checked(tmp_path, entry(change(21)), earlier=SimpleNamespace(panel=older, inspections=INSPECTIONS.iloc[:0]))
    assert (row["verdict"], row["note"]) == ("reproduced", f"Published: 21.3% (from 6521.9 to 7912.9). {said}")


def test_an_older_release_without_the_year_says_nothing(tmp_path):
    older = SimpleNamespace(panel=PANEL[PANEL["year"] < 2022], inspections=INSPECTIONS.iloc[:0])
    assert checked(tmp_path, entry(change(21)), earlier=older)["note"] == "Published: 21.3% (from 6521.9 to 7912.9)."


@pytest.mark.parametrize(
    ("entries", "more", "problem"),
    [
        (
            [entry(value("wages", ENGLAND, 2022, 20))],
            {},
            "claims, one, check, indicator: 'wages' is not in indicators.yaml; use one of caseload, "
            "turnover_rate, vacancy_rate",
        ),
        (
            [entry(comparison((ENGLAND, 2022), "less", (ENGLAND, 2021), "wages"))],
            {},
            "claims, one, check, right, indicator:",
        ),
        (
            [entry({**value("caseload", ENGLAND, 2022, 20), "measure": "numerator", "printed_to": 1})],
            {},
            "claims, one, check, measure: caseload has no numerator; use value",
        ),
        (
            [entry({**CHECKS[0], "measure": "denominator", "printed_to": 1})],
            {},
            "claims, one, check, measure: vacancy_rate has no denominator; use value",
        ),
        (
            [entry(not_checkable="No.", beside=share("less", 3, indicator="wages"))],
            {},
            "claims, one, beside, indicator:",
        ),
        ([entry({**share("less", 3), "word": "many"})], {}, "claims, one, check, word: 'many' is not under words"),
        ([entry(CHECKS[0]), entry(CHECKS[0])], {}, "claims, one, id: stands 2 times"),
        (
            [{**entry(CHECKS[0]), "document": "novel"}],
            {},
            "claims, one, document: 'novel' is not listed; use one of report",
        ),
        (
            [entry(CHECKS[0])],
            {"not_claims": [{"document": "novel", "paragraph": 1, "figures": ["2"], "why": "A date."}]},
            "not_claims, entry 1, document: 'novel' is not listed",
        ),
        ([entry()], {}, "claims, one, give either check or not_checkable"),
        ([entry(CHECKS[0], not_checkable="No.")], {}, "claims, one, give either check or not_checkable"),
        ([entry(CHECKS[0], beside=CHECKS[1])], {}, "claims, one, beside belongs to a claim that is not checkable"),
        ([entry({**CHECKS[0], "printed_to": 0.1})], {}, "printed_to belongs to a numerator or denominator"),
        ([entry({**CHECKS[0], "measure": "numerator"})], {}, "printed_to belongs to a numerator or denominator"),
        ([entry({**CHECKS[1], "first": 2022})], {}, "first must be a year before last"),
        ([entry({**CHECKS[0], "unit": "Northshire"})], {}, "unit: string should match pattern"),
        ([entry({**CHECKS[0], "colour": "red"})], {}, "colour: extra inputs are not permitted"),
        ([], {}, "claims: tuple should have at least 1 item"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, entries, more, problem):
    with pytest.raises(CodebookError) as refused:
        read(tmp_path, *entries, **more)
    assert problem in str(refused.value)
    assert "claims.yaml has" in str(refused.value)


@pytest.fixture(scope="module")
def national(tmp_path_factory):
    """The project's claims against the publishers' own files, with the older release of the workforce beside them."""
    if not REAL.is_dir():
        pytest.skip("the publishers' files are not at hand")
    files = {"workforce": REAL / NEWEST_FILE, "inspections": REAL / "LA_Inspection_Outcomes_as_at_31_March_2025.ods"}
    older = clean_files({"workforce": REAL / OLDER_FILE})
    folder = tmp_path_factory.mktemp("cleaned")
    write_cleaned(clean_files(files), folder)
    claims = read_national_claims(CLAIMS, read_indicators())
    return check_national_claims(claims, read_cleaned(folder), read_indicators(), older).set_index("id")


def england(year, column, older=False):
    """A cell of England's line as printed, read without the pipeline."""
    with (REAL / (OLDER_FILE if older else NEWEST_FILE)).open(encoding="utf-8-sig", newline="") as file:
        (line,) = (
            row
            for row in csv.DictReader(file)
            if (row["time_period"], row["geographic_level"]) == (str(year), "National")
        )
    return line[column]


def test_verdicts_on_the_published_statistics(national):
    checkable = national[national["verdict"] != "not checkable"]
    assert checkable["verdict"].to_dict() == dict.fromkeys(
        ["recruitment-worse", "retention-worse", "vacancies-growth", "vacancy-rate", "agency-growth", "agency-share"],
        "reproduced",
    )
    found = checkable["found"]
    assert found["vacancy-rate"] == f"{england(2022, 'vacancy_rate_fte')}%"
    assert found["agency-share"] == f"{england(2022, 'agency_rate_fte')}%"
    for claim, column in (("vacancies-growth", "vacancy_fte"), ("agency-growth", "agency_fte")):
        before, after = england(2021, column), england(2022, column)
        assert found[claim] == f"{100 * (float(after) / float(before) - 1):.1f}% (from {before} to {after})"
    for claim, column in (("recruitment-worse", "vacancy_rate_fte"), ("retention-worse", "turnover_rate_fte")):
        assert found[claim] == (
            f"{england(2022, column)}% (England, 2022) against {england(2017, column)}% (England, 2017)"
        )


def test_what_stands_beside_the_claims_from_before_the_statistics(national):
    """Every check on another year finds its figures; the extremes are those of the file."""
    with_another_year = [claim.id for claim in read_national_claims(CLAIMS, read_indicators()).claims if claim.beside]
    assert national.loc[with_another_year, "note"].str.contains("Beside it: ").all()
    with (REAL / NEWEST_FILE).open(encoding="utf-8-sig", newline="") as file:
        lines = [
            row
            for row in csv.DictReader(file)
            if (row["time_period"], row["geographic_level"]) == ("2017", "Local authority")
        ]
    known = sorted((float(row["caseload_fte"]), row["la_name"]) for row in lines if row["caseload_fte"][0].isdigit())
    (low, lowest), (high, highest) = known[0], known[-1]
    said = (
        f"Lowest: {low:g} ({lowest}), stated 7. Highest: {high:g} ({highest}), stated 34. "
        f"{len(known)} of {len(lines)} authorities have a figure for 2017."
    )
    assert said in national.loc["caseload-range", "note"]
    assert " of 14 authorities with a figure lie below England's " in national.loc["visited-fully-staffed", "note"]
    assert "The first judgement there: good (Shropshire, " in national.loc["shropshire-judged-good", "note"]


def test_revisions_between_the_two_releases(national):
    before, after = england(2021, "agency_fte", older=True), england(2022, "agency_fte", older=True)
    assert before != england(2021, "agency_fte")
    _, _, said = national.loc["agency-growth", "note"].partition("The older release gave ")
    assert f" (from {before} to {after})." in said
    turnover = [england(year, "turnover_rate_fte_%", older=True) for year in (2022, 2017)]
    assert (
        f"The older release gave {turnover[0]}% (England, 2022) against {turnover[1]}% (England, 2017)."
        in national.loc["retention-worse", "note"]
    )
    same = national.loc[["vacancies-growth", "vacancy-rate", "agency-share", "recruitment-worse"], "note"]
    assert same.str.contains("The older release gave the same.").all()


def test_the_projects_own_file_fits_its_indicators_and_shows_its_reasons_without_data():
    claims = read_national_claims(CLAIMS, read_indicators())
    table = check_national_claims(claims, clean_files({}), read_indicators())
    assert len(table) == len(claims.claims)
    assert set(table["verdict"]) == {"not checkable"}
    missing = table["note"].str.startswith("The statistics have not been downloaded.")
    assert list(table.loc[missing, "id"]) == [claim.id for claim in claims.claims if claim.check]


tenths = st.integers(-2000, 2000).map(lambda n: n / 10)


@given(tenths, st.integers(-4, 5))
def test_a_number_that_some_true_value_rounds_to_is_never_refused(printed, hundredths):
    """Brute force: whatever stands behind a printed figure, its own rounding to a whole number is not refused."""
    figure = published(printed, Decimal("0.1"))
    true = Fraction(str(printed)) + Fraction(hundredths, 100) * (1 if printed >= 0 else -1)
    whole = int(abs(true) + Fraction(1, 2)) * (1 if true >= 0 else -1)
    assert judge_figure(figure, Decimal(whole)).verdict != "not reproduced"


@given(tenths, st.integers(-210, 210))
def test_a_whole_number_is_refused_where_no_true_value_rounds_to_it(printed, number):
    gap = abs(Fraction(str(printed)) - number)
    expected = gap >= Fraction(1, 2) + Fraction(1, 20)
    refused = judge_figure(published(printed, Decimal("0.1")), Decimal(number)).verdict == "not reproduced"
    assert refused == expected


@given(st.integers(1, 9000), st.integers(0, 9000), st.integers(-4, 4), st.integers(-4, 4))
def test_growth_of_true_values_lies_within_what_rounding_allows(first, last, before, after):
    found = growth(published(first, Decimal(1)), published(last, Decimal(1)))
    true = 100 * ((last + Fraction(after, 10)) / (first + Fraction(before, 10)) - 1)
    assert found.lowest <= true <= found.highest
    assert found.lowest <= found.printed <= found.highest


@given(tenths, tenths)
def test_orders_are_each_others_contrary(left, right):
    left, right = (published(n, Decimal("0.1")) for n in (left, right))
    less, greater = (judge_order(left, relation, right).verdict for relation in ("less", "greater"))
    assert "not reproduced" in (less, greater)
    assert (less, greater) == tuple(judge_order(right, relation, left).verdict for relation in ("greater", "less"))


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (("17.5", "0.1"), ("17.6", "0.1"), "reproduced"),
        (("17.5", "0.1"), ("18", "1"), "within rounding"),  # the 18 may be 17.5, the 17.5 may be 17.54
        (("17.4", "0.1"), ("18", "1"), "reproduced"),
        (("18", "1"), ("17.9", "0.1"), "not reproduced"),
    ],
)
def test_comparisons_of_figures_printed_to_different_digits(left, right, verdict):
    smaller, larger = (published(float(number), Decimal(unit)) for number, unit in (left, right))
    assert judge_order(smaller, "less", larger).verdict == verdict


def test_a_value_at_the_very_half_rounds_up():
    """What is printed as 18 is 17.5 at least, which no rounding half up makes 17."""
    assert judge_figure(published(18, Decimal(1)), Decimal(17)).verdict == "not reproduced"
    assert judge_figure(published(18, Decimal(1)), Decimal(19)).verdict == "not reproduced"


def test_no_growth_from_what_may_be_zero():
    with pytest.raises(Unpublished, match="No growth can be worked out from 0"):
        growth(published(0, Decimal("0.1")), published(4, Decimal("0.1")))


def test_a_marker_is_never_a_number():
    for reason in ("confidential", "rounds_to_zero", "not_applicable", "low_reliability"):
        panel = pd.DataFrame([line(NORTH, 2022, "caseload", None, reason=reason)])
        with pytest.raises(Unpublished, match="no figure of caseload"):
            find(panel, NORTH, 2022, "caseload")
