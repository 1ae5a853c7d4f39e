"""Open questions put to a person at a terminal, one after the other; each answer is written as soon as it is given."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.errors import CodebookError, ParameterError
from pipeline.surveys.deciding.editing import decide, read_text, write_codebook
from pipeline.surveys.deciding.questions import NONE, NONE_TOLD, Question
from pipeline.surveys.staff.codebook import read_staff_survey

UNDO, STOP = "u", "q"
PER_LINE = 100  # letters of a line of counts


def ask_all(path: Path, ask: Callable[[str], str], say: Callable[[str], None]) -> int:
    """Ask the open questions of the codebook at `path`; how many are still open then.

    `ask` shows a prompt and gives what was typed (EOFError: nobody is there, as for "q"); `say` shows a text. Nothing typed
    is the likely answer. An answer that does not fit is asked again.
    """
    before: list[str] = []
    count = len(read_staff_survey(path).decide)
    while questions := read_staff_survey(path).decide:
        question = questions[0]
        say(f"\nQuestion {count - len(questions) + 1} of {count}  ({question.id})\n{shown(question)}")
        try:
            typed = ask(
                f"Your answer [{question.likely if question.order else 1}], {UNDO} to undo, {STOP} to stop: "
            ).strip()
        except EOFError:
            break
        if typed.lower() == STOP:
            break
        if typed.lower() == UNDO:
            if before:
                write_codebook(path, before.pop())
                say("The last answer was taken back.")
            else:
                say("There is no answer to take back.")
            continue
        text = read_text(path)
        try:
            key = chosen(question, typed)
            decide(path, {question.id: key})
        except (ParameterError, CodebookError) as mistake:
            say(str(mistake))
            continue
        before.append(text)
        say(f"Decided: {question.told(key)}.")
    return len(read_staff_survey(path).decide)


def shown(question: Question) -> str:
    """A question as it is shown, with its counts and its numbered answers."""
    lines = [question.question, *_wrapped(question.counts)]
    if question.order:
        lines.append(
            "  Type their numbers, the best first; behind a stroke (/) those that are no point of the scale"
            + (f"; {NONE}: {NONE_TOLD}." if question.order.otherwise else ".")
        )
    lines += [
        f"  {number}  {answer.label}{'   (likely)' * (number == 1)}"
        for number, answer in enumerate(question.answers, 1)
    ]
    return "\n".join(lines)


def chosen(question: Question, typed: str) -> str:
    """The key of the answer that was typed: its number, its key, or nothing for the likely one."""
    if not typed:
        return question.likely
    if question.order or not typed.isdecimal() or any(answer.key == typed for answer in question.answers):
        return typed
    number = int(typed)
    if not 1 <= number <= len(question.answers):
        raise ParameterError(
            "There is no such answer.",
            where=question.id,
            found=typed,
            expected=f"a number from 1 to {len(question.answers)}",
        )
    return question.answers[number - 1].key


def _wrapped(counts: Sequence[str]) -> list[str]:
    """Counts in lines of a terminal."""
    lines: list[str] = []
    for count in counts:
        if lines and len(lines[-1]) + len(count) + 2 <= PER_LINE:
            lines[-1] += f"  {count}"
        else:
            lines.append(f"    {count}")
    return lines
