"""Views are counted by article and day, whether the page was kept or not."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.counting import VIEWS
from articles.models import ViewCount
from articles.moving import move_article
from articles.states import withdraw
from tests.articles.factories import NOW, make_article, make_draft, make_live_article
from tests.test_counting import PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("page_cache")]
READER = {"user-agent": PHONE}


@pytest.fixture(autouse=True)
def _nothing_counted():
    VIEWS.write()  # what an earlier test has left over is of no article here
    yield
    VIEWS.write()


def counted():
    VIEWS.write()
    return dict(ViewCount.objects.values_list("article__slug", "count"))


def test_views_are_counted_whether_the_page_was_kept_or_made(client, looks_once):
    url = make_live_article(slug="oats").get_absolute_url()
    for _ in range(3):
        response = client.get(url, headers=READER)
    assert response.templates == []  # kept
    assert client.get(url, headers={**READER, "if-none-match": response["ETag"]}).status_code == 304
    client.get(f"{url}?utm_source=letter", headers=READER)  # never kept
    assert counted() == {"oats": 5}
    assert ViewCount.objects.get().on == timezone.localdate()


def test_counting_sets_no_cookie_and_touches_no_header(client, looks_once):
    url = make_live_article().get_absolute_url()
    reader, machine = client.get(url, headers=READER), client.get(url)
    assert (reader.cookies, reader.headers) == ({}, machine.headers)


def test_what_is_no_article_that_readers_see_is_not_counted(client):
    draft, gone = make_draft(make_article(slug="draft")).article, make_live_article(slug="gone")
    withdraw(article=gone, reason="Wrong.", now=NOW + timedelta(days=1))
    urls = [one.get_absolute_url() for one in (draft, gone)]
    for url in [*urls, "/articles/nothing/", "/articles/", "/", "/articles/editorial-policy/"]:
        client.get(url, headers=READER)
    assert counted() == {}


def test_staff_who_read_are_not_counted(client):
    article = make_live_article()
    client.force_login(get_user_model().objects.create_superuser("nell"))
    client.get(article.get_absolute_url(), headers=READER)
    assert counted() == {}


def test_counts_of_a_day_add_up_in_one_statement_and_unknown_slugs_are_left_out():
    oats, fibre = make_live_article(slug="oats"), make_live_article(slug="fibre")
    day, next_day = NOW.date(), NOW.date() + timedelta(days=1)
    ViewCount.objects.add({("oats", day): 2, ("fibre", day): 1})
    with CaptureQueriesContext(connection) as queries:
        ViewCount.objects.add({("oats", day): 3, ("oats", next_day): 1, ("moved-away", day): 9})
    assert len(queries) == 1
    rows = set(ViewCount.objects.values_list("article", "on", "count"))
    assert rows == {(oats.pk, day, 5), (oats.pk, next_day, 1), (fibre.pk, day, 1)}


def test_counts_of_an_address_that_moved_are_its_articles():
    article = make_live_article(slug="oats")
    move_article(article=article, slug="oat-fibre", now=NOW + timedelta(days=1))
    day = NOW.date()
    ViewCount.objects.add({("oats", day): 2, ("oat-fibre", day): 1})
    assert ViewCount.objects.get().count == 3
    move_article(article=article, slug="oats", now=NOW + timedelta(days=2))
    ViewCount.objects.add({("oats", day): 2, ("oat-fibre", day): 1})
    assert ViewCount.objects.get().count == 6


def test_page_is_whole_when_counts_cannot_be_written_and_they_are_written_later(client, monkeypatch):
    article = make_live_article(slug="oats")

    def away(counts):
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(VIEWS, "_write", away)
        patched.setattr(VIEWS, "_due_at", 0)
        assert "Mucus" in client.get(article.get_absolute_url(), headers=READER).text
    assert counted() == {"oats": 1}
