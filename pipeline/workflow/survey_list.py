"""The list `surveys` of a council's own, in params.local.yaml: one name more, one less; every other byte of the file stays.

A name that stands in params.yaml, where they were listed before, counts as well, and is taken off there.
"""

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from pipeline.errors import ParameterError
from pipeline.files import replacing
from pipeline.inputs.parameters import surveys_of
from pipeline.inputs.parameters_file import FILE, OWN

HEADER = "# This folder's own parameters, over those of params.yaml. Not under version control: an update does not touch them.\n"


def add_survey(root: Path, name: str) -> None:
    """Add a survey to the list."""
    write_list(root / OWN, listed_too(root, name))


def write_list(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file of parameters."""
    with replacing(path) as beside:
        beside.write_bytes(content)


def listed_too(root: Path, name: str) -> bytes:
    """The content of params.local.yaml of the project at `root` with one survey more; as it is, if the survey is listed.

    Raises ParameterError where one of both files cannot be read, or its `surveys` are no list.
    """
    path = root / OWN
    if name not in surveys_of(root):
        return with_survey(path, name)
    return path.read_bytes() if path.is_file() else HEADER.encode()


def listing(root: Path, name: str) -> tuple[str, ...]:
    """The files of parameters that list a survey."""
    found = []
    for path in (root / OWN, root / FILE):
        _, listed = _surveys(path, _text(path)) if path.is_file() else (None, None)
        if isinstance(listed, SequenceNode) and name in [entry.value for entry in listed.value]:
            found.append(path.name)
    return tuple(found)


def take_off(root: Path, name: str) -> None:
    """Take a survey off the list, in each file where it stands."""
    for file in listing(root, name):
        write_list(root / file, without_survey(root / file, name))


def with_survey(path: Path, name: str) -> bytes:
    """The content of a file of parameters with one name more in its list `surveys`; as it is, if the name is there.

    A file that is not there, or has no such list, gets one. Raises ParameterError where `surveys` is something else.
    """
    text = _text(path) if path.is_file() else HEADER
    key, found = _surveys(path, text)
    if key is None or found is None:
        ending = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{ending}surveys: [{name}]\n".encode()
    names = [entry.value for entry in found.value] if isinstance(found, SequenceNode) else []
    if name in names:
        return text.encode()
    if isinstance(found, ScalarNode):
        return _filled(text, key, found, f"[{name}]").encode()
    if not names:
        return f"{text[: found.start_mark.index]}[{name}]{text[found.end_mark.index :]}".encode()
    last = found.value[-1].end_mark.index
    if found.flow_style:
        return f"{text[:last]}, {name}{text[last:]}".encode()
    line = text.find("\n", last)
    line, ending = (len(text), "\n") if line < 0 else (line + 1, "")
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{text[:line]}{ending}{' ' * found.start_mark.column}- {name}{newline}{text[line:]}".encode()


def without_survey(path: Path, name: str) -> bytes:
    """The content of a file of parameters with one name less in its list `surveys`; as it is, if the name is not there.

    Of a list with a name a line, the line goes, with a comment that stands on it. Raises ParameterError where `surveys`
    is no list.
    """
    text = _text(path)
    _, found = _surveys(path, text)
    entries = found.value if isinstance(found, SequenceNode) else []
    number = next((number for number, entry in enumerate(entries) if entry.value == name), None)
    if number is None:
        return text.encode()
    entry = entries[number]
    if not found.flow_style:
        if len(entries) == 1:  # a list without an entry is written in brackets, where its one line was
            dash = text.rindex("-", 0, entry.start_mark.index)
            return f"{text[:dash]}[]{text[entry.end_mark.index :]}".encode()
        begin = text.rfind("\n", 0, entry.start_mark.index) + 1
        end = text.find("\n", entry.end_mark.index)
        return f"{text[:begin]}{text[end + 1 :] if end >= 0 else ''}".encode()
    if number + 1 < len(entries):
        begin, end = entry.start_mark.index, entries[number + 1].start_mark.index
    elif number:
        begin, end = entries[number - 1].end_mark.index, entry.end_mark.index
    else:
        begin, end = entry.start_mark.index, entry.end_mark.index
    return f"{text[:begin]}{text[end:]}".encode()


def _filled(text: str, key: ScalarNode, found: ScalarNode, listed: str) -> str:
    """`text` with a list where nothing stands behind the colon."""
    colon = text.index(":", key.end_mark.index) + 1
    return f"{text[:colon]} {listed}{text[found.end_mark.index if found.value else colon :]}"


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def _surveys(path: Path, text: str) -> tuple[ScalarNode | None, SequenceNode | ScalarNode | None]:
    """The nodes of the key `surveys` and of its list; their marks say where they stand in the text. None, where it is not there."""
    try:
        root = YAML().compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ParameterError(
            "The file is not valid YAML.",
            where=f"{path.name}" + (f", line {mark.line + 1}" if mark else ""),
            fix="Look for wrong indentation or a colon in unquoted text.",
        ) from None
    nodes = {key.value: (key, value) for key, value in root.value} if isinstance(root, MappingNode) else {}
    key, found = nodes.get("surveys", (None, None))
    empty = found is None or (isinstance(found, ScalarNode) and found.tag.endswith(":null"))
    if not (empty or (isinstance(found, SequenceNode) and all(isinstance(each, ScalarNode) for each in found.value))):
        raise ParameterError(
            "The council's own surveys are no list.",
            where=f"{path.name}, surveys",
            expected="a list, such as surveys: []",
            fix="Correct this line, and run the command again.",
        )
    return key, found
