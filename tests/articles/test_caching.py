"""Public pages are answered from what was kept, and never from what is no longer right."""

import contextlib
import gzip
import socket
import threading
from datetime import timedelta

import brotli
import pytest
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from articles import caching
from articles.models import Article
from tests.articles.factories import make_article, make_draft, make_live_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("page_cache")]
LIST = "/articles/"


def kept():
    """Return what Redis holds of pages, as key and stored value."""
    redis = caches["pages"]._cache.get_client()
    return {key: redis.get(key) for key in redis.keys("probio-pages:*")}


@pytest.mark.parametrize("is_article", [True, False])
def test_kept_page_takes_no_query_and_is_the_same(client, looks_once, django_assert_num_queries, is_article):
    article = make_live_article()
    url = article.get_absolute_url() if is_article else LIST
    first = client.get(url)
    with django_assert_num_queries(0):
        second = client.get(url)
    assert second.templates == []
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers == first.headers


def test_page_not_kept_takes_three_queries_at_most(client, looks_once, django_assert_max_num_queries):
    article = make_live_article()
    client.get("/articles/elsewhere/")  # looks
    with django_assert_max_num_queries(3):
        assert client.get(article.get_absolute_url()).status_code == 200


def test_looking_again_takes_one_query(client, looks_always, django_assert_num_queries):
    make_live_article()
    client.get(LIST)
    with django_assert_num_queries(1):
        client.get(LIST)


def test_page_carries_the_same_protection_whether_kept_or_not(client):
    first, second = client.get(LIST), client.get(LIST)
    for response in (first, second):
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert response["Vary"] == "Accept-Encoding"
        assert response.cookies == {}


def test_page_kept_for_https_is_not_given_to_http(settings):
    settings.SECURE_SSL_REDIRECT = True
    url, client = make_live_article().get_absolute_url(), Client()
    assert [client.get(url, secure=True).status_code for _ in range(2)] == [200, 200]
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (301, f"{settings.SITE_URL.replace('http:', 'https:')}{url}")


# Validators


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a", W/{} , "b"', "*"])
def test_visitor_who_has_the_page_is_told_so_without_rendering(client, looks_once, django_assert_num_queries, form):
    url = make_live_article().get_absolute_url()
    first = client.get(url)
    with django_assert_num_queries(0):
        response = client.get(url, headers={"if-none-match": form.format(first["ETag"])})
    assert (response.status_code, response.content, response.templates) == (304, b"", [])
    kept_headers = ("ETag", "Last-Modified", "Vary", "Cache-Control")
    assert [response[name] for name in kept_headers] == [first[name] for name in kept_headers]


def test_visitor_who_has_the_page_is_told_so_by_a_process_that_has_never_made_it(client, no_redis):
    url = make_live_article().get_absolute_url()
    etag = client.get(url)["ETag"]
    caching.forget_own_pages()
    response = Client().get(url, headers={"if-none-match": etag})
    assert (response.status_code, response.templates) == (304, [])


@pytest.mark.parametrize("form", ['"other"', "other", ',"x"{}', "nonsense {}"])
def test_visitor_who_has_another_page_gets_this_one(client, form):
    url = make_live_article().get_absolute_url()
    etag = client.get(url)["ETag"]
    response = client.get(url, headers={"if-none-match": form.format(etag.strip('"'))})
    assert (response.status_code, "Mucus" in response.text) == (200, True)


def test_visitor_who_asks_by_date_gets_the_page_if_it_is_newer(client):
    url = make_live_article().get_absolute_url()
    since = client.get(url)["Last-Modified"]
    assert client.get(url, headers={"if-modified-since": since}).status_code == 304
    assert client.get(url, headers={"if-modified-since": "Mon, 01 Jan 2024 00:00:00 GMT"}).status_code == 200


@pytest.mark.parametrize(
    "condition", [{"if-match": '"other"'}, {"if-unmodified-since": "Mon, 01 Jan 2024 00:00:00 GMT"}]
)
def test_what_a_visitor_asks_for_first_is_weighed_before_what_they_have(client, condition):
    url = make_live_article().get_absolute_url()
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": etag, **condition}).status_code == 412


@pytest.mark.parametrize("header", ["if-none-match", "if-modified-since"])
def test_address_of_nothing_is_not_found_whatever_the_visitor_has(client, header):
    value = {"if-none-match": "*", "if-modified-since": "Mon, 01 Jan 2040 00:00:00 GMT"}[header]
    assert client.get("/articles/nothing/", headers={header: value}).status_code == 404


@pytest.mark.parametrize("is_kept", [True, False])
def test_head_says_what_get_says_without_the_page(client, is_kept):
    url = make_live_article().get_absolute_url()
    got = client.get(url)
    if not is_kept:
        caches["pages"].clear(), caching.forget_own_pages()
    head = client.head(url)
    assert (head.status_code, head.content, head.headers) == (200, b"", got.headers)


# Content codings


def test_page_is_the_same_in_every_coding_and_each_has_an_etag_of_its_own(client):
    url = make_live_article(body=f"<p>{'Mucus is sticky. ' * 50}</p>").get_absolute_url()
    answers = {coding: client.get(url, headers={"accept-encoding": coding}) for coding in ("identity", "gzip", "br")}
    unpacked = {
        "identity": answers["identity"].content,
        "gzip": gzip.decompress(answers["gzip"].content),
        "br": brotli.decompress(answers["br"].content),
    }
    assert len(set(unpacked.values())) == 1
    assert len({answer["ETag"] for answer in answers.values()}) == 3
    assert {coding: answer.get("Content-Encoding", "identity") for coding, answer in answers.items()} == {
        coding: coding for coding in answers
    }
    assert [int(answer["Content-Length"]) for answer in answers.values()] == [
        len(answer.content) for answer in answers.values()
    ]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("br; q=0.000, gzip;q=0", None),
        ("deflate", None),
        ("", None),
        (",;;q=,é", None),
    ],
)
def test_coding_is_one_the_visitor_accepts(client, accepted, coding):
    assert client.get(LIST, headers={"accept-encoding": accepted}).get("Content-Encoding") == coding


# What is kept


def test_pages_are_shared_by_processes(client, looks_once, django_assert_num_queries):
    make_live_article()
    first = client.get(LIST)
    caching.forget_own_pages()
    other = Client()
    other.get("/articles/elsewhere/")  # looks
    with django_assert_num_queries(0):
        assert other.get(LIST).content == first.content


@pytest.mark.parametrize(
    "url", ["/articles/nothing/", "/articles/?page=0", "/articles/?page=", "/", "/consultations/", "/healthz", "/x"]
)
def test_nothing_else_is_kept(client, url):
    make_live_article()
    assert client.get(url).status_code in (200, 404)
    assert kept() == {}


@pytest.mark.parametrize(
    "query", ["?utm_source=letter", "?fbclid=1", "?page=1", "?page=1&x=%00", "?x=%ff&page=01&page=1"]
)
def test_what_others_add_to_an_address_makes_no_other_page(client, looks_once, django_assert_num_queries, query):
    make_live_article()
    first = client.get(LIST)
    with django_assert_num_queries(0):
        response = client.get(LIST + query)
    assert (response.content, response["ETag"]) == (first.content, first["ETag"])
    assert response["Cache-Control"] == first["Cache-Control"]
    assert len(kept()) == 1


def test_further_page_is_another_page_whatever_stands_beside_its_number(client):
    for _ in range(13):
        make_live_article()
    pages = [client.get(LIST + query) for query in ("", "?page=2", "?x=1&page=2", "?page=%32", "?page=02")]
    assert [page.status_code for page in pages] == [200, 200, 200, 200, 404]
    assert len({page["ETag"] for page in pages[:4]}) == len(kept()) == 2
    article = Article.objects.first().get_absolute_url()
    assert client.get(article)["ETag"] == client.get(f"{article}?page=2")["ETag"]


def answer(status=200, cookie="", **headers):
    response = HttpResponse("a page", status=status, headers={name.replace("_", "-"): v for name, v in headers.items()})
    if cookie:
        response.set_cookie(cookie, "1")
    return response


@pytest.mark.parametrize(
    "make",
    [
        lambda: answer(status=404),
        lambda: answer(status=500),
        lambda: answer(status=301, Location="/"),
        lambda: answer(status=410),
        lambda: answer(cookie="session"),
        lambda: answer(Vary="Accept-Encoding, Cookie"),
        lambda: answer(Cache_Control="no-store"),
        lambda: answer(Cache_Control="private"),
        lambda: answer(Content_Encoding="gzip"),
        lambda: StreamingHttpResponse([b"a page"]),
    ],
)
def test_answer_that_is_not_for_everybody_passes_as_it_is(make):
    made = []

    def view(request):
        made.append(make())
        return made[-1]

    middleware = caching.PageCache(view)
    for _ in range(2):
        assert middleware(RequestFactory().get(LIST)) is made[-1]
    assert (len(made), kept()) == (2, {})
    assert "ETag" not in made[-1].headers


def test_page_is_made_once_for_all_who_ask_at_the_same_moment():
    made, everybody = [], threading.Barrier(6)

    def view(request):
        made.append(request)
        threading.Event().wait(0.2)
        return answer()

    middleware = caching.PageCache(view)
    bodies = []

    def ask():
        everybody.wait()
        bodies.append(middleware(RequestFactory().get(LIST)).content)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (bodies, len(made)) == ([b"a page"] * 6, 1)


def test_page_does_not_depend_on_the_name_we_were_called_by(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    seen = []

    def view(request):
        seen.append(request.build_absolute_uri())
        return answer()

    middleware = caching.PageCache(view)
    for host in ("evil.example", "127.0.0.1:1", "localhost:8000"):
        middleware(RequestFactory().get(LIST, headers={"host": host}))
    assert seen == [f"{settings.SITE_URL}{LIST}"]


def test_forged_host_is_refused_with_pages_kept_too(client):
    make_live_article()
    assert client.get(LIST).status_code == 200
    assert client.get(LIST, headers={"host": "evil.example"}).status_code == 400


def test_member_of_the_team_is_given_what_everybody_is(admin_client, client):
    url = make_live_article().get_absolute_url()
    first = admin_client.get(url)
    assert (first.cookies, first["Vary"]) == ({}, "Accept-Encoding")
    assert client.get(url).content == first.content


def test_word_of_a_draft_is_in_no_key_and_no_page_kept(client):
    article, canary = make_live_article(slug="live"), "xylotrope"
    make_draft(article, title=canary, standfirst=canary, body=f"<p>{canary}</p>", change_note=canary)
    make_draft(make_article(slug=f"{canary}-article"), title=canary)
    make_live_article(slug=f"{canary}-later", title=canary, publish_at=timezone.now() + timedelta(hours=1))
    for url in (LIST, article.get_absolute_url(), f"/articles/{canary}-article/", f"/articles/{canary}-later/"):
        client.get(url)
    pages = kept()
    assert len(pages) == 2  # uncompressed: the client accepts no coding
    assert not [key for key, value in pages.items() if canary.encode() in key + value]
    assert all(b"Mucus" in value for value in pages.values())


# Redis


@pytest.mark.usefixtures("no_redis")
def test_pages_are_made_and_kept_without_redis(client, looks_once, django_assert_num_queries):
    make_live_article()
    first = client.get(LIST)
    with django_assert_num_queries(0):
        assert client.get(LIST).content == first.content


def test_frozen_redis_is_waited_for_once(client, settings, unused_tcp_port):
    """It takes connections and never answers."""
    with socket.create_server(("127.0.0.1", unused_tcp_port)) as frozen:
        pages = {**settings.CACHES["pages"], "LOCATION": f"redis://127.0.0.1:{unused_tcp_port}/0"}
        settings.CACHES = {**settings.CACHES, "pages": pages}
        urls = [make_live_article().get_absolute_url() for _ in range(3)]
        assert [client.get(url).status_code for url in urls] == [200, 200, 200]
        frozen.settimeout(0)
        calls = []
        with contextlib.suppress(BlockingIOError):
            while True:
                calls.append(frozen.accept()[0])
        assert len(calls) == 1
        calls[0].close()
