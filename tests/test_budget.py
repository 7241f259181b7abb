"""What a reader's phone has to fetch before the first picture: with real static files, as production sends them."""

import re
from pathlib import Path

import brotli
import pytest
from django.core.management import call_command
from django.test import override_settings

from tests.pages import parse

pytestmark = pytest.mark.django_db

PAGES = ["/articles/gut-microbiome-fighting-viruses/", "/articles/", "/"]
MOST_BYTES = {"html": 15_000, "css": 6_000, "js": 4_000, "woff2": 35_000}
MOST_REQUESTS = 6
STORAGE = "probio.storage.HashedStaticFiles"


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return a folder of collected static files, hashed and compressed."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES={"staticfiles": {"BACKEND": STORAGE}}):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def site(client, settings, collected):
    settings.STATIC_ROOT = collected
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": STORAGE}}
    call_command("load_sample_content")
    return client


def fetched(page):
    """Return the addresses that a page makes a browser fetch before any picture."""
    heads = [link.get("href") for link in page.iter("link") if link.get("rel") in ("stylesheet", "preload", "icon")]
    return heads + [script.get("src") for script in page.iter("script") if script.get("src")]


def bytes_of(address, folder):
    """Return how many bytes a file takes on its way: compressed where it is."""
    path = folder / address.removeprefix("/static/")
    compressed = Path(f"{path}.br")
    return (compressed if compressed.exists() else path).stat().st_size


@pytest.mark.parametrize("url", PAGES)
def test_page_keeps_to_what_a_phone_should_have_to_fetch(site, collected, url):
    response = site.get(url)
    addresses = fetched(parse(response))
    assert 1 + len(addresses) <= MOST_REQUESTS
    spent = {"html": len(brotli.compress(response.content, quality=5)), "css": 0, "js": 0, "woff2": 0, "svg": 0}
    for address in addresses:
        spent[address.rpartition(".")[2]] += bytes_of(address, collected)
    assert {kind: spent[kind] for kind, most in MOST_BYTES.items() if spent[kind] > most} == {}


@pytest.mark.parametrize("url", PAGES)
def test_stylesheet_asks_for_no_font_but_the_one_that_is_preloaded(site, collected, url):
    addresses = fetched(parse(site.get(url)))
    sheets = "".join((collected / one.removeprefix("/static/")).read_text() for one in addresses if ".css" in one)
    fonts = {Path(name).name for name in re.findall(r'url\("?([^)"]+\.woff2)', sheets)}
    assert fonts == {Path(one).name for one in addresses if one.endswith(".woff2")}
    assert "@import" not in sheets
