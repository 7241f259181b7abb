from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar

from consultations import emails
from consultations.invites import invite
from tests.factories import NOW, make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


def composed(**overrides):
    """Return (booking, message as a mail program parses it)."""
    booking = make_booking(make_consultation_type(name="Free consultation"), **overrides)
    message = emails.compose(booking.emails.get())
    return booking, message_from_bytes(message.message().as_bytes(), policy=default)


def part(message, content_type):
    return next(part for part in message.walk() if part.get_content_type() == content_type).get_content()


def test_confirmation_says_when_with_whom_and_the_reference_in_text_and_html():
    booking, message = composed()
    assert message["Subject"] == "Booked: your consultation on Tuesday 5 January 2027, 10:00"
    for content_type in ("text/plain", "text/html"):
        content = part(message, content_type)
        assert "Tuesday 5 January 2027 at 10:00" in content
        assert "London time (GMT)" in content
        assert booking.nutritionist.name in content
        assert booking.reference in content


def test_confirmation_in_summer_names_british_summer_time():
    _, message = composed(starts_at=datetime(2027, 7, 6, 9, 0, tzinfo=UTC), now=datetime(2027, 7, 1, tzinfo=UTC))
    assert "Tuesday 6 July 2027 at 10:00, London time (BST)" in part(message, "text/plain")


def test_confirmation_is_text_html_and_invite_with_the_calendar_file_attached():
    _, message = composed()
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert message["Auto-Submitted"] == "auto-generated"


def test_confirmation_html_has_its_styles_inline_and_keeps_its_dark_mode():
    _, message = composed()
    content = part(message, "text/html")
    assert '<h1 style="' in content
    assert "prefers-color-scheme: dark" in content


def test_confirmation_to_a_hostile_name_stays_one_message_without_markup():
    _, message = composed(name="<b>Eve</b> {{7*191}}", email="amara@example.com")
    assert "<b>Eve" not in part(message, "text/html")
    assert "&lt;b&gt;Eve" in part(message, "text/html")
    assert "1337" not in part(message, "text/html")
    assert message["To"] == "amara@example.com"


def test_invite_holds_the_time_in_utc_under_a_lasting_uid():
    booking = make_booking(make_consultation_type(name="Free consultation"))
    [event] = Calendar.from_ical(invite(booking)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (booking.starts_at, booking.ends_at)
    assert str(event["uid"]).startswith(str(booking.public_id))
    assert (event["sequence"], str(event["status"]), event.decoded("dtstamp")) == (0, "CONFIRMED", NOW)
    assert booking.client_name == event["attendee"].params["CN"]


def test_invite_asks_the_calendar_to_hold_the_time():
    assert Calendar.from_ical(invite(make_booking()))["method"] == "REQUEST"
