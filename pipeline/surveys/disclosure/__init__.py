"""Statistical disclosure control of a survey's count tables: `protect` makes of counts what may be published."""

from pipeline.surveys.disclosure.attack import attack
from pipeline.surveys.disclosure.linked_tables import Cell, LinkedTables, item_tables
from pipeline.surveys.disclosure.policy import Policy, Primary, join_small_groups, primary_cells, weights
from pipeline.surveys.disclosure.protection import Protected, protect
from pipeline.surveys.disclosure.record import disclosure_record
from pipeline.surveys.disclosure.suppression import suppress

__all__ = [
    "Cell",
    "LinkedTables",
    "Policy",
    "Primary",
    "Protected",
    "attack",
    "disclosure_record",
    "item_tables",
    "join_small_groups",
    "primary_cells",
    "protect",
    "suppress",
    "weights",
]
