"""Every link of the site leads to something that is there."""

import pytest

from tests.finished_site import SURVEY

from .links import broken_links, reachable

pytestmark = pytest.mark.slow
STARTS = ("index.html", "profile/index.html", f"survey/{SURVEY}/survey.html")  # of the study, profiles, a staff survey


def test_every_link_and_every_download_is_there(site):
    assert broken_links(site) == []


def test_every_page_can_be_reached_by_links_from_where_its_part_of_the_site_starts(site, pages):
    assert set(pages) - set().union(*(reachable(site, start) for start in STARTS if start in pages)) == set()
