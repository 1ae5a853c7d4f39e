"""The chapter on local authorities: what it publishes for results that are clear, null, failed or not there at all."""

import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.authorities.models.cross_section import CROSS_SECTION
from pipeline.authorities.models.declared import OUTCOMES, STEPS, SUPPORTS
from pipeline.authorities.models.fitting import INFLUENTIAL, Results, fit_models
from pipeline.authorities.models.inspection_models import INSPECTIONS
from pipeline.authorities.models.inspection_models import LEFT_OUT as INSPECTIONS_LEFT_OUT
from pipeline.authorities.models.panel_models import EFFECTS, INFLUENCE
from pipeline.authorities.models.results import write_results
from pipeline.authorities.models.specifications import CURVES, SPECIFICATIONS
from pipeline.authorities.panel.cleaned import Cleaned
from pipeline.authorities.panel.cleaning import lineage_of
from pipeline.authorities.panel.indicators import read_indicators
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.chapters.authorities import cleaning_sections as cleaning
from pipeline.chapters.authorities import further_sections as chapter_checks
from pipeline.chapters.authorities import sections as chapter
from pipeline.chapters.authorities import tables
from pipeline.chapters.authorities.literature import read_studies
from pipeline.charts.style import house_style
from pipeline.errors import CodebookError
from pipeline.markdown import plain
from pipeline.phrases import estimate, number
from pipeline.publishing import Publication
from pipeline.rendering.reports import render

pytestmark = pytest.mark.slow

matplotlib.use("agg")
ROOT = Path(__file__).resolve().parents[2]
SECTIONS = (
    chapter.movement,
    chapter.together,
    chapter.timing,
    chapter.counts,
    chapter.deprivation,
    chapter.changes,
    chapter_checks.judgements,
    chapter_checks.specifications,
    chapter_checks.influence,
    chapter_checks.others,
    chapter_checks.national_facts,
    chapter_checks.data_used,
    chapter.in_short,
)
WITH_RESULTS = (
    "movement",
    "over-time",
    "between",
    "timing",
    "counts",
    "deprivation",
    "worker-changes",
    "judgements",
    "specifications",
    "influence",
    "claims",
    "data",
)
CLEAR = ("caseload", "re_referrals")  # the one pair of the made-up results that goes together over time
NULL = {"effect": 0.1, "low": -0.4, "high": 0.6, "std_error": 0.25, "p": 0.7, "mde": 0.7}


def effect(support, outcome, model, timing="before", adjustment="", **numbers):
    ratio = model == "binomial"
    found = {**NULL, **({"effect": 1.01, "low": 0.97, "high": 1.05, "mde": 1.06} if ratio else {}), **numbers}
    return {
        "support": support,
        "outcome": outcome,
        "timing": timing,
        "model": model,
        "weighted": ratio,
        "adjusted": bool(adjustment),
        "adjustment": adjustment,
        "step": STEPS[support].size,
        "unit": "odds ratio" if ratio else "percentage points",
        "p_adjusted": found["p"],
        "p_bootstrap": found["p"],
        "bootstrap_low": found["low"],
        "bootstrap_high": found["high"],
        "draws": 99,
        "df": 140,
        "units": 141,
        "rows": 800,
        "left_out": 12,
        "primary": model == "within" and timing == "before",
        "status": "fitted",
        "note": "",
        **found,
    }


def made_up_results(*, clear=True, deprivation="idaci"):
    """Results of the form of `pipeline.authorities.models.fitting`, made up: all null but, if `clear`, for a few."""
    pairs = list(product(SUPPORTS, OUTCOMES))
    strong = {"effect": 0.62, "low": 0.31, "high": 0.93, "p": 0.0002} if clear else {}
    adjustments = ("", deprivation) if deprivation else ("",)
    effects = [
        effect(*pair, "within", timing, **(strong if pair == CLEAR and timing == "before" else {}))
        for pair in pairs
        for timing in ("before", "within", "after")
    ]
    effects += [
        effect(*pair, model, adjustment=each)
        for pair in pairs
        for model in ("between", "difference")
        for each in adjustments
    ]
    effects += [effect(*pair, "binomial") for pair in pairs]
    specifications = pd.DataFrame(
        [
            {
                "support": support,
                "outcome": outcome,
                "specification": at,
                "model": model,
                "timing": timing,
                "weighted": weighted,
                "pandemic": "in",
                "joint": "in",
                "small": "out",
                "deprivation": "out",
                "effect": 0.1 * at,
                "low": 0.1 * at - 0.3,
                "high": 0.1 * at + 0.3,
                "p": 0.5,
                "rows": 800,
                "units": 141,
                "status": "fitted",
            }
            for support, outcome in pairs
            for at, (model, weighted, timing) in enumerate(
                product(("linear", "binomial"), (False, True), ("before", "within"))
            )
        ],
        columns=SPECIFICATIONS,
    )
    curves = pd.DataFrame(
        [
            {
                "support": support,
                "outcome": outcome,
                "specifications": 8,
                "fitted": 8,
                "median": 0.35,
                "lowest": 0.0,
                "highest": 0.7,
                "same_sign": 8,
                "share_same_sign": 1.0,
                "significant": 4,
                "share_significant": 0.5,
                "p_median": 0.1,
                "p_same_sign": 0.1,
                "p_significant": 0.01 if clear and (support, outcome) == CLEAR else 0.4,
                "draws": 99,
                "status": "fitted",
            }
            for support, outcome in pairs
        ],
        columns=CURVES,
    )
    influence = pd.DataFrame(
        [
            {
                "support": support,
                "outcome": outcome,
                "unit": unit,
                "without": 0.1,
                "change": change,
                "std_changes": 0.1,
                "flips": False,
            }
            for support, outcome in pairs
            for unit, change in (("E06999001", 0.02), ("E06999011", -0.05))
        ],
        columns=INFLUENCE,
    )
    influential = pd.DataFrame(
        [
            {
                "support": support,
                "outcome": outcome,
                "unit": "E06999011",
                "without": 0.1,
                "change": -0.05,
                "lowest": 0.05,
                "highest": 0.15,
                "flips": False,
            }
            for support, outcome in pairs
        ],
        columns=INFLUENTIAL,
    )
    judged = pd.DataFrame(
        [
            {
                "support": support,
                "adjusted": bool(each),
                "adjustment": each,
                "step": STEPS[support].size,
                "odds_ratio": 1.6,
                "low": 1.2 if clear else 0.8,
                "high": 2.1,
                "p": 0.002 if clear else 0.3,
                "p_adjusted": 0.004 if clear else 0.4,
                "mde": 1.4,
                "inspections": 250,
                "units": 140,
                "left_out": 20,
                "po_p": 0.5,
                "po_verdict": "holds",
                "status": "fitted",
                "note": "",
            }
            for support in SUPPORTS
            for each in adjustments
        ],
        columns=INSPECTIONS,
    )
    changes = pd.DataFrame(
        [
            {
                "support": support,
                "outcome": "worker_changes",
                "timing": "before",
                "adjusted": bool(each),
                "adjustment": each,
                "year": 2024,
                "rho": 0.3,
                "rho_low": 0.1,
                "rho_high": 0.5,
                "rho_p": 0.01,
                "step": 5.0,
                "effect": 2.0,
                "low": 0.5,
                "high": 3.5,
                "p": 0.01,
                "p_adjusted": 0.02 if clear else 0.5,
                "mde": 1.9,
                "units": 140,
                "left_out": 5,
                "status": "fitted",
                "note": "",
            }
            for support in SUPPORTS
            for each in adjustments
        ],
        columns=CROSS_SECTION,
    )
    left_out = pd.DataFrame(
        [(*pair, "before", "outcome: confidential", 12, 4) for pair in pairs],
        columns=["support", "outcome", "timing", "why", "rows", "units"],
    )
    return Results(
        effects=pd.DataFrame(effects, columns=EFFECTS),
        left_out=left_out,
        specifications=specifications,
        curves=curves,
        influence=influence,
        influential=influential,
        inspections=judged,
        inspection_left_out=pd.DataFrame(
            [("caseload", "", "a visit without a judgement", 3)], columns=INSPECTIONS_LEFT_OUT
        ),
        cross_section=changes,
    )


def nothing(cleaned):
    """Cleaned tables without a row, and what the models make of them."""
    empty = Cleaned(**{name: frame.head(0) for name, frame in vars(cleaned).items()})
    return empty, fit_models(empty.panel_today, empty.inspections, empty.deprivation, draws=0, curve_draws=0)


@pytest.fixture(scope="module")
def publishing(tmp_path_factory, cleaned, collection):
    """Publish the chapter, or some sections, into a project of its own: results (None: no data) -> its folder."""
    house_style()

    def publish(results, sections=SECTIONS):
        root = tmp_path_factory.mktemp("project")
        reports = root / "reports"
        shutil.copytree(ROOT / "reports" / "styles", reports / "styles")
        for name in ("authorities.qmd", "_quarto.yml", "references.bib"):
            shutil.copyfile(ROOT / "reports" / name, reports / name)
        there, found = (cleaned, results) if results else nothing(cleaned)
        page = chapter.Chapter(
            Publication("07-authorities", root=root, collection="authorities"), there, found, read_indicators()
        )
        for section in sections:
            section(page)
        cleaning.publish_all(
            Publication("06-clean-authorities", root=root, collection="clean-authorities"),
            there,
            read_indicators(),
            lineage_of(collection),
            read_catalogue(),
        )
        return root

    return publish


@pytest.fixture(scope="module")
def complete(publishing):
    return publishing(made_up_results())


@pytest.fixture(scope="module")
def without_data(publishing):
    return publishing(None)


def passage(root, name):
    return (root / "reports" / "published" / "07-authorities" / "passages" / f"{name}.md").read_text(encoding="utf-8")


def page(root):
    render(root, ["authorities"], engine="embedded", only=["html"])
    return " ".join((root / "reports" / "site" / "authorities.html").read_text(encoding="utf-8").split())


def test_without_data_one_sentence_says_how_to_get_them_and_the_page_still_explains(without_data):
    assert passage(without_data, "in-short").count(". ") == 0
    assert "golden-thread authorities fetch --from FOLDER" in passage(without_data, "in-short")
    assert all(not passage(without_data, name).strip() for name in WITH_RESULTS)
    html = page(without_data)
    assert "have not been downloaded" in html and "How it was studied" in html and "What this cannot show" in html
    assert "Inspection judgements</" not in html and "<img" not in html and "<svg" not in html


def test_without_data_what_others_measured_stands_alone(without_data):
    text = passage(without_data, "others")
    assert "@troncoso2017" in text and "Here (not adjusted)" not in text


def test_with_results_every_section_is_there_and_nothing_is_unresolved(complete):
    assert all(passage(complete, name).startswith("#") for name in WITH_RESULTS)
    html = page(complete)  # the check before rendering refuses references that lead nowhere
    for title in (
        "Over time, within the same authority",
        "Which comes first?",
        "Inspection judgements",
        "One authority left out",
        "National facts in the five documents",
        "The data used",
    ):
        assert title in html


def test_every_figure_and_table_has_its_data_and_every_figure_says_what_it_shows(complete):
    published, data = complete / "reports/published/07-authorities", complete / "reports/site/authorities/data"
    figures = sorted(path.stem for path in (published / "figures").glob("*.md"))
    assert len(figures) == 9
    for name in (*figures, *(path.stem for path in (published / "tables").glob("*.md"))):
        assert len(pd.read_csv(data / f"{name}.csv")) > 0, name
    for name in figures:
        alt = (published / "figures" / f"{name}.md").read_text(encoding="utf-8").partition('fig-alt="')[2]
        assert any(sign.isdigit() for sign in alt), name


def test_a_clear_pair_is_named_with_its_interval_and_with_what_other_timings_say(complete):
    text = passage(complete, "in-short")
    assert "of 15 pairs of a workforce measure and an outcome, one goes together" in text
    assert "re-referrals within 12 months +0.6 (+0.3 to +0.9) points for 2 more cases a worker" in text
    assert "+0.1 (−0.4 to +0.6) with the workforce after it" in text
    assert "average caseload with re-referrals within 12 months (4 of 8)" in text
    assert "**+0.62 (+0.31 to +0.93) [0.70]**" in plain(passage(complete, "over-time"))


def test_other_reports_get_a_sentence_with_and_without_data(complete, without_data):
    assert passage(complete, "in-a-sentence").strip() == (
        "In published statistics on English local authorities, 1 of 15 pairs of a workforce measure and an outcome go "
        "together over time within an authority, and none of 15 between authorities, more clearly than chance "
        "explains. Of the measures of the workforce, 5 of 5 go with inspection judgements and 5 of 5 go with changes of social "
        "worker. None of this shows what causes what."
    )
    assert "have not been downloaded here" in passage(without_data, "in-a-sentence")


def test_a_null_result_says_what_would_have_shown(publishing):
    root = publishing(made_up_results(clear=False), [chapter.together, chapter.in_short])
    text = passage(root, "in-short")
    assert "none goes together" in text and "not proof of no effect" in text
    assert "Effects of 0.7 to 0.7 percentage points and more" in text
    assert "no measure of the workforce before the inspection goes with the judgement" in text
    assert "Every interval takes in zero." in passage(root, "over-time")
    assert "from −0.4 to +0.6 points" in passage(root, "over-time") and "**" not in passage(root, "over-time")


def test_models_that_failed_give_their_reason_and_the_page_still_renders(publishing):
    results = made_up_results()
    reason, numbers = "fewer than two years", ["effect", "low", "high", "p", "p_adjusted", "p_bootstrap", "mde"]
    results.effects["status"] = reason
    results.effects[numbers] = np.nan
    results.inspections["status"] = "fewer than 30 inspections"
    results.inspections[["odds_ratio", "low", "high", "p", "p_adjusted", "mde"]] = np.nan
    results.specifications["effect"], results.curves["status"] = np.nan, "no model could be fitted"
    results.curves[["median", "lowest", "highest", "significant", "p_significant"]] = np.nan
    root = publishing(replace(results, influence=results.influence.head(0), influential=results.influential.head(0)))
    assert f"Not fitted (15 pairs): {reason}." in passage(root, "over-time")
    assert "Not fitted (10 models): fewer than 30 inspections." in passage(root, "judgements")
    assert "Not fitted (15 pairs): no model could be fitted." in passage(root, "specifications")
    assert "not fitted" in passage(root, "over-time") and "@fig-effects" not in passage(root, "over-time")
    assert "nan" not in page(root).lower().replace("finance", "").replace("governance", "")


def test_missing_deprivation_is_said_wherever_it_matters(publishing):
    root = publishing(
        made_up_results(deprivation=""), [chapter.deprivation, chapter_checks.judgements, chapter.in_short]
    )
    assert "**Deprivation is missing:**" in passage(root, "deprivation")
    assert "Deprivation, which may be behind both sides, is not in these models" in passage(root, "in-short")
    assert "Deprivation is not in these models" in passage(root, "judgements")
    assert "@fig-deprivation" not in passage(root, "deprivation")


def test_an_effect_of_what_comes_afterwards_is_a_warning(publishing):
    results = made_up_results()
    after = (results.effects["timing"] == "after") & (results.effects["outcome"] == "long_plans")
    results.effects.loc[after, "p"] = 0.01
    text = passage(publishing(results, [chapter.timing]), "timing")
    assert "5 of 15 with the workforce after it" in text and "a warning against reading either as an effect" in text


def test_same_results_give_same_bytes(publishing, complete):
    again = publishing(
        made_up_results(), [chapter.movement, chapter.timing, chapter_checks.judgements, chapter_checks.others]
    )
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert {".svg", ".png", ".md", ".csv", ".yaml"} <= {path.suffix for path in files}
    for path in files:
        assert (complete / path).read_bytes() == (again / path).read_bytes(), path


def test_englands_values_are_the_publishers_and_the_spread_is_of_authorities_with_a_figure(cleaned):
    indicators = [each for each in read_indicators() if each.id in SUPPORTS]
    spread = tables.yearly_spread(cleaned.panel, indicators).set_index(["indicator", "year"])
    panel = cleaned.panel
    for (indicator, year), row in spread.iterrows():
        part = panel[(panel["indicator"] == indicator) & (panel["year"] == year)]
        england = part.loc[part["level"] == "england", "value"]
        assert row["england"] == pytest.approx(england.iloc[0], nan_ok=True)
        singles = part[part["level"].isin(["authority", "joint"])]
        known = sorted(singles["value"].dropna())
        assert row["authorities"] == len(known) and row["without"] == len(singles) - len(known)
        assert row["median"] == pytest.approx(np.median(known))
    assert (spread["without"] > 0).any()


def test_every_row_of_every_file_is_accounted_for(cleaned):
    titles = {source.id: source.title for source in read_catalogue().sources}
    rows = tables.rows_by_status(cleaned.accounts, titles)
    assert (rows[tables.STATUSES].sum(axis=1) == rows["total"]).all()
    assert rows["total"].sum() == cleaned.accounts["rows"].sum()
    assert set(rows["source"]) == set(cleaned.accounts["source"])
    left = cleaned.accounts[cleaned.accounts["status"].isin(["excluded", "duplicate"])]
    said = " ".join(tables.not_used(cleaned.accounts, titles))
    assert all(why in said for why in left["why"].unique())


def test_left_out_rows_are_zero_where_a_support_has_no_such_reason():
    rows = pd.DataFrame(
        [
            ("agency_rate", "before", "a", 3, 2),
            ("caseload", "before", "b", 5, 2),
            ("caseload", "before", "a", 3, 1),
            ("caseload", "after", "a", 99, 1),
        ],
        columns=["support", "timing", "why", "rows", "units"],
    ).assign(outcome="repeat_plans")
    assert tables.left_out_rows(rows, {"repeat_plans": "x"}).to_numpy().tolist() == [["a", "3"], ["b", "0 to 5"]]


def test_each_study_is_cited_in_the_bibliography():
    bibliography = (ROOT / "reports" / "references.bib").read_text(encoding="utf-8")
    for study in read_studies():
        assert f"{{{study.reference}," in bibliography


def test_beside_a_study_stands_our_result_without_deprivation(complete):
    table = pd.read_csv(complete / "reports/site/authorities/data/studies.csv").set_index("study")
    ours = table.loc["Troncoso (2017)"]
    assert (ours["here"], ours["here_low"], ours["here_high"]) == (0.1, -0.4, 0.6)
    assert ours["ours"] == (
        "Re-referrals within 12 months, between authorities: +0.1 (−0.4 to +0.6) points for 2 more cases a worker."
    )
    assert "times 1.60 (1.20 to 2.10)" in table.loc["Community Care (2021)", "ours"]
    assert table.loc["Kim and Kao (2014)", "ours"] == "–"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("    beside: {result: inspections, support: caseload, outcome: long_plans}", "give model and outcome for"),
        ("    beside: {result: effects, support: caseload}", "give model and outcome for effects"),
        ("    beside: {result: survey, support: caseload}", "result"),
        ("    page: 3", "Remove the key"),
        ("  - {id: a, reference: a2000, label: A, studied: b, found: c}", "the same id twice: a"),
    ],
)
def test_a_wrong_entry_among_the_studies_is_named(tmp_path, change, said):
    path = tmp_path / "studies.yaml"
    study = "  - id: a\n    reference: a2000\n    label: A\n    studied: b\n    found: c\n"
    path.write_text(f"studies:\n{study}{change}\n")
    with pytest.raises(CodebookError, match=said):
        read_studies(path)


@given(st.floats(-1e6, 1e6), st.sampled_from(["{:+.1f}", "{:+.2f}", "{:.2f}"]))
def test_a_number_has_a_sign_only_if_it_is_not_zero_as_printed(value, form):
    text = number(value, form)
    assert "-" not in text and float(text.replace("−", "-")) == float(form.format(value))
    assert not (text[0] in "+−" and float(text.replace("−", "-")) == 0)


@given(st.tuples(*[st.floats(-99, 99)] * 3))
def test_an_estimate_holds_its_three_numbers(values):
    assert estimate(*values) == f"{number(values[0])} ({number(values[1])} to {number(values[2])})"


def test_what_the_models_really_give_can_be_published(publishing, cleaned):
    results = fit_models(cleaned.panel_today, cleaned.inspections, cleaned.deprivation, draws=19, curve_draws=9)
    root = publishing(results)
    assert page(root)
    write_results(results, root / "models")
    assert {path.stem for path in (root / "models").glob("*.csv")} == set(vars(results))
