"""Edits of survey.yaml that leave every other byte as it is: comments, quotes and numbers such as 2024_25 stay.

The text is parsed for the places of its parts only, and new text is put between them.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from pipeline.errors import ParameterError
from pipeline.files import replacing
from pipeline.surveys.deciding.questions import Edit, Question
from pipeline.surveys.private import OWNER
from pipeline.surveys.staff.codebook import StaffSurvey, read_staff_survey

BYTE_ORDER_MARK = "\ufeff"
LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml's where it is there: a large codebook is parsed for each edit
NAMES = ("id", "column", "reason")  # the keys by one of which an entry of a list is known


def decide(path: Path, answers: Mapping[str, str]) -> StaffSurvey:
    """Write the answers to questions, their keys by the questions' ids, into the codebook at `path`; all of them or none.

    Gives the codebook as it is then. Raises ParameterError for a question that is not open or an answer that it has not;
    CodebookError where the codebook would not be valid.
    """
    questions, text = {each.id: each for each in read_staff_survey(path).decide}, read_text(path)
    for question, key in answers.items():
        if question not in questions:
            raise ParameterError(
                "There is no such open question.",
                where=str(path),
                found=repr(question),
                expected=", ".join(questions) or "none is open",
            )
        text = answered(text, questions[question], key)
    write_codebook(path, text)
    return read_staff_survey(path)


def with_likely_answers(path: Path, survey: StaffSurvey) -> StaffSurvey:
    """The codebook at `path` as it would be with the likely answer to every open question; nothing is written."""
    if not survey.decide:
        return survey
    text = read_text(path)
    for question in survey.decide:
        text = answered(text, question, question.likely)
    return StaffSurvey.model_validate(yaml.load(text, LOADER))


def answered(text: str, question: Question, key: str) -> str:
    """The text of a codebook with a question answered: its edits made, the answer noted under `decided`."""
    edits = [
        *question.edits(key),
        Edit(do="remove", at=("decide", question.id)),
        Edit(do="set", at=("decided", question.id), to=question.told(key)),
    ]
    return edited(text, edits)


def read_text(path: Path) -> str:
    """The text of a file with its own line ends."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def write_codebook(path: Path, text: str) -> None:
    """Put a codebook's text in the place of the file, if it is valid; for its owner's eyes only, as it was."""
    with replacing(path) as beside:
        beside.write_bytes(text.encode())
        beside.chmod(OWNER)
        read_staff_survey(beside)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made, one after the other. Raises ParameterError for a place that is no longer as it was.

    >>> print(edited("a: 1  # one\\nb:\\n  - {id: x, c: 2}\\n", [Edit(do="set", at=("b", "x", "c"), to=[3]),
    ...     Edit(do="add", at=("b",), to={"id": "y"}), Edit(do="remove", at=("a",))]), end="")
    b:
      - {id: x, c: [3]}
      - {id: y}
    """
    if text.startswith(BYTE_ORDER_MARK):
        return BYTE_ORDER_MARK + edited(text.removeprefix(BYTE_ORDER_MARK), edits)
    for edit in edits:
        text = {"set": _set, "add": _add, "remove": _remove}[edit.do](text, edit.at, edit.to)
    return text


def _set(text: str, at: Sequence[str], to: Any) -> str:
    *above, name = at
    parent = _find(text, above)
    if parent is None:
        return _set(text, above, {name: to})
    if not isinstance(parent, MappingNode):
        raise ParameterError(
            "The answer does not fit the file any more.",
            where=f"survey.yaml, {', '.join(at)}",
            fix="Write it into survey.yaml by hand, and take the question out of decide.",
        )
    pair = next((pair for pair in parent.value if pair[0].value == name), None)
    if pair:
        key, value = pair
        to = _with_unsure(text, value, to)
        written = _written(name, to, None if parent.flow_style else key.start_mark.column, _newline(text))
        return text[: key.start_mark.index] + written + text[_end(value) :]
    if parent.flow_style:
        return _into_braces(text, parent, _written(name, to, None, ""))
    column, end = parent.value[0][0].start_mark.column, _line_end(text, _end(parent))
    newline = _newline(text)
    return f"{text[:end]}{newline}{' ' * column}{_written(name, to, column, newline)}{text[end:]}"


def _with_unsure(text: str, old: Node, to: Any) -> Any:
    """New categories of a scale with the "don't know" that it had: whether there is one is another question's matter."""
    if not (
        isinstance(to, list) and to and isinstance(to[0], dict) and "role" in to[0] and isinstance(old, SequenceNode)
    ):
        return to
    before = yaml.safe_load(yaml.serialize(old))
    ids = {each["id"] for each in to}
    return to + [each for each in before if each.get("role") == "dont_know" and each["id"] not in ids]


def _add(text: str, at: Sequence[str], to: Any) -> str:
    node = _find(text, at)
    if not isinstance(node, SequenceNode) or not node.value:
        return _set(text, at, [to])
    name = next((to[key] for key in NAMES if key in to), None) if isinstance(to, dict) else to
    there = _entry(node, str(name))
    if there is not None:
        if not (isinstance(to, dict) and to.get("answers")):
            return text
        before = yaml.safe_load(yaml.serialize(there)).get("answers", [])
        return _set(text, (*at, str(name), "answers"), list(dict.fromkeys([*before, *to["answers"]])))
    if node.flow_style:
        return _into_braces(text, node, _flow(to))
    end = _line_end(text, _end(node))
    return f"{text[:end]}{_newline(text)}{' ' * node.start_mark.column}- {_flow(to)}{text[end:]}"


def _remove(text: str, at: Sequence[str], _: Any = None) -> str:
    *above, name = at
    parent = _find(text, above)
    found = _below(parent, [name])
    if found is None:
        return text
    if above and len(parent.value) == 1:
        return _remove(text, above)
    spans = [(each[0], each[1]) if isinstance(parent, MappingNode) else (each, each) for each in parent.value]
    place = next(
        number
        for number, (_, last) in enumerate(spans)
        if last.start_mark.index == found.start_mark.index and last.end_mark.index == found.end_mark.index
    )
    first, last = spans[place]
    if parent.flow_style:
        start = spans[place][0].start_mark.index if place == 0 else _end(spans[place - 1][1])
        end = spans[1][0].start_mark.index if place == 0 else _end(last)
        return text[:start] + text[end:]
    start = text.rfind("\n", 0, first.start_mark.index) + 1
    column = first.start_mark.column if isinstance(parent, MappingNode) else parent.start_mark.column
    while start and _is_comment(above_it := text[text.rfind("\n", 0, start - 1) + 1 : start], column):
        start -= len(above_it)
    return text[:start] + text[_line_end(text, _end(last)) :].removeprefix("\r").removeprefix("\n")


def _is_comment(line: str, column: int) -> bool:
    return line.startswith(" " * column + "#")


def _find(text: str, at: Sequence[str]) -> Node | None:
    """The part of the text at a place; None if there is none."""
    return _below(yaml.compose(text, LOADER), at)


def _below(node: Node | None, at: Sequence[str]) -> Node | None:
    for step in at:
        if isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, SequenceNode):
            node = _entry(node, step)
        else:
            return None
    return node


def _entry(node: SequenceNode, name: str) -> Node | None:
    """The entry of a list that is known by `name`, or that is this text."""
    for entry in node.value:
        names = (
            [value.value for key, value in entry.value if key.value in NAMES]
            if isinstance(entry, MappingNode)
            else [entry.value]
        )
        if name in names[:1]:
            return entry
    return None


def _end(node: Node) -> int:
    """Where the text of a part ends; of a block PyYAML says where the next one begins, comments between them included."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return node.end_mark.index


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _into_braces(text: str, node: Node, written: str) -> str:
    end = node.end_mark.index - 1
    return f"{text[:end]}{', ' if node.value else ''}{written}{text[end:]}"


def _written(name: str, value: Any, column: int | None, newline: str) -> str:
    """A key and its value: on one line; or in a block (its column given) an entry or a key a line, where they are mappings."""
    if column is not None and isinstance(value, list) and value and isinstance(value[0], dict):
        return newline.join([f"{_flow(name)}:", *(f"{' ' * (column + 2)}- {_flow(each)}" for each in value)])
    if column == 0 and isinstance(value, dict):
        return newline.join([f"{_flow(name)}:", *(f"  {_flow({key: each})[1:-1]}" for key, each in value.items())])
    return _flow({name: value})[1:-1]


def _flow(value: Any) -> str:
    """A value on one line, its texts quoted where they need it."""
    return yaml.safe_dump(
        [value], default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    ).strip()[1:-1]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
