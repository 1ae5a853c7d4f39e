"""The list `surveys` of params.yaml: one name more, one less; every other byte of the file stays."""

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from pipeline.errors import ParameterError
from pipeline.files import replacing

FILE = "params.yaml"


def add_to_params(root: Path, name: str) -> None:
    """Add a survey to the list."""
    write_params(root, with_survey(root / FILE, name))


def write_params(root: Path, content: bytes) -> None:
    """Put `content` in the place of params.yaml."""
    with replacing(root / FILE) as beside:
        beside.write_bytes(content)


def give_empty_list(root: Path) -> None:
    """Write `[]` behind a `surveys:` with nothing behind it: DVC stops at nothing, and takes an empty list."""
    path = root / FILE
    if not path.is_file():
        return
    text = _text(path)
    try:
        key, found = _surveys(path, text)
    except ParameterError:
        return  # what is not there, or no list, is told where it is needed
    if isinstance(found, ScalarNode):
        write_params(root, _filled(text, key, found, "[]").encode())


def with_survey(path: Path, name: str) -> bytes:
    """The content of params.yaml with one name more in its list `surveys`; as it is, if the name is there.

    Raises ParameterError if the file has no such list.
    """
    text = _text(path)
    key, found = _surveys(path, text)
    names = [entry.value for entry in found.value] if isinstance(found, SequenceNode) else []
    if name in names:
        return text.encode()
    if isinstance(found, ScalarNode):
        return _filled(text, key, found, f"[{name}]").encode()
    if not names:
        return f"{text[:found.start_mark.index]}[{name}]{text[found.end_mark.index:]}".encode()
    last = found.value[-1].end_mark.index
    if found.flow_style:
        return f"{text[:last]}, {name}{text[last:]}".encode()
    line = text.find("\n", last)
    line, ending = (len(text), "\n") if line < 0 else (line + 1, "")
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{text[:line]}{ending}{' ' * found.start_mark.column}- {name}{newline}{text[line:]}".encode()


def without_survey(path: Path, name: str) -> bytes:
    """The content of params.yaml with one name less in its list `surveys`; as it is, if the name is not there.

    Of a list with a name a line, the line goes, with a comment that stands on it. Raises ParameterError if the file
    has no such list.
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
            return f"{text[:dash]}[]{text[entry.end_mark.index:]}".encode()
        begin = text.rfind("\n", 0, entry.start_mark.index) + 1
        end = text.find("\n", entry.end_mark.index)
        return f"{text[:begin]}{text[end + 1:] if end >= 0 else ''}".encode()
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
    return f"{text[:colon]} {listed}{text[found.end_mark.index if found.value else colon:]}"


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def _surveys(path: Path, text: str) -> tuple[ScalarNode, SequenceNode | ScalarNode]:
    """The nodes of the key `surveys` and of its list; their marks say where they stand in the text."""
    try:
        root = YAML().compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ParameterError("The file is not valid YAML.",
                             where=f"{path.name}" + (f", line {mark.line + 1}" if mark else ""),
                             fix="Look for wrong indentation or a colon in unquoted text.") from None
    nodes = {key.value: (key, value) for key, value in root.value} if isinstance(root, MappingNode) else {}
    key, found = nodes.get("surveys", (None, None))
    empty = isinstance(found, ScalarNode) and found.tag.endswith(":null")
    if not (empty or isinstance(found, SequenceNode) and all(isinstance(each, ScalarNode) for each in found.value)):
        raise ParameterError("The list of a council's own surveys is not in the file.", where=f"{path.name}, surveys",
                             expected="surveys: []", fix="Add this line, and run the command again.")
    return key, found
