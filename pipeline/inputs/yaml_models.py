"""YAML files that a person writes, read into strict models: every problem is named together, with its key and its fix."""

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from pipeline.characters import first_control
from pipeline.errors import CodebookError

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


def _without_controls(text: str) -> str:
    if found := first_control(text):
        raise ValueError(f"the control character {found} in the text; take it out")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_without_controls)]
FIXES = {"extra_forbidden": "Remove the key, or correct its spelling.", "missing": "Add the key."}


class Strict(BaseModel):
    """A part of a YAML file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Strict)


def read_model(path: Path, model: type[Model], further: Callable[[Model], Iterable[str]] = lambda _: ()) -> Model:
    """Read a YAML file into a model; `further` gives problems that only show beside other data.

    Raises CodebookError for a file that is missing, is not YAML, or does not fit: all problems at once.
    """
    content = _read_yaml(path)
    try:
        read = model.model_validate(content)
        problems = list(further(read))
    except ValidationError as error:
        problems = [line for each in error.errors() for line in _described(each, content)]
    if problems:
        raise CodebookError(
            f"{path.name} has {len(problems)} problem{'s' * (len(problems) > 1)}:\n"
            + "\n".join(f"  - {problem}" for problem in problems),
            where=str(path),
        )
    return read


class _UniqueKeys:
    """YAML says that keys are unique, PyYAML keeps the last one silently: refuse a second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is no single word or text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _UniqueKeyLoader(_UniqueKeys, yaml.SafeLoader):
    """PyYAML's own parser: what it says of a file that is not YAML is the same on every machine."""


class _QuickLoader(_UniqueKeys, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """libyaml's parser, ten times as fast, where it is there."""


def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, _QuickLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return yaml.load(text, _UniqueKeyLoader)


def _read_yaml(path: Path) -> Any:
    try:
        return _loaded(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise CodebookError(
            "The file is missing.", where=str(path), fix="Put the file there, or correct the survey's name."
        ) from None
    except UnicodeDecodeError as error:
        raise CodebookError(
            "The file is not UTF-8 text.", where=f"{path}, byte {error.start}", fix="Save the file as UTF-8."
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # dates and numbers that cannot be, endless nesting
        mark = getattr(error, "problem_mark", None)
        raise CodebookError(
            "The file is not valid YAML.",
            where=f"{path}, line {mark.line + 1}" if mark else str(path),
            found=_in_short(error),
            fix="Look for wrong indentation, a colon in unquoted text, a key used twice, or a value that "
            "cannot be, such as a month 13.",
        ) from None


def _in_short(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "lists within lists without end"
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).partition("\n")[0]


def _described(error: dict[str, Any], content: Any) -> list[str]:
    """Lines for one of pydantic's errors: the key, what is wrong, the fix. List entries are named by their id."""
    keys = []
    for step in error["loc"]:
        content = content[step] if _has(content, step) else None
        keys.append(content["id"] if isinstance(step, int) and _has(content, "id") else str(step))
    if error["type"] == "value_error":  # ours: the text says what and how, one problem a line
        return [", ".join([*map(str, keys), line]) if keys else line for line in str(error["ctx"]["error"]).split("\n")]
    found = f" (found {error['input']!r})" if isinstance(error["input"], str | int | float) else ""
    message = error["msg"][0].lower() + error["msg"][1:]
    return [
        f"{', '.join(map(str, keys)) or 'the file'}: {message}{found}. {FIXES.get(error['type'], 'Correct the value.')}"
    ]


def _has(content: Any, step: str | int) -> bool:
    if isinstance(content, list):
        return isinstance(step, int) and step < len(content)
    return isinstance(content, dict) and step in content
