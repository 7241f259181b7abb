"""Compose one message, from the booking or the place on the waiting list as it is now."""

from datetime import timedelta

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from consultations import links, plain_text, wording
from consultations.exceptions import NothingToSay
from consultations.invites import invite
from consultations.models import (
    Booking,
    BookingEventKind,
    BookingStatus,
    EmailKind,
    Nutritionist,
    OutgoingEmail,
    WaitlistEntry,
)
from consultations.slots import DAY

# Messages that change what stands in a calendar.
WITH_CALENDAR_FILE = {EmailKind.BOOKED, EmailKind.MOVED, EmailKind.CANCELLED}
TROUBLE_IS_TOLD_FOR = timedelta(days=2)
TROUBLE_SHOWN = 20
LINKS_SENT = 5  # the newest
# Media queries (dark mode, narrow screens) cannot be inlined and stay in a <style> of their own.
_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def compose(email: OutgoingEmail) -> EmailMultiAlternatives:
    """Return the message an outbox row owes: text, HTML and, where it changes the calendar, the calendar file.

    Reads the booking and its people. Raises NothingToSay when what it was owed for is no more.
    """
    if email.kind in _NOT_ABOUT_A_CLIENT:
        return render(email, _NOT_ABOUT_A_CLIENT[email.kind](email))
    if email.entry is not None:
        return render(email, _of_entry(email), unsubscribe=links.waitlist_url(email.entry))
    if email.kind in _AFTERWARDS:
        manage_url = links.manage_url(email.booking)
        context = _of_booking(email.booking) | _AFTERWARDS[email.kind](email.booking)
        return render(email, context, unsubscribe=manage_url)
    message = render(email, _of_booking(email.booking))
    if email.kind in WITH_CALENDAR_FILE and email.booking.status != BookingStatus.REQUESTED:
        file = invite(email.booking)
        method = "CANCEL" if email.booking.is_cancelled else "REQUEST"
        message.attach_alternative(file.decode(), f'text/calendar; charset="utf-8"; method={method}')
        message.attach("probio7-consultation.ics", file, "application/ics")
    return message


def render(email: OutgoingEmail, context: dict, *, unsubscribe: str = "") -> EmailMultiAlternatives:
    """Return the message of a kind, from its one template: HTML, and the text and subject read from that.

    unsubscribe: the address at which whoever gets it can say that they want no more of it.
    """
    site = {
        "team_email": settings.TEAM_EMAIL,
        "banner_url": f"{settings.SITE_URL}{static('img/email-lining.png')}",
        "site_url": settings.SITE_URL,
        "consultations_url": f"{settings.SITE_URL}{reverse('consultations:index')}",
    }
    html = render_to_string(f"consultations/emails/{email.kind}.html", site | context)
    subject, text = plain_text.read(html)
    headers = {"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"}
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
    message = EmailMultiAlternatives(subject, text, to=[email.to], reply_to=[settings.TEAM_EMAIL], headers=headers)
    message.attach_alternative(_inliner.inline(html), "text/html")
    return message


def _of_booking(booking: Booking) -> dict:
    newest = {event.kind: event for event in booking.events.all()}  # in their order: the outbox has them at hand
    asked = newest.get(BookingEventKind.ASKED_TO_MOVE)
    moved, cancelled = newest.get(BookingEventKind.MOVED), newest.get(BookingEventKind.CANCELLED)
    declined = newest.get(BookingEventKind.DECLINED)
    return {
        **wording.booking_words(booking),
        "first_name": booking.client_name.split()[0],
        "type_name": booking.consultation_type.name,
        "is_request": booking.status == BookingStatus.REQUESTED,
        "is_by_team": booking.status == BookingStatus.CANCELLED_BY_TEAM,
        "moved_from": moved.detail if moved else "",
        "moved_because": moved.reason if moved else "",
        "asked_because": asked.reason if asked else "",
        "reason": cancelled.reason if cancelled else "",
        "declined_because": declined.reason if declined else "",
        "respond_by": wording.full_label(booking.respond_by) if booking.respond_by else "",
        "video_url": booking.nutritionist.video_url,
        "manage_url": links.manage_url(booking),
        "address_url": links.address_url(booking) if booking.pending_email else "",
        "admin_url": settings.SITE_URL + reverse("admin:consultations_booking_change", args=[booking.pk]),
    }


def _of_follow_up(booking: Booking) -> dict:
    follow_up = booking.follow_up
    return {
        "notes": _paragraphs(follow_up.notes),
        "articles": _articles(follow_up.articles),
        "feedback_url": links.feedback_url(booking),
    }


def _of_reading(booking: Booking) -> dict:
    articles = _articles(booking.follow_up.reading)
    if not articles:  # none of them is published any more
        raise NothingToSay
    return {"notes": _paragraphs(booking.follow_up.reading_note), "articles": articles}


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.splitlines() if paragraph.strip()]


def _articles(chosen) -> list[dict]:
    return [
        {"title": article.live_revision.title, "url": settings.SITE_URL + article.get_absolute_url()}
        for article in chosen.live(timezone.now()).newest_first()
    ]


_AFTERWARDS = {EmailKind.FOLLOW_UP: _of_follow_up, EmailKind.READING: _of_reading}


def _of_entry(email: OutgoingEmail) -> dict:
    entry = email.entry
    context = {
        "first_name": entry.first_name,
        "type_name": entry.consultation_type.name,
        "weekdays": [day.label for day in entry.wished_weekdays],
        "parts_of_day": [part.label for part in entry.wished_parts],
        "waitlist_url": links.waitlist_url(entry),
    }
    return context | _of_offer(entry) if email.kind == EmailKind.WAITLIST_OFFER else context


def _of_offer(entry: WaitlistEntry) -> dict:
    offers = entry.offers.open().filter(claim__expires_at__gt=timezone.now())
    offer = offers.select_related("claim__nutritionist").first()
    if offer is None:  # answered, or run out
        raise NothingToSay
    start, zone = offer.claim.starts_at, wording.zone_named(entry.client_time_zone)
    return {
        "offer_label": wording.full_label(start, zone),
        "in_london": wording.full_label(start) if wording.elsewhere_label(start, zone) else "",
        "kept_until": wording.full_label(offer.claim.expires_at, zone),
        "nutritionist": offer.claim.nutritionist,
    }


def _links_of(email: OutgoingEmail) -> dict:
    """Look up the bookings of an address only now, so that asking for their links is the same for every address."""
    bookings = Booking.objects.filter(client_email__iexact=email.to, redacted_at=None)
    found = [
        {
            "label": wording.full_label(booking.starts_at),
            "nutritionist": booking.nutritionist,
            "reference": booking.reference,
            "manage_url": links.manage_url(booking),
        }
        for booking in bookings.select_related("nutritionist").order_by("-starts_at")[:LINKS_SENT]
    ]
    if not found:
        raise NothingToSay
    return {"bookings": found}


def _trouble_of(email: OutgoingEmail) -> dict:
    """Return what became of mail lately, by reference: no name and no address goes round the team by mail."""
    since = email.created_at - TROUBLE_IS_TOLD_FOR
    troubled = OutgoingEmail.objects.in_trouble(since).exclude(kind=email.kind).select_related("booking")
    count = troubled.count()
    if not count:  # sent again or given up since
        raise NothingToSay
    return {
        "count": count,
        "more": max(0, count - TROUBLE_SHOWN),
        "troubled": [
            {
                "kind": one.get_kind_display(),
                "state": one.get_state_display(),
                "at": wording.full_label(one.created_at),
                "reference": one.booking.reference if one.booking else "",
            }
            for one in troubled[:TROUBLE_SHOWN]
        ],
        "trouble_url": f"{settings.SITE_URL}{reverse('admin:consultations_outgoingemail_changelist')}?trouble=yes",
    }


def _tomorrow_of(email: OutgoingEmail) -> dict:
    nutritionist: Nutritionist = email.nutritionist
    day = wording.local(email.created_at).date() + DAY
    bookings = list(nutritionist.bookings.on_day(day).filter(status=BookingStatus.CONFIRMED).order_by("starts_at"))
    if not bookings:  # all of them moved or cancelled since
        raise NothingToSay
    return {
        "tomorrow": f"{day:%A} {day.day} {day:%B}",
        "bookings": [wording.booking_words(booking) for booking in bookings],
        "zone_label": wording.zone_label(bookings[0].starts_at),
    }


_NOT_ABOUT_A_CLIENT = {
    EmailKind.STAFF_TOMORROW: _tomorrow_of,
    EmailKind.DATA_ERASED: lambda email: {},
    EmailKind.TEAM_ALERT: _trouble_of,
    EmailKind.YOUR_LINK: _links_of,
}
