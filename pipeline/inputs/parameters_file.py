"""params.yaml as it is written: every value a text, and where each stands; and what to say about one that cannot be used.

What is a user's own (surveys, an engine, other values) stands in params.local.yaml beside it, which version control does
not see, so that no update meets a change: read over the shared file, key by key; of surveys those of both files count.

A text says the same to every reader. YAML's own kinds do not: DVC reads YAML 1.2, other readers 1.1, where `on` is a truth
value and `2024_25` a number.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from pipeline.errors import ParameterError
from pipeline.suggestions import nearest, suggestion

FILE, OWN = "params.yaml", "params.local.yaml"  # the shared one, and a user's own over it
STAGE = "DVC_STAGE"  # the variable in which DVC names the stage that it runs
RUN = "GOLDEN_THREAD_RUN"  # set for the stages of a run: DVC then tracks both files (workflow/dvc_with_own.py)
EMPTY = (None, "", "~", "null")  # nothing behind a colon
RESTORE = "Take it back as it was published (git restore params.yaml)."
MOVED = {
    (
        "survey",
        "rounding",
    ): "it is a fact of the publication: write it into survey.yaml of its folder, beside decimals, and take "
    "it out here (the survey of 2011 has it there)"
}
Place = tuple[str | int, ...]  # the keys, and numbers of entries, that lead to a value


class Places:
    """Where each value stands, in words: "params.yaml, line 5, column 3, link.team_size"."""

    def __init__(self, file: str = FILE):
        self.file = file
        self._stands: dict[Place, str] = {(): file}

    def note(self, mark: yaml.Mark, *place: str | int) -> None:
        self._stands[place] = _marked(self.file, mark)

    def given(self, where: str, *place: str | int) -> None:
        """Of a value that does not come from the file."""
        self._stands[place] = where

    def take(self, others: "Places", part: str) -> None:
        """The places of another file's `part`."""
        self._stands |= {place: where for place, where in others._stands.items() if place[:1] == (part,)}

    def take_entries(self, others: "Places", part: str, numbers: Mapping[int, int]) -> None:
        """The places of entries of another file's list `part`: the numbers that they have there, with those that they get."""
        self._stands |= {(part, new): others._stands[part, old] for old, new in numbers.items()}

    def __contains__(self, place: Place) -> bool:
        return place in self._stands

    def of(self, *place: str | int) -> str:
        """The value's own place, or that of the nearest part around it that is there."""
        known = next(place[:length] for length in range(len(place), -1, -1) if place[:length] in self._stands)
        key = ".".join(step for step in place if isinstance(step, str))
        return f"{self._stands[known]}{f', {key}' * bool(key)}"


def read_texts(root: Path) -> tuple[dict[str, Any], Places]:
    """The values of both files as texts, and where each stands. Raises ParameterError for no params.yaml, and for what is no YAML."""
    content, places = _read(root, FILE)
    if not (root / OWN).is_file() or not own_counts():
        return content, places
    own, own_places = _read(root, OWN)
    for part, value in own.items():
        shared = content.get(part)
        if not isinstance(shared, list) or not isinstance(value, list):
            if shared is None or value not in EMPTY:
                places.take(own_places, part)
            continue
        kept = [number for number, entry in enumerate(value) if entry not in shared]
        places.take_entries(own_places, part, {number: len(shared) + at for at, number in enumerate(kept)})
    return merged(content, own), places


def own_counts() -> bool:
    """Whether params.local.yaml counts: not in a stage that DVC, called by itself, runs, for it tracks the shared file only."""
    return STAGE not in os.environ or RUN in os.environ


def merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` over `shared`, key by key; of two lists the entries of both. What is empty takes no section or list away.

    >>> merged({"report": {"engine": "auto"}, "surveys": ["leeds"]}, {"report": {"engine": "quarto"}, "surveys": ["york", "leeds"]})
    {'report': {'engine': 'quarto'}, 'surveys': ['leeds', 'york']}
    """
    found = dict(shared)
    for key, value in own.items():
        there = found.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            found[key] = merged(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            found[key] = [*there, *(entry for entry in value if entry not in there)]
        elif not (isinstance(there, Mapping | list) and value in EMPTY):
            found[key] = value
    return found


def _read(root: Path, file: str) -> tuple[dict[str, Any], Places]:
    fix = RESTORE if file == FILE else f"Correct it, or remove {file}: without it the shared values count."
    try:
        node = yaml.compose((root / file).read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except FileNotFoundError:
        raise ParameterError("The file with the parameters is missing.", where=str(root / file), fix=fix) from None
    except UnicodeDecodeError as error:
        raise ParameterError(
            "The file is not UTF-8 text.", where=f"{file}, byte {error.start}", fix="Save the file as UTF-8."
        ) from None
    except yaml.YAMLError as error:
        raise _no_yaml(file, error) from None
    places = Places(file)
    content = _texts(node, (), places) if node else {}
    if not isinstance(content, dict):
        raise ParameterError(
            "The file holds no parameters.", where=file, expected="keys such as survey and report", fix=fix
        )
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
            raise ParameterError(
                "A key stands twice, or is no single word.",
                where=_marked(places.file, key.start_mark),
                fix="Leave one of them.",
            )
        places.note(key.start_mark, *place, key.value)
        read[key.value] = _texts(child, (*place, key.value), places)
    return read


def _no_yaml(file: str, error: yaml.YAMLError) -> ParameterError:
    """A tab, a missing colon, a bracket that is not closed."""
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    fix = "Look for wrong indentation, a bracket that is not closed, or a colon in unquoted text."
    if "\\t" in problem:
        problem, fix = "a tab", "Write blanks instead: YAML takes no tab at the beginning of a line."
    elif "expected ':'" in problem:  # YAML notices it lines later
        problem, mark, fix = (
            "a key without a colon",
            getattr(error, "context_mark", None) or mark,
            "Write a colon and a blank between the key and its value.",
        )
    return ParameterError(
        "The file is not valid YAML.", where=_marked(file, mark) if mark else file, found=problem, fix=fix
    )


def _marked(file: str, mark: yaml.Mark) -> str:
    return f"{file}, line {mark.line + 1}, column {mark.column + 1}"


def refusal(model: type[BaseModel], errors: Iterable[Mapping[str, Any]], places: Places) -> ParameterError:
    """What pydantic says of `model`: all problems at once, each with its place, what was found and what is expected."""
    errors = list(errors)
    meant = {
        (*_parent(error), nearest(str(error["loc"][-1]), _keys(model, _parent(error))))
        for error in errors
        if error["type"] == "extra_forbidden"
    }
    told = [
        f"{places.of(*_place(error))}: {_reason(model, error)}"
        for error in errors
        if error["type"] != "missing" or tuple(error["loc"]) not in meant
    ]  # one typo is one problem
    return ParameterError(
        "A parameter cannot be used." if len(told) == 1 else "Parameters cannot be used.",
        where="\n            ".join(told),
        fix="Correct it, and run the command again.",
    )


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
            return "there is no such parameter" + (
                suggestion(str(error["loc"][-1]), keys) or f", only {', '.join(keys)}"
            )
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
