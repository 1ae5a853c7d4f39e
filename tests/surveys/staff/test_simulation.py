"""Simulated surveys: the margins of 2011, the declared latent correlations, files that read back as drawn."""

import shutil

import numpy as np
import pytest
import yaml

from pipeline.errors import GoldenThreadError, ParameterError
from pipeline.statistics.polychoric import polychoric_matrix
from pipeline.surveys.staff import simulation
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.routes import missing_code
from pipeline.surveys.staff.simulation import draw_answers, draw_latent, simulate_survey

PEOPLE = 200_000


@pytest.fixture(scope="module")
def large(answers, codebook):
    """Everybody is a team of one, so that the answers to an item are independent."""
    return draw_answers(answers, codebook, PEOPLE, 0.4, PEOPLE, seed=3)


@pytest.fixture
def root(tmp_path, folder):
    shutil.copytree(folder, tmp_path / "data" / "raw" / "surveys" / "ofsted-2011")
    return tmp_path


def test_every_margin_is_that_of_2011_within_monte_carlo_error(large, answers, codebook):
    """Each count of each item and role, the answers left out too; the largest of 526 errors of a normal draw is 3.1."""
    errors = []
    for number, group in enumerate(codebook.groups):
        codes = large.codes[large.roles == number]
        for item, column in zip(codebook.items, codes.T, strict=True):
            if group.id not in item.groups:
                assert (column == missing_code("not_asked")).all()
                continue
            counts = answers[(answers["item"] == item.id) & (answers["group"] == group.id)]["count"].to_numpy()
            expected = np.append(counts, group.respondents - counts.sum()) / group.respondents
            left_out = (column == missing_code("no_answer")).sum()
            found = np.append(np.bincount(column[column >= 0], minlength=6), left_out)
            assert found.sum() == len(codes)
            deviation = np.sqrt(len(codes) * expected * (1 - expected))
            errors += ((found - len(codes) * expected)[deviation > 0] / deviation[deviation > 0]).tolist()
            assert (found[deviation == 0] == 0).all()
    assert len(errors) > 450 and max(map(abs, errors)) < 4.5
    assert np.std(errors) == pytest.approx(1, abs=0.1)


def test_roles_have_the_proportion_of_2011(large):
    assert np.bincount(large.roles).tolist() == [round(PEOPLE * 483 / 646), PEOPLE - round(PEOPLE * 483 / 646)]


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.9])
def test_polychoric_correlations_recover_the_latent_one(answers, codebook, correlation):
    draw = draw_answers(answers, codebook, 40_000, correlation, 40_000, seed=1)
    for role, pairs in enumerate([[(3, 20), (11, 36), (0, 37)], [(7, 12), (5, 35)]]):
        codes = draw.codes[draw.roles == role]
        found = polychoric_matrix(np.where(codes < 5, codes, -1), [5] * 38, pairs)
        assert (abs(found["correlation"] - correlation) < 4 * found["error"]).all()
        assert (found["error"] < 0.02).all()


def test_missing_answers_and_don_t_knows_say_nothing_about_the_other_answers(large, codebook):
    social_workers = large.codes[large.roles == 0]
    item, other = (
        social_workers[:, [each.id for each in codebook.items].index(slug)]
        for slug in ("supervision-quality-monitored", "manager-helps-improve-outcomes")
    )
    for code in (missing_code("no_answer"), 5):
        these = other[(item == code) & (other >= 0)]
        rest = other[(item != code) & (other >= 0)]
        expected = np.bincount(rest, minlength=6) / len(rest)
        error = np.sqrt(expected * (1 - expected) / len(these))
        assert len(these) > 1000
        assert (abs(np.bincount(these, minlength=6) / len(these) - expected) <= 4 * error).all()


def test_latent_variables_have_the_declared_correlations_within_and_between_people_of_a_team():
    """With teams of two: 1, R within a person; ρ and ρ R between the two."""
    latent = np.vstack(list(draw_latent(200_000, 2, 0.4, 100_000, 0.25, *map(np.random.default_rng, (1, 2)))))
    pairs = latent.reshape(100_000, 4)
    same = np.array([[1, 0.4], [0.4, 1]])
    np.testing.assert_allclose(np.cov(pairs.T), np.block([[same, 0.25 * same], [0.25 * same, same]]), atol=0.015)
    np.testing.assert_allclose(np.corrcoef(latent[1:-1:2, 0], latent[2::2, 0])[0, 1], 0, atol=0.015)  # of two teams


@pytest.mark.parametrize("clusters", [1, 3, 40, 100])
def test_the_size_of_a_chunk_changes_nothing(answers, codebook, monkeypatch, clusters):
    whole = draw_answers(answers, codebook, 100, 0.4, clusters, seed=5, team_icc=0.5)
    monkeypatch.setattr(simulation, "CHUNK", 7)
    in_parts = draw_answers(answers, codebook, 100, 0.4, clusters, seed=5, team_icc=0.5)
    np.testing.assert_array_equal(whole.codes, in_parts.codes)
    np.testing.assert_array_equal(whole.roles, in_parts.roles)


@pytest.mark.parametrize(("respondents", "clusters"), [(100, 1), (100, 7), (100, 100), (2, 2)])
def test_teams_are_as_many_as_asked_for_and_of_nearly_equal_size(answers, codebook, respondents, clusters):
    sizes = np.bincount(draw_answers(answers, codebook, respondents, 0.4, clusters, seed=1).teams)
    assert len(sizes) == clusters and sizes.sum() == respondents and np.ptp(sizes) <= 1


@pytest.mark.slow
def test_the_files_read_back_as_the_answers_that_were_drawn(root, answers, codebook):
    folder = simulate_survey(root, "practice-run", 300, 0.4, 40, seed=7)
    survey = read_staff_survey(folder / "survey.yaml")
    responses = read_responses(folder, survey)
    draw = draw_answers(answers, codebook, 300, 0.4, 40, seed=7)
    blank = responses.codes == missing_code("stopped")  # blanks at the end of a questionnaire
    np.testing.assert_array_equal(np.where(blank, missing_code("no_answer"), responses.codes), draw.codes)
    np.testing.assert_array_equal(responses.clusters, draw.teams)
    social_workers, managers = np.bincount(draw.roles)
    assert responses.groups["role"].sizes() == {"Managers": managers, "Social workers": social_workers}
    assert survey.simulated and "imulated" in survey.title
    assert (survey.benchmark.survey, survey.benchmark.group) == ("ofsted-2011", "social_workers")
    assert [item.matches for item in survey.items] == [item.id for item in codebook.items]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(root):
    folders = [simulate_survey(root, name, 120, 0.4, 20, seed) for name, seed in (("one", 1), ("two", 1), ("three", 2))]
    one, two, three = ((folder / "export.csv").read_bytes() for folder in folders)
    assert one == two != three
    codebooks = [yaml.safe_load((folder / "survey.yaml").read_text()) for folder in folders]
    assert codebooks[0] == codebooks[1] | {"name": "one"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"respondents": 1},
        {"correlation": 1.0},
        {"correlation": -0.1},
        {"correlation": float("nan")},
        {"clusters": 0},
        {"clusters": 101},
        {"seed": -1},
        {"team_icc": 1.0},
        {"name": "Practice run"},
        {"name": "../practice"},
        {"name": ""},
    ],
)
def test_impossible_arguments_are_refused_and_leave_nothing(root, change):
    before = sorted(root.rglob("*"))
    with pytest.raises(ParameterError):
        simulate_survey(
            root, **{"name": "practice", "respondents": 100, "correlation": 0.4, "clusters": 10, "seed": 1, **change}
        )
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("name", ["taken", "ofsted-2011"])
def test_a_survey_that_is_there_is_never_overwritten(root, name):
    folder = root / "data" / "raw" / "surveys" / name
    folder.mkdir(exist_ok=True)
    (folder / "export.csv").write_text("precious")
    with pytest.raises(GoldenThreadError, match="already"):
        simulate_survey(root, name, 100, 0.4, 10, seed=1)
    assert (folder / "export.csv").read_text() == "precious"


@pytest.mark.slow
def test_a_write_that_fails_leaves_nothing(root, monkeypatch):
    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(simulation, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        simulate_survey(root, "practice", 100, 0.4, 10, seed=1)
    assert not (root / "data" / "raw" / "surveys" / "practice").exists()
