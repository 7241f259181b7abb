"""Signed events of two providers over the real address, as their documentation shows them."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import BookingEventKind, EmailKind, EmailState, OutgoingEmail
from tests.factories import make_booking, make_consultation_type

pytestmark = pytest.mark.django_db

URL = "/webhooks/email/"
SECRET = "hook:a-secret-only-tests-know"
SIGNING_KEY = "signing-key-only-tests-know"


@pytest.fixture
def email():
    """A confirmation that was sent."""
    starts_at = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    booking = make_booking(make_consultation_type(), starts_at=starts_at, now=timezone.now())
    booking.emails.update(state=EmailState.SENT, sent_at=timezone.now())
    return booking.emails.get()


@pytest.fixture(params=["postmark", "mailgun"])
def provider(request, settings):
    settings.EMAIL_PROVIDER = request.param
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    return request.param


def bounce(provider, email, *, key=SIGNING_KEY, **changes):
    """What the provider posts when a mailbox does not exist."""
    if provider == "postmark":
        return {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "ID": 42,
            "MessageID": "00000000-0000-0000-0000-000000000001",
            "Metadata": {"message_id": email.message_id},
            "Email": email.to,
            "BouncedAt": "2026-11-25T09:00:00Z",
            "Details": "smtp;550 no such person",
            **changes,
        }
    token, timestamp = "a" * 50, "1795590000"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"token": token, "timestamp": timestamp, "signature": signature},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "timestamp": 1795590000.5,
            "recipient": email.to,
            "message": {"headers": {"message-id": email.message_id.strip("<>")}},
            "delivery-status": {"message": "550 no such person", "code": 550},
            "reason": "bounce",
            **changes,
        },
    }


def post(client, body, *, secret=SECRET):
    authorization = "Basic " + b64encode(secret.encode()).decode()
    return client.post(URL, body, content_type="application/json", headers={"authorization": authorization})


def test_bounce_marks_the_message_and_tells_the_team(client, provider, email):
    assert post(client, bounce(provider, email)).status_code == 200
    email.refresh_from_db()
    assert email.state == EmailState.BOUNCED
    assert "no such person" in email.last_error
    assert email.booking.events.filter(kind=BookingEventKind.MAIL_BOUNCED).count() == 1
    assert OutgoingEmail.objects.filter(kind=EmailKind.TEAM_ALERT).count() == 1


def test_bounce_posted_again_changes_nothing_more(client, provider, email):
    for _ in range(3):
        assert post(client, bounce(provider, email)).status_code == 200
    assert email.booking.events.filter(kind=BookingEventKind.MAIL_BOUNCED).count() == 1


def test_bounce_of_a_message_we_do_not_know_is_taken_and_ignored(client, provider, email):
    OutgoingEmail.objects.all().delete()
    assert post(client, bounce(provider, email)).status_code == 200
    assert not email.booking.events.filter(kind=BookingEventKind.MAIL_BOUNCED).exists()


@pytest.mark.parametrize("event", ["delivered", "temporary"])
def test_other_news_of_a_message_changes_nothing(client, provider, email, event):
    changes = {
        ("postmark", "delivered"): {"RecordType": "Delivery"},
        ("postmark", "temporary"): {"Type": "Transient"},
        ("mailgun", "delivered"): {"event": "delivered"},
        ("mailgun", "temporary"): {"severity": "temporary"},
    }[provider, event]
    assert post(client, bounce(provider, email, **changes)).status_code == 200
    email.refresh_from_db()
    assert email.state == EmailState.SENT


def test_call_that_is_not_signed_is_refused_and_not_repeated_in_the_log(client, provider, email, caplog):
    if provider == "postmark":
        response = post(client, bounce(provider, email), secret="hook:guessed")
    else:
        response = post(client, bounce(provider, email, key="guessed"))
    assert response.status_code == 400
    email.refresh_from_db()
    assert email.state == EmailState.SENT
    assert email.to not in caplog.text
    assert "did not sign" in caplog.text


@pytest.mark.parametrize("body", ["{", "[]", "null", "7", '{"RecordType": []}', "amara@example.com", b"\xff\xfe"])
def test_signed_call_of_another_shape_is_refused_and_not_repeated_in_the_log(client, provider, body, caplog):
    assert post(client, body).status_code in (200, 400)  # an event of an unknown kind is no error
    assert "amara" not in caplog.text


@pytest.mark.parametrize("body", [{}, {"Type": "Notification", "Message": "amara@example.com"}])
def test_ses_with_a_broken_notification_is_refused_and_not_repeated_in_the_log(client, settings, body, caplog):
    settings.EMAIL_PROVIDER = "amazon_ses"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    assert post(client, body).status_code == 400
    assert "amara" not in caplog.text


def test_ses_bounce_marks_the_message(client, settings, email):
    settings.EMAIL_PROVIDER = "amazon_ses"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    header = {"name": "X-Metadata", "value": json.dumps({"message_id": email.message_id})}
    event = {
        "notificationType": "Bounce",
        "mail": {
            "timestamp": "2026-11-25T09:00:00.000Z",
            "messageId": "ses-id",
            "destination": [email.to],
            "headers": [header],
        },
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": email.to, "diagnosticCode": "smtp; 550 no such person"}],
            "timestamp": "2026-11-25T09:00:01.000Z",
            "feedbackId": "feedback",
        },
    }
    body = {"Type": "Notification", "MessageId": "sns-id", "Message": json.dumps(event), "TopicArn": "arn:topic"}
    authorization = "Basic " + b64encode(SECRET.encode()).decode()
    headers = {
        "authorization": authorization,
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": "sns-id",
    }
    assert client.post(URL, body, content_type="application/json", headers=headers).status_code == 200
    email.refresh_from_db()
    assert email.state == EmailState.BOUNCED


def test_without_a_provider_there_is_no_such_page(client, email):
    assert client.post(URL, bounce("postmark", email), content_type="application/json").status_code == 404
    email.refresh_from_db()
    assert email.state == EmailState.SENT


def test_reading_the_address_does_nothing(client, provider):
    assert client.get(URL).status_code == 405
