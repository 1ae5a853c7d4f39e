"""All files at once: nothing fetched, some fetched, the same bytes twice, and the notebook."""

import json
import re
import shutil

import nbformat
import pytest

from pipeline.authorities.panel.cleaned import read_cleaned
from pipeline.authorities.panel.cleaning import clean, clean_files, lineage_of, write_cleaned
from pipeline.authorities.panel.geography import Lineage, read_lineage
from pipeline.authorities.panel.indicators import read_indicators
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.chapters.authorities import cleaning_sections as report
from pipeline.errors import CodebookError, DataError
from pipeline.files import project_root
from pipeline.notebooks.execution import run_notebook
from pipeline.publishing import Publication
from tests.authorities import made_up

NOTEBOOK = "06-clean-authorities"
CATALOGUE, INDICATORS, LINEAGE = read_catalogue(), read_indicators(), Lineage.model_validate(made_up.LINEAGE)


def test_nothing_fetched_gives_tables_with_headings_only(tmp_path, cleaned):
    empty = clean(tmp_path)
    write_cleaned(empty, tmp_path / "out")
    again = read_cleaned(tmp_path / "out")
    assert again.empty and again.panel_today.empty
    assert list(again.panel_today.columns) == list(cleaned.panel_today.columns)
    assert list(again.inspections.columns) == list(cleaned.inspections.columns)


@pytest.mark.slow
@pytest.mark.parametrize("missing", list(made_up.FILES))
def test_any_data_set_may_be_missing(collection, cleaned, missing):
    files = {source: collection / source / name for source, name in made_up.FILES.items() if source != missing}
    found = clean_files(files, LINEAGE, CATALOGUE, INDICATORS)
    assert missing not in set(found.accounts["source"])
    lost = {indicator.id for indicator in INDICATORS if indicator.source == missing}
    assert set(found.panel["indicator"]) == set(cleaned.panel["indicator"]) - lost


@pytest.mark.slow
def test_one_alone_is_enough(collection):
    for source in ("workforce", "population"):
        found = clean_files({source: collection / source / made_up.FILES[source]}, LINEAGE, CATALOGUE, INDICATORS)
        assert not found.panel.empty and not found.panel_today.empty


def test_without_statistics_a_file_with_numbers_cannot_be_placed(collection):
    with pytest.raises(DataError, match="nothing else knows"):
        clean_files(
            {"neighbours": collection / "neighbours" / made_up.FILES["neighbours"]}, LINEAGE, CATALOGUE, INDICATORS
        )


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(tmp_path, collection):
    for name in ("a", "b"):
        write_cleaned(clean(collection), tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_folders_own_lineage_stands_for_the_projects(collection, tmp_path):
    assert lineage_of(collection).ending("E06999004") is not None
    assert lineage_of(tmp_path) == read_lineage()


def test_indicators_are_sound_and_their_columns_are_in_the_catalogue(tmp_path):
    catalogue = read_catalogue()
    for indicator in read_indicators():
        source = catalogue.source(indicator.source)
        if source.kind == "statistics":
            columns = {indicator.value, indicator.numerator, *indicator.rows, *indicator.of_all} - {None}
            below = catalogue.source(indicator.denominator_from.source) if indicator.denominator_from else source
            assert columns <= set(source.names) and set(indicator.denominator) <= set(below.names)
        begins = indicator.begins.of(2024) if indicator.begins else indicator.ends.of(2024)
        assert begins <= indicator.ends.of(2024)
    text = (project_root() / "data/raw/authorities/indicators.yaml").read_text(encoding="utf-8")
    for old, new, words in (
        ("per: 1\n", "per: null\n", "caseload.*per:"),
        ("id: caseload", "id: idaci", "stands twice"),
        ("role: support", "role: help", "role"),
    ):
        (tmp_path / "i.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(CodebookError, match=words):
            read_indicators(tmp_path / "i.yaml")


def test_what_readers_are_shown_adds_up(cleaned, collection):
    books = report.account_table(cleaned)
    assert (books[["used", "joint", "duplicate", "excluded"]].sum(axis=1) == books["rows"]).all()
    years = report.authorities_by_year(cleaned)
    assert years.loc["workforce", 2018] == len(made_up.alive("2018-09-30")) - 1
    missing = report.missing_table(cleaned, read_indicators()).set_index("indicator")
    local = cleaned.panel[cleaned.panel["level"].isin(["authority", "joint"])]
    assert missing.sum().sum() == len(local) and missing["a number"].sum() == local["value"].notna().sum()
    events = report.event_table(cleaned, lineage_of(collection))
    assert events["policy"].tolist() == ["carried", "carried", "added up, left out", "left out", "left out"]
    assert report.bridging_table(cleaned)["figures"].sum() == len(cleaned.bridging)


@pytest.mark.parametrize("fetched", [True, False])
def test_passages_say_what_there_is_or_how_to_get_it(tmp_path, cleaned, collection, fetched):
    publish = Publication(NOTEBOOK, root=tmp_path, collection="authorities")
    shown = cleaned if fetched else clean(tmp_path / "nothing")
    report.publish_all(publish, shown, read_indicators(), lineage_of(collection), read_catalogue())
    passages = {path.stem: path.read_text(encoding="utf-8") for path in (publish.folder / "passages").iterdir()}
    assert set(passages) == {"data", "accounts", "missing", "geography", "screening", "definitions"}
    if fetched:
        assert f"{len(cleaned.panel):,} figures" in passages["data"] and "#tbl-accounts" in passages["accounts"]
        assert "a rate above 100 (6)" in passages["screening"]
    else:
        assert "golden-thread authorities fetch" in passages["data"]
        assert not any(text.strip() for name, text in passages.items() if name not in ("data", "definitions"))
    assert "| Vacancy rate" in passages["definitions"]


@pytest.mark.slow
@pytest.mark.parametrize("fetched", [True, False])
def test_the_notebook_runs_and_shows_no_long_table(tmp_path, monkeypatch, fetched):
    root = project_root()
    (tmp_path / "pipeline").symlink_to(root / "pipeline")
    shutil.copy(root / "dvc.yaml", tmp_path)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(root / "notebooks" / f"{NOTEBOOK}.ipynb", tmp_path / "notebooks")
    shutil.copytree(root / "reports/passages", tmp_path / "reports/passages")
    raw = tmp_path / "data" / "raw" / "authorities"
    shutil.copytree(
        root / "data/raw/authorities",
        raw,
        ignore=lambda folder, names: [name for name in names if not name.endswith(".yaml") or name == "manifest.yaml"],
    )
    if fetched:
        made_up.write_collection(raw)
    monkeypatch.chdir(tmp_path)
    kept = run_notebook(NOTEBOOK, {"collection": "authorities"}, tmp_path)
    assert read_cleaned(tmp_path / "data" / "processed" / "authorities").empty != fetched
    for cell in nbformat.read(kept, as_version=4).cells:
        assert len(re.findall("<tr", json.dumps(cell.get("outputs", [])))) < 30
