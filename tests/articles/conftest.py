import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from tests.articles.crossref import Crossref, serve


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
