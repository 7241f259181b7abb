"""The form of an article for somebody who writes and neither reviews nor publishes."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from articles.models import Article, Revision
from tests.articles.factories import make_draft, make_live_article, make_person, make_topic
from tests.articles.test_admin import ADD, change_url
from tests.pages import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client):
    """Somebody who writes and neither reviews nor publishes, signed in."""
    user = get_user_model().objects.create_user("writer", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_article", "change_article"]))
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("changes", "is_reviewed"), [({"interests": "Nobody paid."}, True), ({"title": "Other"}, False)]
)
def test_review_holds_as_long_as_the_words_do(writer, typed, changes, is_reviewed):
    newest = make_draft(title="Mucus", reviewed_on=date(2026, 1, 5))
    same = {name: getattr(newest, name) for name in ("title", "standfirst", "body", "interests")}
    same |= {"slug": newest.article.slug, "topic": newest.article.topic_id, "author": newest.author_id, "based_on": 1}
    forged = {"reviewer": make_person().pk, "reviewed_on": "05/02/2026"}
    writer.post(change_url(newest.article), {**typed, **same, **forged, **changes, "_save": "1"})
    saved = newest.article.revisions.first()
    assert saved.number == 2
    kept = (newest.reviewer, date(2026, 1, 5)) if is_reviewed else (None, None)
    assert (saved.reviewer, saved.reviewed_on) == kept


def test_topic_and_cover_of_a_live_article_are_the_publishers(writer, typed):
    article = make_live_article()
    before = (article.topic_id, article.cover)
    other = make_topic(slug="digestion", name="Digestion", shape="rod")
    writer.post(change_url(article), {**typed, "topic": other.pk, "cover": "fibre", "based_on": 1, "_save": "1"})
    article.refresh_from_db()
    assert article.revisions.count() == 2
    assert (article.topic_id, article.cover) == before


def test_writer_who_may_not_publish_saves_drafts_only(writer, typed):
    buttons = [one.get("name") for one in parse(writer.get(ADD)).iter("input") if one.get("type") == "submit"]
    assert set(buttons) >= {"_save", "_continue"}
    assert "_publish" not in buttons
    writer.post(ADD, {**typed, "_publish": "1"})
    assert Revision.objects.get().title == "Mucus"
    assert Article.objects.get().live_revision is None
