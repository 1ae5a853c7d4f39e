"""A first codebook for a council's export: every column gets a proposed use, with the reason and how sure that is.

The draft is for a person to correct. What it is unsure of it marks "please check"; a column that may tell who somebody
is it leaves out; and answers of which the order is not known are never put in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.errors import DataError
from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key
from pipeline.numerals import printed
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.date_bands import bands_question, likely_bands
from pipeline.surveys.disclosure.policy import Policy
from pipeline.surveys.drafting.columns import (
    CLUSTER,
    COULD_BE,
    GROUP,
    HIGH,
    ITEM,
    LOW,
    MEDIUM,
    MOST_LEVELS_UNKNOWN,
    RESPONDENT,
    WEIGHT,
    WEIGHT_BLANK,
    Guess,
    answered,
    cluster_rank,
    guess_column,
    heading,
    personal_content,
    personal_heading,
    platform_column,
)
from pipeline.surveys.drafting.declared import (
    declared_missing,
    declared_options,
    with_declared_answers,
    without_declared_missing,
)
from pipeline.surveys.drafting.doubts import direction_questions, scale_questions, weight_question
from pipeline.surveys.drafting.entries import draft_items
from pipeline.surveys.drafting.evidence import going_against, item_rest, told_counts, told_unused
from pipeline.surveys.drafting.items import ItemColumn, families_left_out, labelled_items
from pipeline.surveys.drafting.known_scales import missing_reason
from pipeline.surveys.drafting.number_items import numbered_items
from pipeline.surveys.drafting.number_scales import NUMBERS
from pipeline.surveys.drafting.routes import joined, same_questions, who_was_asked
from pipeline.surveys.drafting.rows import not_counted, refuse_long
from pipeline.surveys.drafting.scales import AGREEMENT, draft_scales
from pipeline.surveys.drafting.tools import known_tools, reason_of_blank, tool_columns, without_group_names
from pipeline.surveys.drafting.traits import TRAITS, UNIT, trait
from pipeline.surveys.drafting.unknown_scales import unknown_items
from pipeline.surveys.drafting.wordings import label, shared_stems, slug, split_heading, statement
from pipeline.surveys.staff.responses import set_aside

NOT_COUNTED = "not_counted"
MOST_GROUPS = 5  # that are proposed: each further one makes disclosure control hide more cells
SHOWN = 6  # columns, in the message that no item was found


@dataclass(frozen=True)
class Draft:
    """A proposal for survey.yaml: its `content` without name, title and file, a guess for every column, and notes on scales."""

    content: dict[str, Any]
    guesses: tuple[Guess, ...]
    notes: Mapping[str, str] = field(default_factory=dict)


def draft_responses(export: Export, codebook: Codebook) -> Draft:
    """Propose a codebook for an export with one row a person; `codebook` is that of the survey of 2011.

    Raises DataError if no column holds answers on a scale, or the file has a row for each answer.
    """
    refuse_long(export)
    nobody, as_read, tools = not_counted(export), export, known_tools(export)
    export = without_group_names(without_declared_missing(export), tools)
    offered = {column.name: with_declared_answers(column) for column in export.columns}
    export = set_aside(export, nobody)
    stems = shared_stems(export.columns)
    guesses: dict[str, Guess] = {
        name: Guess(name, NOT_COUNTED, f"rows that say {' or '.join(texts)} here are no answers", HIGH)
        for name, texts in nobody.items()
    }
    rest = [column for column in export.columns if column.name not in guesses]

    def settle(found: Sequence[Guess | None]) -> None:
        guesses.update({guess.column: guess for guess in found if guess})
        rest[:] = [column for column in rest if column.name not in guesses]

    settle([guess for guess in tool_columns(export, tools) if guess.column not in guesses])
    settle([platform_column(column) or personal_content(column) for column in rest])
    settle(declared_options(export))
    routes = same_questions(rest)
    items = labelled_items(
        list(joined([offered[column.name] for column in rest], routes))
    )  # answers that nobody chose count
    settle([Guess(item.column.name, ITEM, item.reason, item.confidence) for item in items])
    settle(_on_other_routes(routes, guesses))
    settle([personal_heading(column) for column in rest])
    settle(families_left_out(rest, stems))
    items += numbered_items(list(joined([offered[column.name] for column in rest], _of(routes, rest))), stems)
    settle([Guess(item.column.name, ITEM, item.reason, item.confidence) for item in items])
    settle(_on_other_routes(routes, guesses))
    items += unknown_items(list(joined([offered[column.name] for column in rest], _of(routes, rest))))
    settle([Guess(item.column.name, ITEM, item.reason, item.confidence) for item in items])
    settle(_on_other_routes(routes, guesses))
    settle([guess_column(column, export.rows) for column in rest])
    if not items:
        raise DataError(
            "No column of the file holds answers on a scale that is known.",
            where=export.file,
            found=f"{len(guesses)} columns: "
            + "; ".join(f"{guess.column}: {guess.reason}" for guess in list(guesses.values())[:SHOWN]),
            expected="columns of labels such as Agree or Very satisfied, or several of numbers 1 to 5",
            fix="Export the survey with the labels of its answers in place of codes.",
        )
    items.sort(key=lambda item: item.column.position)
    _one_of_each(export, guesses)
    _fewest_groups(export, guesses)
    scales, scale_ids = draft_scales(items)
    entries = draft_items(
        [statement(item.column, stems) for item in items],
        [item.column for item in items],
        [scale_ids[item.scale] for item in items],
        codebook,
        guesses,
        [item.scale[0] in (AGREEMENT, NUMBERS) for item in items],
    )
    asked = _add_routes(entries["items"], export, routes, guesses)
    content = {
        "kind": "responses",
        "scales": scales,
        "missing": _missing(as_read, items, guesses, tools),
        **entries,
        "not_counted": [{"column": name, "answers": list(texts)} for name, texts in nobody.items()],
        **_other_columns(export, guesses, asked),
    }
    counted = {column.name: column for column in joined(list(export.columns), routes)}  # without rows that are nobody's
    items = [replace(item, column=counted[item.column.name]) for item in items]
    against = [entry["column"] for entry in entries["items"] if entry.get("reversed")]
    correlations = item_rest(items)
    by_column = {entry["column"]: entry for entry in entries["items"]}
    content["decide"] = [
        *scale_questions(items, scale_ids, by_column),
        *direction_questions(items, by_column, correlations, going_against(items, against), against),
        *_weight(export, guesses),
        *(
            bands_question(column, export, group["id"])
            for group in content.get("groups", ())
            for column in [export.column(group["column"])]
            if likely_bands(column.texts)
        ),
    ]
    for item in items:
        guesses[item.column.name] = _with_evidence(item, guesses[item.column.name], correlations)
    notes = {scale_ids[key]: told_unused([item for item in items if item.scale == key]) for key in scale_ids}
    return Draft(content, tuple(guesses[column.name] for column in export.columns), notes)


def _weight(export: Export, guesses: dict[str, Guess]) -> list[dict[str, Any]]:
    """The question about the one column that is a weight but for some blank cells."""
    if any(guess.use == WEIGHT for guess in guesses.values()):
        return []
    columns = [column for column in export.columns if guesses[column.name].reason == WEIGHT_BLANK]
    return [weight_question(columns[0])] if columns else []


def _with_evidence(item: ItemColumn, guess: Guess, correlations: Mapping[str, tuple[float, int]]) -> Guess:
    """The guess with what was counted, and how the item goes with the rest of its scale's."""
    known = correlations.get(item.column.name)
    goes = "" if known is None else f"; goes with the rest of its scale by {printed(known[0], '+.2f')}"
    return replace(guess, evidence=f"{told_counts(item)}{goes}")


def _of(routes: Mapping[str, tuple[str, ...]], columns: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """The routes of which all columns are among those given."""
    names = {column.name for column in columns}
    return {name: others for name, others in routes.items() if names.issuperset((name, *others))}


def _on_other_routes(routes: Mapping[str, tuple[str, ...]], guesses: Mapping[str, Guess]) -> list[Guess]:
    """The further columns of items that stand in several."""
    return [
        Guess(other, ITEM, f"the question of column {name} on another route: nobody answered both", LOW)
        for name, others in routes.items()
        if name in guesses and guesses[name].use == ITEM
        for other in others
        if other not in guesses
    ]


def _add_routes(
    entries: Sequence[dict[str, Any]], export: Export, routes: Mapping[str, tuple[str, ...]], guesses: dict[str, Guess]
) -> set[str]:
    """Add the keys also and asked_if to the items, in place; the columns that tell who was asked."""
    tellers = [
        column for use in (GROUP, CLUSTER, "other") for column in export.columns if guesses[column.name].use == use
    ]
    items = [entry["column"] for entry in entries]
    one_column = [column for column in export.columns if column.name in items and column.name not in routes]
    asked = who_was_asked(one_column, tellers)
    for entry in entries:
        name, said = entry["column"], []
        rest = {key: entry.pop(key) for key in list(entry) if key not in ("id", "column")}
        if name in routes:
            entry["also"] = list(routes[name])
            said.append(f"the same question stands in {len(routes[name])} more, and nobody answered two of them")
        if name in asked:
            column, answers = asked[name]
            entry["asked_if"] = {"column": column, "answers": list(answers)}
            said.append(f"nobody else in column {column} answered it, so that they seem not to have been asked")
        entry |= rest
        if said:
            guesses[name] = Guess(name, ITEM, "; ".join((guesses[name].reason, *said)), LOW)
    return {column for column, _ in asked.values()}


def _one_of_each(export: Export, guesses: dict[str, Guess]) -> None:
    """Keep one cluster, one weight and one identifier of respondents; a further cluster is a group if it is coarse."""

    def with_use(use: str) -> list[Column]:
        return [column for column in export.columns if guesses[column.name].use == use]

    for column in sorted(with_use(CLUSTER), key=cluster_rank)[1:]:
        texts, cells = answered(column)
        coarse = len(texts) <= 12 and cells >= 5 * len(texts)
        guesses[column.name] = Guess(
            column.name,
            GROUP if coarse else "other",
            f"{len(texts)} units of work, coarser than the cluster or beside it",
            MEDIUM if coarse else LOW,
        )
    for use, instead in ((WEIGHT, "other"), (RESPONDENT, "identifier")):
        for column in with_use(use)[1:]:
            guesses[column.name] = Guess(column.name, instead, f"a second column that looks like the {use}", LOW)
    for column in with_use(RESPONDENT):
        if "" in column.texts:
            guesses[column.name] = Guess(
                column.name, "identifier", "tells respondents apart, but not in every row", LOW
            )


def _fewest_groups(export: Export, guesses: dict[str, Guess]) -> None:
    """Keep the groups that are most useful to a report, MOST_GROUPS of them."""
    for column in [column for column in _groups(export, guesses) if guesses[column.name].use == GROUP][MOST_GROUPS:]:
        guesses[column.name] = Guess(column.name, "other", COULD_BE, MEDIUM)


def _reported_by(column: Column) -> bool:
    """Whether the clusters are few and large, so that a report by them tells something: five teams, not forty."""
    texts, cells = answered(column)
    return len(texts) <= MOST_LEVELS_UNKNOWN and cells >= Policy().minimum_group * len(texts)


def _groups(export: Export, guesses: dict[str, Guess]) -> list[Column]:
    """The groups in the order of TRAITS, clusters that are few and large among them; a second column of one trait stands
    behind the first of every other."""
    order, ranks = list(TRAITS), {}
    for column in export.columns:
        if guesses[column.name].use == GROUP or (guesses[column.name].use == CLUSTER and _reported_by(column)):
            place = order.index(trait(heading(column.question)) or UNIT)  # a second unit of work
            ranks[column] = (sum(rank[1] == place for rank in ranks.values()), place, column.position)
    return sorted(ranks, key=ranks.get)


def _missing(
    export: Export, items: Sequence[ItemColumn], guesses: dict[str, Guess], tools: set[str]
) -> list[dict[str, Any]]:
    """The words for missing answers that stand in columns that are used, by reason."""
    words: dict[str, dict[str, str]] = {}
    taken = {label_key(text) for item in items for text in item.reading.levels}
    found = [(text, reason) for item in items for text, reason in item.reading.missing.items()]
    found += [
        (text, reason)
        for column in export.columns
        if guesses[column.name].use == GROUP
        for text in column.texts
        if (reason := missing_reason(text))
    ]
    found += [
        pair
        for column in export.columns
        if guesses[column.name].use in (ITEM, GROUP)
        for pair in declared_missing(column)
    ]
    for text, reason in found:
        if label_key(text) not in taken:
            words.setdefault(reason_of_blank(text, tools) or reason, {}).setdefault(label_key(text), text)
    return [{"reason": reason, "answers": sorted(texts.values())} for reason, texts in sorted(words.items())]


def _other_columns(export: Export, guesses: dict[str, Guess], asked: set[str]) -> dict[str, Any]:
    """The keys groups, cluster, weight, respondent, duplicates and left_out; columns `asked` tell who was asked an item."""
    content: dict[str, Any] = {"groups": [], "left_out": []}
    for column in _groups(export, guesses):
        name = statement(column, {})
        taken = [group["id"].replace("_", "-") for group in content["groups"]]
        identifier = slug(split_heading(column.question)[0] or name, taken, words=4)
        content["groups"].append(
            {
                "id": identifier.replace("-", "_"),
                "column": column.name,
                "label": label(name, [group["label"] for group in content["groups"]]),
            }
        )
    for column in export.columns:
        use = guesses[column.name].use
        if use in (CLUSTER, WEIGHT, RESPONDENT):
            content[use] = column.name
            if use == RESPONDENT and len(set(column.texts)) < export.rows:
                content["duplicates"] = "last"
        elif use not in (ITEM, GROUP, NOT_COUNTED) and column.name not in asked:
            content["left_out"].append({"column": column.name, "why": use})
    return {key: value for key, value in content.items() if value}
