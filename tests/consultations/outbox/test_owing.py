"""What is owed, to whom, how often; and what PostgreSQL refuses whoever writes it."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from consultations import links, outbox
from consultations.models import EmailKind, EmailState, OutgoingEmail
from consultations.outbox.owing import owe_alert
from tests.factories import NOW, make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking():
    starts_at = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    return make_booking(make_consultation_type(), starts_at=starts_at, now=timezone.now())


def text_of(envelope):
    return message_from_bytes(envelope.content, policy=default).get_body(["plain"]).get_content()


def test_owe_for_later_is_not_due_before(booking):
    later = timezone.now() + timedelta(hours=1)
    outbox.owe(
        booking, EmailKind.MOVED, to=booking.client_email, not_after=booking.ends_at, now=timezone.now(), due_at=later
    )
    email = booking.emails.get(kind=EmailKind.MOVED)
    assert (email.due_at, email.next_attempt_at) == (later, later)
    assert email not in OutgoingEmail.objects.due(timezone.now())


def test_owe_link_sends_the_links_of_the_mailboxs_active_bookings(booking, mailbox):
    OutgoingEmail.objects.all().delete()
    outbox.owe_link(booking.client_email, now=timezone.now())
    outbox.sweep()
    [envelope] = mailbox.messages
    assert envelope.rcpt_tos == [booking.client_email]
    assert links.manage_url(booking) in text_of(envelope)
    assert booking.reference in text_of(envelope)


def test_owe_link_looks_the_same_for_every_address(booking, django_assert_num_queries):
    for address in (booking.client_email, "nobody@example.com"):
        with django_assert_num_queries(4):  # look, savepoint, row, savepoint
            outbox.owe_link(address, now=NOW)


def test_owe_link_twice_in_an_hour_is_one_message():
    outbox.owe_link("amara@example.com", now=NOW)
    outbox.owe_link("amara@example.com", now=NOW + timedelta(minutes=59))
    outbox.owe_link("amara@example.com", now=NOW + timedelta(minutes=60))
    assert OutgoingEmail.objects.count() == 2


def test_alert_is_owed_once_for_all_that_happens_before_it_leaves(settings):
    owe_alert(NOW)
    owe_alert(NOW + timedelta(minutes=1))
    alert = OutgoingEmail.objects.get()
    assert (alert.to, alert.kind, alert.due_at) == (settings.TEAM_EMAIL, EmailKind.TEAM_ALERT, NOW)


def test_alert_about_what_happens_after_one_has_left_comes_with_the_next_hour():
    owe_alert(NOW)
    OutgoingEmail.objects.update(state=EmailState.SENT, sent_at=NOW)
    owe_alert(NOW + timedelta(minutes=1))
    owe_alert(NOW + timedelta(minutes=2))
    [alert] = OutgoingEmail.objects.exclude(state=EmailState.SENT)
    assert alert.due_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"booking": None}, "outgoingemail_about_one_thing"),
        ({"kind": "newsletter"}, "outgoingemail_kind_known"),
        ({"state": "lost"}, "outgoingemail_state_known"),
        ({"state": EmailState.SENT}, "outgoingemail_sent_has_time"),
        ({"state": EmailState.SENDING}, "outgoingemail_lease_while_sending"),
        ({"locked_until": NOW}, "outgoingemail_lease_while_sending"),
        ({"attempts": 11}, "outgoingemail_tries_bounded"),
        ({"due_at": NOW - timedelta(days=900)}, "outgoingemail_not_due_before"),
        ({"not_after": NOW - timedelta(days=900)}, "outgoingemail_wanted_for_a_while"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_database_refuses(booking, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OutgoingEmail.objects.update(**changes)


@pytest.mark.parametrize("changes", [{"message_id": "<other@example.com>"}, {"dedupe_key": "other"}])
def test_message_id_and_key_are_kept_as_they_were_written(booking, changes):
    with pytest.raises(Error, match="keeps the Message-ID"), transaction.atomic():
        OutgoingEmail.objects.update(**changes)


@pytest.mark.parametrize("state", [EmailState.SENT, EmailState.OBSOLETE])
def test_sent_or_obsolete_message_is_never_owed_again(booking, state):
    OutgoingEmail.objects.update(state=state, sent_at=NOW)
    with pytest.raises(Error, match="not owed again"), transaction.atomic():
        OutgoingEmail.objects.update(state=EmailState.OWED)
