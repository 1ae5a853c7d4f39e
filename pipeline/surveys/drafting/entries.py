"""The statements of a draft as survey.yaml has them: what each asks, of which subject, and which statement of 2011 it may be."""

from collections.abc import Sequence
from typing import Any

from pipeline.inputs.exports.table import Column
from pipeline.numerals import printed
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.drafting.columns import HIGH, ITEM, LOW, MEDIUM, Guess
from pipeline.surveys.drafting.matching import OTHER, likely_domain, likely_measure, match_items, speaks_against
from pipeline.surveys.drafting.wordings import label, slug, split_heading

BENCHMARK_GROUP = "social_workers"


def draft_items(
    wordings: Sequence[str],
    columns: Sequence[Column | str],
    scales: Sequence[str],
    codebook: Codebook,
    guesses: dict[str, Guess],
    agreement: Sequence[bool],
) -> dict[str, Any]:
    """The keys domains, items and benchmark; the guesses are changed to tell what was thought of each item.

    `agreement` says of which items the answers may be agreement, as those of 2011 are: no other can ask the same.
    """
    entries: list[dict[str, Any]] = []
    labels = {domain.id: domain.label for domain in codebook.domains} | {OTHER: "Other subjects"}
    found = iter(match_items([wording for wording, may in zip(wordings, agreement, strict=True) if may], codebook))
    matches = [next(found) if may else None for may in agreement]
    for wording, column, scale, match in zip(wordings, columns, scales, matches, strict=True):
        name, question = (column, column) if isinstance(column, str) else (column.name, column.question)
        code = split_heading(question)[0] or (name if name != question and len(name) <= 12 else "")
        against = speaks_against(wording)
        entry = {
            "id": slug(code or wording, [each["id"] for each in entries]),
            "column": name,
            "wording": wording,
            "label": label(wording, [each["label"] for each in entries]),
            "domain": likely_domain(wording, codebook),
            "measures": likely_measure(wording),
            "scale": scale,
        }
        guess = guesses[name]
        if match:
            same = codebook.item(match.item)
            entry |= {
                "domain": same.domain,
                "measures": same.measures,
                "matches" if match.same else "may_match": same.id,
            }
            said, sure = (
                (f"asks what {same.id} asked in 2011", HIGH)
                if match.same
                else (
                    f'may ask what {same.id} asked in 2011, "{same.wording}" (score {printed(match.score, ".2f")}): write matches in '
                    "place of may_match to compare them",
                    LOW,
                )
            )
        else:
            said, sure = "matches no statement of 2011; subject and measure are guessed", LOW
        if against:
            entry["reversed"] = True
            said += "; agreement seems to speak against support"
        entries.append(entry)
        guesses[name] = Guess(
            name, ITEM, f"{guess.reason}; {said}", max(guess.confidence, sure, key=(HIGH, MEDIUM, LOW).index)
        )
    used = {entry["domain"] for entry in entries}
    drafted = {"domains": [{"id": key, "label": text} for key, text in labels.items() if key in used], "items": entries}
    if any({"matches", "may_match"} & entry.keys() for entry in entries):
        drafted["benchmark"] = {"survey": codebook.name, "group": BENCHMARK_GROUP}
    return drafted
