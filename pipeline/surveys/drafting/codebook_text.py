"""A drafted codebook as the text of survey.yaml: the reason of every proposal stands at its entry."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from pipeline.surveys.drafting.columns import LOW, Guess

BLOCKS = ("items",)  # entries with a line for each key; all others stand on one line
AT_ENTRY = ("items", "groups", "not_counted", "left_out")
AT_KEY = ("cluster", "weight", "respondent")
NOTES = {
    "decide": "questions to answer first, the likely answer first: golden-thread survey decide, with the survey's name",
    "title": "please check: as it stands above the report",
    "scales": "categories from the strongest agreement on; answers: other ways in which the file writes them",
    "missing": "what the file writes where somebody gave no answer; please check the reasons",
    "benchmark": "statements with matches are compared with this published survey's; please check the group",
    "duplicates": "please check: identifiers stand more than once; the last row of each is kept",
    "table": "where the parts of the table are",
}


def codebook_text(content: dict[str, Any], guesses: tuple[Guess, ...], notes: Mapping[str, str] = {}) -> str:
    """The text of survey.yaml for the whole `content`, with `notes` on scales; the same content gives the same text.

    >>> print(codebook_text({"name": "leeds-2026", "groups": [{"id": "role", "column": "Role", "label": "Role"}]},
    ...                     (Guess("Role", "group", "two levels", "low"),)), end="")
    # Drafted by `golden-thread survey new`. Correct it, above all where it says "please check"; then:
    # golden-thread survey check leeds-2026
    name: leeds-2026
    groups:
      # please check: two levels
      - {id: role, column: Role, label: Role}
    """
    reasons = {
        guess.column: f"please check: {guess.reason}"
        if guess.confidence == LOW
        else f"{guess.reason} (confidence: {guess.confidence})"
        for guess in guesses
    }
    evidence = {guess.column: guess.evidence for guess in guesses}
    lines = [
        '# Drafted by `golden-thread survey new`. Correct it, above all where it says "please check"; then:',
        f"# golden-thread survey check {content['name']}",
    ]
    for key, value in content.items():
        if key in NOTES:
            lines.append(f"# {NOTES[key]}")
        elif key in AT_KEY:
            lines.append(f"# {reasons[value]}")
        lines += (
            _entries(key, value, reasons, evidence | dict(notes))
            if isinstance(value, list)
            else [_on_one_line({key: value})[1:-1]]
        )
    return "\n".join(lines) + "\n"


def _entries(
    key: str, entries: list[dict[str, Any]], reasons: dict[str, str], evidence: dict[str, str]
) -> Iterator[str]:
    yield f"{key}:"
    for entry in entries:
        if key in AT_ENTRY:
            yield f"  # {reasons[entry['column']]}"
            if evidence[entry["column"]] and key == "items":
                yield f"  # {evidence[entry['column']]}"
        if key == "scales":
            yield from (f"  # {evidence[scale]}" for scale in (entry["id"],) if scale in evidence)
            yield f"  - id: {entry['id']}"
            yield from (f"    {_on_one_line({key: entry[key]})[1:-1]}" for key in ("kind",) if key in entry)
            yield "    categories:"
            yield from (f"      - {_on_one_line(category)}" for category in entry["categories"])
        elif key == "decide":
            yield from _question(entry)
        elif key in BLOCKS:
            lines = [_on_one_line({part: value})[1:-1] for part, value in entry.items()]
            yield from (f"  - {lines[0]}", *(f"    {line}" for line in lines[1:]))
        else:
            yield f"  - {_on_one_line(entry)}"


def _question(question: dict[str, Any]) -> Iterator[str]:
    """A question, an answer and an edit a line."""
    yield f"  - id: {question['id']}"
    yield from (
        f"    {_on_one_line({part: question[part]})[1:-1]}"
        for part in ("question", "counts", "order")
        if part in question
    )
    if "answers" in question:
        yield "    answers:"
    for answer in question.get("answers", ()):
        yield from (f"      - key: {answer['key']}", f"        {_on_one_line({'label': answer['label']})[1:-1]}")
        if answer["edits"]:
            yield from ("        edits:", *(f"          - {_on_one_line(edit)}" for edit in answer["edits"]))


def _on_one_line(value: dict[str, Any]) -> str:
    """A mapping in braces, its texts quoted where they need it."""
    return yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    ).strip()
