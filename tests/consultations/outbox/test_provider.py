"""Sending through a provider's interface: a real HTTP server stands in for Postmark."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from consultations import outbox
from consultations.models import EmailState
from tests.factories import make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


class Postmark(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.taken.append(json.loads(self.rfile.read(length)))
        status, answer = self.server.answer
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def postmark(settings):
    """A server that takes what Django sends to Postmark; `answer` is (status, JSON)."""
    server = HTTPServer(("127.0.0.1", 0), Postmark)
    server.taken = []
    server.answer = 200, {"ErrorCode": 0, "Message": "OK", "MessageID": "an-id", "To": "amara@example.com"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        **settings.ANYMAIL,
        "POSTMARK_SERVER_TOKEN": "only-for-tests",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
    }
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def owed():
    starts_at = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    booking = make_booking(make_consultation_type(), starts_at=starts_at, now=timezone.now(), email="amara@example.com")
    return booking.emails.get()


def test_provider_is_given_the_message_and_what_its_events_will_name_it_by(owed, postmark):
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    [taken] = postmark.taken
    assert owed.state == EmailState.SENT
    assert taken["Metadata"] == {"message_id": owed.message_id}
    assert {"Name": "Message-ID", "Value": owed.message_id} in taken["Headers"]
    assert [file["Name"] for file in taken["Attachments"]] == ["probio7-consultation.ics"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, EmailState.RETRYING),
        (422, EmailState.FAILED),
        (429, EmailState.RETRYING),
        (500, EmailState.RETRYING),
        (503, EmailState.RETRYING),
    ],
)
def test_provider_that_refuses_is_judged_by_its_answer(owed, postmark, status, expected):
    postmark.answer = status, {"ErrorCode": 10, "Message": "no"}
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == expected


def test_provider_that_knows_the_address_is_dead_fails_it_at_once(owed, postmark):
    said = "You tried to send to a recipient that has been marked as inactive.\nFound inactive addresses: {}.\n"
    said += "Inactive recipients are ones that have generated a hard bounce or a spam complaint."
    postmark.answer = 422, {"ErrorCode": 406, "Message": said.format(owed.to)}
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.FAILED


def test_provider_away_is_tried_again(owed, postmark):
    postmark.shutdown()
    postmark.server_close()
    outbox.deliver(owed.pk)
    owed.refresh_from_db()
    assert owed.state == EmailState.RETRYING
