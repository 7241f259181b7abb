from datetime import UTC, datetime, time
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar

from consultations import emails
from consultations.invites import invite
from consultations.models import EmailKind
from tests.factories import NOW, make_booking, make_consultation_type, make_nutritionist

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
    assert message["Subject"] == "Booked: your consultation on Tuesday 5 January 2027, 10:00, London time (GMT)"
    for content_type in ("text/plain", "text/html"):
        content = part(message, content_type)
        assert "Tuesday 5 January 2027 at 10:00" in content
        assert "London time (GMT)" in content
        assert booking.nutritionist.name in content
        assert booking.reference in content


def test_confirmation_in_summer_names_british_summer_time():
    _, message = composed(starts_at=datetime(2027, 7, 6, 9, 0, tzinfo=UTC), now=datetime(2027, 7, 1, tzinfo=UTC))
    assert "Tuesday 6 July 2027 at 10:00, London time (BST)" in part(message, "text/plain")


def test_confirmation_to_a_client_elsewhere_says_their_time_beside_londons():
    _, message = composed(time_zone="America/New_York")
    for content_type in ("text/plain", "text/html"):
        content = part(message, content_type)
        assert "Tuesday 5 January 2027 at 10:00, London time (GMT)" in " ".join(content.split()).replace("</b>", "")
        assert "Tuesday 5 January 2027 at 05:00, New York time (EST)" in content


def test_confirmation_of_a_berlin_nutritionists_hour_is_in_london_time():
    consultation_type = make_consultation_type(
        make_nutritionist(time_zone="Europe/Berlin", hours=((time(9), time(10)),))
    )
    nine_in_berlin = datetime(2027, 1, 5, 8, 0, tzinfo=UTC)
    booking = make_booking(consultation_type, starts_at=nine_in_berlin)
    message = message_from_bytes(emails.compose(booking.emails.get()).message().as_bytes(), policy=default)
    assert "Tuesday 5 January 2027 at 08:00, London time (GMT)" in part(message, "text/plain")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (EmailKind.REQUESTED, "The time is kept for you."),
        (EmailKind.DECLINED, "We are sorry that we cannot take it."),
        (EmailKind.EXPIRED, "We should have answered and did not"),
        (EmailKind.ALREADY_BOOKED, "nothing new was booked"),
    ],
)
def test_every_message_is_whole_in_text_and_html_without_the_calendar_file(kind, words):
    booking = make_booking(make_consultation_type(needs_approval=True), notes="A secret of mine.")
    booking.emails.update(kind=kind)
    message = message_from_bytes(emails.compose(booking.emails.get()).message().as_bytes(), policy=default)
    for content_type in ("text/plain", "text/html"):
        content = " ".join(part(message, content_type).split())
        assert words in content
        assert booking.reference in content
        assert "A secret of mine" not in content
    assert [one.get_content_type() for one in message.walk()][1:] == ["text/plain", "text/html"]


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
