"""What holds for every page: headers, cookies, errors, one h1."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone

from probio.views import server_error
from tests.pages import parse

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/articles/", "/articles/gut-microbiome-fighting-viruses/", "/consultations/", "/consultations/privacy/"]
PUBLIC += ["/articles/topics/immunity/", "/articles/people/priya-raman/", "/articles/editorial-policy/"]
PUBLIC += ["/articles/corrections/"]


@pytest.fixture
def site(client):
    call_command("load_sample_content")
    return client


@pytest.mark.parametrize("url", PUBLIC)
def test_public_page_is_strict_html_with_one_h1_and_no_cookie(site, url):
    response = site.get(url)
    page = parse(response)
    assert response.status_code == 200
    assert len(page.findall(".//h1")) == 1
    assert response.cookies == {}
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("url", PUBLIC)
def test_public_page_has_no_inline_style_or_script_and_asks_no_other_origin(site, url):
    page = parse(site.get(url))
    for element in page.iter():
        attributes = {name.lower() for name in element.attrib}
        assert "style" not in attributes
        assert not {name for name in attributes if name.startswith("on")}
        assert element.tag != "style"
        is_data = element.get("type") == "application/ld+json"
        assert element.tag != "script" or is_data or element.get("src", "").startswith("/static/")
        for loaded in ("src", "srcset"):
            assert element.get(loaded, "/").startswith("/")
        assert (
            element.tag != "link"
            or element.get("rel") in ("canonical", "alternate", "prev", "next")
            or element.get("href").startswith("/")
        )


@pytest.mark.parametrize("url", PUBLIC)
def test_every_internal_link_leads_somewhere(site, url):
    page = parse(site.get(url))
    links = {a.get("href") for a in page.iter("a") if a.get("href", "").startswith("/")}
    assert {link: site.get(link.partition("#")[0]).status_code for link in links} == dict.fromkeys(links, 200)


def test_strict_policy_is_sent_with_every_page(client):
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy.split("; ")


@pytest.mark.parametrize("debug", [False, True])
def test_unknown_address_answers_in_our_own_words(client, settings, debug):
    settings.DEBUG = debug
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert parse(response).find(".//h1").text == "We looked, but this page is not here"
    assert "no-such-page" not in response.text


@pytest.mark.parametrize("debug", [False, True])
def test_forged_host_is_refused_without_breaking(client, settings, debug):
    settings.DEBUG = debug
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert parse(response).find(".//h1").text == "We could not make sense of that request"
    assert "evil.example" not in response.text


def test_failure_of_ours_is_said_without_touching_what_failed(client, settings, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert parse(response).find(".//h1").text == "Something went wrong at our end"
    assert settings.TEAM_EMAIL in response.text


@pytest.mark.parametrize("charset", ["hex", "zlib", "idna", "unicode_escape", "undefined"])
def test_body_in_an_encoding_that_is_no_text_is_refused_in_our_own_words(client, charset):
    content_type = f"application/x-www-form-urlencoded; charset={charset}"
    response = client.generic("POST", "/consultations/", b"a=b", content_type=content_type)
    assert response.status_code == 415
    assert parse(response).find(".//h1").text == "We could not make sense of that request"


def test_robots_are_let_in_and_shown_the_sitemap(client, settings):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == f"User-agent: *\nDisallow:\n\nSitemap: {settings.SITE_URL}/sitemap.xml\n"
    assert client.get("/sitemap.xml").status_code == 200


def test_weaknesses_can_be_reported_to_the_team_at_an_address_that_does_not_expire(client, settings):
    settings.TEAM_EMAIL = "team@example.com"
    fields = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=178) < expires - timezone.now() < timedelta(days=182)
    assert fields == {
        "Contact": "mailto:team@example.com",
        "Preferred-Languages": "en",
        "Canonical": f"{settings.SITE_URL}/.well-known/security.txt",
    }


@pytest.mark.parametrize("url", ["/robots.txt", "/.well-known/security.txt"])
def test_texts_for_robots_set_no_cookie_and_only_answer_to_reading(client, url):
    assert (client.get(url).cookies, client.post(url).status_code) == ({}, 405)
