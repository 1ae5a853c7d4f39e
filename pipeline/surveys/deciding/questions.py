"""Open questions of a codebook: what changes a figure and is not certain is asked of a person, not decided by a draft.

A question stands under `decide` in survey.yaml with the answers that fit, the likely one first. An answer holds the edits
that it makes to the codebook, so that answering needs no code for each kind of question.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.errors import DataError, ParameterError
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text
from pipeline.phrases import counted

NONE, NONE_TOLD = "0", "they are no scale, and left out"  # the answer that labels have no order
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Edit(Strict):
    """A change at a place of survey.yaml: its keys from the top, an entry of a list by its id, column or reason.

    `set` puts a value there; `add` an entry into a list, or its answers to the entry of the same name that is there;
    `remove` takes out what is there.
    """

    do: Literal["set", "add", "remove"]
    at: tuple[str, ...] = Field(min_length=1)
    to: Any = None


class Answer(Strict):
    """One of the answers that fit: its key, what it means in plain words, and what it changes."""

    key: Key
    label: Text
    edits: tuple[Edit, ...] = ()


class Order(Strict):
    """Labels of which the order is asked, for the scale that they make; `otherwise` is done where they are none (answer 0)."""

    scale: Identifier
    labels: tuple[Text, ...] = Field(min_length=2)
    otherwise: tuple[Edit, ...] = ()


class Question(Strict):
    """A question in plain words, with what was counted, and its answers; or the order of labels.

    >>> question = Question(id="mood", question="From best to worst?", order={"scale": "mood", "labels": ["Low", "High", "?"]})
    >>> question.likely, [edit.at for edit in question.edits("2 1 / 3")]
    ('1 2 3', [('scales', 'mood', 'categories'), ('scales', 'mood', 'missing')])
    >>> [(each["label"], each["role"]) for each in question.edits("2 1")[0].to]
    [('High', 'agree'), ('Low', 'disagree')]
    """

    id: Slug
    question: Text
    counts: tuple[Text, ...] = ()
    answers: tuple[Answer, ...] = ()
    order: Order | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Question":
        keys = [answer.key for answer in self.answers]
        if (len(keys) > 1) == bool(self.order):
            raise ValueError("give two answers or more, or the labels whose order is asked")
        if len(set(keys)) < len(keys):
            raise ValueError("two answers have the same key")
        return self

    @property
    def likely(self) -> str:
        """The key of the likely answer; of an order, the labels as they are listed."""
        return " ".join(map(str, range(1, len(self.order.labels) + 1))) if self.order else self.answers[0].key

    def edits(self, key: str) -> tuple[Edit, ...]:
        """What an answer changes. Raises ParameterError for a key that is none."""
        return self._ordered(key) if self.order else self._answer(key).edits

    def told(self, key: str) -> str:
        """An answer in plain words."""
        if self.order:
            return NONE_TOLD if self._none(key) else " > ".join(self._order(key)[0])
        return self._answer(key).label

    def _none(self, key: str) -> bool:
        return key.strip() == NONE and bool(self.order.otherwise)

    def _answer(self, key: str) -> Answer:
        answer = next((answer for answer in self.answers if answer.key == key), None)
        if not answer:
            raise ParameterError(
                "That is no answer to the question.",
                where=self.id,
                found=repr(key),
                expected=", ".join(answer.key for answer in self.answers),
            )
        return answer

    def _order(self, key: str) -> tuple[list[str], list[str]]:
        """The labels in order, and those behind the stroke, which are not on the scale."""
        labels, (on, _, off) = self.order.labels, key.partition("/")
        numbers = [[int(number) for number in re.findall(r"\d+", part)] for part in (on, off)]
        given = [*numbers[0], *numbers[1]]
        if (
            len(numbers[0]) < 2
            or len(set(given)) < len(given)
            or not set(given) <= set(range(1, len(labels) + 1))
            or not re.fullmatch(r"[\d\s,]+(/[\d\s,]*)?", key)
        ):
            raise ParameterError(
                "That is no order of the labels.",
                where=self.id,
                found=repr(key),
                expected=f"numbers from 1 to {len(labels)}, each once, the best first, such as "
                f"{self.likely}; behind a stroke (/) those that are no point of the scale",
            )
        left = [number for number in range(1, len(labels) + 1) if number not in given]
        return ([labels[number - 1] for number in numbers[0]], [labels[number - 1] for number in (*numbers[1], *left)])

    def _ordered(self, key: str) -> tuple[Edit, ...]:
        if self._none(key):
            return self.order.otherwise
        on, off = self._order(key)
        place = ("scales", self.order.scale)
        edits = [Edit(do="set", at=(*place, "categories"), to=in_order(on, self.order.scale))]
        if off:
            edits.append(Edit(do="set", at=(*place, "missing"), to=[{"reason": "no_answer", "answers": off}]))
        return tuple(edits)


def in_order(labels: Sequence[str], suffix: str = "") -> list[dict[str, Any]]:
    """Categories of labels in order, the best first: the upper half counts as agreement, one in the middle as neutral.

    >>> [each["id"] for each in in_order(["Fine", "1st", "Fine!"], "mood")]
    ['fine_mood', 'answer_1st_mood', 'fine_2_mood']
    """
    from_text: list[str] = []
    for label in labels:
        base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
        base = base if base[:1].isalpha() else f"answer_{base}".rstrip("_")
        number = sum(each == base or each.startswith(f"{base}_") for each in from_text)
        from_text.append(f"{base}_{number + 1}" if base in from_text else base)
    return [
        {"id": f"{identifier}_{suffix}" if suffix else identifier, "label": label, "role": role_of(place, len(labels))}
        for place, (identifier, label) in enumerate(zip(from_text, labels, strict=True))
    ]


def role_of(place: int, points: int) -> str:
    """What a point counts as by its place, from the strongest agreement on.

    >>> [role_of(place, 5) for place in range(5)]
    ['agree', 'agree', 'neutral', 'disagree', 'disagree']
    """
    side = 2 * place + 1 - points
    return "agree" if side < 0 else "disagree" if side > 0 else "neutral"


def refuse_open(survey: str, questions: Sequence[Question]) -> None:
    """Raise DataError where a question of a survey is open: its figures would depend on a guess.

    >>> refuse_open("leeds-2026", [])
    """
    if questions:
        count = counted(len(questions), "question")
        raise DataError(
            f"The survey {survey} has {count} for you before there is a report.",
            where="survey.yaml, decide",
            found="; ".join(question.id for question in questions),
            fix=f"Answer them: golden-thread survey decide {survey}",
        )
