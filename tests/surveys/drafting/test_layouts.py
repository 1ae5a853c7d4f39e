"""What each tool writes, drafted and counted: the right values are those of pandas, from the codes that were written."""

import datetime

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.surveys.staff.checking import check_survey
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.surveys.staff.responses import missing_code, read_responses
from pipeline.workflow.survey_adding import new_survey
from tests.inputs.exports.statistical_files import SUPPORTED, answers, write_dta, write_sav
from tests.inputs.exports.spreadsheet_files import write_xlsx
from tests.surveys.projects import AGREEMENT, make_project, write_columns


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def drafted(project):
    """Take in a file, and give its codebook, the guesses by column and what was read; it must pass its check."""
    def draft(path, name="made-up"):
        made = new_survey(project, name, path)
        folder = project / "data/raw/surveys" / name
        check_survey(folder)
        survey = read_staff_survey(folder / "survey.yaml")
        return survey, {guess.column: guess for guess in made.guesses}, read_responses(folder, survey)

    return draft


def uses(guesses) -> dict[str, str]:
    """What each column is."""
    return {column: guess.use for column, guess in guesses.items()}


@pytest.mark.parametrize("write", [write_sav, write_dta], ids=["SPSS", "Stata"])
def test_statistical_packages(drafted, tmp_path, write):
    survey, guesses, responses = drafted(write(tmp_path / ("a.sav" if write is write_sav else "a.dta")))
    table = answers()
    item = survey.items[0]
    assert (item.column, item.wording) == ("sup1", SUPPORTED.strip() if write is write_sav else SUPPORTED[:80].strip())
    codes, scale = responses.item(item.id), survey.scale(item.id)
    counted = {category.id: int((codes == number).sum()) for number, category in enumerate(scale.categories)}
    assert counted == {"strongly_agree": (table.sup1 == 5).sum(), "agree": (table.sup1 == 4).sum(),
                       "neither": (table.sup1 == 3).sum(), "disagree": (table.sup1 == 2).sum(),
                       "strongly_disagree": (table.sup1 == 1).sum(), "dont_know": (table.sup1 == 8).sum()}
    assert (codes == missing_code("prefer_not_to_say")).sum() == (table.sup1 == 9).sum()
    assert (codes == missing_code("no_answer")).sum() == table.sup1.isin([10, 99]).sum() + table.sup1.isna().sum()
    role = responses.groups["role"] if "role" in responses.groups else next(iter(responses.groups.values()))
    assert role.sizes() == {"Social worker": (table.role == 1).sum(), "Team manager": (table.role == 2).sum(),
                            "Not stated": (table.role == 98).sum()}


def test_a_point_that_nobody_chose_is_on_the_scale_as_the_file_has_it(drafted, tmp_path):
    import pyreadstat

    points = {1: "Never", 2: "Rarely", 3: "Sometimes", 4: "Often", 5: "Always"}
    table = pd.DataFrame({"id": range(40), "q": np.tile([2.0, 3, 4, 5], 10), "p": np.tile([2.0, 3, 3, 5], 10)})
    pyreadstat.write_sav(table, tmp_path / "a.sav", variable_value_labels=dict.fromkeys("pq", points),
                         column_labels={"q": "My manager listens to me", "p": "I can speak up at work"})
    survey, _, _ = drafted(tmp_path / "a.sav")
    assert [category.label for category in survey.scale("q").categories] == list(points.values())[::-1]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_bands_that_became_dates_are_asked_about(project, tmp_path, kind):
    when = {"1-2": datetime.date(2026, 1, 2), "3-5": datetime.date(2026, 3, 5), "11-20": datetime.date(2020, 11, 1)}
    shown = {"1-2": "02-Jan", "3-5": "05-Mar", "11-20": "Nov-20"}
    bands = ["Under 1 year", "1-2", "3-5", "6 to 10", "11-20", "3-5"] * 10
    agreed = (AGREEMENT * 12)[:60]
    if kind == "xlsx":
        rows = [["Length of service", "I am well supported"],
                *([when.get(band, band), each] for band, each in zip(bands, agreed, strict=True))]
        path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": rows})
        names, first = [day.isoformat() for day in when.values()], "rows 3, 4, 6 and 37 more"
    else:
        path = write_columns(tmp_path / "a.csv", {"Length of service": [shown.get(band, band) for band in bands],
                                                  "I am well supported": agreed})
        names, first = list(shown.values()), "lines 3, 4, 6 and 37 more"
    made = new_survey(project, "made-up", path)
    assert [(guess.use, guess.confidence) for guess in made.guesses][0] == ("group", "low")
    folder = project / "data/raw/surveys/made-up"
    with pytest.raises(DataError) as error:
        check_survey(folder)
    assert f"column 1 (Length of service), {first}" in str(error.value)
    levels = ", ".join(f'"{name}": "{band}"' for name, band in zip(names, when, strict=True))
    assert f"levels: {{{levels}}}" in str(error.value)
    text = (folder / "survey.yaml").read_text(encoding="utf-8")
    (folder / "survey.yaml").write_text(text.replace("label: Length of service}",
                                                     f"label: Length of service, levels: {{{levels}}}}}"), encoding="utf-8")
    check_survey(folder)
    sizes = next(iter(read_responses(folder, read_staff_survey(folder / "survey.yaml")).groups.values())).sizes()
    assert sizes == pd.Series(bands).value_counts().to_dict()
