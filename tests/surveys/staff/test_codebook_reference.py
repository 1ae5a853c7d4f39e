"""The reference of survey.yaml says what the schema says, and editors accept what the reader accepts."""

import json

import jsonschema
import pytest
import yaml

from pipeline.surveys.staff.codebook_meanings import MEANINGS
from pipeline.surveys.staff.codebook_reference import PAGE, SCHEMA, blocks, json_schema, reference_page
from tests.surveys.made_up import CODEBOOK
from tests.surveys.projects import ROOT


def test_every_key_has_a_meaning_and_every_meaning_a_key():
    assert {block: set(part["properties"]) for block, part in blocks().items()} == {
        block: set(keys) for block, keys in MEANINGS.items()
    }


def test_the_page_and_the_schema_are_what_make_docs_writes():
    assert (ROOT / PAGE).read_text(encoding="utf-8") == reference_page(), "Run 'make docs'."
    assert json.loads((ROOT / SCHEMA).read_text(encoding="utf-8")) == json_schema(), "Run 'make docs'."


def test_an_editor_accepts_a_codebook_and_refuses_what_the_reader_refuses():
    checker = jsonschema.Draft202012Validator(json.loads((ROOT / SCHEMA).read_text(encoding="utf-8")))
    good = yaml.safe_load(yaml.safe_dump(CODEBOOK))
    checker.validate(good)
    for change in ({"invited": 0}, {"kind": "answers"}, {"wieght": "w"}, {"duplicates": "middle"}):
        with pytest.raises(jsonschema.ValidationError):
            checker.validate(good | change)
