"""The reference of survey.yaml, made from its schema: a page for people, and a JSON Schema that editors check a file by.

`make docs` writes both: `python -m pipeline.surveys.staff.codebook_reference`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.files import project_root, write_text
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.codebook_meanings import MEANINGS, SURVEY

PAGE, SCHEMA = Path("docs/reference/survey-yaml.md"), Path("docs/reference/survey.schema.json")
_PATTERNS = {
    "^[a-z][a-z0-9_]*$": "name (`a_b`)",
    "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "name (`a-b`)",
    r"^\d{4}-(0[1-9]|1[0-2])$": "month (`2026-03`)",
}
_INTRODUCTION = """# The keys of `survey.yaml`

For whoever corrects the codebook of a staff survey: every key, what it holds, and what it is if it is left out. How to go about
it stands in [How to put your own staff survey through](../how-to/own-survey.md). This page and
[survey.schema.json](survey.schema.json) are written from the schema by `make docs`.

An editor that knows JSON Schema checks the file while you type, and explains each key. With the YAML extension of VS Code or
JetBrains' editors, put this on top of `survey.yaml`:

```yaml
# yaml-language-server: $schema=../../../../docs/reference/survey.schema.json
```
"""


def blocks() -> dict[str, dict[str, Any]]:
    """The part of the JSON Schema for each block of the file, by its name in MEANINGS, in the order of the file."""
    schema = StaffSurvey.model_json_schema()
    return dict(_blocks(SURVEY, schema, schema["$defs"]))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of survey.yaml, with the meaning of every key."""
    schema = StaffSurvey.model_json_schema()
    for block, part in _blocks(SURVEY, schema, schema["$defs"]):
        for key, value in part["properties"].items():
            value.pop("title", None)
            value["description"] = MEANINGS[block][key].replace("`", "")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "survey.yaml of a staff survey",
    }


def reference_page() -> str:
    """The page, in Markdown."""
    parts = [_INTRODUCTION]
    for block, part in blocks().items():
        title = "Keys of the survey" if block == SURVEY else f"`{block.replace(', ', '`, `')}`"
        rows = [
            f"| `{key}` | {_kind(value)} | {_default(key, value, part)} | {_cell(MEANINGS[block][key])} |"
            for key, value in part["properties"].items()
        ]
        parts.append(
            "\n".join(
                [f"## {title}\n", "| key | what it holds | if left out | meaning |", "| --- | --- | --- | --- |", *rows]
            )
            + "\n"
        )
    return "\n".join(parts)


def _blocks(name: str, part: dict[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield name, part
    for key, value in part["properties"].items():
        reference = next(_references(value), None)
        if reference:
            yield from _blocks(key if name == SURVEY else f"{name}, {key}", definitions[reference], definitions)


def _references(value: Mapping[str, Any]) -> Iterator[str]:
    """The definitions that a value refers to, by itself, in a list, or beside nothing."""
    if "$ref" in value:
        yield value["$ref"].rpartition("/")[2]
    for inner in (*value.get("anyOf", ()), *([value["items"]] if "items" in value else ())):
        yield from _references(inner)


def _kind(value: Mapping[str, Any]) -> str:
    """What a key holds, in words."""
    if "anyOf" in value:
        return " or ".join(_kind(each) for each in value["anyOf"] if each.get("type") != "null")
    if "$ref" in value:
        return "a block of keys, below"
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"])
    if value.get("type") == "array":
        return "a list of blocks, below" if next(_references(value), None) else f"a list: {_kind(value['items'])}"
    if value.get("type") == "object":
        return "a text for each text"
    if value.get("type") == "boolean":
        return "`true` or `false`"
    if value.get("type") in ("integer", "number"):
        return f"{'whole ' * (value['type'] == 'integer')}number{_range(value)}"
    return _PATTERNS.get(value.get("pattern", ""), "text")


def _range(value: Mapping[str, Any]) -> str:
    lowest = value.get("minimum", value.get("exclusiveMinimum"))
    words = f" from {lowest}" if "minimum" in value else f" above {lowest}" if lowest is not None else ""
    return words + (f" to {value['maximum']}" if "maximum" in value else "")


def _default(key: str, value: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    if key in part.get("required", ()):
        return "it has to be there"
    default = value.get("default")
    if default in (None, [], {}) or isinstance(default, dict):
        return "–" if not default else "as below"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write_reference(root: Path) -> None:
    """Write the page and the JSON Schema into the documentation of the project at `root`."""
    write_text(root / PAGE, reference_page())
    write_text(root / SCHEMA, json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write_reference(project_root())
