"""Which authority a code means, when, and what became of it (data/raw/authorities/lineage.yaml).

A unit is an authority, or authorities with a joint return: its id is the nine-digit code, or the members' codes joined
by "+". A series crosses a change of codes by the policy of the event: carry, aggregate, or exclude.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.authorities.releases.catalogue import FOLDER
from pipeline.files import project_root
from pipeline.inputs.yaml_models import Slug, Strict, Text, read_model

Code = Annotated[str, StringConstraints(pattern=r"^E(06|07|08|09|10)[0-9]{6}$")]
POLICIES = {
    "recode": {"carry"},
    "merge": {"aggregate", "exclude"},
    "split": {"exclude"},
    "boundary": {"carry", "exclude"},
}
JOIN = "+"
LOCAL = ("authority", "joint")  # levels: a joint return is a unit of its own, counted once


class Event(Strict):
    """A change on a day: the authorities before it and after it."""

    date: date
    kind: Literal["recode", "merge", "split", "boundary"]
    before: tuple[Code, ...] = Field(min_length=1, alias="from")
    to: tuple[Code, ...] = Field(min_length=1)
    policy: Literal["carry", "aggregate", "exclude"]
    note: Text

    @model_validator(mode="after")
    def _consistent(self) -> "Event":
        several = {"merge": (2, 1), "split": (1, 2)}.get(self.kind, (1, 1))
        fits = all(
            len(codes) == 1 if number == 1 else len(codes) >= 2
            for codes, number in zip((self.before, self.to), several, strict=True)
        )
        if not fits or self.policy not in POLICIES[self.kind]:
            raise ValueError(
                f"a {self.kind} has {'one' if several[0] == 1 else 'several'} before, "
                f"{'one' if several[1] == 1 else 'several'} after, and the policy "
                f"{' or '.join(sorted(POLICIES[self.kind]))}"
            )
        return self


class JointReturn(Strict):
    """Authorities that hand in one return together since a day, in some data sets."""

    members: tuple[Code, ...] = Field(min_length=2)
    since: date
    sources: tuple[Slug, ...] = Field(min_length=1)
    note: Text

    @property
    def unit(self) -> str:
        """The id of the unit."""
        return unit_id(self.members)


class Lineage(Strict):
    """All changes, by day, and all joint returns."""

    events: tuple[Event, ...]
    joint_returns: tuple[JointReturn, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> "Lineage":
        problems = []
        for what, codes in (
            ("ends", [code for event in self.events for code in event.before]),
            ("begins", [code for event in self.events for code in event.to]),
        ):
            problems += [f"events: {code} {what} twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
        if [event.date for event in self.events] != sorted(event.date for event in self.events):
            problems.append("events: not in the order of their dates")
        members = [member for joint in self.joint_returns for member in joint.members]
        twice = sorted({member for member in members if members.count(member) > 1})
        problems += [f"joint_returns: {code} stands twice" for code in twice]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def ending(self, code: str) -> Event | None:
        """The event that ended `code`."""
        return next((event for event in self.events if code in event.before), None)

    def beginning(self, code: str) -> Event | None:
        """The event that began `code`."""
        return next((event for event in self.events if code in event.to), None)

    @property
    def codes(self) -> frozenset[str]:
        """Every code of an event or a joint return."""
        return frozenset(code for event in self.events for code in (*event.before, *event.to)) | frozenset(
            member for joint in self.joint_returns for member in joint.members
        )


@dataclass(frozen=True)
class Bridge:
    """How figures of one unit reach another: `policy` is "" where nothing is to be done.

    For "aggregate", `part` is the one of `parts` that this unit stands for: the sum needs all of them.
    """

    policy: Literal["", "recode", "aggregate", "exclude"]
    into: str
    note: str = ""
    part: str = ""
    parts: tuple[str, ...] = ()


def read_lineage(path: Path | None = None) -> Lineage:
    """Read lineage.yaml, the project's own if no path is given. Raises CodebookError: all problems at once."""
    return read_model(path or project_root() / FOLDER / "lineage.yaml", Lineage)


def unit_id(codes: Sequence[str]) -> str:
    """The id of the unit that one or several codes make.

    >>> unit_id(["E09000027", "E09000021"])
    'E09000021+E09000027'
    """
    return JOIN.join(sorted(codes))


def members(unit: str) -> tuple[str, ...]:
    """The codes that a unit holds."""
    return tuple(unit.split(JOIN))


def bridge(lineage: Lineage, unit: str, today: Collection[str]) -> Bridge:
    """How figures of `unit` reach one of the units of `today`.

    A code is followed forwards through the events, or back where it is newer than today's. A split whose parts are one
    joint return today is the same area, so its figures are carried.
    """
    if unit in today:
        return Bridge("", unit)
    joint_of = {member: joint for joint in today if JOIN in joint for member in members(joint)}
    if JOIN in unit:
        return Bridge("exclude", "", f"the joint return {unit} has no successor")
    code, notes, part, parts = unit, [], "", ()
    while code not in today and code not in joint_of:
        event = lineage.ending(code)
        if event is None:
            return _back(lineage, unit, today, joint_of)
        notes.append(event.note)
        whole = unit_id(event.to)
        if event.policy == "carry":
            code = event.to[0]
        elif event.policy == "aggregate" and not parts:
            part, parts, code = code, event.before, event.to[0]
        elif event.kind == "split" and whole in today and not parts:
            return Bridge("recode", whole, " ".join([*notes, "The joint return covers the same area."]))
        else:
            return Bridge("exclude", "", " ".join(notes))
    if code in joint_of:
        notes.append("Part of a joint return.")
        if parts:
            return Bridge("exclude", "", " ".join([*notes, "It would have to be added up twice."]))
        return Bridge("aggregate", joint_of[code], " ".join(notes), code, members(joint_of[code]))
    return Bridge("aggregate" if parts else "recode", code, " ".join(notes), part, parts)


def _back(lineage: Lineage, unit: str, today: Collection[str], joint_of: dict[str, str]) -> Bridge:
    """A code that is newer than today's units, through events that only gave a new one."""
    code, notes = unit, []
    while (event := lineage.beginning(code)) and event.policy == "carry":
        code = event.before[0]
        notes.append(event.note)
        if code in today:
            return Bridge("recode", code, " ".join(notes))
        if code in joint_of:
            return Bridge("aggregate", joint_of[code], " ".join(notes), code, members(joint_of[code]))
    return Bridge("exclude", "", event.note if event else "No authority of today is known to be its successor.")
