from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from consultations.exceptions import NotOver
from consultations.models import BookingStatus, EmailState, FollowUp
from consultations.services.changes import cancel_booking
from consultations.services.outcomes import answer_feedback, record_outcome
from consultations.services.privacy import erase
from tests.articles.factories import make_live_article
from tests.factories import NOW, TUESDAY_TEN, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return get_user_model().objects.create_user("priya")


def test_completed_consultation_is_followed_up_once_with_notes_and_articles(user):
    booking, article = make_booking(), make_live_article(slug="oats")
    for _ in range(2):
        record_outcome(booking.pk, "completed", by=user, notes="Try oats.", articles=[article], now=TUESDAY_TEN)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.COMPLETED
    assert (booking.follow_up.notes, list(booking.follow_up.articles.all())) == ("Try oats.", [article])
    assert [email.kind for email in booking.emails.exclude(state=EmailState.OBSOLETE)] == ["follow_up"]
    assert [(event.kind, event.actor) for event in booking.events.all()] == [("booked", None), ("completed", user)]


def test_client_who_did_not_come_is_sent_nothing(user):
    booking = make_booking()
    record_outcome(booking.pk, "no_show", by=user, now=TUESDAY_TEN + timedelta(minutes=20))
    assert not booking.emails.exclude(state=EmailState.OBSOLETE).exists()
    assert not FollowUp.objects.exists()


def test_outcome_recorded_by_mistake_is_put_right(user):
    booking = make_booking()
    record_outcome(booking.pk, "no_show", by=user, now=TUESDAY_TEN)
    assert record_outcome(booking.pk, "completed", by=user, now=TUESDAY_TEN).status == "completed"
    assert record_outcome(booking.pk, "no_show", by=user, now=TUESDAY_TEN).status == "no_show"
    assert not booking.emails.exclude(state=EmailState.OBSOLETE).exists()
    record_outcome(booking.pk, "completed", by=user, now=TUESDAY_TEN)
    assert booking.emails.get(state=EmailState.OWED).kind == "follow_up"


def test_nothing_is_recorded_of_a_booking_whose_client_was_erased(user):
    booking = make_booking(email="amara@example.com")
    erase("amara@example.com", now=TUESDAY_TEN + timedelta(hours=1))
    with pytest.raises(NotOver):
        record_outcome(booking.pk, "completed", by=user, now=TUESDAY_TEN + timedelta(hours=1))


def test_outcome_before_the_start_or_of_a_cancelled_booking_is_refused(user):
    booking, cancelled = make_booking(), make_booking()
    cancel_booking(cancelled.pk, now=NOW)
    with pytest.raises(NotOver):
        record_outcome(booking.pk, "completed", by=user, now=TUESDAY_TEN - timedelta(seconds=1))
    with pytest.raises(NotOver):
        record_outcome(cancelled.pk, "no_show", by=user, now=TUESDAY_TEN)
    with pytest.raises(ValueError, match="no outcome"):
        record_outcome(booking.pk, "cancelled_by_team", by=user, now=TUESDAY_TEN)


def test_first_answer_to_the_question_counts(user):
    booking = make_booking()
    record_outcome(booking.pk, "completed", by=user, now=TUESDAY_TEN)
    assert [answer_feedback(booking, answer, now=TUESDAY_TEN) for answer in ("very", "not")] == [True, False]
    assert FollowUp.objects.get().was_useful == "very"
