from datetime import timedelta

import pytest
from django.utils import timezone

from articles.publishing import publish
from articles.states import withdraw
from tests.articles.factories import NOW, make_draft, make_live_article, make_person
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def history(client, article):
    response = client.get(f"/articles/{article.slug}/history/")
    items = parse(response).findall(".//ol[@class='ruled-list history']/li")
    return [" | ".join(" ".join(part.split()) for part in item.itertext() if part.strip()) for item in items]


def change(article, note, *, is_major=True, days=1, **content):
    draft = make_draft(article, title=note, change_note=note, is_major=is_major, **content)
    return publish(revision=draft, now=NOW + days * DAY)


def test_history_tells_the_first_publication_and_each_major_change_with_date_and_reviewer(client):
    priya, sam = make_person(name="Priya Raman", credentials="RNutr"), make_person(name="Sam Field")
    article = make_live_article(reviewer=priya)
    change(article, "A new section on fibre.", days=30, reviewer=sam)
    change(article, "A typing slip.", days=31, is_major=False)
    assert history(client, article) == [
        "4 February 2026 | A new section on fibre. | Reviewed by Sam Field on 5 January 2026",
        "5 January 2026 | First published. | Reviewed by Priya Raman, RNutr on 5 January 2026",
    ]


def test_history_does_not_tell_what_a_draft_would_change(client):
    article = make_live_article(title="Live")
    make_draft(article, title="Leak", change_note="Leak", is_major=True)
    response = client.get(f"/articles/{article.slug}/history/")
    assert ("Live" in text_of(response), "Leak" in response.text) == (True, False)


def test_history_shows_hostile_notes_as_text(client):
    article = make_live_article()
    hostile = "<script>alert(1)</script>"
    change(article, hostile)
    assert hostile in history(client, article)[0]


@pytest.mark.parametrize("count", [1, 3])
def test_history_takes_the_same_queries_however_many_changes(client, count, django_assert_num_queries):
    article = make_live_article()
    for days in range(count):
        change(article, f"Change {days}", days=days + 1)
    with django_assert_num_queries(2):
        assert len(history(client, article)) == count + 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_history_only_answers_to_reading(client, method):
    article = make_live_article()
    assert getattr(client, method)(f"/articles/{article.slug}/history/").status_code == 405


def test_history_sets_no_cookie(client):
    response = client.get(f"/articles/{make_live_article().slug}/history/")
    assert (response.cookies, "Cookie" in response.get("Vary", "")) == ({}, False)


@pytest.mark.parametrize("page", ["", "history/"])
def test_withdrawn_article_answers_with_date_and_reason_and_nothing_it_said(client, page):
    article = make_live_article(slug="mucus", title="Hidden")
    withdraw(article=article, reason="It cited a <retracted> study.", now=NOW + 30 * DAY)
    response = client.get(f"/articles/mucus/{page}")
    assert (response.status_code, "Hidden" in response.text) == (410, False)
    assert (
        "We have withdrawn this article It has not been on this site since 4 February 2026. "
        "Our reasonIt cited a <retracted> study."
    ) in text_of(response)
    assert parse(response).find(".//meta[@name='robots']").get("content") == "noindex"
    assert (response.cookies, "Cookie" in response.get("Vary", "")) == ({}, False)


@pytest.mark.parametrize("page", ["", "history/"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: make_draft().article,
        lambda: make_live_article(publish_at=timezone.now() + DAY),
        lambda: make_live_article(expire_at=NOW + DAY),
    ],
)
def test_article_that_readers_may_not_see_has_no_page_and_no_history(client, page, make):
    assert client.get(f"/articles/{make().slug}/{page}").status_code == 404
