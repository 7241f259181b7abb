"""Compose one message, from the booking as it is now."""

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from consultations import wording
from consultations.invites import invite
from consultations.models import EmailKind, OutgoingEmail

# Media queries (dark mode, narrow screens) cannot be inlined and stay in a <style> of their own.
_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def compose(email: OutgoingEmail) -> EmailMultiAlternatives:
    """Return the message an outbox row owes: text, HTML and, for a confirmation, the calendar file.

    Reads the booking and its people.
    """
    booking = email.booking
    context = {
        "booking": booking,
        "first_name": booking.client_name.split()[0],
        "day": wording.day_label(booking.starts_at),
        "starts": wording.time_label(booking.starts_at),
        "ends": wording.time_label(booking.ends_at),
        "zone": wording.zone_label(booking.starts_at),
        "elsewhere": wording.elsewhere_label(booking.starts_at, wording.zone_named(booking.client_time_zone)),
        "respond_by": wording.full_label(booking.respond_by) if booking.respond_by else "",
        "team_email": settings.TEAM_EMAIL,
        "banner_url": f"{settings.SITE_URL}{static('img/email-lining.png')}",
        "site_url": settings.SITE_URL,
        "consultations_url": f"{settings.SITE_URL}{reverse('consultations:index')}",
    }
    template = f"consultations/emails/{email.kind}"
    subject = render_to_string(f"{template}_subject.txt", context).strip()
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{template}_body.txt", context),
        to=[email.to],
        reply_to=[settings.TEAM_EMAIL],
        headers={"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(_inliner.inline(render_to_string(f"{template}_body.html", context)), "text/html")
    if email.kind == EmailKind.BOOKED:
        calendar = invite(booking)
        message.attach_alternative(calendar.decode(), 'text/calendar; charset="utf-8"; method=REQUEST')
        message.attach("probio7-consultation.ics", calendar, "application/ics")
    return message
