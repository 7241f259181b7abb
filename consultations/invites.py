"""The calendar file (RFC 5545, RFC 5546) of a booking, and the calendar of a nutritionist (RFC 7986)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from consultations import links
from consultations.models import Booking, BookingStatus, CalendarFeed, Channel, FeedShows


def invite(booking: Booking, *, has_link: bool = True) -> bytes:
    """Return an .ics that asks a calendar to hold the consultation, or to drop it once it is cancelled.

    has_link: whether it may carry the link of the booking, as it may where the address has been proven by a mail.

    The UID is the booking's for life and SEQUENCE grows with each change, so a later file replaces an earlier
    one. Times are in UTC, which every calendar shows in its owner's zone. Nothing the client wrote is in it
    but the name.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Probio7//Consultations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST" if booking.occupies_time else "CANCEL")
    event = Event()
    event.add("uid", f"{booking.public_id}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", booking.calendar_sequence)
    event.add("dtstamp", _changed_at(booking))
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("summary", f"Probio7: {booking.consultation_type.name}")
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], "Probio7"))
    event.add("attendee", _address(booking.client_email, booking.client_name, partstat="ACCEPTED"))
    if booking.occupies_time:
        event.add("status", "TENTATIVE" if booking.status == BookingStatus.REQUESTED else "CONFIRMED")
        event.add("description", _description(booking, has_link))
        event.add("location", _location(booking))
        if has_link:
            event.add("url", links.manage_url(booking))
        event.add_component(_reminder())
    else:
        event.add("status", "CANCELLED")
    calendar.add_component(event)
    return calendar.to_ical()


def diary_calendar(feed: CalendarFeed, bookings: Iterable[Booking]) -> bytes:
    """Return an .ics of a nutritionist's bookings to subscribe to, saying of clients what the feed may say."""
    calendar = Calendar()
    calendar.add("prodid", "-//Probio7//Diary//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", f"Probio7: {feed.nutritionist.name}")
    calendar.add("x-wr-calname", f"Probio7: {feed.nutritionist.name}")  # what calendars read that do not know NAME
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for booking in bookings:
        calendar.add_component(_diary_event(feed, booking))
    return calendar.to_ical()


def _diary_event(feed: CalendarFeed, booking: Booking) -> Event:
    event = Event()
    # Not the UID of the client's invitation: a calendar that has both would take one for a copy of the other.
    event.add("uid", f"diary-{booking.reference}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", booking.calendar_sequence)
    event.add("dtstamp", _changed_at(booking))
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("status", "TENTATIVE" if booking.status == BookingStatus.REQUESTED else "CONFIRMED")
    summary = f"{booking.consultation_type.name} ({booking.channel})"
    if feed.shows == FeedShows.FIRST_NAME:
        about = f": {booking.topic}" if booking.topic else ""
        summary = f"{booking.client_name.split()[0]}{about} ({booking.channel})"
    event.add("summary", summary)
    event.add("description", f"Reference {booking.reference}")
    event.add("url", settings.SITE_URL + reverse("admin:consultations_booking_change", args=[booking.pk]))
    return event


def _changed_at(booking: Booking) -> datetime:
    """Return when the booking last changed: the last line of its history."""
    return max((event.at for event in booking.events.all()), default=booking.created_at)


def _description(booking: Booking, has_link: bool) -> str:
    lines = [f"With {booking.nutritionist.name}, {booking.nutritionist.credentials}."]
    if booking.channel == Channel.PHONE:
        lines.append(f"{booking.nutritionist.first_name} calls {booking.phone}.")
    elif booking.nutritionist.video_url:
        lines.append(f"Join the video call: {booking.nutritionist.video_url}")
    lines.append(f"Reference {booking.reference}.")
    if has_link:
        lines.append(f"Move or cancel: {links.manage_url(booking)}")
    return "\n".join(lines)


def _location(booking: Booking) -> str:
    if booking.channel == Channel.PHONE:
        return "Phone call"
    return booking.nutritionist.video_url or "Video call"


def _reminder() -> Alarm:
    reminder = Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("description", "Your Probio7 consultation is in 30 minutes")
    reminder.add("trigger", timedelta(minutes=-30))
    return reminder


def _address(email, name, **parameters):
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(name)
    for key, value in parameters.items():
        address.params[key.upper()] = vText(value)
    return address
