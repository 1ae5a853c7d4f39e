"""The made-up statistics, cleaned once for all tests of this folder that only read them."""

import pytest

from pipeline.authorities.panel.cleaning import clean
from pipeline.authorities.releases.catalogue import read_catalogue
from tests.authorities.made_up import write_collection, write_files


@pytest.fixture(scope="session")
def collection(tmp_path_factory):
    """A folder like data/raw/authorities with the made-up files."""
    folder = tmp_path_factory.mktemp("authorities")
    write_collection(folder)
    return folder


@pytest.fixture(scope="session")
def cleaned(collection):
    """The made-up files, cleaned."""
    return clean(collection)


@pytest.fixture(scope="session")
def catalogue():
    return read_catalogue()


@pytest.fixture(scope="session")
def made_up(tmp_path_factory):
    """A folder with all made-up files, both releases of the workforce among them."""
    folder = tmp_path_factory.mktemp("made-up")
    write_files(folder, older=True)
    return folder
