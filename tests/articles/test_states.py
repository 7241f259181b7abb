from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from articles.models import Article, Publication, State
from articles.publishing import PublishingError, publish, restore_revision, schedule
from articles.states import bring_back, set_end, unschedule, withdraw
from tests.articles import factories
from tests.articles.factories import make_article, make_draft, make_person

pytestmark = pytest.mark.django_db
# To come on every machine: what has been published by PostgreSQL's clock stays on record.
NOW = datetime(2100, 1, 5, 8, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LATER = NOW + 7 * DAY


def make_live_article(**values):
    return factories.make_live_article(**{"publish_at": NOW, **values})


def scheduled(at=LATER):
    return schedule(revision=make_draft(), at=at, now=NOW)


def withdrawn():
    return withdraw(article=make_live_article(), reason="It cited a retracted study.", now=NOW)


def is_live_at(*instants):
    return [Article.objects.live(at).exists() for at in instants]


def publications_of(article):
    return list(Publication.objects.of(article).values_list("revision__number", "at"))


def test_schedule_shows_the_revision_from_that_time_on_and_not_before():
    article = scheduled()
    assert is_live_at(NOW, LATER - SECOND, LATER) == [False, False, True]
    assert (article.publish_at, article.changed_at) == (LATER, LATER)
    assert publications_of(article) == [(1, LATER)]


@pytest.mark.parametrize("days", [1, 30])
def test_schedule_again_moves_the_time(days):
    article = scheduled()
    sooner_or_later = NOW + days * DAY
    schedule(revision=article.live_revision, at=sooner_or_later, now=NOW)
    assert is_live_at(sooner_or_later - SECOND, sooner_or_later) == [False, True]
    article.refresh_from_db()
    assert article.changed_at == sooner_or_later


@pytest.mark.parametrize("at", [NOW, NOW - SECOND])
def test_schedule_for_a_time_that_has_passed_is_refused_and_changes_nothing(at):
    draft = make_draft()
    with pytest.raises(PublishingError, match="That time has passed"):
        schedule(revision=draft, at=at, now=NOW)
    assert is_live_at(NOW, LATER) == [False, False]


def test_schedule_of_what_readers_have_seen_is_refused_and_it_stays_as_it_is():
    article = make_live_article()
    newer = make_draft(article, title="Newer")
    with pytest.raises(PublishingError, match="Readers have seen this article"):
        schedule(revision=newer, at=LATER, now=NOW)
    article.refresh_from_db()
    assert (article.live_revision.number, article.publish_at) == (1, NOW)


def test_schedule_after_the_articles_end_is_refused():
    article = scheduled(at=NOW + DAY)
    set_end(article=article, at=NOW + 2 * DAY, now=NOW)
    with pytest.raises(PublishingError, match="would end before it appears"):
        schedule(revision=article.live_revision, at=NOW + 2 * DAY, now=NOW)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"reviewer": None}, "needs a reviewer"),
        ({"body": "<p></p>"}, "without words"),
        ({"author": "same", "reviewer": "same"}, "Somebody other than the author"),
    ],
)
def test_schedule_of_what_could_not_be_published_is_refused(content, message):
    person = make_person()
    draft = make_draft(**{name: person if value == "same" else value for name, value in content.items()})
    with pytest.raises(PublishingError, match=message):
        schedule(revision=draft, at=LATER, now=NOW)


def test_publish_of_a_scheduled_article_shows_it_at_once():
    article = publish(revision=scheduled().live_revision, now=NOW)
    assert (article.publish_at, article.changed_at, publications_of(article)) == (NOW, NOW, [(1, NOW)])


def test_unschedule_makes_a_draft_of_it():
    article = unschedule(article=scheduled(), now=NOW)
    assert (article.state(LATER), publications_of(article)) == (State.DRAFT, [])
    assert is_live_at(NOW, LATER) == [False, False]


def test_unschedule_of_what_readers_have_seen_is_refused():
    with pytest.raises(PublishingError, match="is not scheduled"):
        unschedule(article=scheduled(), now=LATER)
    assert is_live_at(LATER) == [True]


def test_set_end_hides_the_article_from_that_time_on_and_none_shows_it_for_good():
    article = make_live_article()
    set_end(article=article, at=LATER, now=NOW)
    assert is_live_at(LATER - SECOND, LATER) == [True, False]
    set_end(article=article, at=None, now=NOW)
    assert is_live_at(LATER) == [True]


@pytest.mark.parametrize(
    ("make", "at"),
    [(make_live_article, NOW), (make_live_article, NOW - DAY), (scheduled, LATER), (scheduled, NOW + DAY)],
)
def test_set_end_that_has_passed_or_comes_before_publication_is_refused(make, at):
    with pytest.raises(PublishingError, match="has to lie in the future, and after"):
        set_end(article=make(), at=at, now=NOW)


@pytest.mark.parametrize(
    "make", [lambda: make_draft().article, withdrawn, lambda: make_live_article(expire_at=NOW + DAY)]
)
def test_set_end_of_what_is_neither_live_nor_scheduled_is_refused(make):
    with pytest.raises(PublishingError, match="Only an article that is live or scheduled"):
        set_end(article=make(), at=LATER, now=NOW + 2 * DAY)


def test_publish_of_an_expired_article_shows_it_again_for_good_with_its_first_date():
    article = make_live_article(expire_at=NOW + DAY)
    article = publish(revision=article.live_revision, now=LATER)
    assert (article.publish_at, article.changed_at, article.expire_at) == (NOW, NOW, None)
    assert is_live_at(LATER) == [True]


def test_withdraw_takes_the_article_away_with_date_and_reason():
    article = withdraw(article=make_live_article(), reason=" It cited a retracted study. ", now=LATER)
    assert (article.withdrawn_at, article.withdrawal_reason) == (LATER, "It cited a retracted study.")
    assert is_live_at(LATER) == [False]


@pytest.mark.parametrize("make", [lambda: make_draft().article, scheduled, withdrawn])
def test_withdraw_of_what_readers_do_not_know_or_has_gone_is_refused(make):
    with pytest.raises(PublishingError, match="Only an article that readers have seen"):
        withdraw(article=make(), reason="Why.", now=NOW)


@pytest.mark.parametrize("reason", ["", "  "])
def test_withdraw_without_a_reason_is_refused_and_the_article_stays(reason):
    with pytest.raises(PublishingError, match="readers are owed a reason"):
        withdraw(article=make_live_article(), reason=reason, now=LATER)
    assert is_live_at(LATER) == [True]


def test_withdrawn_article_is_not_published_until_it_is_brought_back():
    article = withdrawn()
    newer = make_draft(article, title="Newer")
    with pytest.raises(PublishingError, match="Bring it back first"):
        publish(revision=newer, now=LATER)
    article = bring_back(article=article, now=LATER)
    assert (article.live_revision.number, article.publish_at, is_live_at(LATER)) == (1, NOW, [True])
    assert publish(revision=newer, now=LATER).live_revision == newer


def test_bring_back_of_what_is_not_withdrawn_is_refused():
    with pytest.raises(PublishingError, match="is not withdrawn"):
        bring_back(article=make_live_article(), now=LATER)


def test_restore_revision_is_a_new_draft_that_says_what_the_earlier_one_said():
    article = make_live_article(title="First")
    publish(revision=make_draft(article, title="Second", change_note="New", is_major=True), now=NOW)
    restored = restore_revision(revision=article.revisions.get(number=1), by=None, now=LATER)
    article.refresh_from_db()
    assert (restored.number, restored.title, restored.change_note, restored.is_major) == (3, "First", "", False)
    assert (restored.reviewer, article.live_revision.title) == (article.revisions.get(number=1).reviewer, "Second")


@pytest.mark.parametrize(("is_major", "changed_at"), [(True, LATER), (False, NOW)])
def test_publish_of_a_change_dates_the_article_by_it_only_when_it_is_major(is_major, changed_at):
    article = make_live_article()
    draft = make_draft(article, title="Newer", change_note="A new section.", is_major=is_major)
    assert publish(revision=draft, now=LATER).changed_at == changed_at


def test_publish_of_what_is_live_already_changes_nothing():
    article = make_live_article(change_note="Note", is_major=True)
    again = publish(revision=article.live_revision, now=LATER)
    assert (again.changed_at, publications_of(again)) == (NOW, [(1, factories.NOW)])


def test_state_of_an_article_follows_its_times():
    article = scheduled()
    set_end(article=article, at=LATER + DAY, now=NOW)
    article.refresh_from_db()
    states = [article.state(at) for at in (LATER - SECOND, LATER, LATER + DAY)]
    assert states == [State.SCHEDULED, State.LIVE, State.EXPIRED]
    assert (make_article().state(NOW), withdrawn().state(LATER)) == (State.DRAFT, State.WITHDRAWN)


def test_next_change_is_the_next_publication_or_end(django_assert_num_queries):
    make_live_article(expire_at=NOW + 3 * DAY)
    make_live_article(publish_at=NOW + 2 * DAY, expire_at=NOW + 5 * DAY)
    instants = [NOW - SECOND, NOW, NOW + 2 * DAY, NOW + 3 * DAY, NOW + 5 * DAY]
    with django_assert_num_queries(5):
        changes = [Article.objects.next_change(at) for at in instants]
    assert changes == [NOW, NOW + 2 * DAY, NOW + 3 * DAY, NOW + 5 * DAY, None]


def test_next_change_does_not_count_what_readers_do_not_notice():
    make_draft()
    article = make_live_article(expire_at=LATER)
    assert Article.objects.next_change(NOW) == LATER
    withdraw(article=article, reason="Why.", now=NOW)
    assert Article.objects.next_change(NOW) is None


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"changed_at": None}, "article_live_has_time"),
        ({"withdrawn_at": LATER}, "article_withdrawn_with_reason"),
        ({"withdrawal_reason": "Why."}, "article_withdrawn_with_reason"),
        ({"withdrawn_at": NOW - SECOND, "withdrawal_reason": "Why."}, "article_withdrawn_after_publication"),
        (
            {"withdrawn_at": LATER, "withdrawal_reason": "Why.", "live_revision": None},
            "article_withdrawn_after_publication",
        ),
    ],
)
def test_impossible_states_are_refused_by_the_database(values, constraint):
    article = make_live_article()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Article.objects.filter(pk=article.pk).update(**values)
    assert refused.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "statement",
    ["UPDATE articles_publication SET at = at + interval '1 day'", "DELETE FROM articles_publication"],
)
def test_publication_that_has_come_stays_on_record_whoever_writes(statement):
    article = make_live_article()
    with pytest.raises(IntegrityError, match="stays on record"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert publications_of(article) == [(1, factories.NOW)]
