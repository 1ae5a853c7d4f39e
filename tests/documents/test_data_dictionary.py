"""Every table of the study and every column in it is described in the data dictionary."""

import csv
import re

import pytest

from tests.test_docs import DICTIONARY

pytestmark = pytest.mark.slow
DESCRIBED = set(re.findall(r"`([^`]+)`", DICTIONARY))
# Told as a pattern there: intervals at five correlations, ranges over rounding, intervals of each group.
PATTERNS = re.compile(
    r"(low|high)_0(\.\d)?|(p|po_p|superiority)_rounding_(low|high)|(social_workers|managers)_(low|high)"
)


def test_every_column_of_the_study_s_tables_is_described(site):
    missing = {}
    for path in sorted((site / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            columns = next(csv.reader(lines))
        missing[path.name] = [
            column for column in columns if column not in DESCRIBED and not PATTERNS.fullmatch(column)
        ]
    assert len(missing) > 30 and {name: columns for name, columns in missing.items() if columns} == {}
