import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache, caches
from django.test import Client

from articles import caching
from probio import settings as site_settings
from tests.articles.crossref import Crossref, serve
from tests.articles.factories import make_person, make_reference, make_topic
from tests.pages import parse


@pytest.fixture
def admin_client():
    """A superuser without a password: hashing one takes half a second, and there are many tests here."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    return client


@pytest.fixture
def crossref(settings):
    """A stand-in for Crossref that the site is set to ask; what was cached of the real one's kind is forgotten."""
    cache.clear()
    stand_in = Crossref()
    server = serve(stand_in)
    settings.CROSSREF_URL = f"http://127.0.0.1:{server.server_port}"
    yield stand_in
    server.shutdown()
    server.server_close()


@pytest.fixture
def page_cache(settings):
    """Switch on what other tests do without, with nothing kept."""
    settings.MIDDLEWARE = list(site_settings.MIDDLEWARE)
    caches["pages"].clear()
    caching.forget_own_pages()


@pytest.fixture
def looks_once(monkeypatch):
    """Look at the database once in a test, or a slow machine would look again at some moment of its own."""
    monkeypatch.setattr(caching, "LOOK_EVERY", 3600)


@pytest.fixture
def looks_always(monkeypatch):
    monkeypatch.setattr(caching, "LOOK_EVERY", 0)


@pytest.fixture
def no_redis(page_cache, settings, unused_tcp_port):
    """Nobody listens where Redis should be."""
    address = f"redis://127.0.0.1:{unused_tcp_port}/0"
    settings.CACHES = {
        name: {**one, "LOCATION": address} if "Redis" in one["BACKEND"] else one
        for name, one in settings.CACHES.items()
    }


@pytest.fixture
def find(client):
    """Return what a search for a text leads to: the titles of the articles found, in order."""

    def titles(text, **more):
        response = client.get("/articles/search/", {"q": text, **more})
        assert response.status_code == 200
        return [heading.text for heading in parse(response).findall(".//h3/a")]

    return titles


@pytest.fixture
def typed():
    """What an editor types to write an article that may be published."""
    make_reference("harper2021")
    return {
        "slug": "mucus",
        "topic": make_topic().pk,
        "cover": "defence",
        "title": "Mucus",
        "standfirst": "Why it is sticky.",
        "body": '<p>It is sticky.<cite data-cite="harper2021"></cite></p>',
        "author": make_person(name="Nell Okafor").pk,
        "reviewer": make_person(name="Priya Raman").pk,
        "reviewed_on": "05/01/2026",
        "next_review_on": "05/01/2027",
        "interests": "Probio7 paid for it.",
        "change_note": "",
        "based_on": 0,
        "read_next-TOTAL_FORMS": 0,
        "read_next-INITIAL_FORMS": 0,
    }
