"""The calendar file (RFC 5545, RFC 5546) of a booking."""

from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from consultations.models import Booking


def invite(booking: Booking) -> bytes:
    """Return an .ics that asks a calendar to hold the consultation (METHOD:REQUEST).

    The UID is the booking's for life and SEQUENCE grows with each change, so a later file replaces an earlier
    one. Times are in UTC, which every calendar shows in its owner's zone. Nothing the client wrote is in it
    but the name.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Probio7//Consultations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    event = Event()
    event.add("uid", f"{booking.public_id}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", booking.calendar_sequence)
    event.add("dtstamp", booking.created_at)
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("summary", f"Probio7: {booking.consultation_type.name}")
    event.add(
        "description",
        f"With {booking.nutritionist.name}, {booking.nutritionist.credentials}. Reference {booking.reference}. "
        f"To change or cancel, write to {settings.TEAM_EMAIL}.",
    )
    event.add("status", "CONFIRMED")
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], "Probio7"))
    event.add("attendee", _address(booking.client_email, booking.client_name, partstat="ACCEPTED"))
    reminder = Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("description", "Your Probio7 consultation is in 30 minutes")
    reminder.add("trigger", timedelta(minutes=-30))
    event.add_component(reminder)
    calendar.add_component(event)
    return calendar.to_ical()


def _address(email, name, **parameters):
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(name)
    for key, value in parameters.items():
        address.params[key.upper()] = vText(value)
    return address
