"""A file is written whole or not at all."""

import pytest

from pipeline.files import project_root, replacing, write_json, write_text


def test_a_failure_keeps_the_old_file_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "result.csv"
    write_text(path, "old\n")
    with pytest.raises(RuntimeError), replacing(path) as beside:
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
