"""A word in what readers may not see is in no public response: one address at a time, for every address there is."""

from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from articles import urls
from articles.models import Article, Person, Reference, Topic
from articles.publishing import publish, schedule
from articles.states import withdraw
from tests.articles.factories import NOW, make_article, make_draft, make_live_article, make_topic

pytestmark = pytest.mark.django_db
CANARY = "Xanthippe"
HIDDEN = {
    "title": CANARY,
    "standfirst": CANARY,
    "body": f"<h2>{CANARY}</h2><p>{CANARY}</p>",
    "interests": CANARY,
    "change_note": CANARY,
    "is_major": True,
}


def draft():
    return make_draft(**HIDDEN).article


def newer_draft():
    return make_draft(make_live_article(), **HIDDEN).article


def replaced():
    article = make_live_article(**HIDDEN | {"change_note": "", "is_major": False})
    publish(revision=make_draft(article), now=NOW)
    return article


def scheduled():
    return schedule(revision=make_draft(**HIDDEN), at=timezone.now() + timedelta(hours=1), now=NOW)


def expired():
    return make_live_article(**HIDDEN, expire_at=NOW + timedelta(hours=1))


def withdrawn():
    return withdraw(article=make_live_article(**HIDDEN), reason="Why.", now=NOW)


def restored_but_not_published():
    article = replaced()
    make_draft(article, **HIDDEN)
    return article


def addresses():
    """Yield every address of this app that can be made from what there is, and those of the site around it."""
    yield from ("/", "/sitemap.xml", "/robots.txt", f"/articles/search/?q={CANARY.lower()}")
    values = {
        "slug": [slug for model in (Article, Topic, Person) for slug in model.objects.values_list("slug", flat=True)],
        "key": list(Reference.objects.values_list("key", flat=True)),
    }
    for pattern in urls.urlpatterns:
        names = list(pattern.pattern.converters)
        if not names:
            yield reverse(f"articles:{pattern.name}")
        elif len(names) == 1:
            for value in values.get(names[0], []):
                try:
                    yield reverse(f"articles:{pattern.name}", args=[value])
                except NoReverseMatch:
                    continue


def responses_with(word, client):
    found = []
    for address in addresses():
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if word in body.decode(errors="replace") or word in str(response.headers):
            found.append(address)
    return found


@pytest.mark.parametrize(
    "make", [draft, newer_draft, replaced, scheduled, expired, withdrawn, restored_but_not_published]
)
def test_word_that_readers_may_not_see_is_in_no_response(client, make):
    make_live_article(title="Other")
    make()
    assert responses_with("Other", client) != []
    assert responses_with(CANARY, client) == []


def test_word_that_readers_may_see_is_in_many(client):
    topic = make_topic()
    publish(revision=make_draft(make_article(slug="mucus", topic=topic), **HIDDEN), now=NOW)
    assert {"/", "/articles/", "/articles/mucus/"} <= set(responses_with(CANARY, client))
