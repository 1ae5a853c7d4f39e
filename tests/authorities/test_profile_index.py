"""The index page: every profile that was made, once, with its links and facts; whole without JavaScript."""

import re
from html.parser import HTMLParser

import pytest

from pipeline.chapters.profiles.index import write_index
from tests.authorities.profile_projects import JOINT, made_up_profiles, make_project

pytestmark = pytest.mark.slow


class Entries(HTMLParser):
    """The links and texts of each entry of the list."""

    def __init__(self, page):
        super().__init__()
        self.entries, self.inside, self.named = [], False, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "li" and "data-codes" in dict(attrs):
            self.entries.append(
                {"codes": dict(attrs)["data-codes"].split(), "links": [], "text": "", "hidden": "hidden" in dict(attrs)}
            )
            self.inside = True
        if tag == "a" and self.inside:
            self.entries[-1]["links"].append(dict(attrs)["href"])
            self.named = "name" in dict(attrs).get("class", "")

    def handle_endtag(self, tag):
        self.inside, self.named = self.inside and tag != "li", self.named and tag != "a"

    def handle_data(self, data):
        if self.inside:
            self.entries[-1]["text"] += data
        if self.named:
            self.entries[-1]["name"] = data


@pytest.fixture(scope="module")
def profiles(cleaned):
    return list(made_up_profiles(cleaned).values())


@pytest.fixture(scope="module")
def page(tmp_path_factory, cleaned, collection, profiles):
    project = make_project(tmp_path_factory.mktemp("index") / "project", cleaned, collection)
    journal = {
        each.slug: {
            "fingerprint": "",
            "outputs": {f"reports/site/profile/{each.slug}/profile.{suffix}": "" for suffix in ("html", "docx", "pdf")},
        }
        for each in profiles[:-1]
    }
    return write_index(project, profiles, journal)


def test_every_profile_that_was_made_is_listed_once_by_name(page, profiles):
    entries = Entries(page.read_text(encoding="utf-8")).entries
    assert [each["name"] for each in entries] == sorted((each.name for each in profiles[:-1]), key=str.casefold)
    assert sorted(each["links"][0] for each in entries) == sorted(f"{each.slug}/profile.html" for each in profiles[:-1])
    assert all(len(each["links"]) == 3 for each in entries)


def test_an_entry_tells_region_judgement_and_gaps_and_knows_its_codes(page, profiles):
    by_code = {code: entry for entry in Entries(page.read_text(encoding="utf-8")).entries for code in entry["codes"]}
    for profile in profiles[:-1]:
        entry = by_code[profile.unit]
        assert profile.region in entry["text"] and "missing" in entry["text"]
        assert "judgement" in entry["text"] or re.search(r"(Outstanding|Good|Requires|Inadequate)", entry["text"])
        assert set(profile.old_codes) <= set(entry["codes"])
    assert by_code["E06999017"] is by_code[JOINT] is by_code["E06999018"]


def test_without_javascript_it_is_a_plain_list(page):
    text = page.read_text(encoding="utf-8")
    assert not any(entry["hidden"] for entry in Entries(text).entries)
    assert re.search(r'<form class="search"[^>]* hidden>', text)


def test_it_loads_nothing_from_elsewhere(page):
    assert not re.search(r"""(src|href)=["']?(https?:|//)|url\(""", page.read_text(encoding="utf-8"))


def test_the_search_field_has_a_label_and_says_what_it_found(page):
    text = page.read_text(encoding="utf-8")
    assert '<label for="search">' in text and 'id="search" type="search"' in text and 'role="status"' in text


def test_the_same_profiles_give_the_same_bytes(page, profiles, tmp_path, cleaned, collection):
    project = make_project(tmp_path / "again", cleaned, collection)
    journal = {
        each.slug: {
            "fingerprint": "x",
            "outputs": {f"reports/site/profile/{each.slug}/profile.{suffix}": "" for suffix in ("pdf", "html", "docx")},
        }
        for each in reversed(profiles[:-1])
    }
    assert write_index(project, profiles, journal).read_bytes() == page.read_bytes()


def test_without_web_pages_the_name_leads_to_the_format_that_there_is(profiles, tmp_path, cleaned, collection):
    project = make_project(tmp_path / "pdf", cleaned, collection)
    journal = {
        profiles[0].slug: {"fingerprint": "", "outputs": {f"reports/site/profile/{profiles[0].slug}/profile.pdf": ""}}
    }
    (entry,) = Entries(write_index(project, profiles, journal).read_text(encoding="utf-8")).entries
    assert entry["links"] == [f"{profiles[0].slug}/profile.pdf"]
