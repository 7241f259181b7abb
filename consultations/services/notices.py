"""Messages that are owed because of who gives a consultation, or because of the clock."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from consultations import outbox
from consultations.models import Booking, BookingEventKind, BookingStatus, EmailKind, Nutritionist
from consultations.slots import DAY, to_utc

TOMORROW_IS_SENT_FROM = time(17)
# How long before the start each reminder is due, and how late it may still be sent.
REMINDERS = [
    (EmailKind.REMINDER_DAY, timedelta(hours=24), timedelta(hours=3)),
    (EmailKind.REMINDER_HOURS, timedelta(hours=2), timedelta(0)),
]


def tell_nutritionist(booking: Booking, kind: EmailKind, now: datetime, *, whom: Nutritionist | None = None) -> None:
    """Owe a booking's nutritionist, or another, a message about it; nothing to those without an open account.

    Call inside a transaction.
    """
    nutritionist = whom or booking.nutritionist
    user = nutritionist.user
    if user is not None and user.is_active and user.email:
        occasion = f"{booking.calendar_sequence}:{nutritionist.pk}"
        outbox.owe_once(booking, kind, occasion, to=user.email, not_after=max(booking.ends_at, now + DAY), now=now)


def owe_reminders(*, now: datetime) -> int:
    """Owe every reminder that is due by now, once for each time a booking has had; return how many. Beat: each minute.

    A booking made, moved or accepted after a reminder was due needs none: its own message has just said when it is.
    """
    owed = 0
    for kind, before, latest in REMINDERS:
        bookings = Booking.objects.filter(
            status=BookingStatus.CONFIRMED, starts_at__gt=now + latest, starts_at__lte=now + before
        )
        settling = Q(events__kind__in=[BookingEventKind.MOVED, BookingEventKind.ACCEPTED])
        for booking in bookings.annotate(settled_at=Max("events__at", filter=settling)):
            if (booking.settled_at or booking.created_at) < booking.starts_at - before:
                with transaction.atomic():
                    owed += outbox.owe_once(
                        booking,
                        kind,
                        f"{booking.starts_at:%Y-%m-%dT%H:%M}",
                        to=booking.client_email,
                        not_after=booking.starts_at - latest,
                        now=now,
                    )
    return owed


def owe_tomorrow(*, now: datetime) -> int:
    """Owe each nutritionist with consultations tomorrow a list of them, from five in London; return how many.

    Once a day each, however often it is called. Beat: every few minutes.
    """
    here = now.astimezone(settings.DISPLAY_TIME_ZONE)
    if here.time() < TOMORROW_IS_SENT_FROM:
        return 0
    midnight = to_utc(here.date() + DAY, time(), settings.DISPLAY_TIME_ZONE)  # from then on it is today's
    booked = Booking.objects.on_day(here.date() + DAY).filter(status=BookingStatus.CONFIRMED)
    people = Nutritionist.objects.filter(pk__in=booked.values("nutritionist"), user__is_active=True)
    owed = 0
    for nutritionist in people.exclude(user__email="").select_related("user"):
        with transaction.atomic():
            kind, to = EmailKind.STAFF_TOMORROW, nutritionist.user.email
            owed += outbox.owe_list(nutritionist, kind, to=to, not_after=midnight, now=now)
    return owed
