"""What the pipeline writes for readers is described where they look it up."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
TABLES = sorted(Path(out).name for stage in STAGES.values() for out in stage.get("outs", []) if out.endswith(".csv"))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_for_readers_is_in_the_data_dictionary(name):
    described = "answers-<subject>.csv" if name.startswith("answers-") else name
    assert f"`{described}`" in DICTIONARY


def test_every_parameter_has_a_comment():
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    knobs = [line for line in lines if line.startswith("  ")]
    alone = [line.split(":")[0].strip() for line in knobs if "#" not in line]
    # A knob may share the comment of the one above it: the pairs of a range or of one intraclass correlation.
    assert alone == ["team_icc", "authority_icc"]
