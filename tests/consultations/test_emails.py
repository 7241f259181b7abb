import re
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default

import html5lib
import pytest
from icalendar import Calendar

from consultations import emails
from consultations.exceptions import NothingToSay
from consultations.invites import invite
from consultations.links import manage_url
from consultations.models import EmailKind, OutgoingEmail
from consultations.preview import NOTE, owe_one_of_each
from consultations.services import notices
from consultations.services.booking import Slot
from consultations.services.changes import cancel_booking, move_booking
from consultations.services.waitlist import decline_offer
from tests.consultations.test_waitlist import wait
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist

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


KINDS_WITH_A_FILE = ["booked", "moved", "cancelled"]


def every_message():
    """Yield (kind, message as a mail program parses it) of every kind."""
    for email in owe_one_of_each(now=NOW):
        yield email.kind, message_from_bytes(emails.compose(email).message().as_bytes(), policy=default)


def test_every_message_is_whole_in_text_and_html_and_holds_nothing_the_client_wrote():
    seen = set()
    for kind, message in every_message():
        seen.add(kind)
        text, html = part(message, "text/plain"), part(message, "text/html")
        title = html5lib.parse(html, namespaceHTMLElements=False).findtext(".//title")
        assert message["Subject"] == " ".join(title.split())
        assert message["Auto-Submitted"] == "auto-generated"
        heading = " ".join("".join(html5lib.parse(html, namespaceHTMLElements=False).find(".//h1").itertext()).split())
        assert text.startswith(heading)
        for address in re.findall(r'href="(http[^"]+)"', html):
            assert address in text
        assert "{" not in text
        assert NOTE not in message.as_string() + text + html
        has_file = "text/calendar" in [one.get_content_type() for one in message.walk()]
        assert has_file == (kind in KINDS_WITH_A_FILE)
        assert (message["List-Unsubscribe"] is not None) == kind.startswith(("waitlist", "follow", "reading"))
    assert seen == set(EmailKind.values)


def test_messages_say_what_happened_and_lead_on():
    texts = {kind: part(message, "text/plain") for kind, message in every_message()}
    assert "It was moved from Tuesday 5 January 2027 at 10:00, London time (GMT)" in texts["moved"]
    assert "Your time:    Tuesday 5 January 2027 at 06:00, New York time (EST)" in texts["moved"]
    assert "Join the video call" in texts["moved"]
    assert "https://video.example/priya" in texts["moved"]
    assert "We had to cancel your consultation" in texts["cancelled"]
    assert "The reason: Priya is ill that day." in texts["cancelled"]
    assert "Tuesday 5 January 2027 at 10:00, London time (GMT), with Priya Raman" in texts["waitlist_offer"]
    assert "/consultations/waitlist/" in texts["waitlist_offer"]
    assert "/consultations/address/" in texts["address_check"]
    assert "/consultations/manage/" in texts["reminder_day"]
    assert "11:00:        Amara Whitfield, video call" in texts["staff_tomorrow"]
    assert "/consultations/booking/" in texts["staff_new"]
    assert "From Priya\n----------\n\nTry oats for a week.\n\nWrite down what you eat." in texts["follow_up"]
    assert "/feedback/" in texts["follow_up"]


def test_offer_that_is_no_more_says_nothing():
    consultation_type = make_consultation_type()
    booking = make_booking(consultation_type)
    entry = wait(consultation_type)
    cancel_booking(booking.pk, now=NOW)
    decline_offer(entry.pk, now=NOW)
    with pytest.raises(NothingToSay):
        emails.compose(entry.emails.get(kind="waitlist_offer"))


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
    assert part(message, "text/plain").startswith("You are booked in, <b>Eve</b>")


def test_invite_holds_the_time_in_utc_under_a_lasting_uid():
    booking = make_booking(make_consultation_type(name="Free consultation"))
    [event] = Calendar.from_ical(invite(booking)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (booking.starts_at, booking.ends_at)
    assert str(event["uid"]).startswith(str(booking.public_id))
    assert (event["sequence"], str(event["status"]), event.decoded("dtstamp")) == (0, "CONFIRMED", NOW)
    assert booking.client_name == event["attendee"].params["CN"]


def test_invite_asks_the_calendar_to_hold_the_time():
    assert Calendar.from_ical(invite(make_booking()))["method"] == "REQUEST"


def imported(calendar, file):
    """Do what a calendar does with a file (RFC 5546): by UID, a higher SEQUENCE replaces, CANCEL takes away."""
    parsed = Calendar.from_ical(file)
    [event] = parsed.walk("VEVENT")
    uid, sequence = str(event["uid"]), int(event["sequence"])
    if uid in calendar and calendar[uid][0] > sequence:
        return calendar
    if parsed["method"] == "CANCEL":
        return {other: known for other, known in calendar.items() if other != uid}
    return {**calendar, uid: (sequence, event.decoded("dtstart"))}


def test_files_of_a_booking_booked_moved_and_cancelled_leave_a_calendar_right_in_any_order_of_arrival():
    booking = make_booking()
    booked = invite(booking)
    later = TUESDAY_TEN + timedelta(hours=2)
    moved = invite(move_booking(booking.pk, Slot(booking.consultation_type, later), now=NOW + timedelta(hours=1)))
    calendar = imported(imported({}, booked), moved)
    assert [start for _, start in calendar.values()] == [later]
    assert imported(calendar, booked) == calendar
    cancelled = invite(cancel_booking(booking.pk, now=NOW + timedelta(hours=2)))
    assert imported(calendar, cancelled) == {}
    [event] = Calendar.from_ical(cancelled).walk("VEVENT")
    assert (str(event["status"]), event.decoded("dtstamp")) == ("CANCELLED", NOW + timedelta(hours=2))


def test_file_has_the_link_the_video_room_and_lines_that_every_calendar_reads():
    nutritionist = make_nutritionist(video_url="https://video.example/priya?with=a-long-address-" + "x" * 80)
    booking = make_booking(make_consultation_type(nutritionist))
    file = invite(booking)
    [event] = Calendar.from_ical(file).walk("VEVENT")
    assert str(event["url"]) == manage_url(booking)
    assert nutritionist.video_url in event["description"]
    assert str(event["location"]) == nutritionist.video_url
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert b"\n" not in file.replace(b"\r\n", b"")


def test_moved_request_is_still_a_request_and_enters_no_calendar():
    booking = make_booking(make_consultation_type(needs_approval=True))
    move_booking(booking.pk, Slot(booking.consultation_type, TUESDAY_TEN + timedelta(hours=1)), now=NOW)
    message = message_from_bytes(
        emails.compose(OutgoingEmail.objects.get(kind="moved")).message().as_bytes(), policy=default
    )
    assert message["Subject"].startswith("Moved: your request is for Tuesday 5 January 2027, 11:00")
    assert "We answer by" in part(message, "text/plain")
    assert [one.get_content_type() for one in message.walk()][1:] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("starts_at", "zone"),
    [
        (datetime(2027, 3, 27, 9, tzinfo=UTC), "09:00, London time (GMT)"),
        (datetime(2027, 3, 28, 9, tzinfo=UTC), "10:00, London time (BST)"),
        (datetime(2027, 10, 30, 9, tzinfo=UTC), "10:00, London time (BST)"),
        (datetime(2027, 10, 31, 9, tzinfo=UTC), "09:00, London time (GMT)"),
    ],
)
def test_reminder_on_both_sides_of_both_clock_changes_names_the_hour_and_its_zone(starts_at, zone):
    make_booking(starts_at=starts_at, now=starts_at - timedelta(days=3))
    notices.owe_reminders(now=starts_at - timedelta(hours=2))
    email = OutgoingEmail.objects.get(kind="reminder_hours")
    assert zone in emails.compose(email).subject + part(
        message_from_bytes(emails.compose(email).message().as_bytes(), policy=default), "text/plain"
    )
