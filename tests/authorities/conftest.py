"""The made-up statistics, cleaned once for all tests of this folder that only read them."""

import pytest

from pipeline.authorities.panel.cleaning import clean
from tests.authorities import made_up


@pytest.fixture(scope="session")
def collection(tmp_path_factory):
    """A folder like data/raw/authorities with the made-up files."""
    folder = tmp_path_factory.mktemp("authorities")
    made_up.write_collection(folder)
    return folder


@pytest.fixture(scope="session")
def cleaned(collection):
    """The made-up files, cleaned."""
    return clean(collection)
