"""A passage is filled with what is published, and stops where it is not."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import PublishingError
from pipeline.files import project_root
from pipeline.markdown import md
from pipeline.passages import FOLDER, SUFFIX, passage, passages_below, wording
from tests.passages_told import marked, telling


@pytest.fixture
def write(tmp_path):
    def write(text: str, **values: object) -> str:
        path = tmp_path / FOLDER / "tests" / f"one{SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return passage("tests/one", root=tmp_path, **values)

    return write


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{{ n | count }} {{ x | form('.0f') }}%", {"n": 1204, "x": 62.5}, "1,204 63%"),
        (
            "{{ x | signed }}, {{ y | signed(2) }}, {{ z | signed }}",
            {"x": -0.25, "y": 0.125, "z": 0.04},
            "−0.3, +0.13, 0.0",
        ),
        (
            "{{ n | counted('pair') }}, {{ m | counted('authority', 'authorities') }}",
            {"n": 1, "m": 2},
            "1 pair, 2 authorities",
        ),
        (
            "{{ x | estimate(y, z) }}; {{ x | estimate(y, z, '.2f') }}",
            {"x": 0.25, "y": -0.04, "z": 1},
            "+0.3 (0.0 to +1.0); 0.25 (−0.04 to 1.00)",
        ),
        ("{## not told ##}\n## A {#sec-a}\n\nB.", {}, "## A {#sec-a}\n\nB."),
        ("{{ names | listed }}", {"names": ["Leeds", "Kent", "Bath"]}, "Leeds, Kent and Bath"),
        ("In {{ year }}.", {"year": 2021}, "In 2021."),
        ("One.\nTwo.\n\n- a\n- b\n  goes on", {}, "One. Two.\n\n- a\n- b goes on"),
        ("{% if n %}\nSome.\n{% endif %}\nMore.", {"n": 0}, "More."),
    ],
)
def test_what_is_printed(write, template, values, expected):
    assert write(template, **values) == expected


def test_a_text_of_others_comes_out_as_its_characters_and_markdown_stays(write):
    assert write("{{ label }} {{ ours }}", label="*R&D*", ours=md("**{}**", "a*b")) == "&#42;R&#38;D&#42; **a&#42;b**"


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [
        ("All\nof {{ shares }}", {"share": 0.5}, ["line 2", "shares; did you mean share?", "one of: share"]),
        ("{{ x }}", {"x": 0.5}, ["line 1", "how 0.5 is printed"]),
        ("{{ x }}", {"x": None}, ["how None is printed"]),
        ("{{ names | listed }}", {"names": []}, ["nothing to list"]),
        ("one\n{% if x %}", {"x": 1}, ["line 2", "cannot be read"]),
        ("{{ x | nosuch }}", {"x": 1}, ["line 1", "nosuch"]),
    ],
)
def test_what_cannot_be_filled_stops_with_the_place(write, template, values, said):
    with pytest.raises(PublishingError) as stopped:
        write(template, **values)
    assert all(text in str(stopped.value) for text in ["reports/passages/tests/one.md.j2", *said])


def test_a_worker_fills_the_passages_of_the_project_that_asked(write, tmp_path):
    """Whatever folder it runs in; another thread of the same worker may fill those of another project meanwhile."""
    write("Of this project.")
    with passages_below(tmp_path):
        assert passage("tests/one") == "Of this project."
        with ThreadPoolExecutor(1) as other, pytest.raises(PublishingError, match="no such passage"):
            other.submit(passage, "tests/one").result()
    with pytest.raises(PublishingError, match="no such passage"):
        passage("tests/one")


def test_a_wording_is_the_same_without_markdown(tmp_path, write):
    write("The {{ title }}'s <b> (p < {{ x | form('.2f') }})", title="R&D*", x=0.05)
    assert wording("tests/one", root=tmp_path, title="R&D*", x=0.05) == "The R&D*'s <b> (p < 0.05)"


def test_a_passage_that_is_not_there(tmp_path):
    with pytest.raises(PublishingError, match="no such passage"):
        passage("tests/none", root=tmp_path)


def test_no_passage_has_a_macro_for_its_text_would_be_escaped_twice():
    assert [
        path.name for path in (project_root() / FOLDER).rglob(f"*{SUFFIX}") if "{% macro" in path.read_text("utf-8")
    ] == []


def every_template() -> list[Path]:
    return sorted((project_root() / FOLDER).rglob(f"*{SUFFIX}"))


def test_a_folder_of_wordings_is_a_chapters():
    chapters = {path.parent.name for path in (project_root() / "pipeline" / "chapters").glob("*/__init__.py")}
    assert {path.parent.name for path in every_template()} <= chapters


def test_the_branches_that_were_reached_and_those_that_were_not(write):
    template = (
        "{% if n == 1 %}\nOne.\n{% elif n %}\nMany.\n{% endif %}\n{% for each in names %}\n{{ each }}.\n{% endfor %}\n"
    )
    with telling() as told:
        said = [write(template, n=0, names=[]), write(template, n=1, names=["Leeds", "Kent"])]
    assert said == ["", "One. Leeds. Kent."]
    assert marked(template, "x")[1] == {"x:1 if", "x:3 elif", "x:1 no if", "x:6 for"}
    assert told.reached == {f"tests/one{SUFFIX}:{mark}" for mark in ("1 template", "1 if", "1 no if", "6 for")}
    assert write(template, n=2, names=[]) == "Many." and not any("elif" in mark for mark in told.reached)


@pytest.mark.parametrize(
    "text",
    [
        "Of 1 pairs, one.",
        "1 more places",
        "Two, 0 with q below 0.05.",
        "and 0 more",
        "It moved by +0 points.",
        "−0.0",
        "In None.",
        "Two, 0 lower.",
        "in 1 figures",
        "0 go together",
        "nan%",
        "Two  blanks",
        "A ; b",
        "Over: a, b and.",
        "End..",
        "Listed:",
        "()",
        "One.Two.",
    ],
)
def test_a_faulty_sentence_is_found(write, text):
    with telling() as told:
        write(text)
    assert told.faults()


@pytest.mark.parametrize(
    "text",
    [
        "Of 1 pair, one goes.",
        "In 1.1 pairs",
        "101 pairs",
        "10 with q below 0.05",
        "None of them.",
        "+0.3 (−0.4 to 0.0)",
        "A: b; c, d and e. (F)",
        "1,001 places",
        "- a\n- b",
    ],
)
def test_a_faultless_sentence_is_let_pass(write, text):
    with telling() as told:
        write(text)
    assert told.faults() == []
