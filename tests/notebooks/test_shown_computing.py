"""What chapters 5 to 7 compute in the open is what the chapter's own functions publish."""

import ast
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest

from pipeline.authorities.models.panel_models import Pair, pair_effects
from pipeline.authorities.panel.cleaning import clean
from pipeline.evidence.codebook import NONE
from pipeline.evidence.coder_agreement import agreement_table
from pipeline.evidence.matrix import evidence_matrix
from pipeline.evidence.reading import read_evidence
from pipeline.evidence.second_coding import read_second_coding
from pipeline.evidence.triangulation import lines_of, places_for_children
from tests.authorities import made_up_effects
from tests.authorities.made_up import write_collection
from tests.notebooks.test_chapters import ROOT


def run(chapter, cells, **given):
    """The names after the chapter's imports and these cells; `shown` is what the last of them shows."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)
    found = {cell.id: cell.source for cell in notebook.cells}
    imports = [node for node in ast.parse(found["cell-03"]).body if isinstance(node, ast.Import | ast.ImportFrom)]
    *lines, last = [*imports, *(node for cell in cells for node in ast.parse(found[cell]).body)]
    exec(compile(ast.Module(lines, []), chapter, "exec"), given)
    return given | {"shown": eval(compile(ast.Expression(last.value), chapter, "eval"), given)}


@pytest.fixture(scope="module")
def evidence():
    return read_evidence()


def test_the_alpha_in_the_open_is_the_published_one(evidence, capsys):
    second = read_second_coding(evidence)
    names = run("05-evidence", ["alpha-shown"], second=second)
    table = agreement_table(second.first, second.second, second.places, draws=0).set_index(["variable", "unit"])
    assert 1 - names["found"] / names["by_chance"] == pytest.approx(table.loc[("feature", "places"), "alpha"])
    assert capsys.readouterr().out.endswith(f"alpha = {table.loc[('feature', 'places'), 'alpha']:.2f}\n")


def test_the_matrix_and_the_places_in_the_open_are_the_published_ones(evidence):
    names = run("05-evidence", ["matrix-shown", "places-shown"], evidence=evidence)
    matrix = evidence_matrix(evidence)
    told = matrix[(matrix["feature"] != NONE) & (matrix["outcome"] != NONE)]
    for (feature, target), row in told.groupby(["feature", "target"])[["claims", "shows"]].sum().iterrows():
        counts = names["counts"].loc[feature]
        assert [counts.get((target, strength), 0) for strength in row.index] == row.tolist()
    outcomes = [outcome.id for outcome in evidence.codebook.outcomes if outcome.id != NONE]
    children = places_for_children(evidence)
    for feature in evidence.codebook.features:
        if feature.id in names["shown"].index:
            assert names["shown"].loc[feature.id].tolist() == [
                lines_of(feature, evidence, "none", outcomes).shown,
                children.get(feature.id, 0),
            ]
    assert names["shown"]["children"].sum() == children.sum() > 0


def test_one_file_in_the_open_is_cleaned_as_all_are(tmp_path):
    write_collection(tmp_path)
    cleaned = clean(tmp_path)
    figures = run("06-clean-authorities", ["one-file"], raw=tmp_path)["figures"]
    plans = cleaned.panel[cleaned.panel["indicator"] == "repeat_plans"]
    newest = plans[plans["level"].isin(["authority", "joint"])]
    newest = newest[newest["year"] == newest["year"].max()]
    assert sorted(figures["reason"]) == sorted(newest["reason"]) and len(figures) > 10
    assert sorted(figures["value"].dropna()) == sorted(newest["value"].dropna())


def test_without_downloads_one_file_is_made_up(tmp_path, capsys):
    figures = run("06-clean-authorities", ["one-file"], raw=tmp_path)["figures"]
    assert figures["reason"].tolist() == ["", "confidential", "rounds_to_zero"]
    assert figures["value"].tolist()[0] == 25 and figures["value"].isna().sum() == 2


def test_the_pair_in_the_open_is_the_row_of_the_table():
    panel = made_up_effects.panel()
    names = run("07-authorities", ["one-pair", "one-model"], cleaned=SimpleNamespace(panel_today=panel))
    deprivation = pd.DataFrame(columns=["unit", "year", "measure", "value", "reason"])
    pair = Pair.of(panel, deprivation, "caseload", "re_referrals")
    effects = pair_effects(pair, draws=0, seed=1)
    row = effects[(effects["model"] == "within") & (effects["timing"] == "before")].iloc[0]
    assert names["by_hand"].tolist() == pytest.approx(row[["effect", "low", "high"]].tolist())


def test_without_downloads_the_pair_is_made_up():
    empty = made_up_effects.panel().head(0)
    names = run("07-authorities", ["one-pair", "one-model"], cleaned=SimpleNamespace(panel_today=empty))
    rows = names["rows"]
    own = rows[["exposure", "outcome"]] + rows[["exposure", "outcome"]].mean()
    for means in ("unit", "year"):  # of a balanced panel both can be taken away, one after the other
        own = own - rows.groupby(means)[["exposure", "outcome"]].transform("mean")
    slope = np.polyfit(own["exposure"], own["outcome"], 1)[0]
    assert names["by_hand"]["effect"] == pytest.approx(2 * slope) and names["by_hand"]["low"] > 0
