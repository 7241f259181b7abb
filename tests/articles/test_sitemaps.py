from pathlib import Path

import pytest
from lxml import etree

from tests.articles.factories import make_draft, make_live_article, make_person, make_topic

pytestmark = pytest.mark.django_db
XSD = Path(__file__).parent / "sitemap.xsd"
SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def addresses_in(response):
    """Return {address: date or None} of a sitemap that keeps to the rules."""
    root = etree.fromstring(response.content)
    etree.XMLSchema(etree.parse(XSD)).assertValid(root)
    return {url.findtext("s:loc", None, SPACE): url.findtext("s:lastmod", None, SPACE) for url in root}


def test_sitemap_names_what_can_be_read_and_when_it_changed(client, settings):
    person, reviewer = make_person(slug="nell"), make_person(slug="priya")
    make_live_article(slug="mucus", author=person, reviewer=reviewer)
    make_draft(author=make_person(slug="hidden"))
    make_topic(slug="digestion", name="Digestion", shape="rod")
    paths = {
        "/": None,
        "/articles/": None,
        "/articles/glossary/": None,
        "/articles/editorial-policy/": None,
        "/articles/corrections/": None,
        "/consultations/": None,
        "/articles/mucus/": "2026-01-05",
        "/articles/topics/immunity/": "2026-01-05",
        "/articles/people/nell/": "2026-01-05",
        "/articles/people/priya/": "2026-01-05",
    }
    found = addresses_in(client.get("/sitemap.xml"))
    assert found == {settings.SITE_URL + path: date for path, date in paths.items()}
    assert [path for path in paths if client.get(path).status_code != 200] == []


@pytest.mark.parametrize("count", [0, 1, 30])
def test_sitemap_takes_the_same_queries_however_many_articles(client, count, django_assert_num_queries):
    for _ in range(count):
        make_live_article()
    with django_assert_num_queries(6 if count else 3):
        response = client.get("/sitemap.xml")
    assert sum("article-" in address for address in addresses_in(response)) == count


def test_sitemap_names_the_sites_own_address_whatever_host_was_asked(client, settings):
    settings.ALLOWED_HOSTS = ["other.example"]
    found = addresses_in(client.get("/sitemap.xml", headers={"host": "other.example"}))
    assert [address for address in found if not address.startswith(f"{settings.SITE_URL}/")] == []


def test_sitemap_sets_no_cookie_and_only_answers_to_reading(client):
    assert client.get("/sitemap.xml").cookies == {}
    assert client.post("/sitemap.xml").status_code == 405
