"""What the team is told, what comes back, and what the team decides."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.utils import timezone

from consultations import outbox
from consultations.exceptions import NotSendable
from consultations.models import BookingEventKind, EmailKind, EmailState, OutgoingEmail
from tests.factories import make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    starts_at = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    return make_booking(make_consultation_type(), starts_at=starts_at, now=timezone.now()).emails.get()


def put(email, state, **changes):
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state, **changes)


def alerts():
    return OutgoingEmail.objects.filter(kind=EmailKind.TEAM_ALERT)


def test_message_refused_for_good_is_told_to_the_team_without_name_or_address(email, mailbox, settings):
    mailbox.answer = "550 no such person"
    outbox.deliver(email.pk)
    mailbox.answer = None
    outbox.sweep()
    [envelope] = mailbox.messages
    text = message_from_bytes(envelope.content, policy=default).get_body(["plain"]).get_content()
    assert envelope.rcpt_tos == [settings.TEAM_EMAIL]
    assert email.booking.reference in text
    assert "/admin/consultations/outgoingemail/" in text
    assert email.to not in text
    assert email.booking.client_name not in text


def test_alert_that_is_itself_refused_sets_off_no_other(email, mailbox):
    mailbox.answer = "550 no"
    outbox.deliver(email.pk)
    outbox.sweep()
    outbox.sweep()
    assert list(alerts().values_list("state", "attempts")) == [(EmailState.FAILED, 1)]


def test_alert_is_not_needed_any_more_when_all_is_put_right(email, mailbox):
    mailbox.answer = "550 no such person"
    outbox.deliver(email.pk)
    outbox.give_up(email.pk)
    outbox.sweep()
    assert (alerts().get().state, mailbox.messages) == (EmailState.OBSOLETE, [])


def test_bounce_marks_the_row_and_the_history_and_tells_the_team_once(email):
    put(email, EmailState.SENT, sent_at=timezone.now())
    for _ in range(2):
        outbox.record_bounce(email.message_id, "mailbox full", now=timezone.now())
    email.refresh_from_db()
    assert (email.state, email.last_error) == (EmailState.BOUNCED, "mailbox full")
    assert email.booking.events.filter(kind=BookingEventKind.MAIL_BOUNCED).count() == 1
    assert alerts().count() == 1


def test_bounce_of_something_unknown_changes_nothing(email):
    outbox.record_bounce("<never-sent@example.com>", "no", now=timezone.now())
    email.refresh_from_db()
    assert (email.state, alerts().count()) == (EmailState.OWED, 0)


def test_bounce_before_anything_was_sent_changes_nothing(email):
    outbox.record_bounce(email.message_id, "no", now=timezone.now())
    email.refresh_from_db()
    assert email.state == EmailState.OWED


@pytest.mark.parametrize("state", [EmailState.FAILED, EmailState.BOUNCED, EmailState.RETRYING])
def test_send_again_owes_it_afresh_with_the_same_message_id(email, mailbox, state):
    put(email, state, attempts=7)
    outbox.send_again(email.pk, now=timezone.now())
    outbox.sweep()
    [envelope] = mailbox.messages
    assert message_from_bytes(envelope.content, policy=default)["Message-ID"] == email.message_id
    email.refresh_from_db()
    assert (email.state, email.attempts) == (EmailState.SENT, 1)


@pytest.mark.parametrize("state", [EmailState.OBSOLETE, EmailState.SENT])
def test_send_again_refuses_what_is_over(email, state):
    put(email, state, sent_at=timezone.now())
    with pytest.raises(NotSendable):
        outbox.send_again(email.pk, now=timezone.now())


def test_send_again_refuses_what_is_no_longer_true(email):
    put(email, EmailState.FAILED)
    type(email.booking).objects.update(client_email="another@example.com")
    with pytest.raises(NotSendable):
        outbox.send_again(email.pk, now=timezone.now())


@pytest.mark.parametrize("state", [EmailState.OWED, EmailState.RETRYING, EmailState.FAILED, EmailState.BOUNCED])
def test_give_up_ends_it(email, mailbox, state):
    put(email, state)
    outbox.give_up(email.pk)
    outbox.sweep()
    email.refresh_from_db()
    assert (email.state, mailbox.messages) == (EmailState.OBSOLETE, [])


def test_give_up_refuses_what_has_been_sent(email):
    put(email, EmailState.SENT, sent_at=timezone.now())
    with pytest.raises(NotSendable):
        outbox.give_up(email.pk)
