import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import redis
from celery import current_app
from django.core.management import call_command
from django.utils import timezone

from consultations import outbox
from consultations.models import EmailState, OutgoingEmail
from tests.conftest import wait_for
from tests.factories import make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed():
    """A message owed for a booking some days ahead of the real clock."""
    now = timezone.now()
    starts_at = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    return make_booking(make_consultation_type(), starts_at=starts_at, now=now).emails.get()


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
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.RETRYING


def test_deliver_gives_up_after_the_last_attempt(owed, mailbox):
    mailbox.answer = "451 try later"
    OutgoingEmail.objects.update(attempts=outbox.MOST_ATTEMPTS - 1)
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.FAILED


def test_deliver_after_the_consultation_sends_nothing(owed, mailbox):
    past = timezone.now() - timedelta(days=1)
    OutgoingEmail.objects.update(created_at=past - timedelta(days=1), not_after=past)
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


@pytest.mark.parametrize("is_frozen", [False, True])
def test_nudge_without_a_working_broker_returns_at_once(is_frozen, unused_tcp_port, caplog):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", unused_tcp_port))
        if is_frozen:
            listener.listen()  # connections are accepted by the kernel and never answered
        with broker_at(unused_tcp_port):
            assert in_new_thread(seconds_to_nudge) < 1
    assert "waits for the sweep" in caplog.text


def test_nudge_over_a_connection_that_was_cut_meanwhile_still_wakes_the_worker(caplog):
    def nudge_cut_nudge():
        outbox.nudge(1)
        with redis.Redis.from_url(current_app.conf.broker_url) as client:
            client.client_kill_filter(_type="normal", skipme=True)
            before = client.llen("celery")
            outbox.nudge(2)
            return client.llen("celery") - before

    assert in_new_thread(nudge_cut_nudge) == 1
    assert caplog.text == ""


def seconds_to_nudge():
    started = time.monotonic()
    outbox.nudge(1)
    return time.monotonic() - started


def in_new_thread(act):
    """Return what `act` returns in a thread that has no connection to the broker yet."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


@contextmanager
def broker_at(port):
    """Point this process's Celery at another broker for a while."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = f"redis://127.0.0.1:{port}/0"
    yield
    current_app.conf.broker_url = before


@pytest.mark.broker
def test_live_worker_delivers_within_five_seconds_of_the_booking(celery_worker, mailbox):
    now = timezone.now()
    starts_at = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    booking = make_booking(make_consultation_type(), starts_at=starts_at, now=now)
    wait_for(lambda: mailbox.messages, seconds=5, what="the confirmation")
    wait_for(
        lambda: booking.emails.filter(state=EmailState.SENT).exists(), seconds=2, what="the row to be marked as sent"
    )
