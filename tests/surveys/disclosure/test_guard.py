"""Nothing about people is published that does not say on how many it rests, or rests on too few."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from pipeline.errors import PublishingError
from pipeline.publishing import Publication
from pipeline.surveys.disclosure.guard import Guard
from pipeline.surveys.disclosure.policy import Policy

TABLE = pd.DataFrame({"label": ["North", "South"], "respondents": [40, 7], "mean": [61.5, 80.25]})


@pytest.fixture
def publish(tmp_path):
    return Publication("09-staff-survey", root=tmp_path, edition="survey/made-up", guard=Guard(Policy()))


def everything_written(folder) -> str:
    return "\n".join(
        path.read_bytes().decode("utf-8", "replace") for path in sorted(folder.rglob("*")) if path.is_file()
    )


def bars(data):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.barh(data["label"], data["mean"].fillna(0))
    return figure


def test_a_row_of_too_few_is_empty_in_the_table_its_data_and_what_comes_back(publish, tmp_path):
    shown = publish.table("means", TABLE, "Means by area.")
    assert shown.loc[1, ["respondents", "mean"]].isna().all() and shown.loc[1, "rule"] == "suppressed"
    written = everything_written(tmp_path)
    assert "61.5" in written and "80.25" not in written
    assert "South" in written


def test_a_chart_is_drawn_from_what_the_guard_let_pass(publish, tmp_path):
    drawn = []
    publish.figure("means", lambda data: drawn.append(data) or bars(data), "Means.", "North has 61.5.", TABLE)
    assert drawn[0]["mean"].tolist()[0] == 61.5 and pd.isna(drawn[0]["mean"][1])
    assert "80.25" not in everything_written(tmp_path)


def test_a_finished_figure_is_refused(publish):
    with pytest.raises(PublishingError, match="drawn from the data that it let pass"):
        publish.figure("means", bars(TABLE), "Means.", "North has 61.5.", TABLE)
    plt.close("all")


def test_a_table_that_does_not_count_its_people_is_refused(publish, tmp_path):
    with pytest.raises(PublishingError, match="has to say how many each row rests on"):
        publish.table("means", TABLE.drop(columns="respondents"), "Means.")
    assert not (tmp_path / "reports" / "site").exists()


def test_the_data_beside_a_table_pass_the_guard_as_well(publish, tmp_path):
    publish.table("means", TABLE[["label"]].assign(respondents=40), "Areas.", data=TABLE)
    assert "80.25" not in everything_written(tmp_path)


@pytest.mark.parametrize("respondents", [None, 0, 9])
def test_a_value_about_too_few_is_refused(publish, respondents):
    with pytest.raises(PublishingError, match="too few"):
        publish.value("survey.mean", 3.2, respondents=respondents)


def test_a_value_about_enough_people_passes(publish):
    publish.value("survey.mean", 3.2, respondents=10)
    publish.value("survey.title", "A survey", people=False)


def test_what_was_emptied_is_recorded_after_the_count_tables():
    guard = Guard(Policy(minimum_group=50))
    guard.table("means", TABLE)
    counts = pd.DataFrame([("q1", "", "", "pass", "none", "pass")], columns=guard.record.columns)
    record = guard.with_record(counts)
    assert record["table"].tolist() == ["q1", "means", "means"]
    assert record["cell"].tolist() == ["", "label North", "label South"]
    assert set(record["rule"][1:]) == {"group size"}


def test_numbers_of_people_are_rounded_where_the_policy_says_so():
    shown = Guard(Policy(round_to=5)).table("means", TABLE.assign(respondents=[43, 7]))
    assert shown["respondents"].tolist()[0] == 45
