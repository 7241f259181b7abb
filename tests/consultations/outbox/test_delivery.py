import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import redis
from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from consultations import outbox
from consultations.models import MOST_ATTEMPTS, EmailState, OutgoingEmail
from consultations.outbox import delivery, outcomes
from consultations.services.changes import cancel_booking
from tests.conftest import wait_for
from tests.factories import make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed():
    """A message owed for a booking some days ahead of the real clock."""
    return make_booking(make_consultation_type(), starts_at=soon(), now=timezone.now()).emails.get()


def soon():
    return (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)


def in_own_connection(act):
    try:
        return act()
    finally:
        connection.close()


def test_deliver_sends_once_with_the_rows_own_message_id(owed, mailbox):
    outbox.deliver(owed.pk)
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    [envelope] = mailbox.messages
    assert message_from_bytes(envelope.content, policy=default)["Message-ID"] == owed.message_id
    assert (owed.state, owed.attempts, owed.locked_until) == (EmailState.SENT, 1, None)


def test_deliver_refused_for_now_is_planned_again_later(owed, mailbox):
    mailbox.answer = "451 try later"
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, mailbox.messages) == (EmailState.RETRYING, 1, [])
    assert owed.next_attempt_at > timezone.now()


def test_deliver_after_a_temporary_refusal_succeeds_when_due(owed, mailbox):
    mailbox.answer = "451 try later"
    outbox.deliver(owed.pk)
    mailbox.answer = None
    OutgoingEmail.objects.update(next_attempt_at=timezone.now())
    assert outbox.sweep() == 1
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, owed.last_error, len(mailbox.messages)) == (EmailState.SENT, 2, "", 1)


def test_deliver_refused_for_ever_fails_at_once_and_says_why(owed, mailbox):
    mailbox.answer = "550 no such person"
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.FAILED
    assert "no such person" in owed.last_error


def test_deliver_without_a_server_is_planned_again(owed, settings, unused_tcp_port):
    settings.EMAIL_BACKEND = "probio.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.RETRYING


def test_deliver_gives_up_after_the_last_attempt(owed, mailbox):
    mailbox.answer = "451 try later"
    OutgoingEmail.objects.update(attempts=MOST_ATTEMPTS - 1)
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.FAILED


def test_deliver_after_the_consultation_sends_nothing(owed, mailbox):
    past = timezone.now() - timedelta(days=1)
    OutgoingEmail.objects.update(created_at=past - timedelta(days=1), due_at=past - timedelta(days=1), not_after=past)
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, mailbox.messages) == (EmailState.OBSOLETE, [])


def test_deliver_to_an_address_that_was_corrected_meanwhile_sends_nothing(owed, mailbox):
    type(owed.booking).objects.update(client_email="right@example.com")
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, mailbox.messages) == (EmailState.OBSOLETE, [])


def test_sweep_takes_over_from_a_worker_that_died(owed, mailbox):
    OutgoingEmail.objects.update(state=EmailState.SENDING, locked_until=timezone.now() - timedelta(seconds=1))
    outbox.sweep()
    owed.refresh_from_db()
    assert (owed.state, len(mailbox.messages)) == (EmailState.SENT, 1)


def test_sweep_leaves_a_message_that_another_worker_is_sending(owed, mailbox):
    OutgoingEmail.objects.update(state=EmailState.SENDING, locked_until=timezone.now() + timedelta(minutes=1))
    assert outbox.sweep() == 0
    assert mailbox.messages == []


def test_message_that_cannot_be_composed_is_parked_and_blocks_no_other(owed, mailbox):
    other = make_booking(
        owed.booking.consultation_type,
        starts_at=owed.booking.starts_at + timedelta(hours=1),
        now=timezone.now(),
    ).emails.get()
    type(owed.booking).objects.filter(pk=owed.booking.pk).update(client_name="\u00a0")  # no first word to greet
    outbox.sweep()
    owed.refresh_from_db()
    other.refresh_from_db()
    assert (owed.state, other.state) == (EmailState.FAILED, EmailState.SENT)
    assert "could not be composed" in owed.last_error


def test_sweep_outbox_command_in_a_dry_run_only_counts(owed, mailbox, capsys):
    call_command("sweep_outbox", dry_run=True)
    assert capsys.readouterr().out == "1 due\n"
    assert mailbox.messages == []


@pytest.mark.parametrize(("answer", "expected"), [("550 no", EmailState.FAILED), ("450 later", EmailState.RETRYING)])
def test_refused_recipient_follows_the_servers_answer(owed, mailbox, answer, expected):
    mailbox.recipient_answer = answer
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == expected


@pytest.fixture
def batch(owed):
    """Three messages owed, to three clients."""
    booking, now = owed.booking, timezone.now()
    others = [
        make_booking(booking.consultation_type, starts_at=booking.starts_at + timedelta(hours=n), now=now)
        for n in (1, 2)
    ]
    return [owed, *(other.emails.get() for other in others)]


def states(batch):
    return [OutgoingEmail.objects.get(pk=email.pk).state for email in batch]


def later_by(email):
    email.refresh_from_db()
    return email.next_attempt_at - timezone.now()


def test_sweep_sends_a_batch_over_one_connection(batch, mailbox):
    assert outbox.sweep() == 3
    assert (len(mailbox.messages), len(mailbox.sessions)) == (3, 1)


def test_one_refused_recipient_fails_no_other_message_of_the_batch(batch, mailbox):
    mailbox.recipient_answer, mailbox.refused_recipient = "550 no such person", batch[1].to
    outbox.sweep()
    assert states(batch) == [EmailState.SENT, EmailState.FAILED, EmailState.SENT]


def test_server_that_closes_after_421_is_tried_again_with_the_rest(batch, mailbox):
    mailbox.recipient_answer, mailbox.refused_recipient = "421 closing", batch[0].to
    outbox.sweep()
    assert states(batch) == [EmailState.RETRYING, EmailState.SENT, EmailState.SENT]


def test_gaps_between_attempts_grow_and_the_tenth_comes_within_a_day(owed, mailbox):
    mailbox.answer, gaps = "451 try later", []
    for _ in range(MOST_ATTEMPTS - 1):
        OutgoingEmail.objects.update(next_attempt_at=timezone.now())
        outbox.deliver(owed.pk)
        gaps.append(later_by(owed))
    assert all(later > 0.9 * earlier for earlier, later in zip(gaps[:3], gaps[2:5], strict=True))
    assert gaps[-1] > 50 * gaps[3]
    assert timedelta(hours=8) < sum(gaps, timedelta()) < timedelta(hours=24)


def test_gaps_differ_between_messages(batch, mailbox):
    mailbox.answer = "451 try later"
    outbox.sweep()
    assert len({round(later_by(email).total_seconds(), 2) for email in batch}) > 1


def test_slow_server_delays_one_message_and_the_rest_is_not_charged_for_it(batch, mailbox, settings):
    settings.EMAIL_TIMEOUT, mailbox.seconds_to_answer = 0.3, 2
    outbox.deliver(batch[0].pk)
    OutgoingEmail.objects.exclude(pk=batch[0].pk).update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    assert states(batch) == [EmailState.RETRYING, EmailState.OWED, EmailState.OWED]
    assert OutgoingEmail.objects.filter(attempts=0).count() == 2


def test_sweep_out_of_time_gives_back_what_it_has_claimed(batch, mailbox, monkeypatch):
    monkeypatch.setattr("consultations.outbox.delivery.SWEEP_SECONDS", 0.5)
    mailbox.seconds_to_answer = 0.6
    outbox.sweep()
    assert states(batch) == [EmailState.SENT, EmailState.OWED, EmailState.OWED]
    assert set(OutgoingEmail.objects.values_list("attempts", "locked_until")) == {(1, None), (0, None)}


def test_reply_lost_after_the_message_waits_before_a_second_copy_is_sent(owed, mailbox):
    mailbox.loses_replies = True
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, len(mailbox.messages)) == (EmailState.RETRYING, 1)
    assert later_by(owed) > timedelta(seconds=19)
    mailbox.loses_replies = False
    OutgoingEmail.objects.update(next_attempt_at=timezone.now())
    outbox.deliver(owed.pk)
    assert {message_from_bytes(one.content, policy=default)["Message-ID"] for one in mailbox.messages} == {
        owed.message_id
    }


def test_server_back_after_an_outage_gets_what_waited_for_it_at_the_next_sweep(batch, settings, mailbox):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9  # nobody there
    outbox.sweep()
    OutgoingEmail.objects.update(next_attempt_at=timezone.now() + timedelta(hours=2))
    outbox.sweep()
    assert states(batch) == [EmailState.RETRYING] * 3
    settings.EMAIL_PORT = port
    outbox.sweep()
    assert states(batch) == [EmailState.SENT] * 3


def test_message_refused_for_now_is_not_hastened_by_a_working_server(owed, mailbox):
    mailbox.answer = "451 greylisted"
    outbox.sweep()
    mailbox.answer = None
    assert outbox.sweep() == 0
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (EmailState.RETRYING, 1)


def test_two_sweeps_at_once_send_nothing_twice(transactional_db, mailbox):
    bookings = [make_booking(starts_at=soon(), now=timezone.now()) for _ in range(12)]
    with ThreadPoolExecutor(2) as pool:
        for sweep in [pool.submit(in_own_connection, outbox.sweep) for _ in range(2)]:
            sweep.result()
    assert sorted(envelope.rcpt_tos[0] for envelope in mailbox.messages) == sorted(b.client_email for b in bookings)


def test_worker_that_lost_its_claim_changes_nothing(owed, mailbox):
    [claimed] = delivery._claim(OutgoingEmail.objects.all())
    OutgoingEmail.objects.update(attempts=2)  # another worker has taken it over
    outcomes.sent(claimed)
    owed.refresh_from_db()
    assert owed.state == EmailState.SENDING


@pytest.mark.parametrize(("batch_size", "called"), [(2, delivery.HELPERS), (4, 0)])
def test_sweep_with_more_than_a_batch_calls_other_workers_once(batch, mailbox, monkeypatch, batch_size, called):
    monkeypatch.setattr(delivery, "BATCH", batch_size)
    with redis.Redis.from_url(current_app.conf.broker_url) as broker:
        before = broker.llen("celery")
        assert outbox.sweep() == 3
        asked = broker.lrange("celery", 0, -1)[: broker.llen("celery") - before]
    assert len(asked) == called
    assert all(json.loads(one)["headers"]["expires"] for one in asked)


def test_sweep_of_a_slow_server_calls_nobody(batch, mailbox, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    monkeypatch.setattr(delivery, "SWEEP_SECONDS", 0.5)
    mailbox.seconds_to_answer = 0.6
    with redis.Redis.from_url(current_app.conf.broker_url) as broker:
        before = broker.llen("celery")
        outbox.sweep()
        assert broker.llen("celery") == before


def test_message_given_up_while_its_batch_is_under_way_is_not_sent(batch, mailbox):
    claimed = delivery._claim(OutgoingEmail.objects.all())
    OutgoingEmail.objects.filter(pk=batch[1].pk).update(state=EmailState.OBSOLETE, locked_until=None)
    assert set(delivery._as_they_are_now(claimed)) == {batch[0].pk, batch[2].pk}


def test_message_that_ended_every_worker_is_parked(owed, mailbox):
    past = timezone.now() - timedelta(seconds=1)
    OutgoingEmail.objects.update(state=EmailState.SENDING, locked_until=past, attempts=MOST_ATTEMPTS)
    outbox.sweep()
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (EmailState.FAILED, MOST_ATTEMPTS)


def test_invitation_left_behind_by_a_dead_worker_is_not_sent_once_the_booking_is_cancelled(owed, mailbox):
    OutgoingEmail.objects.update(state=EmailState.SENDING, locked_until=timezone.now(), attempts=1)
    cancel_booking(owed.booking.pk, now=timezone.now())
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert (owed.state, mailbox.messages) == (EmailState.OBSOLETE, [])


def test_message_with_nothing_to_say_is_not_sent_and_not_tried_again(mailbox):
    outbox.owe_link("nobody@example.com", now=timezone.now())
    assert outbox.sweep() == 1
    assert (OutgoingEmail.objects.get().state, mailbox.messages) == (EmailState.OBSOLETE, [])


@pytest.mark.broker
def test_live_worker_delivers_within_five_seconds_of_the_booking(celery_worker, mailbox):
    now = timezone.now()
    starts_at = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    booking = make_booking(make_consultation_type(), starts_at=starts_at, now=now)
    wait_for(lambda: mailbox.messages, seconds=5, what="the confirmation")
    wait_for(
        lambda: booking.emails.filter(state=EmailState.SENT).exists(), seconds=2, what="the row to be marked as sent"
    )
