"""The wordings of chapters 6 and 7: each of their branches is told by some result, and none of them badly."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from pipeline.authorities.panel.cleaning import lineage_of
from pipeline.authorities.panel.indicators import read_indicators
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.chapters.authorities import cleaning_sections, findings, findings_checked, sections
from pipeline.chapters.authorities.literature import Beside, Study, studies_beside_ours
from pipeline.charts import authorities as charts
from pipeline.claims.verdicts import NOT_CHECKABLE
from tests.authorities.test_chapter import SECTIONS, made_up_results, nothing
from tests.passages_told import Unwritten, telling

NUMBERS = ["effect", "low", "high", "p", "p_adjusted", "p_bootstrap", "mde"]
CLEAR = {"p": 0.001, "p_adjusted": 0.002, "p_bootstrap": 0.001, "effect": 1.5, "low": 1.25, "high": 1.75}


def several_clear():
    """More pairs are clear than a sentence lists, and others are not fitted; checks speak against some of them."""
    results = made_up_results()
    effects = results.effects
    effects.loc[effects["support"].isin(["caseload", "absence_rate"]), list(CLEAR)] = list(CLEAR.values())
    effects.loc[effects["support"] == "agency_rate", "status"] = "no rows of both"
    effects.loc[effects["support"] == "agency_rate", NUMBERS] = np.nan
    effects.loc[effects["support"] == "turnover_rate", "p_bootstrap"] = 0.01
    effects.loc[(effects["model"] == "difference") & (effects["support"] == "turnover_rate"), "p"] = 0.01
    first = (effects["model"] == "between") & (effects["adjustment"] == "")
    effects.loc[first & (effects["support"] == "vacancy_rate"), ["p", "effect"]] = 0.001, -0.3
    results.curves.loc[results.curves["support"].isin(["caseload", "absence_rate"]), "p_significant"] = 0.01
    results.influence.loc[results.influence["support"] == "caseload", "flips"] = True
    results.inspections.loc[results.inspections["support"] == "turnover_rate", ["p", "p_adjusted"]] = 0.4
    results.inspections.loc[results.inspections["support"] == "caseload", "po_verdict"] = "fails"
    results.cross_section.loc[results.cross_section["support"] == "caseload", "p_adjusted"] = 0.4
    return results


def one_clear(measure="free_meals"):
    """One of everything is clear, and what comes afterwards goes with it as often."""
    results = made_up_results(deprivation=measure)
    for table in (results.inspections, results.cross_section):
        table.loc[table["support"] != "caseload", ["p", "p_adjusted"]] = 0.4
    effects = results.effects
    one = (effects["support"] == "caseload") & (effects["outcome"] == "re_referrals")
    effects.loc[one & (effects["model"] != "difference"), list(CLEAR)] = list(CLEAR.values())
    effects.loc[one & (effects["model"] == "between") & (effects["adjustment"] == ""), "effect"] = -0.1
    results.influence.loc[
        (results.influence["support"] == "caseload") & (results.influence["outcome"] == "re_referrals"), "flips"
    ] = True
    return results


def afterwards_fewer():
    """Before, two pairs leave out zero; afterwards, one does."""
    results = several_clear()
    effects = results.effects
    effects.loc[effects["timing"] == "after", "p"] = 0.5
    effects.loc[(effects["timing"] == "after") & (effects["support"] == "caseload"), "p"] = [0.01, 0.5, 0.5]
    return results


def not_fitted():
    """No model could be fitted."""
    results = made_up_results()
    results.effects["status"], results.effects[NUMBERS] = "fewer than two years", np.nan
    for table in (results.inspections, results.cross_section):
        table["status"] = "fewer than 30 rows"
        table[table.columns.intersection([*NUMBERS, "odds_ratio"])] = np.nan
    results.specifications["effect"], results.curves["status"] = np.nan, "no model could be fitted"
    return replace(results, influence=results.influence.head(0), influential=results.influential.head(0))


def without(*tables, clear=True):
    """Some kinds of results are not there at all."""
    results = made_up_results(clear=clear, deprivation="child_poverty")
    return replace(results, **{name: getattr(results, name).head(0) for name in tables})


def one_timing():
    """The workforce of one September only, and of inspections only the models with deprivation."""
    results = made_up_results()
    return replace(
        results,
        effects=results.effects[results.effects["timing"] == "before"],
        inspections=results.inspections[results.inspections["adjusted"]],
    )


def without_bootstrap():
    results = made_up_results(clear=False, deprivation="")
    results.effects["p_bootstrap"] = np.nan
    return replace(results, effects=results.effects[results.effects["timing"] != "after"])


RESULTS = {
    "clear": made_up_results,
    "null": lambda: made_up_results(clear=False),
    "several": several_clear,
    "one": one_clear,
    "afterwards": afterwards_fewer,
    "failed": not_fitted,
    "no bootstrap": without_bootstrap,
    "one timing": one_timing,
    "neither": lambda: without("inspections", "cross_section"),
    **{
        f"no {table}, {clear}": partial(without, table, clear=clear)
        for table in ("inspections", "cross_section")
        for clear in (True, False)
    },
}


@pytest.fixture(scope="module")
def told(cleaned, collection):
    """The chapters with every kind of result, and a few findings that no result of these has."""
    indicators, catalogue = read_indicators(), read_catalogue()
    whole = replace(cleaned, panel=cleaned.panel.assign(reason=""), screening=cleaned.screening.head(0))
    with telling() as told, pytest.MonkeyPatch.context() as patch:
        for name in ("yearly_panels", "effect_panels", "specification_curves", "specification_choices"):
            patch.setattr(charts, name, lambda *_, **__: None)
        for tables, results in [nothing(cleaned), *((cleaned, make()) for make in RESULTS.values())]:
            page = sections.Chapter(Unwritten("07-authorities"), tables, results, indicators)
            for section in SECTIONS:
                section(page)
            cleaning_sections.publish_all(
                Unwritten("06-clean-authorities"), tables, indicators, lineage_of(collection), catalogue
            )
        cleaning_sections.missing_words(whole)
        cleaning_sections.screening_words(whole)
        problems = pd.DataFrame({"problem": ["a rate above 100", "an odd year"]})
        cleaning_sections.screening_words(replace(whole, screening=problems))
        for verdicts in (["reproduced"], ["reproduced", "not reproduced", "within rounding"], [NOT_CHECKABLE]):
            sections.told("claims", findings_checked.claims(pd.DataFrame({"verdict": verdicts})))
        sections.told("data", findings_checked.data(page.within, cleaned.panel, []))
        sections.told("over-time", findings.over_time(page.within, {}, page.names, figure=False))
        within = Beside(result="effects", model="within", support="caseload", outcome="long_plans")
        study = Study(id="a", reference="a2000", label="A", studied="b", found="c", beside=within)
        studies_beside_ours((study,), vars(page.results), page.names)
    return told


def test_every_branch_of_every_wording_is_told_by_some_result(told):
    assert "\n".join(told.not_told("authorities")) == ""


def test_no_wording_is_faulty_whatever_was_found(told):
    assert "\n".join(told.faults()) == ""
