from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from articles.models import Article
from consultations.models import AnswersLook, EmailState
from consultations.services.booking import Slot, Visit
from consultations.services.changes import move_booking
from consultations.services.outcomes import answer_feedback, record_outcome
from consultations.story import tell, to_read
from tests.articles.factories import make_live_article, make_topic
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_hold

pytestmark = pytest.mark.django_db

ALL = {"mail", "consent", "look"}


@pytest.fixture
def user():
    return get_user_model().objects.create_user("priya")


@pytest.fixture
def told(user):
    """A booking from an article, moved, looked at, held, judged by its client; one of its mails failed."""
    consultation_type, article = make_consultation_type(), make_live_article(slug="oats")
    hold = make_hold(consultation_type, visit=Visit(article=article))
    booking = make_booking(consultation_type, own=hold, visit=Visit(article=article))
    booking.emails.update(state=EmailState.FAILED, last_error="550 no such person")
    elsewhen = Slot(consultation_type, TUESDAY_TEN + timedelta(hours=1))
    move_booking(booking.pk, elsewhen, by=user, reason="Ill.", now=NOW + timedelta(hours=1))
    AnswersLook.objects.create(booking=booking, by=user, at=NOW + timedelta(hours=2), why="To prepare")
    record_outcome(booking.pk, "completed", by=user, now=TUESDAY_TEN + timedelta(hours=1))
    booking.refresh_from_db()
    answer_feedback(booking, "very", now=TUESDAY_TEN + timedelta(hours=3))
    return booking


def test_story_tells_what_happened_in_the_order_of_time(told):
    lines = tell(told, sorts=ALL)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    whats = [line.what for line in lines if line.sort in ("booking", "look", "client")]
    assert whats == ["booked", "moved", "answers read", "took place", "question answered"]
    assert {line.sort for line in lines} == {"booking", "mail", "consent", "look", "client"}


def test_story_says_where_from_who_and_why(told):
    by_what = {line.what: line for line in tell(told, sorts=ALL)}
    assert told.article.live_revision.title in by_what["booked"].detail
    assert (by_what["moved"].who, by_what["moved"].reason) == ("priya", "Ill.")
    assert (by_what["answers read"].who, by_what["answers read"].reason) == ("priya", "To prepare")
    assert by_what["question answered"].detail == "Was it useful? Yes, very"
    failed = by_what["booking confirmation"]
    assert (failed.is_bad, failed.reason) == (True, "550 no such person")
    assert f"to {told.client_email}: failed" in failed.detail


def test_consents_say_where_they_were_given_and_who_heard_them(told, user):
    [typed] = [line for line in tell(told, sorts={"consent"}) if line.sort == "consent"]
    assert typed.detail == "holding the consultation, on the booking form, version 1"
    spoken = make_booking(told.consultation_type, email="kit@example.org", visit=Visit(by=user))
    [heard] = [line for line in tell(spoken, sorts={"consent"}) if line.sort == "consent"]
    assert heard.detail == "holding the consultation, on the phone, read out by the team, version 1, heard by priya"


def test_story_leaves_out_what_somebody_may_not_see(told):
    assert {line.sort for line in tell(told, sorts=set())} == {"booking", "client"}
    assert "look" not in {line.sort for line in tell(told, sorts={"mail", "consent"})}


@pytest.mark.parametrize("more", [0, 5])
def test_story_takes_the_same_queries_however_long_it_is(told, user, more, django_assert_num_queries):
    for hour in range(more):
        elsewhere = get_user_model().objects.create_user(f"colleague-{hour}")
        AnswersLook.objects.create(booking=told, by=elsewhere, at=NOW + timedelta(hours=hour), why="To prepare")
        told.events.create(kind="moved", at=NOW, actor=elsewhere)
    booking = type(told).objects.select_related("article__live_revision").get(pk=told.pk)
    with django_assert_num_queries(5):
        tell(booking, sorts=ALL)


def test_articles_to_look_at_start_with_the_one_the_client_booked_from():
    sleep = make_topic(slug="sleep", name="Sleep", shape="comma")
    came_from, same = make_live_article(slug="oats"), make_live_article(slug="rye")
    wished = make_live_article(slug="naps")
    Article.objects.filter(pk=wished.pk).update(topic=sleep)
    booking = make_booking(topic=sleep, visit=Visit(article=came_from))
    found = to_read(booking, NOW)
    assert found[0] == came_from
    assert set(found) == {came_from, same, wished}


def test_booking_about_nothing_in_particular_has_no_articles_to_look_at():
    make_live_article(slug="oats")
    assert to_read(make_booking(), NOW) == []
