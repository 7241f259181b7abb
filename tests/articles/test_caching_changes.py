"""No page that is kept outlives what it shows: an editor's change within a second, the clock's at once."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from articles.models import Article, ContentVersion, Person, Topic
from articles.publishing import publish
from tests.articles.factories import NOW, make_draft, make_live_article, make_reference, make_topic
from tests.conftest import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("page_cache")]
LIST = "/articles/"
# Models whose rows readers never see, or not as they are.
UNWATCHED = {
    "Citation": "immutable",
    "ContentVersion": "is what watching writes",
    "Feedback": "read by the team only",
    "Figure": "rendered into revisions",
    "FigureImage": "rendered into revisions, and never changed once shown",
    "FigureUse": "immutable",
    "OldAddress": "leads elsewhere, and such answers are not kept",
    "PreviewLink": "previews are not kept",
    "Revision": "immutable, and shown once an article points at it",
    "TermUse": "immutable",
    "ViewCount": "read by the team only",
    "Word": "for search, which is not kept",
}


def shows(client, word, url=LIST):
    return word in client.get(url).text


CHANGES = {
    "publishing": lambda: publish(revision=make_draft(Article.objects.get(), title="Changed"), now=NOW),
    "a new article": lambda: make_live_article(title="Changed"),
    "a topic": lambda: Topic.objects.update(name="Changed"),
    "SQL": lambda: connection.cursor().execute("UPDATE articles_topic SET name = 'Changed'"),
}


@pytest.mark.parametrize("has_redis", [True, False])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_change_shows_within_a_second(client, request, change, has_redis):
    if not has_redis:
        request.getfixturevalue("no_redis")
    make_live_article()
    assert not shows(client, "Changed")
    etag = client.get(LIST)["ETag"]
    change()
    wait_for(lambda: shows(client, "Changed"), seconds=1, what="the change")
    assert client.get(LIST, headers={"if-none-match": etag}).status_code == 200


def test_person_who_changes_their_name_is_shown_with_it_on_their_article(client, looks_always):
    url = make_live_article().get_absolute_url()
    assert not shows(client, "Changed", url)
    Person.objects.update(name="Changed")
    assert shows(client, "Changed", url)


def test_article_taken_back_is_gone_within_a_second(client):
    article = make_live_article()
    url = article.get_absolute_url()
    etag = client.get(url)["ETag"]
    Article.objects.update(live_revision=None)
    wait_for(lambda: client.get(url).status_code == 404, seconds=1, what="the article to go")
    assert client.get(url, headers={"if-none-match": etag}).status_code == 404


@pytest.mark.usefixtures("no_redis")
def test_scheduled_article_appears_and_goes_by_the_clock_with_pages_kept_and_redis_away(client):
    appears_at = timezone.now() + timedelta(seconds=1.5)
    goes_at = appears_at + timedelta(seconds=3)
    article = make_live_article(title="Scheduled", publish_at=appears_at, expire_at=goes_at)
    seen = []
    # Until one reading began after the end, however long a busy machine made the one before it.
    while not seen or seen[-1][0] <= goes_at:
        before = timezone.now()
        what = client.get(article.get_absolute_url()).status_code, shows(client, "Scheduled")
        seen.append((before, what, timezone.now()))
    assert {what for _, what, after in seen if after < appears_at} == {(404, False)}
    assert {what for before, what, after in seen if appears_at < before and after < goes_at} == {(200, True)}
    assert {what for before, what, _ in seen if goes_at < before} == {(404, False)}


@pytest.mark.parametrize(
    ("seconds", "most_fresh", "most_by_the_way"), [(20, 20, 0), (320, 300, 20), (86_400, 300, 60), (None, 300, 60)]
)
def test_nobody_may_keep_a_page_past_the_next_scheduled_change(client, seconds, most_fresh, most_by_the_way):
    make_live_article()
    if seconds:
        make_live_article(publish_at=timezone.now() + timedelta(seconds=seconds))
    parts = client.get(LIST)["Cache-Control"].split(", ")
    control = dict(part.partition("=")[::2] for part in parts)
    assert (parts[0], control["stale-if-error"]) == ("public", "86400")
    assert most_fresh - 15 < int(control["max-age"]) <= most_fresh
    assert most_by_the_way - 15 < int(control["stale-while-revalidate"]) <= most_by_the_way


def test_draft_changes_no_page(client, looks_always):
    article = make_live_article()
    shown = article.live_revision
    etag = client.get(LIST)["ETag"]
    make_draft(article, title="Draft", author=shown.author, reviewer=shown.reviewer)
    assert client.get(LIST)["ETag"] == etag


def test_change_that_is_taken_back_changes_no_page(client, looks_always):
    make_live_article()
    etag = client.get(LIST)["ETag"]
    with transaction.atomic():
        Topic.objects.update(name="Changed")
        transaction.set_rollback(True)
    assert client.get(LIST)["ETag"] == etag


def test_saving_what_is_there_already_changes_no_page(client, looks_always):
    make_live_article()
    etag = client.get(LIST)["ETag"]
    Topic.objects.get().save()
    assert client.get(LIST)["ETag"] == etag


def test_editors_do_not_wait_for_each_others_transactions():
    topic, _ = make_topic(), make_reference()
    with transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(name="Changed")
        other = threading.Thread(target=lambda: (make_reference("other2021"), connection.close()))
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()


def test_every_model_whose_rows_readers_see_is_watched():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'readers_see_values'")
        watched = {table for (table,) in cursor.fetchall()}
    models = apps.get_app_config("articles").get_models(include_auto_created=True)
    assert {model._meta.db_table for model in models if model.__name__ not in UNWATCHED} == watched


def test_content_version_is_one_row():
    make_topic()
    with pytest.raises(IntegrityError):
        ContentVersion.objects.create(id=2, token=uuid4(), changed_at=NOW)
