"""A file is written whole or not at all."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.files import FORMULA, project_root, replacing, unguarded, write_csv, write_json, write_text


def test_a_failure_keeps_the_old_file_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "result.csv"
    write_text(path, "old\n")
    with pytest.raises(RuntimeError), replacing(path) as beside:  # noqa: PT012  the block's failing is the matter
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old\n"
    assert [found.name for found in tmp_path.iterdir()] == ["result.csv"]


def test_text_has_unix_line_ends_and_json_sorted_keys(tmp_path):
    write_text(tmp_path / "a.txt", "one\ntwo – ü\n")
    assert (tmp_path / "a.txt").read_bytes() == "one\ntwo – ü\n".encode()
    write_json(tmp_path / "a.json", {"b": 1, "a": "ü"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "a": "ü",\n "b": 1\n}\n'


def test_the_project_is_found_from_any_folder_inside_it(tmp_path, monkeypatch):
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    (tmp_path / "dvc.yaml").touch()
    monkeypatch.chdir(tmp_path / "notebooks" / "deep")
    assert project_root() == tmp_path


def test_outside_a_project_the_installed_one_is_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (project_root() / "pyproject.toml").is_file()


@pytest.mark.slow
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1), min_size=1, max_size=8))
def test_no_text_in_a_csv_begins_like_a_formula_and_all_others_stay_as_they_are(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(path, pd.DataFrame({"text": texts, "number": range(len(texts))}))
    with open(path, encoding="utf-8", newline="") as file:
        written = [row[0] for row in csv.reader(file)][1:]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in written)
    assert written == [f"'{text}" if FORMULA.match(text) else text for text in texts]
    assert list(map(unguarded, written)) == texts


@pytest.mark.slow
@given(
    st.lists(st.sampled_from(["=1+1", "@SUM(A1)", "-x", "'=1", "'tis", "share"]), min_size=1, max_size=6, unique=True)
)
def test_no_head_of_a_csv_begins_like_a_formula(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(path, pd.DataFrame([range(len(names))], columns=names))
    with open(path, encoding="utf-8", newline="") as file:
        written = next(csv.reader(file))
    assert not any(name.startswith(("=", "+", "-", "@")) for name in written)
    assert list(map(unguarded, written)) == names


def test_negative_numbers_stay_numbers(tmp_path):
    write_csv(tmp_path / "t.csv", pd.DataFrame({"change": [-1.5, None], "mixed": pd.Series([-2, "-x"], dtype=object)}))
    assert (tmp_path / "t.csv").read_text() == "change,mixed\n-1.5,-2\n,'-x\n"
