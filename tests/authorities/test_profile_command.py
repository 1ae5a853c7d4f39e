"""`golden-thread authorities profile` as a user meets it."""

import re

import pandas as pd
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from pipeline.authorities.panel.cleaned import Cleaned
from pipeline.authorities.panel.cleaning import write_cleaned
from pipeline.chapters.profiles import making as profile_command
from pipeline.chapters.profiles.making import EPILOG, profile
from pipeline.chapters.profiles.units import find_unit
from pipeline.errors import DataError, ParameterError
from tests.authorities.profile_projects import JOINT, NORTHSHIRE, make_project

app = typer.Typer(rich_markup_mode="markdown", pretty_exceptions_enable=False)
app.command(epilog=EPILOG)(profile)


@pytest.fixture
def project(tmp_path, cleaned, collection, monkeypatch):
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")
    root = make_project(tmp_path / "project", cleaned, collection)
    monkeypatch.chdir(root)
    monkeypatch.setattr(profile_command, "console", Console(width=100, highlight=False, soft_wrap=True))
    return root


def call(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.slow
@pytest.mark.parametrize(
    "spelling",
    [
        "E06999017+E06999018",
        "e06999018-e06999017",
        "E06999017 / E06999018",
        "981 / 982",
        "981/982",
        "982",
        "E06999018",
        "north southshire",
        "North Southshire / South Southshire",
        "E10999007",
        "Southshire",
    ],
)
def test_a_joint_return_is_found_in_every_spelling_and_by_its_members(cleaned, spelling):
    units = cleaned.units[cleaned.units["unit"].isin(cleaned.panel_today["unit"])]
    assert find_unit(units, spelling, cleaned.bridging) == JOINT


@pytest.mark.parametrize(
    "spelling", ["E06999001", "e06999001", " 990 ", "Northshire", "NORTHSHIRE", "Northshire County Council"]
)
def test_an_authority_is_found_by_code_number_and_name(cleaned, spelling):
    assert find_unit(cleaned.units, spelling) == NORTHSHIRE


@pytest.mark.parametrize(
    ("wanted", "near"),
    [("Norhshire", "Northshire (E06999001)"), ("Hilford", "Hillford"), ("E06999991", "units.csv"), ("", "units.csv")],
)
def test_an_unknown_authority_is_refused_with_near_names(cleaned, wanted, near):
    with pytest.raises(ParameterError, match=re.escape(near)):
        find_unit(cleaned.units[cleaned.units["unit"].isin(cleaned.panel_today["unit"])], wanted)


def test_a_code_that_means_several_is_refused(cleaned):
    doubled = pd.concat(
        [cleaned.units, cleaned.units[cleaned.units["unit"] == NORTHSHIRE].assign(unit="E06999777", name="Other")]
    )
    with pytest.raises(ParameterError, match="More than one"):
        find_unit(doubled, "990")


@pytest.mark.parametrize("words", [(), ("990", "--all")])
def test_one_authority_or_all(project, words):
    with pytest.raises(ParameterError, match="CODE or --all"):
        call(*words)


def test_an_unknown_format_is_refused_before_anything_is_read(project):
    with pytest.raises(ParameterError, match="html, docx, pdf"):
        call("990", "--formats", "html,odt")
    assert not (project / "reports" / "site").exists()


def test_without_statistics_it_says_how_to_get_them(project):
    for path in (project / "data" / "processed" / "authorities").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="golden-thread authorities fetch"):
        call("990")


def test_with_empty_tables_it_says_how_to_get_them(project, cleaned):
    write_cleaned(
        Cleaned(**{name: table.iloc[:0] for name, table in vars(cleaned).items()}),
        project / "data" / "processed" / "authorities",
    )
    with pytest.raises(DataError, match="golden-thread authorities fetch"):
        call("--all")


def test_the_help_has_examples():
    code, said = call("--help")
    assert code == 0 and "Examples" in said and "--scheduler" in said


@pytest.mark.slow
def test_one_profile_and_the_index(project):
    code, said = call("981/982", "--formats", "html")
    assert code == 0 and "1 made, 0 up to date, 0 failed." in said
    folder = project / "reports" / "site" / "profile"
    assert (folder / "e06999017-e06999018" / "profile.html").is_file()
    assert "North Southshire and South Southshire" in (folder / "index.html").read_text(encoding="utf-8")
    assert "0 made, 1 up to date" in call("North Southshire", "--formats", "html")[1]


@pytest.mark.slow
def test_all_go_on_after_a_failure_which_is_listed_at_the_end(project, monkeypatch):
    blocked = project / "reports" / "published" / "profile" / "e06999001"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way", encoding="utf-8")
    code, said = call("--all", "--formats", "html", "--jobs", "1")
    assert code == 1 and "Northshire (e06999001)" in said and "1 failed" in said and "report it" in said
    blocked.unlink()
    code, said = call("--all", "--formats", "html", "--jobs", "1")
    assert code == 0 and said.strip().startswith("1 made")
