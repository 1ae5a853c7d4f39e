"""params.yaml as it is written: every value a text, and where each stands; and what to say about one that cannot be used.

A text says the same to every reader. YAML's own kinds do not: DVC reads YAML 1.2, other readers 1.1, where `on` is a truth
value and `2024_25` a number.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from pipeline.errors import ParameterError
from pipeline.suggestions import nearest, suggestion

FILE = "params.yaml"
RESTORE = "Take it back as it was published (git restore params.yaml)."
MOVED = {("survey", "rounding"): "it is a fact of the publication: write it into survey.yaml of its folder, beside decimals, and take "
                                 "it out here (the survey of 2011 has it there)"}
Place = tuple[str | int, ...]  # the keys, and numbers of entries, that lead to a value


class Places:
    """Where each value stands, in words: "params.yaml, line 5, column 3, link.team_size"."""

    def __init__(self, file: str = FILE):
        self._stands: dict[Place, str] = {(): file}

    def note(self, mark: yaml.Mark, *place: str | int) -> None:
        self._stands[place] = _marked(mark)

    def given(self, where: str, *place: str | int) -> None:
        """Of a value that does not come from the file."""
        self._stands[place] = where

    def __contains__(self, place: Place) -> bool:
        return place in self._stands

    def of(self, *place: str | int) -> str:
        """The value's own place, or that of the nearest part around it that is there."""
        known = next(place[:length] for length in range(len(place), -1, -1) if place[:length] in self._stands)
        key = ".".join(step for step in place if isinstance(step, str))
        return f"{self._stands[known]}{f', {key}' * bool(key)}"


def read_texts(root: Path) -> tuple[dict[str, Any], Places]:
    """The file's values as texts, and where each stands. Raises ParameterError for a file that is missing or no YAML."""
    try:
        node = yaml.compose((root / FILE).read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except FileNotFoundError:
        raise ParameterError("The file with the parameters is missing.", where=str(root / FILE), fix=RESTORE) from None
    except UnicodeDecodeError as error:
        raise ParameterError("The file is not UTF-8 text.", where=f"{FILE}, byte {error.start}", fix="Save the file as UTF-8.") from None
    except yaml.YAMLError as error:
        raise _no_yaml(error) from None
    places = Places()
    content = _texts(node, (), places) if node else {}
    if not isinstance(content, dict):
        raise ParameterError("The file holds no parameters.", where=FILE, expected="keys such as survey and report", fix=RESTORE)
    return content, places


def _texts(node: yaml.Node, place: Place, places: Places) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            places.note(child.start_mark, *place, number)
        return [_texts(child, (*place, number), places) for number, child in enumerate(node.value)]
    read: dict[str, Any] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in read:
            raise ParameterError("A key stands twice, or is no single word.", where=_marked(key.start_mark), fix="Leave one of them.")
        places.note(key.start_mark, *place, key.value)
        read[key.value] = _texts(child, (*place, key.value), places)
    return read


def _no_yaml(error: yaml.YAMLError) -> ParameterError:
    """A tab, a missing colon, a bracket that is not closed."""
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    fix = "Look for wrong indentation, a bracket that is not closed, or a colon in unquoted text."
    if "\\t" in problem:
        problem, fix = "a tab", "Write blanks instead: YAML takes no tab at the beginning of a line."
    elif "expected ':'" in problem:  # YAML notices it lines later
        problem, mark, fix = "a key without a colon", getattr(error, "context_mark", None) or mark, "Write a colon and a blank between the key and its value."
    return ParameterError("The file is not valid YAML.", where=_marked(mark) if mark else FILE, found=problem, fix=fix)


def _marked(mark: yaml.Mark) -> str:
    return f"{FILE}, line {mark.line + 1}, column {mark.column + 1}"


def refusal(model: type[BaseModel], errors: Iterable[Mapping[str, Any]], places: Places) -> ParameterError:
    """What pydantic says of `model`: all problems at once, each with its place, what was found and what is expected."""
    errors = list(errors)
    meant = {(*_parent(error), nearest(str(error["loc"][-1]), _keys(model, _parent(error))))
             for error in errors if error["type"] == "extra_forbidden"}
    told = [f"{places.of(*_place(error))}: {_reason(model, error)}" for error in errors
            if error["type"] != "missing" or tuple(error["loc"]) not in meant]  # one typo is one problem
    return ParameterError("A parameter cannot be used." if len(told) == 1 else "Parameters cannot be used.",
                          where="\n            ".join(told), fix="Correct it, and run the command again.")


def _place(error: Mapping[str, Any]) -> Place:
    return tuple(error["loc"]) or ("surveys",)  # the one problem that shows between keys


def _parent(error: Mapping[str, Any]) -> Place:
    return tuple(error["loc"][:-1])


def _reason(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    found = error["input"]
    told = f", found {found!r}" if isinstance(found, str) and found else ""
    match error["type"]:
        case "extra_forbidden" if tuple(error["loc"]) in MOVED:
            return f"the parameter has moved: {MOVED[tuple(error['loc'])]}"
        case "extra_forbidden":
            keys = _keys(model, _parent(error))
            return "there is no such parameter" + (suggestion(str(error["loc"][-1]), keys) or f", only {', '.join(keys)}")
        case "missing":
            return "the parameter is missing"
        case "model_type":
            return f"a section with the keys {', '.join(_keys(model, tuple(error['loc'])))}{told}"
        case "tuple_type":
            return f"a list, such as [leeds-2026]{told}"
        case "literal_error":
            known = re.findall("[^', ]+", error["ctx"]["expected"])
            return f"{_lower(error['msg'])}{told}{suggestion(str(found), known)}"
        case "value_error":
            return f"{error['ctx']['error']}{told}"
        case _:
            return f"{_lower(error['msg'])}{told}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys of a section."""
    for step in place:
        model = model.model_fields[str(step)].annotation
    return list(model.model_fields)
