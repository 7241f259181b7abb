from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from articles.models import Article
from consultations import emails
from consultations.exceptions import NotActive, NothingToSay, NotSendable
from consultations.models import BookingEventKind, EmailKind, EmailState
from consultations.services.changes import cancel_booking
from consultations.services.correspondence import send_once_more, sendable_again, suggest_articles
from consultations.services.outcomes import record_outcome
from consultations.services.privacy import erase
from consultations.services.requests import decline_request
from tests.articles.factories import make_live_article
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type

pytestmark = pytest.mark.django_db

AFTER = TUESDAY_TEN + timedelta(hours=1)
LATER = timedelta(minutes=10)


@pytest.fixture
def user():
    return get_user_model().objects.create_user("priya")


@pytest.fixture
def over(user):
    """A booking whose consultation took place."""
    booking = make_booking()
    record_outcome(booking.pk, "completed", by=user, notes="Try oats.", now=AFTER)
    booking.refresh_from_db()
    return booking


def mark_sent(booking):
    booking.emails.exclude(state=EmailState.OBSOLETE).update(state=EmailState.SENT, sent_at=NOW)


def test_message_is_owed_again_to_the_present_address_and_it_is_written_down_by_whom(user):
    booking = make_booking()
    mark_sent(booking)
    send_once_more(booking.pk, EmailKind.BOOKED, by=user, now=NOW + LATER)
    email = booking.emails.get(state=EmailState.OWED)
    assert (email.kind, email.to, email.not_after) == ("booked", booking.client_email, booking.starts_at)
    event = booking.events.get(kind=BookingEventKind.MAIL_RESENT)
    assert (event.actor, event.detail) == (user, "booking confirmation")


def test_message_that_is_not_true_any_more_is_not_sent_again(user):
    booking = make_booking()
    cancel_booking(booking.pk, by=user, reason="Ill.", now=NOW)
    mark_sent(booking)
    with pytest.raises(NotSendable, match="not true"):
        send_once_more(booking.pk, EmailKind.BOOKED, by=user, now=NOW + LATER)
    send_once_more(booking.pk, EmailKind.CANCELLED, by=user, now=NOW + LATER)
    assert booking.emails.get(state=EmailState.OWED).kind == "cancelled"


@pytest.mark.parametrize(("wait", "words"), [(timedelta(0), "on its way"), (timedelta(minutes=1), "give it time")])
def test_message_is_not_sent_again_in_a_hurry(user, wait, words):
    booking = make_booking()
    if wait:
        mark_sent(booking)
    with pytest.raises(NotSendable, match=words):
        send_once_more(booking.pk, EmailKind.BOOKED, by=user, now=NOW + wait)
    assert booking.emails.filter(kind="booked").count() == 1


def test_client_is_sent_three_messages_again_a_day_at_most(user):
    booking = make_booking()
    for time in range(1, 4):
        mark_sent(booking)
        send_once_more(booking.pk, EmailKind.BOOKED, by=user, now=NOW + time * LATER)
    mark_sent(booking)
    with pytest.raises(NotSendable, match="within a day"):
        send_once_more(booking.pk, EmailKind.BOOKED, by=user, now=NOW + 4 * LATER)
    send_once_more(booking.pk, EmailKind.BOOKED, by=user, now=NOW + timedelta(hours=24, minutes=11))
    assert booking.emails.filter(kind="booked").count() == 5


def test_nothing_is_sent_again_of_a_booking_that_has_begun_or_is_erased(over):
    begun = make_booking()
    assert sendable_again(begun, now=NOW) == [EmailKind.BOOKED]
    assert sendable_again(begun, now=AFTER) == []
    assert sendable_again(over, now=AFTER) == [EmailKind.FOLLOW_UP]
    erase(over.client_email, now=AFTER)
    over.refresh_from_db()
    assert sendable_again(over, now=AFTER) == []


def test_articles_are_suggested_once_unless_chosen_again(over, user):
    oats, rye = make_live_article(slug="oats"), make_live_article(slug="rye")
    suggest_articles(over.pk, [oats], words="As promised.", by=user, now=AFTER)
    mark_sent(over)
    with pytest.raises(NotSendable, match="before"):
        suggest_articles(over.pk, [rye], by=user, now=AFTER + LATER)
    suggest_articles(over.pk, [rye], by=user, again=True, now=AFTER + LATER)
    assert over.emails.filter(kind="reading").count() == 2
    assert list(over.follow_up.reading.all()) == [rye]
    assert over.follow_up.notes == "Try oats."  # what was shared with the outcome stays
    assert over.events.filter(kind=BookingEventKind.READING_SENT, actor=user).count() == 2


def test_message_with_articles_names_them_and_the_words_beside_them(over, user):
    article = make_live_article(slug="oats")
    suggest_articles(over.pk, [article], words="As promised.", by=user, now=AFTER)
    message = emails.compose(over.emails.get(kind="reading"))
    assert article.live_revision.title in message.body
    assert "As promised." in message.body
    assert "Try oats." not in message.body


def test_message_with_articles_none_of_which_is_published_any_more_is_not_sent(over, user):
    suggest_articles(over.pk, [make_live_article(slug="oats")], by=user, now=AFTER)
    Article.objects.update(expire_at=Article.objects.get().publish_at + timedelta(days=1))
    with pytest.raises(NothingToSay):
        emails.compose(over.emails.get(kind="reading"))


def test_articles_that_readers_cannot_see_are_not_suggested(over, user):
    article = make_live_article(slug="oats")
    Article.objects.update(expire_at=Article.objects.get().publish_at + timedelta(days=1))
    with pytest.raises(NotSendable, match="published"):
        suggest_articles(over.pk, [article], by=user, now=AFTER)
    assert not over.emails.filter(kind="reading").exists()


def test_articles_are_suggested_only_after_a_consultation_that_took_place(user):
    booking, article = make_booking(), make_live_article(slug="oats")
    with pytest.raises(NotActive):
        suggest_articles(booking.pk, [article], by=user, now=NOW)
    record_outcome(booking.pk, "completed", by=user, now=AFTER)
    suggest_articles(booking.pk, [article], by=user, now=AFTER)
    record_outcome(booking.pk, "no_show", by=user, now=AFTER)
    assert booking.emails.get(kind="reading").state == EmailState.OBSOLETE


def test_client_whose_request_is_declined_reads_why(user):
    booking = make_booking(make_consultation_type(needs_approval=True))
    decline_request(booking.pk, by=user, reason="Priya is away that week.", now=NOW)
    assert booking.events.get(kind="declined").reason == "Priya is away that week."
    assert "Priya is away that week." in emails.compose(booking.emails.get(kind="declined")).body
