"""What a notebook publishes is what a report finds: values, tables and figures, or a clear refusal."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from pipeline.errors import PublishingError
from pipeline.publishing import Publication, save_figure


@pytest.fixture
def publish(tmp_path):
    return Publication("03-example", root=tmp_path)


def drawn():
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.barh([0], [1])
    return figure


def test_a_value_is_kept_as_text_and_as_number(publish, tmp_path):
    publish.value("people.all", 27184, "{:,}")
    publish.value("people.who", "full-time staff")
    publish.value("people.change", -3, "{:+}")
    stored = yaml.safe_load((tmp_path / "reports/published/03-example/values.yaml").read_text())
    assert stored == {
        "people.all": {"text": "27,184", "number": 27184.0},
        "people.who": {"text": "full-time staff", "number": None},
        "people.change": {"text": "−3", "number": -3.0},
    }


def test_a_number_has_no_more_digits_than_every_processor_agrees_on(publish, tmp_path):
    publish.value("share", 67.84124885444615, "{:.0f}")
    stored = yaml.safe_load((tmp_path / "reports/published/03-example/values.yaml").read_text())
    assert stored["share"]["number"] == 67.8412488544


@pytest.mark.parametrize("name", ["People", "people..all", "people-all", "1st", ""])
def test_a_value_needs_a_dotted_lower_case_name(publish, name):
    with pytest.raises(PublishingError, match="lower-case words joined by dots"):
        publish.value(name, 1)


def test_a_missing_number_and_a_second_use_of_a_name_are_refused(publish):
    with pytest.raises(PublishingError, match="missing number"):
        publish.value("share", float("nan"))
    publish.value("base", 1)
    with pytest.raises(PublishingError, match="published twice"):
        publish.value("base", 2)


def test_a_table_has_headings_forms_widths_and_its_data_beside_it(publish, tmp_path):
    table = pd.DataFrame({"item": ["a | b", "c"], "share": [1 / 3, None], "hidden": [1, 2]})
    publish.table(
        "shares",
        table,
        "Shares.",
        headings={"item": "Item", "share": "Share"},
        forms={"share": "{:.1%}"},
        widths=[3, 1],
    )
    text = (tmp_path / "reports/published/03-example/tables/shares.md").read_text()
    lines = text.splitlines()
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == ["Item", "Share"]
    assert lines[1].count("-") == pytest.approx(102, abs=2) and lines[1].endswith("-:|")
    assert "a &#124; b" in lines[2] and "33.3%" in lines[2] and "–" in lines[3]
    assert lines[-1] == ": Shares. {#tbl-shares}"
    assert (
        tmp_path / "reports/site/data/shares.csv"
    ).read_text() == "item,share,hidden\na | b,0.333333333333,1\nc,,2\n"


def test_data_of_its_own_keep_their_columns_beside_a_printed_table_of_others(tmp_path):
    publish = Publication("03-example", root=tmp_path)
    publish.table(
        "gaps",
        pd.DataFrame({"interval": ["1 to 2"]}),
        "Gaps.",
        headings={"interval": "Interval"},
        data=pd.DataFrame({"low": [1], "high": [2]}),
    )
    described = yaml.safe_load((publish.folder / "data" / "gaps.yaml").read_text())
    assert described == {"title": "Gaps.", "headings": {"low": "low", "high": "high"}}


def test_no_number_is_rounded_twice(tmp_path):
    """0.3249 is 0.325 in the file of three places, and 0.32 where two are printed: not 0.33, the file's rounded again."""
    publish = Publication("03-support", root=tmp_path)
    table = pd.DataFrame({"share": [0.3249, 0.3245], "score": [61.249, 2.25]})
    told = publish.table("shares", table, "Shares.", forms={"share": "{:.2f}"}, places={"share": 3, "score": 1})
    assert (
        pd.read_csv(publish.data / "shares.csv").to_numpy().tolist()
        == [[0.325, 61.2], [0.325, 2.3]]
        == told.to_numpy().tolist()
    )
    printed = (publish.folder / "tables" / "shares.md").read_text(encoding="utf-8")
    assert "| 0.32" in printed and "0.33" not in printed and "61.2" in printed and " 2.3" in printed

    def draw(data):
        assert data["share"].tolist() == table["share"].tolist()
        return drawn()

    publish.figure("drawn", draw, "Shares drawn.", alt="Two shares.", data=table, places={"share": 3})
    assert pd.read_csv(publish.data / "drawn.csv")["share"].tolist() == [0.325, 0.325]


def test_a_figure_is_written_twice_with_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        picture = Publication("03-example", root=tmp_path / folder).figure(
            "bars", drawn(), "Bars.", 'One bar, "full".', pd.DataFrame({"x": [1]})
        )
        assert picture.alt == 'One bar, "full".' and plt.get_fignums() == []
    for name in ("bars.svg", "bars.png", "bars.md"):
        one, two = (tmp_path / folder / "reports/published/03-example/figures" / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert one.read_text() == (
        "![Bars. Data: [bars.csv](data/bars.csv){.web-only}.](published/03-example/figures/bars)"
        '{#fig-bars fig-alt="One bar, &#34;full&#34;&#46;"}\n'
    )
    svg = (tmp_path / "one/reports/published/03-example/figures/bars.svg").read_text()
    assert "<dc:date>" not in svg


def test_both_pictures_of_a_figure_are_one_drawing_of_one_size(tmp_path):
    figure, axes = plt.subplots(figsize=(5.123, 3.777))
    axes.hlines(range(0, 100, 3), 0, 1)
    save_figure(figure, tmp_path / "lines")
    svg = (tmp_path / "lines.svg").read_text()
    inches = [float(re.search(rf'<svg [^>]*?{side}="([0-9.]+)pt"', svg)[1]) / 72 for side in ("width", "height")]
    with Image.open(tmp_path / "lines.png") as picture:
        assert picture.size == pytest.approx([200 * side for side in inches], abs=0.02)
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.01)
        ours = np.asarray(picture.convert("L"), dtype=int)
    figure.savefig(tmp_path / "again.png", dpi=200, bbox_inches=figure.get_tightbbox().padded(0.04))
    plt.close(figure)
    with Image.open(tmp_path / "again.png") as again:
        theirs = np.asarray(again.convert("L"), dtype=int)
    assert abs(ours.mean() - theirs.mean()) < 2  # of 255: as much ink as matplotlib's own picture has


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_no_row_of_dots_is_dropped_or_repeated_in_the_picture(tmp_path, seed):
    dots = np.random.default_rng(seed).integers(300, 1500, 2)
    figure = plt.figure(figsize=dots / 200)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, dots[0]), ylim=(0, dots[1]))
    axes.set_axis_off()
    places = np.arange(10, dots[1] - 10, 5)
    axes.hlines(places, 0, dots[0], linewidth=0.36 * 2, color="black")  # two dots thick
    save_figure(figure, tmp_path / "lines")
    plt.close(figure)
    with Image.open(tmp_path / "lines.png") as picture:
        ink = 255 - np.asarray(picture.convert("L"), dtype=int)[:, picture.width // 2]
    rows = np.flatnonzero(ink)
    lines = np.split(ink[rows], np.flatnonzero(np.diff(rows) > 1) + 1)
    assert len(lines) == len(places)
    assert np.ptp([line.sum() for line in lines]) < 100  # of 510 in each


@pytest.mark.parametrize("alt", ["", "  ", "Bars."])
def test_a_figure_without_a_text_alternative_of_its_own_is_refused(publish, alt):
    with pytest.raises(PublishingError, match="text alternative"):
        publish.figure("bars", drawn(), "Bars.", alt, pd.DataFrame())


def test_two_things_of_one_name_are_refused(publish):
    publish.table("shares", pd.DataFrame({"a": [1]}), "One.")
    with pytest.raises(PublishingError, match="published twice"):
        publish.figure("shares", drawn(), "Bars.", "One bar.", pd.DataFrame())
